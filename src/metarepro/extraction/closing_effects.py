"""Whether printed effects and weights come from the arms and intervals of their rows."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from metarepro.explanation.effect_form import EffectForm
from metarepro.explanation.effect_forms import count_tables, effect_forms
from metarepro.explanation.matching import printed_scale
from metarepro.explanation.rows import StudyRows
from metarepro.extraction.closing import Check, Printed, check
from metarepro.models.thresholds import Z95
from metarepro.readers.effect_table import KINDS
from metarepro.tabular.printed_numbers import printed_number

Array = npt.NDArray[np.float64]

_MEANS = KINDS["means"][0]
_COUNTS = KINDS["counts"][0]
#: A way to compute effects is taken for the table's if it gives this share of its numbers.
_MOST = 0.5
#: Rows whose pairs propose weights: enough of them fit, however long the table.
_PAIRED = 100
_PRINTED = ("yi", "ci_low", "ci_high")
_WORDS = {"yi": "estimate", "ci_low": "lower limit", "ci_high": "upper limit"}


@dataclass(frozen=True)
class Closed:
    """What was checked of a table, and by which formula.

    Attributes
    ----------
    checks : each number, in the order of the rows
    formula : in words, "" if none gives most of the numbers
    """

    checks: tuple[Check, ...]
    formula: str


def close_effects(cells: pd.DataFrame, labels: Sequence[str]) -> Closed | None:
    """Check printed effects and their intervals against the means or counts of their arms.

    Every formula of `explanation.effect_forms` is tried, with the arms as they stand and
    exchanged; the one that gives most of the printed numbers is taken.

    Parameters
    ----------
    cells : DataFrame of str
        Columns of `readers.effect_table`, some rows of which have arms and a printed yi.
    labels : sequence of str
        Of the rows.

    Returns
    -------
    Closed or None
        None where the table has no such rows.
    """
    kinds = (("means", _MEANS), ("counts", _COUNTS))
    kind = next((name for name, needed in kinds if {*needed, "yi"} <= set(cells)), "")
    if not kind:
        return None
    columns = _MEANS if kind == "means" else _COUNTS
    known = [
        place
        for place, texts in enumerate(cells[[*columns, "yi"]].to_numpy())
        if all(printed_number(str(text)) for text in texts)
    ]
    if not known:
        return None
    taken = cells.iloc[known]
    rows = _arms(taken, kind, columns, [labels[place] for place in known])
    best: Closed | None = None
    for formula, ranges in _formulas(rows):
        checks = _against(taken, rows.studies, ranges)
        if best is None or _closing(checks) > _closing(best.checks):
            best = Closed(tuple(checks), formula)
    if best is None or not best.checks or _closing(best.checks) < _MOST * len(best.checks):
        return Closed((), "")
    return best


def _closing(checks: Sequence[Check]) -> int:
    return sum(one.closes for one in checks)


def _arms(cells: pd.DataFrame, kind: str, columns: tuple[str, ...], labels: list[str]) -> StudyRows:
    printed = [[_number(str(text)) for text in cells[column]] for column in columns]
    values = np.array([[value for value, _ in column] for column in printed]).T
    whole = np.array([name.startswith(("n_", "events_")) for name in columns])
    half = np.where(whole, 0.0, np.array([[half for _, half in column] for column in printed]).T)
    return StudyRows(
        file="",
        kind=kind,
        columns=columns,
        cells=values,
        half=half,
        texts=(),
        rows=tuple(int(str(row)) for row in cells.index),
        studies=tuple(labels),
        trials=np.arange(len(values)),
        names={},
    )


def _number(text: str) -> Printed:
    number = printed_number(text)
    assert number is not None, text
    return number


def _corners(rows: StudyRows) -> Array:
    """The table at every corner of the rounding of its columns, shape (n, k, c)."""
    rounded = np.flatnonzero((rows.half > 0).any(axis=0))
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=len(rounded))))
    cells = np.repeat(rows.cells[None], len(signs), axis=0)
    cells[:, :, rounded] += signs.reshape(len(signs), 1, -1) * rows.half[:, rounded]
    return cells


def _formulas(rows: StudyRows) -> Iterator[tuple[str, Mapping[str, Array]]]:
    """Each formula in words, and the ranges (2, k) of estimate and limits on the printed scale."""
    corners = _corners(rows)
    for form in sorted(effect_forms(rows), key=lambda form: form.rank):
        with np.errstate(all="ignore"):
            y, v = form.effects(corners)
            width = Z95 * np.sqrt(v)
        shown = printed_scale(form)
        for sign, words in ((1.0, ""), (-1.0, ", the groups exchanged")):
            estimates = {"yi": sign * y, "ci_low": sign * y - width, "ci_high": sign * y + width}
            yield (
                _in_words(form) + words,
                {name: _range(shown(numbers)) for name, numbers in estimates.items()},
            )


def _in_words(form: EffectForm) -> str:
    return f"{form.label}, {form.zero_cells}" if form.zero_cells else form.label


def _range(numbers: Array) -> Array:
    finite = np.isfinite(numbers).all(axis=0)
    return np.where(finite, np.array([numbers.min(axis=0), numbers.max(axis=0)]), np.nan)


def _against(
    cells: pd.DataFrame, labels: Sequence[str], ranges: Mapping[str, Array]
) -> list[Check]:
    found = []
    for place, (row, label) in enumerate(zip(cells.index, labels, strict=True)):
        for name in _PRINTED:
            if name in cells:
                low, high = ranges[name][:, place].tolist()
                one = check(f"{_WORDS[name]} against the groups", int(str(row)), label,
                            str(cells[name].iloc[place]), [(low, high)])  # fmt: skip
                found += [one] if one else []
    return found


# Weights -----------------------------------------------------------------------------------------


def close_weights(
    cells: pd.DataFrame, labels: Sequence[str], variances: Array, on_log: bool = False
) -> Closed | None:
    """Check printed weights: they add up to 100 and follow from the rows.

    Weights of an inverse-variance pool are proportional to 1 / (v + tau2), with the tau2 that fits
    most of them, 0 for a common effect; those of Mantel and Haenszel follow from the counts.

    Parameters
    ----------
    cells : DataFrame of str
        With a column weight, in percent; also events and sizes of the arms, where known.
    labels : sequence of str
    variances : array of shape (3, k)
        The variance of each row, and its least and largest value within the rounding of the row;
        NaN where it is not known.
    on_log : bool
        Whether they are those of ratios; else Mantel-Haenszel weights are those of differences.

    Returns
    -------
    Closed or None
        None where no weights are printed. The check of the sum stands first, as row 0.
    """
    if "weight" not in cells:
        return None
    printed = [printed_number(str(text).strip().rstrip("%")) for text in cells["weight"]]
    known = np.array([number is not None for number in printed])
    if known.sum() < 2:
        return None
    weights = np.array([number[0] if number else np.nan for number in printed])
    half = np.array([number[1] if number else np.nan for number in printed])
    checks = [_adds_up(weights[known], half[known])]
    best: Closed | None = None
    for formula, low, high in _weightings(cells, variances, weights, half, on_log):
        rows = _weights_against(cells, labels, low, high, known)
        if rows and (best is None or _closing(rows) > _closing(best.checks)):
            best = Closed(tuple(rows), formula)
    if best is None or _closing(best.checks) < _MOST * len(best.checks):
        return Closed(tuple(checks), "")
    return Closed((*checks, *best.checks), best.formula)


def _weights_against(
    cells: pd.DataFrame, labels: Sequence[str], low: Array, high: Array, known: Array
) -> list[Check]:
    found = []
    for place in np.flatnonzero(known & np.isfinite(low)).tolist():
        printed = str(cells["weight"].iloc[place]).strip().rstrip("%")
        allowed = [(float(low[place]), float(high[place]))]
        row = int(str(cells.index[place]))
        one = check("weight against the other columns", row, labels[place], printed, allowed)
        found += [one] if one else []
    return found


def _adds_up(weights: Array, half: Array) -> Check:
    total, slack = float(weights.sum()), float(half.sum())
    off = max(abs(total - 100) - slack, 0.0) / (2 * float(half.max()))
    return Check("sum of the weights", 0, "", f"{total:.10g}", 100 - slack, 100 + slack,
                 float(f"{off:.6g}"))  # fmt: skip


def _weightings(
    cells: pd.DataFrame, variances: Array, weights: Array, half: Array, on_log: bool
) -> Iterator[tuple[str, Array, Array]]:
    """Each way to weight in words, and the range of each weight in percent."""
    known = np.isfinite(variances).all(axis=0) & (weights > 0)
    if known.sum() >= 3:
        for words, random in (("common effect", False), ("random effects", True)):
            scale, tau2 = _fitted(variances[:, known], weights[known], half[known], random)
            least, most = 1 / (scale * (variances[[2, 1]] + tau2))
            yield f"inverse variance, {words}", least, most
    if set(_COUNTS) <= set(cells):
        numbers = [[printed_number(str(t)) for t in cells[column]] for column in _COUNTS]
        counts = np.array([[n[0] if n else np.nan for n in column] for column in numbers]).T
        t = count_tables(counts)
        with np.errstate(invalid="ignore", divide="ignore"):
            rules = (
                {"odds ratios": t.b * t.c / t.total, "risk ratios": t.c * t.n_t / t.total}
                if on_log
                else {"risk differences": t.n_t * t.n_c / t.total}
            )
        for words, w in rules.items():
            share = 100 * w / np.nansum(w)
            yield f"Mantel-Haenszel, {words}", share, share


def _fitted(variances: Array, weights: Array, half: Array, random: bool) -> tuple[float, float]:
    """The scale c and tau2 of the weights 1 / (c (v + tau2)) that most rows have.

    Each row (each pair of rows with random effects) proposes one; that which gives most weights
    is moved to the middle of the rows that it fits. A row that is misread moves neither.
    """
    v, v_low, v_high = variances
    inverse = 1 / weights
    c, tau2 = inverse / v, np.zeros(len(v))
    if random:
        i, j = np.triu_indices(min(len(v), _PAIRED), 1)
        with np.errstate(all="ignore"):
            slope = (inverse[i] - inverse[j]) / (v[i] - v[j])
            over = inverse[i] / slope - v[i]
        usable = np.isfinite(over) & (slope > 0) & (over > 0)
        c, tau2 = np.append(c, slope[usable]), np.append(tau2, over[usable])
    least = 1 / (c[:, None] * (v_high + tau2[:, None]))
    most = 1 / (c[:, None] * (v_low + tau2[:, None]))
    far = np.maximum(least - weights - half, weights - half - most) / half
    best = int(
        np.lexsort((np.minimum(np.maximum(far, 0), 9).sum(axis=1), -(far <= 0).sum(axis=1)))[0]
    )
    fits = far[best] <= 1
    if fits.sum() < 3:
        return float(c[best]), float(tau2[best])

    def misses(parameters: Array) -> Array:
        log_c, tau = parameters[0], parameters[1] if random else 0.0
        fitted = 1 / (np.exp(log_c) * (v[fits] + tau**2))
        return np.asarray((fitted - weights[fits]) / half[fits])

    start = [np.log(c[best]), np.sqrt(tau2[best])][: 1 + random]
    found = optimize.least_squares(misses, start, x_scale="jac").x
    return float(np.exp(found[0])), float(found[1] ** 2) if random else 0.0
