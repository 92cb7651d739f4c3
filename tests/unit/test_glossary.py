"""Terms are marked where they first stand, and each mark leads to its definition."""

import re
from html import unescape
from typing import Any

import pytest
from tests.report_records import EFFECT, POOL, make_pages, make_records

from metarepro.report import glossary
from metarepro.report.blocks import Link, text
from metarepro.report.glossary import Marker, Term

TIER = Term("Tier", "How direct it is.", ("tier", "tiers"))
PREDICTION = Term("Prediction interval", "Of another trial.", ("prediction interval",))
INTERVAL = Term("Interval", "A range.", ("interval",))
MARK = re.compile(r'<a class="term" href="(?:\.\./)*([^"]+)" title="([^"]*)">')


def links(*parts: str | Link, terms: tuple[Term, ...] = (TIER, PREDICTION, INTERVAL)) -> list[str]:
    return [part.text for part in Marker(terms).mark(parts) if isinstance(part, Link)]


def pages() -> dict[str, str]:
    several = POOL | {"n_trials": 12.0, "model": "random", "tau2": 0.1, "tau2_method": "REML"}
    evaluation = {"domain": "closeness", "design": "pre_post", "statistic": "statement"}
    return make_pages(
        make_records(
            pooled=[several],
            effects=[EFFECT | {"source_kind": "database"}],
            evaluations=[evaluation],
        )
    )


def test_every_marked_term_has_its_definition_in_the_glossary() -> None:
    made = pages()
    defined = {
        f"{glossary.PATH}#{anchor}": unescape(meaning)
        for anchor, meaning in re.findall(
            r'<div id="([^"]+)"><dt>[^<]*</dt><dd>([^<]*)</dd>', made[glossary.PATH]
        )
    }
    marks = [mark for html in made.values() for mark in MARK.findall(html)]
    assert marks
    assert {(href, unescape(meaning)) for href, meaning in marks} <= set(defined.items())


def test_the_glossary_marks_none_of_its_own_terms() -> None:
    assert not MARK.findall(pages()[glossary.PATH])


def test_every_page_leads_to_the_glossary() -> None:
    assert all(glossary.PATH in html for html in pages().values())


def test_no_words_stand_for_two_terms() -> None:
    words = [words.lower() for term in glossary.terms(make_records()) for words in term.marked]
    assert len(words) == len(set(words))


def test_no_two_terms_have_one_anchor() -> None:
    anchors = [term.anchor for term in glossary.terms(make_records())]
    assert len(anchors) == len(set(anchors))


def test_a_term_is_marked_once_on_a_page() -> None:
    marker = Marker([TIER])
    assert marker.mark(("A tier.",))[1] == Link("tier", "glossary.html#tier", TIER.meaning)
    assert marker.mark(("Two tiers.",)) == ("Two tiers.",)


def test_the_longest_term_is_the_one_that_is_meant() -> None:
    assert links("a prediction interval") == ["prediction interval"]


def test_letters_may_be_capitals() -> None:
    assert links("Tiers of results") == ["Tiers"]


@pytest.mark.parametrize("words", ["frontier", "tier-like", "tiered"])
def test_a_part_of_a_word_is_no_term(words: str) -> None:
    assert links(words) == []


def test_links_stay_as_they_are() -> None:
    link = Link("the tier", "a.html")
    assert Marker([TIER]).mark(text(link)) == (link,)


def test_without_terms_nothing_is_marked() -> None:
    assert links("a tier", terms=()) == []


@pytest.mark.parametrize(
    ("tables", "name", "there"),
    [
        ({}, "Coverage", True),
        ({"reviews": []}, "Coverage", False),
        ({"effects": [EFFECT | {"source_kind": "database"}]}, "Database of effect sizes", True),
        ({}, "Database of effect sizes", False),
    ],
)
def test_a_term_is_there_where_the_data_need_it(
    tables: dict[str, Any], name: str, there: bool
) -> None:
    names = {term.name for term in glossary.terms(make_records(**tables))}
    assert (name in names) == there
