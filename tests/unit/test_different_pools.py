"""What explains a pool of a review file that is not recomputed: another model, or a single slip.

The files publish what R gives for the rows as they were (tests/reference/made_up_review.R).
"""

from pathlib import Path
from typing import Any

import pandas as pd
from tests.made_up_corpus import write_corpus
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes
from tests.review_tables import reproduced, with_tables

from metarepro.explanation.report import NONE_FOUND
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import Extraction
from metarepro.reviews import reproduction
from metarepro.reviews.different_pools import NOT_LOOKED_FOR


def six_studies(folder: Path) -> Extraction:
    """Mean differences, odds ratios, given effects and O - E of six studies, all as published."""
    write_corpus(folder)
    review = read_review(next(folder.rglob("every_kind.rm5")))
    ours = reproduced(review)
    analyses = review.analyses.copy()
    for name in ("estimate", "ci_low", "ci_high", "tau2", "q", "i2", "z", "p"):
        analyses[f"published_{name}"] = ours[f"reproduced_{name}"]
    analyses["published_scale"] = analyses["published_scale"].replace("log", "ratio")
    analyses[["published_q_df", "published_q_p"]] = float("nan")
    return with_tables(review, analyses=analyses)


def reason(review: Extraction, data_type: str) -> str:
    """Of the overall pool of that type of data."""
    table = reproduced(review)
    own = table[(table["data_type"] == data_type) & (table["level"] == "overall")]
    return str(own["reason"].iloc[0])


def with_cell(review: Extraction, data_type: str, column: str, factor: float) -> Extraction:
    """The review with one cell multiplied."""
    kinds = {row["outcome_number"]: row["data_type"] for row in review.analysis_rows}
    studies = review.studies.copy()
    mine = studies.index[[kinds[number] == data_type for number in studies["outcome_number"]]]
    studies.loc[mine[1], column] *= factor
    return with_tables(review, studies=studies)


def test_the_rows_as_published_are_exact(tmp_path: Path) -> None:
    assert set(reproduced(six_studies(tmp_path))["verdict"]) == {"exact"}


def test_a_moved_decimal_point_is_named(tmp_path: Path) -> None:
    wrong = with_cell(six_studies(tmp_path), "continuous", "mean_t", 0.1)
    said = reason(wrong, "continuous")
    assert "single change would give it: " in said
    assert "Baker 2002" in said
    assert "hypothesis" in said


def test_a_given_effect_of_the_wrong_sign_is_named(tmp_path: Path) -> None:
    wrong = with_cell(six_studies(tmp_path), "iv", "estimate", -1)
    assert "sign" in reason(wrong, "iv")


def test_another_model_is_named(tmp_path: Path) -> None:
    """The file says mean differences and publishes standardised ones."""
    review = read_review(_written(tmp_path))
    review = with_tables(review, analyses=review.analyses.assign(measure=["MD", "OR"]))
    said = str(reproduced(review)["reason"].iloc[0])
    assert "every published number comes out under another measure: " in said.lower()
    assert "Hedges' g" in said


def _written(folder: Path, **changes: Any) -> Path:
    path = folder / "review.rm5"
    path.write_bytes(rm5_bytes(made_up_review(**changes)))
    return path


def test_what_nothing_explains_is_said_to_be_so(tmp_path: Path) -> None:
    review = read_review(_written(tmp_path, EFFECT_SIZE=7.654321, CI_START=7.1, CI_END=9.9))
    said = str(reproduced(review)["reason"].iloc[0])
    assert said.lower().endswith(NONE_FOUND)


def test_kinds_that_are_not_tried_are_said_to_be_so(tmp_path: Path) -> None:
    wrong = with_cell(six_studies(tmp_path), "oe", "o_e", 10)
    assert NOT_LOOKED_FOR in reason(wrong, "oe").lower()


def test_a_file_in_which_everything_differs_does_not_hold_a_run_up(
    tmp_path: Path, monkeypatch: Any
) -> None:
    review = six_studies(tmp_path)
    analyses = pd.DataFrame(review.analysis_rows)
    analyses["published_estimate"] += 1
    monkeypatch.setattr(reproduction, "MAX_EXPLAINED", 2)
    reasons = reproduced(with_tables(review, analyses=analyses))["reason"]
    beyond = reasons.str.contains("more than 2 pools of the file differ")
    assert list(beyond) == [False, False] + [True] * (len(reasons) - 2)
