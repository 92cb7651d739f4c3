# Reference numbers for tests/unit/test_effect_sizes.py:
#   Rscript tests/reference/effect_sizes.R > tests/reference/effect_sizes.json
#
# Sources of the numbers, none of them the formulas of effect_sizes.py retyped:
#   metafor::escalc                effects and variances of means, d, t, p and 2x2 tables
#   metafor::rma (one study, FE)   the Wald interval and p of a known estimate and standard error
#   t.test, aov, lm                t, F, p, eta squared, SDs of constructed samples
#   lbeta                          Hedges' J (lgamma, as escalc has it, loses digits at large df)
# metafor's own conv.wald and escalc(pi=) exist from 4.0 on only. For the first the direction is
# turned round: the standard error is chosen, metafor makes interval and p, the test wants the
# standard error back. For the second qt() gives the t for escalc(ti=), which is what pi= does.

suppressMessages({
  library(metafor)
  library(jsonlite)
})

# Shortest decimal form of 15 to 17 digits that reads back as the same double.
number <- function(x) {
  for (digits in 15:17) {
    text <- sprintf("%.*g", digits, x)
    if (as.numeric(text) == x) break
  }
  text
}

# A data frame as a JSON array, one case a line.
cases <- function(frame) {
  stopifnot(nrow(frame) > 0, all(is.finite(as.matrix(frame))))
  line <- function(i) {
    cells <- vapply(frame[i, ], number, "")
    paste0("    {", paste0("\"", names(frame), "\": ", cells, collapse = ", "), "}")
  }
  paste0("[\n", paste(vapply(seq_len(nrow(frame)), line, ""), collapse = ",\n"), "\n  ]")
}

grid <- function(...) expand.grid(..., KEEP.OUT.ATTRS = FALSE)

# Arms: two and three in each, the fraction of a split control group, very unequal, very large.
arms <- data.frame(
  n_t = c(2, 3, 2, 17, 20, 12.5, 3, 400, 1e6, 1e6),
  n_c = c(2, 3, 3, 23, 20, 40, 5000, 2, 1e6, 7)
)
with_arms <- function(frame) merge(arms, frame, by = NULL)

# ---- Hedges' J -------------------------------------------------------------------------------
# 1/J is the mean of sqrt(df / X), X chi-squared with df (Hedges 1981): integrate() must agree.
j <- data.frame(
  df = c(1.5, 2, 2.5, 3, 4, 7.5, 10, 30, 58, 100, 171, 342, 343, 344, 1000, 1e5, 2e6, 1e9)
)
j$value <- sqrt(pi) / (sqrt(j$df / 2) * exp(lbeta((j$df - 1) / 2, 1 / 2)))
by_mean <- function(df) {
  1 / integrate(function(x) sqrt(df / x) * dchisq(x, df), 0, Inf, rel.tol = 1e-10)$value
}
middle <- j$df >= 2.5 & j$df <= 100
stopifnot(abs(vapply(j$df[middle], by_mean, 0) / j$value[middle] - 1) < 1e-8)

# ---- Standardised mean differences -----------------------------------------------------------
escalc_smd <- function(frame, ...) {
  effects <- escalc(measure = "SMD", vtype = "LS", ..., n1i = frame$n_t, n2i = frame$n_c)
  cbind(frame, g = as.numeric(effects$yi), v = as.numeric(effects$vi))
}

shapes <- data.frame( # ordinary, zero, negative, unequal SDs, tiny and huge SDs, large d
  mean_t = c(10.2, 5, -3.25, 101, 3e-8, -4e8, 4e8, 50, 1e8 + 1),
  sd_t = c(2.1, 1.5, 4.75, 30, 1e-8, 1e8, 1e8, 2.5, 1.25),
  mean_c = c(9.1, 5, 1.5, 98.5, 2e-8, -3e8, 1, 10, 1e8),
  sd_c = c(2.4, 1.5, 5.5, 0.5, 2e-8, 3e8, 1e-8, 3.5, 0.75)
)
means <- with_arms(shapes)
escalc_means <- function(x) {
  escalc_smd(x, m1i = x$mean_t, sd1i = x$sd_t, m2i = x$mean_c, sd2i = x$sd_c)
}
means <- escalc_means(means)

t_values <- with_arms(data.frame(t = c(0, 1e-8, 2.03, -2.03, -7.5, 45)))
t_values <- escalc_smd(t_values, ti = t_values$t)

d_values <- with_arms(data.frame(d = c(0, 1e-8, 0.41, -0.41, -1.9, 12)))
d_values <- escalc_smd(d_values, di = d_values$d)

two_sided_t <- function(p, df) qt(p / 2, df, lower.tail = FALSE)
p_to_t <- grid(
  p = c(1e-300, 1e-100, 1e-20, 1e-8, 0.001, 0.049, 0.05, 0.5, 0.999, 1),
  df = c(2, 2.5, 3, 38, 198.5, 5001, 2e6)
)
p_to_t$t <- two_sided_t(p_to_t$p, p_to_t$df)
# qt() is off by up to 1e-5 in the far tail of few df; pt(log.p = TRUE) is not: two Newton steps.
log_error <- function(t) pt(t, p_to_t$df, lower.tail = FALSE, log.p = TRUE) - log(p_to_t$p / 2)
far <- p_to_t$p < 1e-50
for (step in 1:2) {
  log_sf <- pt(p_to_t$t, p_to_t$df, lower.tail = FALSE, log.p = TRUE)
  slope <- p_to_t$t * exp(dt(p_to_t$t, p_to_t$df, log = TRUE) - log_sf)
  p_to_t$t[far] <- (p_to_t$t * exp(log_error(p_to_t$t) / slope))[far]
}
stopifnot(abs(log_error(p_to_t$t)) < 2e-12)

p_values <- with_arms(data.frame(p = c(1e-20, 0.001, 0.034, 0.05, 0.62, 1)))
p_values <- escalc_smd(p_values, ti = two_sided_t(p_values$p, p_values$n_t + p_values$n_c - 2))

# ---- Counts ----------------------------------------------------------------------------------
tables <- data.frame( # rows: no zero; one zero in each corner; two zeros in each way; tiny; huge
  events_t = c(12, 30, 1, 0, 10, 7, 3, 0, 10, 1, 0, 2, 5e5, 1, 0),
  n_t = c(40, 35, 2, 20, 10, 20, 20, 12, 10, 2, 2, 3, 1e6, 1e6, 1e6),
  events_c = c(20, 30, 1, 6, 4, 0, 25, 9, 0, 1, 2, 1, 4e5, 4, 3),
  n_c = c(42, 90, 2, 22, 11, 18, 25, 9, 13, 3, 2, 3, 1e6, 7, 5)
)
escalc_counts <- function(measure, x) {
  effects <- escalc(measure = measure, ai = x$events_t, n1i = x$n_t, ci = x$events_c, n2i = x$n_c)
  list(y = as.numeric(effects$yi), v = as.numeric(effects$vi))
}
odds <- escalc_counts("OR", tables) # add = 1/2, to = "only0": the defaults
chinn <- escalc_counts("OR2DL", tables)

# Odds ratio, risk ratio and risk difference of the same tables, none with an empty cell.
risks <- subset(tables, events_t > 0 & events_t < n_t & events_c > 0 & events_c < n_c)
tables <- cbind(tables, lnor = odds$y, v_lnor = odds$v, d = chinn$y, v_d = chinn$v)
risks$odds_ratio <- with(risks, events_t * (n_c - events_c) / (events_c * (n_t - events_t)))
risks$risk_ratio <- exp(escalc_counts("RR", risks)$y)
risks$risk_difference <- escalc_counts("RD", risks)$y
risks$control_risk <- risks$events_c / risks$n_c

# ---- Standard errors of a normal test ----------------------------------------------------------
wald <- grid(
  estimate = c(-250, -0.75, 1e-6, 0.31, 4),
  ratio = c(0.02, 0.5, 1.96, 7, 30),
  level = c(0.8, 0.9, 0.95, 0.99)
)
wald$se <- abs(wald$estimate) / wald$ratio
fits <- lapply(seq_len(nrow(wald)), function(i) {
  rma(wald$estimate[i], sei = wald$se[i], method = "FE", level = 100 * wald$level[i])
})
wald$low <- vapply(fits, function(fit) fit$ci.lb, 0)
wald$high <- vapply(fits, function(fit) fit$ci.ub, 0)
wald$p <- vapply(fits, function(fit) fit$pval, 0)
wald$ratio <- NULL

# ---- Samples: every statistic that R prints of the same people --------------------------------
# Scores are skewed on purpose so that no two statistics agree by symmetry.
sample_scores <- function(n, mean, sd) {
  scores <- exp(0.6 * qnorm(ppoints(n)))
  mean + sd * (scores - mean(scores)) / sd(scores)
}
samples <- data.frame( # two a group; three; unequal; near 0; negative; huge scale; tiny scale
  n_t = c(2, 3, 9, 30, 25, 60, 14, 300),
  n_c = c(2, 3, 41, 30, 31, 12, 11, 5),
  mean_t = c(4, 12, 3.1, 7, -2, 5.5e8, 3e-8, 104),
  sd_t = c(1.5, 2, 0.8, 2, 3.5, 1e8, 1e-8, 14),
  mean_c = c(1, 14, 2.6, 7.25, 1, 5e8, 2.2e-8, 96),
  sd_c = c(1, 2.5, 1.1, 2.2, 2.5, 1.5e8, 1.2e-8, 19)
)
measured <- lapply(seq_len(nrow(samples)), function(i) {
  s <- samples[i, ]
  treated <- sample_scores(s$n_t, s$mean_t, s$sd_t)
  control <- sample_scores(s$n_c, s$mean_c, s$sd_c)
  people <- data.frame(score = c(treated, control), arm = rep(1:0, c(s$n_t, s$n_c)))
  test <- t.test(treated, control, var.equal = TRUE)
  variance <- anova(aov(score ~ factor(arm), people))
  line <- lm(score ~ arm, people)
  data.frame(
    n_t = s$n_t, n_c = s$n_c, mean_t = mean(treated), sd_t = sd(treated), mean_c = mean(control),
    sd_c = sd(control), t = unname(test$statistic), df = unname(test$parameter), p = test$p.value,
    f = variance$`F value`[1], eta_squared = variance$`Sum Sq`[1] / sum(variance$`Sum Sq`),
    residual_sd = sigma(line), difference = unname(coef(line)["arm"]),
    se_difference = unname(coef(summary(line))["arm", "Std. Error"])
  )
})
samples <- do.call(rbind, measured)
samples <- escalc_means(samples)

# ---- Design effect ---------------------------------------------------------------------------
# Variance of a cluster's sum over that of as many independent people, from the correlation matrix.
clusters <- grid(cluster_size = c(1, 2, 7, 40), icc = c(0, 0.01, 0.05, 0.3, 1))
clusters$value <- mapply(function(size, icc) {
  correlation <- matrix(icc, size, size)
  diag(correlation) <- 1
  sum(correlation) / size
}, clusters$cluster_size, clusters$icc)

# ---- Write -----------------------------------------------------------------------------------
parts <- list(
  hedges_j = j, means = means, t = t_values, d = d_values, p = p_values, p_to_t = p_to_t,
  tables = tables, risks = risks, wald = wald, samples = samples, design_effect = clusters
)
made_with <- toJSON(
  list(
    R = paste(R.version$major, R.version$minor, sep = "."),
    metafor = as.character(packageVersion("metafor"))
  ),
  auto_unbox = TRUE
)
body <- paste0("  \"", names(parts), "\": ", vapply(parts, cases, ""), collapse = ",\n")
text <- paste0("{\n  \"made_with\": ", made_with, ",\n", body, "\n}")
stopifnot(validate(text))
writeLines(text)
