"""Names of the choices of a multiverse, and options that pages offer as well."""

from collections.abc import Mapping

#: All dimensions in order, with their names for readers. The options of `icc` come with the data.
DIMENSIONS: Mapping[str, str] = {
    "tiers": "Approximate results",
    "design": "Design",
    "clusters": "Results with our design effect",
    "icc": "Intracluster correlation",
    "equal_arms": "Equal arms assumed",
    "secondary": "Tables of other reviews",
    "adjusted": "Adjustment for covariates",
    "per_trial": "One result per trial",
    "tau2_method": "Estimator of τ²",
    "ci_method": "Interval",
    "rho": "Correlation in a trial",
}
#: Options of `design` -> designs that are let in (None: all).
DESIGNS_LET_IN = {"all": None, "randomised": ("rct", "cluster_rct")}
