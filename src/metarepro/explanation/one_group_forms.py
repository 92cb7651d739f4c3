"""The formulas of published software for correlations, and for proportions of one group."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from metarepro.explanation.effect_form import Array, EffectForm, Effects
from metarepro.explanation.rows import StudyRows


def _fisher_z(cells: Array) -> Effects:
    r, n = cells[..., 0], cells[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.arctanh(r), np.where(n > 3, 1 / (n - 3), np.nan)


def _correlation(cells: Array) -> Effects:
    r, n = cells[..., 0], cells[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return r, np.where((n > 1) & (np.abs(r) < 1), (1 - r**2) ** 2 / (n - 1), np.nan)


_COR_R = 'd <- escalc(measure = "{}", ri = r, ni = n_total, data = d)'
_Z_SOURCE = "Fisher 1921; metafor escalc ZCOR; Comprehensive Meta-Analysis"
CORRELATIONS: list[EffectForm] = [
    EffectForm("zcor", "correlation", "correlations as Fisher's z", _Z_SOURCE, 0, _fisher_z,
               (_COR_R.format("ZCOR"),)),
    EffectForm("zcor_as_z", "correlation", "correlations as Fisher's z, printed as z", _Z_SOURCE,
               0.5, _fisher_z, (_COR_R.format("ZCOR"),), printed="same"),
    EffectForm("cor", "correlation", "correlations as they are, large-sample variance",
               "metafor escalc COR", 1, _correlation, (_COR_R.format("COR"),), printed="same"),
]  # fmt: skip


def _with_half(cells: Array) -> tuple[Array, Array, Array]:
    """Events, the others and all, with 0.5 added to the first two where one of them is 0."""
    events, n = cells[..., 0], cells[..., 1]
    half = 0.5 * ((events == 0) | (events == n))
    return events + half, n - events + half, n + 2 * half


def _logit(cells: Array) -> Effects:
    yes, no, _ = _with_half(cells)
    return np.log(yes / no), 1 / yes + 1 / no


def _log(cells: Array) -> Effects:
    yes, no, n = _with_half(cells)
    return np.log(yes / n), no / (yes * n)


def _share(cells: Array) -> Effects:
    yes, no, n = _with_half(cells)
    return yes / n, yes * no / n**3


def _arcsine(cells: Array) -> Effects:
    events, n = cells[..., 0], cells[..., 1]
    return np.arcsin(np.sqrt(events / n)), 1 / (4 * n)


_PROPORTION_R = 'd <- escalc(measure = "{}", xi = events, ni = n_total, data = d)'
_HALF = "0.5 to events and non-events of a study without one of them"


def proportion_forms(rows: StudyRows) -> list[EffectForm]:
    """Logits, shares, logarithms and arcsines; the rule for empty cells only where there are some.

    Not the double arcsine of Freeman and Tukey: its way back to a proportion needs one size for
    groups of all sizes, and software differs on which (Schwarzer and others 2019).
    """
    events, n = rows.cells.T
    empty = bool(((events == 0) | (events == n)).any())
    forms = (
        ("plo", "logit of the proportion", "metafor escalc PLO; R package meta, sm = \"PLOGIT\"",
         0.0, _logit, ""),
        ("pr", "proportions as they are", "metafor escalc PR; Stata metaprop", 1.0, _share, "same"),
        ("pln", "logarithms of the proportions", "metafor escalc PLN", 2.0, _log, "exp"),
        ("pas", "arcsines of the roots of the proportions", "metafor escalc PAS; Ruecker and "
         "others 2009", 1.5, _arcsine, "arcsine"),
    )  # fmt: skip
    return [
        EffectForm(
            name, "proportion", label, source, rank, effects, (_PROPORTION_R.format(name.upper()),),
            _HALF if empty and name != "pas" else "", printed,
        )
        for name, label, source, rank, effects, printed in forms
    ]  # fmt: skip


#: What effects can be that stand as they are printed, and not on the scale of pooling.
_AS_PRINTED = {"correlation": (-1.0, 1.0), "proportion": (0.0, 1.0)}
#: The same of percentages.
_PERCENT = {"RD": (-100.0, 100.0), "proportion": (0.0, 100.0)}


def as_printed(plain: EffectForm, effects: Array) -> Iterator[EffectForm]:
    """Given correlations, proportions and differences of risks as they stand, also percentages."""
    said = replace(plain, printed="same", rank=plain.rank + 0.5)
    if _within(effects, _AS_PRINTED.get(plain.measure)):
        yield replace(said, name="given_raw", label=f"{plain.label}, printed so")
    elif _within(effects, _PERCENT.get(plain.measure)) and bool((np.abs(effects) > 1).any()):
        yield replace(
            said,
            name="given_percent",
            label=f"{plain.label}, percentages",
            effects=lambda cells: _hundredth(*plain.effects(cells)),
            r=(*plain.r, "d$yi <- d$yi / 100", "d$vi <- d$vi / 100^2"),
        )


def _within(effects: Array, limits: tuple[float, float] | None) -> bool:
    return limits is not None and bool(((limits[0] <= effects) & (effects <= limits[1])).all())


def _hundredth(y: Array, v: Array) -> Effects:
    return y / 100, v / 100**2
