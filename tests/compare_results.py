"""Compare every table of two results folders: same rows, equal numbers, equal texts.

    git worktree add /tmp/before COMMIT
    python -m tests.compare_results /tmp/before/results results [--tolerance 1e-9]

Prints one line per table and ends with status 1 if anything differs. A column that only one side
has is named and passed over; so is the apostrophe that tables up to version 0.1 put before texts
that a spreadsheet would take for a formula. A missing table counts as one without rows.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = (
    *("extracted", "effects", "pooled", "sensitivity", "reproduction", "overlap", "claims"),
    "manuscript",
)

#: An edited source file has another one; that is no difference of a result.
CHECKSUMS = ("sha256",)


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a table without an empty last line."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if any(row.values())]


def plain(cell: str) -> str:
    """A cell without the apostrophe of version 0.1."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "'") else cell


def equal(before: str, after: str, tolerance: float) -> bool:
    """Whether two cells are the same text, or numbers within the relative tolerance."""
    before, after = plain(before), plain(after)
    if before == after:
        return True
    try:
        one, other = float(before), float(after)
    except ValueError:
        return False
    return abs(one - other) <= tolerance * max(1.0, abs(one), abs(other))


def differences(
    before: list[dict[str, str]], after: list[dict[str, str]], tolerance: float
) -> Iterator[str]:
    """What differs between two tables, a line each."""
    if len(before) != len(after):
        yield f"{len(before)} rows before, {len(after)} after"
        return
    columns = list(before[0]) if before else []
    new = list(after[0]) if after else []
    for column in columns:
        if column not in new:
            yield f"no column {column} after"
    for column in new:
        if before and column not in columns:
            yield f"no column {column} before"
    shared = [column for column in columns if column in new and column not in CHECKSUMS]
    for number, (one, other) in enumerate(zip(before, after, strict=True), start=2):
        for column in shared:
            if not equal(one[column], other[column], tolerance):
                yield f"row {number}, {column}: {one[column]!r} before, {other[column]!r} after"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-9)
    parser.add_argument("--most", type=int, default=10, help="differences shown per table")
    args = parser.parse_args()
    found_any = False
    for folder in FOLDERS:
        names = {
            path.relative_to(side / folder).as_posix()
            for side in (args.before, args.after)
            for path in (side / folder).rglob("*.csv")
        }
        for name in sorted(names):
            sides = [side / folder / name for side in (args.before, args.after)]
            before, after = (read(side) if side.exists() else [] for side in sides)
            found = list(differences(before, after, args.tolerance))
            print(f"{folder}/{name}: {len(found) or 'no'} difference{'s' * (len(found) != 1)}")
            for line in found[: args.most]:
                print(f"    {line}")
            found_any |= bool(found)
    return int(found_any)


if __name__ == "__main__":
    sys.exit(main())
