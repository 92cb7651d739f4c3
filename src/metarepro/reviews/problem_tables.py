"""The table of reviews whose data file could not be used."""

from metarepro.tabular.columns import identifier, text
from metarepro.tabular.input_tables import Columns

#: One row a problem.
REVIEW_FILE_PROBLEMS: Columns = {
    "review_id": identifier(),
    "problem": text(required=True),
}
