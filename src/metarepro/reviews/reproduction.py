"""A review file recomputed from its own study rows, beside what it publishes.

Every published number of a pool is compared on the scale of the analysis (natural log for ratios)
with an absolute tolerance of 1e-6, or half a unit of the last printed digit where the file has
fewer. Verdicts:

============== ================================================================================
exact          every published number of the pool is recomputed
explained      some differ, for a reason that is known (`EXPLANATIONS` and the list of known
               deviations)
different      some differ, and nobody knows why
not_published  the file shows no number for the pool; ours is given
not_estimable  no study of the pool has an effect, and none is published
not_computable the file asks for something that there is no formula for
============== ================================================================================
"""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from metarepro.extraction.source_extraction import SourceExtraction
from metarepro.models.conventions import CONVENTIONS
from metarepro.models.mantel_haenszel import Array
from metarepro.readers.review_tables import Extraction, Row, analysis_of
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.inferred_settings import NO_EFFECTS, NO_MEASURE
from metarepro.reviews.pooling import AnalysisResult, ReviewPool, pool_analyses
from metarepro.reviews.study_effects import columns_of
from metarepro.reviews.tables import QUANTITIES

TOLERANCE = 1e-6
#: Further ones that are compared where the file has them, and not shown in columns of their own.
_ALSO_COMPARED = ("q_df", "q_p", "t", "pi_low", "pi_high")
_PRINTED = {name: f"published_{name}" for name in (*QUANTITIES, *_ALSO_COMPARED)}
_OURS = {name: f"reproduced_{name}" for name in QUANTITIES}
_ON_EFFECT_SCALE = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")
_SUBGROUP_TEST = ("subgroup_q", "subgroup_q_df", "subgroup_q_p", "subgroup_i2")
_KEYS = (
    *("review_id", "comparison_number", "comparison", "outcome_number", "outcome"),
    *("subgroup_number", "subgroup", "level", "data_type", "measure", "method", "model"),
)
#: Q of a pool of one study that is this small is what binary rounding left of 0.
_ROUNDING_OF_ZERO = 1e-12
_SHOWN_NAMES = {
    f"{whose}_{name}": f"the {shown} {term}"
    for whose, shown in (("published", "published"), ("reproduced", "recomputed"))
    for name, term in zip(
        _ON_EFFECT_SCALE[:3], ("estimate", "lower limit", "upper limit"), strict=True
    )
}
#: The exponential of more is no number of a computer's.
_LARGEST_LOG = math.log(sys.float_info.max)


#: Pools of a file that an explanation is looked for: each may take seconds.
MAX_EXPLAINED = 20


@dataclass(frozen=True)
class Deviation:
    """A published number that is not ours."""

    quantity: str
    published: float
    reproduced: float


#: Reasons of known deviations by review_id, comparison, outcome and subgroup number, and quantity.
Known = Mapping[tuple[str, ...], str]


def reproduce(extraction: Extraction, file: str, known: Known) -> list[Row]:
    """Recompute every pool of a review file and compare.

    Parameters
    ----------
    extraction : Extraction
        The file's study rows and published pools.
    file : str
        How the file is called in the table.
    known : mapping
        Reasons of known deviations.

    Returns
    -------
    list of dict
        Rows of `tables.REVIEW_REPRODUCTION`, one per pool. Estimates and limits of ratios stand on
        the ratio scale, `max_abs_difference` is on the scale of the analysis.
    """
    if isinstance(extraction, SourceExtraction):
        from metarepro.reviews.source_pools import reproduce_source  # review files do without

        return reproduce_source(extraction, file)
    rows = []
    left = MAX_EXPLAINED
    for analysis in recomputed(extraction):
        for pool in analysis.pools:
            row = _compare(pool, analysis.participants, analysis.result, known)
            if row["verdict"] == "different":
                left -= 1
                row["reason"] += f". {_explanation(analysis.studies, pool, left)}"
            rows.append({"file": file} | row)
    return rows


def _explanation(studies: list[Row], pool: Row, left: int) -> str:
    """What may explain a pool that comes out different, as a sentence without its full stop."""
    from metarepro.reviews.different_pools import NOT_LOOKED_FOR, explain_different  # rarely needed

    if left < 0:
        said = f"{NOT_LOOKED_FOR}: more than {MAX_EXPLAINED} pools of the file differ"
    else:
        said = explain_different(studies, pool)
    return said[:1].upper() + said[1:]


@dataclass(frozen=True, eq=False)
class Recomputed:
    """An analysis of a review file.

    Attributes
    ----------
    pools, studies : its rows
    participants : array of shape (n,), of each study; NaN where its row does not have them
    result : what is recomputed, or why nothing is
    """

    pools: list[Row]
    studies: list[Row]
    participants: Array
    result: AnalysisResult | str


def recomputed(extraction: Extraction) -> list[Recomputed]:
    """Recompute the analyses of a review file, all together, in the order of its pools."""
    rows: dict[tuple[str, str], list[int]] = {}
    for number, study in enumerate(extraction.study_rows):
        rows.setdefault(analysis_of(study), []).append(number)
    pools: dict[tuple[str, str], list[Row]] = {}
    for pool in extraction.analysis_rows:
        pools.setdefault(analysis_of(pool), []).append(pool)
    refused = {key: own[0]["inferred"] for key, own in pools.items()}
    to_pool = [key for key, why in refused.items() if why not in (NO_MEASURE, NO_EFFECTS)]
    studies = columns_of(extraction.study_rows)
    results = pool_analyses(
        studies,
        [(AnalysisSettings.from_row(pools[key][0]), rows.get(key, [])) for key in to_pool],
        CONVENTIONS[extraction.review.format],
    )
    found = refused | dict(zip(to_pool, results, strict=True))
    # What is only shown beside given estimates may be anything.
    numbers = studies["n_t"] + studies["n_c"]
    participants = np.where(numbers >= 0, numbers, np.nan)
    return [
        Recomputed(
            own,
            [extraction.study_rows[number] for number in rows.get(key, ())],
            participants[rows.get(key, [])],
            found[key],
        )
        for key, own in pools.items()
    ]


def _compare(
    analysis: Mapping[Any, Any],
    participants: Array,
    result: AnalysisResult | str,
    known: Known,
) -> dict[str, Any]:
    """One row of the table."""
    row: dict[str, Any] = {name: analysis[name] for name in _KEYS}
    row |= {"k": 0, "n_participants": math.nan}
    row |= {column: analysis[column] for column in map(_PRINTED.__getitem__, QUANTITIES)}
    row |= dict.fromkeys(_OURS.values(), math.nan)
    row |= {"max_abs_difference": math.nan, "verdict": "not_computable", "reason": result}
    if not isinstance(result, str):
        pool = _pool_of(result, analysis)
        row |= {"k": pool.k, "n_participants": _added_up(participants, pool)}
        row |= _compare_pool(analysis, pool, result, known)
    if row["reason"] != analysis["inferred"]:
        row["reason"] = ". ".join(filter(None, [row["reason"], analysis["inferred"]]))
    return _in_range(_on_printed_scale(row, analysis["published_scale"]))


def _in_range(row: dict[str, Any]) -> dict[str, Any]:
    """No infinite numbers: no table holds them, and the other pools are still to be written."""
    beyond = [name for name in _OURS.values() if math.isinf(row[name])]
    said = [f"the recomputed {name.removeprefix('reproduced_')} is out of range" for name in beyond]
    largest = row["max_abs_difference"]
    return (
        row
        | dict.fromkeys(beyond, math.nan)
        | {
            "max_abs_difference": math.nan if math.isinf(largest) else largest,
            "reason": ". ".join(filter(None, [row["reason"], "; ".join(said)])),
        }
    )


def _added_up(participants: Array, pool: ReviewPool) -> float:
    """Participants of the studies in a pool, as far as their rows have them."""
    there = participants[~np.isnan(pool.weights + participants)].tolist() if pool.k else []
    return float(sum(there)) if there else math.nan


def _compare_pool(
    analysis: Mapping[Any, Any], pool: ReviewPool, result: AnalysisResult, known: Known
) -> dict[str, Any]:
    """Columns of a pool that could be recomputed, on the scale of the analysis."""
    ours = _numbers(pool, result if analysis["level"] == "overall" else None)
    columns: dict[str, Any] = {column: ours[name] for name, column in _OURS.items()}
    published = {name: x for name, x in _published(analysis).items() if not math.isnan(x)}
    if not published:
        return columns | _nothing_published(analysis, pool)
    compared = {n: _difference(analysis, n, x, ours.get(n, math.nan)) for n, x in published.items()}
    deviations = [
        Deviation(name, published[name], _as_printed(analysis, name, ours.get(name, math.nan)))
        for name, (_, agrees) in compared.items()
        if not agrees
    ]
    verdict, reason = _verdict(deviations, analysis, pool, known)
    shown = [compared[name][0] for name in QUANTITIES if name in compared]
    largest = max(shown, default=math.nan)
    return columns | {"max_abs_difference": largest, "verdict": verdict, "reason": reason}


def _nothing_published(analysis: Mapping[Any, Any], pool: ReviewPool) -> dict[str, str]:
    """Verdict on a pool without a published number."""
    shown = analysis["totals"] == "YES" or (
        analysis["level"] == "subgroup" and analysis["totals"] == "SUB"
    )
    if pool.k == 0:
        return {"verdict": "not_estimable", "reason": ""}
    if shown and analysis["estimable"] == "no":
        reason = f"the file calls it not estimable, but {pool.k} of its studies have an effect"
        return {"verdict": "different", "reason": reason}
    return {"verdict": "not_published", "reason": ""}


def _pool_of(result: AnalysisResult, analysis: Mapping[Any, Any]) -> ReviewPool:
    """The pool of a row; a subgroup without any study row has an empty one."""
    if analysis["level"] == "overall":
        return result.overall
    empty = ReviewPool(k=0, weights=result.overall.weights[:0])
    return result.subgroups.get(analysis["subgroup_number"], empty)


def _numbers(pool: ReviewPool, with_test: AnalysisResult | None) -> dict[str, float]:
    """Our numbers by the names of the published ones."""
    numbers = pool.numbers() | {"p": pool.p_value}
    if with_test is not None and with_test.test is not None:
        numbers |= {f"subgroup_{name}": x for name, x in with_test.test._asdict().items()}
    return numbers


def _published(analysis: Mapping[Any, Any]) -> dict[str, float]:
    """The published numbers as they are printed."""
    numbers = {name: analysis[column] for name, column in _PRINTED.items()}
    numbers |= {name: analysis[name] for name in _SUBGROUP_TEST}
    # RevMan prints the absolute value of its statistics.
    return numbers | {name: abs(numbers[name]) for name in ("z", "t")}


def _is_ratio(analysis: Mapping[Any, Any], name: str) -> bool:
    """Whether a published number stands on the ratio scale."""
    return bool(analysis["published_scale"] == "ratio") and name in _ON_EFFECT_SCALE


def _as_printed(analysis: Mapping[Any, Any], name: str, ours: float) -> float:
    """Our number on the scale of the published one."""
    if not _is_ratio(analysis, name):
        return ours
    return math.inf if ours > _LARGEST_LOG else math.exp(ours)


def _difference(
    analysis: Mapping[Any, Any], name: str, published: float, ours: float
) -> tuple[float, bool]:
    """Difference on the scale of the analysis, and whether the two agree.

    They agree within 1e-6 on that scale, or within half a unit of the last printed digit on the
    scale on which it is printed.
    """
    printed = abs(published - _as_printed(analysis, name, ours))
    difference = printed
    if _is_ratio(analysis, name) and published > 0:
        difference = abs(math.log(published) - ours)
    return difference, difference <= TOLERANCE or printed <= _half_unit(analysis, name)


def _half_unit(analysis: Mapping[Any, Any], name: str) -> float:
    """Half a unit of the last digit that the file prints; 0 if that is not known."""
    column = _PRINTED.get(name, name)
    notes = filter(None, analysis["published_precision"].split("; "))
    decimals = dict(note.split(": ") for note in notes).get(column)
    # A little more, for what binary numbers add to a half.
    return 0.5 * 10.0 ** -int(decimals) * (1 + 1e-6) if decimals else 0.0


def _on_printed_scale(row: dict[str, Any], scale: str) -> dict[str, Any]:
    """Estimates and limits of ratios as ratios; those beyond all numbers are left out and said."""
    names = [f"reproduced_{n}" for n in _ON_EFFECT_SCALE[:3] if scale != "difference"]
    names += [f"published_{n}" for n in _ON_EFFECT_SCALE[:3] if scale == "log"]
    beyond = [name for name in names if row[name] > _LARGEST_LOG]
    ratios = {n: math.nan if n in beyond else math.exp(row[n]) for n in names}
    said = [f"{_SHOWN_NAMES[name]}, exp({row[name]:.6g}), is out of range" for name in beyond]
    reason = ". ".join(filter(None, [row["reason"], "; ".join(said)]))
    return row | ratios | {"reason": reason}


def _single_study(deviation: Deviation, analysis: Mapping[Any, Any], pool: ReviewPool) -> str:
    rounding = pool.k == 1 and abs(analysis["published_q"]) < _ROUNDING_OF_ZERO
    extremes = {"i2": (0, 100), "q_p": (0, 1)}.get(deviation.quantity, ())
    # The I2 of such a Q is 100% but for the same rounding.
    if not rounding or not any(
        math.isclose(deviation.published, x, abs_tol=_ROUNDING_OF_ZERO, rel_tol=_ROUNDING_OF_ZERO)
        for x in extremes
    ):
        return ""
    return (
        "one study has no heterogeneity; the file's Q is what binary rounding left of 0, and its "
        "I2 and p come from that"
    )


def _wald_p(deviation: Deviation, analysis: Mapping[Any, Any], pool: ReviewPool) -> str:
    if analysis["ci_method"] != "hksj" or deviation.quantity != "p" or pool.k < 2:
        return ""
    p = 2 * float(special.ndtr(-abs(pool.estimate) / pool.wald_se))
    _, agrees = _difference(analysis, "p", deviation.published, p)
    return "beside an HKSJ interval the file gives the p of Wald's test" if agrees else ""


def _hksj_single(deviation: Deviation, analysis: Mapping[Any, Any], pool: ReviewPool) -> str:
    alone = analysis["ci_method"] == "hksj" and pool.k == 1
    if not alone or (deviation.quantity, deviation.published) != ("t", 0):
        return ""
    return (
        "one study has no Hartung-Knapp-Sidik-Jonkman statistic; the file prints T as 0 beside "
        "the study's own interval and p"
    )


#: Classes of deviations that may occur in any file: each gives its reason, or "".
EXPLANATIONS = (_single_study, _hksj_single, _wald_p)


def _verdict(
    deviations: list[Deviation], analysis: Mapping[Any, Any], pool: ReviewPool, known: Known
) -> tuple[str, str]:
    if not deviations:
        return "exact", ""
    reasons: dict[str, list[str]] = {}
    for deviation in deviations:
        reason = _reason(deviation, analysis, pool, known)
        said = (
            f"{deviation.quantity} {deviation.published:.9g} published, "
            f"{deviation.reproduced:.9g} recomputed"
        )
        reasons.setdefault(reason, []).append(said)
    verdict = "different" if "" in reasons else "explained"
    sentences = [
        f"{'; '.join(said)}: {reason or 'not explained'}" for reason, said in reasons.items()
    ]
    return verdict, ". ".join(sentences)


def _reason(
    deviation: Deviation, analysis: Mapping[Any, Any], pool: ReviewPool, known: Known
) -> str:
    """Why a number deviates; "" if nobody knows."""
    numbers = ("comparison_number", "outcome_number", "subgroup_number")
    key = (analysis["review_id"], *(analysis[name] for name in numbers), deviation.quantity)
    if key in known:
        return known[key]
    return next(filter(None, (explain(deviation, analysis, pool) for explain in EXPLANATIONS)), "")
