"""Colours of the report: contrast by WCAG 2.2, also of the families of the analysis plan."""

import re
from pathlib import Path

import pytest

from metarepro.plan import read_plan
from metarepro.report.site import family_colours

CSS = Path("src/metarepro/templates/report/report.css").read_text(encoding="utf-8")
_DAY, _, _NIGHT = CSS.partition("(prefers-color-scheme: dark)")
_COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
COLOURS = dict(_COLOUR.findall(_DAY))
#: The first rule by night; what follows is on white again.
DARK = dict(_COLOUR.findall(_NIGHT.partition("}")[0]))
#: Text and what it stands on.
TEXTS = [
    *(("text", paper) for paper in ("paper", "tint", "note")),
    *(("muted", paper) for paper in ("paper", "tint", "note")),
    *(("link", paper) for paper in ("paper", "tint", "note")),
    *(("warning", paper) for paper in ("paper", "tint")),
    ("mark-text", "mark"),
]
#: What is drawn and carries meaning needs 3 to 1 (WCAG 1.4.11).
PLAN = read_plan("config/config.yaml")
DRAWN = [
    COLOURS["strong-rule"],
    COLOURS["focus"],
    *(family.colour for family in PLAN.families.values()),
]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize(("words", "paper"), TEXTS)
def test_texts_can_be_read(words: str, paper: str) -> None:
    assert contrast(COLOURS[words], COLOURS[paper]) >= 4.5


@pytest.mark.parametrize(("words", "paper"), TEXTS)
def test_texts_can_be_read_by_night(words: str, paper: str) -> None:
    assert contrast(DARK[words], DARK[paper]) >= 4.5


@pytest.mark.parametrize("drawn", ["strong-rule", "focus"])
def test_lines_stand_out_by_night(drawn: str) -> None:
    assert contrast(DARK[drawn], DARK["paper"]) >= 3


def test_every_colour_of_the_page_has_one_by_night() -> None:
    assert DARK.keys() == COLOURS.keys()


@pytest.mark.parametrize("drawn", DRAWN)
def test_drawings_stand_out(drawn: str) -> None:
    assert contrast(drawn, COLOURS["paper"]) >= 3


def test_every_text_colour_is_one_of_the_variables() -> None:
    texts = re.findall(r"(?<![-a-z])color:\s*([^;]+);", CSS)
    assert texts
    assert set(texts) <= {"inherit", *(f"var(--{name})" for name in {t for t, _ in TEXTS})}


def test_families_have_the_colours_of_the_plan() -> None:
    css = family_colours(PLAN)
    for name, family in PLAN.families.items():
        assert f".family-{name} {{ --family: {family.colour}; }}" in css


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
