"""The few lines of R that give the number of a model, so that it can be checked."""

import re
from collections.abc import Iterator

import numpy as np

from metarepro.explanation.pool_models import INTERVAL_KINDS, MEANS, PoolModel
from metarepro.explanation.rows import StudyRows
from metarepro.explanation.slips import Slip

#: Headers that R keeps as they are.
_R_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._]*")
#: Changed cells of a column beyond which it is written anew.
_FEW = 3


def r_lines(
    rows: StudyRows, model: PoolModel, level: float = 0.95, slip: Slip | None = None
) -> list[str]:
    """Lines of R that pool the rows of the file under a model.

    Parameters
    ----------
    rows : StudyRows
    model : PoolModel
    level : float
    slip : Slip, optional
        A change of the rows that is made first.

    Returns
    -------
    list of str
        For R with metafor, and robumeta for its model.
    """
    model_lines = list(_pooled(model, f", level = {100 * level:g}" if level != 0.95 else ""))
    library = "robumeta" if model.method == "RVE" else "metafor"
    lines = [f"library({library})", *_data(rows)]
    if library == "robumeta" and any("escalc" in line for line in model.form.r):
        lines.insert(0, "library(metafor)")
    return [*lines, *(_changed(rows, slip) if slip else ()), *model.form.r, *model_lines]


def _data(rows: StudyRows) -> Iterator[str]:
    """The rows: read from a plain CSV file, else written out."""
    names = (rows.names.get(ours, ours) for ours in rows.columns)
    if rows.in_csv and all(_R_NAME.fullmatch(name) for name in names):
        yield f'd <- read.csv("{_quoted(rows.file)}")'
        yield from _renamed(rows)
        return
    columns = {
        name: [f"{x:.15g}" for x in numbers]
        for name, numbers in zip(rows.columns, rows.cells.T.tolist(), strict=True)
    }
    if rows.has_repeats:
        columns["trial"] = [str(trial) for trial in rows.trials.tolist()]
    yield "d <- data.frame("
    for place, (name, cells) in enumerate(columns.items(), start=1):
        yield f"  {name} = c({', '.join(cells)})" + ("," if place < len(columns) else ")")


def _renamed(rows: StudyRows) -> Iterator[str]:
    """Columns under the names of this project."""
    for ours in (*rows.columns, "trial"):
        given = rows.names.get(ours, ours)
        if given != ours:
            yield f"d${ours} <- d${given}"
        rest = rows.names.get(f"non_events_{ours[2:]}") if ours in ("n_t", "n_c") else None
        if rest:
            yield f"d${ours} <- d$events_{ours[2:]} + d${rest}"


def _quoted(name: str) -> str:
    return "".join(c for c in name if c.isprintable()).replace("\\", "\\\\").replace('"', '\\"')


def _changed(rows: StudyRows, slip: Slip) -> Iterator[str]:
    for column, name in enumerate(rows.columns):
        new = slip.cells[:, column]
        at = np.flatnonzero(new != rows.cells[:, column])
        if len(at) > _FEW:
            yield f"d${name} <- c({', '.join(f'{x:.15g}' for x in new)})"
            continue
        for i in at:
            yield f"d${name}[{i + 1}] <- {new[i]:.15g}"
    out = [f"{place + 1}" for place in np.flatnonzero(~slip.member)]
    if out:
        yield f"d <- d[-{out[0]}, ]" if len(out) == 1 else f"d <- d[-c({', '.join(out)}), ]"
    if slip.twice >= 0:
        yield f"d <- d[c(seq_len(nrow(d)), {slip.twice + 1}), ]"


def _pooled(model: PoolModel, level: str) -> Iterator[str]:
    if model.rows:
        yield "d <- as.data.frame(d)[!is.na(d$yi), ]"
        rho = MEANS[model.rows]
        yield "d <- do.call(rbind, lapply(split(d, d$trial), function(s) data.frame("
        yield (
            f"  yi = mean(s$yi), vi = {1 - rho:g} * sum(s$vi) / nrow(s)^2 + "
            f"{rho:g} * mean(sqrt(s$vi))^2)))"
        )
    if model.method == "IV":
        yield from _inverse_variance(model, level)
    elif model.method == "RVE":
        yield (
            "robu(yi ~ 1, data = d, studynum = trial, var.eff.size = vi, rho = 0.8, small = TRUE)"
        )
    elif model.method in ("3L", "3L_CR2"):
        yield "d$row <- seq_len(nrow(d))"
        test = ', test = "t", dfs = "contain"' if model.ci == "t" else ""
        yield f"m <- rma.mv(yi, vi, random = ~ 1 | trial/row, data = d{test}{level})"
        robust = "robust(m, cluster = d$trial, clubSandwich = TRUE)"
        yield robust if model.method == "3L_CR2" else "m"
    else:
        yield from _mantel_haenszel(model, level)


def _inverse_variance(model: PoolModel, level: str) -> Iterator[str]:
    method = model.tau2 or "EE"
    if not model.tau2 and model.ci == "knapp_hartung":
        share = level.replace("level = ", "level = 0.01 * ")
        yield f"confint(lm(yi ~ 1, weights = 1 / vi, data = d){share})"
        return
    if model.ci == "wider":
        yield f'rma(yi, vi, data = d, method = "{method}"{level})'
        yield f'rma(yi, vi, data = d, method = "{method}", test = "knha"{level})  # the wider one'
        return
    test = INTERVAL_KINDS[model.ci].test
    said = f', test = "{test}"' if test != "z" else ""
    yield f'rma(yi, vi, data = d, method = "{method}"{said}{level})'


def _mantel_haenszel(model: PoolModel, level: str) -> Iterator[str]:
    measure = model.form.measure
    if measure == "RD" and model.method != "MH_SATO":
        yield from _greenland_robins(model, level)
        estimate = "e"
    else:
        add, to = ("c(0.5, 0)", '"only0"') if model.method in ("MH", "MH_SATO") else (
            "c(0.5, 0.5)", 'c("only0", "only0")')  # fmt: skip
        drop = "c(TRUE, TRUE)" if measure != "RD" else "FALSE"
        yield (
            f'm <- rma.mh(measure = "{measure}", ai = events_t, n1i = n_t, ci = events_c, '
            f"n2i = n_c, data = d, add = {add}, to = {to}, drop00 = {drop}, correct = FALSE{level})"
        )
        estimate = "c(m$beta)"
        if model.method != "MH_DL":
            yield "m"
    if model.method == "MH_DL":
        yield "d <- as.data.frame(d)[!is.na(d$yi), ]; w <- 1 / d$vi"
        yield f"q <- sum(w * (d$yi - {estimate})^2)"
        yield "tau2 <- max(0, (q - (length(w) - 1)) / (sum(w) - sum(w^2) / sum(w)))"
        yield f"rma(yi, vi, data = d, tau2 = tau2{level})"


def _greenland_robins(model: PoolModel, level: str) -> Iterator[str]:
    """The variance of Greenland & Robins (1985), where metafor has that of Sato and others."""
    yield "w <- d$n_t * d$n_c / (d$n_t + d$n_c)"
    yield "e <- sum(w * (d$events_t / d$n_t - d$events_c / d$n_c)) / sum(w)"
    if model.method == "MH_DL":
        return
    zero = "with(d, events_t == 0 | events_c == 0 | events_t == n_t | events_c == n_c) / 2"
    yield f"z <- {zero}" if model.method == "MH_RM" else "z <- 0"
    yield "a <- d$events_t + z; b <- d$n_t - d$events_t + z; n1 <- a + b"
    yield "c <- d$events_c + z; e0 <- d$n_c - d$events_c + z; n2 <- c + e0"
    yield "v <- sum((a * b * n2^3 + c * e0 * n1^3) / (n1 * n2 * (n1 + n2)^2)) / sum(w)^2"
    yield f'rma(e, v, method = "EE"{level})'
