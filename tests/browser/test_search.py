"""Search over the whole report, from pages on disk."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect


def search(page: Page, words: str) -> None:
    field = page.get_by_label("Search", exact=True)
    field.focus()
    field.fill(words)
    expect(page.locator(".found [role=status]")).not_to_be_empty()


@pytest.fixture
def trials(page: Page, report_folder: Path) -> Page:
    page.goto((report_folder / "trials.html").as_uri())
    return page


@pytest.mark.parametrize(
    ("words", "title", "kind"),
    [
        ("barlow 2016", "Barlow 2016", "Trial"),
        ("ainsworth acceptance", "Ainsworth rating scale, acceptance", "Measure"),
        ("circle of security", "Circle of Security", "Intervention"),
        ("corrected covered", "Corrected covered area", "Term"),
        ("o'hara sensitivity", "O'Hara 2019: parental sensitivity", "Published result"),
    ],
)
def test_what_is_named_is_found_with_its_kind(
    trials: Page, words: str, title: str, kind: str
) -> None:
    search(trials, words)
    expect(trials.locator(".found li", has_text=title).filter(has_text=kind).first).to_be_visible()


def test_words_are_found_in_any_order(trials: Page) -> None:
    search(trials, "2016 barlow")
    expect(trials.locator(".found a").first).to_have_text("Barlow 2016")


def test_what_is_not_there_is_said(trials: Page) -> None:
    search(trials, "xylophone")
    expect(trials.locator(".found [role=status]")).to_have_text("Nothing found")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Skövde", "skovde"),
        ("Müller", "MULLER"),
        ("O\u2019Hara", "O'Hara"),
        ("Bøe", "boe"),
        ("Weiß", "weiss"),
        ("Łukasz", "lukasz"),
    ],
)
def test_case_accents_and_apostrophes_make_no_difference(
    trials: Page, typed: str, written: str
) -> None:
    assert trials.evaluate(
        "words => wordSearch.fold(words[0]) === wordSearch.fold(words[1])", [typed, written]
    )


def test_a_page_in_a_folder_leads_to_another_by_keyboard(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "domains/relationship.html").as_uri())
    search(page, "barlow 2016")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".found a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Barlow 2016")


def test_enter_opens_the_first_result(trials: Page) -> None:
    search(trials, "barlow 2016")
    trials.keyboard.press("Enter")
    expect(trials.locator("h1")).to_have_text("Barlow 2016")


def test_escape_leads_back_to_the_field(trials: Page) -> None:
    search(trials, "barlow")
    trials.keyboard.press("ArrowDown")
    trials.keyboard.press("Escape")
    expect(trials.get_by_label("Search", exact=True)).to_be_focused()
    expect(trials.locator(".found")).to_be_hidden()


def test_a_measure_leads_to_its_results(trials: Page) -> None:
    search(trials, "CBCL externalising")
    link = trials.locator(".found li", has_text="Measure").locator("a[href*='#rows']").first
    measure = link.inner_text()
    link.click()
    cells = trials.locator("#table-results tbody tr:visible")
    expect(cells.first).to_be_visible()
    assert all(measure in words for words in cells.all_inner_texts())


def test_no_page_loads_the_index_before_it_is_asked_for(page: Page, report_folder: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((report_folder / "trials.html").as_uri())
    assert not any("search-index" in address for address in asked)
