"""YAML of other people: plain values with their lines, and nothing that runs, grows or deceives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from metarepro.tabular.problems import Problem
from metarepro.tabular.yaml_text import (
    LONGEST_KEY,
    MAX_DEPTH,
    MAX_EVENTS,
    MAX_KILOBYTES,
    MAX_PROBLEMS,
    Document,
    parse_yaml,
)

ROOT = Path(__file__).parents[2]
FILES = [
    *sorted(ROOT.glob("config/*.yaml")),
    *sorted(ROOT.glob("data/**/*.yaml")),
    *sorted(ROOT.glob("examples/*/*/**/*.yaml")),
    *sorted(ROOT.glob("src/metarepro/templates/study/c*.yaml")),
]
NO_NUMBER = "a decimal number such as 20, -0.5 or 1e-3, or text in quotes"
NO_WORD = "true or false, or the word in quotes"
NOT_FINITE = "a finite number, or the word in quotes"
#: What one reader of YAML or another takes for something else than it looks like.
TRAPS = {
    **dict.fromkeys(
        ["022", "+1", "08", "0o22", "0x22", "0b1", "1_000", "1:30", "1:30:22", "-022", "1:30.5"],
        NO_NUMBER,
    ),
    **dict.fromkeys(["1.", ".5", "1.5.", "1e", "+.5", "5.3.1"], NO_NUMBER),
    **dict.fromkeys(["no", "Yes", "ON", "off", "y", "N", "True", "FALSE"], NO_WORD),
    **dict.fromkeys(
        [".nan", ".NaN", "nan", ".inf", "-.Inf", "+.INF", "Infinity", "-inf"], NOT_FINITE
    ),
    **dict.fromkeys(["NULL", "Null"], "null, or the word in quotes"),
    **dict.fromkeys(["2020-11-15", "2020-1-5", "2020-11-15 10:30:00"], "a date in quotes"),
    **dict.fromkeys(["1e999", "-1e999", "1e-999", "1" * 17, "1" * 5000], "a number within double"),
    "=": "text in quotes",
}


def read(text: str, **options: bool) -> tuple[Document | None, list[Problem]]:
    return parse_yaml(text.encode(), "x.yaml", **options)


def problems_of(text: str) -> list[tuple[int | None, str, str]]:
    return [(problem.row, problem.column, problem.found) for problem in read(text)[1]]


def value_of(text: str) -> Any:
    document, problems = read(text)
    assert document is not None
    assert problems == []
    return document.value


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[yaml.Event]:
    """The events that are taken from the parser."""
    taken: list[yaml.Event] = []
    parse = yaml.parse

    def counted(text: str, **options: Any) -> Iterator[yaml.Event]:
        for event in parse(text, **options):
            taken.append(event)
            yield event

    monkeypatch.setattr(yaml, "parse", counted)
    return taken


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_files_of_the_studies_are_read_as_pyyaml_reads_them(path: Path) -> None:
    assert value_of(path.read_text(encoding="utf-8")) == yaml.safe_load(path.read_bytes())


@pytest.mark.parametrize(("trap", "allowed"), TRAPS.items())
def test_a_trap_is_refused_with_its_line(trap: str, allowed: str) -> None:
    (problem,) = read(f"a: 1\nb:\n  c: {trap}\n")[1]
    assert (problem.row, problem.column, problem.found) == (3, "b.c", trap)
    assert problem.allowed.startswith(allowed)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_in_quotes_is_text(trap: str) -> None:
    assert value_of(f"a: '{trap}'") == {"a": trap}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", 20),
        ("-0.5", -0.5),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        ("0", 0),
        ("0.0", 0.0),
        ("0e5", 0.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2018-11", "2018-11"),
        ("10.1002/14651858.CD012348.pub2", "10.1002/14651858.CD012348.pub2"),
        ("1,000", "1,000"),
        ("no data", "no data"),
        (">-\n  two\n  lines", "two lines"),
    ],
)
def test_what_everybody_reads_alike_needs_no_quotes(text: str, value: object) -> None:
    read_value = value_of(f"a: {text}\n")["a"]
    assert (read_value, type(read_value)) == (value, type(value))


@given(st.text(alphabet="0123456789_.:+-eExXoObBaAfFnNiItTrRuUyYsSlL=<~ ", min_size=1, max_size=12))
def test_no_plain_text_is_what_pyyaml_takes_for_something_else(text: str) -> None:
    try:
        theirs = yaml.safe_load(f"a: {text}\n")["a"]
    except (yaml.YAMLError, ValueError, TypeError, KeyError):
        return
    document, problems = read(f"a: {text}\n")
    if not problems and document:
        ours = document.value["a"]
        # YAML 1.1 has no 1e3, which every newer reader takes for a number.
        assert ours == theirs or (isinstance(ours, float) and ours == float(theirs))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: !!python/object/apply:os.getcwd []\n", 2),
        ("a: 1\nb: !!str 5\n", 2),
        ("a: 1\nb: ! x\n", 2),
        ("a: 1\nb: &x z\n", 2),
        ("a: 1\nb: {c: &x [z]}\n", 2),
        ("a: 1\n&x b: 2\n", 2),
    ],
)
def test_tags_and_anchors_are_refused(text: str, line: int) -> None:
    ((row, _, found),) = problems_of(text)
    assert (row, found) == (line, "a tag, an anchor or an alias")


def test_an_alias_is_refused_and_stands_for_nothing() -> None:
    document, problems = read("a: &x [1]\nb: *x\n")
    assert [problem.row for problem in problems] == [1, 2]
    assert document == Document({"a": [1], "b": None}, {(): 1, ("a",): 1, ("a", 0): 1, ("b",): 2})


def test_keys_of_another_place_are_not_merged() -> None:
    assert (2, "a.<<", "<<") in problems_of("a:\n  <<: {b: 1}\n")


@pytest.mark.parametrize("key", ["1", "true", "null", "no", "2020-11-15", "0x1"])
def test_a_key_is_text(key: str) -> None:
    ((line, column, found),) = problems_of(f"a: 1\n{key}: 2\n")
    assert (line, column, found) == (2, key, key)


@pytest.mark.parametrize("text", ["a: {b: 1, b: 2}", "- c: 1\n- a: {b: 1, b: 2}"])
def test_a_key_is_given_once_at_every_depth(text: str) -> None:
    ((line, column, found),) = problems_of(text)
    assert (line, column, found) == (text.count("\n") + 1, "a.b", "the key again")


def test_of_a_key_given_twice_the_second_is_pointed_to() -> None:
    assert problems_of("a: 1\nb: 2\na: 3\n") == [(3, "a", "the key again")]


def test_all_problems_come_at_once() -> None:
    text = "a: 022\nb: &x {c: no}\na: .nan\nd: [1:30, ok, 0x1]\n"
    assert problems_of(text) == [
        (1, "a", "022"),
        (2, "b", "a tag, an anchor or an alias"),
        (2, "b.c", "no"),
        (3, "a", "the key again"),
        (3, "a", ".nan"),
        (4, "d.0", "1:30"),
        (4, "d.2", "0x1"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("%YAML 1.1\n---\na: 1\n", 1, "a directive (%)"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", 1, "a directive (%)"),
        ("a: 1\n[b, c]: 2\n", 2, "a key that is not text"),
        ("a: 1\n? {b: c}\n: 2\n", 2, "a key that is not text"),
        ("a: 1\nb: c: d\n", 2, "mapping values are not allowed here"),
        ("a: 1\nb: *x\n", 2, "a tag, an anchor or an alias"),
        ("a: 1\nb: \x07\n", 2, "the character U+0007"),
        ('a: 1\nb: "\\UFFFFFFFF"\n', 2, "the number of a character that there is not"),
        ("a: 1\n\tb: 2\n", 2, "found character '\\t' that cannot start any token"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text: str, line: int, found: str) -> None:
    assert [(row, said) for row, _, said in problems_of(text)] == [(line, found)]


def test_a_file_has_a_greatest_size() -> None:
    assert problems_of("a: 1\n" + "#" * 1024 * MAX_KILOBYTES) == [(None, "", f"{MAX_KILOBYTES} kB")]


def test_a_file_has_a_greatest_number_of_values(events: list[yaml.Event]) -> None:
    ((_, _, found),) = problems_of("[" + "a, " * 100_000 + "]")
    assert (found, len(events)) == ("more keys and values", MAX_EVENTS + 1)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_the_greatest_depth_is_read() -> None:
    assert str(value_of(nested(MAX_DEPTH))) == nested(MAX_DEPTH)


def test_a_greater_depth_is_refused() -> None:
    assert [found for _, _, found in problems_of(nested(MAX_DEPTH + 1))] == [
        "lists or keys inside each other"
    ]


def test_of_nesting_without_end_no_more_is_read_than_is_allowed(events: list[yaml.Event]) -> None:
    read("[" * 100_000)
    assert len(events) == 2 + MAX_DEPTH + 1


def test_a_bomb_is_refused_before_it_grows(events: list[yaml.Event]) -> None:
    """Hundred lines that would be 9^100 values."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(99))
    document, problems = read(bomb)
    assert document is None
    assert len(events) < 2 * MAX_PROBLEMS
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].found == "more problems than these"


def test_a_key_has_a_greatest_length() -> None:
    ((line, _, found),) = problems_of("a: 1\n" + "b" * (LONGEST_KEY + 1) + ": 2\n")
    assert (line, found) == (2, "b" * (LONGEST_KEY + 1))


@pytest.mark.parametrize("key", ["a\\nb", "a\\u200bb", "\\ud800", "a\\e[2J"])
def test_all_of_a_key_can_be_seen(key: str) -> None:
    """It is told as it is, so that it must not end a line or hide something."""
    ((line, column, found),) = problems_of(f'a: 1\n"{key}": 2\n')
    assert (line, column) == (2, "")
    assert not found.isprintable()


def test_as_texts_values_are_what_stands_there() -> None:
    document, problems = read("a: 022\nb: no\nc:\nd: '1:30'\n", texts=True)
    assert problems == []
    assert document is not None
    assert document.value == {"a": "022", "b": "no", "c": "", "d": "1:30"}


@pytest.mark.parametrize("text", ["a: !!int 1\n", "a: 1\na: 2\n"])
def test_texts_have_to_be_plain_yaml_as_well(text: str) -> None:
    assert len(read(text, texts=True)[1]) == 1


@pytest.mark.parametrize(
    ("place", "line"), [(("a",), 2), (("a", "b", 1), 4), (("a", "z"), 2), (("y",), 2), ((), 2)]
)
def test_a_place_that_is_not_there_has_the_line_around_it(
    place: tuple[str | int, ...], line: int
) -> None:
    document, _ = read("# A plan\na:\n  b: [1,\n    2]\n")
    assert document is not None
    assert document.line(place) == line


def test_no_other_code_reads_yaml() -> None:
    """Nor has Snakemake a config to read, which it would run."""
    parts = ("src/**/*.py", "scripts/*.py", "*/*.smk", "Snakefile", "examples/*/Snakefile")
    code = {path: path.read_text("utf-8") for part in parts for path in ROOT.glob(part)}
    reading = [path.name for path, text in code.items() if "import yaml" in text]
    configured = [path.name for path, text in code.items() if "\nconfigfile" in text]
    assert (reading, configured) == (["yaml_text.py"], [])
