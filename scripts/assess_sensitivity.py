"""Assess how much every synthesis depends on single trials, small studies and choices.

Writes, for every synthesis of two or more trials of the sets that have figures: variants.csv (other
rows, estimators and intervals), leave_one_out.csv, cumulative.csv (by year), influence.csv (three
trials or more; results of a trial averaged), small_study.csv (ten trials or more; otherwise the
reason), caliper.csv (results just below p 0.05), source_kinds.csv (each kind of source on its own)
and multiverse.csv (how many of all reasonable specifications agree). These describe what the
results depend on; none of them mends a bias.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from metarepro.command import parser, read_config, run
from metarepro.membership import several_trials
from metarepro.sensitivity.bias import assess, caliper
from metarepro.sensitivity.influence import cumulative, influence, leave_one_out
from metarepro.sensitivity.multiverse import agreement, specifications
from metarepro.sensitivity.source_kinds import pools_by_source_kind
from metarepro.sensitivity.tables import SENSITIVITY_TABLES
from metarepro.sensitivity.variants import variants
from metarepro.synthesis import Settings
from metarepro.tables import from_rows, read_table, write_table
from metarepro.trial_means import average_by_trial


def assess_synthesis(
    synthesis: Mapping[Any, Any],
    all_effects: pd.DataFrame,
    settings: Settings,
    tiers: Sequence[str],
) -> dict[str, list[dict[str, Any]]]:
    """Rows of every table for one synthesis, from its usable effects of all tiers."""
    pooled_effects = all_effects[all_effects["tier"].isin(tiers)]
    key = {"synthesis": synthesis["synthesis"]}
    averaged = average_by_trial(pooled_effects, settings.rho)
    reference = (synthesis["estimate"], synthesis["ci_low"], synthesis["ci_high"])
    found: dict[str, Sequence[Any]] = {
        "variants": variants(all_effects, settings, tiers),
        "leave_one_out": leave_one_out(pooled_effects, settings),
        "cumulative": cumulative(pooled_effects, settings),
        "influence": influence(averaged, settings) if len(averaged) >= 3 else (),
        "small_study": assess(pooled_effects, settings),
        "caliper": (caliper(pooled_effects),),
    }
    rows = {name: [key | asdict(row) for row in results] for name, results in found.items()}
    rows["source_kinds"] = [key | row for row in pools_by_source_kind(all_effects, settings)]
    rows["multiverse"] = [key | agreement(specifications(all_effects), *reference)]
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--pooled", type=Path, required=True, help="pooled.csv")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    config = read_config(args.config)
    settings = Settings.from_config(config)
    effects = read_table(args.effects, "effects")
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in SENSITIVITY_TABLES}
    for synthesis, all_effects in several_trials(
        read_table(args.pooled, "pooled"), effects, config
    ):
        tiers = config["sets"][synthesis["set_name"]]["tiers"]
        found = assess_synthesis(synthesis, all_effects, settings, tiers)
        for name, rows in found.items():
            tables[name] += rows
    for name, rows in tables.items():
        write_table(from_rows(rows, name), args.output_dir / f"{name}.csv", name)


if __name__ == "__main__":
    run(main)
