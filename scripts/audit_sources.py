"""List what does not add up inside the reports of trials and among published pooled results.

Nothing is changed because of it: a finding asks somebody to look at the source.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.audit.findings import audit_published, audit_results
from metarepro.command import parser, run
from metarepro.tabular.tables import read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--results", type=Path, required=True, help="extracted results.csv")
    arguments.add_argument("--published", type=Path, required=True, help="extracted published.csv")
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--output", type=Path, required=True, help="audit.csv to write")
    args = arguments.parse_args(argv)
    findings = [
        audit_results(
            read_table(args.results, "extracted_results"), read_table(args.effects, "effects")
        ),
        audit_published(read_table(args.published, "extracted_published")),
    ]
    write_table(pd.concat(findings, ignore_index=True), args.output, "audit")


if __name__ == "__main__":
    run(main)
