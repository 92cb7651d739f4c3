"""What a study has not is not spoken of: no page, no link, no sentence."""

import re
from typing import Any

import pytest
from tests.report_records import (
    EFFECT,
    KEY,
    PLAN,
    POOL,
    RESULT,
    REVIEW,
    TRIAL,
    empty_records,
    make_pages,
    make_records,
)

from metarepro.claims.rules import RULES
from metarepro.plan import Synthesis
from metarepro.report.records import Records

ALWAYS = {"index.html", "methods.html", "glossary.html", "downloads.html"}
FROM_A_TABLE = {"source_kind": "table"}
CLAIM = {"claim_id": "c1", "claim": "It works", "verdict": RULES[0].verdict, "rule": RULES[0].rule}
EVALUATION = {"domain": "closeness", "design": "post_only", "statistic": "statement"}
REPRODUCED = {"review_id": "rev2020", "verdict": "partial"}
REPRODUCED |= {"effect_measure": "SMD", "better": "higher"}
PAIR = {"trial_id": "ann2001", "outcome": "warmth", "same_source": "no", "agreement": "equal"}
PAIR |= {f"result_id_{side}": "ann2001-01" for side in "ab"}
#: Page to the name of a table and a row of it that the page needs.
OPTIONAL: dict[str, tuple[str, dict[str, Any]]] = {
    "claims.html": ("claims", CLAIM),
    "programmes.html": ("programmes", {"programme": "p", "label": "P"}),
    "other_evidence.html": ("evaluations", EVALUATION),
    "reproduction.html": ("reproduction", REPRODUCED),
    "overlap.html": ("shared_effects", PAIR),
    "audit.html": ("audit", {"record_id": "ann2001-01"}),
}


def words_of(html: str) -> str:
    """The text of a page, without its head; links are part of their sentence."""
    return re.sub(r"<[^>]*>", " ", re.sub(r"</?a\b[^>]*>", "", html.partition("<main")[2]))


def test_a_study_without_data_has_a_short_true_report() -> None:
    pages = make_pages(empty_records())
    assert set(pages) == ALWAYS
    assert "No trial has been entered yet." in words_of(pages["index.html"])
    assert PLAN.study.introduction in words_of(pages["index.html"])


@pytest.mark.parametrize("page", OPTIONAL)
def test_a_page_is_there_and_linked_where_its_data_are(page: str) -> None:
    table, row = OPTIONAL[page]
    rows: dict[str, Any] = {table: [row]}
    with_it, without = make_pages(make_records(**rows)), make_pages(make_records())
    assert page in with_it
    assert page not in without
    assert all(f'{page}"' in html for html in with_it.values())
    assert not any(page in html for html in without.values())


@pytest.mark.parametrize(
    "word", ["claim", "evaluation", "guidance", "Wilson", "covered area", "cited"]
)
def test_what_a_study_has_not_is_not_mentioned(word: str) -> None:
    records = make_records(reviews=[], included=[])
    for path, html in make_pages(records).items():
        assert word.lower() not in words_of(html).lower(), path


def without_abstracts() -> Records:
    return make_records(results=[RESULT | FROM_A_TABLE], effects=[EFFECT | FROM_A_TABLE])


def test_abstracts_are_mentioned_only_where_results_were_read_in_them() -> None:
    assert "abstract" in make_pages(make_records())["index.html"]
    for path, html in make_pages(without_abstracts()).items():
        assert "abstract" not in words_of(html), path


def test_a_trial_without_results_makes_no_pages_of_results() -> None:
    pages = make_pages(make_records(results=[], effects=[], pooled=[], weights=[]))
    assert "trials/ann2001.html" in pages
    assert not {"results.html", "syntheses.html", "sensitivity.html"} & set(pages)
    assert "No result can be pooled yet." in words_of(pages["index.html"])


def test_a_plan_that_pools_no_whole_domain_is_not_one_without_results() -> None:
    evaluated = make_pages(make_records(evaluations=[EVALUATION]))
    for path in ("index.html", "domains/closeness.html"):
        assert "result that can be pooled" not in words_of(evaluated[path])
    assert "pooled by intervention" in words_of(evaluated["index.html"])


def test_a_domain_without_a_pool_says_so() -> None:
    pages = make_pages(make_records(pooled=[], weights=[]))
    assert "No result that can be pooled." in words_of(pages["domains/closeness.html"])


def test_a_comparison_within_a_synthesis_is_shown_without_its_pool() -> None:
    compared = {"synthesis": KEY, "computed": "g 0.47 in 4 trials (Named) and 0.52 in 7 trials"}
    page = words_of(make_pages(make_records(claims=[CLAIM | compared]))["claims.html"])
    assert compared["computed"] in page
    assert "not reported" not in page


def test_coverage_needs_a_cited_review() -> None:
    assert "Coverage" in make_pages(make_records())["index.html"]
    context = REVIEW | {"role": "context"}
    assert "Coverage" not in make_pages(make_records(reviews=[context]))["index.html"]


def test_the_level_of_the_plan_is_the_one_that_is_printed() -> None:
    pooling = PLAN.pooling.model_copy(update={"level": 0.9})
    plan = PLAN.model_copy(update={"pooling": pooling})
    several = POOL | {"n_trials": 3.0, "k": 3.0, "model": "random", "pi_low": -0.1, "pi_high": 0.9}
    pages = make_pages(make_records(plan=plan, pooled=[several]))
    assert "90% CI" in pages["index.html"]
    assert "90% prediction interval" in pages[f"syntheses/{KEY}.html"]
    assert not [path for path, html in pages.items() if "95%" in html]


def pooling_words(**pooling: Any) -> str:
    """The section on pooling of the page of methods, for a synthesis with its own pooling."""
    own = Synthesis.model_validate({"by": ["intervention", "domain"], "pooling": pooling})
    plan = PLAN.model_copy(update={"syntheses": {"intervention_domain": own}})
    html = words_of(make_pages(make_records(plan=plan))["methods.html"])
    return html.partition("One result per trial")[2].partition("Sets of results")[0]


def test_methods_say_what_a_synthesis_does_otherwise() -> None:
    assert "differ:" not in pooling_words()
    assert (
        "Syntheses by intervention and domain differ: one result per trial: random effects, τ² "
        "by DL, with the Knapp-Hartung interval"
    ) in pooling_words(tau2_method="DL")
    common = pooling_words(model="common", ci_method="z")
    assert "one result per trial: common effect, with a normal interval" in common
    assert "common effect of the trials" in common


def test_nothing_of_random_effects_is_said_of_a_study_without_them() -> None:
    pooling = PLAN.pooling.model_copy(update={"model": "common"})
    pages = make_pages(make_records(plan=PLAN.model_copy(update={"pooling": pooling})))
    methods = words_of(pages["methods.html"])
    for words in ("random effects", "robust variance", "REML", "Prediction intervals need"):
        assert words not in methods


@pytest.mark.parametrize("model", ["common", "common_of_means"])
def test_a_common_effect_has_no_prediction_for_want_of_trials(model: str) -> None:
    pooled = POOL | {"n_trials": 3.0, "k": 3.0, "model": model, "rho": 0.8}
    pages = make_pages(make_records(pooled=[pooled]))
    for path in ("index.html", f"syntheses/{KEY}.html"):
        assert "too few trials" not in words_of(pages[path])
    assert "The model assumes the same effect in all trials" in words_of(
        pages[f"syntheses/{KEY}.html"]
    )


def test_every_link_of_a_small_study_leads_to_one_of_its_pages() -> None:
    evaluated: dict[str, Any] = {
        "evaluations": [EVALUATION],
        "guidance": [{"domain": "closeness", "code": "G1"}],
    }
    for records in (
        make_records(),
        make_records(trials=[TRIAL], results=[], effects=[], pooled=[], weights=[]),
        empty_records(),
        make_records(trials=[], results=[], effects=[], pooled=[], weights=[], **evaluated),
    ):
        pages = make_pages(records)
        for path, html in pages.items():
            folder = path.rpartition("/")[0]
            for link in re.findall(r'href="([^":#]+\.html)', html):
                target = f"{folder}/{link}".replace(f"{folder}/../", "").lstrip("/")
                assert target in pages, (path, link)
