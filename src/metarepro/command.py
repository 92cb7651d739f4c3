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


def synthesis_parser(description: str | None) -> argparse.ArgumentParser:
    """Parser of a script that goes through the syntheses: their tables, the plan, what to write."""
    arguments = parser(description)
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--pooled", type=Path, required=True, help="pooled.csv")
    add_plan_and_output(arguments)
    return arguments


def add_plan_and_output(arguments: argparse.ArgumentParser) -> None:
    """Add the analysis plan, the folder to write, and that of what earlier runs made."""
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    arguments.add_argument(
        "--cache-dir", type=Path, help="a folder of its own, to keep what was made for the next run"
    )


def run(main: Callable[[Sequence[str] | None], int | None]) -> None:
    """Run a script; bad data, missing files or a full disk end it in words and with status 1."""
    try:
        sys.exit(main(None))
    except InputError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(advice(error))
