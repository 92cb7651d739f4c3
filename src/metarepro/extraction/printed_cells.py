"""Splits a printed cell into its numbers: "1.15(1.04-1.29)0.000" is estimate, interval and p.

What a number means is said as far as the cell itself shows it: by brackets, signs and labels.
Whether the number in the brackets of "12 (3.4)" is a percentage or an SD only the header tells.
"""

import re
from dataclasses import dataclass, replace

from metarepro.explanation.published import PrintedNumber
from metarepro.tabular.numbers import MARK_SIGNS, PLAIN_SIGNS, is_missing
from metarepro.tabular.printed_numbers import decimals_of

LONGEST_CELL = 300
_THIN = "\u2009\u202f\u00a0\u2007"
_DIGITS = rf"(?:\d{{1,3}}(?:[,{_THIN}]\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_POWER = r"(?:[eE][+-]?\d{1,3}|\s?[x*]\s?10\^?-?\d{1,3})"
_NUMBER = rf"(?:[<>\u2264\u2265]=?\s*)?[+-]?{_DIGITS}{_POWER}?(?!\.?\d)"
_PERCENT = r"(?:\s*(?P<percent>%))?"
#: Not the 10 of "ICD-10".
_START = r"(?<![\w.])(?<![^\W\d_]-)"
#: A letter right after a number, as footnotes are marked where superscripts are lost.
_MARK = rf"(?P<mark>\s*[{MARK_SIGNS}]+|[a-j](?![\w.]))?(?![^\W_])"
_BETWEEN = r"\s*%?\s*(?:,|;|:|\b(?:to|bis|a|à)\b|\.\.+|-)\s*"
_RANGE = re.compile(rf"(?P<low>{_NUMBER}){_BETWEEN}(?P<high>{_NUMBER}){_PERCENT}")
_SIGNED = re.compile(rf"(?P<low>{_NUMBER})\s+(?P<high>-{_NUMBER}){_PERCENT}")
#: Without brackets a comma only lists numbers, and a dash after a space is a sign.
_OPEN_RANGE = re.compile(
    rf"{_START}(?P<low>{_NUMBER}){_PERCENT}"
    rf"(?:\s*\b(?:to|bis|à)\b\s*|\s*\.\.+\s*|-\s*|\s+-\s+)(?P<high>{_NUMBER})\s*%?{_MARK}"
)
_SPREAD = re.compile(rf"(?:\u00b1|\+/-|\+-)\s*(?P<value>{_NUMBER}){_PERCENT}{_MARK}")
_TOTAL = re.compile(rf"(?<=[\d.\0])\s*(?:/|\bof\b)\s*(?P<value>{_NUMBER}){_PERCENT}{_MARK}")
_SINGLE = re.compile(rf"{_START}(?P<value>{_NUMBER}){_PERCENT}{_MARK}")
_LABELLED = re.compile(
    r"(?<![\w-])(?P<label>p(?:[ -]?values?)?|n|i(?:\^?2|\u00b2))\s*[=:]?\s*"
    rf"(?P<value>(?<=[=:\s])\s*{_NUMBER}|[<>\u2264\u2265]=?\s*{_DIGITS}{_POWER}?){_PERCENT}",
    re.I,
)
_LEVEL = re.compile(
    r"(?P<level>\d{2}(?:\.\d)?)\s?%\s?(?:ci|cri|confidence interval)s?\b\s*[:=,]?", re.I
)
_BRACKETS = re.compile(r"\((?P<inside>[^()]*)\)")
#: Words that add nothing to the numbers beside them.
_EMPTY_WORDS = re.compile(
    r"\b(?:cis?|se|sem|sd|iqr|range|mean|median|or|rr|hr|rd|smd|w?md|es|hedges'?|cohen'?s)\b\s*[:=]?"
    r"|(?<![\w.])[gdrz]\s*=",
    re.I,
)
#: Powers of ten as superscripts.
_SUPERSCRIPTS = str.maketrans(
    "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "-0123456789"
)
_RAISED = re.compile(r"(?<=10)[\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")
#: What is read already; no pattern matches it.
_READ = "\0"
_WRONG_ORDER = "the lower limit is above the upper one"
_SIGN_OR_DASH = "a dash between two numbers may be a sign"
_NOT_CLOSED = "a bracket is not closed"
_THOUSANDS = "a comma in brackets may part thousands or limits"
_THREE = "more than two numbers in one pair of brackets"


@dataclass(frozen=True)
class PrintedCell:
    """The numbers of a cell, each by where it stands in it.

    Attributes
    ----------
    value : the first number that is in no brackets and has no label, with or without a % sign
    low, high : two numbers in brackets, or with "to" or a dash between them
    level : of the interval where "95% CI" is printed, as 0.95
    spread : what follows a plus-minus sign
    bracketed : a number that is alone in its brackets
    total : what follows a slash: 40 of "12/40"
    percent : the first number with a % sign; it may be `value` or `bracketed` as well
    n, p, i2 : numbers that are labelled so; p also the last of those from 0 to 1 after an interval
    further : the other numbers, in the order of print
    numbers : all numbers, in the order of print
    marks : footnote marks
    missing : "NR", "n.s.", a dash: what stands for a number
    words : what none of this explains; a cell with words is a text that may hold numbers
    doubt : what makes the reading uncertain, "" if nothing does
    """

    value: PrintedNumber | None = None
    low: PrintedNumber | None = None
    high: PrintedNumber | None = None
    level: float | None = None
    spread: PrintedNumber | None = None
    bracketed: PrintedNumber | None = None
    total: PrintedNumber | None = None
    percent: PrintedNumber | None = None
    n: PrintedNumber | None = None
    p: PrintedNumber | None = None
    i2: PrintedNumber | None = None
    further: tuple[PrintedNumber, ...] = ()
    numbers: tuple[PrintedNumber, ...] = ()
    marks: str = ""
    missing: str = ""
    words: str = ""
    doubt: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether it holds numbers and nothing that they do not explain."""
        return bool(self.numbers) and not self.words


def parse_cell(text: str, decimal: str = ".") -> PrintedCell:
    r"""Split a printed cell into its numbers.

    Parameters
    ----------
    text : str
        As printed: any dash for a minus sign, a middle dot for a point, square or round brackets.
        A comma before exactly three digits parts thousands.
    decimal : str
        "," where the table prints a decimal comma (`numbers.decimal_mark`).

    Returns
    -------
    PrintedCell
        All of the text as `words` where it is longer than `LONGEST_CELL`.

    Examples
    --------
    >>> cell = parse_cell("1.15(1.04-1.29)0.000 0.008")
    >>> [str(number) for number in (cell.value, cell.low, cell.high, cell.p)]
    ['1.15', '1.04', '1.29', '0.008']
    >>> cell = parse_cell("12 (34.5%)\u2020")
    >>> str(cell.value), str(cell.percent), cell.marks
    ('12', '34.5', '\u2020')
    >>> parse_cell("NR").missing
    'NR'
    """
    stripped = text.strip()
    if len(stripped) > LONGEST_CELL:
        return PrintedCell(words=stripped)
    plain = _RAISED.sub(lambda raised: "^" + raised[0].translate(_SUPERSCRIPTS), stripped)
    plain = plain.translate(PLAIN_SIGNS)
    if is_missing(plain):
        return PrintedCell(missing=stripped)
    return _Splitter(_with_points(plain) if decimal == "," else plain).cell()


def numbers_of(text: str, decimal: str = ".") -> list[str]:
    """The numbers of a printed cell in plain digits with a decimal point, in the order of print.

    Examples
    --------
    >>> numbers_of("0.27 (−0.11 to 0.65)"), numbers_of("0.18-0.75"), numbers_of("12 (40%)")
    (['0.27', '-0.11', '0.65'], ['0.18', '0.75'], ['12', '40'])
    >>> numbers_of("-0.41 – -0.12"), numbers_of("0,5; 0,7", ","), numbers_of("p < .05")
    (['-0.41', '-0.12'], ['0.5', '0.7'], ['0.05'])
    """
    return [str(replace(number, bound="")) for number in parse_cell(text, decimal).numbers]


def _with_points(plain: str) -> str:
    """Decimal commas as points, points between thousands left out."""
    return re.sub(r"(?<=\d),(?=\d)", ".", re.sub(r"(?<=\d)\.(?=\d{3}(?!\d))", "", plain))


def printed_number(text: str) -> PrintedNumber:
    """A number of digits as they are printed, with its sign and with < or > before it."""
    digits = text.lstrip("<>\u2264\u2265= ")
    bound = text[0] if text[0] in "<>\u2264\u2265" else ""
    mantissa, _, power = re.sub(r"\s?[x*]\s?10\^?|E", "e", digits).partition("e")
    plain = re.sub(rf"[,{_THIN}]", "", mantissa)
    written = f"{plain}e{power or 0}"
    return PrintedNumber(float(written), decimals_of(written), bound)


class _Splitter:
    """Takes the numbers out of a text one after the other; what was read becomes `_READ`."""

    def __init__(self, plain: str) -> None:
        self.left = plain
        self.fields: dict[str, PrintedNumber] = {}
        self.found: list[tuple[int, PrintedNumber]] = []
        self.further: list[tuple[int, PrintedNumber]] = []
        self.marks = ""
        self.level: float | None = None
        self.doubts: list[str] = []

    def cell(self) -> PrintedCell:
        """All that is in the text."""
        if self.left.count("(") == self.left.count(")") + 1:
            self.left += ")"
            self.doubts.append(_NOT_CLOSED)
        self._level()
        self._labelled()
        self._brackets()
        self._outside()
        self._p_after_interval()
        words = re.sub(rf"[{MARK_SIGNS}]", self._mark, self.left)
        words = re.sub(r"[\s\0]+", " ", words).strip(" ,;:=-/%()")
        if self.found and re.fullmatch("[a-j]", words):
            self.marks, words = self.marks + words, ""
        return PrintedCell(
            **self.fields,
            level=self.level,
            further=tuple(number for _, number in sorted(self.further, key=_place)),
            numbers=tuple(number for _, number in sorted(self.found, key=_place)),
            marks=self.marks,
            missing="",
            words=words,
            doubt="; ".join(dict.fromkeys(self.doubts)),
        )

    def _mark(self, match: re.Match[str]) -> str:
        self.marks += match[0]
        return " "

    def _read(self, start: int, end: int) -> None:
        self.left = self.left[:start] + _READ * (end - start) + self.left[end:]

    def _put(self, name: str, text: str, at: int, percent: str | None = None) -> None:
        """Give a number its place; a place that is taken keeps its first."""
        number = printed_number(text)
        self.found.append((at, number))
        if percent:
            self.fields.setdefault("percent", number)
        if name in self.fields:
            self.further.append((at, number))
        else:
            self.fields[name] = number

    def _level(self) -> None:
        for match in _LEVEL.finditer(self.left):
            self.level = float(match["level"]) / 100
            self._read(*match.span())

    def _labelled(self) -> None:
        for match in _LABELLED.finditer(self.left):
            name = match["label"][0].lower()
            name = "i2" if name == "i" else name
            self._put(name, match["value"].strip(), match.start("value"), match["percent"])
            self._read(*match.span())
        for match in _EMPTY_WORDS.finditer(self.left):
            self._read(*match.span())

    def _brackets(self) -> None:
        for match in _BRACKETS.finditer(self.left):
            if self._inside(match["inside"], match.start("inside")):
                self._read(*match.span())

    def _inside(self, inside: str, at: int) -> bool:
        """Read what stands in brackets; False if it is no number."""
        text = inside.strip(f" ,;:={_READ}")
        at += len(inside) - len(inside.lstrip(f" ,;:={_READ}"))
        if not text:
            return True
        if re.fullmatch(_NUMBER, text) and "," in text:
            self.doubts.append(_THOUSANDS)
        elif _RANGE.fullmatch(text):
            self._limits(text, at)
            return True
        pieces = list(
            re.finditer(r"[^;,]+" if not re.search(r"\d,\d{3}", text) else r"[^;]+", text)
        )
        known = [self._known(piece[0].strip()) for piece in pieces]
        if not all(known):
            return False
        if sum(name == "bracketed" for name in known) > 1:
            self.doubts.append(_THREE)
        for name, piece in zip(known, pieces, strict=True):
            start = at + piece.start() + len(piece[0]) - len(piece[0].lstrip())
            self._piece(name, piece[0].strip(), start)
        return True

    @staticmethod
    def _known(piece: str) -> str:
        """What a part of brackets holds; "" if no number."""
        if _RANGE.fullmatch(piece) and not re.fullmatch(_NUMBER, piece):
            return "limits"
        if re.fullmatch(rf"{_NUMBER}\s*/\s*{_NUMBER}", piece):
            return "fraction"
        return "bracketed" if re.fullmatch(rf"(?:\+-|\u00b1)?\s*{_NUMBER}\s*%?", piece) else ""

    def _piece(self, name: str, piece: str, at: int) -> None:
        if name == "limits":
            self._limits(piece, at)
        elif name == "fraction":
            part, _, total = piece.partition("/")
            self._put("bracketed", part.strip(), at)
            self._put("total", total.strip(), at + len(part) + 1)
        else:
            self._put("bracketed", piece.strip("%\u00b1 "), at, "%" * piece.endswith("%"))

    def _limits(self, text: str, at: int) -> None:
        """Both limits of an interval, of the two readings of a dash the better one."""
        readings = [match for match in (_RANGE.fullmatch(text), _SIGNED.fullmatch(text)) if match]
        ordered = [match for match in readings if _span(match)[0] <= _span(match)[1]]
        if not ordered:
            self.doubts.append(_WRONG_ORDER)
        if len(ordered) > 1:
            self.doubts.append(_SIGN_OR_DASH)
        best = min(ordered or readings, key=lambda match: self._off_centre(*_span(match)))
        self._put("low", best["low"], at, best["percent"])
        self._put("high", best["high"], at + best.start("high"))

    def _off_centre(self, low: float, high: float) -> float:
        """Distance of the estimate from the centre; 0 without an estimate."""
        before = _SINGLE.search(self.left)
        value = printed_number(before["value"]).value if before else (low + high) / 2
        return abs(value - (low + high) / 2)

    def _outside(self) -> None:
        """Numbers that are in no brackets, from left to right."""
        at = 0
        patterns = (_OPEN_RANGE, _SPREAD, _TOTAL, _SINGLE)
        while at < len(self.left):
            matches = [match for pattern in patterns if (match := pattern.search(self.left, at))]
            if not matches:
                break
            first = min(matches, key=lambda match: match.start())
            self._outer(first)
            at = first.end()

    def _outer(self, match: re.Match[str]) -> None:
        if match.re is _OPEN_RANGE:
            low, high = _span(match)
            if low > high:
                self.doubts.append(_WRONG_ORDER)
            self._put("low", match["low"], match.start(), match["percent"])
            self._put("high", match["high"], match.start("high"))
        else:
            name = {_SPREAD: "spread", _TOTAL: "total"}.get(match.re, "value")
            self._put(name, match["value"], match.start("value"), match["percent"])
        self.marks += (match["mark"] or "").strip()
        self._read(*match.span())

    def _p_after_interval(self) -> None:
        if "p" in self.fields or "high" not in self.fields or not self.further:
            return
        if all(0 <= number.value <= 1 for _, number in self.further):
            self.further.sort(key=_place)
            self.fields["p"] = self.further.pop()[1]


def _place(numbered: tuple[int, PrintedNumber]) -> int:
    return numbered[0]


def _span(match: re.Match[str]) -> tuple[float, float]:
    return printed_number(match["low"]).value, printed_number(match["high"]).value
