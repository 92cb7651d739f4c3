# Reference numbers for the module sensitivity, from metafor and robumeta. Run from the project
# root:
#   Rscript tests/reference/sensitivity.R > tests/reference/sensitivity.json
# metafor's iterations are tightened: by default tau2 is good to 1e-5 only.
# Effects and variances have 10 digits, so that the JSON holds them exactly.

suppressPackageStartupMessages({
  library(metafor)
  library(robumeta)
  library(jsonlite)
})
set.seed(20240117, kind = "Mersenne-Twister")

draw <- function(sizes, mu, tau2) {
  trial <- rep(sprintf("t%02d", seq_along(sizes)), sizes)
  vi <- signif(exp(runif(length(trial), log(0.01), log(0.1))), 10)
  own <- rnorm(length(sizes), mu, sqrt(tau2))[rep(seq_along(sizes), sizes)]
  data.frame(trial = trial, yi = signif(rnorm(length(trial), own, sqrt(vi)), 10), vi = vi)
}

outlier <- draw(c(1, 3, 2, 1, 4, 1, 2, 1, 2, 3, 1, 2), 0.3, 0.03)
outlier$yi[outlier$trial == "t04"] <- 2.7
cases <- list(outlier = outlier, few_trials = draw(c(2, 1, 3, 1, 2, 2), 0.4, 0.15))

# Two syntheses of the project, as they stood when this was written: effects of all tiers.
read <- function(text) read.csv(text = text, stringsAsFactors = FALSE)
cases$video_feedback_relationship <- read("trial,yi,vi,tier,source_kind,adjusted,design
barlow2016,0.8375324868,0.1966857712,derived,abstract,yes,rct
barlow2016,0.759622488,0.1998683055,derived,abstract,yes,rct
kalinauskiene2009,0.7686865122,0.0795451755,approximate,abstract,unknown,rct
hoivik2015,0.2502242525,0.03317984807,direct,secondary_review,no,rct
green2015,0.2857937032,0.07928466365,direct,abstract,unknown,rct
green2015,0.798251378,0.09718439001,direct,abstract,unknown,rct
velderman2006,0.4754261457,0.05521961475,direct,secondary_review,unknown,rct
stein2006,0.7300818153,0.07561654838,direct,abstract,unknown,rct")
cases$early_stimulation_child_development <- read("trial,yi,vi,tier,source_kind,adjusted,design
attanasio2014,0.2598624541,0.007045114353,derived,abstract,yes,cluster_rct
attanasio2014,0.219883615,0.01049330043,derived,abstract,yes,cluster_rct
granthammcgregor2020,0.324,0.007701240956,direct,abstract,unknown,cluster_rct
granthammcgregor2020,0.281,0.008575453112,direct,abstract,unknown,cluster_rct
granthammcgregor2020,0.239,0.00730354048,direct,abstract,unknown,cluster_rct
granthammcgregor2020,0.302,0.007173316515,direct,abstract,unknown,cluster_rct
andrew2020,0.3483033159,0.01521524313,derived,abstract,unknown,cluster_rct
andrew2020,0.2235528446,0.01827205472,derived,abstract,unknown,cluster_rct
andrew2020,0.1916167239,0.01231156023,derived,abstract,unknown,cluster_rct
andrew2020,0.1107784185,0.01622318872,derived,abstract,unknown,cluster_rct
andrew2020,0.3003991349,0.01947791935,derived,abstract,unknown,cluster_rct
hamadani2006,0.3066666667,0.0264,derived,abstract,unknown,cluster_rct
muhoozi2018,1.04,0.02501653785,derived,abstract,unknown,cluster_rct
muhoozi2018,0.66,0.01337454862,derived,abstract,unknown,cluster_rct
muhoozi2018,0.9733333333,0.0154137045,derived,abstract,unknown,cluster_rct
luo2019,0.2395308937,0.0202254879,approximate,table,unknown,cluster_rct
luo2019,-0.009980453903,0.01294431225,approximate,table,unknown,cluster_rct
luo2019,0.1397263546,0.01548513917,approximate,table,unknown,cluster_rct
luo2019,0.1397256396,0.01638247753,approximate,table,unknown,cluster_rct
luo2019,0.1297459007,0.01294431225,approximate,table,unknown,cluster_rct
luo2019,0.09980453903,0.014612915,approximate,table,unknown,cluster_rct
luo2019,0.1696668481,0.01214780934,approximate,table,unknown,cluster_rct
mendelsohn2005,0.3019346149,0.0409677918,direct,secondary_review,no,rct
mendelsohn2005,0.1858061821,0.0406817283,direct,secondary_review,no,rct
mendelsohn2005,0.09282828974,0.04055088564,direct,secondary_review,no,rct
tofail2013,0.38,0.01604444444,derived,abstract,unknown,cluster_rct
walker2004,0.3956765887,0.0291305713,approximate,abstract,unknown,rct
walker2004,0.3324050104,0.02896604675,approximate,abstract,unknown,rct
eickmann2003,0.6266666667,0.0268997151,approximate,abstract,unknown,unclear
eickmann2003,0.5466666667,0.0265988604,approximate,abstract,unknown,unclear
attanasio2018fami,0.1499228241,0.004915361841,approximate,abstract,unknown,cluster_rct
carlo2013,0.37,0.0325874307,derived,abstract,no,rct
carlo2013,0.23,0.02419081291,derived,abstract,no,rct
basavaraj,0.812,0.03811718822,derived,abstract,unknown,rct
christakis2007,0.3069825356,0.02890799385,approximate,abstract,unknown,rct")

fit <- function(data, method = "REML", test = "adhoc") {
  scale <- max(var(data$yi), min(data$vi))
  control <- if (method == "PM") list(tol = 1e-15) else list(threshold = 1e-14 * scale, maxiter = 1e5)
  if (method == "DL") control <- list()
  rma(yi, vi, data = data, method = method, test = test, control = control)
}

columns <- function(m) {
  prediction <- if (m$k < 3) list(pi.lb = NA, pi.ub = NA) else predict(m)
  list(
    n_trials = m$k, estimate = m$b[1], se = m$se, df = if (m$test == "z") NA else m$ddf[1],
    statistic = m$zval, p_value = m$pval, ci_low = m$ci.lb, ci_high = m$ci.ub, tau2 = m$tau2,
    i2_tau2 = m$I2, q = m$QE, q_df = m$k - m$p, q_p = m$QEp,
    pi_low = prediction$pi.lb, pi_high = prediction$pi.ub
  )
}

robust <- function(data, rho) {
  m <- robu(yi ~ 1, var.eff.size = vi, studynum = trial, data = data, rho = rho, small = TRUE)
  list(
    n_trials = length(unique(data$trial)), k = nrow(data), estimate = m$reg_table$b.r,
    se = m$reg_table$SE, df = m$reg_table$dfs, statistic = m$reg_table$t,
    p_value = m$reg_table$prob, ci_low = m$reg_table$CI.L, ci_high = m$reg_table$CI.U,
    tau2 = m$mod_info$tau.sq[1]
  )
}

nested <- function(data) {
  data$result <- seq_len(nrow(data))
  m <- rma.mv(
    yi, vi, random = ~ 1 | trial / result, data = data, test = "t", dfs = "contain",
    control = list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15, maxit = 1e5)
  )
  prediction <- predict(m)
  list(
    n_trials = length(unique(data$trial)), k = m$k, estimate = m$b[1], se = m$se, df = m$ddf[1],
    statistic = m$zval, p_value = m$pval, ci_low = m$ci.lb, ci_high = m$ci.ub,
    tau2 = sum(m$sigma2), sigma2_trial = m$sigma2[1], sigma2_result = m$sigma2[2],
    q = m$QE, q_df = m$k - 1, q_p = m$QEp, pi_low = prediction$pi.lb, pi_high = prediction$pi.ub
  )
}

# The plan's choice of model; nothing where there is no pool.
by_plan <- function(data) {
  n_trials <- length(unique(data$trial))
  if (n_trials < 2) return(NULL)
  if (n_trials == nrow(data)) columns(fit(data)) else robust(data, 0.8)
}

of_kinds <- function(data) {
  lapply(split(data, data$source_kind), function(rows) {
    list(
      pool = by_plan(rows), share_favourable = mean(rows$yi > 0),
      share_significant = mean(2 * pnorm(-abs(rows$yi) / sqrt(rows$vi)) <= 0.05)
    )
  })
}

means <- function(data, rho) {
  rows <- escalc(measure = "GEN", yi = yi, vi = vi, data = data)
  aggregate(rows, cluster = trial, struct = "CS", rho = rho, weighted = FALSE)
}

extreme <- function(data, which_one) {
  do.call(rbind, lapply(split(data, data$trial), function(x) x[which_one(x$yi), ]))
}

selections_of <- function(all, data) {
  list(
    all_tiers = all, without_approximate = data, all_designs = data,
    direct_only = all[all$tier == "direct", ],
    without_secondary_sources = data[data$source_kind != "secondary_review", ],
    adjusted_only = data[data$adjusted == "yes", ],
    unadjusted_only = data[data$adjusted == "no", ],
    randomised_only = data[data$design %in% c("rct", "cluster_rct"), ]
  )
}

variants_of <- function(all) {
  real <- !is.null(all$tier)
  data <- if (real) all[all$tier != "approximate", ] else all
  primary <- robust(data, 0.8)
  half <- qnorm(0.975) * sqrt(data$vi)
  outside <- data$yi + half < primary$ci_low | data$yi - half > primary$ci_high
  averaged <- means(data, 0.8)
  flagged <- averaged$trial[influence(fit(averaged))$is.infl]
  fits <- list(
    primary = primary,
    lowest_per_trial = columns(fit(extreme(data, which.min))),
    highest_per_trial = columns(fit(extreme(data, which.max))),
    average_per_trial = columns(fit(averaged)),
    without_outliers = by_plan(data[!outside, ]),
    without_influential = by_plan(data[!data$trial %in% flagged, ])
  )
  if (real) fits <- c(fits, lapply(selections_of(all, data), by_plan))
  fits$two_level <- columns(fit(data))
  fits$two_level$n_trials <- length(unique(data$trial))
  fits$three_level <- nested(data)
  for (rho in c(0.4, 0.6, 0.8)) {
    fits[[paste0("aggregated_rho_", rho)]] <- columns(fit(means(data, rho)))
    fits[[paste0("rve_rho_", rho)]] <- robust(data, rho)
  }
  for (method in c("DL", "PM", "ML", "REML")) {
    fits[[paste0("tau2_", tolower(method))]] <- columns(fit(averaged, method))
  }
  tests <- c(z = "z", knapp_hartung = "knha", knapp_hartung_conservative = "adhoc")
  for (name in names(tests)) {
    fits[[paste0("ci_", name)]] <- columns(fit(averaged, test = tests[[name]]))
  }
  list(
    effects = as.list(all), fits = Filter(Negate(is.null), fits),
    outlying = sum(outside), influential = as.list(as.character(flagged)),
    source_kinds = if (real) of_kinds(data)
  )
}

cat(toJSON(
  list(
    versions = list(
      R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")),
      robumeta = as.character(packageVersion("robumeta"))
    ),
    cases = lapply(cases, variants_of)
  ),
  auto_unbox = TRUE, digits = NA, na = "null", pretty = 1
), "\n", sep = "")
