"""What is wrong in a plan, in the words of the person who edits it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from metarepro.plan.sections import Plan
from metarepro.tabular.plain_text import is_visible
from metarepro.tabular.problems import Problem
from metarepro.tabular.yaml_text import Document, Place, key_of

#: What pydantic calls a wrong type, in words.
_TYPES = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}
_PATTERNS = {
    r"^#[0-9A-Fa-f]{6}$": 'a colour such as "#0072B2"',
    r"^[a-z][a-z0-9_]*$": "a small letter, then small letters, digits and _",
}


def problem_of(file: str, document: Document, error: Mapping[str, Any]) -> Problem:
    """One error of pydantic in the words of the person who edits the plan."""
    place = tuple(part for part in error["loc"] if part != "[key]")
    kind, context = error["type"], error.get("ctx", {})
    found = "nothing" if error["input"] is None else str(error["input"])
    if kind == "missing":
        found, allowed = "no such key", f"{place[-1]}, which a plan must give"
    elif kind == "extra_forbidden":
        found, allowed = "an unknown key", f"one of: {', '.join(_known_keys(place[:-1]))}"
    elif kind == "literal_error":
        allowed = "one of: " + context["expected"].replace(" or ", ", ").replace("'", "")
    elif kind == "string_pattern_mismatch":
        allowed = _PATTERNS[context["pattern"]]
    elif kind == "too_short":
        found, allowed = "nothing", "at least one"
    elif kind in _TYPES:
        allowed = _TYPES[kind]
    else:
        allowed = error["msg"].removeprefix("Input should be ").removeprefix("String should have ")
    return Problem(file, document.line(place), key_of(place), found, allowed)


def _known_keys(place: Place) -> list[str]:
    """Keys that a section of the plan may have."""
    model: type[BaseModel] = Plan
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The section inside an annotation such as `dict[Name, Family]` or `About | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((model for model in inner if model), None)


def unseen(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Texts with characters that cannot be seen: their places and they themselves."""
    if isinstance(value, str) and not all(map(is_visible, value.split("\n"))):
        yield place, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from unseen(item, (*place, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unseen(item, (*place, key))
