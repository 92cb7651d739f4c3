"""Study rows of a review file as reported results, in the words of the codebook.

A review folder with a data file holds two small tables beside it. `outcome_map.csv` says for each
outcome of the file which outcome of the codebook it is, when it was measured and whether a higher
score (or the counted event) is good; an outcome that is left empty is not used.
`study_map.csv`, which may be missing, says of single studies which trial they are and of which
intervention (`study_trials`).
"""

import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from metarepro.models.thresholds import Z95
from metarepro.readers.review_tables import RATIOS, Extraction
from metarepro.reviews.study_trials import (
    choose_interventions,
    new_trials,
    trial_ids,
    wrong_studies,
)
from metarepro.reviews.tables import REVIEW_RESULTS
from metarepro.tabular.input_tables import REVIEW_FILE
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.tables import from_rows

#: Statistic that an estimate with its standard error is reported as.
_ESTIMATES = {"SMD": "smd", "MD": "mean_difference", "OR": "odds_ratio", "RR": "risk_ratio"}
_NUMBERS = ("n_t", "mean_t", "sd_t", "events_t", "n_c", "mean_c", "sd_c", "events_c")
_ANALYSIS = ["comparison_number", "outcome_number"]


def outcome_map_template(extraction: Extraction, filled_in: pd.DataFrame) -> pd.DataFrame:
    """The map with a row for each outcome of the file; rows that are filled in stay."""
    outcomes = extraction.analyses.drop_duplicates(_ANALYSIS)
    named = outcomes["comparison"].where(
        outcomes["comparison"] == "", outcomes["comparison"] + ": "
    )
    label = named + outcomes["outcome"]
    blank = outcomes[_ANALYSIS].assign(
        outcome_label=label, outcome="", timepoint="", higher_is_better="", intervention=""
    )
    return pd.concat([filled_in, blank]).drop_duplicates(_ANALYSIS, ignore_index=True)


def review_results(
    extraction: Extraction,
    review_id: str,
    outcome_map: pd.DataFrame,
    study_map: pd.DataFrame,
    trials: pd.DataFrame,
    codebook: Mapping[str, Collection[str]],
    provenance: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn the mapped study rows into reported results and their trials.

    Parameters
    ----------
    extraction : Extraction
        The review file.
    review_id : str
        Name of the review's folder.
    outcome_map, study_map : DataFrame
        The tables of the folder.
    trials : DataFrame
        The trials that the project knows (columns trial_id and label at least).
    codebook : mapping
        Ids of the codebook: `outcome` and `intervention`.
    provenance : mapping
        `file` and `sha256` of the review file.

    Returns
    -------
    results : DataFrame
        `tables.REVIEW_RESULTS`. Rows without an effect stay, with a code.
    new_trials : DataFrame
        `tables.REVIEW_TRIALS` for the studies that are not among the trials.

    Raises
    ------
    DataError
        With every outcome that is not mapped, and every study that could be two trials.
    """
    # data/reviews/ID, whatever the data folder is called.
    folder = "/".join(provenance["file"].split("/")[:3])
    problems = unmapped_outcomes(extraction, outcome_map, f"{folder}/outcome_map.csv")
    problems += wrong_rows(extraction, outcome_map, codebook, f"{folder}/outcome_map.csv")
    overall = extraction.analyses[extraction.analyses["level"] == "overall"]
    rows_of_pool = in_main_pool(extraction.studies, overall)
    mapped = rows_of_pool.merge(
        outcome_map.assign(map_row=range(2, len(outcome_map) + 2))
        .query("outcome != ''")
        .drop(columns="outcome_label"),
        on=_ANALYSIS,
        suffixes=("_label", ""),
    )
    ids, doubts = trial_ids(extraction.studies["study"], study_map, trials, review_id)
    doubts += wrong_studies(study_map, ids, trials, codebook["intervention"])
    problems += [Problem(f"{folder}/study_map.csv", *doubt) for doubt in doubts]
    interventions, doubts = choose_interventions(mapped, ids, study_map, trials)
    problems += [Problem(f"{folder}/outcome_map.csv", *doubt) for doubt in doubts]
    if problems:
        raise DataError(problems)
    mapped = mapped.assign(trial_id=mapped["study"].map(ids), intervention=interventions)
    numbers = overall[_ANALYSIS].itertuples(index=False, name=None)
    analyses = dict(zip(numbers, overall.to_dict("records"), strict=True))
    rows = [
        {
            **_result(row, analyses[row["comparison_number"], row["outcome_number"]], review_id),
            **provenance,
        }
        for row in mapped.to_dict("records")
    ]
    return from_rows(rows, REVIEW_RESULTS), new_trials(mapped, trials, provenance)


def unmapped_outcomes(
    extraction: Extraction, outcome_map: pd.DataFrame, file: str
) -> list[Problem]:
    """Outcomes of the file that the map does not have."""
    known = set(outcome_map[_ANALYSIS].itertuples(index=False, name=None))
    every = outcome_map_template(extraction, outcome_map.iloc[:0])
    return [
        Problem(
            file,
            None,
            "",
            f"no row for {row.comparison_number}.{row.outcome_number} {row.outcome_label}",
            "a row for each outcome of the review file, with an empty outcome if it is not used; "
            f"metarepro map-review {Path(file).parent.name} adds them",
        )
        for row in every.itertuples()
        if (row.comparison_number, row.outcome_number) not in known
    ]


def wrong_rows(
    extraction: Extraction,
    outcome_map: pd.DataFrame,
    codebook: Mapping[str, Collection[str]],
    file: str,
) -> list[Problem]:
    """Rows of the map that the file or the codebook do not know, incomplete ones and repeats."""
    known = set(extraction.analyses[_ANALYSIS].itertuples(index=False, name=None))
    seen: set[tuple[str, str]] = set()
    problems = []
    for row, cells in enumerate(outcome_map.to_dict("records"), start=2):
        number = (cells["comparison_number"], cells["outcome_number"])
        if number not in known:
            problems.append(
                Problem(file, row, "outcome_number", ".".join(number), "an outcome of the file")
            )
        if number in seen:
            found = ".".join(number) + " again"
            problems.append(Problem(file, row, "outcome_number", found, "one row per outcome"))
        seen.add(number)
        for column, ids in codebook.items():
            if cells[column] and cells[column] not in ids:
                problems.append(Problem(file, row, column, cells[column], "one of the codebook"))
        for column in ("timepoint", "higher_is_better"):
            if cells["outcome"] and not cells[column]:
                problems.append(Problem(file, row, column, "", "filled in where outcome is"))
    return problems


def in_main_pool(studies: pd.DataFrame, overall: pd.DataFrame) -> pd.DataFrame:
    """Study rows that enter the overall pool, or the subgroups where there is none.

    RevMan Web lets a row apply to one of the two only, so that the same people can stand twice.
    """
    numbered = studies.assign(row=range(2, len(studies) + 2))
    totals = overall.set_index(_ANALYSIS)["totals"]
    has_total = numbered.set_index(_ANALYSIS).index.map(totals.to_dict()) == "YES"
    elsewhere = np.where(has_total, "subgroup", "overall")
    chosen: pd.DataFrame = numbered[numbered["applies_to"].to_numpy() != elsewhere]
    return chosen


def _result(row: Mapping[Any, Any], analysis: Mapping[Any, Any], review_id: str) -> dict[str, Any]:
    """One study row as a reported result."""
    number = re.sub(r"[^a-z0-9]+", "-", f"{row['comparison_number']}-{row['outcome_number']}")
    return {
        "result_id": f"{review_id}-{number}-{row['row']:.0f}",
        "trial_id": row["trial_id"],
        "arm": row["subgroup"],
        "intervention": row["intervention"],
        "outcome": row["outcome"],
        "measure": row["outcome_label"],
        "timepoint": row["timepoint"],
        "timepoint_detail": row["comparison"] or row["outcome_label"],
        "p_value": math.nan,
        **dict.fromkeys(("shared_control", "duplicate_of", "second_copy"), ""),
        **dict.fromkeys(("p_relation", "exclude", "exclude_reason"), ""),
        **dict.fromkeys(("se_basis", "corrected"), ""),
        **dict.fromkeys(("n_total", "value", "ci_low", "ci_high", "se"), math.nan),
        **dict.fromkeys(("df1", "df2", "reference_sd", "correlation"), math.nan),
        **dict.fromkeys(("time_t", "time_c", "months_after"), math.nan),
        "higher_is_better": row["higher_is_better"],
        "sign": "scale",
        "adjusted": "unknown",
        "n_basis": "analysed",
        "source_kind": REVIEW_FILE,
        "source": row["review_id"],
        "locator": row["locator"],
        "note": row["footnote"],
        "row": row["row"],
        "corrections": "",
        **_numbers(row, analysis),
    }


def _numbers(row: Mapping[Any, Any], analysis: Mapping[Any, Any]) -> dict[str, Any]:
    """Statistic and numbers of a study row, or the code why there are none."""
    numbers: dict[str, Any] = {name: row[name] for name in _NUMBERS}
    data_type, measure = analysis["data_type"], analysis["measure"]
    nothing = {"statistic": "p_only", **dict.fromkeys(_NUMBERS, math.nan)}
    if fault := _impossible(row):
        return nothing | {"exclude": "impossible_input", "exclude_reason": fault}
    if row["estimable"] == "no":
        reason = "the review marks it as not estimable"
        return nothing | {"exclude": "no_variance", "exclude_reason": reason}
    if data_type == "continuous":
        return numbers | {"statistic": "means"}
    if data_type == "dichotomous":
        return numbers | {"statistic": "counts"}
    estimate, se = row["estimate"], row["se"]
    if data_type == "oe":
        estimate, se = row["o_e"] / row["variance"], 1 / math.sqrt(row["variance"])
        measure = "OR" if measure in ("OR", "PETO_OR") else measure
    on_log_scale = data_type == "oe" or analysis["log_data"] == "yes"
    if measure not in _ESTIMATES or on_log_scale != (measure in RATIOS):
        scale = "on the log scale " if on_log_scale else ""
        reason = f"{measure} {scale}cannot become a standardised mean difference"
        return nothing | {"exclude": "not_convertible", "exclude_reason": reason}
    numbers |= {"statistic": _ESTIMATES[measure], "value": estimate, "se": se}
    if measure in RATIOS:
        low, high = np.exp([estimate - Z95 * se, estimate + Z95 * se])
        numbers |= {"value": math.exp(estimate), "se": math.nan, "ci_low": low, "ci_high": high}
    return numbers


def _impossible(row: Mapping[Any, Any]) -> str:
    """What cannot be in a row of numbers; "" if nothing."""
    for arm in ("t", "c"):
        n, events = row[f"n_{arm}"], row[f"events_{arm}"]
        for name, number in ((f"n_{arm}", n), (f"events_{arm}", events)):
            if not math.isnan(number) and (number < 0 or number != int(number)):
                return f"{name} {number:g} is not a count"
        if n < 2:
            return f"n_{arm} {n:g}: no variance in an arm of fewer than 2"
        if events > n:
            return f"events_{arm} {events:g} above n_{arm} {n:g}"
    for name in ("sd_t", "sd_c", "se", "variance"):
        if row[name] <= 0:
            return f"{name} {row[name]:g} is not above 0"
    return ""
