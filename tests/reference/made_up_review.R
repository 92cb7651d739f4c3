# The published numbers of the made-up review in tests/made_up_review.py, as RevMan 5 computes them:
#   Rscript tests/reference/made_up_review.R > tests/reference/made_up_review.json
# Study effects by the formulas of Deeks and Higgins (2010), pooled with metafor (DL, z).
suppressMessages(library(metafor))
library(jsonlite)

m <- data.frame(study = c("Ann 2001", "Dee 2005"), n1 = c(20, 33), m1 = c(5.1, 6.4), s1 = c(2, 1.8),
                n2 = c(21, 30), m2 = c(4.5, 5.2), s2 = c(2.1, 2.2))
n <- m$n1 + m$n2
sp <- sqrt(((m$n1 - 1) * m$s1^2 + (m$n2 - 1) * m$s2^2) / (n - 2))
g <- (m$m1 - m$m2) / sp * (1 - 3 / (4 * n - 9))
v <- n / (m$n1 * m$n2) + g^2 / (2 * (n - 3.94))
fit <- rma(g, v, method = "DL", test = "z")
smd <- list(EFFECT_SIZE = as.numeric(fit$b), CI_START = fit$ci.lb, CI_END = fit$ci.ub,
            TAU2 = fit$tau2, CHI2 = fit$QE, DF = 1, P_CHI2 = fit$QEp, I2 = fit$I2,
            Z = abs(fit$zval), P_Z = fit$pval)

# Odds ratio of secure attachment, Mantel-Haenszel, fixed effect.
mh <- rma.mh(ai = c(12, 20), n1i = c(20, 33), ci = c(9, 11), n2i = c(21, 30), measure = "OR",
             add = 0, correct = FALSE)
or <- list(EFFECT_SIZE = exp(as.numeric(mh$b)), CI_START = exp(mh$ci.lb), CI_END = exp(mh$ci.ub),
           LOG_EFFECT_SIZE = as.numeric(mh$b) / log(10), LOG_CI_START = mh$ci.lb / log(10),
           LOG_CI_END = mh$ci.ub / log(10), TAU2 = 0, CHI2 = mh$QE, DF = 1, P_CHI2 = mh$QEp,
           I2 = max(0, 100 * (mh$QE - 1) / mh$QE), Z = abs(mh$zval), P_Z = mh$pval)
cat(toJSON(list(smd = smd, or = or), auto_unbox = TRUE, digits = NA, pretty = TRUE))
