"""What published software does where textbooks leave a choice: one frozen record a program.

The arithmetic that RevMan 5 and RevMan Web share (0.5 in all cells of a table with an empty one,
also inside the Mantel-Haenszel sums; Mantel-Haenszel's estimate inside Q; inverse variance between
subgroups) is written where it is used, in `study_effects`, `mantel_haenszel` and
`reviews.pooling`. Here stands what a program may be asked for and what can differ.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Convention:
    """The choices of one program.

    Attributes
    ----------
    name : str
        As the tables of results call it.
    zero_cell : float
        Added to all four cells of a table with an empty one.
    smd_variance_offset : float
        c in the variance N / (n_t n_c) + g^2 / (2 (N - c)) of a standardised mean difference.
    tau2_methods : tuple of str
        Estimators of the between-study variance that the program has.
    ci_methods : tuple of str
        "wald" and, where the program has it, "hksj" (Hartung-Knapp-Sidik-Jonkman).
    """

    name: str
    zero_cell: float
    smd_variance_offset: float
    tau2_methods: tuple[str, ...]
    ci_methods: tuple[str, ...]


#: Deeks & Higgins 2010, "Statistical algorithms in Review Manager 5". Random effects are
#: DerSimonian-Laird with Wald's interval; there is nothing else to choose.
REVMAN5 = Convention(
    name="revman5",
    zero_cell=0.5,
    smd_variance_offset=3.94,
    tau2_methods=("DL",),
    ci_methods=("wald",),
)

#: RevMan Web: RevMan 5's arithmetic and, since 2024, REML, the HKSJ interval and prediction
#: intervals. Published numbers confirm all three, and fixed-effect Mantel-Haenszel risk ratios: the
#: HKSJ variance as it comes, also below 1; beside it the p of Wald's test; a prediction interval
#: with the reference of the confidence interval, t with k - 1 degrees of freedom or normal; I2 from
#: tau2; and REML where RevMan's iteration stops (`reviews.revman_reml`). Unconfirmed, for both
#: programs: risk differences of several studies with empty cells, given O - E and variance,
#: swapped events, levels other than 95%.
REVMAN_WEB = Convention(
    name="revman_web",
    zero_cell=0.5,
    smd_variance_offset=3.94,
    tau2_methods=("DL", "REML"),
    ci_methods=("wald", "hksj"),
)

#: The convention of each format of review files; those of test accuracy have no pools.
CONVENTIONS = {
    "revman5": REVMAN5,
    "revman5_csv": REVMAN5,
    "revman5_accuracy": REVMAN5,
    "revman_web": REVMAN_WEB,
    "revman_web_accuracy": REVMAN_WEB,
    # What a data file that is no review file is audited by; its pools come from the model finder.
    "source": REVMAN5,
}


def choices(what: Literal["tau2_methods", "ci_methods"]) -> tuple[str, ...]:
    """Estimators or intervals that any program has, each once.

    Examples
    --------
    >>> choices("ci_methods")
    ('wald', 'hksj')
    """
    return tuple(dict.fromkeys(x for c in CONVENTIONS.values() for x in getattr(c, what)))
