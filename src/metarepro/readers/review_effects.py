"""One analysis of a review file as a table of results."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from metarepro.errors import InputError
from metarepro.manifest.files import files_in, sha256_of
from metarepro.readers.archives import ZIP_MAGIC, head_of, members
from metarepro.readers.effect_table import EffectTable
from metarepro.readers.folders import is_folder
from metarepro.readers.formats import format_of
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import Extraction, Row, analysis_of, computable, is_log
from metarepro.tabular.cells import HEADER_ROW
from metarepro.tabular.judgements import BIAS
from metarepro.tabular.problems import DataError

_ARMS = {
    "dichotomous": ("events_t", "n_t", "events_c", "n_c"),
    "continuous": ("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c"),
}
#: Measures of review files under the names of those that are pooled; for others what is given is a
#: ratio or a plain effect.
_OURS = {"PETO_OR": "OR"}
_KNOWN = ("OR", "RR", "RD", "HR", "IRR", "MD", "SMD")
_METHODS = {"IV": "inverse variance", "MH": "Mantel-Haenszel", "PETO": "Peto's method"}


@dataclass(frozen=True, eq=False)
class ReviewAnalysis:
    """An analysis of a review file.

    Attributes
    ----------
    table : EffectTable
        Besides the numbers: subgroup, year, footnote, and the judgements on risk of bias, each in a
        column that begins with `BIAS`.
    measure : what its effects are, a key of `wording.scales.MEASURES`
    title : its numbers and names
    notes : how the review itself pools it, and which of its rows are not here, in sentences
    """

    table: EffectTable
    measure: str
    title: str
    notes: tuple[str, ...]


def is_review(path: Path) -> bool:
    """Whether a file or folder is a review file, by its content."""
    if is_folder(path):
        return True
    head = head_of(path)
    if not head.startswith(ZIP_MAGIC):
        return format_of(head) is not None
    try:  # a workbook is a zip file as well
        return any(format_of(member.head) is not None for member in members(path))
    except (DataError, OSError):
        return False


def read_review_analysis(path: Path, analysis: str) -> ReviewAnalysis:
    """Read one analysis of a review file.

    Parameters
    ----------
    path : Path
        As `review_file.read_review`.
    analysis : str
        Its numbers, as "1.2".

    Returns
    -------
    ReviewAnalysis

    Raises
    ------
    DataError
        As `read_review`.
    InputError
        If the review has no such analysis (the message lists those that it has), if no study of it
        has an effect, if there is no rule for its effects, or for one table of several.

    Examples
    --------
    >>> read_review_analysis(Path("examples/made_up_review.rm5"), "1.2").title
    '1.2 Therapy versus care: Depression'
    """
    file = path.absolute().name
    if not is_folder(path) and (known := format_of(head_of(path))) and known.IN_TABLES:
        raise InputError(
            f"{file}: one of several tables of a review; name their folder or the zip file instead"
        )
    extraction = read_review(path)
    heads = _heads(extraction)
    if analysis not in heads:
        listed = "\n".join(f"  {_title(head)}" for head in heads.values())
        found = f"no analysis {analysis!r}" if analysis else "which analysis?"
        raise InputError(f"{file}: {found}; --analysis takes one of\n{listed}")
    head = heads[analysis]
    elsewhere = "subgroup" if head["totals"] == "YES" else "overall"
    rows = [
        row
        for row in extraction.study_rows
        if analysis_of(row) == analysis_of(head) and row["applies_to"] != elsewhere
    ]
    usable = [row for row in rows if _is_usable(row, head)]
    if not usable:
        raise InputError(f"{file}: analysis {analysis} has no study with an effect")
    names = {id(row) for row in usable}
    without = ", ".join(row["study"] for row in rows if id(row) not in names)
    cells = pd.DataFrame([_cells(row, head) for row in usable], dtype="str")
    cells.index = pd.RangeIndex(HEADER_ROW + 1, HEADER_ROW + 1 + len(cells))
    others = pd.DataFrame([_others(row) for row in usable], index=cells.index, dtype="str")
    others = others.fillna("")
    others = others.loc[:, (others != "").any()]
    notes = [_own_pool(head)]
    if without:
        notes.append(f"Not estimable, and not among the rows: {without}.")
    table = EffectTable(file, _digest(path), cells, (), {}, others)
    return ReviewAnalysis(table, _measure(head), _title(head), tuple(notes))


def _heads(extraction: Extraction) -> dict[str, Row]:
    """The row with the settings of each analysis, by its numbers."""
    heads: dict[str, Row] = {}
    for row in extraction.analysis_rows:
        key = ".".join(analysis_of(row))
        if key not in heads or row["level"] == "overall":
            heads[key] = row
    return heads


def _title(head: Mapping[str, Any]) -> str:
    names = ": ".join(filter(None, (head["comparison"], head["outcome"])))
    return f"{'.'.join(analysis_of(head))} {names}".strip()


def _measure(head: Mapping[str, Any]) -> str:
    data_type, measure = head["data_type"], _OURS.get(head["measure"], head["measure"])
    if data_type in _ARMS and measure not in _KNOWN:
        raise InputError(f"analysis {_title(head)}: no formula for the measure {measure}")
    ratio = is_log(head["measure"], data_type, head["log_data"] == "yes")
    is_ratio = measure in ("OR", "RR", "HR", "IRR")
    if data_type not in _ARMS and (measure not in _KNOWN or ratio != is_ratio):
        return "ratio" if ratio else "effect"
    return str(measure)


def _is_usable(row: Row, head: Mapping[str, Any]) -> bool:
    """Whether a row has numbers; without events it stays, as it has a risk difference."""
    if head["data_type"] == "dichotomous":
        return computable(row, "dichotomous", "RD")
    fits = computable(row, head["data_type"], head["measure"])
    if head["data_type"] == "continuous":
        fits = fits and min(row["n_t"], row["n_c"]) >= 2
    return fits and row["estimable"] != "no"


def _cells(row: Row, head: Mapping[str, Any]) -> dict[str, str]:
    data_type = head["data_type"]
    if data_type in _ARMS:
        numbers = {name: row[name] for name in _ARMS[data_type]}
        if head["swap_events"] == "yes":
            numbers |= {f"events_{arm}": row[f"n_{arm}"] - row[f"events_{arm}"] for arm in "tc"}
    elif data_type == "iv":
        numbers = {"yi": row["estimate"], "sei": row["se"]}
    else:
        numbers = {"yi": row["o_e"] / row["variance"], "vi": 1 / row["variance"]}
    return {"study": row["study"]} | {name: _digits(value) for name, value in numbers.items()}


def _others(row: Row) -> dict[str, str]:
    found = {name: row[name] for name in ("subgroup", "year", "footnote")}
    for judged in filter(None, row["risk_of_bias"].split("; ")):
        domain, _, rating = judged.rpartition(": ")
        found[BIAS + domain] = rating
    return found


def _digits(value: float) -> str:
    """A number as it would be typed."""
    return repr(float(value)).removesuffix(".0")


def _own_pool(head: Mapping[str, Any]) -> str:
    """What the review itself does and publishes."""
    if not head["method"]:
        return "The review file does not say how it pools this analysis."
    said = f"{_METHODS[head['method']]}, {head['model']} effects"
    if head["totals"] != "YES":
        return f"The review pools this analysis by subgroup only ({said})."
    numbers: Sequence[float] = [head[f"published_{n}"] for n in ("estimate", "ci_low", "ci_high")]
    if head["published_scale"] == "log":
        numbers = [math.exp(number) for number in numbers]
    if any(map(math.isnan, numbers)):
        return f"The review pools this analysis by {said}, and publishes no result."
    estimate, low, high = (f"{number:.2f}".replace("-", "\u2212") for number in numbers)
    return f"The review pools this analysis by {said}: {estimate} [{low}, {high}]."


def _digest(path: Path) -> str:
    """The sha256 of a file; of a folder that of the names and contents of its files."""
    if not is_folder(path):
        return sha256_of(path)
    whole = hashlib.sha256()
    for file in files_in(path):
        whole.update(f"{sha256_of(file)}  {file.relative_to(path).as_posix()}\n".encode())
    return whole.hexdigest()
