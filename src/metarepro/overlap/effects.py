"""Whether two sources give the same effect for the same result of a trial.

Pairs are a row kept and its duplicate, a review file's row and the transcribed one that it
supersedes, and two used rows of the same trial, arm, outcome, measure and time from sources of
different kind. Both are compared as effects on the scale of pooling, by the routes that all results
take; where one of them has no route, as printed. Agreement is of the numbers alone; whether the two
are told to be of one measure at one time stands beside it. Two copies of one source are marked:
that they agree says nothing.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from metarepro.overlap.tables import SHARED_EFFECTS
from metarepro.tabular.tables import from_rows
from metarepro.wording.phrases import NOT_REPORTED

#: Sources print two decimals: two roundings of one number may be this far apart.
ROUNDING = 0.01
#: Numbers this close are one number, written twice.
_EQUAL = 1e-9
_SAME_RESULT = ["trial_id", "arm", "intervention", "outcome", "measure", "timepoint"]
#: What two reports of one result should tell alike.
_IDENTITY = {
    "timepoint": "timepoint",
    "measure": "measure named",
    "timepoint_detail": "time described",
}
#: What two reports of one result may do differently.
_ANALYSIS = {"adjusted": "adjusted", "n": "participants"}

Row = Mapping[Any, Any]


def lift_duplicates(results: pd.DataFrame) -> pd.DataFrame:
    """Reported results with every duplicate taken as if it were used, so that it is converted."""
    lifted = results.copy()
    columns = ["exclude", "duplicate_of", "exclude_reason"]
    lifted.loc[results["exclude"] == "duplicate", columns] = ""
    return lifted


def shared_effects(
    results: pd.DataFrame, effects: pd.DataFrame, converted: pd.DataFrame
) -> pd.DataFrame:
    """Compare what two sources report for the same result.

    Parameters
    ----------
    results : DataFrame
        The reported results (`tables.EXTRACTED_RESULTS`), those of review files among them.
    effects : DataFrame
        `tables.EFFECTS`, which says what is excluded and why.
    converted : DataFrame
        `tables.EFFECTS` of `lift_duplicates(results)`: duplicates have an effect size here.

    Returns
    -------
    DataFrame
        `tables.SHARED_EFFECTS`, one row per pair; positive values favour the intervention on the
        scale effect, other scales are as printed. `difference` is b minus a.
    """
    printed = results.set_index("result_id")[
        ["value", "sign", "higher_is_better", "ci_low", "ci_high", "second_copy"]
    ].add_prefix("printed_")
    rows = converted.join(printed, on="result_id").set_index("result_id", drop=False)
    return from_rows(
        [
            _compared(rows.loc[a].to_dict(), rows.loc[b].to_dict(), pairing, remark)
            for a, b, pairing, remark in _pairs(effects)
        ],
        SHARED_EFFECTS,
    )


def _pairs(effects: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    """Kept and other row, what makes them a pair, and what the data say about it."""
    for row in effects[effects["duplicate_of"] != ""].to_dict("records"):
        remark = row["exclude_reason"] if row["exclude"] == "duplicate" else ""
        yield row["duplicate_of"], row["result_id"], row["exclude"], remark
    used = effects[effects["exclude"] == ""]
    same: dict[tuple[str, ...], list[Row]] = {}
    for row in used.to_dict("records"):
        same.setdefault(tuple(row[name] for name in _SAME_RESULT), []).append(row)
    for key in sorted(same):
        for a, b in combinations(same[key], 2):
            if a["source_kind"] != b["source_kind"]:
                yield a["result_id"], b["result_id"], "both_used", ""


def _compared(a: dict[Any, Any], b: dict[Any, Any], pairing: str, remark: str) -> dict[str, Any]:
    scale, reason = _common_scale(a, b)
    first, second = _on_scale(a, scale), _on_scale(b, scale)
    difference = second["value"] - first["value"]
    unlike = [
        said
        for key, name in (_IDENTITY | _ANALYSIS).items()
        if (said := _told_differently(a, b, key, name))
    ]
    comparable = scale and a["timepoint"] == b["timepoint"]
    return {
        **{key: a[key] for key in ("trial_id", "label", "outcome", "measure", "timepoint")},
        "pairing": pairing,
        "scale": scale,
        **_side(a, first, "a"),
        **_side(b, second, "b"),
        "same_source": "yes" if _same_source(a, b) else "no",
        "described": "alike" if all(a[key] == b[key] for key in _IDENTITY) else "differently",
        "difference": difference,
        "agreement": _agreement(difference) if comparable else "not_comparable",
        "reason": reason or "; ".join(unlike),
        "remark": remark,
    }


def _common_scale(a: Row, b: Row) -> tuple[str, str]:
    """Scale on which both have a number, else "" and why there is none."""
    without = [row for row in (a, b) if math.isnan(row["yi"])]
    if not without:
        return "effect", ""
    why = "; ".join(
        f"{row['result_id']} has no effect size: {row['exclude_reason']}" for row in without
    )
    if any(math.isnan(row["printed_value"]) for row in (a, b)):
        return "", f"{why}; no number printed for both"
    for key in ("statistic", "printed_sign", "printed_higher_is_better"):
        if a[key] != b[key]:
            name = key.removeprefix("printed_")
            return "", f"{why}; {name.replace('_', ' ')}: {a[key]} against {b[key]}"
    return str(a["statistic"]), ""


def _on_scale(row: Row, scale: str) -> dict[str, float]:
    names = ("yi", "ci_low", "ci_high")
    if scale != "effect":
        names = ("printed_value", "printed_ci_low", "printed_ci_high")
    numbers = [row[name] if scale else math.nan for name in names]
    return dict(zip(("value", "ci_low", "ci_high"), numbers, strict=True))


def _side(row: Row, numbers: dict[str, float], side: str) -> dict[str, Any]:
    about = {key: row[key] for key in ("result_id", "source_kind", "source")}
    return {f"{key}_{side}": value for key, value in (about | numbers).items()}


def _same_source(a: Row, b: Row) -> bool:
    """Whether both are read in one source: one address, a second copy, one database twice."""
    if a["source"] == b["source"] or b["printed_second_copy"] == "yes":
        return True
    hosts = {urlsplit(row["source"]).netloc for row in (a, b)}
    return {a["source_kind"], b["source_kind"]} == {"database"} and len(hosts) == 1


def _agreement(difference: float) -> str:
    if abs(difference) <= _EQUAL:
        return "equal"
    return "within_rounding" if abs(difference) <= ROUNDING + _EQUAL else "different"


def _told_differently(a: Row, b: Row, key: str, name: str) -> str:
    one, other = (_participants(row) if key == "n" else str(row[key]) for row in (a, b))
    return "" if one == other else f"{name}: {one} against {other}"


def _participants(row: Row) -> str:
    return NOT_REPORTED if math.isnan(row["n_total"]) else f"{row['n_total']:.0f}"
