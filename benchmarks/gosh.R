# One run of metafor for benchmarks/gosh.py: time of a REML fit over a random sample of subsets.
#   Rscript benchmarks/gosh.R EFFECTS.csv FITS SEED
# EFFECTS.csv has columns yi, vi. Prints "seconds S", the time of a fit with metafor's defaults, and
# for each subset its number, estimate and tau2 (with tightened tolerances, outside the time; those
# for which metafor does not converge are left out).

suppressPackageStartupMessages(library(metafor))
arguments <- commandArgs(trailingOnly = TRUE)
effects <- read.csv(arguments[1])
set.seed(as.integer(arguments[3]))

k <- nrow(effects)
numbers <- sample(2^k - 1, 2 * as.integer(arguments[2]))
members <- lapply(numbers, function(s) which(bitwAnd(s, 2^(0:(k - 1))) > 0))
enough <- which(lengths(members) > 1)[seq_len(as.integer(arguments[2]))]

started <- proc.time()["elapsed"]
for (i in enough) {
  try(rma(effects$yi[members[[i]]], effects$vi[members[[i]]], method = "REML"), silent = TRUE)
}
cat("seconds", (proc.time()["elapsed"] - started) / length(enough), "\n")

for (i in enough) {
  fit <- try(silent = TRUE, rma(effects$yi[members[[i]]], effects$vi[members[[i]]],
    method = "REML", control = list(threshold = 1e-14, maxiter = 1000)
  ))
  if (!inherits(fit, "try-error")) {
    cat(numbers[i], sprintf("%.17g %.17g", fit$beta, fit$tau2), "\n")
  }
}
