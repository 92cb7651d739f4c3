"""Forest plots on sheets: what gives way to the width, and where a long one breaks."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.made_up_forests import (
    MEANS,
    assert_legible,
    make_rows,
    make_summary,
    squares,
    words,
)

from metarepro.figures.forest import fitted_layout, forest_layout, forest_plot
from metarepro.figures.forest_axis import Mark
from metarepro.figures.forest_page import Line, Plot, broken, draw_pages, least_width


def pages(n: int, subgroups: tuple[str, ...] = ("",)) -> list[Figure]:
    rows = make_rows(n, subgroups)
    return draw_pages(forest_layout(rows, make_summary(), title="Long plot"), 6.0)


def test_a_short_plot_is_one_page_as_without_pages_but_for_its_title() -> None:
    (fig,) = pages(5)
    titled = words(forest_plot(make_rows(5), make_summary(), title="Long plot"))
    titled.remove("Long plot")
    assert words(fig) == titled


def test_pages_are_named_with_the_title_and_their_number() -> None:
    labels = [fig.get_label() for fig in pages(30)]
    assert labels == ["Long plot (part 1 of 2)", "Long plot (part 2 of 2)"]


def test_a_page_too_wide_has_a_shorter_axis_and_stays_legible() -> None:
    layout = forest_layout(make_rows(5), make_summary(), title="Long plot")
    (full,) = draw_pages(layout, 6.0)
    width = full.get_size_inches()[0]
    (narrow,) = draw_pages(layout, 6.0, width - 0.4)
    assert narrow.get_size_inches()[0] == pytest.approx(width - 0.4)
    assert words(narrow) == words(full)
    assert_legible(narrow)


def fitted(widest: float, rows: pd.DataFrame) -> Plot:
    return fitted_layout(rows, make_summary(), title="Wide plot", widest=widest)


def test_a_plot_that_fits_its_sheet_keeps_its_columns() -> None:
    rows = make_rows(3, **MEANS)
    assert fitted(math.inf, rows) == forest_layout(rows, make_summary(), title="Wide plot")


def test_a_plot_too_wide_for_its_sheet_has_narrower_texts() -> None:
    rows = make_rows(3, **MEANS)
    widest = least_width(fitted(math.inf, rows)) - 0.3
    layout = fitted(widest, rows)
    assert least_width(layout) <= widest
    assert "mean_t" in [column.key for column in layout.left]
    (fig,) = draw_pages(layout, 10.0, widest)
    assert fig.get_size_inches()[0] <= widest + 1e-9
    assert_legible(fig)


def test_means_give_way_where_narrower_texts_are_not_enough() -> None:
    rows = make_rows(3, **MEANS)
    with_means = [
        least_width(forest_layout(rows, make_summary(), title="", text_share=share))
        for share in (1.0, 0.4)
    ]
    layout = fitted(min(with_means) - 0.1, rows)
    assert "mean_t" not in [column.key for column in layout.left]


def test_no_word_of_a_narrow_column_is_broken() -> None:
    rows = make_rows(2, measure="Developmental quotient", label="Fergusson 2005")
    layout = forest_layout(rows, make_summary(), title="", text_share=0.4)
    cells = [line.cells.get("measure") for line in layout.lines if line.cells.get("measure")]
    assert cells == 2 * ["Developmental", "quotient"]


def test_a_long_plot_breaks_over_pages_with_every_result_once() -> None:
    drawn = pages(60)
    assert len(drawn) > 2
    assert sum(len(squares(fig)) for fig in drawn) == 60


def test_pages_keep_their_height_columns_and_axis() -> None:
    drawn = pages(60)
    assert max(fig.get_size_inches()[1] for fig in drawn) <= 6.0
    assert len({fig.get_size_inches()[0] for fig in drawn}) == 1
    assert len({fig.axes[0].get_xlim() for fig in drawn}) == 1


def test_squares_of_one_weight_are_equally_large_on_every_page() -> None:
    rows = make_rows(60, weight=[50.0, *[1.0] * 59])
    drawn = draw_pages(forest_layout(rows, make_summary(), title="Long plot"), 6.0)
    assert len({round(area, 9) for fig in drawn for area in squares(fig)["area"]}) == 2


def test_a_subgroup_that_goes_on_has_its_heading_again() -> None:
    headings = [line for line in words(pages(60, ("Play", "Talk"))[1]) if "(continued)" in line]
    assert headings == ["Play (continued)"]


def test_every_page_is_legible() -> None:
    for fig in pages(60, ("Play", "Talk")):
        assert_legible(fig)


def line(text: str = "", shape: str = "", *, bold: bool = False) -> Line:
    mark = Mark(shape, 0.1, 0.0, 0.2, "black") if shape else None
    return Line(across=text, mark=mark, bold=bold)


def parts(lines: list[Line], room: int) -> list[list[str]]:
    return [[one.across for one in part] for part in broken(lines, room)]


def test_a_pooled_result_is_not_parted_from_the_last_of_its_results() -> None:
    results = [line(f"r{i}", "square") for i in range(8)]
    pooled = [line("pooled", "diamond", bold=True), line("Q")]
    assert parts([line("Play", bold=True), *results, *pooled], 10)[1] == [
        "Play (continued)", "r7", "pooled", "Q",
    ]  # fmt: skip


def test_the_overall_result_is_not_alone_on_a_page() -> None:
    group = [line("Play", bold=True), *(line(f"r{i}", "square") for i in range(3)), line("pooled")]
    last = [line("Talk", bold=True), line("r9", "square")]
    lines = [*group, line(), *last, line(), line("overall", "diamond", bold=True)]
    assert parts(lines, 8)[1] == ["Talk", "r9", "", "overall"]


def test_no_heading_is_repeated_over_an_empty_line() -> None:
    first = [line("Play", bold=True), *(line(f"r{i}", "square") for i in range(5))]
    second = [line("Talk", bold=True), *(line(f"s{i}", "square") for i in range(5))]
    assert parts([*first, line(), *second], 6)[1][0] == "Talk"
