"""Review files of data/: one that cannot be used does not keep the others from being used."""

import shutil
from pathlib import Path

import pytest
from tests.data_folder import write_data_folder
from tests.made_up_review import OUTCOME_MAP, made_up_review
from tests.review_files import rm5_bytes

import extract_data
from metarepro.reviews.tables import REVIEW_FILE_PROBLEMS, REVIEW_RESULTS
from metarepro.tabular.tables import read_table


@pytest.fixture
def extracted(tmp_path: Path) -> Path:
    """Three reviews with a file; the first two have the same study, unknown to data/trials."""
    data = write_data_folder(tmp_path / "data")
    contents = [
        made_up_review(),
        made_up_review(),
        made_up_review().replace("Dee 2005", "Eve 2006"),
    ]
    for review, content in zip(("review2020", "review2021", "review2022"), contents, strict=True):
        folder = data / "reviews" / review
        if review != "review2020":
            shutil.copytree(data / "reviews/review2020", folder)
            about = folder / "review.yaml"
            about.write_text(about.read_text().replace("A review", f"A review, {review}"))
        (folder / "own.rm5").write_bytes(rm5_bytes(content))
        (folder / "outcome_map.csv").write_text(OUTCOME_MAP)
    results = tmp_path / "results"
    options = ["--config", "config/config.yaml", "--data-dir", str(data)]
    extract_data.main(["review_files", *options, "--results-dir", str(results)])
    return results / "extracted"


def test_reviews_that_may_share_a_trial_are_left_out_and_named(extracted: Path) -> None:
    problems = read_table(extracted / "review_file_problems.csv", REVIEW_FILE_PROBLEMS)
    assert list(problems["review_id"]) == ["review2020", "review2021"]
    assert problems["problem"].str.contains("Dee 2005").all()
    assert problems["problem"].str.contains("study_map.csv").all()


def test_the_others_are_used(extracted: Path) -> None:
    results = read_table(extracted / "review_results.csv", REVIEW_RESULTS)
    assert len(results) > 0
    assert results["file"].str.contains("review2022").all()
