"""What `metarepro run` notices by content: on a study of three rules, with the project's own
rules for code, runs and the manifest."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.workflow_runs import ROOT, environment

TRIALS, PLAN = "data/trials.csv", "config/config.yaml"
#: results/copy.csv is made of the trials, results/words.txt of the plan, results/report of both.
#: The rule of copy.csv does what the file hook.sh says after it has read.
SNAKEFILE = f"""
from metarepro.workflow import snakefile
RULES = Path(snakefile()).parent / "rules"
include: f"{{RULES}}/code.smk"
STAGES, LEFT_OUT = {{}}, ()
include: f"{{RULES}}/runs.smk"
rule all:
    input: "results/copy.csv", "results/words.txt", "results/report", "results/manifest.csv"
rule copy:
    input: "{TRIALS}"
    output: "results/copy.csv"
    shell: "cat {{input}} > {{output}}; test ! -e hook.sh || sh hook.sh"
rule words:
    input: "{PLAN}"
    output: "results/words.txt"
    shell: "cat {{input}} > {{output}}"
rule report:
    input: "results/copy.csv", "results/words.txt"
    output: directory("results/report")
    shell: "mkdir {{output}}; cat {{input}} > {{output}}/index.html; echo a > {{output}}/a.txt"
include: f"{{RULES}}/manifest.smk"
watch_contents()
"""
PAGE = "results/report/index.html"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study after a run."""
    folder = tmp_path_factory.mktemp("study")
    contents = {TRIALS: "one\n", PLAN: "title: A\n", "Snakefile": SNAKEFILE}
    for name, text in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    assert run(folder).returncode == 0
    return folder


@pytest.fixture
def study(finished: Path, tmp_path: Path) -> Path:
    """A copy of it, with its records, to change."""
    folder = tmp_path / "study"
    subprocess.run(["cp", "--archive", finished, folder], check=True)
    return folder


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "metarepro", *(arguments or ("run", "--cores", "1"))],
        cwd=folder,
        env=environment(ROOT, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in (folder / "results").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def edit(path: Path, text: str, *, old: bool = False) -> None:
    """Write a file; `old`: with the date that it had."""
    dates = path.stat()
    path.write_text(text)
    if old:
        os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))


def test_nothing_is_done_again_without_a_change(study: Path) -> None:
    before = (study / PAGE).stat().st_mtime_ns
    again = run(study)
    assert again.returncode == 0
    assert "Nothing to do" in again.stderr
    assert (study / PAGE).stat().st_mtime_ns == before


def test_the_manifest_lists_inputs_and_results(finished: Path) -> None:
    manifest = (finished / "results/manifest.csv").read_text().splitlines()
    listed = [row.split(",")[0] for row in manifest]
    assert listed == ["file", PLAN, TRIALS, "results/copy.csv", "results/words.txt"]
    local = (finished / "results/manifest.local.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in local[1:]] == ["results/report/a.txt", PAGE]
    assert run(finished, "verify").returncode == 0


@pytest.mark.parametrize("plain", [False, True])
def test_data_restored_with_an_old_date_are_read_again(plain: bool, study: Path) -> None:
    """Also by `snakemake` itself."""
    edit(study / TRIALS, "two\n", old=True)
    if plain:
        command = [sys.executable, "-m", "snakemake", "--cores", "1"]
        subprocess.run(command, cwd=study, env=environment(ROOT), check=True, capture_output=True)
    else:
        said = run(study).stderr
        assert f"Inputs that changed since the last run: {TRIALS} (changed)" in said
    assert (study / PAGE).read_text() == "two\ntitle: A\n"
    assert run(study, "verify").returncode == 0


def snakemake_itself(study: Path) -> None:
    command = [sys.executable, "-m", "snakemake", "--cores", "1"]
    subprocess.run(command, cwd=study, env=environment(ROOT), check=True, capture_output=True)


def test_after_plain_snakemake_nothing_is_made_again(study: Path) -> None:
    edit(study / TRIALS, "two\n")
    snakemake_itself(study)
    before = (study / PAGE).stat().st_mtime_ns
    again = run(study)
    assert "Nothing to do" in again.stderr
    assert "made again" not in again.stderr
    assert (study / PAGE).stat().st_mtime_ns == before


def test_plain_snakemake_vouches_for_no_result_that_was_made_up(study: Path) -> None:
    edit(study / "results/words.txt", "made up", old=True)
    edit(study / TRIALS, "two\n")
    snakemake_itself(study)
    assert "Everything is made again" in run(study).stderr
    assert (study / "results/words.txt").read_text() == "title: A\n"


@pytest.mark.parametrize("date", ["old", "new"])
@pytest.mark.parametrize("name", ["results/copy.csv", PAGE])
def test_a_result_edited_by_hand_is_made_again_and_named(name: str, date: str, study: Path) -> None:
    before = contents(study)
    edit(study / name, "made up", old=date == "old")
    again = run(study)
    assert again.returncode == 0, again.stderr
    assert f"since the last run, made again: {name} (changed)" in again.stderr
    assert contents(study) == before


@pytest.mark.parametrize("name", ["results/copy.csv", "results/report/a.txt"])
def test_a_result_that_is_deleted_is_made_again_and_named(name: str, study: Path) -> None:
    before = contents(study)
    (study / name).unlink()
    assert f"since the last run, made again: {name} (missing)" in run(study).stderr
    assert contents(study) == before


def test_a_result_of_another_in_a_folder_goes(study: Path) -> None:
    before = contents(study)
    (study / "results/report/evil.html").write_text("made up")
    assert "results/report/evil.html (not in the manifest)" in run(study).stderr
    assert contents(study) == before


def test_a_result_that_no_rule_makes_is_named_and_kept(study: Path) -> None:
    (study / "results/old.csv").write_text("mine")
    again = run(study)
    assert again.returncode == 0
    assert "No rule makes these, so delete them: results/old.csv" in again.stderr
    assert (study / "results/old.csv").exists()


def test_a_link_in_the_place_of_a_result_is_no_result(study: Path) -> None:
    before = (study / "results/copy.csv").read_bytes()
    (study / "results/copy.csv").unlink()
    (study / "results/copy.csv").symlink_to(study / TRIALS)
    assert "results/copy.csv (changed)" in run(study).stderr
    assert not (study / "results/copy.csv").is_symlink()
    assert (study / "results/copy.csv").read_bytes() == before


def test_a_link_in_the_place_of_a_folder_goes_and_its_target_stays(
    study: Path, tmp_path: Path
) -> None:
    before = contents(study)
    target = tmp_path / "target"
    (study / "results/report").rename(target)
    edit(target / "a.txt", "mine")
    (study / "results/report").symlink_to(target)
    assert run(study).returncode == 0
    assert contents(study) == before
    assert (target / "a.txt").read_text() == "mine"


def test_a_result_changed_with_its_manifest_is_made_again(study: Path) -> None:
    before = contents(study)
    edit(study / "results/copy.csv", "made up")
    entry = subprocess.check_output(["sha256sum", "results/copy.csv"], cwd=study, text=True)
    manifest = study / "results/manifest.csv"
    rows = manifest.read_text().splitlines()
    rows = [f"results/copy.csv,{entry[:64]}," if "copy" in row else row for row in rows]
    manifest.write_text("\n".join(rows) + "\n")
    assert run(study, "verify").returncode == 0
    assert "Everything is made again" in run(study).stderr
    assert contents(study) == before


@pytest.mark.parametrize("text", ["two\n", "one\n"])
def test_an_input_touched_during_a_run_fails_it_and_is_read_again(text: str, study: Path) -> None:
    """Also one that is put back, so that its content is the same in the end."""
    edit(study / TRIALS, "one\n", old=True)
    (study / "results/copy.csv").unlink()
    (study / "hook.sh").write_text(f"echo other > {TRIALS}; printf '{text}' > {TRIALS}")
    during = run(study)
    assert during.returncode == 1
    assert f"Changed during the run, so start it again: {TRIALS}" in during.stderr
    (study / "hook.sh").unlink()
    assert run(study).returncode == 0
    assert (study / PAGE).read_text() == f"{text}title: A\n"


def test_plain_snakemake_refuses_to_list_an_input_edited_during_a_run(study: Path) -> None:
    (study / "results/copy.csv").unlink()
    (study / "hook.sh").write_text(f"echo two > {TRIALS}")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--show-failed-logs"]
    during = subprocess.run(
        command, cwd=study, env=environment(ROOT), check=False, capture_output=True, text=True
    )
    assert during.returncode == 1
    assert "changed while the run was going on: start it again" in during.stderr


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (None, "a named pipe"),
        ("/dev/zero", "a link out of the study"),
        ("/etc/hostname", "a link out of the study"),
        ("../config", "a link to a folder"),
        ("nowhere", "a link to nothing"),
        ("trials.csv", "a link to nothing"),
    ],
)
def test_what_is_no_file_is_refused_at_once(target: str | None, found: str, study: Path) -> None:
    (study / TRIALS).unlink()
    if target is None:
        os.mkfifo(study / TRIALS)
    else:
        (study / TRIALS).symlink_to(target)
    start = time.monotonic()
    refused = run(study)
    assert refused.returncode == 1
    assert f"{TRIALS}: found {found}; allowed: an ordinary file" in refused.stderr
    assert time.monotonic() - start < 30


def test_a_link_to_another_file_of_the_study_is_an_input(study: Path) -> None:
    (study / TRIALS).rename(study / "kept.csv")
    (study / TRIALS).symlink_to("../kept.csv")
    assert run(study).returncode == 0
    edit(study / "kept.csv", "two\n", old=True)
    assert run(study).returncode == 0
    assert (study / PAGE).read_text() == "two\ntitle: A\n"


def test_no_line_of_a_run_is_a_command_to_github(study: Path) -> None:
    (study / "results/old.csv").write_text("mine")
    lines = run(study, GITHUB_ACTIONS="true").stdout.splitlines()
    assert lines[0].startswith("::stop-commands::")
    assert lines[-1] == f"::{lines[0].removeprefix('::stop-commands::')}::"
    assert "::" not in run(study, GITHUB_ACTIONS="").stdout
