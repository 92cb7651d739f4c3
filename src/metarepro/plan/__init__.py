"""The analysis plan of a study, read from config/config.yaml and checked as a whole.

Every choice that could move a number, and every word that belongs to one study, is in the plan:
the engine knows neither. A wrong plan is refused with all its problems at once: file, line, key,
what was found, what is allowed.
"""

from pathlib import Path

from pydantic import ValidationError

from metarepro.plan.contradictions import contradictions
from metarepro.plan.problems import key_of, line_of, problem_of
from metarepro.plan.sections import (
    MEASURES,
    About,
    EffectSet,
    Evidence,
    Family,
    Key,
    Moderator,
    Months,
    Number,
    Plan,
    Pooling,
    Reproduction,
    Synthesis,
)
from metarepro.tabular.cells import read_bytes
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.yaml_text import parse_yaml, parse_yaml_nodes

__all__ = [
    "About",
    "CONFIG",
    "EffectSet",
    "Months",
    "Evidence",
    "Family",
    "Key",
    "MEASURES",
    "Moderator",
    "Number",
    "Plan",
    "Pooling",
    "Reproduction",
    "Synthesis",
    "parse_plan",
    "read_plan",
]

#: Where the plan of a study is.
CONFIG = "config/config.yaml"


def read_plan(path: Path | str) -> Plan:
    """Read and check an analysis plan.

    Parameters
    ----------
    path : Path or str
        config/config.yaml of a study.

    Returns
    -------
    Plan

    Raises
    ------
    DataError
        With all problems of the plan.
    """
    file = Path(path).as_posix()
    content, problems = read_bytes(Path(path), file)
    if problems:
        raise DataError(problems)
    return parse_plan(content, file)


def parse_plan(content: bytes, file: str) -> Plan:
    """Read an analysis plan from the bytes of its file."""
    document, problems = parse_yaml(content, file)
    if problems:
        raise DataError(problems)
    root, _ = parse_yaml_nodes(content, file)
    try:
        plan = Plan.model_validate(document.value)
    except ValidationError as error:
        raise DataError(problem_of(file, root, one) for one in error.errors()) from None
    wrong = [
        Problem(file, line_of(root, place), key_of(place), found, allowed)
        for place, found, allowed in contradictions(plan)
    ]
    if wrong:
        raise DataError(wrong)
    return plan
