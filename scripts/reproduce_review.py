"""Recompute the data files of reviews and compare with what they publish.

Writes the tables of `metarepro reproduce` and a forest plot of every analysis. A file that cannot
be read is reported, the others are still done; the exit status is then 1.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.reviews.batch import do_files, read_known
from metarepro.reviews.batch_tables import summary_of, write_batch
from metarepro.reviews.chunks import named_reviews


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a file could not be read."""
    arguments = parser(__doc__)
    arguments.add_argument("files", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    arguments.add_argument("--known-deviations", type=Path, required=True, help="with reasons")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    reviews, nowhere, passed_over = named_reviews(args.files)
    known = read_known(args.known_deviations)
    batch = do_files(reviews.items(), known, args.output_dir / "forest")
    tables = batch.tables()
    write_batch(tables, args.output_dir)
    for said in [*nowhere, *batch.unreadable, *passed_over]:
        print(said, file=sys.stderr)
    print(summary_of(tables, len(nowhere)))
    return 1 if nowhere or batch.unreadable else 0


if __name__ == "__main__":
    run(main)
