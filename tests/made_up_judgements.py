"""Judgements on risk of bias and certainty for the small data folder: made up, like its trials."""

from pathlib import Path

from tests.data_folder import write_data_folder
from tests.stages import CONFIG, draw_figures, make_tables, run, write_pages

RISK_OF_BIAS = "trials/risk_of_bias.csv"
CERTAINTY = "certainty.yaml"
CELL = "post.intervention_domain.play.relationship"
HEADER = "trial_id,outcome,d1,d2,d3,d4,d5,overall,assessor,reason,source,locator"
ROWS = (
    "ann2001,,low,low,low,low,low,low,A. Madeup,,own assessment,",
    "bob2002,warmth,low,some concerns,no information,high,low,high,A. Madeup,"
    "Assessors knew the group.,own assessment,form 2",
)
JUDGED = f"""\
- synthesis: {CELL}
  trials: 2
  starts_at: high
  certainty: low
  downgraded:
    - {{domain: risk of bias, levels: 1, reason: Assessors knew the group in one of two trials.}}
    - {{domain: imprecision, levels: 1, reason: The trials are small.}}
  assessor: A. Madeup
  date: "2026-05-01"
"""


def write_risk_of_bias(folder: Path, *rows: str) -> None:
    """Write the table into a data folder."""
    (folder / RISK_OF_BIAS).write_text("\n".join([HEADER, *(rows or ROWS)]) + "\n")


def write_certainty(folder: Path, text: str = JUDGED) -> None:
    """Write the judgements on certainty into a data folder."""
    (folder / CERTAINTY).write_text(text)


def make_judged_study(project: Path) -> Path:
    """Make the small study with judgements, up to its report; its results."""
    data = write_data_folder(project / "data")
    write_risk_of_bias(data)
    write_certainty(data)
    run(project, "extract_data", CONFIG, "risk_of_bias", "certainty")
    make_tables(project)
    draw_figures(project)
    write_pages(project)
    return project / "results"
