"""The analysis plan of a study, read from config/config.yaml and checked as a whole.

Every choice that could move a number, and every word that belongs to one study, is in the plan:
the engine knows neither. A wrong plan is refused with all its problems at once: file, line, key,
what was found, what is allowed.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from metarepro.models.intervals import INTERVALS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.tabular.cells import read_bytes
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.yaml_text import parse_yaml, parse_yaml_nodes

#: Where the plan of a study is.
CONFIG = "config/config.yaml"
#: What a synthesis may run over; an outcome has one domain, an intervention one family.
Key = Literal["intervention", "family", "domain", "outcome"]
Tier = Literal["direct", "derived", "approximate"]
Timepoint = Literal["post", "follow_up", "change"]
Design = Literal["rct", "cluster_rct", "quasi", "single_arm", "unclear"]
#: The measures that effects may be on; `wording.scales.MEASURES` says how each is printed.
Measure = Literal["SMD", "MD", "OR", "RR", "RD", "HR", "ratio", "correlation", "proportion"]
SourceKind = Literal[
    "abstract", "table", "registry", "database", "secondary_review", "citing_paper", "other"
]
MEASURES: tuple[str, ...] = get_args(Measure)
#: A name that becomes part of an id or a file name.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


def _one_of(names: Iterable[str]) -> AfterValidator:
    """A value must be one of the names, which a registry of the engine gives."""
    allowed = tuple(names)

    def check(value: str) -> str:
        if value not in allowed:
            raise PydanticCustomError(
                "not_listed", "one of: {names}", {"names": ", ".join(allowed)}
            )
        return value

    return AfterValidator(check)


Tau2Method = Annotated[str, _one_of(ESTIMATORS)]
CiMethod = Annotated[str, _one_of(INTERVALS)]


def _several(value: Any) -> Any:
    """YAML has lists; a plan that cannot change has tuples."""
    return tuple(value) if isinstance(value, list) else value


Tiers = Annotated[tuple[Tier, ...], BeforeValidator(_several), Field(min_length=1)]
Keys = Annotated[tuple[Key, ...], BeforeValidator(_several), Field(min_length=1)]
Timepoints = Annotated[tuple[Timepoint, ...], BeforeValidator(_several), Field(min_length=1)]
Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class _Section(BaseModel):
    """A part of the plan: no key that it does not know, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class About(_Section):
    """The interventions that the study's question is about, and the words that name them."""

    label: str
    families: Names = ()
    programme_words: Names = ()


class Study(_Section):
    """What the report calls itself and its subject."""

    title: str
    introduction: str = ""
    #: Where the claims are from, with its article: "the ministry's report".
    report: str = "the report"
    about: About | None = None
    #: The word for the people in the trials.
    participants: str = "participants"
    manuscript_title: str = "Summary of findings"


class Family(_Section):
    """A family of interventions: its name in legends, its colour in figures and pages."""

    label: str
    colour: Colour


class Effects(_Section):
    """What reports leave open when a result becomes an effect size."""

    icc: Annotated[float, Field(ge=0, le=1)]
    cluster_size: Annotated[float, Field(ge=1)]
    corrected_sources: Annotated[tuple[SourceKind, ...], BeforeValidator(_several)] = ()


class Pooling(_Section):
    """How effects are pooled."""

    model: Literal["random", "common"] = "random"
    tau2_method: Tau2Method = "REML"
    ci_method: CiMethod = "knapp_hartung_conservative"
    rho: Annotated[float, Field(ge=0, le=1)] = 0.8
    level: Annotated[float, Field(ge=0.5, lt=1)] = 0.95


class PoolingOfSynthesis(_Section):
    """What one synthesis does otherwise; what is not named is as in `pooling`.

    The level is that of the study: tables and figures show several syntheses together.
    """

    model: Literal["random", "common"] | None = None
    tau2_method: Tau2Method | None = None
    ci_method: CiMethod | None = None
    rho: Annotated[float, Field(ge=0, le=1)] | None = None


class Months(_Section):
    """Time since the end of the intervention, in months: above one number, up to another."""

    above: float | None = None
    up_to: float | None = None
    #: Results of which the source does not say it.
    unknown: bool = False


class EffectSet(_Section):
    """Effects that are pooled apart from those of other sets."""

    label: str
    timepoints: Timepoints
    tiers: Tiers
    #: Designs of the trials; none named: all.
    designs: Annotated[tuple[Design, ...], BeforeValidator(_several)] = ()
    months_after: Months | None = None


class Evidence(_Section):
    """What the table of evidence shows."""

    synthesis: Name
    set: Name
    beside: Name


class Synthesis(_Section):
    """One synthesis for each combination of the values of the columns `by`."""

    by: Keys
    subgroups: Key | None = None
    subgroup_synthesis: Name | None = None
    pooling: PoolingOfSynthesis = PoolingOfSynthesis()


class Subgroup(_Section):
    """Which effects a review's subgroup holds: those with `value` in `column`."""

    column: Literal["income", "design", "family", "intervention"]
    value: str


class Reproduction(_Section):
    """Which of our effects answer a published result."""

    tiers: Tiers
    basis: Annotated[
        tuple[Literal["listed", "plausible", "candidate"], ...],
        BeforeValidator(_several),
        Field(min_length=1),
    ]
    #: Labels of subgroups that mean the whole review, beside "" and "overall".
    whole_review: Names = ()
    subgroups: dict[str, Subgroup] = {}


class Number(_Section):
    """How a moderator that is a number is counted: the slope is that of `unit` of it."""

    origin: float = 0.0
    unit: Annotated[float, Field(gt=0)] = 1.0
    #: What a unit is called behind "per": "decade".
    per: str


class Moderator(_Section):
    """What trials or results may differ in.

    Its values are those of a column of the effects, of a characteristic of the trials
    (data/trials/characteristics.csv), or none, with the reason in `no_data`.
    """

    label: str
    column: (
        Literal["intervention", "family", "outcome", "design", "income", "year", "tier"]
        | Literal["source_kind"]
        | None
    ) = None
    characteristic: Name | None = None
    no_data: str = ""
    number: Number | None = None
    #: Level to the values that it holds; values of no level are of the level `others`.
    levels: dict[str, Names] = {}
    others: str = ""
    #: Level to its name for readers; interventions have theirs from the codebook.
    level_labels: dict[str, str] = {}
    #: Only effects with one of these families have a level; none named: all.
    families: Names = ()
    #: Level that the others are compared with; "": that of most trials.
    reference: str = ""
    #: Look at results of all tiers, not only at those that the plan pools.
    all_tiers: bool = False


class Plan(_Section):
    """The analysis plan."""

    study: Study
    measure: Measure = "SMD"
    #: Outcomes whose effects are on another measure, and on which.
    outcome_measures: dict[Name, Measure] = {}
    families: Annotated[dict[Name, Family], Field(min_length=1)]
    effects: Effects
    pooling: Pooling = Pooling()
    sets: Annotated[dict[Name, EffectSet], Field(min_length=1)]
    figures: Names
    evidence: Evidence
    syntheses: Annotated[dict[Name, Synthesis], Field(min_length=1)]
    reproduction: Reproduction
    moderators: dict[Name, Moderator] = {}

    def measure_of(self, outcome: str) -> str:
        """Measure of the effects on an outcome."""
        return self.outcome_measures.get(outcome, self.measure)

    def synthesis_of(self, key: str) -> Synthesis:
        """The synthesis of a pool: the second part of its key, "post.outcome.pain"."""
        return self.syntheses[key.split(".")[1]]

    def pooling_of(self, synthesis: str) -> Pooling:
        """How the pools of a synthesis are made: as all, but for what it does otherwise."""
        own = self.syntheses[synthesis].pooling.model_dump(exclude_none=True)
        return self.pooling.model_copy(update=own)


def read_plan(path: Path | str) -> Plan:
    """Read and check an analysis plan.

    Parameters
    ----------
    path : Path or str
        config/config.yaml of a study.

    Returns
    -------
    Plan

    Raises
    ------
    DataError
        With all problems of the plan.
    """
    file = Path(path).as_posix()
    content, problems = read_bytes(Path(path), file)
    if problems:
        raise DataError(problems)
    return parse_plan(content, file)


def parse_plan(content: bytes, file: str) -> Plan:
    """Read an analysis plan from the bytes of its file."""
    document, problems = parse_yaml(content, file)
    if problems:
        raise DataError(problems)
    root, _ = parse_yaml_nodes(content, file)
    try:
        plan = Plan.model_validate(document.value)
    except ValidationError as error:
        raise DataError(_problem(file, root, one) for one in error.errors()) from None
    wrong = [
        Problem(file, _line(root, place), ".".join(map(str, place)), found, allowed)
        for place, found, allowed in _contradictions(plan)
    ]
    if wrong:
        raise DataError(wrong)
    return plan


_Place = tuple[str | int, ...]

#: What pydantic calls a wrong type, in words.
_TYPES = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}
_PATTERNS = {
    r"^#[0-9A-Fa-f]{6}$": 'a colour such as "#0072B2"',
    r"^[a-z][a-z0-9_]*$": "a small letter, then small letters, digits and _",
}


def _problem(file: str, root: yaml.Node | None, error: Mapping[str, Any]) -> Problem:
    """One error of pydantic in the words of the person who edits the plan."""
    place = tuple(part for part in error["loc"] if part != "[key]")
    kind, context = error["type"], error.get("ctx", {})
    found = str(error["input"])
    if kind == "missing":
        found, allowed = "no such key", f"{place[-1]}, which a plan must give"
    elif kind == "extra_forbidden":
        found, allowed = "an unknown key", f"one of: {', '.join(_known_keys(place[:-1]))}"
    elif kind == "literal_error":
        allowed = "one of: " + context["expected"].replace(" or ", ", ").replace("'", "")
    elif kind == "string_pattern_mismatch":
        allowed = _PATTERNS[context["pattern"]]
    elif kind == "too_short":
        found, allowed = "nothing", "at least one"
    elif kind in _TYPES:
        allowed = _TYPES[kind]
    else:
        allowed = error["msg"].removeprefix("Input should be ").removeprefix("String should have ")
    return Problem(file, _line(root, place), ".".join(map(str, place)), found, allowed)


def _known_keys(place: _Place) -> list[str]:
    """Keys that a section of the plan may have."""
    model: type[BaseModel] = Plan
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The section inside an annotation such as `dict[Name, Family]` or `About | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((model for model in inner if model), None)


def _line(node: yaml.Node | None, place: _Place) -> int | None:
    """Line of a place in the file, or of the nearest section around it."""
    line = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _contradictions(plan: Plan) -> Iterator[tuple[_Place, str, str]]:
    """Names that refer to nothing, and parts that do not fit together: place, found, allowed."""
    sets = f"a set: {', '.join(plan.sets)}"
    for number, name in enumerate(plan.figures):
        if name not in plan.sets:
            yield ("figures", number), name, sets
    for key in ("set", "beside"):
        if (name := getattr(plan.evidence, key)) not in plan.sets:
            yield ("evidence", key), name, sets
    shown = plan.syntheses.get(plan.evidence.synthesis)
    if shown is None or set(shown.by) != {"intervention", "domain"}:
        allowed = "a synthesis by intervention and domain"
        yield ("evidence", "synthesis"), plan.evidence.synthesis, allowed
    if plan.study.about:
        for number, family in enumerate(plan.study.about.families):
            if family not in plan.families:
                allowed = f"a family: {', '.join(plan.families)}"
                yield ("study", "about", "families", number), family, allowed
    yield from _subgroup_contradictions(plan)
    yield from _moderator_contradictions(plan)


def _subgroup_contradictions(plan: Plan) -> Iterator[tuple[_Place, str, str]]:
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


def _moderator_contradictions(plan: Plan) -> Iterator[tuple[_Place, str, str]]:
    for name, moderator in plan.moderators.items():
        given = [moderator.column, moderator.characteristic, moderator.no_data]
        if sum(bool(value) for value in given) != 1:
            found = f"{sum(bool(value) for value in given)} of them"
            yield ("moderators", name), found, "one of: column, characteristic, no_data"
        for number, family in enumerate(moderator.families):
            if family not in plan.families:
                allowed = f"a family: {', '.join(plan.families)}"
                yield ("moderators", name, "families", number), family, allowed
