"""How results hang together with their trials and with each other: the mistakes there can be."""

import pandas as pd

from metarepro.tabular.plain_text import spelling
from metarepro.tabular.problems import Problem, problem_of_row
from metarepro.tabular.trial_interventions import intervention_of_results, interventions_of

# Two usable rows that agree in these are one result kept twice.
_SAME_RESULT = [
    *("trial_id", "arm", "intervention", "outcome", "measure", "timepoint", "timepoint_detail"),
]


def repeated_interventions(trials: pd.DataFrame) -> list[Problem]:
    """Trials that name an intervention twice."""
    return [
        problem_of_row(row, "intervention", "each intervention once")
        for _, row in trials.iterrows()
        if len(own := interventions_of(row["intervention"])) > len(set(own))
    ]


def wrong_interventions(results: pd.DataFrame, trials: pd.DataFrame) -> list[Problem]:
    """Results of an intervention that their trial has not, or of none where it has several."""
    of_trial = dict(zip(trials["trial_id"], trials["intervention"], strict=True))
    problems = []
    for _, row in results.iterrows():
        own = interventions_of(of_trial.get(row["trial_id"], ""))
        # A trial that is not there is a mistake of another column.
        if own and row["intervention"] not in own and (row["intervention"] or len(own) > 1):
            several = "one of the several" if len(own) > 1 else "empty, or the only one"
            allowed = f"{several} of the trial in trials/trials.csv: {', '.join(own)}"
            problems.append(problem_of_row(row, "intervention", allowed))
    return problems


def lost_duplicates(results: pd.DataFrame, *, complete: bool) -> list[Problem]:
    """Duplicates that do not lead to a usable row of their trial.

    Parameters
    ----------
    results : DataFrame
        `study.tables.EXTRACTED_RESULTS`.
    complete : bool
        Whether all rows of the table could be read; else a row that is not there is no mistake.
    """
    rows = results.drop_duplicates("result_id").set_index("result_id")
    problems = []
    for _, row in results[results["duplicate_of"] != ""].iterrows():
        name = row["duplicate_of"]
        if name not in rows.index:
            allowed = "a result_id of this table" if complete else ""
        elif rows.loc[name, "exclude"] != "":
            allowed = f"a row that is not itself excluded ({name} is)"
        elif rows.loc[name, "trial_id"] != row["trial_id"]:
            allowed = "a row of the same trial"
        else:
            allowed = ""
        if allowed:
            problems.append(problem_of_row(row, "duplicate_of", allowed))
    return problems


def results_kept_twice(results: pd.DataFrame, trials: pd.DataFrame) -> list[Problem]:
    """Usable rows of the same result, be it spelled differently."""
    # The intervention of a trial that is not there is unknown.
    interventions = intervention_of_results(results, trials).fillna("")
    compared = results.assign(intervention=interventions)
    first: dict[tuple[str, ...], str] = {}
    problems = []
    for _, row in compared[compared["exclude"] == ""].iterrows():
        key = tuple(spelling(row[column]) for column in _SAME_RESULT)
        if key in first:
            allowed = (
                f"one usable row per trial, arm, outcome, measure and time ({first[key]} is one)"
            )
            problems.append(problem_of_row(row, "result_id", allowed))
        first.setdefault(key, row["result_id"])
    return problems
