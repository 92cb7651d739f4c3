"""The main pages of a report in one HTML file, to send by mail.

The file is put together from the pages that a run wrote, so it says what they say. It holds the
first page, the pages that the first page and the navigation link, and the pages of published
results; without those of single trials and the tables that are for looking up. Links to what is not
in it become words. Figures are inside; there are no scripts.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import quote

from metarepro.errors import InputError

FIRST = "index.html"
#: Pages that are for looking up: long tables, and files that stay behind.
LEFT_OUT = frozenset(
    f"{name}.html"
    for name in ("results", "syntheses", "sensitivity", "trials", "audit", "downloads")
)
_STYLES = ("report.css", "families.css")
_OWN_STYLE = """
.page { border-top: 3px solid var(--strong-rule); margin-top: 4rem; }
.download:empty { display: none; }
@media print { .page { break-before: page; border: 0; margin: 0; } }
"""
#: Elements that have no place in the file, with all that is in them.
_DROPPED = frozenset(("script", "form", "button"))
#: What need not be escaped in the address that holds a drawing: all but % and # of what SVG has.
_IN_ADDRESS = """ !"$&'()*+,/:;<=>?@[\\]^`{|}~"""
#: Elements that would be landmarks of the same name on many pages, and what they become.
_PLAIN = {"nav": "div", "section": "div"}
_HEADING = re.compile(r"h[1-5]")


def single_file(report: Path) -> tuple[str, int]:
    """Put the main pages of a report into one file.

    Parameters
    ----------
    report : Path
        The folder that a run wrote.

    Returns
    -------
    html : str
        The file; the same bytes for the same report.
    pages : int
        How many pages it holds.

    Raises
    ------
    InputError
        If the folder holds no report.
    """
    if not (report / FIRST).is_file():
        raise InputError(f"there is no report in {report}: make it with metarepro run")
    names = list(_main_pages(report))
    figures: dict[Path, str] = {}
    pages = [_read(_Part(report, name, frozenset(names), figures)) for name in names]
    style = "\n".join((report / name).read_text(encoding="utf-8") for name in _STYLES) + _OWN_STYLE
    return _document(pages, style), len(pages)


def _main_pages(report: Path) -> Iterator[str]:
    """The pages in the order of reading, each once."""
    listed = _Links((report / FIRST).read_text(encoding="utf-8")).pages
    published = (path.relative_to(report).as_posix() for path in report.glob("published/*.html"))
    for name in dict.fromkeys([FIRST, *listed, *sorted(published)]):
        inside = not name.startswith(("..", "/")) and name not in LEFT_OUT
        if inside and not name.startswith("trials/") and (report / name).is_file():
            yield name


class _Links(HTMLParser):
    """The pages of the report that a page links, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pages: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = (dict(attrs).get("href") or "") if tag == "a" else ""
        page = address.partition("#")[0]
        if page.endswith(".html") and ":" not in page:
            self.pages.append(normpath(page))


@dataclass(frozen=True)
class _Page:
    """What a page holds, as it stands in the file."""

    anchor: str
    title: str
    html: str


def _is_file(href: str) -> bool:
    """Whether a link leads to a file beside the pages, such as a table or a figure."""
    path = href.partition("#")[0]
    return not path.startswith("https://") and bool(path) and not path.endswith(".html")


def _anchor(name: str, inside: str = "") -> str:
    """The id of a page in the file, or of a place on it."""
    page = name.removesuffix(".html").replace("/", "-")
    return f"{page}--{inside}" if inside else page


class _Part(HTMLParser):
    """The content of a page, with its ids, links and figures as the one file needs them.

    `figures` holds the figures that are already in the file, each with the page where it stands.
    """

    def __init__(
        self, report: Path, name: str, kept: frozenset[str], figures: dict[Path, str]
    ) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.title = ""
        self.name = name
        self.report = report
        self._kept, self._figures = kept, figures
        self._in_main = self._in_heading = False
        self._dropped: list[str] = []
        #: For each open link whether it is kept.
        self._links: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self._in_main = True
        elif tag in _DROPPED:
            self._dropped.append(tag)
        elif self._writes:
            self._in_heading = tag == "h1"
            self._open(tag, {name: value or "" for name, value in attrs})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._writes:
            self.out.append(f"{_tag(tag, self._changed({k: v or '' for k, v in attrs}))[:-1]}/>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False
        elif self._dropped and tag == self._dropped[-1]:
            self._dropped.pop()
        elif self._writes:
            self._in_heading &= tag != "h1"
            if tag != "a" or self._links.pop():
                self.out.append(f"</{_as_part(tag)}>")

    def handle_data(self, data: str) -> None:
        self._text(data)

    def handle_entityref(self, name: str) -> None:
        self._text(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._text(f"&#{name};")

    @property
    def _writes(self) -> bool:
        return self._in_main and not self._dropped

    def _text(self, written: str) -> None:
        if self._writes:
            self.out.append(written)
            self.title += written if self._in_heading else ""

    def _open(self, tag: str, attrs: dict[str, str]) -> None:
        if tag in _PLAIN:
            attrs = {key: value for key, value in attrs.items() if not key.startswith("aria-label")}
        elif attrs.get("role") == "region":
            attrs["aria-label"] = f"{unescape(self.title)}: {attrs['aria-label']}"
        elif tag == "a":
            if _is_file(attrs.get("href", "")):
                self._dropped.append(tag)
                return
            address = self._address(attrs.get("href", ""))
            self._links.append(bool(address))
            if not address:
                return
            attrs = {**attrs, "href": address}
        elif tag == "img":
            self._figure(attrs)
            return
        self.out.append(_tag(_as_part(tag), self._changed(attrs)))

    def _address(self, href: str) -> str:
        """Where a link leads from the file; "" if that is not in it."""
        if href.startswith("https://"):
            return href
        page, _, place = href.partition("#")
        name = normpath(join(dirname(self.name), page)) if page else self.name
        # The filters of a table need the script.
        filtered = place.startswith("rows&")
        return f"#{_anchor(name, '' if filtered else place)}" if name in self._kept else ""

    def _changed(self, attrs: dict[str, str]) -> dict[str, str]:
        """The ids of a page, so that no other page has them."""
        named = {"id", "aria-labelledby", "for"} & set(attrs)
        return {**attrs, **{name: _anchor(self.name, attrs[name]) for name in named}}

    def _figure(self, attrs: dict[str, str]) -> None:
        """Write a figure where it is first shown; after that, its words with a link to it."""
        path = (self.report / dirname(self.name) / attrs["src"]).resolve()
        if not path.is_relative_to(self.report.resolve()):
            raise InputError(f"{self.name}: the figure {attrs['src']} is not in the report")
        if path in self._figures:
            link = _tag("a", {"href": f"#{_anchor(self._figures[path])}"})
            self.out.append(f"{link}{escape(attrs['alt'])}</a>")
            return
        self._figures[path] = self.name
        drawing = quote(path.read_text(encoding="utf-8"), safe=_IN_ADDRESS)
        self.out.append(_tag("img", {**attrs, "src": f"data:image/svg+xml,{drawing}"}))


def _read(part: _Part) -> _Page:
    part.feed((part.report / part.name).read_text(encoding="utf-8"))
    return _Page(_anchor(part.name), part.title, "".join(part.out))


def _as_part(tag: str) -> str:
    """An element as part of the file: a heading stands one level below the title of the file."""
    return f"h{int(tag[1]) + 1}" if _HEADING.fullmatch(tag) else _PLAIN.get(tag, tag)


def _tag(tag: str, attrs: dict[str, str]) -> str:
    return f"<{tag}{''.join(_attribute(name, value) for name, value in attrs.items())}>"


def _attribute(name: str, value: str) -> str:
    """An attribute, in the quotation marks that need less escaping."""
    if '"' in value:
        return f" {name}='{value.replace('&', '&amp;').replace(chr(39), '&#39;')}'"
    return f' {name}="{escape(value)}"' if value else f" {name}"


def _document(pages: Sequence[_Page], style: str) -> str:
    """The file: a list of its pages, then the pages."""
    first = pages[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    contents = "\n".join(f'<li><a href="#{page.anchor}">{page.title}</a></li>' for page in pages)
    articles = "\n".join(
        f'<article class="page" id="{page.anchor}">{page.html}</article>' for page in pages
    )
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{first.title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>The report in one file</h1>
<p class="lead">The main pages of the report. The pages of single trials and the long tables are in
the folder of the report.</p>
<details><summary>All {len(pages)} pages</summary>
<ol>
{contents}
</ol></details>
{articles}
</main>
</body>
</html>
"""
