"""Test whether the effects of every synthesis differ by what its trials are.

Writes, for every synthesis of two or more trials of the sets that have figures, moderators.csv (one
row a moderator, with the reason where there is no test) and moderator_levels.csv (mean effect of
each level and its difference from the reference level). Comparisons between trials are no
experiments: they suggest, and do not show, what makes the difference.
"""

from collections.abc import Sequence
from typing import Any

from metarepro.cache import open_cache
from metarepro.command import run, synthesis_parser
from metarepro.plan import read_plan
from metarepro.sensitivity.moderators import moderator_rows
from metarepro.synthesis.membership import several_trials
from metarepro.synthesis.pools import Settings
from metarepro.tabular.tables import from_rows, read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = synthesis_parser(__doc__).parse_args(argv)
    plan = read_plan(args.config)
    settings = Settings.from_plan(plan)
    effects = read_table(args.effects, "effects")
    tables: dict[str, list[dict[str, Any]]] = {"moderators": [], "moderator_levels": []}
    pooled = read_table(args.pooled, "pooled")
    with open_cache(args.cache_dir) as cache:
        for synthesis, all_effects in several_trials(pooled, effects, plan):
            key = {"synthesis": synthesis["synthesis"]}
            tiers = plan.sets[synthesis["set_name"]].tiers
            found = cache.call(moderator_rows, all_effects, tiers, settings, plan.moderators)
            for name, rows in found.items():
                tables[name] += [key | row for row in rows]
    for name, rows in tables.items():
        write_table(from_rows(rows, name), args.output_dir / f"{name}.csv", name)


if __name__ == "__main__":
    run(main)
