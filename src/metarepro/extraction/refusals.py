"""Columns that hold something like what is pooled and are not: left out, with the reason."""

import re
from collections.abc import Iterator, Sequence

from metarepro.extraction.arm_words import times_in
from metarepro.extraction.headers import (
    ESTIMATE,
    EVENTS,
    HIGH,
    INTERVAL,
    LOW,
    MEAN,
    MEAN_SD,
    NON_EVENTS,
    SD,
    SIZE,
)
from metarepro.extraction.profiles import Column

_SEVERAL = 0.5
_LETTERS = r"(?:[^\W\d_])"
#: Words after which a cell with a mean, or an interval, has something else.
_SPREADS = re.compile(
    rf"(?<!{_LETTERS})(?:range|min|max|minimum|maximum|iqr|quartiles?|percentiles?|median)"
    rf"(?!{_LETTERS})",
    re.I,
)
_SEM = re.compile(rf"(?<!{_LETTERS})(?:sem|se|s\.e\.m?\.?|standard errors?)(?!{_LETTERS})", re.I)
_PERCENT = re.compile(
    rf"%|(?<!{_LETTERS})(?:percent(?:age)?|pct|perc|rates?|prop|proportions?)(?!{_LETTERS})", re.I
)
_BASE_10 = re.compile(r"log[\s_.-]?(?:10|₁₀)(?![0-9])", re.I)
#: Shares and rates of one group.
_OF_ONE_GROUP = re.compile(
    rf"(?<!{_LETTERS})(?:prevalences?|incidences?|sensitivity|specificity|accuracy|proportions?"
    rf"|percent(?:age)?s?|percentuale|prévalence|prävalenz|prevalencia)(?!{_LETTERS})",
    re.I,
)
#: Sensitivity and specificity, with their interval in the cell.
_ACCURACY = re.compile(rf"(?<!{_LETTERS})(?:[Ss]ens?|[Ss]pec|Se|Sp)(?!{_LETTERS})")
#: What is 1 minus a ratio.
_REDUCTION = re.compile(
    rf"(?<!{_LETTERS})(?:VE|RRR)(?!{_LETTERS})"
    r"|(?i:vaccine[\s_.-]*(?:efficacy|effectiveness)|relative[\s_.-]*risk[\s_.-]*reduction)"
)
#: A percentage that stands after the number that counts: "events (%)", "n, %".
_PERCENT_AFTER = re.compile(r"[(\[,;/|>]\s*(?:%|percent|pct|perc)", re.I)
_COUNT_AFTER = re.compile(r"(?:%|percent|pct|perc)[^a-z]*[(\[,;/|>]\s*(?:n|events?)\b", re.I)
_PERCENT_FIRST = re.compile(r"\s*[0-9.,]+\s*%")
#: A level of confidence: "90% CI", "99 % limits", "ci90", "LCL90", "ci_lower_90".
_LEVEL = re.compile(
    r"(?<![0-9.,])([5-9][0-9](?:[.,][0-9]+)?)\s*%"
    r"|(?<![0-9.,])([89][0-9])[\s_.-]*(?:ci|ic|conf|cri|lcl|ucl)"
    r"|(?:ci|ic|cl|cri|lower|upper|low|high|l|u|ll|ul|lb|ub)[\s_.-]*([89][0-9])(?![0-9.,%])",
    re.I,
)
#: The upper limit of 95% as R prints it.
_PERCENTILE = re.compile(r"\s*97[.,]5\s*%\s*")
_CELL_LEVEL = re.compile(r"([5-9][0-9](?:\.[0-9]+)?)\s*%\s*(?:-?\s*c\.?i\b|conf)", re.I)


def why_left(column: Column) -> str:
    """Why a column is not taken though its header may look so; "" if nothing speaks against it.

    Standard errors of a mean are not turned into SDs and percentages not into counts: whether
    they are what their headers say decides the number, and only a person can know.
    """
    header = column.header
    counts = header.statistic in (EVENTS, NON_EVENTS, SIZE)
    if counts and column.width and _PERCENT.search(header.text):
        first = _share(_PERCENT_FIRST, column.texts) > _SEVERAL
        after = _PERCENT_AFTER.search(header.text) and not _COUNT_AFTER.search(header.text)
        if column.width == 1 or first or not after:
            return "a percentage or rate is not a count"
    if _BASE_10.search(header.text):
        return "logarithms to base 10; natural ones are read"
    if header.statistic in ("", ESTIMATE, INTERVAL) and _is_share(column):
        return (
            "a share or rate of one group, which is pooled from events and sizes; as yi in "
            "columns.yaml it is pooled as it stands"
        )
    if header.statistic in ("", ESTIMATE, INTERVAL) and _REDUCTION.search(header.text):
        return "1 minus a ratio; the ratio is what is pooled"
    of_means = header.statistic in (MEAN, SD, MEAN_SD) and column.width in (1, 2)
    if of_means and not header.arm and _is_time(header.topic):
        return "a mean or an SD at one time, and its header names no arm"
    if header.statistic in (LOW, HIGH, INTERVAL) or column.width in (2, 3):
        levels = {one for one in _levels(column) if one not in ("95", "95.0")}
        if levels:
            return f"limits of {', '.join(sorted(levels))}% intervals; those of 95% are read"
    if column.width not in (2, 3):
        return ""
    if _SPREADS.search(header.text):
        return "a range or quartiles are neither an SD nor a confidence interval"
    if header.statistic == MEAN and header.arm:
        if _SEM.search(header.text):
            return "a standard error of the mean is not an SD"
        if _share(re.compile(r".*\bsd\b", re.I), column.texts) <= _SEVERAL:
            return "the header does not say what stands beside the mean"
    return ""


def _is_share(column: Column) -> bool:
    """Whether the header says that the numbers are shares or rates, and no effects."""
    header, plain = column.header, _LEVEL.sub("", column.header.text)
    named = (
        _OF_ONE_GROUP.search(plain)
        or column.width == 3
        and ("%" in plain or _ACCURACY.search(plain))
    )
    return bool(named) and column.width in (1, 3) and header.measure in ("", "effect")


def _is_time(topic: Sequence[str]) -> bool:
    """Whether the words of a header tell a time and nothing else; a change may be an effect."""
    times = times_in(topic)
    return bool(times) and times == frozenset(topic) and "change" not in times


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    """Share of the filled cells that begin with a pattern."""
    filled = [text for text in texts if text.strip()]
    return sum(bool(pattern.match(text)) for text in filled) / max(1, len(filled))


def _levels(column: Column) -> Iterator[str]:
    """The levels of confidence that the header and the cells name."""
    header = column.header
    if header.statistic in (LOW, HIGH, INTERVAL) and not _PERCENTILE.fullmatch(header.text):
        for match in _LEVEL.finditer(header.text):
            yield next(filter(None, match.groups())).replace(",", ".")
    for text in column.texts:
        yield from _CELL_LEVEL.findall(text)
