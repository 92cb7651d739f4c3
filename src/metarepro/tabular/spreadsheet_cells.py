"""Texts that a spreadsheet would take for a formula, in tables that are also read again.

An apostrophe goes in front when such a text is written and is taken off when it is read (OWASP,
"CSV Injection"). A lone sign, such as the = of a p value, is no formula and stays.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20].", re.DOTALL)


def escape(text: str) -> str:
    """The text as it is written."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape(cell: str) -> str:
    """The text of a cell that `escape` made."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
