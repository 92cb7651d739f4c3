"""What stands in a text beside words and links: traffic lights, their shares, and certainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from metarepro.tabular.judgements import CERTAINTY
from metarepro.wording.phrases import capitalised
from metarepro.wording.traffic_lights import LIGHTS, Light

#: The signs of RoB 2 as strokes in a square of 20: text in a drawing would be read out as well.
STROKES = {
    "+": "M10 5v10M5 10h10",
    "\u2212": "M5 10h10",
    "!": "M10 4.5v7M10 14v1.5",
    "?": "M7.2 7.6a2.8 2.8 0 1 1 4.3 2.4q-1.5 1-1.5 2.3M10 14.5v1.2",
}


@dataclass(frozen=True)
class Judgement:
    """A judgement by RoB 2 as a light; `worded` ones show the word beside it as well."""

    kind: ClassVar[str] = "judgement"
    text: str
    worded: bool = False

    @property
    def light(self) -> Light:
        """How it is shown."""
        return LIGHTS[self.text]

    @property
    def stroke(self) -> str:
        """Its sign, as the path of an SVG."""
        return STROKES[self.light.sign]


@dataclass(frozen=True)
class Bar:
    """How often each judgement was made, as a bar; the numbers stand beside it."""

    kind: ClassVar[str] = "bar"
    counts: Sequence[tuple[str, int]]
    text: ClassVar[str] = ""

    @property
    def parts(self) -> list[tuple[Judgement, float, float]]:
        """Each judgement with the start and width of its part, in hundredths of the bar."""
        whole, start, found = sum(count for _, count in self.counts), 0, []
        for judgement, count in self.counts:
            found.append((Judgement(judgement), 100 * start / whole, 100 * count / whole))
            start += count
        return found


@dataclass(frozen=True)
class Grade:
    """The certainty of evidence in a word and in GRADE's circles.

    Examples
    --------
    >>> Grade("low").text, Grade("low").signs
    ('Low', '⊕⊕○○')
    """

    kind: ClassVar[str] = "grade"
    level: str

    @property
    def text(self) -> str:
        """The word."""
        return capitalised(self.level)

    @property
    def signs(self) -> str:
        """One to four filled circles of four."""
        filled = CERTAINTY.index(self.level) + 1
        return "\u2295" * filled + "\u25cb" * (len(CERTAINTY) - filled)


#: All of them.
Sign = Judgement | Bar | Grade
