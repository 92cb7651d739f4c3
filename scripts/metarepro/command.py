"""What the command-line scripts share."""

import argparse
import re
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


def identifier(text: str) -> str:
    """Type of an argument that becomes an id and part of a path."""
    if not re.fullmatch(r"[a-z0-9_\-]*[a-z0-9][a-z0-9_\-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r}: an id has small letters, digits, _ and -")
    return text


def write_new(path: Path, text: str) -> None:
    """Write a file and its folder; end the script if the file is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        sys.exit(f"{path} is there already: fill it in, or delete it to start again")


def run(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run a script: bad data end it with the list of problems and exit status 1."""
    try:
        main(None)
    except DataError as error:
        sys.exit(str(error))
