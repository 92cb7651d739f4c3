"""The page of methods, written from the analysis plan, the constants and the checksums."""

import re
from collections.abc import Mapping, Sequence

from metarepro.comparison import verdicts
from metarepro.models.intervals import INTERVALS
from metarepro.models.thresholds import (
    FEW_TRIALS,
    MIN_TRIALS_FOR_ASYMMETRY,
    MIN_TRIALS_FOR_PREDICTION,
    TRUSTED_DF,
)
from metarepro.plan import Plan
from metarepro.report.blocks import (
    Block,
    Bullets,
    Facts,
    Link,
    Page,
    Paragraph,
    Section,
    Text,
    joined,
    linked,
    table,
    text,
)
from metarepro.report.plain_language import CERTAINTY, SIZES, WIDE
from metarepro.report.records import Records, trail
from metarepro.wording.phrases import FLAGS, percent, whole
from metarepro.wording.summaries import EXCLUSIONS, routes

#: Files for manuscripts that a checkout lacks: their bytes depend on the machine. A link to them
#: would lead nowhere there.
NOT_TRACKED = ("forest_plots.docx",)
#: Verdicts on published results, as `reproduction` gives them.
VERDICTS = {
    "not testable": "the published row is no target, its trials cannot be selected, or none of "
    "them has a usable result",
    "partial": "our pool is not of the published trials: fewer, more, or not confirmed ones",
    "decision differs": "the sign differs, or one interval excludes no effect and the other does "
    "not",
    "exact": "estimate and limits are equal at the published rounding",
    "reproduced": "estimate and width of the interval each within "
    f"{percent(100 * verdicts.REPRODUCED_RELATIVE)}, or within "
    f"{verdicts.REPRODUCED_ABSOLUTE:g}",
    "approximate": f"within {percent(100 * verdicts.APPROXIMATE_RELATIVE)}, or within "
    f"{verdicts.APPROXIMATE_ABSOLUTE:g}",
    "different": "anything else",
}
GLOSSARY = {
    "Hedges' g": "Difference between the arms in standard deviations, corrected for small samples. "
    "Here positive always favours the intervention.",
    "Confidence interval (95% CI)": "Range of average effects that fit the trials.",
    "Prediction interval": "Range in which the true effect of another trial of the same kind is "
    "expected. It is wider than the confidence interval where trials differ.",
    "I² and τ²": "How much the trials differ beyond chance: as a share of their scatter, and as "
    "the variance of their true effects.",
    "Degrees of freedom": "How much independent information an interval rests on.",
    "Trial, result": "A trial compares families with and without the intervention. It may report "
    "several results: other measures, other times.",
    "Coverage": "How many trials of the cited review are in a pool, against the whole review.",
    "Funnel plot": "Effects against their standard errors. Asymmetry has many causes.",
    "Leave-one-out": "The pool again, with each trial left out in turn.",
    "Specification": "One combination of reasonable choices of results, model and interval.",
    "Corrected covered area": "Share of trials that several reviews have in common; 0 none, 100% "
    "all.",
    "Wilson interval": "Confidence interval of a proportion that also holds near 0 and 100%.",
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def packages(requirements: str) -> list[tuple[str, str]]:
    """Name and version of every package that a locked requirements file pins."""
    return sorted(set(_PIN.findall(requirements)))


def page(records: Records, requirements: str) -> Page:
    """Make the page of methods.

    Parameters
    ----------
    records : Records
        Tables and analysis plan.
    requirements : str
        Content of the locked requirements file.
    """
    plan = records.plan
    return Page(
        path="methods.html",
        title="Methods",
        trail=trail(),
        nav="methods",
        intro=[
            Paragraph(
                text(
                    "Written from the analysis plan (config/config.yaml), so that it says what was "
                    "done."
                ),
                "lead",
            )
        ],
        sections=[
            Section("effects", "From reported results to effect sizes", _effects(records)),
            Section("pooling", "Pooling", _pooling(plan)),
            Section("sets", "What is pooled apart", _sets(plan)),
            Section("words", "Words and their rules", _words()),
            Section("verdicts", "Published results against ours", _reproduction(plan)),
            Section("glossary", "Glossary", [_facts(GLOSSARY)]),
            Section("packages", "Versions of the packages", [_packages(requirements)]),
            Section("inputs", "Inputs and their checksums", [_inputs(records)]),
        ],
    )


def _facts(items: Mapping[str, str]) -> Facts:
    return Facts([(term, text(meaning)) for term, meaning in items.items()])


def _effects(records: Records) -> list[Block]:
    choices = records.plan.effects
    corrected = ", ".join(choices.corrected_sources)
    said = [
        "Every result becomes Hedges' g, positive in favour of the intervention. A result for "
        "which no route applies is excluded with a code; nothing is guessed.",
        f"Cluster trials whose variance comes from individuals: intracluster correlation "
        f"{choices.icc:g}; clusters of {choices.cluster_size:g} where their number is not "
        "reported, and then the result counts as approximate.",
        f"Sources that print Hedges' g already, so that it is not corrected again: {corrected}.",
        "Tiers: direct (means and SDs, counts, an estimate with interval or standard error), "
        "derived (exact p, t, F, a difference standardised), approximate (a bound on p, equal arms "
        "assumed, and the like).",
    ]
    effects = records.tables["effects"]
    return [
        Bullets([text(sentence) for sentence in said]),
        table("routes", "Routes to an effect size", linked(routes(effects))),
        Paragraph(text("Codes of results that could not be used:")),
        _facts({code.replace("_", " "): meaning for code, meaning in EXCLUSIONS.items()}),
    ]


def _pooling(plan: Plan) -> list[Block]:
    pooling = plan.pooling
    said = [
        f"Every trial one result: random effects, τ² by {pooling.tau2_method}, with "
        f"{INTERVALS[pooling.ci_method].phrase}.",
        "Some trials several results: correlated effects with robust variance (CR2, Satterthwaite "
        f"degrees of freedom), assumed correlation within a trial {pooling.rho:g}.",
        "One trial: nothing is pooled; its own effect, or the mean of its results, is shown.",
        f"Prediction intervals from {MIN_TRIALS_FOR_PREDICTION} trials on; tests for small-study "
        f"effects from {MIN_TRIALS_FOR_ASYMMETRY} trials on.",
        f"Below {TRUSTED_DF:g} degrees of freedom an interval is flagged as not to be trusted.",
    ]
    return [Bullets([text(sentence) for sentence in said]), _facts(_flags())]


def _flags() -> dict[str, str]:
    return {name.replace("_", " "): meaning for name, meaning in FLAGS.items()}


def _sets(plan: Plan) -> list[Block]:
    rows = [
        {
            "Set": name.replace("_", " "),
            "Times": ", ".join(chosen.timepoints).replace("_", "-"),
            "Tiers": ", ".join(chosen.tiers),
            "Drawn, with pages": "yes" if name in plan.figures else "no",
        }
        for name, chosen in plan.sets.items()
    ]
    plans = [
        {
            "Synthesis": name.replace("_", " "),
            "One for each": " and ".join(synthesis.by),
            "Divided by": synthesis.subgroups or "nothing",
        }
        for name, synthesis in plan.syntheses.items()
    ]
    evidence = plan.evidence
    said = (
        f"The evidence matrix shows the syntheses by {evidence.synthesis.replace('_', ' and ')} "
        f"of the set {evidence.set.replace('_', ' ')}; beside them on their pages those of "
        f"{evidence.beside.replace('_', ' ')}."
    )
    return [
        table("sets", "Sets of results", rows),
        table("plans", "Syntheses", plans),
        Paragraph(text(said)),
    ]


def _words() -> list[Block]:
    uppers = [f"below {SIZES[place - 1][0]:g}" if place else "" for place in range(len(SIZES))]
    sizes = {
        word: ", ".join(filter(None, [f"|g| {least:g} or more" if least else "", upper]))
        for (least, word), upper in zip(SIZES, uppers, strict=True)
    }
    return [
        Paragraph(text("Sizes of effects (Cohen 1988), after rounding to two decimals:")),
        _facts(sizes),
        Paragraph(
            text(
                "How far the numbers can be leaned on, the first that applies. This is no GRADE "
                "rating: the risk of bias of the trials was not assessed, and since abstracts "
                "print what was significant, no number is called more certain than moderate. "
                f"Few means fewer than {FEW_TRIALS} trials, wide an interval wider than {WIDE:g}."
            )
        ),
        _facts(CERTAINTY),
    ]


def _reproduction(plan: Plan) -> list[Block]:
    reproduction = plan.reproduction
    said = (
        f"Trials of a review are those that are {' or '.join(reproduction.basis)}; their results "
        f"of the tiers {' and '.join(reproduction.tiers)} are pooled. The first verdict that "
        "applies:"
    )
    return [Paragraph(text(said)), _facts(VERDICTS)]


def _packages(requirements: str) -> Block:
    rows = [{"Package": name, "Version": version} for name, version in packages(requirements)]
    return table("packages-table", "From requirements.txt", rows, columns=("Package", "Version"))


def _inputs(records: Records) -> Block:
    rows = [
        {"File": row["file"], "Rows": whole(row["rows"]), "SHA-256": row["sha256"]}
        for row in records.tables["inputs"].to_dict("records")
    ]
    return table("inputs-table", "Every input file", rows, download="data/inputs.csv")


def downloads_page(files: Sequence[tuple[str, str]], manuscript: Sequence[str]) -> Page:
    """Make the page that lists every file to take away.

    Parameters
    ----------
    files : sequence of (name, what is in it)
        CSV files in the folder data.
    manuscript : sequence of str
        Files in the folder manuscript.
    """
    listed: list[Text] = [
        text(Link(f"{name}.csv", f"data/{name}.csv"), f": {what}") for name, what in files
    ]
    for_papers = joined([_paper(name) for name in manuscript], ", ")
    return Page(
        path="downloads.html",
        title="Downloads",
        trail=trail(),
        nav="downloads",
        intro=[
            Paragraph(
                text(
                    "Every table as CSV (UTF-8). A text that a spreadsheet would take for a "
                    "formula has an apostrophe in front."
                ),
                "lead",
            )
        ],
        sections=[
            Section("tables", "Tables", [Bullets(listed)]),
            Section("manuscript", "For manuscripts", [Paragraph(for_papers)]),
        ],
    )


def _paper(name: str) -> str | Link:
    """A link to a file for manuscripts, unless it is missing where the report was checked out."""
    if name in NOT_TRACKED:
        return f"{name} (in the folder manuscript; not under version control)"
    return Link(name, f"manuscript/{name}")
