"""The formulas of published software for the effects of rows: given effects, means and counts."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.effect_form import Array, EffectForm, Effects
from metarepro.explanation.one_group_forms import CORRELATIONS, as_printed, proportion_forms
from metarepro.explanation.rows import StudyRows
from metarepro.models.mantel_haenszel import Tables, peto_o_e
from metarepro.models.thresholds import Z95
from metarepro.wording.scales import MEASURES


def effect_forms(rows: StudyRows, measure: str = "") -> list[EffectForm]:
    """The forms that rows of this kind can take; those of one measure, if it is named.

    The first is the default of metafor.
    """
    if rows.kind == "means":
        forms = _SMD + _MD
    elif rows.kind == "counts":
        forms = _count_forms(rows)
    elif rows.kind == "correlations":
        forms = CORRELATIONS
    elif rows.kind == "proportions":
        forms = proportion_forms(rows)
    else:
        return _given(rows, measure)
    return [form for form in forms if not measure or form.measure == measure]


# Given effects -----------------------------------------------------------------------------------


def _given(rows: StudyRows, measure: str) -> list[EffectForm]:
    """Effects as they are given and, where all can be ratios, their logarithms."""
    name = measure or "effect"
    ratio = MEASURES[name].is_ratio
    positive = bool((rows.cells > 0).all())
    pooled_on = " (logarithms)" if ratio else ""
    if rows.kind == "effects":
        variance = rows.columns[1] == "vi"
        r = () if variance else ("d$vi <- d$sei^2",)
        form = EffectForm("given", name, f"effects as given{pooled_on}", "the table", 0,
                          _variances if variance else _standard_errors, r)  # fmt: skip
        return [form, *as_printed(form, rows.cells[:, 0])]
    plain = EffectForm(
        "given", name, f"effects as given{pooled_on}, standard errors from the 95% intervals",
        "Cochrane Handbook 6.3.1", 0, _intervals,
        ("d$vi <- ((d$ci_high - d$ci_low) / (2 * qnorm(0.975)))^2",),
    )  # fmt: skip
    if not ratio and (measure or not positive):
        return [plain, *as_printed(plain, rows.cells[:, 0])]
    logged = EffectForm(
        "logged", name if ratio else "ratio",
        "logarithms of the ratios, standard errors from the 95% intervals",
        "Cochrane Handbook 6.3.2", 0.5 if not ratio else 0, _log_intervals,
        ("d$vi <- (log(d$ci_high / d$ci_low) / (2 * qnorm(0.975)))^2", "d$yi <- log(d$yi)"),
    )  # fmt: skip
    if not positive:  # a row without logarithms is none of the pool
        return [logged]
    return [logged, plain] if ratio else [plain, logged]


def _variances(cells: Array) -> Effects:
    return cells[..., 0], cells[..., 1]


def _standard_errors(cells: Array) -> Effects:
    return cells[..., 0], cells[..., 1] ** 2


def _intervals(cells: Array) -> Effects:
    return cells[..., 0], ((cells[..., 2] - cells[..., 1]) / (2 * Z95)) ** 2


def _log_intervals(cells: Array) -> Effects:
    with np.errstate(invalid="ignore", divide="ignore"):
        return _intervals(np.log(cells))


# Means -------------------------------------------------------------------------------------------


def _j_exact(df: Array) -> Array:
    """Hedges 1981, equation 6e."""
    return np.asarray(special.poch(df / 2 - 0.5, 0.5) / np.sqrt(df / 2))


def _j_approximate(df: Array) -> Array:
    """Hedges 1981: 1 - 3 / (4 df - 1)."""
    return 1 - 3 / (4 * df - 1)


_J: dict[str, Callable[[Array], Array]] = {
    "exact": _j_exact,
    "approximate": _j_approximate,
    "none": np.ones_like,
}


def _smd(j_name: str, variance: str, cells: Array) -> Effects:
    m1, s1, n1, m2, s2, n2 = np.moveaxis(cells, -1, 0)
    total, df = n1 + n2, n1 + n2 - 2
    sd = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
    d = (m1 - m2) / sd
    j = _J[j_name](df)
    g, base = j * d, 1 / n1 + 1 / n2
    if variance == "2N":
        v = base + g**2 / (2 * total)
    elif variance == "J2":
        v = j**2 * (base + d**2 / (2 * total))
    elif variance == "revman":
        v = base + g**2 / (2 * (total - 3.94))
    elif variance == "2(N-2)":
        v = base + g**2 / (2 * df)
    else:  # unbiased
        exact = _j_exact(df)
        v = base + (1 - (df - 2) / (df * exact**2)) * (exact * d) ** 2
    return g, v


def _glass(arm: str, divisor: str, cells: Array) -> Effects:
    m1, s1, n1, m2, s2, n2 = np.moveaxis(cells, -1, 0)
    sd, n = (s2, n2) if arm == "control" else (s1, n1)
    delta = (m1 - m2) / sd
    by = 2 * n - 1 if divisor == "2n-1" else 2 * (n - 1)
    return delta, 1 / n1 + 1 / n2 + delta**2 / by


def _md(pooled: bool, cells: Array) -> Effects:
    m1, s1, n1, m2, s2, n2 = np.moveaxis(cells, -1, 0)
    if pooled:
        s = ((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2)
        return m1 - m2, s * (1 / n1 + 1 / n2)
    return m1 - m2, s1**2 / n1 + s2**2 / n2


_ESCALC = (
    'd <- escalc(measure = "{}", m1i = mean_t, sd1i = sd_t, n1i = n_t, m2i = mean_c, '
    "sd2i = sd_c, n2i = n_c, data = d{})"
)
_D = (
    "d$N <- d$n_t + d$n_c",
    "d$s <- sqrt(((d$n_t - 1) * d$sd_t^2 + (d$n_c - 1) * d$sd_c^2) / (d$N - 2))",
    "d$d <- (d$mean_t - d$mean_c) / d$s",
)
_BASE = "1 / d$n_t + 1 / d$n_c"
_EXACT_J = "d$J <- exp(lgamma((d$N - 2) / 2) - lgamma((d$N - 3) / 2)) / sqrt((d$N - 2) / 2)"
_APPROXIMATE_J = "d$J <- 1 - 3 / (4 * d$N - 9)"
_COHEN_R = (*_D, "d$yi <- d$d")
_HEDGES_R = (*_D, _APPROXIMATE_J, "d$yi <- d$J * d$d")
_BORENSTEIN = "Borenstein and others 2009, equations 4.20 to 4.24"
_DEEKS = "Deeks, Altman & Bradburn 2001"
_V_OF = {
    "2N": f"d$vi <- {_BASE} + d$yi^2 / (2 * d$N)",
    "J2": f"d$vi <- d$J^2 * ({_BASE} + d$d^2 / (2 * d$N))",
    "revman": f"d$vi <- {_BASE} + d$yi^2 / (2 * (d$N - 3.94))",
    "2(N-2)": f"d$vi <- {_BASE} + d$yi^2 / (2 * (d$N - 2))",
}


def _smd_form(
    name: str, label: str, source: str, rank: float, j: str, variance: str, r: Sequence[str]
) -> EffectForm:
    return EffectForm(name, "SMD", label, source, rank, partial(_smd, j, variance), tuple(r))


def _glass_form(name: str, arm: str, divisor: str, source: str) -> EffectForm:
    letter = "c" if arm == "control" else "t"
    by = f"(2 * d$n_{letter} - 1)" if divisor == "2n-1" else f"(2 * (d$n_{letter} - 1))"
    r = (
        f"d$yi <- (d$mean_t - d$mean_c) / d$sd_{letter}",
        f"d$vi <- {_BASE} + d$yi^2 / {by}",
    )
    label = f"Glass' delta, SD of the {arm} arm, variance with {divisor.replace('2n', '2n of it')}"
    return EffectForm(name, "SMD", label, source, 4, partial(_glass, arm, divisor), r)


_SMD: list[EffectForm] = [
    _smd_form("g_exact_ls", "Hedges' g, exact J, large-sample variance",
              "metafor escalc SMD, vtype LS (Hedges 1981, 1982)", 0, "exact", "2N",
              [_ESCALC.format("SMD", "")]),
    _smd_form("g_revman", "Hedges' g, approximate J, variance of RevMan",
              "Deeks & Higgins 2010; R package meta, exact.smd = FALSE; Stata metan", 0,
              "approximate", "revman", [*_HEDGES_R, _V_OF["revman"]]),
    _smd_form("g_cma", "Hedges' g, approximate J, variance J² times that of d", _BORENSTEIN, 1,
              "approximate", "J2", [*_HEDGES_R, _V_OF["J2"]]),
    _smd_form("g_exact_ub", "Hedges' g, exact J, unbiased variance",
              "metafor escalc SMD, vtype UB; R package meta, exact.smd = TRUE", 1, "exact", "UB",
              [_ESCALC.format("SMD", ', vtype = "UB"')]),
    _smd_form("d_2n", "Cohen's d, variance with 2N", "Borenstein and others 2009, equation 4.20;"
              " R package meta, method.smd = \"Cohen\"", 1, "none", "2N",
              [*_COHEN_R, _V_OF["2N"]]),
    _smd_form("d_2n2", "Cohen's d, variance with 2(N - 2)", f"{_DEEKS}; Stata metan", 2, "none",
              "2(N-2)", [*_COHEN_R, _V_OF["2(N-2)"]]),
    _smd_form("g_approx_ls", "Hedges' g, approximate J, large-sample variance",
              "Hedges & Olkin 1985", 2, "approximate", "2N", [*_HEDGES_R, _V_OF["2N"]]),
    _smd_form("g_exact_j2", "Hedges' g, exact J, variance J² times that of d",
              "Borenstein and others 2009 with the exact J of Hedges 1981", 2, "exact", "J2",
              [*_D, _EXACT_J, "d$yi <- d$J * d$d", _V_OF["J2"]]),
    _glass_form("glass_c_meta", "control", "2n-1", "R package meta, method.smd = \"Glass\""),
    _glass_form("glass_c_metan", "control", "2(n-1)", f"{_DEEKS}; Stata metan"),
    _glass_form("glass_t_meta", "treatment", "2n-1", "R package meta, sd.glass = \"experimental\""),
]  # fmt: skip
_MD: list[EffectForm] = [
    EffectForm("md", "MD", "mean difference, each arm its own SD", "metafor escalc MD; RevMan", 0,
               partial(_md, False), (_ESCALC.format("MD", ""),)),
    EffectForm("md_pooled", "MD", "mean difference, pooled SD", "metafor escalc MD, vtype HO", 2,
               partial(_md, True), (_ESCALC.format("MD", ', vtype = "HO"'),)),
]  # fmt: skip

# Counts ------------------------------------------------------------------------------------------


def count_tables(cells: Array) -> Tables:
    """Cells events and size of both arms, of any shape (..., 4), as tables."""
    events_t, n_t, events_c, n_c = np.moveaxis(cells, -1, 0)
    return Tables(events_t, n_t - events_t, events_c, n_c - events_c)


def says_nothing(t: Tables) -> npt.NDArray[np.bool_]:
    """Studies of which no ratio can be taken: nobody, or everybody, had the event."""
    return np.asarray(((t.a == 0) & (t.c == 0)) | t.everyone)


def _corrected(t: Tables, rule: str) -> Tables:
    if rule == "opposite":  # Sweeting and others 2004, section 3.1
        empty = t.has_empty
        more_t, more_c = empty * t.n_t / t.total, empty * t.n_c / t.total
        return Tables(t.a + more_t, t.b + more_t, t.c + more_c, t.d + more_c)
    if rule == "all":
        some = t.has_empty.any(axis=-1, keepdims=True)
        return Tables(*(cell + 0.5 * some for cell in t))
    return t.plus(0.0 if rule == "none" else 0.5)


def _two_arms(measure: str, rule: str, cells: Array) -> Effects:
    raw = count_tables(cells)
    a, b, c, d = t = _corrected(raw, rule)
    n1, n2 = t.n_t, t.n_c
    if rule == "once":  # 0.5 added once to the arms
        zero = raw.has_empty
        n1, n2 = raw.n_t + 0.5 * zero, raw.n_c + 0.5 * zero
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "OR":
            y, v = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
        elif measure == "RR":
            y, v = np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
        else:
            y, v = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
    if measure != "RD" and rule != "kept":
        y = np.where(says_nothing(raw), np.nan, y)
    return y, np.where(np.isfinite(v) & (v > 0), v, np.nan)


def _peto(cells: Array) -> Effects:
    o_e, v = peto_o_e(count_tables(cells))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(v > 0, o_e / v, np.nan), np.where(v > 0, 1 / v, np.nan)


_COUNTS_R = (
    'd <- escalc(measure = "{}", ai = events_t, n1i = n_t, ci = events_c, n2i = n_c, data = d{})'
)
_RULES = {
    "": ("0.5 in all cells of a study with an empty one", "RevMan 5 and metafor", 0.0, ""),
    "kept": ("0.5 in empty studies too, which stay in", "metafor, drop00 = FALSE", 0.5, ""),
    "all": ("0.5 in all studies if one has an empty cell", "metafor, to = \"if0all\"", 1.5,
            ', to = "if0all"'),
    "none": ("nothing added; studies without an effect or a variance left out",
             "metafor, to = \"none\"", 1.5, ', to = "none"'),
    "once": ("0.5 added once to the size of an arm", "R package meta, RR.Cochrane = FALSE", 1.0,
             ""),
    "opposite": ("correction by the size of the arms", "Sweeting and others 2004; R package meta, "
                 "incr = \"TACC\"", 2.0, ""),
}  # fmt: skip


def _count_forms(rows: StudyRows) -> list[EffectForm]:
    """Ratios and differences; rules for empty cells only where there are some."""
    t = count_tables(rows.cells)
    empty = bool(t.has_empty.any())
    nothing = bool(says_nothing(t).any())
    forms = []
    for measure in ("OR", "RR", "RD"):
        for rule, (words, source, rank, r) in _RULES.items():
            if rule and not empty or rule == "kept" and not (nothing and measure != "RD"):
                continue
            if rule == "once" and measure != "RR":
                continue
            drop = ", drop00 = TRUE" if not rule and nothing and measure != "RD" else r
            if rule == "all":
                drop = f"{r}, drop00 = {'FALSE' if measure == 'RD' else 'TRUE'}"
            lines = {"once": _ONCE_R, "opposite": _OPPOSITE_R}.get(rule, ())
            if rule == "none":
                lines = (_COUNTS_R.format(measure, drop), "d <- d[which(d$vi > 0), ]")
            if rule == "opposite":
                lines = (*lines, _COUNTS_R_OF[measure])
            forms.append(
                EffectForm(
                    f"{measure.lower()}_{rule or 'half'}" if empty else measure.lower(),
                    measure,
                    MEASURES[measure].label,
                    source if empty else "metafor escalc",
                    rank,
                    partial(_two_arms, measure, rule),
                    lines or (_COUNTS_R.format(measure, drop),),
                    words if empty else "",
                )  # fmt: skip
            )
    peto = ('d <- escalc(measure = "PETO", ai = events_t, n1i = n_t, ci = events_c, n2i = n_c, '
            'data = d, to = "none", drop00 = TRUE)',)  # fmt: skip
    forms.append(
        EffectForm("peto", "OR", "Peto odds ratio", "Yusuf and others 1985; RevMan 5", 1, _peto,
                   peto)
    )  # fmt: skip
    return forms


_ZERO_R = (
    "zero <- with(d, events_t == 0 | events_c == 0 | events_t == n_t | events_c == n_c)",
    "d <- d[with(d, events_t + events_c > 0 & events_t + events_c < n_t + n_c), ]",
)
_ONCE_R = (
    _ZERO_R[1],
    _ZERO_R[0],
    "a <- d$events_t + zero / 2; c <- d$events_c + zero / 2",
    "n1 <- d$n_t + zero / 2; n2 <- d$n_c + zero / 2",
    "d$yi <- log(a / n1) - log(c / n2); d$vi <- 1 / a - 1 / n1 + 1 / c - 1 / n2",
)
_OPPOSITE_R = (
    _ZERO_R[0],
    "k1 <- zero * d$n_t / (d$n_t + d$n_c); k2 <- zero * d$n_c / (d$n_t + d$n_c)",
    "d$a <- d$events_t + k1; d$n1 <- d$n_t + 2 * k1; d$c <- d$events_c + k2; d$n2 <- d$n_c + 2*k2",
)
_COUNTS_R_OF = {
    "RD": 'd <- escalc(measure = "RD", ai = a, n1i = n1, ci = c, n2i = n2, data = d)',
} | {
    m: f'd <- escalc(measure = "{m}", ai = a, n1i = n1, ci = c, n2i = n2, data = d[with(d, '
    "events_t + events_c > 0 & events_t + events_c < n_t + n_c), ])"
    for m in ("OR", "RR")
}
