"""How judgements on risk of bias are shown: a sign on a coloured light, which needs no colour."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Light:
    """A sign, the light behind it ("" for none), and the colour of the sign."""

    sign: str
    fill: str = ""
    ink: str = "#1A1A1A"


_GREEN, _AMBER, _RED, _WHITE = "#57B36B", "#F2C230", "#C62828", "#FFFFFF"
#: Judgements of all tools, from the least, with the signs of Cochrane reviews and of RoB 2.
LIGHTS: Mapping[str, Light] = {
    "low": Light("+", _GREEN),
    "moderate": Light("?", _AMBER),
    "some concerns": Light("!", _AMBER),
    "unclear": Light("?", _AMBER),
    "serious": Light("\u2212", _RED, _WHITE),
    "high": Light("\u2212", _RED, _WHITE),
    "critical": Light("!!", "#7A0C0C", _WHITE),
    "no information": Light("?", "#A9BCCB"),
    "not applicable": Light("n/a"),
}
