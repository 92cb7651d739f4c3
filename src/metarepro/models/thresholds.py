"""How many trials and degrees of freedom a result needs before it is shown or trusted."""

import math
from collections.abc import Collection, Mapping
from typing import Any

#: Fewer trials than this leave the spread between trials badly known, and a meta-regression tells
#: little (Cochrane Handbook 10.11.4: ten studies for each covariate).
FEW_TRIALS = 10
#: At or below this many trials even the small-sample corrected robust variance leans on its
#: working model (Tipton 2015); the number is PyMARE's MIN_CLUSTERS_FOR_RVE. Not `FEW_TRIALS`: ten
#: trials are few here and enough there.
ROBUST_VARIANCE_LEANS = 10
#: Below this a Satterthwaite t reference is not trusted (Tipton 2015; robumeta prints the same
#: warning). 1e-9 is for rounding: five trials of equal weight have 4, which may be computed as
#: 3.9999999999999996.
TRUSTED_DF = 4 - 1e-9
#: With fewer trials tau2 is hardly known: a Knapp-Hartung interval is right but too wide to tell
#: anything, and a random-effects normal interval is far too narrow.
MIN_TRIALS_FOR_INTERVAL = 4
#: A prediction interval leans on the estimate of the spread between trials (Higgins 2009 allows 3
#: trials; with 3 or 4 it spans effects of every size, or, at tau2 = 0, repeats the confidence
#: interval).
MIN_TRIALS_FOR_PREDICTION = 5
#: Half the width of a 95% interval in standard errors: qnorm(0.975) in R.
Z95 = 1.959963984540054
#: Fewer trials cannot tell asymmetry from chance (Sterne and others 2011).
MIN_TRIALS_FOR_ASYMMETRY = 10

#: Flags of a pool whose interval no headline shows. The first two are "too few trials"; the third
#: says that the robust interval is narrower than the normal interval of its own working model.
WITHHOLDING = ("df_below_4", "two_or_three_trials", "narrower_than_model")


def has_reliable_interval(flags: Collection[str] | str) -> bool:
    """Whether the confidence interval of a pool may stand in a headline.

    Where it may not, the estimate, the results of the trials and
    `wording.phrases.NO_RELIABLE_INTERVAL` are shown; tables of numbers keep the interval with its
    flags.

    Parameters
    ----------
    flags : collection of str, or str
        `Pooled.flags`, or the column `flags` of `synthesis.tables.POOLED`.

    Examples
    --------
    >>> has_reliable_interval("df_below_4; few_trials"), has_reliable_interval(("few_trials",))
    (False, True)
    """
    raised = flags.split("; ") if isinstance(flags, str) else flags
    return not set(WITHHOLDING) & set(raised)


def reliable_limits(pool: Mapping[Any, Any]) -> tuple[float, float]:
    """Limits of a pool's confidence interval; NaN where no headline may show it.

    Examples
    --------
    >>> reliable_limits({"ci_low": 0.1, "ci_high": 0.5, "flags": "tau2_zero"})
    (0.1, 0.5)
    >>> reliable_limits({"ci_low": 0.1, "ci_high": 0.5, "flags": "df_below_4; few_trials"})
    (nan, nan)
    """
    if not has_reliable_interval(pool["flags"]):
        return math.nan, math.nan
    return pool["ci_low"], pool["ci_high"]


def predicts(flags: Collection[str] | str) -> bool:
    """Whether a prediction interval says more than the confidence interval.

    Where tau2 is estimated as 0 the two are equal, since nothing was learned of the spread between
    trials: no claim may rest on that interval.

    Examples
    --------
    >>> predicts(("tau2_zero",)), predicts("")
    (False, True)
    """
    return "tau2_zero" not in (flags.split("; ") if isinstance(flags, str) else flags)
