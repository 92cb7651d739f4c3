"""Extract the study rows of reviews that come with their own data file.

A folder in data/reviews may hold a RevMan 5 file (.rm5) or a RevMan Web package (.zip, or a folder
with its tables), recognised from the content. Its rows are copied, and those whose outcome is
mapped in outcome_map.csv become reported results. If there are outcomes that are not mapped, a
template to fill in is written to results/templates/<review>/outcome_map.csv.

A file that cannot be used, or not yet, is left out and its problems are listed in
review_file_problems.csv, so that the others can be gone on with; check_review_files.py then fails.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.command import add_results, parser, run
from metarepro.reviews.data_files import ReviewData, read_reviews
from metarepro.reviews.problems import problem_rows
from metarepro.reviews.study_trials import one_row_per_trial
from metarepro.reviews.tables import EXTRACTED_FROM_FILES, REVIEW_FILE_PROBLEMS, REVIEW_TRIALS
from metarepro.study.validation import load
from metarepro.tabular.input_tables import OUTCOME_MAP
from metarepro.tabular.problems import Problem
from metarepro.tabular.tables import empty_table, write_table


def write_template(
    review_id: str, review: ReviewData, data_dir: Path, templates: Path
) -> list[Problem]:
    """Write the map to fill in, if outcomes are not mapped; where it is, as one more problem."""
    if review.template is None:
        return []
    template = templates / review_id / "outcome_map.csv"
    write_table(review.template, template, OUTCOME_MAP)
    file = f"{data_dir.resolve().name}/reviews/{review_id}/outcome_map.csv"
    return [Problem(file, None, "", "a map without some outcomes", f"filled in: {template}")]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    add_results(arguments)
    args = arguments.parse_args(argv)
    reviews = read_reviews(args.data_dir, load(args.data_dir))
    templates = args.results_dir / "templates"
    problems = {
        review_id: [*review.problems, *write_template(review_id, review, args.data_dir, templates)]
        for review_id, review in reviews.items()
        if review.problems
    }
    problems_file = REVIEW_FILE_PROBLEMS.at(args.results_dir)
    write_table(problem_rows(problems), problems_file, REVIEW_FILE_PROBLEMS)
    for table in EXTRACTED_FROM_FILES:
        frames = [review.tables[table.name] for review in reviews.values() if review.tables]
        whole = pd.concat([empty_table(table), *frames], ignore_index=True)
        if table is REVIEW_TRIALS:
            # A new trial of two reviews, by the same id in the maps of both, is described by one.
            whole = one_row_per_trial(whole)
        write_table(whole, table.at(args.results_dir), table)


if __name__ == "__main__":
    run(main)
