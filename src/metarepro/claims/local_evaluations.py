"""Evaluations of local services: what their percentages can carry.

They have no control group and are never pooled with trials. Everything here is as the report
prints it; the evaluations themselves were not seen.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import pandas as pd

from metarepro.claims.judgement import Judgement
from metarepro.claims.tables import AUDITED_EVALUATIONS
from metarepro.tabular.report_tables import PROPORTIONS
from metarepro.tabular.tables import from_rows
from metarepro.wording.phrases import counted, decimal, p_value

SIGNIFICANCE = 0.05


def footnotes(text: str) -> set[int]:
    """Footnotes that "20", "44-46" or "51-52, 60" names."""
    found: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def cited(rows: pd.DataFrame, claim: Mapping[Any, Any]) -> pd.DataFrame:
    """Rows that share a footnote with a claim, and its domain if both have one."""
    shared = [bool(footnotes(text) & footnotes(claim["footnote"])) for text in rows["footnote"]]
    found = rows[pd.Series(shared, index=rows.index, dtype=bool)]
    if claim["domain"] and "domain" in found:
        found = found[found["domain"] == claim["domain"]]
    return found


def counts_of(value: str, n: int) -> tuple[list[int], bool]:
    """Counts out of `n` that print as a share.

    Parameters
    ----------
    value : str
        The share as printed, "0.854"; its digits say how the percentage was rounded.
    n : int
        Number of which it is a share.

    Returns
    -------
    counts : list of int
        All that round to it (a tie may go both ways); if there are none, those that give it when
        the further digits are cut off.
    cut_off : bool
        Whether they do so only when cut off.
    """
    share = Fraction(value)
    unit = Fraction(1, 10 ** max(len(value.partition(".")[2]), 2))
    distances = [(count, Fraction(count, n) - share) for count in range(n + 1)]
    rounded = [count for count, distance in distances if abs(distance) <= unit / 2]
    if rounded:
        return rounded, False
    cut = [count for count, distance in distances if 0 <= distance < unit]
    return cut, bool(cut)


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of a proportion (Wilson 1927).

    Examples
    --------
    >>> [round(limit, 3) for limit in wilson(8, 10)]
    [0.49, 0.943]
    """
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    centre = successes + z2 / 2
    half = math.sqrt(z2 * (successes * (n - successes) / n + z2 / 4))
    low = (centre - half) / (n + z2) if successes else 0.0
    high = (centre + half) / (n + z2) if successes < n else 1.0
    return low, high


def exact_p(successes: float, n: float, reference: float) -> float:
    """Two-sided p of the exact binomial test: of all counts that are no likelier than this one.

    Examples
    --------
    >>> exact_p(1, 4, 0.5)
    0.625
    """
    share, trials = Fraction(str(reference)), int(n)
    against = share.denominator - share.numerator
    # Whole numbers, of which the chances are shares: equal ones are told from nearly equal ones.
    ways = [
        math.comb(trials, count) * share.numerator**count * against ** (trials - count)
        for count in range(trials + 1)
    ]
    return float(Fraction(sum(way for way in ways if way <= ways[int(successes)]), sum(ways)))


def evaluate(evaluations: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Counts, intervals and exact tests of the local evaluations.

    Parameters
    ----------
    evaluations : DataFrame
        `study.tables.LOCAL_EVALUATIONS`.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        `tables.AUDITED_EVALUATIONS`, one row per evaluation. Where several counts print
        as the percentage, the lowest is taken.
    """
    rows = [{**row, **_computed(row, level)} for row in evaluations.to_dict("records")]
    return from_rows(rows, AUDITED_EVALUATIONS)


def _computed(row: Mapping[Any, Any], level: float) -> dict[str, Any]:
    nothing = dict.fromkeys(("successes", "ci_low", "ci_high", "p_exact"), math.nan)
    if row["statistic"] not in PROPORTIONS or not row["value"] or math.isnan(row["n"]):
        return nothing | {"remark": _no_count(row)}
    n = int(row["n"])
    counts, cut_off = counts_of(row["value"], n)
    if not counts:
        return nothing | {"remark": f"no count out of {n} gives {_percent(row['value'])}"}
    low, high = wilson(counts[0], n, level)
    reference = row["reference"]
    return {
        "successes": counts[0],
        "ci_low": low,
        "ci_high": high,
        "p_exact": math.nan if math.isnan(reference) else exact_p(counts[0], n, reference),
        "remark": _fit(row["value"], counts, n, cut_off=cut_off),
    }


def _percent(value: str) -> str:
    return f"{decimal(100 * float(value), max(len(value.partition('.')[2]) - 2, 0))}%"


def _fit(value: str, counts: list[int], n: int, *, cut_off: bool) -> str:
    exact = f"{counts[0]} of {n} is {decimal(100 * counts[0] / n)}%"
    if cut_off:
        return f"{exact}: printed as {_percent(value)}, cut off instead of rounded"
    if len(counts) > 1:
        return (
            f"any count from {counts[0]} to {counts[-1]} of {n} prints as {_percent(value)}; the "
            "lowest is taken"
        )
    return exact


def _no_count(row: Mapping[Any, Any]) -> str:
    if row["statistic"] == "one_in_before_after":
        before, after = (float(part) for part in row["value"].split(";"))
        return (
            f"{decimal(100 / before, 0)}% before and {decimal(100 / after, 0)}% after; without "
            "the number of participants there is no interval"
        )
    if row["statistic"] == "relative_reduction_more_than":
        return (
            f"a reduction by more than {_percent(row['value'])}; without the counts before and "
            "after there is no interval"
        )
    if row["statistic"] == "statement":
        return "a sentence without measure, number or size"
    return "the report gives no figure, only that there was a change for the better"


def judge_evaluations(rows: pd.DataFrame, claimed: str) -> Judgement:
    """Verdict on the claim that local evaluations report a direction.

    Parameters
    ----------
    rows : DataFrame
        Of `evaluate`: those that the claim cites.
    claimed : str
        The direction.
    """
    agreeing = rows[rows["reported_direction"] == claimed]
    figures = "; ".join(dict.fromkeys(rows["remark"]))
    reason = f"{evaluation_words(rows, claimed)}. {figures[:1].upper()}{figures[1:]}"
    reason = f"{reason.strip().rstrip('.')}."
    if len(rows) and agreeing.empty:
        return Judgement("evaluations_against", reason)
    needed = (
        "A study with a comparison group; the evaluations' numbers before and after (means with "
        "SDs, or counts, and how many participants were lost) would not be enough"
    )
    rule = "evaluations_counted" if agreeing["successes"].notna().any() else "evaluations_unchecked"
    return Judgement(rule, reason, needed)


def evaluation_words(rows: pd.DataFrame, claimed: str) -> str:
    """How many evaluations report a direction; their designs, sizes and how many are published."""
    if rows.empty:
        return "No evaluation is cited"
    agree = int((rows["reported_direction"] == claimed).sum())
    designs = rows["design"].str.replace("_", "-").value_counts().sort_index()
    sizes = [str(int(n)) for n in rows["n"] if math.isfinite(n)]
    published = int((rows["published"] == "yes").sum())
    return (
        f"{agree} of {counted(len(rows), 'evaluation')} cited {'says' if agree == 1 else 'say'} so "
        f"({', '.join(f'{count} {design}' for design, count in designs.items())}; "
        f"n {', '.join(sizes) or 'not given'}; {published or 'none'} published)"
    )


def judge_proportion(rows: pd.DataFrame, claimed: float, *, against_reference: bool) -> Judgement:
    """Verdict on a percentage of a local evaluation.

    Parameters
    ----------
    rows : DataFrame
        Of `evaluate`: those that the claim cites.
    claimed : float
        The share, 0 to 1.
    against_reference : bool
        Whether the claim sets it against a reference.
    """
    shares = rows[rows["statistic"].isin(PROPORTIONS) & rows["n"].notna()]
    same = [math.isclose(float(value), claimed) for value in shares["value"]]
    shares = shares[pd.Series(same, index=shares.index, dtype=bool)]
    needed = "The evaluation itself with its counts, and a comparison group of similar participants"
    if len(shares) != 1:
        reason = f"{len(shares) or 'None'} of the evaluations cited give it."
        return Judgement("proportion_no_source", reason, needed)
    row = shares.to_dict("records")[0]
    if math.isnan(row["successes"]):
        return Judgement("proportion_misfit", f"{row['remark'].capitalize()}.")
    found = f"{row['remark'][0].upper()}{row['remark'][1:]}"
    if not against_reference:
        return Judgement("proportion_fits", f"{found}. No comparison group.", needed)
    if math.isnan(row["reference"]):
        return Judgement("proportion_no_source", "The evaluation has no reference.", needed)
    test = f"Exact test against {decimal(100 * row['reference'], 0)}%: {p_value(row['p_exact'])}"
    above = row["successes"] / row["n"] > row["reference"]
    if not above or row["p_exact"] >= SIGNIFICANCE:
        return Judgement("proportion_not_beyond", f"{found}. {test}.")
    reason = f"{found}. {test}; but an estimate for other people is no control group."
    return Judgement("proportion_beyond", reason, needed)


def proportion_words(rows: pd.DataFrame, claimed: float) -> str:
    """Share and Wilson interval of the cited evaluation in words; "" if there is none."""
    for row in rows.to_dict("records"):
        if math.isfinite(row["successes"]) and math.isclose(float(row["value"]), claimed):
            low, high = 100 * row["ci_low"], 100 * row["ci_high"]
            share = decimal(100 * row["successes"] / row["n"])
            limits = f"{decimal(low)}% to {decimal(high)}%"
            return f"{int(row['successes'])} of {int(row['n'])}: {share}% (Wilson, {limits})"
    return ""


def named_places(evaluations: pd.DataFrame) -> list[str]:
    """The places that evaluations name, each once, in order."""
    return sorted(
        {place for cell in evaluations["localities"] for place in cell.split("; ")} - {""}
    )
