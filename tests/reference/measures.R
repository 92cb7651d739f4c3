# Effects of every measure but the SMD, by metafor's escalc: its JSON is read by test_measures.py.
suppressMessages({library(metafor); library(jsonlite)})

tables <- data.frame(
  events_t = c(4, 0, 17, 3, 0, 40, 12),
  n_t = c(123, 30, 40, 12, 25, 40, 60),
  events_c = c(11, 5, 9, 12, 0, 38, 12),
  n_c = c(139, 31, 38, 12, 26, 40, 60)
)
of_tables <- lapply(c("RR", "OR", "RD"), function(measure) {
  es <- escalc(measure = measure, ai = events_t, n1i = n_t, ci = events_c, n2i = n_c,
               data = tables, add = 1/2, to = "only0")
  list(measure = measure, yi = as.numeric(es$yi), vi = as.numeric(es$vi))
})
means <- data.frame(mean_t = c(5.1, -3, 100), sd_t = c(2, 0.5, 15), n_t = c(20, 5, 300),
                    mean_c = c(4.5, -2.8, 97), sd_c = c(2.1, 0.9, 14), n_c = c(21, 9, 280))
md <- escalc(measure = "MD", m1i = mean_t, sd1i = sd_t, n1i = n_t, m2i = mean_c, sd2i = sd_c,
             n2i = n_c, data = means)
r <- data.frame(r = c(0.5, -0.31, 0.999, 0), n = c(28, 120, 9, 4))
z <- escalc(measure = "ZCOR", ri = r, ni = n, data = r)
share <- data.frame(events = c(10, 0, 40, 1), n = c(40, 12, 40, 500))
plo <- escalc(measure = "PLO", xi = events, ni = n, data = share, add = 1/2, to = "only0")
rates <- data.frame(events_t = c(12, 0, 7), time_t = c(400, 51.5, 12), events_c = c(24, 3, 7),
                    time_c = c(380, 60, 14))
irr <- escalc(measure = "IRR", x1i = events_t, t1i = time_t, x2i = events_c, t2i = time_c,
              data = rates, add = 1/2, to = "only0")
changes <- data.frame(mean_t = c(12, 3), sd_t = c(5, 1), mean_c = c(10, 4), sd_c = c(4, 1.5),
                      n = c(25, 90), r = c(0.7, -0.2))
mc <- escalc(measure = "MC", m1i = mean_t, m2i = mean_c, sd1i = sd_t, sd2i = sd_c, ni = n, ri = r,
             data = changes)
smcr <- escalc(measure = "SMCR", vtype = "LS", m1i = mean_t, m2i = mean_c, sd1i = sd_c, ni = n,
               ri = r, data = changes)
pair <- function(data, es) list(data = data, yi = as.numeric(es$yi), vi = as.numeric(es$vi))
cat(toJSON(list(tables = list(data = tables, effects = of_tables), means = pair(means, md),
                correlations = pair(r, z), proportions = pair(share, plo), rates = pair(rates, irr),
                paired = pair(changes, mc), standardised = pair(changes, smcr)),
           digits = NA, auto_unbox = TRUE, pretty = TRUE, dataframe = "rows"))
