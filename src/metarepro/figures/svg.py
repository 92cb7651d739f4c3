"""Figures as SVG with real text: searched, selected and read out where the file is opened.

The letters are placed by the widths of the font that comes with matplotlib, so that font goes into
each file, cut down to what is drawn: the layout holds wherever the file is opened. matplotlib's
own SVG repeats the style of each line of text and each mark, and its places have six decimals;
here each style is written once, as a class, and places have two (a hundredth of a point). Lines of
text of one style that follow each other share a group, and so do strokes a path.
"""

import base64
import io
import re
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib as mpl
from fontTools import subset

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_TEXT, _GROUP = f"{{{_SVG}}}text", f"{{{_SVG}}}g"

_FAMILY = "DejaVu Sans"
#: In every cut of the plain font, so that most figures share one: printable ASCII and what we set.
_USUAL = frozenset(map(chr, range(32, 127))) | frozenset("–−×±²τχ≤≥…·é")
#: What nearly all figures keep to: Latin letters, Greek ones, punctuation, arrows, our signs.
_COMMON = _USUAL.union(
    "◆\ufffd",
    *(map(chr, range(*ends)) for ends in ((32, 384), (880, 1024), (8208, 8256), (8592, 8596))),
)
#: Attributes that hold places.
_PLACES = ("d", "x", "y", "width", "height", "points", "transform")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_BOLD = re.compile(r"font-weight: (bold|[6-9]00)")


def font_file(bold: bool) -> str:
    """DejaVu Sans from matplotlib's own files (never one that the system happens to have)."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name)


def finished(svg: bytes) -> bytes:
    """Make matplotlib's SVG (`svg.fonttype` "none") short, and put its font inside.

    Parameters
    ----------
    svg : bytes
        What `savefig` wrote.

    Returns
    -------
    bytes
        The same picture; the same bytes each time.
    """
    root = ElementTree.fromstring(svg)
    for about in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(about)
    _unwrap_texts(root)
    letters: dict[bool, set[str]] = {False: set(), True: set()}
    classes: dict[str, str] = {}
    for element in root.iter():
        style = element.attrib.pop("style", "")
        if element.tag == _TEXT:
            style = re.sub(r"font-family: [^;]+;? ?", "", style)
            letters[bool(_BOLD.search(style))].update(element.text or "")
            if re.match(r"rotate\(-?0 ", element.get("transform", "")):
                del element.attrib["transform"]
        if clip := element.attrib.pop("clip-path", ""):
            style = f"{style}; clip-path: {clip}".removeprefix("; ")
        if style:
            element.set("class", classes.setdefault(style, f"s{len(classes)}"))
        for name in _PLACES:
            if name in element.attrib:
                element.set(name, _short(element.attrib[name]))
        _one_line(element)
    strokes = {
        n for style, n in classes.items() if "fill: none" in style and "opacity" not in style
    }
    _share_classes(root, strokes)
    sheet = root.find(f"{{{_SVG}}}defs/{{{_SVG}}}style")
    assert sheet is not None, "matplotlib writes a style sheet first"
    sheet.text = "\n".join(
        [
            *(_face(bold, frozenset(used)) for bold, used in letters.items() if used),
            sheet.text or "",
            f"text{{font-family:'{_FAMILY}',sans-serif;white-space:pre}}",
            *(f".{name}{{{style}}}" for style, name in classes.items()),
        ]
    )
    return _written(root)


def _unwrap_texts(parent: Element) -> None:
    """Take lines of text out of the groups that hold nothing else."""
    for place, child in enumerate(list(parent)):
        inner = list(child)
        if child.tag == _GROUP and len(inner) == 1 and inner[0].tag == _TEXT:
            parent[place] = inner[0]
        else:
            _unwrap_texts(child)


def _share_classes(parent: Element, strokes: Collection[str]) -> None:
    """Let neighbours of one class share it: texts become a group, `strokes` become one path."""
    together: list[Element] = []
    for child in list(parent):
        _share_classes(child, strokes)
        last = together[-1] if together else None
        if last is None or last.get("class", "") != child.get("class"):
            together.append(child)
        elif child.tag == _TEXT and last.tag in (_TEXT, _GROUP):
            if last.tag == _TEXT:
                together[-1] = Element(_GROUP, {"class": last.attrib.pop("class")})
                together[-1].append(last)
                _one_line(together[-1])
            del child.attrib["class"]
            together[-1].append(child)
        elif _is_stroke(child, strokes) and _is_stroke(last, strokes):
            last.set("d", f"{last.get('d')} {child.get('d')}")
        else:
            together.append(child)
    parent[:] = together


def _is_stroke(element: Element, strokes: Collection[str]) -> bool:
    """Whether an element is a path, named nowhere, of a class that has no fill."""
    return set(element.attrib) == {"class", "d"} and element.attrib["class"] in strokes


def _short(places: str) -> str:
    """Numbers to a hundredth of a point, in one line."""
    rounded = _LONG_NUMBER.sub(lambda number: f"{round(float(number[0]), 2):g}", places)
    return " ".join(rounded.split())


def _one_line(element: Element) -> None:
    if element.tag != _TEXT and not (element.text or "").strip():
        element.text = "\n" if len(element) else None
    element.tail = "\n"


def _face(bold: bool, used: frozenset[str]) -> str:
    """The rule that brings the font with it, uncompressed, since versions of zlib differ."""
    data = _cut(bold, used if bold else used | _USUAL)
    weight = "font-weight:700;" if bold else ""
    return f"@font-face{{font-family:'{_FAMILY}';{weight}src:url(data:font/ttf;base64,{data})}}"


@lru_cache(maxsize=100)
def _cut(bold: bool, letters: frozenset[str]) -> str:
    """The font with these letters only, in base 64."""
    larger = _common(bold) if letters <= _COMMON else Path(font_file(bold)).read_bytes()
    return base64.b64encode(_subset(larger, letters)).decode()


@cache
def _common(bold: bool) -> bytes:
    """The font with the common letters: all 6,000 take ten times as long to read."""
    return _subset(Path(font_file(bold)).read_bytes(), _COMMON)


def _subset(font_bytes: bytes, letters: Iterable[str]) -> bytes:
    options = subset.Options()
    options.layout_features = []  # kerning narrows a label by 0.2%, and is half of the file
    options.hinting = options.legacy_kern = options.recalc_timestamp = False
    options.name_IDs = []
    options.drop_tables += ["FFTM", "MATH", "GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, letters))
    cut = io.BytesIO()
    with subset.load_font(io.BytesIO(font_bytes), options) as font:
        subsetter.subset(font)
        subset.save_font(font, cut, options)
    return cut.getvalue()


def _written(root: Element) -> bytes:
    """Write the tree with SVG's own names bare."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written.replace(b" />\n", b"/>\n")
