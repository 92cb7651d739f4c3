"""Divide Cochrane reviews into chunks, which workflows/reproduce_many.smk recomputes job by job.

Takes what reproduce_review.py takes. Writes to the output folder 0001.json, 0002.json ... with the
reviews of each chunk, and plan.json with the numbers of the chunks and with the folders that could
not be looked into.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.reviews.chunks import CHUNK_SIZE, divide, named_reviews


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("files", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    arguments.add_argument(
        "--chunk-size", type=int, default=CHUNK_SIZE, help="files in a chunk (default: %(default)s)"
    )
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    if args.chunk_size < 1:
        arguments.error("a chunk holds at least 1 file")
    reviews, unreadable = named_reviews(args.files)
    chunks = divide(reviews, Path.cwd(), args.chunk_size)
    args.output_dir.mkdir(parents=True, exist_ok=True)
    for number, chunk in chunks.items():
        (args.output_dir / f"{number}.json").write_text(chunk.to_json(), encoding="utf-8")
    plan = json.dumps({"chunks": list(chunks), "unreadable": unreadable}, indent=1)
    (args.output_dir / "plan.json").write_text(plan + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
