"""SVG with real text and the font that it was measured with."""

import base64
import io
import re
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

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


def fonts(svg: str) -> dict[bool, set[str]]:
    """The letters of the fonts inside, plain and bold."""
    faces = re.findall(r"@font-face{([^}]*)}", svg)
    letters = {}
    for face in faces:
        data = base64.b64decode(re.search(r"base64,([^)]*)", face)[1])  # type: ignore[index]
        with TTFont(io.BytesIO(data)) as cut:
            letters["font-weight:700" in face] = set(map(chr, cut.getBestCmap()))
    return letters


def styles(svg: bytes) -> list[tuple[str, dict[str, str]]]:
    """Tag and style of every element that is drawn, whether written there or as a class."""
    root = ElementTree.fromstring(svg)
    sheet = root.findtext(f"{SVG}defs/{SVG}style") or ""
    classes = dict(re.findall(r"^\.(\w+){([^}]*)}$", sheet, re.MULTILINE))
    found = []
    shared = {child: group.get("class", "") for group in root.iter(f"{SVG}g") for child in group}
    for element in root.iter():
        if element.tag == f"{SVG}g":
            continue
        named = element.get("class") or shared.get(element, "")
        written = element.get("style") or classes.get(named, "")
        rules = dict(rule.split(": ", 1) for rule in written.split("; ") if rule)
        if element.get("clip-path"):
            rules["clip-path"] = element.attrib["clip-path"]
        rules.pop("font-family", None)
        if rules:
            found.append((element.tag, rules))
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
    with drawing_style():
        figure().savefig(raw, format="svg")
    assert styles(svg_bytes(figure())) == styles(raw.getvalue())


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
        ax.hlines([0.2, 0.8], 0.1, 0.9).set_gid("strokes")
        for x in (0.2, 0.3):
            ax.fill([x, x + 0.2, x], [0, 0, 1], color="red", alpha=0.5)
    root = ElementTree.fromstring(svg_bytes(fig))
    (path,) = root.findall(f".//{SVG}g[@id='strokes']/{SVG}path")
    assert path.attrib["d"].count("M") == 2
    assert len([p for p in root.iter(f"{SVG}path") if p.attrib["d"].endswith("z")]) >= 2


def test_turned_text_stays_turned() -> None:
    root = ElementTree.fromstring(svg_bytes(figure()))
    turned = {e.text: e.get("transform", "") for e in root.iter(f"{SVG}text")}
    assert "rotate(-90" in turned["Bold Žž"]
    assert turned["Plain τ²"] == ""


def test_places_have_two_decimals() -> None:
    root = ElementTree.fromstring(svg_bytes(figure()))
    places = " ".join(element.get("d", "") for element in root.iter(f"{SVG}path"))
    assert re.search(r"\d\.\d\d\b", places)
    assert not re.search(r"\d\.\d{3}", places)
