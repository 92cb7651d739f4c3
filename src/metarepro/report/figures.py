"""Figures of the report with their numbers in words."""

from metarepro.report.blocks import Figure
from metarepro.report.records import Records, Row
from metarepro.wording.phrases import counted, decimal, interval, percent


def forest(records: Records, key: str) -> list[Figure]:
    """Forest plot of a synthesis; none if it was not drawn (one trial)."""
    path = f"syntheses/{key}"
    if path not in records.figures:
        return []
    pool, name = records.pools[key], records.title(key)
    members = [records.effects[w["result_id"]] for w in records.rows("weights", "synthesis", key)]
    values = [effect["yi"] for effect in members]
    alt = (
        f"Forest plot of {name}: {counted(pool['k'], 'pooled result')} of "
        f"{counted(pool['n_trials'], 'trial')}, g from {decimal(min(values))} to "
        f"{decimal(max(values))}; pooled g {_numbers(pool)}."
    )
    caption = f"{name}. Filled squares are pooled; hollow ones are approximate and are not."
    return [Figure(f"figures/{path}.svg", alt, caption)]


def domain_summary(records: Records, domain: str) -> list[Figure]:
    """Diamonds of all interventions in one domain."""
    path = f"domains/{domain}"
    if path not in records.figures:
        return []
    pools = [
        (intervention["label"], records.pools[key])
        for intervention_id, intervention in records.interventions.items()
        if (key := records.cell(intervention_id, domain))
    ]
    numbers = "; ".join(f"{label} {_estimate(pool)}" for label, pool in pools)
    name = records.names[domain]
    alt = f"Summary of {name}, pooled g with 95% interval of each intervention: {numbers}."
    return [Figure(f"figures/{path}.svg", alt, f"{name}: every intervention with a result.")]


def dependence(records: Records, key: str) -> list[Figure]:
    """Funnel plot, specification curve and GOSH plot of a synthesis, as far as they were drawn."""
    pool, name = records.pools[key], records.title(key)
    words = {
        "funnel": (
            f"Funnel plot of {name}: {counted(pool['n_trials'], 'trial')}, effect against "
            f"standard error, around the pooled g {_estimate(pool)}.",
            "Funnel plot. Asymmetry has many causes; missing small trials are one of them.",
        ),
        "specifications": (
            f"Specification curve of {name}{_shares(records, key)}.",
            "Specification curve: the pooled effect under every reasonable choice of results and "
            "models.",
        ),
        "gosh": (
            f"GOSH plot of {name}: pooled g and heterogeneity of subsets of its "
            f"{counted(pool['n_trials'], 'trial')}; all of them give {_estimate(pool)}.",
            "GOSH plot: pooled effect and heterogeneity of subsets of the trials. Several clouds "
            "are a sign of trials that differ in kind.",
        ),
    }
    return [
        Figure(f"figures/sensitivity/{key}.{kind}.svg", alt, caption)
        for kind, (alt, caption) in words.items()
        if f"sensitivity/{key}.{kind}" in records.figures
    ]


def funnel(records: Records, key: str) -> list[Figure]:
    """The funnel plot of a synthesis, if it was drawn."""
    return [figure for figure in dependence(records, key) if figure.path.endswith(".funnel.svg")]


def review_forest(records: Records, row: Row) -> str:
    """Address of the forest plot of a published result; "" if none was drawn."""
    path = f"reviews/{row['review_id']}.{row['row']:.0f}.{row['outcome']}"
    return f"figures/{path}.svg" if path in records.figures else ""


def _estimate(pool: Row) -> str:
    return interval(pool["estimate"], pool["ci_low"], pool["ci_high"])


def _numbers(pool: Row) -> str:
    prediction = ""
    if pool["pi_low"] == pool["pi_low"]:
        limits = f"{decimal(pool['pi_low'])} to {decimal(pool['pi_high'])}"
        prediction = f", prediction interval {limits}"
    return f"{_estimate(pool)}{prediction}"


def _shares(records: Records, key: str) -> str:
    rows = records.rows("multiverse", "synthesis", key)
    if not rows or rows[0]["n_different"] == 0:
        return ""
    row = rows[0]
    return (
        f": {counted(row['n_different'], 'different specification')}, g from "
        f"{decimal(row['lowest'])} to {decimal(row['highest'])}, "
        f"{percent(100 * row['share_same_sign'])} with the sign of the pool"
    )
