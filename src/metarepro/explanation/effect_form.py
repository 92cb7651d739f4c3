"""One way to compute the effects of rows, for many versions of a table at once.

A form takes cells of shape (n, k, c), n versions of a table, to effects and variances of shape
(n, k); NaN where the numbers of a row say nothing about the measure.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metarepro.wording.scales import Scale

Array = npt.NDArray[np.float64]
Effects = tuple[Array, Array]


@dataclass(frozen=True)
class EffectForm:
    """One way to compute the effects of the rows.

    Attributes
    ----------
    name : in tables, unique among the forms of a table
    measure : a key of `wording.scales.MEASURES`
    label : in words
    source : where the formula is documented
    rank : how far from the simplest
    effects : from cells to effects and variances
    r : lines of R that make `yi` and `vi` in the data frame `d`
    zero_cells : what is done about empty cells, where it matters
    printed : what takes numbers from the scale of pooling to the printed one, a key of
        `matching.SCALES`; "" for that of the measure
    """

    name: str
    measure: str
    label: str
    source: str
    rank: float
    effects: Callable[[Array], Effects]
    r: tuple[str, ...]
    zero_cells: str = ""
    printed: str = ""

    @property
    def transformation(self) -> str:
        """What takes numbers from the scale of pooling to the printed one."""
        return self.printed or Scale(self.measure).transformation
