"""The small files in examples/, which the README's first commands take."""

import csv
from pathlib import Path

from tests.command import command
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes

EXAMPLES = Path(__file__).parents[2] / "examples"
README = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_holds_the_counts_of_the_study() -> None:
    labels = {row["trial_id"]: row["label"] for row in rows("bcg/data/trials/trials.csv")}
    counts = ("events_t", "n_t", "events_c", "n_c")
    expected = [
        {"study": labels[row["trial_id"]]} | {name: row[name] for name in counts}
        for row in rows("bcg/data/trials/results.csv")
    ]
    assert rows("bcg.csv") == expected


def test_its_pool_is_the_published_one(tmp_path: Path) -> None:
    """Viechtbauer 2010: log risk ratio -0.7145 [-1.0669, -0.3622], I2 92.22%, tau2 0.3132."""
    options = ("--measure", "RR", "--ci", "z", "--output-dir", tmp_path)
    printed = command("pool", EXAMPLES / "bcg.csv", *options).stdout
    assert printed.startswith("Risk ratio 0.489 (95% CI 0.344 to 0.696), 13 studies\n")
    assert "I² = 92.2%; τ² = 0.3132" in printed
    assert printed.partition("Written")[0] in README


def test_the_review_is_the_made_up_one_whose_results_r_computed() -> None:
    assert (EXAMPLES / "made_up_review.rm5").read_bytes() == rm5_bytes(made_up_review())


def test_the_review_is_reproduced(tmp_path: Path) -> None:
    printed = command("reproduce", EXAMPLES / "made_up_review.rm5", "--output-dir", tmp_path).stdout
    counts = printed.partition("Written")[0]
    assert counts == "1 file: 1 read, 0 unreadable\n2 pools: 2 exact\n4 findings of the audit\n"
    assert counts in README
