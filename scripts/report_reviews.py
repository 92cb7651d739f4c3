"""Print what was found in all chunks; the exit status is 1 if a review could not be read."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from metarepro.command import parser
from metarepro.reviews.batch_tables import summary
from metarepro.reviews.tables import REVIEW_FILES
from metarepro.tabular.tables import read_table


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table one by one: those of thousands of reviews need not fit into memory."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a file could not be read or there was none."""
    arguments = parser(__doc__)
    arguments.add_argument("--plan", type=Path, required=True, help="from split_reviews.py")
    arguments.add_argument("--tables-dir", type=Path, required=True, help="the gathered tables")
    args = arguments.parse_args(argv)
    nowhere = json.loads(args.plan.read_text(encoding="utf-8"))["unreadable"]
    files = read_table(args.tables_dir / "files.csv", REVIEW_FILES)
    failed = files[files["status"] == "unreadable"]
    messages = zip(failed["file"], failed["notes"], strict=True)
    for said in [*nowhere, *(f"{name}: {notes}" for name, notes in messages)]:
        print(said, file=sys.stderr)
    verdicts = (row["verdict"] for row in rows_of(args.tables_dir / "reproduction.csv"))
    findings = sum(1 for _ in rows_of(args.tables_dir / "audit.csv"))
    print(summary(files, verdicts, findings, len(nowhere)))
    return 1 if nowhere or len(failed) or not len(files) else 0


if __name__ == "__main__":
    sys.exit(main())
