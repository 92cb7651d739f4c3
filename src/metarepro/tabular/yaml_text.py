"""A YAML file as plain values with the lines that they are on; problems instead of exceptions.

Every YAML file of a study is read here, and nothing in it can run or grow: the parser's events are
taken one by one, and what is no plain YAML is refused. So is what one reader takes for a number and
another for text.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from metarepro.tabular.cells import decode
from metarepro.tabular.plain_text import is_visible
from metarepro.tabular.problems import DataError, Problem, refused

#: A plan has some kilobytes and some hundred events; as many take a second.
MAX_KILOBYTES = 500
MAX_EVENTS = 50_000
MAX_DEPTH = 20
#: Characters of a key.
LONGEST_KEY = 200
#: A file with more is another kind of file.
MAX_PROBLEMS = 100
#: Whole numbers up to here are exact in every table.
MAX_WHOLE = 10**15

#: What stands in a form where only a person knows the answer.
FILL_IN = "FILL_IN"

#: The keys and numbers of items that lead to a value.
Place = tuple[str | int, ...]

_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[-+]?[0-9]+)?", re.IGNORECASE)
#: What readers of YAML 1.1 or 1.2 take for something other than text, and what to write instead.
_TRAPS = tuple(
    (re.compile(pattern, re.IGNORECASE), allowed)
    for pattern, allowed in (
        (r"y|n|yes|no|on|off|true|false", "true or false, or the word in quotes"),
        (r"null", "null, or the word in quotes"),
        (r"[-+]?\.?(nan|inf|infinity)", "a finite number, or the word in quotes"),
        (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([t ].*)?", "a date in quotes"),
        (
            r"[-+]?\.?[0-9][0-9_.:]*(e[-+]?[0-9_]*)?|[-+]?0[xob][0-9a-f_]*",
            "a decimal number such as 20, -0.5 or 1e-3, or text in quotes",
        ),
        (r"=|<<", "text in quotes; keys of another place are written out again"),
    )
)


@dataclass(frozen=True)
class Document:
    """What a YAML file holds.

    Parameters
    ----------
    value : Any
        Of dict, list, str, int, float, bool and None; None for an empty file.
    lines : mapping of Place to int
        Line of each key and each item; that of () is the line at which the value begins.
    """

    value: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int | None:
        """Line of a place, or of the nearest one around it; None in an empty file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)


def key_of(place: Place) -> str:
    """A place as it is told, without the number of the item if the file is a list.

    Examples
    --------
    >>> key_of(("pooling", "level")), key_of(("figures", 0)), key_of((3, "from"))
    ('pooling.level', 'figures.0', 'from')
    """
    return ".".join(map(str, place[1:] if place and isinstance(place[0], int) else place))


def parse_yaml(
    content: bytes, file: str, *, texts: bool = False
) -> tuple[Document | None, list[Problem]]:
    r"""Read a YAML file, which nobody need have written in good faith.

    Parameters
    ----------
    content : bytes
        The file.
    file : str
        Its name in problems.
    texts : bool
        Take every value as the text that stands there, whatever it looks like.

    Returns
    -------
    document : Document or None
        With a value that is a problem as its text; None if the file is not plain YAML.
    problems : list of Problem

    Examples
    --------
    >>> document, problems = parse_yaml(b"icc: 0.05\nsize: 022\n", "config.yaml")
    >>> document.value
    {'icc': 0.05, 'size': '022'}
    >>> problems[0].row, problems[0].allowed
    (2, 'a decimal number such as 20, -0.5 or 1e-3, or text in quotes')
    """
    if len(content) > 1024 * MAX_KILOBYTES:
        found = f"{len(content) // 1024} kB"
        return None, [Problem(file, None, "", found, f"at most {MAX_KILOBYTES} kB")]
    text, problems = decode(content, file)
    if problems:
        return None, problems
    reading = _Reading(file, yaml.parse(text, Loader=yaml.SafeLoader), texts)
    try:
        return Document(reading.document(), reading.lines), reading.problems
    except DataError as error:
        return None, [*reading.problems, *error.problems]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = Problem(file, line, "", error.problem or "?", "well-formed YAML")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = f"the character U+{ord(text[error.position]):04X}"
        problem = Problem(file, line, "", found, "characters that can be printed")
    except (ValueError, OverflowError):  # "\UFFFFFFFF" in a text
        found = "the number of a character that there is not"
        problem = Problem(file, reading.line, "", found, "well-formed YAML")
    return None, [*reading.problems, problem]


@dataclass
class _Reading:
    """A YAML file on its way in, event by event."""

    file: str
    events: Iterator[yaml.Event]
    texts: bool
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Place, int] = field(default_factory=dict)
    #: Where the last event began, and how many there were.
    line: int = 1
    count: int = 0

    def document(self) -> Any:
        """The value of the only document of the file."""
        self._next()  # the start of the stream
        start = self._next()
        if not isinstance(start, yaml.DocumentStartEvent):
            return None
        if start.version or start.tags:
            self._refuse("a directive (%)", "plain YAML")
        value = self._value((), self._next())
        self._next()  # the end of the document
        if isinstance(self._next(), yaml.DocumentStartEvent):
            self._refuse("a second document", "one")
        return value

    def _next(self) -> yaml.Event:
        event = next(self.events)
        if event.start_mark:
            self.line = event.start_mark.line + 1
        self.count += 1
        if self.count > MAX_EVENTS:
            self._refuse("more keys and values", f"at most some {MAX_EVENTS}")
        return event

    def _value(self, place: Place, event: yaml.Event) -> Any:
        self.lines.setdefault(place, self.line)
        self._check_plain(place, event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(place, event)
        if len(place) == MAX_DEPTH:
            self._refuse("lists or keys inside each other", f"at most {MAX_DEPTH} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place)
        return self._mapping(place) if isinstance(event, yaml.MappingStartEvent) else None

    def _list(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value((*place, len(items)), event))
        return items

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse("a key that is not text", "plain YAML")
            if len(event.value) > LONGEST_KEY or not is_visible(event.value):
                allowed = f"a key of at most {LONGEST_KEY} characters, all of which can be seen"
                self._refuse(event.value, allowed)
            here = (*place, event.value)
            self._check_plain(here, event)
            if not isinstance(self._scalar(here, event), str):
                self._problem(here, event.value, "a key that is text, in quotes")
            if event.value in values:
                self._problem(here, "the key again", "each key once")
            self.lines.setdefault(here, self.line)
            values.setdefault(event.value, self._value(here, self._next()))
        return values

    def _scalar(self, place: Place, event: yaml.ScalarEvent) -> Any:
        """A quoted or folded text as it is, another one as the number or word that it is."""
        text: str = event.value
        if self.texts or not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text):
            number = _number(text)
            if number is not None:
                return number
            allowed = "a number within double precision, a whole one up to 1e15"
            self._problem(place, text, allowed)
            return text
        for trap, allowed in _TRAPS:
            if trap.fullmatch(text):
                self._problem(place, text, allowed)
                break
        return text

    def _check_plain(self, place: Place, event: yaml.Event) -> None:
        """Anchors and tags; an alias is nothing, so that nothing can grow."""
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or tag:
            found = "a tag, an anchor or an alias"
            self._problem(place, found, "plain YAML; text that begins with !, & or * in quotes")

    def _problem(self, place: Place, found: str, allowed: str) -> None:
        if len(self.problems) == MAX_PROBLEMS:
            self._refuse("more problems than these", "plain YAML")
        self.problems.append(Problem(self.file, self.line, key_of(place), found, allowed))

    def _refuse(self, found: str, allowed: str) -> NoReturn:
        raise refused(self.file, found, allowed, self.line)


def _number(text: str) -> float | None:
    """A number; None if it would be cut to fit: 1e999, 1e-999, 12345678901234567890."""
    number = float(text)
    if not re.search("[.eE]", text):
        return int(text) if abs(number) <= MAX_WHOLE else None
    is_zero = not re.search("[1-9]", re.split("[eE]", text)[0])
    return number if math.isfinite(number) and (number == 0) == is_zero else None
