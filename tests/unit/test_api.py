"""The public functions of the package."""

from pathlib import Path

import pandas as pd
import pytest
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes

import metarepro


@pytest.fixture
def review(tmp_path: Path) -> Path:
    path = tmp_path / "review.rm5"
    path.write_bytes(rm5_bytes(made_up_review()))
    return path


@pytest.mark.parametrize("name", metarepro.__all__)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    assert getattr(metarepro, name).__doc__


def test_another_name_is_none() -> None:
    with pytest.raises(AttributeError, match="nosuch"):
        metarepro.__getattr__("nosuch")


def test_a_review_is_read(review: Path) -> None:
    assert metarepro.read_review(review).review.format == "revman5"


def test_a_review_is_reproduced(review: Path) -> None:
    result = metarepro.reproduce(review)
    assert set(result.pools["verdict"]) == {"exact"}
    assert list(result.files["status"]) == ["read"]


def test_a_folder_without_a_review_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(metarepro.InputError, match="no review in this folder"):
        metarepro.reproduce(tmp_path)


def test_a_table_is_pooled_and_drawn() -> None:
    studies = pd.DataFrame({"study": ["A", "B"], "yi": [0.1, 0.3], "vi": [0.04, 0.02]})
    result = metarepro.pool(studies, model="common")
    assert result.pooled.estimate == pytest.approx(
        (0.1 / 0.04 + 0.3 / 0.02) / (1 / 0.04 + 1 / 0.02)
    )
    assert metarepro.draw_forest(result).get_label() == "Effect"


def test_numbers_keep_all_their_digits() -> None:
    yi = [0.1234567890123456, 0.3]
    result = metarepro.pool(pd.DataFrame({"yi": yi, "vi": [0.04, 0.02]}))
    assert result.studies["yi"].tolist() == yi


def test_a_missing_value_is_refused() -> None:
    studies = pd.DataFrame({"yi": [0.1, None], "vi": [0.04, 0.02]})
    with pytest.raises(metarepro.InputError, match="row 3, yi: found ''"):
        metarepro.pool(studies)


def test_a_wrong_estimator_is_refused_with_the_allowed_ones() -> None:
    studies = pd.DataFrame({"yi": [0.1, 0.3], "vi": [0.04, 0.02]})
    with pytest.raises(metarepro.InputError, match="REML"):
        metarepro.pool(studies, tau2="XX")
