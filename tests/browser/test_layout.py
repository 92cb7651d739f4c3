"""How pages are laid out: on desktops, on paper and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

VERDICTS = (
    *("supported", "partly supported", "arithmetic only", "not supported"),
    *("not yet testable", "untestable by design"),
)
DESKTOPS = (1400, 1920)
PHONE: ViewportSize = {"width": 360, "height": 740}
#: Width between the margins of A4 in CSS pixels (96 an inch), upright and across.
PRINTED = {False: (210 - 2 * 15) * 96 / 25.4, True: (297 - 2 * 12) * 96 / 25.4}
#: How far each table sticks out of the width that it has.
STICKING_OUT = """
    Array.from(document.querySelectorAll("table"))
      .map(table => [table.id, table.scrollWidth - table.parentElement.clientWidth])
      .filter(([, excess]) => excess > 0)
"""
#: Words in what a selector finds that stand on more than one line, but for parts of addresses and
#: of words that a slash joins.
BROKEN_WORDS = r"""
selector => Array.from(document.querySelectorAll(selector)).flatMap(cell => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode()) {
    if (texts.currentNode.parentElement.closest(".outside")) continue;
    for (const word of texts.currentNode.data.matchAll(/(?<![/\w.:])[A-Za-z]+(?![/\w.:])/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      const lines = Array.from(range.getClientRects(), line => Math.round(line.top));
      if (new Set(lines).size > 1) broken.push(word[0]);
    }
  }
  return broken;
})
"""
#: What is wrong where, by page.
Wrong = dict[str, list[object]]


@pytest.fixture(scope="module")
def wrong(browser: Browser, report_folder: Path, kinds: list[str]) -> dict[str, Wrong]:
    """Of every kind of page, opened once: on desktops of each width, and on paper."""
    page = browser.new_page()
    found: dict[str, Wrong] = {}

    def look(where: str, name: str, *question: str) -> None:
        if here := page.evaluate(*question):
            found.setdefault(where, {})[name] = here

    for name in kinds:
        page.emulate_media(media="screen")
        page.goto((report_folder / name).as_uri())
        for width in DESKTOPS:
            page.set_viewport_size({"width": width, "height": 900})
            look(f"{width} pixels", name, STICKING_OUT)
        page.emulate_media(media="print")
        across = page.evaluate("document.body.classList.contains('landscape')")
        page.set_viewport_size({"width": int(PRINTED[across]), "height": 900})
        look("paper", name, STICKING_OUT)
        look("words on paper", name, BROKEN_WORDS, "h1, h2, h3, th, td, dt, dd, p, li")
    page.close()
    return found


@pytest.mark.parametrize("width", DESKTOPS)
def test_no_table_is_cut_on_a_desktop(width: int, wrong: dict[str, Wrong]) -> None:
    assert wrong.get(f"{width} pixels") is None


def test_no_table_is_cut_on_paper(wrong: dict[str, Wrong]) -> None:
    assert wrong.get("paper") is None


def test_words_stay_whole_on_paper(wrong: dict[str, Wrong]) -> None:
    assert wrong.get("words on paper") is None


def test_no_page_scrolls_sideways_on_a_phone(
    page: Page, report_folder: Path, kinds: list[str]
) -> None:
    page.set_viewport_size(PHONE)
    for name in kinds:
        page.goto((report_folder / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


def test_the_verdict_is_seen_on_a_phone(page: Page, report_folder: Path) -> None:
    page.set_viewport_size(PHONE)
    page.goto((report_folder / "claims.html").as_uri())
    cell = page.locator("#table-claims tbody tr").first.locator("td").first
    box = cell.bounding_box()
    assert cell.inner_text() in VERDICTS
    assert box
    assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("name", ["claims", "programmes", "overlap", "trials"])
def test_words_in_the_first_column_stay_whole_on_a_phone(
    page: Page, report_folder: Path, name: str
) -> None:
    page.set_viewport_size(PHONE)
    page.goto((report_folder / f"{name}.html").as_uri())
    assert page.evaluate(BROKEN_WORDS, ".table tbody th:first-child") == []


def test_wide_tables_scroll_in_a_region_that_takes_the_focus(
    page: Page, report_folder: Path
) -> None:
    page.set_viewport_size(PHONE)
    page.goto((report_folder / "reproduction.html").as_uri())
    region = page.get_by_role("region").first
    assert region.evaluate("e => e.scrollWidth > e.clientWidth && e.tabIndex === 0")
    region.focus()
    page.keyboard.press("ArrowRight")
    # Scrolling is smooth, and the policy of the page forbids Playwright's waiting in the page.
    for _ in range(50):
        if region.evaluate("e => e.scrollLeft") > 0:
            return
        page.wait_for_timeout(100)
    pytest.fail("the region did not scroll")
