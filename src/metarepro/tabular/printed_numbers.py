"""How many decimals a number is printed with, and so how far rounding may have moved it."""

import math
from decimal import Decimal

#: More decimals, or zeros before the point, are no number that was printed.
_MOST = 100


def decimals_of(text: str) -> int:
    """Decimals of a number as it is written; below 0 for "1e3".

    Examples
    --------
    >>> decimals_of("0.50"), decimals_of("3"), decimals_of("1.2e-3")
    (2, 0, 4)
    """
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def printed_number(text: str) -> tuple[float, float] | None:
    """A plain decimal number and half a unit of its last digit; None for other texts.

    Examples
    --------
    >>> printed_number("0.50"), printed_number("NR")
    ((0.5, 0.005), None)
    """
    text = text.strip()
    try:
        value = float(text)
    except ValueError:
        return None
    decimals = decimals_of(text)
    if not math.isfinite(value) or "_" in text or abs(decimals) > _MOST:
        return None
    return value, 0.5 * 10.0**-decimals


def printed_decimals(*values: float) -> int:
    """Longest number of decimals among finite numbers, as printed with up to 10 digits."""
    return max((decimals(f"{value:.10g}") for value in values if math.isfinite(value)), default=0)


def decimals(text: str) -> int:
    """Digits behind the decimal point that a number needs, its exponent considered.

    Examples
    --------
    >>> decimals("0.50"), decimals("1.0E-6"), decimals("1e3")
    (2, 6, 0)
    """
    if "e" not in text.lower():
        return len(text.strip().partition(".")[2])
    exponent = Decimal(text.strip()).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def half_unit(*values: float) -> float:
    """Half a unit of the last printed decimal.

    Examples
    --------
    >>> half_unit(0.5, 0.25)
    0.005
    """
    return 0.5 * 10.0 ** -printed_decimals(*values)
