"""What the command-line scripts share."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from metarepro.problems import DataError


def parser(description: str | None) -> argparse.ArgumentParser:
    """Argument parser that prints a script's docstring as it stands."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def read_config(path: Path) -> dict[str, Any]:
    """Read the analysis plan (the Snakefile has checked it against its schema)."""
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return config


def run(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run a script: bad data end it with the list of problems and exit status 1."""
    try:
        main(None)
    except DataError as error:
        sys.exit(str(error))
