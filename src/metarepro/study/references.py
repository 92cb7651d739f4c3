"""Whether the names in the tables of a data folder are those of other tables.

A name that is missing is one problem, however many rows have it: it was changed or removed in one
place.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from metarepro.study.countries import economies
from metarepro.study.transcription import Dataset
from metarepro.tabular.input_tables import INPUT_TABLES
from metarepro.tabular.problems import Problem, problem_of_row

_REFERENCES = {
    # table: column -> table in which its values must be an id
    "outcomes": {"domain": "domains"},
    "trials": {"intervention": "interventions"},
    "results": {"trial_id": "trials", "outcome": "outcomes"},
    "clusters": {"trial_id": "trials"},
    "characteristics": {"trial_id": "trials"},
    "risk_of_bias": {"trial_id": "trials", "outcome": "outcomes"},
    "published": {"outcome": "outcomes", "intervention": "interventions"},
    "included": {"trial_id": "trials"},
    "claims": {
        "intervention": "interventions",
        "domain": "domains",
        "outcome": "outcomes",
        "source_review": "reviews",
    },
    "local_evaluations": {"domain": "domains"},
    "guidance": {"domain": "domains"},
    "programmes": {"intervention": "interventions"},
    "programme_names": {"programme": "programmes"},
}


def unknown_names(data: Dataset) -> list[Problem]:
    """Ids, countries and programmes that the tables in which they belong do not have.

    Tables that could not be read whole are not looked into.
    """
    return [*_unknown_ids(data), *_unknown_countries(data), *_programme_names(data)]


def ids_of(data: Dataset, table: str) -> Sequence[str]:
    """Ids that a table has."""
    if table == "reviews":
        return [review.review_id for review in data.reviews]
    return list(getattr(data, table).iloc[:, 0])


def _unknown_ids(data: Dataset) -> list[Problem]:
    known = {
        target: frozenset(ids_of(data, target))
        for columns in _REFERENCES.values()
        for target in columns.values()
        if target not in data.incomplete
    }
    cells: dict[tuple[str, str], list[Problem]] = {}
    for table, columns in _REFERENCES.items():
        for column, target in columns.items():
            for _, row in getattr(data, table).iterrows():
                for name in row[column].split(" "):
                    if name and target in known and name not in known[target]:
                        cell = replace(problem_of_row(row, column, ""), found=name)
                        cells.setdefault((target, name), []).append(cell)
    empty = sorted({target for target, _ in cells if not known[target]})
    problems = [_empty(target, cells) for target in empty]
    for (target, name), same in cells.items():
        if target not in empty:
            allowed = f"an id in {target}{_near(name, known[target])}{_others(same)}"
            problems.append(replace(same[0], allowed=allowed))
    return problems


def _near(name: str, known: Collection[str]) -> str:
    """The id that this one may have been meant for, or been."""
    near = get_close_matches(name, sorted(known), 1, 0.8)
    return f" ({near[0]} is one)" if near else ""


def _others(cells: Sequence[Problem]) -> str:
    """How many further cells have the same name, and where."""
    files = Counter(cell.file for cell in cells[1:])
    if not files:
        return ""
    counts = ", ".join(f"{number} in {file}" for file, number in files.items())
    return f", or this one added there; further cells with it: {counts}"


def _empty(target: str, cells: Mapping[tuple[str, str], Sequence[Problem]]) -> Problem:
    """A table without rows of which names are used."""
    naming = [cell for (table, _), same in cells.items() if table == target for cell in same]
    folder = naming[0].file.split("/")[0]
    file = INPUT_TABLES[target].path if target in INPUT_TABLES else target
    many = f"the rows that {len(naming)} cells of other tables name"
    return Problem(
        f"{folder}/{file}", None, "", "no rows", f"{many}, the first in {naming[0].file}"
    )


def _unknown_countries(data: Dataset) -> list[Problem]:
    if "countries" in data.incomplete or data.countries.empty:
        return []
    known = set(data.countries["country"])
    return [
        problem_of_row(row, "country", "countries of codebook/countries.csv, divided by '; '")
        for _, row in data.trials.iterrows()
        if not known.issuperset(economies(row["country"]))
    ]


def _programme_names(data: Dataset) -> list[Problem]:
    """Find names of programmes that no trial has, and names that stand for two programmes."""
    names = data.programme_names
    problems = [
        problem_of_row(row, "name_in_trials", "a name that no other row has")
        for _, row in names[names["name_in_trials"].duplicated()].iterrows()
    ]
    # That results are there and no trials is told by itself.
    if "trials" in data.incomplete or (data.trials.empty and len(data.results)):
        return problems
    unknown = ~names["name_in_trials"].isin(data.trials["programme"])
    allowed = "a programme as trials/trials.csv spells it"
    return problems + [
        problem_of_row(row, "name_in_trials", allowed) for _, row in names[unknown].iterrows()
    ]
