"""Tables of PDFs: where they stand, their columns and rows, and what is called doubtful."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.made_articles import BODY, COLUMNS, HEADER, PdfPage, pdf, table_on, width

from metarepro.errors import InputError
from metarepro.readers.pdf_doubts import pattern
from metarepro.readers.source_table import Source, SourceTable
from metarepro.readers.sources import read_source

#: The rows of the usual table, without its headings.
ROWS = [cells for cells in BODY if cells[1]]
GROUPS = ["", "Age", "Age", "Setting", "Setting"]


def read(folder: Path, *pages: PdfPage, rotate: int = 0) -> Source:
    path = folder / "article.pdf"
    path.write_bytes(pdf(*pages, rotate=rotate))
    return read_source(path)


def shown(table: SourceTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


def expected(body: Sequence[Sequence[str]] = ROWS) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in cells) for cells in body]


@pytest.mark.parametrize("ruled", [True, False])
def test_a_table_between_running_text(ruled: bool, tmp_path: Path) -> None:
    page = PdfPage()
    y = page.prose(60, 60, 8, 380)
    y = table_on(page, y + 14, ruled=ruled)
    page.prose(60, y + 30, 12, 380)
    (table,) = read(tmp_path, page).tables
    assert (table.label, table.caption) == ("Table 1", "Pools by subgroup")
    assert table.columns == HEADER
    assert shown(table) == expected()
    assert [row.group for row in table.rows] == GROUPS
    assert not any(row.doubtful for row in table.rows)


def test_rows_name_their_page(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    first.prose(60, 60, 30, 500)
    table_on(second, 100)
    (table,) = read(tmp_path, first, second).tables
    assert {row.page for row in table.rows} == {2}


@pytest.mark.parametrize("ruled", [True, False])
def test_a_table_in_one_column_of_a_page(ruled: bool, tmp_path: Path) -> None:
    page = PdfPage(760)
    y = page.prose(40, 60, 10, 370)
    y = table_on(page, y + 16, ruled=ruled)
    page.prose(40, y + 30, 20, 370)
    page.prose(410, 60, 52, 730)
    (table,) = read(tmp_path, page).tables
    assert shown(table) == expected()


def with_caption_below(page: PdfPage, top: float, caption: str) -> float:
    """A table with its caption at its foot; where that ends."""
    y = table_on(page, top, caption="")
    page.text(COLUMNS[0], y + 8, caption)
    return y + 10


def test_a_caption_may_stand_at_the_foot_of_its_table(tmp_path: Path) -> None:
    page = PdfPage()
    y = page.prose(60, 60, 8, 380)
    y = with_caption_below(page, y + 14, "Table 1. Pools by subgroup")
    page.prose(60, y + 30, 12, 380)
    (table,) = read(tmp_path, page).tables
    assert (table.label, table.caption) == ("Table 1", "Pools by subgroup")
    assert table.columns == HEADER
    assert shown(table) == expected()


def test_captions_at_the_foot_of_several_tables(tmp_path: Path) -> None:
    page = PdfPage()
    y = with_caption_below(page, 60, "Table 1. Pools by subgroup")
    with_caption_below(page, y + 20, "Table 2. More pools")
    tables = read(tmp_path, page).tables
    assert [(table.label, table.caption, shown(table)) for table in tables] == [
        ("Table 1", "Pools by subgroup", expected()),
        ("Table 2", "More pools", expected()),
    ]


def test_a_caption_whose_table_is_on_the_next_page_takes_none_above_it(tmp_path: Path) -> None:
    page = PdfPage()
    y = table_on(page, 60)
    page.text(COLUMNS[0], y + 8, "Table 2. More pools")
    (table,) = read(tmp_path, page).tables
    assert (table.label, shown(table)) == ("Table 1", expected())


def test_tables_side_by_side(tmp_path: Path) -> None:
    page = PdfPage(800)
    page.prose(60, 60, 6, 370)
    page.prose(440, 60, 6, 750)
    table_on(page, 150)
    table_on(page, 150, caption="Table 2. More pools", left=380)
    tables = read(tmp_path, page).tables
    assert [(table.label, shown(table)) for table in tables] == [
        ("Table 1", expected()),
        ("Table 2", expected()),
    ]


@pytest.mark.parametrize("words", ["Table 1. Cont.", "Table 1 (continued)", "Table 1 Cont'd"])
def test_a_table_that_goes_on_is_one(words: str, tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    table_on(first, 100, BODY[:4])
    table_on(second, 100, BODY[4:], caption=words)
    (table,) = read(tmp_path, first, second).tables
    assert shown(table) == expected()
    assert [row.page for row in table.rows] == [1, 1, 1, 2, 2]
    assert [row.group for row in table.rows] == GROUPS


def test_a_header_at_the_top_of_a_page_goes_on_without_a_caption(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    table_on(first, 100, BODY[:4])
    table_on(second, 60, BODY[4:], caption="")
    (table,) = read(tmp_path, first, second).tables
    assert shown(table) == expected()


LONG = [
    *BODY,
    *((f"Group {n}", str(n), f"1.{n}0 (1.02, 1.70)", "0.010", "20") for n in range(1, 7)),
]


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("head", ["", "Journal of Made-up Results 2026"])
def test_rows_at_the_top_of_a_page_go_on_without_caption_and_header(
    head: str, ruled: bool, tmp_path: Path
) -> None:
    first, second = PdfPage(), PdfPage()
    table_on(first, 600, LONG[:7], ruled=ruled)
    if head:
        second.text(60, 40, head)
    for y, cells in enumerate(LONG[7:], 1):
        second.row(60 + 12 * y, dict(zip(COLUMNS, cells, strict=True)))
    second.prose(60, 200, 8, 500)
    (table,) = read(tmp_path, first, second).tables
    assert shown(table) == expected([cells for cells in LONG if cells[1]])
    went_on = [row for row in table.rows if row.page == 2]
    assert {row.doubtful for row in went_on} == {
        "Subgroup: the page does not say that Table 1 goes on"
    }


def test_a_heading_at_the_top_of_a_page_is_one_of_the_rows_below_it(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    table_on(first, 600, LONG[:4])
    second.text(60, 40, "Journal of Made-up Results 2026")
    for y, cells in enumerate(LONG[4:10], 1):
        name, *others = cells
        second.text(64 if name.startswith(" ") else 60, 60 + 12 * y, name.strip())
        second.row(60 + 12 * y, dict(zip(COLUMNS[1:], others, strict=True)))
    (table,) = read(tmp_path, first, second).tables
    assert [(row.cells[0], row.group) for row in table.rows][3:5] == [
        ("Clinic", "Setting"),
        ("School", "Setting"),
    ]


def test_running_text_on_the_next_page_is_no_part_of_a_table(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    table_on(first, 600, LONG)
    second.prose(60, 60, 30, 500)
    (table,) = read(tmp_path, first, second).tables
    assert {row.page for row in table.rows} == {1}


def test_rows_in_other_columns_are_no_part_of_a_table(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    table_on(first, 600, LONG)
    for y, cells in enumerate(LONG[-4:], 1):
        second.row(60 + 12 * y, dict(zip((90, 200, 300, 420, 500), cells, strict=True)))
    (table,) = read(tmp_path, first, second).tables
    assert {row.page for row in table.rows} == {1}


def test_a_table_that_goes_on_with_other_columns_is_doubtful(tmp_path: Path) -> None:
    first, second = PdfPage(), PdfPage()
    table_on(first, 100)
    second.text(60, 60, "Table 1. Cont.")
    for y, cells in enumerate((("Subgroup", "k"), ("North", "3"), ("South", "4"), ("West", "5"))):
        second.row(80 + 12 * y, dict(zip((60, 140), cells, strict=True)))
    tables = read(tmp_path, first, second).tables
    assert [table.label for table in tables] == ["Table 1", "Table 1 (page 2)"]
    assert all("continues with another number of columns" in r.doubtful for r in tables[1].rows)


@pytest.mark.parametrize("rotate", [90, 270])
def test_a_page_that_is_turned_as_a_whole(rotate: int, tmp_path: Path) -> None:
    """Text that runs up or down the sheet, which the file says to turn."""
    page = PdfPage(842, 595)
    table_on(page, 100)
    turn = "0 1 -1 0 595 0 cm" if rotate == 90 else "0 -1 1 0 0 842 cm"
    sheet = PdfPage(595, 842)
    sheet.drawing = [turn, *page.drawing]
    (table,) = read(tmp_path, sheet, rotate=rotate).tables
    assert shown(table) == expected()


@pytest.mark.parametrize("turn", ["0 1 -1 0 595 0 cm", "0 -1 1 0 0 842 cm"])
def test_text_that_runs_up_or_down_a_page(turn: str, tmp_path: Path) -> None:
    page = PdfPage(842, 595)
    table_on(page, 100)
    sheet = PdfPage(595, 842)
    sheet.drawing = [turn, *page.drawing]
    (table,) = read(tmp_path, sheet).tables
    assert shown(table) == expected()


def test_running_text_that_names_a_table_is_none(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 80, "Table 1 shows the pools of all subgroups, which agree with each other.")
    page.prose(60, 92, 20, 400, size=8)
    assert read(tmp_path, page).tables == ()


def test_notes_below_a_table_are_no_rows(tmp_path: Path) -> None:
    page = PdfPage()
    y = table_on(page, 100)
    page.text(60, y + 6, "OR, odds ratio; CI, confidence interval.", 7)
    (table,) = read(tmp_path, page).tables
    assert table.notes == ("OR, odds ratio; CI, confidence interval.",)
    assert shown(table) == expected()


def test_lines_of_one_cell_are_one_row(tmp_path: Path) -> None:
    """The texts would not have fitted into the line above."""
    page = PdfPage()
    page.text(60, 90, "Table 3. Trials")
    page.rule(60, 330, 96)
    page.row(106, {60: "Trial", 150: "Participants", 260: "n", 300: "Mean"})
    page.rule(60, 330, 110)
    y = 120.0
    for n, name in enumerate(("Antuna 2013", "Bergeson 2012", "Castricini 2011")):
        page.row(y, {60: name, 150: "Massive full-thickness", 260: str(14 + n), 300: f"5{n}.5"})
        page.row(y + 9, {150: "rotator cuff tears"})
        y += 22
    page.rule(60, 330, y - 8)
    (table,) = read(tmp_path, page).tables
    assert shown(table) == [
        ("Antuna 2013", "Massive full-thickness rotator cuff tears", "14", "50.5"),
        ("Bergeson 2012", "Massive full-thickness rotator cuff tears", "15", "51.5"),
        ("Castricini 2011", "Massive full-thickness rotator cuff tears", "16", "52.5"),
    ]


def test_headers_over_several_columns(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 90, "Table 4. Counts")
    page.rule(60, 330, 96)
    page.row(106, {150: "Cases", 250: "Controls"})
    page.rule(130, 190, 110)
    page.rule(230, 300, 110)
    page.row(120, {60: "Trial", 130: "GG", 170: "GA", 230: "GG", 280: "GA"})
    page.rule(60, 330, 124)
    for n in range(5):
        page.row(134 + 12 * n, {60: f"Trial {n}", 130: "20", 170: "316", 230: "15", 280: "319"})
    page.rule(60, 330, 190)
    (table,) = read(tmp_path, page).tables
    expected = ("Trial", "Cases > GG", "Cases > GA", "Controls > GG", "Controls > GA")
    assert table.columns == expected


def test_superscripts_are_marks(tmp_path: Path) -> None:
    page = PdfPage()
    body = [("Young", "4", "1.10 (0.90, 1.34)", "0.350", "12")] * 4
    table_on(page, 100, body)
    page.text(60 + width("Young"), 100 + 14 + 12 - 3, "a", 5)
    (table,) = read(tmp_path, page).tables
    assert (table.rows[0].cells[0], table.rows[0].marks[0]) == ("Young", "a")


def broken(cells: tuple[str, ...]) -> list[tuple[str, ...]]:
    good = ("Young", "4", "1.10 (0.90, 1.34)", "0.350", "12")
    return [*[good] * 6, cells, *[good] * 3]


@pytest.mark.parametrize(
    ("cells", "doubt"),
    [
        (("Old", "5", "1.32 (1.08, 1.61", "0.006", "40"), "half a pair of brackets"),
        (("Old", "5", "1.32", "0.006", "40"), "unlike the rest of its column"),
        (("Old", "5 6", "1.32 (1.08, 1.61)", "0.006", "40"), "two numbers with nothing between"),
    ],
)
def test_cells_that_do_not_agree_with_their_column_are_doubtful(
    cells: tuple[str, ...], doubt: str, tmp_path: Path
) -> None:
    page = PdfPage()
    table_on(page, 100, broken(cells))
    (table,) = read(tmp_path, page).tables
    doubtful = {row.cells[0]: row.doubtful for row in table.rows if row.doubtful}
    assert list(doubtful) == ["Old"]
    assert doubt in doubtful["Old"]


def test_a_word_between_two_columns_is_doubtful(tmp_path: Path) -> None:
    page = PdfPage()
    body = [("Young", "4", "1.10 (0.90, 1.34)", "0.350", "12")] * 30
    table_on(page, 100, [*body, ("Institutionalized_residents", "4", "1 (0, 2)", "0.350", "12")])
    (table,) = read(tmp_path, page).tables
    assert "a word stands between two columns" in table.rows[-1].doubtful


def test_patterns_leave_marks_and_signs_aside() -> None:
    assert pattern("0.38 (0.19, 0.56) *") == pattern("−0.05 (−0.52, 0.43)†") == "9(9,9)"


REVMAN: dict[float, str] = {
    60: "Study or Subgroup",
    150: "Mean",
    180: "SD",
    205: "Total",
    240: "Mean",
    270: "SD",
    295: "Total",
    330: "Weight",
    370: "IV, Random, 95% CI",
}


def forest(page: PdfPage, top: float) -> None:
    """A plot as RevMan draws it: rows of text, and a plot with headers of its own."""
    page.row(
        top, {170: "Experimental", 262: "Control", 370: "Mean Difference", 480: "Mean Difference"}
    )
    page.row(top + 12, {**REVMAN, 470: "IV, Random, 95% CI"})
    page.rule(60, 560, top + 15)
    y = top + 25
    for name in ("Ann 2001", "Bob 2002", "Cas 2003"):
        cells = (name, "5.1", "2.0", "40", "4.2", "2.1", "41", "33.3%", "0.90 [0.01, 1.79]")
        page.row(y, dict(zip(REVMAN, cells, strict=True)))
        page.rule(480, 530, y - 3)
        y += 12
    total: dict[float, str] = {60: "Total (95% CI)", 205: "120", 295: "123", 330: "100.0%"}
    page.row(y + 6, {**total, 370: "0.90 [0.39, 1.41]"})
    page.text(60, y + 18, "Heterogeneity: Tau2 = 0.00; Chi2 = 0.00, df = 2 (P = 1.00); I2 = 0%")
    page.text(60, y + 30, "Test for overall effect: Z = 3.44 (P = 0.0006)")
    page.row(y + 36, {470: "-2", 500: "0", 530: "2"})
    page.text(60, y + 60, "Figure 2. Forest plot of pain", 9)


def test_a_forest_plot_whose_rows_are_text(tmp_path: Path) -> None:
    page = PdfPage()
    page.prose(60, 60, 8, 540)
    forest(page, 200)
    (table,) = read(tmp_path, page).tables
    assert table.label == "Figure 2"
    assert table.columns == (
        "Study or Subgroup",
        "Experimental > Mean",
        "Experimental > SD",
        "Experimental > Total",
        "Control > Mean",
        "Control > SD",
        "Control > Total",
        "Weight",
        "Mean Difference IV, Random, 95% CI",
    )
    data = ("5.1", "2.0", "40", "4.2", "2.1", "41", "33.3%", "0.90 [0.01, 1.79]")
    assert shown(table) == [
        *((name, *data) for name in ("Ann 2001", "Bob 2002", "Cas 2003")),
        ("Total (95% CI)", "", "", "120", "", "", "123", "100.0%", "0.90 [0.39, 1.41]"),
    ]
    assert "Heterogeneity: Tau2 = 0.00" in table.caption


def test_without_the_library_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "article.pdf"
    path.write_bytes(pdf(PdfPage()))
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    with pytest.raises(InputError, match="pip install pdfplumber"):
        read_source(path)


ARMS = (60, 140, 170, 200, 240, 270, 300)
ARM_HEADER = ("", "n", "Mean", "SD", "n", "Mean", "SD")
ARM_ROWS = [
    (f"{name} 200{n}", str(20 + n), f"{n}.5", "2.1", str(30 + n), f"{n}.1", "2.4")
    for n, name in enumerate(("Ann", "Bo", "Cy", "Dee", "Eve"), 1)
]


def arms_on(page: PdfPage, over: Sequence[float], *, rules: bool = False) -> None:
    """A table of two arms, whose names start where `over` says; the header is above all rules."""
    page.text(60, 60, "Table 1. Results")
    page.row(80, dict(zip(over, ("Intervention", "Control"), strict=True)))
    page.text(60, 85, "Study")
    page.row(90, dict(zip(ARMS, ARM_HEADER, strict=True)))
    for place, cells in enumerate(ARM_ROWS):
        if rules:
            page.rule(58, 330, 94 + 14 * place)
        page.row(104 + 14 * place, dict(zip(ARMS, cells, strict=True)))


@pytest.mark.parametrize("over", [(155, 270), (140, 240)])
@pytest.mark.parametrize("rules", [True, False])
def test_headers_over_repeated_ones_stand_over_all_of_these(
    over: Sequence[float], rules: bool, tmp_path: Path
) -> None:
    """A short name of an arm is as wide as one column."""
    page = PdfPage()
    arms_on(page, over, rules=rules)
    (table,) = read(tmp_path, page).tables
    arms = [f"{arm} > {name}" for arm in ("Intervention", "Control") for name in ARM_HEADER[1:4]]
    assert table.columns == ("Study", *arms)
    assert shown(table) == ARM_ROWS


def in_grid(page: PdfPage, top: float, rows: Sequence[tuple[str, ...]]) -> float:
    """Rows of a grid: names of several lines, numbers in the middle; its end."""
    page.rule(58, 250, top)
    for first, *numbers in rows:
        lines = first.split("|")
        for n, line in enumerate(lines):
            page.text(60, top + 10 + 9.5 * n, line)
        middle = top + 10 + 9.5 * (len(lines) - 1) / 2
        page.row(middle, dict(zip((130, 170, 210), numbers, strict=True)))
        top += 4 + 9.5 * len(lines)
        page.rule(58, 250, top)
    return top


NAMES = [f"{name}|et al.|(199{n})" for n, name in enumerate(("Brown-Smith", "Chen", "Ito", "Xu"))]
GRID = [(name, str(20 + n), f"{n}.5", f"0.{n + 1}") for n, name in enumerate(NAMES)]
EXPECTED = [(cells[0].replace("|", " "), *cells[1:]) for cells in GRID]


def test_lines_between_rules_are_one_row_with_its_numbers_in_the_middle(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 60, "Table 1. Results")
    in_grid(page, 70, [("Study", "n", "g", "SE"), *GRID])
    (table,) = read(tmp_path, page).tables
    assert shown(table) == EXPECTED


def test_numbers_at_the_foot_of_a_name_of_several_lines(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 60, "Table 1. Results")
    for y in (66, 79, 196):
        page.rule(58, 250, y)
    page.row(75, {60: "Study", 130: "n", 170: "g"})
    for n, name in enumerate(("Brown-Smith", "Chen", "Ito", "Jansen")):
        page.text(60, 90 + 26 * n, name)
        page.row(99 + 26 * n, {60: f"et al. (200{n})", 130: f"2{n}", 170: f"0.{n}"})
    (table,) = read(tmp_path, page).tables
    assert shown(table)[0] == ("Brown-Smith et al. (2000)", "20", "0.0")
    assert len(table.rows) == 4


def test_two_rows_of_a_header_with_a_rule_between_them(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 60, "Table 1. Results")
    rows: list[dict[float, str]] = [{155: "Intervention", 270: "Control"}]
    rows += [dict(zip(ARMS, cells, strict=True)) for cells in (ARM_HEADER, *ARM_ROWS)]
    for n, cells in enumerate(rows):
        page.rule(58, 330, 66 + 14 * n)
        page.row(76 + 14 * n, cells)
    page.rule(58, 330, 66 + 14 * len(rows))
    (table,) = read(tmp_path, page).tables
    assert table.columns[4:] == ("Control > n", "Control > Mean", "Control > SD")
    assert shown(table) == ARM_ROWS


def test_a_first_row_of_several_lines_is_no_part_of_the_header(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 60, "Table 1. Results")
    page.row(75, {60: "Study", 140: "n", 180: "g (95% CI)"})
    for n, name in enumerate(("Ann", "Bo", "Cy", "Dee")):
        y = 90 + 22 * n
        page.text(180, y, f"0.{n + 1} (0.0")
        page.row(y + 5, {60: f"{name} 2001", 140: f"2{n}"})
        page.text(180, y + 9, f"to 0.{n + 5})")
    (table,) = read(tmp_path, page).tables
    assert table.columns == ("Study", "n", "g (95% CI)")
    assert shown(table)[0] == ("Ann 2001", "20", "0.1 (0.0 to 0.5)")


def test_a_table_goes_on_with_rows_of_several_lines(tmp_path: Path) -> None:
    first, second = PdfPage(page_height=200), PdfPage(page_height=200)
    for page, numbers in ((first, range(4)), (second, range(4, 8))):
        top = 90 if page is first else 40
        for n in numbers:
            y = top + 24 * (n - numbers[0])
            page.text(180, y, f"0.{n + 1} (0.0")
            page.row(y + 5, {60: f"Ann 200{n}", 140: f"2{n}"})
            page.text(180, y + 9, f"to 0.{n + 2})")
    first.text(60, 60, "Table 1. Results")
    first.row(75, {60: "Study", 140: "n", 180: "g (95% CI)"})
    (table,) = read(tmp_path, first, second).tables
    assert [cells[1] for cells in shown(table)] == [f"2{n}" for n in range(8)]


def test_a_table_without_rules_runs_over_two_columns_of_text(tmp_path: Path) -> None:
    page = PdfPage(760)
    page.text(40, 60, "Table 1. Results")
    places = (40, 130, 230, 330, 450, 560, 650)
    page.row(75, dict(zip(places, ("Study", *"abcdef"), strict=True)))
    rows = [(f"Ann 200{n}", *(f"{n}.{m}" for m in range(6))) for n in range(8)]
    for n, cells in enumerate(rows):
        page.row(88 + 12 * n, dict(zip(places, cells, strict=True)))
    page.prose(40, 210, 40, 370)
    page.prose(400, 210, 40, 730)
    (table,) = read(tmp_path, page).tables
    assert shown(table) == rows


def test_a_short_last_line_of_a_header_beside_its_column(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 60, "Table 1. Results")
    page.row(75, {60: "Study", 108: "Sample", 180: "g"})
    page.row(84, {119: "size"})
    for n, name in enumerate(("Ann", "Bo", "Cy", "Dee")):
        page.row(99 + 12 * n, {60: name, 103: f"{n + 1}99", 180: f"0.{n}"})
    (table,) = read(tmp_path, page).tables
    assert table.columns == ("Study", "Sample size", "g")
    assert shown(table)[-1] == ("Dee", "499", "0.3")


def test_a_table_goes_on_with_texts_that_are_longer(tmp_path: Path) -> None:
    first, second = PdfPage(page_height=150), PdfPage(page_height=150)
    table_on(first, 60, ROWS[:3])
    rows = [(name, k, f"100.25 (99.25 to {ratio[-5:]}", *cells) for name, k, ratio, *cells in ROWS]
    for n, cells in enumerate(rows):
        second.row(40 + 12 * n, dict(zip(COLUMNS, (c.strip() for c in cells), strict=True)))
    (table,) = read(tmp_path, first, second).tables
    assert len(table.rows) == 8


def test_a_grid_goes_on_though_its_first_rows_have_names_of_several_lines(tmp_path: Path) -> None:
    first, second = PdfPage(page_height=220), PdfPage(page_height=220)
    first.text(60, 60, "Table 1. Results")
    in_grid(first, 70, [("Study", "n", "g", "SE"), *GRID[:3]])
    in_grid(second, 40, [GRID[3], *GRID])
    (table,) = read(tmp_path, first, second).tables
    assert shown(table) == [*EXPECTED, *EXPECTED]


def test_a_header_beside_its_narrow_column_parts_it_from_the_names(tmp_path: Path) -> None:
    page = PdfPage()
    page.text(60, 60, "Table 1. Results")
    page.row(75, {60: "Study", 106: "Participants", 180: "g"})
    for n, name in enumerate(("Ann", "Bo", "Cy", "Dee", "Fernandez Bi")):
        page.row(90 + 12 * n, {60: name, 110: f"{n + 1}9", 180: f"0.{n}"})
    (table,) = read(tmp_path, page).tables
    assert table.columns == ("Study", "Participants", "g")
    assert shown(table)[-1] == ("Fernandez Bi", "59", "0.4")
