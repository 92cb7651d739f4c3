"""Texts that a spreadsheet would take for a formula, in tables that people download.

An apostrophe goes in front (OWASP, "CSV Injection"). A lone sign, such as the = of a p value, is
no formula and stays.
"""

import re

import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20].", re.DOTALL)


def escape(text: str) -> str:
    """A text as it is written for spreadsheets.

    Examples
    --------
    >>> escape("=1+1")
    "'=1+1"
    >>> escape("1+1")
    '1+1'
    """
    return f"'{text}" if _FORMULA.match(text) else text


def for_spreadsheets(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with all its texts escaped; numbers stay."""
    texts = frame.select_dtypes(exclude="number").columns
    return frame.assign(**{column: frame[column].map(escape) for column in texts})
