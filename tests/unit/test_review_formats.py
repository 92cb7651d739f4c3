"""Which reviews lie in a folder or a zip file, and what the files are that hold none."""

import gzip
from pathlib import Path

import pytest
from tests.review_files import (
    ANALYSIS,
    DATA,
    DATA_ROWS,
    HEADERS,
    PLAIN,
    PREFIX,
    SETTINGS,
    SUBGROUPS,
    csv_table,
    package,
    rm5_bytes,
    zipped,
)

from metarepro.readers.encodings import Utf8
from metarepro.readers.folders import files_of, find_reviews, survey
from metarepro.readers.formats import FORMATS
from metarepro.readers.review_file import read_review
from metarepro.reviews.chunks import checksum, named_reviews
from metarepro.tabular.problems import DataError

INFORMATION = b"Study,Year,Data source\nAbel 2001,2001,PUB\n"
STUDY_RESULTS = (
    "Study,Outcome,Data type,Effect measure,Arm,Reference arm,Sample size,Cases,Mean,SD,SE,"
    "Variance,CI level,CI start,CI end,P value,Footnotes\n"
)
BIAS = "Study,Domain (judgement): Attrition\nAbel 2001,Low\n"


def downloaded(risk_of_bias: str = "") -> dict[str, bytes]:
    """A package as RevMan Web gives it, its study data included."""
    files = package(risk_of_bias=risk_of_bias)
    return files | {
        f"{PREFIX}-study-data/{PREFIX}-study-results.csv": STUDY_RESULTS.encode(),
        f"{PREFIX}-study-data/{PREFIX}-study-information.csv": INFORMATION,
    }


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def found(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in find_reviews(folder)]


@pytest.mark.parametrize("inside", ["", "a/b/c/"])
@pytest.mark.parametrize("risk_of_bias", ["", BIAS])
def test_a_package_as_downloaded_is_one_review(
    tmp_path: Path, inside: str, risk_of_bias: str
) -> None:
    files = downloaded(risk_of_bias=risk_of_bias)
    write(tmp_path, {inside + name: content for name, content in files.items()})
    there = survey(tmp_path)
    assert (len(there.reviews), there.others) == (1, [])
    (study,) = read_review(tmp_path).studies.to_dict("records")
    assert study["risk_of_bias"] == ("Attrition: Low" if risk_of_bias else "")


@pytest.mark.parametrize("inside", ["", "a/b/c/"])
def test_a_zip_as_downloaded_is_one_review(tmp_path: Path, inside: str) -> None:
    files = {inside + name: content for name, content in downloaded(risk_of_bias=BIAS).items()}
    (tmp_path / "a.zip").write_bytes(zipped({"article.pdf": b"%PDF \0", "b.zip": zipped(files)}))
    (study,) = read_review(tmp_path / "a.zip").studies.to_dict("records")
    assert study["risk_of_bias"] == "Attrition: Low"


def flat(prefix: str) -> dict[str, bytes]:
    """A package with all its tables in one folder."""
    return {
        name.rpartition("/")[2].replace(PREFIX, prefix): content
        for name, content in package().items()
    }


def test_two_reviews_side_by_side_are_two(tmp_path: Path) -> None:
    write(tmp_path, flat("CD000001") | flat("CD000002"))
    reviews = find_reviews(tmp_path)
    assert [path.name for path in reviews] == [
        f"CD00000{n}-overall-estimates-and-settings.csv" for n in (1, 2)
    ]
    assert [read_review(path).review.review_id for path in reviews] == ["CD000001", "CD000002"]
    with pytest.raises(DataError, match="2 reviews"):
        read_review(tmp_path)


def test_two_packages_unpacked_into_one_folder_are_two(tmp_path: Path) -> None:
    files = downloaded(risk_of_bias=BIAS)
    other = {name.replace(PREFIX, "CD000002"): content for name, content in files.items()}
    write(tmp_path, files | other)
    reviews = find_reviews(tmp_path)
    assert len(reviews) == 2
    assert [read_review(path).studies["risk_of_bias"].tolist() for path in reviews] == [
        ["Attrition: Low"],
        ["Attrition: Low"],
    ]


def test_two_versions_of_one_review_in_two_folders_are_two(tmp_path: Path) -> None:
    rows = {f"{PREFIX}-data-rows.csv": flat(PREFIX)[f"{PREFIX}-data-rows.csv"]}
    for name, files in {"old": flat(PREFIX), "new": flat(PREFIX), "rows": rows}.items():
        write(tmp_path / name, files)
    assert found(tmp_path) == ["new", "old", "rows"]
    assert [read_review(path).review.schema for path in find_reviews(tmp_path)] == [
        *("2025", "2025", "data rows only")
    ]


LOOK_ALIKES = {
    "rows without columns": (
        b"Analysis group,Analysis number,Study,GIV Mean,GIV SE\n1,1,A,0.5,0.1\n"
    ),
    "settings without columns": (
        b"Analysis group,Analysis number,Statistical method,Overall estimates\n1,1,IV,true\n"
    ),
    "columns of many tables": (
        b"Analysis group,Analysis number,Subgroup,Study,Mean,Weight\n1,1,,A,0,1\n"
    ),
    "semicolons": csv_table(HEADERS["2025"][DATA_ROWS], [DATA]).replace(b",", b";"),
}


@pytest.mark.parametrize("content", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_a_look_alike_does_not_break_a_folder(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, flat(PREFIX) | {"mine.csv": content})
    whole = [path for path in find_reviews(tmp_path) if path.name != "mine.csv"]
    assert len(whole) == 1
    assert len(read_review(whole[0]).analyses) == 1


@pytest.mark.parametrize("content", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_a_look_alike_does_not_break_a_zip(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(flat(PREFIX) | {"mine.csv": content}))
    assert len(read_review(tmp_path / "a.zip").analyses) == 1


def test_a_review_file_beside_tables_is_found_as_well(tmp_path: Path) -> None:
    write(tmp_path, flat(PREFIX) | {"other.rm5": rm5_bytes(PLAIN)})
    assert found(tmp_path) == [f"{PREFIX}-{SETTINGS}.csv", "other.rm5"]


def test_a_table_stands_for_its_package(tmp_path: Path) -> None:
    write(tmp_path, flat(PREFIX))
    tables = sorted(tmp_path.glob("*.csv"))
    reviews, unreadable, _ = named_reviews(tables)
    assert list(reviews) == [f"{PREFIX}-{SETTINGS}.csv"]
    assert unreadable == []
    assert files_of(*reviews.values()) == tables


def test_the_checksum_of_a_package_is_of_all_its_tables(tmp_path: Path) -> None:
    write(tmp_path, flat(PREFIX) | flat("CD000002"))
    main = tmp_path / f"{PREFIX}-{SETTINGS}.csv"
    before = checksum(main)
    write(tmp_path, {f"CD000002-{DATA_ROWS}.csv": b"x"})
    assert checksum(main) == before
    rows = csv_table(HEADERS["2025"][DATA_ROWS], [DATA | {"Mean": "9"}])
    write(tmp_path, {f"{PREFIX}-{DATA_ROWS}.csv": rows})
    assert checksum(main) != before


def test_tables_may_be_renamed(tmp_path: Path) -> None:
    names = {SETTINGS: "settings", DATA_ROWS: "rows", SUBGROUPS: "groups"}
    files = {name.rpartition("/")[2]: content for name, content in package().items()}
    write(
        tmp_path,
        {
            f"{new}.csv": content
            for name, content in files.items()
            for kind, new in names.items()
            if kind in name
        },
    )
    assert len(read_review(tmp_path).analyses) == 1


OTHERS = {
    "web page": (b"<!DOCTYPE html>\n<html><body>Sign in<br></body></html>", "a web page"),
    "web page without a type": (b"\xef\xbb\xbf \n<HTML lang='en'><p>x", "a web page"),
    "Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 1\n",
        "a pointer of Git LFS",
    ),
    "R data": (gzip.compress(b"RDX3\nX\n"), "R data"),
    "plain R data": (b"RDX3\nX\n\0\0", "R data"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20, "an old Office document"),
    "Excel": (
        zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
        "an Excel workbook",
    ),
    "Word": (
        zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
        "a Word document",
    ),
    "OpenDocument": (
        zipped(
            {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}, 0
        ),
        "an OpenDocument file",
    ),
}


@pytest.mark.parametrize("name", ["review.rm5", "review.zip", "review"])
@pytest.mark.parametrize(("content", "words"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_review_is_named(tmp_path: Path, content: bytes, words: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_review(path)


def test_a_folder_without_a_review_says_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, {"a.xlsx": OTHERS["Excel"][0], "b/c.rda": OTHERS["R data"][0], "d.txt": b"x"})
    reviews, unreadable, _ = named_reviews([tmp_path])
    assert not reviews
    (said,) = unreadable
    assert "no review in this folder" in said
    for words in ("a.xlsx (an Excel workbook (.xlsx))", "c.rda (", "R data", "d.txt"):
        assert words in said


def test_files_beside_reviews_are_not_passed_over_in_silence(tmp_path: Path) -> None:
    write(tmp_path, {"a.rm5": rm5_bytes(PLAIN), "b/page.rm": OTHERS["web page"][0]})
    reviews, unreadable, passed_over = named_reviews([tmp_path])
    assert (list(reviews), unreadable) == (["a.rm5"], [])
    (said,) = passed_over
    assert f"{tmp_path / 'b'}: skipped 1 file: page.rm (a web page" in said


def test_a_table_without_its_review_is_named(tmp_path: Path) -> None:
    write(tmp_path, {f"{PREFIX}-risk-of-bias.csv": BIAS.encode()})
    ((_, words),) = survey(tmp_path).others
    assert words == "a table of risk-of-bias without the data rows of its review"


def test_a_missing_subgroup_table_is_said_once(tmp_path: Path) -> None:
    rows = [DATA | {"Subgroup": name, "Subgroup number": n} for n, name in ((1, "A"), (2, "B"))]
    files = package([ANALYSIS], rows * 3)
    write(tmp_path, {name: content for name, content in files.items() if SUBGROUPS not in name})
    extraction = read_review(tmp_path)
    said = "no table of subgroup-estimates: the published results of subgroups are missing"
    assert extraction.notes == (said,)
    assert extraction.analyses["subgroup"].tolist() == ["", "A", "B"]
    assert extraction.analyses["published_estimate"].tolist()[0] == -1.25


@pytest.mark.parametrize("declared", [b' encoding="UTF-8"', b" encoding='utf-8'", b""])
def test_windows_1252_in_declared_utf8_is_read_and_reported(
    tmp_path: Path, declared: bytes
) -> None:
    text = PLAIN.replace("Abel 2001", "Gr\u00f6\u00dfe \u2013 Andr\u00e9")
    head, _, rest = text.partition("Gr\u00f6\u00dfe \u2013 Andr\u00e9")
    # What is UTF-8 stays so.
    rest = rest.replace("Cole 2003", "Zo\u00eb 2003")
    mixed = head.encode() + "Gr\u00f6\u00dfe \u2013 Andr\u00e9".encode("cp1252") + rest.encode()
    path = tmp_path / "a.rm5"
    path.write_bytes(b'<?xml version="1.0"' + declared + b"?>\n" + mixed)
    extraction = read_review(path)
    assert extraction.studies["study"].tolist() == [
        "Gr\u00f6\u00dfe \u2013 Andr\u00e9",
        "Zo\u00eb 2003",
    ]
    assert extraction.notes == ("4 bytes that are not UTF-8 read as windows-1252",)


def test_windows_1252_in_a_table_is_read_and_reported(tmp_path: Path) -> None:
    rows = csv_table(HEADERS["2025"][DATA_ROWS], [DATA | {"Study": "@"}]).replace(b"@", b"Zo\xeb")
    files = {n: rows if DATA_ROWS in n else content for n, content in package().items()}
    extraction = read_review(write(tmp_path, files))
    assert extraction.studies["study"].tolist() == ["Zo\u00eb"]
    said = f"{PREFIX}-data-rows.csv: 1 byte that is not UTF-8 read as windows-1252"
    assert extraction.notes == (said,)


@pytest.mark.parametrize("size", [-1, 1, 7, 100_000])
def test_a_character_across_pieces_is_whole(tmp_path: Path, size: int) -> None:
    text = "x" * (64 * 1024 - 1) + "\u20ac" * 30_000
    path = tmp_path / "a"
    path.write_bytes(text.encode() + b"\xe9")
    with path.open("rb") as stream:
        mended = Utf8(stream)
        pieces = []
        while piece := mended.read(size):
            pieces.append(piece)
    assert b"".join(pieces).decode() == text + "\u00e9"
    assert mended.replaced == 1


def test_no_two_formats_know_the_same_table() -> None:
    heads = [next(iter(downloaded().values())), *downloaded().values()]
    for head in heads:
        assert sum(known.sniff(head) for known in FORMATS) <= 1
