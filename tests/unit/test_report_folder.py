"""The report as it is written from this checkout: links, headings, alternatives, policy."""

import csv
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest

import write_report
from metarepro.claims.rules import CLAIM_VERDICTS

#: Elements without an end tag.
VOID = {"meta", "link", "img", "br", "input", "line", "path", "rect"}
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Reader(HTMLParser):
    """What a page refers to, its ids and headings, and the elements that are not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.sources: list[str] = []
        self.alternatives: list[str | None] = []
        self.levels: list[int] = []
        self.attributes: Counter[str] = Counter()
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.attributes.update(list(found))
        if tag not in VOID:
            self.open.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if "href" in found:
            self.hrefs.append(str(found["href"]))
        if "src" in found:
            self.sources.append(str(found["src"]))
        if tag == "img":
            self.alternatives.append(found.get("alt"))
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="session")
def pages(report_folder: Path) -> dict[Path, Reader]:
    return {
        path: Reader(path.read_text(encoding="utf-8"))
        for path in sorted(report_folder.rglob("*.html"))
    }


def test_every_synthesis_that_is_shown_and_every_trial_has_a_page(
    report_folder: Path, pages: dict[Path, Reader]
) -> None:
    trials = pd.read_csv("results/extracted/trials.csv")["trial_id"]
    pooled = pd.read_csv("results/pooled/pooled.csv")
    shown = pooled.loc[pooled["set_name"].isin(["post", "follow_up", "change"]), "synthesis"]
    written = {path.relative_to(report_folder).as_posix() for path in pages}
    assert {f"trials/{trial}.html" for trial in trials} <= written
    assert {f"syntheses/{key}.html" for key in shown} <= written


def test_every_link_leads_somewhere(pages: dict[Path, Reader]) -> None:
    for path, page in pages.items():
        for address in [*page.hrefs, *page.sources]:
            parts = urlsplit(address)
            if parts.scheme:
                assert parts.scheme == "https", (path, address)
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), (path, address)
            if parts.fragment:
                assert parts.fragment in pages[target].ids, (path, address)


def test_nothing_is_loaded_from_outside(pages: dict[Path, Reader]) -> None:
    for path, page in pages.items():
        assert not any(urlsplit(source).scheme for source in page.sources), path
        html = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in html
        inline = [name for name in page.attributes if name.startswith("on") or name == "style"]
        assert inline == [], path
        data = html.count('<script type="application/json"')
        assert html.count("<script") == data + sum(name.endswith(".js") for name in page.sources)


def test_headings_are_in_order(pages: dict[Path, Reader]) -> None:
    for path, page in pages.items():
        assert page.levels[0] == 1, path
        assert page.levels.count(1) == 1, path
        steps = zip(page.levels, page.levels[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), path


def test_ids_are_unique_and_elements_closed(pages: dict[Path, Reader]) -> None:
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path
        assert page.open == [], path


def test_every_image_says_what_it_shows(pages: dict[Path, Reader]) -> None:
    alternatives = [alt for page in pages.values() for alt in page.alternatives]
    assert len(alternatives) > 50
    assert all(alt and re.search(r"\d", alt) for alt in alternatives)


def test_no_missing_number_is_printed_as_nan(report_folder: Path) -> None:
    for path in report_folder.rglob("*.html"):
        assert not re.search(r"\bnan\b", path.read_text(encoding="utf-8")), path


def test_tables_to_download_hold_no_formulas(report_folder: Path) -> None:
    for path in sorted((report_folder / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                risky = [cell for cell in row if cell.startswith(FORMULAS)]
                # Neither a number nor a lone sign, such as the = of a p value, is a formula.
                assert all(re.fullmatch(r"-[\d.e+-]+|.", cell) for cell in risky), (path, risky)


def test_the_numbers_of_a_synthesis_are_those_of_the_table(report_folder: Path) -> None:
    key = "post.intervention_domain.responsive_caregiving.relationship"
    pool = pd.read_csv("results/pooled/pooled.csv").set_index("synthesis").loc[key]
    numbers = "{:.2f} [{:.2f}, {:.2f}]".format(
        *(float(str(pool[column])) for column in ("estimate", "ci_low", "ci_high"))
    ).replace("-", "\u2212")
    for page in ("index.html", f"syntheses/{key}.html", "interventions/responsive_caregiving.html"):
        words = (report_folder / page).read_text(encoding="utf-8")
        found = numbers if page != "interventions/responsive_caregiving.html" else numbers[:4]
        assert found in words, page


def test_the_tallies_are_those_of_the_claims(report_folder: Path) -> None:
    claims = pd.read_csv("results/claims/claims.csv")
    large = claims["evidence_type"] == "large_scale"
    counts = claims["claim_kind"].str.startswith("count_")
    always = ("supported", "partly_supported", "not_supported")
    for page in ("index.html", "claims.html"):
        words = (report_folder / page).read_text(encoding="utf-8")
        seen = 0
        for group in (claims[large & ~counts], claims[large & counts], claims[~large]):
            verdicts = list(group["verdict"])
            names = [name for name in CLAIM_VERDICTS if name in {*verdicts, *always}]
            tally = ", ".join(f"{verdicts.count(n)} {n.replace('_', ' ')}" for n in names)
            assert re.search(rf"<li>{len(group)} claims [^:]*: {tally}\.</li>", words), page
            seen += len(group)
        assert seen == len(claims)


def test_no_two_pages_but_those_of_trials_have_the_same_title(pages: dict[Path, Reader]) -> None:
    titles = Counter(
        re.findall("<h1>(.*)</h1>", path.read_text(encoding="utf-8"))[0]
        for path in pages
        if path.parent.name != "trials"
    )
    assert [title for title, count in titles.items() if count > 1] == []


def test_marks_of_snakemake_are_not_copied(tmp_path: Path) -> None:
    (tmp_path / "from" / "plots").mkdir(parents=True)
    for name in (".snakemake_timestamp", "README.txt", "plots/a.pdf", "plots/.hidden"):
        (tmp_path / "from" / name).write_text("x")
    copied = write_report.copy_manuscript(tmp_path / "from", tmp_path / "to")
    assert copied == ["README.txt", "plots/a.pdf"]


def test_writing_it_again_gives_the_same_bytes(report_folder: Path, tmp_path: Path) -> None:
    options = ["--config", "config/config.yaml", "--requirements", "requirements.txt"]
    write_report.main([*options, "--output-dir", str(tmp_path / "again")])
    first, second = (
        {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (report_folder, tmp_path / "again")
    )
    assert first == second


def test_a_report_needs_no_files_for_manuscripts(tmp_path: Path) -> None:
    assert write_report.copy_manuscript(tmp_path / "nothing", tmp_path / "to") == []
