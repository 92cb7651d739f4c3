"""Say what changed in data/ and results/ since a commit, and what moved because of what.

Compares the working tree with a commit of the same repository: inputs record by record, effects,
pooled estimates, comparisons with the reviews, claims, figures. Changes of sign, of an interval's
relation to zero and of a verdict come first. Prints Markdown; --output writes it to a file too.
Run it where the Snakefile is, after the workflow.
"""

import io
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from metarepro.changes.changes import compare_states
from metarepro.changes.report import report
from metarepro.command import parser, run

#: There from the start of a run to its end (see rules/runs.smk).
UNFINISHED = Path(".snakemake/unfinished_run")


def git(*arguments: str) -> bytes:
    """Output of a git command; ends the script with git's own words if it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


def commit_id(reference: str) -> str:
    """Full id of the commit that a branch, tag or id names."""
    # What begins with a dash would be an option, and "a..b" is a range and no commit.
    if reference.startswith("-"):
        sys.exit(f"{reference!r} is no commit")
    done = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{reference!r} is no commit of this repository")
    return done.stdout.strip()


def state_of_commit(commit: str) -> dict[str, bytes]:
    """Files of a commit under this folder."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", commit))) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        contents = [archive.extractfile(member) for member in files]
        return {f.name: c.read() for f, c in zip(files, contents, strict=True) if c is not None}


def state_of_tree() -> dict[str, bytes]:
    """Files under this folder that are committed or could be (not those that git ignores)."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0")
    paths = [Path(name.decode("utf-8", "surrogateescape")) for name in names if name]
    # A link could lead out of the repository; a commit's links are left out too.
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    return {path.as_posix(): path.read_bytes() for path in files}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("base", help="commit to compare with: a branch, a tag or an id")
    arguments.add_argument("--output", type=Path, help="file to write the report to as well")
    args = arguments.parse_args(argv)
    commit = commit_id(args.base)
    before, after = state_of_commit(commit), state_of_tree()
    text = report(compare_states(before, after), before, after, commit, UNFINISHED.exists())
    if args.output:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    run(main)
