"""Texts as one plain line: other people's made so, and what in our own is not."""

import html
import re
import unicodedata

# What is plain already, as nearly all cells are: nothing below would change it.
_IS_PLAIN = re.compile(r"([!-%'-~]+( [!-%'-~]+)*)?")
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-"})
# Letters of other alphabets that look like Latin ones (Unicode, UTS 39: confusables), each with the
# one that it looks like.
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf",
    "aeopcyxijshdABEKMHOPCTYXIJSABEZHIKMNOPTYXo",
)
# Of the characters that Unicode lets a program ignore, those that count as letters and marks, and
# the blank of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def clean_text(text: str) -> str:
    """Text on one line with plain spaces and hyphens, HTML entities resolved.

    RevMan Web writes names with `&nbsp;` and U+2010 in one table and without in another, so names
    can be matched only when both are made plain.
    """
    if _IS_PLAIN.fullmatch(text):
        return text
    resolved = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    # An unpaired surrogate cannot be written to a file.
    encodable = resolved.encode("utf-8", "replace").decode("utf-8")
    spaced = _SPACES.sub(" ", encodable.translate(_HYPHENS))
    seen = "".join(filter(str.isprintable, _UNSEEN.sub("", spaced)))
    return _SPACES.sub(" ", seen).strip()


def is_visible(text: str) -> bool:
    r"""Whether all of a text can be seen, and its spaces are plain ones.

    Zero-width characters, marks of direction, soft hyphens, no-break and other wide spaces make two
    texts that look alike differ.

    Examples
    --------
    >>> is_visible("Scale of pain"), is_visible("Scale\u200b of\xa0pain")
    (True, False)
    """
    return text.isprintable() and not _UNSEEN.search(text)


def spelling(text: str) -> str:
    r"""What two spellings of one text share: no case, no spaces, one kind of dash and of letter.

    Letters in full width, ligatures and accents typed as separate characters are those that they
    stand for (Unicode, NFKC), and so are letters of other alphabets that look like Latin ones.

    Examples
    --------
    >>> spelling("Scale-III  Total") == spelling("scale\u2013III total")
    True
    >>> spelling("\u0410nn 2001") == spelling("Ann 2001")
    True
    """
    folded = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).casefold()
    return "".join(
        "-" if unicodedata.category(character) == "Pd" else character
        for character in folded
        if character != " " and is_visible(character)
    )
