"""Tables and the page that lists them, as HTML (Jinja2 templates in templates/)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

#: A column is set to the right when all its cells consist of these.
_NUMERIC = r"(at least |SMD |OR |RR |[gd] )?[\s\d.,%\[\]()\u2212\u2013<=∞p/e]*|not reported"
#: A column with a longer cell than this gets room.
_LONG = 40


@dataclass(frozen=True)
class Page:
    """A table with what a reader needs to know about it."""

    name: str
    title: str
    caption: str
    table: pd.DataFrame


@dataclass(frozen=True)
class Link:
    """A figure or file in a list of them."""

    path: str
    label: str


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("metarepro"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render_table(page: Page) -> str:
    """Return a page with one table; every cell is escaped."""
    table = page.table
    numeric = {c for c in table.columns if table[c].str.fullmatch(_NUMERIC).all()}
    long = {c for c in table.columns if table[c].str.len().max() > _LONG}
    return (
        _environment()
        .get_template("table.html.j2")
        .render(
            title=page.title,
            caption=page.caption,
            name=page.name,
            columns=list(table.columns),
            numeric=numeric,
            long=long,
            rows=table.to_dict("records"),
        )
    )


def render_index(
    title: str,
    page_groups: Mapping[str, Sequence[Page]],
    link_groups: Mapping[str, Sequence[Link]],
    missing: Sequence[str] = (),
) -> str:
    """Return the page that links all tables and figures, and says first what is missing in them."""
    return (
        _environment()
        .get_template("index.html.j2")
        .render(title=title, page_groups=page_groups, link_groups=link_groups, missing=missing)
    )
