"""Sphinx: user guide and API reference. `make docs` builds them, without a network."""

import re
import sys
from pathlib import Path
from typing import Any, get_origin

from sphinx.application import Sphinx

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_extensions"), str(DOCS.parent / "src")]

import rooms  # noqa: E402

project = "metarepro"
author = "the authors of metarepro"
html_title = "metarepro"

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_parser",
    "mathml",
    "public_api",
]
exclude_patterns = ["_build"]

# The picture of the rooms and their pages: before Sphinx looks for its sources.
rooms.write(DOCS.parent, DOCS / "modules")

add_module_names = False
# The docstrings give types with their shapes and units.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
# Attributes stand in the docstring of their class.
numpydoc_show_class_members = False

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

#: Files outside this folder that are pages here.
PAGES = {
    "../src/metarepro/templates/data_guide.md": "data.md",
    "../data/README.md": "study-data.md",
    "../CONTRIBUTING.md": "contributing.md",
}


def lead_to_pages(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn links between files of the repository into links between pages."""
    for file, page in PAGES.items():
        source[0] = source[0].replace(f"({file}", f"({page}")


def lead_to_pages_from_included(app: Sphinx, path: Path, docname: str, source: list[str]) -> None:
    """Do so in a file that a page includes."""
    lead_to_pages(app, docname, source)


def leave_out(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: Any
) -> bool | None:
    """Leave out aliases of types, fields of named tuples, and what matplotlib adds to a class."""
    field = str(getattr(obj, "__doc__", "")).startswith("Alias for field number")
    foreign = str(getattr(obj, "__module__", "")).startswith("matplotlib")
    return True if get_origin(obj) or field or foreign else None


def keep_bars(
    app: Sphinx, what: str, name: str, obj: object, options: Any, lines: list[str]
) -> None:
    """Take |x| for an absolute value: in reStructuredText it would be a substitution."""
    lines[:] = [re.sub(r"(?<!`)\|(\w+)\|(?!`)", r"\\|\1\\|", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Connect what is done to pages and docstrings as they are read."""
    app.connect("autodoc-process-docstring", keep_bars)
    app.connect("source-read", lead_to_pages)
    app.connect("include-read", lead_to_pages_from_included)
    app.connect("autodoc-skip-member", leave_out)


# A reference to something of this library has to lead somewhere. What other libraries define is
# not looked up: that would need the network.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!metarepro).*")]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["local.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
