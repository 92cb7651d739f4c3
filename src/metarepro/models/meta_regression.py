"""Meta-regression: effects explained by what the trials differ in, every number checked against R.

Any of `tau2.ESTIMATORS` gives tau2, moments under robust variance. Several coefficients are tested
at once, and combinations of them have their own degrees of freedom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.models.inference import critical_t
from metarepro.models.intervals import INTERVALS
from metarepro.models.pooling import check_choices
from metarepro.models.rows import check_ratio, unit_of
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.thresholds import TRUSTED_DF
from metarepro.models.weighted import Regression

Array = npt.NDArray[np.float64]

#: Degrees of freedom of the normal distribution.
_NORMAL = float("inf")
#: An eigenvalue of 1 - hat value below this is the rounding of 0.
_DETERMINED = 1e-10


@dataclass(frozen=True, eq=False)
class MetaRegression:
    """A fitted meta-regression with p coefficients.

    Attributes
    ----------
    model : "random", "common" or "correlated_effects"
    k, n_trials : number of rows and of trials
    tau2 : variance of the true effects that the moderators leave; NaN under the common model
    coefficients : array of shape (p,)
    covariance : array of shape (p, p)
    weights : array of shape (k,), of the rows, in no particular unit
    several_modes : whether the likelihood has more than one maximum; the highest is taken
    """

    model: str
    k: int
    n_trials: int
    tau2: float
    coefficients: Array
    covariance: Array
    weights: Array
    several_modes: bool
    #: Under robust variance what `_cr2` gives.
    _forms: Array | None
    _normal: bool

    def test(self, contrast: npt.ArrayLike) -> "WaldTest":
        """Test whether combinations of the coefficients are all zero.

        Parameters
        ----------
        contrast : array-like of shape (q, p)
            Rows are linear combinations of the coefficients, linearly independent.

        Returns
        -------
        WaldTest

        Notes
        -----
        Random effects: F(q, k - p), the Knapp-Hartung factor being in the covariance (Knapp and
        Hartung 2003), or chi-squared / q. Robust variance: Hotelling's T2 with the degrees of
        freedom of Tipton and Pustejovsky (2015), their HTZ; for q = 1 Satterthwaite's t squared.
        """
        matrix = np.atleast_2d(np.asarray(contrast, dtype=float))
        q = len(matrix)
        value = matrix @ self.coefficients
        quadratic = float(value @ np.linalg.solve(matrix @ self.covariance @ matrix.T, value))
        if self._forms is not None:
            df = _hotelling_df(self._forms @ matrix.T)
            share, df2 = (df - q + 1) / df, df - q + 1
        else:
            share, df2 = 1.0, _NORMAL if self._normal else float(self.k - self.coefficients.size)
        if df2 <= 0:
            return WaldTest(float("nan"), q, float("nan"), float("nan"))
        statistic = share * quadratic / q
        normal = df2 == _NORMAL
        p = special.chdtrc(q, quadratic) if normal else special.fdtrc(q, df2, statistic)
        return WaldTest(statistic, q, df2, float(p))

    def has_few_df(self, df: float) -> bool:
        """Whether a robust test or interval has too few degrees of freedom to be trusted.

        The limit (Tipton 2015) is that of Satterthwaite's approximation; t with k - p degrees of
        freedom (Knapp and Hartung 2003) is right with any number of them.
        """
        return self._forms is not None and not df >= TRUSTED_DF

    def combination(self, weights: npt.ArrayLike, level: float = 0.95) -> "Combination":
        """Estimate one combination of the coefficients, with its interval.

        Parameters
        ----------
        weights : array-like of shape (p,)
        level : float
            Coverage of the interval.
        """
        c = np.asarray(weights, dtype=float)
        estimate, se = float(c @ self.coefficients), float(np.sqrt(c @ self.covariance @ c))
        test = self.test(c)
        half = critical_t(level, test.df2) * se
        return Combination(estimate, se, test.df2, estimate - half, estimate + half, test.p_value)


@dataclass(frozen=True)
class WaldTest:
    """F statistic with its degrees of freedom; nan where robust variance leaves none."""

    statistic: float
    df1: int
    df2: float
    p_value: float


@dataclass(frozen=True)
class Combination:
    """An estimate in the units of the effects; `df` is infinite for a normal reference."""

    estimate: float
    se: float
    df: float
    ci_low: float
    ci_high: float
    p_value: float


def fit(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    x: npt.ArrayLike,
    *,
    model: str = "random",
    tau2_method: str = "REML",
    ci_method: str = "knapp_hartung_conservative",
) -> MetaRegression:
    """Fit a meta-regression of independent effects.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and their sampling variances, one row per trial.
    x : array-like of shape (k, p)
        Design matrix, its constant included.
    model, tau2_method, ci_method : str
        As in `pooling.pool`: "random" (mixed effects) or "common" (no tau2), and names in
        `tau2.ESTIMATORS` and `intervals.INTERVALS`.

    Raises
    ------
    ValueError
        If the design is not of full rank or leaves no degree of freedom, or for an unknown choice.

    Examples
    --------
    >>> decades = [[1, 0], [1, 1], [1, 2], [1, 3]]
    >>> fitted = fit([0.1, 0.2, 0.4, 0.5], [0.02, 0.03, 0.02, 0.03], decades)
    >>> slope = fitted.combination([0, 1])
    >>> f"{slope.estimate:.3f} [{slope.ci_low:.3f}, {slope.ci_high:.3f}]"
    '0.140 [-0.159, 0.440]'
    """
    check_choices(model, tau2_method, ci_method)
    y, v, design, unit = _check(yi, vi, x)
    data, interval = Regression(y[:, None], v[:, None], design), INTERVALS[ci_method]
    random = model == "random"
    estimated = ESTIMATORS[tau2_method].estimate(data) if random else None
    tau2 = float(estimated.value[0]) if estimated else 0.0
    fitted = data.at(tau2)
    factor = interval.factor(fitted.q / (y.size - design.shape[1]))
    return MetaRegression(
        model=model,
        k=y.size,
        n_trials=y.size,
        tau2=tau2 * unit**2 if random else np.nan,
        coefficients=fitted.coefficients[:, 0] * unit,
        covariance=factor[0] * np.linalg.inv(fitted.information[0]) * unit**2,
        weights=1 / (v + tau2),
        several_modes=bool(estimated.several_modes[0]) if estimated else False,
        _forms=None,
        _normal=interval.normal,
    )


def fit_correlated(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    x: npt.ArrayLike,
    trial: Sequence[object],
    *,
    rho: float = 0.8,
) -> MetaRegression:
    """Fit a meta-regression of effects of which several may come from one trial.

    The correlated-effects model of Hedges, Tipton and Johnson (2010) with CR2 covariance, as
    `robumeta::robu(modelweights="CORR", small=TRUE)`.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
    x : array-like of shape (k, p)
        Design matrix, its constant included.
    trial : sequence of length k
        The trial of each row; more trials than coefficients.
    rho : float
        Assumed correlation of the effects of one trial.

    Raises
    ------
    ValueError
        As `fit`; also if one trial alone determines a coefficient, which then has no variance.
    """
    y, v, design, unit = _check(yi, vi, x)
    code = np.unique([str(label) for label in trial], return_inverse=True)[1]
    sizes = np.bincount(code)
    means = np.bincount(code, v) / sizes
    tau2 = _tau2_by_moments(y, design, code, 1 / (sizes * means), rho)
    weights = (1 / (sizes * (means + tau2)))[code]
    root = np.sqrt(weights)
    forms = _cr2(design * root[:, None], code)
    coefficients = np.asarray(np.linalg.lstsq(design * root[:, None], y * root)[0], np.float64)
    scores = np.einsum("jkp,k->jp", forms, root * (y - design @ coefficients))
    return MetaRegression(
        model="correlated_effects",
        k=y.size,
        n_trials=sizes.size,
        tau2=tau2 * unit**2,
        coefficients=coefficients * unit,
        covariance=scores.T @ scores * unit**2,
        weights=weights,
        several_modes=False,
        _forms=forms,
        _normal=False,
    )


def _check(
    yi: npt.ArrayLike, vi: npt.ArrayLike, x: npt.ArrayLike
) -> tuple[Array, Array, Array, float]:
    """Effects and variances on a scale on which the smallest variance is near 1, and the unit."""
    y, v, design = (np.asarray(a, dtype=np.float64) for a in (yi, vi, x))
    if not (y.ndim == v.ndim == 1 and design.ndim == 2 and y.size == v.size == len(design)):
        raise ValueError("yi and vi must have one number, and x one row, for every effect")
    if not (np.isfinite(y).all() and np.isfinite(design).all() and (v > 0).all()):
        raise ValueError("yi and x must be finite, vi above 0")
    check_ratio(v)
    rank = np.linalg.matrix_rank(design)
    if rank < design.shape[1] or y.size <= rank:
        raise ValueError(f"{y.size} effects cannot tell {design.shape[1]} coefficients apart")
    unit = unit_of(v)
    return y / unit, v / unit**2, design, unit


def _tau2_by_moments(
    y: Array, x: Array, trial: npt.NDArray[np.intp], weights: Array, rho: float
) -> float:
    """tau2 of correlated effects (Hedges, Tipton & Johnson 2010; Fisher & Tipton 2015, eq. 8-9).

    `weights` are those of the rows of each trial at tau2 = 0.
    """
    w, sizes = weights[trial], np.bincount(trial)
    bread = np.linalg.inv((x.T * w) @ x)
    residuals = y - x @ (bread @ (x.T @ (w * y)))
    sums = np.array([np.bincount(trial, column) for column in x.T])
    within = np.trace(bread @ ((x.T * (w / sizes[trial])) @ x))
    across = np.trace(bread @ ((sums * (weights / sizes)) @ sums.T))
    expected = sizes.size - within - rho * (across - within)
    slope = (sizes * weights).sum() - np.trace(bread @ ((sums * weights**2) @ sums.T))
    return max(0.0, float((w @ residuals**2 - expected) / slope))


def _cr2(white: Array, trial: npt.NDArray[np.intp]) -> Array:
    """What each trial adds to the coefficients, shape (m, k, p), by CR2.

    As linear forms of the errors of a whitened design, the inverse weights being the working
    covariance (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018).
    """
    bread = np.linalg.inv(white.T @ white)
    residual = np.eye(len(white)) - white @ bread @ white.T
    forms = []
    for code in range(int(trial.max()) + 1):
        rows = np.flatnonzero(trial == code)
        values, vectors = np.linalg.eigh(residual[np.ix_(rows, rows)])
        if values[0] < _DETERMINED:
            raise ValueError("one trial alone determines a coefficient: it has no robust variance")
        adjusted = _inverse_root(values, vectors) @ white[rows] @ bread
        forms.append(residual[:, rows] @ adjusted)
    return np.array(forms)


def _hotelling_df(g: Array) -> float:
    """Degrees of freedom of the CR2 covariance of q contrasts, taken as a Wishart matrix.

    Tipton and Pustejovsky (2015), section 3.2 (HTZ). With g_j the quadratic form of trial j in the
    whitened data, shape (m, k, q), normed so that the expectation of their sum is the identity,
    eta = q (q + 1) / sum over s, t of Var(sum_j (g_j' u)_s (g_j' u)_t).
    """
    g = g @ _inverse_root(*np.linalg.eigh(np.einsum("jks,jkt->st", g, g)))
    products = np.einsum("iks,jkt->ijst", g, g, optimize=True)
    diagonal = np.einsum("ijss->ijs", products)
    spread = np.einsum("ijs,ijt->", diagonal, diagonal, optimize=True)
    spread += np.einsum("ijst,ijts->", products, products)
    q = g.shape[2]
    return float(q * (q + 1) / spread)


def _inverse_root(values: Array, vectors: Array) -> Array:
    """Symmetric inverse square root of a positive definite matrix, from its decomposition."""
    root: Array = (vectors / np.sqrt(values)) @ vectors.T
    return root
