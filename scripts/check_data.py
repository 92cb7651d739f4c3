"""Check the tables of data/ and list the input files with their checksums.

The data files of reviews are left to check_review_files.py: a broken one stops no other.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.plan import read_plan
from metarepro.study.planned import not_in_plan
from metarepro.study.tables import INPUTS
from metarepro.study.validation import load
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    arguments.add_argument("--output", type=Path, required=True, help="inputs.csv to write")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    args = arguments.parse_args(argv)
    data = load(args.data_dir)
    if problems := not_in_plan(data, read_plan(args.config)):
        raise DataError(problems)
    write_table(data.inputs, args.output, INPUTS)


if __name__ == "__main__":
    run(main)
