"""What changed so that it must be looked at first: a sign, a conclusion, a verdict."""

import math
from collections.abc import Mapping

from metarepro.changes.result_tables import ResultTable
from metarepro.changes.tables import Row, RowChange, number
from metarepro.wording.scales import BETTER, MEASURES, Scale

#: Results of an older state may not say on which measure they are.
UNKNOWN = Scale("effect")


def own_scale(row: Row, pools: Mapping[str, Row]) -> Scale:
    """How the effects of a record are printed; `UNKNOWN` where no measure is known.

    Parameters
    ----------
    row : mapping of str to str
        Cells of a record of the results.
    pools : mapping of str to mapping
        Cells of the pools of the same state by synthesis, which the record may name.
    """
    cells = row if "effect_measure" in row else pools.get(row.get("synthesis", ""), {})
    known = cells.get("effect_measure") in MEASURES and cells.get("better") in BETTER
    return UNKNOWN.at(cells) if known else UNKNOWN


def alarms_of(row: RowChange, table: ResultTable, scales: tuple[Scale, Scale]) -> tuple[str, ...]:
    """Changes of sign, of the interval's relation to no effect, and of a verdict.

    Parameters
    ----------
    row : RowChange
    table : ResultTable
    scales : tuple of Scale
        Of the record before and after.
    """
    alarms = []
    states = list(zip((row.before, row.after), scales, strict=True))
    if table.numbers:
        signs = [_sign(number(cells, table.numbers[0]), scale) for cells, scale in states]
        if all(signs) and signs[0] != signs[1]:
            alarms.append(f"sign: {signs[0]} → {signs[1]}")
    if table.is_ci and table.numbers:
        relations = [_relation(cells, table, scale) for cells, scale in states]
        if all(relations) and relations[0] != relations[1]:
            alarms.append(f"interval: {relations[0]} → {relations[1]}")
    if "verdict" in row.columns:
        alarms.append(f"verdict: {row.before['verdict']} → {row.after['verdict']}")
    return tuple(alarms)


def _sign(effect: float, scale: Scale) -> str:
    """Which side an effect favours, or the sign of what compares no groups; "" without one."""
    if math.isnan(effect) or math.isnan(scale.null):
        return ""
    if effect == 0:
        return "no effect"
    if scale.compares:
        return f"favours the {'intervention' if effect > 0 else 'control'}"
    return "positive" if scale.shown(effect) > 0 else "negative"


def _relation(row: Row, table: ResultTable, scale: Scale) -> str:
    """Where an interval lies, as it is printed, from no effect; "" if that is not known."""
    _, low, high = (number(row, column) for column in table.numbers)
    if math.isnan(low) or math.isnan(high) or math.isnan(scale.null):
        return ""
    if low <= 0 <= high:
        return f"includes {scale.no_effect}"
    return f"{'above' if (low > 0) == (scale.turn > 0) else 'below'} {scale.no_effect}"
