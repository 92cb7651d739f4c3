"""The words of RevMan Web packages: names of tables, columns and settings."""

import re

SETTINGS = "overall-estimates-and-settings"
DATA_ROWS = "data-rows"
SUBGROUPS = "subgroup-estimates"
RISK_OF_BIAS = "risk-of-bias"
STUDY_RESULTS = "study-results"
STUDY_INFORMATION = "study-information"
ACCURACY_ROWS = "accuracy-data-rows"
ACCURACY_PARAMETERS = "parameters"
EXPORT = "export of data and analyses"
JUDGEMENT = "domain (judgement):"
#: What only one kind of table has, in plain lower case. Of the risk of bias it is `JUDGEMENT`.
SIGNATURES = {
    SETTINGS: {"analysis group", "analysis number", "statistical method", "overall estimates"},
    DATA_ROWS: {"analysis group", "analysis number", "study", "giv mean", "giv se"},
    SUBGROUPS: {"analysis group", "analysis number", "subgroup", "heterogeneity df"},
    STUDY_RESULTS: {"study", "outcome", "arm", "reference arm"},
    STUDY_INFORMATION: {"study", "year", "data source"},
    ACCURACY_ROWS: {"analysis number", "study", "tp", "fp", "fn", "tn"},
    ACCURACY_PARAMETERS: {"analysis number", "e(logitse)", "e(logitsp)"},
    EXPORT: {"comparison number", "outcome number", "subgroup number", "effect measure"},
}
#: Names of the files that hold a table, where the kind is called otherwise.
FILE_NAMES = {ACCURACY_ROWS: DATA_ROWS}
# Columns of our tables, of theirs.
EFFECT = {
    "published_estimate": "Mean",
    "published_ci_low": "CI start",
    "published_ci_high": "CI end",
}
PUBLISHED = {
    "published_tau2": "Heterogeneity Tau²",
    "published_q": "Heterogeneity Chi²",
    "published_q_df": "Heterogeneity df",
    "published_q_p": "Heterogeneity P",
    "published_i2": "Heterogeneity I²",
    "published_z": "Effect Z",
    "published_t": "Effect T",
    "published_p": "Effect P",
    "published_pi_low": "PI start",
    "published_pi_high": "PI end",
}
TEST = {
    "subgroup_q": "Subgroup Chi²",
    "subgroup_q_df": "Subgroup df",
    "subgroup_q_p": "Subgroup P",
    "subgroup_i2": "Subgroup I²",
}
ACCURACY_COUNTS = {"tp": "TP", "fp": "FP", "fn": "FN", "tn": "TN"}
ACCURACY_RESULTS = {
    "published_sensitivity": "Sensitivity",
    "published_sensitivity_low": "Sens CI start",
    "published_sensitivity_high": "Sens CI end",
    "published_specificity": "Specificity",
    "published_specificity_low": "Spec CI start",
    "published_specificity_high": "Spec CI end",
}
_ARMS = ("Experimental cases", "Experimental N", "Control cases", "Control N")
_HETEROGENEITY = (
    "Heterogeneity Tau²",
    "Heterogeneity Chi²",
    "Heterogeneity df",
    "Heterogeneity P",
    "Heterogeneity I²",
    "Effect Z",
    "Effect P",
)
KEYS = ("Analysis group", "Analysis number")
_TAU2_INTERVAL = ("Tau² CI start", "Tau² CI end")
NEEDED = {
    SETTINGS: (
        *KEYS,
        "Analysis name",
        "Data type",
        "Log-scale data",
        "Statistical method",
        "Effect measure",
        "Analysis model",
        "Subgroup estimates",
        "Overall estimates",
        "Swap event and non-event",
        *_ARMS,
        *EFFECT.values(),
        *_HETEROGENEITY,
    ),
    DATA_ROWS: (
        *KEYS,
        "Subgroup",
        "Study",
        "GIV Mean",
        "GIV SE",
        "Experimental mean",
        "Experimental SD",
        "Control mean",
        "Control SD",
        *_ARMS,
        "O-E",
        "Variance",
        "Weight",
        *EFFECT.values(),
    ),
    SUBGROUPS: (
        *KEYS,
        "Subgroup",
        "Subgroup number",
        *_ARMS,
        *EFFECT.values(),
        *_HETEROGENEITY,
    ),
    ACCURACY_ROWS: ("Analysis number", "Analysis name", "Study", *ACCURACY_COUNTS.values()),
    # RevMan 5 lets people choose the columns.
    EXPORT: (
        "Comparison Number",
        "Outcome Number",
        "Subgroup Number",
        "Name",
        "Data Type",
        "Statistical Method",
        "Effect Measure",
        "Analysis Model",
        "Total 1",
        "Total 2",
        "Effect Estimate",
        "SE",
        "CI Start",
        "CI End",
    ),
}
OPTIONAL = {
    SETTINGS: (
        "Analysis group name",
        "Data source",
        "Data source eligibility",
        "Outcome",
        "Intervention grouping",
        "Experimental intervention",
        "Control intervention",
        "Subgroup by",
        "Filter criteria",
        "Experimental group label",
        "Control group label",
        "Unit of effect measure",
        "Heterogeneity estimator",
        "Tau² CI",
        "Test for subgroup differences",
        "Prediction interval",
        "CI method",
        "CI/PI level",
        "Study CI",
        "Estimate CI",
        "Sort by",
        "Sort studies by",
        "Graph label (left)",
        "Graph label (right)",
        "Graph scale",
        "Show risk of bias",
        "PI start",
        "PI end",
        *_TAU2_INTERVAL,
        "Effect T",
        *TEST.values(),
        "ID",
    ),
    DATA_ROWS: ("Analysis name", "Subgroup number", "Applicability", "Study year", "Footnotes"),
    SUBGROUPS: ("Weight", "PI start", "PI end", *_TAU2_INTERVAL, "Effect T", "ID"),
    ACCURACY_ROWS: (
        "Test number",
        "Test name",
        "Subgroup by",
        "Subgroup item",
        "Subgroup",
        *ACCURACY_RESULTS.values(),
    ),
    EXPORT: (
        "Events 1",
        "Mean 1",
        "SD 1",
        "Events 2",
        "Mean 2",
        "SD 2",
        "O-E",
        "Var",
        "Weight",
        "Q",
        "P(Q)",
        "I²(Q)",
        "Tau²",
        "Z",
        "P(Z)",
        "Qint",
        "P(Qint)",
        "I²(Qint)",
        "df",
        "Group Label 1",
        "Group Label 2",
        "Left Graph Label",
        "Right Graph Label",
        "Year of study",
        "User defined order",
        "Swap event and non-event",
    ),
}

# What the settings are called, as `setting_words` makes them plain.
DATA_TYPES = {
    "continuous": "continuous",
    "continuous data": "continuous",
    "dichotomous": "dichotomous",
    "dichotomous data": "dichotomous",
    "contrast level": "iv",
    "contrast level data": "iv",
    "generic inverse variance": "iv",
    "giv": "iv",
    "o e and variance": "oe",
    "o e variance": "oe",
}
# Free text without numbers.
OTHER_DATA = ("other", "other data", "narrative", "narrative data")
METHODS = {
    "iv": "IV",
    "inverse variance": "IV",
    "mh": "MH",
    "m h": "MH",
    "mantel haenszel": "MH",
    "peto": "PETO",
    "exp o e var": "PETO",
}
MODELS = {
    "fixed": "fixed",
    "fixed effect": "fixed",
    "fixed effects": "fixed",
    "common effect": "fixed",
    "random": "random",
    "random effect": "random",
    "random effects": "random",
}
# The older schemas have no such settings.
_NOTHING = ("", "none", "n a", "na")
TAU2_METHOD_WORDS = dict.fromkeys(_NOTHING, "DL") | {
    "dl": "DL",
    "dersimonian and laird": "DL",
    "dersimonian laird": "DL",
    "reml": "REML",
    "restricted maximum likelihood": "REML",
}
CI_METHOD_WORDS = dict.fromkeys(_NOTHING, "wald") | {
    "wald": "wald",
    "wald type": "wald",
    "hksj": "hksj",
    "hartung knapp sidik jonkman": "hksj",
}
APPLIES_TO = {
    "": "both",
    "subgroup and overall": "both",
    "overall and subgroup": "both",
    "overall": "overall",
    "overall only": "overall",
    "subgroup": "subgroup",
    "subgroup only": "subgroup",
}
_IN_PARENTHESES = re.compile(r"\([^()]*\)")
_NO_WORD = re.compile(r"[\W_]+")


def setting_words(text: str) -> tuple[str, ...]:
    """Plain forms of a setting: lower case, anything but letters and digits as single spaces.

    The second is without what stands in parentheses, as in "HKSJ (Hartung-Knapp-...)".
    """
    without = _IN_PARENTHESES.sub(" ", text)
    plain = [_NO_WORD.sub(" ", words.lower()).strip() for words in (text, without)]
    # Nothing but parentheses is not the same as nothing.
    return tuple(plain if plain[1] else plain[:1])


INPUTS = {
    "continuous": {
        "n_t": "Experimental N",
        "mean_t": "Experimental mean",
        "sd_t": "Experimental SD",
        "n_c": "Control N",
        "mean_c": "Control mean",
        "sd_c": "Control SD",
    },
    "dichotomous": {
        "n_t": "Experimental N",
        "events_t": "Experimental cases",
        "n_c": "Control N",
        "events_c": "Control cases",
    },
    "iv": {"estimate": "GIV Mean", "se": "GIV SE"},
    "oe": {"o_e": "O-E", "variance": "Variance"},
}
TOTALS = {
    "n_t": "Experimental N",
    "n_c": "Control N",
    "events_t": "Experimental cases",
    "events_c": "Control cases",
}
# Of given estimates only the participants, of O-E also the events, and both only for show.
SHOWN = {"iv": ("n_t", "n_c"), "oe": tuple(TOTALS)}
