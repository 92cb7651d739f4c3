"""What is read and found in review files, as tables."""

from dataclasses import replace
from typing import Any

import pandas as pd

from metarepro.audit.tables import AUDIT
from metarepro.readers.review_tables import Extraction
from metarepro.reviews.audit_studies import audit_studies
from metarepro.reviews.reproduction import Known, reproduce
from metarepro.reviews.tables import REVIEW_REPRODUCTION
from metarepro.tabular.tables import from_rows


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table."""
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def reproduced(extraction: Extraction, known: Known | None = None) -> pd.DataFrame:
    """The pools of a review, recomputed."""
    return from_rows(reproduce(extraction, "f", known or {}), REVIEW_REPRODUCTION)


def audited(extraction: Extraction) -> pd.DataFrame:
    """What the audit finds in a review."""
    return from_rows(audit_studies(extraction), AUDIT)


def with_tables(
    extraction: Extraction,
    studies: pd.DataFrame | None = None,
    analyses: pd.DataFrame | None = None,
) -> Extraction:
    """A review with other study rows, or other pools."""
    study_rows = extraction.studies if studies is None else studies
    analysis_rows = extraction.analyses if analyses is None else analyses
    return replace(
        extraction,
        study_rows=records(study_rows),
        analysis_rows=records(analysis_rows),
    )
