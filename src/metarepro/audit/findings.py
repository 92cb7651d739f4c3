"""What does not add up in the sources: printed numbers set against what other numbers imply.

A finding changes nothing in the data; it tells the reader where to look. Severity:

- error: two printed numbers of one row point in opposite directions.
- warning: two printed numbers disagree by more than rounding. An adjustment, clusters, another
  test or a misprint may be behind it.
- note: a single number that is possible but improbable, or a number that needs a second look.

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
from metarepro.audit.group_tests import df_against_arms, p_against_test, ratio_se_scale
from metarepro.audit.summaries import (
    difference_against_means,
    p_against_n,
    printed_d_against_means,
    ratio_against_risks,
    sd_against_measure,
    sd_typed_for_se,
    sds_apart,
    se_typed_for_sd,
)
from metarepro.audit.tables import AUDIT
from metarepro.tabular.plain_text import spelling

#: How severe each kind of finding is; one check may find two kinds.
SEVERITY = {
    "off_centre_ci": "warning",
    "p_against_ci": "warning",
    "p_against_n": "warning",
    "p_against_se": "warning",
    "ci_narrower_than_n": "warning",
    "se_below_arms": "warning",
    "cluster_se_of_individuals": "warning",
    "cluster_se_adjusted": "warning",
    "df_near_arms": "note",
    "df_against_arms": "warning",
    "p_against_test": "warning",
    "ratio_se_scale": "warning",
    "ratio_se_undecided": "note",
    "large_g": "note",
    "printed_d_sign": "error",
    "printed_d_against_means": "warning",
    "difference_sign": "error",
    "difference_against_means": "warning",
    "ratio_sign": "error",
    "ratio_against_risks": "warning",
    "se_typed_for_sd": "warning",
    "sd_typed_for_se": "warning",
    "sds_apart": "warning",
    "sd_against_measure": "note",
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
    df_against_arms,
    p_against_test,
    ratio_se_scale,
    large_g,
    printed_d_against_means,
    difference_against_means,
    ratio_against_risks,
    se_typed_for_sd,
    sd_typed_for_se,
    sds_apart,
    sd_against_measure,
]
PUBLISHED_CHECKS: list[Check] = [published_off_centre_ci, published_p_against_ci]


#: What the checks look at in the effects.
EFFECT_COLUMNS = (
    *("effect_measure", "yi", "sei", "n_t", "n_c", "n_total"),
    *("design", "se_source", "assumptions"),
)


def audit_results(results: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Check the usable results of the trials.

    Parameters
    ----------
    results : DataFrame, one row per reported result
        Columns of data/trials/results.csv; numbers as floats with NaN, text with "" for empty.
        Rows with `exclude` filled are passed over.
    effects : DataFrame
        Their effects: result_id and `EFFECT_COLUMNS`. Results that are not in it skip
        the checks that need an effect.

    Returns
    -------
    DataFrame, one row per finding
        `tables.AUDIT`; source_table "results", record_id the result_id. In the order of
        `results`, then of `RESULT_CHECKS`.
    """
    usable = results[results["exclude"] == ""]
    effect_columns = effects[["result_id", *EFFECT_COLUMNS]]
    renamed = effect_columns.set_index("result_id").add_prefix("effect_")
    # The SDs of a second copy count as well, those of rows with other faults do not.
    sds = sd_elsewhere(results[results["exclude"].isin(["", "duplicate"])])
    joined = usable.join(renamed, on="result_id").assign(sd_elsewhere=sds)
    return _findings("results", joined["result_id"], joined, RESULT_CHECKS)


def audit_published(published: pd.DataFrame) -> pd.DataFrame:
    """Check the pooled results that reviews published.

    Parameters
    ----------
    published : DataFrame, one row per pooled result
        Columns of the reviews' published.csv with review_id and row (the line in that file).

    Returns
    -------
    DataFrame, one row per finding
        `tables.AUDIT`; source_table "published", record_id "review_id:row".
    """
    return _findings("published", record_ids(published), published, PUBLISHED_CHECKS)


def record_ids(published: pd.DataFrame) -> pd.Series:
    """Name of each published row in the audit: "review_id:row"."""
    return published["review_id"] + ":" + published["row"].astype(int).astype(str)


def sd_elsewhere(results: pd.DataFrame) -> pd.Series:
    """Median SD (geometric mean of the arms) of the same measure in other rows.

    Those of other trials come first: whoever took one SE for an SD may have done so throughout a
    trial. Where no other trial has the measure, the trial's own other rows are taken.
    NaN where no other row gives SDs of the measure.

    Parameters
    ----------
    results : DataFrame
        Columns result_id, trial_id, measure, sd_t and sd_c.
    """
    known = results.assign(
        sd=(results["sd_t"] * results["sd_c"]) ** 0.5, name=results["measure"].map(spelling)
    )
    found = []
    for row in known.itertuples():
        same = known[(known["name"] == row.name) & (known.index != row.Index) & known["sd"].notna()]
        others = same[same["trial_id"] != row.trial_id]
        sds = others["sd"] if len(others) else same["sd"]
        found.append(median(sds) if len(sds) else math.nan)
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
