"""Section of the first page: whole reviews beside abstracts, where there are review files."""

from collections.abc import Iterator

from metarepro.report.blocks import Block, Paragraph, Section, TableRow, Text, table, text
from metarepro.report.records import Records, Row
from metarepro.tabular.input_tables import REVIEW_FILE
from metarepro.wording.phrases import counted
from metarepro.wording.scales import compares

_TIMES = {"post": "after the intervention", "follow_up": "follow-up", "change": "change"}


def whole_reviews(records: Records) -> Iterator[Section]:
    """The section, if a review's own data file gave results."""
    shares = _shares(records)
    if not shares:
        return
    blocks: list[Block] = [Paragraph(text(shares))]
    rows = list(_rows(records))
    if rows:
        caption = "Pools of whole reviews beside those of abstracts, same outcome and time"
        blocks += [
            table("whole-reviews", caption, rows, download="data/whole_reviews.csv"),
            Paragraph(text(_reading(records)), "note"),
        ]
    yield Section("selection", "Whole reviews and abstracts", blocks)


def _shares(records: Records) -> str:
    """How many results favour the intervention, of whole reviews and of all other sources."""
    effects = records.tables["effects"]
    usable = effects[(effects["exclude"] == "") & compares(effects)]
    whole = usable["source_kind"] == REVIEW_FILE
    if not whole.any():
        return ""
    said = [
        f"{int((rows['yi'] > 0).sum())} of {counted(len(rows), 'result')} {source}"
        for rows, source in (
            (usable[whole], "from the data files of whole reviews"),
            (usable[~whole], "from all other sources"),
        )
        if len(rows)
    ]
    return f"The intervention is favoured by {' and by '.join(said)}."


def _rows(records: Records) -> Iterator[TableRow]:
    found = records.tables["whole_reviews"]
    keys = ["intervention", "outcome", "timepoint", "effect_measure", "better"]
    for _, group in found.groupby(keys, sort=False):
        of = {row["source"]: row for row in group.to_dict("records")}
        difference = of["difference"]
        scale = records.scale.at(difference).differences
        yield {
            "Intervention": records.intervention_link(difference["intervention"]),
            "Outcome": f"{records.names[difference['outcome']]}, {_TIMES[difference['timepoint']]}",
            "Whole reviews": _pool(records, of["whole_reviews"]),
            "Abstracts": _pool(records, of["abstracts"]),
            "Difference": scale.of_pool(difference),
        }


def _pool(records: Records, row: Row) -> Text:
    trials = counted(row["n_trials"], "trial")
    return text(f"{records.scale.of_pool(row)}, {trials}")


def _reading(records: Records) -> str:
    """What the table shows."""
    return (
        f"Each pool is {records.scale.label} with its {records.scale.ci}, of trials of every "
        f"design, {records.direction}. A trial of a review whose abstract prints a number is in "
        "both. The last column compares these trials with the other trials of the reviews. An "
        "interval that includes no difference does not show that nothing was selected."
    )
