"""Write the summary tables as CSV and HTML, and the page that lists all tables and figures."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.command import parser, run
from metarepro.plan import EffectSet, Plan, read_plan
from metarepro.reviews.problems import missing_reviews
from metarepro.sensitivity import moderator_summaries
from metarepro.sensitivity import summaries as sensitivity_summaries
from metarepro.tabular.atomic import new_folder
from metarepro.tabular.tables import read_table
from metarepro.wording import summaries
from metarepro.wording.html_tables import Link, Page, render_index, render_table
from metarepro.wording.phrases import inert

INPUTS = {
    "extracted": ("interventions", "domains", "outcomes", "trials", "review_file_problems"),
    "effects": ("effects", "audit"),
    "pooled": ("pooled",),
    "reproduction": ("reproduction",),
    "sensitivity": (
        *("variants", "leave_one_out", "cumulative", "influence"),
        *("small_study", "caliper", "source_kinds", "multiverse"),
        *("moderators", "moderator_levels"),
    ),
}
SENSITIVITY = "How much the pools depend on trials and choices"


def pages(tables: dict[str, pd.DataFrame], plan: Plan) -> list[Page]:
    """Return the tables, most wanted first."""
    effects, pooled = tables["effects"], tables["pooled"]
    codebook = (tables["interventions"], tables["domains"], tables["outcomes"])
    return [
        Page(
            "evidence",
            "Evidence by intervention and domain",
            "What the pooled results after the intervention show, and how much there is.",
            summaries.evidence(effects, pooled, *codebook[:2], plan.evidence),
        ),
        Page(
            "reproduction",
            "Published results and ours",
            "Every pooled result of the reviews beside our pool of their trials, with a verdict.",
            summaries.reproduction(tables["reproduction"]),
        ),
        Page(
            "syntheses",
            "All syntheses",
            "Every combination that is pooled: after the intervention, follow-up, change scores.",
            summaries.syntheses(pooled, *codebook, plan.sets, plan.pooling.rho),
        ),
        Page(
            "results",
            "Trials' results as effect sizes",
            "Every result that became Hedges' g, with its route, assumptions and source.",
            summaries.results(effects, *codebook),
        ),
        Page(
            "trials",
            "Trials",
            "Every trial, also those from which no number could be read.",
            summaries.trials(tables["trials"], effects, codebook[0]),
        ),
        Page(
            "routes",
            "Routes to effect sizes",
            "How many results came by each route.",
            summaries.routes(effects),
        ),
        Page(
            "exclusions",
            "Exclusions by code",
            "Why reported results could not be used.",
            summaries.exclusions(effects),
        ),
        Page(
            "excluded_results",
            "Excluded results",
            "Each of them with its reason.",
            summaries.excluded_results(effects),
        ),
        Page(
            "audit",
            "What does not add up in the sources",
            "Numbers of one source that disagree with each other.",
            summaries.audit(tables["audit"]),
        ),
    ]


def figure_links(
    results: Path, tables: dict[str, pd.DataFrame], sets: dict[str, EffectSet]
) -> dict[str, list[Link]]:
    """Every figure that was drawn, by kind, in the order of the tables."""
    domains = tables["domains"].sort_values("order").to_dict("records")
    named = {"domains": {domain["domain"]: domain["label"] for domain in domains}}
    named["reviews"] = {
        f"{row['review_id']}.{row['row']:.0f}.{row['outcome']}": (
            f"{row['review']}: {row['outcome_label']}"
            + (f", {row['subgroup']}" if row["subgroup"] else "")
        )
        for row in tables["reproduction"].to_dict("records")
    }
    names = summaries.labels(tables["interventions"], tables["domains"], tables["outcomes"])
    named["syntheses"] = {
        pool["synthesis"]: summaries.title(pool, names, sets)
        for pool in tables["pooled"].to_dict("records")
    }
    named["sensitivity"] = sensitivity_summaries.figure_labels(tables["pooled"], names, sets)
    named["moderators"] = named["syntheses"]
    groups: dict[str, list[Link]] = {}
    for folder, labels in named.items():
        drawn = {svg.stem for svg in (results / "figures" / folder).glob("*.svg")}
        for key, label in labels.items():
            if key in drawn:
                link = Link(f"../figures/{folder}/{key}.svg", label)
                groups.setdefault(figure_heading(folder, key, sets), []).append(link)
    return groups


HEADINGS = {
    "domains": "Every intervention, by domain",
    "reviews": "Published results: ours against the review's",
    "moderators": "Bubble plots of moderators",
}


def figure_heading(folder: str, key: str, sets: dict[str, EffectSet]) -> str:
    """Heading for the figures of one kind: "Intervention × domain, follow-up"."""
    if folder == "sensitivity":
        return sensitivity_summaries.FIGURES[key.rpartition(".")[2]]
    if folder in HEADINGS:
        return HEADINGS[folder]
    set_name, kind, *_ = key.split(".")
    when = sets[set_name].label
    return kind.replace("_", " × ").capitalize() + (f", {when}" if when else "")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--results-dir", type=Path, default=Path("results"), help="default: %(default)s"
    )
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    args = arguments.parse_args(argv)
    results, plan = args.results_dir, read_plan(args.config)
    tables = {
        name: read_table(
            results / folder / f"{name}.csv", f"extracted_{name}" if folder == "extracted" else name
        )
        for folder, names in INPUTS.items()
        for name in names
    }
    written = {
        "Tables": pages(tables, plan),
        SENSITIVITY: [
            *sensitivity_summaries.pages(tables, plan),
            *moderator_summaries.pages(tables, plan),
        ],
    }
    links = figure_links(results, tables, plan.sets)
    links[f"{SENSITIVITY}: numbers of all syntheses (CSV)"] = [
        Link(f"../sensitivity/{name}.csv", name.replace("_", " ").capitalize())
        for name in INPUTS["sensitivity"]
    ]
    missing = missing_reviews(tables["review_file_problems"])
    with new_folder(results / "tables") as output:
        for page in itertools.chain.from_iterable(written.values()):
            cells = page.table.map(inert)
            cells.to_csv(output / f"{page.name}.csv", index=False, lineterminator="\n")
            (output / f"{page.name}.html").write_text(render_table(page), encoding="utf-8")
        index = render_index("Results", written, links, missing)
        (output / "index.html").write_text(index, encoding="utf-8")


if __name__ == "__main__":
    run(main)
