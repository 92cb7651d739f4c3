"""What the levels of moderators are called in tables and figures."""

from collections.abc import Mapping

from metarepro.plan import Moderator

#: Name of the one row of a moderator that is a number.
SLOPE = "slope"


def level_label(level: str, moderator: Moderator, names: Mapping[str, str]) -> str:
    """Name of a level for readers: from the plan, the codebook, or its id in words."""
    if level == SLOPE and moderator.number:
        return f"per {moderator.number.per}"
    return moderator.level_labels.get(level) or names.get(level) or level.replace("_", " ")
