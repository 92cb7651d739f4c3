"""Moderators for readers: the table of what they explain."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from metarepro.plan import Moderator
from metarepro.sensitivity.moderator_names import level_label
from metarepro.wording.phrases import DASH, decimal, f_statistic, p_value, percent, whole
from metarepro.wording.scales import Scale
from metarepro.wording.summaries import remarks

Row = Mapping[Any, Any]


def moderators(
    tests: Iterable[Row],
    levels: Iterable[Row],
    pools: Mapping[str, Row],
    names: Mapping[str, str],
    plan: Mapping[str, Moderator],
    scale: Scale,
) -> list[dict[str, str]]:
    """One row per synthesis, tested moderator and level; the least doubtful tests first.

    Parameters
    ----------
    tests, levels : iterable of mapping
        Rows of `tables.MODERATORS` and `tables.MODERATOR_LEVELS`.
    pools : mapping
        Key of a synthesis to its row of `tables.POOLED`, with its title; rows of others are left
        out.
    names : mapping
        Id of an intervention to its label.
    plan : mapping
        The moderators of the analysis plan by name.
    scale : Scale
        How effects are printed.
    """
    of_test = {(test["synthesis"], test["moderator"]): test for test in tests}
    pairs = [
        (row, of_test[row["synthesis"], row["moderator"]])
        for row in levels
        if row["synthesis"] in pools
    ]
    rows = []
    for row, test in sorted(pairs, key=lambda pair: pair[1]["flags"]):
        found = f_statistic(test["statistic"], test["df1"], test["df2"])
        found = found.replace(" ", "\u00a0")  # in one line
        own = scale.at(pools[row["synthesis"]])
        rows.append(
            {
                "Synthesis": pools[row["synthesis"]]["title"],
                "Moderator": plan[row["moderator"]].label,
                "Level": level_label(row["level"], plan[row["moderator"]], names),
                "Trials": whole(row["n_trials"]),
                "Results": whole(row["k"]),
                f"Mean {scale.heading}": own.of(row),
                f"{scale.difference} [{scale.ci}]": own.differences.interval(
                    row["difference"], row["difference_ci_low"], row["difference_ci_high"]
                ),
                "Test": found,
                "p": _p(test["p_value"]),
                "p (Holm)": _p(test["p_holm"]),
                "τ² left": _or(test["tau2"], 3),
                "Of τ² explained": percent(test["r2"]),
                "Trials left out": whole(test["n_without_value"]),
                "Remarks": remarks({"flags": _flags(test["flags"], row["flags"]), "reason": ""}),
            }
        )
    return rows


def _flags(*flags: str) -> str:
    """Flags of the test and of the level, each once."""
    return "; ".join(dict.fromkeys(flag for part in flags for flag in part.split("; ") if flag))


def _or(value: float, places: int) -> str:
    return DASH if math.isnan(value) else decimal(value, places)


def _p(value: float) -> str:
    return DASH if math.isnan(value) else p_value(value).removeprefix("p ").removeprefix("= ")
