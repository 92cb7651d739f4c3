"""The certainty of the evidence in the summary of findings: what people judged, with footnotes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from metarepro.wording.certainty import Footnotes, certainty_by_synthesis
from metarepro.wording.phrases import capitalised

GRADED = "Certainty (GRADE)"

Row = Mapping[Any, Any]


class Graded:
    """The certainty of the pools of a table; its footnotes are in the order of the table.

    Parameters
    ----------
    pools : sequence of (mapping, str)
        The pools of the table in its order, each with its title.
    certainty : DataFrame
        `tables.CERTAINTY_JUDGED`; it may have no rows.
    """

    def __init__(self, pools: Sequence[tuple[Row, str]], certainty: pd.DataFrame) -> None:
        judged = certainty_by_synthesis(certainty)
        self._pools = [(pool, name) for pool, name in pools if pool["synthesis"] in judged]
        self._judged, self._footnotes = judged, Footnotes()
        for pool, _ in self._pools:
            self._footnotes.letters(judged[pool["synthesis"]].reasons)

    def __bool__(self) -> bool:
        """Whether the certainty of any was judged."""
        return bool(self._pools)

    def cell(self, synthesis: str) -> str:
        """The certainty of a pool with the letters of its reasons: "Low (a, b)"."""
        if synthesis not in self._judged:
            return "not judged"
        judged = self._judged[synthesis]
        letters = ", ".join(self._footnotes.letters(judged.reasons))
        return capitalised(judged.level) + (f" ({letters})" if letters else "")

    def notes(self) -> Iterator[str]:
        """Who judged, the footnotes, and what is to be judged again."""
        own = [(self._judged[pool["synthesis"]], pool, name) for pool, name in self._pools]
        if own:
            who = "; ".join(dict.fromkeys(judged.by for judged, _, _ in own))
            yield f"{GRADED}: judged by people ({who}); nothing of it is computed."
        yield from (f"{letter}: {reason}" for reason, letter in self._footnotes.texts.items())
        for judged, pool, name in own:
            if outdated := judged.outdated(pool):
                yield f"{GRADED}, {name}: {outdated}"
