# Reference numbers for tests/unit/test_closing.py:
#   Rscript tests/reference/closing.R > tests/reference/closing.json
#
# A forest plot and its tables as metafor gives them for the BCG trials (dat.bcg, in metafor):
# effects with intervals, weights, pools of subgroups, pools with each trial left out; and the same
# of made-up means.

suppressMessages({
  library(metafor)
  library(jsonlite)
})

shown <- function(x, digits) formatC(x, digits = digits, format = "f")
pool <- function(fit) {
  f <- predict(fit, transf = if (fit$measure %in% c("RR", "OR")) exp else I)
  c(f$pred, f$ci.lb, f$ci.ub)
}

bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
se <- sqrt(bcg$vi)
ratio <- exp(cbind(bcg$yi, bcg$yi - qnorm(0.975) * se, bcg$yi + qnorm(0.975) * se))
fit <- rma(yi, vi, data = bcg, method = "DL", measure = "RR")
mh <- rma.mh(ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg, measure = "RR")
groups <- sort(unique(bcg$alloc))
by_group <- lapply(groups, function(g) rma(yi, vi, data = bcg[bcg$alloc == g, ], method = "DL"))
without <- lapply(seq_len(nrow(bcg)), function(i) rma(yi, vi, data = bcg[-i, ], method = "DL"))
# Prediction intervals: metafor's, and t(k - 2) of Higgins, Thompson and Spiegelhalter (2009).
knha <- rma(yi, vi, data = bcg, method = "DL", measure = "RR", test = "knha")
of_metafor <- function(f) { p <- predict(f, transf = exp); c(p$pi.lb, p$pi.ub) }
of_higgins <- function(f) {
  exp(c(f$beta) + c(-1, 1) * qt(0.975, f$k - 2) * sqrt(f$tau2 + f$se^2))
}
subgroup <- sapply(by_group, function(f) c(f$beta, f$se))
between <- rma(subgroup[1, ], sei = subgroup[2, ], method = "FE")

set.seed(20261127)
means <- data.frame(
  mean_t = round(rnorm(8, 12, 1), 2), sd_t = round(runif(8, 2, 4), 2), n_t = sample(20:60, 8),
  mean_c = round(rnorm(8, 10, 1), 2), sd_c = round(runif(8, 2, 4), 2), n_c = sample(20:60, 8)
)
smd <- escalc(measure = "SMD", m1i = mean_t, sd1i = sd_t, n1i = n_t, m2i = mean_c, sd2i = sd_c,
              n2i = n_c, data = means)
s <- summary(smd)
common <- rma(yi, vi, data = smd, method = "FE")

cat(toJSON(list(
  made_by = paste("metafor", packageVersion("metafor")),
  bcg = list(
    study = paste(dat.bcg$author, dat.bcg$year),
    events_t = dat.bcg$tpos, n_t = dat.bcg$tpos + dat.bcg$tneg,
    events_c = dat.bcg$cpos, n_c = dat.bcg$cpos + dat.bcg$cneg,
    yi = shown(ratio[, 1], 2), ci_low = shown(ratio[, 2], 2), ci_high = shown(ratio[, 3], 2),
    weight = shown(weights(fit), 2), weight_mh = shown(weights(mh), 2), alloc = bcg$alloc
  ),
  total = shown(exp(c(fit$beta, fit$ci.lb, fit$ci.ub)), 2),
  total_knha = shown(exp(c(knha$beta, knha$ci.lb, knha$ci.ub)), 2),
  prediction = list(
    z = shown(of_metafor(fit), 3), knha = shown(of_metafor(knha), 3),
    higgins = shown(of_higgins(fit), 3), higgins_knha = shown(of_higgins(knha), 3)
  ),
  groups = lapply(seq_along(groups), function(i) list(
    name = groups[i], pool = shown(exp(c(by_group[[i]]$beta, by_group[[i]]$ci.lb, by_group[[i]]$ci.ub)), 2)
  )),
  interaction = list(estimate = shown(subgroup[1, ], 3), se = shown(subgroup[2, ], 3),
                     p = shown(between$QEp, 3)),
  left_out = lapply(without, function(f) shown(exp(c(f$beta, f$ci.lb, f$ci.ub)), 3)),
  means = c(
    lapply(means, function(x) shown(x, if (all(x == round(x))) 0 else 2)),
    list(yi = shown(s$yi, 2), ci_low = shown(s$ci.lb, 2), ci_high = shown(s$ci.ub, 2),
         sei = shown(s$sei, 3), p = shown(s$pval, 4), weight = shown(weights(common), 1))
  )
), auto_unbox = TRUE, pretty = TRUE, digits = NA))
