"""Countries of a trial and the income group of their economies."""

from collections.abc import Mapping


def economies(country: str) -> list[str]:
    """Countries that a cell names: "India; Zambia" names two, an empty one none."""
    return country.split("; ") if country else []


def income(country: str, groups: Mapping[str, str]) -> str:
    """Income of the countries of a trial, as reviews of the field divide it.

    Parameters
    ----------
    country : str
        Cell of trials.csv.
    groups : mapping
        Country to its World Bank income group.

    Returns
    -------
    str
        "high", "low_or_middle", or "" where no country is given, they differ, or a group is not
        known.
    """
    if not groups.keys() >= set(economies(country)):
        return ""
    levels = {"high" if groups[name] == "high" else "low_or_middle" for name in economies(country)}
    return levels.pop() if len(levels) == 1 else ""
