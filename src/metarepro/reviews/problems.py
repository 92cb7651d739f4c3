"""Reviews whose data file could not be used: what is wrong with it, and what is done without it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from metarepro.reviews.tables import REVIEW_FILE_PROBLEMS
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import Problem
from metarepro.tabular.tables import from_rows


def problem_rows(problems: Mapping[str, Sequence[Problem]]) -> pd.DataFrame:
    """The problems of each review as a table."""
    rows = [
        {"review_id": review, "problem": clean_text(str(problem))}
        for review, found in problems.items()
        for problem in found
    ]
    return from_rows(rows, REVIEW_FILE_PROBLEMS)


def missing_reviews(problems: pd.DataFrame) -> list[str]:
    """Each review that is missing, with the first of its problems."""
    return [
        f"{review}: {own.iloc[0]}" + (f" (and {len(own) - 1} more)" if len(own) > 1 else "")
        for review, own in problems.groupby("review_id", sort=True)["problem"]
    ]
