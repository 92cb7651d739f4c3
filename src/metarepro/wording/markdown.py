"""Markdown for GitHub from untrusted texts: whatever the data hold, it is shown, not obeyed."""

import html
import re
import unicodedata
from collections.abc import Sequence

#: Longer texts are cut.
LONGEST = 160
#: Longer tables are folded.
FOLD_FROM = 15

# An ASCII sign of punctuation behind a backslash is that sign and nothing else (CommonMark 2.4).
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_HARMLESS = re.compile(r"\\([,.;%+'\"/?-]|:(?=\s|$))|(?<=[A-Za-z0-9])\\(_)(?=[A-Za-z0-9])")


def plain(text: str) -> str:
    """Escape a text: no markup, no HTML, no line break, no mention of a user."""
    visible = html.escape(_visible(text), quote=False)
    entities = re.split(r"(&(?:amp|lt|gt);)", visible)
    escaped = [
        part if place % 2 else _HARMLESS.sub(r"\1\2", _PUNCTUATION.sub(r"\\\1", part))
        for place, part in enumerate(entities)
    ]
    # GitHub looks for users in what is shown, where no escape is left: a comment parts the two.
    return "".join(escaped).replace(r"\@", "@<!-- -->")


def code(text: str) -> str:
    """Set a text as code, letter for letter; an empty one is the word empty."""
    visible = _visible(text)
    if not visible:
        return "*empty*"
    if visible != visible.strip() or re.search(r"[`|\\]", visible):
        # A code span knows no escapes, and a table takes | for its own even in there.
        return "<code>" + "".join(_entity(character) for character in visible) + "</code>"
    return f"`{visible}`"


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str = "",
    fold_from: float = FOLD_FROM,
) -> list[str]:
    """Lines of a table; the cells are Markdown already. A long one is folded under its title."""
    lines = [
        "| " + " | ".join(header) + " |",
        "|" + " --- |" * len(header),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return folded(title or f"{len(rows)} rows", lines) if len(rows) > fold_from else [*lines, ""]


def folded(title: str, lines: Sequence[str]) -> list[str]:
    """Lines that are shown on demand; the title is plain text."""
    return [
        "<details>",
        f"<summary>{html.escape(title)}</summary>",
        "",
        *lines,
        "",
        "</details>",
    ] + [""]


def fenced(text: str, language: str = "") -> list[str]:
    """Lines of a block of code that no line of the text can end."""
    lines = [_visible(line, limit=10 * LONGEST) for line in text.splitlines()]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + language, *lines, fence, ""]


def _visible(text: str, limit: int = LONGEST) -> str:
    """Spaces for line breaks, code points for what cannot be seen, the end cut off."""
    shown = "".join(_shown(character) for character in text)
    return shown if len(shown) <= limit else shown[:limit] + "…"


def _shown(character: str) -> str:
    if character in "\t\r\n":
        return " "
    # Control and formatting characters (right-to-left marks ...), unassigned and private ones.
    if unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}:
        return f"<U+{ord(character):04X}>"
    return character


def _entity(character: str) -> str:
    return character if character.isalnum() or character == " " else f"&#{ord(character)};"
