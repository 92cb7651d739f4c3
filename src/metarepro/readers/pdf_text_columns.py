"""The columns of running text on a page of a PDF, and which of them a table stands in."""

from metarepro.readers.pdf_captions import Caption
from metarepro.readers.pdf_page import CELL_GAP, Line, Page, lines_of

#: Lines below a caption that tell how wide its table is.
_LOOKED_AT = 6


def column_of(page: Page, caption: Caption) -> tuple[float, float]:
    """The column of the page that a caption stands in; the whole width where it has one column."""
    x0 = min((word.x0 for word in page.words), default=0.0) - 2
    x1 = max((word.x1 for word in page.words), default=page.width) + 2
    middle = (x0 + x1) / 2
    whole = halves = 0
    for line in lines_of(page.words):
        # A space between words in the middle of the page is no gutter.
        if any(c[0].x0 < middle - 2 and c[-1].x1 > middle + 2 for c in line.chunks(CELL_GAP)):
            whole += line.ink > 0.75 * (x1 - x0)
            continue
        for side in (
            (word.x1 <= middle + 2 for word in line.words),
            (word.x0 >= middle - 2 for word in line.words),
        ):
            words = tuple(word for word, here in zip(line.words, side, strict=True) if here)
            halves += bool(words) and Line(words).ink > 0.75 * (middle - x0)
    if (
        halves <= whole
        or _runs_over(page, caption, middle)
        or caption.line.x0 < middle - 2
        and caption.line.x1 > middle + 2
    ):
        return x0, x1
    return (x0, middle) if caption.line.x0 < middle - 2 else (middle - 2, x1)


def _runs_over(page: Page, caption: Caption, middle: float) -> bool:
    """Whether the table below a caption runs over the middle between two columns of text.

    Beside the caption nothing stands then, and beside the lines below it no running text.
    """
    line = caption.line
    rest = [word for word in page.words if word.middle > line.top and word.x1 > middle + 2]
    if line.x0 > middle or any(word.middle < line.bottom for word in rest):
        return False
    below = lines_of(word for word in page.words if word.middle > line.bottom)[:_LOOKED_AT]
    rows = [row for row in below if row.x0 < middle < row.x1]
    right = [Line(tuple(word for word in row.words if word.x1 > middle + 2)) for row in rows]
    tabular = [one for one in right if one.words and one.ink < 0.6 * (page.width - middle)]
    return len(rows) > _LOOKED_AT // 2 and len(tabular) == len(rows)
