# Reference numbers for the module sensitivity, from metafor and robumeta. Run from the project
# root:
#   Rscript tests/reference/sensitivity.R > tests/reference/sensitivity.json
# metafor's iterations are tightened: by default tau2 is good to 1e-5 only.
# Effects and variances have 10 digits, so that the JSON holds them exactly.

suppressPackageStartupMessages({
  library(metafor)
  library(robumeta)
  library(jsonlite)
})
set.seed(20240117, kind = "Mersenne-Twister")

draw <- function(sizes, mu, tau2) {
  trial <- rep(sprintf("t%02d", seq_along(sizes)), sizes)
  vi <- signif(exp(runif(length(trial), log(0.01), log(0.1))), 10)
  own <- rnorm(length(sizes), mu, sqrt(tau2))[rep(seq_along(sizes), sizes)]
  data.frame(trial = trial, yi = signif(rnorm(length(trial), own, sqrt(vi)), 10), vi = vi)
}

outlier <- draw(c(1, 3, 2, 1, 4, 1, 2, 1, 2, 3, 1, 2), 0.3, 0.03)
outlier$yi[outlier$trial == "t04"] <- 2.7
cases <- list(outlier = outlier, few_trials = draw(c(2, 1, 3, 1, 2, 2), 0.4, 0.15))

fit <- function(data, method = "REML", test = "adhoc") {
  scale <- max(var(data$yi), min(data$vi))
  control <- if (method == "PM") list(tol = 1e-15) else list(threshold = 1e-14 * scale, maxiter = 1e5)
  if (method == "DL") control <- list()
  rma(yi, vi, data = data, method = method, test = test, control = control)
}

columns <- function(m) {
  prediction <- predict(m)
  list(
    n_trials = m$k, estimate = m$b[1], se = m$se, df = if (m$test == "z") NA else m$ddf[1],
    statistic = m$zval, p_value = m$pval, ci_low = m$ci.lb, ci_high = m$ci.ub, tau2 = m$tau2,
    i2_tau2 = m$I2, q = m$QE, q_df = m$k - m$p, q_p = m$QEp,
    pi_low = prediction$pi.lb, pi_high = prediction$pi.ub
  )
}

robust <- function(data, rho) {
  m <- robu(yi ~ 1, var.eff.size = vi, studynum = trial, data = data, rho = rho, small = TRUE)
  list(
    n_trials = length(unique(data$trial)), k = nrow(data), estimate = m$reg_table$b.r,
    se = m$reg_table$SE, df = m$reg_table$dfs, statistic = m$reg_table$t,
    p_value = m$reg_table$prob, ci_low = m$reg_table$CI.L, ci_high = m$reg_table$CI.U,
    tau2 = m$mod_info$tau.sq[1]
  )
}

means <- function(data, rho) {
  rows <- escalc(measure = "GEN", yi = yi, vi = vi, data = data)
  aggregate(rows, cluster = trial, struct = "CS", rho = rho, weighted = FALSE)
}

extreme <- function(data, which_one) {
  do.call(rbind, lapply(split(data, data$trial), function(x) x[which_one(x$yi), ]))
}

variants_of <- function(data) {
  primary <- robust(data, 0.8)
  half <- qnorm(0.975) * sqrt(data$vi)
  outside <- data$yi + half < primary$ci_low | data$yi - half > primary$ci_high
  averaged <- means(data, 0.8)
  flagged <- averaged$trial[influence(fit(averaged))$is.infl]
  fits <- list(
    primary = primary,
    lowest_per_trial = columns(fit(extreme(data, which.min))),
    highest_per_trial = columns(fit(extreme(data, which.max))),
    average_per_trial = columns(fit(averaged)),
    without_outliers = robust(data[!outside, ], 0.8),
    without_influential = robust(data[!data$trial %in% flagged, ], 0.8)
  )
  for (rho in c(0.4, 0.6, 0.8)) {
    fits[[paste0("aggregated_rho_", rho)]] <- columns(fit(means(data, rho)))
    fits[[paste0("rve_rho_", rho)]] <- robust(data, rho)
  }
  for (method in c("DL", "PM", "ML", "REML")) {
    fits[[paste0("tau2_", tolower(method))]] <- columns(fit(averaged, method))
  }
  tests <- c(z = "z", knapp_hartung = "knha", knapp_hartung_conservative = "adhoc")
  for (name in names(tests)) {
    fits[[paste0("ci_", name)]] <- columns(fit(averaged, test = tests[[name]]))
  }
  list(
    effects = as.list(data), fits = fits,
    outlying = sum(outside), influential = as.list(as.character(flagged))
  )
}

cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")),
      robumeta = as.character(packageVersion("robumeta"))
    ),
    cases = lapply(cases, variants_of)
  ),
  auto_unbox = TRUE, digits = NA, na = "null", pretty = 1
), "\n", sep = "")
