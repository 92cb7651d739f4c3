"""The forest plot that readers try choices on: what its script is given.

All numbers are rows of the tables; templates/report/plot.js pools them in the page as the library
does. Without script nothing of it is seen.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from metarepro.models import thresholds
from metarepro.models.intervals import INTERVALS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.plan import EffectSet, Plan
from metarepro.report.blocks import Plot
from metarepro.report.records import Records
from metarepro.sensitivity.choice_names import DESIGNS_LET_IN
from metarepro.study.risk_of_bias import judged
from metarepro.synthesis.membership import of_kind
from metarepro.tabular.input_tables import TIERS
from metarepro.wording.phrases import FLAGS, INTERVAL_LABELS, NO_RELIABLE_INTERVAL, capitalised
from metarepro.wording.scales import Scale

MODELS = {"random": "Random effects", "common": "Common effect"}
RESULTS = {"all": "Robust variance", "mean": "Mean of each trial"}
#: An interval beside those that a plan may choose: t without Knapp and Hartung's factor.
T = ("t", "t, trials \u2212 1 degrees of freedom")
#: Columns of `sensitivity.tables.MULTIVERSE` that a result is compared with.
ANALYSES = (
    *("n_different", "n_without_interval", "share_above_zero", "share_below_zero"),
    *("lowest", "median", "highest"),
)


def plot(records: Records, key: str) -> list[Plot]:
    """The plot of a synthesis; none where only one trial could be chosen.

    Parameters
    ----------
    records : Records
        All tables.
    key : str
        The synthesis.
    """
    chosen = records.plan.sets[records.pools[key]["set_name"]]
    every = records.members(key).reset_index(drop=True)
    labels = dict(zip(every["trial_id"], every["label"], strict=True))
    if len(labels) < 2:
        return []
    data = {
        "analysis": settings_of(records.plan, key),
        "choices": {
            "set": list(_sets(every, chosen, records.tables["risk_of_bias"])),
            "model": list(MODELS.items()),
            "results": list(RESULTS.items()),
            "tau2": [(name, _estimator(name)) for name in ESTIMATORS],
            "ci": [*((name, capitalised(entry.short)) for name, entry in INTERVALS.items()), T],
        },
        "trials": sorted(labels.items(), key=lambda trial: trial[::-1]),
        "rows": [
            {"trial": trial, "yi": yi, "vi": vi}
            for trial, yi, vi in zip(every["trial_id"], every["yi"], every["vi"], strict=True)
        ],
        "scale": scale_for_page(records.scale_of(key)),
        "intervals": INTERVAL_LABELS,
        "flags": FLAGS,
        "no_reliable_interval": NO_RELIABLE_INTERVAL,
        "analyses": _analyses(records, key),
        # That model needs a search in two variances, which the page does not make.
        "three_levels": bool(records.rows("variants", "synthesis", key)),
    }
    return [Plot(data)]


def settings_of(plan: Plan, key: str) -> dict[str, Any]:
    """How the plan pools a synthesis, in the names of pooling.js."""
    pooling = plan.pooling_of(key.split(".")[1])
    return {
        "model": pooling.model,
        "results": "all",
        "tau2": pooling.tau2_method,
        "ci": pooling.ci_method,
        "rho": pooling.rho,
        "level": pooling.level,
        "thresholds": {
            "trusted_df": thresholds.TRUSTED_DF,
            "min_trials_for_interval": thresholds.MIN_TRIALS_FOR_INTERVAL,
            "min_trials_for_prediction": thresholds.MIN_TRIALS_FOR_PREDICTION,
            "robust_variance_leans": thresholds.ROBUST_VARIANCE_LEANS,
            "withholding": thresholds.WITHHOLDING,
        },
    }


def _sets(
    every: pd.DataFrame, chosen: EffectSet, risk_of_bias: pd.DataFrame
) -> Iterator[tuple[str, str, list[int]]]:
    """The sets of results to choose from: name, label and rows, that of the plan first."""
    planned = of_kind(every, chosen)
    randomised = DESIGNS_LET_IN["randomised"]
    sets = {
        ("plan", "As in the analysis plan"): planned,
        ("all", "All results, trials of every design"): every,
        ("without_approximate", "Without approximate results"): planned[
            planned["tier"].isin(TIERS[:-1])
        ],
        ("without_abstracts", "Without results read in abstracts"): planned[
            planned["source_kind"] != "abstract"
        ],
        ("randomised", "Randomised trials only"): planned[planned["design"].isin(randomised or ())],
        **_by_risk_of_bias(planned, risk_of_bias),
    }
    for (name, label), rows in sets.items():
        yield name, label, [int(row) for row in rows.index]


def _by_risk_of_bias(
    planned: pd.DataFrame, risk_of_bias: pd.DataFrame
) -> dict[tuple[str, str], pd.DataFrame]:
    """The sets that leave out what people judged to be biased; none without judgements."""
    if risk_of_bias.empty:
        return {}
    overall = judged(planned, risk_of_bias)["overall"]
    return {
        ("not_high_risk", "Low risk of bias or some concerns"): planned[
            overall.isin(("low", "some concerns"))
        ],
        ("low_risk", "Low risk of bias only"): planned[overall == "low"],
    }


def _estimator(name: str) -> str:
    return f"{name}: {ESTIMATORS[name].label}"


def scale_for_page(scale: Scale) -> Mapping[str, Any]:
    """How effects are printed, in numbers and words."""
    return {
        "symbol": scale.symbol,
        "label": scale.label,
        "transformation": scale.transformation,
        "turn": scale.turn,
        "null": None if math.isnan(scale.null) else scale.null,
        "no_effect": scale.no_effect,
        "compares": scale.compares,
        "wide": scale.kind.wide if math.isfinite(scale.kind.wide) else None,
        "sizes": scale.kind.sizes,
        "sides": scale.sides,
        "ci": scale.ci,
        "heading": scale.heading,
        "prediction": scale.prediction,
    }


def _analyses(records: Records, key: str) -> Mapping[str, float] | None:
    """How all combinations of choices came out; None where none could be computed."""
    rows = records.rows("multiverse", "synthesis", key)
    if not rows or rows[0]["n_different"] == 0:
        return None
    return {name: rows[0][name] for name in ANALYSES}
