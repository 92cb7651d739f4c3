"""How many trials and degrees of freedom a result needs before it is shown or trusted."""

#: At or below this many trials even the small-sample corrected robust variance leans on its
#: working model (Tipton 2015); the number is PyMARE's MIN_CLUSTERS_FOR_RVE.
FEW_TRIALS = 10
#: Below this the t reference is not trusted (Tipton 2015; robumeta prints the same warning).
TRUSTED_DF = 4.0
#: A prediction interval needs an estimate of the spread between trials (Higgins 2009: 3 trials).
MIN_TRIALS_FOR_PREDICTION = 3
#: Fewer trials cannot tell asymmetry from chance (Sterne and others 2011).
MIN_TRIALS_FOR_ASYMMETRY = 10
