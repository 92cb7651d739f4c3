"""The page of terms, and the links that lead there from where a term is used.

A term is marked where it first stands on a page, in sentences and names of facts. The mark is an
ordinary link with the definition as its title: it works with a keyboard, on a phone, without
script.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from metarepro.claims.rules import MOSTLY_ABSTRACTS
from metarepro.models.thresholds import MIN_TRIALS_FOR_INTERVAL, TRUSTED_DF
from metarepro.report.blocks import Facts, Link, Page, Paragraph, Part, Text, text
from metarepro.report.records import Records

PATH = "glossary.html"


@dataclass(frozen=True)
class Term:
    """A term of the report.

    Attributes
    ----------
    name : what the glossary calls it
    meaning : its definition, in sentences
    marked : the words that are linked where they stand, in any case of their letters
    """

    name: str
    meaning: str
    marked: Sequence[str] = ()

    @property
    def anchor(self) -> str:
        """Its id on the page.

        Examples
        --------
        >>> Term("I² and τ²", "").anchor, Term("Leave-one-out", "").anchor
        ('i2-and-tau2', 'leave-one-out')
        """
        plain = self.name.lower().replace("²", "2").replace("τ", "tau")
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")

    @property
    def href(self) -> str:
        """Its address."""
        return f"{PATH}#{self.anchor}"


def page(records: Records) -> Page:
    """Make the page of terms."""
    found = terms(records)
    meanings = [(term.name, text(term.meaning)) for term in found]
    said = "The terms that this report uses. Elsewhere in the report, a dotted line marks them."
    return Page(
        path=PATH,
        title="Glossary",
        intro=[
            Paragraph(text(said), "lead"),
            Facts(meanings, anchors=[term.anchor for term in found]),
        ],
    )


def terms(records: Records) -> list[Term]:
    """All terms that this study needs, in alphabetical order."""
    kinds = (_effects, _models, _sources, _judgements, _sensitivity)
    found = [term for kind in kinds for term in kind(records)]
    return sorted(found, key=lambda term: term.name.lower())


def _effects(records: Records) -> Iterator[Term]:
    scale, people = records.scale, records.plan.study.participants
    standardised = (
        "The difference between the groups in standard deviations, corrected for small samples: "
        if scale.kind.sizes
        else "The measure of effect: "
    )
    yield Term(scale.title, f"{standardised}{records.direction}.", (scale.label,))
    yield Term(
        f"Confidence interval ({scale.ci})",
        "The range of average effects that are compatible with the results of the trials.",
        ("confidence interval", scale.ci),
    )
    yield Term(
        "Reliable interval",
        f"Pools of fewer than {MIN_TRIALS_FOR_INTERVAL} trials, and robust intervals with fewer "
        f"than {TRUSTED_DF:g} degrees of freedom, are shown without their interval, because too "
        "little is known of how much the trials differ. So are pools of 10 trials or fewer whose "
        "robust interval is narrower than the interval of its own model.",
        ("reliable interval",),
    )
    yield Term(
        "Prediction interval",
        "The range in which the true effect of another, similar trial is expected. Where trials "
        "differ, it is wider than the confidence interval.",
        ("prediction interval",),
    )
    if scale.measure == "SMD":
        yield Term(
            "Percentile",
            "The place of someone among 100 people put in order: at the 64th percentile, 64 of 100 "
            "do less well or equally well.",
            ("percentile",),
        )
    yield Term(
        "Trial, result",
        f"A trial compares {people} with and without the intervention. It may report several "
        "results: different measures, different times.",
    )
    yield Term(
        "Synthesis",
        "All results that answer one question, and the pooled effect where there are several "
        "trials. A single trial is shown with its own result.",
        ("synthesis", "syntheses"),
    )


def _models(records: Records) -> Iterator[Term]:
    yield Term(
        "Random effects",
        "A model in which the true effect may differ from trial to trial; the pooled effect is the "
        "average of these effects. A common-effect model assumes that it is the same in all.",
        ("random effects", "common effect", "random-effects model", "common-effect model"),
    )
    yield Term(
        "Heterogeneity (I² and τ²)",
        "How much the trials differ beyond chance. I² is the share of the variation between "
        "results that chance does not explain; τ² is the variance of the true effects.",
        ("heterogeneity", "I²", "τ²", "variance between trials"),
    )
    yield Term(
        "Robust variance",
        "A way to pool several results of one trial without counting the trial several times. The "
        "standard error is taken from how far the results scatter. Where trials are few, it "
        "depends on the correlation that is assumed within a trial.",
        ("robust variance", "correlated effects"),
    )
    yield Term(
        "Degrees of freedom",
        "How much independent information an interval rests on.",
        ("degrees of freedom",),
    )
    if (records.tables["trials"]["design"] == "cluster_rct").any():
        yield Term(
            "Intracluster correlation, design effect",
            "People of one group (a village, a clinic) resemble each other. The intracluster "
            "correlation says how much; the design effect is the factor by which the variance of "
            "a trial that randomised groups is larger because of it.",
            ("intracluster correlation", "design effect"),
        )


def _sources(records: Records) -> Iterator[Term]:
    kinds = set(records.tables["effects"]["source_kind"])
    yield Term(
        "Tier",
        "How directly an effect size follows from what was reported. As reported: from means and "
        "standard deviations, numbers of events, or an estimate with its interval or standard "
        "error. Worked out: from an exact p value or test statistic, or from a difference that "
        "was standardised here. Approximate: see its own entry.",
        ("tier", "tiers"),
    )
    yield Term(
        "Approximate",
        "An effect size that had to be estimated because its source leaves something out: from an "
        "upper bound of p, from percentages, from an adjusted test, or with an assumed cluster "
        "size.",
        ("approximate", "approximate results"),
    )
    if records.has_abstracts:
        yield Term(
            "Abstract",
            "The summary of an article. Abstracts tend to report what was significant, so effects "
            f"read there are likely to be too large. Where more than {100 * MOSTLY_ABSTRACTS:g}% "
            "of the results of a pool come from abstracts, the report says so.",
            ("abstract", "abstracts"),
        )
    if "database" in kinds:
        yield Term(
            "Database of effect sizes",
            "A collection of results of many trials that others entered, with few details.",
            ("database of effect sizes",),
        )
    if "review_file" in kinds or records.has("review_reproduction"):
        yield Term(
            "Data file of a review",
            "The file in which a review publishes the results that it pooled.",
            ("data file of a review", "data files of reviews", "data file", "data files"),
        )
    if records.has("included", "review_included"):
        yield Term(
            "Confirmed and plausible trials",
            "A trial is confirmed as one of a review if it was seen in the review's own list. It "
            "is plausible if it meets the criteria of the review but the list was not seen.",
            ("plausible",),
        )
    if records.cited_reviews:
        yield Term(
            "Coverage",
            "How many trials of the cited review are in a pool, compared with the whole review.",
            ("coverage",),
        )
    if records.has("overlap_pairs"):
        yield Term(
            "Corrected covered area (CCA)",
            "The share of trials that several reviews have in common: 0% none, 100% all.",
            ("corrected covered area",),
        )
    if records.has("evaluations"):
        yield Term(
            "Wilson interval",
            "A confidence interval of a proportion that is also valid near 0% and 100%.",
            ("Wilson intervals", "Wilson interval"),
        )


def _judgements(records: Records) -> Iterator[Term]:
    """Terms for what people judged."""
    if records.has("risk_of_bias"):
        yield Term(
            "Risk of bias",
            "How far a result may be wrong because of how the trial was done or reported, judged "
            "in five domains (RoB 2): low, some concerns or high. It is a judgement of people.",
            ("risk of bias", "RoB 2"),
        )
    if records.has("certainty"):
        yield Term(
            "Certainty of the evidence (GRADE)",
            "How sure one can be that the true effect is close to the pooled one: high, moderate, "
            "low or very low. People judge it from the risk of bias, inconsistency, indirectness, "
            "imprecision and publication bias.",
            ("certainty of the evidence", "GRADE"),
        )


def _sensitivity(records: Records) -> Iterator[Term]:
    yield Term(
        "Robustness",
        "How far a pooled effect depends on few trials, on chance or on a selection of results: "
        "weak, limited or fair, by the rules on the page of methods. It is not the certainty of "
        "the evidence.",
        ("robustness",),
    )
    yield Term(
        "Funnel plot",
        "A plot of the effects against their standard errors. Asymmetry may mean that small trials "
        "without an effect were not published, but it has other causes too.",
        ("funnel plot",),
    )
    if records.has("leave_one_out"):
        yield Term(
            "Leave-one-out",
            "The pooled effect, computed again with each trial left out in turn.",
            ("leave-one-out", "one trial left out"),
        )
    if records.has("multiverse"):
        yield Term(
            "Specification curve",
            "The pooled effect in all analyses that combine reasonable choices of results, "
            "conversion, model and interval. A share of analyses says how many agree; they are not "
            "independent, and not all equally reasonable.",
            ("specification curve", "specification curves", "different analyses"),
        )
    if any(figure.endswith(".gosh") for figure in records.figures):
        yield Term(
            "GOSH plot",
            "Graphic display of study heterogeneity: the pooled effect of every subset of the "
            "trials, or of many of them. Several clouds suggest that the trials fall into groups.",
            ("GOSH plot", "GOSH plots", "GOSH"),
        )
    if records.has("moderators"):
        yield Term(
            "Moderator",
            "A characteristic of the trials on which their effect may depend. Trials are not "
            "randomised to it, so a difference does not show a cause.",
            ("moderator", "moderators"),
        )


class Marker:
    """Links the terms of one page, each where it first stands.

    Parameters
    ----------
    known : iterable of Term
        The terms of the report.

    Examples
    --------
    >>> marker = Marker([Term("Tier", "How direct it is.", ["tier"])])
    >>> [part if isinstance(part, str) else part.href for part in marker.mark(("A tier.",))]
    ['A ', 'glossary.html#tier', '.']
    >>> marker.mark(("Another tier.",))
    ('Another tier.',)
    """

    def __init__(self, known: Iterable[Term]) -> None:
        self._terms = {words.lower(): term for term in known for words in term.marked}
        longest_first = sorted(self._terms, key=len, reverse=True)
        words = "|".join(re.escape(name) for name in longest_first)
        # Not inside a longer word; without terms it matches nothing.
        self._pattern = re.compile(
            rf"(?<![\w-])({words})(?![\w-])" if words else r"(?!)", re.IGNORECASE
        )
        self._seen: set[str] = set()

    def mark(self, parts: Text) -> Text:
        """A text with links from its terms; links that it has stay as they are."""
        marked: list[Part] = []
        for part in parts:
            marked += self._of_words(part) if isinstance(part, str) else [part]
        return tuple(marked)

    def _of_words(self, words: str) -> Iterator[str | Link]:
        end = 0
        for found in self._pattern.finditer(words):
            term = self._terms[found[0].lower()]
            if term.name in self._seen:
                continue
            self._seen.add(term.name)
            if found.start() > end:
                yield words[end : found.start()]
            yield Link(found[0], term.href, term.meaning)
            end = found.end()
        if end < len(words):
            yield words[end:]
