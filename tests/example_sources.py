"""The made-up sources in examples/sources/, in the shapes of those of three cited reviews.

`python -m tests.example_sources` writes them. Their published numbers are worked out in R
(tests/reference/example_sources.R); no real trial is in them.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.made_articles import PdfPage, jats, pdf, rows, wrap
from tests.made_sources import raw_xlsx, sheet_xml
from tests.reference_numbers import reference_of
from tests.review_files import ANALYSIS, BINARY, Attributes, package

FOLDER = Path(__file__).parents[1] / "examples/sources"
PUBLISHED: dict[str, Any] = reference_of("example_sources")
STUDIES = ("Ames 2004", "Brook 2009", "Calder 2011", "Dean 2015", "Ellis 2017")
#: Mean, SD and size of both arms; events and size of both arms.
MEANS = (
    (14.2, 3.1, 30, 12.6, 3.4, 31),
    (12.9, 2.8, 42, 12.4, 3.0, 40),
    (16.1, 3.6, 25, 13.0, 3.2, 27),
    (12.6, 3.0, 61, 12.8, 3.3, 58),
    (14.8, 2.7, 38, 13.9, 2.9, 36),
)
COUNTS = ((18, 30, 13, 31), (29, 42, 22, 40), (15, 25, 14, 27), (40, 61, 31, 58))
_ARMS = tuple(
    f"{arm} {what}" for arm in ("Experimental", "Control") for what in ("mean", "SD", "N")
)
_CASES = tuple(f"{arm} {what}" for arm in ("Experimental", "Control") for what in ("cases", "N"))

#: Hedges' g and its standard error: development of children in the article's supplement.
EFFECTS = (
    ("Aydin 2010", 120, 0.512, 0.148),
    ("Bhatt 2012", 214, 0.084, 0.121),
    ("Castro 2013", 96, 0.331, 0.176),
    ("Diallo 2015", 74, 0.697, 0.203),
    ("Evans 2016", 402, 0.158, 0.097),
    ("Fuentes 2018", 178, 0.402, 0.135),
    ("Gupta 2019", 310, 0.246, 0.112),
)
#: Hedges' g and its interval: the trials of the report.
TRIALS = (
    ("Avery 2003", 41, 43, "0.21", "-0.08", "0.50"),
    ("Blythe 2007", 88, 85, "0.42", "0.21", "0.63"),
    ("Corbin 2010", 45, 47, "0.10", "-0.19", "0.39"),
    ("Dover 2012", 36, 34, "0.35", "0.02", "0.68"),
    ("Eaton 2016", 19, 22, "0.58", "0.13", "1.03"),
    ("Firth 2019", 80, 77, "0.27", "0.05", "0.49"),
)
#: What the report's table prints in place of 0.42: the slip that is to be found.
MISPRINT = "0.82"


def sources() -> dict[str, bytes]:
    """The files that a program makes, by their paths in examples/sources/."""
    return {
        "cochrane/CD999999-data-package.zip": _stored(_review()),
        "article/article.xml": _article(),
        "article/supplement.xlsx": _supplement(),
        "report/report.pdf": pdf(_page(), packed=False),
    }


def _stored(files: Mapping[str, bytes]) -> bytes:
    """A zip file without compression, so that its bytes are the same with any zlib."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _review() -> dict[str, bytes]:
    """A data package of the Cochrane Library, as RevMan Web writes it."""
    smd, ratio = PUBLISHED["smd"], PUBLISHED["rr"]
    group = {"Analysis group name": "Video feedback versus usual care"}
    group |= {"Experimental group label": "Video feedback"}
    means = ANALYSIS | group | _results(smd) | {"Analysis name": "Parental sensitivity"}
    means |= {"Effect measure": "Standardised Mean Difference", "Heterogeneity estimator": "DL"}
    means |= {"Experimental N": sum(row[2] for row in MEANS)}
    means |= {"Control N": sum(row[5] for row in MEANS)}
    counts = BINARY | group | _results(ratio) | {"Analysis name": "Secure attachment"}
    counts |= {"Analysis number": 2, "Analysis model": "Fixed effect"}
    totals = [sum(row[place] for row in COUNTS) for place in range(4)]
    counts |= dict(zip(_CASES, totals, strict=True))
    data = [*_rows(1, _ARMS, MEANS, smd["rows"]), *_rows(2, _CASES, COUNTS, ratio["rows"])]
    return package([means, counts], data)


def _results(pool: Mapping[str, float]) -> Attributes:
    columns = {"Mean": "estimate", "CI start": "ci_low", "CI end": "ci_high", "Effect Z": "z"}
    columns |= {"Effect P": "p", "Heterogeneity Tau²": "tau2", "Heterogeneity Chi²": "q"}
    columns |= {"Heterogeneity P": "q_p", "Heterogeneity I²": "i2"}
    shown = {column: f"{pool[name]:.12g}" for column, name in columns.items()}
    return shown | {"Heterogeneity df": len(pool["rows"]) - 1}  # type: ignore[arg-type]


def _rows(
    number: int, columns: tuple[str, ...], cells: tuple[tuple[float, ...], ...], effects: Any
) -> Iterator[Attributes]:
    for study, numbers, effect in zip(STUDIES, cells, effects, strict=False):
        shown = {"Mean": "yi", "CI start": "ci_low", "CI end": "ci_high", "Weight": "weight"}
        yield {
            "Analysis group": 1,
            "Analysis number": number,
            "Applicability": "OVERALL",
            "Study": study,
            "Study year": study[-4:],
            **dict(zip(columns, numbers, strict=True)),
            **{column: f"{effect[name]:.12g}" for column, name in shown.items()},
        }


def _article() -> bytes:
    """An open-access article, as PubMed Central has it: its pools, no study results."""
    title = "<article-title>A made-up review of parenting programmes</article-title>"
    title = f"<front><article-meta><title-group>{title}</title-group></article-meta></front>"
    trials = [(study, str(n)) for study, n, _, _ in EFFECTS]
    pools = [("Development, all trials", "7", "0.31 (0.13, 0.49)", "49")]
    tables = (
        wrap(_table(("Trial", "Children"), trials), "Table 1", "Trials included (made up)"),
        wrap(
            _table(("Outcome", "k", "g (95% CI)", "I<sup>2</sup> (%)"), pools),
            "Table 2",
            "Pooled effects on child development (made up)",
        ),
    )
    return jats(*tables, before=title)


def _table(header: tuple[str, ...], body: Sequence[tuple[str, ...]]) -> str:
    return f"<thead>{rows(header, tag='th')}</thead><tbody>{rows(*body)}</tbody>"


def _supplement() -> bytes:
    """Its supplement: a workbook with notes and the study results."""
    notes = (("Supplement to a made-up review",), ("g: Hedges' g; positive: better development",))
    header = ("Trial", "Children", "g", "SE")
    made = raw_xlsx(_sheet(notes), _sheet((header, *EFFECTS)))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    book = members["xl/workbook.xml"]
    book = book.replace(b'name="S1"', b'name="Notes"').replace(b'name="S2"', b'name="Effects"')
    return _stored(members | {"xl/workbook.xml": book})


def _sheet(lines: tuple[tuple[str | float, ...], ...]) -> str:
    return sheet_xml("".join(f"<row>{''.join(map(_cell, line))}</row>" for line in lines))


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def _page() -> PdfPage:
    """A page of a report: a table of study results, and the forest plot of the same results."""
    page = PdfPage()
    y = page.prose(60, 60, 5, 480) + 20
    page.text(60, y, "Table 1. Trials of video feedback and parental sensitivity (made up)")
    columns = (60, 170, 240, 310)
    y = _lines(page, y + 14, columns, ("Trial", "n feedback", "n care", "g (95% CI)"), [
        (name, str(n), str(m), f"{MISPRINT if g == '0.42' else g} ({low}, {high})")
        for name, n, m, g, low, high in TRIALS
    ])  # fmt: skip
    y = page.prose(60, y + 24, 4, 480) + 30
    plot = [(name, f"{g} [{low}, {high}]") for name, _, _, g, low, high in TRIALS]
    plot.append(("Total (95% CI)", "0.31 [0.19, 0.42]"))
    y = _lines(page, y, (60, 240), ("Study", "Hedges' g [95% CI]"), plot, ruled=False)
    page.text(60, y + 22, "Figure 1. Parental sensitivity: forest plot (made up)")
    page.prose(60, y + 50, 5, 480)
    return page


def _lines(
    page: PdfPage,
    y: float,
    columns: tuple[float, ...],
    header: tuple[str, ...],
    body: Sequence[tuple[str, ...]],
    *,
    ruled: bool = True,
) -> float:
    """Rows on a page; where they end."""
    ends = columns[0], columns[-1] + 90
    for place, line in enumerate([header, *body]):
        if ruled and place < 2:
            page.rule(*ends, y - 9)
        page.row(y, dict(zip(columns, line, strict=True)))
        y += 13
    if ruled:
        page.rule(*ends, y - 9)
    return y


if __name__ == "__main__":
    for name, content in sources().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
