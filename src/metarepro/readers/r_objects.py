"""Objects of R as plain values: vectors, lists and their attributes."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from metarepro.readers.source_files import MAX_CELLS, library
from metarepro.tabular.problems import refused

#: Objects of a file. Each text is one, and takes some 500 bytes while it is read.
MAX_OBJECTS = 100_000
_ERRORS = (
    AssertionError, AttributeError, EOFError, IndexError, KeyError, NotImplementedError,
    OverflowError, RecursionError, TypeError, ValueError,
)  # fmt: skip
_MISSING = -(2**31)


@dataclass(frozen=True)
class Named:
    """An object of R.

    Attributes
    ----------
    values : of a vector numbers, texts and None for a missing one; of a list the objects in it; of
        anything else none
    names : of the values, "" for one without
    classes : what it calls itself
    levels : of a factor, whose values are their numbers from 1
    is_list : whether its values are objects
    measure : of effects by `escalc` of metafor what it calls their measure, else ""
    """

    values: tuple[Any, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...]
    levels: tuple[str, ...]
    is_list: bool
    measure: str = ""

    def get(self, name: str) -> "Named | None":
        """The value of that name in a list, if there is one."""
        if not self.is_list or name not in self.names:
            return None
        found = self.values[self.names.index(name)]
        return found if isinstance(found, Named) else None

    def items(self) -> Iterator[tuple[str, "Named"]]:
        """Names and objects of a list."""
        if self.is_list:
            yield from zip(self.names, self.values, strict=True)

    @property
    def column(self) -> tuple[Any, ...]:
        """The values, those of a factor as texts."""
        if not self.levels:
            return self.values
        return tuple(
            self.levels[int(value) - 1] if value and 0 < value <= len(self.levels) else None
            for value in self.values
        )


def read_object(content: bytes, file: str, words: str) -> Named:
    """The object of an unpacked file of R.

    Parameters
    ----------
    content : bytes
        As `saveRDS` and `save` write by default (XDR).
    file, words : str
        The file, and what kind of file it is.

    Raises
    ------
    DataError
        For a damaged file, or one with more than `MAX_OBJECTS` objects.
    InputError
        Without rdata, which the extra `r` brings.
    """
    library("rdata", file, words)
    from rdata.parser import DEFAULT_ALTREP_MAP
    from rdata.parser._xdr import ParserXDR

    class Counted(ParserXDR):
        """Stops where there is more than tables of studies have."""

        count = 0

        def parse_R_object(self, *args: Any, **named: Any) -> Any:  # noqa: N802
            self.count += 1
            if self.count > MAX_OBJECTS:
                raise refused(file, f"more than {MAX_OBJECTS} objects", f"at most {MAX_OBJECTS}")
            return super().parse_R_object(*args, **named)

        def _parse_bytecode(self, references: Any, repeated: Any = None) -> Any:
            # A function starts with a number for which the library makes room at once.
            place = self.file.tell()
            if repeated is None and not 0 <= self.parse_int() <= MAX_OBJECTS:
                raise refused(file, f"more than {MAX_OBJECTS} objects", f"at most {MAX_OBJECTS}")
            self.file.seek(place)
            return super()._parse_bytecode(references, repeated)

        def expand_altrep_to_object(self, info: Any, state: Any) -> Any:
            # A range such as 1:1000000000 takes no room in the file.
            length = state.value[0]
            if isinstance(length, float) and length > MAX_CELLS:
                raise refused(file, f"a range of {length:.0f} numbers", f"at most {MAX_CELLS}")
            return super().expand_altrep_to_object(info, state)

    try:
        parser = Counted(
            memoryview(content)[2:], expand_altrep=True, altrep_constructor_dict=DEFAULT_ALTREP_MAP
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the library passes over, we do not need
            return _named(parser.parse_all().object)
    except _ERRORS as error:
        found = f"a damaged file ({type(error).__name__}: {error})"
        raise refused(file, found, words) from None


def _named(thing: Any, depth: int = 0) -> Named:
    """A parsed object with what it contains, to the depth that tables stand in."""
    kind = thing.info.type.name
    if kind in ("LIST", "NIL"):  # the pairs of name and object that `save` writes
        pairs = list(_pairs(thing))
        objects = tuple(_named(value, depth + 1) for _, value in pairs) if depth < 4 else ()
        return Named(objects, tuple(name for name, _ in pairs)[: len(objects)], (), (), True)
    if kind not in ("VEC", "STR", "INT", "REAL", "LGL"):  # functions, environments, formulas
        return Named((), (), (), (), False)
    attributes = dict(_pairs(thing.attributes))
    values: tuple[Any, ...] = ()
    if kind == "VEC" and depth < 4:
        values = tuple(_named(value, depth + 1) for value in thing.value)
    elif kind == "STR":
        values = tuple(_text(one) for one in thing.value)
    elif kind != "VEC":
        values = tuple(_number(one) for one in thing.value.tolist())
    names = tuple(text or "" for text in _texts(attributes.get("names")))
    return Named(
        values,
        names if len(names) == len(values) else ("",) * len(values),
        tuple(text or "" for text in _texts(attributes.get("class"))),
        tuple(text or "" for text in _texts(attributes.get("levels"))),
        kind == "VEC",
        next(iter(_texts(attributes.get("measure"))), "") or "",
    )


def _pairs(thing: Any) -> Iterator[tuple[str, Any]]:
    """Names and objects of a pairlist."""
    while thing is not None and thing.info.type.name == "LIST":
        tag = thing.tag
        while tag is not None and tag.referenced_object is not None:
            tag = tag.referenced_object
        # After functions that were compiled the library loses count of the names (1.1.0).
        named = tag is not None and tag.info.type.name == "SYM" and tag.value.info.type.value == 9
        yield (_text(tag.value) or "") if named else "", thing.value[0]
        thing = thing.value[1]


def _texts(thing: Any) -> tuple[str | None, ...]:
    if thing is None or thing.info.type.name != "STR":
        return ()
    return tuple(_text(one) for one in thing.value)


def _text(char: Any) -> str | None:
    return None if char.value is None else char.value.decode("utf-8", "replace")


def _number(value: Any) -> Any:
    if value is None or value == _MISSING or isinstance(value, float) and math.isnan(value):
        return None
    return value
