"""The files of a commit and of the working tree, as git sees them."""

import io
import subprocess
import tarfile
from pathlib import Path

from metarepro.errors import InputError


def _git(*arguments: str) -> bytes:
    """Output of a git command; raises `InputError` with git's own words if it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise InputError(said or f"git {arguments[0]} failed")
    return done.stdout


def commit_id(reference: str) -> str:
    """Full id of the commit that a branch, tag or id names."""
    # What begins with a dash would be an option, and "a..b" is a range and no commit.
    if reference.startswith("-"):
        raise InputError(f"{reference!r} is no commit")
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
                "this folder is in no git repository, and what changed is told from a commit on: "
                'git init, git add ., git commit -m "Start"'
            )
        raise InputError(f"{reference!r} is no commit of this repository")
    return done.stdout.strip()


def state_of_commit(commit: str) -> dict[str, bytes]:
    """Files of a commit under this folder."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", commit))) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        contents = [archive.extractfile(member) for member in files]
        return {f.name: c.read() for f, c in zip(files, contents, strict=True) if c is not None}


def state_of_tree() -> dict[str, bytes]:
    """Files under this folder that are committed or could be (not those that git ignores)."""
    names = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0")
    paths = [Path(name.decode("utf-8", "surrogateescape")) for name in names if name]
    # A link could lead out of the repository; a commit's links are left out too.
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    return {path.as_posix(): path.read_bytes() for path in files}
