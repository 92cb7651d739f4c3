"""Recompute the reviews of one chunk; a part of what reproduce_review.py writes for all of them.

A review whose content cannot be used is a row of files.csv and no failure: the chunk is done. A
file that is not there, cannot be opened or is not what it was when the chunks were made is a
failure of the job, which is tried again.
"""

from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path

from metarepro.command import parser, run
from metarepro.reviews.batch import do_files, read_known
from metarepro.reviews.batch_tables import write_batch
from metarepro.reviews.chunks import Chunk, ChunkFile, checksum
from metarepro.tabular.problems import DataError, Problem


def unchanged(file: ChunkFile) -> tuple[str, Path]:
    """Name and path of a file; one that is not that of which the chunk was made is refused."""
    if checksum(Path(file.path)) != file.sha256:
        allowed = "the file as it was when the run began: start again"
        raise DataError([Problem(file.name, None, "", "another content", allowed)])
    return file.name, Path(file.path)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--chunk", type=Path, required=True, help="list from split_reviews.py")
    arguments.add_argument("--known-deviations", type=Path, required=True, help="with reasons")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    chunk = Chunk.from_json(args.chunk.read_text(encoding="utf-8"))
    known = read_known(args.known_deviations)
    # Messages name a file as it was given, relative or not.
    with chdir(chunk.folder):
        batch = do_files(map(unchanged, chunk.files), known)
    write_batch(batch.tables(), args.output_dir)


if __name__ == "__main__":
    run(main)
