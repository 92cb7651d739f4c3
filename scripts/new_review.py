"""Write the folder of a review: data/reviews/ID with review.yaml and the header of published.csv.

review.yaml says beside every key what belongs there; make check-data names what is missing. The
columns of published.csv are printed. A folder that is there is never touched.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import identifier, parser, run, write_new
from metarepro.entry.data_guide import column_meanings
from metarepro.entry.drafts import review_form
from metarepro.tabular.tables import TABLES


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("review_id", type=identifier, help="e.g. smith2024: author and year")
    arguments.add_argument("--data-dir", type=Path, default=Path("data"), help="default: data")
    args = arguments.parse_args(argv)
    meanings = column_meanings((args.data_dir / "README.md").read_text(encoding="utf-8"))
    folder = args.data_dir / "reviews" / args.review_id
    write_new(folder / "review.yaml", review_form(args.review_id, meanings))
    write_new(folder / "published.csv", ",".join(TABLES["published"].columns) + "\n")
    print(f"Wrote {folder}/review.yaml and {folder}/published.csv.")
    print("Fill in review.yaml; add one row a pooled result to published.csv:\n")
    for columns, meaning in meanings["published"].items():
        print(f"  {', '.join(columns)}: {meaning}")
    print("\nA review with the role cited also needs included.csv (trial_id,basis,note).")
    print("Then: make check-data")


if __name__ == "__main__":
    run(main)
