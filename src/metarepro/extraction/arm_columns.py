"""Proposes means with SDs, and counts, of two arms."""

import re
from collections.abc import Collection, Iterator, Sequence, Set
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
    HIGH,
    INTERVAL,
    LOW,
    MEAN,
    MEAN_SD,
    NON_EVENTS,
    OF_ARMS,
    SD,
    SE,
    SIZE,
    VARIANCE,
    Header,
    parse_header,
)
from metarepro.extraction.mapping import Analysis, Cell
from metarepro.extraction.matching import goes_with, likeness
from metarepro.extraction.profiles import Column
from metarepro.tabular.yaml_text import FILL_IN

#: What an analysis takes of each arm, the first of which leads.
_KINDS = ((MEAN, SD, SIZE), (EVENTS, SIZE), (EVENTS, NON_EVENTS))
_RANDOMISED = re.compile(r"randomi[sz]ed", re.I)
_WORDS = 0.5
_FRACTION = re.compile(r"\s*[0-9]+\s*(?:/|(?:out\s+)?of)\s*[0-9]+")
#: The number that readers put behind a header that stands there again.
_AGAIN = re.compile(r"(.+) \([0-9]+\)")
#: The statistic of a header that says only x, with the arm (x1i) or without.
_X = re.compile(r"x([itec12]i?)?", re.I)
#: What stands beside means.
_SPREADS = (SD, MEAN_SD, SE, VARIANCE, INTERVAL, LOW, HIGH)
_SPREAD = re.compile(r"(?:se|sem|var|v|iqr)[\W_]*[itec12]i?", re.I)
#: Of the cells of a column, those that must be as its header says; the others are named as wrong
#: when they are read.
MOST = 0.8
#: Controls whose other arm is the treated one, whatever it is called.
_AGAINST = frozenset(("placebo", "pbo", "control", "controls", "ctrl", "ctl", "untreated"))


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
    counts = _counts_with_percent(_x_of_counts(_repeated(columns)))
    known = _with_arms([_with_size(column) for column in _sizes_of_groups(counts)])
    parts = _unnamed([part for column in known for part in _parts(column)])
    for arms in ((TREATMENT, CONTROL), (FIRST, SECOND)):
        led: set[tuple[int, int]] = set()
        for kind in _KINDS:
            used: set[tuple[int, int]] = set()
            for lead in parts:
                if (lead.statistic, lead.arm) != (kind[0], arms[0]) or _key(lead) in led:
                    continue
                taken = _complete(lead, [p for p in parts if _key(p) not in used], kind, arms)
                if taken:
                    led.add(_key(lead))
                    used |= {_key(p) for p in taken.values() if p.column.header.topic}
                    yield _analysis(lead, taken, arms, mark, _other_sizes(taken.values(), parts))


def _x_of_counts(columns: Sequence[Column]) -> list[Column]:
    """The columns; x, which is a mean or a count, is one of events where no spread goes with it."""
    x = [c for c in columns if c.header.statistic == MEAN and _X.fullmatch(c.header.said)]
    means = any(c.header.statistic == MEAN for c in columns if c not in x)
    spreads = any(
        c.header.statistic in _SPREADS or _SPREAD.fullmatch(c.header.text) for c in columns
    )
    whole = all(c.width == 1 and not (c.values()[c.filled] % 1).any() for c in x)
    if not whole or spreads and not means:
        return list(columns)
    counted = [replace(c, header=replace(c.header, statistic=EVENTS)) for c in x]
    return [counted[x.index(c)] if c in x else c for c in columns]


def _repeated(columns: Sequence[Column]) -> list[Column]:
    """The columns; of headers that stand there for each arm, each is of the arm left of it.

    As in "Treated: mean | SD | n | Placebo: mean | SD | n". Where more are of one arm, none is;
    nor is one where the columns of an arm stand apart: sizes may be left of "Treated: events".
    """
    found: dict[str, list[Column]] = {}
    arms = [""]
    for column in columns:
        again = _AGAIN.fullmatch(column.header.text)
        header = parse_header(again[1]) if again else column.header
        if not again or header.arm:
            arms += [header.arm] if header.arm not in ("", arms[-1]) else []
        elif header.statistic in OF_ARMS:
            header = replace(header, text=column.header.text, arm=arms[-1])
            found.setdefault(again[1], []).append(replace(column, header=header))
    both = [of for of in found.values() if sorted(c.header.arm for c in of) == [CONTROL, TREATMENT]]
    known = {column.place: column for of in both for column in of if len(arms) == 3}
    return [known.get(column.place, column) for column in columns]


def _counts_with_percent(columns: Sequence[Column]) -> list[Column]:
    """The columns; "n (%)" has events where another column has the sizes: "12 (30%)", 40."""
    sizes = [c for c in columns if c.header.statistic == SIZE and c.width == 1]
    return [
        replace(c, header=replace(c.header, statistic=EVENTS))
        if c.header.statistic == SIZE
        and c.width == 2
        and "%" in c.header.text
        and any(
            c.header.arm == of.header.arm and fit(c.values()[c.filled], of.values()[c.filled])
            for of in sizes
        )
        and not is_fraction(c)
        else c
        for c in columns
    ]


def _sizes_of_groups(columns: Sequence[Column]) -> list[Column]:
    """The columns; who survived, died or responded is a group, and no count, where it has means."""
    of_means = {
        word
        for c in columns
        if c.header.statistic in (MEAN, SD, MEAN_SD)
        for word in c.header.topic
    }
    found = []
    for column in columns:
        header = column.header
        if header.statistic in (EVENTS, NON_EVENTS) and header.said.lower() in of_means:
            words = [word for word in header.topic if parse_header(word).statistic != SIZE]
            topic = (*words, header.said.lower())
            header = replace(header, statistic=SIZE, topic=topic, name="_".join(topic))
        found.append(replace(column, header=header))
    return found


def _with_size(column: Column) -> Column:
    """A column of events and sizes whose header names nothing but the arm."""
    if column.header.statistic or not is_fraction(column):
        return column
    text = column.header.text
    return replace(column, header=replace(parse_header(f"{text} n"), text=text))


def _with_arms(columns: Sequence[Column]) -> list[Column]:
    """The columns; two groups that have the same statistics each are the two arms.

    A group is named by the header that spans its columns, else by the words beside the statistic.
    Two times, such as baseline and final, are no arms. Where one of the groups is an arm by its
    name, such as placebo, the other one is the other arm.
    """
    grouped = list(map(_in_group, columns))
    over: dict[str, list[str]] = {}
    named: dict[str, str] = {}
    for column, group in zip(columns, grouped, strict=True):
        if group:
            over.setdefault(group[0], []).append(group[1].statistic)
            named[group[0]] = _sure_arm(column)
    arms = _both_arms(tuple(named.values()))
    at_one_time = len({times_in(re.findall(r"[^\W_\d]+|\d+", name)) for name in over}) == 1
    if len({tuple(sorted(own)) for own in over.values()}) != 1 or not arms or not at_one_time:
        return list(columns)
    of_group = dict(zip(over, arms, strict=True))
    topics = [set(c.header.topic) for c, group in zip(columns, grouped, strict=True) if group]
    shared = set.intersection(*topics)  # of the outcome, not of a group
    return [
        _called(column, group[1], of_group[group[0]], shared) if group else column
        for column, group in zip(columns, grouped, strict=True)
    ]


def _called(column: Column, header: Header, arm: str, shared: Set[str]) -> Column:
    """A column of an arm, with the words of its topic that those of all groups share."""
    topic = header.topic or tuple(word for word in column.header.topic if word in shared)
    name = header.name or "_".join(topic)
    return replace(column, header=replace(header, arm=arm, topic=topic, name=name))


def _in_group(column: Column) -> tuple[str, Header] | None:
    """The group of a column with a statistic of an arm, and its header without the group."""
    header = column.header
    above, _, below = header.text.rpartition(">")
    if above:
        own = replace(parse_header(below), text=header.text, said=header.text)
        return (above.strip(), own) if own.statistic in OF_ARMS else None
    name = " ".join((*sorted(header.arm_said), *header.topic))
    own = replace(header, topic=(), name="", said=header.text)
    return (name, own) if header.statistic in OF_ARMS and name else None


def _sure_arm(column: Column) -> str:
    """The arm of a column; unsure of names that may be those of anything.

    The other arm of a control may be one as well, such as TAU, and a single letter may be part of
    a name: "Vitamin C", "Group I".
    """
    header = column.header
    open_control = header.arm == CONTROL and not header.arm_said & _AGAINST
    letter = bool(header.arm_said) and all(len(word) == 1 for word in header.arm_said)
    return UNSURE if header.arm == UNSURE or open_control or letter else header.arm


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
    if statistic == MEAN_SD or statistic == MEAN and column.width == 2:
        if column.width == 2:
            for number, part in ((1, MEAN), (2, SD)):
                yield _Part(part, arm, column, number, f"mean and SD in one cell; {column.said}")
    elif is_fraction(column):
        for number, part in ((1, EVENTS), (2, SIZE)):
            yield _Part(part, arm, column, number, "events and size in one cell")
    elif column.width == 2 and statistic in (EVENTS, SIZE):
        yield _Part(statistic, arm, column, 1, f"two numbers in a cell; {column.said}")
    elif column.width == 1:
        yield _Part(statistic, arm, column, 0, column.said)


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
                best = max(fitting, key=lambda p: _closeness(lead, p), default=None)
            if best is None:
                return {}
            taken[f"{statistic}_{arm}"] = best
    return taken


def _closeness(lead: _Part, part: _Part) -> float:
    """How well a part goes with the leading one.

    Deaths go with deaths rather than with events, and those analysed before those randomised.
    """
    words = [one.column.header.said.lower() for one in (lead, part)]
    randomised = _RANDOMISED.search(part.column.header.text) is not None
    return goes_with(lead.column, part.column) + (words[0] == words[1]) - randomised


def _may_go(lead: _Part, part: _Part) -> bool:
    own, other = lead.column.header.topic, part.column.header.topic
    return not other or not own or likeness(own, other) >= _WORDS


def _other_sizes(taken: Collection[_Part], parts: Sequence[_Part]) -> list[str]:
    """What to say of sizes of the same arms that are left out, such as those randomised."""
    topics = {part.column.header.topic for part in taken if part.statistic == SIZE}
    return [
        f"{part.column.header.text}: not used, another size of the same arm"
        for part in parts
        if part.statistic == SIZE and part.column.header.topic in topics and part not in taken
    ]


def _analysis(
    lead: _Part, taken: dict[str, _Part], arms: Sequence[str], mark: str, left_out: Sequence[str]
) -> Analysis:
    cells = {
        role: Cell(part.column.header.text, part.number, part.reason)
        for role, part in taken.items()
    }
    before = BEFORE & times_in(lead.column.header.topic)
    notes = ["measured before the treatment by the headers: no effect of it"] if before else []
    kind = "means" if lead.statistic == MEAN else "counts"
    return Analysis(
        lead.column.header.name or kind,
        "",
        cells,
        decimal=mark,
        first_arm=FILL_IN if arms[0] == FIRST else "",
        notes=(*notes, *left_out),
    )
