"""Divide Cochrane reviews into chunks, which workflows/reproduce_many.smk recomputes job by job.

Takes what reproduce_review.py takes. Writes to the output folder 0001.json, 0002.json ... with the
reviews of each chunk, and plan.json with the numbers of the chunks and with the folders that could
not be looked into. Tables of an earlier run over other files, beside that folder, are removed: if
this run fails they would be taken for its results.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.reviews.batch_tables import BATCH_TABLES
from metarepro.reviews.chunks import CHUNK_SIZE, divide, named_reviews
from metarepro.tabular.atomic import write_file


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
    reviews, unreadable, _ = named_reviews(args.files)
    chunks = divide(reviews, Path.cwd(), args.chunk_size)
    plan = json.dumps({"chunks": list(chunks), "unreadable": unreadable}, indent=1) + "\n"
    texts = {f"{number}.json": chunk.to_json() for number, chunk in chunks.items()}
    texts["plan.json"] = plan
    folder = args.output_dir
    changed = {name: text for name, text in texts.items() if not is_there(folder / name, text)}
    for name in BATCH_TABLES if changed else ():
        (folder.parent / f"{name}.csv").unlink(missing_ok=True)
    for name, text in changed.items():
        write_file(folder / name, text.encode("utf-8"))


def is_there(path: Path, text: str) -> bool:
    """Whether a file has this text: it keeps its time then, and its chunk is not done again."""
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


if __name__ == "__main__":
    run(main)
