"""Write the report: HTML pages that work from disk, with their figures and tables beside them.

Open index.html in the folder that is written. Everything that the pages show is in that folder;
nothing is loaded from elsewhere. Pages and tables for which there are no data are left out.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

import metarepro
from metarepro.command import parser, run
from metarepro.plan import read_plan
from metarepro.report import site as report_site
from metarepro.report.records import Records
from metarepro.tabular.atomic import new_folder
from metarepro.tabular.tables import empty_table, read_table
from metarepro.wording.phrases import inert

ASSETS = Path(metarepro.__file__).parent / "templates" / "report"

#: Name of a table -> its file in results, its schema, and what is in it.
INPUTS: Mapping[str, tuple[str, str, str]] = {
    "interventions": (
        "extracted/interventions.csv",
        "extracted_interventions",
        "classes of interventions",
    ),
    "domains": ("extracted/domains.csv", "extracted_domains", "domains"),
    "outcomes": ("extracted/outcomes.csv", "extracted_outcomes", "outcomes and their domains"),
    "trials": ("extracted/trials.csv", "extracted_trials", "every trial"),
    "results": ("extracted/results.csv", "extracted_results", "every result as it was reported"),
    "clusters": (
        "extracted/clusters.csv",
        "extracted_clusters",
        "number of clusters of cluster trials",
    ),
    "reviews": ("extracted/reviews.csv", "extracted_reviews", "what is known of every review"),
    "published": (
        "extracted/published.csv",
        "extracted_published",
        "pooled results that the reviews published",
    ),
    "included": (
        "extracted/included.csv",
        "extracted_included",
        "which trials stand in the cited reviews",
    ),
    "inputs": ("extracted/inputs.csv", "inputs", "every input file with its checksum"),
    "guidance": (
        "extracted/report_guidance.csv",
        "extracted_guidance",
        "guidance that the report names",
    ),
    "review_results": (
        "extracted/review_results.csv",
        "review_results",
        "results from the reviews' own data files",
    ),
    "review_file_problems": (
        "extracted/review_file_problems.csv",
        "extracted_review_file_problems",
        "data files of reviews that could not be used",
    ),
    "review_trials": (
        "extracted/review_trials.csv",
        "extracted_trials",
        "trials from the reviews' own data files",
    ),
    "review_included": (
        "extracted/review_included.csv",
        "extracted_included",
        "trials of the reviews' own data files",
    ),
    "effects": (
        "effects/effects.csv",
        "effects",
        "Hedges' g of every result, or why there is none",
    ),
    "audit": ("effects/audit.csv", "audit", "what does not add up in the sources"),
    "pooled": ("pooled/pooled.csv", "pooled", "every synthesis"),
    "weights": ("pooled/weights.csv", "weights", "weight of every result in every synthesis"),
    "subgroup_tests": ("pooled/subgroup_tests.csv", "subgroup_tests", "tests between subgroups"),
    "variants": (
        "sensitivity/variants.csv",
        "variants",
        "every synthesis with other results, models and intervals",
    ),
    "leave_one_out": (
        "sensitivity/leave_one_out.csv",
        "leave_one_out",
        "every synthesis without each of its trials",
    ),
    "cumulative": (
        "sensitivity/cumulative.csv",
        "cumulative",
        "every synthesis as it grew by year",
    ),
    "influence": (
        "sensitivity/influence.csv",
        "influence",
        "how much each trial moves a synthesis",
    ),
    "small_study": (
        "sensitivity/small_study.csv",
        "small_study",
        "tests for small-study effects and selection",
    ),
    "caliper": ("sensitivity/caliper.csv", "caliper", "results just below p 0.05"),
    "multiverse": (
        "sensitivity/multiverse.csv",
        "multiverse",
        "agreement of all reasonable specifications",
    ),
    "source_kinds": (
        "sensitivity/source_kinds.csv",
        "source_kinds",
        "every synthesis by kind of source",
    ),
    "moderators": ("sensitivity/moderators.csv", "moderators", "tests of what trials differ in"),
    "moderator_levels": (
        "sensitivity/moderator_levels.csv",
        "moderator_levels",
        "pooled effects at each level of what trials differ in",
    ),
    "reproduction": (
        "reproduction/reproduction.csv",
        "reproduction",
        "every published result against ours",
    ),
    "claims": ("claims/claims.csv", "audited_claims", "the report's claims with verdicts"),
    "evaluations": ("claims/evaluations.csv", "audited_evaluations", "local service evaluations"),
    "economics": ("claims/economics.csv", "audited_economics", "economic figures of the report"),
    "programmes": (
        "claims/programmes.csv",
        "audited_programmes",
        "the programmes that the report names",
    ),
    "overlap_pairs": ("overlap/pairs.csv", "overlap_pairs", "trials that two reviews share"),
    "overlap_overall": ("overlap/overall.csv", "overlap_overall", "trials that the reviews share"),
    "shared_effects": (
        "overlap/shared_effects.csv",
        "shared_effects",
        "the same result from two sources",
    ),
}


#: Tables that only a study with claims has.
OPTIONAL = ("guidance", "claims", "evaluations", "economics", "programmes")


def read_tables(results: Path) -> dict[str, pd.DataFrame]:
    """Every table that the report is written from; an optional one that is not there is empty."""
    return {
        name: empty_table(schema)
        if name in OPTIONAL and not (results / file).exists()
        else read_table(results / file, schema)
        for name, (file, schema, _) in INPUTS.items()
    }


def write_downloads(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the tables that have rows for people: no text in them is taken for a formula."""
    folder.mkdir()
    for name, frame in tables.items():
        if frame.empty:
            continue
        words = frame.select_dtypes(exclude="number").columns
        safe = frame.assign(**{column: frame[column].map(inert) for column in words})
        safe.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n")


def copy_figures(figures: Path, folder: Path) -> frozenset[str]:
    """Copy the drawings; their paths without suffix."""
    found = sorted(path.relative_to(figures) for path in figures.glob("*/*.svg"))
    for path in found:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(figures / path, folder / path)
    return frozenset(path.as_posix().removesuffix(".svg") for path in found)


def copy_manuscript(source: Path, folder: Path) -> list[str]:
    """Copy the files for manuscripts, if they were made; their names."""
    if not source.exists():
        return []
    hidden = shutil.ignore_patterns(".*")  # Snakemake's marks
    shutil.copytree(source, folder, copy_function=shutil.copyfile, ignore=hidden)
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--results-dir", type=Path, default=Path("results"), help="default: %(default)s"
    )
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument(
        "--requirements", type=Path, nargs="*", default=[], help="locked requirements.txt"
    )
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    tables, plan = read_tables(args.results_dir), read_plan(args.config)
    requirements = "".join(path.read_text(encoding="utf-8") for path in args.requirements)
    with new_folder(args.output_dir) as output:
        write_downloads(tables, output / "data")
        figures = copy_figures(args.results_dir / "figures", output / "figures")
        manuscript = copy_manuscript(args.results_dir / "manuscript", output / "manuscript")
        for name in ("report.css", "report.js"):
            shutil.copyfile(ASSETS / name, output / name)
        (output / "families.css").write_text(report_site.family_colours(plan), encoding="utf-8")
        files = [(name, what) for name, (_, _, what) in INPUTS.items() if len(tables[name])]
        records = Records(tables, plan, figures)
        site = report_site.make_site(records, requirements, files, manuscript)
        downloads = [f"data/{name}.csv" for name, _ in files]
        renderer = report_site.Renderer(site, records.scale, downloads)
        for page in site.pages:
            path = output / page.path
            path.parent.mkdir(exist_ok=True)
            path.write_text(renderer.render(page), encoding="utf-8")


if __name__ == "__main__":
    run(main)
