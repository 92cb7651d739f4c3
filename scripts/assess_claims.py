"""Audit the claims of the report: each gets a verdict by the rules in metarepro/claims/rules.py.

Reads the tables of the stages before from --results-dir. Writes claims.csv (one row a claim),
evaluations.csv (local evaluations with Wilson intervals and exact tests), economics.csv (cost
ratios) and programmes.csv (which trials are of the programmes that the report names).
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.claims.claims import Sources, assess_claims
from metarepro.claims.counts import compare_costs
from metarepro.claims.local_evaluations import evaluate
from metarepro.claims.programmes import list_programmes
from metarepro.command import parser, run
from metarepro.plan import read_plan
from metarepro.tabular.tables import read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--results-dir", type=Path, required=True, help="the earlier stages")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    results = args.results_dir

    def extracted(name: str, prefix: str = "") -> pd.DataFrame:
        return read_table(results / f"extracted/{prefix}{name}.csv", f"extracted_{name}")

    included = extracted("included")
    of_files = read_table(results / "extracted/review_included.csv", "extracted_included")
    # A review's own data file knows its trials; a list made otherwise gives way to it.
    included = included[~included["review_id"].isin(of_files["review_id"])]
    trials, effects = extracted("trials"), read_table(results / "effects/effects.csv", "effects")
    evaluations = evaluate(extracted("local_evaluations", "report_"))
    costs = compare_costs(extracted("economic_evidence", "report_"))
    sources = Sources(
        interventions=extracted("interventions"),
        outcomes=extracted("outcomes"),
        trials=trials,
        reviews=extracted("reviews"),
        published=extracted("published"),
        included=pd.concat([included, of_files], ignore_index=True),
        effects=effects,
        pooled=read_table(results / "pooled/pooled.csv", "pooled"),
        weights=read_table(results / "pooled/weights.csv", "weights"),
        moderators=read_table(results / "sensitivity/moderators.csv", "moderators"),
        moderator_levels=read_table(
            results / "sensitivity/moderator_levels.csv", "moderator_levels"
        ),
        evaluations=evaluations,
        costs=costs,
        guidance=extracted("guidance", "report_"),
        plan=read_plan(args.config),
    )
    programmes = list_programmes(
        extracted("programmes", "report_"),
        extracted("programme_names", "report_"),
        trials,
        effects,
        extracted("domains"),
        evaluations,
    )
    for name, table in {
        "claims": assess_claims(extracted("claims", "report_"), sources),
        "evaluations": evaluations,
        "economics": costs,
        "programmes": programmes,
    }.items():
        write_table(table, args.output_dir / f"{name}.csv", f"audited_{name}")


if __name__ == "__main__":
    run(main)
