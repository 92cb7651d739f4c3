"""Extract the study rows of reviews that come with their own data file.

A folder in data/reviews may hold a RevMan 5 file (.rm5) or a RevMan Web package (.zip, or a folder
with its tables), recognised from the content. Its rows are copied, and those whose outcome is
mapped in outcome_map.csv become reported results. If there are outcomes that are not mapped, a
template to fill in is written to results/templates/<review>/outcome_map.csv.

A file that cannot be used, or not yet, is left out and its problems are listed in
review_file_problems.csv, so that the others can be gone on with; check_review_files.py then fails.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.command import parser, run
from metarepro.problems import DataError, Problem
from metarepro.readers.review_file import find_reviews, read_review
from metarepro.readers.transcription import Extraction
from metarepro.reviews.problems import problem_rows
from metarepro.reviews.results import (
    outcome_map_template,
    review_included,
    review_results,
    same_studies,
)
from metarepro.tables import empty_table, in_order, read_table, write_table
from metarepro.validation import load

TABLES = {
    "review_studies": "review_studies",
    "review_analyses": "review_analyses",
    "review_results": "review_results",
    "review_trials": "extracted_trials",
    "review_included": "extracted_included",
}


def digest(path: Path) -> str:
    """Return the sha256 of a file, or of all files of a folder in order."""
    whole = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            whole.update(file.read_bytes())
    return whole.hexdigest()


def extract(folder: Path, path: Path, data: Extraction, templates: Path) -> list[pd.DataFrame]:
    """Read one review; the tables in the order of `TABLES`."""
    extraction = read_review(path)
    studies = extraction.studies.assign(review_id=folder.name)
    analyses = extraction.analyses.assign(review_id=folder.name)
    maps = {
        name: read_table(folder / f"{name}.csv", name)
        if (folder / f"{name}.csv").exists()
        else empty_table(name)
        for name in ("outcome_map", "study_map")
    }
    file = path.relative_to(folder.parents[1].parent).as_posix()
    provenance = {"file": file, "sha256": digest(path)}
    try:
        results, new_trials = review_results(
            extraction,
            folder.name,
            maps["outcome_map"],
            maps["study_map"],
            data.trials,
            {name: set(getattr(data, f"{name}s")[name]) for name in ("outcome", "intervention")},
            provenance,
        )
    except DataError as error:
        template = templates / folder.name / "outcome_map.csv"
        write_table(outcome_map_template(extraction, maps["outcome_map"]), template, "outcome_map")
        hint = Problem(file, None, "", "a review file", f"filled in as outcome_map.csv: {template}")
        raise DataError([*error.problems, hint]) from None
    included = review_included(extraction, folder.name, maps["study_map"], data.trials, provenance)
    return [studies, analyses, results, new_trials, included]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    arguments.add_argument(
        "--output-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    args = arguments.parse_args(argv)
    data = load(args.data_dir)
    unusable: dict[str, Sequence[Problem]] = {}
    extracted: dict[str, list[pd.DataFrame]] = {}
    for folder in sorted(path for path in (args.data_dir / "reviews").iterdir() if path.is_dir()):
        try:
            files = find_reviews(folder)
            if len(files) > 1:
                names = ", ".join(path.name for path in files)
                raise DataError([Problem(folder.as_posix(), None, "", names, "one data file")])
            templates = args.output_dir.parent / "templates"
            for path in files:
                extracted[folder.name] = extract(folder, path, data, templates)
        except DataError as error:
            unusable[folder.name] = error.problems
    if extracted:
        for problem in same_studies(pd.concat([tables[3] for tables in extracted.values()])):
            # data/reviews/ID/file: both reviews are left out until it is said what the study is.
            review = Path(problem.file).parts[2]
            unusable[review] = [*unusable.get(review, []), problem]
            extracted.pop(review, None)
    problems_file = args.output_dir / "review_file_problems.csv"
    write_table(problem_rows(unusable), problems_file, "extracted_review_file_problems")
    for place, (name, table) in enumerate(TABLES.items()):
        frames = [empty_table(table), *(frames[place] for frames in extracted.values())]
        whole = in_order(pd.concat(frames, ignore_index=True), table)
        write_table(whole, args.output_dir / f"{name}.csv", table)


if __name__ == "__main__":
    run(main)
