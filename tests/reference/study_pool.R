# Reference numbers for tests/unit/test_cli_pool.py:
#   Rscript tests/reference/study_pool.R > tests/reference/study_pool.json
#
# metafor::rma of the BCG trials.

suppressMessages({
  library(metafor)
  library(jsonlite)
})

bcg <- rma(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
interval <- predict(bcg)
cat(toJSON(list(
  bcg = list(estimate = as.numeric(bcg$beta), ci_low = bcg$ci.lb, ci_high = bcg$ci.ub,
    tau2 = bcg$tau2, q = bcg$QE, i2 = bcg$I2, pi_low = interval$pi.lb, pi_high = interval$pi.ub,
    weights = as.numeric(weights(bcg)))
), dataframe = "columns", auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
