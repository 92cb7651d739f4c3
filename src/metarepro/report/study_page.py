"""The report on a table of studies as one HTML page, beside its forest plot."""

from collections.abc import Sequence

from metarepro.figures.study_forest import SIDES
from metarepro.questions.answer_table import AnswerTable
from metarepro.report.blocks import (
    Bullets,
    Facts,
    Figure,
    Lines,
    Paragraph,
    Section,
    Table,
    TableColumn,
)
from metarepro.report.drawings import axis_of, lines, single
from metarepro.report.study_report import LIMITS, Provenance, methods, pooled_words, study_columns
from metarepro.report.templates import environment
from metarepro.synthesis.study_pool import StudyPool
from metarepro.synthesis.study_pool_words import headline, remarks
from metarepro.wording.phrases import whole


def study_page(
    result: StudyPool,
    provenance: Provenance,
    figure: str,
    notes: Sequence[str],
    answers: Sequence[tuple[str, AnswerTable]],
) -> str:
    """Write the page.

    Parameters
    ----------
    result, provenance, figure, notes
        As for `study_report.markdown_report`.
    answers : sequence of (str, AnswerTable)
        What else was asked, each with the name of its CSV file without the suffix.

    Returns
    -------
    str
        HTML. Texts are escaped, and nothing is loaded but the figure.
    """
    columns = study_columns(result)
    studies = _table(
        "studies",
        "Results of the studies",
        [column.name for column in columns],
        list(zip(*(column.words for column in columns), strict=True)),
        numeric={place for place, column in enumerate(columns) if column.is_numeric},
        download="rows.csv",
    )
    sections = [
        Section("answers-" + name, answer.title, [_answer(name, answer), _bullets(answer.notes)])
        for name, answer in answers
    ]
    facts = [(name, (words,)) for name, words in pooled_words(result)]
    return (
        environment()
        .get_template("standalone.html.j2")
        .render(
            title=f"{result.scale.title}: {whole(result.pooled.k)} results pooled",
            intro=[
                Paragraph((f"{headline(result)}.",), "lead"),
                _bullets([*notes, *remarks(result)]),
                Figure(
                    figure,
                    f"Forest plot. {headline(result)}.",
                    "Forest plot.",
                    lines=_lines(result),
                ),
            ],
            sections=[
                Section("pool", "Pooled result", [Facts(facts)]),
                *sections,
                Section("studies", "Studies", [studies]),
                Section("methods", "Methods", [_bullets(methods(result))]),
                Section("limits", "What this does not show", [_bullets(LIMITS)]),
                Section(
                    "provenance",
                    "Provenance",
                    [Facts([(name, (words,)) for name, words in provenance.items()])],
                ),
            ],
            folds=(),
            root="",
            downloads=(),
        )
    )


def _lines(result: StudyPool) -> Lines | None:
    """The pool and its studies for a narrow screen."""
    pool = {**vars(result.pooled), "flags": "; ".join(result.pooled.flags)}
    studies = result.studies.to_dict("records")
    places = [{"ci_low": row["yi"], "ci_high": row["yi"]} for row in studies]
    common = axis_of(result.scale, [pool, *places])
    rows = [("Pooled", pool), *((row["study"], single(row, row["yi"])) for row in studies)]
    return lines(rows, result.scale, common, SIDES[result.higher_is_better])


def _bullets(sentences: Sequence[str]) -> Bullets:
    return Bullets([(sentence,) for sentence in sentences])


def _answer(name: str, answer: AnswerTable) -> Table:
    return _table(name, answer.title, answer.header, answer.words, download=f"{name}.csv")


def _table(
    name: str,
    caption: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numeric: set[int] | None = None,
    download: str,
) -> Table:
    columns = [
        TableColumn(heading, numeric=place in (numeric or ()))
        for place, heading in enumerate(header)
    ]
    cells = [[(cell,) for cell in row] for row in rows]
    return Table(name=name, caption=caption, columns=columns, rows=cells, download=download)
