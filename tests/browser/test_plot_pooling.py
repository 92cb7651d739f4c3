"""The pooling of the page, in a browser: beside the tables of both studies, and metafor."""

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page
from scipy import stats
from tests.amounts import every
from tests.reference_numbers import reference_of
from tests.study_tables import Row, Study, records

from metarepro.models.intervals import INTERVALS
from metarepro.models.pooling import pool
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.thresholds import has_reliable_interval
from metarepro.plan import read_plan
from metarepro.report.plot import settings_of
from metarepro.synthesis.membership import of_kind
from metarepro.tabular.input_tables import TIERS

REFERENCE = reference_of("pooling")
WITHIN = 1e-6
#: Every number as the first study pools.
BASE = settings_of(read_plan(Path("config/config.yaml")), "post.domain.any")
NUMBERS = (
    *("estimate", "se", "df", "statistic", "p_value", "ci_low", "ci_high", "tau2"),
    *("i2_q", "i2_tau2", "q", "q_df", "q_p", "pi_low", "pi_high"),
)
#: Flags about the interval of tau2, and of a likelihood, which the page does not show.
NOT_RAISED = {"several_modes", "tau2_interval_empty", "tau2_outside_interval"}
CALL = "cases => cases.map(([how, rows, settings]) => pooling[how](rows, settings))"

Case = tuple[str, list[Row], Row]


def case(rows: pd.DataFrame, settings: Row, how: str = "pool") -> Case:
    given = rows[["trial_id", "yi", "vi"]].rename(columns={"trial_id": "trial"})
    return how, records(given), settings


def differences(page: Page, cases: list[Case], expected: list[Row]) -> list[str]:
    """Every number of the tables that the page does not give, and every flag."""
    wrong = []
    for got, row in zip(page.evaluate(CALL, cases), expected, strict=True):
        name = f"{row['synthesis']} {row.get('variant', row.get('trial_id', ''))}"
        for column in (column for column in NUMBERS if column in row):
            a, b = (math.nan if x is None else float(x) for x in (got[column], row[column]))
            if not (math.isnan(a) and math.isnan(b)) and not math.isclose(
                a, b, rel_tol=WITHIN, abs_tol=WITHIN
            ):
                wrong.append(f"{name} {column}: {a}, in the table {b}")
        flags = row["flags"]
        if set(got["flags"]) != set(flags.split("; ")) - NOT_RAISED - {""}:
            wrong.append(f"{name} flags: {got['flags']}, in the table {flags}")
        if got["reliable"] != has_reliable_interval(flags):
            wrong.append(f"{name} reliable: {got['reliable']}")
        if (got["model"], got["k"]) != (row["model"], row["k"]):
            wrong.append(f"{name} model, k: {got['model'], got['k']}")
    return wrong


def test_every_synthesis_has_the_numbers_of_the_table(scripts: Page, study: Study) -> None:
    cases = [case(study.rows_of(key), study.settings(key)) for key in study.pools.index]
    assert cases
    assert differences(scripts, cases, records(study.pools)) == []


def test_every_result_has_the_weight_of_the_table(scripts: Page, study: Study) -> None:
    keys = list(study.pools.index)
    cases = [case(study.rows_of(key), study.settings(key)) for key in keys]
    weights = study.weights.groupby("synthesis")["weight"].agg(list)
    for key, got in zip(keys, scripts.evaluate(CALL, cases), strict=True):
        assert got["weights"] == pytest.approx(weights[key], rel=WITHIN, abs=WITHIN), key


def test_a_trial_left_out_gives_the_row_of_the_table(scripts: Page, study: Study) -> None:
    rows = records(study.read("leave_one_out"))[:: every(4)]
    cases = []
    for row in rows:
        of_all = study.rows_of(row["synthesis"])
        left = of_all[of_all["trial_id"] != row["trial_id"]]
        cases.append(case(left, study.settings(row["synthesis"])))
    assert cases
    assert differences(scripts, cases, rows) == []


def variant_case(study: Study, row: Row) -> Case | None:
    """How the page is asked for a variant of the table; None for those that it does not offer."""
    key, name = row["synthesis"], row["variant"]
    rows = study.rows_of(key)
    chosen = study.plan.sets[study.pool(key)["set_name"]]
    other: dict[str, Row] = {
        "without_approximate": {"tiers": TIERS[:-1]},
        "all_tiers": {"tiers": TIERS},
        "all_designs": {"designs": ()},
    }
    if name in other:
        selected = of_kind(study.every(key), chosen.model_copy(update=other[name]))
        return case(selected, study.settings(key)) if len(selected) else None
    if name == "randomised_only":
        return case(rows[rows["design"].isin(("rct", "cluster_rct"))], study.settings(key))
    if name.startswith("rve_rho_"):
        return case(rows, study.settings(key, rho=float(name[8:])), "correlated")
    if name.startswith("aggregated_rho_"):
        asked = {"tau2": "REML", "ci": "knapp_hartung_conservative", "rho": float(name[15:])}
        return case(rows, study.settings(key, results="mean", **asked))
    if name.startswith("tau2_"):
        return case(rows, study.settings(key, results="mean", tau2=name[5:].upper()))
    if name.startswith("ci_"):
        return case(rows, study.settings(key, results="mean", ci=name[3:]))
    if name in ("primary", "average_per_trial"):
        means = {"results": "mean"} if name == "average_per_trial" else {}
        return case(rows, study.settings(key, **means))
    return None


def test_variants_that_the_page_offers_have_the_numbers_of_the_table(
    scripts: Page, study: Study
) -> None:
    rows = records(study.read("variants").dropna(subset=["estimate"]))
    asked = [(asked, row) for row in rows if (asked := variant_case(study, row))]
    variants: dict[str, list[tuple[Case, Row]]] = {}
    for one, row in asked:
        variants.setdefault(row["variant"], []).append((one, row))
    assert {"primary", "tau2_dl", "tau2_pm", "tau2_ml", "tau2_reml", "ci_z"} <= variants.keys()
    some = [pair for pairs in variants.values() for pair in pairs[:: every(5)]]
    assert differences(scripts, [one for one, _ in some], [row for _, row in some]) == []


@pytest.mark.parametrize("seed", range(6))
def test_every_estimator_and_interval_of_the_library(scripts: Page, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vi = np.exp(rng.uniform(np.log(0.01), np.log(0.5), 3 + 2 * seed))
    yi = rng.normal(0.3, np.sqrt(0.1 * (seed % 3) + vi))
    rows = pd.DataFrame({"trial_id": [f"t{i}" for i in range(len(yi))], "yi": yi, "vi": vi})
    ways = list(itertools.product(ESTIMATORS, INTERVALS))
    cases = [case(rows, {**BASE, "tau2": tau2, "ci": ci}) for tau2, ci in ways]
    for got, (tau2, ci) in zip(scripts.evaluate(CALL, cases), ways, strict=True):
        ours = pool(yi, vi, tau2_method=tau2, ci_method=ci)
        for column in ("estimate", "se", "ci_low", "p_value", "tau2", "i2_tau2", "q_p"):
            assert got[column] == pytest.approx(getattr(ours, column), rel=WITHIN), (tau2, ci)


def test_likelihoods_with_several_maxima_give_the_highest(scripts: Page) -> None:
    yi, vi = [-0.5, -2.1, -0.59], [0.0035, 0.2914, 0.0102]
    ours = pool(yi, vi)
    assert "several_modes" in ours.flags
    rows = pd.DataFrame({"trial_id": list("abc"), "yi": yi, "vi": vi})
    (got,) = scripts.evaluate(CALL, [case(rows, BASE)])
    assert got["tau2"] == pytest.approx(ours.tau2, rel=WITHIN)


def test_a_t_interval_has_the_standard_error_of_the_normal_one(scripts: Page) -> None:
    # Follmann and Proschan 1999; metafor's test="t".
    rows = pd.DataFrame(
        {"trial_id": list("abcd"), "yi": [0.1, 0.3, 0.45, 0.25], "vi": [0.04, 0.02, 0.05, 0.03]}
    )
    normal, t = scripts.evaluate(CALL, [case(rows, {**BASE, "ci": ci}) for ci in ("z", "t")])
    assert t["se"] == normal["se"]
    half = float(stats.t.isf(0.025, 3)) * t["se"]
    assert t["ci_high"] - t["estimate"] == pytest.approx(half, rel=WITHIN)


#: metafor's names of what the page calls otherwise.
TESTS = {"z": "z", "knha": "knapp_hartung", "adhoc": "knapp_hartung_conservative"}


@pytest.mark.parametrize("name", list(REFERENCE["cases"]))
def test_metafors_numbers(scripts: Page, name: str) -> None:
    reference = REFERENCE["cases"][name]
    trials = [f"t{i}" for i in range(len(reference["yi"]))]
    rows = pd.DataFrame({"trial_id": trials, "yi": reference["yi"], "vi": reference["vi"]})
    fits = reference["fits"]
    cases = []
    for fit in fits:
        model = {"model": "common"} if fit["method"] == "EE" else {"tau2": fit["method"]}
        cases.append(case(rows, {**BASE, **model, "ci": TESTS[fit["test"]]}))
    for got, fit in zip(scripts.evaluate(CALL, cases), fits, strict=True):
        for column in ("estimate", "se", "ci_low", "ci_high", "tau2", "q", "i2_q"):
            if fit.get(column) is not None and got["se"] != 0:
                assert got[column] == pytest.approx(fit[column], rel=WITHIN, abs=WITHIN), (
                    fit["method"],
                    fit["test"],
                    column,
                )


def test_the_page_has_the_estimators_and_intervals_of_the_library(scripts: Page) -> None:
    assert scripts.evaluate("tau2Estimators.names") == list(ESTIMATORS)
    assert set(scripts.evaluate("pooling.intervals")) == {*INTERVALS, "t"}


@pytest.mark.parametrize(
    ("yi", "vi"), [([], []), ([0.1, None], [0.1, 0.1]), ([1, 2], [0, 1]), ([1, 2], [1e-9, 1e9])]
)
def test_rows_that_cannot_be_pooled_are_refused(
    scripts: Page, yi: list[float], vi: list[float]
) -> None:
    rows = [
        {"trial": str(i), "yi": y, "vi": v} for i, (y, v) in enumerate(zip(yi, vi, strict=True))
    ]
    refused = (
        "rows => { try { pooling.pool(rows, {}); } catch (e) { return e instanceof RangeError; } }"
    )
    assert scripts.evaluate(refused, rows) is True
