"""How many trials and degrees of freedom a result needs before it is shown or trusted."""

#: Fewer trials than this leave the spread between trials badly known, and a meta-regression tells
#: little (Cochrane Handbook 10.11.4: ten studies for each covariate).
FEW_TRIALS = 10
#: At or below this many trials even the small-sample corrected robust variance leans on its
#: working model (Tipton 2015); the number is PyMARE's MIN_CLUSTERS_FOR_RVE. Not `FEW_TRIALS`: ten
#: trials are few here and enough there.
ROBUST_VARIANCE_LEANS = 10
#: Below this the t reference is not trusted (Tipton 2015; robumeta prints the same warning).
TRUSTED_DF = 4.0
#: A prediction interval needs an estimate of the spread between trials (Higgins 2009: 3 trials).
MIN_TRIALS_FOR_PREDICTION = 3
#: Fewer trials cannot tell asymmetry from chance (Sterne and others 2011).
MIN_TRIALS_FOR_ASYMMETRY = 10
