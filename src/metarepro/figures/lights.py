"""Draws the traffic lights of judgements on risk of bias."""

from matplotlib.figure import Figure
from matplotlib.patches import Circle

from metarepro.figures import style as fg
from metarepro.figures.page_parts import write
from metarepro.wording.traffic_lights import Light

RADIUS = 0.085  # inches: a light is nearly as high as a line of a forest plot


def draw_light(fig: Figure, x: float, y: float, light: Light) -> None:
    """Draw a light and its sign, so many inches from the left and from the bottom of the page."""
    if light.fill:
        disc = Circle((x, y), RADIUS, facecolor=light.fill, edgecolor=fg.MUTED_COLOUR)
        disc.set(linewidth=0.5, transform=fig.dpi_scale_trans)
        fig.add_artist(disc)
    size, ink = fg.TEXT_SIZE, light.ink
    write(fig, x, y, light.sign, size, bold=True, align="center", colour=ink, middle=True)
