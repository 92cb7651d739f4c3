"""The workflows for GitHub: what they may do, that their commands exist, and two steps as bash."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.data_folder import set_cells

from metarepro.manifest.listing import list_files, write_manifest

ROOT = Path(__file__).parents[2]
WORKFLOWS = {p.stem: p for p in sorted((ROOT / ".github/workflows").glob("*.yml"))}
CSV = "trials/results.csv"


def load(name: str) -> dict[str, Any]:
    # BaseLoader: everything is text, and the key `on` is not read as a truth value.
    workflow: dict[str, Any] = yaml.load(
        WORKFLOWS[name].read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return workflow


def steps(name: str) -> Iterator[dict[str, Any]]:
    for job in load(name)["jobs"].values():
        yield from job["steps"]


def command(name: str, step: str) -> str:
    (found,) = [s["run"] for s in steps(name) if s["name"] == step]
    assert isinstance(found, str)
    return found


def started(changed: list[str]) -> set[str]:
    """Workflows that a pull request starts; a folder and ** is all there is of patterns."""

    def within(path: str, patterns: list[str]) -> bool:
        assert all(pattern.endswith("/**") for pattern in patterns)
        return any(path.startswith(pattern.removesuffix("**")) for pattern in patterns)

    found = set()
    for name in WORKFLOWS:
        event = load(name)["on"]["pull_request"]
        # GitHub: one path that fits starts it; paths-ignore holds it back if every path fits.
        fits = [path for path in changed if within(path, event.get("paths", []))]
        ignored = [path for path in changed if within(path, event.get("paths-ignore", []))]
        if fits or ("paths" not in event and ignored != changed):
            found.add(name)
    return found


@pytest.mark.parametrize(
    ("changed", "workflows"),
    [
        (["data/trials/results.csv", "results/pooled/pooled.csv"], {"data"}),
        (["data/README.md"], {"data"}),
        (["results/pooled/pooled.csv"], {"data"}),
        (["scripts/pool.py"], {"code"}),
        (["scripts/pool.py", "results/pooled/pooled.csv"], {"code", "data"}),
        (["database.py"], {"code"}),
    ],
)
def test_a_pull_request_is_looked_at(changed: list[str], workflows: set[str]) -> None:
    assert started(changed) == workflows


def test_main_gets_all_checks() -> None:
    assert set(WORKFLOWS) == {"code", "data"}
    assert load("code")["on"]["push"] == {"branches": ["main"]}


def test_many_examples_are_tried_at_night() -> None:
    assert load("code")["on"]["schedule"]
    at_night = {
        name
        for name, job in load("code")["jobs"].items()
        if "github.event_name == 'schedule'" in job["if"]
    }
    assert at_night == {"nightly"}
    assert command("code", "Try many examples") == "make test-nightly"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_it_may_only_read(name: str) -> None:
    workflow = load(name)
    assert workflow["permissions"] == {"contents": "read"}
    own = {
        name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job
    }
    # The job that publishes the report runs no code of the repository.
    assert own in ({}, {"publish": {"pages": "write", "id-token": "write"}})
    assert workflow["concurrency"]["cancel-in-progress"] == "true"
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


def test_the_report_is_published_from_main_where_pages_are_enabled() -> None:
    publish = load("code")["jobs"]["publish"]
    (step,) = publish["steps"]
    assert step["uses"].startswith("actions/deploy-pages@")
    assert publish["needs"] == "code"
    (uploaded,) = [s for s in steps("code") if "upload-pages-artifact" in s.get("uses", "")]
    # On pull requests there is no push, and without Pages has_pages is false: both are skipped.
    enabled = "github.event_name == 'push' && github.event.repository.has_pages"
    assert publish["if"] == uploaded["if"] == enabled


def test_the_wheel_is_tried_on_every_python_that_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = [
        line.removeprefix(prefix)
        for line in project["classifiers"]
        if line.startswith(prefix := "Programming Language :: Python :: ")
    ]
    assert load("code")["jobs"]["wheel"]["strategy"]["matrix"]["python"] == promised


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_report_can_be_downloaded(name: str) -> None:
    (upload,) = [s for s in steps(name) if "actions/upload-artifact@" in s.get("uses", "")]
    assert "results/report" in upload["with"]["path"].split()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_and_keep_no_credentials(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    used = [step["uses"] for step in steps(name) if "uses" in step]
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
        assert re.search(re.escape(action) + r" # v[0-9]+\.[0-9]+\.[0-9]+\n", text)
    checkouts = [s for s in steps(name) if s.get("uses", "").startswith("actions/checkout@")]
    assert {checkout["with"]["persist-credentials"] for checkout in checkouts} == {"false"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_environment_is_kept_by_the_lock_file(name: str) -> None:
    own = load(name)["jobs"][name]["steps"]
    assert "make setup" in [step.get("run") for step in own]
    (python,) = [s for s in own if s.get("uses", "").startswith("actions/setup-python@")]
    assert python["with"]["cache-dependency-path"] == "requirements.txt"
    assert (ROOT / "requirements.txt").exists()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_text_of_a_pull_request_enters_a_command(name: str) -> None:
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_command_exists(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    for step in steps(name):
        for line in step.get("run", "").splitlines():
            word, *arguments = line.split(" ")
            if word == "make":
                named = [a for a in arguments if re.fullmatch(r"[a-z-]+", a)]
                assert set(named) <= targets, line
            elif word not in ("cat", "git") and "python3 -P -m" not in line:
                assert os.access(ROOT / word, os.X_OK), line


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed copy of the project, with an environment that make need not set up."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    for name in ("config", "data", "rules", "scripts", "src"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("effects", "extracted", "pooled", "reproduction"):
        shutil.copytree(ROOT / "results" / name, folder / "results" / name)
    for name in ("Makefile", "Snakefile", "requirements.txt", "environment.yml", ".gitignore"):
        shutil.copy2(ROOT / name, folder / name)
    os.utime(folder / "requirements.txt", (0, 0))
    binaries = folder.parent / "venv/bin"
    binaries.mkdir(parents=True)
    (binaries.parent / ".ready").touch()
    (binaries / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (binaries / "python").chmod(0o755)
    git(folder, "init", "-q")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True)


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a change")


def bash(folder: Path, script: str, summary: Path) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does."""
    environment = os.environ | {
        "VENV": str(folder.parent / "venv"),
        "GITHUB_STEP_SUMMARY": str(summary),
        "RUNNER_TEMP": str(summary.parent / "temp"),
    }
    (summary.parent / "temp").mkdir(exist_ok=True)
    options = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        ["bash", *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def branch(repository: Path, tmp_path: Path) -> Path:
    """A copy of the repository, to edit."""
    shutil.copytree(repository.parent, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy/project"


def test_a_broken_edit_is_annotated_and_fails(branch: Path, tmp_path: Path) -> None:
    set_cells(branch / "data", CSV, 2, {"value": "0,86", "sign": "plus"})
    commit(branch)
    step = bash(branch, command("data", "Validate the data"), tmp_path / "summary")
    assert step.returncode != 0
    lines = [line for line in step.stdout.splitlines() if line.startswith("::")]
    place = r"::error file=data/trials/results\.csv,line=2,col=[0-9]+::.*found '(.*?)'"
    assert [match[1] for line in lines if (match := re.match(place, line))] == ["plus", "0,86"]
    assert len(lines) == 2


def test_a_good_edit_passes_and_is_reported(branch: Path, tmp_path: Path) -> None:
    set_cells(branch / "data", CSV, 2, {"note": "a | new <note>"})
    commit(branch)
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    assert bash(branch, command("data", "Validate the data"), summary).returncode == 0
    step = bash(branch, command("data", "Compare with the base"), summary)
    assert step.returncode == 0, step.stderr
    text = summary.read_text()
    assert text.startswith("before\n# What changed since ")
    assert "<code>a &#124; new &#60;note&#62;</code>" in text
    # The workflow was not run here, and the report says so.
    assert "were not made from its inputs" in text
    assert "half-made" not in text
    assert text.endswith((branch / "results/changes.md").read_text())


GATE = "Nothing but data and results may change"


@pytest.mark.parametrize("path", [".gitignore", "src/metarepro/manifest/pull_request.py"])
def test_a_pull_request_of_data_that_changes_more_fails(
    path: str, branch: Path, tmp_path: Path
) -> None:
    """The check is that of the base, whatever the pull request makes of it."""
    set_cells(branch / "data", CSV, 2, {"note": "new"})
    commit(branch)
    step = command("data", GATE)
    assert bash(branch, step, tmp_path / "summary").returncode == 0
    git(branch, "reset", "--soft", "HEAD^1")
    (branch / path).write_text("")
    commit(branch)
    refused = bash(branch, step, tmp_path / "summary")
    assert refused.returncode == 1
    assert f"\n  {path}\n" in refused.stdout


def test_maintainers_may_let_code_and_data_change_together() -> None:
    (gate,) = [step for step in steps("data") if step["name"] == GATE]
    assert gate["if"] == "!contains(github.event.pull_request.labels.*.name, 'code and data')"
    assert "labeled" in load("data")["on"]["pull_request"]["types"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_a_run_makes_is_compared_with_the_commit(name: str) -> None:
    said = "\n".join(step.get("run", "") for step in steps(name))
    if ".ci/run" in said:
        said += (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "verify COMMIT=HEAD" in said


def test_forgotten_results_fail(branch: Path, tmp_path: Path) -> None:
    """The run made them; the pull request has those of the base."""
    script = command("data", "Results must be committed with the data")
    pooled = branch / "results/pooled/pooled.csv"
    outputs = [path.relative_to(branch).as_posix() for path in branch.glob("results/*")]
    write_manifest(branch, list_files(branch, outputs))
    commit(branch)
    assert bash(branch, script, tmp_path / "summary").returncode == 0
    pooled.write_text("a\n")
    write_manifest(branch, list_files(branch, outputs))
    step = bash(branch, script, tmp_path / "summary")
    assert step.returncode != 0
    assert "results/pooled/pooled.csv: changed" in step.stdout
