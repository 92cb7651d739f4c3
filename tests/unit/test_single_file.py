"""The report in one file: what is in it, and that it needs nothing beside it."""

import base64
import hashlib
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from metarepro.cli import cli
from metarepro.errors import InputError
from metarepro.report.single_file import single_file

PAGE = """<!DOCTYPE html><html><head><title>T</title><script src="a.js"></script></head><body>
<main id="main"><h1>{title}</h1><section aria-labelledby="one"><h2 id="one">One &amp; two</h2>
{content}</section></main><footer>foot</footer></body></html>"""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg"><style>a{color:#fff}</style>'
    "<text>50% 'q'</text></svg>"
)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A small report: two pages, a page left out, a figure used twice."""
    figure = '<img src="figures/a.svg" alt="Forest plot: g 0.10">'
    links = (
        '<a href="domains/a.html#one">A</a> <a href="trials/x.html">Trial X</a> '
        '<a href="results.html#rows&amp;results.find=a">Results</a> <a href="data/a.csv">CSV</a> '
        '<a rel="external" href="https://doi.org/10.1/a">doi</a>'
    )
    for folder in ("domains", "trials", "figures"):
        (tmp_path / folder).mkdir()
    pages = {
        "index.html": PAGE.format(title="First", content=links + figure),
        "domains/a.html": PAGE.format(
            title="Domain",
            content=figure.replace("figures", "../figures") + '<a href="#one">up</a>',
        ),
        "trials/x.html": PAGE.format(title="Trial", content=""),
        "results.html": PAGE.format(title="Results", content=""),
        "figures/a.svg": SVG,
        "report.css": "p { margin: 0 }",
        "families.css": "",
    }
    for name, content in pages.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("is_older", [False, True])
def test_a_report_that_is_older_than_its_data_is_named_as_such(
    is_older: bool, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metarepro.commands.report.differences", lambda *_: [1] * is_older)
    monkeypatch.setattr("metarepro.commands.report.read_manifest", lambda _: {})
    monkeypatch.chdir(tmp_path)
    report = Path("study/results/report")
    shutil.copytree(made, report, ignore=shutil.ignore_patterns("study"))
    Path("study/results/manifest.csv").write_text("")
    done = CliRunner().invoke(
        cli, ["report", "--single-file", "r.html", "--report-dir", str(report)]
    )
    assert done.exit_code == 0
    assert ("may be older than the data" in done.stderr) == is_older


def test_it_holds_the_pages_that_the_first_one_links(made: Path) -> None:
    html, pages = single_file(made)
    assert pages == 2
    assert re.findall(r'<article class="page" id="([^"]+)"', html) == ["index", "domains-a"]


def test_links_lead_to_places_in_the_file_or_become_words(made: Path) -> None:
    html, _ = single_file(made)
    assert '<a href="#domains-a--one">A</a> Trial X Results' in html
    assert '<a rel="external" href="https://doi.org/10.1/a">doi</a>' in html
    assert '<a href="#domains-a--one">up</a>' in html


def test_links_to_files_are_left_out(made: Path) -> None:
    assert "CSV" not in single_file(made)[0]


def test_a_figure_is_inside_once_and_linked_after_that(made: Path) -> None:
    html, _ = single_file(made)
    assert html.count("data:image/svg+xml") == 1
    assert '<a href="#index">Forest plot: g 0.10</a>' in html


def test_a_figure_stays_as_it_is(made: Path) -> None:
    found: list[str] = []

    class Images(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                found.append(str(dict(attrs)["src"]))

    Images().feed(single_file(made)[0])
    assert unquote(found[0].removeprefix("data:image/svg+xml,")) == SVG
    assert "#" not in found[0]


def test_there_is_no_script_and_the_policy_lets_in_its_own_style_only(made: Path) -> None:
    html, _ = single_file(made)
    style = re.search(r"<style>(.*?)</style>\n</head>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';" in html
    assert "<script" not in html


def test_texts_stay_escaped(made: Path) -> None:
    (made / "index.html").write_text(
        PAGE.format(title="&lt;script&gt;", content='<p title="&quot;&lt;">a &lt;b&gt; &#39;c</p>')
    )
    html, _ = single_file(made)
    assert "<script" not in html
    assert "a &lt;b&gt; &#39;c" in html


def test_a_figure_outside_the_report_is_refused(made: Path) -> None:
    content = PAGE.format(title="T", content='<img src="../secret.svg" alt="1">')
    (made / "index.html").write_text(content)
    with pytest.raises(InputError, match=r"\.\./secret\.svg is not in the report"):
        single_file(made)


def test_a_folder_without_a_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no report in"):
        single_file(tmp_path)


def test_the_same_report_gives_the_same_bytes(made: Path) -> None:
    assert single_file(made) == single_file(made)


def test_the_report_of_this_checkout_is_whole(report_folder: Path) -> None:
    html, pages = single_file(report_folder)
    html = re.sub("src='[^']*'", "", html)  # the drawings
    assert pages > 50
    ids = Counter(re.findall(r' id="([^"]+)"', html))
    assert set(ids.values()) == {1}
    links = set(re.findall(r'<a [^>]*href="#([^"]+)"', html))
    assert links <= set(ids)
    assert not re.findall(r'<a [^>]*href="(?!#|https://)[^"]*"', html)


def test_the_command_says_how_large_the_file_is(made: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "one.html"
    options = ["report", "--single-file", str(target), "--report-dir", str(made)]
    done = CliRunner().invoke(cli, options)
    assert done.exit_code == 0
    assert done.output == f"Written to {target}: 2 pages, 0.0 MB\n"
    assert target.read_text(encoding="utf-8") == single_file(made)[0]
