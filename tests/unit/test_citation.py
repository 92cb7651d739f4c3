"""How a page is cited: text and BibTeX, without a date."""

import re

from metarepro.report.blocks import Page
from metarepro.report.citation import citation, citation_bibtex


def test_a_page_is_cited_with_the_report_and_its_address() -> None:
    said = citation(Page("trials/smith2001.html", "Smith 2001"), "Do they hold?")
    assert said.startswith("Smith 2001. In: Do they hold? Report made with metarepro ")
    assert said.endswith(" (trials/smith2001.html).")


def test_the_first_page_is_the_report() -> None:
    said = citation(Page("index.html", "Do they hold?"), "Do they hold?")
    assert said.startswith("Do they hold? Report made with")


def test_keys_of_bibtex_are_made_of_the_address() -> None:
    entry = citation_bibtex(Page("syntheses/post.domain.a_b.html", "A"), "R")
    assert entry.startswith("@misc{metarepro-syntheses-post-domain-a-b,\n")


def test_a_title_cannot_end_its_field() -> None:
    entry = citation_bibtex(Page("a.html", "50% {of} a_b \\end"), "R & D")
    fields = re.findall(r"^  (\w+) = \{(.*)\},?$", entry, re.MULTILINE)
    assert [name for name, _ in fields] == ["title", "note", "howpublished"]
    for _, value in fields:
        depth = 0
        for brace in re.findall(r"[{}]", value):
            depth += 1 if brace == "{" else -1
            assert depth >= 0
        assert depth == 0
        assert not re.search(r"(?<!\\)[&%$#_]", value)
