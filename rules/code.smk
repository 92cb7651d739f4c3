"""The code that a script consists of, as inputs of its rule; and what rules make."""

import re
from functools import cache
from pathlib import Path

import metarepro
from metarepro.manifest.files import digest_of


def seen_from_here(path):
    """A path relative to the working directory if it is inside, else as it is."""
    path = Path(path).resolve()
    here = Path.cwd().resolve()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


#: The library, and the scripts of this workflow.
LIBRARY = seen_from_here(Path(metarepro.__file__).parent)
SCRIPTS = seen_from_here(Path(str(workflow.current_basedir)).parent / "scripts")

#: The locked packages; a study need not have any.
LOCKED = [path for path in ("requirements.txt",) if Path(path).exists()]


#: An import of the library: what from, and the names. Python's own parser takes ten times as long,
#: which every run would wait for.
IMPORT = re.compile(r"^\s*from (metarepro[\w.]*) import (\([^)]*\)|.+)", re.MULTILINE)


@cache
def imported_modules(path):
    """Files of the library modules that a file imports."""
    found = []
    for module, names in IMPORT.findall(Path(path).read_text(encoding="utf-8")):
        parts = [
            name.split()[0] for name in names.strip("()").split(",") if name.strip()
        ]
        for name in (module, *(f"{module}.{part}" for part in parts)):
            file = Path(LIBRARY).parent.joinpath(*name.split(".")).with_suffix(".py")
            if file.exists():
                found.append(str(file))
    return found


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


@cache
def content(path):
    """The sha256 of a file, computed once."""
    return digest_of([path])


def watch_contents():
    """Make the content of what a rule reads, and no rule makes, one of its parameters.

    Snakemake looks at the dates of files first: it takes one with other content and an old date for
    unchanged. Parameters it compares.
    """
    made = {str(file) for each in workflow.rules for file in each.output}
    for each in workflow.rules:
        sources = sorted({str(file) for file in each.input} - made)
        each.set_params(sources=[content(path) for path in sources])


def made_results():
    """Files and folders that the rules before this one make in results/."""
    made = [str(file) for each in workflow.rules for file in each.output]
    return [file for file in made if file.startswith("results/")]
