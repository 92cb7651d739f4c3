"""Test whether the effects of every synthesis differ by what its trials are.

Writes, for every synthesis of two or more trials of the sets that have figures, moderators.csv (one
row a moderator, with the reason where there is no test) and moderator_levels.csv (mean effect of
each level and its difference from the reference level). Comparisons between trials are no
experiments: they suggest, and do not show, what makes the difference.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from metarepro.command import parser, read_config, run
from metarepro.membership import several_trials
from metarepro.sensitivity.moderators import moderators
from metarepro.synthesis import Settings
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
    settings = Settings.from_config(config)
    effects = read_table(args.effects, "effects")
    tables: dict[str, list[dict[str, Any]]] = {"moderators": [], "moderator_levels": []}
    for synthesis, all_effects in several_trials(
        read_table(args.pooled, "pooled"), effects, config
    ):
        key = {"synthesis": synthesis["synthesis"]}
        tiers = config["sets"][synthesis["set_name"]]["tiers"]
        tests, levels = moderators(all_effects, tiers, settings)
        tables["moderators"] += [key | asdict(test) for test in tests]
        tables["moderator_levels"] += [key | asdict(level) for level in levels]
    for name, rows in tables.items():
        write_table(from_rows(rows, name), args.output_dir / f"{name}.csv", name)


if __name__ == "__main__":
    run(main)
