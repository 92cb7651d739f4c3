"""Words for the codes of the tables: what readers see instead of "rct", "post" or "ns".

The CSV files keep the codes; `report.glossary` defines the words that are terms.
"""

from collections.abc import Mapping

#: Columns with codes, each with the words for its values.
WORDS: Mapping[str, Mapping[str, str]] = {
    "design": {
        "rct": "randomised trial",
        "cluster_rct": "cluster-randomised trial",
        "quasi": "non-randomised trial",
        "single_arm": "single-arm study",
        "unclear": "design unclear",
    },
    "timepoint": {
        "post": "after the intervention",
        "follow_up": "follow-up",
        "change": "change from baseline",
    },
    "tier": {
        "direct": "as reported",
        "derived": "worked out",
        "approximate": "approximate",
    },
    "statistic": {
        "means": "means and standard deviations",
        "counts": "numbers of events",
        "smd": "standardised mean difference",
        "cox_index": "Cox index",
        "mean_difference": "mean difference",
        "odds_ratio": "odds ratio",
        "risk_ratio": "risk ratio",
        "risk_difference": "risk difference",
        "eta_squared": "eta squared",
        "f_test": "F test",
        "t_test": "t test",
        "p_only": "p value only",
        "percentages": "percentages",
        "paired_means": "paired means and standard deviations",
        "change_means": "mean changes and their standard deviations",
        "rates": "events and person-time",
        "hazard_ratio": "hazard ratio",
        "rate_ratio": "rate ratio",
        "ratio": "ratio",
        "correlation": "correlation",
        "proportion": "proportion",
    },
    "se_source": {
        "sds": "the standard deviations",
        "counts": "the numbers of events",
        "se": "the printed standard error",
        "ci": "the confidence interval",
        "p": "the p value",
        "p bound": "the upper bound of p",
        "ns": "the numbers of participants",
        "f": "the F statistic",
        "t": "the t statistic",
        "eta squared": "eta squared",
        "correlation": "the correlation",
    },
    "source_kind": {
        "abstract": "abstract",
        "table": "table of the trial's report",
        "registry": "trial registry",
        "database": "database of effect sizes",
        "secondary_review": "table of another review",
        "citing_paper": "paper that cites the trial",
        "other": "other source",
        "review_file": "data file of a review",
    },
    "basis": {
        "listed": "confirmed trials",
        "plausible": "plausible trials",
        "listed+plausible": "confirmed and plausible trials",
    },
    "status": {
        "verified": "read in the review's abstract or on its official page",
        "secondary": "read in another source that quotes the review",
        "suspect": "the published numbers contradict themselves",
        "narrative": "a direction without a number",
    },
    "agreement": {
        "equal": "equal",
        "within_rounding": "equal within rounding",
        "different": "different",
        "not_comparable": "not comparable",
    },
    "role": {
        "cited": "cited",
        "context": "for context",
    },
    "check": {
        "off_centre_ci": "estimate not in the middle of its interval",
        "p_against_ci": "p value against the interval",
        "p_against_n": "p value against the group sizes",
        "p_against_se": "p value against the standard error",
        "p_against_test": "p value against the test",
        "ci_narrower_than_n": "interval too narrow for the group sizes",
        "se_below_arms": "standard error too small for the group sizes",
        "cluster_se_of_individuals": "standard error ignores the clusters",
        "cluster_se_adjusted": "standard error already adjusted for clusters",
        "df_near_arms": "degrees of freedom near the group sizes",
        "df_against_arms": "degrees of freedom against the group sizes",
        "ratio_se_scale": "standard error of a ratio on another scale",
        "ratio_se_undecided": "standard error of a ratio of unknown scale",
        "large_g": "very large effect",
        "printed_d_sign": "effect against the means: other direction",
        "printed_d_against_means": "effect against the means",
        "difference_sign": "difference against the means: other direction",
        "difference_against_means": "difference against the means",
        "ratio_sign": "ratio against the counts: other direction",
        "ratio_against_risks": "ratio against the counts",
        "effect_on_other_side": "effect in the other direction",
        "se_typed_for_sd": "standard error in place of a standard deviation",
        "sd_typed_for_se": "standard deviation in place of a standard error",
        "sds_apart": "standard deviations far apart",
        "sd_zero": "standard deviation of zero",
        "sd_against_measure": "standard deviation unusual for the measure",
        "arm_size_differs": "group size differs between analyses",
        "row_twice": "the same row twice",
        "row_of_another_study": "the row of another study",
        "row_effect": "effect against the numbers of its row",
        "row_ci": "interval against the numbers of its row",
        "arms_swapped": "groups swapped",
        "changed_arms": "group changed between analyses",
        "changed_numbers": "numbers changed between analyses",
        "count_not_whole": "count is not a whole number",
        "impossible_count": "impossible count",
        "rows_not_compared": "rows that could not be compared",
        "same_people_again": "a study in several rows of a pool",
        "shared_arm": "group counted more than once",
        "shared_arm_or_split": "group counted more than once, or divided",
    },
    "n_basis": {
        "analysed": "those analysed",
        "randomised": "those randomised",
        "effective": "already reduced for the clusters",
        "unknown": "not stated whether randomised or analysed",
    },
    "adjusted": {
        "yes": "adjusted for covariates",
        "no": "not adjusted",
        "unknown": "not stated whether adjusted",
    },
    "evidence_type": {
        "large_scale": "reviews of trials",
        "practice_based": "local evaluations",
        "economic": "economic evidence",
        "guidance": "guidance",
    },
}


def in_words(column: str, code: str) -> str:
    """A code of a column in words; several joined by "+" with commas.

    Parameters
    ----------
    column : str
        A key of `WORDS`.
    code : str
        A value of the column; "" stays "".

    Examples
    --------
    >>> in_words("design", "cluster_rct"), in_words("tier", "direct+derived")
    ('cluster-randomised trial', 'as reported, worked out')
    """
    words = WORDS[column]
    if code in words or not code:
        return words.get(code, "")
    return ", ".join(words[part] for part in code.split("+"))
