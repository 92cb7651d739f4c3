"""List what does not add up inside the reports of trials and among published pooled results.

Nothing is changed because of it: a finding asks somebody to look at the source.
"""

from collections.abc import Sequence

import pandas as pd

from metarepro.audit.findings import audit_published, audit_results
from metarepro.audit.tables import AUDIT
from metarepro.command import add_results, parser, run
from metarepro.conversion.tables import EFFECTS
from metarepro.study.tables import EXTRACTED_PUBLISHED, EXTRACTED_RESULTS
from metarepro.tabular.tables import read_result, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    add_results(arguments)
    results = arguments.parse_args(argv).results_dir
    findings = [
        audit_results(read_result(results, EXTRACTED_RESULTS), read_result(results, EFFECTS)),
        audit_published(read_result(results, EXTRACTED_PUBLISHED)),
    ]
    write_table(pd.concat(findings, ignore_index=True), AUDIT.at(results), AUDIT)


if __name__ == "__main__":
    run(main)
