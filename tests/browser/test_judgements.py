"""Judgements of people in the browser: read without colours, by ear and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.made_up_judgements import CELL, make_judged_study

PAGES = ("risk_of_bias.html", f"syntheses/{CELL}.html", "domains/relationship.html")


@pytest.fixture(scope="module")
def judged_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_judged_study(tmp_path_factory.mktemp("judged")) / "report"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(page: Page, judged_report: Path, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto((judged_report / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_judgement_is_read_out_as_its_word(page: Page, judged_report: Path) -> None:
    page.goto((judged_report / "risk_of_bias.html").as_uri())
    cells = page.locator("#table-bias tbody tr").nth(1).get_by_role("cell")
    names = [cell.inner_text().strip() for cell in cells.all()]
    assert names[1:7] == ["low", "some concerns", "no information", "high", "low", "high"]
    drawings = page.locator("#table-bias svg")
    assert drawings.count() == 12
    assert all(svg.get_attribute("aria-hidden") == "true" for svg in drawings.all())


def test_judgements_are_filtered_by_their_words(page: Page, judged_report: Path) -> None:
    page.goto((judged_report / f"syntheses/{CELL}.html").as_uri())
    options = page.get_by_label("Risk of bias", exact=True).locator("option")
    assert options.all_inner_texts() == ["all", "high", "low"]


def test_the_plot_can_leave_out_trials_at_high_risk(page: Page, judged_report: Path) -> None:
    page.goto((judged_report / f"syntheses/{CELL}.html").as_uri())
    page.locator("select[name=set]").select_option("not_high_risk")
    assert page.locator(".plot details details summary").inner_text() == "Trials: 1 of 2 chosen"


def test_a_footnote_is_reached_from_its_letter(page: Page, judged_report: Path) -> None:
    page.goto((judged_report / "domains/relationship.html").as_uri())
    page.locator("#table-findings").get_by_role("link", name="a", exact=True).click()
    assert page.url.endswith("#note-a")
    assert "Rated down one level for risk of bias." in page.locator("#note-a").inner_text()
