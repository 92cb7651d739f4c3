"""Checks of the audit that start from means, SDs, arm sizes and counts; see `audit_checks`."""

import itertools
import math

from scipy import special

from metarepro.audit.checks import (
    LARGE_G,
    Finding,
    Row,
    arms_of,
    has,
    p_of,
    participants_of,
    turn_of,
    z_of,
)
from metarepro.conversion.effect_sizes import pooled_sd, se_from_ns
from metarepro.tabular.printed_numbers import half_unit

#: Statistics that two risks give.
OF_RISKS = ("odds_ratio", "risk_ratio", "risk_difference")
#: SE implied by p, as a share of what n allows, beyond which the two disagree.
P_SE_LOW, P_SE_HIGH = 0.70, 1.45
#: With p given as a bound, z may miss it by this factor.
Z_FACTOR = 0.9
#: A printed d may differ this much from the means' (another denominator, J left out).
D_GAP = 0.06
#: Around 0, opposite signs nearer to each other than this are rounding.
SIGN_GAP = 0.02
#: Part of a printed difference that another order of rounding may explain.
DIFFERENCE_SHARE = 0.02
#: Gap between a printed log ratio (or risk difference) and the risks.
LOG_RATIO_GAP, RISK_DIFFERENCE_GAP = 0.10, 0.02
#: Two quantities within this factor are taken to be the same one.
SAME_FACTOR = 1.5
#: A difference below this is ordinary.
SANE_D = 1.0
#: SDs further apart than this are a slip rather than two groups: trials pooled as means rarely have
#: SDs twice as large in one arm, and a slipped decimal point makes ten of one.
SD_RATIO = 4.0
#: ... unless chance gives such SDs in arms so small (F test of two variances).
SD_RATIO_P = 0.001
#: Smallest arm in which SD and SE are too far apart (the root of n) to be mistaken.
MIN_ARM = 16


def _d_and_sd(row: Row) -> tuple[float, float] | None:
    """Cohen's d from means and SDs (treatment minus control), and the pooled SD."""
    if not has(row, "mean_t", "mean_c", "sd_t", "sd_c"):
        return None
    n_t, n_c = arms_of(row) or (2.0, 2.0)  # without arm sizes the two SDs count alike
    sd = pooled_sd(row["sd_t"], n_t, row["sd_c"], n_c)
    return (row["mean_t"] - row["mean_c"]) / sd, sd


def _means_d(row: Row) -> tuple[float, float] | None:
    """Cohen's d and what rounding of the means may hide of it."""
    found = _d_and_sd(row)
    return found and (found[0], 2 * half_unit(row["mean_t"], row["mean_c"]) / found[1])


def _standardised(row: Row) -> tuple[float, float] | None:
    """Standardised difference of a row and what rounding may hide of it."""
    if row["statistic"] == "smd" and has(row, "value"):
        return row["value"], half_unit(row["value"])
    return _means_d(row) if row["statistic"] == "means" else None


def p_against_n(row: Row) -> Finding | None:
    """Exact or threshold p that the standardised difference cannot have with these arms."""
    effect, arms = _standardised(row), arms_of(row)
    if effect is None or arms is None or not has(row, "p_value") or has(row, "ci_low"):
        return None
    d, half = abs(effect[0]), effect[1]
    p, relation, se_n = row["p_value"], row["p_relation"], se_from_ns(effect[0], *arms)
    least, most = max(0.0, d - half), d + half
    if relation == "=":
        z_most, z_least = z_of(max(p - half_unit(p), 1e-12)), z_of(min(p + half_unit(p), 1))
        se_least, se_most = least / z_most, most / z_least if z_least else math.inf
        wrong = se_most < P_SE_LOW * se_n or se_least > P_SE_HIGH * se_n
    elif relation == "<":
        wrong = most / se_n < Z_FACTOR * z_of(p)
    else:
        wrong = least / se_n > z_of(p) / Z_FACTOR
    if not wrong:
        return None
    return Finding(
        "p_against_n",
        f"p {relation} {p:g}",
        f"p {p_of(d / se_n):.2g}",
        f"a standardised difference of {effect[0]:.2f} with {participants_of(arms)} "
        f"has p {p_of(d / se_n):.2g}, printed p {relation} {p:g}",
    )


def printed_d_against_means(row: Row) -> Finding | None:
    """Printed standardised difference against the one from the printed means and SDs."""
    effect = _means_d(row)
    adjusted_smd = row["statistic"] == "smd" and row["adjusted"] == "yes"
    if row["statistic"] not in ("means", "smd") or adjusted_smd:
        return None
    if effect is None or not has(row, "value"):
        return None
    shown, gap = effect[0] * turn_of(row), abs(effect[0] * turn_of(row) - row["value"])
    if shown * row["value"] < 0 and gap > SIGN_GAP:
        check = "printed_d_sign"
    elif gap > D_GAP + effect[1]:
        check = "printed_d_against_means"
    else:
        return None
    message = f"means and SDs give {shown:.2f}, printed {row['value']:g}"
    return Finding(check, f"d {row['value']:g}", f"d {shown:.2f}", message)


def difference_against_means(row: Row) -> Finding | None:
    """Printed unadjusted difference against the difference of the printed means."""
    if row["statistic"] != "mean_difference" or row["adjusted"] == "yes":
        return None
    if not has(row, "value", "mean_t", "mean_c"):
        return None
    value, implied = row["value"], (row["mean_t"] - row["mean_c"]) * turn_of(row)
    hidden = 2 * half_unit(row["mean_t"], row["mean_c"]) + half_unit(value)
    if value * implied < 0 and abs(value - implied) > hidden:
        check = "difference_sign"
    elif abs(value - implied) > hidden + DIFFERENCE_SHARE * abs(value):
        check = "difference_against_means"
    else:
        return None
    message = f"the means differ by {implied:.4g}, printed {value:g}"
    return Finding(check, f"{value:g}", f"{implied:.4g}", message)


def _risks(row: Row) -> tuple[list[float], list[float]] | None:
    """Event risks of treatment and control, with what the rounding of a percent may hide."""
    if has(row, "events_t", "events_c", "n_t", "n_c"):
        return [row["events_t"] / row["n_t"]], [row["events_c"] / row["n_c"]]
    if row["statistic"] == "counts" or not has(row, "mean_t", "mean_c"):
        return None
    half = half_unit(row["mean_t"], row["mean_c"])
    treatment, control = (
        [(percent - half) / 100, (percent + half) / 100]
        for percent in (row["mean_t"], row["mean_c"])
    )
    return treatment, control


def _contrast(kind: str, risk_t: float, risk_c: float) -> float:
    """Log odds ratio, log risk ratio or risk difference of two risks."""
    if kind == "odds_ratio":
        return math.log(risk_t / (1 - risk_t)) - math.log(risk_c / (1 - risk_c))
    return math.log(risk_t / risk_c) if kind == "risk_ratio" else risk_t - risk_c


def ratio_against_risks(row: Row) -> Finding | None:
    """Printed unadjusted ratio (or risk difference) against the absolute risks.

    The risks come from counts, or from percentages in the mean cells; the `value` of a row of
    counts is an odds ratio. Arms without events or with events only are left out: their ratio
    depends on the correction chosen.
    """
    kind = "odds_ratio" if row["statistic"] == "counts" else row["statistic"]
    if kind not in OF_RISKS or row["adjusted"] == "yes":
        return None
    risks, value = _risks(row), row["value"]
    if risks is None or not has(row, "value") or not all(0 < r < 1 for r in risks[0] + risks[1]):
        return None
    implied = sorted(turn_of(row) * _contrast(kind, t, c) for t, c in itertools.product(*risks))
    half, log = half_unit(value), kind != "risk_difference"
    shown = [max(value - half, value / 2), value + half] if log else [value - half, value + half]
    limit = LOG_RATIO_GAP if log else RISK_DIFFERENCE_GAP
    if log:
        shown = [math.log(number) for number in shown]
    if max(implied[0] - shown[1], shown[0] - implied[-1]) <= limit:
        return None
    opposite = (shown[0] > 0 and implied[-1] < 0) or (shown[1] < 0 and implied[0] > 0)
    middle = (implied[0] + implied[-1]) / 2
    text = f"{math.exp(middle) if log else middle:.3g}"
    check = "ratio_sign" if opposite else "ratio_against_risks"
    return Finding(check, f"{value:g}", text, f"the absolute risks give {text}, printed {value:g}")


def sds_apart(row: Row) -> Finding | None:
    """SDs of the arms that two samples of one population would hardly have."""
    arms = arms_of(row)
    if arms is None or not has(row, "sd_t", "sd_c"):
        return None
    (large, n_large), (small, n_small) = sorted(
        zip((row["sd_t"], row["sd_c"]), arms, strict=True), reverse=True
    )
    ratio = large / small
    p = 2 * float(special.fdtrc(n_large - 1, n_small - 1, ratio**2))
    if ratio < SD_RATIO or p > SD_RATIO_P:
        return None
    return Finding(
        "sds_apart",
        f"SD {row['sd_t']:g} and {row['sd_c']:g}",
        "",
        f"the SD of one arm is {ratio:.3g} times that of the other: a decimal point, or the "
        "standard error of one arm?",
    )


def sd_against_measure(row: Row) -> Finding | None:
    """SDs of both arms far from those of the same measure elsewhere, which are no SEs either."""
    elsewhere = row["sd_elsewhere"]
    if not has(row, "sd_t", "sd_c", "sd_elsewhere") or se_typed_for_sd(row):
        return None
    shares = [row[name] / elsewhere for name in ("sd_t", "sd_c")]
    if not (max(shares) <= 1 / SD_RATIO or min(shares) >= SD_RATIO):
        return None
    printed = f"SD {row['sd_t']:g} and {row['sd_c']:g}"
    return Finding(
        "sd_against_measure",
        printed,
        f"SD {elsewhere:.3g}",
        f"{printed}; elsewhere the SD of this measure is {elsewhere:.3g}: "
        "another scoring, or a slip?",
    )


def _same(a: float, b: float) -> bool:
    return b / SAME_FACTOR <= a <= b * SAME_FACTOR


def se_typed_for_sd(row: Row) -> Finding | None:
    """SDs so small that they are probably standard errors of the means.

    Either the difference is beyond belief with them and ordinary after sd = se * sqrt(n), or
    in both arms they are about sqrt(n) times smaller than the SDs of this measure elsewhere
    (column `sd_elsewhere`). Small arms are left out: there an SE is not much smaller than an SD.
    """
    effect, arms = _d_and_sd(row), arms_of(row)
    if effect is None or arms is None or min(arms) < MIN_ARM:
        return None
    sds = (row["sd_t"], row["sd_c"])
    roots = [math.sqrt(n) for n in arms]
    elsewhere = row["sd_elsewhere"]
    if abs(effect[0]) > LARGE_G and abs(d_as_se := _d_of_ses(row, arms)) < SANE_D:
        why = f"they give a d of {effect[0]:.2f}; read as SEs they give {d_as_se:.2f}"
    elif has(row, "sd_elsewhere") and all(
        _same(elsewhere / sd, root) for sd, root in zip(sds, roots, strict=True)
    ):
        why = f"elsewhere the SD of this measure is {elsewhere:.3g}; read as SEs they fit"
    else:
        return None
    printed = f"SD {sds[0]:g} and {sds[1]:g}"
    implied = f"SD {sds[0] * roots[0]:.3g} and {sds[1] * roots[1]:.3g}"
    return Finding("se_typed_for_sd", printed, implied, f"{printed}: {why}")


def _d_of_ses(row: Row, arms: tuple[float, float]) -> float:
    """Cohen's d if what stands for the SDs are standard errors of the means."""
    n_t, n_c = arms
    sd = pooled_sd(row["sd_t"] * math.sqrt(n_t), n_t, row["sd_c"] * math.sqrt(n_c), n_c)
    return float((row["mean_t"] - row["mean_c"]) / sd)


def sd_typed_for_se(row: Row) -> Finding | None:
    """Standard error of a difference that is about as large as the SD of the scores.

    The SD is 1 for standardised differences, else the row's own, its reference SD, or that of
    the measure elsewhere.
    """
    arms = arms_of(row)
    if arms is None or min(arms) < MIN_ARM or not has(row, "se"):
        return None
    if row["statistic"] in ("smd", "means"):
        sd = 1.0
    elif row["statistic"] == "mean_difference":
        own = (row["sd_t"] + row["sd_c"]) / 2
        sds = (own, row["reference_sd"], row["sd_elsewhere"])
        sd = next((x for x in sds if math.isfinite(x)), math.nan)
    else:
        return None
    if not _same(row["se"], sd):
        return None
    implied = sd * math.sqrt(1 / arms[0] + 1 / arms[1])
    return Finding(
        "sd_typed_for_se",
        f"SE {row['se']:g}",
        f"SE {implied:.3g}",
        f"an SE of {row['se']:g} is as large as the SD of the scores ({sd:.3g}); with "
        f"{participants_of(arms)} it should be near {implied:.3g}",
    )
