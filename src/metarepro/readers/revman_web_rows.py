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
    """The type whose own columns are filled in most rows, of several the first.

    2023 has zeros in columns not in use, and single cells that were left from another type of
    data. Participants stand in rows of every type: alone they tell of rows without events.
    """
    own = {
        "iv": ("GIV SE",),
        "oe": ("Variance",),
        "continuous": ("Experimental SD", "Control SD", "Experimental mean", "Control mean"),
        "dichotomous": ("Experimental cases", "Control cases"),
    }
    assert own.keys() == INPUTS.keys()

    def filled(columns: Sequence[str]) -> int:
        """Rows with a number other than 0 in one of these columns."""
        return sum(
            any(abs(cells.number(sheet, row, name, typed_in=True)) > 0 for name in columns)
            for row in rows
        )

    number = {data_type: filled(columns) for data_type, columns in own.items()}
    most = max(number, key=lambda data_type: number[data_type])
    if number[most]:
        return most
    return "dichotomous" if filled(("Experimental N", "Control N")) else ""
