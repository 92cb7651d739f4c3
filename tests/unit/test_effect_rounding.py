"""How far the rounding of printed numbers may move an effect and its variance."""

from typing import Any

import pytest

from metarepro.conversion.reported import Choices, Reported
from metarepro.conversion.rounding import effect_rounding
from metarepro.conversion.routes import convert

CHOICES = Choices(icc=0.05, cluster_size=20)
MEANS = {"mean_t": 12.3, "sd_t": 3.0, "n_t": 40.0, "mean_c": 10.25, "sd_c": 4.0, "n_c": 38.0}


def rounding(measure: str, statistic: str, **cells: Any) -> tuple[float, float]:
    reported = Reported(statistic, "scale", higher_is_better="yes", **cells)
    return effect_rounding(reported, CHOICES, measure, convert(reported, CHOICES, measure))


def test_a_mean_difference_moves_by_half_a_unit_of_each_mean() -> None:
    """12.3 stands beside 10.25, so it was printed 12.30."""
    yi, _ = rounding("MD", "means", **MEANS)
    assert yi == pytest.approx(2 * 0.005)


def test_its_variance_moves_by_the_rounding_of_the_sds() -> None:
    """(3.005^2 - 3^2) / 40 + (4.005^2 - 4^2) / 38"""
    _, vi = rounding("MD", "means", **MEANS)
    assert vi == pytest.approx((3.005**2 - 3**2) / 40 + (4.005**2 - 4**2) / 38)


def test_a_printed_difference_moves_as_it_is_rounded() -> None:
    yi, vi = rounding(
        "SMD", "smd", value=0.5, ci_low=0.1, ci_high=0.92, n_t=40.0, n_c=40.0, corrected="yes"
    )
    assert yi == pytest.approx(0.005)
    assert vi > 0


def test_counts_are_not_rounded() -> None:
    counts = {"events_t": 5.0, "n_t": 40.0, "events_c": 9.0, "n_c": 41.0}
    assert rounding("OR", "counts", **counts) == (0.0, 0.0)


def test_a_review_file_holds_what_was_pooled() -> None:
    assert rounding("MD", "means", **MEANS, source_kind="review_file") == (0.0, 0.0)
