"""Put the results of all chunks together: the tables that reproduce_review.py writes for all files.

Ends with an error if a file of a chunk is missing or there twice.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.reviews.batch_tables import gather
from metarepro.reviews.chunks import Chunk


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--chunks-dir", type=Path, required=True, help="from split_reviews.py")
    arguments.add_argument("--parts-dir", type=Path, required=True, help="a folder a chunk")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    numbers = json.loads((args.chunks_dir / "plan.json").read_text(encoding="utf-8"))["chunks"]
    chunks = [
        Chunk.from_json((args.chunks_dir / f"{number}.json").read_text(encoding="utf-8"))
        for number in numbers
    ]
    gather(chunks, [args.parts_dir / number for number in numbers], args.output_dir)


if __name__ == "__main__":
    run(main)
