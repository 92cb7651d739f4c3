"""`make check-data` reads the data files of reviews and their maps, and says all that is wrong."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.command import command
from tests.data_folder import RESULTS, TRIALS, set_cells, write_data_folder
from tests.made_up_review import OUTCOME_MAP, made_up_review
from tests.review_files import package, rm5_bytes, zipped

import extract_data
from metarepro.reviews.tables import REVIEW_FILE_PROBLEMS, REVIEW_RESULTS, REVIEW_TRIALS
from metarepro.tabular.tables import read_table

REVIEW = "data/reviews/review2020"
MAP = f"{REVIEW}/outcome_map.csv"
GOOD = rm5_bytes(made_up_review())
ENTITY_BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><COCHRANE_REVIEW>&b;</x>'
LAST_LINE = GOOD[:-300].count(b"\n") + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small data folder with a review file that is mapped."""
    data = write_data_folder(tmp_path / "data")
    (data.parent / REVIEW / "own.rm5").write_bytes(GOOD)
    (data.parent / MAP).write_text(OUTCOME_MAP)
    return data


def extracted(folder: Path) -> Path:
    """Extract the review files of a folder; where their tables are."""
    results = folder.parent / "results"
    options = ["--config", "config/config.yaml", "--data-dir", str(folder)]
    extract_data.main(["review_files", *options, "--results-dir", str(results)])
    return results / "extracted"


def messages(folder: Path, *options: str) -> list[str]:
    """What the command says of a folder that has problems."""
    refused = command("check", "--data-dir", folder, *options)
    assert refused.exit_code == 1
    if "github" in options:
        return refused.stdout.splitlines()
    count, *lines = refused.stderr.splitlines()
    assert count == f"Error: {len(lines)} problem{'' if len(lines) == 1 else 's'} in the data"
    return [line.strip() for line in lines]


def test_a_whole_review_file_is_no_problem(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = command("check", "--data-dir", folder).stdout
    assert "1 review with a data file: no problem" in said
    # It looks and leaves nothing behind.
    assert [path.name for path in folder.parent.iterdir()] == ["data"]


def test_problems_of_maps_name_the_folder_that_was_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a row of the map, and in the map as a whole."""
    evidence = folder.rename(folder.parent / "evidence")
    path = evidence / "reviews/review2020/outcome_map.csv"
    path.write_text(OUTCOME_MAP.replace("warmth", "nosuch"))
    found = messages(evidence)
    path.write_text(OUTCOME_MAP.replace("outcome_label", "nosuch"))
    found += messages(evidence)
    assert len(found) >= 2
    assert {line.partition(":")[0].partition(",")[0] for line in found} == {
        "evidence/reviews/review2020/outcome_map.csv"
    }


def with_content(name: str, content: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "own.rm5").unlink()
        (folder / name).write_bytes(content)

    return change


def with_map(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = OUTCOME_MAP.replace(old, new)
        assert text != OUTCOME_MAP
        (folder / "outcome_map.csv").write_text(text)

    return change


def with_study_map(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "study_map.csv").write_text(text)

    return change


def a_second_file(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "review.rm5").write_bytes(GOOD)
    (folder / "own.rm5").unlink()


def with_tables(folder: Path) -> None:
    """A folder of RevMan Web tables of which one is cut off within a row."""
    (folder / "own.rm5").unlink()
    for name, content in package().items():
        path = folder / "web" / name.rpartition("/")[2]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content[:-30] if "data-rows" in name else content)


# What is done to the review's folder; place and beginning of the message; place of the annotation.
CASES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "truncated": (
        with_content("own.rm5", GOOD[:-300]),
        f"{REVIEW}/own.rm5, line {LAST_LINE}: found 'the end of the file inside ",
        f"{REVIEW}/own.rm5,line={LAST_LINE}",
    ),
    "entity bomb": (
        with_content("own.rm5", ENTITY_BOMB),
        f"{REVIEW}/own.rm5, line 1: found 'a document type declaration",
        f"{REVIEW}/own.rm5,line=1",
    ),
    "bad zip": (
        with_content("own.zip", zipped(package())[:-50]),
        f"{REVIEW}/own.zip: found 'no end of a zip file (is it cut off?)'",
        f"{REVIEW}/own.zip",
    ),
    "bad file in a zip": (
        with_content("own.zip", zipped({"in/own.rm5": GOOD[:-300]})),
        f"{REVIEW}/own.zip!in/own.rm5, line {LAST_LINE}: found 'the end of the file",
        f"{REVIEW}/own.zip",
    ),
    "bad table in a folder": (
        with_tables,
        rf"{REVIEW}/web/\S+-data-rows.csv, row 2: found '\d+ cells'",
        rf"{REVIEW}/web/\S+-data-rows.csv,line=2",
    ),
    "two files": (
        a_second_file,
        f"{REVIEW}: found 'a/review.rm5, b/review.rm5'; allowed: one data file",
        REVIEW,
    ),
    "no row": (
        with_map("1,2,security,,,,\n", ""),
        f"{MAP}: found 'no row for 1.2 Therapy versus care: Depression'; allowed: a row",
        MAP,
    ),
    "row without an outcome": (
        with_map("1,2,", "1,2,security,,,,\n9,2,"),
        f"{MAP}, row 4, outcome_number: found '9.2'; allowed: an outcome of the file",
        f"{MAP},line=4,col=3",
    ),
    "row twice": (
        with_map("1,2,", "1,2,security,,,,\n1,1,"),
        f"{MAP}, row 4, outcome_number: found '1.1 again'; allowed: one row per outcome",
        f"{MAP},line=4,col=3",
    ),
    "not in the codebook": (
        with_map("warmth", "calm"),
        f"{MAP}, row 2, outcome: found 'calm'; allowed: one of the codebook",
        f"{MAP},line=2,col=17",
    ),
    "a cell of the map": (
        with_map("post", "later"),
        f"{MAP}, row 2, timepoint: found 'later'; allowed: one of",
        f"{MAP},line=2,col=24",
    ),
    "study that is not there": (
        with_study_map("study,trial_id,intervention\nDee 2005,bob2002,\nZoe 1999,ann2001,\n"),
        f"{REVIEW}/study_map.csv, row 3, study: found 'Zoe 1999'; allowed: a study of the review",
        f"{REVIEW}/study_map.csv,line=3,col=1",
    ),
}


def matches(pattern: str, text: str) -> bool:
    return text.startswith(pattern) or re.match(pattern, text) is not None


@pytest.mark.parametrize("case", CASES)
def test_a_problem_of_a_review_file(
    case: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, message, place = CASES[case]
    change(folder.parent / REVIEW)
    (said,) = messages(folder)
    assert matches(message, said), said
    (annotation,) = messages(folder, "--format", "github")
    assert matches(f"::error file={place}::", annotation), annotation
    # The extraction says the same, and leaves the review out.
    output = extracted(folder)
    problems = read_table(output / "review_file_problems.csv", REVIEW_FILE_PROBLEMS)
    assert problems["problem"].iloc[0] == said
    assert read_table(output / "review_results.csv", REVIEW_RESULTS).empty


def test_all_problems_of_tables_files_and_maps_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_cells(folder, RESULTS, 3, {"value": "0,34"})
    with_content("own.rm5", GOOD[:-300])(folder.parent / REVIEW)
    with_map("post", "later")(folder.parent / REVIEW)
    with_study_map("study,intervention\nDee 2005,play\n")(folder.parent / REVIEW)
    places = [line.partition(": ")[0] for line in messages(folder)]
    assert places == [
        f"{MAP}, row 2, timepoint",
        f"{REVIEW}/own.rm5, line {LAST_LINE}",
        f"{REVIEW}/study_map.csv, row 1, trial_id",
        "data/trials/results.csv, row 3, value",
    ]


def test_a_table_that_is_broken_makes_no_further_problems_of_the_reviews(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the trials every study of the file is a new one, and needs an intervention."""
    (folder / TRIALS).write_text("trial\n")
    with_map("play", "")(folder.parent / REVIEW)
    assert not [line for line in messages(folder) if "reviews/" in line]
    with_map("1,2,security,,,,\n", "")(folder.parent / REVIEW)
    (said,) = (line for line in messages(folder) if "reviews/" in line)
    assert "no row for 1.2" in said


def test_a_study_of_two_reviews_is_a_problem_of_both_until_it_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / "reviews/review2021"
    other.mkdir()
    for path in (folder.parent / REVIEW).iterdir():
        (other / path.name).write_bytes(path.read_bytes().replace(b"A review", b"Another review"))
    said = messages(folder)
    assert [line.partition(", ")[0] for line in said] == [
        f"{REVIEW}/own.rm5",
        "data/reviews/review2021/own.rm5",
    ]
    for review in (folder.parent / REVIEW, other):
        (review / "study_map.csv").write_text("study,trial_id,intervention\nDee 2005,dee2005,\n")
    assert command("check", "--data-dir", folder).exit_code == 0
    output = extracted(folder)
    trials = read_table(output / "review_trials.csv", REVIEW_TRIALS)
    assert list(trials["trial_id"]) == ["dee2005"]
    results = read_table(output / "review_results.csv", REVIEW_RESULTS)
    assert list(results["trial_id"]) == ["ann2001", "dee2005"] * 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Dee 2005", "D" * 200, "study_map.csv, study: found 'DDD"),
        ("<NAME>Depression</NAME>", "<NAME/>", "own.rm5, measure: found ''; allowed: text"),
    ],
)
def test_what_no_table_could_hold_is_a_problem_of_its_review(
    old: str, new: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = made_up_review()
    assert old in content
    (folder.parent / REVIEW / "own.rm5").write_bytes(rm5_bytes(content.replace(old, new)))
    assert messages(folder)[0].startswith(f"{REVIEW}/{said}")


def test_a_broken_review_file_leaves_all_else_to_be_extracted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_content("own.rm5", GOOD[:-300])(folder.parent / REVIEW)
    assert (extracted(folder) / "inputs.csv").exists()
    assert command("check", "--data-dir", folder).exit_code == 1


def test_names_are_relative_whatever_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_content("own.rm5", b"<x")(folder.parent / REVIEW)
    for directory, given in ((folder.parent, "data"), (folder, "."), (folder / "trials", "..")):
        monkeypatch.chdir(directory)
        (said,) = messages(Path(given))
        assert said.startswith(f"{REVIEW}/own.rm5")
