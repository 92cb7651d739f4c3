"""Start-up: no script imports a heavy package that it has no use for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
#: What takes long to import, with packages that nothing here should ever load.
HEAVY = {
    *("matplotlib", "forestplot", "pymare", "sympy", "statsmodels", "meta_analyze", "scipy"),
    *("jinja2", "docx", "snakemake", "sklearn", "nibabel", "nilearn", "hypothesis", "pytest"),
    *("playwright", "IPython"),
    *("scipy.stats", "scipy.optimize", "scipy.sparse"),
    "metarepro.readers.formats",  # the readers of all formats
}
READING = {"metarepro.readers.formats"}
DRAWING = {"matplotlib", "forestplot"}
#: What each script needs; a script that is not listed needs none.
NEEDED = {
    "assess_claims": {"scipy"},
    "assess_sensitivity": {"scipy", "scipy.optimize", "scipy.sparse"},
    "compare_sources": {"scipy"},
    "draw_forests": DRAWING,
    "draw_sensitivity": {"scipy", "matplotlib"},
    "extract_data": READING,
    "gather_reviews": READING,
    "pool_effects": {"scipy"},
    "report_reviews": READING,
    "reproduce_chunk": {"scipy"} | READING,
    "reproduce_review": {"scipy"} | READING,
    "split_reviews": READING,
    "write_manuscript": DRAWING | {"docx"},
    "write_report": {"jinja2"},
}
ALL = sorted(path.stem for path in SCRIPTS.glob("*.py"))
#: Each script in a process of its own, which starts with the tables' library, as all of them do.
PROGRAM = """
import importlib, os, sys
import pandas
sys.path.insert(0, sys.argv[1])
for script in sys.argv[2:]:
    if not os.fork():
        importlib.import_module(script)
        print(script, *sorted(sys.modules), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The modules that each script imports."""
    command = [sys.executable, "-c", PROGRAM, str(SCRIPTS), *ALL]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.split()[0]: set(line.split()[1:]) for line in run.stdout.splitlines()}


@pytest.mark.parametrize("script", ALL)
def test_a_script_imports_only_what_it_needs(script: str, loaded: dict[str, set[str]]) -> None:
    assert HEAVY & loaded[script] == NEEDED.get(script, set())


def test_the_table_names_scripts_that_exist() -> None:
    assert set(NEEDED) <= set(ALL)


def test_no_module_needs_the_slow_statistics_of_scipy() -> None:
    """Half a second of each command; scipy.special has the same functions."""
    library = (Path(__file__).parents[2] / "src/metarepro").rglob("*.py")
    slow = re.compile(r"scipy\.stats|from scipy import .*\bstats\b")
    assert [str(path) for path in library if slow.search(path.read_text())] == []
