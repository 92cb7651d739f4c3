"""What the command-line scripts share."""

import argparse
import errno
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from metarepro.tabular.problems import DataError

_MAKE_ROOM = "free some space on that disk"
_PERMIT = "check who may read and write there"
#: What to do about the errors of an operating system.
_TO_DO = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EFBIG: "raise the limit of the size of files (ulimit -f)",
    errno.EACCES: _PERMIT,
    errno.EPERM: _PERMIT,
    errno.EROFS: _PERMIT,
    errno.ENOENT: "check the name",
    errno.ENOTDIR: "check the name",
    errno.EISDIR: "check the name",
    errno.ENAMETOOLONG: "choose a shorter name",
}


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


def identifier(text: str) -> str:
    """Type of an argument that becomes an id and part of a path."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_\-]{0,59}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: an id has small letters, digits, _ and -, at most 60"
        )
    return text


def write_new(path: Path, text: str) -> None:
    """Write a file and its folder; end the script if the file is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        sys.exit(f"{path} is there already: fill it in, or delete it to start again")


def run(main: Callable[[Sequence[str] | None], int | None]) -> None:
    """Run a script; bad data, missing files or a full disk end it in words and with status 1."""
    try:
        sys.exit(main(None))
    except DataError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(_advice(error))


def _advice(error: OSError) -> str:
    """One line: the file, what is wrong, and what to do."""
    place = f"{error.filename}: " if error.filename is not None else ""
    to_do = _TO_DO.get(error.errno or 0, "mend that")
    return f"{place}{error.strerror or error}; {to_do} and start again"
