"""The pools of a data file or an article as a review, with the rows that they were read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from metarepro.explanation.published import PublishedResult
from metarepro.readers.effect_table import EffectTable
from metarepro.readers.review_tables import Extraction


@dataclass(frozen=True, eq=False)
class PrintedPool:
    """A published pool and its rows as they are printed, so that their rounding is known.

    Attributes
    ----------
    rows : the rows of the analysis
    published : the pool
    measure : that columns.yaml names, "" if it does not
    """

    rows: EffectTable
    published: PublishedResult
    measure: str


@dataclass(frozen=True)
class SourceExtraction(Extraction):
    """The file that a columns.yaml is of, as a review.

    Attributes
    ----------
    printed : of each analysis that is published, by its outcome number
    """

    printed: Mapping[str, PrintedPool] = field(default_factory=dict)
