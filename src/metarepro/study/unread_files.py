"""Files of a data folder that nothing reads: tables under a name that is not theirs.

A table that a study can do without would be missing without a word: cluster.csv is not
clusters.csv.
"""

from collections import defaultdict
from pathlib import Path

from metarepro.study.certainty import CERTAINTY_FILE
from metarepro.study.transcription import CORRECTIONS_FILE, REVIEW_FILE
from metarepro.tabular.cells import read_bytes
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.input_tables import INPUT_TABLES

#: Explanations, in any folder.
_NOTES = ".md"


def unread_files(folder: Path) -> list[tuple[str, str]]:
    """Find files that are no table, and what may stand in their place.

    The data files of a review may have any name, so that in its folder only other YAML files are
    found, and tables with the header of ours; `reviews.data_files` names the rest.

    Parameters
    ----------
    folder : Path
        The data folder.

    Returns
    -------
    list of tuple of str
        Path from the data folder, and what is allowed; sorted.
    """
    tables: dict[str, list[str]] = defaultdict(
        list, {"": [CORRECTIONS_FILE, CERTAINTY_FILE], "reviews": []}
    )
    headers = {}
    for table in INPUT_TABLES.values():
        place, _, name = table.path.rpartition("/")
        if "{" in place:
            headers[",".join(table.columns).encode()] = name
        else:
            tables[place].append(name)
    found = []
    for place, names in tables.items():
        here = ", ".join(names) or "a folder for each review"
        allowed = f"{here}, or notes ({_NOTES}): rename or remove it"
        for path in (folder / place).glob("*"):
            if path.is_file() and not _is_known(path, names):
                found.append((path.relative_to(folder).as_posix(), allowed))
    for path in folder.glob("reviews/*/*"):
        is_yaml = path.suffix.lower() in (".yaml", ".yml")
        own = REVIEW_FILE if is_yaml else headers.get(_first_line(path))
        if own and not _is_known(path, [own, COLUMNS_FILE]):
            found.append((path.relative_to(folder).as_posix(), f"{own}: rename or remove it"))
    return sorted(found)


def _first_line(path: Path) -> bytes:
    content, _ = read_bytes(path, path.name)
    return content.partition(b"\n")[0].strip(b"\r\xef\xbb\xbf")


def _is_known(path: Path, names: list[str]) -> bool:
    return path.name in names or path.suffix == _NOTES or path.name.startswith(".")
