# Reference numbers for the module bias, from metafor. Run from the project root:
#   Rscript tests/reference/bias.R > tests/reference/bias.json
# metafor's iterations are tightened: by default tau2 is good to 1e-5 only.
# Effects and variances have 10 digits, so that the JSON holds them exactly.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})
set.seed(20230703, kind = "Mersenne-Twister")

# Effects grow with their standard error by `slope`.
draw <- function(k, mu, tau2, low, high, slope = 0) {
  vi <- signif(exp(runif(k, log(low), log(high))), 10)
  list(yi = signif(rnorm(k, mu + slope * sqrt(vi), sqrt(tau2 + vi)), 10), vi = vi)
}

outlier <- draw(15, 0.3, 0.02, 0.01, 0.1)
outlier$yi[4] <- 3.5
ties <- draw(14, 0.3, 0.05, 0.01, 0.1)
ties$yi[c(2, 5)] <- ties$yi[1]
ties$vi[c(2, 7, 9)] <- ties$vi[1]
significant <- draw(60, 0.1, 0.02, 0.01, 0.2)
kept <- significant$yi / sqrt(significant$vi) > qnorm(0.975) | runif(60) < 0.2
cases <- list(
  three = list(yi = c(0.12, 0.45, -0.20), vi = c(0.031, 0.018, 0.012)),
  tau2_zero = list(
    yi = c(0.30, 0.61, 0.29, 0.32, 0.20, 0.28, 0.41, 0.35, 0.18, 0.33),
    vi = c(4, 5, 6, 1, 9, 7, 3, 8, 2, 4.5) / 100
  ),
  homogeneous = draw(12, 0.3, 0, 0.01, 0.1),
  heterogeneous = draw(20, 0.4, 0.3, 0.01, 0.1),
  outlier = outlier,
  ties = ties,
  large_in_small = draw(18, 0.1, 0.02, 0.005, 0.3, slope = 1.5),
  large_in_small_negative = draw(16, -0.1, 0.02, 0.005, 0.3, slope = -1.5),
  selected = list(yi = significant$yi[kept], vi = significant$vi[kept]),
  forty = draw(40, 0.25, 0.05, 0.005, 0.5, slope = 0.5)
)

# Arm sizes that fit the variances; drawn last, so that they move no other number.
cases <- lapply(cases, function(case) {
  n <- pmax(4, round(4 / case$vi))
  n1 <- pmax(2, round(n * runif(length(n), 0.3, 0.7)))
  c(case, list(n1 = n1, n2 = n - n1 + 2))
})
# Effects in a symmetrical order tie once they are centred, though no two are equal.
cases$ties_once_centred <- list(
  yi = c(0.2, 0.2, 0.5, -0.1, 0.3, 0.1, 0.4, 0, 0.25, 0.15),
  vi = c(1, 2, 3, 3, 4, 4, 5, 5, 6, 6) / 100, n1 = rep(50, 10), n2 = rep(40, 10) + 1:10
)

reference <- lapply(cases, function(case) {
  yi <- case$yi
  vi <- case$vi
  scale <- max(var(yi), min(vi))
  control <- list(threshold = 1e-14 * scale, maxiter = 1e5)
  m <- rma(yi, vi, test = "adhoc", control = control)
  m_z <- rma(yi, vi, test = "z", control = control)

  lm_test <- regtest(m_z, model = "lm", predictor = "sei")
  rma_test <- regtest(m_z, model = "rma", predictor = "sei")
  begg <- suppressWarnings(ranktest(yi, vi))
  peese <- lm(yi ~ vi, weights = 1 / vi)
  pet_intercept <- summary(lm_test$fit)$coefficients[1, ]
  peese_intercept <- summary(peese)$coefficients[1, ]
  # trimfill() hands neither `test` nor `control` of the model on to its fits.
  filled <- trimfill(m, test = "adhoc", control = control)

  n1 <- case$n1
  n2 <- case$n2
  # Pustejovsky and Rodgers (2019): a predictor that has no effect in it.
  modified <- lm(yi ~ I(sqrt(1 / n1 + 1 / n2)), weights = 1 / vi)
  modified_rma <- rma(yi, vi, mods = ~ I(sqrt(1 / n1 + 1 / n2)), control = control)
  modified_peese <- lm(yi ~ I(1 / n1 + 1 / n2), weights = 1 / vi)
  peters <- regtest(yi, vi, ni = n1 + n2, model = "lm", predictor = "ninv")
  # The exact test goes through all combinations of studies.
  excess <- if (length(yi) <= 16) tes(m_z, test = "exact", progbar = FALSE, find.lim = FALSE)
  excess_chi2 <- tes(m_z, test = "chi2", find.lim = FALSE)

  selection <- try(selmodel(
    rma(yi, vi, method = "ML", control = control),
    type = "stepfun", alternative = "greater", steps = 0.025,
    control = list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 1e4)
  ), silent = TRUE)
  modified_of <- function(fit) {
    numbers <- summary(fit)$coefficients
    list(
      statistic = numbers[2, "t value"], p_value = numbers[2, "Pr(>|t|)"], df = fit$df.residual,
      estimate = numbers[1, "Estimate"], se = numbers[1, "Std. Error"]
    )
  }
  c(case, list(
    modified_egger = modified_of(modified),
    modified_peese = modified_of(modified_peese),
    modified_egger_rma = list(
      statistic = modified_rma$zval[2], p_value = modified_rma$pval[2],
      estimate = modified_rma$beta[1], se = modified_rma$se[1], tau2 = modified_rma$tau2
    ),
    peters = list(
      statistic = peters$zval, p_value = peters$pval, df = peters$ddf, estimate = peters$est
    ),
    fail_safe_rosenthal = fsn(yi, vi, type = "Rosenthal")$fsnum,
    fail_safe_rosenberg = fsn(yi, vi, type = "Rosenberg")$fsnum,
    excess = list(
      observed = excess_chi2$O, expected = excess_chi2$E, p_value = if (is.null(excess)) NA else excess$pval,
      statistic = unname(excess_chi2$X2)
    ),
    egger_lm = list(
      statistic = lm_test$zval, p_value = lm_test$pval, df = lm_test$ddf,
      estimate = lm_test$est, ci_low = lm_test$ci.lb, ci_high = lm_test$ci.ub,
      se = pet_intercept[["Std. Error"]], p_of_estimate = pet_intercept[["Pr(>|t|)"]]
    ),
    egger_rma = list(
      statistic = rma_test$zval, p_value = rma_test$pval, estimate = rma_test$est[[1]],
      se = rma_test$fit$se[1],
      ci_low = rma_test$ci.lb, ci_high = rma_test$ci.ub, tau2 = rma_test$fit$tau2
    ),
    begg = list(statistic = begg$tau[[1]], p_value = begg$pval),
    peese = list(
      statistic = summary(peese)$coefficients[2, "t value"],
      p_value = summary(peese)$coefficients[2, "Pr(>|t|)"],
      estimate = peese_intercept[["Estimate"]], se = peese_intercept[["Std. Error"]],
      ci_low = confint(peese)[1, 1], ci_high = confint(peese)[1, 2]
    ),
    trim_and_fill = list(
      side = filled$side, n_filled = filled$k0, estimate = as.numeric(filled$beta),
      se = filled$se, ci_low = filled$ci.lb, ci_high = filled$ci.ub, tau2 = filled$tau2
    ),
    selection = if (inherits(selection, "try-error")) {
      list(error = trimws(as.character(selection)))
    } else {
      list(
        estimate = as.numeric(selection$beta), se = selection$se, ci_low = selection$ci.lb,
        ci_high = selection$ci.ub, tau2 = selection$tau2, weight = selection$delta[2],
        weight_se = selection$se.delta[2], log_likelihood = as.numeric(logLik(selection)),
        statistic = selection$LRT, p_value = selection$LRTp
      )
    }
  ))
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
