"""Which arm the words of a header name; never a guess where they name both or deny one."""

import re
from collections.abc import Iterable, Sequence

#: Arms. The first and the second are those of headers that do not say which arm is which; of one
#: that is unsure, the words leave it open ("Standard treatment", "Comparison intervention").
TREATMENT, CONTROL, FIRST, SECOND, UNSURE = "t", "c", "1", "2", "?"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TREATED = _words("t i int interv intervention interventions treat treated treatment trt tx exp "
                  "experimental ig tg eg e active tratamiento traitement")  # fmt: skip
_CONTROLS = _words("c ctrl ctl cont contr control controls con comparison comparator cg placebo "
                   "pbo wl waitlist tau usual untreated")  # fmt: skip
_UNNAMED = (
    (FIRST, _words("1 arm1 group1 grp1 g1 t1 a")),
    (SECOND, _words("2 arm2 group2 grp2 g2 t2 b")),
)
#: Controls even beside a word of the treated arm: "control treatment".
_SURE = _words("control controls ctrl ctl tau untreated")
#: What makes another arm of a word of the treated one.
_QUALIFIERS = _words("no not non without standard routine conventional sham inactive minimal")
#: What joins two arms in a header, or adds to one: "TAU + intervention".
_JOINED = re.compile(r"(?<![a-z])(?:vs|versus|minus|plus|and|with)(?![a-z])|\+(?!\s*/)", re.I)
_ADDED = re.compile(r"(?<![a-z])plus(?![a-z])|\+(?!\s*/)", re.I)
#: Times at which a group was measured: before its treatment, after it, and words that count them.
BEFORE = _words("pre pretest pretreatment preintervention baseline before")
_AFTER = _words("post posttest posttreatment postintervention after final endpoint eot followup fu "
                "end")  # fmt: skip
_COUNTED_TIMES = _words("time timepoint wave visit week weeks month months day days year years "
                        "occasion measurement assessment session")  # fmt: skip
#: All words that tell an arm.
ARM_WORDS = _TREATED | _CONTROLS | _UNNAMED[0][1] | _UNNAMED[1][1]


def take_arm(text: str, words: Sequence[str]) -> tuple[str, frozenset[str], list[str]]:
    """The arm that a header names, the words that tell it, and the other words.

    Words of one letter count only where no longer one tells the arm: in "Control T1", T1 is a
    time.

    Parameters
    ----------
    text : str
        The header.
    words : sequence of str
        Its words but for the statistic.

    Examples
    --------
    >>> take_arm("Control T1 mean", ["Control", "T", "1"])[::2]
    ('c', ['T', '1'])
    >>> take_arm("Control treatment events", ["Control", "treatment"])[0]
    'c'
    >>> take_arm("Standard treatment mean", ["Standard", "treatment"])[0]
    '?'
    """
    small = [word.lower() for word in words]
    named = [place for place, word in enumerate(small) if word in _TREATED | _CONTROLS]
    long = [place for place in named if len(small[place]) > 1]
    # Of single letters, one before a digit is a time where another one tells the arm.
    timed = [place for place in named if not "".join(small[place + 1 : place + 2]).isdigit()]
    places = long or timed or named
    said = {small[place] for place in places}
    treated, control = said & _TREATED, said & _CONTROLS
    if not said:
        for arm, names in _UNNAMED:
            for place, word in enumerate(small):
                if word in names and not (place and small[place - 1] in _COUNTED_TIMES):
                    return arm, frozenset((word,)), [*words[:place], *words[place + 1 :]]
        return "", frozenset(), list(words)
    if not long:
        # One letter of each arm is used up, as in "mean_c_2_c".
        places = places[:1] if not (treated and control) else places
    qualified = {word for word in small if word in _QUALIFIERS} if treated else set()
    rest = [w for p, w in enumerate(words) if p not in places and small[p] not in qualified]
    said |= qualified
    if treated and control:
        sure = said & _SURE and not _JOINED.search(text)
        return (CONTROL if sure else UNSURE), frozenset(said), rest
    if control:
        added = _ADDED.search(text)
        return (UNSURE if added else CONTROL), frozenset(said | ({"+"} if added else set())), rest
    return (UNSURE if qualified else TREATMENT), frozenset(said), rest


def times_in(words: Iterable[str]) -> frozenset[str]:
    """The words of a header that tell a time, or a change over time, with the numbers of times.

    Examples
    --------
    >>> sorted(times_in(["week", "12", "mood"])), sorted(times_in(["drug", "2"]))
    (['12', 'week'], [])
    """
    small = [word.lower() for word in words]
    named = {word for word in small if word in BEFORE | _AFTER | _COUNTED_TIMES or word == "change"}
    return frozenset(named | {word for word in small if named and word.isdigit()})
