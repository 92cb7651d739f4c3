# Tests of trials whose true standardised difference is 0.5, for test_group_tests.py.
#   Rscript tests/reference/simulated_tests.R > tests/reference/simulated_tests.json
# 400 trials of each kind: t of an analysis of covariance (30 + 30, the covariate correlates 0.7
# with the outcome within the groups) and t of a paired comparison (25 pairs, r 0.7).
library(jsonlite)
set.seed(20260101)
d <- 0.5; r <- 0.7; runs <- 400
ancova <- replicate(runs, {
  group <- rep(c(1, 0), each = 30)
  before <- rnorm(60)
  after <- r * before + sqrt(1 - r^2) * rnorm(60) + d * group
  summary(lm(after ~ group + before))$coefficients["group", "t value"]
})
paired <- replicate(runs, {
  control <- rnorm(25)
  treated <- r * control + sqrt(1 - r^2) * rnorm(25) + d
  t.test(treated, control, paired = TRUE)$statistic
})
cluster <- replicate(runs, {
  # 20 + 20 clusters of 10, ICC 0.05: a t test of the means of the clusters.
  means <- function(shift) rnorm(20, shift, sqrt(0.05 + 0.95 / 10))
  t.test(means(d), means(0), var.equal = TRUE)$statistic
})
round4 <- function(x) round(as.numeric(x), 4)
write(toJSON(list(d = d, r = r, icc = 0.05, cluster_size = 10, ancova = round4(ancova),
                  paired = round4(paired), cluster = round4(cluster)),
             auto_unbox = TRUE, digits = NA), stdout())
