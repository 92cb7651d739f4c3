"""Lines of text that are placed without being laid out: a page of a forest plot has hundreds."""

from typing import Any, cast

from matplotlib.backend_bases import RendererBase
from matplotlib.text import Text

from metarepro.figures.style import text_width

_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}


class PlainText(Text):
    """One line on its baseline, in one of the fonts of `style.font`, not turned.

    matplotlib measures each text for its box, and again for each format. Here the only measure is
    `style.text_width`, by which the page was laid out, and only of texts that do not start at
    their place.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw at the place; what `Text.draw` does besides has no use here."""
        x, y = self.get_transform().transform(self.get_unitless_position())
        font, text = self.get_fontproperties(), self.get_text()
        before = _BEFORE[self.get_horizontalalignment()]
        if before:
            bold = font.get_weight() == "bold"
            inches = text_width(text, font.get_size_in_points(), bold)
            x -= before * cast(float, renderer.points_to_pixels(72 * inches))
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        context = renderer.new_gc()
        context.set_foreground(self.get_color())
        renderer.draw_text(context, x, y, text, font, 0, ismath=False, mtext=self)
        context.restore()

    def set_clip_path(self, path: Any, transform: Any = None) -> None:
        """Nothing is cut off: most of a page is beside its axes."""

    def get_tightbbox(self, renderer: Any = None) -> None:
        """No box: pages have their size before they are drawn."""
