# Reference numbers for the module three_level, from metafor's rma.mv with dfs = "contain" (trials -
# 1), and with robust variance (CR2, Satterthwaite). Run from the project root:
#   Rscript tests/reference/three_level.R > tests/reference/three_level.json
# The search is tightened: by default the variances are good to about 1e-8 of their sum. metafor
# searches on the log scale, so that a variance of 0 comes out as a very small number.

suppressPackageStartupMessages({
  library(metafor)
  library(clubSandwich)
  library(jsonlite)
})
set.seed(20240611, kind = "Mersenne-Twister")

draw <- function(sizes, mu, between, within, low = 0.01, high = 0.1) {
  trial <- rep(sprintf("t%02d", seq_along(sizes)), sizes)
  vi <- signif(exp(runif(length(trial), log(low), log(high))), 10)
  own <- rnorm(length(sizes), mu, sqrt(between))[rep(seq_along(sizes), sizes)]
  yi <- signif(rnorm(length(trial), own, sqrt(within + vi)), 10)
  data.frame(trial = trial, yi = yi, vi = vi)
}

sizes <- c(1, 3, 2, 1, 4, 1, 2, 6, 2, 3, 1, 2)
cases <- list(
  both_levels = draw(sizes, 0.3, 0.06, 0.05),
  many_trials = draw(rep(sizes, 3), -0.2, 0.03, 0.02),
  between_only = draw(sizes, 0.4, 0.2, 0),
  within_only = draw(sizes, 0.4, 0, 0.3),
  no_heterogeneity = transform(draw(sizes, 0.25, 0, 0), yi = 0.25 + (yi - 0.25) / 3),
  two_trials = draw(c(2, 3), 0.5, 0.1, 0.1),
  wide_variances = draw(c(2, 5, 1, 3, 4, 2, 2), 0.1, 0.05, 0.05, low = 1e-4, high = 1),
  large_scale = transform(draw(sizes, 30, 600, 500, low = 100, high = 1000)),
  konstantopoulos = with(dat.konstantopoulos2011, data.frame(trial = paste0("d", district), yi, vi))
)

fit <- function(data) {
  data$result <- seq_len(nrow(data))
  m <- rma.mv(
    yi, vi, random = ~ 1 | trial / result, data = data, test = "t", dfs = "contain",
    control = list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 1e5)
  )
  prediction <- predict(m)
  # clubSandwich on the model as it is, with the trials as clusters.
  cr2 <- coef_test(m, vcov = "CR2", cluster = data$trial, test = "Satterthwaite")
  list(
    data = as.list(data[c("trial", "yi", "vi")]),
    variances = list(sigma2_trial = m$sigma2[1], sigma2_result = m$sigma2[2]),
    numbers = list(
      estimate = m$b[1], se = m$se, df = m$ddf[1], statistic = m$zval, p_value = m$pval,
      ci_low = m$ci.lb, ci_high = m$ci.ub, pi_low = prediction$pi.lb, pi_high = prediction$pi.ub,
      q = m$QE, q_df = m$k - 1, q_p = m$QEp
    ),
    weights = unname(weights(m, type = "rowsum")),
    cr2 = list(se = cr2$SE, df = cr2$df_Satt, p_value = cr2$p_Satt)
  )
}

# Effects of the first two cases as if independent, with the trials as clusters.
two_level <- function(data) {
  m <- rma(yi, vi, data = data, control = list(threshold = 1e-14, maxiter = 1e5))
  cr2 <- coef_test(m, vcov = "CR2", cluster = data$trial, test = "Satterthwaite")
  list(estimate = m$b[1], se = cr2$SE, df = cr2$df_Satt, p_value = cr2$p_Satt)
}

cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))
    ),
    cases = lapply(cases, fit),
    two_level = lapply(cases[c("both_levels", "wide_variances")], two_level)
  ),
  auto_unbox = TRUE, digits = NA, na = "null", pretty = 1
), "\n", sep = "")
