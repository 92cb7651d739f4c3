"""Fuzz data files up to what is computed of them: cells of a table with its totals, and bytes."""

from pathlib import Path

from tests.fuzz.harness import fuzz, with_other_values
from tests.made_sources import ods, ods_table, r_list, r_numbers, rds, xlsx

from metarepro.extraction.closing_source import closing_of
from metarepro.extraction.preview import preview
from metarepro.extraction.proposals import propose
from metarepro.readers.sources import read_source

#: Cells in the odd places.
CELLS = (
    "Study;RR;LL;UL;e1;n1;e2;n2\nAdults;;;;;;;\nAnn 2001;0.80;0.52;1.25;33;569;47;588\n"
    "Bo 2002;0.46;0.39;0.54;18;154;37;145\nSubtotal (I-squared = 80%);0.58;0.34;1.01;;;;\n"
    "Children;;;;;;;\nCy 2003;0.41;0.13;1.26;4;123;11;139\nDi 2004;0.20;0.09;0.49;6;306;29;303\n"
    "Subtotal;0.27;0.14;0.52;;;;\nTotal (95% CI);0.45;0.25;0.81;;;;\n"
    "Heterogeneity: Tau2 = 0.22; Chi2 = 9.81, df = 3;;;;;;;\n"
    "Test for subgroup differences: Chi2 = 3.1, df = 1 (P = 0.08);;;;;;;\n"
    "Omitting Bo 2002;0.45;0.18;1.10;;;;\n"
)
PIECES = [
    piece for line in CELLS.splitlines() for cell in line.split(";") for piece in ("\0", cell)
]
WIDTH = CELLS.partition("\n")[0].count(";") + 1
ROWS: list[list[str | float | None]] = [["Study", "g", "SE"], ["A", 0.5, 0.2], ["B", 0.7, 0.3]]
SEEDS = [
    xlsx({"S": ROWS}, merged=["A2:A3"]),
    ods(ods_table("S", ROWS)),
    rds(r_list({"yi": r_numbers(0.1, 0.2), "vi": r_numbers(0.1, 0.2)}, "data.frame")),
    b"0" * 50,
]


def content(data: bytes) -> bytes:
    """What starts as a known file stays."""
    if data.startswith((b"PK", b"\x1f\x8b", b"X\n", b"Study")):
        return data
    cells = [cell.replace(";", ",").replace("\n", " ") for cell in with_other_values(data, PIECES)]
    lines = [";".join(cells[1::2][at : at + WIDTH]) for at in range(0, len(cells) // 2, WIDTH)]
    return "\n".join(lines).encode("utf-8", "replace")


def use(path: Path) -> None:
    """All that a person is shown of a file."""
    source = read_source(path)
    analyses = propose(source)
    for analysis in analyses:
        preview(source, analysis, analyses)
    for table in source.tables:
        list(closing_of(source, table))


if __name__ == "__main__":
    fuzz("sources", use, SEEDS, content)
