# Reference numbers for pooling.pool_correlated, from robumeta, with clubSandwich's CR2 on the same
# weights as a second opinion. Run from the project root:
#   Rscript tests/reference/rve.R > tests/reference/rve.json

suppressPackageStartupMessages({
  library(robumeta)
  library(clubSandwich)
  library(jsonlite)
})
set.seed(20230702, kind = "Mersenne-Twister")

draw <- function(sizes, mu, tau2, low, high, same_v = FALSE) {
  trial <- rep(seq_along(sizes), sizes)
  vi <- signif(exp(runif(length(trial), log(low), log(high))), 10)
  if (same_v) vi <- vi[match(trial, trial)]
  effect <- rnorm(length(sizes), mu, sqrt(tau2))
  list(trial = trial, yi = signif(rnorm(length(trial), effect[trial], sqrt(vi)), 10), vi = vi)
}

cases <- list(
  two_trials = list(trial = c(1, 1, 2), yi = c(0.2, 0.5, 0.9), vi = c(0.04, 0.05, 0.03)),
  two_singletons = list(trial = c(1, 2), yi = c(0.1, 0.8), vi = c(0.02, 0.06)),
  two_equal_trials = list(trial = c(1, 1, 2, 2), yi = c(0.1, 0.3, 0.5, 0.9), vi = rep(0.05, 4)),
  three_trials = list(
    trial = c(1, 1, 1, 2, 3, 3), yi = c(0.3, 0.1, 0.4, -0.2, 0.6, 0.5),
    vi = c(0.02, 0.03, 0.05, 0.01, 0.08, 0.04)
  ),
  singletons = draw(rep(1, 9), 0.3, 0.05, 0.01, 0.2),
  unequal_sizes = draw(c(1, 2, 7, 1, 3, 12), 0.4, 0.1, 0.01, 0.2),
  one_big_trial = draw(c(25, 1, 1, 1), 0.2, 0.05, 0.02, 0.1),
  same_variance_in_trial = draw(c(2, 3, 1, 4, 2), -0.5, 0.2, 0.01, 0.3, TRUE),
  homogeneous = draw(c(2, 2, 3, 1, 4, 2, 1), 0.3, 0, 0.05, 0.2),
  very_heterogeneous = draw(c(2, 3, 1, 4, 2, 5, 1, 1), 1, 50, 0.01, 0.1),
  very_unequal_precision = draw(c(1, 3, 2, 4, 1, 2), 0.2, 1e-4, 1e-4, 1),
  many_trials = draw(rep(c(1, 2, 1, 4, 3), 8), 0.3, 0.04, 0.01, 0.3),
  interleaved = list(
    trial = c(1, 2, 3, 1, 2, 3, 1, 4), yi = c(0.3, -0.1, 0.4, 0.2, 0.6, 0.5, 0, 0.1),
    vi = c(0.02, 0.03, 0.05, 0.01, 0.08, 0.04, 0.02, 0.06)
  )
)

fit_one <- function(case, rho) {
  data <- as.data.frame(case)
  m <- robu(yi ~ 1, data = data, studynum = trial, var.eff.size = vi, rho = rho, small = TRUE)
  r <- m$reg_table
  # robumeta sorts the rows by trial; back to the order given. It does not return Q and its
  # expectation, but they follow from its weights at tau2 = 0 and term1, term2.
  weights <- numeric(nrow(data))
  weights[order(data$trial)] <- m$data.full$r.weights
  w0 <- m$data.full$weights
  y <- m$data.full$effect.size
  q <- sum(w0 * (y - sum(w0 * y) / sum(w0))^2)
  tau2_untruncated <- m$mod_info$term1 + rho * m$mod_info$term2
  denominator <- sum(w0) - sum(tapply(w0, m$data.full$study, sum)^2) / sum(w0)
  line <- lm(yi ~ 1, data = data, weights = weights)
  club <- coef_test(line,
    vcov = vcovCR(line, cluster = data$trial, type = "CR2", target = 1 / weights),
    test = "Satterthwaite"
  )
  list(
    rho = rho, estimate = r$b.r, se = r$SE, df = r$dfs, statistic = r$t, p_value = r$prob,
    ci_low = r$CI.L, ci_high = r$CI.U, tau2 = as.numeric(m$mod_info$tau.sq),
    i2_q = as.numeric(m$mod_info$I.2), q = q, q_df = as.numeric(q - tau2_untruncated * denominator),
    weights = 100 * weights / sum(weights),
    club_estimate = club$beta, club_se = club$SE,
    club_df = if (is.null(club$df_Satt)) club$df else club$df_Satt
  )
}

reference <- lapply(cases, function(case) {
  c(case, list(fits = lapply(c(0, 0.4, 0.8, 1), function(rho) fit_one(case, rho))))
})
cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), robumeta = as.character(packageVersion("robumeta")),
      clubSandwich = as.character(packageVersion("clubSandwich"))
    ),
    cases = reference
  ),
  auto_unbox = TRUE, digits = NA, na = "null", pretty = 1
), "\n", sep = "")
