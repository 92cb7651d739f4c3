"""Check the data folder: every cell, every rule between cells, all problems at once.

Reads the tables that data/README.md describes, with the corrections of corrections.yaml, and the
data files of reviews with their maps. Prints one line of counts, and with --output writes a table
of the input files with their checksums. Exits with 1 and a list of the problems if there are any;
with --format github the list is one of annotations, which GitHub shows beside the changed lines of
a pull request.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import run
from metarepro.entry.annotations import annotation
from metarepro.reviews.data_files import read_reviews
from metarepro.tabular.cells import read_bytes
from metarepro.tabular.input_tables import INPUT_TABLES
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.tables import write_table
from metarepro.tabular.validation import read_and_check


def annotations(problems: Sequence[Problem], data_dir: Path) -> list[str]:
    """One workflow command a problem, with the line and column of its cell."""
    folder = data_dir.resolve().parent
    texts = {problem.file: table_text(folder / problem.file) for problem in problems}
    return [annotation(problem, texts[problem.file]) for problem in problems]


def table_text(path: Path) -> str | None:
    """Text of a file if it is one of the tables, whose problems have a row.

    In review files, also in the CSV files of RevMan Web, a row is a line.
    """
    if path.suffix != ".csv" or path.stem not in INPUT_TABLES or not path.is_file():
        return None
    # The place in a file that is not UTF-8 is found all the same.
    return read_bytes(path, "")[0].decode("utf-8-sig", "replace")


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
    parser.add_argument(
        "--tables-only",
        action="store_true",
        help="pass over the data files of reviews: in the workflow a broken one stops no other",
    )
    args = parser.parse_args(argv)
    data, problems = read_and_check(args.data_dir)
    reviews = {} if args.tables_only else read_reviews(args.data_dir, data)
    problems += [problem for review in reviews.values() for problem in review.problems]
    if problems:
        report(DataError(problems), args.format, args.data_dir)
        return 1
    if args.output:
        write_table(data.inputs, args.output, "inputs")
    usable = (data.results["exclude"] == "").sum()
    corrected = sum((table["corrections"] != "").sum() for table in data.tables().values())
    print(
        f"{len(data.inputs)} files, {len(data.trials)} trials, {len(data.results)} results "
        f"({usable} not excluded), {len(data.reviews)} reviews, {len(data.published)} published "
        f"results, {len(data.claims)} claims, {corrected} corrected rows"
        f"{'' if args.tables_only else f', {len(reviews)} reviews with a data file'}: no problem"
    )
    return 0


def report(error: DataError, style: str, data_dir: Path) -> None:
    """Print the problems, as annotations to the standard output, where GitHub reads them."""
    if style == "github":
        print("\n".join(annotations(error.problems, data_dir)))
    else:
        print(error, file=sys.stderr)


if __name__ == "__main__":
    run(main)
