"""All pools of a review file are computed together: no pool may notice the others."""

from pathlib import Path

import numpy as np
import pytest
from tests.made_up_corpus import write_corpus

from metarepro.models.conventions import CONVENTIONS, REVMAN5
from metarepro.models.pooling import pool
from metarepro.models.weighted import Segments
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import Extraction, analysis_of
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.pooling import AnalysisResult, pool_analyses
from metarepro.reviews.reproduction import recomputed
from metarepro.reviews.study_effects import columns_of

CORPUS = Path(__file__).parents[3] / "shared/corpus"
SIZES = np.array([1, 2, 9, 1, 130, 17])


def effects(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    vi = np.exp(rng.uniform(np.log(0.01), np.log(0.2), n))
    return rng.normal(0.3, np.sqrt(0.05 + vi)), vi


def same(a: AnalysisResult, b: AnalysisResult) -> bool:
    """Whether two results have the same bits."""
    pools = [(a.overall, b.overall), *zip(a.subgroups.values(), b.subgroups.values(), strict=True)]
    return a.test == b.test and all(
        np.array_equal(one.weights, other.weights, equal_nan=True)
        and np.array_equal(
            list(one.numbers().values()), list(other.numbers().values()), equal_nan=True
        )
        for one, other in pools
    )


def test_a_segment_has_the_same_digits_as_alone() -> None:
    y, v = effects(int(SIZES.sum()))
    together = Segments(y, v, SIZES).common
    for i, (start, size) in enumerate(zip(np.cumsum(SIZES) - SIZES, SIZES, strict=True)):
        rows = slice(start, start + size)
        alone = Segments(y[rows], v[rows], np.array([size])).common
        assert (together.estimate[i], together.q[i]) == (alone.estimate[0], alone.q[0])


def test_segments_are_pooled_as_single_pools_are() -> None:
    """Two ways to add up: in the order of the file, and sorted and scaled (`pooling.pool`)."""
    y, v = effects(int(SIZES.sum()))
    rows = [
        {"estimate": a, "se": b**0.5, "estimable": "yes", "subgroup_number": str(i)}
        | {"applies_to": "subgroup"}
        for i, (a, b) in zip(
            np.repeat(range(len(SIZES)), SIZES), zip(y, v, strict=True), strict=True
        )
    ]
    blank = dict.fromkeys(
        [*("n_t", "mean_t", "sd_t", "events_t", "n_c", "mean_c", "sd_c", "events_c")]
        + ["o_e", "variance"],
        np.nan,
    )
    columns = columns_of([blank | row for row in rows])
    settings = AnalysisSettings("iv", "MD")
    (result,) = pool_analyses(columns, [(settings, range(len(rows)))], REVMAN5)
    assert isinstance(result, AnalysisResult)
    for (name, ours), size in zip(result.subgroups.items(), SIZES, strict=True):
        if size > 1:
            own = columns["subgroup_number"] == name
            theirs = pool(y[own], v[own], tau2_method="DL", ci_method="z")
            assert [ours.estimate, ours.se, ours.tau2, ours.q, ours.ci_low] == pytest.approx(
                [theirs.estimate, theirs.se, theirs.tau2, theirs.q, theirs.ci_low], rel=1e-12
            )


def assert_no_analysis_notices_the_others(review: Extraction) -> None:
    together = {analysis_of(found.pools[0]): found.result for found in recomputed(review)}
    rows = columns_of(review.study_rows)
    for key, result in together.items():
        pools = [row for row in review.analysis_rows if analysis_of(row) == key]
        own = [i for i, row in enumerate(review.study_rows) if analysis_of(row) == key]
        settings = AnalysisSettings.from_row(pools[0])
        (alone,) = pool_analyses(rows, [(settings, own)], CONVENTIONS[review.review.format])
        assert isinstance(result, AnalysisResult)
        assert isinstance(alone, AnalysisResult)
        assert same(result, alone), key


@pytest.mark.parametrize("name", ["revman5/every_kind.rm5", "revman_web/zip_in_zip.zip"])
def test_analyses_of_a_file_do_not_notice_each_other(tmp_path: Path, name: str) -> None:
    write_corpus(tmp_path / "collection")
    assert_no_analysis_notices_the_others(read_review(tmp_path / "collection" / name))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of review files is not here")
@pytest.mark.parametrize("name", ["revman5/CD003188StatsDataOnly.rm5", "revman_web/CD004366"])
def test_analyses_of_third_party_reviews_do_not_notice_each_other(name: str) -> None:
    assert_no_analysis_notices_the_others(read_review(CORPUS / name))


def test_an_analysis_that_cannot_be_pooled_costs_no_other() -> None:
    """Variances 1e16 apart have no digits left; an unknown measure has no formula."""
    numbers = {"n_t": 20.0, "n_c": 20.0, "mean_t": 1.0, "mean_c": 0.0}
    spreads = [1.0, 2.0, 1e-6, 100.0, 1.0, 2.0]
    rows = [
        dict.fromkeys(("events_t", "events_c", "o_e", "variance", "estimate", "se"), np.nan)
        | numbers
        | {"sd_t": sd, "sd_c": sd, "estimable": "yes", "subgroup_number": "", "applies_to": "both"}
        for sd in spreads
    ]
    analyses = [
        (AnalysisSettings("continuous", "MD"), [0, 1]),
        (AnalysisSettings("continuous", "MD"), [2, 3]),
        (AnalysisSettings("continuous", "ROM"), [4, 5]),
        (AnalysisSettings("continuous", "MD", method="MH"), [4, 5]),
    ]
    good, far, unknown, no_method = pool_analyses(columns_of(rows), analyses, REVMAN5)
    assert isinstance(good, AnalysisResult)
    assert good.overall.k == 2
    assert "vi differ by a factor of 1e+16" in str(far)
    assert unknown == "measure 'ROM' is not one of continuous data"
    assert no_method == "there is no Mantel-Haenszel method for continuous 'MD'"
