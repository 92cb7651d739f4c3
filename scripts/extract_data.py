"""Check data/ and copy its tables into results/extracted, as they were reported.

All of data/ is validated first; any problem stops the extraction and is listed with the others.
Every row keeps the file it is from, that file's sha256, its row and the corrections made to it; in
reviews.csv a row is a review.yaml. The tables of data/report get the prefix report_. inputs.csv
lists the files with their checksums. What was extracted of a file that the study no longer has is
removed: nothing may read it.

The part review_files are the study rows of reviews that come with their own data file: a RevMan 5
file (.rm5) or a RevMan Web package (.zip, or a folder with its tables). Rows whose outcome is
mapped in outcome_map.csv become reported results. For outcomes that are not mapped a template to
fill in is written to results/templates/<review>/outcome_map.csv. A file that cannot be used, or not
yet, is left out and its problems are listed in review_file_problems.csv, so that all else can be
done; check_review_files.py then fails.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.command import run, stage_parser
from metarepro.plan import read_plan
from metarepro.reviews.data_files import ReviewData, read_reviews
from metarepro.reviews.problems import problem_rows
from metarepro.reviews.study_trials import one_row_per_trial
from metarepro.reviews.tables import EXTRACTED_FROM_FILES, REVIEW_FILE_PROBLEMS, REVIEW_TRIALS
from metarepro.study.planned import not_in_plan
from metarepro.study.tables import INPUTS, PARTS, SINGLE_FILES
from metarepro.study.transcription import Dataset, list_reviews
from metarepro.study.validation import load
from metarepro.tabular.input_tables import OUTCOME_MAP
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.tables import empty_table, write_table

REVIEW_FILES = "review_files"


def extract_review_files(data: Dataset, data_dir: Path, results: Path) -> None:
    """Write the study rows of all review files that can be used, and the problems of the others."""
    reviews = read_reviews(data_dir, data)
    problems = {
        review_id: [*review.problems, *write_template(review_id, review, data_dir, results)]
        for review_id, review in reviews.items()
        if review.problems
    }
    write_table(problem_rows(problems), REVIEW_FILE_PROBLEMS.at(results), REVIEW_FILE_PROBLEMS)
    for table in EXTRACTED_FROM_FILES:
        frames = [review.tables[table.name] for review in reviews.values() if review.tables]
        whole = pd.concat([empty_table(table), *frames], ignore_index=True)
        if table is REVIEW_TRIALS:
            # A new trial of two reviews, by the same id in the maps of both, is described by one.
            whole = one_row_per_trial(whole)
        write_table(whole, table.at(results), table)


def write_template(
    review_id: str, review: ReviewData, data_dir: Path, results: Path
) -> list[Problem]:
    """Write the map to fill in, if outcomes are not mapped; where it is, as one more problem."""
    if review.template is None:
        return []
    template = results / "templates" / review_id / "outcome_map.csv"
    write_table(review.template, template, OUTCOME_MAP)
    file = f"{data_dir.resolve().name}/reviews/{review_id}/outcome_map.csv"
    return [Problem(file, None, "", "a map without some outcomes", f"filled in: {template}")]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    arguments.add_argument("parts", nargs="+", choices=[*PARTS, REVIEW_FILES], help="of data/")
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    args = arguments.parse_args(argv)
    results = args.results_dir
    data = load(args.data_dir)
    if problems := not_in_plan(data, read_plan(args.config)):
        raise DataError(problems)
    for part, file in SINGLE_FILES.items():
        if not (args.data_dir / file).exists():
            for table in PARTS[part].values():
                table.at(results).unlink(missing_ok=True)
    write_table(data.inputs, INPUTS.at(results), INPUTS)
    tables = data.tables() | {"reviews": list_reviews(data)}
    for part in args.parts:
        for name, table in PARTS.get(part, {}).items():
            write_table(tables[name], table.at(results), table)
    if REVIEW_FILES in args.parts:
        extract_review_files(data, args.data_dir, results)


if __name__ == "__main__":
    run(main)
