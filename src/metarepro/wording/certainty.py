"""How certain people judged the evidence to be (GRADE), in words. Nothing is computed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any

import pandas as pd

from metarepro.wording.phrases import capitalised, counted

Row = Mapping[Any, Any]
_LEVELS = {1: "one level", 2: "two levels", 3: "three levels"}


@dataclass(frozen=True)
class Judged:
    """The certainty of the evidence of one synthesis, as a person judged it."""

    level: str
    n_trials: float
    assessor: str
    date: str
    #: Why it is not where the evidence started, each with its explanation.
    reasons: tuple[str, ...]
    #: The same in a few words: "rated down for risk of bias and imprecision".
    why: str

    @property
    def by(self) -> str:
        """Who judged, and when."""
        return f"{self.assessor}, {self.date}"

    def outdated(self, pool: Row) -> str:
        """That the pool is not the one that was judged; "" if it has as many trials."""
        if pool["n_trials"] == self.n_trials:
            return ""
        return (
            f"It was judged with {counted(self.n_trials, 'trial')}; now there "
            f"{'is' if pool['n_trials'] == 1 else 'are'} {counted(pool['n_trials'], 'trial')}, so "
            "it needs to be judged again."
        )


def certainty_by_synthesis(certainty: pd.DataFrame) -> dict[str, Judged]:
    """The judgements by the key of their synthesis.

    Parameters
    ----------
    certainty : DataFrame
        `tables.CERTAINTY_JUDGED`.
    """
    found = {}
    for key, group in certainty.groupby("synthesis", sort=False):
        rows = group.to_dict("records")
        reasons = [row for row in rows if row["domain"]]
        found[str(key)] = Judged(
            level=rows[0]["certainty"],
            n_trials=rows[0]["n_trials"],
            assessor=rows[0]["assessor"],
            date=rows[0]["date"],
            reasons=tuple(map(_sentence, reasons)),
            why="; ".join(filter(None, (_in_short(reasons, sign) for sign in (-1, 1)))),
        )
    return found


def _sentence(row: Row) -> str:
    """A reason: "Rated down one level for imprecision. The trials are small."."""
    levels = _LEVELS[abs(int(row["levels"]))]
    reason = capitalised(row["reason"].rstrip("."))
    return f"Rated {_way(row['levels'])} {levels} for {row['domain']}. {reason}."


def _in_short(reasons: Sequence[Row], sign: int) -> str:
    """What the evidence was rated down for, or up."""
    *others, last = [row["domain"] for row in reasons if row["levels"] * sign > 0] or [""]
    listed = " and ".join(filter(None, [", ".join(others), last]))
    return f"rated {_way(sign)} for {listed}" if listed else ""


def _way(levels: float) -> str:
    return "down" if levels < 0 else "up"


@dataclass
class Footnotes:
    """The reasons of a table as footnotes; equal ones share a letter.

    Examples
    --------
    >>> notes = Footnotes()
    >>> notes.letters(["Few trials.", "High risk."]), notes.letters(["High risk."])
    (['a', 'b'], ['b'])
    >>> notes.texts
    {'Few trials.': 'a', 'High risk.': 'b'}
    """

    texts: dict[str, str] = field(default_factory=dict)

    def letters(self, notes: Iterable[str]) -> list[str]:
        """The letter of each note."""
        return [self.texts.setdefault(note, _letter(len(self.texts))) for note in notes]


def _letter(place: int) -> str:
    """The letters a to z, then aa, bb and so on."""
    times, letter = divmod(place, len(ascii_lowercase))
    return ascii_lowercase[letter] * (times + 1)
