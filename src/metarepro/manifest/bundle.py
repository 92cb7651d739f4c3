"""A folder to pass on: the inputs, the results, and the sha256 of each."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from metarepro.errors import InputError
from metarepro.manifest.files import files_in
from metarepro.manifest.listing import list_files, write_manifest
from metarepro.tabular.atomic import new_folder, write_file

#: Where a bundle has its inputs and its results.
INPUTS, RESULTS = "data", "results"


def write_bundle(
    folder: Path, inputs: Sequence[Path], results: Mapping[str, bytes], readme: str
) -> None:
    """Write a bundle, which `metarepro verify` then compares with its manifest.

    Parameters
    ----------
    folder : Path
        What is there already must be a bundle, which is replaced, or empty.
    inputs : sequence of Path
        Files, and folders of RevMan Web tables, copied under their own names.
    results : mapping of str to bytes
        Name of each file to its content.
    readme : str
        What README.md says.

    Raises
    ------
    InputError
        If the folder holds something else, an input lies in it, or two inputs have one name.
    """
    manifest = folder / RESULTS / "manifest.csv"
    if folder.exists() and not manifest.is_file() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty and not a bundle; name a new folder")
    names = [path.resolve().name for path in inputs]
    if len(set(names)) < len(names):
        raise InputError(f"two inputs share the name {', '.join(sorted(names))}; rename one")
    strange = [name for name in names if name.startswith(".") or name.endswith(".md")]
    if strange:
        raise InputError(
            f"{strange[0]}: hidden files and Markdown files cannot be inputs; rename it"
        )
    if any(folder.resolve() in path.resolve().parents for path in inputs):
        raise InputError(f"{folder} contains an input; name another folder")
    with new_folder(folder) as new:
        for path in inputs:
            _copy(path, new / INPUTS / path.resolve().name)
        for name, content in results.items():
            write_file(new / RESULTS / name, content)
        write_file(new / "README.md", readme.encode())
        write_manifest(new, list_files(new, [f"{RESULTS}/{name}" for name in results]))


def _copy(path: Path, target: Path) -> None:
    """Copy a file, or the files of a folder."""
    if not path.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        return
    for file in files_in(path):
        if file.is_file() and not any(p.startswith(".") for p in file.relative_to(path).parts):
            _copy(file, target / file.relative_to(path))
