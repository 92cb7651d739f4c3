"""What data and analysis plan say of each other: families, outcomes, moderators."""

from collections.abc import Iterator

import pandas as pd

from metarepro.plan import CONFIG, Plan
from metarepro.study import certainty
from metarepro.study.plausibility import review_file
from metarepro.study.transcription import Dataset
from metarepro.tabular.problems import Problem, problem_of_row
from metarepro.tabular.report_tables import POOLED_CLAIMS
from metarepro.tabular.yaml_text import Place, key_of
from metarepro.wording.scales import MEASURES


def not_in_plan(data: Dataset, plan: Plan) -> list[Problem]:
    """Names in the data that the plan does not have.

    Parameters
    ----------
    data : Dataset
    plan : Plan
        config/config.yaml of the same study.
    """
    unknown = data.interventions[~data.interventions["family"].isin(list(plan.families))]
    allowed = f"a family of config/config.yaml: {', '.join(plan.families)}"
    families = [problem_of_row(row, "family", allowed) for _, row in unknown.iterrows()]
    families += [
        Problem(review_file(data, review.review_id), None, "families", family, allowed)
        for review in data.reviews
        for family in review.families
        if family not in plan.families
    ]
    outcomes = set(data.outcomes["outcome"])
    measures = [
        _of_plan(plan, ("outcome_measures", name), name, "an outcome of the codebook")
        for name in plan.outcome_measures
        if name not in outcomes and "outcomes" not in data.incomplete
    ]
    found = [*families, *measures, *_no_numbers(data.characteristics, plan)]
    found += _no_references(data, plan)
    found += certainty.not_in_plan(data.certainty, _codebook(data), plan)
    return [*found, *(p for _, row in data.claims.iterrows() for p in _of_claim(row, plan))]


def _codebook(data: Dataset) -> dict[str, set[str]]:
    """The ids of the codebook by what they are of."""
    tables = {"intervention": data.interventions, "domain": data.domains, "outcome": data.outcomes}
    ids = {column: set(table[column]) for column, table in tables.items()}
    return ids | {"family": set(data.interventions["family"])}


def _no_numbers(characteristics: pd.DataFrame, plan: Plan) -> list[Problem]:
    """Characteristics that a moderator counts as numbers and that are none."""
    counted = {m.characteristic for m in plan.moderators.values() if m.number}
    rows = characteristics[characteristics["characteristic"].isin(counted)]
    wrong = rows[pd.to_numeric(rows["value"], errors="coerce").isna()]
    allowed = "a number, since a moderator of config/config.yaml counts it"
    return [problem_of_row(row, "value", allowed) for _, row in wrong.iterrows()]


def _no_references(data: Dataset, plan: Plan) -> Iterator[Problem]:
    """References of moderators that are no value of theirs in the data."""
    of_trials = data.characteristics.groupby("characteristic")["value"].agg(set)
    codebook = {
        "intervention": set(data.interventions["intervention"]),
        "outcome": set(data.outcomes["outcome"]),
    }
    for name, moderator in plan.moderators.items():
        characteristic = moderator.characteristic or ""
        known = codebook.get(moderator.column or "") or of_trials.get(characteristic, set())
        if moderator.levels or not known or moderator.reference in ("", *known):
            continue
        allowed = f"a level: {', '.join(sorted(known))}"
        yield _of_plan(plan, ("moderators", name, "reference"), moderator.reference, allowed)


def _of_plan(plan: Plan, place: Place, found: str, allowed: str) -> Problem:
    return Problem(CONFIG, plan.line_of(*place), key_of(place), found, allowed)


def _of_claim(claim: pd.Series, plan: Plan) -> Iterator[Problem]:
    """Problems of a claim with its pool, and with its moderator."""
    if by := POOLED_CLAIMS.get(claim["claim_kind"]):
        if not plan.synthesis_by(by):
            allowed = f"another kind, or a synthesis by {' and '.join(by)} in {CONFIG}"
            yield problem_of_row(claim, "claim_kind", allowed)
        yield from _of_measure(claim, plan.measure_of(claim["outcome"]))
    if claim["moderator"]:
        yield from _of_moderator(claim, plan)


def _of_measure(claim: pd.Series, name: str) -> Iterator[Problem]:
    """Effects on what compares no groups, and multiples of ratios."""
    measure = MEASURES[name]
    if not measure.compares:
        allowed = f"an outcome on a measure that compares groups, which a {measure.label} does not"
        yield problem_of_row(claim, "outcome", allowed)
    elif claim["claim_kind"] == "moderator_ratio_about" and measure.is_ratio:
        allowed = (
            f"moderator_direction, since the outcome is on the {measure.label}: a multiple of it "
            "would be one of its logarithm"
        )
        yield problem_of_row(claim, "claim_kind", allowed)


def _of_moderator(claim: pd.Series, plan: Plan) -> Iterator[Problem]:
    """Problems of a claim that the effect is greater at one level of a moderator."""
    comparable = {name: m for name, m in plan.moderators.items() if m.reference}
    moderator = comparable.get(claim["moderator"])
    if moderator is None:
        names = ", ".join(comparable) or "there is none"
        allowed = f"a moderator of config/config.yaml that has a reference: {names}"
        yield problem_of_row(claim, "moderator", allowed)
        return
    levels = {*moderator.levels, *moderator.level_labels} - {moderator.reference}
    if claim["moderator_level"] == moderator.reference or (
        levels and claim["moderator_level"] not in levels
    ):
        named = f": {', '.join(sorted(levels))}" if levels else ""
        allowed = f"a level of {claim['moderator']} other than its reference{named}"
        yield problem_of_row(claim, "moderator_level", allowed)
