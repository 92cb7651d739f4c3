"""Test whether the effects of every synthesis differ by what its trials are.

Writes, for every synthesis of two or more trials of the sets that have figures, moderators.csv (one
row per moderator, with the reason where there is no test) and moderator_levels.csv (mean effect of
each level and its difference from the reference level). Comparisons between trials are no
experiments: they suggest, and do not show, what makes the difference.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from metarepro.command import run, stage_parser
from metarepro.conversion.tables import EFFECTS
from metarepro.plan import read_plan
from metarepro.sensitivity.moderators import moderator_rows, with_characteristics
from metarepro.sensitivity.tables import MODERATOR_TABLES
from metarepro.study.tables import EXTRACTED_CHARACTERISTICS
from metarepro.synthesis.membership import several_trials
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.tables import POOLED
from metarepro.tabular.tables import from_rows, read_result, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    plan = read_plan(args.config)
    effects = with_characteristics(
        read_result(args.results_dir, EFFECTS),
        read_result(args.results_dir, EXTRACTED_CHARACTERISTICS),
    )
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    pooled = read_result(args.results_dir, POOLED)
    for synthesis, all_effects in several_trials(pooled, effects, plan):
        key = {"synthesis": synthesis["synthesis"]}
        chosen = plan.sets[synthesis["set_name"]]
        settings = Settings.from_plan(plan, synthesis["synthesis"])
        found = moderator_rows(all_effects, chosen, settings, plan.moderators)
        for name, own in found.items():
            rows[name] += [key | row for row in own]
    for table in MODERATOR_TABLES:
        write_table(from_rows(rows[table.name], table), table.at(args.results_dir), table)


if __name__ == "__main__":
    run(main)
