"""Constants of the conversions, for those who need no formula."""

import math

#: Logistic distribution's standard deviation: turns a log odds ratio into an SMD (Chinn 2000).
LOGISTIC_SD = math.pi / math.sqrt(3)

#: What the Cox index divides a log odds ratio by (What Works Clearinghouse, Procedures Handbook).
COX_DIVISOR = 1.65

#: A standard error below this share of what the arm sizes allow is not believed to be one of
#: independent participants: the audit lists it and the row drops to the approximate tier.
SE_RATIO_LIMIT = 0.7
