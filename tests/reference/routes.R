# Whole routes, from a reported row to g and its variance, worked out with metafor and base R.
#   Rscript tests/reference/routes.R > tests/reference/routes.json
# Each case: what is printed, and the g and v that it means.
suppressMessages(library(metafor))
library(jsonlite)

cases <- list()
add <- function(name, row, yi, vi) {
  cases[[length(cases) + 1]] <<- list(name = name, row = row, yi = yi, vi = vi)
}
J <- function(df) exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2))
# Effect and variance behind a normal 95 % interval (metafor >= 4 has conv.wald for it).
conv.wald <- function(out, ci.lb, ci.ub, transf = identity)
  list(yi = transf(out), vi = ((transf(ci.ub) - transf(ci.lb)) / (2 * qnorm(0.975)))^2)
smd <- function(...) { e <- escalc(measure = "SMD", vtype = "LS", ...); c(e$yi[1], e$vi[1]) }

# Means. A depression score: lower is better, so the intervention's lower mean is a benefit.
e <- smd(m1i = 8.9, sd1i = 4.2, n1i = 45, m2i = 11.3, sd2i = 4.8, n2i = 50)
add("means, lower is better",
    list(statistic = "means", sign = "benefit", higher_is_better = "no", mean_t = 8.9, sd_t = 4.2,
         n_t = 45, mean_c = 11.3, sd_c = 4.8, n_c = 50, value = 0.526), -e[1], e[2])
e <- smd(m1i = 0.12, sd1i = 0.24, n1i = 23, m2i = 0.35, sd2i = 0.41, n2i = 23)
add("means, halves of the total",
    list(statistic = "means", sign = "scale", higher_is_better = "no", mean_t = 0.12, sd_t = 0.24,
         n_total = 46, mean_c = 0.35, sd_c = 0.41), -e[1], e[2])
add("means, cluster trial",
    list(statistic = "means", sign = "scale", higher_is_better = "yes", mean_t = 0.12, sd_t = 0.24,
         n_t = 23, n_c = 23, mean_c = 0.35, sd_c = 0.41, design = "cluster_rct", cluster_size = 11.5),
    e[1], e[2] * (1 + (11.5 - 1) * 0.05))

# Counts: the event is bad, fewer of them is a benefit.
e <- escalc(measure = "OR2DL", ai = 9, n1i = 38, ci = 21, n2i = 39)
add("counts of a bad event",
    list(statistic = "counts", sign = "scale", higher_is_better = "no", events_t = 9, n_t = 38,
         events_c = 21, n_c = 39), -e$yi[1], e$vi[1])
e <- escalc(measure = "OR2DL", ai = 0, n1i = 13, ci = 3, n2i = 10)
add("counts with a zero cell",
    list(statistic = "counts", sign = "scale", higher_is_better = "no", events_t = 0, n_t = 13,
         events_c = 3, n_c = 10), -e$yi[1], e$vi[1])
e <- escalc(measure = "OR2DL", ai = 26, n1i = 50, ci = 17.6, n2i = 55)
add("percentages of a good event",
    list(statistic = "percentages", sign = "scale", higher_is_better = "yes", mean_t = 52,
         n_t = 50, mean_c = 32, n_c = 55), e$yi[1], e$vi[1])

# Printed SMDs: SE, CI, exact p (t with N - 2 df), arm sizes; J on the estimate and its SE.
j <- J(148)
add("smd with SE", list(statistic = "smd", sign = "scale", higher_is_better = "yes", value = 0.4,
    se = 0.2, n_t = 70, n_c = 80), j * 0.4, (j * 0.2)^2)
w <- conv.wald(out = 0.4, ci.lb = 0.1, ci.ub = 0.72)
add("smd with CI", list(statistic = "smd", sign = "scale", higher_is_better = "no", value = 0.4,
    ci_low = 0.1, ci_high = 0.72, n_t = 70, n_c = 80), -j * 0.4, j^2 * w$vi[1])
add("smd with CI, n unknown", list(statistic = "smd", sign = "control_minus_treatment",
    higher_is_better = "no", value = 0.4, ci_low = 0.1, ci_high = 0.72), 0.4, w$vi[1])
add("smd with p and total n", list(statistic = "smd", sign = "benefit", higher_is_better = "no",
    value = 0.38, p_value = 0.3, p_relation = "=", n_total = 31), J(29) * 0.38,
    (J(29) * 0.38 / qt(0.85, 29))^2)
e <- smd(di = -0.25, n1i = 100, n2i = 60)
add("smd with arm sizes; a bound of p is not used", list(statistic = "smd", sign = "scale",
    higher_is_better = "yes", value = -0.25, p_value = 0.05, p_relation = "<", n_t = 100, n_c = 60),
    e[1], e[2])
add("smd that is g already", list(statistic = "smd", sign = "scale", higher_is_better = "yes",
    value = 0.4, se = 0.2, n_t = 70, n_c = 80, source_kind = "database"), 0.4, 0.04)
add("smd with a bound of p only", list(statistic = "smd", sign = "scale", higher_is_better = "yes",
    value = 0.4, p_value = 0.01, p_relation = "<"), 0.4, (0.4 / qnorm(0.995))^2)

# Raw differences.
e <- smd(ti = 3.5 / 0.9, n1i = 107, n2i = 107)
add("difference without SD: t = difference / SE", list(statistic = "mean_difference",
    sign = "scale", higher_is_better = "yes", value = 3.5, se = 0.9, n_t = 107, n_c = 107),
    e[1], e[2])
w <- conv.wald(out = -5.3, ci.lb = -9.6, ci.ub = -0.9)
e <- smd(ti = -5.3 / sqrt(w$vi[1]), n1i = 52.5, n2i = 52.5)
add("difference without SD: CI and total n", list(statistic = "mean_difference", sign = "scale",
    higher_is_better = "no", value = -5.3, ci_low = -9.6, ci_high = -0.9, n_total = 105),
    -e[1], e[2])
add("difference with reference SD", list(statistic = "mean_difference", sign = "scale",
    higher_is_better = "yes", value = 4.6, se = 2, reference_sd = 15, n_t = 107, n_c = 107),
    4.6 / 15, (2 / 15)^2)
sd <- sqrt((30 * 4.1^2 + 24 * 5.2^2) / 54)
add("difference with SDs of the arms", list(statistic = "mean_difference", sign = "scale",
    higher_is_better = "yes", value = 2, se = 1.3, sd_t = 4.1, n_t = 31, sd_c = 5.2, n_c = 25),
    J(54) * 2 / sd, (J(54) * 1.3 / sd)^2 + (J(54) * 2 / sd)^2 / (2 * 56))
e <- smd(ti = qt(0.995, 670), n1i = 300, n2i = 372)
add("difference with a bound of p only", list(statistic = "mean_difference", sign = "scale",
    higher_is_better = "no", value = -1.8, p_value = 0.01, p_relation = "<", n_t = 300, n_c = 372),
    abs(e[1]), e[2])

# Ratios: an odds ratio of a bad event below 1, and one printed the other way round.
w <- conv.wald(out = 0.29, ci.lb = 0.08, ci.ub = 0.99, transf = log)
k <- sqrt(3) / pi
add("odds ratio of a bad event", list(statistic = "odds_ratio", sign = "scale",
    higher_is_better = "no", value = 0.29, ci_low = 0.08, ci_high = 0.99, n_t = 57, n_c = 58),
    -k * w$yi[1], k^2 * w$vi[1])
w <- conv.wald(out = 3.12, ci.lb = 1.21, ci.ub = 9.22, transf = log)
add("odds ratio printed as benefit", list(statistic = "odds_ratio", sign = "benefit",
    higher_is_better = "no", value = 3.12, ci_low = 1.21, ci_high = 9.22, n_t = 81, n_c = 73),
    k * w$yi[1], k^2 * w$vi[1])
add("odds ratio with SE: delta method", list(statistic = "odds_ratio", sign = "scale",
    higher_is_better = "yes", value = 2, se = 0.5, n_t = 40, n_c = 40), k * log(2), k^2 * 0.25^2)
# 20 of 50 against 30 of 60: the risk ratio and difference of this table at its control risk 0.5
# must give back its odds ratio; the variance keeps the z of what was printed.
lnor <- log((20 / 30) / (30 / 30))
rr <- escalc(measure = "RR", ai = 20, n1i = 50, ci = 30, n2i = 60)
add("risk ratio of a bad event", list(statistic = "risk_ratio", sign = "scale",
    higher_is_better = "no", value = exp(rr$yi[1]), ci_low = exp(rr$yi[1] - qnorm(0.975) * sqrt(rr$vi[1])),
    ci_high = exp(rr$yi[1] + qnorm(0.975) * sqrt(rr$vi[1])), n_t = 50, n_c = 60, events_c = 30),
    -k * lnor, (k * lnor * sqrt(rr$vi[1]) / rr$yi[1])^2)
add("risk ratio turned by the source", list(statistic = "risk_ratio", sign = "benefit",
    higher_is_better = "no", value = exp(-rr$yi[1]), ci_low = exp(-rr$yi[1] - qnorm(0.975) * sqrt(rr$vi[1])),
    ci_high = exp(-rr$yi[1] + qnorm(0.975) * sqrt(rr$vi[1])), n_t = 50, n_c = 60, mean_c = 50),
    -k * lnor, (k * lnor * sqrt(rr$vi[1]) / rr$yi[1])^2)
rd <- escalc(measure = "RD", ai = 20, n1i = 50, ci = 30, n2i = 60)
add("risk difference of a bad event", list(statistic = "risk_difference", sign = "scale",
    higher_is_better = "no", value = rd$yi[1], se = sqrt(rd$vi[1]), n_t = 50, n_c = 60, events_c = 30),
    -k * lnor, (k * lnor * sqrt(rd$vi[1]) / rd$yi[1])^2)

# Tests.
e <- smd(ti = -2.2, n1i = 30, n2i = 34)
add("t, control minus treatment", list(statistic = "t_test", sign = "control_minus_treatment",
    higher_is_better = "yes", value = -2.2, n_t = 30, n_c = 34), -e[1], e[2])
e <- smd(ti = 2.2, n1i = 31, n2i = 31)
add("t with df only", list(statistic = "t_test", sign = "scale", higher_is_better = "yes",
    value = 2.2, df2 = 60), e[1], e[2])
e <- smd(ti = sqrt(16.014), n1i = 32, n2i = 19)
add("F", list(statistic = "f_test", sign = "benefit", higher_is_better = "yes", value = 16.014,
    df1 = 1, df2 = 49, n_t = 32, n_c = 19), e[1], e[2])
e <- smd(ti = sqrt(0.05 * 152 / 0.95), n1i = 81, n2i = 73)
add("eta squared", list(statistic = "eta_squared", sign = "benefit", higher_is_better = "no",
    value = 0.05, n_t = 81, n_c = 73), e[1], e[2])
e <- smd(ti = qt(0.98, 104), n1i = 56, n2i = 50)
add("exact p", list(statistic = "p_only", sign = "benefit", higher_is_better = "no",
    p_value = 0.04, p_relation = "=", n_t = 56, n_c = 50), abs(e[1]), e[2])

write(toJSON(cases, auto_unbox = TRUE, digits = NA, pretty = TRUE), stdout())
