"""The command, called as in a shell."""

from click.testing import CliRunner, Result

from metarepro.cli import cli


def command(*arguments: object) -> Result:
    """Exit code and output of `metarepro ARGUMENTS`."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])
