"""Text that claims to be UTF-8 and is not quite: the bytes that are not are windows-1252."""

import codecs
import re
from typing import BinaryIO

_CHUNK = 64 * 1024
#: A file with more is no text that was declared wrongly.
MAX_OTHER_BYTES = 50_000
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_UTF8 = (b"utf-8", b"utf8")


def claims_utf8(head: bytes) -> bool:
    """Whether XML that starts like this declares UTF-8, or nothing, which means UTF-8."""
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    declared = _DECLARED.search(head)
    return declared is None or declared[1].lower() in _UTF8


class Utf8:
    r"""A binary stream made UTF-8 throughout.

    Sequences of UTF-8 are kept; any other byte is taken for windows-1252, which is what programs
    on Windows leave in files that they call UTF-8.

    Attributes
    ----------
    replaced : how many bytes were taken for windows-1252 so far

    Examples
    --------
    >>> import io
    >>> stream = Utf8(io.BytesIO(b"Gr\xf6\xdfe, " + "Größe".encode()))
    >>> stream.read().decode(), stream.replaced
    ('Größe, Größe', 2)
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.replaced = 0
        self._stream = stream
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """About `size` bytes, all without; empty at the end.

        Raises
        ------
        ValueError
            For a byte that windows-1252 does not have, and too many that are not UTF-8.
        """
        pieces: list[bytes] = []
        length = 0
        while size < 0 or length < size:
            chunk = self._stream.read(_CHUNK)
            piece = self._decoded(self._rest + chunk, final=not chunk).encode()
            pieces.append(piece)
            length += len(piece)
            if not chunk:
                break
        return b"".join(pieces)

    def note(self) -> str:
        """What was done, for the reader of a summary; "" if the text was UTF-8."""
        many = "1 byte that is" if self.replaced == 1 else f"{self.replaced} bytes that are"
        return f"{many} not UTF-8 read as windows-1252" if self.replaced else ""

    def _decoded(self, data: bytes, *, final: bool) -> str:
        pieces: list[str] = []
        view, at = memoryview(data), 0
        while True:
            try:
                text, used = codecs.utf_8_decode(view[at:], "strict", final)
            except UnicodeDecodeError as error:
                start, end = at + error.start, at + error.end
                pieces += [str(view[at:start], "utf-8"), str(view[start:end], "windows-1252")]
                self.replaced += end - start
                if self.replaced > MAX_OTHER_BYTES:
                    raise ValueError(f"more than {MAX_OTHER_BYTES} bytes not UTF-8") from None
                at = end
            else:
                self._rest = data[at + used :]
                return "".join([*pieces, text])
