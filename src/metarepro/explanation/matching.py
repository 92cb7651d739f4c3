"""Compares printed numbers with computed ones, digit by digit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.effect_form import EffectForm
from metarepro.explanation.fits import Outcomes
from metarepro.explanation.prediction import prediction_intervals
from metarepro.explanation.published import HETEROGENEITY, PrintedNumber, PublishedResult

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Absorbs binary rounding where a number lies exactly between two that could be printed.
TOLERANCE = 1e-9
_CORE = ("estimate", "ci_low", "ci_high")


def _same(x: Array) -> Array:
    return x


#: What takes numbers from the scale of pooling to the printed one, and back, by its name.
SCALES: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "same": (_same, _same),
    "exp": (lambda x: np.exp(np.minimum(x, 700)), np.log),
    "tanh": (np.tanh, np.arctanh),
    "expit": (lambda x: 1 / (1 + np.exp(-np.clip(x, -700, 700))), special.logit),
    "arcsine": (
        lambda x: np.sin(np.clip(x, 0, np.pi / 2)) ** 2,
        lambda share: np.arcsin(np.sqrt(share)),
    ),
}


def printed_scale(form: EffectForm) -> Callable[[Array], Array]:
    """What takes numbers from the scale of pooling to the printed one."""
    return SCALES[form.transformation][0]


def candidates(
    outcomes: Outcomes, form: EffectForm, published: PublishedResult
) -> Mapping[str, tuple[Array, ...]]:
    """The computed numbers for each printed statistic.

    I2 is printed by two definitions, a prediction interval by `prediction.CONVENTIONS`.
    """
    shown = printed_scale(form)
    with np.errstate(invalid="ignore"):
        tau = np.sqrt(outcomes.tau2)
    errors: tuple[Array, ...] = (outcomes.standard_error,)
    if form.transformation == "exp":  # that of the logarithm, or of the ratio by the delta method
        errors = (*errors, outcomes.standard_error * shown(outcomes.estimate))
    predicted: dict[str, tuple[Array, ...]] = {}
    if "pi_low" in published.numbers:
        limits = prediction_intervals(outcomes, published.level).values()
        predicted["pi_low"] = tuple(shown(low) for low, _ in limits)
        predicted["pi_high"] = tuple(shown(high) for _, high in limits)
    return predicted | {
        "estimate": (shown(outcomes.estimate),),
        "ci_low": (shown(outcomes.ci_low),),
        "ci_high": (shown(outcomes.ci_high),),
        "se": errors,
        "z": (np.abs(outcomes.z),),
        "p": (outcomes.p,),
        "tau2": (outcomes.tau2,),
        "tau": (tau,),
        "i2": (outcomes.i2_q, outcomes.i2_tau2),
        "q": (outcomes.q,),
        "q_df": (outcomes.q_df,),
        "q_p": (outcomes.q_p,),
        "k": (outcomes.k,),
    }


def misses(published: PublishedResult, outcomes: Outcomes, form: EffectForm) -> dict[str, Array]:
    """How far each printed number is from the computed one, in half units of its last digit.

    Up to 1 the digits are the same; inf where nothing was computed. A printed bound ("p < 0.001")
    is 0 where it holds and inf where not.
    """
    ours = candidates(outcomes, form, published)
    offs = {
        name: [_off(name, number, computed) for computed in ours[name]]
        for name, number in published.numbers.items()
    }
    if "pi_low" in offs:  # both limits by one convention
        both = [np.maximum(*pair) for pair in zip(offs["pi_low"], offs["pi_high"], strict=True)]
        offs["pi_low"] = offs["pi_high"] = both
    return {name: np.minimum.reduce(off) for name, off in offs.items()}


def _off(name: str, number: PrintedNumber, computed: Array) -> Array:
    """How far a printed number is from the computed ones, in half units of its last digit."""
    value = abs(number.value) if name == "z" else number.value
    with np.errstate(invalid="ignore"):
        if number.bound:
            holds = computed < value if number.bound == "<" else computed > value
            return np.where(holds, 0.0, np.inf)
        off = np.maximum(np.abs(computed - value) - TOLERANCE, 0.0) / number.half
    return np.where(np.isnan(off), np.inf, off)


def gives_all(off: Mapping[str, Array]) -> Flags:
    """Whether every printed digit is given."""
    return np.asarray(np.logical_and.reduce([x <= 1 for x in off.values()]))


def distance(off: Mapping[str, Array]) -> Array:
    """How far a model is as a whole: the estimate and its interval first, then the rest."""
    core = sum(np.minimum(off[name], 1e6) ** 2 for name in _CORE if name in off)
    rest = sum(np.log1p(np.minimum(x, 1e6)) for name, x in off.items() if name not in _CORE)
    return np.asarray(np.sqrt(core) + 0.1 * np.asarray(rest, dtype=np.float64))


@dataclass(frozen=True)
class Difference:
    """What is off under one model: names of statistics, and that in a word."""

    names: tuple[str, ...]

    @property
    def is_of_heterogeneity(self) -> bool:
        """Whether only numbers of heterogeneity are off."""
        return bool(self.names) and set(self.names) <= set(HETEROGENEITY)

    @property
    def words(self) -> str:
        """Estimate, width of the interval, heterogeneity, tests; "" if nothing is off."""
        names = set(self.names)
        said = []
        if "estimate" in names:
            said.append("estimate")
        elif names & {"ci_low", "ci_high"}:
            said.append("width of the interval")
        elif "se" in names:
            said.append("standard error")
        if names & {"i2", "tau2", "tau", "q", "q_p"}:
            said.append("heterogeneity")
        if "pi_low" in names:
            said.append("prediction interval")
        if names & {"z", "p"}:
            said.append("test")
        if names & {"k", "q_df"}:
            said.append("number of studies")
        return ", ".join(said)


def difference(off: Mapping[str, Array], i: int = 0) -> Difference:
    """What is off in version `i`."""
    return Difference(tuple(name for name, x in off.items() if not x[i] <= 1))
