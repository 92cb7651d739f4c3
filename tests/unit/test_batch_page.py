"""The page on a batch of review files."""

import re
from pathlib import Path

import pytest
from tests.command import command
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes

from metarepro.report import batch_page

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Of a review that is exact, one with another number and a hostile name, and a broken one."""
    review = made_up_review()
    escaped = SCRIPT.replace("<", "&lt;")
    (tmp_path / "exact.rm5").write_bytes(rm5_bytes(review))
    other = re.sub(r'EFFECT_SIZE="[-0-9.]+"', 'EFFECT_SIZE="0.123"', review, count=1)
    assert other != review
    other = other.replace("<NAME>Depression", f"<NAME>{escaped} Depression")
    (tmp_path / "<b>other.rm5").write_bytes(rm5_bytes(other))
    (tmp_path / "broken.rm5").write_text("<COCHRANE_REVIEW><ANALYSES")
    done = command("reproduce", tmp_path, "--output-dir", tmp_path / "out")
    assert done.stdout.endswith(f"start with {tmp_path / 'out/summary.html'}\n")
    return (tmp_path / "out/summary.html").read_text()


def test_it_opens_with_the_answer(page: str) -> None:
    lead = re.search(r'<p class="lead">(.*?)</p>', page)
    assert lead is not None
    assert lead[1] == "3 of 4 published pools come out exactly."
    assert "<li>1 differs, and the reason is not known.</li>" in page


def test_it_names_the_pool_that_differs_with_both_numbers(page: str) -> None:
    section = page.partition('id="not-exact"')[2].partition("</section>")[0]
    assert "0.123" in section
    assert "not explained" in section


def test_it_names_the_file_that_could_not_be_read(page: str) -> None:
    assert "broken.rm5" in page.partition('id="unreadable"')[2].partition("</section>")[0]


def test_texts_of_files_are_escaped(page: str) -> None:
    assert SCRIPT not in page
    assert "&lt;b&gt;other.rm5" in page


def test_it_needs_no_other_file(page: str) -> None:
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(|https?:", page)


def test_every_pool_is_listed_folded(page: str) -> None:
    assert page.count("<details") == 2


def test_of_very_many_pools_only_those_of_files_with_a_difference_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_page, "MOST_POOLS", 3)
    for number, effect in enumerate(["", "0.123", ""]):
        review = made_up_review()
        if effect:
            review = re.sub(r'EFFECT_SIZE="[-0-9.]+"', f'EFFECT_SIZE="{effect}"', review, count=1)
        (tmp_path / f"{number}.rm5").write_bytes(rm5_bytes(review))
    command("reproduce", tmp_path, "--output-dir", tmp_path / "out")
    html = (tmp_path / "out/summary.html").read_text()
    assert re.findall(r"<summary>(\S+):", html) == ["1.rm5"]
    assert "The pools of 2 files in which nothing differs are listed in reproduction.csv" in html


def test_findings_have_minus_signs(tmp_path: Path) -> None:
    (tmp_path / "review.rm5").write_bytes(Path("examples/made_up_review.rm5").read_bytes())
    command("reproduce", tmp_path, "--output-dir", tmp_path / "out")
    html = (tmp_path / "out/summary.html").read_text()
    assert "printed \u22121.5 [\u22123, 0.5]" in html
