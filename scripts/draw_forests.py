"""Draw the forest plots of syntheses, published results and domains, as SVG.

Writes three folders. syntheses: every synthesis of two or more trials; the analysis plan names the
sets that are drawn, and the subgroups that divide the plots. Approximate results that a synthesis
would have are drawn hollow and without a weight: they are not pooled. reviews: every published
result that we have results of trials for, with ours above it. domains: one summary for each, with a
diamond for each intervention.
"""

from collections.abc import Sequence

from metarepro.command import add_output, run, stage_parser
from metarepro.comparison.tables import REPRODUCTION, REVIEW_WEIGHTS
from metarepro.conversion.tables import EFFECTS
from metarepro.figures.folder import draw_all
from metarepro.figures.study_forests import of_domains, of_published_results, of_syntheses
from metarepro.plan import read_plan
from metarepro.reviews.tables import REVIEW_RESULTS
from metarepro.study.tables import (
    EXTRACTED_DOMAINS,
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_OUTCOMES,
    EXTRACTED_RESULTS,
    EXTRACTED_RISK_OF_BIAS,
)
from metarepro.synthesis.tables import POOLED_TABLES
from metarepro.tabular.tables import read_result

TABLES = (
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_DOMAINS,
    EXTRACTED_OUTCOMES,
    EXTRACTED_RISK_OF_BIAS,
    EXTRACTED_RESULTS,
    REVIEW_RESULTS,
    EFFECTS,
    *POOLED_TABLES,
    REPRODUCTION,
    REVIEW_WEIGHTS,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    add_output(arguments)
    args = arguments.parse_args(argv)
    tables = {table.name: read_result(args.results_dir, table) for table in TABLES}
    plan, pooled = read_plan(args.config), tables["pooled"]
    drawn = pooled[(pooled["n_trials"] >= 2) & pooled["set_name"].isin(plan.figures)]
    draw_all(of_syntheses(drawn, tables, plan), args.output_dir / "syntheses")
    draw_all(of_published_results(tables, plan), args.output_dir / "reviews")
    draw_all(of_domains(tables, plan), args.output_dir / "domains")


if __name__ == "__main__":
    run(main)
