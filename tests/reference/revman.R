# Reference numbers for study_effects, mantel_haenszel and review_pooling. Run from the project
# root: Rscript tests/reference/revman.R > tests/reference/revman.json
# metafor where it has RevMan's arithmetic; plain R where it does not (marked "by hand"): the
# standardised mean difference, risk differences (metafor has the variance of Sato, Greenland &
# Robins 1989), studies in which everyone had the event, and tau2 from a Q around
# Mantel-Haenszel's estimate.

suppressPackageStartupMessages({
  library(metafor)
  library(jsonlite)
})

# ---- data: a, n1, c, n2 ----------------------------------------------------------------------
table_of <- function(...) {
  m <- matrix(c(...), ncol = 4, byrow = TRUE)
  list(events_t = m[, 1], n_t = m[, 2], events_c = m[, 3], n_c = m[, 4])
}
counts <- list(
  plain = table_of(12, 40, 20, 42, 5, 30, 9, 28, 30, 80, 33, 75, 7, 25, 16, 26),
  homogeneous = table_of(10, 50, 15, 50, 20, 100, 30, 101, 12, 60, 17, 58),
  empty_cells = table_of(0, 21, 4, 19, 3, 25, 0, 27, 20, 20, 17, 20, 8, 40, 13, 37),
  two = table_of(4, 30, 9, 31, 15, 44, 12, 40),
  one = table_of(6, 33, 11, 35),
  one_empty = table_of(0, 12, 3, 12)
)
# No events in either arm, and everyone in both: not for metafor's rules.
special <- table_of(0, 20, 0, 24, 20, 20, 33, 33, 6, 30, 12, 29, 2, 40, 9, 38)

half <- function(x) {
  empty <- with(x, events_t == 0 | events_t == n_t | events_c == 0 | events_c == n_c)
  list(
    a = x$events_t + 0.5 * empty, b = x$n_t - x$events_t + 0.5 * empty,
    c = x$events_c + 0.5 * empty, d = x$n_c - x$events_c + 0.5 * empty
  )
}
rows_of <- function(x, keep) lapply(x, function(v) v[keep])

# ---- effects of studies ----------------------------------------------------------------------
risk_ratio <- function(x) { # by hand
  h <- half(x)
  n1 <- h$a + h$b
  n2 <- h$c + h$d
  everyone <- x$events_t == x$n_t & x$events_c == x$n_c
  yi <- ifelse(everyone, 0, log((h$a / n1) / (h$c / n2)))
  yi[x$events_t == 0 & x$events_c == 0] <- NA
  list(yi = yi, vi = ifelse(is.na(yi), NA, 1 / h$a - 1 / n1 + 1 / h$c - 1 / n2))
}
risk_difference <- function(x) { # by hand
  h <- half(x)
  list(
    yi = x$events_t / x$n_t - x$events_c / x$n_c,
    vi = h$a * h$b / (h$a + h$b)^3 + h$c * h$d / (h$c + h$d)^3
  )
}
by_escalc <- function(x, measure) {
  e <- escalc(measure,
    ai = events_t, n1i = n_t, ci = events_c, n2i = n_c, data = x,
    add = 0.5, to = "only0", drop00 = TRUE
  )
  list(yi = as.numeric(e$yi), vi = as.numeric(e$vi))
}
peto_rows <- function(x) {
  lapply(setNames(nm = c("yi", "vi")), function(name) {
    as.numeric(suppressWarnings(escalc("PETO",
      ai = x$events_t, n1i = x$n_t, ci = x$events_c, n2i = x$n_c, add = 0, drop00 = TRUE
    ))[[name]])
  })
}
effects <- c(
  lapply(counts, function(x) {
    list(
      data = x, OR = by_escalc(x, "OR"), RR = by_escalc(x, "RR"),
      RD = risk_difference(x), PETO_OR = peto_rows(x)
    )
  }),
  list(special = list(
    data = special, OR = by_escalc(special, "OR"), RR = risk_ratio(special),
    RD = risk_difference(special), PETO_OR = peto_rows(special)
  ))
)

# ---- pools -----------------------------------------------------------------------------------
out <- function(k, est, se, tau2, q, i2, df = NA, level = 0.95, pi = c(NA, NA)) {
  crit <- if (is.na(df)) qnorm(1 - (1 - level) / 2) else qt(1 - (1 - level) / 2, df)
  stat <- abs(est) / se
  list(
    k = k, estimate = est, se = se, ci_low = est - crit * se, ci_high = est + crit * se,
    tau2 = tau2, q = q, q_df = k - 1,
    q_p = if (k > 1) pchisq(q, k - 1, lower.tail = FALSE) else 1, i2 = i2,
    z = if (is.na(df)) stat else NA, t = if (is.na(df)) NA else stat,
    p_value = if (is.na(df)) 2 * pnorm(-stat) else 2 * pt(-stat, df),
    pi_low = pi[1], pi_high = pi[2]
  )
}
i2_of <- function(q, df) if (q > df) 100 * (q - df) / q else 0

mh_fixed <- function(x, measure) { # the estimate and its variance: metafor
  m <- rma.mh(
    measure = measure, ai = x$events_t, n1i = x$n_t, ci = x$events_c, n2i = x$n_c,
    add = c(0.5, 0.5), to = c("only0", "only0"), drop00 = TRUE, correct = FALSE
  )
  c(as.numeric(m$beta), m$se)
}
mh_by_hand <- function(x, measure) {
  h <- half(x)
  n1 <- h$a + h$b
  n2 <- h$c + h$d
  n <- n1 + n2
  if (measure == "RD") {
    w <- x$n_t * x$n_c / (x$n_t + x$n_c)
    j <- (h$a * h$b * n2^3 + h$c * h$d * n1^3) / (n1 * n2 * n^2)
    return(c(sum(w * risk_difference(x)$yi) / sum(w), sqrt(sum(j)) / sum(w)))
  }
  w <- h$c * n1 / n
  p <- (n1 * n2 * (h$a + h$c) - h$a * h$c * n) / n^2
  c(
    log(sum(w * exp(risk_ratio(x)$yi)) / sum(w)),
    sqrt(sum(p) / (sum(h$a * n2 / n) * sum(w)))
  )
}
mantel_haenszel <- function(x, measure, random, by_hand, level = 0.95) {
  e <- switch(measure, RD = risk_difference(x), RR = risk_ratio(x), by_escalc(x, measure))
  keep <- !is.na(e$yi)
  x <- rows_of(x, keep)
  e <- rows_of(e, keep)
  k <- length(e$yi)
  f <- if (by_hand) mh_by_hand(x, measure) else mh_fixed(x, measure)
  w <- 1 / e$vi
  q <- if (k > 1) sum(w * (e$yi - f[1])^2) else 0
  i2 <- i2_of(q, k - 1)
  if (k == 1) { # RevMan prints the study's own interval
    return(out(k, e$yi, sqrt(e$vi), 0, 0, 0, level = level))
  }
  if (!random) {
    return(out(k, f[1], f[2], 0, q, i2, level = level))
  }
  tau2 <- max(0, (q - (k - 1)) / (sum(w) - sum(w^2) / sum(w)))
  m <- rma.uni(e$yi, e$vi, tau2 = tau2, level = 100 * level)
  p <- predict(m)
  out(k, as.numeric(m$beta), m$se, tau2, q, i2, level = level, pi = c(p$pi.lb, p$pi.ub))
}
mh <- list()
for (name in c(names(counts), "special")) {
  x <- if (name == "special") special else counts[[name]]
  for (measure in c("OR", "RR", "RD")) {
    by_hand <- measure == "RD" || (measure == "RR" && name == "special")
    for (model in c("fixed", "random")) {
      mh[[length(mh) + 1]] <- c(
        list(data = name, measure = measure, model = model, level = 0.95),
        list(expected = mantel_haenszel(x, measure, model == "random", by_hand))
      )
    }
  }
}
mh[[length(mh) + 1]] <- list(
  data = "plain", measure = "OR", model = "fixed", level = 0.9,
  expected = mantel_haenszel(counts$plain, "OR", FALSE, FALSE, 0.9)
)

peto <- lapply(names(effects), function(name) {
  x <- effects[[name]]$data
  keep <- !is.na(effects[[name]]$PETO_OR$yi)
  x <- rows_of(x, keep)
  m <- rma.peto(ai = x$events_t, n1i = x$n_t, ci = x$events_c, n2i = x$n_c, drop00 = TRUE)
  k <- sum(keep)
  q <- if (k > 1) m$QE else 0
  list(data = name, expected = out(k, as.numeric(m$beta), m$se, 0, q, i2_of(q, k - 1)))
})

# ---- inverse variance ------------------------------------------------------------------------
generic <- list(
  plain = list(estimate = c(0.30, -0.12, 0.55, 0.21, 0.78), se = c(0.11, 0.20, 0.15, 0.31, 0.24)),
  homogeneous = list(estimate = c(0.30, 0.28, 0.33), se = c(0.11, 0.20, 0.15)),
  two = list(estimate = c(0.1, 0.9), se = c(0.14, 0.22)),
  one = list(estimate = -0.4, se = 0.2)
)
iv_out <- function(x, model, tau2_method = "", ci = "wald", level = 0.95) {
  k <- length(x$estimate)
  method <- if (model == "fixed") "EE" else tau2_method
  m <- rma.uni(x$estimate,
    sei = x$se, method = method, test = if (ci == "wald") "z" else ci, level = 100 * level,
    control = if (method == "REML") list(threshold = 1e-14, maxiter = 1e5) else list()
  )
  q <- if (k > 1) m$QE else 0
  i2 <- if (method == "REML") m$I2 else i2_of(q, k - 1)
  pi <- c(NA, NA)
  if (model == "random" && k > 1) {
    p <- predict(m)
    pi <- c(p$pi.lb, p$pi.ub)
  }
  out(k, as.numeric(m$beta), m$se, if (model == "fixed") 0 else m$tau2, q, i2,
    if (ci == "wald") NA else k - 1, level, pi
  )
}
iv <- list()
for (name in names(generic)) {
  plans <- list(
    list(model = "fixed", tau2_method = "", ci = "wald", level = 0.95),
    list(model = "random", tau2_method = "DL", ci = "wald", level = 0.99)
  )
  if (name != "one") {
    for (tau2_method in c("DL", "REML")) {
      for (ci in c("wald", "knha", "adhoc")) {
        plans[[length(plans) + 1]] <-
          list(model = "random", tau2_method = tau2_method, ci = ci, level = 0.95)
      }
    }
  }
  for (plan in plans) {
    iv[[length(iv) + 1]] <- c(list(data = name), plan, list(expected = do.call(
      iv_out, c(list(generic[[name]]), plan)
    )))
  }
}

# ---- continuous, by hand ---------------------------------------------------------------------
continuous <- list(
  mean_t = c(10.2, 8.1, 15.0, 3.3), sd_t = c(3.1, 2.2, 6.5, 0.9), n_t = c(20, 31, 12, 2),
  mean_c = c(12.0, 9.4, 13.9, 3.9), sd_c = c(2.8, 2.5, 5.9, 1.1), n_c = c(22, 30, 14, 3)
)
means <- with(continuous, {
  n <- n_t + n_c
  sd <- sqrt(((n_t - 1) * sd_t^2 + (n_c - 1) * sd_c^2) / (n - 2))
  g <- (mean_t - mean_c) / sd * (1 - 3 / (4 * n - 9))
  md <- escalc("MD",
    m1i = mean_t, sd1i = sd_t, n1i = n_t, m2i = mean_c, sd2i = sd_c, n2i = n_c
  )
  list(
    data = continuous,
    MD = list(yi = as.numeric(md$yi), vi = as.numeric(md$vi)),
    SMD = list(yi = g, vi = n / (n_t * n_c) + g^2 / (2 * (n - 3.94)))
  )
})

# ---- subgroups: plain's first two tables against its last two ----------------------------------
subgroups <- lapply(list(c("OR", "fixed"), c("RR", "random")), function(plan) {
  parts <- lapply(list(1:2, 3:4), function(i) {
    mantel_haenszel(rows_of(counts$plain, i), plan[1], plan[2] == "random", FALSE)
  })
  m <- rma.uni(
    sapply(parts, `[[`, "estimate"),
    sei = sapply(parts, `[[`, "se"), method = "EE"
  )
  list(measure = plan[1], model = plan[2], expected = list(
    q = m$QE, q_df = 1, q_p = m$QEp, i2 = i2_of(m$QE, 1)
  ))
})

cat(toJSON(
  list(
    effects = effects, means = means, mh = mh, peto = peto, generic = generic, iv = iv,
    subgroups = subgroups
  ),
  digits = NA, auto_unbox = TRUE, null = "null", na = "null", pretty = TRUE
))
