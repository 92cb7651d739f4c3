"""Models of meta-analysis: pooling, heterogeneity, intervals, regression."""
