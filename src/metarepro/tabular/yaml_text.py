"""A YAML file as plain values with the lines that they are on; problems instead of exceptions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from metarepro.tabular.cells import decode
from metarepro.tabular.problems import Problem

#: A review.yaml has some kilobytes; as many take seconds.
MAX_KILOBYTES = 500


class PlainLoader(yaml.SafeLoader):
    """Values as they stand there: no tags, and no anchors whose aliases could grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse what is not plain before anything is made of it."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs have no types
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            problem = "a tag, an anchor or an alias"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True)
class Document:
    """What a YAML file holds.

    Parameters
    ----------
    value : Any
        As `yaml.safe_load` gives it; None for an empty file.
    lines : tuple of int
        Line of each item if the file is a list.
    """

    value: Any = None
    lines: tuple[int, ...] = ()


def parse_yaml(content: bytes, file: str) -> tuple[Document, list[Problem]]:
    """Read a YAML file; a key given twice, which YAML readers pass over, is a problem."""
    root, problems = _read(content, file, lambda text: yaml.compose(text, Loader=PlainLoader))
    value, problems_of_values = _read(
        content, file, lambda text: yaml.load(text, Loader=PlainLoader)
    )
    if problems or problems_of_values:
        return Document(), problems or problems_of_values
    items = root.value if isinstance(root, yaml.SequenceNode) else []
    for mapping in [root, *items]:
        problems += repeated_keys(mapping, file)
    lines = tuple(item.start_mark.line + 1 for item in items)
    return Document(value, lines), problems


def parse_yaml_nodes(content: bytes, file: str) -> tuple[yaml.Node | None, list[Problem]]:
    """Read a YAML file as nodes: every value is the text that stands there, with its line."""
    return _read(content, file, lambda text: yaml.compose(text, Loader=yaml.BaseLoader))


def _read(content: bytes, file: str, load: Callable[[str], Any]) -> tuple[Any, list[Problem]]:
    if len(content) > 1024 * MAX_KILOBYTES:
        found = f"{len(content) // 1024} kB"
        return None, [Problem(file, None, "", found, f"at most {MAX_KILOBYTES} kB")]
    text, problems = decode(content, file)
    if problems:
        return None, problems
    try:
        return load(text), []
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return None, [Problem(file, line, "", error.problem or "?", "well-formed YAML")]
    # ValueError: impossible dates and numbers; RecursionError: nesting without end.
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        found = str(error).partition("\n")[0]
        return None, [Problem(file, None, "", found, "well-formed YAML")]


def repeated_keys(node: yaml.Node | None, file: str) -> list[Problem]:
    """Keys that a mapping has more than once."""
    if not isinstance(node, yaml.MappingNode):
        return []
    seen = set()
    problems = []
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.value in seen:
            line = key.start_mark.line + 1
            problems.append(Problem(file, line, key.value, "the key again", "each key once"))
        seen.add(key.value)
    return problems
