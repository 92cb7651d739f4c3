"""Which trial a study of a review file is, and of which intervention its results are.

A study is the trial of the same author and year in data/trials, unless `study_map.csv` names its
trial; one that is not among them is a new trial. Its results are of the intervention that the study
map names, else of the only one that its trial has, else of the one that `outcome_map.csv` gives for
the outcome.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from metarepro.readers.review_tables import Extraction
from metarepro.reviews.tables import REVIEW_INCLUDED, REVIEW_TRIALS
from metarepro.tabular.columns import LONGEST_ID
from metarepro.tabular.problems import Problem
from metarepro.tabular.tables import from_rows
from metarepro.tabular.trial_interventions import interventions_of

#: Row of a map (None: none of them), column, what was found, what is allowed.
Doubt = tuple[int | None, str, str, str]


def trial_ids(
    studies: pd.Series, study_map: pd.DataFrame, trials: pd.DataFrame, review_id: str
) -> tuple[dict[str, str], list[Doubt]]:
    """Trial of each study, and what is wrong with the names in the study map."""
    given = _given(study_map, "trial_id")
    by_label: dict[str, list[str]] = {}
    for trial_id, label in zip(trials["trial_id"], trials["label"], strict=True):
        by_label.setdefault(slug(label), []).append(trial_id)
    known, again = set(studies), study_map["study"].duplicated()
    doubts: list[Doubt] = []
    for row, (study, repeated) in enumerate(zip(study_map["study"], again, strict=True), start=2):
        if study not in known:
            doubts.append((row, "study", study, "a study of the review file"))
        if repeated:
            doubts.append((row, "study", study, "one row per study"))
    ids = {}
    for study in studies.unique():
        candidates = [given[study]] if study in given else by_label.get(slug(study), [])
        if len(candidates) > 1:
            allowed = f"a row that says which trial it is: {', '.join(candidates)}"
            doubts.append((None, "study", study, allowed))
        own_id = f"{review_id}-{slug(study)}"
        if not candidates and not re.search("[a-z]", slug(study)):
            allowed = "a row with a trial_id: the name has no letters of a to z"
            doubts.append((None, "study", study, allowed))
        elif not candidates and len(own_id) > LONGEST_ID:
            allowed = f"a row with a trial_id: made from the name it has {len(own_id)} letters"
            doubts.append((None, "study", study, f"{allowed}, and {LONGEST_ID} is the most"))
        ids[study] = candidates[0] if candidates else own_id
    return ids, doubts


def slug(text: str) -> str:
    """Small letters and digits of a text: "Sørensen 2015" and "Sorensen 2015" agree."""
    plain = text.replace("ø", "o").replace("Ø", "O").replace("ß", "ss")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", ascii_only.lower()) or "unnamed"


def wrong_studies(
    study_map: pd.DataFrame,
    ids: Mapping[str, str],
    trials: pd.DataFrame,
    codebook: Collection[str],
) -> list[Doubt]:
    """Rows of the study map that say nothing, or name an intervention that cannot be.

    Parameters
    ----------
    study_map, trials : DataFrame
        The map, and the trials that the project knows.
    ids : mapping
        Study to its trial.
    codebook : collection of str
        The interventions that there are.
    """
    of_trial = _interventions_by_trial(trials)
    doubts: list[Doubt] = []
    for row, cells in enumerate(study_map.to_dict("records"), start=2):
        said = cells["intervention"]
        own = of_trial.get(ids.get(cells["study"], ""), [])
        if not said and not cells["trial_id"]:
            doubts.append((row, "trial_id", "", "a trial_id, an intervention, or both"))
        elif said and said not in codebook:
            doubts.append((row, "intervention", said, "one of the codebook"))
        elif said and own and said not in own:
            doubts.append((row, "intervention", said, f"one of the trial: {', '.join(own)}"))
    return doubts


def choose_interventions(
    mapped: pd.DataFrame,
    ids: Mapping[str, str],
    study_map: pd.DataFrame,
    trials: pd.DataFrame,
) -> tuple[list[str], list[Doubt]]:
    """Intervention of each study row, and where neither map says which it is.

    Parameters
    ----------
    mapped : DataFrame
        Study rows with the `intervention` of the outcome map and its `map_row`.
    ids : mapping
        Study to its trial.
    study_map, trials : DataFrame
        The map, and the trials that the project knows.

    Returns
    -------
    interventions : list of str
        One for each row of `mapped`; "" where there is a doubt.
    doubts : list of Doubt
        Of the outcome map.
    """
    of_study, of_trial = _given(study_map, "intervention"), _interventions_by_trial(trials)
    chosen, doubts = [], []
    for row in mapped.to_dict("records"):
        study, of_outcome = row["study"], row["intervention"]
        own = of_trial.get(ids[study], [])
        if study in of_study:
            chosen.append(of_study[study])
        elif len(own) == 1:
            chosen.append(own[0])
        elif of_outcome and (not own or of_outcome in own):
            chosen.append(of_outcome)
        else:
            chosen.append("")
            allowed = f"one of its trial's ({', '.join(own)})" if own else "one of the codebook"
            found = f"{of_outcome or 'none'} for {study}"
            where = "here or for the study in study_map.csv"
            doubts.append((row["map_row"], "intervention", found, f"{allowed}, {where}"))
    return chosen, doubts


def new_trials(
    mapped: pd.DataFrame, trials: pd.DataFrame, provenance: Mapping[str, str]
) -> pd.DataFrame:
    """Studies that are not among the trials, as trials (`tables.REVIEW_TRIALS`).

    Parameters
    ----------
    mapped : DataFrame
        Study rows with their `trial_id` and `intervention`.
    trials : DataFrame
        The trials that the project knows.
    provenance : mapping
        `file` and `sha256` of the review file.
    """
    unknown = mapped[~mapped["trial_id"].isin(trials["trial_id"])]
    rows = [_trial(row, provenance) for row in unknown.to_dict("records")]
    return one_row_per_trial(from_rows(rows, REVIEW_TRIALS))


def one_row_per_trial(trials: pd.DataFrame) -> pd.DataFrame:
    """Trials that are described several times by their first description.

    Their interventions are those of all descriptions.
    """
    cells = trials.groupby("trial_id")["intervention"].agg(" ".join)
    first = trials.drop_duplicates("trial_id", ignore_index=True)
    own = [" ".join(dict.fromkeys(interventions_of(cells[name]))) for name in first["trial_id"]]
    return first.assign(intervention=pd.Series(own, dtype="str"))


def _given(study_map: pd.DataFrame, column: str) -> dict[str, str]:
    """What the study map says in one column, of the studies of which it says something."""
    said = study_map[study_map[column] != ""]
    return dict(zip(said["study"], said[column], strict=True))


def _interventions_by_trial(trials: pd.DataFrame) -> dict[str, list[str]]:
    return {
        trial_id: interventions_of(cell)
        for trial_id, cell in zip(trials["trial_id"], trials["intervention"], strict=True)
    }


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
    given = _given(study_map, "trial_id")
    first_rows: dict[str, int] = {}
    names: dict[str, list[str]] = {}
    for row, study in studies.drop_duplicates().items():
        first_rows.setdefault(ids[study], int(str(row)) + 2)
        names.setdefault(ids[study], []).append(study)
    rows = [
        {
            "review_id": review_id,
            "trial_id": trial_id,
            "basis": "listed",
            "note": f"{' and '.join(own)} in the review's own data file, "
            f"{_how(own[0], trial_id, given, trials)}",
            "row": first_rows[trial_id],
            "corrections": "",
            **provenance,
        }
        for trial_id, own in names.items()
    ]
    return from_rows(rows, REVIEW_INCLUDED)


def _how(study: str, trial_id: str, given: Mapping[str, str], trials: pd.DataFrame) -> str:
    """How a study came to its trial."""
    if study in given:
        return "matched in study_map.csv"
    if trial_id in set(trials["trial_id"]):
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


def _trial(row: Mapping[Any, Any], provenance: Mapping[str, str]) -> dict[str, Any]:
    """A study that is not among the trials, as far as the review file tells."""
    year = float(row["year"]) if re.fullmatch(r"(19|20)[0-9]{2}", row["year"]) else math.nan
    texts = ("title", "journal", "doi", "pmid", "country", "programme", "population", "note")
    return {
        "trial_id": row["trial_id"],
        "label": row["study"],
        "year": year,
        "year_verified": "no",
        **dict.fromkeys(texts, ""),
        "intervention": row["intervention"],
        "intervention_doubtful": "",
        "design": "unclear",
        "n_randomised": math.nan,
        "source": row["review_id"],
        "row": row["row"],
        "corrections": "",
        **provenance,
    }
