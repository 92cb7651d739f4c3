"""Single changes of a table that a slip of a reviewer, an author or a typist would make."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

import numpy as np
import numpy.typing as npt

from metarepro.explanation.fits import Versions
from metarepro.explanation.row_changes import CHANGES, turned
from metarepro.explanation.rows import StudyRows
from metarepro.explanation.suspicions import Suspicion, off_centre, suspicions
from metarepro.readers.effect_table import EVENTS_OF

Array = npt.NDArray[np.float64]

#: Rows up to which every row is left out and counted twice, and up to which the cells of every row
#: are changed; of longer tables that is done with the rows that look wrong.
MAX_WITH_ROWS, MAX_WITH_CELLS = 300, 150
#: Repairs of several suspicious rows at once that are tried.
_MAX_TOGETHER = 300
_SIGNED = ("yi", "ci_low", "ci_high", "mean_t", "mean_c", "r")
_SIZES = ("n_t", "n_c", "events_t", "events_c", "n_total", "events")


@dataclass(frozen=True, eq=False)
class Slip:
    """One change.

    Attributes
    ----------
    kind : short, for tables
    what : in words, after "if"
    rows : places of the rows that it changes; none where it changes all
    rank : how far-fetched it is; small is common
    suspicion : why its row looks wrong by itself; "" if it does not
    cells : array of shape (k, c), the table with the change
    member : array of shape (k,), the rows that are pooled
    twice : the row that is pooled again, -1 if none is
    """

    kind: str
    what: str
    rows: tuple[int, ...]
    rank: float
    suspicion: str
    cells: Array
    member: npt.NDArray[np.bool_]
    twice: int = -1


def slips(rows: StudyRows) -> list[Slip]:
    """All single changes of a table, and the repairs of its suspicious rows together."""
    suspicious = suspicions(rows)
    made = [*_of_all(rows), *_of_members(rows, suspicious), *_of_cells(rows, suspicious)]
    made += _of_trials(rows)
    made += _together(rows, made, suspicious)
    return _different(rows, made)


def slip_versions(rows: StudyRows, tried: Sequence[Slip]) -> Versions:
    """The tables with the changes; each has a slot at its end for a row that is pooled twice."""
    n, (k, c) = len(tried), rows.cells.shape
    cells = np.empty((n, k + 1, c))
    member = np.zeros((n, k + 1), dtype=bool)
    for i, slip in enumerate(tried):
        cells[i, :k], member[i, :k] = slip.cells, slip.member
        cells[i, k], member[i, k] = slip.cells[slip.twice], slip.twice >= 0
    return Versions(cells, member, np.append(rows.trials, rows.trials.max() + 1))


def _different(rows: StudyRows, made: Sequence[Slip]) -> list[Slip]:
    """Each table once, with its least far-fetched reason, and none that is as it was."""
    kept: dict[bytes, Slip] = {}
    everyone = np.ones(rows.k, dtype=bool)
    unchanged = rows.cells.tobytes() + everyone.tobytes() + b"-1"
    for slip in sorted(made, key=lambda s: (not s.suspicion, s.rank)):
        key = slip.cells.tobytes() + slip.member.tobytes() + str(slip.twice).encode()
        if key != unchanged and np.isfinite(slip.cells).all():
            kept.setdefault(key, slip)
    return list(kept.values())


def _changed(
    rows: StudyRows, kind: str, what: str, rank: float, cells: Array, place: int | None = None,
    suspicion: str = "",
) -> Slip:  # fmt: skip
    everyone = np.ones(rows.k, dtype=bool)
    places = () if place is None else (place,)
    return Slip(kind, what, places, rank, suspicion, cells, everyone)


# Every row ---------------------------------------------------------------------------------------


def _of_all(rows: StudyRows) -> Iterator[Slip]:
    for kind, what, rank, change in CHANGES[rows.kind]:
        if kind != "sign_of_row":
            yield _changed(rows, f"{kind}_all", f"in all rows {what}", rank + 0.5,
                           change(rows, rows.cells))  # fmt: skip
    if rows.kind != "proportions":
        yield _changed(rows, "turned_all", "the arms, or the signs, are exchanged in all rows", 0.5,
                       turned(rows, rows.cells))  # fmt: skip


# Rows that are in or out -------------------------------------------------------------------------


def _of_members(rows: StudyRows, suspicious: Mapping[int, Suspicion]) -> Iterator[Slip]:
    whole = _totals(rows)
    for i in range(rows.k) if rows.k <= MAX_WITH_ROWS else suspicious:
        member = np.arange(rows.k) != i
        doubt = suspicious[i].reason if i in suspicious else ""
        yield Slip("left_out", f"{_row(rows, i)} is left out", (i,), 1.0, doubt if rows.k > 3
                   else "", rows.cells, member)  # fmt: skip
        if i in whole:
            yield Slip(
                "total_counted",
                f"{_row(rows, i)}, the sum of {whole[i]}, is not counted with its parts",
                (i,), 0.0, "its numbers are the sums of other rows", rows.cells, member,
            )  # fmt: skip
        everyone = np.ones(rows.k, dtype=bool)
        yield Slip("twice", f"{_row(rows, i)} is counted twice", (i,), 1.5, "", rows.cells,
                   everyone, i)  # fmt: skip


def _of_trials(rows: StudyRows) -> Iterator[Slip]:
    """Whole trials left out or turned, where trials have several rows."""
    for trial in range(int(rows.trials.max()) + 1) if rows.k <= MAX_WITH_ROWS else ():
        own = rows.trials == trial
        if not 2 <= own.sum() < rows.k:
            continue
        places = tuple(np.flatnonzero(own).tolist())
        said = f"rows {_joined(rows.rows[i] for i in places)} ({rows.studies[places[0]][:60]}), "
        yield Slip("trial_left_out", f"{said}all of one trial, are left out", places, 1.0, "",
                   rows.cells, ~own)  # fmt: skip
        cells = rows.cells.copy()
        cells[own] = turned(rows, cells[own])
        yield Slip("trial_turned", f"in {said}all of one trial, the arms, or the signs, are "
                   "exchanged", places, 1.25, "", cells, np.ones(rows.k, dtype=bool))  # fmt: skip


def _joined(numbers: Iterable[int]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}"


def _totals(rows: StudyRows) -> dict[int, str]:
    """Rows whose sizes are the sums of a run of others: subgroups beside their total."""
    at = [i for i, name in enumerate(rows.columns) if name in _SIZES]
    if len(at) < 2:  # one size is the sum of others by chance too often
        return {}
    sizes = rows.cells[:, at]
    found = {}
    for start, stop in combinations(range(rows.k + 1), 2):
        if not 2 <= stop - start <= 12:
            continue
        total = sizes[start:stop].sum(axis=0)
        for i in np.flatnonzero((sizes == total).all(axis=1)):
            if not start <= i < stop:
                found[int(i)] = f"rows {rows.rows[start]} to {rows.rows[stop - 1]}"
    return found


# Cells of one row --------------------------------------------------------------------------------


def _of_cells(rows: StudyRows, suspicious: Mapping[int, Suspicion]) -> Iterator[Slip]:
    for i in range(rows.k) if rows.k <= MAX_WITH_CELLS else suspicious:
        own = suspicious.get(i)
        for kind, what, rank, change in CHANGES[rows.kind]:
            cells = rows.cells.copy()
            cells[i] = change(rows, rows.cells[i : i + 1])[0]
            yield _fitting(rows, kind, f"in {_row(rows, i)} {what}", rank, cells, i, own)
        if own and rows.kind == "intervals":
            yield from _misread(rows, i, own)
        for column, name in enumerate(rows.columns):
            doubted = own if own and name in own.columns else None
            for kind, text, rank in _retyped(rows.texts[i][column], name):
                cells = rows.cells.copy()
                cells[i, column] = float(text)
                said = f"in {_row(rows, i)} {name} is {text}, not {rows.texts[i][column]}"
                if _possible(rows, cells[i]):
                    yield _fitting(rows, kind, said, rank, cells, i, doubted)


def _fitting(
    rows: StudyRows, kind: str, what: str, rank: float, cells: Array, i: int,
    suspicion: Suspicion | None,
) -> Slip:  # fmt: skip
    """A change; one that makes an interval fit its estimate again is the first to be thought of."""
    if suspicion and rows.kind == "intervals":
        closes = not off_centre(cells, rows.half)[i]
        return _changed(rows, kind, what, rank - 2 if closes else rank, cells, i,
                        suspicion.reason if closes else "")  # fmt: skip
    return _changed(rows, kind, what, rank, cells, i, suspicion.reason if suspicion else "")


def _misread(rows: StudyRows, i: int, suspicion: Suspicion) -> Iterator[Slip]:
    """Digits that make an interval fit its estimate again, if one of them was misread."""
    for column, name in enumerate(rows.columns):
        text = rows.texts[i][column]
        for at, digit in product(range(len(text)), "0123456789"):
            if not text[at].isdecimal() or digit == text[at]:
                continue
            read = text[:at] + digit + text[at + 1 :]
            cells = rows.cells.copy()
            cells[i, column] = float(read)
            if not off_centre(cells, rows.half)[i]:
                said = f"in {_row(rows, i)} {name} is {read}, not {text}"
                yield _fitting(rows, "misread", said, 2.5, cells, i, suspicion)


def _retyped(text: str, column: str) -> Iterator[tuple[str, str, float]]:
    """What else may have stood in a cell: another sign, a moved point, two digits exchanged."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.lstrip("+"))
    if not re.fullmatch(r"\d*\.?\d*", digits) or len(digits) > 12:
        return
    if column in _SIGNED and float(digits) != 0:
        yield "sign", digits if sign else f"-{digits}", 1.0
    number = float(sign + digits)
    if column not in _SIZES and number:
        decimals = len(digits.partition(".")[2])
        yield "decimal_point", f"{number * 10:.{max(decimals - 1, 0)}f}", 2.0
        yield "decimal_point", f"{number / 10:.{decimals + 1}f}", 2.0
    places = [i for i, letter in enumerate(digits) if letter.isdigit()]
    for one, other in zip(places, places[1:], strict=False):
        if digits[one] != digits[other]:
            letters = list(digits)
            letters[one], letters[other] = letters[other], letters[one]
            yield "digits", sign + "".join(letters), 2.5


def _possible(rows: StudyRows, cells: Array) -> bool:
    """Whether a row can be pooled at all with other numbers in it."""
    by_name = dict(zip(rows.columns, cells.tolist(), strict=True))
    if any(by_name.get(name, 1) <= 0 for name in ("vi", "sei", "sd_t", "sd_c")):
        return False
    if any(by_name.get(name, 2) < 2 for name in ("n_t", "n_c")) and rows.kind == "means":
        return False
    if rows.kind == "correlations":
        return bool(abs(by_name["r"]) < 1 and by_name["n_total"] > 3)
    return all(
        0 <= by_name.get(events, 0) <= by_name.get(n, math.inf) and by_name.get(n, 1) > 0
        for events, n in EVENTS_OF.items()
    )


def _together(
    rows: StudyRows, made: Sequence[Slip], suspicious: Mapping[int, Suspicion]
) -> list[Slip]:
    """Repairs of all intervals that do not fit their estimates, each by one change."""
    places = [i for i in suspicious if any(_repairs(slip, i) for slip in made)]
    if rows.kind != "intervals" or not 2 <= len(places) <= 4:
        return []
    by_row = [[slip for slip in made if _repairs(slip, i)] for i in places]
    found = []
    for repairs in islice(product(*by_row), _MAX_TOGETHER):
        cells = rows.cells.copy()
        for slip in repairs:
            cells[slip.rows[0]] = slip.cells[slip.rows[0]]
        found.append(
            Slip(
                "several",
                "; and ".join(slip.what for slip in repairs),
                tuple(places),
                min(slip.rank for slip in repairs) - 1,
                repairs[0].suspicion,
                cells,
                np.ones(rows.k, dtype=bool),
            )  # fmt: skip
        )
    return found


def _repairs(slip: Slip, place: int) -> bool:
    return (
        slip.rows == (place,)
        and bool(slip.suspicion)
        and bool(slip.member.all())
        and (slip.twice < 0 and slip.kind != "left_out")
    )


def _row(rows: StudyRows, i: int) -> str:
    return f"row {rows.rows[i]} ({rows.studies[i][:60]})"
