"""List the inputs and what the workflow made of them, each with its sha256.

Writes results/manifest.csv and results/manifest.local.csv, in the folder of the study.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.errors import InputError
from metarepro.manifest.files import digest_of, input_files
from metarepro.manifest.listing import list_files, write_manifest


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--made", nargs="+", required=True, help="files and folders of results")
    arguments.add_argument("--inputs", required=True, help="digest of the inputs at the start")
    args = arguments.parse_args(argv)
    study = Path()
    entries = list_files(study, args.made)
    if digest_of(input_files(study)) != args.inputs:
        raise InputError("data/ or config/ changed while the run was going on: start it again")
    write_manifest(study, entries)


if __name__ == "__main__":
    run(main)
