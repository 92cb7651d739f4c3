"""Certainty of the evidence as people judged it (GRADE)."""

from metarepro.report.blocks import Block, Bullets, Paragraph, Section, Text, text
from metarepro.report.lights import Grade
from metarepro.report.records import Records
from metarepro.wording.phrases import whole


def fact(records: Records, key: str) -> Text:
    """The certainty of a synthesis with its reasons in a few words; () where nobody judged it."""
    judged = records.certainty.get(key)
    if judged is None:
        return ()
    why = f", {judged.why}" if judged.why else ""
    outdated = judged.outdated(records.pools[key])
    return text(Grade(judged.level), f"{why} (GRADE; {judged.by}). {outdated}".rstrip())


def of_synthesis(records: Records, key: str) -> list[Section]:
    """The certainty of a synthesis with its reasons; nothing in a study without judgements."""
    judged = records.certainty.get(key)
    if not records.certainty:
        return []
    if judged is None:
        blocks: list[Block] = [Paragraph(text("Nobody has judged it for this synthesis."))]
    else:
        blocks = [
            Paragraph(
                text(
                    Grade(judged.level),
                    f". Judged with GRADE by {judged.by}; nothing of it is computed.",
                )
            )
        ]
        if outdated := judged.outdated(records.pools[key]):
            blocks.append(Paragraph(text(outdated), "note"))
        if judged.reasons:
            blocks.append(Bullets([text(reason) for reason in judged.reasons]))
    return [Section("certainty", "Certainty of the evidence", blocks)]


def methods(records: Records) -> str:
    """How much of the evidence was rated, for the page of methods."""
    judged = records.certainty
    if not judged:
        return "Not rated (no GRADE assessment)."
    who = "; ".join(dict.fromkeys(one.by for one in judged.values()))
    shown = records.shown
    syntheses = "synthesis" if len(shown) == 1 else "syntheses"
    return (
        f"Judged with GRADE for {whole(len(judged.keys() & shown))} of {whole(len(shown))} "
        f"{syntheses} ({who}). Nothing of it is computed."
    )
