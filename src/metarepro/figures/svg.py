"""Figures as SVG with real text: searched, selected and read out where the file is opened.

The letters are placed by the widths of the font that comes with matplotlib, so that font goes into
each file, cut down to the usual letters and what else is drawn: the layout holds wherever the file
is opened. matplotlib's own SVG repeats the style of each line of text and each mark, writes a
circle as eight curves, and its places have six decimals; here each style is written once, as a
class, what follows each other in one style shares it, and places have two decimals (a hundredth of
a point).
"""

import base64
import io
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path as FilePath
from typing import Any, NamedTuple, cast
from xml.sax.saxutils import escape

import matplotlib as mpl
from fontTools import subset
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform
from PIL import Image

FAMILY = "DejaVu Sans"
#: In every cut of the font, so that nearly all figures share one: printable ASCII and what we set.
USUAL = frozenset(map(chr, range(32, 127))) | frozenset("–−×±²τχ≤≥…·é†←→◆\ufffd")

_COMMANDS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
_CAPS = {"butt": "butt", "round": "round", "projecting": "square"}
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_PIXELS = "image-rendering:crisp-edges;image-rendering:pixelated"


def font_file(bold: bool) -> str:
    """DejaVu Sans from matplotlib's own files (never one that the system happens to have)."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return str(FilePath(mpl.get_data_path()) / "fonts" / "ttf" / name)


def drawn_as_svg(fig: Figure, title: str) -> str:
    """Draw a figure, with its title for screen readers and its fonts inside.

    Parameters
    ----------
    fig : Figure
        Its text in the fonts of `font_file`, its clipping by rectangles.
    title : str
        "" for none.

    Returns
    -------
    str
        The same each time.

    Examples
    --------
    >>> drawn_as_svg(Figure((1, 1)), "Nothing").splitlines()[2]
    '<title>Nothing</title>'
    """
    own = fig.dpi
    fig.set_dpi(72)  # a pixel is a point
    width, height = fig.bbox.size
    drawing = _Drawing(width, height)
    fig.draw(drawing)
    fig.set_dpi(own)
    size = f'width="{_short(width)}pt" height="{_short(height)}pt"'
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{size} viewBox="0 0 {_short(width)} {_short(height)}" version="1.1">',
        f"<title>{escape(title)}</title>" if title else "",
        "<defs>",
        f'<style type="text/css">{drawing.styles()}</style>',
        *drawing.clips.values(),
        "</defs>",
        *drawing.elements(),
        "</svg>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


class _Element(NamedTuple):
    """Something drawn: its tag, what is its own, its text, and the attributes that others share."""

    tag: str
    own: str
    text: str
    shared: str
    #: Whether it can be one path with its neighbours.
    joins: bool = False

    def written(self, shared: str = "") -> str:
        """The element, with some of the shared attributes."""
        end = f">{self.text}</{self.tag}>" if self.text else "/>"
        return f"<{self.tag}{shared} {self.own}{end}"


class _Drawing(RendererBase):
    """Keeps what matplotlib draws as elements of SVG."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self._size = width, height
        self._drawn: list[_Element] = []
        self._classes: dict[str, str] = {}
        self._letters: dict[bool, set[str]] = {False: set(), True: set()}
        self.clips: dict[tuple[float, ...], str] = {}

    def styles(self) -> str:
        """The style sheet, with the fonts."""
        faces = [
            _face(bold, frozenset(used - USUAL)) for bold, used in self._letters.items() if used
        ]
        basic = f"text{{font-family:'{FAMILY}',sans-serif;white-space:pre}}"
        classes = [f".{name}{{{style}}}" for style, name in self._classes.items()]
        return "\n".join([*faces, "*{stroke-linejoin:round}", basic, *classes])

    def elements(self) -> Iterable[str]:
        """What was drawn, in order: neighbours with the same attributes have them together."""
        for (shared, joins), run in groupby(self._drawn, lambda e: (e.shared, e.joins)):
            alike = list(run)
            if joins:
                yield f'<path{shared} d="{"".join(element.own for element in alike)}"/>'
            elif len(alike) == 1:
                yield alike[0].written(shared)
            else:
                yield f"<g{shared}>"
                yield from (element.written() for element in alike)
                yield "</g>"

    # --- what matplotlib calls -------------------------------------------------------------------

    def flipy(self) -> bool:
        """Places are counted from the top."""
        return True

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Of the page, in points."""
        return self._size

    def option_scale_image(self) -> bool:
        """Images are scaled where they are shown."""
        return True

    def option_image_nocomposite(self) -> bool:
        """Every image is drawn by itself."""
        return True

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        """Draw lines, an outline or an area."""
        shared = self._shared(gc, _stroke(gc, rgbFace))
        if path is Path.unit_circle():
            (x, y), (right, _) = transform.transform([(0, 0), (1, 0)])
            own = f'cx="{_short(x)}" cy="{_short(self._size[1] - y)}" r="{_short(right - x)}"'
            self._drawn.append(_Element("circle", own, "", shared))
            return
        steps = []
        simplify = path.should_simplify and rgbFace is None
        for places, code in path.iter_segments(transform, simplify=simplify):
            if code == Path.CLOSEPOLY:
                steps.append("z")
                continue
            places[1::2] = self._size[1] - places[1::2]
            steps.append(_COMMANDS[code] + " ".join(map(_short, places.tolist())))
        if not steps:
            return
        if rgbFace is None:
            self._drawn.append(_Element("path", "".join(steps), "", shared, joins=True))
        else:
            self._drawn.append(_Element("path", f'd="{"".join(steps)}"', "", shared))

    def draw_image(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        im: Any,
        transform: Any = None,
    ) -> None:
        """Draw an image whose pixels are larger than those of the screen."""
        height, width = im.shape[:2]
        place = Affine2D().scale(1 / width, 1 / height) + transform
        place += Affine2D().translate(x, y).scale(1, -1).translate(0, self._size[1])
        picture = io.BytesIO()
        Image.fromarray(im).save(picture, "PNG")
        data = base64.b64encode(picture.getvalue()).decode()
        numbers = " ".join(f"{number:.6g}" for number in place.frozen().to_values())
        image = (
            f'<image width="{width}" height="{height}" transform="matrix({numbers})" '
            f'style="{_PIXELS}" xlink:href="data:image/png;base64,{data}"/>'
        )
        self._drawn.append(_Element("g", self._clip(gc).strip(), image, ""))

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Write one line on its baseline; upright ones keep to their side in any other font."""
        bold = prop.get_weight() in ("bold", 700)
        self._letters[bold].update(s)
        style = f"font-size:{_short(prop.get_size_in_points())}px;fill:{to_hex(gc.get_rgb())}"
        turn = ""
        if angle:
            turn = f' transform="rotate({_short(-angle)} {_short(x)} {_short(y)})"'
        elif mtext is not None:
            x, _ = mtext.get_transform().transform(mtext.get_unitless_position())
            style += f";text-anchor:{_ANCHORS[mtext.get_horizontalalignment()]}"
        style += ";font-weight:700" if bold else ""
        own, shared = f'y="{_short(y)}"', f' class="{self._class(style)}"'
        if turn:
            own = f'x="{_short(x)}" {own}{turn}'
        else:
            # The cells of a column share their place across.
            shared += f' transform="translate({_short(x)})"'
        self._drawn.append(_Element("text", own, escape(s), shared))

    # --- what elements share ---------------------------------------------------------------------

    def _shared(self, gc: GraphicsContextBase, style: str) -> str:
        return f' class="{self._class(style)}"{self._clip(gc)}'

    def _class(self, style: str) -> str:
        return self._classes.setdefault(style, f"s{len(self._classes)}")

    def _clip(self, gc: GraphicsContextBase) -> str:
        box = gc.get_clip_rectangle()
        if box is None:
            return ""
        x, y, width, height = box.bounds
        place = (x, self._size[1] - y - height, width, height)
        if place not in self.clips:
            name = f"c{len(self.clips)}"
            sides = zip(("x", "y", "width", "height"), map(_short, place), strict=True)
            rectangle = "".join(f' {side}="{value}"' for side, value in sides)
            self.clips[place] = f'<clipPath id="{name}"><rect{rectangle}/></clipPath>'
        return f' clip-path="url(#c{list(self.clips).index(place)})"'


def _stroke(gc: GraphicsContextBase, face: Any) -> str:
    """The style of a line or an area."""
    rules = {"fill": "none" if face is None else to_hex(face)}
    if face is not None:
        opacity = gc.get_alpha() if gc.get_forced_alpha() else (*face, 1.0)[3]
        if opacity != 1:
            rules["fill-opacity"] = _short(opacity)
    if width := gc.get_linewidth():
        colour = gc.get_rgb()
        rules |= {"stroke": to_hex(colour), "stroke-width": _short(width)}
        if colour[3] != 1:
            rules["stroke-opacity"] = _short(colour[3])
        if gc.get_joinstyle() != "round":
            rules["stroke-linejoin"] = gc.get_joinstyle()
        if gc.get_capstyle() != "butt":
            rules["stroke-linecap"] = _CAPS[gc.get_capstyle()]
        offset, dashes = cast(Any, gc.get_dashes())
        if dashes is not None:
            rules["stroke-dasharray"] = ",".join(map(_short, dashes))
            rules |= {"stroke-dashoffset": _short(offset)} if offset else {}
    return ";".join(f"{name}:{value}" for name, value in rules.items())


def _short(number: float) -> str:
    """A number to a hundredth."""
    return f"{round(float(number), 2) + 0.0:g}"


@cache
def _face(bold: bool, more: frozenset[str]) -> str:
    """The rule that brings the font with it, uncompressed, since versions of zlib differ."""
    data = base64.b64encode(_subset(bold, USUAL | more)).decode()
    weight = "font-weight:700;" if bold else ""
    return f"@font-face{{font-family:'{FAMILY}';{weight}src:url(data:font/ttf;base64,{data})}}"


def _subset(bold: bool, letters: Iterable[str]) -> bytes:
    """The font with some letters only."""
    options = subset.Options()
    options.layout_features = []  # kerning narrows a label by 0.2%, and is half of the file
    options.hinting = options.legacy_kern = options.recalc_timestamp = False
    options.name_IDs = []
    options.drop_tables += ["FFTM", "MATH", "GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, letters))
    cut = io.BytesIO()
    with subset.load_font(font_file(bold), options) as font:
        subsetter.subset(font)
        subset.save_font(font, cut, options)
    return cut.getvalue()
