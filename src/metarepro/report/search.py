"""The index that templates/report/search.js looks in: what there is, what it is, where it is."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from metarepro.report import glossary
from metarepro.report.blocks import Page
from metarepro.report.records import Records, Row

#: Folder of a page -> what its pages are of.
KINDS = {
    "domains": "Domain",
    "interventions": "Intervention",
    "syntheses": "Synthesis",
    "published": "Published result",
    "trials": "Trial",
}


class Entry(NamedTuple):
    """What can be found: `more` are words that it is found by and not shown with."""

    title: str
    kind: str
    href: str
    more: str = ""


def search_index(records: Records, pages: Sequence[Page]) -> str:
    """Write the index as a script, in ASCII.

    Parameters
    ----------
    records : Records
        All tables.
    pages : sequence of Page
        All pages of the report.
    """
    entries = json.dumps(list(_entries(records, pages)), separators=(",", ":"))
    return f'"use strict";\nconst SEARCH_INDEX = {entries};\n'


def _entries(records: Records, pages: Sequence[Page]) -> Iterator[Entry]:
    """What names a thing before what mentions it; what is found first is listed first."""
    written = {page.path for page in pages}
    for page in sorted(pages, key=_rank):
        more = _words_of_trial(records, page) if page.path.startswith("trials/") else ""
        yield Entry(page.title, KINDS.get(page.path.partition("/")[0], "Page"), page.path, more)
    for row in records.tables["programmes"].to_dict("records"):
        yield Entry(row["label"], "Programme", _filtered("programmes", row["label"]))
    for claim in records.tables["claims"].to_dict("records"):
        link = records.claim_link(claim)
        yield Entry(link.text, "Claim", link.href, claim["claim_id"])
    if glossary.PATH in written:
        for term in glossary.terms(records):
            yield Entry(term.name, "Term", term.href, term.meaning)
    yield from _measures(records)


def _rank(page: Page) -> int:
    folders = ["", *KINDS]
    return folders.index(page.path.rpartition("/")[0])


def _words_of_trial(records: Records, page: Page) -> str:
    """What a trial is looked for by, beside its name."""
    trial_id = page.path.removeprefix("trials/").removesuffix(".html")
    trial = records.trials[trial_id]
    measures = [effect["measure"] for effect in records.rows("effects", "trial_id", trial_id)]
    words = [trial["title"], trial["programme"], trial["country"], *dict.fromkeys(measures)]
    return " ".join(filter(None, words))


def _measures(records: Records) -> Iterator[Entry]:
    """Each measure, with its only result or all its results that have an effect size."""
    results: dict[str, list[Row]] = {}
    for effect in records.tables["effects"].to_dict("records"):
        if not effect["exclude"]:
            results.setdefault(effect["measure"], []).append(effect)
    for measure in sorted(filter(None, results)):
        rows = results[measure]
        outcomes = " ".join(dict.fromkeys(records.names[row["outcome"]] for row in rows))
        href = _filtered("results", measure)
        if len(rows) == 1:
            href = f"trials/{rows[0]['trial_id']}.html#{rows[0]['result_id']}"
        yield Entry(measure, "Measure", href, outcomes)


def _filtered(name: str, words: str) -> str:
    """Address of a page whose table of the same name shows the rows with these words."""
    return f"{name}.html#rows&{urlencode({f'{name}.find': words})}"
