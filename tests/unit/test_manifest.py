"""The manifest of a study, and what a commit or a pull request may hold: compared by content."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.command import command

from metarepro.errors import InputError
from metarepro.manifest.commits import commit_id, compare_with_commit, contents, tree
from metarepro.manifest.files import input_files, sha256_of, shown, strange_files
from metarepro.manifest.listing import (
    LOCAL,
    MANIFEST,
    Difference,
    differences,
    is_committed,
    list_files,
    read_manifest,
    write_manifest,
)
from metarepro.manifest.pull_request import beside_data

ROOT = Path(__file__).parents[2]
TRIALS, PLAN = "data/trials/trials.csv", "config/config.yaml"
POOLED, FIGURE = "results/pooled/pooled.csv", "results/figures/domains/a.svg"
PAGE, WORD = "results/report/index.html", "results/manuscript/a.docx"
OUTPUTS = (POOLED, "results/figures/domains", "results/report", "results/manuscript")
#: sha256 of "one\n", from the program sha256sum.
ONE = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study after a run, committed as its .gitignore says."""
    monkeypatch.chdir(tmp_path)
    for path in (TRIALS, "data/README.md", PLAN, POOLED, FIGURE, WORD, PAGE):
        write(path, "one\n")
    template = ROOT / "src/metarepro/templates/study/gitignore"
    write(".gitignore", template.read_text(encoding="utf-8"))
    write_manifest(tmp_path, list_files(tmp_path, OUTPUTS))
    git("init", "-q")
    commit()
    return tmp_path


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def git(*arguments: str) -> None:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *author, *arguments], check=True)


def commit() -> None:
    git("add", ".")
    git("commit", "-qm", "a change")


def compared(study: Path) -> list[str]:
    found = compare_with_commit(study, commit_id("HEAD"))
    return [f"{path}: {how}" for path, how in found.items()]


def test_inputs_are_the_plan_and_the_evidence(study: Path) -> None:
    write("data/.hidden", "1")
    write("config/README.md", "1")
    assert input_files(study) == [PLAN, TRIALS]


def test_a_checksum_is_that_of_sha256sum(study: Path) -> None:
    assert sha256_of(study / TRIALS) == ONE
    assert read_manifest(study)[TRIALS].sha256 == ONE


def test_results_that_are_not_committed_have_a_list_of_their_own(study: Path) -> None:
    rows = [row.split(",")[0] for row in Path(MANIFEST).read_text().splitlines()[1:]]
    assert rows == [PLAN, TRIALS, FIGURE, POOLED]
    rows = [row.split(",")[0] for row in Path(LOCAL).read_text().splitlines()[1:]]
    assert rows == [WORD, PAGE]


@pytest.mark.parametrize(
    "path",
    [".gitignore", "examples/bcg/.gitignore", "src/metarepro/templates/study/gitignore"],
)
def test_git_ignores_what_is_not_committed(path: str, study: Path) -> None:
    Path(".gitignore").write_bytes((ROOT / path).read_bytes())
    for result in (WORD, PAGE, POOLED, FIGURE, MANIFEST):
        done = subprocess.run(["git", "check-ignore", "-q", "--no-index", result], check=False)
        assert (done.returncode == 0) is not is_committed(result), result


def test_the_manifest_is_the_same_for_the_same_files(study: Path) -> None:
    before = Path(MANIFEST).read_bytes()
    write_manifest(study, list_files(study, reversed(OUTPUTS)))
    assert Path(MANIFEST).read_bytes() == before


@pytest.mark.parametrize(
    ("path", "text", "difference"),
    [
        (TRIALS, "two", Difference(TRIALS, "changed", TRIALS)),
        (POOLED, "two", Difference(POOLED, "changed", POOLED)),
        (PAGE, None, Difference(PAGE, "missing", "results/report")),
        (WORD, "two", Difference(WORD, "changed", "results/manuscript")),
        (PLAN, None, Difference(PLAN, "missing", PLAN)),
        ("results/x.csv", "1", Difference("results/x.csv", "not in the manifest", "results/x.csv")),
        (
            "results/report/x.html",
            "1",
            Difference("results/report/x.html", "not in the manifest", "results/report"),
        ),
        ("data/x.csv", "1", Difference("data/x.csv", "not in the manifest", "data/x.csv")),
        ("data/README.md", "two", None),
        ("results/changes.md", "1", None),
        ("results/report/.snakemake_timestamp", "1", None),
    ],
)
def test_a_folder_is_compared_both_ways(
    path: str, text: str | None, difference: Difference | None, study: Path
) -> None:
    assert differences(study, read_manifest(study)) == []
    if text is None:
        Path(path).unlink()
    else:
        write(path, text)
    assert differences(study, read_manifest(study)) == ([difference] if difference else [])


def test_a_clone_is_judged_without_what_is_not_committed(study: Path, tmp_path: Path) -> None:
    git("clone", "-q", ".", "clone")
    done = command("verify", "clone")
    assert (done.exit_code, done.output.split(":")[0]) == (0, "4 files")


def test_a_bundle_that_was_changed_on_its_way_is_told(study: Path) -> None:
    Path("bundle").mkdir()
    subprocess.run(["cp", "-r", "config", "data", "results", "bundle"], check=True)
    assert command("verify", "bundle").exit_code == 0
    write(f"bundle/{PAGE}", "made up")
    Path("bundle", POOLED).unlink()
    write("bundle/results/more.csv", "1")
    done = command("verify", "bundle")
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "results/more.csv: not in the manifest",
        f"{POOLED}: missing",
        f"{PAGE}: changed",
        "Differences: 3. To make results again: metarepro run",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "file,sha256\n",
        f"file,sha256,folder\n{POOLED},{ONE}\n",
        f"file,sha256,folder\n{POOLED},12,\n",
        f"file,sha256,folder\n../a,{ONE},\n",
        f"file,sha256,folder\nresults/../../a,{ONE},\n",
        f"file,sha256,folder\n{PAGE},{ONE},results/..\n",
        f"file,sha256,folder\n{PAGE},{ONE},data\n",
        f"file,sha256,folder\n{POOLED},{ONE},\n{POOLED},{ONE},\n",
        f"file,sha256,folder\n.snakemake/whole_run,{ONE},\n",
    ],
)
def test_a_manifest_that_we_did_not_write_is_refused(content: str, study: Path) -> None:
    Path(MANIFEST).write_text(content)
    with pytest.raises(InputError, match=r"results/manifest\.csv"):
        read_manifest(study)


def test_verify_says_where_a_manifest_comes_from(study: Path) -> None:
    Path(MANIFEST).unlink()
    assert "no such file; metarepro run writes it" in command("verify").output


# What CI compares.


def test_a_commit_of_what_a_run_made_passes(study: Path) -> None:
    assert compared(study) == []
    assert command("verify", "--commit", "HEAD").exit_code == 0


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (POOLED, "made up", f"{POOLED}: changed"),
        (POOLED, None, f"{POOLED}: missing in the commit"),
        (TRIALS, "two", f"{TRIALS}: changed"),
        (TRIALS, None, f"{TRIALS}: missing in the commit"),
        ("data/x.csv", "1", "data/x.csv: not in the manifest: no rule makes it"),
        ("results/old/x.csv", "1", "results/old/x.csv: not in the manifest: no rule makes it"),
        (
            "results/pooled/e.html",
            "1",
            "results/pooled/e.html: not in the manifest: no rule makes it",
        ),
        ("results/.hidden", "1", "results/.hidden: not in the manifest: no rule makes it"),
        (MANIFEST, "file,sha256,folder\n", f"{MANIFEST}: changed"),
        (MANIFEST, None, f"{MANIFEST}: missing in the commit"),
    ],
)
def test_a_commit_of_something_else_fails(
    path: str, text: str | None, said: str, study: Path
) -> None:
    """Committed beside a run, which left the right files in the folder."""
    right = Path(path).read_bytes() if Path(path).exists() else None
    if text is None:
        Path(path).unlink()
    else:
        write(path, text)
    commit()
    if right is None:
        Path(path).unlink()
    else:
        Path(path).write_bytes(right)
    assert compared(study) == [said]
    assert command("verify", "--commit", "HEAD").exit_code == 1


def test_a_staged_deletion_fails(study: Path) -> None:
    """Of a result that stays in the folder."""
    git("rm", "-q", "--cached", POOLED)
    git("commit", "-qm", "a change")
    git("add", "--intent-to-add", "results")
    assert compared(study) == [f"{POOLED}: missing in the commit"]


@pytest.mark.parametrize("path", [".snakemake/whole_run", "logs/a.log", ".venv/.ready"])
def test_records_of_runs_fail_although_they_are_not_ignored(path: str, study: Path) -> None:
    Path(".gitignore").unlink()
    write(path, "made up")
    git("add", path, ".gitignore")
    git("commit", "-qm", "a change")
    assert compared(study) == [f"{path}: a record of runs; remove it: git rm --cached"]


@pytest.mark.parametrize("path", [PAGE, WORD, LOCAL])
def test_what_every_run_makes_anew_is_not_committed(path: str, study: Path) -> None:
    git("add", "--force", path)
    git("commit", "-qm", "a change")
    assert compared(study) == [f"{path}: made anew by every run; remove it: git rm --cached"]


@pytest.mark.parametrize("path", [POOLED, TRIALS, PLAN])
def test_a_link_to_the_same_content_fails(path: str, study: Path) -> None:
    Path("elsewhere").write_text("one\n")
    Path(path).unlink()
    Path(path).symlink_to(study / "elsewhere")
    commit()
    assert f"{path}: a link; allowed: an ordinary file" in compared(study)


def test_a_program_fails(study: Path) -> None:
    git("update-index", "--chmod=+x", POOLED)
    git("commit", "-qm", "a change")
    assert compared(study) == [f"{POOLED}: a program; allowed: an ordinary file"]


def test_another_repository_in_the_data_fails(study: Path) -> None:
    git("update-index", "--add", "--cacheinfo", f"160000,{commit_id('HEAD')},data/other")
    git("commit", "-qm", "a change")
    assert "data/other: another repository; allowed: an ordinary file" in compared(study)


@pytest.mark.parametrize("attribute", ["-diff", "export-ignore", "text eol=crlf", "ident"])
def test_gitattributes_hide_nothing(attribute: str, study: Path) -> None:
    """Neither from the comparison nor from what `metarepro changes` reads."""
    write(".gitattributes", f"* {attribute}\n")
    write(POOLED, "made up\n")
    commit()
    write(POOLED, "one\n")
    assert compared(study) == [f"{POOLED}: changed"]
    assert list(contents([tree("HEAD")[POOLED]])) == [b"made up\n"]


def test_a_study_in_a_folder_of_a_repository(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("inner").mkdir()
    subprocess.run(["cp", "-r", "config", "data", "results", ".gitignore", "inner"], check=True)
    commit()
    monkeypatch.chdir("inner")
    assert compare_with_commit(Path(), commit_id("HEAD")) == {}


# What a pull request of data may change.


@pytest.mark.parametrize(
    "path",
    [
        ".gitignore",
        ".gitattributes",
        "data.py",
        ".github/workflows/data.yml",
        "src/metarepro/a.py",
        "rules/pool.smk",
        "scripts/pool.py",
        PLAN,
        "Makefile",
        "requirements.txt",
        "::error::x",
    ],
)
def test_more_than_data_in_a_pull_request_of_data_is_named(path: str, study: Path) -> None:
    base = commit_id("HEAD")
    write(path, "changed")
    write(POOLED, "two")
    commit()
    assert beside_data(base) == []
    write(TRIALS, "two")
    commit()
    assert beside_data(base) == [path]


def test_data_and_results_alone_pass(study: Path) -> None:
    base = commit_id("HEAD")
    for path in (TRIALS, "data/reviews/x2020/review.yaml", POOLED, MANIFEST):
        write(path, "two")
    commit()
    assert beside_data(base) == []


def test_a_file_moved_out_of_the_data_is_named(study: Path) -> None:
    base = commit_id("HEAD")
    git("mv", TRIALS, "moved.csv")
    commit()
    assert beside_data(base) == ["moved.csv"]


def test_the_check_needs_python_alone_and_prints_no_command(study: Path) -> None:
    base = commit_id("HEAD")
    write(TRIALS, "two")
    write("::error::x\n::warning::y", "1")
    write("##[error]z", "1")
    commit()
    done = subprocess.run(
        [sys.executable, "-S", "-m", "metarepro.manifest.pull_request", base],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "\\x23\\x23[error]z" in done.stdout
    lines = [line.lstrip() for line in done.stdout.splitlines()]
    assert [line for line in lines if line.startswith("::") or "##[" in line] == []


def test_the_check_on_github_imports_nothing_of_the_pull_request(study: Path) -> None:
    base = commit_id("HEAD")
    write(TRIALS, "two")
    for planted in ("metarepro/manifest/pull_request.py", "hashlib.py", "subprocess.py"):
        write(planted, "raise SystemExit(0)\n")
    write("metarepro/__init__.py", "")
    commit()
    workflow = (ROOT / ".github/workflows/data.yml").read_text(encoding="utf-8")
    (line,) = [line for line in workflow.splitlines() if "pull_request 'HEAD^1'" in line]
    done = subprocess.run(
        ["bash", "-c", line.replace("HEAD^1", base).replace("python3", sys.executable)],
        env={**os.environ, "RUNNER_TEMP": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "hashlib.py" in done.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "found an empty file"),
        (b"file,sha256,folder\na,b,c,d\n", "row 2: found 'a,b,c,d'"),
        (b"file,sha256,folder\ndata/a.csv\n", "row 2: found 'data/a.csv'; allowed: three cells"),
    ],
)
def test_a_manifest_that_is_none_is_told_in_words(study: Path, content: bytes, said: str) -> None:
    Path(MANIFEST).write_bytes(content)
    assert said in command("verify").stderr


@pytest.mark.parametrize("path", [MANIFEST, LOCAL])
def test_a_manifest_is_no_link(study: Path, path: str) -> None:
    """An error would show what it leads to."""
    Path(path).unlink()
    Path(path).symlink_to("/etc/passwd")
    done = command("verify")
    assert (done.exit_code, done.stderr) == (1, f"Error: {path}: found a link; allowed: a file\n")


@pytest.mark.parametrize("name", ["::error::x", "a\n::error::x", "a\r::error::x", "##[error]x"])
def test_a_name_is_no_command(name: str) -> None:
    said = shown(name)
    assert not said.startswith("::")
    assert len(said.splitlines()) == 1
    assert "##[" not in said


# What is no file.


@pytest.mark.parametrize("place", ["data", "config"])
def test_what_is_no_file_is_found_without_opening_it(place: str, study: Path) -> None:
    os.mkfifo(f"{place}/pipe")
    Path(place, "device").symlink_to("/dev/null")
    Path(place, "out").symlink_to("/etc/hostname")
    Path(place, "in").symlink_to(f"../{TRIALS}")
    Path(place, ".#lock").symlink_to("nobody@nowhere")
    assert strange_files(study) == [
        (f"{place}/device", "a link out of the study"),
        (f"{place}/out", "a link out of the study"),
        (f"{place}/pipe", "a named pipe"),
    ]


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_check_refuses_it_and_reads_nothing(kind: str, study: Path) -> None:
    Path(TRIALS).unlink()
    if kind == "pipe":
        os.mkfifo(TRIALS)
    elif kind == "link":
        write("../secret", "the secret")
        Path(TRIALS).symlink_to(study.parent / "secret")
    else:
        Path(TRIALS).mkdir()
    done = command("check")
    assert done.exit_code == 1
    found = {"pipe": "a named pipe", "link": "a link out of the study", "folder": "a folder"}[kind]
    assert f"{TRIALS}: found {found!r}; allowed: an ordinary file" in done.output
    assert "secret" not in done.output.replace("a link out of the study", "")
