"""Context of the pages: what they say, what they link, and what they escape."""

import math
import re
from html import unescape
from typing import Any

import pytest
from tests.report_records import (
    EFFECT,
    KEY,
    PLAN,
    PLAY,
    POOL,
    RESULT,
    REVIEW,
    TRIAL,
    make_pages,
    make_records,
    render,
)

from metarepro.plan import About, Family
from metarepro.report import lists
from metarepro.report import syntheses as report_syntheses
from metarepro.report import topics as report_topics
from metarepro.report import trials as report_trials
from metarepro.report.blocks import (
    Facts,
    Link,
    Page,
    Paragraph,
    Table,
    doi_link,
    plain,
    pubmed_link,
    source_link,
    table,
    text,
)
from metarepro.report.claims import _numbers, tallies
from metarepro.report.drawings import WIDTH, drawing, lines, round_ticks, single
from metarepro.report.figures import domain_summary, drawn_rows, forest
from metarepro.report.findings import composition, findings, kind_tested
from metarepro.report.kinds import STATISTICS, directions, reported
from metarepro.report.matrix import axis, matrix
from metarepro.report.methods import packages
from metarepro.report.records import Records
from metarepro.report.sensitivity import sensitivity, summary
from metarepro.report.trials import reported_numbers
from metarepro.tabular.report_tables import EVALUATION_STATISTICS
from metarepro.wording.scales import Scale

NAN = math.nan


def facts_of(page: Page, anchor: str = "") -> dict[str, str]:
    blocks = [block for section in page.sections for block in section.blocks]
    (found,) = [b for b in blocks if isinstance(b, Facts) and b.anchor == anchor][:1]
    return {term: plain(meaning) for term, meaning in found.items}


def links_of(records: Records, page: Page) -> list[str]:
    return re.findall(r'href="([^"]*)"', render(records, page))


# Links and cells


@pytest.mark.parametrize(
    "source",
    [
        "http://example.org/a",
        "javascript:alert(1)",
        "https://",
        "https:///etc/passwd",
        "https://example.org/a b",
        "https://user:word@example.org/",
        "github:owner/name:file.csv",
        "https://pmc.ncbi.nlm.nih.gov/search?term=a",
        "https://example.org/list?page=1&q=a",
        "https://www.pdfslide.net/a.pdf",
        "https://stage.example.org/a",
        "",
    ],
)
def test_only_addresses_of_pages_become_links(source: str) -> None:
    assert source_link(source) == source


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a?b=c#d",
        "https://example.org/research/a",
        "https://stages.example.org/a?searchresult=1",
    ],
)
def test_an_https_address_is_a_link(address: str) -> None:
    assert source_link(address) == Link(address, address)


def test_identifiers_become_links() -> None:
    assert doi_link("10.1/x") == "10.1/x"
    linked = doi_link('10.1000/a"<b>')
    assert isinstance(linked, Link)
    assert linked.href == "https://doi.org/10.1000/a%22%3Cb%3E"
    assert pubmed_link("12345") == Link("12345", "https://pubmed.ncbi.nlm.nih.gov/12345/")
    assert pubmed_link("PMC12345") == "PMC12345"


def test_columns_of_numbers_are_told_from_words() -> None:
    made = table("t", "T", [{"a": "x", "b": "0.34 [\u22120.20, 0.49]", "c": ""}])
    assert [column.numeric for column in made.columns] == [False, True, False]


# Escaping


NASTY = '<script>alert("1")</script> & \u202eevil\u202c ' + "x" * 10_000


def test_labels_are_escaped_wherever_they_stand() -> None:
    records = make_records(
        trials=[TRIAL | {"label": NASTY, "title": NASTY, "programme": NASTY, "note": NASTY}],
        results=[RESULT | {"measure": NASTY, "note": NASTY, "source": "javascript:alert(1)"}],
        effects=[EFFECT | {"label": NASTY, "measure": NASTY, "source": "javascript:alert(1)"}],
    )
    for page in (
        report_trials.page(records, "ann2001"),
        report_syntheses.page(records, KEY),
        report_topics.intervention_page(records, "play"),
    ):
        html = render(records, page)
        own = html.count('.js" defer></script>') + html.count('<script type="application/json"')
        assert html.count("<script") == own
        assert "<script>alert" not in html
        assert not [
            address for address in links_of(records, page) if address.startswith("javascript")
        ]
        assert "x" * 10_000 in html
        assert NASTY in unescape(html)


def test_an_attribute_cannot_be_broken_out_of() -> None:
    records = make_records(
        domains=[{"domain": "closeness", "label": '" onload="x', "order": 1.0}],
        figures=[f"syntheses/{KEY}"],
    )
    html = render(records, report_syntheses.page(records, KEY))
    assert ' onload="' not in html


# The way of a number


def test_a_synthesis_leads_to_its_results() -> None:
    records = make_records()
    page = report_syntheses.page(records, KEY)
    assert "../trials/ann2001.html#ann2001-01" in links_of(records, page)
    assert facts_of(page)["Single trial: g [95% CI]"] == "0.39 [0.00, 0.78]"
    assert facts_of(page)["All"] == "0.39 [0.00, 0.78]"


def test_an_unreliable_interval_and_its_p_are_no_facts_of_a_synthesis() -> None:
    records = make_records(pooled=[POOL | {"flags": "df_below_4"}])
    found = facts_of(report_syntheses.page(records, KEY))
    assert found["Single trial: g [95% CI]"] == "0.39 (too few trials for a reliable interval)"
    assert "p" not in found


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        ("benefit", "a lower score is better; the source says that the intervention did better"),
        ("scale", "a lower score is better"),
    ],
)
def test_of_a_result_without_a_value_none_is_said_to_have_a_direction(sign: str, said: str) -> None:
    result = RESULT | {"value": math.nan, "sign": sign}
    page = report_trials.page(make_records(results=[result]), "ann2001")
    assert facts_of(page, "ann2001-01")["Direction"] == said


def test_of_counts_fewer_events_are_better_and_no_score() -> None:
    counts = {"statistic": "counts", "value": math.nan, "events_t": 3.0, "events_c": 5.0}
    page = report_trials.page(make_records(results=[RESULT | counts]), "ann2001")
    assert facts_of(page, "ann2001-01")["Direction"] == "fewer events are better"


def test_a_result_leads_to_its_source_and_back_to_its_synthesis() -> None:
    records = make_records()
    page = report_trials.page(records, "ann2001")
    said = facts_of(page, "ann2001-01")
    assert said["Reported"] == "Standardised mean difference: value \u22120.4; CI \u22120.8 to 0"
    assert said["Direction"] == (
        "a lower score is better; the value is treatment minus control on the instrument"
    )
    assert said["Hedges' g [95% CI]"] == "0.39 [0.00, 0.78], standard error 0.200"
    assert said["Source"] == "https://example.org/a (abstract): table 2"
    assert said["Row"] == "data/trials/results.csv, row 7"
    assert said["Pooled in"].startswith("Play: Closeness (by intervention and domain, weight 100")
    assert "https://example.org/a" in links_of(records, page)
    assert f"../syntheses/{KEY}.html" in links_of(records, page)


def test_an_excluded_result_gives_its_reason() -> None:
    records = make_records(
        effects=[
            EFFECT
            | {
                "exclude": "no_variance",
                "exclude_reason": "no SE",
                "yi": NAN,
                "tier": "",
                "vi": NAN,
            }
        ],
        weights=[],
    )
    said = facts_of(report_trials.page(records, "ann2001"), "ann2001-01")
    assert said["Hedges' g [95% CI]"] == "none: excluded"
    assert said["Route"] == (
        "excluded: nothing printed from which a standard error could come (no SE)"
    )
    assert said["Pooled in"] == "no pool"


def test_results_are_named_by_what_was_measured_when_and_where_it_was_read() -> None:
    page = report_trials.page(make_records(), "ann2001")
    listed, of_result = page.sections[-1].blocks
    assert isinstance(of_result, Facts)
    assert of_result.heading == "scale (after): abstract"
    assert isinstance(listed, Table)
    assert plain(listed.rows[0][0]) == "scale (after)"


def test_no_id_of_a_result_is_a_word_for_readers() -> None:
    kept = EFFECT | {"result_id": "ann2001-02", "measure": "other scale"}
    duplicate = EFFECT | {"exclude": "duplicate", "duplicate_of": "ann2001-02", "yi": NAN}
    results = [RESULT, RESULT | {"result_id": "ann2001-02"}]
    pages = make_pages(make_records(effects=[duplicate, kept], results=results, weights=[]))
    for path, html in pages.items():
        words = re.sub(r"<[^>]*>", "", html)
        assert "ann2001-0" not in words, path
    assert "used instead: <a" in pages["results.html"]
    assert "<dt>Used instead</dt><dd><a" in pages["trials/ann2001.html"]


@pytest.mark.parametrize(
    ("kept", "reason", "said"),
    [
        ("ann2001-02", "same table", "used instead: scale (after); same table"),
        ("ann2001-02", "", "used instead: scale (after)"),
        ("", "no SD", "no SD"),
    ],
)
def test_the_details_of_an_excluded_result(kept: str, reason: str, said: str) -> None:
    left_out = {"exclude": "duplicate", "duplicate_of": kept, "exclude_reason": reason}
    effects = [EFFECT | left_out, EFFECT | {"result_id": "ann2001-02"}]
    results = [RESULT, RESULT | {"result_id": "ann2001-02"}]
    records = make_records(effects=effects, results=results, weights=[])
    (section,) = lists.results_page(records).sections
    excluded = section.blocks[-1]
    assert isinstance(excluded, Table)
    assert plain(excluded.rows[0][-1]) == said


def test_pages_of_a_group_stand_in_one_menu() -> None:
    index = make_pages(make_records())["index.html"]
    (about,) = re.findall(r"<summary>About</summary>\s*<ul>(.*?)</ul>", index, re.DOTALL)
    assert re.findall(r">(\w+)</a>", about) == ["Methods", "Downloads"]


def test_the_menu_of_the_page_that_is_open_is_marked() -> None:
    methods = make_pages(make_records())["methods.html"]
    assert '<summary class="current">About</summary>' in methods


def test_a_group_of_one_page_is_no_menu() -> None:
    finding = {"source_table": "results", "record_id": "ann2001-01", "check": "p_against_n"}
    html = make_pages(make_records(audit=[finding]))["index.html"]
    assert "<summary>Checks</summary>" not in html
    assert '<li><a href="audit.html">Audit</a></li>' in html


def test_a_finding_names_the_trial_and_the_measure() -> None:
    finding = {"source_table": "results", "record_id": "ann2001-01", "check": "p_against_n"}
    html = make_pages(make_records(audit=[finding]))["audit.html"]
    assert '<a href="trials/ann2001.html#ann2001-01">Ann 2001: scale (after)</a>' in html


def test_the_plot_of_a_synthesis_comes_before_its_numbers() -> None:
    page = report_syntheses.page(make_records(figures=[f"syntheses/{KEY}"]), KEY)
    assert [section.anchor for section in page.sections][:2] == ["forest-plot", "numbers"]


def test_a_synthesis_without_a_plot_starts_with_its_numbers() -> None:
    assert report_syntheses.page(make_records(), KEY).sections[0].anchor == "numbers"


def test_a_narrow_screen_has_the_pools_of_a_domain_in_lines() -> None:
    (figure,) = domain_summary(make_records(figures=["domains/closeness"]), "closeness")
    assert figure.lines is not None
    ((name, numbers, at),) = figure.lines.rows
    assert (name, numbers) == ("Play", "0.39 [0.00, 0.78]")
    assert at.estimate is not None
    assert figure.lines.axis == "g from \u22121 to 1.5"
    assert figure.lines.sides == ("favours control", "favours intervention")


def test_what_has_no_estimate_has_no_line() -> None:
    missing = single(POOL, NAN)
    assert lines([("Play", missing)], Scale(), axis(make_records()), ("", "")) is None


def test_what_compares_nothing_has_no_lines() -> None:
    scale = Scale("proportion")
    assert lines([("Play", POOL)], scale, axis(make_records()), ("", "")) is None


def test_a_trial_without_results_says_so() -> None:
    page = report_trials.page(make_records(results=[], effects=[], weights=[]), "ann2001")
    assert isinstance(page.intro[0], Paragraph)
    assert plain(page.intro[0].text) == "No number of this trial could be read."


def test_reported_numbers_of_arms() -> None:
    arms = [f"{number}_{arm}" for number in ("n", "mean", "sd", "events") for arm in "tc"]
    others = ("n_total", "value", "ci_low", "ci_high", "se", "df1", "df2", "reference_sd")
    result: dict[str, Any] = {
        **dict.fromkeys((*arms, *others), NAN),
        **{"statistic": "means", "n_t": 20.0, "mean_t": -5.1, "sd_t": 2.0, "n_c": 21.0},
        **{"p_relation": "<", "p_value": 0.001},
    }
    assert reported_numbers(result) == (
        "Means and standard deviations: intervention: n 20, mean \u22125.1, SD 2; control: n 21; "
        "p < 0.001"
    )


# The matrix


def cell_of(records: Records) -> Any:
    return matrix(records).rows[0].cells[0]


def test_a_cell_says_how_much_of_the_review_it_holds() -> None:
    cell = cell_of(make_records())
    assert cell.link == Link("0.39 [0.00, 0.78]", f"syntheses/{KEY}.html")
    assert cell.size == "a single trial, 80 participants"
    assert cell.prediction == "none: a single trial"
    assert cell.coverage == "0 confirmed and 1 plausible of the 10 studies of Rev 2020"
    assert cell.mark.startswith("The result was read in an abstract")


def test_a_review_of_unknown_size_and_trials_that_do_not_count() -> None:
    unknown = cell_of(make_records(reviews=[REVIEW | {"n_studies": NAN}]))
    assert "1 plausible of an unknown number of studies" in unknown.coverage
    candidate = {"review_id": "rev2020", "trial_id": "ann2001", "basis": "candidate"}
    coverage = cell_of(make_records(included=[candidate])).coverage
    assert coverage == "0 confirmed and 0 plausible of the 10 studies of Rev 2020"


def test_an_empty_cell_says_what_became_of_its_results() -> None:
    nothing = cell_of(make_records(pooled=[], weights=[], effects=[]))
    assert nothing.link is None
    assert nothing.drawing is None
    assert nothing.empty == (
        "No result was found for this domain (1 trial of this intervention known)."
    )
    excluded = EFFECT | {"exclude": "no_variance", "tier": ""}
    some = cell_of(make_records(pooled=[], weights=[], effects=[excluded]))
    assert some.empty == (
        "No result that can be pooled: 1 result read, 1 could not be used "
        "(1 trial of this intervention known)."
    )


def test_drawings_share_one_axis_and_cut_what_lies_beyond() -> None:
    common = axis(make_records())
    pool = POOL | {"pi_low": NAN, "pi_high": NAN, "flags": ""}
    inside = drawing(pool, common, Scale())
    assert inside.interval is not None
    assert inside.estimate is not None
    assert inside.zero == inside.interval[0]
    assert inside.zero < inside.estimate < inside.interval[1]
    assert inside.prediction is None
    assert not inside.cut_low
    wide = drawing(pool | {"ci_low": -3.0, "ci_high": 3.0}, common, Scale())
    assert wide.interval == (inside.ticks[0], inside.ticks[-1])
    assert wide.cut_low
    assert wide.cut_high
    far = {"estimate": common.limits[1] + 1, "ci_low": 2.0, "ci_high": 3.0}
    beyond = drawing(pool | far, common, Scale())
    assert beyond.estimate is None
    assert beyond.interval is None
    assert 0 < inside.ticks[0] < inside.ticks[-1] < WIDTH


def test_a_measure_without_usual_sizes_has_an_axis_as_wide_as_its_numbers() -> None:
    assert round_ticks(7.3) == (-10.0, -5.0, 0.0, 5.0, 10.0)
    assert round_ticks(0.04) == (-0.04, -0.02, 0.0, 0.02, 0.04)


# Other parts


def test_the_words_of_a_figure_are_its_numbers() -> None:
    (figure,) = forest(make_records(figures=[f"syntheses/{KEY}"]), KEY)
    assert figure.path == f"figures/syntheses/{KEY}.svg"
    assert figure.alt == (
        "Forest plot of Play: Closeness: 1 pooled result of 1 trial, g from 0.39 to 0.39; pooled g "
        "0.39 [0.00, 0.78]."
    )
    assert forest(make_records(), KEY) == []


def test_the_rows_of_a_forest_plot_are_its_results_with_their_weights() -> None:
    ((path, rows),) = drawn_rows(make_records(figures=[f"syntheses/{KEY}"]))
    assert path == f"syntheses/{KEY}"
    assert rows["weight"].tolist() == [100.0]


@pytest.mark.parametrize(
    ("statistic", "shown"), [("means", {"mean_t": 9.5, "turned": "yes"}), ("smd", {})]
)
def test_the_rows_of_a_forest_plot_have_what_it_shows_of_the_arms(
    statistic: str, shown: dict[str, Any]
) -> None:
    cells = {"mean_t": 9.5, "sd_t": 2.0, "mean_c": 8.5, "sd_c": 2.5, "higher_is_better": "no"}
    result = RESULT | {"statistic": statistic} | cells
    effects = [EFFECT | {"statistic": statistic}]
    figures = [f"syntheses/{KEY}"]
    ((_, rows),) = drawn_rows(make_records(figures, effects=effects, results=[result]))
    (row,) = rows.to_dict("records")
    assert {name: row[name] for name in ("mean_t", "turned") if name in row} == shown


def test_the_rows_of_a_domain_are_its_pools() -> None:
    ((path, rows),) = drawn_rows(make_records(figures=["domains/closeness"]))
    assert path == "domains/closeness"
    assert rows[["synthesis", "estimate"]].to_numpy().tolist() == [[KEY, 0.39]]


def test_the_rows_of_a_funnel_are_the_means_of_its_trials() -> None:
    other = EFFECT | {"result_id": "ann2001-02", "yi": 0.19}
    own = {"trial_id": "ann2001", "synthesis": KEY, "weight": 50.0}
    weights = [own | {"result_id": f"ann2001-0{n}"} for n in (1, 2)]
    figures = [f"sensitivity/{KEY}.funnel"]
    results = [RESULT, RESULT | {"result_id": "ann2001-02"}]
    made = make_records(figures, effects=[EFFECT, other], results=results, weights=weights)
    ((path, rows),) = drawn_rows(made)
    assert path == f"sensitivity/{KEY}.funnel"
    # Borenstein and others 2009, chapter 24: variances 0.04, correlation 0.8 (the default rho).
    (row,) = rows.to_dict("records")
    assert (row["yi"], row["vi"]) == (pytest.approx(0.29), pytest.approx(0.04 * (1 + 0.8) / 2))
    assert row["sei"] == pytest.approx(0.036**0.5)


def test_a_forest_plot_can_be_downloaded_with_its_rows() -> None:
    page = make_pages(make_records(figures=[f"syntheses/{KEY}"]))[f"syntheses/{KEY}.html"]
    for suffix in ("svg", "csv"):
        assert f'<a href="../figures/syntheses/{KEY}.{suffix}" download>' in page


def test_one_trial_has_no_sensitivity() -> None:
    (said,) = sensitivity(make_records(), KEY)
    assert isinstance(said, Paragraph)
    assert plain(said.text).startswith("A single trial: there is nothing to leave out")


def multiverse(**changes: Any) -> dict[str, Any]:
    numbers = {"n_different": 40.0, "n_without_interval": 0.0, "share_same_sign": 0.975}
    numbers |= {"share_same_conclusion": 0.5, "lowest": -0.1, "median": 0.2, "highest": 0.6}
    return {"synthesis": KEY} | numbers | changes


def test_without_a_reliable_interval_of_the_plan_no_conclusion_is_shared() -> None:
    records = make_records(multiverse=[multiverse(share_same_conclusion=math.nan)])
    (said,) = (plain(item) for item in summary(records, KEY).items)
    assert said.startswith("Of 40 different analyses, 98% keep the sign; their g ranges from")
    assert "conclusion" not in said


def test_a_claim_withholds_the_interval_of_its_pool() -> None:
    flags = {"flags": "two_or_three_trials"}
    numbers = {name: POOL[name] for name in ("estimate", "ci_low", "ci_high")}
    made = {"synthesis": KEY, "computed": "", "n_trials": 3.0} | numbers | flags
    said = plain(_numbers(make_records(), made))
    assert said == "g 0.39 (3 trials, too few for a reliable interval)"


def test_a_claim_without_numbers_of_ours_has_no_link() -> None:
    made = {"synthesis": KEY, "computed": "", "estimate": math.nan}
    assert _numbers(make_records(), made) == ("\u2013",)


def test_sensitivity_in_sentences() -> None:
    variant = {"synthesis": KEY, "n_trials": 2.0, "k": 2.0}
    records = make_records(
        variants=[
            variant | {"variant": "primary", "description": "as planned", "estimate": 0.3},
            variant | {"variant": "low", "description": "lowest", "estimate": -0.1},
            variant | {"variant": "high", "description": "highest", "estimate": 0.5},
            variant | {"variant": "none", "description": "nothing left", "reason": "no result"},
        ],
        leave_one_out=[
            {"synthesis": KEY, "trial_id": "ann2001", "label": "Ann 2001", "estimate": 0.2},
            {"synthesis": KEY, "trial_id": "bob2002", "label": "Bob 2002", "estimate": 0.4},
        ],
        multiverse=[multiverse(n_without_interval=12.0)],
        small_study=[
            {"synthesis": KEY, "method": "egger", "reason": "2 trials; at least 10 are needed"}
        ],
    )
    assert [plain(item) for item in summary(records, KEY).items] == [
        "Over 2 variants the pooled g lies between \u22120.10 (lowest) and 0.50 (highest).",
        "With one trial left out, it lies between 0.20 (without Ann 2001) and 0.40 (without "
        "Bob 2002).",
        "Of 40 different analyses, 98% keep the sign and 50% the conclusion (whether the "
        "interval includes zero; 12 without a reliable interval do not count as the same); their g "
        "ranges from \u22120.10 to 0.60, median 0.20. "
        "These are shares of analyses, which are not independent and not equally reasonable.",
        "No test for small-study effects: 2 trials; at least 10 are needed.",
    ]


def test_numbers_that_print_alike_are_no_range() -> None:
    variant = {"synthesis": KEY, "n_trials": 2.0, "k": 2.0, "variant": "ml", "description": "ML"}
    records = make_records(
        variants=[
            variant | {"estimate": 0.3001},
            variant | {"variant": "pm", "description": "PM", "estimate": 0.3002},
        ],
        multiverse=[multiverse(lowest=0.3001, median=0.3001, highest=0.3002)],
    )
    variants, choices = (plain(item) for item in summary(records, KEY).items)
    assert variants == "Over 2 variants the pooled g is 0.30."
    assert "their g is 0.30. These" in choices


def test_one_analysis_does_and_several_do_not_count() -> None:
    records = make_records(multiverse=[multiverse(n_without_interval=1.0)])
    (said,) = (plain(item) for item in summary(records, KEY).items)
    assert "1 without a reliable interval does not count as the same" in said


def test_tests_on_sizes_say_of_how_many_trials_they_are() -> None:
    # Numbers of a table are floats.
    rows = [("egger", 36.0), ("begg", 1238.0)]
    small_study = [
        {"synthesis": KEY, "method": method, "k": k, "p_value": 0.02} for method, k in rows
    ]
    said = [plain(item) for item in summary(make_records(small_study=small_study), KEY).items]
    assert said == [
        "Egger's test for small-study effects (36 of 1,238 trials; the others do not report how "
        "many took part): p = 0.020."
    ]


def test_the_methods_page_names_the_intracluster_correlations() -> None:
    trial = {"trial_id": "ann2001", "label": "Ann 2001", "design": "cluster_rct"}
    page = make_pages(make_records(trials=[trial]))["methods.html"]
    words = re.sub(r"<[^>]+>", "", page)
    assert "correlation 0.05 (specification curves also take 0.025 and 0.1); where" in words


def test_the_methods_page_is_silent_on_clusters_without_cluster_trials() -> None:
    assert "intracluster" not in make_pages(make_records())["methods.html"]


def test_the_sensitivity_page_speaks_of_shares_of_analyses() -> None:
    row = {"synthesis": KEY, "n_different": 4.0, "share_same_sign": 0.75, "choices": "design"}
    page = unescape(make_pages(make_records(multiverse=[row]))["sensitivity.html"])
    assert "The percentages are not probabilities" in page
    assert "not equally reasonable" in page
    assert "Analyses with the same sign" in page


ABOUT = PLAN.model_copy(
    update={
        "study": PLAN.study.model_copy(
            update={"about": About(label="play teams", programme_words=("play", "Team"))}
        )
    }
)


def said_in(records: Records) -> list[str]:
    return [plain(sentence) for sentence in findings(records)]


def test_findings_are_counted() -> None:
    said = said_in(make_records())
    assert said[0] == "Of 1 effect size, 1 favours the intervention."
    assert not any("published result" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("favourable", "against", "said"), [(10, 0, True), (9, 0, False), (18, 2, True), (17, 2, False)]
)
def test_a_selection_is_spoken_of_where_there_are_enough_results(
    favourable: int, against: int, said: bool
) -> None:
    rows = [EFFECT] * favourable + [EFFECT | {"yi": -0.39}] * against
    found = [
        sentence for sentence in said_in(make_records(effects=rows)) if "effect sizes" in sentence
    ]
    assert ["more likely to be reported" in sentence for sentence in found] == [said]


def test_findings_on_published_results_need_some() -> None:
    (said,) = said_in(make_records(reproduction=[{"verdict": "partial"}]))[-1:]
    assert said.startswith("Of 1 published result, 0 could be compared in full and 1 in part")


def test_a_trial_of_the_kind_that_is_asked_about_is_mentioned() -> None:
    none = kind_tested(make_records(plan=ABOUT))
    assert none.startswith("No trial of play teams as a whole is in the data: none of 1 trial has")
    team = TRIAL | {"title": "A trial of a Play Team"}
    assert kind_tested(make_records(plan=ABOUT, trials=[team])) == (
        "1 of 1 trial has \u201cplay\u201d and \u201cTeam\u201d in the title or programme."
    )
    assert kind_tested(make_records()) == ""


FILMING = PLAN.model_copy(
    update={"families": PLAN.families | {"filming": Family(label="Film making", colour="#000000")}}
)


def test_a_pool_says_what_it_consists_of() -> None:
    film = {"intervention": "film", "family": "filming"}
    two = [
        EFFECT | {"income": "low_or_middle"},
        EFFECT | film | {"trial_id": "bob2002", "result_id": "bob2002-01"},
    ]
    made: dict[str, Any] = {
        "plan": FILMING,
        "interventions": [PLAY, film | {"label": "Film"}],
        "trials": [TRIAL, TRIAL | {"trial_id": "bob2002", "intervention": "film"}],
        "pooled": [POOL | {"trial_ids": "ann2001 bob2002"}],
    }
    weights = [{"synthesis": KEY, "result_id": name} for name in ("ann2001-01", "bob2002-01")]
    assert composition(make_records(**made, effects=two, weights=weights), KEY) == (
        "Trials: Parenting 1, Film making 1; 1 in low- or middle-income countries (not known or "
        "mixed for 1)."
    )
    # A second arm of Ann 2001 is no third trial.
    arm = EFFECT | film | {"result_id": "ann2001-02"}
    weights.append({"synthesis": KEY, "result_id": "ann2001-02"})
    said = composition(make_records(**made, effects=[*two, arm], weights=weights), KEY)
    assert said.startswith("Trials: Parenting 1, Film making 2;")


def test_a_trial_with_two_interventions_is_on_the_pages_of_both() -> None:
    film = {"intervention": "film", "label": "Film", "family": "video_feedback"}
    records = make_records(
        interventions=[PLAY, film], trials=[TRIAL | {"intervention": "film play"}]
    )
    for intervention in ("play", "film"):
        page = report_topics.intervention_page(records, intervention)
        (section,) = [section for section in page.sections if section.anchor == "trials"]
        (listed,) = [block for block in section.blocks if isinstance(block, Table)]
        assert len(listed.rows) == 1
    links = records.intervention_links(records.trials["ann2001"])
    assert plain(links) == "Film; Play"


def test_one_family_and_no_known_income_are_not_worth_a_sentence() -> None:
    assert composition(make_records(), KEY) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"statistic": "one_in_before_after", "value": "4;10", "comparator": "before"},
            "1 in 4 before, 1 in 10 after (reported as improved)",
        ),
        (
            {"statistic": "relative_reduction_more_than", "value": "0.5"},
            "a reduction by more than 50% against baseline (reported as improved)",
        ),
        (
            {"statistic": "significant_change", "reported_direction": "no_difference"},
            "a significant change against baseline, no figure given (reported as no difference)",
        ),
        (
            {"statistic": "proportion", "value": "0.83", "comparator": "", "design": "post_only"},
            "83%",
        ),
        (
            {
                **{"statistic": "proportion", "value": "0.854", "comparator": "0.50 (national)"},
                "design": "post_only_vs_national",
            },
            "85.4% against 50% (national)",
        ),
    ],
)
def test_results_of_evaluations_are_sentences(changes: dict[str, Any], words: str) -> None:
    row = {"value": "", "comparator": "baseline", "design": "pre_post"}
    assert reported(row | {"reported_direction": "improved"} | changes) == words


def test_every_statistic_has_a_sentence() -> None:
    assert set(STATISTICS) == set(EVALUATION_STATISTICS)


def test_what_is_only_measured_afterwards_has_not_improved() -> None:
    rows = [
        {"design": "pre_post", "reported_direction": "improved"},
        {"design": "pre_post", "reported_direction": "worsened"},
        {"design": "post_only", "reported_direction": "improved"},
    ]
    assert directions(rows) == (
        "3 results: 2 before and after (1 reported as improved), 1 afterwards only"
    )
    assert directions([]) == "0 results"


def claim(claim_id: str, evidence_type: str, claim_kind: str, verdict: str) -> dict[str, Any]:
    made = {"claim_id": claim_id, "evidence_type": evidence_type, "claim_kind": claim_kind}
    return made | {"verdict": verdict}


def test_verdicts_on_effects_are_counted_apart() -> None:
    claims = [
        claim("c1", "large_scale", "effect_direction", "not_yet_testable"),
        claim("c2", "large_scale", "moderator_ratio_about", "supported"),
        claim("c3", "large_scale", "count_participants_at_least", "supported"),
        claim("c4", "practice_based", "count_places_at_least", "untestable_by_design"),
        claim("c5", "economic", "ratio", "arithmetic_only"),
    ]
    effects, counts, others = map(plain, tallies(make_records(claims=claims)))
    assert effects.startswith("2 claims about what interventions do")
    assert effects.endswith(
        ": 1 supported, 0 partly supported, 0 not supported, 1 not yet testable."
    )
    assert counts.startswith("1 claim about the size of reviews")
    assert others.endswith(
        ": 0 supported, 0 partly supported, 1 arithmetic only, 0 not supported, 1 untestable by "
        "design."
    )


def test_groups_without_claims_are_not_counted() -> None:
    claims = [claim("c1", "large_scale", "effect_direction", "not_yet_testable")]
    assert len(tallies(make_records(claims=claims))) == 1


def test_versions_are_read_from_the_locked_file() -> None:
    locked = "a-b==1.0 \\\n    --hash=sha256:00\nc==2.1 ; python_version < '3.12' \\\n    # via a\n"
    assert packages(locked) == [("a-b", "1.0"), ("c", "2.1")]


def test_a_page_is_laid_across_where_its_table_is_wide() -> None:
    rows = [{str(place): "x" for place in range(12)}]
    wide: Table = table("wide", "Wide", rows)
    assert Page("a.html", "A", [wide]).landscape
    assert not Page("a.html", "A", [Paragraph(text("x"))]).landscape
