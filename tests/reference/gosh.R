# Reference numbers for batch_pooling.pool_subsets and gosh.gosh, from metafor: every subset of
# two or more effects, each fitted by rma(). Run from the project root:
#   Rscript tests/reference/gosh.R > tests/reference/gosh.json
# metafor's own gosh() gives no standard errors and one tolerance for all subsets: its loop is
# written out here, with the tolerance in the units of the subset. `gosh` is its own answer for one
# case. With its default tolerance (tau2 to 1e-5) estimates are up to 1.5e-5 off there.
# A subset is its number: bit i (of least weight first) says whether effect i is in.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})
set.seed(20230702, kind = "Mersenne-Twister")

draw <- function(k, mu, tau2, low, high) {
  vi <- signif(exp(runif(k, log(low), log(high))), 10)
  list(yi = signif(rnorm(k, mu, sqrt(tau2 + vi)), 10), vi = vi)
}

cases <- list(
  moderate = draw(8, 0.4, 0.05, 0.01, 0.1),
  homogeneous = draw(8, 0.3, 0, 0.02, 0.2),
  very_heterogeneous = draw(8, -1, 100, 0.01, 0.1),
  equal_effects_in_part = list(
    yi = c(0.25, 0.25, 0.25, 0.25, 0.6, -0.1, 0.6, 0.25),
    vi = c(0.01, 0.02, 0.05, 0.2, 0.03, 0.03, 0.03, 0.01)
  ),
  one_dominates = list(
    yi = c(0.2, 0.9, -0.3, 0.5, 0.1, 1.4, -0.8, 0.7),
    vi = c(1e-6, 0.5, 0.4, 0.9, 0.6, 0.3, 0.2, 0.8)
  ),
  tiny_variances = draw(8, 1e-4, 1e-9, 1e-10, 1e-8)
)

fit <- function(yi, vi, method, test) {
  scale <- max(var(yi), min(vi))
  control <- switch(method,
    REML = , ML = list(threshold = 1e-14 * scale, maxiter = 1e5),
    PM = list(tol = 1e-14 * scale, tau2.max = 1e6 * scale, maxiter = 1e5),
    list()
  )
  suppressWarnings(rma(yi, vi, method = method, test = test, control = control))
}

fit_subsets <- function(case, method, numbers) {
  rows <- t(sapply(numbers, function(s) {
    use <- bitwAnd(s, 2^(0:7)) > 0
    z <- fit(case$yi[use], case$vi[use], method, "z")
    knha <- fit(case$yi[use], case$vi[use], method, "knha")
    c(z$beta, z$se, knha$se, z$tau2, z$I2, z$QE)
  }))
  columns <- c("estimate", "se", "se_knha", "tau2", "i2", "q")
  c(list(method = method), setNames(as.list(as.data.frame(rows)), columns))
}

numbers <- Filter(function(s) sum(bitwAnd(s, 2^(0:7)) > 0) > 1, 1:255)
reference <- Map(function(case, name) {
  every <- name %in% c("moderate", "equal_effects_in_part")
  methods <- if (every) c("EE", "DL", "PM", "ML", "REML") else "REML"
  c(case, list(fits = lapply(methods, fit_subsets, case = case, numbers = numbers)))
}, cases, names(cases))

tight <- list(threshold = 1e-14, maxiter = 1e5)
drawn <- gosh(rma(cases$moderate$yi, cases$moderate$vi, control = tight), progbar = FALSE)
cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))
    ),
    subsets = numbers,
    cases = reference,
    gosh = c(
      list(subset = as.numeric(drawn$incl %*% 2^(0:7))),
      as.list(drawn$res[c("k", "QE", "I2", "tau2", "estimate")])
    )
  ),
  auto_unbox = TRUE, digits = NA, na = "null"
), "\n", sep = "")
