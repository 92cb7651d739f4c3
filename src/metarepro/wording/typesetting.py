"""Text from the data, made safe for the formats of a manuscript: DOCX, LaTeX, BibTeX."""

import unicodedata

#: What LaTeX and BibTeX take for commands. Braces are named, not escaped: BibTeX counts them even
#: behind a backslash.
_COMMANDS = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_"},
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
    }
)
#: Characters of our own wording that pdfLaTeX's fonts lack, or that it takes for something else.
_SYMBOLS = str.maketrans(
    {
        "\u2212": "$-$",
        "\u2013": "--",
        "\u2014": "---",
        "\u2264": r"$\leq$",
        "\u2265": r"$\geq$",
        "\u221e": r"$\infty$",
        "\u00d7": r"$\times$",
        "\u00b2": r"\textsuperscript{2}",
        "\u03c4": r"$\tau$",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        '"': r"\textquotedbl{}",
        "[": "{[}",
        "]": "{]}",
    }
)


def one_line(text: str) -> str:
    """Text on one line, without control, formatting and direction marks.

    XML does not allow control characters, and a right-to-left mark would turn what stands around
    it. Line breaks become spaces.
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    kept = (
        character
        for character in spaced
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs")
        and ord(character) & 0xFFFE != 0xFFFE
    )
    return " ".join("".join(kept).split())


def latex(text: str) -> str:
    """One line of text in LaTeX; letters of other scripts stay, for XeLaTeX or LuaLaTeX."""
    # Both at once: what one table writes must not be read by the other.
    return one_line(text).translate(_COMMANDS | _SYMBOLS)


def bibtex(text: str) -> str:
    """One line of text in a field of BibTeX, in Unicode."""
    return one_line(text).translate(_COMMANDS)


def bibtex_verbatim(text: str) -> str:
    """A DOI or address in a field of BibTeX: as it is, but for what would end the field.

    Two carets would be read as another character, also where TeX reads letter by letter.
    """
    text = one_line(text)
    for character in " {}\\^":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
