# Reference numbers for tests/unit/test_explain_published.py:
#   python -m tests.made_up_pools > /tmp/explain_inputs.json
#   Rscript tests/reference/explain.R /tmp/explain_inputs.json > tests/reference/explain.json
#
# Without an argument it runs the lines that explain.json has (`make reference`).
#
# Runs the lines of R that `metarepro explain` prints beside its answers, on made-up tables, and
# keeps the pools of metafor (rma, rma.mh, rma.mv, robust with clubSandwich), robumeta
# (robu) and lm.

suppressMessages({
  library(metafor)
  library(robumeta)
  library(jsonlite)
})
options(warn = -1)

pooled <- function(value) {
  if (inherits(value, "robu")) {
    r <- value$reg_table
    return(c(r$b.r, r$CI.L, r$CI.U))
  }
  if (inherits(value, "rma")) return(c(value$beta, value$ci.lb, value$ci.ub))
  if (is.matrix(value) && all(dim(value) == c(1, 2))) return(c(mean(value), value))
  NULL
}

path <- commandArgs(trailingOnly = TRUE)
inputs <- if (length(path)) fromJSON(path[1]) else fromJSON("tests/reference/explain.json")$inputs
found <- lapply(inputs, function(one) {
  lapply(one$lines, function(lines) {
    # Iterations to the last digit.
    lines <- sub('(rma\\(yi.*method = "(REML|ML|SJ|PM|HE|DL|HS)".*)\\)', '\\1, control = list(threshold = 1e-12, maxiter = 1000, tol = 1e-12))', lines)
    lines <- sub("^(m <- rma.mv.*)\\)$", "\\1, control = list(rel.tol = 1e-10))", lines)
    place <- list2env(list(d = as.data.frame(one$table)))
    pools <- list()
    for (expression in parse(text = lines)) {
      value <- suppressMessages(eval(expression, place))
      if (!is.call(expression) || !identical(expression[[1]], as.name("<-"))) pools <- c(pools, list(pooled(value)))
    }
    pools <- Filter(Negate(is.null), pools)
    widths <- vapply(pools, function(p) p[3] - p[2], 0)
    pools[[which.max(widths)]]
  })
})
cat(toJSON(list(inputs = inputs, pools = found), digits = 12), "\n")
