"""Infers measure, method and model of data rows that come without the settings of their analysis.

Data rows hold each study's numbers, its printed effect and its printed weight. The measure is the
one whose effects are those printed; method, model and estimator are those whose weights are. What
fits is named as inferred, what fits as well is named with it, and what no row shows (the interval
of the pool, and anything where nothing fits) is said to be open.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from metarepro.models.conventions import CONVENTIONS, Convention
from metarepro.models.mantel_haenszel import Array
from metarepro.readers.review_tables import RATIOS, Extraction
from metarepro.reviews.pooling import AnalysisResult, AnalysisSettings, pool_analysis
from metarepro.reviews.study_effects import study_effects

_ANALYSIS = ["comparison_number", "outcome_number"]
_MEASURES = {
    "continuous": ("MD", "SMD"),
    "dichotomous": ("RR", "OR", "RD", "PETO_OR"),
    "iv": ("OTHER",),
    "oe": ("OTHER",),
}
_LEVELS = (0.95, 0.9, 0.99)
#: Printed effects and weights agree within this, or half a unit of their last digit.
_TOLERANCE = 1e-6
#: Printed weights of a pool add up to 100%, but for rounding.
_SUM_TOLERANCE = 0.5
_NAMES = {
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "RR": "risk ratio",
    "OR": "odds ratio",
    "RD": "risk difference",
    "PETO_OR": "Peto odds ratio",
    "OTHER": "given estimates, the name of their measure is not in the file",
}
_METHODS = {"IV": "inverse variance", "MH": "Mantel-Haenszel", "PETO": "Peto"}
_ESTIMATORS = {"DL": "DerSimonian-Laird", "REML": "REML"}
NO_MEASURE = "no measure gives the printed effects of the studies"


@dataclass(frozen=True)
class _Model:
    """Method, model and estimator of tau2."""

    method: str
    model: str
    tau2_method: str = ""

    def __str__(self) -> str:
        """Name them in words."""
        estimator = f" ({_ESTIMATORS[self.tau2_method]})" if self.tau2_method else ""
        return f"{_METHODS[self.method]}, {self.model} effects{estimator}"


_FIXED = _Model("IV", "fixed")
_RANDOM = (_Model("IV", "random", "DL"), _Model("IV", "random", "REML"))
_PETO = _Model("PETO", "fixed")
_COUNTS = (_Model("MH", "fixed"), _Model("MH", "random", "DL"), _FIXED, *_RANDOM)
_MODELS = {
    **dict.fromkeys(("MD", "SMD", "OTHER"), (_FIXED, *_RANDOM)),
    **dict.fromkeys(("RR", "OR", "RD"), _COUNTS),
    "PETO_OR": (_PETO,),
}


def with_settings(extraction: Extraction) -> Extraction:
    """Fill in the settings that a review file does not have; one that has all is left alone.

    Parameters
    ----------
    extraction : Extraction
        Analyses without a method are looked at.

    Returns
    -------
    Extraction
        Their column `inferred` says what was inferred and what is open.
    """
    open_ones = extraction.analyses["method"] == ""
    if not open_ones.any():
        return extraction
    convention = CONVENTIONS[extraction.review.format]
    studies = dict(iter(extraction.studies.groupby(_ANALYSIS, sort=False)))
    analyses = extraction.analyses.copy()
    for key, rows in analyses[open_ones].groupby(_ANALYSIS, sort=False):
        own = studies[key].reset_index(drop=True)
        for name, value in _settings(own, rows.iloc[0]["data_type"], convention).items():
            analyses.loc[rows.index, name] = value
    note = "no table of settings: measure, method and model are inferred from the data rows"
    return replace(extraction, analyses=analyses).with_notes([note])


def _settings(studies: pd.DataFrame, data_type: str, convention: Convention) -> dict[str, Any]:
    """The settings of one analysis."""
    found = next(_measures(studies, data_type, convention), None)
    if found is None:
        return {"measure": "OTHER", "method": "IV", "model": "fixed", "inferred": NO_MEASURE}
    level = _level(studies, found, convention)
    totals = _totals(studies)
    fitting = _fitting(studies, found, totals, convention)
    models = _MODELS[found["measure"]] if data_type != "oe" else (_PETO,)
    chosen = (fitting or models)[0]
    is_log = found["log_data"] == "yes"
    return found | {
        "measure_label": _NAMES[found["measure"]] if found["measure"] != "OTHER" else "Effect",
        "method": chosen.method,
        "model": chosen.model,
        "tau2_method": chosen.tau2_method,
        "totals": totals,
        "interval_level": level,
        "study_interval_level": level,
        "published_scale": "ratio" if is_log else "difference",
        "inferred": _said(found, fitting, models, totals),
    }


def _measures(
    studies: pd.DataFrame, data_type: str, convention: Convention
) -> Iterator[dict[str, Any]]:
    """Measures whose effects are those printed, events as they are before swapped ones."""
    printed = studies["published_estimate"].to_numpy(float)
    if np.isnan(printed).all():
        return
    for swapped in (False, True) if data_type == "dichotomous" else (False,):
        for measure in _MEASURES[data_type]:
            effects = study_effects(
                studies,
                data_type=data_type,
                measure=measure,
                convention=convention,
                swap_events=swapped,
            )
            given = data_type in ("iv", "oe")
            for log in (False, True) if given else (measure in RATIOS,):
                ours = np.exp(np.minimum(effects.yi, 700)) if log else effects.yi
                if _agree(printed, ours):
                    yield {
                        "measure": measure,
                        "log_data": "yes" if log else "no",
                        "swap_events": "yes" if swapped else "no",
                        "data_type": data_type,
                    }


def _agree(printed: Array, ours: Array) -> bool:
    """Whether all printed numbers are ours, as far as they are printed."""
    shown = np.isfinite(printed)
    if not shown.any() or not np.isfinite(ours[shown]).all():
        return False
    half_unit = 0.5 * 10.0 ** -max(_decimals(x) for x in printed[shown])
    tolerance = np.maximum(max(_TOLERANCE, half_unit * (1 + 1e-6)), _TOLERANCE * abs(ours[shown]))
    return bool((abs(printed[shown] - ours[shown]) <= tolerance).all())


def _decimals(number: float) -> int:
    """Decimals of a number as it was written, but for zeros at the end."""
    digits = re.fullmatch(r"-?[0-9]+\.([0-9]+)", repr(float(number)))
    return len(digits[1].rstrip("0")) if digits else 0


def _level(studies: pd.DataFrame, found: Mapping[str, Any], convention: Convention) -> float:
    """The level of the studies' intervals, 95% where they show none."""
    for level in _LEVELS:
        result = _pool(studies, found, _FIXED, convention, level)
        if result is None:
            break
        half = special.ndtri((1 + level) / 2) * np.sqrt(result.effects.vi)
        high = result.effects.yi + half
        printed = studies["published_ci_high"].to_numpy(float)
        if _agree(printed, np.exp(np.minimum(high, 700)) if found["log_data"] == "yes" else high):
            return level
    return _LEVELS[0]


def _totals(studies: pd.DataFrame) -> str:
    """Whether the printed weights are those of one pool, of each subgroup, or of none."""
    weights = studies["published_weight"].fillna(0)
    own = studies["applies_to"] != "subgroup"
    if abs(weights[own].sum() - 100) <= _SUM_TOLERANCE:
        return "YES"
    sums = weights.groupby(studies["subgroup_number"]).sum()
    sums = sums[sums > 0]
    return "SUB" if len(sums) and (abs(sums - 100) <= _SUM_TOLERANCE).all() else "NO"


def _fitting(
    studies: pd.DataFrame, found: Mapping[str, Any], totals: str, convention: Convention
) -> list[_Model]:
    """Models whose weights are those printed; none where there are no weights."""
    printed = studies["published_weight"].to_numpy(float)
    models = _MODELS[found["measure"]] if found["data_type"] != "oe" else (_PETO,)
    fitting = []
    for model in models if totals != "NO" else ():
        result = _pool(studies, found, model, convention)
        if result is None:
            continue
        pools = [result.overall] if totals == "YES" else list(result.subgroups.values())
        weights = np.full(printed.shape, np.nan)
        for pool in pools:
            weights = np.where(np.isnan(pool.weights), weights, pool.weights)
        if _agree(np.where(printed > 0, printed, np.nan), weights):
            fitting.append(model)
    return fitting


def _pool(
    studies: pd.DataFrame,
    found: Mapping[str, Any],
    model: _Model,
    convention: Convention,
    level: float = 0.95,
) -> AnalysisResult | None:
    """The pools under a model; None if the program does not have it."""
    settings = AnalysisSettings(
        data_type=found["data_type"],
        measure=found["measure"],
        method=model.method,
        model=model.model,
        tau2_method=model.tau2_method,
        level=level,
        swap_events=found["swap_events"] == "yes",
    )
    try:
        return pool_analysis(studies, settings, convention)
    except ValueError:
        return None


def _said(
    found: Mapping[str, Any], fitting: Sequence[_Model], models: Sequence[_Model], totals: str
) -> str:
    """What was inferred, and what is open, in words."""
    measure = _NAMES[found["measure"]]
    if found["measure"] == "OTHER":
        measure += ", " + ("logarithms of ratios" if found["log_data"] == "yes" else "no ratios")
    swapped = ", events swapped" if found["swap_events"] == "yes" else ""
    if not fitting:
        why = "no weights are printed" if totals == "NO" else "no model gives the printed weights"
        return f"inferred: {measure}{swapped}. Not decided: {why}; {models[0]} is shown"
    alike = [str(model) for model in fitting[1:]]
    open_ones = [f"the same weights come from {'; '.join(alike)}"] if alike else []
    if any(model.model == "random" for model in fitting):
        open_ones.append(
            "the interval (Wald's is shown, Hartung-Knapp-Sidik-Jonkman's is possible)"
        )
    text = f"inferred: {measure}{swapped}; {fitting[0]}"
    return text + (f". Not decided: {'; '.join(open_ones)}" if open_ones else "")
