"""Recompute Cochrane reviews from their own data files and compare with what they publish.

Takes RevMan 5 files (.rm5), RevMan Web packages (.zip) and folders with these; the format is
recognised from the content. Writes to the output folder

    reproduction.csv   one row a pool, overall or subgroup: published, recomputed, verdict, reason
    audit.csv          what does not add up in the study rows
    files.csv          one row a file: what it is, what was skipped, or why it could not be read
    forest/            with --forest: a forest plot of every analysis in RevMan's layout

A file that cannot be read is reported, the others are still done; the exit status is then 1.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from metarepro.command import parser
from metarepro.command import run as run_command
from metarepro.reviews.batch import Batch, do_file, read_known
from metarepro.reviews.batch_tables import summary, write_batch
from metarepro.reviews.chunks import named_reviews


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a file could not be read."""
    arguments = parser(__doc__)
    arguments.add_argument("files", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    arguments.add_argument("--forest", action="store_true", help="draw forest plots as well")
    arguments.add_argument(
        "--known-deviations",
        type=Path,
        default=Path(__file__).parents[1] / "config/known_deviations.csv",
        help="reasons of deviations that are known (default: config/known_deviations.csv)",
    )
    args = arguments.parse_args(argv)
    reviews, nowhere = named_reviews(args.files)
    known = read_known(args.known_deviations)
    forest = args.output_dir / "forest" if args.forest else None
    batch = Batch()
    for name, path in tqdm(reviews.items(), unit="file", disable=None):
        do_file(path, name, known, batch, forest)
    tables = batch.tables()
    write_batch(tables, args.output_dir)
    for said in [*nowhere, *batch.unreadable]:
        print(said, file=sys.stderr)
    print(summary(tables, len(nowhere)))
    print(f"Written to {args.output_dir}")
    return 1 if nowhere or batch.unreadable or not reviews else 0


if __name__ == "__main__":
    run_command(main)
