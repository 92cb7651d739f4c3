"""A page of a PDF as words on lines, and the rules between them.

All lengths are in points; y grows downwards. A page whose text runs upwards or downwards is turned.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

#: Of the size of the text: white space that parts cells.
CELL_GAP = 0.8
#: Lines of print that differ less stand at one height.
_SAME_HEIGHT = 2.0
#: Parts of a rule with less between them are one.
_SAME_RULE = 3.0
_SHORTEST_RULE = 6.0
#: The smallest letters, and the largest sheet of paper.
_SMALLEST = 1.0
_LARGEST = 20_000.0
#: Of the size of the text: characters with more between them are of two words.
_WORD_GAP = 0.18
#: Raised characters are smaller than the text by this factor, and end above it.
_SMALLER = 0.88
_RAISED = 0.12
#: Right of the word that they hang on, and short.
_HANGING = 0.35
_LONGEST_MARK = 9


@dataclass(frozen=True)
class Word:
    """Characters without space between them.

    Attributes
    ----------
    text : the characters
    x0, x1, top, bottom : the box
    size : of the font
    raised : whether it is a superscript of the word to its left
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    raised: bool = False

    @property
    def middle(self) -> float:
        """Half of its height."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Line:
    """Words at one height, from left to right."""

    words: tuple[Word, ...]

    @property
    def x0(self) -> float:
        """Left end."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right end."""
        return max(word.x1 for word in self.words)

    @property
    def top(self) -> float:
        """Top of the words that are not raised."""
        return min((word.top for word in self.words if not word.raised), default=self.words[0].top)

    @property
    def bottom(self) -> float:
        """Bottom of the words."""
        return max(word.bottom for word in self.words)

    @property
    def size(self) -> float:
        """Usual size of the font."""
        return median(word.size for word in self.words)

    @property
    def text(self) -> str:
        """The words with spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def ink(self) -> float:
        """How wide its words are, with narrow spaces."""
        return sum(word.x1 - word.x0 for word in self.words) + 0.25 * self.size * len(self.words)

    def chunks(self, gap: float) -> list[tuple[Word, ...]]:
        """Runs of words with less than `gap` sizes of the font between them."""
        found: list[list[Word]] = []
        for word in self.words:
            if found and word.x0 - max(w.x1 for w in found[-1]) < gap * self.size:
                found[-1].append(word)
            else:
                found.append([word])
        return [tuple(words) for words in found]


@dataclass(frozen=True)
class Rule:
    """A horizontal line; an edge where it is the end of a shaded area."""

    y: float
    x0: float
    x1: float
    is_edge: bool = False


@dataclass(frozen=True)
class Page:
    """What is printed on a page.

    Attributes
    ----------
    number : from 1
    width, height : of the page, after turning
    words : from top to bottom
    rules : horizontal ones, from top to bottom
    uprights : x, top and bottom of vertical ones
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...] = ()
    uprights: tuple[tuple[float, float, float], ...] = field(default=())

    def within(self, x0: float, x1: float, top: float, bottom: float) -> list[Word]:
        """Words whose middle lies in a box."""
        return [
            word
            for word in self.words
            if top <= word.middle < bottom and x0 <= (word.x0 + word.x1) / 2 <= x1
        ]


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Words put on lines: one that overlaps a line by more than half its height is on it.

    A smaller word right of another that it overlaps at all hangs on that one and is on its line, as
    a superscript.
    """
    bands: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (-round(word.size), word.middle, word.x0)):
        near = [band for band in bands if abs(band[0].middle - word.middle) < word.size]
        near.sort(key=lambda band: abs(band[0].middle - word.middle))
        best = next((band for band in near if _hangs(word, band)), None)
        best = best or next((band for band in near if _on_line(word, band[0])), None)
        if best is not None:
            best.append(word)
        else:
            bands.append([word])
    found = [Line(tuple(_with_raised(sorted(band, key=lambda word: word.x0)))) for band in bands]
    return sorted(found, key=lambda line: (line.top, line.x0))


def bands_of(lines: Iterable[Line]) -> list[Line]:
    """Lines that overlap in height put together: cells of several lines are set to the middle."""
    found: list[Line] = []
    for line in lines:
        if found and line.top < found[-1].bottom - 0.25 * line.size:
            words = sorted([*found.pop().words, *line.words], key=lambda word: word.x0)
            line = Line(tuple(words))
        found.append(line)
    return found


def _on_line(word: Word, first: Word) -> bool:
    overlap = min(word.bottom, first.bottom) - max(word.top, first.top)
    return overlap > 0.5 * min(word.bottom - word.top, first.bottom - first.top)


def _hangs(word: Word, band: Sequence[Word]) -> bool:
    """Whether a word is a superscript of one on a line."""
    return len(word.text) <= _LONGEST_MARK and any(
        word.size <= _SMALLER * other.size
        and -1 < word.x0 - other.x1 < _HANGING * other.size
        and other.top - 0.5 * other.size < word.middle < other.middle
        for other in band
    )


def _with_raised(words: Sequence[Word]) -> Iterable[Word]:
    """The words of a line, the smaller ones that stand higher marked as raised."""
    size = max(word.size for word in words)
    full = [word for word in words if word.size > _SMALLER * size]
    base = median(word.bottom for word in full)
    end = -1e9
    for word in words:
        small = word.size <= _SMALLER * size and word.bottom < base - _RAISED * size
        hangs = len(word.text) <= _LONGEST_MARK and word.x0 - end < _HANGING * size
        yield replace(word, raised=word.raised or (small and hangs))
        end = word.x1


def page_of(number: int, page: Any) -> Page:
    """Read a page of pdfplumber.

    Parameters
    ----------
    number : int
        Counted from 1.
    page : pdfplumber.page.Page
    """
    from pdfplumber.utils.text import extract_words

    chars = [char for char in page.chars if _is_on_paper(char) and char["size"] > _SMALLEST]
    turn = _turn(chars, page)
    turned = [turn(char) for char in chars]
    found = extract_words(
        turned, x_tolerance_ratio=_WORD_GAP, y_tolerance=1.5, extra_attrs=["size"]
    )
    words = tuple(
        Word(word["text"], word["x0"], word["x1"], word["top"], word["bottom"], word["size"])
        for word in found
        if word["text"].strip()
    )
    edges = [turn(edge) for edge in page.edges if _is_on_paper(edge)]
    areas = [
        turn(area)
        for area in page.rects
        if _is_on_paper(area) and area["width"] > 3 and area["height"] > 3
    ]
    shaded = {round(y, 1) for area in areas for y in (area["top"], area["bottom"])}
    width, height = float(page.width), float(page.height)
    if turn is not _as_it_is:
        width, height = height, width
    return Page(number, width, height, words, tuple(_rules(edges, shaded)), tuple(_uprights(edges)))


def _is_on_paper(thing: Mapping[str, Any]) -> bool:
    """Whether something is where a page can be: damaged files have things at any place."""
    return all(abs(thing[name]) < _LARGEST for name in ("x0", "x1", "top", "bottom"))


def _as_it_is(thing: dict[str, Any]) -> dict[str, Any]:
    # Sizes that differ in the last digits of a float would part words.
    return {**thing, "size": round(thing["size"], 1)} if "size" in thing else thing


def _turn(chars: Sequence[Mapping[str, Any]], page: Any) -> Any:
    """How the things of a page are turned so that its text runs from left to right."""
    across = [char for char in chars if not char["upright"]]
    if len(across) <= len(chars) / 2:
        return _as_it_is
    up = sum(1 if char["matrix"][1] > 0 else -1 for char in across) > 0
    width, height = float(page.width), float(page.height)

    def turned(thing: dict[str, Any]) -> dict[str, Any]:
        x0, x1, top, bottom = (thing[name] for name in ("x0", "x1", "top", "bottom"))
        box = (
            {"x0": height - bottom, "x1": height - top, "top": x0, "bottom": x1}
            if up
            else {"x0": top, "x1": bottom, "top": width - x1, "bottom": width - x0}
        )
        shape = {"width": bottom - top, "height": x1 - x0, "upright": True}
        # The library takes the advance of a turned character for its size.
        shape["size"] = round(x1 - x0, 1)
        return {**thing, **box, **shape, "doctop": box["top"]}

    return turned


def _rules(edges: Sequence[Mapping[str, Any]], shaded: Collection[float]) -> list[Rule]:
    """Horizontal edges, those at one height that touch put together."""
    flat = sorted(
        ((edge["top"] + edge["bottom"]) / 2, edge["x0"], edge["x1"])
        for edge in edges
        if abs(edge["bottom"] - edge["top"]) < _SAME_HEIGHT and edge["x1"] > edge["x0"]
    )
    heights: list[list[tuple[float, float, float]]] = []
    for edge in flat:
        if heights and edge[0] - heights[-1][-1][0] < _SAME_HEIGHT:
            heights[-1].append(edge)
        else:
            heights.append([edge])
    found = []
    for same in heights:
        y = median(edge[0] for edge in same)
        parts: list[list[float]] = []
        for _, x0, x1 in sorted(same, key=lambda edge: edge[1]):
            if parts and x0 <= parts[-1][1] + _SAME_RULE:
                parts[-1][1] = max(parts[-1][1], x1)
            else:
                parts.append([x0, x1])
        is_edge = round(y, 1) in shaded
        found += [Rule(y, x0, x1, is_edge) for x0, x1 in parts if x1 - x0 >= _SHORTEST_RULE]
    return found


def _uprights(edges: Sequence[Mapping[str, Any]]) -> list[tuple[float, float, float]]:
    return sorted(
        ((edge["x0"] + edge["x1"]) / 2, edge["top"], edge["bottom"])
        for edge in edges
        if abs(edge["x1"] - edge["x0"]) < _SAME_HEIGHT and edge["bottom"] - edge["top"] > 4
    )
