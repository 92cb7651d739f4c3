"""What every answer is written as."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class AnswerTable:
    """An answer as a table.

    Attributes
    ----------
    name : of its file and sheet
    title : what it answers
    header, words : the table for readers; texts may come from the data
    table : DataFrame with all digits, for programs; effects as they are printed, ratios as ratios
    notes : sentences below it
    """

    name: str
    title: str
    header: Sequence[str]
    words: Sequence[Sequence[str]]
    table: pd.DataFrame
    notes: Sequence[str]

    def lines(self) -> list[str]:
        """The answer in columns of one width, for the terminal."""
        rows = [self.header, *self.words]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        padded = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in rows
        )
        return [
            self.title,
            *(f"  {line.rstrip()}" for line in padded),
            *(f"  {n}" for n in self.notes),
        ]
