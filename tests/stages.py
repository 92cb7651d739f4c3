"""The stages of the workflow on a data folder, script by script, in this process.

Imports take longer than the work. The workflow itself is tested in tests/workflow.
"""

import importlib
from contextlib import chdir
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFIG = f"--config={ROOT / 'config/config.yaml'}"


def run(project: Path, script: str, *options: str) -> None:
    """Run a script in a folder."""
    with chdir(project):
        importlib.import_module(script).main(options)


def make_tables(project: Path, *, report: bool = True, review_files: bool = False) -> None:
    """Make the tables of all stages; what a report says and review files where there are some."""
    parts = ["codebook", "trials", "reviews"]
    parts += [*(["report"] if report else []), *(["review_files"] if review_files else [])]
    run(project, "extract_data", CONFIG, *parts)
    stages = ["pool_effects", "compare_sources", "assess_sensitivity"]
    for script in [*stages, *(["assess_claims"] if report else [])]:
        run(project, script, CONFIG)


def draw_figures(project: Path) -> None:
    """Draw the figures of all stages."""
    for script in ("draw_forests", "draw_sensitivity"):
        run(project, script, CONFIG, "--output-dir=results/figures")


def write_pages(project: Path) -> None:
    """Write what people read."""
    run(project, "write_manuscript", CONFIG, "--output-dir=results/manuscript")
    locked = f"--requirements={ROOT / 'requirements.txt'}"
    run(project, "write_report", CONFIG, locked, "--output-dir=results/report")
