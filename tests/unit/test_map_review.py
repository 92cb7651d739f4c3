"""The map of a review's data file, as `metarepro map-review` writes it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes

from metarepro.cli import cli
from metarepro.reviews.data_files import write_outcome_map
from metarepro.tabular.input_tables import OUTCOME_MAP
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import read_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A review with its data file."""
    folder = tmp_path / "data/reviews/made2020"
    folder.mkdir(parents=True)
    (folder / "review.rm5").write_bytes(rm5_bytes(made_up_review()))
    return folder


def test_every_outcome_gets_a_row_to_fill_in(folder: Path) -> None:
    path, added = write_outcome_map(folder)
    table = read_table(path, OUTCOME_MAP, by_hand=True)
    assert len(table) == added == 2
    assert set(table["outcome"]) == {""}
    assert all(table["outcome_label"] != "")


def test_rows_that_are_filled_in_stay(folder: Path) -> None:
    path, _ = write_outcome_map(folder)
    lines = path.read_text(encoding="utf-8").splitlines()
    filled = lines[1].removesuffix(",,,,") + ",warmth,post,yes,play"
    path.write_text("\n".join([lines[0], filled]) + "\n", encoding="utf-8")
    assert write_outcome_map(folder) == (path, 1)
    assert path.read_text(encoding="utf-8").splitlines() == [lines[0], filled, lines[2]]


def test_a_review_without_a_data_file_is_named(folder: Path) -> None:
    (folder / "review.rm5").unlink()
    with pytest.raises(DataError, match="no data file"):
        write_outcome_map(folder)


def test_the_command_says_what_is_next(folder: Path) -> None:
    arguments = ["map-review", "made2020", "--data-dir", str(folder.parents[1])]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0
    assert "2 outcomes added. Fill them in, then: metarepro check" in result.output
