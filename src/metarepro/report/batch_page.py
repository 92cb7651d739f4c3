"""One page on a batch of recomputed review files, which needs no other file."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metarepro.readers.review_tables import ACCURACY_COUNTS
from metarepro.report.blocks import (
    Block,
    Bullets,
    Facts,
    Link,
    Paragraph,
    Section,
    Table,
    TableRow,
    joined,
    table,
    text,
)
from metarepro.report.review_pools import VERDICT_WORDS, pool_row
from metarepro.report.templates import environment
from metarepro.reviews.batch_tables import skipped_analyses
from metarepro.wording.phrases import DASH, counted, decimal, signed, whole

Row = Mapping[Any, Any]
_PUBLISHED = ("exact", "explained", "different", "not_computable")
#: Verdicts on pools that there is nothing to say about; they stand among all pools only.
_NOT_LISTED = ("exact", "not_estimable")
#: A page that lists more pools would be slow to open.
MOST_POOLS = 2000
_NOT_FOLDED = "The pools of {} in which nothing differs are listed in reproduction.csv only."
_FINDING_COLUMNS = ("Analysis and study", "Finding", "Printed", "Implied", "Severity")


@dataclass(frozen=True)
class Fold:
    """A table that is closed at first, with the words to open it by."""

    summary: str
    table: Table


def batch_page(
    tables: Mapping[str, pd.DataFrame], elsewhere: Sequence[str], passed_over: Sequence[str] = ()
) -> str:
    """Write the page.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those of `reviews.batch_tables.BATCH_TABLES`.
    elsewhere : sequence of str
        What is wrong with files and folders that are no row of the table of files.
    passed_over : sequence of str
        Files in the folders that are no review.

    Returns
    -------
    str
        HTML. Texts of the files are escaped, and nothing is loaded from anywhere.
    """
    files = _rows(tables["files"])
    pools = _by_file(tables["reproduction"], "file")
    findings = _by_file(tables["audit"], "source_table")
    folded = _folded(pools)
    sections = [
        *_unreadable(files, elsewhere),
        Section("files", "Files", [_files_table(files, pools, findings)]),
        *_not_exact(files, pools),
        *_accuracy(files, tables["accuracy"]),
        *_findings(files, findings),
        *_passed_over(passed_over),
    ]
    return (
        environment()
        .get_template("standalone.html.j2")
        .render(
            title="Published and recomputed results",
            intro=_intro(tables, len(elsewhere), len(pools) - len(folded)),
            sections=sections,
            folds=[
                _fold(file["file"], pools[file["file"]]) for file in files if file["file"] in folded
            ],
            root="",
            downloads=(),
        )
    )


def _rows(frame: pd.DataFrame) -> list[Row]:
    """The rows of a table; pandas takes four times as long."""
    names = list(frame)
    cells = zip(*(frame[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in cells]


def _by_file(frame: pd.DataFrame, column: str) -> dict[str, list[Row]]:
    """The rows of each file."""
    rows: dict[str, list[Row]] = {}
    for row in _rows(frame):
        rows.setdefault(row[column], []).append(row)
    return rows


def _folded(pools: Mapping[str, Sequence[Row]]) -> set[str]:
    """Files whose pools are all listed: of many pools not those of files where all are exact."""
    many = sum(map(len, pools.values())) > MOST_POOLS
    return {
        file
        for file, own in pools.items()
        if not many or any(pool["verdict"] not in _NOT_LISTED for pool in own)
    }


def _intro(tables: Mapping[str, pd.DataFrame], elsewhere: int, unlisted: int) -> list[Block]:
    """The answer, how it was arrived at, and where the numbers are."""
    verdicts = Counter(tables["reproduction"]["verdict"])
    status = Counter(tables["files"]["status"])
    published = sum(verdicts[name] for name in _PUBLISHED)
    if not published:
        answer = "No published result could be compared."
    elif published == verdicts["exact"]:
        answer = f"Every published result comes out exactly: {counted(published, 'pool')}."
    else:
        answer = f"{verdicts['exact']} of {counted(published, 'published pool')} come out exactly."
    rest = [
        text(one if verdicts[name] == 1 else several.format(verdicts[name]))
        for name, (_, one, several) in VERDICT_WORDS.items()
        if verdicts[name] and several
    ]
    facts = {
        "Files": f"{status['read']} read, {status['unreadable'] + elsewhere} unreadable",
        "Pools": whole(len(tables["reproduction"])),
        "Findings of the audit": whole(len(tables["audit"])),
    }
    if skipped := skipped_analyses(tables):
        facts["Analyses not recomputed"] = f"{skipped}: their settings are not known; see the notes"
    downloads = [Link(f"{name}.csv", f"{name}.csv") for name in tables]
    return [
        Paragraph(text(answer), "lead"),
        *([Bullets(rest)] if rest else []),
        Facts([(term, text(words)) for term, words in facts.items()]),
        Paragraph(
            text(
                "Every pool was computed again from the study rows of its file. Exactly means that "
                "estimate, confidence interval, τ², Q, I², z and p agree to 0.000001 on the scale "
                "of the analysis, or to the printed digits where the file has fewer."
            )
        ),
        Paragraph(("All numbers: ", *joined(downloads, ", "))),
        *([Paragraph(text(_NOT_FOLDED.format(counted(unlisted, "file"))))] if unlisted else []),
    ]


def _unreadable(files: Sequence[Row], elsewhere: Sequence[str]) -> list[Section]:
    """Files that could not be read, with the reason."""
    said = [f"{file['file']}: {file['notes']}" for file in files if file["status"] != "read"]
    items = [text(words) for words in [*elsewhere, *said]]
    return (
        [Section("unreadable", "Files that could not be read", [Bullets(items)])] if items else []
    )


def _files_table(
    files: Sequence[Row],
    pools: Mapping[str, Sequence[Row]],
    findings: Mapping[str, Sequence[Row]],
) -> Table:
    rows: list[TableRow] = []
    for file in files:
        own = pools.get(file["file"], ())
        rows.append(
            {
                "File": file["file"],
                "Title": file["title"] or DASH,
                "Pools": whole(len(own)),
                "Exact": whole(sum(pool["verdict"] == "exact" for pool in own)),
                "Findings": whole(len(findings.get(file["file"], ()))),
                "Notes": file["notes"] if file["status"] == "read" else "could not be read",
            }
        )
    columns = ("File", "Title", "Pools", "Exact", "Findings", "Notes")
    return table("files", "One row per file.", rows, columns=columns)


def _not_exact(files: Sequence[Row], pools: Mapping[str, Sequence[Row]]) -> list[Section]:
    """For each file the pools to look at, those that need it most first."""
    order = list(VERDICT_WORDS)
    blocks = []
    for number, file in enumerate(files, start=1):
        own = [pool for pool in pools.get(file["file"], ()) if pool["verdict"] not in _NOT_LISTED]
        own.sort(key=lambda pool: order.index(pool["verdict"]))
        if own:
            name = f"not-exact-{number}"
            blocks.append(table(name, file["file"], [pool_row(pool) for pool in own]))
    return [Section("not-exact", "Pools that are not exact", blocks)] if blocks else []


def _findings(files: Sequence[Row], findings: Mapping[str, Sequence[Row]]) -> list[Section]:
    """For each file what does not add up in its study rows."""
    blocks: list[Block] = []
    for number, file in enumerate(files, start=1):
        own = findings.get(file["file"], ())
        if own:
            rows = [_finding_row(finding, file["review_id"]) for finding in own]
            blocks.append(table(f"findings-{number}", file["file"], rows))
    if not blocks:
        return []
    meaning = Paragraph(
        text(
            "What does not add up inside the study rows. Whether a finding is a mistake can only "
            "be told from the study."
        )
    )
    return [Section("findings", "Findings of the audit", [meaning, *blocks])]


def _accuracy(files: Sequence[Row], rows: pd.DataFrame) -> list[Section]:
    """For each review of test accuracy its studies."""
    by_file = _by_file(rows, "file")
    blocks: list[Block] = [
        table(
            f"accuracy-{number}",
            file["file"],
            [_accuracy_row(row) for row in by_file[file["file"]]],
        )
        for number, file in enumerate(files, start=1)
        if file["file"] in by_file
    ]
    return [Section("accuracy", "Diagnostic test accuracy", blocks)] if blocks else []


def _accuracy_row(row: Row) -> TableRow:
    counts = " / ".join(whole(row[name]) for name in ACCURACY_COUNTS)
    names = [row[name] for name in ("test", "subgroup", "study") if row[name]]
    return {
        "Test and study": ": ".join(names),
        "TP / FP / FN / TN": counts,
        "Sensitivity": _proportion(row, "sensitivity"),
        "Specificity": _proportion(row, "specificity"),
        "Verdict": VERDICT_WORDS[row["verdict"]][0],
    }


def _proportion(row: Row, name: str) -> str:
    numbers = [row[f"reproduced_{name}{end}"] for end in ("", "_low", "_high")]
    if math.isnan(numbers[0]):
        return DASH
    estimate, low, high = (decimal(number, 3) for number in numbers)
    return f"{estimate} [{low}, {high}]"


def _passed_over(said: Sequence[str]) -> list[Section]:
    """Files in the folders that are no review."""
    items = [text(words) for words in said]
    return [Section("passed-over", "Files skipped", [Bullets(items)])] if items else []


def _finding_row(finding: Row, review_id: str) -> TableRow:
    cells = (
        finding["record_id"].removeprefix(f"{review_id} "),
        *(signed(finding[name]) or DASH for name in ("message", "printed", "implied")),
        finding["severity"],
    )
    return dict(zip(_FINDING_COLUMNS, cells, strict=True))


def _fold(file: str, pools: Sequence[Row]) -> Fold:
    exact = sum(pool["verdict"] == "exact" for pool in pools)
    summary = f"{file}: {counted(len(pools), 'pool')}, {exact} exact"
    return Fold(summary, table("pools", file, [pool_row(pool) for pool in pools]))
