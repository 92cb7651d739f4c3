"""Study rows of a review file as reported results, in the words of the codebook.

A review folder with a data file holds two small tables beside it. `outcome_map.csv` says for each
outcome of the file which outcome of the codebook it is, when it was measured and whether a higher
score (or the counted event) is good; an outcome that is left empty is not used.
`study_map.csv`, which may be missing, gives the trial_id of studies that are called otherwise than
the trial in data/trials; all others are matched by author and year.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from metarepro.reviews.tables import RATIOS, Extraction
from metarepro.tabular.columns import LONGEST_ID
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.tables import from_rows

#: Statistic that an estimate with its standard error is reported as.
_ESTIMATES = {"SMD": "smd", "MD": "mean_difference", "OR": "odds_ratio", "RR": "risk_ratio"}
_NUMBERS = ("n_t", "mean_t", "sd_t", "events_t", "n_c", "mean_c", "sd_c", "events_c")
_ANALYSIS = ["comparison_number", "outcome_number"]
_Z95 = 1.959963984540054


def outcome_map_template(extraction: Extraction, filled_in: pd.DataFrame) -> pd.DataFrame:
    """The map with a row for each outcome of the file; rows that are filled in stay."""
    outcomes = extraction.analyses.drop_duplicates(_ANALYSIS)
    label = outcomes["comparison"] + ": " + outcomes["outcome"]
    blank = outcomes[_ANALYSIS].assign(
        outcome_label=label, outcome="", timepoint="", higher_is_better="", intervention=""
    )
    return pd.concat([filled_in, blank]).drop_duplicates(_ANALYSIS, ignore_index=True)


def review_included(
    extraction: Extraction,
    review_id: str,
    study_map: pd.DataFrame,
    trials: pd.DataFrame,
    provenance: Mapping[str, str],
) -> pd.DataFrame:
    """The studies of a review file as its list of included trials, with how they were matched."""
    studies = extraction.studies["study"]
    ids, _ = trial_ids(studies, study_map, trials, review_id)
    first_rows = studies.drop_duplicates()
    rows = [
        {
            "review_id": review_id,
            "trial_id": ids[study],
            "basis": "listed",
            "note": f"{study} in the review's own data file, {_how(study, ids, study_map, trials)}",
            "row": int(str(row)) + 2,
            "corrections": "",
            **provenance,
        }
        for row, study in first_rows.items()
    ]
    return from_rows(rows, "extracted_included")


def _how(study: str, ids: Mapping[str, str], study_map: pd.DataFrame, trials: pd.DataFrame) -> str:
    """How a study came to its trial."""
    if study in set(study_map["study"]):
        return "matched in study_map.csv"
    if ids[study] in set(trials["trial_id"]):
        return "matched by author and year"
    return "not among the trials"


def same_studies(new_trials: pd.DataFrame) -> list[Problem]:
    """Studies that two review files have and data/trials does not: perhaps one trial."""
    names = new_trials["label"].map(slug)
    twice = new_trials[names.duplicated(keep=False)]
    return [
        Problem(
            row["file"],
            None,
            "study",
            row["label"],
            "a trial_id in the study_map.csv of each "
            "review that has it: the same one if it is the same trial",
        )
        for row in twice.to_dict("records")
        if (new_trials.loc[names == slug(row["label"]), "trial_id"] == row["trial_id"]).sum() < 2
    ]


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
        `tables.EXTRACTED_TRIALS` for the studies that are not among the trials.

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
        outcome_map[outcome_map["outcome"] != ""].drop(columns="outcome_label"),
        on=_ANALYSIS,
        suffixes=("_label", ""),
    )
    ids, doubts = trial_ids(extraction.studies["study"], study_map, trials, review_id)
    problems += [Problem(f"{folder}/study_map.csv", row, "study", *doubt) for row, *doubt in doubts]
    unknown = mapped[~mapped["study"].map(ids).isin(trials["trial_id"])]
    for study in unknown.loc[unknown["intervention"] == "", "study"].unique():
        allowed = "an intervention of the codebook, for studies that are not in data/trials"
        problems.append(
            Problem(f"{folder}/outcome_map.csv", None, "intervention", f"none for {study}", allowed)
        )
    if problems:
        raise DataError(problems)
    numbers = overall[_ANALYSIS].itertuples(index=False, name=None)
    analyses = dict(zip(numbers, overall.to_dict("records"), strict=True))
    rows = [
        _result(row, analyses[row["comparison_number"], row["outcome_number"]], review_id)
        | {"trial_id": ids[row["study"]], **provenance}
        for row in mapped.to_dict("records")
    ]
    new_trials = [
        _trial(row, ids[row["study"]], provenance)
        for row in unknown.drop_duplicates("study").to_dict("records")
    ]
    return from_rows(rows, "review_results"), from_rows(new_trials, "extracted_trials")


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
            "a row for each outcome of the review file, with an empty outcome if it is not used",
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
            problems.append(Problem(file, row, "outcome_number", found, "one row an outcome"))
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
    return numbered[numbered["applies_to"].to_numpy() != elsewhere]


def trial_ids(
    studies: pd.Series, study_map: pd.DataFrame, trials: pd.DataFrame, review_id: str
) -> tuple[dict[str, str], list[tuple[int | None, str, str]]]:
    """Trial of each study, and what is wrong with the names (row of the map, found, allowed)."""
    given = dict(zip(study_map["study"], study_map["trial_id"], strict=True))
    by_label: dict[str, list[str]] = {}
    for trial_id, label in zip(trials["trial_id"], trials["label"], strict=True):
        by_label.setdefault(slug(label), []).append(trial_id)
    known, again = set(studies), study_map["study"].duplicated()
    doubts: list[tuple[int | None, str, str]] = []
    for row, (study, repeated) in enumerate(zip(study_map["study"], again, strict=True), start=2):
        if study not in known:
            doubts.append((row, study, "a study of the review file"))
        if repeated:
            doubts.append((row, study, "one row a study"))
    ids = {}
    for study in studies.unique():
        candidates = [given[study]] if study in given else by_label.get(slug(study), [])
        if len(candidates) > 1:
            allowed = f"a row that says which trial it is: {', '.join(candidates)}"
            doubts.append((None, study, allowed))
        own_id = f"{review_id}-{slug(study)}"
        if not candidates and not re.search("[a-z]", slug(study)):
            allowed = "a row with a trial_id: the name has no letters of a to z"
            doubts.append((None, study, allowed))
        elif not candidates and len(own_id) > LONGEST_ID:
            allowed = f"a row with a trial_id: made from the name it has {len(own_id)} letters"
            doubts.append((None, study, f"{allowed}, and {LONGEST_ID} is the most"))
        ids[study] = candidates[0] if candidates else own_id
    return ids, doubts


def slug(text: str) -> str:
    """Small letters and digits of a text: "Høivik 2015" and "Hoivik 2015" agree."""
    plain = text.replace("ø", "o").replace("Ø", "O").replace("ß", "ss")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", ascii_only.lower()) or "unnamed"


def _result(row: Mapping[Any, Any], analysis: Mapping[Any, Any], review_id: str) -> dict[str, Any]:
    """One study row as a reported result."""
    number = re.sub(r"[^a-z0-9]+", "-", f"{row['comparison_number']}-{row['outcome_number']}")
    return {
        "result_id": f"{review_id}-{number}-{row['row']:.0f}",
        "arm": row["subgroup"],
        "outcome": row["outcome"],
        "measure": row["outcome_label"],
        "timepoint": row["timepoint"],
        "timepoint_detail": row["comparison"],
        "p_value": math.nan,
        **dict.fromkeys(("p_relation", "exclude", "exclude_reason"), ""),
        **dict.fromkeys(("n_total", "value", "ci_low", "ci_high", "se"), math.nan),
        **dict.fromkeys(("df1", "df2", "reference_sd"), math.nan),
        "higher_is_better": row["higher_is_better"],
        "sign": "scale",
        "adjusted": "unknown",
        "n_basis": "analysed",
        "source_kind": "review_file",
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
        low, high = np.exp([estimate - _Z95 * se, estimate + _Z95 * se])
        numbers |= {"value": math.exp(estimate), "se": math.nan, "ci_low": low, "ci_high": high}
    return numbers


def _impossible(row: Mapping[Any, Any]) -> str:
    """What cannot be in a row of numbers; "" if nothing."""
    for arm in ("t", "c"):
        n, events = row[f"n_{arm}"], row[f"events_{arm}"]
        for name, number in ((f"n_{arm}", n), (f"events_{arm}", events)):
            if not math.isnan(number) and (number < 0 or number != int(number)):
                return f"{name} {number:g} is no count"
        if n < 2:
            return f"n_{arm} {n:g}: no variance in an arm of fewer than 2"
        if events > n:
            return f"events_{arm} {events:g} above n_{arm} {n:g}"
    for name in ("sd_t", "sd_c", "se", "variance"):
        if row[name] <= 0:
            return f"{name} {row[name]:g} is not above 0"
    return ""


def _trial(row: Mapping[Any, Any], trial_id: str, provenance: Mapping[str, str]) -> dict[str, Any]:
    """A study that is not among the trials, as far as the review file tells."""
    year = float(row["year"]) if re.fullmatch(r"(19|20)[0-9]{2}", row["year"]) else math.nan
    texts = ("title", "journal", "doi", "pmid", "country", "programme", "population", "note")
    return {
        "trial_id": trial_id,
        "label": row["study"],
        "year": year,
        "year_verified": "no",
        **dict.fromkeys(texts, ""),
        "intervention": row["intervention"],
        "design": "unclear",
        "n_randomised": math.nan,
        "source": row["review_id"],
        "row": row["row"],
        "corrections": "",
        **provenance,
    }
