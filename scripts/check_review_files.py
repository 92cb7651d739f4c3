"""Fail if the data file of a review could not be used, and list all that is wrong with it.

With `snakemake --keep-going` everything else is finished without these files.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.tabular.tables import read_table


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if there is a problem."""
    arguments = parser(__doc__)
    arguments.add_argument("--problems", type=Path, required=True, help="review_file_problems.csv")
    arguments.add_argument("--reproduced", type=Path, help="files.csv of the reproduced reviews")
    args = arguments.parse_args(argv)
    found = list(read_table(args.problems, "extracted_review_file_problems")["problem"])
    if args.reproduced:
        files = read_table(args.reproduced, "review_files")
        failed = files[files["status"] == "unreadable"]
        found += list(failed["file"] + ": " + failed["notes"])
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        print("Mend these files, or finish without them: snakemake --keep-going", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    run(main)
