"""Sizes of what is committed: all of it, and the results of the study."""

import subprocess

from benchmarks.measure import ROOT, Row


def rows() -> list[Row]:
    """Lines of the table."""
    return [
        Row("files of the repository", *size(".")),
        Row("of these in results/", *size("results")),
    ]


def size(folder: str) -> tuple[str]:
    """Number and megabytes of the files of the last commit in a folder."""
    command = ["git", "ls-tree", "-r", "-l", "-z", "HEAD", folder]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    sizes = [int(line.split("\t")[0].split()[3]) for line in listed.split("\0") if line]
    return (f"{len(sizes):,} files, {sum(sizes) / 1e6:.1f} MB",)
