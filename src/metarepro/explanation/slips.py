"""Single changes of a table that a slip of a reviewer, an author or a typist would make."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.fits import Versions
from metarepro.explanation.rows import StudyRows
from metarepro.explanation.suspicions import Suspicion, off_centre, suspicions

Array = npt.NDArray[np.float64]

_Z95 = float(special.ndtri(0.975))
_Z90 = float(special.ndtri(0.95))
#: Rows up to which every row is left out and counted twice, and up to which the cells of every row
#: are changed; of longer tables that is done with the rows that look wrong.
MAX_WITH_ROWS, MAX_WITH_CELLS = 300, 150
#: Repairs of several suspicious rows at once that are tried.
_MAX_TOGETHER = 300
_SIGNED = ("yi", "ci_low", "ci_high", "mean_t", "mean_c")
_SIZES = ("n_t", "n_c", "events_t", "events_c")


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
    for kind, what, rank, change in _CHANGES[rows.kind]:
        if kind != "sign_of_row":
            yield _changed(rows, f"{kind}_all", f"in all rows {what}", rank + 0.5,
                           change(rows, rows.cells))  # fmt: skip
    turned = _turned(rows, rows.cells)
    yield _changed(rows, "turned_all", "the arms, or the signs, are exchanged in all rows", 0.5,
                   turned)  # fmt: skip


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


def _totals(rows: StudyRows) -> dict[int, str]:
    """Rows whose sizes are the sums of a run of others: subgroups beside their total."""
    at = [i for i, name in enumerate(rows.columns) if name in _SIZES]
    if not at:
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
        for kind, what, rank, change in _CHANGES[rows.kind]:
            cells = rows.cells.copy()
            cells[i] = change(rows, rows.cells[i : i + 1])[0]
            yield _fitting(rows, kind, f"in {_row(rows, i)} {what}", rank, cells, i, own)
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
    return all(
        0 <= by_name.get(f"events_{arm}", 0) <= by_name.get(f"n_{arm}", math.inf)
        and by_name.get(f"n_{arm}", 1) > 0
        for arm in ("t", "c")
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


# What happens to whole rows ----------------------------------------------------------------------

_Change = Callable[[StudyRows, Array], Array]


def _turned(rows: StudyRows, cells: Array) -> Array:
    """The arms exchanged, or the sign of given effects."""
    if rows.kind == "effects":
        return np.column_stack([-cells[:, 0], cells[:, 1]])
    if rows.kind == "intervals":
        return np.negative(cells[:, [0, 2, 1]])
    half = cells.shape[1] // 2
    return np.hstack([cells[:, half:], cells[:, :half]])


def _inverse(rows: StudyRows, cells: Array) -> Array:
    """Printed ratios of the exchanged arms; nothing where some are no ratios."""
    return 1 / cells[:, [0, 2, 1]] if (rows.cells > 0).all() else cells


def _on_log_scale(change: "_Change") -> "_Change":
    """A change of printed ratios that is made to their logarithms."""

    def changed(rows: StudyRows, cells: Array) -> Array:
        if not (rows.cells > 0).all():
            return cells
        return np.asarray(np.exp(change(rows, np.log(cells))))

    return changed


def _scaled_se(factor: float) -> _Change:
    """The standard error of given effects multiplied, the width of intervals about their middle."""

    def change(rows: StudyRows, cells: Array) -> Array:
        cells = cells.copy()
        if rows.kind == "effects":
            cells[:, 1] *= factor**2 if rows.columns[1] == "vi" else factor
        else:
            middle, half = cells[:, 1:].mean(axis=1), np.diff(cells[:, 1:])[:, 0] / 2
            cells[:, 1], cells[:, 2] = middle - factor * half, middle + factor * half
        return cells

    return change


def _se_power(power: float) -> _Change:
    """A variance that stands for a standard error, or the reverse."""

    def change(rows: StudyRows, cells: Array) -> Array:
        cells = cells.copy()
        cells[:, 1] = np.abs(cells[:, 1]) ** power
        return cells

    return change


def _on_log(rows: StudyRows, cells: Array) -> Array:
    """A ratio that stands for its logarithm."""
    cells = cells.copy()
    count = 3 if rows.kind == "intervals" else 1
    with np.errstate(invalid="ignore", divide="ignore"):
        cells[:, :count] = np.log(cells[:, :count])
    return cells


def _from_log(rows: StudyRows, cells: Array) -> Array:
    """A logarithm that stands for its ratio."""
    cells = cells.copy()
    count = 3 if rows.kind == "intervals" else 1
    cells[:, :count] = np.exp(np.minimum(cells[:, :count], 100))
    return cells


def _sds(power: float, arms: str) -> _Change:
    """A standard error in the place of an SD (power 0.5 of n), or the reverse (-0.5)."""

    def change(rows: StudyRows, cells: Array) -> Array:
        cells = cells.copy()
        for sd, n in ((1, 2),) * ("t" in arms) + ((4, 5),) * ("c" in arms):
            cells[:, sd] *= cells[:, n] ** power
        return cells

    return change


def _exchanged_limits(rows: StudyRows, cells: Array) -> Array:
    return cells[:, [0, 2, 1]]


def _non_events(rows: StudyRows, cells: Array) -> Array:
    cells = cells.copy()
    cells[:, 0], cells[:, 2] = cells[:, 1] - cells[:, 0], cells[:, 3] - cells[:, 2]
    return cells


_TURNED = ("sign_of_row", "the arms, or the sign, are exchanged", 1.0, _turned)
_CHANGES: Mapping[str, tuple[tuple[str, str, float, _Change], ...]] = {
    "effects": (
        _TURNED,
        ("level_90", "the interval was of 90%, read as 95%", 2.0, _scaled_se(_Z95 / _Z90)),
        ("level_95", "the interval was of 95%, read as 90%", 2.0, _scaled_se(_Z90 / _Z95)),
        ("interval_for_se", "half the interval stands for the standard error", 2.0,
         _scaled_se(1 / _Z95)),
        ("se_for_interval", "the standard error was divided by 1.96 once too often", 2.0,
         _scaled_se(_Z95)),
        ("width_for_se", "the width of the interval stands for the standard error", 2.5,
         _scaled_se(1 / (2 * _Z95))),
        ("variance_for_se", "a variance stands for the standard error, or an SE for the variance",
         1.5, _se_power(0.5)),
        ("se_for_variance", "the square of the SE or variance is meant", 1.5, _se_power(2.0)),
        ("not_logged", "the ratio was not logged", 1.5, _on_log),
        ("logged", "the logarithm stands for the ratio", 2.5, _from_log),
    ),
    "intervals": (
        _TURNED,
        ("sign_of_row", "the ratio is that of the exchanged arms", 1.0, _inverse),
        ("level_90", "the interval is of 90%", 2.0, _on_log_scale(_scaled_se(_Z95 / _Z90))),
        ("limits", "the limits are exchanged", 1.5, _exchanged_limits),
        ("level_90", "the interval is of 90%", 2.0, _scaled_se(_Z95 / _Z90)),
        ("level_95", "the interval is wider than 95% by 1.96 / 1.645", 2.5,
         _scaled_se(_Z90 / _Z95)),
        ("se_for_interval", "the limits are estimate and standard error apart", 2.0,
         _scaled_se(_Z95)),
        ("interval_for_se", "the interval was made 1.96 times too wide", 2.0,
         _scaled_se(1 / _Z95)),
        ("not_logged", "the ratio was not logged", 1.5, _on_log),
        ("logged", "the logarithm stands for the ratio", 2.5, _from_log),
    ),
    "means": (
        _TURNED,
        ("se_for_sd", "standard errors stand for the SDs", 1.0, _sds(0.5, "tc")),
        ("sd_for_se", "SDs were taken for standard errors", 1.0, _sds(-0.5, "tc")),
        ("se_for_sd_t", "a standard error stands for the SD of the first arm", 1.5,
         _sds(0.5, "t")),
        ("se_for_sd_c", "a standard error stands for the SD of the second arm", 1.5,
         _sds(0.5, "c")),
        ("sd_for_se_t", "the SD of the first arm was taken for a standard error", 1.5,
         _sds(-0.5, "t")),
        ("sd_for_se_c", "the SD of the second arm was taken for a standard error", 1.5,
         _sds(-0.5, "c")),
    ),
    "counts": (
        _TURNED,
        ("non_events", "those without the event are counted for those with it", 1.5, _non_events),
    ),
}  # fmt: skip
