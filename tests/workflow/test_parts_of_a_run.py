"""A run that makes only a part leaves a mark, until all is made: on the study of three rules."""

import shutil
from pathlib import Path

import pytest
from tests.three_rules import snakemake

UNFINISHED = ".snakemake/unfinished_run"


@pytest.mark.parametrize(
    "options",
    [
        ["results/copy.csv"],
        ["--until", "copy"],
        ["--batch", "all=1/2"],
        ["--allowed-rules", "copy"],
        ["--touch"],
    ],
)
def test_a_run_of_a_part_leaves_its_mark(options: list[str], study: Path) -> None:
    assert not (study / UNFINISHED).exists()
    (study / "results/copy.csv").unlink()
    assert snakemake(study, *options).returncode == 0
    assert (study / UNFINISHED).exists()


def test_the_mark_goes_when_all_is_made(study: Path) -> None:
    (study / UNFINISHED).touch()
    shutil.rmtree(study / "results/report")
    assert snakemake(study, "all").returncode == 0
    assert not (study / UNFINISHED).exists()
