"""Check the data folder: every cell, every rule between cells, all problems at once.

Reads the tables that data/README.md describes, with the corrections of corrections.yaml. Prints
one line of counts, and with --output writes a table of the input files with their checksums.
Exits with 1 and a list of the problems if there are any; with --format github the list is one of
annotations, which GitHub shows beside the changed lines of a pull request.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import run
from metarepro.entry.annotations import annotation
from metarepro.problems import DataError, Problem
from metarepro.tables import write_table
from metarepro.validation import load


def annotations(problems: Sequence[Problem], data_dir: Path) -> list[str]:
    """One workflow command a problem, with the line and column of its cell."""
    folder = data_dir.resolve().parent
    texts: dict[str, str | None] = {}
    for name in sorted({problem.file for problem in problems}):
        path = folder / name
        # The place in a file that is not UTF-8 is found all the same.
        content = path.read_bytes().decode("utf-8-sig", "replace") if path.is_file() else None
        texts[name] = content
    return [annotation(problem, texts[problem.file]) for problem in problems]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 if the data hold, 1 if not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path("data"), help="the data folder (default: data)"
    )
    parser.add_argument(
        "--output", type=Path, help="CSV to write: file, rows and sha256 of each input file"
    )
    parser.add_argument(
        "--format", choices=["text", "github"], default="text", help="of the list of problems"
    )
    args = parser.parse_args(argv)
    try:
        data = load(args.data_dir)
        if args.output:
            write_table(data.inputs, args.output, "inputs")
    except DataError as error:
        if args.format == "github":
            print("\n".join(annotations(error.problems, args.data_dir)))
        else:
            print(error, file=sys.stderr)
        return 1
    usable = (data.results["exclude"] == "").sum()
    corrected = sum((table["corrections"] != "").sum() for table in data.tables().values())
    print(
        f"{len(data.inputs)} files, {len(data.trials)} trials, {len(data.results)} results "
        f"({usable} not excluded), {len(data.reviews)} reviews, {len(data.published)} published "
        f"results, {len(data.claims)} claims, {corrected} corrected rows: no problem"
    )
    return 0


if __name__ == "__main__":
    run(main)
