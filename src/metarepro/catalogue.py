"""The tables of results, from the data to the claims: what rules, report and downloads follow from.

Each is declared by the room that makes it. A stage reads tables by importing them from there: who
imports this module depends on all rooms.
"""

from metarepro.audit.tables import AUDIT
from metarepro.claims.tables import CLAIMS_TABLES
from metarepro.comparison.tables import REPRODUCTION, REVIEW_WEIGHTS
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.overlap.tables import OVERLAP_TABLES
from metarepro.reviews.tables import (
    EXTRACTED_FROM_FILES,
    REVIEW_FILE_PROBLEMS,
    REVIEW_FILES,
    REVIEW_REPRODUCTION,
)
from metarepro.sensitivity.tables import MODERATOR_TABLES, SENSITIVITY_TABLES
from metarepro.study.tables import INPUTS, PARTS
from metarepro.synthesis.tables import POOLED_TABLES
from metarepro.tabular.tables import Table

#: Each stage -> the tables that it makes, in order.
STAGES: dict[str, tuple[Table, ...]] = {
    "inputs": (INPUTS,),
    **{part: tuple(tables.values()) for part, tables in PARTS.items()},
    "review_files": (*EXTRACTED_FROM_FILES, REVIEW_FILE_PROBLEMS),
    "effects": (EFFECTS, EFFECTS_BY_ICC),
    "audit": (AUDIT,),
    "pooled": POOLED_TABLES,
    "sensitivity": SENSITIVITY_TABLES,
    "moderators": MODERATOR_TABLES,
    "reproduction": (REPRODUCTION, REVIEW_WEIGHTS),
    "reproduced_files": (REVIEW_REPRODUCTION, REVIEW_FILES),
    "overlap": OVERLAP_TABLES,
    "claims": CLAIMS_TABLES,
}
#: Every table by name.
RESULT_TABLES = {table.name: table for tables in STAGES.values() for table in tables}
#: What the report is written from and offers for download.
DOWNLOADS = tuple(table for table in RESULT_TABLES.values() if table.about)
