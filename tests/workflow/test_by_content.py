"""What `metarepro run` notices by content, on the study of three rules."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from tests.command import command
from tests.three_rules import PAGE, PLAN, TRIALS, run, snakemake


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


def test_the_manifest_lists_inputs_and_results(finished_study: Path) -> None:
    manifest = (finished_study / "results/manifest.csv").read_text().splitlines()
    listed = [row.split(",")[0] for row in manifest]
    assert listed == ["file", PLAN, TRIALS, "results/copy.csv", "results/words.txt"]
    local = (finished_study / "results/manifest.local.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in local[1:]] == ["results/report/a.txt", PAGE]
    assert command("verify", finished_study).exit_code == 0


@pytest.mark.parametrize("plain", [False, True])
def test_data_restored_with_an_old_date_are_read_again(plain: bool, study: Path) -> None:
    """Also by `snakemake` itself."""
    edit(study / TRIALS, "two\n", old=True)
    if plain:
        assert snakemake(study).returncode == 0
    else:
        said = run(study).stderr
        assert f"Inputs that changed since the last run: {TRIALS} (changed)" in said
    assert (study / PAGE).read_text() == "two\ntitle: A\n"
    assert command("verify", study).exit_code == 0


def test_after_plain_snakemake_nothing_is_made_again(study: Path) -> None:
    edit(study / TRIALS, "two\n")
    assert snakemake(study).returncode == 0
    before = (study / PAGE).stat().st_mtime_ns
    again = run(study)
    assert "Nothing to do" in again.stderr
    assert "made again" not in again.stderr
    assert (study / PAGE).stat().st_mtime_ns == before


def test_plain_snakemake_vouches_for_no_result_that_was_made_up(study: Path) -> None:
    edit(study / "results/words.txt", "made up", old=True)
    edit(study / TRIALS, "two\n")
    assert snakemake(study).returncode == 0
    assert "Everything is made again" in run(study).stderr
    assert (study / "results/words.txt").read_text() == "title: A\n"


@pytest.mark.parametrize("date", ["old", "new"])
def test_results_edited_by_hand_are_made_again_and_named(date: str, study: Path) -> None:
    before = contents(study)
    for name in ("results/copy.csv", PAGE):
        edit(study / name, "made up", old=date == "old")
    again = run(study)
    assert again.returncode == 0, again.stderr
    named = f"results/copy.csv (changed), {PAGE} (changed)"
    assert f"since the last run, made again: {named}" in again.stderr
    assert contents(study) == before


def test_results_that_are_deleted_are_made_again_and_named(study: Path) -> None:
    before = contents(study)
    for name in ("results/words.txt", "results/report/a.txt"):
        (study / name).unlink()
    named = "results/report/a.txt (missing), results/words.txt (missing)"
    assert f"since the last run, made again: {named}" in run(study).stderr
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
    assert command("verify", study).exit_code == 0
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
    during = snakemake(study, "--show-failed-logs")
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
