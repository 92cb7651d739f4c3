"""Which numbers of both arms the rows of a forest plot have, and which of them it shows."""

from collections.abc import Sequence

import pandas as pd

#: What an arm may report besides its size, with the header: as in RevMan.
_HEADERS = (("events", "Events"), ("mean", "Mean"), ("sd", "SD"))
#: Columns that rows may have besides `forest.ROW_COLUMNS`.
ARM_COLUMNS = tuple(f"{name}_{arm}" for name, _ in _HEADERS for arm in "tc")
#: Whether the effect of a row runs against its means or events: "yes" or "".
TURNED = "turned"


def reported_columns(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Names and headers of what both arms report in at least half of the rows.

    With fewer the columns would be mostly empty, and take the room of the plot.

    Examples
    --------
    >>> events = {"events_t": [3.0, None], "events_c": [5.0, None]}
    >>> reported_columns(pd.DataFrame(events))
    [('events', 'Events')]
    >>> reported_columns(pd.DataFrame({name: [*cells, None] for name, cells in events.items()}))
    []
    """
    return [
        (name, header)
        for name, header in _HEADERS
        if {f"{name}_t", f"{name}_c"} <= set(rows)
        and 2 * (rows[f"{name}_t"].notna() & rows[f"{name}_c"].notna()).sum() >= len(rows)
    ]


def shown_arms(reported: Sequence[tuple[str, str]]) -> list[str]:
    """Columns of both arms for such names, and `TURNED`; none without a name."""
    shown = [key for arm in of_both_arms(reported) for key, _ in arm]
    return [*shown, TURNED] if shown else []


def of_both_arms(columns: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Keys and headers of each arm, intervention first, from names and headers without the arm."""
    return [[(f"{name}_{arm}", header) for name, header in columns] for arm in "tc"]
