"""The forest plot of the studies of one table."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from metarepro.figures.forest import forest_plot
from metarepro.figures.forest_cells import captions
from metarepro.figures.forest_tables import effect_test, shown_intervals
from metarepro.questions.asking import Answers
from metarepro.questions.groups import Subgroups
from metarepro.questions.words import subgroup_test
from metarepro.synthesis.study_pool import StudyPool
from metarepro.synthesis.study_pool_words import model_words
from metarepro.wording.phrases import FLAGS, i2, no_interval, participants
from metarepro.wording.scales import MEASURES

_OF_POOL = ("estimate", "tau2", "i2", "q", "q_df", "q_p", "k", "n_trials")
#: What lies on both sides of no effect, by whether higher is better.
SIDES = {
    "": ("", ""),
    "yes": ("favours control", "favours intervention"),
    "no": ("favours intervention", "favours control"),
}


def study_forest(result: StudyPool | Answers, title: str = "") -> Figure:
    """Draw the studies of a table and their pool.

    Parameters
    ----------
    result : StudyPool or Answers
        What `synthesis.study_pool.pool_studies` or `questions.asking.ask` gives. The sides of the
        plot are named if its table says whether higher is better. Of answers the first subgroups,
        the minimal important difference and the judgements on risk of bias are drawn too.
    title : str
        Text above the plot; by default the name of the measure.

    Returns
    -------
    Figure
        Unknown to pyplot. Ratios stand on a logarithmic axis.

    Examples
    --------
    >>> import metarepro
    >>> studies = pd.DataFrame({"study": ["A", "B"], "yi": [0.1, 0.3], "vi": [0.04, 0.02]})
    >>> metarepro.draw_forest(metarepro.pool(studies), title="Two studies").get_label()
    'Two studies'
    """
    asked = result if isinstance(result, Answers) else None
    result = result.pool if isinstance(result, Answers) else result
    rows = result.studies.rename(columns={"study": "label"}).assign(
        measure="", n_total=result.studies.get("n_total", math.nan), tier="direct", subgroup=""
    )
    summaries = [_summary(result)]
    more: dict[str, Any] = {}
    if asked is not None:
        bias = asked.columns.bias
        rows = rows.assign(**{name: asked.columns.cells[name] for name in bias})
        more["judgements"] = bias
        if asked.important is not None:
            more["important"] = asked.important.place
        if asked.subgroups:
            found = asked.subgroups[0]
            rows = _in_groups(rows, asked.columns.cells[found.column].str.strip(), found)
            summaries = [*_summaries_of(found, rows), *summaries]
            more["subgroup_test"] = subgroup_test(found)
    return forest_plot(
        rows,
        pd.DataFrame(summaries),
        title=title or result.scale.title,
        scale=result.scale,
        captions=captions(SIDES[result.higher_is_better]),
        **more,
    )


def _summary(result: StudyPool) -> dict[str, Any]:
    """The pool of all studies as the plot takes it."""
    pooled = result.pooled
    return {
        **{"subgroup": "", "name": "Pooled", "estimate": pooled.estimate},
        **shown_intervals({**vars(pooled), "flags": "; ".join(pooled.flags)}),
        **{"tau2": pooled.tau2, "i2": i2(vars(pooled)), "q": pooled.q, "q_df": pooled.q_df},
        **{"q_p": pooled.q_p, "k": pooled.k, "n_trials": pooled.n_trials},
        **{"participants": _people(result.studies), "model": model_words(pooled)},
        "test": effect_test(
            {**vars(pooled), "flags": "; ".join(pooled.flags)}, MEASURES[result.measure]
        ),
        "flags": _flags(pooled.flags),
    }


def _people(studies: pd.DataFrame) -> str:
    """The participants of some studies, if all say them."""
    sizes = studies.get("n_total", studies["n_t"] + studies["n_c"])
    return participants(float(sizes.sum(min_count=len(studies))))


def _flags(flags: Sequence[str]) -> str:
    return "; ".join(filter(None, [no_interval(flags), *(FLAGS[flag] for flag in flags)]))


def _in_groups(rows: pd.DataFrame, groups: pd.Series, found: Subgroups) -> pd.DataFrame:
    """The rows in the order of their groups; those of no group come last."""
    order = {group: place for place, group in enumerate(found.pools["group"])}
    place = groups.map(lambda group: order.get(group, len(order)))
    return rows.assign(subgroup=groups).loc[place.sort_values(kind="stable").index]


def _summaries_of(found: Subgroups, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The pools of groups; that of one study has no diamond."""
    return [
        {
            **{name: row[name] for name in _OF_POOL},
            **shown_intervals(row),
            **{"subgroup": row["group"], "name": "Subtotal", "model": ""},
            "participants": _people(rows[rows["subgroup"] == row["group"]]),
            "test": "",
            "flags": _flags(row["flags"].split("; ") if row["flags"] else []),
        }
        for row in found.pools.to_dict("records")
        if not row["reason"]
    ]
