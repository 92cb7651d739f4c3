"""The command as a whole: what it loads, how it answers mistakes, what make passes on to it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.command import command

from metarepro.cli import LazyCommand, cli

ROOT = Path(__file__).parents[2]
#: Packages that take long to import.
HEAVY = {
    *("numpy", "pandas", "scipy", "matplotlib", "snakemake", "pymare", "jinja2"),
    *("statsmodels", "forestplot", "yaml", "xlsxwriter", "docx", "pydantic", "pandera"),
    *("defusedxml", "openpyxl", "hypothesis", "pytest"),
}
COMMANDS = {name: entry for name, entry in cli.commands.items() if isinstance(entry, LazyCommand)}


def modules_loaded_by(code: str) -> set[str]:
    program = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules = run.stdout.splitlines()[-1].split()
    return {*modules, *(name.partition(".")[0] for name in modules)}


def test_help_loads_nothing_heavy() -> None:
    code = "sys.argv = ['metarepro', '--help']; from metarepro.cli import main; main()"
    assert modules_loaded_by(code) & HEAVY == set()


def test_the_package_loads_nothing_heavy() -> None:
    assert modules_loaded_by("import metarepro") & HEAVY == set()


def test_recomputing_a_review_loads_nothing_that_it_has_no_use_for(tmp_path: Path) -> None:
    """Arrays, tables and the page are needed; what fits, draws or reads plans is not."""
    arguments = ["reproduce", str(ROOT / "examples/made_up_review.rm5"), "--output-dir"]
    code = f"from metarepro.cli import cli; cli({[*arguments, str(tmp_path / 'out')]!r})"
    loaded = modules_loaded_by(code)
    assert loaded & HEAVY == {"numpy", "pandas", "scipy", "jinja2"}
    assert loaded & {"scipy.stats", "scipy.optimize", "scipy.sparse", "metarepro.plan"} == set()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_line_in_the_list_is_the_first_of_the_help(name: str) -> None:
    text = COMMANDS[name].load().help or ""
    assert " ".join(text.partition("\n\n")[0].split()) == COMMANDS[name].short_help


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_explained(name: str) -> None:
    options = [p for p in COMMANDS[name].load().params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_the_module_runs_as_the_command() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "metarepro", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("metarepro ")


def test_a_misspelt_command_gets_a_suggestion() -> None:
    refused = command("reprodce")
    assert (refused.exit_code, "Did you mean 'reproduce'?" in refused.stderr) == (2, True)


def test_problems_of_the_data_end_with_1(tmp_path: Path) -> None:
    refused = command("check", "--data-dir", tmp_path)
    assert refused.exit_code == 1
    assert "trials/trials.csv: found 'no such file'; allowed: a file" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["new-trial", "smith2024", "--statistic", "means"],
        ["add-trial", "smith2024"],
        ["new-review", "smith2024"],
    ],
)
def test_outside_a_study_it_says_what_to_do(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = command(*arguments)
    assert (refused.exit_code, "start one: metarepro new DIR" in refused.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_system_is_told_with_advice() -> None:
    refused = command("add-trial", "eve2003", "--config", "nosuch/config.yaml")
    assert (refused.exit_code, refused.stderr.startswith("Error: ")) == (1, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    assert "_METAREPRO_COMPLETE" in command("completion", shell).stdout


def test_commands_are_completed() -> None:
    environment = {"_METAREPRO_COMPLETE": "bash_complete", "COMP_WORDS": "metarepro new-"}
    run = subprocess.run(
        [sys.executable, "-m", "metarepro"],
        env=os.environ | environment | {"COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.split() == ["plain,new-trial", "plain,new-review"]


@pytest.fixture
def make(tmp_path: Path) -> Path:
    """A folder with the Makefile, whose programs print their arguments, each in brackets."""
    shutil.copy2(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    os.utime(tmp_path / "requirements.txt", (0, 0))
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    for name in ("metarepro", "python", "snakemake"):
        (programs / name).write_text(
            '#!/bin/sh\nfor a in "$@"; do printf "[%s]" "$a"; done; echo\n'
        )
        (programs / name).chmod(0o755)
    (tmp_path / ".venv/.ready").touch()
    return tmp_path


def made(folder: Path, *arguments: str) -> str:
    command = ["make", "--no-print-directory", "VENV=.venv", *arguments]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout


def test_make_takes_names_with_spaces(make: Path) -> None:
    printed = made(make, "reproduce", "FILES=a.rm5 'two words.rm5' folder", "OUTPUT=my results")
    assert printed == "[reproduce][--output-dir][my results][--][a.rm5][two words.rm5][folder]\n"


@pytest.mark.parametrize("target", ["reproduce", "reproduce-many"])
@pytest.mark.parametrize(
    "hidden",
    ["$(touch HERE)", "`touch HERE`", "; touch HERE", "$(shell touch HERE)", "| touch HERE"],
)
def test_make_runs_no_command_in_a_name(target: str, hidden: str, make: Path) -> None:
    made(make, target, f"FILES=a.rm5 {hidden}", f"OUTPUT=out{hidden}")
    assert not list(make.glob("HERE*"))


def test_targets_of_make_stand_for_commands(make: Path) -> None:
    assert made(make, "new-trial", "ID=$(shell touch HERE)", "STATISTIC=means") == (
        "[new-trial][--statistic][means][--][$(shell touch HERE)]\n"
    )
    assert made(make, "check-data") == "[check]\n"
    assert made(make, "changes", "BASE=main") == "[changes][--][main]\n"
