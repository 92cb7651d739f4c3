# Reference numbers for the module influence, from metafor. Run from the project root:
#   Rscript tests/reference/influence.R > tests/reference/influence.json
# metafor's iterations are tightened: by default tau2 is good to 1e-5 only.
# Effects and variances have 10 digits, so that the JSON holds them exactly.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})
set.seed(20230702, kind = "Mersenne-Twister")

draw <- function(k, mu, tau2, low, high) {
  vi <- signif(exp(runif(k, log(low), log(high))), 10)
  list(yi = signif(rnorm(k, mu, sqrt(tau2 + vi)), 10), vi = vi)
}

outlier <- draw(15, 0.3, 0.02, 0.01, 0.1)
outlier$yi[4] <- 3.5
cases <- list(
  three = list(yi = c(0.12, 0.45, -0.20), vi = c(0.031, 0.058, 0.012)),
  four_one_dominates = list(yi = c(0.20, 0.9, -0.3, 0.5), vi = c(1e-4, 0.5, 0.4, 0.9)),
  tau2_zero = list(yi = c(0.30, 0.31, 0.29, 0.32, 0.30, 0.28), vi = c(4, 5, 6, 3, 9, 7) / 100),
  ties_in_rows = list(yi = c(0.1, 0.1, 0.5, 0.5, 0.5), vi = c(0.02, 0.02, 0.03, 0.03, 0.03)),
  homogeneous = draw(10, 0.3, 0, 0.01, 0.1),
  heterogeneous = draw(12, 0.4, 0.3, 0.01, 0.1),
  outlier = outlier,
  negative = draw(20, -0.6, 0.1, 0.02, 0.2),
  forty = draw(40, 0.35, 0.05, 0.005, 0.5)
)

fit_one <- function(case, test, method) {
  k <- length(case$yi)
  scale <- max(var(case$yi), min(case$vi))
  control <- if (method == "REML") list(threshold = 1e-14 * scale, maxiter = 1e5) else list()
  # rma() warns that Knapp-Hartung is unusual for a common-effect model, but computes it.
  m <- suppressWarnings(rma(case$yi, case$vi, method = method, test = test, control = control))
  out <- suppressWarnings(leave1out(m))
  inf <- suppressWarnings(influence(m))
  # The first steps of `cumul` have one row: nothing is pooled there.
  sofar <- suppressWarnings(cumul(m, order = rev(seq_len(k))))
  columns <- function(x) {
    list(
      estimate = x$estimate, se = x$se, p_value = x$pval, ci_low = x$ci.lb, ci_high = x$ci.ub,
      tau2 = x$tau2, i2_tau2 = x$I2
    )
  }
  list(
    method = method, test = test,
    leave_one_out = c(columns(out), list(q = out$Q, q_p = out$Qp)),
    influence = list(
      rstudent = inf$inf$rstudent, dffits = inf$inf$dffits, cook_d = inf$inf$cook.d,
      cov_r = inf$inf$cov.r, tau2_del = inf$inf$tau2.del, q_del = inf$inf$QE.del,
      hat = inf$inf$hat, weight = inf$inf$weight, dfbetas = inf$dfbs$intrcpt,
      influential = inf$is.infl
    ),
    cumulative_from_the_last = lapply(columns(sofar), function(x) x[-1])
  )
}

reference <- lapply(cases, function(case) {
  grid <- expand.grid(
    test = c("z", "knha", "adhoc"), method = c("REML", "EE"), stringsAsFactors = FALSE
  )
  c(case, list(fits = unname(Map(function(t, m) fit_one(case, t, m), grid$test, grid$method))))
})
cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))
    ),
    cases = reference
  ),
  auto_unbox = TRUE, digits = NA, na = "null", pretty = 1
), "\n", sep = "")
