"""The forest plot to try, in the pages of both studies: controls, address, paper, phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.amounts import every
from tests.study_tables import STUDIES, Study, records

import write_report
from metarepro.wording.scales import scale_of

KEY = "post.intervention_domain.early_stimulation.child_development"
FEW = "post.intervention_domain.parent_infant_psychotherapy.child_development"
BCG = "post.intervention_domain.bcg.infection"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, report_folder: Path) -> dict[str, Path]:
    """The reports of both studies."""
    bcg = tmp_path_factory.mktemp("bcg") / "report"
    study = STUDIES["bcg"]
    options = ["--config", str(study / "config/config.yaml")]
    options += ["--results-dir", str(study / "results"), "--output-dir", str(bcg)]
    write_report.main(options)
    return {"parent-infant": report_folder, "bcg": bcg}


@pytest.fixture(scope="module")
def study_one() -> Study:
    return Study(STUDIES["parent-infant"])


@pytest.fixture
def address(folder: dict[str, Path]) -> str:
    """A page with 15 trials, most of which have several results."""
    return (folder["parent-infant"] / f"syntheses/{KEY}.html").as_uri()


def sentence(page: Page) -> Locator:
    return page.locator(".plot-sentence")


@pytest.fixture(scope="module")
def said(browser: Browser, folder: dict[str, Path]) -> str:
    """What that page says without a choice in its address."""
    page = browser.new_page()
    page.goto((folder["parent-infant"] / f"syntheses/{KEY}.html").as_uri())
    text = sentence(page).text_content()
    page.close()
    assert text
    return text


def control(page: Page, label: str) -> Locator:
    """A control of the plot: the tables of the page have some of the same names."""
    return page.locator(".plot").get_by_label(label)


def fact(page: Page, term: str) -> str:
    row = page.locator(".plot-result .facts div", has_text=term)
    return row.locator("dd").inner_text()


def test_pages_start_with_the_pool_of_the_table(
    page: Page, study: Study, folder: dict[str, Path]
) -> None:
    """That the pool is the table's is tried of every synthesis, in a blank page."""
    name = next(name for name, path in STUDIES.items() if path == study.folder)
    scale = scale_of(study.plan)
    pages = sorted((folder[name] / "syntheses").glob("*.html"))
    with_plot = [path for path in pages if "data-plot" in path.read_text(encoding="utf-8")]
    assert len(with_plot) >= {"parent-infant": 100, "bcg": 1}[name]
    for path in with_plot[:: every(5)]:
        page.goto(path.as_uri())
        pool = study.pool(path.name.removesuffix(".html"))
        expect(sentence(page)).to_contain_text("As in the analysis plan:")
        assert fact(page, "Pooled") == scale.at(pool).of_flagged(pool), path.name
        assert not page.evaluate("location.hash")


def test_a_trial_is_left_out_by_keyboard(page: Page, address: str, study_one: Study) -> None:
    page.goto(address)
    box = control(page, "Powell 2004")
    box.focus()
    page.keyboard.press("Space")
    rows = study_one.read("leave_one_out")
    (row,) = records(rows[(rows["synthesis"] == KEY) & (rows["trial_id"] == "powell2004")])
    scale = scale_of(study_one.plan).at(study_one.pool(KEY))
    assert fact(page, "Pooled") == scale.of_flagged(row)
    expect(sentence(page)).to_contain_text("Differs from the analysis plan (1 trial left out):")
    expect(box).to_be_focused()
    assert page.url.endswith("#try&without=powell2004")


def test_an_address_gives_the_choice_again(page: Page, address: str) -> None:
    page.goto(address)
    control(page, "Several results of a trial").select_option("mean")
    control(page, "Estimator").select_option("DL")
    control(page, "Interval").select_option("knapp_hartung")
    control(page, "Walker 2004").uncheck()
    said, url = sentence(page).text_content() or "", page.url
    assert page.get_by_role("link", name="Link to this choice").evaluate("a => a.href") == url
    page.goto("about:blank")
    page.goto(url)
    expect(sentence(page)).to_have_text(said)
    expect(control(page, "Walker 2004")).not_to_be_checked()
    expect(control(page, "Estimator")).to_have_value("DL")


def test_the_default_is_one_click_away(page: Page, address: str) -> None:
    page.goto(address)
    said = sentence(page).text_content() or ""
    page.goto(f"{address}#try&set=all&model=common&without=powell2004,walker2004")
    assert sentence(page).text_content() != said
    page.get_by_role("button", name="Back to the analysis plan").click()
    expect(sentence(page)).to_have_text(said)
    assert page.url == address


@pytest.mark.parametrize(
    "fragment",
    [
        "try&set=<img src=x onerror=alert(1)>",
        "try&without=nobody",
        "try&__proto__=1&constructor=x",
        "try&set=__proto__&model=toString",
        "try&tau2=reml&ci=Z",
        "try&%E0%A4%A&set=%00",
        "try&" + "without=a,b,c&" * 5000,
        "try&set=all%26model%3Dcommon",
    ],
)
def test_what_an_address_cannot_name_is_ignored_and_that_is_said(
    page: Page, address: str, said: str, fragment: str
) -> None:
    page.goto(f"{address}#{fragment}")
    expect(sentence(page)).to_have_text(said)
    expect(page.locator(".plot .note")).to_be_visible()
    assert page.locator(".plot img").count() == 0


def test_a_wide_page_says_what_the_plan_gives_at_its_head_only(page: Page, address: str) -> None:
    page.goto(address)
    rest = sentence(page).locator("span")
    expect(rest).to_be_hidden()
    control(page, "Powell 2004").uncheck()
    expect(rest).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("about:blank")
    page.goto(address)
    expect(rest).to_be_visible()
    expect(page.locator(".lead")).to_be_hidden()


@pytest.mark.parametrize("fragment", ["", "#numbers", "#try", "#tryst&set=all", "#set=all"])
def test_other_addresses_leave_the_analysis_plan(page: Page, address: str, fragment: str) -> None:
    page.goto(address + fragment)
    expect(sentence(page)).to_contain_text("As in the analysis plan:")
    expect(page.locator(".plot .note")).to_be_hidden()


def test_no_interval_of_too_few_trials_is_shown(page: Page, folder: dict[str, Path]) -> None:
    page.goto((folder["parent-infant"] / f"syntheses/{FEW}.html").as_uri())
    expect(sentence(page)).to_contain_text("too few trials for a reliable interval")
    drawn = page.locator(".plot svg text.chosen.number").text_content()
    assert drawn
    assert re.fullmatch(r"−?\d\.\d\d", drawn)
    assert page.locator(".plot svg .diamond.chosen.point").count() == 1
    assert page.locator(".plot svg .prediction").count() == 0


def test_without_a_trial_there_is_nothing_to_pool(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="None", exact=True).click()
    expect(sentence(page)).to_have_text("No trial is chosen: there is nothing to pool.")
    assert page.locator(".plot-result .facts div").count() == 0
    control(page, "Walker 2004").check()
    expect(sentence(page)).to_contain_text("1 trial with 2 results.")
    page.get_by_role("button", name="All", exact=True).click()
    expect(sentence(page)).to_contain_text("As in the analysis plan:")


def test_a_set_lets_in_other_trials(page: Page, address: str) -> None:
    page.goto(address)
    box = control(page, "Eickmann 2003")
    expect(box).to_be_disabled()
    page.locator(".plot select[name=set]").select_option("all")
    expect(box).to_be_checked()
    expect(sentence(page)).to_contain_text("16 trials with 53 results.")


@pytest.mark.parametrize(
    ("chosen", "variant"),
    [
        ("all", "all_designs"),
        ("without_approximate", "without_approximate"),
        ("randomised", "randomised_only"),
    ],
)
def test_a_set_has_the_numbers_of_its_variant(
    page: Page, folder: dict[str, Path], study_one: Study, chosen: str, variant: str
) -> None:
    rows = study_one.read("variants")
    rows = rows[(rows["variant"] == variant) & rows["estimate"].notna()]
    for row in records(rows.iloc[:: every(12)]):
        scale = scale_of(study_one.plan).at(study_one.pool(row["synthesis"]))
        path = folder["parent-infant"] / f"syntheses/{row['synthesis']}.html"
        page.goto(f"{path.as_uri()}#try&set={chosen}")
        assert fact(page, "Pooled") == scale.of_flagged(row), row["synthesis"]


def test_what_does_not_count_cannot_be_chosen(page: Page, address: str) -> None:
    page.goto(address)
    for name in ("Estimator", "Interval"):
        expect(control(page, name)).to_be_disabled()
    control(page, "Model").select_option("common")
    expect(control(page, "Estimator")).to_be_disabled()
    expect(control(page, "Several results of a trial")).to_be_disabled()
    expect(control(page, "Interval")).to_be_enabled()


def test_the_model_that_the_page_does_not_compute_is_pointed_to(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".plot-hint")).to_contain_text("The model of three levels is among the")
    expect(page.locator("#table-variants")).to_contain_text("Three levels")


def test_ratios_are_shown_as_ratios(page: Page, folder: dict[str, Path]) -> None:
    page.goto((folder["bcg"] / f"syntheses/{BCG}.html").as_uri())
    assert fact(page, "Pooled") == "0.49 [0.34, 0.70]"
    ticks = page.locator(".plot svg text.tick").all_text_contents()
    assert "1" in ticks
    assert all(float(tick) > 0 for tick in ticks)
    sides = page.locator(".plot svg text.side").all_text_contents()
    assert sides == ["← favours intervention", "favours control →"]


def test_the_axis_stays_when_the_choice_changes(page: Page, address: str) -> None:
    page.goto(address)
    before = page.locator(".plot svg text.tick").all_text_contents()
    control(page, "Powell 2004").uncheck()
    assert page.locator(".plot svg text.tick").all_text_contents() == before


def test_the_drawing_says_what_it_shows(page: Page, address: str) -> None:
    page.goto(address)
    drawing = page.get_by_role("img", name="Forest plot of 15 trials: g 0.35 [0.25, 0.45]")
    expect(drawing).to_be_visible()
    expect(sentence(page)).to_have_attribute("aria-live", "polite")


def test_every_control_has_a_label(page: Page, address: str) -> None:
    page.goto(address)
    unlabelled = page.locator(".plot :is(select, input)").evaluate_all(
        "all => all.filter(one => !one.labels.length || !one.labels[0].textContent.trim()).length"
    )
    assert unlabelled == 0


def test_on_a_phone_the_drawing_is_first_and_the_trials_are_folded(
    page: Page, address: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    tops = [
        box["y"]
        for part in ("drawing", "result", "choices")
        if (box := page.locator(f".plot-{part}").bounding_box())
    ]
    assert len(tops) == 3
    assert tops == sorted(tops)
    expect(page.locator(".lead")).to_be_hidden()
    expect(page.locator("section .scroll img").first).to_be_hidden()
    expect(control(page, "Model")).to_be_hidden()
    page.get_by_text("Try other choices").click()
    expect(control(page, "Powell 2004")).to_be_hidden()
    page.get_by_text("Trials: 15 of 16 chosen").click()
    expect(control(page, "Powell 2004")).to_be_visible()


def test_on_a_phone_the_pool_is_in_the_first_screen(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)
    numbers = page.locator(".plot svg text.chosen.number")
    expect(numbers).to_be_in_viewport()
    first, *_, last = page.locator(".plot svg text.name").all_text_contents()
    assert (first, last) == ("This choice", "Walker 2004")


def test_without_script_the_answer_and_the_figure_stand_on_a_phone(
    context: BrowserContext, address: str
) -> None:
    assert context.browser
    plain = context.browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = plain.new_page()
    page.goto(address)
    expect(page.locator(".lead")).to_be_visible()
    expect(page.locator("section .scroll img").first).to_be_visible()
    plain.close()


def test_paper_has_the_figure_of_the_analysis_plan_only(page: Page, address: str) -> None:
    page.goto(f"{address}#try&model=common")
    page.emulate_media(media="print")
    expect(page.locator(".plot")).to_be_hidden()
    expect(page.locator("figure img").first).to_be_visible()


def test_without_script_the_figure_stands(context: BrowserContext, address: str) -> None:
    assert context.browser
    plain = context.browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(address)
    expect(page.locator(".plot")).to_be_hidden()
    expect(page.locator("figure img").first).to_be_visible()
    plain.close()
