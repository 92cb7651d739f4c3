"""The code that a script consists of, as inputs of its rule.

Needs SCRIPTS, the folder of the scripts as the workflow sees it from where it runs.
"""

import ast
from pathlib import Path


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
                file = Path(SCRIPTS, *name.split(".")).with_suffix(".py")
                if file.exists():
                    yield str(file)


def code(script):
    """A script, every library module that it imports, also through others, and the locked packages.

    Snakemake does not see imports; with these as inputs, an edited module or another version of a
    package re-runs what uses it.
    """
    found, queue = [], [f"{SCRIPTS}/{script}"]
    while queue:
        path = queue.pop()
        if path not in found:
            found.append(path)
            queue.extend(imported_modules(path))
    return [*sorted(found), str(Path(SCRIPTS).parent / "requirements.txt")]
