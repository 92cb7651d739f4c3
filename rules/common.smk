"""What the rules share: the code that a script consists of, and the files of data/, as inputs."""

import ast
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError


def check_config_is_file():
    """The scripts read config/config.yaml: an option given on the command line would be ignored."""
    with open("config/config.yaml", encoding="utf-8") as file:
        if config != yaml.safe_load(file):
            raise WorkflowError(
                "The analysis plan is config/config.yaml: edit it instead of using --config."
            )


def imported_modules(path):
    """Files of the library modules that a file imports."""
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] == "metarepro"
        ):
            names = [
                node.module,
                *(f"{node.module}.{alias.name}" for alias in node.names),
            ]
            for name in names:
                file = Path("scripts", *name.split(".")).with_suffix(".py")
                if file.exists():
                    yield str(file)


def code(script):
    """A script and every library module that it imports, also through others.

    Snakemake does not see imports; with these as inputs, an edited module re-runs what uses it.
    """
    found, queue = [], [f"scripts/{script}"]
    while queue:
        path = queue.pop()
        if path not in found:
            found.append(path)
            queue.extend(imported_modules(path))
    return sorted(found)


def data_files(part):
    """Files of one part of data/, in a fixed order."""
    return sorted(str(path) for path in Path("data", part).rglob("*") if path.is_file())


check_config_is_file()
