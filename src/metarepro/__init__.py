"""Recompute published meta-analyses and say which of their results can be reproduced.

The public functions, each imported when it is first used:

=================== ==============================================================================
`pool`              pool the studies of a table: effects, means or counts
`small_study`       test such a pool for small-study effects and selection
`ask`               ask more of such a table: subsets, subgroups, regression, absolute effects
`explain`           say in plain sentences what a pool did and found
`explain_published` find the model, the rounding or the slip behind a printed pool
`draw_forest`       draw the forest plot of such a pool
`convert`           turn one `Reported` result into an effect and its variance
`read_review`       read the data file of a Cochrane review
`read_rows`         read the rows of one analysis from a spreadsheet, data file or review file
`reproduce`         recompute the pools of such files and compare them with what they publish
=================== ==============================================================================

What the person who called can put right is raised as `InputError`, with words on what to do.

Examples
--------
>>> import pandas as pd
>>> import metarepro
>>> studies = pd.DataFrame(
...     {"study": ["A", "B", "C"], "events_t": [4, 6, 3], "n_t": [123, 306, 231]}
...     | {"events_c": [11, 29, 11], "n_c": [139, 303, 220]}
... )
>>> result = metarepro.pool(studies, measure="RR", ci="z")
>>> f"{result.scale.shown(result.pooled.estimate):.2f}"
'0.26'
>>> result.pooled.k
3
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from metarepro.errors import InputError

if TYPE_CHECKING:
    from metarepro.conversion.reported import Choices, Effect, Reported
    from metarepro.conversion.routes import convert
    from metarepro.explanation.explanation import Explanation, explain_published
    from metarepro.extraction.reading import Rows, read_rows
    from metarepro.figures.study_forest import study_forest as draw_forest
    from metarepro.questions.asking import Answers, ask
    from metarepro.readers.review_file import read_review
    from metarepro.reviews.batch import Reproduction
    from metarepro.reviews.batch import reproduce_files as reproduce
    from metarepro.sensitivity.study_bias import small_study
    from metarepro.synthesis.explain import explain
    from metarepro.synthesis.study_pool import StudyPool
    from metarepro.synthesis.study_pool import pool_studies as pool

__all__ = [
    "Answers",
    "Choices",
    "Effect",
    "Explanation",
    "InputError",
    "Reported",
    "Reproduction",
    "Rows",
    "StudyPool",
    "ask",
    "convert",
    "draw_forest",
    "explain",
    "explain_published",
    "pool",
    "read_review",
    "read_rows",
    "reproduce",
    "small_study",
]

_HOMES = {
    "Answers": "questions.asking:Answers",
    "Choices": "conversion.reported:Choices",
    "Effect": "conversion.reported:Effect",
    "Explanation": "explanation.explanation:Explanation",
    "Reported": "conversion.reported:Reported",
    "Reproduction": "reviews.batch:Reproduction",
    "Rows": "extraction.reading:Rows",
    "StudyPool": "synthesis.study_pool:StudyPool",
    "ask": "questions.asking:ask",
    "convert": "conversion.routes:convert",
    "draw_forest": "figures.study_forest:study_forest",
    "explain": "synthesis.explain:explain",
    "explain_published": "explanation.explanation:explain_published",
    "pool": "synthesis.study_pool:pool_studies",
    "read_review": "readers.review_file:read_review",
    "read_rows": "extraction.reading:read_rows",
    "reproduce": "reviews.batch:reproduce_files",
    "small_study": "sensitivity.study_bias:small_study",
}


def __getattr__(name: str) -> Any:
    """Import a public function when it is asked for: some bring packages that load for seconds."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    found = getattr(import_module(f"{__name__}.{module}"), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names as well."""
    return sorted({*globals(), *__all__})
