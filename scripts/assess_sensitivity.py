"""Assess how much every synthesis depends on single trials, small studies and choices.

Writes, for every synthesis of two or more trials of the sets that have figures: variants.csv (other
rows, estimators and intervals), leave_one_out.csv, cumulative.csv (by year), influence.csv (three
trials or more; results of a trial averaged), small_study.csv (ten trials or more; otherwise the
reason), caliper.csv (results just below p 0.05), source_kinds.csv (each kind of source on its own)
and multiverse.csv (how many of all reasonable specifications agree). These describe what the
results depend on; none of them mends a bias.
"""

from collections.abc import Sequence
from typing import Any

from metarepro.cache import open_cache
from metarepro.command import run, synthesis_parser
from metarepro.plan import read_plan
from metarepro.sensitivity.assessment import assess_synthesis
from metarepro.sensitivity.tables import SENSITIVITY_TABLES
from metarepro.synthesis.membership import several_trials
from metarepro.synthesis.pools import Settings
from metarepro.tabular.tables import from_rows, read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = synthesis_parser(__doc__).parse_args(argv)
    plan = read_plan(args.config)
    settings = Settings.from_plan(plan)
    effects = read_table(args.effects, "effects")
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in SENSITIVITY_TABLES}
    pooled = read_table(args.pooled, "pooled")
    with open_cache(args.cache_dir) as cache:
        for synthesis, all_effects in several_trials(pooled, effects, plan):
            key = {"synthesis": synthesis["synthesis"]}
            reference = [synthesis[name] for name in ("estimate", "ci_low", "ci_high")]
            tiers = plan.sets[synthesis["set_name"]].tiers
            found = cache.call(assess_synthesis, all_effects, reference, settings, tiers)
            for name, rows in found.items():
                tables[name] += [key | row for row in rows]
    for name, rows in tables.items():
        write_table(from_rows(rows, name), args.output_dir / f"{name}.csv", name)


if __name__ == "__main__":
    run(main)
