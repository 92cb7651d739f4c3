"""The command that recomputes review files."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.command import command
from tests.made_up_review import made_up_review
from tests.review_files import ANALYSIS, DATA, GROUP, package, rm5_bytes, zipped

from metarepro.reviews import batch as review_batch
from metarepro.reviews.audit_studies import audit_studies

# fmt: off
COLUMNS = [
    "file", "review_id", "comparison_number", "comparison", "outcome_number", "outcome",
    "subgroup_number", "subgroup", "level", "data_type", "measure", "method", "model", "k",
    "n_participants", "published_estimate", "published_ci_low", "published_ci_high",
    "published_tau2", "published_q", "published_i2", "published_z", "published_p",
    "reproduced_estimate", "reproduced_ci_low", "reproduced_ci_high", "reproduced_tau2",
    "reproduced_q", "reproduced_i2", "reproduced_z", "reproduced_p", "max_abs_difference",
    "verdict", "reason",
]
# fmt: on


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    reviews = tmp_path / "reviews"
    for name in ("one", "two"):
        (reviews / name).mkdir(parents=True)
        (reviews / name / "review.rm5").write_bytes(rm5_bytes(made_up_review()))
    return reviews


def test_good_files(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command("reproduce", folder, "--output-dir", out)
    assert done.exit_code == 0
    table = pd.read_csv(out / "reproduction.csv", keep_default_na=False)
    assert list(table.columns) == COLUMNS
    assert list(table["file"].unique()) == ["one/review.rm5", "two/review.rm5"]
    printed = done.stdout
    assert "2 files: 2 read, 0 unreadable" in printed
    assert "4 pools: 4 exact" in printed
    files = pd.read_csv(out / "files.csv", keep_default_na=False)
    assert list(files["title"].unique()) == ["A made-up review of video feedback"]


def test_a_skipped_analysis_is_in_the_summary_and_in_the_exit_status(tmp_path: Path) -> None:
    second = {"Analysis number": 2}
    settings = [ANALYSIS, ANALYSIS | second | {"CI method": "Kenward"}]
    file = tmp_path / "CD999999.zip"
    file.write_bytes(zipped(package(settings, [DATA, DATA | second], [GROUP | second])))
    out = tmp_path / "out"
    done = command("reproduce", file, "--output-dir", out)
    assert done.exit_code == 3
    assert "1 analysis not recomputed" in done.stdout
    assert list(pd.read_csv(out / "files.csv")["skipped"]) == [1]
    assert "Analyses not recomputed" in (out / "summary.html").read_text()


def test_files_called_alike_are_told_apart_by_their_folders(folder: Path, tmp_path: Path) -> None:
    """Each given by itself, as the workflow does."""
    files = [folder / "one/review.rm5", folder / "two/review.rm5", folder / "other.rm5"]
    files[1].write_text("<COCHRANE_REVIEW><ANALYSES")
    files[2].write_bytes(rm5_bytes(made_up_review()))
    out = tmp_path / "out"
    done = command("reproduce", *files, "--output-dir", out, "--forest")
    assert done.exit_code == 1
    table = pd.read_csv(out / "files.csv")
    assert list(table["file"]) == ["one/review.rm5", "two/review.rm5", "other.rm5"]
    assert list(table["status"]) == ["read", "unreadable", "read"]
    assert done.stderr.startswith("two/review.rm5: ")
    assert (out / "forest/one/review.rm5/1.1.svg").exists()
    reproduced = pd.read_csv(out / "reproduction.csv")
    assert list(reproduced["file"].unique()) == ["one/review.rm5", "other.rm5"]


def test_a_broken_file_is_reported_and_the_others_are_done(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.rm5").write_text("<COCHRANE_REVIEW><ANALYSES")
    out = tmp_path / "out"
    done = command("reproduce", folder, "--output-dir", out)
    assert done.exit_code == 1
    assert "3 files: 2 read, 1 unreadable" in done.stdout
    assert "broken.rm5" in done.stderr
    files = pd.read_csv(out / "files.csv", keep_default_na=False).set_index("file")
    assert files.loc["broken.rm5", "status"] == "unreadable"
    assert files.loc["broken.rm5", "notes"]
    assert len(pd.read_csv(out / "reproduction.csv")) == 4


def test_nothing_to_do_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert command("reproduce", empty, "--output-dir", tmp_path / "out").exit_code == 1


def test_a_path_that_is_not_there_does_not_stop_the_others(folder: Path, tmp_path: Path) -> None:
    done = command("reproduce", "nosuch.rm5", folder, "--output-dir", tmp_path / "out")
    assert done.exit_code == 1
    assert "nosuch.rm5" in done.stderr
    assert "3 files: 2 read, 1 unreadable" in done.stdout


def test_odd_file_names_and_texts_are_made_plain(tmp_path: Path) -> None:
    content = rm5_bytes(made_up_review().replace("<NAME>Depression", "<NAME>=1+1 Depression"))
    names = ["two  spaces.rm5", "two spaces.rm5", "new\nline.rm5", "=cmd.rm5"]
    for name in names:
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "out"
    files = [tmp_path / name for name in names]
    assert command("reproduce", *files, "--output-dir", out).exit_code == 0
    table = pd.read_csv(out / "reproduction.csv", keep_default_na=False)
    assert list(table["file"].unique()) == [
        "two spaces.rm5",
        "two spaces.rm5 (2)",
        "new line.rm5",
        "'=cmd.rm5",
    ]
    assert table["outcome"].str.startswith("'=1+1").all()


def test_an_internal_error_in_one_file_is_reported(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = audit_studies
    calls = iter([True, False])

    def sometimes(*arguments: Any) -> Any:
        if next(calls):
            raise ZeroDivisionError("a bug")
        return real(*arguments)

    monkeypatch.setattr(review_batch, "audit_studies", sometimes)
    out = tmp_path / "out"
    done = command("reproduce", folder, "--output-dir", out)
    assert done.exit_code == 1
    files = pd.read_csv(out / "files.csv", keep_default_na=False)
    assert list(files["status"]) == ["unreadable", "read"]
    assert "ZeroDivisionError('a bug')" in files["notes"].iloc[0]


def test_same_input_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        command("reproduce", folder, "--output-dir", tmp_path / name)
    for file in ("reproduction.csv", "audit.csv", "files.csv", "summary.html"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
