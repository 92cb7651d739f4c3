# Reference numbers for pooling.pool, from metafor. Run from the project root:
#   Rscript tests/reference/pooling.R > tests/reference/pooling.json
# `cases` have the estimators with intervals at 95%; `levels` are a few of them with all estimators,
# intervals and levels.
# The tolerances of metafor's iterations are tightened: by default tau2 is good to 1e-5 and the
# bounds of confint() to 1e-4, and the upper bound is cut off at 100 or 10 mad(yi)^2.
# Effects and variances have 10 digits, so that the JSON holds them exactly.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})
set.seed(20230701, kind = "Mersenne-Twister")

draw <- function(k, mu, tau2, low, high) {
  vi <- signif(exp(runif(k, log(low), log(high))), 10)
  list(yi = signif(rnorm(k, mu, sqrt(tau2 + vi)), 10), vi = vi)
}

cases <- list(
  two_apart = list(yi = c(0.1, 0.9), vi = c(0.02, 0.05)),
  two_close = list(yi = c(0.30, 0.31), vi = c(0.02, 0.05)),
  two_equal_variances = list(yi = c(-0.4, 0.6), vi = c(0.04, 0.04)),
  three = list(yi = c(0.12, 0.45, -0.20), vi = c(0.031, 0.058, 0.012)),
  ties_in_effects = list(yi = c(0.25, 0.25, 0.25, 0.25), vi = c(0.01, 0.02, 0.05, 0.2)),
  ties_in_rows = list(yi = c(0.1, 0.1, 0.5, 0.5, 0.5), vi = c(0.02, 0.02, 0.03, 0.03, 0.03)),
  underdispersed = list(yi = c(0.30, 0.31, 0.29, 0.32, 0.30, 0.28), vi = c(4, 5, 6, 3, 9, 7) / 100),
  homogeneous = draw(8, 0.3, 0, 0.01, 0.1),
  moderate = draw(12, 0.4, 0.05, 0.01, 0.1),
  negative = draw(7, -0.6, 0.1, 0.02, 0.2),
  very_heterogeneous = draw(10, 1, 100, 0.01, 0.1),
  extreme_heterogeneity = draw(15, -3, 1e6, 1e-3, 1e-1),
  tiny_variances = draw(9, 1e-4, 1e-9, 1e-10, 1e-8),
  huge_variances = draw(9, 100, 1e4, 1e4, 1e6),
  six_orders = draw(20, 0.2, 0.01, 1e-4, 1e2),
  one_dominates = list(yi = c(0.20, 0.9, -0.3, 0.5), vi = c(1e-6, 0.5, 0.4, 0.9)),
  tau2_far_below_variances = draw(30, 0.1, 1e-3, 0.05, 0.5),
  twenty = draw(20, 0.25, 0.03, 0.005, 0.3),
  sixty = draw(60, 0.35, 0.08, 0.005, 0.5)
)

fit_one <- function(case, method, test, level = 0.95) {
  scale <- max(var(case$yi), min(case$vi))
  control <- switch(method,
    ML = , REML = , EB = list(threshold = 1e-14 * scale, maxiter = 1e5),
    PM = list(tol = 1e-14 * scale, tau2.max = 1e6 * scale, maxiter = 1e5),
    list()
  )
  # rma() warns that Knapp-Hartung is unusual for a common-effect model, but computes it.
  m <- suppressWarnings(rma(
    case$yi, case$vi,
    method = method, test = test, level = 100 * level, control = control
  ))
  p <- predict(m)
  out <- list(
    method = method, test = test, estimate = as.numeric(m$beta), se = m$se,
    df = if (is.null(m$ddf) || test == "z") NA else m$ddf, statistic = m$zval, p_value = m$pval,
    ci_low = m$ci.lb, ci_high = m$ci.ub, q = m$QE, q_p = m$QEp, weights = as.numeric(weights(m)),
    i2_q = max(0, 100 * (m$QE - (m$k - 1)) / m$QE)
  )
  if (level != 0.95) out <- c(list(level = level), out[names(out) != "weights"])
  if (method != "EE") {
    ci <- confint(m, control = list(tol = 1e-14 * scale, tau2.max = 1e6 * scale))$random
    out <- c(out, list(
      tau2 = m$tau2, tau2_ci_low = ci["tau^2", "ci.lb"], tau2_ci_high = ci["tau^2", "ci.ub"],
      i2_tau2 = m$I2, pi_low = p$pi.lb, pi_high = p$pi.ub
    ))
  }
  out
}

fit_all <- function(case, tests, methods, levels) {
  grid <- expand.grid(test = tests, method = methods, level = levels, stringsAsFactors = FALSE)
  fits <- Map(function(m, t, l) fit_one(case, m, t, l), grid$method, grid$test, grid$level)
  c(case, list(fits = unname(fits)))
}
tests <- c("z", "knha", "adhoc")
every <- c("DL", "HE", "HS", "SJ", "PM", "EB", "ML", "REML")
reference <- lapply(cases, fit_all, tests, c("EE", "DL", "ML", "REML"), 0.95)
chosen <- c("two_apart", "two_close", "homogeneous", "moderate", "six_orders", "underdispersed")
at_levels <- lapply(cases[chosen], fit_all, tests, c("EE", every), c(0.90, 0.95, 0.99))
cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))
    ),
    cases = reference,
    levels = at_levels
  ),
  auto_unbox = TRUE, digits = NA, na = "null", pretty = 1
), "\n", sep = "")
