"""Test whether the effects of every synthesis differ by what its trials are.

Writes, for the primary set of the analysis plan and its syntheses of two or more trials,
moderators.csv (one row a moderator, with the reason where there is no test) and
moderator_levels.csv (mean effect of each level and its difference from the reference level).
Comparisons between trials are no experiments: they suggest, and do not show, what makes the
difference.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from metarepro.command import parser, read_config, run
from metarepro.moderators import moderators
from metarepro.stage_tables import TIERS
from metarepro.synthesis import Settings, members, usable
from metarepro.tables import from_rows, read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--pooled", type=Path, required=True, help="pooled.csv")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    config = read_config(args.config)
    settings, primary = Settings.from_config(config), config["evidence"]["set"]
    plan = config["sets"][primary]
    pooled = read_table(args.pooled, "pooled")
    effects = usable(read_table(args.effects, "effects"), plan["timepoints"], TIERS)
    tables: dict[str, list[dict[str, Any]]] = {"moderators": [], "moderator_levels": []}
    chosen = pooled[(pooled["set_name"] == primary) & (pooled["n_trials"] >= 2)]
    for synthesis in chosen.to_dict("records"):
        key = {"synthesis": synthesis["synthesis"]}
        tests, levels = moderators(members(effects, synthesis), plan["tiers"], settings)
        tables["moderators"] += [key | asdict(test) for test in tests]
        tables["moderator_levels"] += [key | asdict(level) for level in levels]
    for name, rows in tables.items():
        write_table(from_rows(rows, name), args.output_dir / f"{name}.csv", name)


if __name__ == "__main__":
    run(main)
