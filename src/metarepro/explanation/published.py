"""A pooled result as it is printed, and what in it cannot go together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

#: What may be printed of a pool, and the words for it.
STATISTICS: Mapping[str, str] = {
    "estimate": "estimate",
    "ci_low": "lower limit",
    "ci_high": "upper limit",
    "pi_low": "lower limit of the prediction interval",
    "pi_high": "upper limit of the prediction interval",
    "se": "standard error",
    "z": "z",
    "p": "p",
    "tau2": "tau²",
    "tau": "tau",
    "i2": "I²",
    "q": "Q",
    "q_df": "df of Q",
    "q_p": "p of Q",
    "k": "k",
}


@dataclass(frozen=True)
class PrintedNumber:
    """A number as it is printed.

    Attributes
    ----------
    value : float
    decimals : how many are printed
    bound : "<" or ">" where only a bound is printed
    """

    value: float
    decimals: int
    bound: str = ""

    @property
    def half(self) -> float:
        """Half a unit of the last printed digit."""
        return 0.5 * 10.0**-self.decimals

    def __str__(self) -> str:
        """Print it as it was."""
        return f"{self.bound and self.bound + ' '}{self.value:.{max(self.decimals, 0)}f}"


@dataclass(frozen=True)
class PublishedResult:
    """A printed pool.

    Attributes
    ----------
    text : as it was given
    numbers : by the names in `STATISTICS`; at least the estimate
    level : of the interval, 0.95 for 95%
    measure : that its symbol names, a key of `wording.scales.MEASURES`; "" without one
    notes : what was put right in reading it, or not used
    """

    text: str
    numbers: Mapping[str, PrintedNumber]
    level: float = 0.95
    measure: str = ""
    notes: tuple[str, ...] = field(default=())


#: Printed numbers that speak of heterogeneity.
HETEROGENEITY = ("i2", "tau2", "tau", "q", "q_p", "q_df", "pi_low", "pi_high")


def without_heterogeneity(published: PublishedResult) -> PublishedResult:
    """The same pool without what is printed of its heterogeneity."""
    kept = {name: n for name, n in published.numbers.items() if name not in HETEROGENEITY}
    return replace(published, numbers=kept)


def contradictions(published: PublishedResult, k: int) -> list[str]:
    """What in a printed pool of `k` results cannot go together, in words.

    I2 = (Q - df) / Q (Higgins & Thompson 2002); programs that take it from tau2 differ from that,
    which is said.

    Examples
    --------
    >>> from metarepro.explanation.published_text import parse_published
    >>> contradictions(parse_published("-0.66 [-0.88, -0.44]; I2 62.2%; Q 62.49"), 24)
    ['I² 62.2% does not follow from Q 62.49 with 23 degrees of freedom, which give 63.2% (it may \
come from τ²)']
    """
    numbers, found = published.numbers, []
    if "ci_low" in numbers:
        low, high = numbers["ci_low"], numbers["ci_high"]
        estimate = numbers["estimate"]
        slack = estimate.half + low.half
        if not low.value - slack <= estimate.value <= high.value + slack:
            found.append("the printed estimate lies outside its interval")
    if "q" in numbers and "i2" in numbers:
        df = numbers["q_df"].value if "q_df" in numbers else k - 1
        q, i2 = numbers["q"], numbers["i2"]
        low_i2, mid, high_i2 = (
            100 * max(0.0, (x - df) / x) if x > 0 else 0.0
            for x in (q.value - q.half, q.value, q.value + q.half)
        )
        if not low_i2 - i2.half <= i2.value <= high_i2 + i2.half:
            found.append(
                f"I² {i2}% does not follow from Q {q} with {df:.0f} degrees of freedom, which give "
                f"{mid:.1f}% (it may come from τ²)"
            )
    return found
