"""Pools of review files as rows of a table for readers."""

import math
from collections.abc import Mapping
from typing import Any

from metarepro.report.blocks import TableRow
from metarepro.wording.phrases import DASH, decimal, whole

#: Verdicts from what needs attention to what does not: the word in tables, and a sentence on
#: pools of that kind for one and for several of them.
VERDICT_WORDS = {
    "different": (
        "different",
        "1 differs, and the reason is not known.",
        "{} differ, and the reason is not known.",
    ),
    "explained": (
        "different, explained",
        "1 differs for a reason that is known.",
        "{} differ for a reason that is known.",
    ),
    "not_computable": (
        "not computable",
        "1 uses a method that is not supported.",
        "{} use a method that is not supported.",
    ),
    "not_published": (
        "not published",
        "For 1 more pool the file gives no result; ours is shown.",
        "For {} more pools the files give no result; ours are shown.",
    ),
    "not_estimable": (
        "not estimable",
        "1 more pool is not estimable: none of its studies has an effect.",
        "{} more pools are not estimable: none of their studies has an effect.",
    ),
    "exact": ("exact", "", ""),
}
REASONS = {
    "not_published": "The file gives no result for this pool.",
    "not_estimable": "No study of this pool has an effect.",
}
POOL_COLUMNS = ("Pool", "Measure", "Studies", "Published", "Recomputed", "Verdict", "Reason")
_METHODS = {"IV": "inverse variance", "MH": "Mantel-Haenszel", "PETO": "Peto"}


def pool_row(pool: Mapping[Any, Any]) -> TableRow:
    """A pool as published and recomputed, with the verdict and its reason."""
    number = f"{pool['comparison_number']}.{pool['outcome_number']}"
    names = [name for name in (pool["comparison"], pool["outcome"], pool["subgroup"]) if name]
    if pool["level"] == "subgroup":
        number += f".{pool['subgroup_number']}"
    measure = pool["measure"].replace("_", " ").replace("PETO OR", "Peto OR")
    method = "" if pool["method"] == "PETO" else f", {_METHODS[pool['method']]}"
    cells = (
        f"{number} {': '.join(names)}",
        f"{measure}{method}, {pool['model']}",
        whole(pool["k"]),
        _numbers(pool, "published"),
        _numbers(pool, "reproduced"),
        VERDICT_WORDS[pool["verdict"]][0],
        pool["reason"] or REASONS.get(pool["verdict"], DASH),
    )
    return dict(zip(POOL_COLUMNS, cells, strict=True))


def _numbers(pool: Mapping[Any, Any], whose: str) -> str:
    """Estimate and interval as they are printed; a dash where there are none."""
    estimate, low, high = (pool[f"{whose}_{name}"] for name in ("estimate", "ci_low", "ci_high"))
    if math.isnan(estimate):
        return DASH
    limits = "" if math.isnan(low) else f" [{decimal(low, 3)}, {decimal(high, 3)}]"
    return f"{decimal(estimate, 3)}{limits}"
