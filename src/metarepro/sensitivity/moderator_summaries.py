"""Moderators for readers: the table of what they explain."""

import math
from collections.abc import Mapping

import pandas as pd

from metarepro.plan import Moderator, Plan
from metarepro.sensitivity.moderator_names import level_label
from metarepro.wording.html_tables import Page
from metarepro.wording.phrases import DASH, decimal, interval, p_value, percent, whole
from metarepro.wording.summaries import labels, remarks, title

CAPTION = (
    "Do effects differ by what the trials are? One meta-regression a moderator, for every "
    "synthesis in which two kinds of trials could be compared, the least doubtful tests first. "
    "These are mostly comparisons between trials, which also differ otherwise: they describe, and "
    "do not show a cause. Intervals are not adjusted for the number of comparisons, Holm's p is. "
    "Programmes in which responsive caregiving is not named may have it all the same. What the "
    "control groups received is not in the data. Tiers and kinds of source are compared over the "
    "results of all tiers."
)


def pages(tables: Mapping[str, pd.DataFrame], plan: Plan) -> list[Page]:
    """Return the page of moderators; `tables` as for `sensitivity.summaries.pages`."""
    names = labels(tables["interventions"], tables["domains"], tables["outcomes"])
    pools = {
        pool["synthesis"]: title(pool, names, plan.sets)
        for pool in tables["pooled"].to_dict("records")
    }
    table = moderators(
        tables["moderators"], tables["moderator_levels"], pools, names, plan.moderators
    )
    return [Page("sensitivity_moderators", "Moderators", CAPTION, table)]


def moderators(
    tests: pd.DataFrame,
    levels: pd.DataFrame,
    titles: Mapping[str, str],
    names: Mapping[str, str],
    plan: Mapping[str, Moderator],
) -> pd.DataFrame:
    """One row a synthesis, tested moderator and level.

    Parameters
    ----------
    tests, levels : DataFrame
        `tables.MODERATORS` and `tables.MODERATOR_LEVELS`.
    titles : mapping
        Synthesis to what it is of.
    names : mapping
        Id of an intervention to its label.
    plan : mapping
        The moderators of the analysis plan by name.
    """
    of_test = tests.set_index(["synthesis", "moderator"]).to_dict("index")
    rows = []
    doubt = [
        of_test[key]["flags"] for key in zip(levels["synthesis"], levels["moderator"], strict=True)
    ]
    for row in levels.assign(doubt=doubt).sort_values("doubt", kind="stable").to_dict("records"):
        test = of_test[row["synthesis"], row["moderator"]]
        f = f"F({test['df1']:.0f}, {_or(test['df2'], 1, '∞')}) = {decimal(test['statistic'])}"
        f = f.replace(" ", "\u00a0")  # in one line
        rows.append(
            {
                "Synthesis": titles[row["synthesis"]],
                "Moderator": plan[row["moderator"]].label,
                "Level": level_label(row["level"], plan[row["moderator"]], names),
                "Trials": whole(row["n_trials"]),
                "Results": whole(row["k"]),
                "Mean g [95% CI]": interval(row["estimate"], row["ci_low"], row["ci_high"]),
                "Difference [95% CI]": interval(
                    row["difference"], row["difference_ci_low"], row["difference_ci_high"]
                ),
                "Test": f,
                "p": _p(test["p_value"]),
                "p (Holm)": _p(test["p_holm"]),
                "τ² left": _or(test["tau2"], 3),
                "Of τ² explained": percent(test["r2"]),
                "Trials left out": whole(test["n_without_value"]),
                "Remarks": remarks(_flags(test["flags"], row["flags"]), ""),
            }
        )
    return pd.DataFrame(rows)


def _flags(*flags: str) -> str:
    """Flags of the test and of the level, each once."""
    return "; ".join(dict.fromkeys(flag for part in flags for flag in part.split("; ") if flag))


def _or(value: float, places: int, otherwise: str = DASH) -> str:
    return otherwise if math.isnan(value) else decimal(value, places)


def _p(value: float) -> str:
    return DASH if math.isnan(value) else p_value(value).removeprefix("p ").removeprefix("= ")
