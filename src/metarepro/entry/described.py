"""Says what added results become, to be compared with the words of the paper."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from metarepro.audit.findings import audit_results
from metarepro.conversion.effects import compute_effects
from metarepro.plan import Plan
from metarepro.study.transcription import Dataset
from metarepro.wording.scales import scale_of

Row = Mapping[Any, Any]
#: What can be done about a result without an effect size.
_NEXT = {
    "no_correlation": "fill in correlation if the source prints it, or let the plan assume one: "
    "paired_correlation in config/config.yaml",
    "no_baseline_risk": "fill in events_c, or its percentage in mean_c, or let the plan pool the "
    "outcome as it is printed: outcome_measures in config/config.yaml",
}


def describe_results(data: Dataset, added: Collection[str | None], plan: Plan) -> list[str]:
    """Describe each added result: its effect and whom it favours, or why it has none.

    Below it stand what was assumed, what does not add up in its row, and whether its instrument
    runs against its outcome, which is the most common mistake.

    Parameters
    ----------
    data : Dataset
        With the added results.
    added : collection of str
        Their ids.
    plan : Plan
        How results become effect sizes.
    """
    effects = compute_effects(
        data.results[data.results["result_id"].isin(added)],
        data.trials,
        data.clusters,
        data.outcomes,
        data.interventions,
        data.countries,
        plan,
    )
    audit = audit_results(data.results, effects)
    outcomes = data.outcomes.set_index("outcome").to_dict("index")
    lines, study = [], scale_of(plan)
    for row in effects.to_dict("records"):
        says = f"no effect size ({row['exclude']}: {row['exclude_reason']})"
        if not row["exclude"]:
            better = "intervention" if row["yi"] > 0 else "control" if row["yi"] < 0 else "neither"
            scale = study.at(row)
            effect = scale.interval(row["yi"], row["ci_low"], row["ci_high"])
            favours = f", favours: {better}" if scale.compares else ""
            says = f"{scale.symbol} {effect}{favours} ({row['tier']})"
        lines.append(f"  {row['result_id']} {row['measure']}: {says}")
        if row["exclude"] in _NEXT:
            lines.append(f"    To use it: {_NEXT[row['exclude']]}")
        if row["assumptions"]:
            lines.append(f"    Assumed: {row['assumptions']}")
        lines += [
            f"    Check: {finding['message']} (printed {finding['printed']})"
            for finding in audit[audit["record_id"] == row["result_id"]].to_dict("records")
        ]
        lines += _against(row["result_id"], data, outcomes[row["outcome"]])
    return lines


def _against(result_id: str, data: Dataset, outcome: Row) -> Iterator[str]:
    """A line for an instrument of which more is good where less of the outcome is, or reversed."""
    row = data.results[data.results["result_id"] == result_id].iloc[0]
    good = {"increase": "yes", "decrease": "no"}[outcome["beneficial_direction"]]
    if row["higher_is_better"] not in ("", good):
        less, more = ("lower", "more") if good == "yes" else ("higher", "less")
        counted = row["statistic"] in ("counts", "percentages", "odds_ratio", "risk_ratio")
        event = "the event is the opposite of the outcome" if counted else "the scale is reversed"
        yield (
            f"    Check: higher_is_better is {row['higher_is_better']}, which says that {less} "
            f"numbers are better, but {more} of {outcome['label']} is better by the codebook. "
            f"Right only if {event}"
        )
