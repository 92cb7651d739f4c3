"""What a quantity can be by its nature, whatever a source prints."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Limits:
    """The numbers from one limit to another.

    Attributes
    ----------
    low, high : the limits
    with_low, with_high : whether the limits themselves can be

    Examples
    --------
    >>> str(Limits(0, 1, with_high=False)), str(Limits(0)), str(Limits(0, with_low=False))
    ('0 to below 1', '0 or more', 'above 0')
    >>> Limits(-1, 1).hold_one(-1), Limits(-1, 1).hold_one(1.01)
    (True, False)
    """

    low: float = -math.inf
    high: float = math.inf
    with_low: bool = True
    with_high: bool = True

    def hold(self, numbers: "pd.Series") -> "pd.Series":
        """Which of the numbers lie within; one that is missing does not."""
        above = numbers >= self.low if self.with_low else numbers > self.low
        below = numbers <= self.high if self.with_high else numbers < self.high
        return above & below

    def hold_one(self, number: float) -> bool:
        """Whether a number lies within."""
        above = number >= self.low if self.with_low else number > self.low
        below = number <= self.high if self.with_high else number < self.high
        return above and below

    def __str__(self) -> str:
        """Give the limits in words; "" if there are none."""
        if self.high == math.inf:
            if self.low == -math.inf:
                return ""
            return f"{self.low:g} or more" if self.with_low else f"above {self.low:g}"
        low = f"{self.low:g}" if self.with_low else f"above {self.low:g}"
        high = f"{self.high:g}" if self.with_high else f"below {self.high:g}"
        return f"{low} to {high}"


ANY_NUMBER = Limits()
NOT_NEGATIVE = Limits(0)
POSITIVE = Limits(0, with_low=False)
SHARE = Limits(0, 1)
#: At 1 or -1 Fisher's z is infinite.
CORRELATION = Limits(-1, 1, with_low=False, with_high=False)
RISK_DIFFERENCE = Limits(-1, 1)
#: At 1 nothing would be left within the groups, and F is infinite.
ETA_SQUARED = Limits(0, 1, with_high=False)
