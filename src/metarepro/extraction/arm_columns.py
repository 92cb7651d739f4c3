"""Proposes means with SDs, and counts, of two arms."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from metarepro.extraction.arm_words import (
    BEFORE,
    CONTROL,
    FIRST,
    SECOND,
    TREATMENT,
    UNSURE,
    times_in,
)
from metarepro.extraction.headers import (
    EVENTS,
    MEAN,
    MEAN_SD,
    NON_EVENTS,
    OF_ARMS,
    SD,
    SIZE,
    parse_header,
)
from metarepro.extraction.mapping import Analysis, Cell
from metarepro.extraction.matching import goes_with, likeness
from metarepro.extraction.profiles import Column
from metarepro.tabular.yaml_text import FILL_IN

#: What an analysis takes of each arm, the first of which leads.
_KINDS = ((MEAN, SD, SIZE), (EVENTS, SIZE), (EVENTS, NON_EVENTS))
_WORDS = 0.5
_FRACTION = re.compile(r"\s*[0-9]+\s*/\s*[0-9]+")
#: Of the cells of a column, those that must be as its header says; the others are named as wrong
#: when they are read.
MOST = 0.8
#: Controls whose other arm is the treated one, whatever it is called.
_AGAINST = frozenset(("placebo", "pbo", "control", "controls", "ctrl", "c", "untreated"))


@dataclass(frozen=True, eq=False)
class _Part:
    """One number of each cell of a column: a statistic of an arm."""

    statistic: str
    arm: str
    column: Column
    number: int
    reason: str


def arm_analyses(columns: Sequence[Column], mark: str) -> Iterator[Analysis]:
    """Every set of columns with means, SDs and sizes, or events and sizes, of two arms."""
    known = [_with_size(column) for column in _with_named_arm(_with_arms(columns))]
    parts = _unnamed([part for column in known for part in _parts(column)])
    for arms in ((TREATMENT, CONTROL), (FIRST, SECOND)):
        for kind in _KINDS:
            used: set[tuple[int, int]] = set()
            for lead in parts:
                if (lead.statistic, lead.arm) != (kind[0], arms[0]):
                    continue
                taken = _complete(lead, [p for p in parts if _key(p) not in used], kind, arms)
                if taken:
                    used |= {_key(p) for p in taken.values() if p.column.header.topic}
                    yield _analysis(lead, taken, arms, mark)


def _with_size(column: Column) -> Column:
    """A column of events and sizes whose header names nothing but the arm."""
    if column.header.statistic or not is_fraction(column):
        return column
    text = column.header.text
    return replace(column, header=replace(parse_header(f"{text} n"), text=text))


def _with_arms(columns: Sequence[Column]) -> list[Column]:
    """The columns; two headers that stand over the same statistics each are the two arms.

    Headers of two times, such as baseline and final, are no arms.
    Where one of them is an arm by its name, such as placebo, the other one is the other arm.
    """
    over: dict[str, list[str]] = {}
    named: dict[str, str] = {}
    for column in columns:
        above, below = _spanned(column)
        statistic = parse_header(below).statistic
        if above and statistic in OF_ARMS:
            over.setdefault(above, []).append(statistic)
            named[above] = _sure_arm(column)
    arms = _both_arms(tuple(named.values()))
    at_one_time = len({times_in(re.findall(r"[^\W_\d]+|\d+", above)) for above in over}) == 1
    if len(set(map(tuple, over.values()))) != 1 or not arms or not at_one_time:
        return list(columns)
    of_group = dict(zip(over, arms, strict=True))
    return [_in_arm(column, of_group.get(_spanned(column)[0], "")) for column in columns]


def _with_named_arm(columns: Sequence[Column]) -> list[Column]:
    """The columns; where one arm has a name of its own, such as "Exercise mean" and "Control mean".

    The words that all columns without an arm share are its name if the columns are, but for
    them, those of the arm that is known. Words of times are no name.
    """
    of_arms = [c for c in columns if c.header.statistic in OF_ARMS and not _spanned(c)[0]]
    known = [c for c in of_arms if c.header.arm]
    others = [c for c in of_arms if not c.header.arm and c.header.topic]
    if not known or not others or len({_sure_arm(c) for c in known}) > 1:
        return list(columns)
    name = frozenset.intersection(*(frozenset(c.header.topic) for c in others))
    name = name.difference(*(c.header.topic for c in known))
    same = Counter(_content(c, name) for c in others) == Counter(_content(c) for c in known)
    arms = _both_arms((_sure_arm(known[0]), ""))
    if not name or times_in(name) or not same or not arms:
        return list(columns)
    own, other = arms if arms != (FIRST, SECOND) or known[0].place < others[0].place else arms[::-1]
    of_arm = {c.place: own for c in known} | {c.place: other for c in others}
    return [_called(c, of_arm[c.place], name) if c.place in of_arm else c for c in columns]


def _content(column: Column, name: Set[str] = frozenset()) -> tuple[str, tuple[str, ...]]:
    """The statistic and the topic of a column, without the name of its arm."""
    header = column.header
    return header.statistic, tuple(word for word in header.topic if word not in name)


def _called(column: Column, arm: str, name: Set[str]) -> Column:
    """A column of an arm, whose topic is without the name of the arm."""
    header = column.header
    topic = _content(column, name)[1]
    own_name = header.name if topic == header.topic else "_".join(topic)
    return replace(column, header=replace(header, arm=arm, topic=topic, name=own_name))


def _spanned(column: Column) -> tuple[str, str]:
    """The header that spans a column with others, "" if none does, and its own below."""
    above, _, below = column.header.text.rpartition(">")
    return above.strip(), below.strip()


def _sure_arm(column: Column) -> str:
    """The arm of a column; unsure of a control whose other arm may be one as well, such as TAU."""
    header = column.header
    unsure = header.arm == UNSURE or header.arm == CONTROL and not header.arm_said & _AGAINST
    return UNSURE if unsure else header.arm


def _in_arm(column: Column, arm: str) -> Column:
    """A column below the header of an arm; "" leaves it as it is."""
    if not arm:
        return column
    text = column.header.text
    own = parse_header(_spanned(column)[1])
    return replace(column, header=replace(own, text=text, arm=arm, said=text))


def _both_arms(named: tuple[str, ...]) -> tuple[str, str] | None:
    """The arms of two groups, of which at most one is named; None where that is not so."""
    if named in (("", ""), (UNSURE, ""), ("", UNSURE)):
        return FIRST, SECOND
    for arm, other in ((TREATMENT, CONTROL), (CONTROL, TREATMENT)):
        if named == (arm, ""):
            return arm, other
        if named == ("", arm):
            return other, arm
    return None


def _unnamed(parts: Sequence[_Part]) -> Sequence[_Part]:
    """Parts of two arms that are called the first and the second, unless words name both."""
    arms = {part.arm for part in parts}
    if {TREATMENT, CONTROL} <= arms or not arms & {CONTROL, UNSURE}:
        return parts
    names = [{part.arm} if part.arm == TREATMENT else part.column.header.arm_said for part in parts]
    first, *others = dict.fromkeys(frozenset(name) for name in names)
    if len(others) != 1 or arms & {FIRST, SECOND}:
        return parts
    return [
        replace(part, arm=FIRST if name == first else SECOND)
        for part, name in zip(parts, names, strict=True)
    ]


def _key(part: _Part) -> tuple[int, int]:
    return part.column.place, part.number


def _parts(column: Column) -> Iterator[_Part]:
    """What stands in the cells of a column of one arm."""
    statistic, arm = column.header.statistic, column.header.arm
    if statistic not in OF_ARMS or not arm or not column.width:
        return
    said = f'the header says "{column.header.said}"'
    if statistic == MEAN_SD or statistic == MEAN and column.width == 2:
        if column.width == 2:
            for number, part in ((1, MEAN), (2, SD)):
                yield _Part(part, arm, column, number, f"mean and SD in one cell; {said}")
    elif is_fraction(column):
        for number, part in ((1, EVENTS), (2, SIZE)):
            yield _Part(part, arm, column, number, "events and size in one cell")
    elif column.width == 2 and statistic in (EVENTS, SIZE):
        yield _Part(statistic, arm, column, 1, f"two numbers in a cell; {said}")
    elif column.width == 1:
        yield _Part(statistic, arm, column, 0, said)


def is_fraction(column: Column) -> bool:
    """Whether cells hold events and size, with or without the percentage: "12/40 (30%)"."""
    if column.width not in (2, 3) or column.header.statistic not in (EVENTS, SIZE, ""):
        return False
    filled = [text for text in column.texts if text.strip()]
    slashed = np.mean([bool(_FRACTION.match(text)) for text in filled])
    events, sizes = column.values(1)[column.filled], column.values(2)[column.filled]
    return bool(slashed > MOST and fit(events, sizes))


def fit(events: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64]) -> bool:
    """Whether most events are whole numbers within the sizes of their rows."""
    return bool(np.mean((events <= sizes) & (events % 1 == 0)) > MOST)


def _complete(
    lead: _Part, parts: Sequence[_Part], kind: Sequence[str], arms: Sequence[str]
) -> dict[str, _Part]:
    """The parts that go with the leading one, by role; none unless all are there."""
    taken: dict[str, _Part] = {}
    for arm in arms:
        for statistic in kind:
            if (statistic, arm) == (lead.statistic, lead.arm):
                best: _Part | None = lead
            else:
                fitting = [p for p in parts if (p.statistic, p.arm) == (statistic, arm)
                           and _may_go(lead, p)]  # fmt: skip
                best = max(fitting, key=lambda p: goes_with(lead.column, p.column), default=None)
            if best is None:
                return {}
            taken[f"{statistic}_{arm}"] = best
    return taken


def _may_go(lead: _Part, part: _Part) -> bool:
    own, other = lead.column.header.topic, part.column.header.topic
    return not other or not own or likeness(own, other) >= _WORDS


def _analysis(lead: _Part, taken: dict[str, _Part], arms: Sequence[str], mark: str) -> Analysis:
    cells = {
        role: Cell(part.column.header.text, part.number, part.reason)
        for role, part in taken.items()
    }
    before = BEFORE & times_in(lead.column.header.topic)
    notes = ("measured before the treatment by the headers: no effect of it",) if before else ()
    kind = "means" if lead.statistic == MEAN else "counts"
    return Analysis(
        lead.column.header.name or kind,
        "",
        cells,
        decimal=mark,
        first_arm=FILL_IN if arms[0] == FIRST else "",
        notes=notes,
    )
