"""Recompute Cochrane reviews from their own data files and compare with what they publish.

Takes RevMan 5 files (.rm5), RevMan Web packages (.zip) and folders with these; the format is
recognised from the content. Writes to the output folder

    reproduction.csv   one row a pool, overall or subgroup: published, recomputed, verdict, reason
    audit.csv          what does not add up in the study rows
    files.csv          one row a file: what it is, what was skipped, or why it could not be read
    forest/            with --forest: a forest plot of every analysis in RevMan's layout

A file that cannot be read is reported, the others are still done; the exit status is then 1.
"""

import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from metarepro.audit_studies import audit_studies
from metarepro.command import parser
from metarepro.command import run as run_command
from metarepro.file_names import file_name
from metarepro.problems import DataError
from metarepro.readers.review_file import find_reviews, read_review
from metarepro.review_reproduction import Known, reproduce
from metarepro.review_tables import VERDICTS, Extraction, clean_text
from metarepro.tables import empty_table, from_rows, read_table, write_table


@dataclass
class Run:
    """What has been found so far."""

    reproduced: list[pd.DataFrame] = field(default_factory=list)
    findings: list[pd.DataFrame] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def read_known(path: Path) -> Known:
    """Read the reasons of known deviations."""
    rows = read_table(path, "known_deviations").to_dict("records")
    names = ("review_id", "comparison_number", "outcome_number", "subgroup_number", "quantity")
    return {tuple(row[name] for name in names): row["reason"] for row in rows}


def do_file(path: Path, name: str, known: Known, run: Run, forest: Path | None) -> None:
    """Read, recompute and audit one review; what goes wrong with it is kept."""
    try:
        extraction = read_review(path)
        table = reproduce(extraction, name, known)
        findings = audit_studies(extraction).assign(source_table=name)
        if forest is not None:
            draw_forests(extraction, forest.joinpath(*map(file_name, name.split("/"))))
    except Exception as error:  # noqa: BLE001 - one file must not end a run over hundreds
        said = str(error) if isinstance(error, DataError) else f"internal error: {error!r}"
        run.unreadable.append(f"{name}: {said}")
        texts = ("review_id", "title", "format", "schema")
        blank = dict.fromkeys(texts, "") | dict.fromkeys(("pools", "study_rows"), math.nan)
        run.files.append({"file": name, "status": "unreadable", "notes": clean_text(said)} | blank)
        return
    run.reproduced.append(table)
    run.findings.append(findings)
    review = extraction.review
    run.files.append(
        {"file": name, "status": "read", "review_id": review.review_id, "title": review.title}
        | {"format": review.format, "schema": review.schema, "pools": len(table)}
        | {"study_rows": len(extraction.studies), "notes": "; ".join(extraction.notes)}
    )


def draw_forests(extraction: Extraction, folder: Path) -> None:
    """Draw every analysis of a review."""
    # Drawing takes longer to import than most files to recompute.
    from metarepro.figures import save_figure
    from metarepro.review_reproduction import recomputed
    from metarepro.revman_forest import revman_forest

    for analyses, studies, result in recomputed(extraction):
        if not isinstance(result, str) and len(studies):
            first = analyses.iloc[0]
            figure = revman_forest(studies, analyses, result)
            number = f"{first['comparison_number']}.{first['outcome_number']}"
            save_figure(figure, folder / file_name(number))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a file could not be read."""
    arguments = parser(__doc__)
    arguments.add_argument("files", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    arguments.add_argument("--forest", action="store_true", help="draw forest plots as well")
    arguments.add_argument(
        "--known-deviations",
        type=Path,
        default=Path(__file__).parents[1] / "config/known_deviations.csv",
        help="reasons of deviations that are known (default: config/known_deviations.csv)",
    )
    args = arguments.parse_args(argv)
    run, out = Run(), args.output_dir
    reviews = named_reviews(args.files, run)
    known = read_known(args.known_deviations)
    forest = args.output_dir / "forest" if args.forest else None
    for name, path in tqdm(reviews.items(), unit="file", disable=None):
        do_file(path, name, known, run, forest)
    tables = {
        "reproduction": ("review_reproduction", run.reproduced),
        "audit": ("audit", run.findings),
    }
    for name, (table, frames) in tables.items():
        whole = pd.concat([empty_table(table), *frames], ignore_index=True)
        write_table(whole, out / f"{name}.csv", table)
    write_table(from_rows(run.files, "review_files"), out / "files.csv", "review_files")
    report(run, args.output_dir)
    return 1 if run.unreadable or not reviews else 0


def named_reviews(arguments: Sequence[Path], run: Run) -> dict[str, Path]:
    """Every review of the files and folders, by the name it has in the tables."""
    found: dict[str, Path] = {}
    for argument in arguments:
        try:
            reviews = find_reviews(argument)
        except DataError as error:
            run.unreadable.append(f"{argument}: {error}")
            continue
        for path in reviews:
            inside = path != argument and argument in path.parents
            relative = path.relative_to(argument).as_posix() if inside else path.name
            # Names of files are anybody's: one line, plain spaces, no two alike.
            name = clean_text(relative) or "unnamed"
            if name in found:
                name = f"{name} ({len(found) + 1})"
            found[name] = path
    return found


def report(run: Run, output_dir: Path) -> None:
    """Print what was done."""
    for said in run.unreadable:
        print(said, file=sys.stderr)
    counts = Counter(v for table in run.reproduced for v in table["verdict"])
    pools = sum(len(table) for table in run.reproduced)
    done, failed = len(run.reproduced), len(run.unreadable)
    print(f"{done + failed} files: {done} read, {failed} unreadable")
    print(f"{pools} pools: " + ", ".join(f"{counts[v]} {v}" for v in VERDICTS if counts[v]))
    print(f"{sum(map(len, run.findings))} findings of the audit")
    print(f"Written to {output_dir}")


if __name__ == "__main__":
    run_command(main)
