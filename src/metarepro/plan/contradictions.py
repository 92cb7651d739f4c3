"""What in a plan refers to nothing, or does not fit together."""

from collections.abc import Callable, Collection, Iterator

from metarepro.plan.sections import Moderator, Plan
from metarepro.tabular.input_tables import DESIGNS, EFFECT_SOURCE_KINDS, INCOMES, TIERS
from metarepro.tabular.yaml_text import Place

#: Place, what was found and what is allowed.
Contradiction = tuple[Place, str, str]
#: Values that a column of the effects can have; those of others are in the codebook.
_VALUES = {
    "design": DESIGNS,
    "income": INCOMES,
    "tier": TIERS,
    "source_kind": EFFECT_SOURCE_KINDS,
}


def contradictions(plan: Plan, sections: Collection[str]) -> Iterator[Contradiction]:
    """Names that refer to nothing, and parts that do not fit together.

    Parameters
    ----------
    plan : Plan
    sections : collection of str
        Those of the plan that can be looked at; the others hold nothing that is allowed.

    Yields
    ------
    tuple
        Place, what was found and what is allowed.
    """
    for needed, check in _CHECKS:
        if set(needed) <= set(sections):
            yield from check(plan)


def _figures(plan: Plan) -> Iterator[Contradiction]:
    for number, name in enumerate(plan.figures):
        if name not in plan.sets:
            yield ("figures", number), name, _a_set(plan)


def _sets_of_evidence(plan: Plan) -> Iterator[Contradiction]:
    for key in ("set", "beside"):
        if (name := getattr(plan.evidence, key)) not in plan.sets:
            yield ("evidence", key), name, _a_set(plan)


def _a_set(plan: Plan) -> str:
    return f"a set: {', '.join(plan.sets)}"


def _synthesis_of_evidence(plan: Plan) -> Iterator[Contradiction]:
    shown = plan.syntheses.get(plan.evidence.synthesis)
    if shown is None or set(shown.by) != {"intervention", "domain"}:
        allowed = "a synthesis by intervention and domain"
        yield ("evidence", "synthesis"), plan.evidence.synthesis, allowed


def _columns_of_syntheses(plan: Plan) -> Iterator[Contradiction]:
    """A column twice, and syntheses that would be the same pools under two names."""
    first: dict[frozenset[str], str] = {}
    for name, synthesis in plan.syntheses.items():
        place = ("syntheses", name, "by")
        columns = frozenset(synthesis.by)
        if len(columns) < len(synthesis.by):
            yield place, ", ".join(synthesis.by), "each column once"
        if (other := first.setdefault(columns, name)) != name:
            yield place, ", ".join(synthesis.by), f"columns that differ from those of {other}"


def _subgroups(plan: Plan) -> Iterator[Contradiction]:
    implied = {"outcome": "domain", "intervention": "family"}
    for name, synthesis in plan.syntheses.items():
        place = ("syntheses", name)
        if (synthesis.subgroups is None) != (synthesis.subgroup_synthesis is None):
            allowed = "subgroups and subgroup_synthesis together, or neither"
            yield place, "one of the two", allowed
        elif synthesis.subgroups and synthesis.subgroup_synthesis:
            of = plan.syntheses.get(synthesis.subgroup_synthesis)
            needed = {synthesis.subgroups, *synthesis.by} - {implied.get(synthesis.subgroups)}
            if synthesis.subgroups in synthesis.by or of is None or not needed <= set(of.by):
                allowed = f"a synthesis by {' and '.join(sorted(needed))}, at least"
                yield (*place, "subgroup_synthesis"), synthesis.subgroup_synthesis, allowed


def _moderators(plan: Plan) -> Iterator[Contradiction]:
    for name, moderator in plan.moderators.items():
        for place, found, allowed in _moderator(moderator, plan):
            yield ("moderators", name, *place), found, allowed


def _moderator(moderator: Moderator, plan: Plan) -> Iterator[Contradiction]:
    """Contradictions of one moderator; places from its own section."""
    given = [moderator.column, moderator.characteristic, moderator.no_data]
    sources = sum(bool(value) for value in given)
    if sources != 1:
        yield (), f"{sources} of them", "one of: column, characteristic, no_data"
    for number, family in enumerate(moderator.families):
        if family not in plan.families:
            yield ("families", number), family, f"a family: {', '.join(plan.families)}"
    if moderator.number or moderator.column == "year":
        yield from _counted(moderator)
    else:
        yield from _levels(moderator)
        yield from _reference(moderator, plan)


def _counted(moderator: Moderator) -> Iterator[Contradiction]:
    """A number has no levels, and only the year and characteristics can be numbers."""
    if not moderator.number:
        yield ("column",), "year", "year with the key number, which says how it is counted"
    elif moderator.column not in (None, "year"):
        yield ("column",), str(moderator.column), "year or a characteristic, since it is a number"
    for key in ("levels", "others", "level_labels", "families", "reference"):
        if getattr(moderator, key):
            yield (key,), "a value", "nothing, since a number has no levels"


def _levels(moderator: Moderator) -> Iterator[Contradiction]:
    """Levels that hold nothing, and values that are in two."""
    level_of: dict[str, str] = {}
    for level, held in moderator.levels.items():
        if not held:
            yield ("levels", level), "nothing", "at least one value"
        for number, value in enumerate(held):
            if value in level_of:
                allowed = f"a value in one level; it is in {level_of[value]} already"
                yield ("levels", level, number), value, allowed
            level_of.setdefault(value, level)
    if moderator.others and not moderator.levels:
        yield ("others",), moderator.others, "nothing without levels"


def _reference(moderator: Moderator, plan: Plan) -> Iterator[Contradiction]:
    """A reference, or a name for readers, of a level that there is not."""
    values = _VALUES | {"family": tuple(plan.families)}
    known = values.get(moderator.column or "", ())
    if moderator.levels:
        known = tuple(dict.fromkeys(filter(None, (*moderator.levels, moderator.others))))
    if not known:
        return
    allowed = f"a level: {', '.join(known)}"
    if moderator.reference and moderator.reference not in known:
        yield ("reference",), moderator.reference, allowed
    for level in moderator.level_labels:
        if level not in known:
            yield ("level_labels", level), level, allowed


#: The sections that a check looks at, and the check.
_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Plan], Iterator[Contradiction]]], ...] = (
    (("figures", "sets"), _figures),
    (("evidence", "sets"), _sets_of_evidence),
    (("evidence", "syntheses"), _synthesis_of_evidence),
    (("syntheses",), _columns_of_syntheses),
    (("syntheses",), _subgroups),
    (("moderators", "families"), _moderators),
)
