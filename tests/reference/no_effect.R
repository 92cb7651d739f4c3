# Reference numbers for results at no effect, from metafor and robumeta. Run from the project root:
#   Rscript tests/reference/no_effect.R > tests/reference/no_effect.json
# metafor's iterations are tightened: by default tau2 is good to 1e-5 only.

suppressPackageStartupMessages({
  library(metafor)
  library(robumeta)
  library(jsonlite)
})

# Variance of Hedges' g where the means are equal; of clusters of 20 with an ICC of 0.05 also.
null_variance <- function(n1, n2) {
  escalc("SMD", m1i = 0, sd1i = 1, n1i = n1, m2i = 0, sd2i = 1, n2i = n2)$vi[1]
}
arms <- null_variance(28, 26)
halves <- null_variance(40, 40)

independent <- data.frame(yi = c(1.1, -0.2, 0.7, 0.3, 0), vi = c(0.09, 0.04, 0.06, 0.02, arms))
m <- rma(yi, vi,
  data = independent, method = "REML", test = "adhoc",
  control = list(threshold = 1e-15, maxiter = 1e5)
)

several <- data.frame(
  trial = c("a", "a", "b", "c", "d", "a", "e"),
  yi = c(1.1, 0.4, -0.2, 0.9, 0.3, 0, 0),
  vi = c(0.09, 0.08, 0.04, 0.06, 0.02, arms, halves)
)
r <- robu(yi ~ 1, var.eff.size = vi, studynum = trial, data = several, rho = 0.8, small = TRUE)

# A log odds ratio of which nobody knows what the event is, at an odds ratio of 1.
odds <- escalc("OR", ai = c(6, 9, 30), n1i = c(50, 40, 80), ci = c(25, 15, 20), n2i = c(52, 41, 79))
unknown <- escalc("OR", ai = 15, n1i = 60, ci = 9, n2i = 58)
o <- rma(c(odds$yi, 0), c(odds$vi, unknown$vi),
  method = "REML", test = "adhoc", control = list(threshold = 1e-15, maxiter = 1e5)
)

cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")),
      robumeta = as.character(packageVersion("robumeta"))
    ),
    variance = list(arms = arms, halves = halves, clusters = (1 + 19 * 0.05) * halves),
    independent = list(
      estimate = m$b[1], se = m$se, ci_low = m$ci.lb, ci_high = m$ci.ub, tau2 = m$tau2
    ),
    several = list(
      estimate = r$reg_table$b.r, se = r$reg_table$SE, df = r$reg_table$dfs,
      ci_low = r$reg_table$CI.L, ci_high = r$reg_table$CI.U, tau2 = r$mod_info$tau.sq[1]
    ),
    odds_ratio = list(
      yi = as.numeric(odds$yi), vi = odds$vi, unknown_vi = unknown$vi[1],
      estimate = o$b[1], ci_low = o$ci.lb, ci_high = o$ci.ub, printed = exp(o$b[1])
    )
  ),
  auto_unbox = TRUE, digits = NA, pretty = 1
), "\n", sep = "")
