"""The table of what does not add up inside a source."""

from metarepro.tabular.columns import level, text
from metarepro.tabular.tables import Table

SEVERITIES = ("error", "warning", "note")

AUDIT = Table(
    "audit",
    "effects/audit.csv",
    {
        "source_table": text(required=True),
        "record_id": text(required=True),
        "check": text(required=True),
        "severity": level(*SEVERITIES),
        "printed": text(),
        "implied": text(),
        "message": text(required=True),
    },
    "what does not add up in the sources",
)
