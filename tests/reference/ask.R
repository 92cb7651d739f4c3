# Reference numbers for tests/unit/test_ask.py:
#   Rscript tests/reference/ask.R > tests/reference/ask.json
#
# metafor::rma of the BCG trials: subgroups by allocation, their test and the regression on latitude
# with test = "adhoc" (Knapp-Hartung, never narrower than normal), "knha" and "z"; se.tau2 of every
# estimator; robumeta::robu with a moderator, and clubSandwich's HTZ test of its groups. The share of
# true effects beyond a limit is the parametric estimate of MetaUtility::prop_stronger (Mathur and
# VanderWeele 2019), written out here from its two formulas: the package is none of those that the
# other scripts need.

suppressMessages({
  library(metafor)
  library(robumeta)
  library(clubSandwich)
  library(jsonlite)
})

# REML's iterations stop at five digits if not told otherwise.
exact <- list(threshold = 1e-12, maxiter = 10000)
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)

pool <- function(data, ...) {
  fit <- rma(yi, vi, data = data, control = exact, ...)
  list(k = fit$k, estimate = as.numeric(fit$beta), ci_low = fit$ci.lb, ci_high = fit$ci.ub,
    tau2 = fit$tau2, i2 = fit$I2)
}

groups <- sort(unique(bcg$alloc))
subgroups <- lapply(setNames(groups, groups), function(g) pool(bcg[bcg$alloc == g, ], test = "adhoc"))
left_out <- lapply(setNames(groups, groups), function(g) pool(bcg[bcg$alloc != g, ], test = "adhoc"))
tests <- lapply(setNames(nm = c("adhoc", "knha", "z")), function(test) {
  fit <- rma(yi, vi, mods = ~ alloc, data = bcg, test = test, control = exact)
  list(statistic = if (test == "z") fit$QM / 2 else fit$QM, p_value = fit$QMp)
})
slopes <- lapply(setNames(nm = c("adhoc", "knha", "z")), function(test) {
  fit <- rma(yi, vi, mods = ~ ablat, data = bcg, test = test, control = exact)
  list(estimate = as.numeric(fit$beta), se = fit$se, ci_low = fit$ci.lb, ci_high = fit$ci.ub,
    p_value = fit$pval, tau2 = fit$tau2, r2 = fit$R2)
})
common <- rma(yi, vi, mods = ~ ablat, data = bcg, method = "EE", test = "z")
methods <- c("DL", "HE", "HS", "SJ", "PM", "EB", "ML", "REML")
se_tau2 <- lapply(setNames(nm = methods), function(m) {
  fit <- rma(yi, vi, data = bcg, method = m, control = exact)
  c(fit$tau2, fit$se.tau2)
})

share <- function(fit, limit, above) {
  z <- (limit - as.numeric(fit$beta)) / sqrt(fit$tau2)
  p <- if (above) 1 - pnorm(z) else pnorm(z)
  se <- sqrt(fit$se^2 / fit$tau2 +
    fit$se.tau2^2 * (limit - as.numeric(fit$beta))^2 / (4 * fit$tau2^3)) * dnorm(z)
  list(share = p, ci_low = max(0, p - qnorm(0.975) * se), ci_high = min(1, p + qnorm(0.975) * se))
}
adhoc <- rma(yi, vi, data = bcg, test = "adhoc", control = exact)
shares <- list(below_0.8 = share(adhoc, log(0.8), FALSE), above_0.5 = share(adhoc, log(0.5), TRUE))

# Two results of each of 12 trials; the moderator differs between trials.
set.seed(5)
rows <- data.frame(trial = rep(sprintf("t%02d", 1:12), each = 2), dose = rep(1:4, each = 6))
rows$vi <- round(runif(24, 0.02, 0.09), 3)
rows$yi <- round(0.1 * rows$dose + rnorm(24, 0.2, 0.25), 3)
robust <- robu(yi ~ dose, data = rows, studynum = trial, var.eff.size = vi, rho = 0.8,
  modelweights = "CORR", small = TRUE)$reg_table

rows$kind <- rep(c("a", "b", "c"), each = 8)
by_kind <- robu(yi ~ 0 + kind, data = rows, studynum = trial, var.eff.size = vi, rho = 0.8,
  modelweights = "CORR", small = TRUE)
htz <- Wald_test(by_kind, constraints = constrain_equal(1:3), vcov = "CR2", test = "HTZ")

cat(toJSON(list(
  subgroups = subgroups, left_out = left_out, tests = tests, slopes = slopes,
  common = list(estimate = as.numeric(common$beta), se = common$se),
  se_tau2 = se_tau2, shares = shares,
  robust = list(rows = rows, estimate = robust$b.r, se = robust$SE, df = robust$dfs,
    ci_low = robust$CI.L, ci_high = robust$CI.U,
    test = list(statistic = htz$Fstat, df2 = htz$df_denom, p_value = htz$p_val))
), dataframe = "columns", auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
