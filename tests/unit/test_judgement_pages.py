"""What people judged, on the pages, in the figures and in the files for manuscripts."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from tests.made_up_forests import make_rows, make_summary, plot, texts, words
from tests.made_up_judgements import CELL, make_judged_study
from tests.report_records import (
    EFFECT,
    KEY,
    POOL,
    RESULT,
    ROWS,
    TRIAL,
    empty_records,
    make_pages,
    make_records,
)

from metarepro.manuscript.certainty import Graded
from metarepro.report import certainty, risk_of_bias
from metarepro.report.blocks import Bullets, Facts, Page, Paragraph, Table, plain
from metarepro.report.lights import STROKES, Bar, Grade
from metarepro.report.records import Records
from metarepro.report.review_methods import sections as methods
from metarepro.report.topics import domain_page
from metarepro.tabular.judgements import RISKS, ROB2_COLUMNS
from metarepro.wording.certainty import Footnotes, certainty_by_synthesis
from metarepro.wording.traffic_lights import LIGHTS

JUDGED: dict[str, Any] = {
    **{"trial_id": "ann2001", "outcome": "", "d1": "low", "d2": "some concerns", "d3": "low"},
    **{"d4": "low", "d5": "no information", "overall": "some concerns"},
    **{"assessor": "A. Madeup", "reason": "Made up.", "source": "own assessment", "row": 2.0},
    **{"file": "data/trials/risk_of_bias.csv", "sha256": "2" * 64},
}
RATED: dict[str, Any] = {
    **{"synthesis": KEY, "certainty": "moderate", "starts_at": "high", "n_trials": 1.0},
    **{"assessor": "A. Madeup", "date": "2026-05-01", "domain": "imprecision", "levels": -1.0},
    **{"reason": "the trial is small", "row": 1.0, "file": "data/certainty.yaml"},
}
BOB = {"trial_id": "bob2002", "label": "Bob 2002"}


def two_trials(**tables: Any) -> Records:
    """A synthesis of two trials, of which one may be judged."""
    return make_records(
        trials=[TRIAL, TRIAL | BOB],
        results=[RESULT, RESULT | {"trial_id": "bob2002", "result_id": "bob2002-01"}],
        effects=[EFFECT, EFFECT | BOB | {"result_id": "bob2002-01"}],
        weights=[*ROWS["weights"], ROWS["weights"][0] | BOB | {"result_id": "bob2002-01"}],
        pooled=[POOL | {"n_trials": 2.0, "k": 2.0}, *ROWS["pooled"][1:]],
        **tables,
    )


def tables_of(page: Page) -> dict[str, Table]:
    blocks = [block for section in page.sections for block in section.blocks]
    return {block.name: block for block in blocks if isinstance(block, Table)}


# --- without judgements ---------------------------------------------------------------------------


def facts_of_methods(records: Records) -> dict[str, str]:
    blocks = [block for section in methods(records) for block in section.blocks]
    found = [item for block in blocks if isinstance(block, Facts) for item in block.items]
    return {term: plain(meaning) for term, meaning in found}


def test_what_nobody_judged_is_said_to_be_absent() -> None:
    for records in (make_records(), empty_records()):
        said = facts_of_methods(records)
        assert said["Risk of bias"].startswith("Not assessed.")
        assert said["Certainty of the evidence"] == "Not rated (no GRADE assessment)."


def test_a_study_without_judgements_has_no_page_of_them() -> None:
    pages = make_pages(make_records())
    assert "risk_of_bias.html" not in pages
    assert not [path for path, html in pages.items() if 'class="light"' in html]
    assert "Certainty of the evidence" not in pages[f"syntheses/{KEY}.html"]


# --- risk of bias ---------------------------------------------------------------------------------


def test_the_methods_say_how_many_trials_were_judged() -> None:
    said = facts_of_methods(two_trials(risk_of_bias=[JUDGED]))["Risk of bias"]
    assert said.startswith("Judged with RoB 2 by people in 1 of 2 trials")


def test_a_synthesis_says_how_many_of_its_trials_were_judged() -> None:
    some = two_trials(risk_of_bias=[JUDGED])
    assert (
        risk_of_bias.fact(some, KEY)
        == "Judged with RoB 2 in 1 of 2 trials; overall: 1 some concerns."
    )
    other = make_records(risk_of_bias=[JUDGED | {"outcome": "sleep"}])
    assert risk_of_bias.fact(other, KEY) == "Not assessed in any of 1 trial."
    assert risk_of_bias.fact(make_records(), KEY) == ""


def test_a_trial_of_which_some_results_are_judged_is_told_apart() -> None:
    sleep = EFFECT | {"result_id": "ann2001-02", "outcome": "sleep"}
    records = make_records(
        effects=[EFFECT, sleep],
        weights=[*ROWS["weights"], ROWS["weights"][0] | {"result_id": "ann2001-02"}],
        risk_of_bias=[JUDGED | {"outcome": "warmth"}],
    )
    assert risk_of_bias.fact(records, KEY) == (
        "Judged with RoB 2 in 0 of 1 trial, and for some results of 1 more; overall: "
        "1 some concerns."
    )


def test_lights_have_a_sign_and_a_word() -> None:
    html = make_pages(two_trials(risk_of_bias=[JUDGED]))[f"syntheses/{KEY}.html"]
    row = re.search(
        r"<tr><th[^>]*><a [^>]*>Ann 2001</a></th><td><span class=\"judged\".*?</tr>", html
    )
    assert row
    shown = re.findall(r'<path d="([^"]+)"[^>]*/></svg> <span( class="unseen")?>([a-z ]+)<', row[0])
    signs = {stroke: sign for sign, stroke in STROKES.items()}
    assert [(signs[path], word) for path, _, word in shown] == [
        *(("+", "low"), ("!", "some concerns"), ("+", "low"), ("+", "low")),
        *(("?", "no information"), ("!", "some concerns")),
    ]
    # The drawing is hidden from screen readers, the word is not; the overall one is seen as well.
    assert row[0].count('aria-hidden="true"') == 6
    assert [bool(unseen) for _, unseen, _ in shown] == [True] * 5 + [False]


def test_a_trial_without_a_judgement_is_in_the_table() -> None:
    (section,) = risk_of_bias.of_synthesis(two_trials(risk_of_bias=[JUDGED]), KEY)
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    overall = [column.name for column in table.columns].index("Overall")
    assert [(plain(row[0]), plain(row[overall])) for row in table.rows] == [
        ("Ann 2001", "some concerns"),
        ("Bob 2002", "not assessed"),
    ]


def test_the_page_counts_the_judgements_of_each_domain() -> None:
    high = JUDGED | BOB | {"d1": "high", "d2": "", "overall": "high"}
    page = risk_of_bias.page(two_trials(risk_of_bias=[JUDGED, high]))
    counts = {
        plain(row[0]): [plain(cell) for cell in row[2:]]
        for row in tables_of(page)["bias-summary"].rows
    }
    assert counts["D1: randomisation process"] == ["1", "0", "1", "0"]
    assert counts["D2: deviations from intended interventions"] == ["0", "1", "0", "0"]
    assert counts["Overall"] == ["0", "1", "1", "0"]


def test_a_bar_is_made_of_all_judgements() -> None:
    parts = Bar([("low", 3), ("high", 1)]).parts
    assert [(judged.text, start, width) for judged, start, width in parts] == [
        ("low", 0, 75),
        ("high", 75, 25),
    ]


def test_a_judgement_says_for_which_outcome_it_is_if_any_does() -> None:
    apart = [JUDGED, JUDGED | {"outcome": "warmth", "overall": "high", "d2": "high"}]
    rows = tables_of(risk_of_bias.page(make_records(risk_of_bias=apart)))["bias"].rows
    assert [plain(row[1]) for row in rows] == ["all other outcomes", "Warmth"]


def test_the_page_of_a_trial_has_its_judgements() -> None:
    judged = two_trials(risk_of_bias=[JUDGED])
    pages = make_pages(judged)
    assert 'id="table-bias"' in pages["trials/ann2001.html"]
    assert "was not assessed" in pages["trials/bob2002.html"]


def contrast(one: str, other: str) -> float:
    """Ratio of the relative luminances of two colours (WCAG 2.2)."""

    def luminance(colour: str) -> float:
        shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("judgement", [name for name, light in LIGHTS.items() if light.fill])
def test_signs_can_be_read_on_their_lights(judgement: str) -> None:
    assert contrast(LIGHTS[judgement].fill, LIGHTS[judgement].ink) >= 4.5


def test_the_judgements_of_rob_2_have_signs_of_their_own() -> None:
    assert sorted(LIGHTS[risk].sign for risk in RISKS) == sorted(STROKES)


# --- figures --------------------------------------------------------------------------------------


def judged_plot(*overall: str) -> Figure:
    rows = make_rows(len(overall))
    columns = {name: ["low"] * len(rows) for name in ROB2_COLUMNS} | {"overall": list(overall)}
    return plot(rows.assign(**columns), make_summary(), judgements=ROB2_COLUMNS)


def discs(figure: Figure) -> list[Circle]:
    return [disc for disc in figure.findobj(Circle) if isinstance(disc, Circle)]


def test_a_forest_plot_has_a_light_for_each_judgement() -> None:
    figure = judged_plot("low", "high", "some concerns")
    fills = [to_hex(disc.get_facecolor()).upper() for disc in discs(figure)]
    assert len(fills) == 18
    assert {LIGHTS[risk].fill for risk in ("low", "high", "some concerns")} == set(fills)
    signs = [text.get_text() for text in texts(figure)]
    assert (signs.count("+"), signs.count("\u2212"), signs.count("!")) == (16, 1, 1)


def test_a_sign_stands_in_the_middle_of_its_light() -> None:
    figure = judged_plot("high")
    (sign,) = (text for text in texts(figure) if text.get_text() == "\u2212")
    across, up = np.asarray(discs(figure)[-1].get_center())
    assert sign.get_position()[0] == pytest.approx(across)
    assert sign.get_position()[1] < up < sign.get_position()[1] + 0.1
    assert sign.get_horizontalalignment() == "center"


def test_the_headers_and_signs_are_explained_below() -> None:
    said = " ".join(words(judged_plot("low", "", "high")))
    assert {"D1", "D5", "Overall"} <= set(words(judged_plot("low")))
    assert "D2, deviations from intended interventions" in said
    assert "+ low; \u2212 high; no light: not assessed." in said
    assert "no light" not in " ".join(words(judged_plot("low")))


# --- certainty ------------------------------------------------------------------------------------


def test_certainty_stands_with_its_reasons_on_the_page_of_the_synthesis() -> None:
    (section,) = certainty.of_synthesis(make_records(certainty=[RATED]), KEY)
    said = [plain(b.text) for b in section.blocks if isinstance(b, Paragraph)]
    reasons = [plain(item) for b in section.blocks if isinstance(b, Bullets) for item in b.items]
    assert said == [
        "Moderate. Judged with GRADE by A. Madeup, 2026-05-01; nothing of it is computed."
    ]
    assert reasons == ["Rated down one level for imprecision. The trial is small."]


def test_a_synthesis_that_nobody_judged_says_so_where_others_are_judged() -> None:
    other = KEY.replace("post", "every")
    (section,) = certainty.of_synthesis(make_records(certainty=[RATED]), other)
    assert [plain(b.text) for b in section.blocks if isinstance(b, Paragraph)] == [
        "Nobody has judged it for this synthesis."
    ]
    assert certainty.fact(make_records(certainty=[RATED]), other) == ()


def test_certainty_of_another_number_of_trials_is_to_be_judged_again() -> None:
    again = "It was judged with 1 trial; now there are 2 trials, so it needs to be judged again."
    judged = certainty_by_synthesis(pd.DataFrame([RATED]))[KEY]
    assert judged.outdated({"n_trials": 1.0}) == ""
    assert judged.outdated({"n_trials": 2.0}) == again
    assert again in make_pages(two_trials(certainty=[RATED]))[f"syntheses/{KEY}.html"]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([{}], "rated down for imprecision"),
        ([{}, {"domain": "risk of bias"}], "rated down for imprecision and risk of bias"),
        (
            [{}, {"domain": "large effect", "levels": 2.0}],
            "rated down for imprecision; rated up for large effect",
        ),
        ([{"domain": "", "levels": float("nan"), "reason": ""}], ""),
    ],
)
def test_reasons_in_a_few_words(rows: list[dict[str, Any]], why: str) -> None:
    judged = certainty_by_synthesis(pd.DataFrame([RATED | row for row in rows]))[KEY]
    assert judged.why == why
    assert len(judged.reasons) == (len(rows) if why else 0)


@pytest.mark.parametrize(
    ("level", "circles"),
    [("high", "⊕⊕⊕⊕"), ("moderate", "⊕⊕⊕○"), ("low", "⊕⊕○○"), ("very low", "⊕○○○")],
)
def test_certainty_in_circles(level: str, circles: str) -> None:
    assert Grade(level).signs == circles


def test_the_summary_of_findings_of_a_domain_has_the_reasons_as_footnotes() -> None:
    page = domain_page(make_records(certainty=[RATED]), "closeness")
    (row,) = tables_of(page)["findings"].rows
    assert [plain(cell) for cell in row[:2]] == ["Play: Closeness", "1"]
    assert "Moderate a" in [plain(cell) for cell in row]
    (notes,) = (b for b in page.sections[0].blocks if isinstance(b, Facts))
    assert [(term, plain(words)) for term, words in notes.items] == [
        ("a", "Rated down one level for imprecision. The trial is small.")
    ]
    assert (
        'href="../domains/closeness.html#note-a"'
        in make_pages(make_records(certainty=[RATED]))[page.path]
    )


def test_a_domain_without_judgements_has_no_summary_of_findings() -> None:
    assert "findings" not in tables_of(domain_page(make_records(), "closeness"))


def test_equal_reasons_share_a_footnote() -> None:
    notes = Footnotes()
    assert notes.letters(["one", "two"]) == ["a", "b"]
    assert notes.letters(["two", "three"]) == ["b", "c"]
    assert notes.letters(map(str, range(25)))[-1] == "bb"


def test_the_summary_for_manuscripts_has_only_what_was_judged() -> None:
    pools = [
        ({"synthesis": "x", "n_trials": 2.0}, "X"),
        ({"synthesis": KEY, "n_trials": 2.0}, "Play"),
    ]
    graded = Graded(pools, pd.DataFrame([RATED]))
    assert (bool(graded), graded.cell("x"), graded.cell(KEY)) == (
        True,
        "not judged",
        "Moderate (a)",
    )
    assert list(graded.notes()) == [
        "Certainty (GRADE): judged by people (A. Madeup, 2026-05-01); nothing of it is computed.",
        "a: Rated down one level for imprecision. The trial is small.",
        "Certainty (GRADE), Play: It was judged with 1 trial; now there are 2 trials, so it needs "
        "to be judged again.",
    ]
    assert not Graded(pools[:1], pd.DataFrame([RATED]))


# --- a whole study --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study with judgements, up to its report."""
    return make_judged_study(tmp_path_factory.mktemp("judged"))


def test_a_study_with_judgements_shows_them_everywhere(study: Path) -> None:
    page = (study / f"report/syntheses/{CELL}.html").read_text()
    assert "Judged with RoB 2 in 2 of 2 trials; overall: 1 low, 1 high." in page
    assert "Rated down one level for risk of bias. Assessors knew the group in one of two" in page
    assert "Overall" in (study / f"figures/syntheses/{CELL}.svg").read_text()
    assert "Low (a, b)" in (study / "manuscript/summary_of_findings.csv").read_text()
    assert "not graded" not in (study / "manuscript/README.txt").read_text()
    for name in ("risk_of_bias", "certainty"):
        assert (study / f"report/data/{name}.csv").exists()
