"""Sensitivity tables for readers: numbers as text, beside the pool of the analysis plan.

As `summaries`, for the syntheses of the table of evidence and those of whole domains; the numbers
of all syntheses are in the tables of the stage.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from metarepro.plan import Plan
from metarepro.wording.html_tables import Page
from metarepro.wording.phrases import (
    DASH,
    decimal,
    interval,
    model_text,
    p_value,
    participants,
    percent,
    whole,
)
from metarepro.wording.phrases import i2 as i2_of
from metarepro.wording.summaries import labels, remarks, title

#: What every page says.
STATEMENT = "This describes what the pools depend on; it does not mend a bias."
PLAN = "Analysis plan: g [95% CI]"
ESTIMATE = "g [95% CI]"

#: Figures of the stage by the end of their name.
FIGURES = {
    "funnel": "Funnel plots",
    "specifications": "Specification curves",
    "gosh": "Pools of all subsets of trials (GOSH plots)",
}
METHODS = {
    "egger": "Egger's test",
    "egger_random": "Egger's test, random effects",
    "begg": "Begg's rank correlation",
    "trim_and_fill": "Trim and fill",
    "pet": "PET",
    "peese": "PEESE",
    "pet_peese": "PET-PEESE",
}
TESTS = {"asymmetry": "asymmetry", "effect": "adjusted effect against 0"}
DETAILS = {
    "left": "would be added on the left",
    "right": "would be added on the right",
    "pet": "PET taken",
    "peese": "PEESE taken",
}

Row = Mapping[Any, Any]
#: Pools of the plan by synthesis: rows of `tables.POOLED` with their title.
Pools = Mapping[str, Row]


def chosen_pools(pooled: pd.DataFrame, names: Mapping[str, str], plan: Plan) -> dict[str, Row]:
    """Return the syntheses that are shown, with their title: evidence table and domains."""
    evidence = plan.evidence
    kinds = (f"{evidence.set}.{evidence.synthesis}.", f"{evidence.set}.domain.")
    return {
        pool["synthesis"]: pool | {"title": title(pool, names, plan.sets)}
        for pool in pooled[pooled["n_trials"] >= 2].to_dict("records")
        if pool["synthesis"].startswith(kinds)
    }


def pages(tables: Mapping[str, pd.DataFrame], plan: Plan) -> list[Page]:
    """Return the pages, one an analysis.

    Parameters
    ----------
    tables : mapping
        The codebook, `effects`, `pooled` and the tables of results/sensitivity, by name.
    config : mapping
        The analysis plan.
    """
    names = labels(tables["interventions"], tables["domains"], tables["outcomes"])
    pools = chosen_pools(tables["pooled"], names, plan)
    trials = dict(zip(tables["effects"]["trial_id"], tables["effects"]["label"], strict=True))
    content: list[tuple[str, str, str, pd.DataFrame]] = [
        (
            "variants",
            "Variants of the analysis",
            "Every synthesis pooled again with one choice changed, beside the analysis plan. The "
            "model follows from what is pooled: one result a trial or several.",
            variants(tables["variants"], pools, trials, plan.pooling.rho),
        ),
        (
            "leave_one_out",
            "Each trial left out",
            "Every synthesis without each of its trials in turn, beside the analysis plan.",
            single_trials(tables["leave_one_out"], pools, "Without"),
        ),
        (
            "cumulative",
            "Pools as they grew by year",
            "Every synthesis from its first trial on, each time with one more.",
            single_trials(tables["cumulative"], pools, "With, from the first"),
        ),
        (
            "influence",
            "Influence of single trials",
            "Deletion diagnostics; results of a trial averaged; metafor's cut-offs.",
            influence(tables["influence"], pools),
        ),
        (
            "small_study",
            "Small-study effects",
            "Do small trials show other effects than large ones? Ten trials are needed. A "
            "standardised difference is part of its own variance, which alone makes such tests "
            "lean to yes.",
            small_study(tables["small_study"], pools),
        ),
        (
            "selection",
            "Selection of significant results",
            "Results by two-sided p, and a model in which a trial without significance in favour "
            "of the intervention (one-sided p above 0.025) has another chance to be published. The "
            "model takes the mean of each trial: it cannot see which results of a trial were "
            "printed. A large p with a wide standard error is no evidence against selection.",
            selection(tables["caliper"], tables["small_study"], pools),
        ),
        (
            "source_kinds",
            "Pools by source kind",
            "The results of each kind of source on their own, of all tiers. Abstracts print what "
            "was significant; databases and tables of other reviews print more of what was not.",
            source_kinds(tables["source_kinds"], pools, plan.pooling.rho),
        ),
        (
            "multiverse",
            "All reasonable specifications",
            "How many of all combinations of choices agree with the analysis plan. Combinations "
            "are counted, not weighed: a share is no probability. Many take normal intervals, "
            "which are too narrow with few trials.",
            multiverse(tables["multiverse"], pools),
        ),
    ]
    return [
        Page(f"sensitivity_{name}", heading, f"{caption} {STATEMENT}", table)
        for name, heading, caption, table in content
    ]


def variants(
    table: pd.DataFrame, pools: Pools, trials: Mapping[str, str], rho: float
) -> pd.DataFrame:
    """One row a synthesis and variant; `trials` gives the label of each trial id."""
    return _rows(
        table,
        pools,
        lambda row, pool: {
            "Variant": row["description"][:1].upper() + row["description"][1:],
            ESTIMATE: _estimate(row),
            PLAN: _estimate(pool),
            "Difference": _number(row["estimate"] - pool["estimate"]),
            "p": _p(row["p_value"]),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "Model": model_text(row, rho) if row["model"] else DASH,
            "95% prediction interval": interval(math.nan, row["pi_low"], row["pi_high"]),
            "I²": percent(i2_of(row)),
            "τ²": _number(row["tau2"], 3),
            "Trials removed": ", ".join(trials[trial] for trial in row["removed"].split()) or DASH,
            "Remarks": "; ".join(
                filter(None, [_same(row), _levels(row), remarks(row["flags"], row["reason"])])
            ),
        },
    )


def single_trials(table: pd.DataFrame, pools: Pools, heading: str) -> pd.DataFrame:
    """One row a synthesis and trial, from leave_one_out or cumulative."""
    return _rows(
        table,
        pools,
        lambda row, pool: {
            heading: row["label"],
            "Year": DASH if math.isnan(row["year"]) else f"{row['year']:.0f}",
            ESTIMATE: _estimate(row),
            PLAN: _estimate(pool),
            "Difference": _number(row["estimate"] - pool["estimate"]),
            "p": _p(row["p_value"]),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "I²": percent(i2_of(row)),
            "τ²": _number(row["tau2"], 3),
            "Remarks": remarks(row["flags"], row["reason"]),
        },
    )


def influence(table: pd.DataFrame, pools: Pools) -> pd.DataFrame:
    """One row a synthesis and trial."""
    return _rows(
        table,
        pools,
        lambda row, pool: {
            "Trial": row["label"],
            "Influential": row["influential"],
            "Weight": percent(row["weight"]),
            "Studentised residual": _number(row["rstudent"]),
            "DFFITS": _number(row["dffits"]),
            "Cook's distance": _number(row["cook_d"]),
            "Covariance ratio": _number(row["cov_r"]),
            "Hat value": _number(row["hat"]),
            "DFBETAS": _number(row["dfbetas"]),
            "τ² without": _number(row["tau2_del"], 3),
            "Q without": _number(row["q_del"]),
        },
    )


def small_study(table: pd.DataFrame, pools: Pools) -> pd.DataFrame:
    """One row a synthesis and method; a synthesis with too few trials has one row."""
    tests = table[table["method"].isin(METHODS)]
    # The same reason for all methods is said once.
    alike = tests.groupby("synthesis")["reason"].transform("nunique") == 1
    once = alike & (tests["reason"] != "")
    tests = tests[~(once & tests.duplicated("synthesis"))]
    return _rows(
        tests.assign(all_methods=once),
        pools,
        lambda row, pool: {
            "Method": "All methods" if row["all_methods"] else METHODS[row["method"]],
            "Trials": whole(row["k"]),
            "Tested": DASH if row["reason"] else TESTS[row["tests"]],
            "Statistic": _number(row["statistic"]),
            "df": _number(row["df"], 0),
            "p": _p(row["p_value"]),
            "Adjusted g [95% CI]": _estimate(row),
            PLAN: _estimate(pool),
            "Trials added": whole(row["n_filled"]),
            "Remarks": row["reason"]
            or ("" if row["n_filled"] == 0 else DETAILS.get(row["detail"], "")),
        },
    )


def selection(caliper: pd.DataFrame, tests: pd.DataFrame, pools: Pools) -> pd.DataFrame:
    """One row a synthesis: results by p, and the selection model."""
    models = tests[tests["method"] == "selection"].set_index("synthesis").to_dict("index")

    def row_of(row: Row, pool: Row) -> dict[str, str]:
        model, n = models[pool["synthesis"]], row["n_results"]
        return {
            "Results": whole(n),
            "p up to 0.05": _share(row["n_significant"], n),
            "p 0.04 to 0.05": _share(row["n_040_050"], n),
            "p 0.05 to 0.06": _share(row["n_050_060"], n),
            "p 0.045 to 0.05": _share(row["n_045_050"], n),
            "p 0.05 to 0.055": _share(row["n_050_055"], n),
            "Selection model: g [95% CI]": _estimate(model),
            PLAN: _estimate(pool),
            "Relative chance of publication": _number(model["weight"]),
            "Its standard error": _number(model["weight_se"]),
            "p against no selection": _p(model["p_value"]),
            "Remarks": f"no selection model: {model['reason']}" if model["reason"] else "",
        }

    return _rows(caliper, pools, row_of)


def source_kinds(table: pd.DataFrame, pools: Pools, rho: float) -> pd.DataFrame:
    """One row a synthesis and kind of source."""
    return _rows(
        table,
        pools,
        lambda row, pool: {
            "Source": row["source_kind"].replace("_", " "),
            ESTIMATE: _estimate(row),
            PLAN: _estimate(pool),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "Participants": participants(row["n_participants"], row["flags"]),
            "Favour the intervention": percent(100 * row["share_favourable"]),
            "p up to 0.05": percent(100 * row["share_significant"]),
            "I²": percent(i2_of(row)),
            "Model": model_text(row, rho) if row["model"] else DASH,
            "Remarks": remarks(row["flags"], row["reason"]),
        },
    )


def multiverse(table: pd.DataFrame, pools: Pools) -> pd.DataFrame:
    """One row a synthesis."""
    return _rows(
        table,
        pools,
        lambda row, pool: {
            "Different specifications": whole(row["n_different"]),
            PLAN: _estimate(pool),
            "Lowest g": _number(row["lowest"]),
            "Median g": _number(row["median"]),
            "Highest g": _number(row["highest"]),
            "Same sign": percent(100 * row["share_same_sign"]),
            "Same conclusion": percent(100 * row["share_same_conclusion"]),
            "Interval above 0": percent(100 * row["share_above_zero"]),
            "Interval below 0": percent(100 * row["share_below_zero"]),
            "All combinations": whole(row["n_specifications"]),
            "Without a pool": whole(row["n_failed"]),
            "Equal to another": whole(row["n_duplicates"]),
        },
    )


def figure_labels(pooled: pd.DataFrame, names: Mapping[str, str], sets: Any) -> dict[str, str]:
    """Title of every figure that the stage may have drawn, by the name of its file."""
    return {
        f"{pool['synthesis']}.{kind}": title(pool, names, sets)
        for kind in FIGURES
        for pool in pooled.to_dict("records")
    }


def _rows(
    table: pd.DataFrame,
    pools: Pools,
    row_of: Callable[[Row, Row], dict[str, str]],
) -> pd.DataFrame:
    """Put the rows of the syntheses that are shown into words, each beside its pool."""
    shown = table[table["synthesis"].isin(list(pools))].to_dict("records")
    return pd.DataFrame(
        [
            {"Synthesis": pools[row["synthesis"]]["title"]} | row_of(row, pools[row["synthesis"]])
            for row in shown
        ]
    )


def _same(row: Row) -> str:
    name = row["same_as"].replace("_", " ")
    return f'the numbers of the variant "{name}"' if name else ""


def _estimate(row: Row) -> str:
    return interval(row["estimate"], row["ci_low"], row["ci_high"])


def _number(value: float, places: int = 2) -> str:
    return DASH if math.isnan(value) else decimal(value, places)


def _p(value: float) -> str:
    return DASH if math.isnan(value) else p_value(value).removeprefix("p ").removeprefix("= ")


def _share(count: float, of: float) -> str:
    return f"{whole(count)} ({percent(100 * count / of)})"


def _levels(row: Row) -> str:
    """The parts of the variance under the three-level model; "" under another."""
    if math.isnan(row["sigma2_trial"]):
        return ""
    between, within = decimal(row["sigma2_trial"], 3), decimal(row["sigma2_result"], 3)
    return f"variance {between} between trials, {within} between results of a trial"
