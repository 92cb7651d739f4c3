"""What the scripts of the workflow share."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from metarepro.errors import InputError, advice


def parser(description: str | None) -> argparse.ArgumentParser:
    """Argument parser that prints a script's docstring as it stands."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def stage_parser(description: str | None) -> argparse.ArgumentParser:
    """Parser of a stage: the folder of the tables that it reads and writes, and the plan."""
    arguments = parser(description)
    add_results(arguments)
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    return arguments


def add_results(arguments: argparse.ArgumentParser) -> None:
    """Add the folder of the tables."""
    arguments.add_argument(
        "--results-dir", type=Path, default=Path("results"), help="default: %(default)s"
    )


def add_output(arguments: argparse.ArgumentParser) -> None:
    """Add the folder to write."""
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")


def run(main: Callable[[Sequence[str] | None], int | None]) -> None:
    """Run a script; bad data, missing files or a full disk end it in words and with status 1."""
    try:
        sys.exit(main(None))
    except InputError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(advice(error))
