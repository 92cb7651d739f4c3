"""The worked examples of the guide: every command runs, and prints what the page says."""

import re
import shlex
from pathlib import Path

import pytest
from tests.command import command
from tests.example_sources import FOLDER, sources

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/from-source-to-verdict.md").read_text(encoding="utf-8")
#: A command in a block of its own, and the output in the next; a line of dots stands for some.
SHOWN = re.findall(r"```\n(metarepro [^\n]+)\n```\n\n```text\n(.*?)```", PAGE, re.S)


def test_the_page_takes_each_source_to_a_verdict() -> None:
    reproduced = [line.split()[-1] for line, _ in SHOWN if line.startswith("metarepro reproduce")]
    assert reproduced == [f"examples/sources/{name}" for name in ("cochrane", "article", "report")]


@pytest.mark.parametrize(("line", "output"), SHOWN, ids=[line for line, _ in SHOWN])
def test_a_command_prints_what_the_page_says(
    line: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    printed = command(*shlex.split(line)[1:]).stdout
    pattern = ".*\n".join(map(re.escape, re.split(r"^\.\.\.\n", output, flags=re.M)))
    assert re.fullmatch(pattern, printed, re.S), printed


@pytest.mark.parametrize("name", sorted(sources()))
def test_the_files_are_those_that_the_program_makes(name: str) -> None:
    assert (FOLDER / name).read_bytes() == sources()[name]
