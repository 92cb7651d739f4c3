"""Extract parts of the data folder into results/extracted, as it was reported.

Every row keeps the file it is from, that file's sha256, its row and the corrections made to it;
in reviews.csv a row is a review.yaml. The tables of data/report get the prefix report_.
All of data/ is validated first; any problem stops the extraction and is listed with the others.
What was extracted of a file that the study no longer has is removed: nothing may read it.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import add_results, parser, run
from metarepro.study.tables import PARTS, SINGLE_FILES
from metarepro.study.transcription import list_reviews
from metarepro.study.validation import load
from metarepro.tabular.tables import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("parts", nargs="+", choices=PARTS, help="which tables to extract")
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    add_results(arguments)
    args = arguments.parse_args(argv)
    data = load(args.data_dir)
    for part, file in SINGLE_FILES.items():
        if not (args.data_dir / file).exists():
            for table in PARTS[part].values():
                table.at(args.results_dir).unlink(missing_ok=True)
    tables = data.tables() | {"reviews": list_reviews(data)}
    for part in args.parts:
        for name, table in PARTS[part].items():
            write_table(tables[name], table.at(args.results_dir), table)


if __name__ == "__main__":
    run(main)
