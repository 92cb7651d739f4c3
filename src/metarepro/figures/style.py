"""The visual language of the figures: colours, type, wording of numbers, and saving.

Everything here gives the same result on every machine: the font is the file that comes with
matplotlib (never one that the system happens to have), text is measured without hinting, and saved
files carry neither dates nor versions.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.text import Text
from PIL import Image

from metarepro.figures.svg import drawn_as_svg, font_file
from metarepro.plan import Family
from metarepro.tabular.atomic import write_file
from metarepro.wording.phrases import NOT_REPORTED

# Figures are only ever saved. A window system would bring its own resolution into the layout.
mpl.use("agg")

TEXT_SIZE = 8.5  # points
SMALL_SIZE = 8.0
TITLE_SIZE = 10.5
TEXT_COLOUR = "#1A1A1A"
MUTED_COLOUR = "#595959"
RULE_COLOUR = "#8C8C8C"
#: Where trials of several families are together.
MIXED_COLOUR = "#404040"

#: Word scales most plots to half their width, and so to 300 dots per inch.
PNG_DPI = 150

# No label is drawn longer; what is cut is marked by an ellipsis.
_LONGEST_TEXT = 600
_PILED_ACCENTS = r"([\u0300-\u036f])[\u0300-\u036f]+"


#: matplotlib's own defaults with this project's style.
_STYLE: dict[Any, Any] = {
    name: mpl.rcParamsDefault[name] for name in mpl.rcParamsDefault if name != "backend"
} | {
    "text.parse_math": False,  # a "$" in a study label is a dollar sign
    "text.hinting": "no_hinting",  # letters as wide in the PNG as measured
    "pdf.fonttype": 42,  # the font itself, not its outlines
    "pdf.compression": 0,  # versions of zlib differ
}


@contextmanager
def drawing_style() -> Iterator[None]:
    """Use the same style whatever the user's settings are."""
    with mpl.rc_context():
        # To set all 300 of them takes a millisecond, and each figure asks for it twice.
        changed = {name: value for name, value in _STYLE.items() if mpl.rcParams[name] != value}
        mpl.rcParams.update(changed)
        yield


def family_colour(family: str, families: Mapping[str, Family]) -> str:
    """Colour of a family of the plan; of several, "", or of an unknown one that of a mixture."""
    return families[family].colour if family in families else MIXED_COLOUR


@cache
def font(size: float = TEXT_SIZE, bold: bool = False) -> FontProperties:
    """DejaVu Sans from matplotlib's own files, `size` in points."""
    return FontProperties(fname=font_file(bold), weight="bold" if bold else "normal", size=size)


@cache
def _face(bold: bool) -> FT2Font:
    return FT2Font(font_file(bold))


@cache
def _drawable() -> frozenset[int]:
    return frozenset(_face(bold=False).get_charmap()) & frozenset(_face(bold=True).get_charmap())


def plain_text(value: object) -> str:
    """Turn a cell into one line that can be drawn.

    Line breaks become spaces; control and direction marks are dropped, and accents piled on one
    letter after the first, so that a label keeps to its line; characters that the font lacks become
    U+FFFD; a missing value is said to be "not reported"; more than 600 characters are cut.
    """
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return NOT_REPORTED
    text = unicodedata.normalize("NFC", str(value)[: 10 * _LONGEST_TEXT])
    text = "".join(" " if c.isspace() else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    text = re.sub(_PILED_ACCENTS, r"\1", " ".join(text.split()))
    if text.lower() in ("", "nan", "<na>"):
        return NOT_REPORTED
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + "…"
    return "".join(c if ord(c) in _drawable() else "\ufffd" for c in text)


def text_width(text: str, size: float = TEXT_SIZE, bold: bool = False) -> float:
    """Width of one line in inches, without kerning: the font in an SVG has none."""
    return sum(_advance(letter, bold) for letter in text) * size / 72


@cache
def _advance(letter: str, bold: bool) -> float:
    """Width of a letter as a share of the size of the type."""
    face = _face(bold)
    return face.load_char(ord(letter), LoadFlags.NO_SCALE).horiAdvance / face.units_per_EM


def shorten(text: str, width: float, size: float = TEXT_SIZE, bold: bool = False) -> str:
    """Cut `text` at the end, with an ellipsis, so that it is not wider than `width` inches."""
    if text_width(text, size, bold) <= width:
        return text
    return text[: _fitting(text, width - text_width("…", size, bold), size, bold)].rstrip() + "…"


def _fitting(text: str, width: float, size: float, bold: bool) -> int:
    """How many of the first letters fit."""
    fits, too_long = 0, len(text) + 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if text_width(text[:middle], size, bold) <= width:
            fits = middle
        else:
            too_long = middle
    return fits


def wrap(
    text: str,
    width: float,
    size: float = TEXT_SIZE,
    bold: bool = False,
    max_lines: int | None = None,
) -> list[str]:
    """Break `text` into lines of at most `width` inches: at spaces, and within longer words.

    With `max_lines`, the last line is cut where the text needs more.
    """
    words = text.split()
    lines: list[str] = []
    while words:
        if max_lines is not None and len(lines) == max_lines - 1:
            return [*lines, shorten(" ".join(words), width, size, bold)]
        line = words.pop(0)
        if text_width(line, size, bold) > width:
            end = max(1, _fitting(line, width, size, bold))
            words.insert(0, line[end:])
            line = line[:end]
        else:
            while words and text_width(f"{line} {words[0]}", size, bold) <= width:
                line = f"{line} {words.pop(0)}"
        lines.append(line)
    return lines


def save_figure(fig: Figure, path_without_suffix: Path) -> Path:
    """Write a figure as SVG, and return the path.

    Parameters
    ----------
    fig
        As in `svg_bytes`.
    path_without_suffix
        Where to write; the folder is made if need be. Dots in the name are kept. The file appears
        complete or not at all.
    """
    path = path_without_suffix.with_name(f"{path_without_suffix.name}.svg")
    write_file(path, svg_bytes(fig))
    return path


def svg_bytes(fig: Figure) -> bytes:
    """A figure as SVG; each time the same bytes.

    Its label, if it has one, becomes the title inside (read out by screen readers where the file
    itself is opened).
    """
    with drawing_style():
        label = str(fig.get_label())
        return drawn_as_svg(fig, plain_text(label) if label else "").encode()


def png_bytes(fig: Figure) -> bytes:
    """A figure as PNG. Its pixels may depend on the machine's FreeType."""
    with drawing_style():
        fig.set_dpi(PNG_DPI)
        width, height = fig.bbox.size
        renderer = _Pixels(width, height, PNG_DPI)  # type: ignore[no-untyped-call]
        fig.draw(renderer)
    pixels = np.asarray(renderer.buffer_rgba())  # type: ignore[no-untyped-call]
    picture = Image.fromarray(pixels).convert("RGB")
    # 256 colours are enough for a few and their edges, at a third of the size.
    buffer = io.BytesIO()
    small = picture.quantize(256, Image.Quantize.FASTOCTREE)
    # It takes the mean of each class of colours: white would be a shade darker.
    small.putpalette([255 if shade >= 254 else shade for shade in small.getpalette() or ()])
    small.save(buffer, "PNG", dpi=(PNG_DPI, PNG_DPI), compress_level=3)
    return buffer.getvalue()


class _Pixels(RendererAgg):
    """Draws pixels, a line of text as one image: letter by letter takes three times as long."""

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        """Write one upright line on its baseline."""
        face = _face(prop.get_weight() == "bold")
        face.clear()
        face.set_size(prop.get_size_in_points(), self.dpi)
        face.set_text(s, angle, LoadFlags.NO_HINTING)
        face.draw_glyphs_to_bitmap(antialiased=True)
        shades = np.asarray(face.get_image())
        image = np.empty((*shades.shape, 4), np.uint8)
        image[..., :3] = np.round(255 * np.array(gc.get_rgb()[:3]))
        image[..., 3] = shades
        left = face.get_bitmap_offset()[0] / 64
        ascent = (face.get_width_height()[1] - face.get_descent()) // 64 + 1  # of the image
        bottom = round(self.height - y) + ascent - len(image)
        self.draw_image(gc, round(x + left), bottom, image[::-1])
