"""Rules that hold between the cells, rows and tables of the data folder.

What a single cell may hold is in the table schemas; what only deserves a look is in the audit.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from metarepro.manifest.files import ORDINARY, strange_files
from metarepro.study import transcription
from metarepro.study.corrections import blame_corrections
from metarepro.study.plausibility import implausible
from metarepro.study.references import unknown_names
from metarepro.study.risk_of_bias import wrong_judgements
from metarepro.study.transcription import CORRECTIONS_FILE, Dataset
from metarepro.study.unread_files import unread_files
from metarepro.tabular.file_names import ALLOWED, odd_names
from metarepro.tabular.limits import Limits
from metarepro.tabular.problems import DataError, Problem, problem_of_row
from metarepro.tabular.report_tables import POOLED_CLAIMS, PROPORTIONS
from metarepro.tabular.reported_statistics import STATISTICS, Given
from metarepro.tabular.result_links import (
    lost_duplicates,
    repeated_interventions,
    results_kept_twice,
    wrong_interventions,
)
from metarepro.wording.published import PRINTED

# Rows that break a rule, the column to look at, what is allowed there.
Rule = tuple[pd.Series, str, str]

CLAIM_DIRECTIONS = {
    # Claims that are a direction and no number, and the only direction that they can have.
    "effect_direction": "favours_intervention",
    "evaluations_direction": "improved",
    "moderator_direction": "greater",
}
SHARES = (*PROPORTIONS, "relative_reduction_more_than")


def load(folder: Path | str) -> Dataset:
    """Read a data folder and check all of it.

    Parameters
    ----------
    folder : Path or str
        With the files that the data guide describes.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        With every problem of every file.
    """
    data, problems = read_and_check(folder)
    if problems:
        raise DataError(problems)
    return data


def read_and_check(folder: Path | str) -> tuple[Dataset, list[Problem]]:
    """As `load`, with the problems beside what could be read.

    Raises
    ------
    DataError
        For what is no ordinary file: nothing is read then.
    """
    folder = Path(folder)
    inside = folder.resolve().name
    if strange := strange_files(folder.parent, [folder.name]):
        raise DataError(Problem(path, None, "", found, ORDINARY) for path, found in strange)
    data = transcription.read(folder)
    odd = [Problem(f"{inside}/{name}", None, "", name, ALLOWED) for name in odd_names(folder)]
    odd += [
        Problem(f"{inside}/{name}", None, "", "a file that nothing reads", allowed)
        for name, allowed in unread_files(folder)
        if f"{inside}/{name}" not in {problem.file for problem in odd}
    ]
    corrections = f"{inside}/{CORRECTIONS_FILE}"
    found = check_data(data)
    # A correction of a record whose id was renamed says nothing that other tables do not say.
    names = {problem.found for problem in found}
    cells = [
        problem
        for problem in data.problems
        if (problem.file, problem.column) != (corrections, "row") or problem.found not in names
    ]
    return data, blame_corrections([*odd, *cells, *found], data.corrected, corrections)


def check_data(data: Dataset) -> list[Problem]:
    """Check the rules between cells, rows and tables.

    Rules within a row pass over rows of which a cell is already in `data.problems`; references
    into a table that could not be read whole are not checked.

    Parameters
    ----------
    data : Dataset

    Returns
    -------
    list of Problem
        Without those in `data.problems`.
    """
    broken = {(problem.file, problem.row) for problem in data.problems}
    within_rows = [
        *_apply(data.results, _result_rules(data.results, data.trials)),
        *_apply(data.published, _published_rules(data.published)),
        *_apply(data.claims, _claim_rules(data)),
        *_apply(data.local_evaluations, _evaluation_rules(data.local_evaluations)),
        *(
            problem
            for table in ("claims", "local_evaluations", "economic_evidence", "guidance")
            for problem in _apply(getattr(data, table), _footnote_rules(getattr(data, table)))
        ),
    ]
    problems = [problem for problem in within_rows if (problem.file, problem.row) not in broken]
    problems += unknown_names(data)
    problems += implausible(data)
    problems += repeated_interventions(data.trials)
    problems += wrong_interventions(data.results, data.trials)
    problems += lost_duplicates(data.results, complete="results" not in data.incomplete)
    problems += results_kept_twice(data.results, data.trials)
    problems += _not_cluster_trials(data)
    problems += _told_twice(data.characteristics)
    problems += wrong_judgements(data.risk_of_bias, data.trials)
    # Of a cell that is not allowed by itself nothing more is said.
    told = {problem.place() for problem in data.problems}
    return [problem for problem in problems if problem.place() not in told]


def _apply(frame: pd.DataFrame, rules: Iterator[Rule]) -> list[Problem]:
    return [
        problem_of_row(row, column, allowed)
        for broken, column, allowed in rules
        if broken.any()
        for _, row in frame[broken].iterrows()
    ]


def _result_rules(r: pd.DataFrame, trials: pd.DataFrame) -> Iterator[Rule]:
    known = r["trial_id"].isin(trials["trial_id"])
    live = r["exclude"] == ""
    has = r.notna()
    parts = zip(r["trial_id"], r["result_id"], strict=True)
    own_id = [
        bool(re.fullmatch(re.escape(trial) + r"-[0-9]{2}", result)) for trial, result in parts
    ]
    # Of a trial that is not there another rule speaks.
    yield ~pd.Series(own_id, index=r.index, dtype=bool) & known, "result_id", "trial_id-NN"
    for arm in ("t", "c"):
        # One person may have several events in the time that rates are made of.
        too_many = (r[f"events_{arm}"] > r[f"n_{arm}"]) & (r["statistic"] != "rates")
        yield too_many, f"events_{arm}", f"at most n_{arm}"
    for one, other in (
        ("n_t", "n_c"),
        ("n_c", "n_t"),
        ("ci_low", "ci_high"),
        ("ci_high", "ci_low"),
        ("time_t", "time_c"),
        ("time_c", "time_t"),
    ):
        missing = ~has[one] & has[other]
        if one == "n_c":  # a proportion is of one group
            missing &= r["statistic"] != "proportion"
        yield missing, one, f"a number, since {other} is filled"
    yield has["n_t"] & has["n_total"], "n_total", "empty when n_t and n_c are filled"
    yield from _p_rules(r)
    yield r["ci_low"] >= r["ci_high"], "ci_low", "below ci_high"
    for column in ("ci_low", "se"):
        yield has[column] & ~has["value"], "value", f"a number, since {column} is filled"
    outside = (r["value"] < r["ci_low"]) | (r["value"] > r["ci_high"])
    yield outside, "value", "within its CI"
    for name in STATISTICS.keys() & set(r["statistic"]):
        own, limits = r["statistic"] == name, STATISTICS[name].possible
        allowed = _since(limits, "statistic", name)
        yield own & has["value"] & ~limits.hold(r["value"]), "value", allowed
        limits = STATISTICS[name].possible_ci
        allowed = _since(limits, "statistic", name)
        for column in ("ci_low", "ci_high"):
            yield own & has[column] & ~limits.hold(r[column]), column, allowed
    basis = (r["se_basis"] != "") & ~has["se"]
    yield basis, "se_basis", "empty, since se is empty"
    corrected = (r["corrected"] != "") & (r["statistic"] != "smd")
    yield corrected, "corrected", "empty unless the statistic is smd"
    for column in ("mean_t", "mean_c"):
        percent = (r["statistic"] == "percentages") & has[column] & ~r[column].between(0, 100)
        yield percent, column, "0 to 100 for percentages"
    no_scale = live & (r["higher_is_better"] == "")
    yield no_scale, "higher_is_better", "yes or no in a row that is not excluded"
    yield live & (r["sign"] == "unsigned"), "sign", "unsigned only in excluded rows"
    yield live & (r["exclude_reason"] != ""), "exclude_reason", "empty when exclude is empty"
    duplicate = r["exclude"] == "duplicate"
    unexplained = ~live & ~duplicate & (r["exclude_reason"] == "")
    yield unexplained, "exclude_reason", "the reason for the exclusion"
    no_kept = duplicate & (r["duplicate_of"] == "")
    yield no_kept, "duplicate_of", "the result_id of the kept row, since exclude is duplicate"
    for column in ("duplicate_of", "second_copy"):
        yield ~duplicate & (r[column] != ""), column, "empty unless exclude is duplicate"
    given = Given(r)
    for name in STATISTICS.keys() & set(r["statistic"]):
        no_route = live & (r["statistic"] == name) & ~STATISTICS[name].usable(given)
        yield no_route, "statistic", f"for a row that is not excluded: {STATISTICS[name].needs}"


def _since(limits: Limits, column: str, name: str) -> str:
    return f"{limits}, since the {column} is {name}"


def _p_rules(frame: pd.DataFrame) -> Iterator[Rule]:
    has_p, has_relation = frame["p_value"].notna(), frame["p_relation"] != ""
    yield has_p & ~has_relation, "p_relation", "=, < or >, since p_value is filled"
    yield ~has_p & has_relation, "p_value", "a number, since p_relation is filled"


def _published_rules(p: pd.DataFrame) -> Iterator[Rule]:
    narrative = p["status"] == "narrative"
    has = p.notna()
    for column in ("estimate", "ci_low", "ci_high"):
        yield narrative & has[column], column, "empty in a narrative row"
    no_direction = narrative & (p["narrative_direction"] == "")
    yield no_direction, "narrative_direction", "a direction in a narrative row"
    said = ~narrative & (p["narrative_direction"] != "")
    yield said, "narrative_direction", "empty unless the row is narrative"
    yield ~narrative & ~has["estimate"], "estimate", "a number unless the row is narrative"
    yield ~narrative & (p["measure"] == ""), "measure", "filled unless the row is narrative"
    yield from _p_rules(p)
    no_certainty = (p["certainty"] == "") & (p["certainty_note"] != "")
    yield no_certainty, "certainty_note", "empty without a certainty"
    # A suspect row shows what the source prints, be it a CI cut off in print.
    whole = p["status"] != "suspect"
    for one, other in (("ci_low", "ci_high"), ("ci_high", "ci_low")):
        yield whole & ~has[one] & has[other], one, f"a number, since {other} is filled"
    yield p["ci_low"] >= p["ci_high"], "ci_low", "below ci_high"
    outside = (p["estimate"] < p["ci_low"]) | (p["estimate"] > p["ci_high"])
    yield outside, "estimate", "within its CI"
    for name in PRINTED.keys() & set(p["measure"]):
        own, limits = p["measure"] == name, PRINTED[name].possible
        allowed = _since(limits, "measure", name)
        # A normal interval of a risk difference may reach beyond.
        for column in ("estimate", *(("ci_low", "ci_high") if name != "RD" else ())):
            yield own & has[column] & ~limits.hold(p[column]), column, allowed
    for column in ("i2", "tau2"):
        yield (p["k"] == 1) & (p[column] > 0), column, "0 or empty, since k is 1"
    yield p["n"] < p["k"], "n", "the participants, at least as many as k, the trials"


def _claim_rules(data: Dataset) -> Iterator[Rule]:
    claims = data.claims
    for kind, direction in CLAIM_DIRECTIONS.items():
        other = (claims["claim_kind"] == kind) & (claims["claimed_direction"] != direction)
        yield other, "claimed_direction", f"{direction}, since the claim_kind is {kind}"
    number = ~claims["claim_kind"].isin(CLAIM_DIRECTIONS) & claims["claimed_value"].isna()
    yield number, "claimed_value", "a number, since the claim_kind is one"
    for kind, columns in POOLED_CLAIMS.items():
        for column in columns:
            missing = (claims["claim_kind"] == kind) & (claims[column] == "")
            yield missing, column, f"filled, since the claim_kind is {kind}"
    greater = claims["claimed_direction"] == "greater"
    for column in ("moderator", "moderator_level"):
        allowed = "filled when the claimed_direction is greater, and only then"
        yield greater == (claims[column] == ""), column, allowed
    ratio = claims["claim_kind"].eq("moderator_ratio_about") & ~greater
    yield ratio, "claimed_direction", "greater, since the claim_kind is moderator_ratio_about"
    over_nothing = (claims["claimed_relation"] != "") & claims["claimed_value"].isna()
    yield over_nothing, "claimed_relation", "empty without a claimed_value"
    no_count = ~claims["claim_kind"].str.startswith("count_") & (claims["counted"] != "")
    yield no_count, "counted", "empty unless the claim_kind is a count"
    domains = dict(zip(data.outcomes["outcome"], data.outcomes["domain"], strict=True))
    expected = claims["outcome"].map(domains)
    other = expected.notna() & (claims["domain"] != expected)
    yield other, "domain", "the domain that the codebook gives for the outcome"


def _evaluation_rules(e: pd.DataFrame) -> Iterator[Rule]:
    for statistics, pattern, allowed in (
        (SHARES, r"0?\.[0-9]+|[01]", "a share from 0 to 1 with a decimal point"),
        (("one_in_before_after",), r"[1-9][0-9]*;[1-9][0-9]*", "two whole numbers, 4;10"),
    ):
        wrong = e["statistic"].isin(statistics) & ~e["value"].str.fullmatch(pattern)
        yield wrong, "value", f"{allowed}, since the statistic is {' or '.join(statistics)}"
    no_share = e["reference"].notna() & ~e["statistic"].isin(PROPORTIONS)
    yield no_share, "reference", f"empty unless the statistic is {' or '.join(PROPORTIONS)}"


def _footnote_rules(frame: pd.DataFrame) -> Iterator[Rule]:
    wrong = ~frame["footnote"].str.fullmatch(r"([0-9]+(-[0-9]+)?(, ?[0-9]+(-[0-9]+)?)*)?")
    yield wrong, "footnote", "numbers or ranges (20, 44-46), or empty"


def _not_cluster_trials(data: Dataset) -> list[Problem]:
    designs = dict(zip(data.trials["trial_id"], data.trials["design"], strict=True))
    return [
        problem_of_row(row, "trial_id", f"a cluster_rct; its design is {designs[row['trial_id']]}")
        for _, row in data.clusters.iterrows()
        if designs.get(row["trial_id"], "cluster_rct") != "cluster_rct"
    ]


def _told_twice(characteristics: pd.DataFrame) -> list[Problem]:
    """Find trials with two values of one characteristic."""
    twice = characteristics[characteristics.duplicated(["trial_id", "characteristic"])]
    return [
        problem_of_row(
            row, "characteristic", f"one row for each characteristic of {row['trial_id']}"
        )
        for _, row in twice.iterrows()
    ]
