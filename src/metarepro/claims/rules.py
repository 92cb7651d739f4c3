"""The rules by which a claim of the report gets its verdict, as data: the report prints them.

A rule has one verdict, so the rule that applies to a claim says all. The rules of a kind of claim
stand in the order in which they are tried; the first that fits applies.
"""

from dataclasses import dataclass

SUPPORTED = "supported"
PARTLY = "partly_supported"
ARITHMETIC = "arithmetic_only"
NOT_SUPPORTED = "not_supported"
NOT_YET = "not_yet_testable"
UNTESTABLE = "untestable_by_design"

#: What the verdicts mean.
CLAIM_VERDICTS = {
    SUPPORTED: "The numbers at hand show what the claim says.",
    PARTLY: "The numbers point the way of the claim, but do not show it, or show less than it "
    "says.",
    ARITHMETIC: "The arithmetic agrees; an effect is not shown. The numbers that the report prints "
    "fit what it claims, without a controlled comparison that could show an effect.",
    NOT_SUPPORTED: "Numbers that could show it do not, or show the contrary.",
    NOT_YET: "The numbers at hand cannot decide; those named under \u201cNeeded to test it\u201d "
    "would. This speaks neither for the claim nor against it.",
    UNTESTABLE: "No further data of the kind that the claim rests on could decide by these rules: "
    "it is a judgement, or rests on evaluations without a control group. This speaks neither for "
    "the claim nor against it.",
}
#: Verdicts of claims on which nothing is decided.
UNDECIDED = (NOT_YET, UNTESTABLE)

#: Trials of which a published pool is trusted: with 5 there are 4 degrees of freedom, as for ours.
TRUSTED_TRIALS = 5
#: Share of the trials that the cited review pooled, confirmed to be in our pool, that is enough.
ENOUGH_COVERED = 0.5
#: Share of results from abstracts above which a pool counts as a selection of what was printed.
MOSTLY_ABSTRACTS = 0.5
#: "Almost 500" allows a number of down to 90% of it.
ALMOST = 0.9


@dataclass(frozen=True)
class Rule:
    """One rule: its name, which begins with the kind of claim, its verdict, and its words."""

    rule: str
    title: str
    verdict: str
    text: str

    @property
    def kind(self) -> str:
        """For which kind of claim it is."""
        return self.rule.partition("_")[0]


RULES = (
    Rule(
        "effect_no_evidence",
        "No number and no direction",
        NOT_YET,
        "There is no usable trial result for this intervention and outcome, and no readable result "
        "of the cited review. Neither a wider pool (the domain, the family) nor a review that the "
        "report does not cite takes its place: the claim names its source, and the question is "
        "whether that source and its trials bear it out. What other reviews show, for or against, "
        "is given under Limit. Usable results are those that the analysis plan pools.",
    ),
    Rule(
        "effect_direction_only",
        "A direction without a number of its own",
        NOT_YET,
        "There is no usable trial result, and what could be read of the cited review is a "
        "direction in words, a number without interval or test, or a result for a mix of "
        "interventions. None of these decides anything in any rule, nor does the sign of an "
        "estimate: intervals decide.",
    ),
    Rule(
        "effect_conflicting",
        "Results that disagree",
        PARTLY,
        "One interval lies wholly in favour of the intervention; another (of the cited review or "
        "ours) excludes a benefit, or includes no effect and is firm. Whether it shows benefit, no "
        "effect or harm, our pool is firm if it has at least 4 trials and a reliable interval, at "
        "least half of the trials that the cited review pooled are confirmed to be in it, and not "
        "more than half of its results are from abstracts. A published result is firm if it is of "
        "at least 5 trials and its certainty is not called low or very low.",
    ),
    Rule(
        "effect_contradicted",
        "A result against the intervention",
        NOT_SUPPORTED,
        "A firm interval (of our pool or of the cited review) excludes a benefit, and none "
        "lies wholly in favour of the intervention.",
    ),
    Rule(
        "effect_not_shown",
        "No benefit where one could be seen",
        NOT_SUPPORTED,
        "A firm interval (of our pool or of the cited review) includes no effect, and none "
        "lies wholly in favour of the intervention. This does not show that there is no effect.",
    ),
    Rule(
        "effect_shown",
        "Shown by our pool",
        SUPPORTED,
        "The interval of our pool lies wholly in favour of the intervention, and is firm.",
    ),
    Rule(
        "effect_shown_as_published",
        "Shown by the cited review, not recomputed",
        SUPPORTED,
        "An interval that the cited review published for this intervention and outcome lies "
        "wholly in favour of the intervention, is firm, and its numbers do not contradict "
        "themselves. The verdict then rests on the review: our pool is only a part of its trials.",
    ),
    Rule(
        "effect_limited",
        "Shown by limited evidence",
        PARTLY,
        "An interval lies wholly in favour of the intervention but is not firm: a single trial or "
        "few, low certainty, mostly abstracts, or only a part of the cited review. Our pools "
        "without a reliable interval are not used.",
    ),
    Rule(
        "effect_inconclusive",
        "Too little evidence to tell",
        NOT_YET,
        "There are intervals, but none is firm, and none excludes no effect in favour. The same "
        "applies if such an interval excludes a benefit: it is too little to refute the claim.",
    ),
    Rule(
        "count_unknown",
        "The number of the cited review was not seen",
        NOT_YET,
        "The number was in none of the pages that could be read.",
    ),
    Rule(
        "count_impossible",
        "More than the whole",
        NOT_SUPPORTED,
        "The claim is about a part of the review, and its number is larger than that of the whole "
        "review.",
    ),
    Rule(
        "count_of_a_part",
        "Only the number of the whole review is known",
        NOT_YET,
        "The review covers other interventions too, and it could not be read which of its studies "
        "are of this one: its list of included studies is not in the data, or not all of it, or a "
        "number of participants is missing. That the number of the whole review is larger says "
        "nothing.",
    ),
    Rule(
        "count_agrees",
        "The review's number agrees",
        SUPPORTED,
        "The number of the review, or of its studies of this intervention where it covers others "
        "too and its whole list is in the data, is the claimed one (for 'at least' the claimed or "
        "more, for 'almost' 90 to 100% of it).",
    ),
    Rule(
        "count_differs",
        "The review's number differs",
        NOT_SUPPORTED,
        "The number of the review, or of its studies of this intervention, is another.",
    ),
    Rule(
        "places_listed",
        "As many places are listed",
        SUPPORTED,
        "The evaluations that the report lists name at least as many places (for 'over', more). "
        "A whole country does not count as a place.",
    ),
    Rule(
        "places_not_all_listed",
        "Fewer places are listed",
        NOT_YET,
        "The evaluations that the report lists name fewer places. This does not refute the "
        "claim: rows for a whole country may stand for several places that are not named.",
    ),
    Rule(
        "guidance_counted",
        "The documents are there, the match is a judgement",
        UNTESTABLE,
        "The report lists at least as many guidance documents, each with a recommendation. That "
        "the services match them is a judgement that no number here can test.",
    ),
    Rule(
        "guidance_fewer",
        "Fewer documents are listed",
        NOT_SUPPORTED,
        "The report itself lists fewer guidance documents than it claims.",
    ),
    Rule(
        "ratio_no_source",
        "The two numbers are not there",
        NOT_YET,
        "The footnote of the claim gives no pair of numbers, or more than one.",
    ),
    Rule(
        "ratio_follows",
        "The ratio follows from the two numbers",
        ARITHMETIC,
        "The larger of the two numbers that the report gives, divided by the smaller, is the "
        "claimed ratio, rounded or cut off. The source was not seen, and two groups without a "
        "controlled comparison do not show why they differ. No better verdict is possible, as for "
        "a proportion.",
    ),
    Rule(
        "ratio_differs",
        "The ratio does not follow",
        NOT_SUPPORTED,
        "The two numbers that the report gives have another ratio.",
    ),
    Rule(
        "evaluations_against",
        "The evaluations do not say so",
        NOT_SUPPORTED,
        "None of the evaluations that the claim cites reports what it says.",
    ),
    Rule(
        "evaluations_unchecked",
        "Stated without a number, and without a control group",
        UNTESTABLE,
        "The report gives no count of any evaluation that the claim cites and that says so. "
        "Whether an evaluation is published makes no difference: its numbers are not in the report "
        "in either case. Nor could they decide the claim: people also change without a service, "
        "and no local evaluation has a control group.",
    ),
    Rule(
        "evaluations_counted",
        "A count of an uncontrolled evaluation says so",
        ARITHMETIC,
        "At least one evaluation that the claim cites reports it with a percentage that is a "
        "whole number out of those evaluated. No local evaluation has a control group: people also "
        "change without a service. No better verdict is possible.",
    ),
    Rule(
        "proportion_no_source",
        "No evaluation gives the percentage",
        NOT_YET,
        "The footnote of the claim has no evaluation with this percentage and a number of "
        "participants, or more than one.",
    ),
    Rule(
        "proportion_misfit",
        "No count gives the percentage",
        NOT_SUPPORTED,
        "No whole number out of those evaluated gives the percentage, rounded or cut off.",
    ),
    Rule(
        "proportion_fits",
        "A count gives the percentage",
        ARITHMETIC,
        "A whole number out of those evaluated gives the percentage. The evaluation itself was "
        "not seen, and without a comparison a proportion says nothing about what the service did.",
    ),
    Rule(
        "proportion_not_beyond",
        "Not clearly different from the reference",
        NOT_SUPPORTED,
        "The exact binomial test against the reference has p 0.05 or more, or the proportion is "
        "below the reference.",
    ),
    Rule(
        "proportion_beyond",
        "Above a reference that is no control group",
        PARTLY,
        "The exact binomial test has p below 0.05 and the proportion is above the reference. But "
        "the reference is an estimate for other people, treated as exact in the test, and not a "
        "control group. No better verdict is possible.",
    ),
    Rule(
        "moderator_not_fitted",
        "Too few trials on one side",
        NOT_YET,
        "A comparison of two levels of a moderator needs at least 2 trials of each, and a model "
        "that could be fitted.",
    ),
    Rule(
        "moderator_not_reliable",
        "Fitted, without a reliable interval",
        NOT_YET,
        "The model was fitted, but by robust variance with fewer than 4 degrees of freedom: the "
        "interval of the difference is not used.",
    ),
    Rule(
        "moderator_not_greater",
        "Not greater",
        NOT_SUPPORTED,
        "The interval of the difference (the effect where it is said to be greater, minus the "
        "other) includes zero or is below it, and is firm as for a greater effect below.",
    ),
    Rule(
        "moderator_inconclusive",
        "The difference could be none",
        NOT_YET,
        "The interval of the difference includes zero or is below it, and is not firm: too little "
        "to tell, whatever the sign of the estimate.",
    ),
    Rule(
        "moderator_shown",
        "Greater in our trials",
        SUPPORTED,
        "The interval of the difference is above zero and firm: at least "
        "half of the trials that the cited review pooled are confirmed to be in it, and not "
        "more than half of its results are from abstracts.",
    ),
    Rule(
        "moderator_limited",
        "Greater, in limited evidence",
        PARTLY,
        "The interval of the difference is above zero, but is not firm.",
    ),
    Rule(
        "factor_not_fitted",
        "No ratio of the two means",
        NOT_YET,
        "A ratio of the means at two levels of a moderator needs at least 2 trials of each, and a "
        "model that could be fitted.",
    ),
    Rule(
        "factor_not_reliable",
        "Fitted, without a reliable interval",
        NOT_YET,
        "The model was fitted, but by robust variance with fewer than 4 degrees of freedom: the "
        "interval of the ratio is not used.",
    ),
    Rule(
        "factor_inconclusive",
        "The ratio could be anything",
        NOT_YET,
        "The mean in the denominator may be zero, so the ratio has no interval (Fieller), or the "
        "interval includes both the claimed ratio and 1.",
    ),
    Rule(
        "factor_excluded",
        "Another ratio",
        NOT_SUPPORTED,
        "Fieller's interval of the ratio does not include the claimed ratio.",
    ),
    Rule(
        "factor_held",
        "The claimed ratio is possible",
        PARTLY,
        "Fieller's interval of the ratio includes the claimed ratio and excludes 1. Because it "
        "includes other ratios too, no better verdict is possible.",
    ),
)

VERDICT_OF = {rule.rule: rule.verdict for rule in RULES}
