"""Manuscript files: safe text, the same bytes, nothing claimed that the numbers do not say."""

import io
import math
import re
import unicodedata
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from docx import Document
from docx.shared import Cm, Twips
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from metarepro.manuscript.bibtex import bibliography, first_author
from metarepro.manuscript.certainty import GRADED
from metarepro.manuscript.docx import figures_document, table_document, without_dates
from metarepro.manuscript.figures import (
    TALLEST,
    WIDEST,
    ForestPlot,
    caption,
    forest_plots,
    parts,
    pdf_bytes,
)
from metarepro.manuscript.latex import figures_part, table_part
from metarepro.manuscript.summary import (
    CERTAINTY,
    INTERVENTION,
    in_words,
    published_certainty,
)
from metarepro.plan import read_plan
from metarepro.study.transcription import list_reviews
from metarepro.study.validation import load
from metarepro.tabular.judgements import ROB2_COLUMNS
from metarepro.tabular.tables import read_result
from metarepro.wording.scales import Scale
from metarepro.wording.typesetting import bibtex, bibtex_verbatim, latex, one_line
from write_manuscript import TABLES

ROOT = Path(__file__).parents[2]
NAN = math.nan
SMD = Scale()
HOSTILE = "a\x00b\x1b c\u202e\u200f d\ne & % $ # _ { } ~ ^ \\ \ufffe"


# Text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        ("&", r"\&"),
        ("%", r"\%"),
        ("$", r"\$"),
        ("#", r"\#"),
        ("_", r"\_"),
        ("{", r"\textbraceleft{}"),
        ("}", r"\textbraceright{}"),
        ("~", r"\textasciitilde{}"),
        ("^", r"\textasciicircum{}"),
        ("\\", r"\textbackslash{}"),
    ],
)
def test_commands_of_latex_become_text(character: str, expected: str) -> None:
    assert latex(f"a{character}b") == f"a{expected}b"
    assert bibtex(f"a{character}b") == f"a{expected}b"


def test_our_own_symbols_are_set_by_pdflatex() -> None:
    assert latex("\u22120.1 \u2013 \u2264 [a] <") == r"$-$0.1 -- $\leq$ {[}a{]} \textless{}"
    assert latex("τ²") == r"$\tau$\textsuperscript{2}"
    assert bibtex("Høivik – τ²") == "Høivik – τ²"


def test_control_and_direction_marks_go() -> None:
    assert one_line("a\x00\x1b\u202e\u200f\u200bb\r\nc\t d \ufffe\ud800") == "ab c d"


@given(st.text())
def test_bibtex_braces_are_balanced_and_a_line_is_a_line(text: str) -> None:
    for escaped in (bibtex(text), latex(text), bibtex_verbatim(text)):
        depth = 0
        for character in escaped:
            depth += {"{": 1, "}": -1}.get(character, 0)
            assert depth >= 0
        assert depth == 0
        assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in escaped)


def test_an_address_keeps_its_characters() -> None:
    assert bibtex_verbatim("10.1016/S0140-6736(15)_%20#x") == "10.1016/S0140-6736(15)_%20#x"
    assert bibtex_verbatim("a {b}\\") == "a%20%7Bb%7D%5C"
    assert bibtex_verbatim("10.1080/a^^5c") == "10.1080/a%5E%5E5c"


# Bibliography ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "author"),
    [
        ("Barlow 2016", "Barlow"),
        ("Barlow A 2013", "Barlow, A."),
        ("van den Boom 1994", "{van den Boom}"),
        ("Klein Velderman 2006", "{Klein Velderman}"),
        ("Johnson 2009 (PBIP)", "Johnson"),
        ("Basavaraj (year not shown)", "Basavaraj"),
        ("O'Hara 2019", "O'Hara"),
        ("Høivik 2015", "Høivik"),
        # Programmes and places write no papers.
        ("Rwanda First Steps 2023", ""),
        ("Hostel baby clinic 2013", ""),
        ("PIP pilot Germany 2021", ""),
        ("PCIT-T vs COS-P trial (PMID 39578868)", ""),
        ("Preparing for Life (24-month report)", ""),
        ("SPRINT 2015", ""),
        ("", ""),
    ],
)
def test_an_author_is_only_what_the_label_names(label: str, author: str) -> None:
    assert first_author(label) == author


TRIAL: dict[str, Any] = {
    **{"trial_id": "ann2001", "label": "Ann 2001", "year": 2001.0, "year_verified": "yes"},
    **{"title": "A & B {trial}", "journal": "Child Dev 62(1):199-209", "doi": "10.1/a_b"},
    **{"pmid": "123", "source": "https://example.org/a"},
}
REVIEW: dict[str, Any] = {
    **{"review_id": "rev2020", "label": "Rev 2020", "title": "All of it", "year": 2020.0},
    **{"authors": "Rev R; Ramos de Oliveira CV; Jeong", "doi": "", "role": "cited"},
    "journal": "Cochrane Database of Systematic Reviews, Issue 11",
}


def entry(trial: dict[str, Any] | None = None, review: dict[str, Any] | None = None) -> str:
    trials = pd.DataFrame([TRIAL | (trial or {})])
    return bibliography(trials, pd.DataFrame([REVIEW | (review or {})]))


def test_an_entry_says_what_is_known() -> None:
    text = entry()
    assert text.startswith("@article{ann2001,\n  author = {Ann},\n")
    assert r"title = {{A \& B \textbraceleft{}trial\textbraceright{}}}" in text
    for field in (
        "journal = {Child Dev}",
        "volume = {62}",
        "number = {1}",
        "pages = {199--209}",
        "doi = {10.1/a_b}",
        "note = {First author only: the others are not in the record}",
        "author = {Rev, R. and {Ramos de Oliveira}, C. V. and Jeong}",
        "journal = {Cochrane Database of Systematic Reviews}",
        "number = {11}",
    ):
        assert field in text
    assert "others}" not in text.replace("the others are", "")


def test_an_entry_says_what_is_not_known() -> None:
    text = entry({"year_verified": "no", "title": "", "doi": "", "journal": ""})
    assert text.startswith("@misc{ann2001,")
    assert (
        "First author only: the others are not in the record; title not seen; year not verified"
    ) in text
    assert "url = {https://example.org/a}" in text
    unknown = entry({"label": "First Steps Study", "year": NAN, "title": ""})
    assert "Authors not seen; title not seen, known as First Steps Study; year not seen" in unknown
    assert "year =" not in unknown.split("@")[1]


def test_what_no_journal_printed_is_no_article() -> None:
    for place in ("NBER working paper 2018; J Eur Econ Assoc 2022", "Thesis, University of X"):
        text = entry({"journal": place})
        assert text.startswith("@misc{")
        assert f"howpublished = {{{place}}}" in text


def test_an_id_used_twice_stops() -> None:
    with pytest.raises(ValueError, match="more than one"):
        entry(review={"review_id": "ann2001"})


@cache
def own_data() -> tuple[pd.DataFrame, pd.DataFrame]:
    data = load(ROOT / "data")
    return data.trials, list_reviews(data)


def test_every_trial_and_review_is_in_the_bibliography_once() -> None:
    trials, reviews = own_data()
    keys = re.findall(r"^@\w+\{([^,]+),$", bibliography(trials, reviews), re.M)
    in_data = [*(ROOT / "data/reviews").iterdir()]
    expected = [path.name for path in in_data if (path / "review.yaml").exists()]
    lines = (ROOT / "data/trials/trials.csv").read_text(encoding="utf-8").splitlines()[1:]
    expected += [line.split(",")[0] for line in lines]
    assert sorted(keys) == sorted(expected)


def test_fields_of_the_bibliography_are_well_formed() -> None:
    text = bibliography(*own_data())
    for block in text.strip().split("\n\n"):
        first, *fields, last = block.split("\n")
        assert re.fullmatch(r"@(article|misc)\{[a-z0-9_-]+,", first)
        assert last == "}"
        names = [re.fullmatch(r"  ([a-z]+) = \{.+\},", field)[1] for field in fields]  # type: ignore[index]
        assert len(names) == len(set(names))
        assert block.count("{") == block.count("}")


def test_cited_works_are_in_the_citation_file() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    by_doi = {reference.get("doi"): reference for reference in citation["references"]}
    for path in sorted((ROOT / "data/reviews").glob("*/review.yaml")):
        review = yaml.safe_load(path.read_text(encoding="utf-8"))
        if review["role"] == "cited":
            reference = by_doi[review["doi"]]
            assert reference["title"] == review["title"]
            names = [f"{a['family-names']} {a['given-names']}" for a in reference["authors"]]
            assert names == review["authors"]
    assert {"name": "Parent-Infant Foundation"} in by_doi[None]["authors"]


# Table -----------------------------------------------------------------------------------------


def pool(**changes: Any) -> dict[str, Any]:
    return {
        **{"estimate": 0.3, "ci_low": 0.1, "ci_high": 0.5, "pi_low": NAN, "pi_high": NAN},
        **{"flags": "", "n_trials": 5.0, "k": 6.0},
    } | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "favours the intervention"),
        ({"estimate": -0.3, "ci_low": -0.5, "ci_high": -0.1}, "favours the control"),
        ({"ci_low": -0.1}, "the estimate favours the intervention; the interval includes zero"),
        (
            {"estimate": -0.3, "ci_low": -0.7},
            "the estimate favours the control; the interval includes zero",
        ),
        (
            {"pi_low": -0.2, "pi_high": 0.8},
            "favours the intervention on average; a new trial may find the opposite",
        ),
        (
            {"flags": "df_below_4"},
            "the estimate favours the intervention",
        ),
        (
            {"ci_low": NAN, "ci_high": NAN},
            "the estimate favours the intervention; there is no interval",
        ),
        ({"n_trials": 1.0}, "a single trial: favours the intervention"),
    ],
)
def test_words_say_no_more_than_the_numbers(changes: dict[str, Any], words: str) -> None:
    assert in_words(pool(**changes), SMD).startswith(words)


def test_certainty_is_the_cited_reviews_own() -> None:
    row = {
        **{"review": "O'Hara 2019", "role": "cited", "intervention": "video"},
        **{"outcome": "warmth", "certainty": "low", "status": "suspect"},
    }
    published = pd.DataFrame([row, row | {"role": "context", "certainty": "high"}])
    outcomes = pd.DataFrame({"outcome": ["warmth"], "domain": ["love"], "label": ["Warmth"]})
    tables = {"published": published, "outcomes": outcomes}
    found = published_certainty("video", "love", tables, {"warmth": "Warmth"})
    assert found == "O'Hara 2019, warmth: low (the row contradicts itself)"
    assert published_certainty("video", "mood", tables, {"warmth": "Warmth"}) == ""


COLUMNS = ("Domain", "Trials", "g [95% CI]", "Remarks")


def findings() -> pd.DataFrame:
    row = dict.fromkeys(COLUMNS, "text") | {"Remarks": HOSTILE}
    return pd.DataFrame([{INTERVENTION: name} | row for name in ("Play", "Play", "Talk & play")])


def test_the_latex_table_has_its_rows_and_nothing_unescaped() -> None:
    text = table_part(findings(), "All 100%", ["a note_"])
    assert r"\caption{All 100\%}" in text
    assert r"\textbf{Talk \& play}" in text
    rows = [line for line in text.split("\n") if r"\addlinespace[2pt]" in line]
    assert len(rows) == 3
    assert all(len(re.findall(r"(?<!\\)&", row)) == len(COLUMNS) - 1 for row in rows)
    assert text.count(r"\toprule") == 2
    for environment in ("landscape", "longtable"):
        assert text.count(rf"\begin{{{environment}}}") == text.count(rf"\end{{{environment}}}") == 1


def test_the_word_table_repeats_its_header_on_landscape_pages() -> None:
    content = table_document(findings(), "A title\x00", ["First note", "Second"])
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert section.page_width > section.page_height
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells] == list(COLUMNS)
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert "w:tblHeader" not in table.rows[1]._tr.xml
    assert [row.cells[0].text for row in table.rows[1:]] == ["Play", "text", "text"] + [
        "Talk & play",
        "text",
    ]
    assert table.rows[2].cells[COLUMNS.index("Remarks")].text == ("ab c d e & % $ # _ { } ~ ^ \\")
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts == ["A title", "First note", "Second"]


@pytest.mark.parametrize("certainties", [[], [GRADED], [CERTAINTY], [GRADED, CERTAINTY]])
def test_every_column_has_its_width_whichever_certainties_there_are(certainties: list[str]) -> None:
    first = ["Domain", "Trials", "Participants", "g", "Prediction", "I²"]
    columns = [*first, *certainties[:1], "In words", "Remarks", *certainties[1:]]
    table = pd.DataFrame([dict.fromkeys([INTERVENTION, *columns], "text")])
    (grid,) = Document(io.BytesIO(table_document(table, "A title", []))).tables
    whole = sum(column.width for column in grid.columns)
    assert whole == pytest.approx(Cm(26.1), abs=len(columns) * Twips(1))
    of_latex = re.findall(r"p\{[0-9.]+\\linewidth\}", table_part(table, "A title", []))
    assert len(of_latex) == len(columns)


# Figures and bytes -----------------------------------------------------------------------------


def plot(width: float = 8, height: float = 4) -> ForestPlot:
    return ForestPlot("play-love", "Play & love", caption(pool(), SMD), a_figure(width, height))


def a_figure(width: float = 8, height: float = 4) -> Figure:
    figure = Figure(figsize=(width, height))
    figure.set_label("A plot")
    figure.text(0.5, 0.5, "g 0.30")
    return figure


def test_a_caption_says_what_the_plot_shows() -> None:
    assert caption(pool(), SMD) == (
        "Forest plot of 6 results of 5 trials: pooled Hedges' g 0.30, 95% CI 0.10 to 0.50; "
        "positive in favour of the intervention."
    )
    assert "too few trials for a reliable interval" in caption(pool(flags="df_below_4"), SMD)


def test_every_page_fits_its_sheet_beside_traffic_lights() -> None:
    # Placed in full size, its letters have 8 points or more.
    tables = {table.name: read_result(Path("results"), table) for table in TABLES}
    trials = tables["effects"]["trial_id"].unique()
    tables["risk_of_bias"] = pd.DataFrame(
        {"trial_id": trials, "outcome": "", **dict.fromkeys(ROB2_COLUMNS, "some concerns")}
    )
    sizes = np.array([plot.size for plot in forest_plots(tables, read_plan("config/config.yaml"))])
    assert len(sizes) > 10
    assert sizes.max(axis=0).tolist() <= [WIDEST + 1e-9, TALLEST]


def test_pages_of_a_long_plot_say_which_part_they_are() -> None:
    pages = [a_figure(), a_figure()]
    first, second = parts("play", "Play", "A caption.", pages)
    assert [first.name, second.name] == ["play", "play-2"]
    assert [first.title, second.title] == ["Play (part 1 of 2)", "Play (part 2 of 2)"]


def test_a_plot_of_one_page_has_no_part() -> None:
    assert [part.title for part in parts("play", "Play", "A caption.", [a_figure()])] == ["Play"]


def test_pictures_have_alternative_text_and_fit_their_pages() -> None:
    wide, tall = plot(20, 8), plot(8, 20)
    document = Document(io.BytesIO(figures_document([wide, tall], "Plots")))
    assert len(document.inline_shapes) == 2
    for shape, section in zip(document.inline_shapes, document.sections, strict=True):
        about = shape._inline.docPr
        assert about.get("descr") == f"Play & love. {wide.caption}"
        assert section.page_width is not None
        assert section.page_height is not None
        assert shape.width < section.page_width
        assert shape.height < section.page_height
    lying, standing = document.sections
    assert lying.page_width == standing.page_height


def test_the_largest_page_of_a_plot_is_placed_in_full_size() -> None:
    # So that its letters, of 8 points or more, stay as large.
    document = Document(io.BytesIO(figures_document([plot(WIDEST, TALLEST)], "Plots")))
    (shape,) = document.inline_shapes
    assert shape.width.inches == pytest.approx(WIDEST, abs=0.01)


def test_the_title_of_a_figure_stands_in_its_caption_and_nowhere_else() -> None:
    document = Document(io.BytesIO(figures_document([plot()], "Plots")))
    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts == [f"Figure 1. Play & love. {plot().caption}"]


def test_latex_figures_are_pages_of_the_pdf() -> None:
    text = figures_part([plot(), plot(4, 8)], "plots.pdf")
    assert text.count("{plots.pdf}") == 2
    assert text.index("[page=1,") < text.index("[page=2,")
    assert text.count(r"\begin{landscape}") == 1
    assert r"Play \& love. Forest plot" in text
    assert r"95\% CI" in text


def test_documents_are_the_same_bytes_each_time() -> None:
    makes: tuple[Callable[[], bytes], ...] = (
        lambda: table_document(findings(), "Title", ["note"]),
        lambda: figures_document([plot(), plot(4, 9)], "Plots"),
    )
    for make in makes:
        first = make()
        assert first == make()
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            assert {info.date_time[0] for info in archive.infolist()} == {1980}
            core = archive.read("docProps/core.xml")
        assert b"created" not in core
        assert b"modified" not in core


def test_dates_go_and_contents_stay() -> None:
    archives = []
    for year in (2001, 2024):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("b.xml", (year, 1, 1, 0, 0, 0)), "b" * 99)
            archive.writestr(zipfile.ZipInfo("a.xml", (year, 1, 1, 0, 0, 0)), "a")
        archives.append(buffer.getvalue())
    assert archives[0] != archives[1]
    first, second = map(without_dates, archives)
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["b.xml", "a.xml"]
        assert archive.read("b.xml") == b"b" * 99


def test_a_pdf_embeds_its_fonts_and_carries_no_date() -> None:
    content = pdf_bytes([a_figure()], "A plot")
    assert content == pdf_bytes([a_figure()], "A plot")
    assert b"/FontFile2" in content  # TrueType
    assert b"/Title (A plot)" in content
    for unwanted in (b"CreationDate", b"Producer", b"Creator", b"/Type3", b"FlateDecode"):
        assert unwanted not in content


def test_a_pdf_has_a_page_for_each_figure_and_its_fonts_once() -> None:
    content = pdf_bytes([a_figure(), a_figure(4, 9)], "Two plots")
    assert content.count(b"/Type /Page ") == 2
    assert content.count(b"/FontFile2") == pdf_bytes([a_figure()], "").count(b"/FontFile2")
    assert [box in content for box in (b"[ 0 0 576 288 ]", b"[ 0 0 288 648 ]")] == [True, True]
