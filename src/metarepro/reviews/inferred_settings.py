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
from metarepro.readers.review_tables import ANALYSIS, RATIOS, Extraction, analysis_of
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.pooling import AnalysisResult, pool_analysis
from metarepro.reviews.study_effects import study_effects

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
NO_EFFECTS = "no effects of the studies are printed, which would show their measure"


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
    if not extraction.has_open_settings:
        return extraction
    convention = CONVENTIONS[extraction.review.format]
    studies = dict(iter(extraction.studies.groupby(list(ANALYSIS), sort=False)))
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    analyses = []
    for row in extraction.analysis_rows:
        key = analysis_of(row)
        if row["method"] == "" and key not in found:
            own = studies[key].reset_index(drop=True)
            found[key] = _settings(own, row["data_type"], convention)
        analyses.append(row | found[key] if row["method"] == "" else row)
    note = "no table of settings: measure, method and model are inferred from the data rows"
    return replace(extraction, analysis_rows=analyses).with_notes([note])


def _settings(studies: pd.DataFrame, data_type: str, convention: Convention) -> dict[str, Any]:
    """The settings of one analysis."""
    measures = list(_measures(studies, data_type, convention))
    if not measures:
        why = NO_EFFECTS if studies["published_estimate"].isna().all() else NO_MEASURE
        return {"measure": "OTHER", "method": "IV", "model": "fixed", "inferred": why}
    totals = _totals(studies)
    fitting = [_fitting(studies, found, totals, convention) for found in measures]
    # Of several measures that give the printed effects, one whose weights are those printed.
    best = next((i for i, models in enumerate(fitting) if models), 0)
    found, models = measures[best], fitting[best]
    chosen = (models or _models(found))[0]
    level = _level(studies, found, convention)
    alike = [_words(other) for i, other in enumerate(measures) if i != best and fitting[i]]
    alone = int((studies["estimable"] == "yes").sum()) == 1
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
        "inferred": _said(found, models, totals, alike, alone=alone),
    }


def _measures(
    studies: pd.DataFrame, data_type: str, convention: Convention
) -> Iterator[dict[str, Any]]:
    """Measures whose effects are those printed, events as they are before swapped ones."""
    printed = studies["published_estimate"].to_numpy(float)
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
    fitting = []
    for model in _models(found) if totals != "NO" else ():
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


def _models(found: Mapping[str, Any]) -> tuple[_Model, ...]:
    """The models that RevMan has for a measure."""
    return (_PETO,) if found["data_type"] == "oe" else _MODELS[found["measure"]]


def _words(found: Mapping[str, Any]) -> str:
    """A measure in words."""
    words = _NAMES[found["measure"]]
    if found["measure"] == "OTHER":
        words += ", logarithms of ratios" if found["log_data"] == "yes" else ", no ratios"
    return words + (", events swapped" if found["swap_events"] == "yes" else "")


def _said(
    found: Mapping[str, Any],
    fitting: Sequence[_Model],
    totals: str,
    alike: Sequence[str],
    *,
    alone: bool,
) -> str:
    """What was inferred, and what is open, in words."""
    inferred = f"inferred: {_words(found)}"
    is_open = [f"the measure may as well be: {'; '.join(alike)}"] if alike else []
    if not fitting or alone:
        shown = (fitting or _models(found))[0]
        why = "no model gives the printed weights"
        why = "no weights are printed" if totals == "NO" else why
        why = "a single study shows neither method nor model" if alone else why
        is_open.append(f"{why} ({shown}, is shown)")
    else:
        inferred += f"; {fitting[0]}"
        if fitting[1:]:
            same = "; ".join(map(str, fitting[1:]))
            is_open.append(f"the same weights come from {same}")
        if any(model.model == "random" for model in fitting):
            wald = "Wald's is shown, Hartung-Knapp-Sidik-Jonkman's is possible"
            is_open.append(f"the interval ({wald})")
    return inferred + (f". Not decided: {'; '.join(is_open)}" if is_open else "")
