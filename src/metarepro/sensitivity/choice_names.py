"""Names of the choices of a multiverse, for pages that only show them."""

from collections.abc import Mapping

#: All dimensions in order, with their names for readers. The options of `icc` come with the data.
DIMENSIONS: Mapping[str, str] = {
    "tiers": "Effects",
    "design": "Design",
    "clusters": "Cluster trials adjusted here",
    "icc": "ICC of that adjustment",
    "equal_arms": "Equal arms assumed",
    "secondary": "Tables of other reviews",
    "adjusted": "Adjustment for covariates",
    "per_trial": "Result of a trial",
    "tau2_method": "Estimator of τ²",
    "ci_method": "Interval",
    "rho": "Correlation in a trial",
}
