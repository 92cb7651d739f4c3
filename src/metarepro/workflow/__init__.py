"""The Snakemake workflow, which every study uses as a module.

In an installed package its files stand in this folder, in a checkout at the top of the repository.
"""

from pathlib import Path

_INSTALLED = Path(__file__).parent
_CHECKOUT = Path(__file__).parents[3]


def snakefile() -> str:
    """Path of the workflow's Snakefile.

    Examples
    --------
    >>> Path(snakefile()).name
    'Snakefile'
    """
    return str(_file("Snakefile", "Snakefile"))


def script(name: str) -> Path:
    """Path of the script that a rule calls."""
    return _file(f"scripts/{name}.py", f"scripts/{name}.py")


def _file(installed: str, in_checkout: str) -> Path:
    path = _INSTALLED / installed
    return path if path.exists() else _CHECKOUT / in_checkout
