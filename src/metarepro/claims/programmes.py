"""The programmes that the report names: which trials of them there are, and what they give."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metarepro.claims.tables import AUDITED_PROGRAMMES
from metarepro.tabular.tables import from_rows
from metarepro.wording.phrases import counted


def list_programmes(
    programmes: pd.DataFrame,
    names: pd.DataFrame,
    trials: pd.DataFrame,
    effects: pd.DataFrame,
    domains: pd.DataFrame,
    evaluations: pd.DataFrame,
) -> pd.DataFrame:
    """Count the trials and results of every named programme.

    Parameters
    ----------
    programmes, names : DataFrame
        The report's programmes, and the spellings under which trials.csv has them: those that
        match the "same" programme are counted, "related" ones only named.
    trials, effects, domains : DataFrame
        The trials, the effects of all their results, and the codebook's domains.
    evaluations : DataFrame
        Local evaluations: those whose service has the programme's name are told in the remark.

    Returns
    -------
    DataFrame
        `tables.AUDITED_PROGRAMMES`, one row per programme, in the order of the report.
        `n_results` counts the reported results, each once (no duplicate, no superseded row).
        `n_usable` are those that became an effect size, at any time and with any assumption: also
        those that the primary analyses leave out. `domains` are those of the usable ones.
    """
    labels = domains.sort_values("order").set_index("domain")["label"]
    rows: list[dict[Any, Any]] = []
    for programme in programmes.to_dict("records"):
        own = names[names["programme"] == programme["programme"]]
        spellings = own[own["match"] == "same"]["name_in_trials"]
        of_it = trials[trials["programme"].isin(spellings)]
        results = effects[
            effects["trial_id"].isin(of_it["trial_id"])
            & ~effects["exclude"].isin(["duplicate", "superseded"])
        ]
        usable = results[results["exclude"] == ""]
        related = own[own["match"] == "related"]["name_in_trials"]
        n_related = int(trials["programme"].isin(related).sum())
        counts = {
            "n_trials": len(of_it),
            "n_trials_with_results": results["trial_id"].nunique(),
            "n_results": len(results),
            "n_usable": len(usable),
        }
        rows.append(
            {
                **programme,
                **counts,
                "domains": "; ".join(labels[labels.index.isin(usable["domain"])]),
                "trial_ids": " ".join(sorted(of_it["trial_id"])),
                "matched_by": "; ".join(spellings),
                "remark": ". ".join(
                    filter(
                        None,
                        [
                            _state(counts),
                            _evaluated(programme["label"], evaluations),
                            _related(related, n_related),
                        ],
                    )
                ),
            }
        )
    return from_rows(rows, AUDITED_PROGRAMMES)


def _state(counts: Mapping[str, Any]) -> str:
    if not counts["n_trials"]:
        return "No trial of it in the data"
    if not counts["n_trials_with_results"]:
        return "Its trials are known, but none with a readable result"
    if not counts["n_usable"]:
        return "No reported result could become an effect size"
    return ""


def _evaluated(label: str, evaluations: pd.DataFrame) -> str:
    """How many local evaluations are of a service with this name (what stands before a bracket)."""
    name = label.partition(" (")[0]
    services = evaluations["service"].str.split(" (", n=1, regex=False).str[0]
    n = int((services == name).sum())
    return f"{counted(n, 'local evaluation')} without a control group" if n else ""


def _related(names: pd.Series, n_trials: int) -> str:
    if names.empty:
        return ""
    return f"Not counted: {counted(n_trials, 'trial')} under related names ({'; '.join(names)})"
