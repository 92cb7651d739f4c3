"""The command `metarepro`.

Nothing that takes long to load is imported here: a command is imported when it is called.
"""

import errno
import os
from importlib import import_module
from typing import Any

import click

from metarepro.errors import InputError, advice

EXIT_CODES = """\b
Exit codes:
  0  done, and nothing is wrong
  1  something is wrong with a file or with the data; the message says where and what to do
  2  the command line was not understood
"""


class LazyCommand(click.Command):
    """The name and one line of help of a command that is imported only when it is called."""

    def __init__(self, name: str, target: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self._target = target

    def load(self) -> click.Command:
        """Import the command."""
        # Matrices are small: the threads of numpy's linear algebra would only wait for each other.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        module, _, attribute = self._target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the arguments as the imported command does."""
        return self.load().make_context(*args, **kwargs)


class Program(click.Group):
    """The group of all commands; mistakes in files and data end it in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Keep the commands in the order in which people need them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the caller can put right is told and ends it with 1."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read the output has seen enough
                raise
            raise click.ClickException(advice(error)) from None


_MODULE = "metarepro.commands"
_COMMANDS = (
    ("extract", "extract:extract", "List the tables of an article or a data file, or write one."),
    ("columns", "columns:columns", "Show how the columns of a file are read, and why."),
    ("explain", "explain:explain", "Find the model, rounding or slip behind a published pool."),
    ("pool", "pool:pool", "Pool the studies in a file, and answer further questions."),
    ("reproduce", "reproduce:reproduce", "Recompute reviews and compare with the published pools."),
    ("new", "new:new", "Start a study: write its folder."),
    ("run", "run:run", "Run the workflow of the study in this folder."),
    ("check", "check:check", "Check the data of a study: all problems at once."),
    ("new-trial", "evidence:new_trial", "Write a form for a trial or a further result of one."),
    ("add-trial", "evidence:add_trial", "Check a filled-in form and add it to the data."),
    ("new-review", "evidence:new_review", "Write the folder of a review."),
    ("map-review", "evidence:map_review", "Write the map of a review's data file, to fill in."),
    ("changes", "changes:changes", "Show what changed since a commit, and what moved."),
    ("report", "report:report", "Put the report into one HTML file, to send by mail."),
    ("verify", "verify:verify", "Check that inputs and results are those of the last run."),
    ("completion", "completion:completion", "Print the completion script of a shell."),
)


@click.group(
    cls=Program,
    commands={
        name: LazyCommand(name, f"{_MODULE}.{target}", short_help)
        for name, target, short_help in _COMMANDS
    },
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="metarepro", message="%(prog)s %(version)s")
def cli() -> None:
    """Recompute published meta-analyses and say which of their results can be reproduced."""


def main() -> None:
    """Run the command; without colours if NO_COLOR is set (no-color.org)."""
    cli.main(prog_name="metarepro", color=False if os.environ.get("NO_COLOR") else None)
