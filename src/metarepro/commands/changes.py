"""The command that says what changed."""

from dataclasses import replace
from pathlib import Path

import click

from metarepro.changes.changes import compare_states
from metarepro.changes.freshness import altered_pages
from metarepro.changes.report import report
from metarepro.changes.states import state_of_commit, state_of_tree
from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.manifest.commits import commit_id
from metarepro.workflow.running import UNFINISHED


@click.command()
@click.argument("base", default="HEAD")
@click.option("--output", type=FILE_OR_FOLDER, help="File to write the report to as well.")
def changes(base: str, output: Path | None) -> None:
    """Show what changed since a commit, and what moved.

    Compares the folder with the commit BASE, a branch, a tag or an id (HEAD by default): inputs
    record by record, effects, pooled estimates, comparisons with the reviews, claims, figures.
    Changes of sign, of an interval's relation to zero and of a verdict come first. Prints
    Markdown. Run it in the folder of the study, after metarepro run.
    """
    commit = commit_id(base)
    before, after = state_of_commit(commit), state_of_tree()
    compared = compare_states(before, after)
    altered = {**compared.altered, "after": [*compared.altered["after"], *altered_pages(Path())]}
    compared = replace(compared, altered=altered)
    text = report(compared, before, after, commit, UNFINISHED.exists())
    content = text.encode("utf-8", "replace")
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(content)
    click.echo(content, nl=False)
