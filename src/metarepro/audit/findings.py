"""What does not add up in the sources: printed numbers set against what other numbers imply.

A finding changes nothing in the data; it tells the reader where to look. Severity:

- error: two printed numbers of one row point in opposite directions.
- warning: two printed numbers disagree by more than rounding. An adjustment, clusters, another
  test or a misprint may be behind it.
- note: a single number that is possible but improbable.

The printed decimals are read off the numbers, as the longest among those of one kind in a row
(0.2 beside 0.49 counts as 0.20): a table that went through a program has lost its trailing
zeros anyway.
"""

import math
from collections.abc import Callable, Iterable
from statistics import median

import pandas as pd

from metarepro.audit.checks import (
    Finding,
    Row,
    ci_narrower_than_n,
    cluster_se_of_individuals,
    large_g,
    p_against_se,
    published_off_centre_ci,
    published_p_against_ci,
    result_off_centre_ci,
    result_p_against_ci,
    se_below_arms,
)
from metarepro.audit.summaries import (
    difference_against_means,
    p_against_n,
    printed_d_against_means,
    ratio_against_risks,
    sd_typed_for_se,
    se_typed_for_sd,
)
from metarepro.audit.tables import AUDIT

#: How severe each kind of finding is; one check may find two kinds.
SEVERITY = {
    "off_centre_ci": "warning",
    "p_against_ci": "warning",
    "p_against_n": "warning",
    "p_against_se": "warning",
    "ci_narrower_than_n": "warning",
    "se_below_arms": "warning",
    "cluster_se_of_individuals": "warning",
    "large_g": "note",
    "printed_d_sign": "error",
    "printed_d_against_means": "warning",
    "difference_sign": "error",
    "difference_against_means": "warning",
    "ratio_sign": "error",
    "ratio_against_risks": "warning",
    "se_typed_for_sd": "warning",
    "sd_typed_for_se": "warning",
}

Check = Callable[[Row], Finding | None]

RESULT_CHECKS: list[Check] = [
    result_off_centre_ci,
    result_p_against_ci,
    p_against_n,
    p_against_se,
    ci_narrower_than_n,
    se_below_arms,
    cluster_se_of_individuals,
    large_g,
    printed_d_against_means,
    difference_against_means,
    ratio_against_risks,
    se_typed_for_sd,
    sd_typed_for_se,
]
PUBLISHED_CHECKS: list[Check] = [published_off_centre_ci, published_p_against_ci]


#: What the checks look at in the effects.
EFFECT_COLUMNS = ("effect_measure", "yi", "sei", "n_t", "n_c", "n_total", "assumptions")


def audit_results(results: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Check the usable results of the trials.

    Parameters
    ----------
    results : DataFrame, one row a reported result
        Columns of data/trials/results.csv; numbers as floats with NaN, text with "" for empty.
        Rows with `exclude` filled are passed over.
    effects : DataFrame
        Their effects: result_id and `EFFECT_COLUMNS`. Results that are not in it skip
        the checks that need an effect.

    Returns
    -------
    DataFrame, one row a finding
        `tables.AUDIT`; source_table "results", record_id the result_id. In the order of
        `results`, then of `RESULT_CHECKS`.
    """
    usable = results[results["exclude"] == ""]
    effect_columns = effects[["result_id", *EFFECT_COLUMNS]]
    renamed = effect_columns.set_index("result_id").add_prefix("effect_")
    joined = usable.join(renamed, on="result_id").assign(sd_elsewhere=sd_elsewhere(usable))
    return _findings("results", joined["result_id"], joined, RESULT_CHECKS)


def audit_published(published: pd.DataFrame) -> pd.DataFrame:
    """Check the pooled results that reviews published.

    Parameters
    ----------
    published : DataFrame, one row a pooled result
        Columns of the reviews' published.csv with review_id and row (the line in that file).

    Returns
    -------
    DataFrame, one row a finding
        `tables.AUDIT`; source_table "published", record_id "review_id:row".
    """
    return _findings("published", record_ids(published), published, PUBLISHED_CHECKS)


def record_ids(published: pd.DataFrame) -> pd.Series:
    """Name of each published row in the audit: "review_id:row"."""
    return published["review_id"] + ":" + published["row"].astype(int).astype(str)


def sd_elsewhere(results: pd.DataFrame) -> pd.Series:
    """Median SD (geometric mean of the arms) of the same measure in other trials.

    Trials' own other rows are not used: whoever took one SE for an SD did so throughout.
    NaN where no other trial gives SDs of the measure.
    """
    sds = (results["sd_t"] * results["sd_c"]) ** 0.5
    known = results.assign(sd=sds)[sds.notna()]
    found = []
    for measure, trial in zip(results["measure"], results["trial_id"], strict=True):
        others = known[(known["measure"] == measure) & (known["trial_id"] != trial)]
        found.append(median(others["sd"]) if len(others) else math.nan)
    return pd.Series(found, index=results.index, dtype="float64")


def _findings(
    source_table: str, record_ids: Iterable[str], rows: pd.DataFrame, checks: list[Check]
) -> pd.DataFrame:
    found = [
        (source_table, record_id, finding.check, SEVERITY[finding.check], *finding[1:])
        for record_id, row in zip(record_ids, rows.to_dict("records"), strict=True)
        for check in checks
        if (finding := check(row)) is not None
    ]
    return pd.DataFrame(found, columns=list(AUDIT.columns), dtype="str")
