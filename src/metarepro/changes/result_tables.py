"""The tables of results that a report of changes goes through, and what matters in them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ResultTable:
    """A table of results that the report goes through.

    Parameters
    ----------
    name : str
        In singular and plural.
    path : str
        From the project's folder.
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
    path: str
    key: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    label: tuple[str, ...] = ()
    is_ci: bool = True


_CLASSES = ("intervention", "outcome", "domain", "timepoint")
EFFECTS = ResultTable(
    ("effect", "effects"),
    "results/effects/effects.csv",
    ("result_id",),
    ("yi", "ci_low", "ci_high"),
    ("exclude", "tier", "route", "se_source", "assumptions", *_CLASSES),
    label=("measure",),
)
POOLED = ResultTable(
    ("pooled estimate", "pooled estimates"),
    "results/pooled/pooled.csv",
    ("synthesis",),
    ("estimate", "ci_low", "ci_high"),
    ("n_trials", "k", "model", "flags", "reason"),
)
REPRODUCTION = ResultTable(
    ("comparison with a review", "comparisons with reviews"),
    "results/reproduction/reproduction.csv",
    ("review_id", "row"),
    ("estimate", "ci_low", "ci_high"),
    ("verdict", "decision_differs", "published_ci_holds_estimate", "n_trials", "k", "reason"),
    label=("outcome_label", "subgroup"),
)
#: Only there if a review comes with its own data file.
REVIEW_FILES = ResultTable(
    ("pool of a review's data file", "pools of reviews' data files"),
    "results/reproduction/review_files/reproduction.csv",
    ("file", "comparison_number", "outcome_number", "subgroup_number"),
    # Its numbers stand as the review prints them: they favour now this group, now that.
    (),
    ("verdict", "reason", "reproduced_estimate", "reproduced_ci_low", "reproduced_ci_high", "k"),
    label=("outcome", "subgroup"),
)
CLAIMS = ResultTable(
    ("claim", "claims"),
    "results/claims/claims.csv",
    ("claim_id",),
    ("estimate", "ci_low", "ci_high"),
    ("verdict", "claimed", "published", "computed", "coverage", "rule", "reason"),
    label=("claim",),
)
MULTIVERSE = ResultTable(
    ("specification curve", "specification curves"),
    "results/sensitivity/multiverse.csv",
    ("synthesis",),
    ("median", "lowest", "highest"),
    ("n_different", "share_same_sign", "share_same_conclusion"),
    is_ci=False,
)
AUDIT = ResultTable(
    ("finding of the audit", "findings of the audit"),
    "results/effects/audit.csv",
    ("source_table", "record_id", "check"),
    (),
    ("message", "severity", "printed", "implied"),
)
RESULT_TABLES = (EFFECTS, POOLED, REPRODUCTION, REVIEW_FILES, CLAIMS, MULTIVERSE, AUDIT)
