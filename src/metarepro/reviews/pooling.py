"""Recompute one analysis of a Cochrane review: its pools, subgroups and the test between them.

Inverse-variance pools are `pooling.pool`'s. Written out here is what RevMan does otherwise (Deeks
& Higgins 2010): Mantel-Haenszel, the Q around Mantel-Haenszel's estimate and the
DerSimonian-Laird tau2 from it, a pool of one study, and the test between subgroups.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from metarepro.models.conventions import Convention
from metarepro.models.mantel_haenszel import (
    Array,
    Fixed,
    Tables,
    mh_odds_ratio,
    mh_risk_difference,
    mh_risk_ratio,
)
from metarepro.models.pooling import pool
from metarepro.reviews.revman_reml import revman_reml, typical_variance
from metarepro.reviews.study_effects import StudyEffects, study_effects

#: Mantel-Haenszel's fixed-effect estimate of each measure, from the tables as counted and those
#: with something in the empty cells.
_MANTEL_HAENSZEL: dict[str, Callable[[Tables, Tables], Fixed]] = {
    "OR": lambda _, corrected: mh_odds_ratio(corrected),
    "RR": mh_risk_ratio,
    "RD": mh_risk_difference,
}


@dataclass(frozen=True)
class AnalysisSettings:
    """What the authors chose for an analysis; the names are those of the table of analyses.

    `tau2_method` and `ci_method` are looked at for random effects only; "" stands for the first
    that the convention has.
    """

    data_type: str
    measure: str
    method: str = "IV"
    model: str = "random"
    tau2_method: str = ""
    ci_method: str = ""
    level: float = 0.95
    swap_events: bool = False

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> "AnalysisSettings":
        """Read the settings from a row of the table of analyses."""
        names = ("data_type", "measure", "method", "model", "tau2_method", "ci_method")
        return cls(
            **{name: str(row[name]) for name in names},
            level=float(row["interval_level"]),
            swap_events=row["swap_events"] == "yes",
        )


@dataclass(frozen=True, eq=False)
class ReviewPool:
    """One pool as RevMan prints it, on the scale of the analysis; NaN is "not given".

    Attributes
    ----------
    k : number of studies with an effect; with 0 there is nothing else
    estimate, se, ci_low, ci_high : the pooled effect
    wald_se : the standard error without the factor of the HKSJ interval
    tau2 : 0 for fixed effects and for a single study
    q, q_df, q_p, i2 : heterogeneity; 0, 0, 1 and 0 for a single study. `i2` is percent
    z, t : absolute value of estimate / se; `t` under the HKSJ interval, else `z`
    p_value : two-sided
    pi_low, pi_high : prediction interval, for random effects of at least two studies
    weights : array of shape (n,), percent, one a row of the analysis; NaN for a row that is not
        in the pool or has no effect
    """

    k: int
    weights: Array
    estimate: float = np.nan
    se: float = np.nan
    wald_se: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    tau2: float = np.nan
    q: float = np.nan
    q_df: float = np.nan
    q_p: float = np.nan
    i2: float = np.nan
    z: float = np.nan
    t: float = np.nan
    p_value: float = np.nan
    pi_low: float = np.nan
    pi_high: float = np.nan

    def numbers(self) -> dict[str, float]:
        """What RevMan prints, by name."""
        unprinted = ("weights", "wald_se")
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in unprinted}


class SubgroupTest(NamedTuple):
    """Test for differences between subgroups; `i2` is percent."""

    q: float
    q_df: float
    q_p: float
    i2: float


@dataclass(frozen=True, eq=False)
class AnalysisResult:
    """An analysis recomputed.

    Attributes
    ----------
    effects : StudyEffects
        Of the rows, in their order.
    overall : ReviewPool
        Of all rows, whatever their subgroup.
    subgroups : dict of str to ReviewPool
        By the number of the subgroup; empty for an analysis without subgroups.
    test : SubgroupTest or None
        None without a subgroup that has an estimate.
    """

    effects: StudyEffects
    overall: ReviewPool
    subgroups: dict[str, ReviewPool]
    test: SubgroupTest | None


def pool_analysis(
    studies: pd.DataFrame, settings: AnalysisSettings, convention: Convention
) -> AnalysisResult:
    """Recompute the pools of one analysis from its study rows.

    Parameters
    ----------
    studies : DataFrame
        All rows of the analysis, with the columns that `study_effects` needs and
        `subgroup_number` ("" for none). Where there is a column `applies_to`, rows with "overall"
        or "subgroup" enter that pool only.
    settings : AnalysisSettings
    convention : Convention

    Raises
    ------
    ValueError
        For a method, model, measure, estimator or interval that is not known, or that the
        convention does not have.
    """
    settings = _settled(settings, convention)
    effects = study_effects(
        studies,
        data_type=settings.data_type,
        measure=settings.measure,
        convention=convention,
        swap_events=settings.swap_events,
    )
    number = studies["subgroup_number"].to_numpy(dtype=object)
    applies = np.full(number.shape, "both", dtype=object)
    if "applies_to" in studies.columns:
        applies = studies["applies_to"].to_numpy(dtype=object)
    subgroups = {
        name: pool_effects(
            effects, settings, convention, members=(number == name) & (applies != "overall")
        )
        for name in dict.fromkeys(number)
        if name != ""
    }
    overall = pool_effects(effects, settings, convention, members=applies != "subgroup")
    return AnalysisResult(effects, overall, subgroups, subgroup_test(subgroups.values()))


def pool_effects(
    effects: StudyEffects,
    settings: AnalysisSettings,
    convention: Convention,
    members: npt.NDArray[np.bool_] | None = None,
) -> ReviewPool:
    """Pool the rows that are members, by default all; those without an effect have no weight.

    Raises
    ------
    ValueError
        As `pool_analysis`.
    """
    settings = _settled(settings, convention)
    used = effects.estimable if members is None else effects.estimable & members
    rows = effects.take(used)
    k = rows.yi.size
    weights = np.full(used.shape, np.nan)
    if k == 0:
        return ReviewPool(k=0, weights=weights)
    if k == 1:
        # RevMan prints the study's own interval, also where Mantel-Haenszel's sums give another:
        # a risk difference without events.
        result = _given_tau2(rows, 0.0, settings)
    elif settings.method == "MH":
        result = _mantel_haenszel(rows, settings)
    else:
        result = _inverse_variance(rows, settings)
    weights[used] = 100 * result.weights / result.weights.sum()
    return _written_out(result, weights, k, settings)


def subgroup_test(pools: Iterable[ReviewPool]) -> SubgroupTest | None:
    """Test whether subgroups differ: Q of their estimates by inverse variance.

    RevMan treats the pooled subgroups as studies under a fixed-effect model, whatever the model
    and the method within them (Deeks & Higgins 2010; Borenstein et al. 2009, ch. 19). Subgroups
    without an estimate do not take part; a single one is tested against nothing, and RevMan
    prints Q 0, df 0, p 1.
    """
    taking_part = [pool for pool in pools if pool.se > 0]
    if not taking_part:
        return None
    y = np.array([pool.estimate for pool in taking_part])
    w = np.array([pool.se for pool in taking_part]) ** -2.0
    q, q_df = _q(y, w, float((w * y).sum() / w.sum())), y.size - 1
    return SubgroupTest(q, q_df, _chi2_p(q, q_df), _i2(q, q_df))


class _Result(NamedTuple):
    """A pool before it is written out; `df` of the t reference is NaN where it is normal."""

    estimate: float
    se: float
    wald_se: float
    df: float
    tau2: float
    q: float
    i2: float
    weights: Array


def _settled(settings: AnalysisSettings, convention: Convention) -> AnalysisSettings:
    """Refuse what there is no rule for, and fill in what has only one value."""
    _require(settings.model in ("fixed", "random"), f"model '{settings.model}' is not known")
    _require(settings.method in ("IV", "MH", "PETO"), f"method '{settings.method}' is not known")
    if settings.method == "MH":
        _require(
            settings.data_type == "dichotomous" and settings.measure in _MANTEL_HAENSZEL,
            f"there is no Mantel-Haenszel method for {settings.data_type} '{settings.measure}'",
        )
    if settings.method == "PETO" and settings.data_type != "oe":
        _require(
            settings.data_type == "dichotomous" and settings.measure in ("OR", "PETO_OR"),
            f"there is no Peto method for {settings.data_type} '{settings.measure}'",
        )
        settings = replace(settings, measure="PETO_OR")
    if settings.model == "fixed":
        return replace(settings, tau2_method="", ci_method="wald")
    tau2_method = settings.tau2_method or convention.tau2_methods[0]
    ci_method = settings.ci_method or convention.ci_methods[0]
    _require(
        tau2_method in convention.tau2_methods,
        f"{convention.name} has no estimator '{tau2_method}' of tau2",
    )
    _require(ci_method in convention.ci_methods, f"{convention.name} has no CI '{ci_method}'")
    return replace(settings, tau2_method=tau2_method, ci_method=ci_method)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _mantel_haenszel(rows: StudyEffects, settings: AnalysisSettings) -> _Result:
    """Fixed effects are Mantel-Haenszel's; random effects are weighted by inverse variance.

    In both, Q is around Mantel-Haenszel's estimate, and with it DerSimonian & Laird's tau2.
    """
    if rows.tables is None or rows.corrected is None:
        raise ValueError("the Mantel-Haenszel method needs counts")
    fixed = _MANTEL_HAENSZEL[settings.measure](rows.tables, rows.corrected)
    w, q_df = 1 / rows.vi, rows.yi.size - 1
    q = _q(rows.yi, w, fixed.estimate)
    if settings.model == "fixed":
        se = float(np.sqrt(fixed.variance))
        return _Result(fixed.estimate, se, se, np.nan, 0.0, q, _i2(q, q_df), fixed.weights)
    if settings.tau2_method != "DL" and q_df > 0:
        return _inverse_variance(rows, settings)._replace(q=q)
    tau2 = float((q - q_df) / (w.sum() - (w**2).sum() / w.sum())) if q > q_df else 0.0
    return _given_tau2(rows, tau2, settings)._replace(q=q, i2=_i2(q, q_df))


def _inverse_variance(rows: StudyEffects, settings: AnalysisSettings) -> _Result:
    """Two or more studies by inverse variance; Peto's pool is one as well."""
    if settings.tau2_method == "REML":
        return _reml(rows, settings)
    fit = pool(
        rows.yi,
        rows.vi,
        model="common" if settings.model == "fixed" else "random",
        tau2_method="DL",
        ci_method="z",
    )
    if settings.model == "fixed":
        return _Result(fit.estimate, fit.se, fit.se, np.nan, 0.0, fit.q, fit.i2_q, fit.weights)
    return _given_tau2(rows, fit.tau2, settings)._replace(q=fit.q, i2=fit.i2_q)


def _reml(rows: StudyEffects, settings: AnalysisSettings) -> _Result:
    """REML with I2 from tau2 (Cochrane Methods Group 2024), which for DerSimonian-Laird is Q's."""
    w = 1 / rows.vi
    tau2 = revman_reml(rows.yi, rows.vi)
    q = _q(rows.yi, w, float((w * rows.yi).sum() / w.sum()))
    i2 = 100 * tau2 / (tau2 + typical_variance(rows.vi))
    return _given_tau2(rows, tau2, settings)._replace(q=q, i2=i2)


def _given_tau2(rows: StudyEffects, tau2: float, settings: AnalysisSettings) -> _Result:
    """Pool by inverse variance with a known tau2, with Wald's or the HKSJ interval.

    The factor on Wald's variance is sum(w (y - estimate)^2) / (k - 1) (Hartung & Knapp 2001, Sidik
    & Jonkman 2002). A single study has no such factor and keeps Wald's interval.
    """
    w, k = 1 / (rows.vi + tau2), rows.yi.size
    estimate, variance = float((w * rows.yi).sum() / w.sum()), float(1 / w.sum())
    wald_se = float(np.sqrt(variance))
    if settings.ci_method != "hksj" or k == 1:
        return _Result(estimate, wald_se, wald_se, np.nan, tau2, 0.0, 0.0, w)
    factor = _q(rows.yi, w, estimate) / (k - 1)
    se = float(np.sqrt(factor * variance))
    return _Result(estimate, se, wald_se, k - 1, tau2, 0.0, 0.0, w)


def _written_out(result: _Result, weights: Array, k: int, settings: AnalysisSettings) -> ReviewPool:
    """Add interval, tests and prediction interval."""
    normal = np.isnan(result.df)
    se = result.se if result.se > 0 else np.nan
    statistic = abs(result.estimate) / se
    tail = special.ndtr(-statistic) if normal else special.stdtr(result.df, -statistic)
    half = _quantile(settings.level, result.df) * se
    pi_half = np.nan
    if settings.model == "random" and k > 1:
        pi_half = _quantile(settings.level, result.df) * float(np.sqrt(result.tau2 + se**2))
    return ReviewPool(
        k=k,
        weights=weights,
        estimate=result.estimate,
        se=result.se,
        wald_se=result.wald_se,
        ci_low=result.estimate - half,
        ci_high=result.estimate + half,
        tau2=result.tau2,
        q=result.q,
        q_df=k - 1,
        q_p=_chi2_p(result.q, k - 1),
        i2=result.i2,
        z=statistic if normal else np.nan,
        t=np.nan if normal else statistic,
        p_value=float(2 * tail),
        pi_low=result.estimate - pi_half,
        pi_high=result.estimate + pi_half,
    )


def _quantile(level: float, df: float) -> float:
    """Half-width of an interval in standard errors; normal where `df` is NaN."""
    upper = (1 + level) / 2
    if np.isnan(df):
        return float(special.ndtri(upper))
    return float(special.stdtrit(df, upper)) if df > 0 else np.nan


def _q(y: Array, w: Array, center: float) -> float:
    """Cochran's Q around `center`; exactly 0 for a single study."""
    return float((w * (y - center) ** 2).sum()) if y.size > 1 else 0.0


def _chi2_p(q: float, q_df: float) -> float:
    return float(special.chdtrc(q_df, q)) if q_df > 0 else 1.0


def _i2(q: float, q_df: float) -> float:
    """I2 in percent (Higgins & Thompson 2002)."""
    return 100 * (q - q_df) / q if q > q_df else 0.0
