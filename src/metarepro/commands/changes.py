"""The command that says what changed."""

from pathlib import Path

import click

from metarepro.changes.changes import compare_states
from metarepro.changes.report import report
from metarepro.changes.states import commit_id, state_of_commit, state_of_tree
from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.workflow.running import UNFINISHED


@click.command()
@click.argument("base", default="HEAD")
@click.option("--output", type=FILE_OR_FOLDER, help="File to write the report to as well.")
def changes(base: str, output: Path | None) -> None:
    """Show what changed since a commit, and what moved.

    Compares the folder with the commit BASE, a branch, a tag or an id (HEAD by default): inputs
    record by record, effects, pooled estimates, comparisons with the reviews, claims, figures.
    Changes of sign, of an interval's relation to zero and of a verdict come first. Prints
    Markdown. Call it in the folder of the study, after metarepro run.
    """
    commit = commit_id(base)
    before, after = state_of_commit(commit), state_of_tree()
    text = report(compare_states(before, after), before, after, commit, UNFINISHED.exists())
    content = text.encode("utf-8", "replace")
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(content)
    click.echo(content, nl=False)
