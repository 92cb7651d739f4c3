"""Sensitivity tables for readers: numbers as text, beside the pool of the analysis plan.

Every function takes rows of a table of the stage and gives those of the syntheses in `pools`, in
the same order; what would be the same in all rows of one synthesis stands in the columns
`SYNTHESIS` and `PLAN`.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from metarepro.sensitivity.choice_names import DIMENSIONS
from metarepro.wording.codes import in_words
from metarepro.wording.phrases import (
    DASH,
    capitalised,
    decimal,
    model_text,
    p_value,
    participants,
    percent,
    whole,
)
from metarepro.wording.phrases import i2 as i2_of
from metarepro.wording.scales import Scale
from metarepro.wording.summaries import remarks

SYNTHESIS = "Synthesis"
PLAN = "Analysis plan"
METHODS = {
    "egger": "Egger's test",
    "egger_random": "Egger's test, random effects",
    "peters": "Peters' test",
    "begg": "Begg's rank correlation",
    "trim_and_fill": "Trim and fill",
    "pet": "PET",
    "peese": "PEESE",
    "pet_peese": "PET-PEESE",
    "excess_significance": "Excess of significant results",
    "fail_safe_rosenthal": "Fail-safe N (Rosenthal)",
    "fail_safe_rosenberg": "Fail-safe N (Rosenberg)",
}
SELECTION_MODEL = "Selection model (three-parameter)"
TESTS = {
    "asymmetry": "asymmetry",
    "effect": "adjusted effect against no effect",
    "selection": "more significant results than expected",
}
FAIL_SAFE = "sensitivity to unpublished null studies"
#: Shares of analyses, of measures that compare groups.
SHARES = {
    "Analyses with the same sign": "share_same_sign",
    "Analyses with the same conclusion": "share_same_conclusion",
    "Interval excludes no effect, for the intervention": "share_above_zero",
    "Interval excludes no effect, for the control": "share_below_zero",
}
DETAILS = {
    "left": "would be added on the left",
    "right": "would be added on the right",
    "pet": "PET taken",
    "peese": "PEESE taken",
}

Row = Mapping[Any, Any]
#: Heading of a column to the cell.
Words = dict[str, str]
#: Syntheses by key: rows of `tables.POOLED` with their title.
Pools = Mapping[str, Row]


def variants(
    rows: Iterable[Row],
    pools: Pools,
    scale: Scale,
    trials: Mapping[str, str],
) -> list[Words]:
    """One row per synthesis and variant; `trials` gives the label of each trial id."""
    listed = list(rows)
    described = {row["variant"]: row["description"] for row in listed}
    described["primary"] = "the analysis plan"
    return _rows(
        listed,
        pools,
        scale,
        lambda row, pool, own: {
            "Variant": row["description"][:1].upper() + row["description"][1:],
            scale.heading: own.of(row),
            scale.difference: own.differences.number_or_dash(row["estimate"] - pool["estimate"]),
            "p": _p(row["p_value"]),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "Model": model_text(row) if row["model"] else DASH,
            scale.prediction: own.prediction_of(row),
            "I²": percent(i2_of(row)),
            "τ²": _number(row["tau2"], 3),
            "Trials removed": ", ".join(trials[trial] for trial in row["removed"].split()) or DASH,
            "Remarks": "; ".join(filter(None, [_same(row, described), _levels(row), remarks(row)])),
        },
    )


def single_trials(rows: Iterable[Row], pools: Pools, scale: Scale, heading: str) -> list[Words]:
    """One row per synthesis and trial, from leave_one_out or cumulative."""
    return _rows(
        rows,
        pools,
        scale,
        lambda row, pool, own: {
            heading: row["label"],
            "Year": DASH if math.isnan(row["year"]) else f"{row['year']:.0f}",
            scale.heading: own.of(row),
            scale.difference: own.differences.number_or_dash(row["estimate"] - pool["estimate"]),
            "p": _p(row["p_value"]),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "I²": percent(i2_of(row)),
            "τ²": _number(row["tau2"], 3),
            "Remarks": remarks(row),
        },
    )


def influence(rows: Iterable[Row], pools: Pools, scale: Scale) -> list[Words]:
    """One row per synthesis and trial."""
    return _rows(
        rows,
        pools,
        scale,
        lambda row, pool, own: {
            "Trial": row["label"],
            "Influential": row["influential"],
            "Weight": percent(row["weight"]),
            "Studentised residual": _number(own.turn * row["rstudent"]),
            "DFFITS": _number(own.turn * row["dffits"]),
            "Cook's distance": _number(row["cook_d"]),
            "Covariance ratio": _number(row["cov_r"]),
            "Hat value": _number(row["hat"]),
            "DFBETAS": _number(own.turn * row["dfbetas"]),
            "τ² without": _number(row["tau2_del"], 3),
            "Q without": _number(row["q_del"]),
        },
    )


def small_study(rows: Iterable[Row], pools: Pools, scale: Scale) -> list[Words]:
    """One row per synthesis and method; a synthesis with too few trials has one row."""
    tests = [row for row in rows if row["method"] in METHODS]
    reasons: defaultdict[str, set[str]] = defaultdict(set)
    for row in tests:
        reasons[row["synthesis"]].add(row["reason"])
    # The same reason for all methods is said once.
    alike = {key for key, said in reasons.items() if len(said) == 1 and "" not in said}
    first = {row["synthesis"]: row for row in reversed(tests)}
    shown = [
        row for row in tests if row["synthesis"] not in alike or row is first[row["synthesis"]]
    ]
    return _rows(
        shown,
        pools,
        scale,
        lambda row, pool, own: {
            "Method": "All methods" if row["synthesis"] in alike else METHODS[row["method"]],
            "Trials": whole(row["k"]),
            "Tested": DASH if row["reason"] else _tested(row),
            "Statistic": _number(row["statistic"]),
            "df": _number(row["df"], 0),
            "p": _p(row["p_value"]),
            f"Adjusted {scale.heading}": own.of(row),
            "Trials added": whole(row["n_filled"]),
            "Remarks": row["reason"] or _found(row, own),
        },
    )


def selection(
    caliper: Iterable[Row], tests: Iterable[Row], pools: Pools, scale: Scale
) -> list[Words]:
    """One row per synthesis: results by p, and the selection model."""
    models = {test["synthesis"]: test for test in tests if test["method"] == "selection"}

    def row_of(row: Row, pool: Row, own: Scale) -> Words:
        model, n = models[pool["synthesis"]], row["n_results"]
        return {
            "Results": whole(n),
            "p up to 0.05": _share(row["n_significant"], n),
            "p 0.04 to 0.05": _share(row["n_040_050"], n),
            "p 0.05 to 0.06": _share(row["n_050_060"], n),
            "p 0.045 to 0.05": _share(row["n_045_050"], n),
            "p 0.05 to 0.055": _share(row["n_050_055"], n),
            f"Selection model: {scale.heading}": own.of(model),
            "Relative chance of publication": _number(model["weight"]),
            "Its standard error": _number(model["weight_se"]),
            "p against no selection": _p(model["p_value"]),
            "Remarks": f"no selection model: {model['reason']}" if model["reason"] else "",
        }

    return _rows(caliper, pools, scale, row_of)


def source_kinds(rows: Iterable[Row], pools: Pools, scale: Scale) -> list[Words]:
    """One row per synthesis and kind of source."""
    return _rows(
        rows,
        pools,
        scale,
        lambda row, pool, own: {
            "Source": capitalised(in_words("source_kind", row["source_kind"])),
            scale.heading: own.of(row),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "Participants": participants(row["n_participants"], row["n_unknown"]),
            "Favour the intervention": _if(own.compares, percent(100 * row["share_favourable"])),
            "p up to 0.05": percent(100 * row["share_significant"]),
            "I²": percent(i2_of(row)),
            "Model": model_text(row) if row["model"] else DASH,
            "Remarks": remarks(row),
        },
    )


def no_effect(rows: Iterable[Row], pools: Pools, scale: Scale) -> list[Words]:
    """One row per synthesis to which results of unreported direction or size belong."""
    return _rows(
        rows,
        pools,
        scale,
        lambda row, pool, own: {
            "Results at no effect": whole(row["n_at_zero"]),
            "Trials at no effect": whole(row["n_trials_at_zero"]),
            "Results that could not be included": whole(row["n_not_entered"]),
            f"{scale.heading} with them": own.of_flagged(row),
            scale.difference: own.differences.number_or_dash(row["estimate"] - pool["estimate"]),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "Remarks": remarks(row),
        },
    )


def multiverse(rows: Iterable[Row], pools: Pools, scale: Scale) -> list[Words]:
    """One row per synthesis."""
    return _rows(
        rows,
        pools,
        scale,
        lambda row, pool, own: {
            "Different analyses": whole(row["n_different"]),
            f"Lowest {scale.symbol}": own.number_or_dash(min(_ends(row), key=own.shown)),
            f"Median {scale.symbol}": own.number_or_dash(row["median"]),
            f"Highest {scale.symbol}": own.number_or_dash(max(_ends(row), key=own.shown)),
            **{
                heading: _if(own.compares, percent(100 * row[share]))
                for heading, share in SHARES.items()
            },
            "Without a reliable interval": whole(row["n_without_interval"]),
            "All combinations": whole(row["n_specifications"]),
            "Without a pool": whole(row["n_failed"]),
            "Equal to another": whole(row["n_duplicates"]),
            "Choices that matter": "; ".join(DIMENSIONS[name] for name in row["choices"].split()),
        },
    )


def _rows(
    rows: Iterable[Row],
    pools: Pools,
    scale: Scale,
    row_of: Callable[[Row, Row, Scale], Words],
) -> list[Words]:
    """Put the rows of the syntheses into words, each beside its pool."""
    of_pools = [(row, pools[row["synthesis"]]) for row in rows if row["synthesis"] in pools]
    return [
        {SYNTHESIS: pool["title"], PLAN: scale.of_pool(pool)} | row_of(row, pool, scale.at(pool))
        for row, pool in of_pools
    ]


def _found(row: Row, own: Scale) -> str:
    """What a method found that has no column of its own."""
    if not math.isnan(row["fail_safe_n"]):
        return f"{whole(row['fail_safe_n'])} null studies would make the pool non-significant"
    if not math.isnan(row["observed"]):
        return f"{whole(row['observed'])} significant, {decimal(row['expected'], 1)} expected"
    return "" if row["n_filled"] == 0 else DETAILS.get(_side(row["detail"], own), "")


def _tested(row: Row) -> str:
    return FAIL_SAFE if row["method"].startswith("fail_safe") else TESTS[row["tests"]]


def _if(says_something: bool, words: str) -> str:
    return words if says_something else DASH


def _side(detail: str, scale: Scale) -> str:
    """A side of the funnel as it is drawn."""
    return detail if scale.turn > 0 else {"left": "right", "right": "left"}.get(detail, detail)


def _ends(row: Row) -> tuple[float, float]:
    return row["lowest"], row["highest"]


def _same(row: Row, described: Mapping[str, str]) -> str:
    name = row["same_as"]
    return f"the same numbers as {described.get(name, name)}" if name else ""


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
