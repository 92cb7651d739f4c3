"""Which columns of a table are what: the result of a proposal, or of columns.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from metarepro.tabular.yaml_text import FILL_IN

#: Roles that a column may have: those of `effect_table`, and the same with 1 and 2 for arms of
#: which it is not known which is which.
LABELS = ("study", "trial", "year")
EFFECTS = ("yi", "vi", "sei", "ci_low", "ci_high")
_STEMS = ("mean", "sd", "n", "events", "non_events")
OF_ARMS = tuple(f"{stem}_{arm}" for arm in "tc" for stem in _STEMS)
UNNAMED = tuple(f"{stem}_{arm}" for arm in "12" for stem in _STEMS)
OF_ONE_GROUP = ("r", "events", "n_total")
ROLES = (*LABELS, *EFFECTS, *OF_ARMS, *UNNAMED, *OF_ONE_GROUP)
#: Sets of roles that can be pooled, in the order in which they are looked for.
SETS: tuple[tuple[str, ...], ...] = (
    ("yi", "vi"),
    ("yi", "sei"),
    ("yi", "ci_low", "ci_high"),
    # Standardised mean differences only: their variance follows from the sizes.
    ("yi", "n_t", "n_c"),
    ("yi", "n_1", "n_2"),
    *(
        tuple(f"{stem}_{arm}" for arm in arms for stem in stems)
        for arms in ("tc", "12")
        for stems in (("mean", "sd", "n"), ("events", "n"), ("events", "non_events"))
    ),
    ("r", "n_total"),
    ("events", "n_total"),
)
ARMS = ("treatment", "control")
#: How ratios stand in the table.
SCALES = ("ratio", "log")


@dataclass(frozen=True)
class Cell:
    """Where a number of a row stands.

    Attributes
    ----------
    column : the header of the column
    number : which number of the cell, from 1; 0 for the only one
    reason : why it is taken for that, "" where a person said so
    """

    column: str
    number: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Analysis:
    """One analysis of a source: what is pooled, and where its numbers stand.

    Attributes
    ----------
    name : unique in the file; of outcome and time, where the headers tell them
    table : the label of the table; "" for the only one
    columns : role -> where it stands
    measure : a key of `wording.scales.MEASURES`, "" if that is not known
    scale : of ratios, one of `SCALES`, or `FILL_IN`; "" for others
    decimal : the decimal mark, "." or ",", or `FILL_IN`
    first_arm : which arm has the roles with 1: one of `ARMS`, `FILL_IN`, or "" if headers say it
    where : header -> the text that a row must have there to be taken
    group : the heading whose rows are taken; "" for all
    published : the pool as it is printed, "" if it is not known
    published_of : the printed pools of some of the rows, by the name of these: a heading, a column
        with its text, or a study that is left out
    notes : what a person should know of the proposal
    """

    name: str
    table: str
    columns: Mapping[str, Cell]
    measure: str = ""
    scale: str = ""
    decimal: str = "."
    first_arm: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    published: str = ""
    published_of: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        """What only a person can know, each with the key that takes the answer."""
        found = []
        if self.first_arm == FILL_IN:
            first = self.columns[self.roles[0]].column
            found.append(f"which arm is the one of {first}? first_arm: {' or '.join(ARMS)}")
        if self.scale == FILL_IN:
            column = self.columns["yi"].column
            found.append(
                f"are the ratios of {column} given as ratios or as logarithms? "
                f"scale: {' or '.join(SCALES)}"
            )
        if self.decimal == FILL_IN:
            column = self.columns[self.roles[0]].column
            found.append(
                f"are the commas of {column} decimal ones, or do they part thousands? decimal: "
                "comma or point"
            )
        return tuple(found)

    @property
    def on_log(self) -> bool | None:
        """Whether intervals are those of ratios, centred on the logarithm; None if unknown."""
        return {"ratio": True, "log": False}.get(self.scale)

    @property
    def from_sizes(self) -> bool:
        """Whether the variances are to come from the sizes of the arms."""
        return self.roles[:1] == ("yi",) and self.roles[1][:2] == "n_"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it is pooled from; none if it cannot be pooled."""
        return next((roles for roles in SETS if set(roles) <= self.columns.keys()), ())
