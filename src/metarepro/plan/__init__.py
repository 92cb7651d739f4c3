"""The analysis plan of a study, read from config/config.yaml and checked as a whole.

Every choice that could move a number, and every word that belongs to one study, is in the plan:
the engine knows neither. A wrong plan is refused with all its problems at once: file, line, key,
what was found, what is allowed.
"""

from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from metarepro.plan.contradictions import contradictions
from metarepro.plan.problems import problem_of, unseen
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
from metarepro.tabular.yaml_text import Document, key_of, parse_yaml

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
    if document is None:
        raise DataError(problems)
    allowed = "text of characters that can be seen, and plain spaces"
    problems += [
        Problem(file, document.line(place), key_of(place), found, allowed)
        for place, found in unseen(document.value)
    ]
    # Of a value that is no plain YAML nothing more is said.
    told = {problem.column for problem in problems}
    sections = set(Plan.model_fields)
    try:
        plan = Plan.model_validate(document.value)
    except ValidationError as error:
        errors = error.errors()
        wrong = (problem_of(file, document, one) for one in errors)
        problems += [problem for problem in wrong if problem.column not in told]
        plan, sections = _usable(document, {one["loc"][0] for one in errors if one["loc"]})
    problems += [
        Problem(file, document.line(place), key_of(place), found, allowed)
        for place, found, allowed in contradictions(plan, sections)
        if key_of(place) not in told
    ]
    if problems:
        raise DataError(problems)
    return plan.with_lines(document)


def _usable(document: Document, wrong: set[Any]) -> tuple[Plan, set[str]]:
    """A plan of those sections in which every value is allowed, and their names."""
    given = document.value if isinstance(document.value, dict) else {}
    sections = {}
    for name, field in Plan.model_fields.items():
        if name in given and name not in wrong:
            kind: Any = Annotated[field.annotation, field]
            sections[name] = TypeAdapter(kind).validate_python(given[name])
    return Plan.model_construct(**sections), set(sections)
