"""The scale of a ratio's standard error: that which fits its p or interval."""

import math
from typing import Any

import pytest

from metarepro.conversion.ratio_se import CONTRADICTED, ON_LOG_SCALE, UNDECIDED, read_ratio_se
from metarepro.conversion.reported import Choices, Reported
from metarepro.conversion.routes import convert

CHOICES = Choices(icc=0.05, cluster_size=20)
NAN = math.nan


def log_effect(**cells: Any) -> tuple[float, str, tuple[str, ...]]:
    """Standard error of the log odds ratio, tier and assumptions."""
    found = convert(Reported("odds_ratio", "scale", "yes", value=2.0, **cells), CHOICES, "OR")
    return math.sqrt(found.vi), found.tier, found.assumptions


# ln 2 / 0.35 is a z of 1.98: p 0.048.
@pytest.mark.parametrize(
    ("cells", "se", "tier", "notes"),
    [
        ({"se": 0.35, "p_value": 0.048, "p_relation": "="}, 0.35, "direct", (ON_LOG_SCALE,)),
        ({"se": 0.70, "p_value": 0.048, "p_relation": "="}, 0.35, "direct", ()),
        ({"se": 0.35, "ci_low": 1.007, "ci_high": 3.97}, 0.35, "direct", (ON_LOG_SCALE,)),
        ({"se": 0.70, "ci_low": 1.007, "ci_high": 3.97}, 0.35, "direct", ()),
        # Neither reading has a p of 0.3.
        ({"se": 0.35, "p_value": 0.3, "p_relation": "="}, 0.35, "approximate", (CONTRADICTED,)),
        # As an error of the ratio 0.9 means p 0.12, as one of the log p 0.44.
        ({"se": 0.9}, 0.45, "approximate", (UNDECIDED,)),
        ({"se": 0.9, "p_value": 0.2, "p_relation": "<"}, 0.45, "direct", ()),
        ({"se": 0.9, "p_value": 0.2, "p_relation": ">"}, 0.9, "direct", (ON_LOG_SCALE,)),
        ({"se": 0.9, "p_value": 0.5, "p_relation": "<"}, 0.45, "approximate", (UNDECIDED,)),
        ({"se": 0.9, "p_value": 0.1, "p_relation": "<"}, 0.45, "approximate", (CONTRADICTED,)),
    ],
)
def test_the_reading_that_fits_is_taken(
    cells: dict[str, Any], se: float, tier: str, notes: tuple[str, ...]
) -> None:
    found, own_tier, own_notes = log_effect(**cells)
    assert found == pytest.approx(se)
    assert (own_tier, own_notes) == (tier, notes)


def test_near_1_both_scales_are_the_same() -> None:
    assert read_ratio_se(1.04, 0.2, NAN) == (0.2 / 1.04, "")


@pytest.mark.parametrize(("factor", "fits"), [(1.24, True), (1.26, False)])
def test_a_reading_fits_within_a_quarter(factor: float, fits: bool) -> None:
    # Further from the other reading than from this one.
    note = read_ratio_se(3.0, 0.3, evidence=0.3 * factor).note
    assert note == (ON_LOG_SCALE if fits else CONTRADICTED)


def test_a_worked_out_error_is_derived() -> None:
    cells = {"se": 0.7, "p_value": 0.048, "p_relation": "=", "se_basis": "worked_out"}
    assert log_effect(**cells)[1] == "derived"
