"""A filtered table is cited by the address of its page; hostile addresses change nothing."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect


def rows(page: Page) -> int:
    return page.locator("#table-claims tbody tr:visible").count()


def test_a_filter_stands_in_the_address_and_works_from_there(
    page: Page, report_folder: Path
) -> None:
    address = (report_folder / "claims.html").as_uri()
    page.goto(address)
    total = rows(page)
    page.get_by_label("Verdict").first.select_option("not yet testable")
    page.get_by_label("Find in this table").first.fill("attachment & infant")
    filtered, cited = rows(page), page.url
    assert 0 <= filtered < total
    assert "#rows&claims.find=attachment+%26+infant&claims.Verdict=not+yet+testable" in cited
    page.goto("about:blank")
    page.goto(cited)
    assert rows(page) == filtered
    expect(page.get_by_label("Verdict").first).to_have_value("not yet testable")


def test_without_filters_the_address_is_that_of_the_page(page: Page, report_folder: Path) -> None:
    address = (report_folder / "claims.html").as_uri()
    page.goto(address)
    page.get_by_label("Verdict").first.select_option("supported")
    page.get_by_label("Verdict").first.select_option("all")
    assert page.url == address


def test_the_place_on_the_page_stays_in_the_address(page: Page, report_folder: Path) -> None:
    address = (report_folder / "claims.html").as_uri() + "#c03"
    page.goto(address)
    page.get_by_label("Find in this table").first.fill("")
    assert page.url == address


def test_another_address_on_the_same_page_filters_anew(page: Page, report_folder: Path) -> None:
    address = (report_folder / "claims.html").as_uri()
    page.goto(f"{address}#rows&claims.Verdict=supported")
    first = rows(page)
    page.goto(f"{address}#rows&claims.Verdict=partly+supported")
    expect(page.get_by_label("Verdict").first).to_have_value("partly supported")
    assert rows(page) != first or first == 3


@pytest.mark.parametrize(
    "fragment",
    [
        "rows",
        "rows&claims.Verdict=<img src=x onerror=alert(1)>",
        "rows&claims.__proto__=1&claims.constructor=2",
        "rows&results.find=x&nothing",
        "rows&claims.Verdict=all",
        "rows&%E0%A4%A",
        "rowsclaims.find=nothing",
        "try&set=all",
    ],
)
def test_hostile_addresses_filter_nothing(page: Page, report_folder: Path, fragment: str) -> None:
    page.goto((report_folder / "claims.html").as_uri() + f"#{fragment}")
    assert rows(page) == page.locator("#table-claims tbody tr").count() > 0


def test_a_long_text_in_the_address_is_cut(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "claims.html").as_uri() + f"#rows&claims.find={'a' * 5000}")
    assert len(page.get_by_label("Find in this table").first.input_value()) == 200
