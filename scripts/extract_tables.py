"""Extract one part of the data folder into results/extracted, as it was reported.

Every row keeps the file it is from, that file's sha256, its row and the corrections made to it;
in reviews.csv a row is a review.yaml. The tables of data/report get the prefix report_.
All of data/ is validated first; any problem stops the extraction and is listed with the others.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.readers.transcription import list_reviews
from metarepro.tabular.stage_tables import REPORT_TABLES
from metarepro.tabular.tables import write_table
from metarepro.tabular.validation import load

PARTS = {
    "codebook": ("interventions", "domains", "outcomes", "countries"),
    "trials": ("trials", "results", "clusters"),
    "reviews": ("reviews", "published", "included"),
    "report": REPORT_TABLES,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("part", choices=PARTS, help="which tables to extract")
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    arguments.add_argument(
        "--output-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    args = arguments.parse_args(argv)
    data = load(args.data_dir)
    tables = data.tables() | {"reviews": list_reviews(data)}
    prefix = "report_" if args.part == "report" else ""
    for name in PARTS[args.part]:
        write_table(tables[name], args.output_dir / f"{prefix}{name}.csv", f"extracted_{name}")


if __name__ == "__main__":
    run(main)
