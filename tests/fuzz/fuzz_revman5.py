"""Fuzz the reader of RevMan 5 files: bytes, and good files with other values of attributes."""

import re
from xml.sax.saxutils import quoteattr

from tests.fuzz.harness import fuzz, review_file, with_other_values
from tests.made_up_review import made_up_review
from tests.review_files import PLAIN, rm5_bytes

SEEDS = [rm5_bytes(made_up_review()), rm5_bytes(PLAIN, "UTF-16"), b"0" * 50]
#: Values in the odd places.
PIECES = re.split(r'(?<==)"([^"]*)"', made_up_review())


def content(data: bytes) -> bytes:
    """What starts as XML stays."""
    if data.startswith((b"<", b"\xff\xfe")):
        return data
    changed = with_other_values(data, PIECES)
    changed[1::2] = map(quoteattr, changed[1::2])
    return "".join(changed).encode("utf-8", "replace")


if __name__ == "__main__":
    fuzz("revman5", review_file.read_review, SEEDS, content)
