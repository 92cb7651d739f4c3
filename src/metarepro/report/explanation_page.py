"""One page on an explained pool: what was printed, what gives it, what to check in the source."""

from collections.abc import Iterator

from metarepro.explanation.explanation import Explanation
from metarepro.explanation.finder import Tried
from metarepro.explanation.published import contradictions
from metarepro.explanation.r_code import r_lines
from metarepro.explanation.report import (
    KINDS,
    chance_in_words,
    numbers_in_words,
    verdict_sentence,
)
from metarepro.report.blocks import Bullets, Code, Facts, Paragraph, Section, table, text
from metarepro.report.templates import environment
from metarepro.wording.phrases import DASH, counted

#: Rows of a table, and models where none gives the result; the CSV file has all.
_LISTED, _NEAREST = 12, 5


def explanation_page(found: Explanation) -> str:
    """Write the page.

    Returns
    -------
    str
        HTML. Texts of the file are escaped, and nothing is loaded from anywhere.
    """
    sections = [
        Section("printed", "The printed result and its rows", [_facts(found)]),
        *_models(found),
        *_changes(found),
        *_to_check(found),
    ]
    return (
        environment()
        .get_template("standalone.html.j2")
        .render(
            title="A printed result explained",
            intro=[Paragraph(text(verdict_sentence(found)), "lead")],
            sections=sections,
            folds=[],
            root="",
            downloads=(),
        )
    )


def _facts(found: Explanation) -> Facts:
    rows = found.rows
    notes = [*found.published.notes, *contradictions(found.published, rows.k)]
    items = [
        ("Printed", text(found.published.text)),
        ("Rows", text(f"{counted(rows.k, 'row')} in {rows.file}: {KINDS[rows.kind]}")),
        *(("Note", text(_sentence(note) + ".")) for note in notes),
    ]
    return Facts(items)


def _models(found: Explanation) -> Iterator[Section]:
    if found.exact:
        caption = "Models that give every printed digit, the simplest first"
        first, rows = found.exact[0][0], [_model_row(found, group) for group in found.exact]
        heading = "Models that give it"
    elif found.within:
        caption = "Models that give it within the rounding of the rows, the simplest first"
        first = found.within[0][0]
        rows = [
            _model_row(found, [one]) | {"Needs of the rounding": f"{rounding.share:.0%}"}
            for one, rounding in found.within
        ]
        heading = "Models that give it within rounding"
    else:
        caption = "The nearest models, and what is off under each"
        first = found.tried[0]
        rows = [
            _model_row(found, [one]) | {"Off": one.off.words}
            for one, _ in found.roundings[:_NEAREST]
        ]
        heading = "Nearest models"
    lines = r_lines(found.rows, first.model, found.published.level, None)
    yield Section(
        "models",
        heading,
        [table("models", caption, _filled(rows[:_LISTED])), Code("The first of them in R", lines)],
    )


def _model_row(found: Explanation, group: list[Tried]) -> dict[str, str]:
    one = group[0]
    others = "; ".join(other.model.name for other in group[1:])
    return {
        "Model": _sentence(one.model.label),
        "Recomputed": numbers_in_words(found, one.model, one.outcomes),
        "Default of": ", ".join(one.model.software) or DASH,
        "The same pool": others or DASH,
    }


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _filled(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows without columns that say nothing in any of them."""
    kept = [name for name in rows[0] if any(row[name] != DASH for row in rows)]
    return [{name: row[name] for name in kept} for row in rows]


def _changes(found: Explanation) -> Iterator[Section]:
    search = found.search
    if search is None:
        return
    lead = [Paragraph(text(chance_in_words(search)))]
    if not search.hits:
        said = "No single change of a row was found that gives the printed result."
        yield Section("changes", "Single changes", [Paragraph(text(said)), *lead])
        return
    rows = [
        {
            "Change": _sentence(hit.slip.what),
            "Recomputed": numbers_in_words(found, hit.models[0], hit.outcomes),
            "Verdict": hit.verdict,
            "Model": _sentence(hit.models[0].label),
            "The row by itself": hit.slip.suspicion or DASH,
        }
        for hit in search.hits[:_LISTED]
    ]
    first = search.hits[0]
    lines = r_lines(found.rows, first.models[0], found.published.level, first.slip)
    caption = "Single changes of a row under which the printed result comes out"
    hypotheses = "Each is a hypothesis, to be checked in the source."
    yield Section(
        "changes",
        "Single changes that would explain it",
        [
            Paragraph(text(hypotheses), "note"),
            *lead,
            table("changes", caption, _filled(rows)),
            Code("The first of them in R", lines),
        ],
    )


def _to_check(found: Explanation) -> Iterator[Section]:
    rows = found.rows
    items = [
        text(f"Row {rows.rows[place]} ({rows.studies[place]}): {suspicion.reason}.")
        for place, suspicion in found.suspicious.items()
    ]
    if items:
        yield Section("check", "Rows to check in the source", [Bullets(items[:_LISTED])])
