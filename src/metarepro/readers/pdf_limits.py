"""PDFs of unknown origin, interpreted under limits.

A few kilobytes of PDF can ask for gigabytes: by a stream that unpacks to them, by forms that draw
forms, by a page of millions of lines. The libraries have no limits of their own, so what they are
given is counted here.
"""

import io
import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pdfplumber
from pdfminer import pdftypes
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, stream_value
from pdfplumber.page import Page, PDFPageAggregatorWithMarkedContent
from pdfplumber.utils.exceptions import PdfminerException

from metarepro.readers.source_files import MIB, LimitError

#: Articles have 5 to 40 pages, reports up to 300.
MAX_PAGES = 500
#: What one stream unpacks to: the text of a page is some kilobytes, a font at most some megabytes.
MAX_STREAM = 16 * MIB
#: Streams that are unpacked byte by byte, in Python.
MAX_SLOW_STREAM = MIB // 4
#: Of the drawing of one page, and of all pages: a page of text has 20 to 90 kB, one with a plot of
#: vectors up to 1 MB, which takes a second.
MAX_PAGE_CONTENT = 1_000_000
MAX_CONTENT = 1_000_000
PAGE_CONTENT = 100_000
_OF_A_CALL = 500
#: Characters, and lines and shapes; a full page of small print has 10,000, a busy plot 20,000.
MAX_CHARACTERS = 40_000
MAX_SHAPES = 20_000


class PdfRefusedError(LimitError):
    """The whole file is refused."""


class _Budget:
    """What may still be drawn of a file, in bytes; each further page adds some."""

    def __init__(self) -> None:
        self.left = MAX_CONTENT
        self.page = 0

    def next_page(self) -> None:
        """Begin a page."""
        self.page = 0
        self.left += PAGE_CONTENT

    def take(self, size: int) -> None:
        """Count some bytes of drawing."""
        self.page += size
        if self.page > MAX_PAGE_CONTENT:
            found = f"a drawing of more than {MAX_PAGE_CONTENT // 1000} kB"
            raise LimitError(found, f"at most {MAX_PAGE_CONTENT // 1000} kB on a page")
        if size > self.left:
            found = "more drawing, after pages full of it"
            allowed = (
                f"at most {MAX_CONTENT // 1000} kB and {PAGE_CONTENT // 1000} kB for each page"
            )
            raise LimitError(found, allowed)
        self.left -= size


class _Device(PDFPageAggregatorWithMarkedContent):
    """Collects what is drawn, up to a limit."""

    def __init__(self, page: "_Page") -> None:
        super().__init__(page.pdf.rsrcmgr, pageno=page.page_number, laparams=None)
        self.budget = page.budget
        self.characters = 0
        self.shapes = 0

    def render_char(self, *args: Any, **kwargs: Any) -> float:
        """A character."""
        self.characters += 1
        if self.characters > MAX_CHARACTERS:
            found = f"more than {MAX_CHARACTERS} characters on a page"
            raise LimitError(found, f"at most {MAX_CHARACTERS}")
        return float(super().render_char(*args, **kwargs))

    def paint_path(self, *args: Any, **kwargs: Any) -> None:
        """A line or a shape."""
        self.shapes += 1
        if self.shapes > MAX_SHAPES:
            found = f"a drawing of more than {MAX_SHAPES} lines"
            raise LimitError(found, f"at most {MAX_SHAPES} on a page")
        super().paint_path(*args, **kwargs)


class _Interpreter(PDFPageInterpreter):
    """Draws a page and the forms in it, each time counted."""

    device: _Device

    def execute(self, streams: Any) -> None:
        """Draw some streams."""
        for stream in streams:
            # Something for the call itself: thousands of empty forms take time as well.
            self.device.budget.take(_OF_A_CALL + len(stream_value(stream).get_data()))
        super().execute(streams)


class _Page(Page):
    """A page that is drawn under limits."""

    budget: _Budget

    @property
    def layout(self) -> Any:
        """What is on the page."""
        if not hasattr(self, "_layout"):
            device = _Device(self)
            self.budget.next_page()
            _Interpreter(self.pdf.rsrcmgr, device).process_page(self.page_obj)
            self._layout = device.get_result()
        return self._layout


def _check_stream(stream: PDFStream) -> None:
    """Raise a LimitError for a stream that unpacks to more than `MAX_STREAM`."""
    data = stream.rawdata or b""
    if stream.decipher and stream.objid is not None and stream.genno is not None:
        data = stream.decipher(stream.objid, stream.genno, data, stream.attrs)
    for kind, _ in stream.get_filters():
        if kind in pdftypes.LITERALS_FLATE_DECODE:
            try:
                data = zlib.decompressobj().decompress(data, MAX_STREAM + 1)
            except zlib.error:
                # What is damaged is unpacked byte by byte.
                if len(data) > MAX_SLOW_STREAM:
                    raise LimitError("a damaged stream", "whole streams") from None
                return
            if len(data) > MAX_STREAM:
                found = f"a stream of more than {MAX_STREAM // MIB} MB when unpacked"
                raise LimitError(found, f"at most {MAX_STREAM // MIB} MB")
        elif kind in (*pdftypes.LITERALS_DCT_DECODE, *pdftypes.LITERALS_JPX_DECODE):
            return
        elif len(data) > MAX_SLOW_STREAM:
            found = f"a stream of {len(data)} bytes packed as {kind}"
            raise LimitError(found, f"at most {MAX_SLOW_STREAM} bytes, or deflated")


@contextmanager
def _silence() -> Iterator[None]:
    """The libraries log every oddity of a font; a message of ours says what could not be read."""
    logger = logging.getLogger("pdfminer")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _checked_streams() -> Iterator[None]:
    """Every stream of a PDF is checked before it is unpacked.

    The library unpacks streams in many places and cannot be told a limit.
    """
    decode = PDFStream.decode

    def checked(stream: PDFStream) -> None:
        _check_stream(stream)
        decode(stream)

    PDFStream.decode = checked  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        PDFStream.decode = decode  # type: ignore[method-assign]


@contextmanager
def pages_of(content: bytes) -> Iterator[Iterator[Callable[[], Page]]]:
    """The pages of a PDF, each made only when it is asked for: a damaged one costs no other.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    iterator of functions that make a pdfplumber.page.Page

    Raises
    ------
    PdfRefusedError
        For a file that cannot be opened.
    """
    with _silence(), _checked_streams():
        try:
            pdf = pdfplumber.open(io.BytesIO(content))
        except Exception as error:  # whatever the library runs into in a damaged file
            cause = error.args[0] if isinstance(error, PdfminerException) else error
            if isinstance(cause, PDFPasswordIncorrect):
                raise PdfRefusedError("a PDF with a password", "one without a password") from None
            if isinstance(cause, PDFEncryptionError):
                raise PdfRefusedError(f"an encrypted PDF ({cause})", "one that is not") from None
            if isinstance(cause, LimitError):
                raise PdfRefusedError(cause.found, cause.allowed) from None
            raise PdfRefusedError(f"a damaged PDF ({cause})", "a whole PDF") from None
        # Not closed: that would go through all pages again, and there is no file behind it.
        yield _pages(pdf)


def _pages(pdf: Any) -> Iterator[Callable[[], Page]]:
    budget = _Budget()
    for number, page_obj in enumerate(PDFPage.create_pages(pdf.doc), 1):
        if number > MAX_PAGES:
            raise PdfRefusedError(f"more than {MAX_PAGES} pages", f"at most {MAX_PAGES}")
        yield partial(_page, pdf, page_obj, number, budget)


def _page(pdf: Any, page_obj: PDFPage, number: int, budget: _Budget) -> Page:
    page = _Page(pdf, page_obj, page_number=number)
    page.budget = budget
    return page
