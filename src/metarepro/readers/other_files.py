"""What a file is that no reader takes, so that the person who gave it knows what went wrong."""

import re

from metarepro.readers.archives import ZIP_MAGIC

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls or .doc)"),
    (b"\x1f\x8b", "a file packed with gzip, e.g. R data (.rda, .rds)"),
    (b"BZh", "a file packed with bzip2, e.g. R data (.rda)"),
    (b"\xfd7zXZ", "a file packed with xz, e.g. R data (.rda)"),
    (b"RDX", "R data (.rda)"),
    (b"RDA", "R data (.rda)"),
    (b"X\n\0\0", "R data (.rds)"),
    (b"<stata_dta>", "Stata data (.dta)"),
    (b"$FL2", "SPSS data (.sav)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format", "a database (SQLite)"),
    (b"{\\rtf", "a text document (.rtf)"),
)
_POINTER = b"version https://git-lfs.github.com/spec/"
_WEB_PAGE = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.I | re.S
)
#: What the names of the first members of a zip file tell -> what it is.
_IN_ZIP = (
    (b"xl/", "an Excel workbook (.xlsx)"),
    (b"word/", "a Word document (.docx)"),
    (b"ppt/", "a PowerPoint file (.pptx)"),
    (b"vnd.oasis.opendocument", "an OpenDocument file (.ods or .odt)"),
)


def what_is(head: bytes) -> str:
    """What a file that starts like this is, in words; "" if that is not known.

    Examples
    --------
    >>> what_is(b"%PDF-1.7")
    'a PDF document'
    """
    if head.startswith(_POINTER):
        return "a pointer of Git LFS, not the file itself; get that with: git lfs pull"
    if _WEB_PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "a web page, e.g. one to log in, in place of the file; download it again"
    if head.startswith(ZIP_MAGIC):
        return next((words for name, words in _IN_ZIP if name in head), "")
    return next((words for mark, words in _MARKS if head.startswith(mark)), "")
