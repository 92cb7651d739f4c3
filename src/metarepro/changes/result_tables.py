"""The tables of results that a report of changes goes through, and what matters in them."""

from dataclasses import dataclass

from metarepro.audit import tables as audit
from metarepro.claims import tables as claims
from metarepro.comparison import tables as comparison
from metarepro.conversion import tables as conversion
from metarepro.reviews import tables as reviews
from metarepro.sensitivity import tables as sensitivity
from metarepro.synthesis import tables as synthesis
from metarepro.tabular.tables import Table


@dataclass(frozen=True)
class ResultTable:
    """A table of results that the report goes through.

    Parameters
    ----------
    name : str
        In singular and plural.
    table : Table
    key : tuple of str
        Columns that identify a record.
    numbers : tuple of str
        Estimate and the limits of its interval, positive in favour of the intervention; () if
        it has none.
    words : tuple of str
        Other columns that are told when they change; of a new record the first two.
    label : tuple of str
        Columns that tell people what a record is.
    is_ci : bool
        Whether the limits are those of a confidence interval around an effect.
    """

    name: tuple[str, str]
    table: Table
    key: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    label: tuple[str, ...] = ()
    is_ci: bool = True

    @property
    def path(self) -> str:
        """From the project's folder."""
        return f"results/{self.table.path}"


#: How the numbers are to be read.
_SCALE = ("effect_measure", "better")
_CLASSES = ("intervention", "outcome", "domain", "timepoint")
EFFECTS = ResultTable(
    ("effect", "effects"),
    conversion.EFFECTS,
    ("result_id",),
    ("yi", "ci_low", "ci_high"),
    ("exclude", "tier", "route", "se_source", "assumptions", *_CLASSES, *_SCALE),
    label=("measure",),
)
POOLED = ResultTable(
    ("pooled estimate", "pooled estimates"),
    synthesis.POOLED,
    ("synthesis",),
    ("estimate", "ci_low", "ci_high"),
    ("n_trials", "k", "model", "flags", "reason", *_SCALE),
)
REPRODUCTION = ResultTable(
    ("comparison with a review", "comparisons with reviews"),
    comparison.REPRODUCTION,
    ("review_id", "row"),
    ("estimate", "ci_low", "ci_high"),
    (
        *("verdict", "decision_differs", "published_ci_holds_estimate", "n_trials", "k", "reason"),
        *_SCALE,
    ),
    label=("outcome_label", "subgroup"),
)
#: Only there if a review comes with its own data file.
REVIEW_FILES = ResultTable(
    ("pool of a review's data file", "pools of reviews' data files"),
    reviews.REVIEW_REPRODUCTION,
    ("file", "comparison_number", "outcome_number", "subgroup_number"),
    # Its numbers stand as the review prints them: they favour now this group, now that.
    (),
    ("verdict", "reason", "reproduced_estimate", "reproduced_ci_low", "reproduced_ci_high", "k"),
    label=("outcome", "subgroup"),
)
CLAIMS = ResultTable(
    ("claim", "claims"),
    claims.AUDITED_CLAIMS,
    ("claim_id",),
    ("estimate", "ci_low", "ci_high"),
    ("verdict", "claimed", "published", "computed", "coverage", "rule", "reason"),
    label=("claim",),
)
MULTIVERSE = ResultTable(
    ("specification curve", "specification curves"),
    sensitivity.MULTIVERSE,
    ("synthesis",),
    ("median", "lowest", "highest"),
    ("n_different", "share_same_sign", "share_same_conclusion"),
    is_ci=False,
)
AUDIT = ResultTable(
    ("finding of the audit", "findings of the audit"),
    audit.AUDIT,
    ("source_table", "record_id", "check"),
    (),
    ("message", "severity", "printed", "implied"),
)
RESULT_TABLES = (EFFECTS, POOLED, REPRODUCTION, REVIEW_FILES, CLAIMS, MULTIVERSE, AUDIT)
