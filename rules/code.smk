"""The code that a script consists of, as inputs of its rule."""

import ast
from pathlib import Path

import metarepro


def seen_from_here(path):
    """A path relative to the working directory if it is inside, else as it is."""
    path = Path(path).resolve()
    here = Path.cwd().resolve()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


#: The library, and the scripts of this workflow.
LIBRARY = seen_from_here(Path(metarepro.__file__).parent)
SCRIPTS = seen_from_here(Path(str(workflow.current_basedir)).parent / "scripts")


#: The locked packages of the study, if it locks some.
LOCKED = [path for path in ("requirements.txt",) if Path(path).exists()]


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
                file = (
                    Path(LIBRARY).parent.joinpath(*name.split(".")).with_suffix(".py")
                )
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
    return [*sorted(found), *LOCKED]
