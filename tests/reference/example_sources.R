# The published numbers of the made-up sources in tests/example_sources.py:
#   Rscript tests/reference/example_sources.R > tests/reference/example_sources.json
# The review as RevMan Web computes it: study effects by Deeks and Higgins (2010), pooled with
# metafor (DL, z), and Mantel-Haenszel. The article with REML and Knapp-Hartung, the report with
# DL and z, both of the printed rows.
suppressMessages(library(metafor))
library(jsonlite)

m <- data.frame(n1 = c(30, 42, 25, 61, 38), m1 = c(14.2, 12.9, 16.1, 12.6, 14.8),
                s1 = c(3.1, 2.8, 3.6, 3.0, 2.7), n2 = c(31, 40, 27, 58, 36),
                m2 = c(12.6, 12.4, 13.0, 12.8, 13.9), s2 = c(3.4, 3.0, 3.2, 3.3, 2.9))
n <- m$n1 + m$n2
sp <- sqrt(((m$n1 - 1) * m$s1^2 + (m$n2 - 1) * m$s2^2) / (n - 2))
g <- (m$m1 - m$m2) / sp * (1 - 3 / (4 * n - 9))
v <- n / (m$n1 * m$n2) + g^2 / (2 * (n - 3.94))
pool <- function(fit) {
  list(estimate = as.numeric(fit$b), ci_low = fit$ci.lb, ci_high = fit$ci.ub, tau2 = fit$tau2,
       q = fit$QE, q_p = fit$QEp, i2 = fit$I2, z = abs(fit$zval), p = fit$pval)
}
smd <- pool(rma(g, v, method = "DL", test = "z"))
smd$rows <- data.frame(yi = g, ci_low = g - qnorm(.975) * sqrt(v), ci_high = g + qnorm(.975) * sqrt(v),
                       weight = weights(rma(g, v, method = "DL")))

a <- c(18, 29, 15, 40); na <- c(30, 42, 25, 61); b <- c(13, 22, 14, 31); nb <- c(31, 40, 27, 58)
mh <- rma.mh(ai = a, n1i = na, ci = b, n2i = nb, measure = "RR", add = 0, correct = FALSE)
each <- summary(escalc("RR", ai = a, n1i = na, ci = b, n2i = nb))
rr <- list(estimate = exp(as.numeric(mh$b)), ci_low = exp(mh$ci.lb), ci_high = exp(mh$ci.ub),
           tau2 = 0, q = mh$QE, q_p = mh$QEp, i2 = max(0, 100 * (mh$QE - mh$k + 1) / mh$QE),
           z = abs(mh$zval), p = mh$pval,
           rows = data.frame(yi = exp(each$yi), ci_low = exp(each$ci.lb), ci_high = exp(each$ci.ub),
                             weight = weights(mh)))

article <- data.frame(yi = c(0.512, 0.084, 0.331, 0.697, 0.158, 0.402, 0.246),
                      se = c(0.148, 0.121, 0.176, 0.203, 0.097, 0.135, 0.112))
hk <- rma(yi, sei = se, data = article, method = "REML", test = "knha")
report <- data.frame(yi = c(0.21, 0.42, 0.10, 0.35, 0.58, 0.27),
                     low = c(-0.08, 0.21, -0.19, 0.02, 0.13, 0.05),
                     high = c(0.50, 0.63, 0.39, 0.68, 1.03, 0.49))
dl <- rma(yi, sei = (high - low) / (2 * qnorm(.975)), data = report, method = "DL")
out <- list(smd = smd, rr = rr, article = pool(hk), report = pool(dl))
cat(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n", sep = "")
