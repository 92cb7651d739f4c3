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
    (0.38 / qt(0.85, 29))^2 + (J(29) * 0.38)^2 / 62)
# The p of a two-sample t with d = 2: the variance must be that of the t itself.
t <- 2 / sqrt(1 / 20 + 1 / 20)
e <- smd(ti = t, n1i = 20, n2i = 20)
add("smd with an exact p has the variance of its t", list(statistic = "smd", sign = "scale",
    higher_is_better = "yes", value = 2, n_t = 20, n_c = 20, p_value = 2 * pt(-t, 38),
    p_relation = "="), e[1], e[2])
add("g with an exact p has it too", list(statistic = "smd", sign = "scale", corrected = "yes",
    higher_is_better = "yes", value = J(38) * 2, n_t = 20, n_c = 20,
    p_value = 2 * pt(-J(38) * t, 38), p_relation = "="), J(38) * 2,
    (2 / (J(38) * t))^2 + (J(38) * 2)^2 / 80)
e <- smd(di = -0.25, n1i = 100, n2i = 60)
add("smd with arm sizes; a bound of p is not used", list(statistic = "smd", sign = "scale",
    higher_is_better = "yes", value = -0.25, p_value = 0.05, p_relation = "<", n_t = 100, n_c = 60),
    e[1], e[2])
add("smd that is g already", list(statistic = "smd", sign = "scale", higher_is_better = "yes",
    value = 0.4, se = 0.2, n_t = 70, n_c = 80, corrected = "yes"), 0.4, 0.04)
add("smd that is said to be d", list(statistic = "smd", sign = "scale", higher_is_better = "yes",
    value = 0.4, se = 0.2, n_t = 70, n_c = 80, corrected = "no", source_kind = "database"),
    j * 0.4, (j * 0.2)^2)
add("smd with a bound of p only", list(statistic = "smd", sign = "scale", higher_is_better = "yes",
    value = 0.4, p_value = 0.01, p_relation = "<"), 0.4, (0.4 / qnorm(0.995))^2)

# Raw differences.
e <- smd(ti = 3.5 / 0.9, n1i = 107, n2i = 107)
add("difference without SD: t = difference / SE", list(statistic = "mean_difference",
    sign = "scale", higher_is_better = "yes", value = 3.5, se = 0.9, n_t = 107, n_c = 107),
    e[1], e[2])
# Intervals of differences of means are those of t with n - 2 df (Cochrane Handbook 6.5.2.3).
e <- smd(ti = -5.3 / ((9.6 - 0.9) / (2 * qt(0.975, 103))), n1i = 52.5, n2i = 52.5)
add("difference without SD: CI and total n", list(statistic = "mean_difference", sign = "scale",
    higher_is_better = "no", value = -5.3, ci_low = -9.6, ci_high = -0.9, n_total = 105),
    -e[1], e[2])
add("difference with reference SD", list(statistic = "mean_difference", sign = "scale",
    higher_is_better = "yes", value = 4.6, se = 2, reference_sd = 15, n_t = 107, n_c = 107),
    4.6 / 15, (2 / 15)^2)
sd <- sqrt((30 * 4.1^2 + 24 * 5.2^2) / 54)
add("difference with SDs of the arms", list(statistic = "mean_difference", sign = "scale",
    higher_is_better = "yes", value = 2, se = 1.3, sd_t = 4.1, n_t = 31, sd_c = 5.2, n_c = 25),
    J(54) * 2 / sd, (1.3 / sd)^2 + (J(54) * 2 / sd)^2 / (2 * 56))
for (n in c(5, 10, 200)) {
  # Means 1 apart, SD 1: whatever of it is printed, g and v are those of the means.
  se <- sqrt(2 / n); df <- 2 * n - 2
  e <- smd(m1i = 1, sd1i = 1, n1i = n, m2i = 0, sd2i = 1, n2i = n)
  ci <- list(statistic = "mean_difference", sign = "scale", higher_is_better = "yes", value = 1,
             ci_low = 1 - qt(0.975, df) * se, ci_high = 1 + qt(0.975, df) * se, n_t = n, n_c = n)
  add(paste("interval of", n, "and", n), ci, e[1], e[2])
  add(paste("interval and SDs of", n, "and", n), c(ci, sd_t = 1, sd_c = 1), e[1], e[2])
}
ancova <- c(list(statistic = "mean_difference", sign = "scale", higher_is_better = "yes", value = 1,
    ci_low = 1 - qnorm(0.975) * 0.5, ci_high = 1 + qnorm(0.975) * 0.5, n_t = 10, n_c = 10))
e <- smd(ti = 1 / 0.5, n1i = 10, n2i = 10)
add("interval of an adjusted difference: df not known, normal", c(ancova, adjusted = "yes"),
    e[1], e[2])
e <- smd(ti = 1 / (qnorm(0.975) * 0.5 / qt(0.975, 17)), n1i = 10, n2i = 10)
add("interval of an adjusted difference with its df", c(ancova, adjusted = "yes", df2 = 17),
    e[1], e[2])
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
add("odds ratio with the SE of its log", list(statistic = "odds_ratio", sign = "scale",
    higher_is_better = "yes", value = 2, se = 0.35, p_value = 0.048, p_relation = "="),
    k * log(2), k^2 * 0.35^2)
add("odds ratio below 1 with the SE of its log", list(statistic = "odds_ratio", sign = "scale",
    higher_is_better = "no", value = 0.4, se = 0.35, p_value = 0.009, p_relation = "="),
    -k * log(0.4), k^2 * 0.35^2)
add("odds ratio with its own SE and an interval", list(statistic = "odds_ratio", sign = "scale",
    higher_is_better = "yes", value = 2, se = 0.7, ci_low = 2 * exp(-qnorm(0.975) * 0.35),
    ci_high = 2 * exp(qnorm(0.975) * 0.35)), k * log(2), k^2 * 0.35^2)
# 38.1 % and 57.6 %: the Cox index divides the log odds ratio by 1.65; here all are by pi/sqrt(3).
lnor <- qlogis(0.381) - qlogis(0.576)
se <- sqrt(1 / (64 * 0.381) + 1 / (64 * 0.619) + 1 / (67 * 0.576) + 1 / (67 * 0.424))
add("Cox index", list(statistic = "cox_index", sign = "scale", higher_is_better = "no",
    value = lnor / 1.65, se = se / 1.65, n_t = 64, n_c = 67), -k * lnor, (k * se)^2)
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

# Analysis of covariance with the correlation of the covariate (Borenstein 2009, table 12.3).
g <- J(57) * 3 * sqrt((1 / 30 + 1 / 30) * (1 - 0.7^2))
ancova <- list(adjusted = "yes", correlation = 0.7, sign = "benefit", higher_is_better = "yes",
               n_t = 30, n_c = 30, df2 = 57)
v <- (1 / 30 + 1 / 30) * (1 - 0.7^2) + g^2 / 120
add("t of an analysis of covariance", c(ancova, statistic = "t_test", value = 3), g, v)
add("F of an analysis of covariance", c(ancova, statistic = "f_test", value = 9, df1 = 1), g, v)
add("eta squared of one", c(ancova, statistic = "eta_squared", value = 9 / (9 + 57)), g, v)
add("p of one", c(ancova, statistic = "p_only", p_value = 2 * pt(-3, 57), p_relation = "="), g, v)
add("difference of one", c(ancova, statistic = "mean_difference", value = 3, se = 1), g, v)
# Without that correlation as if unadjusted; the tier says that it is too large.
e <- smd(ti = 3, n1i = 30, n2i = 30)
add("t of an analysis of covariance, correlation not known", list(statistic = "t_test", value = 3,
    sign = "benefit", higher_is_better = "yes", n_t = 30, n_c = 30, df2 = 57, adjusted = "yes"),
    e[1], e[2])

# Cluster trials: d = t sqrt(DE (1/n_t + 1/n_c)), all of the variance times DE; ICC 0.05.
de <- 1 + (20 - 1) * 0.05
e <- smd(ti = 2.4 * sqrt(de), n1i = 90, n2i = 110)
cluster <- list(design = "cluster_rct", cluster_size = 20, n_t = 90, n_c = 110,
                sign = "benefit", higher_is_better = "yes")
add("t of a cluster trial", c(cluster, statistic = "t_test", value = 2.4), e[1], de * e[2])
add("t of a cluster trial, df of the clusters", c(cluster, statistic = "t_test", value = 2.4,
    df2 = 8), e[1], de * e[2])
add("F of a cluster trial", c(cluster, statistic = "f_test", value = 2.4^2, df1 = 1), e[1], de * e[2])
add("p of a cluster trial", c(cluster, statistic = "p_only", p_value = 2 * pt(-2.4, 198),
    p_relation = "="), e[1], de * e[2])
add("difference without SD of a cluster trial", c(cluster, statistic = "mean_difference",
    value = 1.2, se = 0.5), e[1], de * e[2])
e <- escalc(measure = "OR2DL", ai = 30, n1i = 90, ci = 22, n2i = 110)
add("counts of a cluster trial", list(design = "cluster_rct", cluster_size = 20, n_t = 90, n_c = 110,
    sign = "scale", higher_is_better = "yes", statistic = "counts", events_t = 30, events_c = 22),
    e$yi[1], de * e$vi[1])
e <- escalc(measure = "OR2DL", ai = 45, n1i = 90, ci = 44, n2i = 110)
add("percentages of a cluster trial", list(design = "cluster_rct", cluster_size = 20, n_t = 90,
    n_c = 110, sign = "scale", higher_is_better = "yes", statistic = "percentages", mean_t = 50,
    mean_c = 40), e$yi[1], de * e$vi[1])

# Paired designs: standardised mean change with raw score standardisation.
smcr <- function(...) { e <- escalc(measure = "SMCR", vtype = "LS", ...); c(e$yi[1], e$vi[1]) }
e <- smcr(m1i = 12, m2i = 10, sd1i = 4, sd2i = 5, ni = 25, ri = 0.7)
add("paired means", list(statistic = "paired_means", sign = "scale", higher_is_better = "yes",
    mean_t = 12, sd_t = 5, mean_c = 10, sd_c = 4, n_total = 25, correlation = 0.7), e[1], e[2])
# The t of these numbers with equal SDs: t = difference / (SD sqrt(2(1 - r)/n)).
e <- smcr(m1i = 2, m2i = 0, sd1i = 4, sd2i = 4, ni = 25, ri = 0.7)
add("paired t, known by its df", list(statistic = "t_test", sign = "scale",
    higher_is_better = "yes", value = 2 / (4 * sqrt(2 * 0.3 / 25)), df2 = 24, n_t = 25, n_c = 25,
    correlation = 0.7), e[1], e[2])
# Changes of two groups. At r = 0.5 the SD of the changes is that of the scores.
e <- smd(m1i = 3, sd1i = 4, n1i = 30, m2i = 1, sd2i = 4, n2i = 26)
changes <- list(statistic = "change_means", sign = "scale", higher_is_better = "yes", mean_t = 3,
                sd_t = 4, n_t = 30, mean_c = 1, sd_c = 4, n_c = 26)
add("changes, r 0.5", c(changes, correlation = 0.5), e[1], e[2])
# At r = 0.8 it is sqrt(0.4) of it: the difference in units of the scores is smaller by that.
g <- e[1] * sqrt(0.4)
add("changes, r 0.8", c(changes, correlation = 0.8), g, 0.4 * (1 / 30 + 1 / 26) + g^2 / 112)

# A correlation with belonging to one of two groups (Borenstein and others 2009, 7.5 and 7.6).
add("correlation", list(statistic = "correlation", sign = "scale", higher_is_better = "yes",
    value = 0.3, n_total = 80), J(78) * 0.6 / sqrt(0.91), J(78)^2 * 4 / (79 * 0.91))

write(toJSON(cases, auto_unbox = TRUE, digits = NA, pretty = TRUE), stdout())
