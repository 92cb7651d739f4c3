"""Draw funnel plots, specification curves, GOSH plots and the plots of moderators, as SVG.

Of the primary set of the analysis plan. Writes two folders, sensitivity and moderators.
"""

from collections.abc import Sequence

from metarepro.command import add_output, run, stage_parser
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.figures.folder import draw_all
from metarepro.plan import read_plan
from metarepro.sensitivity.drawings import moderator_tasks, sensitivity_tasks
from metarepro.sensitivity.moderators import with_characteristics
from metarepro.sensitivity.tables import MODERATOR_TABLES
from metarepro.study.tables import (
    EXTRACTED_CHARACTERISTICS,
    EXTRACTED_DOMAINS,
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_OUTCOMES,
)
from metarepro.synthesis.tables import POOLED
from metarepro.tabular.tables import read_result
from metarepro.wording.summaries import labels


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    add_output(arguments)
    args = arguments.parse_args(argv)
    results, plan = args.results_dir, read_plan(args.config)
    codebook = {
        table.name: read_result(results, table)
        for table in (EXTRACTED_INTERVENTIONS, EXTRACTED_DOMAINS, EXTRACTED_OUTCOMES)
    }
    names = labels(codebook, plan.families)
    effects, pooled = read_result(results, EFFECTS), read_result(results, POOLED)
    by_icc = read_result(results, EFFECTS_BY_ICC)
    draw_all(
        sensitivity_tasks(effects, by_icc, pooled, names, plan), args.output_dir / "sensitivity"
    )
    described = with_characteristics(effects, read_result(results, EXTRACTED_CHARACTERISTICS))
    tests, levels = (read_result(results, table) for table in MODERATOR_TABLES)
    draw_all(
        moderator_tasks(described, pooled, tests, levels, names, plan),
        args.output_dir / "moderators",
    )


if __name__ == "__main__":
    run(main)
