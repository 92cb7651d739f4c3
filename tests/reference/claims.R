# Reference numbers for the claims: Wilson intervals and exact tests by base R, and Fieller's
# interval by a search for the ratios at which the test of numerator - ratio * denominator is just
# significant. Run from the project root:
#   Rscript tests/reference/claims.R > tests/reference/claims.json
library(jsonlite)

proportion <- function(x, n, p = NULL) {
  wilson <- prop.test(x, n, correct = FALSE)$conf.int
  tested <- if (!is.null(p)) list(reference = p, p_exact = binom.test(x, n, p)$p.value)
  c(list(x = x, n = n, ci_low = wilson[1], ci_high = wilson[2]), tested)
}

ratio <- function(a, b, se_a, se_b, covariance, df) {
  t <- qt(0.975, df)
  excess <- function(r) abs(a - r * b) / sqrt(se_a^2 - 2 * r * covariance + r^2 * se_b^2) - t
  best <- a / b
  list(a = a, b = b, se_a = se_a, se_b = se_b, covariance = covariance, df = df,
       ci_low = uniroot(excess, c(best - 50, best), tol = 1e-12)$root,
       ci_high = uniroot(excess, c(best, best + 50), tol = 1e-12)$root)
}

cat(toJSON(list(
  proportions = list(
    proportion(47, 55, 0.5), proportion(40, 48), proportion(117, 125), proportion(48, 48),
    proportion(3, 10, 0.3)
  ),
  ratios = list(
    ratio(0.8, 0.2, 0.15, 0.05, 0, 8), ratio(0.5, 0.4, 0.1, 0.08, 0.003, 12),
    ratio(-0.1, 0.4, 0.1, 0.08, 0, 6)
  )
), auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
