"""What is known about the reviews, as a table."""

import math
from collections.abc import Iterable

import pandas as pd

from metarepro.readers.transcription import Review


def review_facts(reviews: Iterable[Review]) -> pd.DataFrame:
    """One row a review: review_id, label, title, authors, year, journal, doi, role, n_studies.

    `authors` are divided by "; "; what was not seen is "" or nan.
    """
    return pd.DataFrame(
        [
            {
                "review_id": review.review_id,
                "label": review.label,
                "title": review.title or "",
                "authors": "; ".join(review.authors),
                "year": math.nan if review.year is None else float(review.year),
                "journal": review.journal or "",
                "doi": review.doi or "",
                "role": review.role,
                "n_studies": math.nan if review.n_studies is None else float(review.n_studies),
            }
            for review in reviews
        ]
    )
