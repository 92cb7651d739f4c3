"""Effect measures as readers know them: names, symbols, and the scale on which they are printed.

Inside the project an effect is positive if it favours the intervention, and ratios, correlations
and proportions are on the scale on which they are pooled (log, Fisher's z, logit). A `Scale` takes
such numbers to print.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from metarepro.models.thresholds import has_reliable_interval, predicts
from metarepro.tabular import limits
from metarepro.wording.phrases import DASH, confidence, decimal, no_interval

if TYPE_CHECKING:
    import pandas as pd

    from metarepro.plan import Plan


def _same(x: float) -> float:
    return x


def _exp(x: float) -> float:
    return math.exp(x) if x < 700 else math.inf


def _expit(x: float) -> float:
    return 1 / (1 + _exp(-x))


def _logit(x: float) -> float:
    return math.log(x) - math.log1p(-x)


#: What takes a printed number back to the scale of pooling.
_INVERSE: Mapping[Callable[[float], float], Callable[[float], float]] = {
    _same: _same,
    _exp: math.log,
    math.tanh: math.atanh,
    _expit: _logit,
}


@dataclass(frozen=True)
class Measure:
    """An effect measure.

    Attributes
    ----------
    label : its name in a sentence, "risk ratio"
    symbol : its name in headings, "RR"
    printed : takes a number from the scale of pooling to the printed one
    null : what is printed where there is no effect; NaN where nothing is (a proportion)
    natural : whether it is printed with the sign of the outcome (a risk ratio below 1 is fewer
        events) and not with that of benefit
    compares : whether it compares groups, so that an effect can favour one of them
    turns : whether the effect on the opposite event (survival for death) is the same number turned;
        a risk ratio says nothing of that on the opposite event
    wide : an interval wider than this, on the scale of pooling, holds effects of every size
    sizes : lower limit of the absolute effect and the word for it, largest first; empty where no
        such words are in use
    pooled_on : the scale of pooling where it is not the printed one, as " on the log scale"
    possible : what it can be, as it is printed
    """

    label: str
    symbol: str
    printed: Callable[[float], float] = _same
    null: float = 0.0
    natural: bool = True
    compares: bool = True
    turns: bool = True
    wide: float = math.inf
    sizes: tuple[tuple[float, str], ...] = ()
    pooled_on: str = ""
    possible: limits.Limits = limits.ANY_NUMBER

    @property
    def is_ratio(self) -> bool:
        """Whether it is pooled as a logarithm, and drawn on a log axis."""
        return self.printed is _exp

    def to_pooling(self, number: float) -> float:
        """A printed number on the scale of pooling; ValueError if it is none of the measure."""
        return _INVERSE[self.printed](number)


#: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, section 2.2.
COHEN = ((0.8, "large"), (0.5, "moderate"), (0.2, "small"), (0.0, "very small"))
_LOG, _Z, _LOGIT = " on the log scale", " on the scale of Fisher's z", " on the logit scale"


def _ratio(label: str, symbol: str, *, turns: bool = False) -> Measure:
    return Measure(label, symbol, _exp, 1.0, turns=turns, pooled_on=_LOG, possible=limits.POSITIVE)


#: Every measure by name: those that a plan may choose, and two that stand for others.
MEASURES: Mapping[str, Measure] = {
    "SMD": Measure("Hedges' g", "g", natural=False, wide=1.0, sizes=COHEN),
    "MD": Measure("mean difference", "MD"),
    "OR": _ratio("odds ratio", "OR", turns=True),
    "RR": _ratio("risk ratio", "RR"),
    "RD": Measure("risk difference", "RD", possible=limits.RISK_DIFFERENCE),
    "HR": _ratio("hazard ratio", "HR"),
    "IRR": _ratio("incidence rate ratio", "IRR"),
    "ratio": _ratio("ratio", "ratio"),
    "correlation": Measure(
        *("correlation", "r", math.tanh), compares=False, pooled_on=_Z, possible=limits.CORRELATION
    ),
    "proportion": Measure(
        "proportion",
        "proportion",
        _expit,
        math.nan,
        compares=False,
        pooled_on=_LOGIT,
        possible=limits.SHARE,
    ),
    #: Given effects of which nothing more is known.
    "effect": Measure("effect", "effect"),
    #: Of a study whose outcomes are on different measures; `Scale.at` has that of each pool.
    "several": Measure("effect size", "effect", null=math.nan),
}

#: Decimals that a limit of an interval may be printed with, so that 0.004 is not printed as 0.00.
LIMIT_PLACES = range(2, 7)
#: Where the printed effects lie that favour the intervention.
BETTER = ("higher", "lower")


@dataclass(frozen=True)
class Scale:
    """How the effects of one pool are printed.

    Parameters
    ----------
    measure : str
        A key of `MEASURES`.
    turn : {1, -1}
        -1 where fewer or less is better and the measure is printed with the sign of the outcome:
        the number inside, positive in favour, is then turned back.
    level : float
        Coverage of the intervals.
    given : bool
        Whether the effects stood in a table: standardised mean differences may then be g or d.

    Examples
    --------
    >>> Scale("RR", turn=-1).interval(0.715, 0.36, 1.07)
    '0.49 [0.34, 0.70]'
    >>> Scale("SMD").heading
    'g [95% CI]'
    """

    measure: str = "SMD"
    turn: int = 1
    level: float = 0.95
    given: bool = False

    @property
    def kind(self) -> Measure:
        """The measure: what is true of it whichever way the outcome runs."""
        kind = MEASURES[self.measure]
        if self.given and self.measure == "SMD":
            return replace(kind, label="standardised mean difference", symbol="SMD")
        return kind

    @property
    def label(self) -> str:
        """Name of the measure in a sentence."""
        return self.kind.label

    @property
    def title(self) -> str:
        """Name of the measure at the start of a label: "Risk ratio"."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def symbol(self) -> str:
        """Name of the measure in headings."""
        return self.kind.symbol

    @property
    def is_ratio(self) -> bool:
        """Whether it is drawn on a log axis."""
        return self.kind.is_ratio

    @property
    def pooled_on(self) -> str:
        """The scale of pooling where it is not the printed one, as " on the log scale"."""
        return self.kind.pooled_on

    @property
    def null(self) -> float:
        """What is printed where there is no effect."""
        return self.kind.null

    @property
    def ci(self) -> str:
        """Name of the confidence interval: "95% CI"."""
        return f"{self.percent} CI"

    @property
    def percent(self) -> str:
        """Level of the intervals: "95%"."""
        return confidence(self.level)

    @property
    def heading(self) -> str:
        """Heading of a column of estimates with intervals: "g [95% CI]"."""
        return f"{self.symbol} [{self.ci}]"

    @property
    def prediction(self) -> str:
        """Name of the prediction interval: "95% prediction interval"."""
        return f"{self.percent} prediction interval"

    @property
    def transformation(self) -> str:
        """What takes the scale of pooling to the printed one: "same", "exp", "tanh" or "expit"."""
        return self.kind.printed.__name__.lstrip("_")

    @property
    def no_effect(self) -> str:
        """No effect in a sentence: "zero"; "1" for ratios."""
        if self.measure == "several":
            return "no effect"
        return "1" if self.is_ratio else "zero"

    @property
    def compares(self) -> bool:
        """Whether an effect can favour one of two groups."""
        return self.kind.compares

    @property
    def differences(self) -> "Scale":
        """How differences between effects are printed: of ratios as ratios, of logits as odds."""
        measure = {"correlation": "effect", "proportion": "OR"}.get(self.measure, self.measure)
        return replace(self, measure=measure)

    @property
    def difference(self) -> str:
        """Heading of such a difference."""
        if self.measure == "correlation":
            return f"Difference{self.pooled_on}"
        return "Ratio" if self.differences.is_ratio else "Difference"

    @property
    def direction(self) -> str:
        """Which effects favour the intervention: "positive in favour of the intervention"."""
        if self.measure == "several":
            return "each on its own measure"
        if not self.compares:
            return f"pooled{self.pooled_on}"
        sides = ("above 1", "below 1") if self.is_ratio else ("positive", "negative")
        return f"{sides[self.turn < 0]} in favour of the intervention"

    @property
    def sides(self) -> tuple[str, str]:
        """What lies to the left and to the right of no effect; "" where nothing is favoured."""
        if not self.compares:
            return "", ""
        sides = ("favours control", "favours intervention")
        return sides if self.turn > 0 else (sides[1], sides[0])

    def shown(self, effect: float) -> float:
        """An effect as it is printed; a NaN stays one."""
        return math.nan if math.isnan(effect) else self.kind.printed(self.turn * effect)

    def limits(self, low: float, high: float) -> tuple[float, float]:
        """Limits of an interval as they are printed, the lower first."""
        ends = (low, high) if self.turn > 0 else (high, low)
        return self.shown(ends[0]), self.shown(ends[1])

    def placed(self, low: float, high: float) -> tuple[float, float]:
        """Limits of an interval as places on the axis, the lower first."""
        return (low, high) if self.turn > 0 else (-high, -low)

    def number(self, effect: float) -> str:
        """Print an effect."""
        return decimal(self.shown(effect))

    def interval(self, estimate: float, low: float, high: float) -> str:
        """Print "0.34 [0.20, 0.49]"; without limits the estimate alone, without both a dash."""
        first, last = self.limits(low, high)
        known = not (math.isnan(first) or math.isnan(last))
        limits = f"[{self._limit(first)}, {self._limit(last)}]" if known else ""
        point = "" if math.isnan(estimate) else self.number(estimate)
        return " ".join(filter(None, [point, limits])) or DASH

    def number_or_dash(self, effect: float) -> str:
        """Print an effect; a dash if it is missing."""
        return DASH if math.isnan(effect) else self.number(effect)

    def at(self, row: Mapping[Any, Any]) -> "Scale":
        """The scale of one effect or pool, from its columns effect_measure and better.

        Examples
        --------
        >>> row = {"effect_measure": "RR", "better": "lower"}
        >>> Scale("RR").at(row).direction
        'below 1 in favour of the intervention'
        """
        turn = 1 if row["better"] == BETTER[0] else -1
        return replace(self, measure=row["effect_measure"], turn=turn)

    def direction_over(self, rows: "pd.DataFrame") -> str:
        """Which printed effects of some rows favour the intervention, in words."""
        over = self.over(rows)
        if over.compares and len(set(rows["better"])) > 1:
            return "as each outcome runs: of some more is better, of others less"
        return over.direction

    def over(self, rows: "pd.DataFrame") -> "Scale":
        """The scale of effects or pools that share an axis; higher is better where they differ.

        Without a row, or with several measures, it stays as it is.
        """
        measures = set(rows["effect_measure"])
        if len(measures) != 1:
            return self
        side = BETTER[1] if (rows["better"] == BETTER[1]).all() else BETTER[0]
        return self.at({"effect_measure": measures.pop(), "better": side})

    def of_pool(self, pool: Mapping[Any, Any]) -> str:
        """Print a pool on its own scale; its measure goes before it where a study has several."""
        own = self.at(pool)
        said = own.of_flagged(pool)
        return said if own.symbol == self.symbol else f"{own.symbol} {said}"

    def of_flagged(self, row: Mapping[Any, Any]) -> str:
        """Print a row on this scale; if its interval is not reliable, the estimate and why."""
        why = no_interval(row.get("flags", ""))
        return f"{self.of_shown(row)} ({why})" if why else self.of(row)

    def of_shown(self, pool: Mapping[Any, Any]) -> str:
        """Print a pool with its interval, or the estimate alone if that cannot be leaned on."""
        return self.number(pool["estimate"]) if no_interval(pool["flags"]) else self.of(pool)

    def of(self, row: Mapping[Any, Any]) -> str:
        """Print estimate and confidence interval of a row that has them as columns."""
        return self.interval(row["estimate"], row["ci_low"], row["ci_high"])

    def prediction_of(self, row: Mapping[Any, Any]) -> str:
        """Print the prediction interval of a row with its flags, where it tells anything."""
        if not (has_reliable_interval(row["flags"]) and predicts(row["flags"])):
            return DASH
        return self.interval(math.nan, row["pi_low"], row["pi_high"])

    def span(self, low: float, high: float) -> str:
        """Print "0.20 to 0.49"."""
        first, last = self.limits(low, high)
        return f"{self._limit(first)} to {self._limit(last)}"

    def _limit(self, printed: float) -> str:
        """Print a limit with as many decimals as it takes not to look like no effect."""
        places = (places for places in LIMIT_PLACES if round(printed, places) != self.null)
        return decimal(printed, next(places, LIMIT_PLACES[0]))

    def is_null(self, effect: float) -> bool:
        """Whether an effect is printed as no effect."""
        return round(self.shown(effect), 2) == self.null

    def includes_null(self, low: float, high: float) -> bool:
        """Whether an interval, as it is printed, holds no effect; its limits count as inside.

        Examples
        --------
        >>> scale = Scale("SMD")
        >>> scale.span(0.004, 0.3), scale.includes_null(0.004, 0.3)
        ('0.004 to 0.30', False)
        >>> scale.span(0.0, 0.3), scale.includes_null(0.0, 0.3)
        ('0.00 to 0.30', True)
        """
        first, last = (round(limit, LIMIT_PLACES[-1]) for limit in self.limits(low, high))
        return first <= self.null <= last


def better_of(measure: str, beneficial_direction: str) -> str:
    """Which printed effects favour the intervention: one of `BETTER`.

    A risk ratio of an outcome of which less is better is printed below 1 where the intervention
    helps; a standardised difference is printed positive in favour, whatever the outcome.

    Examples
    --------
    >>> better_of("RR", "decrease"), better_of("SMD", "decrease")
    ('lower', 'higher')
    """
    turned = MEASURES[measure].natural and beneficial_direction == "decrease"
    return BETTER[1] if turned else BETTER[0]


def compares(effects: "pd.DataFrame") -> "pd.Series":
    """Which effects compare groups, so that they can favour one of them."""
    return effects["effect_measure"].map(lambda measure: MEASURES[measure].compares).astype(bool)


def scale_of(plan: "Plan") -> Scale:
    """The scale of a study's effects, from its analysis plan; `Scale.at` has that of one row."""
    measure = "several" if set(plan.outcome_measures.values()) - {plan.measure} else plan.measure
    return Scale(measure, level=plan.pooling.level)
