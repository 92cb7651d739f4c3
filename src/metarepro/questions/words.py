"""Answers as tables: numbers for programs, and the same in words for readers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from metarepro.models.thresholds import has_reliable_interval
from metarepro.questions.absolute_words import absolute_table
from metarepro.questions.answer_table import AnswerTable
from metarepro.questions.asking import Answers, Corrected, Important
from metarepro.questions.groups import LeftOut, Subgroups
from metarepro.questions.regression import RegressionOn
from metarepro.synthesis.study_pool import StudyPool
from metarepro.synthesis.study_pool_words import interval, number
from metarepro.tabular.plain_text import clean_text
from metarepro.wording.phrases import (
    DASH,
    FLAGS,
    capitalised,
    counted,
    decimal,
    degrees,
    no_interval,
    p_value,
    percent,
)

#: Flags of the pool of a group that are said although its interval is shown.
_NOTED = ("normal_few_trials", "several_modes", "zero_standard_error")
#: Effects in the tables of answers; they are printed as the measure is.
_EFFECTS = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")


def answer_tables(answers: Answers) -> list[AnswerTable]:
    """Give every answer as a table, in the order of the questions."""
    result = answers.pool
    tables = [subgroup_table(result, found) for found in answers.subgroups]
    tables += [regression_table(result, found) for found in answers.regressions]
    tables += [left_out_table(result, found) for found in answers.left_out]
    if answers.absolute:
        tables.append(absolute_table(result, answers.absolute))
    if answers.important is not None:
        tables.append(important_table(result, answers.important))
    if answers.corrected is not None:
        tables.append(corrections_table(result, answers.corrected))
    return tables


def selection_notes(answers: Answers) -> list[str]:
    """What was left out, and which names have no counterpart, in sentences."""
    said = []
    columns, chosen = answers.columns, answers.subset
    if answers.corrected is not None:
        said.append(f"Cells corrected: {len(answers.corrected.corrections)}, as listed below.")
    if chosen.conditions:
        kept, rows = int(chosen.rows.sum()), counted(len(chosen.rows), "row")
        conditions = " and ".join(map(str, chosen.conditions))
        said.append(f"Subset: {conditions}; {kept} of {rows}.")
        if chosen.unknown:
            said.append(f"Left out, as a cell is empty: {'; '.join(chosen.unknown)}.")
    if columns.unknown_studies:
        said.append(f"Without a row among the studies: {'; '.join(columns.unknown_studies)}.")
    if columns.unused_studies:
        said.append(
            f"Among the studies, but not in the table: {'; '.join(columns.unused_studies)}."
        )
    return said


def subgroup_table(result: StudyPool, found: Subgroups) -> AnswerTable:
    """The pool of each group, and the test."""
    notes = [subgroup_test(found)]
    if found.not_tested:
        notes.append(f"Groups of one trial are not in the test: {'; '.join(found.not_tested)}.")
    notes += _unknown(found.unknown, "in no group")
    if not found.test["reason"] and result.pooled.model != "common":
        notes.append("Each group has its own variance between trials; the test uses one for all.")
    notes.append("Studies are not randomised to groups: a difference may have other causes.")
    title = f"Subgroups by {found.column}"
    return _pool_table(result, "subgroups", title, found.pools, notes, "Group")


def subgroup_test(found: Subgroups) -> str:
    """The test in a sentence."""
    test = found.test
    if test["reason"]:
        return f"No test for differences between groups: {test['reason']}."
    df2 = "∞" if math.isnan(test["df2"]) else degrees(test["df2"])
    f = f"F({test['df1']:.0f}, {df2}) = {decimal(test['statistic'])}, {p_value(test['p_value'])}"
    flags = "".join(f"; {FLAGS[flag]}" for flag in test["flags"].split("; ") if flag)
    return f"Test for differences between groups: {f}{flags}."


def left_out_table(result: StudyPool, found: LeftOut) -> AnswerTable:
    """The pool without each group."""
    title = f"Each group of {found.column} left out in turn"
    notes = _unknown(found.unknown, "in no group, and always pooled")
    return _pool_table(result, "left_out", title, found.pools, notes, "Left out")


def regression_table(result: StudyPool, found: RegressionOn) -> AnswerTable:
    """Intercept and slope of a meta-regression."""
    scale = result.scale
    on = f" ({scale.pooled_on.removeprefix(' on the ')})" if scale.pooled_on else ""
    names = ("intercept", "slope")
    parts = (found.intercept, found.slope)
    reliable = has_reliable_interval(found.flags)
    header = ["", f"Coefficient{on}", scale.ci, "p"]
    labels = (f"Effect at {found.column} = 0", f"Difference per 1 of {found.column}")
    words = [
        [
            label,
            _digits(part.estimate),
            f"{_digits(part.ci_low)} to {_digits(part.ci_high)}" if reliable else DASH,
            p_value(part.p_value).removeprefix("p ").removeprefix("= ") if reliable else DASH,
        ]
        for label, part in zip(labels, parts, strict=True)
    ]
    if scale.is_ratio:
        header.append("As a ratio")
        for row, part in zip(words, parts, strict=True):
            limits = f" [{interval(result, part.ci_low, part.ci_high)}]" if reliable else ""
            row.append(f"{number(result, part.estimate)}{limits}")
    size = _size(found.k, found.n_trials)
    notes = [f"{size}. Residual τ²: {decimal(found.tau2, 4)}; τ² explained: {percent(found.r2)}."]
    if not reliable:
        notes.append(f"{capitalised(no_interval(found.flags))}.")
    notes += [f"{capitalised(FLAGS[flag])}." for flag in found.flags]
    notes += _unknown(found.unknown, "without a number, and not in the regression")
    table = pd.DataFrame(
        [
            {"column": found.column, "coefficient": name, **vars(part)}
            for name, part in zip(names, parts, strict=True)
        ]
    ).assign(
        k=found.k,
        n_trials=found.n_trials,
        tau2=found.tau2,
        r2=found.r2,
        model=found.model,
        flags="; ".join(found.flags),
    )
    return AnswerTable(
        "regression", f"Meta-regression on {found.column}", header, words, table, notes
    )


def important_table(result: StudyPool, found: Important) -> AnswerTable:
    """The share of true effects beyond a minimal important difference."""
    share, scale = found.share, result.scale
    where = "above" if found.place > 0 else "below"
    limit = decimal(found.printed)
    words = [f"{where} {limit}", _share(share.share)]
    known = not math.isnan(share.ci_low)
    words.append(f"{_share(share.ci_low)} to {_share(share.ci_high)}" if known else DASH)
    notes = [
        "Share of the true effects of studies like these, taken to be normally distributed "
        "(Mathur and VanderWeele 2019)."
    ]
    if share.reason:
        what = "No interval" if not math.isnan(share.share) else "Not given"
        notes.append(f"{what}: {share.reason}.")
    notes += [_CAUTIONS[flag] for flag in share.flags]
    table = pd.DataFrame(
        [
            {"important": found.printed, "side": where, "share": share.share}
            | {"ci_low": share.ci_low, "ci_high": share.ci_high}
            | {"flags": "; ".join(share.flags), "reason": share.reason}
        ]
    )
    title = f"True effects beyond the minimal important difference, {limit}"
    return AnswerTable(
        "important", title, [scale.title, "Share of true effects", scale.ci], [words], table, notes
    )


_CAUTIONS = {
    "share_of_few": "Caution: with fewer than 10 trials the share is badly known.",
    "share_near_end": "Caution: near 0 or 100% the interval is too narrow.",
}


def corrections_table(result: StudyPool, found: Corrected) -> AnswerTable:
    """The pool before and after corrections."""
    lines = [
        f"{one.study}, {clean_text(one.column)}: {one.found} → {one.right}"
        for one in found.corrections
    ]
    alone = list(found.corrections) if len(lines) > 1 else []
    labels = ["before", *(f"only {line}" for line in lines[: len(alone)]), "after all"]
    notes = [
        f"{line}. {capitalised(one.reason.rstrip('.'))} ({one.source})."
        for line, one in zip(lines, found.corrections, strict=True)
    ]
    shown = _pool_table(
        result, "corrections", "Corrections", found.pools.assign(group=labels), notes, "Pool"
    )
    said = ("row", "study", "column", "found", "right", "reason", "source")
    empty = dict.fromkeys(said, "")
    ledger = pd.DataFrame(
        [empty, *({name: str(getattr(one, name)) for name in said} for one in alone), empty]
    )
    which = ["before", *("this alone" for _ in alone), "after all"]
    table = pd.concat([ledger, shown.table.drop(columns="group")], axis=1)
    table.insert(0, "pool", which)
    return replace(shown, table=table)


def _pool_table(
    result: StudyPool,
    name: str,
    title: str,
    pools: pd.DataFrame,
    notes: Sequence[str],
    first: str,
) -> AnswerTable:
    scale = result.scale
    words, notes = [], list(notes)
    for row in pools.to_dict("records"):
        size = _size(row["k"], row["n_trials"])
        if row["reason"]:
            words.append([row["group"], size, row["reason"], DASH, DASH])
            continue
        limits = no_interval(row["flags"])
        if not limits and not math.isnan(row["ci_low"]):
            limits = interval(result, row["ci_low"], row["ci_high"])
        effect = f"{number(result, row['estimate'])} [{limits or 'no interval'}]"
        raised = set(row["flags"].split("; "))
        notes += [f"{row['group']}: {FLAGS[flag]}." for flag in _NOTED if flag in raised]
        heterogeneity = [_or(row["i2"], percent), _or(row["tau2"], lambda x: decimal(x, 4))]
        words.append([row["group"], size, effect, *heterogeneity])
    header = [first, "Size", f"{scale.title} [{scale.ci}]", "I²", "τ²"]
    order = ["group", *(column for column in pools if column != "group")]
    shown = {name: pools[name].map(scale.shown) for name in _EFFECTS}
    return AnswerTable(name, title, header, words, pools[order].assign(**shown), notes)


def _size(k: float, n_trials: float) -> str:
    """How many results of how many trials; of trials with one result each their number."""
    trials = counted(n_trials, "trial")
    return trials if k == n_trials else f"{counted(k, 'result')} of {trials}"


def _or(value: float, words: Callable[[float], str]) -> str:
    return DASH if math.isnan(value) else words(value)


def _digits(value: float) -> str:
    """Four significant digits: a slope may be of any size."""
    return f"{value:#.4g}".replace("-", "\u2212")


def _share(value: float) -> str:
    return _or(100 * value, percent)


def _unknown(studies: Sequence[str], what: str) -> list[str]:
    return [f"{capitalised(what)}: {'; '.join(studies)}."] if studies else []
