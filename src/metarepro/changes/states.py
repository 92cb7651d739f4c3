"""The files of a commit and of the working tree, as git sees them."""

from pathlib import Path

from metarepro.manifest.commits import contents, git, is_file, tree


def state_of_commit(commit: str) -> dict[str, bytes]:
    """Files of a commit under this folder."""
    files = {path: blob for path, blob in tree(commit).items() if is_file(blob)}
    return dict(zip(files, contents(files.values()), strict=True))


def state_of_tree() -> dict[str, bytes]:
    """Files under this folder that are committed or could be (not those that git ignores)."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0")
    paths = [Path(name.decode("utf-8", "surrogateescape")) for name in names if name]
    # A link could lead out of the repository; a commit's links are left out too.
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    return {path.as_posix(): path.read_bytes() for path in files}
