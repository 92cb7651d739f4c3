"""What the data rows of RevMan Web say of the settings of their analysis, where nothing else does.

The type of data shows in the columns that are filled in. Measure, method and model are left open:
they are inferred from the printed effects and weights (`reviews.inferred_settings`).
"""

from collections.abc import Sequence
from typing import Any

from metarepro.readers.revman_web_tables import Cells, Row, Sheet
from metarepro.readers.revman_web_words import INPUTS


def settings_of_rows(rows: Sequence[Row], cells: Cells, sheet: Sheet) -> dict[str, Any]:
    """The settings of an analysis as far as its rows show them; nothing without numbers."""
    data_type = _data_type(rows, cells, sheet)
    if not data_type:
        return {}
    return {
        "comparison": "",
        "data_type": data_type,
        "measure": "",
        "measure_label": "",
        "method": "",
        "model": "",
        "tau2_method": "",
        "ci_method": "wald",
        "interval_level": 0.95,
        "study_interval_level": 0.95,
        "log_data": "no",
        "swap_events": "no",
        "prediction_interval": "no",
        "totals": "NO",
        "label_t": "",
        "label_c": "",
        "favours_left": "",
        "favours_right": "",
        "published_scale": "difference",
    }


def _data_type(rows: Sequence[Row], cells: Cells, sheet: Sheet) -> str:
    """The first type whose own columns hold something; 2023 has zeros in those not in use."""
    own = {
        "iv": ("GIV SE",),
        "oe": ("Variance",),
        "continuous": ("Experimental SD", "Control SD", "Experimental mean", "Control mean"),
        "dichotomous": ("Experimental N", "Control N"),
    }
    assert own.keys() == INPUTS.keys()
    for data_type, columns in own.items():
        for row in rows:
            numbers = [cells.number(sheet, row, column, typed_in=True) for column in columns]
            if any(number > 0 or number < 0 for number in numbers):
                return data_type
    return ""
