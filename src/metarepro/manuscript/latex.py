r"""LaTeX for manuscripts: parts to be taken in with \input, and a document that does so."""

from collections.abc import Sequence

import pandas as pd

from metarepro.manuscript.figures import ForestPlot
from metarepro.manuscript.summary import INTERVENTION, column_shares
from metarepro.wording.typesetting import latex

#: The share of the width of the page that is left beside the space between columns.
_FILLED = 0.91
_LEFT = r">{\raggedright\arraybackslash}p{%s\linewidth}"

DOCUMENT = r"""% Takes in everything that is here: pdflatex, bibtex, pdflatex, pdflatex.
\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage{textcomp,booktabs,longtable,array,pdflscape,graphicx,url}
\begin{document}
\input{summary_of_findings}
\input{forest_plots}
\nocite{*}
\bibliographystyle{plain}
\bibliography{references}
\end{document}
"""


def table_part(table: pd.DataFrame, caption: str, notes: Sequence[str]) -> str:
    """The summary-of-findings table on landscape pages, its header repeated.

    Parameters
    ----------
    table : DataFrame
        As `summary_of_findings` gives it.
    caption : str
        Text above the table.
    notes : sequence of str
        Paragraphs below it.
    """
    columns = [str(name) for name in table.columns if name != INTERVENTION]
    header = " & ".join(rf"\textbf{{{latex(name)}}}" for name in columns) + r" \\"
    widths = "".join(_LEFT % f"{share * _FILLED:.2f}" for share in column_shares(columns))
    lines = [
        "% Needs the packages booktabs, longtable, array, pdflscape, textcomp and T1 fonts.",
        r"\begin{landscape}",
        r"\scriptsize\setlength{\tabcolsep}{3pt}\setlength{\LTcapwidth}{\linewidth}",
        rf"\begin{{longtable}}{{@{{}}{widths}@{{}}}}",
        rf"\caption{{{latex(caption)}}}\label{{tab:findings}}\\",
        *(r"\toprule", header, r"\midrule", r"\endfirsthead"),
        *(r"\toprule", header, r"\midrule", r"\endhead"),
        *(r"\bottomrule", r"\endfoot"),
    ]
    for place, (intervention, rows) in enumerate(table.groupby(INTERVENTION, sort=False)):
        span = rf"\multicolumn{{{len(columns)}}}{{@{{}}l}}"
        gap = [r"\addlinespace"] if place else []
        # The star keeps an intervention's name and its first row on one page.
        lines += [*gap, rf"{span}{{\textbf{{{latex(str(intervention))}}}}} \\*"]
        lines += [
            " & ".join(latex(row[name]) for name in columns) + r" \\ \addlinespace[2pt]"
            for row in rows.to_dict("records")
        ]
    lines.append(r"\end{longtable}")
    lines += [rf"\noindent {latex(note)}\par" for note in notes]
    return "\n".join([*lines, r"\end{landscape}", ""])


def figures_part(plots: Sequence[ForestPlot], file: str) -> str:
    """One figure on a page for each forest plot, from the page of its number in a PDF `file`.

    Wide ones lie on landscape pages.
    """
    parts = ["% Needs the packages graphicx, pdflscape and textcomp."]
    for page, plot in enumerate(plots, start=1):
        width, height = plot.size
        figure = [
            r"\begin{figure}[p]",
            r"\centering",
            rf"\includegraphics[page={page},width=\linewidth,height=0.85\textheight,keepaspectratio]"
            rf"{{{file}}}",
            rf"\caption{{{latex(f'{plot.title}. {plot.caption}')}}}\label{{fig:{plot.name}}}",
            r"\end{figure}",
        ]
        if width > height:
            figure = [r"\begin{landscape}", *figure, r"\end{landscape}"]
        parts += [*figure, r"\clearpage"]
    return "\n".join([*parts, ""])
