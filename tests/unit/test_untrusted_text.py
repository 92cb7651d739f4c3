"""Hostile texts in every free-text column: harmless in each place where they come out.

They go through the scripts as the workflow calls them; what is written is read with real parsers.
"""

import ast
import csv
import json
import os
import re
from contextlib import chdir
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from tests.command import command
from tests.data_folder import REVIEW, ROWS, set_cells, set_review, write_data_folder
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes
from tests.stages import CONFIG, draw_figures, make_tables, run, write_pages
from tests.workflow_runs import ROOT

from metarepro.readers.review_file import read_review
from metarepro.study.validation import load
from metarepro.tabular.input_tables import INPUT_TABLES
from metarepro.tabular.problems import DataError

SCRIPT = "<script>alert(1)</script>"
HOSTILE = [
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://192.0.2.1","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\uff1d1+1",
    "../../../evil",
    "]]></svg><script>alert(1)</script> --> <!-- ${7*7} {{7*7}} $x_1$",
    "\u05d0" * 3 + " \u0627\u0644",
    "e" + "\u0301" * 500,
    "long " * 2000 + "end",
]
#: Refused at the door: they cannot be seen, and turn or break what is around them.
REFUSED = ["a\u202eb", "a\u2066b", "a\x1b[2Jb", "a\0b", "a\u2028b", "a\x85b", "a\nb", "a\tb"]


def free_text(table: str) -> list[str]:
    return [
        name
        for name, column in INPUT_TABLES[table].columns.items()
        if column.allowed.startswith("text on one line")
    ]


def formulas(path: Path) -> list[str]:
    """Cells that a spreadsheet would compute; a number is none, nor is a lone sign."""
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    return [
        cell for cell in cells if re.match(r"[=+@\t\r\n\uff1d\uff0b\uff0d\uff20].|-[^0-9.]", cell)
    ]


def poison(folder: Path, text: str) -> None:
    """Put a text into every free-text cell that nothing else refers to."""
    kept = {"country", "doi", "pmid", "exclude_reason", "subject", "value", "subgroup"}
    kept |= {
        "moderator_level",
        "localities",
        "footnote",
        "name_in_trials",
        "programme",
        "counted",
        "certainty_note",
    }
    for relative, (table, rows) in ROWS.items():
        for number, given in enumerate(rows, start=2):
            # An exclusion has a reason, and a row that is used has none.
            cells = {name: text for name in free_text(table) if name not in kept}
            cells |= {} if "label" not in given else {"label": text + str(number)}
            if table == "trials" and number > 2:  # no two trials have one title
                cells["title"] = f"{text} {number}"
            if table == "results":
                cells["measure"] = f"{text} {number}"
            set_cells(folder, relative, number, cells)
    set_review(folder, {"title": text, "authors": [text], "journal": text, "notes": [text]})


class Elements(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose every text is hostile, each in a row of its own where there are several."""
    project = tmp_path_factory.mktemp("hostile")
    write_data_folder(project / "data")
    poison(project / "data", "=" + " ".join(HOSTILE))
    make_tables(project)
    draw_figures(project)
    write_pages(project)
    return project


def test_pages_have_no_script_and_link_only_to_files_beside_them(built: Path) -> None:
    pages = sorted((built / "results/report").rglob("*.html"))
    assert len(pages) > 5
    for page in pages:
        content = page.read_text(encoding="utf-8")
        elements = Elements()
        elements.feed(content)
        assert not {"iframe", "object"} & elements.tags
        files = sum(link.endswith(".js") for link in elements.links)
        data = content.count('<script type="application/json"')
        assert content.count("<script") == files + data
        assert not {name for name in elements.attributes if name.startswith("on")}
        for link in elements.links:
            place = link.partition("#")[0]
            of_trial = place == "https://doi.org/10.1000/a"
            assert not place or of_trial or (page.parent / place).resolve().is_file(), link
    assert any("alert(1)" in page.read_text(encoding="utf-8") for page in pages)


def test_the_search_index_is_data_and_nothing_else(built: Path) -> None:
    script = (built / "results/report/search-index.js").read_text(encoding="ascii")
    head, _, entries = script.removesuffix(";\n").partition("const SEARCH_INDEX = ")
    assert head == '"use strict";\n'
    hrefs = [href for _, _, href, _ in json.loads(entries)]
    assert all((built / "results/report" / href.partition("#")[0]).is_file() for href in hrefs)
    assert "alert(1)" in entries


def test_figures_are_well_formed_and_have_no_script(built: Path) -> None:
    figures = sorted((built / "results/figures").rglob("*.svg"))
    assert {figure.parent.name for figure in figures} == {"domains", "reviews", "syntheses"}
    for figure in figures:
        for element in ElementTree.fromstring(figure.read_bytes()).iter():
            assert str(element.tag).rpartition("}")[2] not in ("script", "a", "foreignObject")
            assert not [name for name in element.attrib if name.startswith("on")]
        assert figure.stat().st_size < 2_000_000


def test_no_cell_of_a_table_for_people_is_a_formula(built: Path) -> None:
    folders = ("report", "tables", "manuscript")
    tables = [path for name in folders for path in (built / "results" / name).rglob("*.csv")]
    assert sum(path.read_text(encoding="utf-8").count("HYPERLINK") for path in tables) > 50
    assert {path.name: formulas(path) for path in tables if formulas(path)} == {}


@pytest.mark.parametrize("text", HOSTILE[2:5])
def test_a_text_that_starts_as_a_formula_is_kept_as_it_is(text: str, tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    poison(folder, text)
    run(tmp_path, "extract_data", CONFIG, "trials")
    with (tmp_path / "results/extracted/trials.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["title"] == text
    assert load(folder).trials["title"].iloc[0] == text


def test_files_are_named_by_ids_and_nothing_is_outside(built: Path) -> None:
    assert {path.name for path in built.iterdir()} == {"data", "results"}
    for path in (built / "results").rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]{0,150}", path.name)


@pytest.mark.parametrize("text", REFUSED)
def test_marks_that_cannot_be_seen_are_refused(text: str, tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    set_cells(folder, "trials/trials.csv", 2, {"title": text})
    set_review(folder, {"title": text})
    with pytest.raises(DataError) as caught:
        load(folder)
    assert {problem.column for problem in caught.value.problems} == {"title"}
    # The message does what it complains of no more than the file may.
    assert str(caught.value).replace("\n", "").isprintable()


@pytest.mark.parametrize("wrong", ["../x", "a/b", "a" * 61, "A", "a b", "\u0430", "a\n", "."])
def test_ids_cannot_leave_their_folder(wrong: str, tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    set_cells(folder, "codebook/outcomes.csv", 2, {"outcome": wrong})
    set_cells(folder, "codebook/interventions.csv", 2, {"intervention": wrong})
    with pytest.raises(DataError) as caught:
        load(folder)
    places = {(problem.file.rpartition("/")[2], problem.found) for problem in caught.value.problems}
    assert {("outcomes.csv", wrong), ("interventions.csv", wrong)} <= places


def test_a_review_file_full_of_hostile_texts(tmp_path: Path) -> None:
    """In every name and label of it, and in its numbers of analyses, which become file names."""
    text = escape(" ".join(HOSTILE[:-1]))
    content = made_up_review()
    for label in ("Depression", "Therapy versus care", "Usual care", "Favours therapy"):
        content = content.replace(f">{label}<", f">={text}<")
    quoted = text.replace('"', "&quot;")
    content = content.replace('NAME="Ann 2001"', f'NAME="=1+1 {quoted}"')
    content = content.replace('NO="2"', 'NO="../../../../evil/&#x202e;1"')
    assert content != made_up_review()
    path = tmp_path / "in" / "=1 <script>.rm5"
    path.parent.mkdir()
    path.write_bytes(rm5_bytes(content))
    with chdir(tmp_path):
        assert command("reproduce", "in", "--output-dir=out", "--forest").exit_code == 0
    assert {item.name for item in tmp_path.iterdir()} == {"in", "out"}
    drawn = [item.relative_to(tmp_path / "out/forest") for item in tmp_path.rglob("*.svg")]
    assert len(drawn) == 2
    for item in drawn:
        assert re.fullmatch(r"[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+", item.as_posix())
        ElementTree.fromstring((tmp_path / "out/forest" / item).read_bytes())
    for table in (tmp_path / "out").glob("*.csv"):
        assert formulas(table) == []
    assert not {"\u202e", "\u202b"} & set((tmp_path / "out/reproduction.csv").read_text())


@pytest.mark.parametrize(
    "content",
    [
        "a: &a [x]\nb: *a\n",
        "a: &a ['lol']\n" + "".join(f"b{i}: &b{i} [{'*a,' * 9}]\n" for i in range(9)),
        "&a [*a]",
        "- !!python/object/apply:os.system [true]",
        "- !!binary aGk=",
        "- !!set {a}",
        "<<: &b {a: 1}",
        "[" * 100_000,
        "{" * 100_000,
        "? " * 100_000,
        "- " * 100_000,
        "x" * 2_000_000,
    ],
)
def test_yaml_is_plain_values_only(content: str, tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    for relative in ("corrections.yaml", REVIEW):
        (folder / relative).write_text(content)
    with pytest.raises(DataError) as caught:
        load(folder)
    assert {"data/corrections.yaml", f"data/{REVIEW}"} <= {p.file for p in caught.value.problems}


def test_a_table_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no endless file here")
    folder = write_data_folder(tmp_path / "data")
    path = folder / "trials/trials.csv"
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(DataError, match="found 'a link out of the study'"):
        load(folder)


def test_a_table_of_any_size_is_not_read_to_its_end(tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    os.truncate(folder / "trials/trials.csv", 51 * 1024 * 1024)
    with pytest.raises(DataError, match="found 'more than 50 MB'"):
        load(folder)


CODE = sorted(path for name in ("src", "scripts") for path in (ROOT / name).rglob("*.py"))
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
FORBIDDEN_CALLS = {"eval", "exec", "read_pickle", "to_pickle", "unsafe_load", "full_load", "system"}


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.stem)
def test_no_code_is_made_from_data(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & FORBIDDEN_MODULES
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in FORBIDDEN_MODULES
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert name not in FORBIDDEN_CALLS
            assert not any(keyword.arg in ("shell", "allow_pickle") for keyword in node.keywords)


def test_the_small_folder_is_what_is_poisoned(tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    poison(folder, SCRIPT)
    assert command("check", "--data-dir", folder).exit_code == 0
    assert SCRIPT in (folder / "trials/results.csv").read_text()
    with pytest.raises(DataError):
        read_review(folder / "trials/results.csv")
