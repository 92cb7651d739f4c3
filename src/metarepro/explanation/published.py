"""Reads a pooled result as it is printed: "g = 0.32 [0.23, 0.40]; I2 79%"."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from metarepro.errors import InputError
from metarepro.tabular.printed_numbers import decimals_of

#: What may be printed of a pool, and the words for it.
STATISTICS: Mapping[str, str] = {
    "estimate": "estimate",
    "ci_low": "lower limit",
    "ci_high": "upper limit",
    "pi_low": "lower limit of the prediction interval",
    "pi_high": "upper limit of the prediction interval",
    "z": "z",
    "p": "p",
    "tau2": "tau²",
    "tau": "tau",
    "i2": "I²",
    "q": "Q",
    "q_df": "df of Q",
    "q_p": "p of Q",
    "k": "k",
}
#: Symbols before an estimate -> measure in `wording.scales.MEASURES`.
SYMBOLS: Mapping[str, str] = {
    "g": "SMD",
    "d": "SMD",
    "smd": "SMD",
    "md": "MD",
    "wmd": "MD",
    "or": "OR",
    "rr": "RR",
    "rd": "RD",
    "hr": "HR",
    "irr": "IRR",
    "zr": "correlation",
    "r": "correlation",
    "correlation": "correlation",
    "proportion": "proportion",
    "prevalence": "proportion",
}
_LONGEST, _MOST_DECIMALS = 500, 100
_SIGNS = str.maketrans(
    {"−": "-", "‐": "-", "‑": "-", "–": "–", "—": "–", "²": "2", "τ": "tau", "Τ": "tau"}
    | {"χ": "chi", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "≤": "<", "≥": ">", "·": "."}
)
_NUM = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
_IS = r"\s*(?:=|:|of|was|is)?\s*"
_P = rf"\bp(?:[- ]?value)?\s*(?P<bound>[=<>:]?)\s*(?P<value>{_NUM})"
_NAMED: tuple[tuple[str, str], ...] = (
    ("i2", rf"\bi\^?2{_IS}(?P<value>{_NUM})\s*%?"),
    ("tau2", rf"\btau\^?(?:2|-?squared){_IS}(?P<value>{_NUM})"),
    ("tau", rf"\btau{_IS}(?P<value>{_NUM})"),
    ("q", rf"\b(?:cochran'?s )?(?:q|chi\^?2)\b(?:\s*\(\s*(?:df{_IS})?(?P<df>\d+)\s*\))?"
     rf"{_IS}(?P<value>{_NUM})"),
    ("q_df", rf"\bdf{_IS}(?P<value>\d+)"),
    ("z", rf"\bz{_IS}(?P<value>{_NUM})"),
    ("k", rf"\bk{_IS}(?P<value>\d+)|(?P<value2>\d+) (?:studies|trials|effects|effect sizes)\b"),
)  # fmt: skip
_LEVEL = re.compile(r"(?P<level>\d{2}(?:\.\d+)?)\s*%\s*(?:-?\s*ci\b|confidence interval)?", re.I)
_CI_FOLLOWS = r"\s*-?\s*(?:ci\b|confidence)"
_WORDS = re.compile(r"\bci\b\s*[=:]?|confidence interval", re.I)
_POSSESSIVE = r"\b(?:hedges|cohen|fisher)['’]?s?['’]?(?=\s)"
_SHARES = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")
#: A dash after a digit.
_DASH = re.compile(r"(?<=\d)\s*(?:–|(?<=\d)-)\s*(?=[-.\d])")
_BETWEEN = r"\s*(?:,|;|\bto\b|–|\.\.|\band\b)\s*"
_LIMITS = rf"[\[(]?\s*(?P<low>{_NUM})%?{_BETWEEN}(?P<high>{_NUM})%?\s*[\])]?"
_INTERVAL = re.compile(_LIMITS)
_PREDICTION = re.compile(
    rf"(?:(?P<level>\d{{2}}(?:\.\d+)?)\s*%\s*)?\b(?:PI|prediction interval)\b{_IS}{_LIMITS}", re.I
)


@dataclass(frozen=True)
class PrintedNumber:
    """A number as it is printed.

    Attributes
    ----------
    value : float
    decimals : how many are printed
    bound : "<" or ">" where only a bound is printed
    """

    value: float
    decimals: int
    bound: str = ""

    @property
    def half(self) -> float:
        """Half a unit of the last printed digit."""
        return 0.5 * 10.0**-self.decimals

    def __str__(self) -> str:
        """Print it as it was."""
        return f"{self.bound and self.bound + ' '}{self.value:.{max(self.decimals, 0)}f}"


@dataclass(frozen=True)
class PublishedResult:
    """A printed pool.

    Attributes
    ----------
    text : as it was given
    numbers : by the names in `STATISTICS`; at least the estimate
    level : of the interval, 0.95 for 95%
    measure : that its symbol names, a key of `wording.scales.MEASURES`; "" without one
    notes : what was put right in reading it
    """

    text: str
    numbers: Mapping[str, PrintedNumber]
    level: float = 0.95
    measure: str = ""
    notes: tuple[str, ...] = field(default=())


def parse_published(text: str) -> PublishedResult:
    """Read a printed pool.

    Parameters
    ----------
    text : str
        The estimate, its interval and whatever else is printed: level ("95% CI"), I2, tau2 or tau,
        Q (or chi2) with df, p (after Q in the same part between semicolons: of Q), z, k, the
        prediction interval ("PI -0.2 to 0.8"), of the same level. The
        interval may be "[0.23, 0.40]", "(0.23 to 0.40)" or "0.23–0.40"; minus signs, dashes and
        superscripts as printed; a decimal comma where no point is printed. An estimate with a
        percent sign, "11.8% (7.0 to 19.2)", is read as a share, and its limits as well.

    Returns
    -------
    PublishedResult

    Raises
    ------
    InputError
        If there is no estimate, or words or numbers that it cannot place.

    Examples
    --------
    >>> result = parse_published("g = 0.32 (95% CI 0.23 to 0.40); I² = 79%, τ² 0.04; p < .001")
    >>> {name: str(number) for name, number in result.numbers.items()}
    {'estimate': '0.32', 'ci_low': '0.23', 'ci_high': '0.40', 'p': '< 0.001', 'tau2': '0.04', \
'i2': '79'}
    """
    if len(text) > _LONGEST:
        raise InputError(f"the printed result has {len(text)} characters; allowed: {_LONGEST}")
    found: dict[str, PrintedNumber] = {}
    left: list[str] = []
    predicted = ""
    for part in _parts(text):
        part, own = _prediction(part, found, text)
        predicted = own or predicted
        left.append(_named(part, found, text))
    rest = "; ".join(left)
    measure, rest = _measure(rest)
    in_percent = re.match(rf"\s*{_NUM}\s*%(?!{_CI_FOLLOWS})", rest, re.I)
    if in_percent:
        rest = re.sub(rf"(?<=\d)\s*%(?!{_CI_FOLLOWS})", "", rest, flags=re.I)
        rest = _DASH.sub(" – ", rest)
    level, rest = _level(rest, text)
    if predicted and float(predicted) / 100 != level:
        raise InputError(
            f"{text!r}: a prediction interval of {predicted}% beside {100 * level:g}%; allowed: "
            "intervals of one level"
        )
    notes = _estimate(_WORDS.sub(" ", rest), found, text)
    if in_percent:
        found |= {name: _share(found[name]) for name in _SHARES if name in found}
    _check(found, text)
    ordered = {name: found[name] for name in STATISTICS if name in found}
    return PublishedResult(text, ordered, level, measure, notes)


#: Printed numbers that speak of heterogeneity.
HETEROGENEITY = ("i2", "tau2", "tau", "q", "q_p", "q_df", "pi_low", "pi_high")


def without_heterogeneity(published: PublishedResult) -> PublishedResult:
    """The same pool without what is printed of its heterogeneity."""
    kept = {name: n for name, n in published.numbers.items() if name not in HETEROGENEITY}
    return replace(published, numbers=kept)


def contradictions(published: PublishedResult, k: int) -> list[str]:
    """What in a printed pool of `k` results cannot go together, in words.

    I2 = (Q - df) / Q (Higgins & Thompson 2002); programs that take it from tau2 differ from that,
    which is said.

    Examples
    --------
    >>> contradictions(parse_published("-0.66 [-0.88, -0.44]; I2 62.2%; Q 62.49"), 24)
    ['I² 62.2% does not follow from Q 62.49 with 23 degrees of freedom, which give 63.2% (it may \
come from τ²)']
    """
    numbers, found = published.numbers, []
    if "ci_low" in numbers:
        low, high = numbers["ci_low"], numbers["ci_high"]
        estimate = numbers["estimate"]
        slack = estimate.half + low.half
        if not low.value - slack <= estimate.value <= high.value + slack:
            found.append("the printed estimate lies outside its interval")
    if "q" in numbers and "i2" in numbers:
        df = numbers["q_df"].value if "q_df" in numbers else k - 1
        q, i2 = numbers["q"], numbers["i2"]
        low_i2, mid, high_i2 = (
            100 * max(0.0, (x - df) / x) if x > 0 else 0.0
            for x in (q.value - q.half, q.value, q.value + q.half)
        )
        if not low_i2 - i2.half <= i2.value <= high_i2 + i2.half:
            found.append(
                f"I² {i2}% does not follow from Q {q} with {df:.0f} degrees of freedom, which give "
                f"{mid:.1f}% (it may come from τ²)"
            )
    return found


def _parts(text: str) -> list[str]:
    """The parts between semicolons, with plain signs; an interval keeps its own semicolon."""
    plain = text.translate(_SIGNS)
    if re.search(r"\d,\d", plain) and not re.search(r"\d\.\d", plain):
        first = re.search(r"\d+(,\d+)?", plain)
        if first and first[1]:
            plain = re.sub(r"(?<=\d),(?=\d)", ".", plain)
    # A dash after anything but a digit is a minus; a hyphen after a digit is a dash.
    plain = re.sub(r"(?<![\d\s])(\s*)[–-]\s*(?=\.?\d)", r"\1-", plain)
    plain = _DASH.sub(" – ", plain)
    return re.split(r";(?![^\[(]*[\])])", plain)


def _prediction(part: str, found: dict[str, PrintedNumber], text: str) -> tuple[str, str]:
    """Take the prediction interval out of a part; what is left, and its level in percent."""
    match = _PREDICTION.search(part)
    if not match:
        return part, ""
    _put(found, "pi_low", _number(match["low"]), text)
    _put(found, "pi_high", _number(match["high"]), text)
    return f"{part[: match.start()]} , {part[match.end() :]}", match["level"] or ""


def _named(part: str, found: dict[str, PrintedNumber], text: str) -> str:
    """Take the statistics with a name out of a part; what is left of it."""
    has_q = False
    for name, pattern in _NAMED:
        match = re.search(pattern, part, re.I)
        if not match:
            continue
        groups = match.groupdict()
        _put(found, name, _number(groups.get("value") or groups.get("value2") or ""), text)
        if name == "q":
            has_q = True
            if groups["df"]:
                _put(found, "q_df", _number(groups["df"]), text)
        part = f"{part[: match.start()]} , {part[match.end() :]}"
    for match in list(re.finditer(_P, part, re.I))[::-1]:
        number = _number(match["value"], match["bound"] if match["bound"] in "<>" else "")
        _put(found, "q_p" if has_q else "p", number, text)
        part = f"{part[: match.start()]} , {part[match.end() :]}"
    return part


def _number(digits: str, bound: str = "") -> PrintedNumber:
    value, decimals = float(digits), decimals_of(digits)
    if not math.isfinite(value) or abs(decimals) > _MOST_DECIMALS:
        raise InputError(f"{digits[:40]} is not a possible number of a pool")
    return PrintedNumber(value, decimals, bound)


def _share(number: PrintedNumber) -> PrintedNumber:
    """A percentage as a share."""
    return PrintedNumber(number.value / 100, number.decimals + 2, number.bound)


def _put(found: dict[str, PrintedNumber], name: str, number: PrintedNumber, text: str) -> None:
    if name in found:
        raise InputError(f"{text!r}: {STATISTICS[name]} is given twice")
    found[name] = number


def _level(rest: str, text: str) -> tuple[float, str]:
    match = _LEVEL.search(rest)
    if not match:
        return 0.95, rest
    level = float(match["level"]) / 100
    if not 0.5 <= level < 1:
        raise InputError(f"{text!r}: an interval of {match['level']}%; allowed: 50 to 99.9")
    return level, f"{rest[: match.start()]} {rest[match.end() :]}"


def _measure(rest: str) -> tuple[str, str]:
    match = re.match(
        rf"(?:\s*{_POSSESSIVE})?\s*(?P<symbol>{'|'.join(SYMBOLS)})\b\s*[=:]?\s*", rest, re.I
    )
    if not match:
        return "", rest
    return SYMBOLS[match["symbol"].lower()], rest[match.end() :]


def _estimate(rest: str, found: dict[str, PrintedNumber], text: str) -> tuple[str, ...]:
    """Estimate and interval from what has no name."""
    first = re.match(rf"[\s=:,;]*(?P<value>{_NUM})", rest)
    if not first:
        raise InputError(f"{text!r}: it must start with an estimate, such as 0.32 [0.23, 0.40]")
    found["estimate"] = _number(first["value"])
    rest = rest[first.end() :]
    notes: tuple[str, ...] = ()
    interval = _INTERVAL.search(rest)
    if interval:
        low, high = _number(interval["low"]), _number(interval["high"])
        if low.value > high.value:
            low, high = high, low
            notes = ("the limits are printed with the higher one first",)
        found["ci_low"], found["ci_high"] = low, high
        rest = f"{rest[: interval.start()]} {rest[interval.end() :]}"
    unknown = re.sub(r"[\s,;:()\[\]]+", " ", rest).strip()
    if unknown:
        known = ", ".join(dict.fromkeys([*STATISTICS.values()][3:]))
        raise InputError(
            f"{text!r}: cannot place {unknown!r}; allowed beside the estimate and its interval: "
            f"{known}"
        )
    return notes


def _check(found: Mapping[str, PrintedNumber], text: str) -> None:
    """Refuse numbers that no pool can have."""
    limits = {"i2": (0, 100), "p": (0, 1), "q_p": (0, 1), "tau2": (0, math.inf)} | {
        "tau": (0, math.inf), "q": (0, math.inf), "k": (1, math.inf)}  # fmt: skip
    if "pi_low" in found and found["pi_low"].value > found["pi_high"].value:
        raise InputError(f"{text!r}: the limits of the prediction interval are exchanged")
    for name, (low, high) in limits.items():
        if name in found and not low <= found[name].value <= high:
            raise InputError(f"{text!r}: {STATISTICS[name]} cannot be {found[name]}")
