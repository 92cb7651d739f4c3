"""Assess how much every synthesis depends on single trials, small studies, choices and moderators.

Writes, for every synthesis of two or more trials of the sets that have figures: variants.csv (other
rows, estimators and intervals), leave_one_out.csv, cumulative.csv (by year), influence.csv (three
trials or more; results of a trial averaged), small_study.csv (ten trials or more; otherwise the
reason), caliper.csv (results just below p 0.05), source_kinds.csv (each kind of source on its own),
multiverse.csv (how many analyses agree, over all combinations of choices), moderators.csv (one row
per moderator, with the reason where there is no test) and moderator_levels.csv (mean effect of each
level and its difference from the reference level). no_effect.csv has the syntheses of all sets to
which results of unreported direction or size belong, with these at no effect; whole_reviews.csv
has, by intervention, outcome and time, the pools of whole reviews beside those of abstracts. These
describe what the results depend on; none of them corrects a bias. Comparisons between trials are no
experiments: they suggest, and do not show, what makes the difference.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from metarepro.command import run, stage_parser
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.models.thresholds import reliable_limits
from metarepro.plan import read_plan
from metarepro.sensitivity.assessment import assess_synthesis
from metarepro.sensitivity.moderators import moderator_rows, with_characteristics
from metarepro.sensitivity.no_effect import no_effect_pools
from metarepro.sensitivity.tables import (
    MODERATOR_TABLES,
    NO_EFFECT,
    SENSITIVITY_TABLES,
    WHOLE_REVIEWS,
)
from metarepro.sensitivity.whole_reviews import beside_abstracts
from metarepro.study.tables import EXTRACTED_CHARACTERISTICS
from metarepro.synthesis.membership import of_results, several_trials
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.tables import POOLED
from metarepro.tabular.tables import from_rows, read_result, write_table
from metarepro.wording.scales import scale_of


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    plan = read_plan(args.config)
    effects = read_result(args.results_dir, EFFECTS)
    by_icc = read_result(args.results_dir, EFFECTS_BY_ICC)
    pooled = read_result(args.results_dir, POOLED)
    described = with_characteristics(
        effects, read_result(args.results_dir, EXTRACTED_CHARACTERISTICS)
    )
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for synthesis, all_effects in several_trials(pooled, described, plan):
        key = {"synthesis": synthesis["synthesis"]}
        reference = (synthesis["estimate"], *reliable_limits(synthesis))
        chosen = plan.sets[synthesis["set_name"]]
        settings = Settings.from_plan(plan, synthesis["synthesis"])
        found = assess_synthesis(
            all_effects,
            of_results(by_icc, all_effects),
            reference,
            settings,
            chosen,
            scale_of(plan).at(synthesis),
        ) | moderator_rows(all_effects, chosen, settings, plan.moderators)
        for name, own in found.items():
            rows[name] += [key | row for row in own]
    rows[NO_EFFECT.name] = list(no_effect_pools(pooled, effects, plan))
    rows[WHOLE_REVIEWS.name] = beside_abstracts(effects, Settings.from_plan(plan))
    for table in (*SENSITIVITY_TABLES, *MODERATOR_TABLES):
        write_table(from_rows(rows[table.name], table), table.at(args.results_dir), table)


if __name__ == "__main__":
    run(main)
