"""The manifest: every input and every result with its sha256, and how a folder differs from it.

There are two files of the same form. `MANIFEST` lists the inputs and those results that are the
same on every machine; it is committed with them. `LOCAL` lists what is made anew by every run and
not committed: the report and the files for manuscripts.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from metarepro.errors import InputError
from metarepro.manifest.files import SOURCES, files_in, input_files, is_input, sha256_of
from metarepro.tabular.atomic import write_file

MANIFEST = "results/manifest.csv"
LOCAL = "results/manifest.local.csv"
COLUMNS = ("file", "sha256", "folder")
#: In results/, but not made of the inputs alone.
_NO_RESULTS = (MANIFEST, LOCAL, "results/changes.md", "results/templates/")
_NOT_COMMITTED = ("results/report/", "results/manuscript/")
_SHA256 = re.compile(r"[0-9a-f]{64}")

CHANGED, MISSING, EXTRA = "changed", "missing", "not in the manifest"


@dataclass(frozen=True)
class Entry:
    """A file of the manifest.

    Parameters
    ----------
    file : str
        Path from the study's folder, with /.
    sha256 : str
    folder : str
        The folder that the workflow makes as one and that the file is in; "" if there is none.
    """

    file: str
    sha256: str
    folder: str = ""


@dataclass(frozen=True)
class Difference:
    """A file that is not what the manifest lists.

    Parameters
    ----------
    file : str
    kind : str
        `CHANGED`, `MISSING` or `EXTRA`.
    output : str
        What the workflow has to make again: the file, or the folder that it is in.
    """

    file: str
    kind: str
    output: str


Entries = Mapping[str, Entry]


def is_committed(path: str) -> bool:
    """Whether an input or a result belongs into the repository.

    Examples
    --------
    >>> is_committed("results/pooled/pooled.csv"), is_committed("results/report/index.html")
    (True, False)
    """
    return not path.startswith(_NOT_COMMITTED)


def is_result(path: str) -> bool:
    """Whether a file is a result: in results/, nothing about results, nothing hidden."""
    hidden = any(part.startswith(".") for part in path.split("/"))
    return path.startswith("results/") and not path.startswith(_NO_RESULTS) and not hidden


def list_files(study: Path, outputs: Iterable[str]) -> dict[str, Entry]:
    """List the inputs of a study and what its workflow made.

    Parameters
    ----------
    study : Path
        Its folder.
    outputs : iterable of str
        Files and folders that the rules of the workflow make, from the study's folder.
    """
    entries = [Entry(path, sha256_of(study / path)) for path in input_files(study)]
    for output in outputs:
        path, is_folder = study / output, (study / output).is_dir()
        for file in files_in(path) if is_folder else [path]:
            name = file.relative_to(study).as_posix()
            if is_result(name):
                entries.append(Entry(name, sha256_of(file), output if is_folder else ""))
    return {entry.file: entry for entry in sorted(entries, key=lambda entry: entry.file)}


def write_manifest(study: Path, entries: Entries) -> None:
    """Write both files."""
    for path, committed in ((MANIFEST, True), (LOCAL, False)):
        listed = [entry for entry in entries.values() if is_committed(entry.file) is committed]
        write_file(study / path, _table(listed))


def _table(entries: Iterable[Entry]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((entry.file, entry.sha256, entry.folder) for entry in entries)
    return text.getvalue().encode()


def read_manifest(study: Path) -> dict[str, Entry]:
    """Read the manifest of a study; of results that are not committed only if they are listed.

    Raises
    ------
    InputError
        If it is not there or not as `write_manifest` writes it.
    """
    for path in (MANIFEST, LOCAL):
        if (study / path).is_symlink():
            raise InputError(f"{path}: found a link; allowed: a file")
    if not (study / MANIFEST).is_file():
        raise InputError(f"{MANIFEST}: no such file; metarepro run writes it")
    entries = parse_manifest((study / MANIFEST).read_bytes(), MANIFEST)
    if (study / LOCAL).is_file():
        entries |= parse_manifest((study / LOCAL).read_bytes(), LOCAL)
    return entries


def parse_manifest(content: bytes, file: str) -> dict[str, Entry]:
    """Entries of a manifest by their files.

    Raises
    ------
    InputError
        For whatever `write_manifest` would not have written.
    """
    again = "metarepro run writes it again"
    try:
        reader = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        header, *rows = list(reader) or [["an empty file"]]
        if tuple(header) != COLUMNS:
            raise ValueError(f"found {','.join(header)}; allowed: {','.join(COLUMNS)}")
        for row, cells in enumerate(rows, 2):
            if len(cells) != len(COLUMNS):
                found = ",".join(cells)[:100]
                raise ValueError(f"row {row}: found {found!r}; allowed: three cells")
        entries = {name: Entry(name, sha256, folder) for name, sha256, folder in rows}
    except (ValueError, csv.Error) as error:
        raise InputError(f"{file}: {error}; {again}") from None
    for row, entry in enumerate(entries.values(), 2):
        if not _SHA256.fullmatch(entry.sha256) or not _is_inside(entry):
            raise InputError(f"{file}, row {row}: found {entry.file!r}; {again}")
    if len(entries) != len(rows):
        raise InputError(f"{file}: a file is listed twice; {again}")
    return entries


def _is_inside(entry: Entry) -> bool:
    """Whether an entry is an input or a result, in the folder that it names."""
    climbs = ".." in entry.file.split("/") or ".." in entry.folder.split("/")
    in_folder = not entry.folder or (
        entry.folder.startswith("results/") and entry.file.startswith(f"{entry.folder}/")
    )
    return (is_input(entry.file) or is_result(entry.file)) and in_folder and not climbs


def differences(study: Path, entries: Entries) -> list[Difference]:
    """How a study's folder differs from its manifest, both ways, by content, in order."""
    folders = {entry.folder for entry in entries.values()} - {""}
    found = [
        Difference(entry.file, kind, entry.folder or entry.file)
        for entry in entries.values()
        if (kind := _kind(study, entry))
    ]
    paths = [path for part in (*SOURCES, "results") for path in files_in(study / part)]
    for name in (path.relative_to(study).as_posix() for path in paths):
        if (is_input(name) or is_result(name)) and name not in entries:
            of = [folder for folder in folders if name.startswith(f"{folder}/")]
            found.append(Difference(name, EXTRA, max(of, default=name, key=len)))
    return sorted(found, key=lambda difference: difference.file)


def _kind(study: Path, entry: Entry) -> str:
    """How a file differs from its entry; "" if it does not. No link leads to a result."""
    path = study / entry.file
    if not path.is_file():
        return CHANGED if path.exists() or path.is_symlink() else MISSING
    way = [] if is_input(entry.file) else folders_to(Path(entry.file))
    linked = any((study / part).is_symlink() for part in way)
    return CHANGED if linked or sha256_of(path) != entry.sha256 else ""


def folders_to(result: Path) -> list[Path]:
    """Return a result and the folders that it is in, from the top; results/ itself may be a link.

    Examples
    --------
    >>> [path.as_posix() for path in folders_to(Path("results/pooled/pooled.csv"))]
    ['results/pooled', 'results/pooled/pooled.csv']
    """
    return [*list(reversed(result.parents))[2:], result]
