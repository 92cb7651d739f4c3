"""An analysis of a RevMan Web package on its way into the tables, and what its zeros mean."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metarepro.readers.review_tables import computable
from metarepro.readers.revman_web_words import EFFECT


@dataclass
class Pool:
    """A row of the table of analyses, and its published values as they are written."""

    row: dict[str, Any]
    texts: dict[str, str]


@dataclass
class Analysis:
    """An analysis with its pools, study rows and the names of its subgroups by number."""

    settings: dict[str, Any]
    show_subgroups: bool
    pools: list[Pool] = field(default_factory=list)
    studies: list[dict[str, Any]] = field(default_factory=list)
    subgroups: dict[str, str] = field(default_factory=dict)


def yes_no(flag: bool) -> str:
    """A flag in the words of the tables."""
    return "yes" if flag else "no"


def entered(numbers: Mapping[str, float]) -> bool:
    """Whether numbers that are only shown were typed in; 2023 has zeros where they were not."""
    return any(value > 0 for value in numbers.values())


def all_zero(row: Mapping[str, Any]) -> bool:
    """Whether estimate and limits are all 0: what 2023 writes where nothing was calculated."""
    return all(row[column] == 0 for column in EFFECT)


def mark_estimable(analysis: Analysis) -> None:
    """A study without an effect is not estimable, unless no effect was calculated at all."""
    printed = [not math.isnan(study["published_estimate"]) for study in analysis.studies]
    settings = analysis.settings
    for study, has_effect in zip(analysis.studies, printed, strict=True):
        gives_effect = computable(study, settings["data_type"], settings["measure"])
        study["estimable"] = yes_no(has_effect if any(printed) else gives_effect)
