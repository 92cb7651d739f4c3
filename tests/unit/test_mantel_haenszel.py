"""Mantel-Haenszel and Peto against metafor and plain R (tests/reference/revman.R)."""

from typing import Any

import numpy as np
import pytest
from tests.reference_numbers import reference_of

from metarepro.models.mantel_haenszel import (
    Fixed,
    Tables,
    mh_odds_ratio,
    mh_risk_difference,
    mh_risk_ratio,
    peto_o_e,
)

REFERENCE = reference_of("revman")
# A single study is not pooled by these: RevMan prints its own interval (test_revman_conventions).
FIXED = [
    case
    for case in REFERENCE["mh"]
    if case["model"] == "fixed" and case["level"] == 0.95 and case["expected"]["k"] > 1
]


def tables(name: str) -> Tables:
    data = REFERENCE["effects"][name]["data"]
    columns = ("events_t", "n_t", "events_c", "n_c")
    events_t, n_t, events_c, n_c = (np.atleast_1d(data[c]).astype(float) for c in columns)
    return Tables(events_t, n_t - events_t, events_c, n_c - events_c)


def pooled(name: str, measure: str) -> Fixed:
    counted = tables(name)
    reference = REFERENCE["effects"][name][measure]
    counted = counted.take(np.atleast_1d(np.array(reference["yi"], dtype=float)) < np.inf)
    corrected = counted.plus(0.5)
    functions = {"OR": mh_odds_ratio, "RR": mh_risk_ratio, "RD": mh_risk_difference}
    return functions[measure](counted, corrected, np.sum)


@pytest.mark.parametrize("case", FIXED, ids=lambda case: f"{case['data']}-{case['measure']}")
def test_estimate_and_variance(case: dict[str, Any]) -> None:
    fixed = pooled(case["data"], case["measure"])
    assert fixed.estimate == pytest.approx(case["expected"]["estimate"], rel=1e-12)
    assert fixed.variance == pytest.approx(case["expected"]["se"] ** 2, rel=1e-12)


def test_weights_of_the_odds_ratio_are_bc_over_n() -> None:
    assert pooled("two", "OR").weights == pytest.approx([26 * 9 / 61, 29 * 12 / 84], rel=1e-14)


def test_weights_of_the_risk_ratio_are_events_of_control_by_arm() -> None:
    assert pooled("two", "RR").weights == pytest.approx([9 * 30 / 61, 12 * 44 / 84], rel=1e-14)


def test_weights_of_the_risk_difference_are_of_the_arms_as_counted() -> None:
    # 0 of 12 against 3 of 12: the difference keeps its arms, the variance does not.
    assert pooled("one_empty", "RD").weights.tolist() == [6.0]


def test_only_tables_with_an_empty_cell_are_corrected() -> None:
    corrected = Tables(*(np.array(x) for x in ([0.0, 3], [5.0, 4], [2.0, 1], [6.0, 7]))).plus(0.5)
    assert [cell.tolist() for cell in corrected] == [[0.5, 3], [5.5, 4], [2.5, 1], [6.5, 7]]


def test_peto_of_a_table_by_hand() -> None:
    # 4 of 30 against 9 of 31: E = 30 x 13 / 61, V = 30 x 31 x 13 x 48 / (61^2 x 60).
    o_e, variance = peto_o_e(tables("two"))
    assert o_e[0] == pytest.approx(4 - 390 / 61, rel=1e-14)
    assert variance[0] == pytest.approx(30 * 31 * 13 * 48 / (61**2 * 60), rel=1e-14)


@pytest.mark.parametrize("case", REFERENCE["peto"], ids=lambda case: case["data"])
def test_peto_sums(case: dict[str, Any]) -> None:
    o_e, variance = peto_o_e(tables(case["data"]))
    used = variance > 0
    total = variance[used].sum()
    assert o_e[used].sum() / total == pytest.approx(case["expected"]["estimate"], rel=1e-12)
    assert total**-0.5 == pytest.approx(case["expected"]["se"], rel=1e-12)


def test_peto_variance_is_0_without_events_and_with_events_only() -> None:
    o_e, variance = peto_o_e(tables("special"))
    assert variance[:2].tolist() == [0.0, 0.0]
    assert o_e[:2].tolist() == [0.0, 0.0]
