"""The page of methods, written from the analysis plan, the constants and the checksums."""

import re
from collections.abc import Iterator, Mapping, Sequence

from metarepro.comparison import verdicts
from metarepro.models.thresholds import (
    MIN_TRIALS_FOR_ASYMMETRY,
    MIN_TRIALS_FOR_INTERVAL,
    MIN_TRIALS_FOR_PREDICTION,
    TRUSTED_DF,
)
from metarepro.plan import Months, Plan, Reproduction
from metarepro.report import no_effect, review_methods
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
from metarepro.report.plain_language import robustness_rules
from metarepro.report.records import Records
from metarepro.wording.codes import in_words
from metarepro.wording.phrases import capitalised, confidence, models, percent, whole
from metarepro.wording.scales import Scale
from metarepro.wording.summaries import EXCLUSIONS, routes, set_label

#: Verdicts on published results, as `reproduction` gives them.
VERDICTS = {
    "not testable": "the published result cannot be compared, its trials cannot be selected, or "
    "none of them has a usable result",
    "partial": "our pool does not have exactly the published trials: it has fewer, more, or "
    "unconfirmed ones",
    "decision differs": "the sign differs, or only one of the two intervals excludes no effect",
    "exact": "estimate and limits are equal at the published rounding",
    "reproduced": "estimate and width of the interval each within "
    f"{percent(100 * verdicts.REPRODUCED_RELATIVE)}, or within "
    f"{verdicts.REPRODUCED_ABSOLUTE:g} on a scale without units (any but mean and risk "
    "differences)",
    "approximate": f"within {percent(100 * verdicts.APPROXIMATE_RELATIVE)}, or within "
    f"{verdicts.APPROXIMATE_ABSOLUTE:g} on such a scale",
    "different": "anything else",
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
        Content of the locked requirements file; "" without one.
    """
    return Page(
        path="methods.html",
        title="Methods",
        intro=[
            Paragraph(
                text(
                    "What was done, written from the analysis plan and the data. The ",
                    Link("glossary", "glossary.html"),
                    " explains the terms.",
                ),
                "lead",
            )
        ],
        sections=list(_sections(records, requirements)),
    )


def _sections(records: Records, requirements: str) -> Iterator[Section]:
    plan = records.plan
    yield from review_methods.sections(records)
    yield Section("effects", "From reported results to effect sizes", _effects(records))
    yield Section("pooling", "Pooling", _pooling(plan))
    yield Section("sets", "Sets of results and syntheses", _sets(plan))
    sizes = "Sizes of effects and robustness" if records.scale.kind.sizes else "Robustness"
    yield Section("words", sizes, _words(records))
    if records.has("reproduction"):
        yield Section("verdicts", "Verdicts on published results", _reproduction(plan.reproduction))
    if packages(requirements):
        yield Section("packages", "Versions of the packages", [_packages(requirements)])
    if records.has("inputs"):
        yield Section("inputs", "Inputs and their checksums", [_inputs(records)])


def _facts(items: Mapping[str, str]) -> Facts:
    return Facts([(term, text(meaning)) for term, meaning in items.items()])


def _effects(records: Records) -> list[Block]:
    plan, scale = records.plan.effects, records.scale
    said = [
        f"Every result becomes an effect size ({scale.label}, {records.direction}). A result from "
        "which none can be worked out is excluded with its reason; nothing is guessed.",
        "Cluster trials analysed as if individuals were independent, and tests of cluster trials "
        f"without standard deviations: intracluster correlation {plan.icc:g}"
        f"{_other_iccs(records.plan)}; where the number of clusters is not reported, "
        f"{plan.cluster_size:g} participants per cluster, and the result counts as approximate."
        if (records.tables["trials"]["design"] == "cluster_rct").any()
        else "",
        "Measurements of the same participants, where a source does not print their correlation: "
        f"{plan.paired_correlation:g} assumed, and the result counts as approximate."
        if plan.paired_correlation is not None
        else "",
        "Tiers: as reported (means and SDs, counts, an estimate with interval or standard error), "
        "worked out (exact p, t or F, a raw difference that was standardised), approximate (p "
        "given as a bound, percentages, an adjusted test, and the like).",
        f"{no_effect.WHY} The page on sensitivity has the pools with these results set to no "
        "effect."
        if records.has("no_effect")
        else "",
    ]
    effects = records.tables["effects"]
    made = table("routes", "Routes to an effect size", linked(routes(effects)))
    excluded = [
        text(f"{capitalised(meaning)}.")
        for code, meaning in EXCLUSIONS.items()
        if (effects["exclude"] == code).any()
    ]
    blocks: list[Block] = [Bullets([text(sentence) for sentence in said if sentence])]
    blocks += [made] if made.rows else []
    if excluded:
        blocks += [Paragraph(text("Reasons for exclusion:")), Bullets(excluded)]
    return blocks


def _other_iccs(plan: Plan) -> str:
    """The intracluster correlations that are compared, behind that of the plan."""
    others = [f"{icc:g}" for icc in plan.effects.iccs if icc != plan.effects.icc]
    return f" (specification curves also take {' and '.join(others)})" if others else ""


def _pooling(plan: Plan) -> list[Block]:
    one, several = models(plan.pooling)
    own = [plan.pooling_of(name) for name in plan.syntheses]
    random = any(pooling.model == "random" for pooling in [plan.pooling, *own])
    said = [
        f"One result per trial: {one}.",
        f"Several results of a trial: {several}.",
        *_otherwise(plan),
        f"Confidence and prediction intervals: {confidence(plan.pooling.level)}.",
        "A single trial: nothing is pooled; its own effect, or the mean of its results, is shown.",
        f"Prediction intervals need random effects and at least {MIN_TRIALS_FOR_PREDICTION} trials."
        if random
        else "",
        f"Tests for small-study effects need at least {MIN_TRIALS_FOR_ASYMMETRY} trials.",
        "The estimate and the results of the trials are shown, but no interval, where a robust "
        f"interval has fewer than {TRUSTED_DF:g} degrees of freedom or, of 10 trials or fewer, is "
        f"narrower than its model's, and where the pool has fewer than {MIN_TRIALS_FOR_INTERVAL} "
        "trials.",
    ]
    return [Bullets([text(sentence) for sentence in said if sentence])]


def _otherwise(plan: Plan) -> Iterator[str]:
    """Syntheses that the plan pools in a way of their own."""
    for name, synthesis in plan.syntheses.items():
        pooling = plan.pooling_of(name)
        if pooling != plan.pooling:
            one, several = models(pooling)
            yield (
                f"Syntheses by {' and '.join(synthesis.by)} differ: one result per trial: "
                f"{one}; several results of a trial: {several}."
            )


def _sets(plan: Plan) -> list[Block]:
    rows = [
        {
            "Set": capitalised(set_label(chosen)),
            "Times": ", ".join(in_words("timepoint", time) for time in chosen.timepoints),
            "Tiers": ", ".join(in_words("tier", tier) for tier in chosen.tiers),
            "Designs": ", ".join(in_words("design", design) for design in chosen.designs) or "all",
            "After the intervention": _months(chosen.months_after),
            "Plots and pages": "yes" if name in plan.figures else "no",
        }
        for name, chosen in plan.sets.items()
    ]
    plans = [
        {
            "One synthesis for each": " and ".join(synthesis.by),
            "Subgroups by": synthesis.subgroups or "none",
        }
        for synthesis in plan.syntheses.values()
    ]
    evidence = plan.evidence
    shown = plan.syntheses[evidence.synthesis].by
    said = (
        f"The evidence matrix shows the syntheses by {' and '.join(shown)} of the set "
        f"\u201c{set_label(plan.sets[evidence.set])}\u201d; their pages also show those of the set "
        f"\u201c{set_label(plan.sets[evidence.beside])}\u201d."
    )
    return [
        table("sets", "Sets of results", rows),
        table("plans", "Syntheses", plans),
        Paragraph(text(said)),
    ]


def _months(months: Months | None) -> str:
    """The time since the end of the intervention that a set takes."""
    if months is None:
        return "any time"
    if months.unknown:
        return "not stated"
    above = "" if months.above is None else f"more than {months.above:g}"
    up_to = "" if months.up_to is None else f"up to {months.up_to:g}"
    return f"{', '.join(filter(None, [above, up_to]))} months"


def _words(records: Records) -> list[Block]:
    blocks: list[Block] = []
    if records.scale.kind.sizes:
        said = "Sizes of effects (Cohen 1988), after rounding to two decimals:"
        blocks = [Paragraph(text(said)), _facts(_sizes(records.scale))]
    rules = robustness_rules(records.scale, abstracts=records.has_abstracts)
    bias = "is no part of it" if records.has("risk_of_bias") else "was not assessed"
    said = (
        "Robustness of the numbers, by the first rule that applies. It says what the numbers "
        "depend on. It is not a GRADE rating and not the certainty of the evidence: the risk of "
        f"bias of the trials {bias}."
    )
    return [*blocks, Paragraph(text(said)), _facts(rules)]


def _sizes(scale: Scale) -> dict[str, str]:
    """Each word for a size with its range."""
    sizes = scale.kind.sizes
    uppers = [f"below {sizes[place - 1][0]:g}" if place else "" for place in range(len(sizes))]
    return {
        word: ", ".join(
            filter(None, [f"|{scale.symbol}| {least:g} or more" if least else "", upper])
        )
        for (least, word), upper in zip(sizes, uppers, strict=True)
    }


def _reproduction(plan: Reproduction) -> list[Block]:
    said = (
        f"The trials of a review are the {in_words('basis', '+'.join(plan.basis))}; their results "
        f"of these tiers are pooled: {', '.join(in_words('tier', tier) for tier in plan.tiers)}. "
        "The first verdict that applies counts:"
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
    """Make the page that lists every file to download.

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
    for_papers = joined([Link(name, f"manuscript/{name}") for name in manuscript], ", ")
    sections = [Section("tables", "Tables", [Bullets(listed)])] if listed else []
    if manuscript:
        sections.append(Section("manuscript", "For manuscripts", [Paragraph(for_papers)]))
    return Page(
        path="downloads.html",
        title="Downloads",
        intro=[
            Paragraph(
                text(
                    "Every table as CSV (UTF-8). In the tables effects are positive in favour of "
                    "the intervention, and ratios are natural logarithms, proportions logits, "
                    "correlations Fisher's z; the columns effect_measure and better say how they "
                    "are printed. Text that a spreadsheet would read as a formula starts with an "
                    "apostrophe."
                ),
                "lead",
            )
        ],
        sections=sections,
    )
