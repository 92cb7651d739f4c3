"""Numbers as people and programs print them."""

import re

_PLAIN = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]{1,3})?")
_SIGNS = str.maketrans({"−": "-", "‐": "-", "‑": "-", "–": "-", "—": "-", "·": ".", "\u00a0": ""})


def is_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point or comma.

    Examples
    --------
    >>> is_number("−0,45"), is_number("1.2e-3"), is_number("0.2-0.4"), is_number("12 (40%)")
    (True, True, False, False)
    """
    return bool(_PLAIN.fullmatch(text.strip().translate(_SIGNS)))
