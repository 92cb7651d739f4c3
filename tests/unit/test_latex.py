"""The files for manuscripts are set by LaTeX, where one is installed."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from metarepro.catalogue import RESULT_TABLES
from metarepro.manuscript.bibtex import bibliography
from metarepro.manuscript.figures import ForestPlot, pdf_bytes
from metarepro.manuscript.latex import DOCUMENT, figures_part, table_part
from metarepro.manuscript.summary import INTERVENTION
from metarepro.tabular.tables import read_result

PROGRAMS = ("pdflatex", "bibtex")
HOSTILE = r"a & 50% $x_1$ # {b} ~ ^ \end{document} <c> [d] é ø – − τ² ≤"
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)), reason=f"needs {' and '.join(PROGRAMS)} on the PATH"
)


def tex(folder: Path, *command: str) -> str:
    """Run a program of TeX, which may start no other; its last lines if it fails."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, check=False, timeout=120, stdin=subprocess.DEVNULL
    )
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said[-3000:]
    return said


def test_all_parts_are_set_together(tmp_path: Path) -> None:
    columns = ("Domain", "Trials", "g [95% CI]", "Remarks")
    table = pd.DataFrame([{INTERVENTION: HOSTILE} | dict.fromkeys(columns, HOSTILE)] * 60)
    figures = [Figure(figsize=(8, 4)), Figure(figsize=(4, 8))]
    plots = [ForestPlot(f"p{n}", HOSTILE, HOSTILE, figure) for n, figure in enumerate(figures)]
    trials, reviews = (
        read_result(Path("results"), RESULT_TABLES[name]) for name in ("trials", "reviews")
    )
    parts = {
        "manuscript.tex": DOCUMENT,
        "summary_of_findings.tex": table_part(table, HOSTILE, [HOSTILE]),
        "forest_plots.tex": figures_part(plots, "plots.pdf"),
        "references.bib": bibliography(trials, reviews),
    }
    for name, text in parts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "plots.pdf").write_bytes(pdf_bytes(figures, "Plots"))
    latex = ("pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
    tex(tmp_path, *latex, "manuscript")
    said = tex(tmp_path, "bibtex", "manuscript")
    assert "error message" not in said
    tex(tmp_path, *latex, "manuscript")
    tex(tmp_path, *latex, "manuscript")
    assert (tmp_path / "manuscript.pdf").read_bytes().startswith(b"%PDF")
