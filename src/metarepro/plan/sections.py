"""The sections of an analysis plan: keys, types and defaults."""

from collections.abc import Collection, Iterable
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr
from pydantic_core import PydanticCustomError

from metarepro.models.intervals import INTERVALS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.tabular.yaml_text import Document

#: What a synthesis may run over; an outcome has one domain, an intervention one family.
Key = Literal["intervention", "family", "domain", "outcome"]
Tier = Literal["direct", "derived", "approximate"]
Timepoint = Literal["post", "follow_up", "change"]
Design = Literal["rct", "cluster_rct", "quasi", "single_arm", "unclear"]
#: The measures that effects may be on; `wording.scales.MEASURES` says how each is printed.
Measure = Literal["SMD", "MD", "OR", "RR", "RD", "HR", "IRR", "ratio", "correlation", "proportion"]
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
    """A part of the plan: no unknown key, no value of another type, no number without an end."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class About(_Section):
    """The interventions that the study's question is about, and the words that name them."""

    label: str
    programme_words: Annotated[Names, Field(min_length=1)]


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
    #: For the page of methods, which says what is not stated here.
    question: str = ""
    eligibility: Names = ()
    #: When the sources were looked up, in a sentence.
    looked_up: str = ""
    registration: str = ""
    authors: Names = ()
    licence: str = ""


class Family(_Section):
    """A family of interventions: its name in legends, its colour in figures and pages."""

    label: str
    colour: Colour


class Effects(_Section):
    """What reports leave open when a result becomes an effect size."""

    icc: Annotated[float, Field(ge=0, le=1)]
    cluster_size: Annotated[float, Field(ge=1)]
    #: What the specification curves take in its place; not named: half and double.
    other_iccs: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1)], ...] | None, BeforeValidator(_several)
    ] = None
    #: Correlation of two measurements of one participant, where a source does not print it.
    paired_correlation: Annotated[float, Field(gt=-1, lt=1)] | None = None

    @property
    def iccs(self) -> tuple[float, ...]:
        """The intracluster correlations that are compared, rising, the plan's own among them."""
        others = self.other_iccs
        if others is None:
            others = (self.icc / 2, min(1.0, 2 * self.icc))
        return tuple(sorted({self.icc, *others}))


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

    _document: Document = PrivateAttr(default=Document(None, {}))

    def with_lines(self, document: Document) -> Self:
        """The same plan, which knows the file that it is from."""
        self._document = document
        return self

    def line_of(self, *place: str | int) -> int | None:
        """Line of a key in the file; None if the plan is from none."""
        return self._document.line(place)

    def measure_of(self, outcome: str) -> str:
        """Measure of the effects on an outcome."""
        return self.outcome_measures.get(outcome, self.measure)

    def synthesis_of(self, key: str) -> Synthesis:
        """The synthesis of a pool: the second part of its key, "post.outcome.pain"."""
        return self.syntheses[key.split(".")[1]]

    def synthesis_by(self, columns: Collection[str]) -> str:
        """Name of the synthesis by exactly these columns; "" if there is none."""
        names = (name for name, one in self.syntheses.items() if set(one.by) == set(columns))
        return next(names, "")

    def pooling_of(self, synthesis: str) -> Pooling:
        """How the pools of a synthesis are made: as all, but for what it does otherwise."""
        own = self.syntheses[synthesis].pooling.model_dump(exclude_none=True)
        return self.pooling.model_copy(update=own)
