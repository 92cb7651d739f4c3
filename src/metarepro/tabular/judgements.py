"""What people judge of the evidence: risk of bias by RoB 2, and certainty by GRADE.

Nothing of it is computed. RoB 2: Sterne and others 2019, BMJ 366:l4898; its domains are numbered as
in robvis (McGuinness and Higgins 2021). GRADE: Guyatt and others 2011, J Clin Epidemiol 64:383-94.
"""

from collections.abc import Mapping

#: What the headers of judgements by another tool begin with.
BIAS = "Risk of bias: "
#: The domains of RoB 2: what may bias a result.
ROB2_DOMAINS: Mapping[str, str] = {
    "d1": "randomisation process",
    "d2": "deviations from intended interventions",
    "d3": "missing outcome data",
    "d4": "measurement of the outcome",
    "d5": "selection of the reported result",
}
#: All that is judged of a result.
ROB2_COLUMNS = (*ROB2_DOMAINS, "overall")
#: The judgements, the gravest last but for the one that is none.
RISKS = ("low", "some concerns", "high", "no information")

#: Certainty of evidence, from the lowest.
CERTAINTY = ("very low", "low", "moderate", "high")
#: Where evidence starts: of randomised trials high, of other studies low, or high if their risk of
#: bias was judged by ROBINS-I.
STARTS = ("high", "low")
#: Reasons to rate certainty down or up, with the most levels of each.
DOWNGRADES: Mapping[str, int] = {
    "risk of bias": 3,
    "inconsistency": 3,
    "indirectness": 3,
    "imprecision": 3,
    "publication bias": 2,
}
UPGRADES: Mapping[str, int] = {"large effect": 2, "dose response": 1, "opposing confounding": 1}


def certainty_after(start: str, levels: int) -> str:
    """The certainty so many levels above (or, below 0, under) where the evidence starts.

    Examples
    --------
    >>> certainty_after("high", -1), certainty_after("high", -5), certainty_after("low", 1)
    ('moderate', 'very low', 'moderate')
    """
    place = CERTAINTY.index(start) + levels
    return CERTAINTY[min(max(place, 0), len(CERTAINTY) - 1)]
