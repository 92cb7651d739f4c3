# Reference numbers for the module meta_regression, from metafor, robumeta and clubSandwich. Run from
# the project root:
#   Rscript tests/reference/meta_regression.R > tests/reference/meta_regression.json
# metafor's iterations are tightened: by default tau2 is good to 1e-5 only.

suppressPackageStartupMessages({
  library(metafor)
  library(robumeta)
  library(clubSandwich)
  library(jsonlite)
})
set.seed(20230704, kind = "Mersenne-Twister")

draw <- function(sizes, tau2, low, high, levels, slope = 0.01) {
  m <- length(sizes)
  trial <- rep(seq_len(m), sizes)
  vi <- signif(exp(runif(length(trial), log(low), log(high))), 10)
  group <- sample(rep(levels, length.out = m))
  year <- sample(1985:2022, m, replace = TRUE)
  mu <- 0.3 + 0.2 * (group == levels[1]) + slope * (year - 2005) + rnorm(m, 0, sqrt(tau2))
  yi <- signif(rnorm(length(trial), mu[trial], sqrt(vi)), 10)
  list(trial = trial, yi = yi, vi = vi, group = group[trial], year = year[trial])
}
abc <- c("a", "b", "c")
cases <- list(
  independent = draw(rep(1, 14), 0.05, 0.01, 0.2, abc),
  homogeneous = draw(rep(1, 12), 0, 0.02, 0.3, abc, 0),
  few = draw(rep(1, 6), 0.1, 0.02, 0.1, c("a", "b")),
  small_variances = draw(rep(1, 11), 1e-5, 1e-6, 1e-4, abc, 0),
  dependent = draw(c(1, 2, 4, 1, 3, 2, 1, 5, 1, 2, 3, 1), 0.05, 0.01, 0.2, abc),
  dependent_few = draw(c(2, 3, 1, 4, 2, 1), 0.05, 0.01, 0.2, c("a", "b")),
  four_levels = draw(c(1, 2, 4, 1, 3, 2, 1, 5, 1, 2, 3, 1, 2, 2, 1, 1), 0.02, 0.01, 0.1,
                     c("a", "b", "c", "d"))
)
# A moderator that differs within trials, as the kind of source does.
within <- draw(c(2, 2, 3, 2, 1, 4, 2, 1, 3), 0.05, 0.01, 0.2, c("a", "b"))
within$group <- rep(c("a", "b"), length.out = length(within$trial))
cases$within_trials <- within

columns <- function(data, coding) {
  levels <- sort(unique(data$group))
  if (coding == "year") return(cbind(1, (data$year - 2000) / 10))
  sapply(levels, function(level) as.numeric(data$group == level))
}
differences <- function(p) cbind(-1, diag(p - 1))

mixed <- function(data, coding, method, test) {
  x <- columns(data, coding)
  control <- list(threshold = 1e-14, tol = 1e-16, maxiter = 10000, stepadj = 0.5)
  m <- suppressWarnings(rma(data$yi, data$vi, mods = x, intercept = FALSE, method = method,
                            test = test, control = control))
  contrast <- if (coding == "year") matrix(c(0, 1), 1) else differences(ncol(x))
  w <- anova(m, X = contrast)
  list(coding = coding, method = method, test = test, tau2 = m$tau2, b = as.numeric(m$b),
       se = m$se, pval = m$pval, low = m$ci.lb, high = m$ci.ub,
       f = w$QM / (if (test == "z") nrow(contrast) else 1), p = w$QMp)
}

robust <- function(data, coding, rho) {
  x <- columns(data, coding)
  d <- data.frame(yi = data$yi, vi = data$vi, trial = data$trial, x)
  names(d)[-(1:3)] <- paste0("x", seq_len(ncol(x)))
  formula <- as.formula(paste("yi ~ -1 +", paste0("x", seq_len(ncol(x)), collapse = " + ")))
  m <- robu(formula, data = d, studynum = trial, var.eff.size = vi, rho = rho, small = TRUE)
  contrast <- if (coding == "year") matrix(c(0, 1), 1) else differences(ncol(x))
  w <- Wald_test(m, constraints = contrast, vcov = "CR2", test = "HTZ")
  r <- m$reg_table
  list(coding = coding, rho = rho, tau2 = as.numeric(m$mod_info$tau.sq), b = r$b.r, se = r$SE,
       df = r$dfs, pval = r$prob, low = r$CI.L, high = r$CI.U,
       f = w$Fstat, df2 = w$df_denom, p = w$p_val)
}

answers <- lapply(cases, function(data) {
  one_each <- length(unique(data$trial)) == length(data$trial)
  list(
    data = data,
    mixed = if (one_each) {
      methods <- c("EE", "DL", "HE", "HS", "SJ", "PM", "EB", "ML", "REML")
      grid <- expand.grid(coding = c("levels", "year"), method = methods,
                          test = c("z", "knha", "adhoc"), stringsAsFactors = FALSE)
      do.call(Map, c(list(f = function(coding, method, test) mixed(data, coding, method, test)),
                     as.list(grid), USE.NAMES = FALSE))
    } else list(),
    robust = c(lapply(c(0, 0.8, 1), function(rho) robust(data, "levels", rho)),
               lapply(c(0, 0.8), function(rho) robust(data, "year", rho)))
  )
})
cat(toJSON(answers, digits = NA, auto_unbox = TRUE, pretty = TRUE))
