"""Print what was found in all chunks; the exit status is 1 if a review could not be read."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser
from metarepro.reviews.batch_tables import read_batch, summary


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a file could not be read or there was none."""
    arguments = parser(__doc__)
    arguments.add_argument("--plan", type=Path, required=True, help="from split_reviews.py")
    arguments.add_argument("--tables-dir", type=Path, required=True, help="the gathered tables")
    args = arguments.parse_args(argv)
    nowhere = json.loads(args.plan.read_text(encoding="utf-8"))["unreadable"]
    tables = read_batch(args.tables_dir)
    files = tables["files"]
    failed = files[files["status"] == "unreadable"]
    messages = zip(failed["file"], failed["notes"], strict=True)
    for said in [*nowhere, *(f"{name}: {notes}" for name, notes in messages)]:
        print(said, file=sys.stderr)
    print(summary(tables, len(nowhere)))
    return 1 if nowhere or len(failed) or not len(files) else 0


if __name__ == "__main__":
    sys.exit(main())
