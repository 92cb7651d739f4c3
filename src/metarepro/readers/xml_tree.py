"""XML of unknown origin as a tree of the elements that are wanted, streamed and under limits.

Document type declarations are refused, and with them all entities but the five of XML itself. A
format that has them may name a DTD, which is never read: characters of its entities are those of
HTML, and no entity may be declared in the file.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat

from metarepro.readers.archives import MIB, Document
from metarepro.readers.encodings import Utf8, claims_utf8
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem

# Reviews nest about 15 deep and have some 100,000 elements, the largest under 10,000 study rows.
MAX_DEPTH = 200
MAX_ELEMENTS = 2_000_000
MAX_KEPT = 200_000
MAX_KEPT_CHARACTERS = 20_000_000
# A start tag with all its attributes; the longest are notes of some kilobytes.
MAX_TAG_BYTES = 4 * MIB
_CHUNK = 1 * MIB
_XML_MARKS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")


@dataclass(slots=True)
class Element:
    """An element that is kept, with the line where it starts; `named` has its children by tag."""

    tag: str
    attributes: dict[str, str]
    line: int
    path: str
    content: "list[Element | str]"
    named: "dict[str, list[Element]]"

    def children(self, *tags: str) -> "Iterable[Element]":
        """Child elements with one of the tags; all without."""
        if len(tags) == 1:
            return self.named.get(tags[0], ())
        elements = (item for item in self.content if isinstance(item, Element))
        return (element for element in elements if not tags or element.tag in tags)

    def all_text(self) -> str:
        """Text of the element and of the markup in it, without what was struck out."""
        parts = (
            item if isinstance(item, str) else item.all_text()
            for item in self.content
            if isinstance(item, str) or item.tag != "DEL"
        )
        return "".join(parts)

    def text_of(self, tag: str) -> str:
        """Plain text of the children with a tag."""
        named = self.named.get(tag)
        return clean_text(" ".join([child.all_text() for child in named])) if named else ""


class _RefusedError(Exception):
    """The file is not read any further."""

    def __init__(self, found: str, allowed: str):
        super().__init__(found)
        self.found, self.allowed = found, allowed


def _no_line() -> int:
    return 0


class _Collector:
    """Target of the parser: keeps what is wanted, counts everything."""

    def __init__(self, root_tag: str, wanted: Mapping[str, frozenset[str]]) -> None:
        self.root_tag = root_tag
        self.wanted = wanted
        self.line: Callable[[], int] = _no_line
        self.open: list[str] = []
        self.kept: list[Element | None] = []
        self.root: Element | None = None
        self.elements = 0
        self.n_kept = 0
        self.characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.elements += 1
        if not self.open and tag != self.root_tag:
            raise _RefusedError(f"the root element {tag[:80]}", f"the root {self.root_tag}")
        if len(self.open) >= MAX_DEPTH:
            found = f"elements nested deeper than {MAX_DEPTH}"
            raise _RefusedError(found, f"at most {MAX_DEPTH} inside each other")
        if self.elements > MAX_ELEMENTS:
            found = f"more than {MAX_ELEMENTS} elements"
            raise _RefusedError(found, f"at most {MAX_ELEMENTS} elements")
        self.open.append(tag)
        self.kept.append(self._keep(tag, attributes))

    def _keep(self, tag: str, attributes: dict[str, str]) -> Element | None:
        parent = self.kept[-1] if self.kept else None
        if self.kept:
            wanted = self.wanted.get(parent.tag) if parent else ()
            if wanted is not None and tag not in wanted:
                return None
        self.n_kept += 1
        if self.n_kept > MAX_KEPT:
            found = f"more than {MAX_KEPT} elements in studies, analyses and tables"
            raise _RefusedError(found, f"at most {MAX_KEPT}")
        self._count(len("".join(attributes.values())))
        if parent is None:
            self.root = Element(tag, attributes, self.line(), f"/{tag}", [], {})
            return self.root
        alike = parent.named.get(tag)
        if alike is None:
            alike = parent.named[tag] = []
        path = f"{parent.path}/{tag}[{len(alike) + 1}]"
        element = Element(tag, attributes, self.line(), path, [], {})
        alike.append(element)
        parent.content.append(element)
        return element

    def _count(self, characters: int) -> None:
        self.characters += characters
        if self.characters > MAX_KEPT_CHARACTERS:
            found = f"more than {MAX_KEPT_CHARACTERS} characters in studies, analyses and tables"
            raise _RefusedError(found, f"at most {MAX_KEPT_CHARACTERS}")

    def end(self, tag: str) -> None:
        """An element ends."""
        self.open.pop()
        self.kept.pop()

    def data(self, text: str) -> None:
        """Characters between tags."""
        element = self.kept[-1] if self.kept else None
        if element is not None:
            self._count(len(text))
            element.content.append(text)

    def entity(self, name: str, is_parameter: bool) -> None:
        """A reference to an entity of a DTD that is not read."""
        if not is_parameter:
            self.data(html.unescape(f"&{name};"))


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Some bytes, none at the end."""


def read_tree(
    stream: Readable,
    file: str,
    root_tag: str,
    wanted: Mapping[str, frozenset[str]],
    *,
    may_name_dtd: bool = False,
) -> Element:
    """Read the wanted elements of an XML file.

    Parameters
    ----------
    stream : binary file
    file : str
        Its name in messages.
    root_tag : str
        The root element that it must have.
    wanted : dict
        Tags of the children to keep, by the tag of the parent; of a parent that is not listed all
        are kept.
    may_name_dtd : bool
        Whether files of the format have a document type declaration; the DTD is not read.

    Raises
    ------
    DataError
        With the first thing that keeps the file from being read.
    """
    collector = _Collector(root_tag, wanted)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    if may_name_dtd:
        parser.EntityDeclHandler = _refuse_entities
        parser.SkippedEntityHandler = collector.entity
    else:
        parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.data
    collector.line = lambda: parser.CurrentLineNumber
    fed = 0
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > MAX_TAG_BYTES:
                found = f"a tag of more than {MAX_TAG_BYTES // MIB} MB"
                raise _RefusedError(found, "tags of some kilobytes")
        parser.Parse(b"", True)
    except _RefusedError as error:
        raise DataError([_xml_problem(file, collector, error.found, error.allowed)]) from None
    except expat.ExpatError as error:
        raise DataError([_syntax_problem(file, collector, error)]) from None
    except (ValueError, LookupError) as error:
        found = f"an encoding that cannot be read ({error})"
        allowed = "UTF-8, UTF-16 or ISO-8859-1, as the XML declaration says"
        raise DataError([_xml_problem(file, collector, found, allowed)]) from None
    finally:
        # Parser and collector hold each other, and with them the tree of each of many files.
        collector.line = _no_line
    assert collector.root is not None  # the parser refuses a file without root
    return collector.root


def _refuse_declarations(*_: object) -> None:
    """Without a document type declaration there are no entities but those of XML itself."""
    found = "a document type declaration (entities could be declared in it)"
    raise _RefusedError(found, "XML without DOCTYPE")


def _refuse_entities(
    name: str, is_parameter: bool, value: str | None, base: str | None, *_: object
) -> None:
    """An entity of another file is never read; one with a text of its own could be a bomb."""
    if value is not None:
        found = f"the entity {name[:80]}, declared in the file"
        raise _RefusedError(found, "XML that declares no entities")


def is_xml(head: bytes) -> bool:
    """Whether a file starts like XML, in any encoding."""
    return head.lstrip(b" \t\r\n").startswith(_XML_MARKS)


def read_root(
    document: Document, file: str, root_tag: str, wanted: Mapping[str, frozenset[str]]
) -> tuple[Element, str]:
    """The wanted elements of a file as `read_tree` gives them, and a note on its encoding."""
    with document.open() as stream:
        if not claims_utf8(document.head):
            return read_tree(stream, file, root_tag, wanted), ""
        text = Utf8(stream)
        return read_tree(text, file, root_tag, wanted), text.note()


def _xml_problem(file: str, collector: _Collector, found: str, allowed: str) -> Problem:
    return Problem(file, max(1, collector.line()), "", found, allowed)


def _syntax_problem(file: str, collector: _Collector, error: expat.ExpatError) -> Problem:
    line = error.lineno
    if collector.open and re.match("no element found|unclosed token", str(error)):
        inside = collector.open[-1]
        return Problem(file, line, "", f"the end of the file inside {inside}", "a whole XML file")
    allowed = "well-formed XML in the encoding that it declares"
    return Problem(file, line, "", str(error), allowed)
