"""Every kind of page of the report passes axe: on a desktop and a phone, light and dark."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

PHONE, DESKTOP = 360, 1400


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_axe_finds_nothing(
    width: int,
    colours: Literal["light", "dark"],
    browser: Browser,
    report_folder: Path,
    kinds: list[str],
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
    found = {}
    for name in kinds:
        page.goto((report_folder / name).as_uri())
        for violation in Axe().run(page).response["violations"]:
            found[name, violation["id"]] = [node["target"] for node in violation["nodes"]][:3]
    page.close()
    assert found == {}
