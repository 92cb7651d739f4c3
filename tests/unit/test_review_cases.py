"""Small review files of the kinds that broke us, where they are beside the checkout."""

from collections import Counter
from pathlib import Path

import pytest

from metarepro.reviews.batch import Reproduction, reproduce_files

CASES = Path(__file__).parents[3] / "shared/cases/files"
# The verdicts that each must give; what the right numbers are and how they are known is in the
# EXPECTED.md beside them.
VERDICTS: dict[str, dict[str, int]] = {
    "batch_lost_by_one_overflow": {"exact": 6, "not_estimable": 2, "not_published": 1},
    "cp1252_declared_utf8.rm5": {"exact": 6, "not_estimable": 2},
    "data_rows_only": {"not_published": 7},
    "one_study_i2_not_quite_100.rm5": {"explained": 4, "not_estimable": 1},
    "rd_one_study_double_zero.rm5": {"exact": 2},
    "revman5_csv_export.csv": {"exact": 2},
    "rm5_ci_1e157.rm5": {"not_published": 1},
    "web_ci_above_1e15": {"not_published": 1},
    "web_hksj_one_study": {"explained": 2},
    "web_reml_i2": {"explained": 7},
    "web_with_study_results": {"exact": 1},
    "web_with_study_results.zip": {"exact": 1},
    "web_without_subgroup_table": {"explained": 1, "not_published": 7},
}
present = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")


def recomputed(name: str) -> Reproduction:
    return reproduce_files(CASES / name)


@present
@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts(name: str) -> None:
    result = recomputed(name)
    assert set(result.files["status"]) == {"read"}
    assert Counter(result.pools["verdict"]) == VERDICTS[name]


@present
@pytest.mark.parametrize("name", ["web_diagnostic", "diagnostic_synthetic.rm5"])
def test_test_accuracy(name: str) -> None:
    result = recomputed(name)
    assert result.files["format"][0].endswith("_accuracy")
    assert set(result.accuracy["verdict"]) <= {"exact", "not_published"}


@present
@pytest.mark.parametrize(
    ("name", "words"), [("html_login_page.rm5", "a web page"), ("lfs_pointer.rm5", "Git LFS")]
)
def test_what_is_no_review(name: str, words: str) -> None:
    assert words in recomputed(name).files["notes"][0]


@present
def test_reml_and_its_i2_agree_in_all_digits() -> None:
    """Only the p of Wald's test beside HKSJ intervals, and T of one study, are left to explain."""
    for reason in recomputed("web_reml_i2").pools["reason"]:
        assert "i2" not in reason
        assert "tau2" not in reason


@present
def test_a_limit_of_1e157() -> None:
    pool = recomputed("web_ci_above_1e15").pools.iloc[0]
    # Rows of ln RR 1 (SE 184) and 0.5 (SE 0.2).
    assert pool["reproduced_estimate"] == pytest.approx(1.648722245, abs=1e-8)
