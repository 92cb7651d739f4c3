"""The documentation: its formulas, the picture of the rooms, and what is listed elsewhere."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

import mathml
import rooms
from metarepro.cli import cli

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/metarepro"
METHODS = (ROOT / "docs/methods.md").read_text(encoding="utf-8")
FORMULAS = re.findall(r"\$\$(.+?)\$\$|(?<!\$)\$([^$\n]+)\$", METHODS, re.S)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("formula", sorted({block or inline for block, inline in FORMULAS}))
def test_every_formula_becomes_mathml(formula: str) -> None:
    drawn = mathml.to_mathml(formula, "block")
    # What the converter does not know comes out as its name.
    assert "\\" not in "".join(ET.fromstring(drawn).itertext())


def test_a_formula_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="a\\^b\\^c"):
        mathml.to_mathml("a^b^c", "inline")


def test_the_contract_of_imports_names_every_room() -> None:
    found = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert found <= set(rooms.order(ROOT))


ROOMS = {"attic": "Where pigeons live.", "hall": "For guests.", "cellar": "Coal & wine."}
IMPORTS = {("attic", "hall"): 1, ("attic", "cellar"): 3}


def drawing(imports: dict[tuple[str, str], int]) -> ET.Element:
    return ET.fromstring(rooms.picture(ROOMS, imports))


def test_the_picture_names_rooms_from_top_to_bottom() -> None:
    texts = drawing(IMPORTS).findall(f"{SVG}text[@font-weight]")
    assert [text.text for text in texts] == list(ROOMS)
    heights = [float(text.attrib["y"]) for text in texts]
    assert heights == sorted(heights)


def test_the_picture_has_an_arc_for_every_import_that_runs_downwards() -> None:
    arcs = drawing(IMPORTS | {("cellar", "attic"): 1}).findall(f"{SVG}g/{SVG}title")
    assert [arc.text for arc in arcs] == ["attic imports cellar", "attic imports hall"]


def test_the_order_in_which_imports_are_found_does_not_move_the_picture() -> None:
    assert rooms.picture(ROOMS, IMPORTS) == rooms.picture(ROOMS, dict(reversed(IMPORTS.items())))


def test_imports_are_counted_between_rooms_only() -> None:
    found = rooms.arrows()
    assert found["reviews", "models"] > 1
    assert all(importer != imported for importer, imported in found)


def test_contributing_describes_every_room_from_the_bottom_to_the_top() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `([a-z]+)` \|", text, re.M)
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert described == [room for room in reversed(rooms.order(ROOT)) if room in packages]


PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_links_between_files_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
    assert [path for path in linked if not ((ROOT / page).parent / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_documentation_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", text, re.S)
    code = "\n".join(block or inline for block, inline in found)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    called = re.findall(r"^(?:\S*/)?metarepro ([a-z-]+)", code, re.M)
    made = re.findall(r"^make ([a-z-]+(?: [a-z-]+)*)", code, re.M)
    assert set(called) <= {*cli.commands, "--help", "--version"}
    assert {target for line in made for target in line.split()} <= targets


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 250


def test_the_workflow_catalog_can_list_us() -> None:
    settings = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())
    assert set(settings["usage"]) <= {"mandatory-flags", "software-stack-deployment", "report"}
    assert (ROOT / "config/README.md").exists()
    assert (ROOT / "Snakefile").exists()
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert "snakemake" in readme
    assert "workflow" in readme


def test_hooks_need_no_network() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert {repo["repo"] for repo in hooks["repos"]} == {"local"}
    assert {hook["language"] for repo in hooks["repos"] for hook in repo["hooks"]} == {"system"}


@pytest.mark.parametrize("form", ["number", "data", "idea"])
def test_each_field_of_a_form_has_a_label(form: str) -> None:
    path = ROOT / f".github/ISSUE_TEMPLATE/{form}.yml"
    body = yaml.safe_load(path.read_text(encoding="utf-8"))["body"]
    assert all(field["attributes"]["label"] for field in body)
    ids = [field["id"] for field in body]
    assert len(ids) == len(set(ids))
