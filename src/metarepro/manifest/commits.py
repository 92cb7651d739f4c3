"""A commit's files as git keeps them: neither .gitattributes nor .gitignore has a say in it."""

import hashlib
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from metarepro.errors import InputError
from metarepro.manifest.files import SOURCES, is_input
from metarepro.manifest.listing import (
    CHANGED,
    EXTRA,
    LOCAL,
    MANIFEST,
    MISSING,
    Entries,
    is_committed,
    read_manifest,
)

#: Modes of files that are neither links nor programs, and not another repository.
FILE, PROGRAM, LINK, REPOSITORY = "100644", "100755", "120000", "160000"
_MODES = {PROGRAM: "a program", LINK: "a link", REPOSITORY: "another repository"}
#: Caches and records of runs, which could pass made-up results for computed ones.
_RECORDS = (".snakemake", ".venv", "logs")


@dataclass(frozen=True)
class Blob:
    """A file of a commit: its mode and the id of its content."""

    mode: str
    id: str


def git(*arguments: str, given: bytes | None = None) -> bytes:
    """Output of a git command.

    Raises
    ------
    InputError
        With git's own words if it fails.
    """
    done = subprocess.run(["git", *arguments], input=given, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise InputError(said or f"git {arguments[0]} failed")
    return done.stdout


def commit_id(reference: str) -> str:
    """Full id of the commit that a branch, tag or id names.

    Raises
    ------
    InputError
        If it names none, or if this folder is in no repository.
    """
    # What begins with a dash would be an option, and "a..b" is a range and no commit.
    if reference.startswith("-"):
        raise InputError(f"{reference!r} is not a commit")
    done = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        inside = subprocess.run(["git", "rev-parse", "--git-dir"], capture_output=True, check=False)
        if inside.returncode:
            raise InputError(
                "this folder is not in a git repository, and changes are compared with a commit; "
                'to start: git init, git add ., git commit -m "Start"'
            )
        raise InputError(f"{reference!r} is not a commit of this repository")
    return done.stdout.strip()


def tree(commit: str) -> dict[str, Blob]:
    """All that a commit has under this folder, by path."""
    found = {}
    for line in git("ls-tree", "-r", "-z", commit).split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, _, blob = about.decode().split(" ")
        found[name.decode("utf-8", "surrogateescape")] = Blob(mode, blob)
    return found


def is_file(blob: Blob) -> bool:
    """Whether something in a commit is a file, and no link or repository."""
    return blob.mode in (FILE, PROGRAM)


def contents(blobs: Iterable[Blob]) -> Iterator[bytes]:
    """Contents of files of commits, in order."""
    asked = "".join(f"{blob.id}\n" for blob in blobs)
    said, at = git("cat-file", "--batch", given=asked.encode()), 0
    while at < len(said):
        head, _, _ = said[at : at + 200].partition(b"\n")
        start = at + len(head) + 1
        size = int(head.split(b" ")[2])
        yield said[start : start + size]
        at = start + size + 1


def compare_with_commit(study: Path, commit: str) -> dict[str, str]:
    """Compare what the last run read and made with what a commit has, both ways, by content.

    Parameters
    ----------
    study : Path
        Its folder, the current one, after a whole run.
    commit : str
        Its id.

    Returns
    -------
    dict
        Each file that differs, and how. Modes count: inputs and results are ordinary files, no
        links. Files that a run would take for its own records count as well.
    """
    there = tree(commit)
    entries = {path: entry for path, entry in read_manifest(study).items() if is_committed(path)}
    return dict([*_compare(entries, there), *_manifest(study, there), *_odd(there)])


def _odd(there: dict[str, Blob]) -> Iterator[tuple[str, str]]:
    """What no commit of a study may have, whatever its .gitignore says."""
    for path, blob in there.items():
        first, *rest = path.split("/")
        if first in _RECORDS:
            yield path, "a record of runs; remove it: git rm --cached"
        elif not is_committed(path) or path == LOCAL:
            yield path, "made anew by every run; remove it: git rm --cached"
        elif rest and first in (*SOURCES, "results") and blob.mode in _MODES:
            yield path, f"{_MODES[blob.mode]}; allowed: an ordinary file"


def _compare(entries: Entries, there: dict[str, Blob]) -> Iterator[tuple[str, str]]:
    listed = {path for path in there if is_input(path) or path.startswith("results/")}
    listed = {path for path in listed if is_committed(path)} - {LOCAL, MANIFEST}
    both = sorted(listed & entries.keys())
    for path, content in zip(both, contents(there[path] for path in both), strict=True):
        if hashlib.sha256(content).hexdigest() != entries[path].sha256:
            yield path, CHANGED
    yield from ((path, f"{MISSING} in the commit") for path in entries.keys() - listed)
    yield from ((path, f"{EXTRA}: no rule makes it") for path in listed - entries.keys())


def _manifest(study: Path, there: dict[str, Blob]) -> Iterator[tuple[str, str]]:
    if MANIFEST not in there:
        yield MANIFEST, f"{MISSING} in the commit"
    elif list(contents([there[MANIFEST]])) != [(study / MANIFEST).read_bytes()]:
        yield MANIFEST, CHANGED
