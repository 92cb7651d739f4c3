# What metafor needs for benchmarks/pooling.py, in CPU time:
#   Rscript benchmarks/pooling.R REML EFFECTS.csv         columns pool, yi, vi: REML of each pool
#   Rscript benchmarks/pooling.R DL EFFECTS.csv           the same with DerSimonian-Laird
#   Rscript benchmarks/pooling.R gosh EFFECTS.csv N SEED  REML of N random subsets of the effects
# Prints "seconds S", the time of a fit with metafor's defaults, and for each fit its number, estimate
# and tau2 (with tightened tolerances, outside the time; those for which metafor does not converge
# are left out).

suppressPackageStartupMessages(library(metafor))
arguments <- commandArgs(trailingOnly = TRUE)
effects <- read.csv(arguments[2])
method <- if (arguments[1] == "DL") "DL" else "REML"

if (arguments[1] == "gosh") {
  set.seed(as.integer(arguments[4]))
  k <- nrow(effects)
  n <- as.integer(arguments[3])
  numbers <- sample(2^k - 1, 2 * n)
  members <- lapply(numbers, function(s) which(bitwAnd(s, 2^(0:(k - 1))) > 0))
  enough <- which(lengths(members) > 1)[seq_len(n)]
  numbers <- numbers[enough]
  members <- members[enough]
} else {
  members <- split(seq_len(nrow(effects)), effects$pool)
  numbers <- as.numeric(names(members))
}

started <- proc.time()
for (rows in members) {
  try(rma(effects$yi[rows], effects$vi[rows], method = method), silent = TRUE)
}
cat("seconds", sum((proc.time() - started)[c("user.self", "sys.self")]) / length(members), "\n")

for (i in seq_along(members)) {
  rows <- members[[i]]
  fit <- try(silent = TRUE, rma(effects$yi[rows], effects$vi[rows],
    method = method, control = list(threshold = 1e-14, maxiter = 1000)
  ))
  if (!inherits(fit, "try-error")) {
    cat(numbers[i], sprintf("%.17g %.17g", fit$beta, fit$tau2), "\n")
  }
}
