"""How reviews print pooled results, and what that is on the scale of pooling."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from metarepro.tabular.input_tables import PUBLISHED_MEASURES
from metarepro.tabular.limits import ANY_NUMBER, Limits
from metarepro.wording.scales import MEASURES, Measure


@dataclass(frozen=True)
class Printed:
    """A way to print results of a measure.

    Attributes
    ----------
    name : a key of `scales.MEASURES`
    is_pooled : whether the number is printed as it is pooled ("log OR", "Fisher z")

    Examples
    --------
    >>> PRINTED["OR"].null, PRINTED["log OR"].null
    (1.0, 0.0)
    >>> round(PRINTED["r"].to_pooling(0.5), 4)
    0.5493
    """

    name: str
    is_pooled: bool

    @property
    def measure(self) -> Measure:
        """The measure."""
        return MEASURES[self.name]

    @property
    def null(self) -> float:
        """What is printed where there is no effect; NaN where nothing is (a proportion)."""
        null = self.measure.null
        return 0.0 if self.is_pooled and math.isfinite(null) else null

    @property
    def is_ratio(self) -> bool:
        """Whether it is printed as a ratio, which is above 0."""
        return self.measure.is_ratio and not self.is_pooled

    @property
    def possible(self) -> Limits:
        """What a printed estimate can be."""
        on_another_scale = self.is_pooled and self.measure.pooled_on
        return ANY_NUMBER if on_another_scale else self.measure.possible

    def to_pooling(self, number: float) -> float:
        """A printed number on the scale of pooling; ValueError if it is none of the measure."""
        return number if self.is_pooled else self.measure.to_pooling(number)

    def from_pooling(self, number: float) -> float:
        """A number on the scale of pooling as it is printed."""
        return number if self.is_pooled else self.measure.printed(number)


#: By the name in the column `measure` of published results.
PRINTED: Mapping[str, Printed] = {
    name: Printed(*printed) for name, printed in PUBLISHED_MEASURES.items()
}
