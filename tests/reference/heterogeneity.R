# Reference numbers for the module heterogeneity, from metafor's confint() by profile likelihood and
# by Q-profile, with I2 and H2. Run from the project root:
#   Rscript tests/reference/heterogeneity.R > tests/reference/heterogeneity.json
# The searches are tightened: by default the bounds are good to 1e-4.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})
cases <- fromJSON("tests/reference/pooling.json")$cases[c(
  "two_apart", "three", "homogeneous", "moderate", "negative", "very_heterogeneous",
  "tau2_far_below_variances", "twenty", "sixty"
)]

bounds <- function(case, method, type, level) {
  scale <- max(var(case$yi), min(case$vi))
  m <- rma(case$yi, case$vi, method = method,
           control = list(threshold = 1e-14 * scale, maxiter = 1e5))
  found <- tryCatch(
    confint(m, type = type, level = 100 * level,
            control = list(tol = 1e-13 * scale, maxiter = 1e5, tau2.max = 1e4 * scale)),
    error = function(e) NULL
  )
  if (is.null(found)) return(NULL)
  table <- found$random
  list(
    method = method, type = type, level = level,
    tau2 = unname(table["tau^2", ]), i2 = unname(table["I^2(%)", ]), h2 = unname(table["H^2", ])
  )
}

cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor"))
    ),
    cases = lapply(cases, function(case) {
      fits <- list()
      for (level in c(0.9, 0.95)) {
        for (method in c("ML", "REML")) {
          for (type in c("PL", "QP")) {
            fits[[length(fits) + 1]] <- bounds(case, method, type, level)
          }
        }
      }
      list(yi = case$yi, vi = case$vi, fits = Filter(Negate(is.null), fits))
    })
  ),
  auto_unbox = TRUE, digits = NA, na = "null", pretty = 1
), "\n", sep = "")
