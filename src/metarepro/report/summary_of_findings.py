"""The summary of findings of a domain, with the certainty that people judged."""

from collections.abc import Iterator

from metarepro.report.answers import in_plain_terms
from metarepro.report.blocks import (
    Block,
    Facts,
    Link,
    Paragraph,
    Part,
    Section,
    Text,
    joined,
    table,
    text,
)
from metarepro.report.lights import Grade
from metarepro.report.records import Records
from metarepro.wording.certainty import Footnotes, Judged
from metarepro.wording.phrases import participants, whole


def section(records: Records, domain: str) -> list[Section]:
    """The summary of findings of a domain; nothing where none of its certainty was judged."""
    keys = [*records.over_all("domain", domain), *records.outcomes(domain), *records.cells(domain)]
    if not records.certainty.keys() & set(keys):
        return []
    path, notes = f"domains/{domain}.html", Footnotes()
    rows = [
        {
            "Synthesis": records.synthesis_link(key),
            "Trials": whole(pool["n_trials"]),
            "Participants": participants(pool["n_participants"], pool["n_unknown"]),
            records.scale.heading: records.scale.of_pool(pool),
            "Certainty (GRADE)": _cell(records.certainty.get(key), notes, path),
            "In plain terms": in_plain_terms(pool, records.scale_of(key)),
        }
        for key in keys
        for pool in [records.pools[key]]
    ]
    caption = "Certainty: judged with GRADE by people; nothing of it is computed"
    made = table("findings", caption, rows, download="data/certainty.csv")
    blocks: list[Block] = [made, *_footnotes(notes)]
    blocks += [Paragraph(text(said), "note") for said in _outdated(records, keys)]
    return [Section("findings", "Summary of findings", blocks)]


def _cell(judged: Judged | None, notes: Footnotes, path: str) -> Text:
    if judged is None:
        return text("not judged")
    links = [Link(letter, f"{path}#note-{letter}") for letter in notes.letters(judged.reasons)]
    parts: tuple[Part, ...] = (" ", *joined(links, ", ")) if links else ()
    return text(Grade(judged.level), *parts)


def _footnotes(notes: Footnotes) -> list[Facts]:
    """The reasons that the letters stand for."""
    items = [(letter, text(words)) for words, letter in notes.texts.items()]
    anchors = [f"note-{letter}" for letter, _ in items]
    return [Facts(items, anchors=anchors, style="notes")] if items else []


def _outdated(records: Records, keys: list[str]) -> Iterator[str]:
    """Which certainty was judged of another pool than is shown."""
    for key in keys:
        judged = records.certainty.get(key)
        if judged and (said := judged.outdated(records.pools[key])):
            yield f"{records.title(key)}: {said[0].lower()}{said[1:]}"
