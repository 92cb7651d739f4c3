"""How a page of the report is cited.

No date: the same input gives the same bytes. The version is that of the program; who publishes a
report adds its address and date.
"""

import re
from functools import cache
from importlib.metadata import version

from metarepro.report.blocks import Page
from metarepro.wording.typesetting import bibtex


def citation(page: Page, report: str) -> str:
    """Write the citation of a page as text.

    Parameters
    ----------
    page : Page
    report : str
        Title of the report.

    Examples
    --------
    >>> page = Page("trials.html", "Trials")
    >>> citation(page, "Do they hold?")  # doctest: +ELLIPSIS
    'Trials. In: Do they hold? Report made with metarepro ... (trials.html).'
    """
    inside = "" if page.is_first else f"{_closed(page.title)} In: "
    return f"{inside}{_closed(report)} {_made()} ({page.path})."


def citation_bibtex(page: Page, report: str) -> str:
    """Write the citation of a page as BibTeX; the key is made of its address."""
    key = re.sub(r"[^A-Za-z0-9]+", "-", page.path.removesuffix(".html"))
    inside = "" if page.is_first else f"In: {_closed(report)} "
    fields = {"title": f"{{{bibtex(page.title)}}}", "note": bibtex(f"{inside}{_made()}")}
    fields["howpublished"] = bibtex(page.path)
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return "\n".join([f"@misc{{metarepro-{key},", ",\n".join(lines), "}"])


@cache  # the version stands in a file
def _made() -> str:
    return f"Report made with metarepro {version('metarepro')}"


def _closed(title: str) -> str:
    """A title with a mark at its end."""
    return title if title.endswith(("?", "!", ".")) else f"{title}."
