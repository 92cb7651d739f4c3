"""The index of the search: every page, and what is named on the pages."""

import json
from pathlib import Path
from urllib.parse import parse_qs

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def entries(report_folder: Path) -> list[list[str]]:
    script = (report_folder / "search-index.js").read_text(encoding="ascii")
    head, _, rest = script.partition("const SEARCH_INDEX = ")
    assert head == '"use strict";\n'
    found: list[list[str]] = json.loads(rest.removesuffix(";\n"))
    return found


def test_every_page_is_in_it(report_folder: Path, entries: list[list[str]]) -> None:
    pages = {path.relative_to(report_folder).as_posix() for path in report_folder.rglob("*.html")}
    assert pages <= {href for _, _, href, _ in entries}


def test_every_address_is_a_page(report_folder: Path, entries: list[list[str]]) -> None:
    for _, _, href, _ in entries:
        assert (report_folder / href.partition("#")[0]).is_file(), href


def test_a_trial_is_found_by_its_measures(entries: list[list[str]]) -> None:
    effects = pd.read_csv("results/effects/effects.csv").query("trial_id == 'barlow2016'")
    more = next(more for _, kind, href, more in entries if href == "trials/barlow2016.html")
    assert all(measure in more for measure in effects["measure"])


def test_programmes_lead_to_their_rows(entries: list[list[str]]) -> None:
    title, _, href, _ = next(entry for entry in entries if entry[1] == "Programme")
    page, _, fragment = href.partition("#")
    assert page == "programmes.html"
    assert parse_qs(fragment)["programmes.find"] == [title]


def test_it_is_small(report_folder: Path) -> None:
    assert (report_folder / "search-index.js").stat().st_size < 300_000
