"""The report in a real browser, from disk."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

LOAD_IMAGES = """
    Promise.all(Array.from(document.images, image => {
      image.loading = "eager";
      return image.decode();
    }))
"""


#: The texts of a column in the rows that are seen.
VISIBLE = """
    ([table, column]) => Array.from(document.querySelectorAll(`#table-${table} tbody tr`))
      .filter(row => row.getClientRects().length)
      .map(row => row.children[column - 1].innerText.trim())
"""


def visible_cells(page: Page, table: str, column: int) -> list[str]:
    cells: list[str] = page.evaluate(VISIBLE, [table, column])
    return cells


def test_every_kind_of_page_opens_without_errors(
    page: Page, report_folder: Path, kinds: list[str]
) -> None:
    for name in kinds:
        page.goto((report_folder / name).as_uri())
        expect(page.locator("h1")).to_be_visible()
        # Images that are out of sight are not loaded yet; one that cannot be raises.
        page.evaluate(LOAD_IMAGES)


def test_the_script_and_style_are_let_in_by_the_policy(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "trials.html").as_uri())
    expect(page.locator(".controls")).to_be_visible()
    assert page.locator("thead th").first.evaluate("e => getComputedStyle(e).position") == "sticky"


def test_a_table_is_filtered_by_keyboard(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "reproduction.html").as_uri())
    total = len(visible_cells(page, "reproduction", 1))
    page.get_by_label("Find in this table").first.focus()
    page.keyboard.type("O'Hara")
    reviews = visible_cells(page, "reproduction", 1)
    assert 0 < len(reviews) < total
    assert set(reviews) == {"O'Hara 2019"}
    expect(page.locator(".controls output").first).to_have_text(f"{len(reviews)} of {total} rows")
    page.get_by_label("Find in this table").first.fill("")
    role = page.get_by_role("combobox", name="Role").first
    role.focus()
    page.keyboard.type("for context")
    expect(role).to_have_value("for context")
    assert "O'Hara 2019" not in visible_cells(page, "reproduction", 1)


def test_a_table_is_sorted_by_keyboard(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "results.html").as_uri())
    heading = page.locator("#table-results th", has_text="g [95% CI]")
    column = heading.evaluate("e => e.cellIndex") + 1

    def numbers() -> list[float]:
        cells = visible_cells(page, "results", column)
        return [float(cell.split(" ")[0].replace("\u2212", "-")) for cell in cells]

    unsorted = numbers()
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert numbers() == sorted(unsorted)
    page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "descending"
    assert numbers() == sorted(unsorted, reverse=True)


def test_columns_are_switched(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "trials.html").as_uri())
    title = page.locator("#table-trials th", has_text="Title")
    expect(title).to_be_hidden()
    page.locator(".controls summary").click()
    page.get_by_label("Title").check()
    expect(title).to_be_visible()


def test_a_number_is_followed_to_its_source(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "index.html").as_uri())
    row = page.locator(".matrix tr", has=page.get_by_role("link", name="Video feedback"))
    pooled = row.locator(".estimate a").first
    numbers = pooled.inner_text()
    pooled.click()
    # An interval that cannot be leaned on stands in the table of numbers only.
    expect(page.locator(".facts dd").first).to_contain_text(numbers.split()[0])
    result = page.locator("#table-members tbody tr").first.locator("a").last
    result_id = (result.get_attribute("href") or "").partition("#")[2]
    result.click()
    assert page.url.endswith(f"#{result_id}")
    facts = page.locator(f"#{result_id} + .facts")
    for term in ("Reported", "Route", "Assumptions", "Source", "Row", "Pooled in"):
        expect(facts.locator("dt", has_text=term).first).to_be_visible()
    expect(facts).to_contain_text("data/trials/results.csv, row ")
    expect(facts).to_contain_text("Video feedback")


def test_a_csv_file_is_downloaded(page: Page, report_folder: Path, tmp_path: Path) -> None:
    page.goto((report_folder / "claims.html").as_uri())
    page.get_by_label("Verdict").first.select_option("not yet testable")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download what is shown").first.click()
    saved = tmp_path / "claims.csv"
    started.value.save_as(saved)
    assert started.value.suggested_filename == "claims.csv"
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["Verdict"] for row in rows} == {"not yet testable"}


def test_the_header_takes_one_line(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "index.html").as_uri())
    boxes = [
        box
        for name in (".site nav > ul > li:first-child", ".site nav > ul > li:last-child", "#search")
        if (box := page.locator(name).bounding_box())
    ]
    tops = [box["y"] + box["height"] / 2 for box in boxes]
    assert len(boxes) == 3
    assert max(tops) - min(tops) < 5


def test_a_menu_opens_and_closes(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "index.html").as_uri())
    audit = page.get_by_role("link", name="Audit", exact=True).first
    expect(audit).to_be_hidden()
    page.locator(".site summary", has_text="Checks").click()
    expect(audit).to_be_visible()
    page.keyboard.press("Escape")
    expect(audit).to_be_hidden()
    page.locator(".site summary", has_text="Checks").click()
    page.locator("h1").click()
    expect(audit).to_be_hidden()


@pytest.mark.parametrize("name", ["Data", "Checks", "About"])
def test_a_menu_stays_on_the_screen_of_a_phone(page: Page, report_folder: Path, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((report_folder / "index.html").as_uri())
    menu = page.locator(".site details", has_text=name)
    menu.locator("summary").click()
    box = menu.locator("ul").bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= 360


@pytest.mark.parametrize("name", ["domains/relationship.html", "published/jeong2021-5.html"])
def test_a_phone_has_lines_in_place_of_a_wide_figure(
    page: Page, report_folder: Path, name: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((report_folder / name).as_uri())
    expect(page.locator(".lines b").first).to_be_in_viewport()
    expect(page.locator(".folded img").first).to_be_hidden()
    page.set_viewport_size({"width": 1400, "height": 900})
    expect(page.locator(".lines").first).to_be_hidden()
    expect(page.locator(".folded img").first).to_be_visible()


def test_headings_of_a_long_table_stay_in_sight(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "results.html").as_uri())
    region = page.locator(".scroll", has=page.locator("#table-results"))
    region.evaluate("e => { e.scrollTop = e.scrollHeight; }")
    heading, frame = page.locator("#table-results th").first.bounding_box(), region.bounding_box()
    assert heading
    assert frame
    assert heading["y"] == pytest.approx(frame["y"], abs=1)


def test_figures_keep_their_room_before_they_are_loaded(page: Page, report_folder: Path) -> None:
    page.goto((report_folder / "domains/relationship.html").as_uri())
    sizes = "Array.from(document.images).flatMap(image => [image.width, image.height])"
    before = page.evaluate(sizes)
    page.evaluate(LOAD_IMAGES)
    # The size is given in whole pixels.
    assert page.evaluate(sizes) == pytest.approx(before, rel=0.002)
    assert min(before) > 100


def test_figures_stay_on_white_by_night(page: Page, report_folder: Path) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto((report_folder / "domains/relationship.html").as_uri())
    background = "e => getComputedStyle(e).backgroundColor"
    assert page.locator("body").evaluate(background) == "rgb(23, 26, 28)"
    assert page.locator("figure img").first.evaluate(background) == "rgb(255, 255, 255)"


def test_a_citation_is_copied(context: BrowserContext, page: Page, report_folder: Path) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto((report_folder / "claims.html").as_uri())
    page.get_by_text("Cite this page").click()
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{metarepro-claims,")


def test_pages_are_printed(page: Page, report_folder: Path, tmp_path: Path) -> None:
    for name in ("index.html", "claims.html", "domains/relationship.html"):
        page.goto((report_folder / name).as_uri())
        printed = tmp_path / "page.pdf"
        page.pdf(path=printed, format="A4")
        content = printed.read_bytes()
        assert content.startswith(b"%PDF")
        assert content.count(b"/Type /Page\n") >= 2, name


def test_everything_is_there_without_the_script(
    context: BrowserContext, report_folder: Path
) -> None:
    assert context.browser
    plain = context.browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto((report_folder / "trials.html").as_uri())
    expect(page.locator("#table-trials th", has_text="Title")).to_be_visible()
    expect(page.locator("button")).to_have_count(0)
    expect(page.get_by_label("Search")).to_be_hidden()
    plain.close()
