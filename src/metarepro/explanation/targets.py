"""How many changes a random target of the same precision hits: what coincidence alone gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from metarepro.explanation.effect_form import EffectForm
from metarepro.explanation.fits import Outcomes
from metarepro.explanation.matching import SCALES, TOLERANCE, candidates, printed_scale
from metarepro.explanation.pool_models import PoolModel
from metarepro.explanation.published import PrintedNumber, PublishedResult
from metarepro.models.inference import critical_value

Array = npt.NDArray[np.float64]

_TARGETS = 200
#: Targets times tables that are compared at once.
_CELLS = 100_000
#: Targets lie at least this many half units around the printed numbers.
_LEAST = 5.0
_FREE = ("estimate", "ci_low", "ci_high", "se", "i2", "tau2", "tau", "q")


def random_targets(
    published: PublishedResult, middle: Array, spread: Array, seed: int, form: EffectForm
) -> list[PublishedResult]:
    """Printed pools around the printed one, of the same precision.

    Parameters
    ----------
    published : PublishedResult
    middle : array of shape (2,)
        Estimate and logarithm of half the width, on the scale of pooling, that they lie around.
    spread : array of shape (2,)
        Targets are uniform within these on each side.
    seed : int
    form : EffectForm
        Its scale is that of the pools.

    Returns
    -------
    list of PublishedResult
        With those of `_FREE` statistics that are printed. Heterogeneity is uniform between half
        and double the printed one (I2 between 10 points less and more), apart from the rest.
    """
    draw = np.random.default_rng(seed).uniform(-1, 1, size=(_TARGETS, 3))
    numbers = published.numbers
    shown = printed_scale(form)
    targets = []
    for one, two, three in draw:
        estimate, half = middle[0] + one * spread[0], np.exp(middle[1] + two * spread[1])
        values = {"estimate": estimate, "ci_low": estimate - half, "ci_high": estimate + half}
        values = {name: float(shown(np.array(x))) for name, x in values.items()}
        values["se"] = float(half) / critical_value(published.level, np.nan)
        if "i2" in numbers:
            values["i2"] = float(np.clip(numbers["i2"].value + 10 * three, 0, 100))
        for name in ("tau2", "tau", "q"):
            if name in numbers:
                values[name] = numbers[name].value * 2.0**three
        kept = {
            name: PrintedNumber(round(values[name], n.decimals), n.decimals)
            for name, n in numbers.items()
            if name in values
        }
        targets.append(replace(published, numbers=kept))
    return targets


def expected_hits(
    published: PublishedResult, pools: Sequence[tuple[PoolModel, Outcomes]], seed: int
) -> tuple[float, float]:
    """Changes that a random target hits on average, and the share of targets that hit any."""
    form = pools[0][0].form
    scale = (form.measure, form.transformation)
    same = [outcomes for model, outcomes in pools
            if (model.form.measure, model.form.transformation) == scale]  # fmt: skip
    middle, spread = _surroundings(published, same, form.transformation)
    targets = random_targets(published, middle, spread, seed, form)
    names = [name for name in published.numbers if name in _FREE]
    ours = [candidates(outcomes, form, published) for outcomes in same]
    counts = _hit_counts(targets, names, ours)
    return float(counts.mean()), float((counts > 0).mean())


def _hit_counts(
    targets: Sequence[PublishedResult],
    names: Sequence[str],
    ours: Sequence[Mapping[str, tuple[Array, ...]]],
) -> Array:
    """For each target the changed tables that give all its digits under any model."""
    n = len(ours[0]["estimate"][0])
    counts = np.empty(len(targets))
    values = {name: np.array([t.numbers[name].value for t in targets]) for name in names}
    room = {name: targets[0].numbers[name].half + TOLERANCE for name in names}
    size = max(1, _CELLS // n)
    for start in range(0, len(targets), size):
        some = slice(start, start + size)
        hit = np.zeros((len(targets[some]), n), dtype=bool)
        for numbers in ours:
            all_of = np.ones_like(hit)
            for name in names:
                wanted = values[name][some, None]
                all_of &= np.logical_or.reduce(
                    [np.abs(x - wanted) <= room[name] for x in numbers[name]]
                )
            hit |= all_of
        counts[some] = hit.sum(axis=1)
    return counts


def _surroundings(
    published: PublishedResult, pools: Sequence[Outcomes], transformation: str
) -> tuple[Array, Array]:
    """Where targets lie: around the printed pool, in estimate and width of the interval."""
    estimates = np.concatenate([pool.estimate for pool in pools])
    halves = np.concatenate([(pool.ci_high - pool.ci_low) / 2 for pool in pools])
    estimates, halves = estimates[np.isfinite(estimates)], halves[halves > 0]
    numbers = {name: n.value for name, n in published.numbers.items()}
    half_unit = published.numbers["estimate"].half
    back = SCALES[transformation][1]
    centre = _back(back, numbers["estimate"], float(np.median(estimates)))
    low = _back(back, numbers.get("ci_low", np.nan), np.nan)
    high = _back(back, numbers.get("ci_high", np.nan), np.nan)
    width = (high - low) / 2
    if "se" in numbers and not width > 0:
        width = critical_value(published.level, np.nan) * numbers["se"]
    width = width if width > 0 else float(np.median(halves))
    ratio = transformation == "exp"
    unit = half_unit / max(abs(numbers["estimate"]), half_unit) if ratio else half_unit
    # Half the way to the pools of the rows: near them many changes hit, far from them few.
    around = abs(float(np.median(estimates)) - centre) / 2
    wide = abs(float(np.log(np.median(halves) / width))) / 2
    least = _LEAST * abs(unit)
    return (
        np.array([centre, np.log(width)]),
        np.array([max(least, around), max(least / width, min(wide, 1.0))]),
    )


def _back(to_pooling: Callable[[Array], Array], number: float, otherwise: float) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(to_pooling(np.array(number)))
    return value if np.isfinite(value) else otherwise
