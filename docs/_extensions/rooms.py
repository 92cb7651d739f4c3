"""Pages and picture of the rooms of the library, made from the code.

The order of the rooms is that of the contract in pyproject.toml, their sentences are the first
of their docstrings, and the arcs are the imports that grimp finds. Same code, same bytes.
"""

import ast
import tomllib
from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path

import grimp

PACKAGE = "metarepro"

#: Pixels of the picture: height of a row, width of the arcs, width and space above.
ROW, ARCS, WIDTH, TOP = 30, 230, 960, 20


def write(root: Path, folder: Path) -> None:
    """Write the picture, and one page for each room, into `folder`.

    Parameters
    ----------
    root : Path
        The project: what is drawn is in its `src` and its `pyproject.toml`.
    folder : Path
        Made if it is not there.
    """
    folder.mkdir(exist_ok=True)
    described = {name: _sentence(root, name) for name in order(root)}
    rooms = {name: sentence for name, sentence in described.items() if sentence}
    (folder / "rooms.svg").write_text(picture(rooms, arrows()), encoding="utf-8")
    for name in rooms:
        (folder / f"{name}.rst").write_text(_page(root, name), encoding="utf-8")
    index = ["Every module", "============", "", ".. toctree::", "", *(f"   {n}" for n in rooms)]
    (folder / "index.rst").write_text("\n".join([*index, ""]), encoding="utf-8")


def order(root: Path) -> list[str]:
    """Names of the rooms from the top to the bottom, as the contract of imports lists them."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return [name.strip(" ()") for layer in layers for name in layer.split("|")]


def arrows() -> Counter[tuple[str, str]]:
    """Count the imports of one room's modules by another's: (importer, imported)."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            rooms = [name.split(".")[1] for name in (module, imported) if "." in name]
            if len(set(rooms)) == 2:
                found[rooms[0], rooms[1]] += 1
    return found


def picture(rooms: Mapping[str, str], imports: Mapping[tuple[str, str], int]) -> str:
    """Draw rooms as SVG, the topmost first.

    An arc on the left leads from a room down to one that it imports; it is thicker the more
    imports there are.

    Parameters
    ----------
    rooms : mapping
        From names to sentences, in order.
    imports : mapping
        From (importer, imported) to how many there are, as `arrows` counts them. Those that run
        upwards are not drawn: the contract forbids them.
    """
    y = {name: TOP + ROW * row for row, name in enumerate(rooms)}
    drawn = [
        _arc(y[importer], y[imported], number, f"{importer} imports {imported}")
        for (importer, imported), number in sorted(imports.items())
        if y[importer] < y[imported]
    ]
    drawn += [_label(y[name], name, sentence) for name, sentence in rooms.items()]
    height = TOP + ROW * len(rooms)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'class="rooms" font-family="sans-serif" font-size="14">',
            "<title>The rooms of metarepro and the imports between them</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def _sentence(root: Path, name: str) -> str:
    """First line of a room's docstring; empty if there is no such room."""
    package = root / "src" / PACKAGE
    for path in (package / name / "__init__.py", package / f"{name}.py"):
        if path.is_file():
            docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            return (docstring or "").partition("\n")[0]
    return ""


def _page(root: Path, name: str) -> str:
    """Page of a room: what it is, and the documentation of each of its modules."""
    parts = [name, "=" * len(name), "", f".. automodule:: {PACKAGE}.{name}", ""]
    for path in sorted((root / "src" / PACKAGE / name).glob("*.py")):
        if path.stem != "__init__":
            parts += [path.stem, "-" * len(path.stem), ""]
            parts += [f".. automodule:: {PACKAGE}.{name}.{path.stem}", ""]
    return "\n".join(parts)


def _arc(start: int, end: int, imports: int, title: str) -> str:
    right, bend = ARCS - 12, 0.42 * (end - start)
    curve = f"M {right} {start} C {right - bend:g} {start} {right - bend:g} {end} {right - 2} {end}"
    return (
        f'<g><title>{escape(title)}</title><path d="{curve}" fill="none" stroke="#1f5f8b" '
        f'stroke-opacity="0.45" stroke-width="{0.8 + 0.35 * min(imports, 8):.2f}"/>'
        f'<path d="M {right} {end} l -8 -4 v 8 z" fill="#1f5f8b"/></g>'
    )


def _label(y: int, name: str, sentence: str) -> str:
    return (
        f'<circle cx="{ARCS - 8}" cy="{y}" r="4" fill="#1f5f8b"/>'
        f'<text x="{ARCS + 6}" y="{y + 5}" font-weight="bold">{escape(name)}</text>'
        f'<text x="{ARCS + 110}" y="{y + 5}" fill="#333333">{escape(sentence)}</text>'
    )
