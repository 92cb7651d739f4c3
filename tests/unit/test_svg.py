"""SVG with real text and the font that it was measured with."""

import base64
import io
import math
import re
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from metarepro.figures.plot_page import draw_circles
from metarepro.figures.style import drawing_style, font, svg_bytes

SVG = "{http://www.w3.org/2000/svg}"


def figure(plain: str = "Plain τ²", bold: str = "Bold Žž") -> Figure:
    with drawing_style():
        fig = Figure(figsize=(3, 2))
        ax = fig.add_axes((0.1, 0.1, 0.8, 0.8))
        ax.plot([1, 2, 3], [1.23456789, 2.3, 0.5])
        ax.axvline(2, color="red", clip_on=True)
        ax.text(1.5, 2, plain, fontproperties=font(9), ha="right")
        ax.text(1.5, 1, bold, fontproperties=font(9, bold=True), rotation=90)
    return fig


def styled() -> Figure:
    """Lines, areas and texts of many styles."""
    with drawing_style():
        fig = Figure(figsize=(3, 2))
        ax = fig.add_axes((0.1, 0.1, 0.8, 0.8))
        ax.set_axis_off()
        ax.plot([1, 2], [1, 2], color="#0072B2", linewidth=1.6, dashes=(4, 2))
        ax.plot([1, 2], [2, 1], color="red", alpha=0.5, solid_capstyle="projecting")
        ax.hlines(1.5, 1, 2, color="green", linewidth=0.9)
        ax.fill(
            [1, 2, 1], [1, 1, 2], facecolor=(1, 0, 0, 0.25), edgecolor="black", joinstyle="miter"
        )
        ax.text(1.5, 2, "right", fontproperties=font(9), ha="right", color="#595959")
        ax.text(1.5, 1, "bold", fontproperties=font(9, bold=True), ha="center")
    return fig


def fonts(svg: str) -> dict[bool, set[str]]:
    """The letters of the fonts inside, plain and bold."""
    faces = re.findall(r"@font-face{([^}]*)}", svg)
    letters = {}
    for face in faces:
        data = base64.b64decode(re.search(r"base64,([^)]*)", face)[1])  # type: ignore[index]
        with TTFont(io.BytesIO(data)) as cut:
            letters["font-weight:700" in face] = set(map(chr, cut.getBestCmap()))
    return letters


def styles(svg: bytes) -> set[frozenset[tuple[str, str]]]:
    """The different styles of what is drawn, whether written there or as a class."""
    root = ElementTree.fromstring(svg)
    sheet = root.findtext(f"{SVG}defs/{SVG}style") or ""
    classes = re.findall(r"^\.\w+{([^}]*)}$", sheet, re.MULTILINE)
    written = [element.get("style", "") for element in root.iter() if element.tag != f"{SVG}image"]
    found = set()
    for style in filter(None, [*classes, *written]):
        rules = dict(re.split(": ?", rule, maxsplit=1) for rule in re.split("; ?", style) if rule)
        rules.pop("font-family", None)
        if rules.get("stroke-dashoffset") == "0":
            del rules["stroke-dashoffset"]
        shown = "font-size" in rules or rules.get("stroke")
        usual = {"fill": "#000000"} | ({"stroke-width": "1"} if rules.get("stroke") else {})
        found.add(frozenset((usual | rules).items())) if shown else None
    return found


@pytest.mark.parametrize("strange", ["\x01", "\ufffe", "\ud800"])
def test_a_label_that_xml_cannot_hold_is_made_plain(strange: str) -> None:
    fig = figure()
    fig.set_label(f"Play{strange} time")
    title = ElementTree.fromstring(svg_bytes(fig)).findtext(f"{SVG}title") or ""
    assert title.replace("\ufffd", "") == "Play time"


def test_text_is_text() -> None:
    texts = {
        element.text for element in ElementTree.fromstring(svg_bytes(figure())).iter(f"{SVG}text")
    }
    assert {"Plain τ²", "Bold Žž", "1.0"} <= texts


def test_every_letter_is_in_the_font_inside() -> None:
    inside = fonts(svg_bytes(figure("Łódź ∑", "Ωmega")).decode())
    assert set("Łódź ∑") <= inside[False]
    assert set("Ωmega") <= inside[True]


def test_no_font_goes_along_unused() -> None:
    with drawing_style():
        fig = Figure()
        fig.text(0.5, 0.5, "plain", fontproperties=font())
    assert set(fonts(svg_bytes(fig).decode())) == {False}


def test_the_font_inside_is_as_wide_as_the_one_that_was_measured() -> None:
    svg = svg_bytes(figure()).decode()
    data = base64.b64decode(re.search(r"base64,([^)]*)", svg)[1])  # type: ignore[index]
    with TTFont(io.BytesIO(data)) as cut, TTFont(font().get_file()) as whole:
        for letter in "WAi0τ":
            widths = [f["hmtx"][f.getBestCmap()[ord(letter)]][0] for f in (cut, whole)]
            assert widths[0] == widths[1]


def test_styles_are_those_of_matplotlib() -> None:
    raw = io.BytesIO()
    with drawing_style(), mpl.rc_context({"svg.fonttype": "none"}):
        styled().savefig(raw, format="svg")
    assert styles(svg_bytes(styled())) == styles(raw.getvalue())


@pytest.mark.parametrize("text", ["a  b", '<b> & "c" ]]>', "  lead"])
def test_text_is_kept_as_it_is(text: str) -> None:
    root = ElementTree.fromstring(svg_bytes(figure(text)))
    assert text in {element.text for element in root.iter(f"{SVG}text")}


def test_texts_of_one_style_share_a_group() -> None:
    with drawing_style():
        fig = Figure()
        for place in (0.2, 0.5, 0.8):
            fig.text(0.5, place, f"at {place}", fontproperties=font())
    groups = ElementTree.fromstring(svg_bytes(fig)).findall(f".//{SVG}g[@class]")
    assert [[text.text for text in group] for group in groups] == [["at 0.2", "at 0.5", "at 0.8"]]


def test_strokes_of_one_style_share_a_path_and_filled_ones_do_not() -> None:
    with drawing_style():
        fig = Figure()
        ax = fig.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.hlines([0.2, 0.8], 0.1, 0.9)
        for x in (0.2, 0.3):
            ax.fill([x, x + 0.2, x], [0, 0, 1], color="red", alpha=0.5)
    root = ElementTree.fromstring(svg_bytes(fig))
    drawn = [path.attrib["d"] for path in root.iter(f"{SVG}path")]
    assert [path.count("M") for path in drawn if not path.endswith("z")] == [2]
    assert len([path for path in drawn if path.endswith("z")]) == 3  # with the page


def test_circles_are_circles() -> None:
    with drawing_style():
        fig = Figure(figsize=(2, 2))
        ax = fig.add_axes((0, 0, 1, 1))
        draw_circles(ax, [0.5, 0.25], [0.5, 0.75], [4 * math.pi, math.pi], "#0072B2")
    circles = ElementTree.fromstring(svg_bytes(fig)).iter(f"{SVG}circle")
    found = [[float(circle.attrib[name]) for name in ("cx", "cy", "r")] for circle in circles]
    assert found == [[72, 72, 2], [36, 36, 1]]


def test_what_is_drawn_elsewhere_does_not_change_a_figure() -> None:
    before = svg_bytes(figure("Plain", "Bold"))
    svg_bytes(figure("Łódź", "Žž"))
    assert svg_bytes(figure("Plain", "Bold")) == before


def test_an_image_covers_its_place() -> None:
    with drawing_style():
        fig = Figure(figsize=(2, 2))
        ax = fig.add_axes((0, 0, 1, 1))
        ax.imshow([[0.0, 1.0]], extent=(0, 1, 0, 1), aspect="auto", interpolation="none")
    (image,) = ElementTree.fromstring(svg_bytes(fig)).iter(f"{SVG}image")
    across, _, _, down, left, top = map(float, image.attrib["transform"][7:-1].split())
    width, height = float(image.attrib["width"]), float(image.attrib["height"])
    assert (left, left + across * width) == pytest.approx((0, 144))
    assert sorted((top, top + down * height)) == pytest.approx([0, 144])


def test_turned_text_stays_turned() -> None:
    root = ElementTree.fromstring(svg_bytes(figure()))
    turned = {e.text: e.get("transform", "") for e in root.iter(f"{SVG}text")}
    assert "rotate(-90" in turned["Bold Žž"]
    assert "rotate" not in turned["Plain τ²"]


def test_places_have_two_decimals() -> None:
    root = ElementTree.fromstring(svg_bytes(figure()))
    places = " ".join(element.get("d", "") for element in root.iter(f"{SVG}path"))
    assert re.search(r"\d\.\d\d\b", places)
    assert not re.search(r"\d\.\d{3}", places)
