"""Write what a manuscript needs: a summary of findings, forest plots, a bibliography.

The table comes as CSV, Word and LaTeX, the forest plots of the table of evidence as Word and as
PDF with a LaTeX file, all trials and reviews as BibTeX. README.txt says what each file is.
"""

from collections.abc import Sequence

from metarepro.command import add_output, run, stage_parser
from metarepro.conversion.tables import EFFECTS
from metarepro.manuscript.bibtex import bibliography
from metarepro.manuscript.certainty import GRADED
from metarepro.manuscript.docx import figures_document, table_document
from metarepro.manuscript.figures import forest_plots, pdf_bytes
from metarepro.manuscript.latex import DOCUMENT, figures_part, table_part
from metarepro.manuscript.summary import notes, summary_of_findings
from metarepro.plan import read_plan
from metarepro.reviews.tables import REVIEW_RESULTS, REVIEW_TRIALS
from metarepro.study.certainty import refuse_unpooled
from metarepro.study.tables import (
    CERTAINTY_JUDGED,
    EXTRACTED_DOMAINS,
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_OUTCOMES,
    EXTRACTED_PUBLISHED,
    EXTRACTED_RESULTS,
    EXTRACTED_RISK_OF_BIAS,
    EXTRACTED_TRIALS,
    REVIEWS,
)
from metarepro.synthesis.tables import POOLED_TABLES
from metarepro.tabular.atomic import new_folder
from metarepro.tabular.spreadsheet_cells import escape
from metarepro.tabular.tables import read_result, read_results

TABLES = (
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_DOMAINS,
    EXTRACTED_OUTCOMES,
    EXTRACTED_RISK_OF_BIAS,
    EXTRACTED_RESULTS,
    REVIEW_RESULTS,
    CERTAINTY_JUDGED,
    EXTRACTED_PUBLISHED,
    REVIEWS,
    EFFECTS,
    *POOLED_TABLES,
)
FIGURES = "forest_plots.pdf"
FIGURES_TITLE = "Forest plots of the table of evidence"
README = """\
summary_of_findings.csv   the evidence table, in GRADE's layout{graded}
summary_of_findings.docx  the same as a Word table, landscape A4, with notes
summary_of_findings.tex   the same in LaTeX (booktabs, longtable)
forest_plots.docx         the forest plot of each row with two or more trials, with alternative text
forest_plots.pdf          the same plots alone, a page for each; their titles are in the captions
forest_plots.tex          the same in LaTeX, from the pages of the PDF
references.bib            all trials and reviews; keys are the ids in the tables
manuscript.tex            includes all of the LaTeX: pdflatex, bibtex, pdflatex, pdflatex

The two .tex parts are for \\input into your own document; their first line names the packages.
Only the first author of a trial is known, from its label. The field note says what was not seen or
not verified: check it before you cite.{ungraded}
"""
#: What it says where nobody judged the certainty of the evidence.
UNGRADED = {
    "graded": " without its certainty ratings",
    "ungraded": " The certainty of the evidence was not graded.",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    add_output(arguments)
    args = arguments.parse_args(argv)
    plan, results = read_plan(args.config), args.results_dir
    tables = {table.name: read_result(results, table) for table in TABLES}
    refuse_unpooled(tables["certainty"], list(tables["pooled"]["synthesis"]))
    trials = read_results(results, EXTRACTED_TRIALS, REVIEW_TRIALS)
    table, remarks = summary_of_findings(tables, plan), notes(tables, plan)
    title = plan.study.manuscript_title
    plots = forest_plots(tables, plan)
    texts = {
        "summary_of_findings.csv": table.map(escape).to_csv(index=False, lineterminator="\n"),
        "summary_of_findings.tex": table_part(table, title, remarks),
        "forest_plots.tex": figures_part(plots, FIGURES),
        "manuscript.tex": DOCUMENT,
        "references.bib": bibliography(trials, tables["reviews"]),
        "README.txt": README.format_map(
            dict.fromkeys(UNGRADED, "") if GRADED in table else UNGRADED
        ),
    }
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    files["summary_of_findings.docx"] = table_document(table, title, remarks)
    files["forest_plots.docx"] = figures_document(plots, FIGURES_TITLE)
    files[FIGURES] = pdf_bytes([plot.figure for plot in plots], FIGURES_TITLE)
    with new_folder(args.output_dir) as output:
        for name, content in files.items():
            (output / name).write_bytes(content)


if __name__ == "__main__":
    run(main)
