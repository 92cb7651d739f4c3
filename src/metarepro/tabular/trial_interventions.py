"""Interventions of a trial: it has several where its arms do."""

import pandas as pd


def interventions_of(cell: str) -> list[str]:
    """Interventions that a cell names, in its order.

    Examples
    --------
    >>> interventions_of("exercise massage")
    ['exercise', 'massage']
    """
    return cell.split()


def trials_of(trials: pd.DataFrame, intervention: str) -> pd.DataFrame:
    """Trials that have an intervention, be it one of several.

    Examples
    --------
    >>> trials = pd.DataFrame({"trial_id": ["a", "b"], "intervention": ["swim", "walk swim"]})
    >>> list(trials_of(trials, "swim")["trial_id"])
    ['a', 'b']
    >>> list(trials_of(trials, "walk")["trial_id"])
    ['b']
    """
    has_it = [intervention in interventions_of(cell) for cell in trials["intervention"]]
    return trials[pd.Series(has_it, index=trials.index, dtype=bool)]


def intervention_of_results(results: pd.DataFrame, trials: pd.DataFrame) -> pd.Series:
    """The intervention of each result: the one that it names, else that of its trial.

    A result of a trial with several interventions names one, or the data are not valid.

    Examples
    --------
    >>> trials = pd.DataFrame({"trial_id": ["a", "b"], "intervention": ["swim", "walk swim"]})
    >>> results = pd.DataFrame({"trial_id": ["a", "b"], "intervention": ["", "walk"]})
    >>> list(intervention_of_results(results, trials))
    ['swim', 'walk']
    """
    of_trial = results["trial_id"].map(
        dict(zip(trials["trial_id"], trials["intervention"], strict=True))
    )
    return results["intervention"].where(results["intervention"] != "", of_trial)
