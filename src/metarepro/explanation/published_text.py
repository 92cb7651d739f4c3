"""Reads a pooled result as it is printed: "g = 0.32 [0.23, 0.40]; I2 79%"."""

import math
import re
import unicodedata
from collections.abc import Mapping

from metarepro.errors import InputError
from metarepro.explanation.published import (
    HETEROGENEITY,
    STATISTICS,
    PrintedNumber,
    PublishedResult,
)
from metarepro.tabular.printed_numbers import decimals_of

#: Words for a measure -> its key in `wording.scales.MEASURES`.
_MEASURES: tuple[tuple[str, str], ...] = (
    ("SMD", r"(?:(?:hedges|cohen)'?s?'?\s*)?(?:g|d\+?)|smd"
            r"|standardi[sz]ed(?: mean)? differences?"),
    ("MD", r"(?:weighted )?mean difference|w?md"),
    ("IRR", r"(?:incidence )?rate ratio|irr"),
    ("OR", r"odds ratio|or"),
    ("RR", r"(?:risk ratio|relative risk)|rr"),
    ("HR", r"hazards? ratio|hr"),
    ("RD", r"risk difference|rd"),
    ("correlation", r"(?:fisher'?s? )?zr|fisher'?s? z|r|correlation"),
    ("proportion", r"(?:pooled )?(?:proportion|prevalence)"),
)  # fmt: skip
_LONGEST, _MOST_DECIMALS = 500, 100
#: Minus signs and points as they are printed; dashes that may be a minus or stand between limits.
_SIGNS = str.maketrans(dict.fromkeys("−‐‑‒﹣", "-") | {"—": "–", "·": ".", "’": "'"})
_NUM = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_IS = r"\s*(?:=|:|,|of|was|is)?\s*"
_BETWEEN = r"\s*(?:,|;|\bto\b|–|~|\.\.|\band\b|\ba\b|\bà\b|\bbis\b)\s*"
_LIMITS = rf"[\[(]?\s*(?P<low>{_NUM})\s*%?{_BETWEEN}(?P<high>{_NUM})\s*%?\s*[\])]?"
_PERCENT_LEVEL = r"[0-9]{2}(?:\.[0-9]+)?(?=\s*%)"
_LEVEL = rf"(?P<level>{_PERCENT_LEVEL})\s*%"
_CI = r"(?:ci|ic|ki|c\.i\.|conf(?:idence|\.)? (?:intervals?|limits?))"
_BOUND = r"\s*(?P<bound>[=<>:≤≥]*)\s*"
_POOL, _HETEROGENEITY = "pool", "heterogeneity"
#: What is read, by its name, in the order in which it is looked for at each place.
_ITEMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("sign", r"\s+"),
        ("prediction", rf"(?:{_LEVEL}[\s-]*)?(?:pi|prediction interval)\b{_IS}{_LIMITS}"),
        ("level", rf"{_LEVEL}[\s-]*{_CI}(?![a-z]){_IS}"
                  rf"|{_CI}\s*[(\[]?(?P<after>{_PERCENT_LEVEL})\s*%[)\]]?{_IS}|{_CI}(?![a-z]){_IS}"),
        ("i2", rf"i(?:\^?2|[ -]squared)(?![a-z0-9]){_BOUND}(?P<value>{_NUM})\s*(?P<percent>%)?"
               rf"(?:\s*[\[(]\s*(?:{_LEVEL}\s*{_CI}{_IS})?(?P<low>{_NUM})\s*%?{_BETWEEN}"
               rf"(?P<high>{_NUM})\s*%?\s*[\])])?"),
        ("tau2", rf"(?:tau|τ)(?:\^?2|[ -]?squared)(?![a-z0-9]){_BOUND}(?P<value>{_NUM})"),
        ("tau", rf"(?:tau|τ)(?![a-z0-9^]){_BOUND}(?P<value>{_NUM})"),
        ("q", rf"(?:cochran'?s? )?(?:qe?|(?:chi|χ)\^?2)(?![a-z0-9])(?:[ -]statistic)?"
              rf"(?:\s*\(\s*(?:df{_IS})?(?P<df>[0-9]+)\s*\))?{_BOUND}(?P<value>{_NUM})"),
        ("q_df", r"d\.?f\.?\s*[=:]?\s*(?P<value>[0-9]+)(?![.0-9])"),
        ("se", rf"(?:s\.?e\.?|standard error)(?![a-z]){_IS}(?P<value>{_NUM})"),
        ("z", rf"t\s*(?:\(\s*[0-9.]+\s*\)|(?==)){_BOUND}(?P<value>{_NUM})"),
        ("z", rf"z(?:[ -](?:value|score))?(?![a-z0-9]){_BOUND}(?P<value>{_NUM})"),
        ("q_p", r"p(?:[ _-]?values?)?[ _-]*(?:(?:for|of)\s+)?(?:het(?:erogeneity)?|q)(?![a-z])"
                rf"{_BOUND}(?P<value>{_NUM})"),
        ("p", rf"p(?:[ _-]?values?)?(?![a-z]){_BOUND}(?P<value>{_NUM})"),
        ("k", r"(?:k\s*[=:]?|(?:studies|trials|rcts)\s*[=:])\s*(?P<value>[0-9]+)(?![.0-9])"),
        ("k", r"(?:n\s*=\s*)?(?P<value>[0-9]+) (?:studies|trials|rcts|comparisons"
              r"|effect sizes|effects)(?![a-z])"),
        ("people", r"(?:n\s*[=:]\s*)?[0-9]+(?:[, ][0-9]{3})* (?:participants|patients|subjects"
                   r"|people|women|men|children|individuals)(?![a-z])"),
        ("people", r"(?:participants|patients|n)\s*[=:]\s*[0-9]+(?:[, ][0-9]{3})*(?![.0-9])"),
        ("certainty", r"(?:very )?(?:high|moderate|low)[- ](?:certainty|quality)(?: evidence)?"),
        ("model", r"peto(?:'s)?|mantel[- ]haenszel|m-h|inverse[- ]variance"
                  r"|dersimonian[- ](?:and |& )?laird"
                  r"|(?:random|fixed|common)(?:[- ]effects?)?(?: model)?(?![a-z])"),
        ("pool", r"(?:test (?:for|of) )?overall effect|overall(?=\s+p(?![a-z]))"),
        ("heterogeneity", r"(?:test (?:for|of) )?heterogeneity"),
        *((f"measure {name}", rf"(?:{words})(?![a-z0-9+])") for name, words in _MEASURES),
        ("words", r"(?:pooled|overall|summary|total|combined|mean|average|weighted|effect sizes?|es"
                  r"|estimate|effect|the|of|was|is)(?![a-z])"),
        ("interval", _LIMITS),
        ("estimate", rf"(?P<value>{_NUM})\s*(?P<percent>%)?"),
        ("marks", r"[*†‡§]+"),
        ("sign", r"[\s,:=()\[\]]"),
        ("semicolon", r";"),
    )
)  # fmt: skip
_SHARES = ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high")


def parse_published(text: str) -> PublishedResult:
    """Read a printed pool.

    Parameters
    ----------
    text : str
        The estimate, its interval and whatever else is printed: level ("95% CI"), I2, tau2 or tau,
        Q (or chi2) with df, standard error, z, k, p, and the prediction interval ("PI -0.2 to
        0.8"), of the same level. A p after a statistic of heterogeneity, in the same part between
        semicolons, or called so, is that of Q. The measure may stand before the estimate. The
        interval may be "[0.23, 0.40]", "(0.23 to 0.40)" or "0.23–0.40"; minus signs, dashes and
        superscripts as printed; a decimal comma where no point is printed. An estimate with a
        percent sign, "11.8% (7.0 to 19.2)", is read as a share, and its limits as well. Numbers of
        participants, the interval of I2, and words for the model or the certainty of the evidence
        are left out, which `notes` say.

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
    return _Reading(text).result()


def _plain(text: str) -> str:
    """The text with plain letters and signs, decimal points, and "–" between limits."""
    # A raised figure after a number is a footnote mark, but for the power of 10.
    plain = re.sub(r"(?<=[0-9])(?<!10)[⁰¹²³⁴-⁹]+", "", text.translate(_SIGNS))
    plain = unicodedata.normalize("NFKC", re.sub("⁻(?=[¹²³⁴-⁹])", "-", plain)).translate(_SIGNS)
    plain = re.sub(r"\s*[x×]\s*10\s*\^?\s*[-–]\s*(?=[0-9]{1,3}(?![.0-9]))", "e-", plain)
    if not re.search(r"[0-9]\.[0-9]", plain):
        plain = _with_points(plain, text)
    else:
        plain = re.sub(r"(?<![0-9.,])([0-9]{1,3}),(?=[0-9]{3}\.[0-9])", r"\1", plain)
    # A dash after anything but a number is a minus; a hyphen after a number is a dash.
    plain = re.sub(r"(?<![0-9\s%])(\s*)[–-]\s*(?=\.?[0-9])", r"\1-", plain)
    return re.sub(r"(?<=[0-9%])(?:\s*–\s*|-|\s+-\s+)(?=[-.0-9])", " – ", plain)


def _with_points(plain: str, text: str) -> str:
    """Decimal commas as points, where the first number has one."""
    first = re.search(r"(?<![0-9])[0-9]+(,[0-9]+)?", re.sub(r"[0-9]+\s*%", "", plain))
    if not first or not first[1]:
        return plain
    commas = re.findall(r"(?<![0-9,])[0-9]+,[0-9]+", plain)
    if all(re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", one) for one in commas):
        raise InputError(
            f"{text!r}: the comma of {first[0]} may be a decimal one or part thousands; allowed: "
            "a decimal point, or no comma"
        )
    return re.sub(r"(?<=[0-9]),(?=[0-9])", ".", plain)


class _Reading:
    """Reads a printed pool from left to right.

    `about` is what a p value without a name speaks of: heterogeneity after one of its statistics,
    as far as the next semicolon that is not deeper in brackets, else the pool.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: dict[str, PrintedNumber] = {}
        self.measures: list[str] = []
        self.notes: list[str] = []
        self.unknown: list[str] = []
        self.levels: dict[str, str] = {}
        self.in_percent = False
        self.last = ""
        self.about, self.depth_of_about, self.depth = _POOL, 0, 0
        plain, at = _plain(text), 0
        while at < len(plain):
            at = self._next(plain, at)

    def _next(self, plain: str, at: int) -> int:
        """Read what stands at a place; the place after it."""
        inside = at > 0 and plain[at - 1].isalnum()
        for name, pattern in _ITEMS:
            match = pattern.match(plain, at)
            if match and not (inside and plain[at].isalnum()):
                # An interval stands after its estimate, or after its level.
                if name == "interval" and not ({"estimate", "ci"} & {*self.found, *self.levels}):
                    continue
                self.depth += sum((c in "([") - (c in ")]") for c in match[0])
                self._item(name, match)
                return match.end()
        word = re.compile(r"[^\s,;:()\[\]]+").match(plain, at)
        self.unknown.append(word[0] if word else plain[at])
        return word.end() if word else at + 1

    def _item(self, name: str, match: re.Match[str]) -> None:
        groups = match.groupdict()
        kind, _, measure = name.partition(" ")
        if kind == "measure":
            self.measures.append(measure)
        elif name == "level":
            self._level("ci", groups)
        elif name == "prediction":
            self._level("pi", groups)
            self._limits("pi", groups)
        elif name == "interval":
            self._limits("ci", groups)
            self._check_dash(match[0])
            self.in_percent |= "%" in match[0]
        elif name in ("people", "certainty"):
            self.notes.append(f"{match[0].strip()!r} is not used")
        elif name == "model":
            self.notes.append(f"{match[0].strip()!r} is not used: every model is tried")
        elif name in (_POOL, _HETEROGENEITY):
            self._turn(name)
            self.last = "q" if name == _HETEROGENEITY else ""
        elif name == "semicolon":
            if self.depth <= self.depth_of_about:
                self._turn(_POOL)
        elif name not in ("words", "marks", "sign"):
            self._statistic(name, match)

    def _turn(self, about: str) -> None:
        if about != self.about:
            self.about, self.depth_of_about = about, self.depth

    def _statistic(self, name: str, match: re.Match[str]) -> None:
        """A number with a name, or the estimate."""
        groups = match.groupdict()
        if name == "estimate" and "estimate" in self.found:
            self.unknown.append(match[0].strip())
            return
        if name == "p" and self.about == _HETEROGENEITY:
            name = "q_p"
            if self.last not in ("q", "q_df"):
                self.notes.append(f"{match[0].strip()!r} is taken for the p value of heterogeneity")
        self._put(name, _number(groups["value"], _bound(groups.get("bound") or "")))
        if name == "estimate":
            self.in_percent |= bool(groups["percent"])
        if name == "i2":
            self._i2(groups)
        if name == "q" and groups["df"]:
            self._put("q_df", _number(groups["df"]))
        self.last = name
        if name in HETEROGENEITY:
            self._turn(_HETEROGENEITY)
        elif name not in ("p", "k"):
            self._turn(_POOL)

    def _i2(self, groups: dict[str, str]) -> None:
        share = self.found["i2"]
        if 0 < share.value < 1 and share.decimals > 1 and not groups["percent"]:
            raise InputError(
                f"{self.text!r}: I² {share} may be {share}% or {100 * share.value:g}%; allowed: I² "
                "in percent, with the sign where it is below 1"
            )
        if groups["low"]:
            self.notes.append(
                f"the interval of I², {groups['low']}% to {groups['high']}%, is not used: programs "
                "differ in how they compute it"
            )

    def _level(self, of: str, groups: dict[str, str]) -> None:
        printed = groups.get("level") or groups.get("after") or ""
        if printed and not 50 <= float(printed) < 100:
            raise InputError(f"{self.text!r}: an interval of {printed}%; allowed: 50 to 99.9")
        self.levels[of] = printed or self.levels.get(of, "")

    def _limits(self, of: str, groups: dict[str, str]) -> None:
        low, high = _number(groups["low"]), _number(groups["high"])
        if of == "ci" and low.value > high.value:
            low, high = high, low
            self.notes.append("the limits are printed with the higher one first")
        self._put(f"{of}_low", low)
        self._put(f"{of}_high", high)
        self._turn(_POOL)

    def _check_dash(self, printed: str) -> None:
        """Refuse "-0.71-0.19" around -0.45, where the dash is the sign of the upper limit."""
        low, high = self.found["ci_low"].value, self.found["ci_high"].value
        estimate = self.found.get("estimate")
        if estimate is None or "–" not in printed or not low < 0 < high:
            return
        as_dash = abs(estimate.value - (low + high) / 2)
        as_sign = abs(estimate.value - (low - high) / 2)
        if as_dash > 0.1 * (high - low) and as_sign < as_dash / 2:
            raise InputError(
                f"{self.text!r}: the dash before {high:g} may be its sign; allowed: limits with "
                '"to" or a comma between them'
            )

    def _put(self, name: str, number: PrintedNumber) -> None:
        if name in self.found:
            raise InputError(f"{self.text!r}: {STATISTICS[name]} is given twice")
        self.found[name] = number

    def result(self) -> PublishedResult:
        """All that was read, if it can be a pool."""
        found, text = self.found, self.text
        if "estimate" not in found:
            raise InputError(f"{text!r}: it needs an estimate, such as that of 0.32 [0.23, 0.40]")
        if self.unknown:
            known = ", ".join(dict.fromkeys([*STATISTICS.values()][3:]))
            raise InputError(
                f"{text!r}: cannot place {' '.join(self.unknown)!r}; allowed beside the estimate "
                f"and its interval: {known}. Leave units and other words out"
            )
        if len(set(self.measures)) > 1:
            named = ", ".join(dict.fromkeys(self.measures))
            raise InputError(f"{text!r}: several measures ({named}); allowed: one")
        level, predicted = self.levels.get("ci") or "95", self.levels.get("pi")
        if predicted and float(predicted) != float(level):
            raise InputError(
                f"{text!r}: a prediction interval of {predicted}% beside {level}%; allowed: "
                "intervals of one level"
            )
        # A mean difference may be in percent, as of HbA1c.
        in_percent = self.in_percent and {*self.measures} <= {"proportion", "RD"}
        if in_percent or "proportion" in self.measures and found["estimate"].value > 1:
            found |= {name: _share(found[name]) for name in _SHARES if name in found}
        _check(found, text)
        ordered = {name: found[name] for name in STATISTICS if name in found}
        measure = self.measures[0] if self.measures else ""
        return PublishedResult(text, ordered, float(level) / 100, measure, tuple(self.notes))


def _bound(signs: str) -> str:
    """The bound that signs before a number say."""
    return "<" if {"<", "≤"} & set(signs) else ">" if {">", "≥"} & set(signs) else ""


def _number(digits: str, bound: str = "") -> PrintedNumber:
    value, decimals = float(digits), decimals_of(digits)
    if not math.isfinite(value) or abs(decimals) > _MOST_DECIMALS:
        raise InputError(f"{digits[:40]} is not a possible number of a pool")
    return PrintedNumber(value, decimals, bound)


def _share(number: PrintedNumber) -> PrintedNumber:
    """A percentage as a share."""
    return PrintedNumber(number.value / 100, number.decimals + 2, number.bound)


def _check(found: Mapping[str, PrintedNumber], text: str) -> None:
    """Refuse numbers that no pool can have."""
    limits = {"i2": (0, 100), "p": (0, 1), "q_p": (0, 1), "k": (1, math.inf)} | dict.fromkeys(
        ("se", "tau2", "tau", "q"), (0, math.inf)
    )
    if "pi_low" in found and found["pi_low"].value > found["pi_high"].value:
        raise InputError(f"{text!r}: the limits of the prediction interval are exchanged")
    for name, (low, high) in limits.items():
        if name in found and not low <= found[name].value <= high:
            raise InputError(f"{text!r}: {STATISTICS[name]} cannot be {found[name]}")
