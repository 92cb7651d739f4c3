"""The command that prints completion scripts."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash: metarepro completion bash > ~/.local/share/bash-completion/completions/metarepro
    zsh:  metarepro completion zsh > ~/.zfunc/_metarepro  (a folder of your fpath)
    fish: metarepro completion fish > ~/.config/fish/completions/metarepro.fish
    """
    shell_complete = get_completion_class(shell)
    assert shell_complete is not None  # the three come with click
    program = ctx.find_root().command
    script = shell_complete(program, {}, "metarepro", "_METAREPRO_COMPLETE").source()
    click.echo(script)
