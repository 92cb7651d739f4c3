"""Fail if the data file of a review could not be used, and list all that is wrong with it.

With `snakemake --keep-going` everything else is finished without these files.
"""

import sys
from collections.abc import Sequence

from metarepro.command import add_results, parser, run
from metarepro.reviews.tables import REVIEW_FILE_PROBLEMS, REVIEW_FILES
from metarepro.tabular.tables import read_result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if there is a problem."""
    arguments = parser(__doc__)
    add_results(arguments)
    results = arguments.parse_args(argv).results_dir
    files = read_result(results, REVIEW_FILES)
    failed = files[files["status"] == "unreadable"]
    found = list(read_result(results, REVIEW_FILE_PROBLEMS)["problem"])
    found += list(failed["file"] + ": " + failed["notes"])
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        print("Mend these files, or finish without them: snakemake --keep-going", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    run(main)
