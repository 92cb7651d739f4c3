"""Broken and hostile review files: each a clear error within seconds and bounded memory.

Every case is a file that is made in the test, what its message must hold, and where it points.
"""

import csv
import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.hostile import refusal
from tests.review_files import (
    ANALYSIS,
    CONT,
    CONT_ROW,
    DATA,
    DATA_ROWS,
    GROUP,
    HEADERS,
    PLAIN,
    PREFIX,
    SETTINGS,
    csv_table,
    outcome,
    package,
    review,
    rm5_bytes,
    row,
    zipped,
)

from metarepro.readers import archives, xml_tree
from metarepro.readers.folders import find_reviews
from metarepro.readers.review_file import read_review
from metarepro.tabular.problems import DataError

MAX_SECONDS = 10
MAX_MEGABYTES = 900
MIB = archives.MIB

BILLION_LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE COCHRANE_REVIEW [\n<!ENTITY a "ha">\n'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">\n' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>\n<COCHRANE_REVIEW><COVER_SHEET><TITLE>&i;</TITLE></COVER_SHEET></COCHRANE_REVIEW>"
)
QUADRATIC = (
    f'<!DOCTYPE COCHRANE_REVIEW [<!ENTITY a "{"x" * 100_000}">]>'
    f"<COCHRANE_REVIEW>{'&a;' * 10_000}</COCHRANE_REVIEW>"
)
EXTERNAL = (
    '<!DOCTYPE COCHRANE_REVIEW [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    "<COCHRANE_REVIEW><COVER_SHEET><TITLE>&secret;</TITLE></COVER_SHEET></COCHRANE_REVIEW>"
)
EXTERNAL_DTD = '<!DOCTYPE COCHRANE_REVIEW SYSTEM "http://192.0.2.1/x.dtd"><COCHRANE_REVIEW/>'


def nesting(megabytes: int) -> Iterator[bytes]:
    """Elements inside each other, never closed."""
    yield b"<COCHRANE_REVIEW><ANALYSES_AND_DATA>"
    for _ in range(megabytes):
        yield b"<COMPARISON>" * (MIB // 12)


def many_elements(megabytes: int) -> Iterator[bytes]:
    """Elements beside each other in a part that is not kept."""
    yield b"<COCHRANE_REVIEW><MAIN_TEXT>"
    for _ in range(megabytes):
        yield b"<P/>" * (MIB // 4)
    yield b"</MAIN_TEXT></COCHRANE_REVIEW>"


def many_rows(megabytes: int) -> Iterator[bytes]:
    """Elements beside each other in a part that is kept."""
    yield b'<COCHRANE_REVIEW><ANALYSES_AND_DATA><COMPARISON NO="1"><CONT_OUTCOME NO="1">'
    for _ in range(megabytes):
        yield b'<CONT_DATA MEAN_1="1"/>' * (MIB // 23)


def long_tag(megabytes: int) -> Iterator[bytes]:
    """A single attribute."""
    yield b'<COCHRANE_REVIEW NOTES="'
    for _ in range(megabytes):
        yield b"x" * MIB
    yield b'"/>'


def long_title(megabytes: int) -> Iterator[bytes]:
    """Text in a part that is kept."""
    yield b"<COCHRANE_REVIEW><COVER_SHEET><TITLE>"
    for _ in range(megabytes):
        yield b"x " * (MIB // 2)
    yield b"</TITLE></COVER_SHEET></COCHRANE_REVIEW>"


def sparse(path: Path, megabytes: int) -> None:
    """A file that is too large, without its bytes being written."""
    with path.open("wb") as file:
        file.write(b"<COCHRANE_REVIEW>")
        file.truncate(megabytes * MIB)


def bomb(megabytes: int) -> bytes:
    """One member that unpacks to much."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x.csv", "w", force_zip64=False) as member,
    ):
        for _ in range(megabytes):
            member.write(b"0" * MIB)
    return stream.getvalue()


def lying_bomb(megabytes: int) -> bytes:
    """A member whose headers say that it is small."""
    content = bytearray(bomb(megabytes))
    small = struct.pack("<L", 1000)
    content[22:26] = small
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = small
    return bytes(content)


def large_members(count: int, megabytes: int) -> bytes:
    """Members that do not shrink enough to be suspicious, but are much in all."""
    # Text of letters that shrinks to about a 20th.
    text = b"".join(b"%d,x\n" % (number % 977) for number in range(200_000))
    text = (text * (megabytes * MIB // len(text) + 1))[: megabytes * MIB]
    return zipped({f"{number}.csv": text for number in range(count)})


def nested(depth: int) -> bytes:
    """Zip files inside each other."""
    content = zipped(package())
    for _ in range(depth):
        content = zipped({"inner.zip": content})
    return content


def encrypted() -> bytes:
    """A zip file whose members carry the mark of encryption."""
    content = bytearray(zipped(package()))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 1)
    return bytes(content)


def odd_compression() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in package().items():
            archive.writestr(name, content)
    return stream.getvalue()


def flipped_bit() -> bytes:
    content = bytearray(zipped(package()))
    content[200] ^= 0xFF
    return bytes(content)


def huge_directory() -> bytes:
    """An end record that announces a directory of a gigabyte."""
    return (
        b"PK\x03\x04"
        + b"\0" * 100
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 2**30, 0, 0)
    )


def renamed(name: str) -> bytes:
    return zipped({name: next(iter(package().values()))})


def nameless() -> bytes:
    """A zip file with one file, whose name has no letter; zipfile writes no such thing."""
    content = renamed("x")
    central = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    local = content[:26] + b"\0\0" + content[28:30] + content[31:central]
    directory = content[central : central + 28] + b"\0\0" + content[central + 30 : central + 46]
    directory += content[central + 47 : end]
    sizes = struct.pack("<LL", len(directory), len(local))
    return local + directory + content[end : end + 12] + sizes + content[end + 20 :]


def swapped(files: dict[str, bytes], kind: str, content: bytes) -> bytes:
    """A package with another content of a table."""
    name = next(name for name in files if kind in name)
    return zipped(files | {name: content})


def stored(data_rows: bytes) -> bytes:
    """A package that is not compressed, with another table of data rows."""
    files = package()
    name = next(name for name in files if DATA_ROWS in name)
    return zipped(files | {name: data_rows}, zipfile.ZIP_STORED)


def rows_of(**cells: str) -> bytes:
    named = {name.replace("_", " "): value for name, value in cells.items()}
    return zipped(package(data=[DATA | named], groups=[GROUP]))


def long_footnote(text: str) -> bytes:
    return stored(csv_table(HEADERS["2025"][DATA_ROWS], [DATA | {"Footnotes": text}]))


def without(column: str) -> bytes:
    header = HEADERS["2025"][SETTINGS].replace(f",{column},", ",")
    return swapped(package(), SETTINGS, csv_table(header, [ANALYSIS]))


def bad_study(**attributes: str) -> bytes:
    return rm5_bytes(review(outcome("CONT", CONT, row("CONT", CONT_ROW | attributes, "Abel-2001"))))


# Content (bytes, or pieces of it), and what the message must hold.
Content = Callable[[], bytes | Iterator[bytes]]
CASES: dict[str, tuple[Content, str]] = {
    "empty file": (lambda: b"", "an empty file"),
    "text": (lambda: b"Dear colleague,", "something that starts"),
    "single table": (lambda: next(iter(package().values())), "no table of data-rows"),
    "billion laughs": (lambda: BILLION_LAUGHS.encode(), "a document type declaration"),
    "quadratic blow-up": (lambda: QUADRATIC.encode(), "a document type declaration"),
    "external entity": (lambda: EXTERNAL.encode(), "a document type declaration"),
    "external DTD": (lambda: EXTERNAL_DTD.encode(), "a document type declaration"),
    "undeclared entity": (
        lambda: rm5_bytes(PLAIN.replace("Depression", "&nbsp;")),
        "undefined entity",
    ),
    "truncated": (
        lambda: rm5_bytes(PLAIN)[:-80],
        "the end of the file inside",
    ),
    "truncated in a tag": (
        lambda: rm5_bytes(PLAIN)[: PLAIN.index("MEAN_1") + 60],
        "the end of the file inside CONT_OUTCOME",
    ),
    "wrong root": (lambda: b"<article><body/></article>", "the root element article"),
    "not XML after all": (lambda: b"< something", "not well-formed"),
    "second root": (lambda: rm5_bytes(PLAIN + PLAIN), "junk after document element"),
    "200 MB of nesting": (lambda: nesting(200), "elements nested deeper than 200"),
    "250 MB of elements": (lambda: many_elements(250), "more than 2000000 elements"),
    "100 MB of study rows": (lambda: many_rows(100), "more than 200000 elements in studies"),
    "a tag of 200 MB": (lambda: long_tag(200), "a tag of more than 4 MB"),
    "a title of 200 MB": (lambda: long_title(200), "more than 20000000 characters"),
    "bytes of no encoding": (
        lambda: rm5_bytes(PLAIN).replace(b"Depression", b"D\x81pression"),
        "an encoding that cannot be read",
    ),
    "1 MB of bytes not UTF-8": (
        lambda: rm5_bytes(PLAIN).replace(b"Depression", b"\xe9" * 2**20),
        "more than 50000 bytes not UTF-8",
    ),
    "unknown encoding": (
        lambda: rm5_bytes(PLAIN).replace(b"UTF-8", b"KLINGON"),
        "encoding",
    ),
    "NUL bytes": (lambda: rm5_bytes(PLAIN).replace(b"Depression", b"\0"), "not well-formed"),
    "decimal comma": (lambda: bad_study(MEAN_1="3,5"), "CONT_DATA MEAN_1: found '3,5'"),
    "NaN typed in": (lambda: bad_study(SD_1="NaN"), "CONT_DATA SD_1: found 'NaN'"),
    "huge number": (lambda: bad_study(TOTAL_1="1e300"), "CONT_DATA TOTAL_1: found '1e300'"),
    "endless number": (lambda: bad_study(TOTAL_1="1" * 10**6), "CONT_DATA TOTAL_1"),
    "no analyses": (lambda: rm5_bytes(review()), "no analysis with numbers"),
    "analysis twice": (
        lambda: rm5_bytes(review(outcome("CONT", CONT), outcome("CONT", CONT))),
        "1.1 again (first in line",
    ),
    "zip cut off": (lambda: zipped(package())[:-50], "a zip file"),
    "zip with a wrong byte": (flipped_bit, "a damaged zip file"),
    "zip bomb": (lambda: bomb(200), "209715200 bytes from"),
    "zip bomb with false sizes": (lambda: lying_bomb(50), "a damaged zip file"),
    "zip of 350 MB": (lambda: large_members(7, 50), "350 MB when unpacked"),
    "zip in zip in zip ...": (lambda: nested(5), "at most 4 zip files inside each other"),
    "zip with 5000 files": (
        lambda: zipped({f"{number}.txt": b"x" for number in range(5000)}),
        "5000 files",
    ),
    "zip with a huge directory": (huge_directory, "a directory of 1073741824 bytes"),
    "encrypted zip": (encrypted, "encrypted"),
    "zip with LZMA": (odd_compression, "compression 14"),
    "path out of the zip": (lambda: renamed("../../evil.csv"), "found '../../evil.csv'"),
    "file without a name": (nameless, "names that stay inside"),
    "absolute path": (lambda: renamed("/etc/evil.csv"), "found '/etc/evil.csv'"),
    "Windows path": (lambda: renamed("C:\\evil.csv"), "names that stay inside"),
    "empty zip": (lambda: zipped({}), "a zip file without a review"),
    "zip with other things": (
        lambda: zipped({"a.csv": b"x,y\n1,2\n", "b.xml": b"<a/>"}),
        "a zip file without a review",
    ),
    "zip with two reviews": (
        lambda: zipped({"a.rm5": rm5_bytes(PLAIN), "b.rm5": rm5_bytes(PLAIN)}),
        "one review in a zip file",
    ),
    "two packages in a zip": (
        lambda: zipped(package() | {f"more/{name}": text for name, text in package().items()}),
        "2 reviews",
    ),
    "missing column": (lambda: without("Analysis model"), "Analysis model: found 'no such column'"),
    "semicolons": (
        lambda: swapped(
            package(), DATA_ROWS, csv_table(HEADERS["2025"][DATA_ROWS], [DATA]).replace(b",", b";")
        ),
        "fields separated by semicolons",
    ),
    "short row": (
        lambda: swapped(
            package(), DATA_ROWS, (HEADERS["2025"][DATA_ROWS] + "\n1,1,Depression\n").encode()
        ),
        "row 2: found '3 cells'",
    ),
    "open quotation mark": (
        lambda: swapped(
            package(), DATA_ROWS, (HEADERS["2025"][DATA_ROWS] + '\n1,1,"Depression\n').encode()
        ),
        "unexpected end of data",
    ),
    "CSV in no encoding": (
        lambda: swapped(
            package(),
            DATA_ROWS,
            csv_table(HEADERS["2025"][DATA_ROWS], [DATA | {"Study": "@"}]).replace(b"@", b"\x81"),
        ),
        "text in UTF-8",
    ),
    "CSV of 60 MB": (
        lambda: stored(HEADERS["2025"][DATA_ROWS].encode() + b"\n1,2,3" * (10 * MIB)),
        "found '60 MB'",
    ),
    "200,000 rows": (
        lambda: stored(csv_table(HEADERS["2025"][DATA_ROWS], [DATA] * 200_000)),
        "more than 50000 rows",
    ),
    "5 million columns": (
        lambda: stored(HEADERS["2025"][DATA_ROWS].encode() + b",x" * 5_000_000),
        "5000025 columns",
    ),
    "cell of 6 MB": (
        lambda: long_footnote("ab " * (2 * MIB)),
        "row 2: found 'a cell of more than 5242880 characters'",
    ),
    "column name of 6 MB": (
        lambda: stored(HEADERS["2025"][DATA_ROWS].encode() + b"," + b"ab " * (2 * MIB)),
        "row 1: found 'a cell of more than 5242880 characters'",
    ),
    "empty table": (lambda: zipped(package(data=[])), "a table without rows"),
    "decimal comma in CSV": (lambda: rows_of(Control_mean="5,5"), "Control mean: found '5,5'"),
    "NaN in CSV": (lambda: rows_of(Control_SD="NaN"), "Control SD: found 'NaN'"),
    "infinity in CSV": (lambda: rows_of(Control_N="Infinity"), "Control N: found 'Infinity'"),
    "huge number in CSV": (lambda: rows_of(Control_N="1E999"), "Control N: found '1E999'"),
    "unknown subgroup": (lambda: rows_of(Subgroup="Uncles"), "Subgroup: found 'Uncles'"),
    "analysis twice in CSV": (lambda: zipped(package([ANALYSIS, ANALYSIS])), "1.1 again"),
}


def write(path: Path, content: bytes | Iterator[bytes]) -> None:
    with path.open("wb") as file:
        for piece in [content] if isinstance(content, bytes) else content:
            file.write(piece)


#: Cases that could take much memory.
LARGE = (
    *("200 MB of nesting", "250 MB of elements", "100 MB of study rows", "a tag of 200 MB"),
    *("a title of 200 MB", "zip bomb", "zip of 350 MB", "CSV of 60 MB", "5 million columns"),
    "200,000 rows",
)


@pytest.mark.parametrize("case", [case for case in CASES if case not in LARGE])
def test_broken_file(case: str, tmp_path: Path) -> None:
    make, expected = CASES[case]
    path = tmp_path / "review"
    write(path, make())
    before = time.process_time()
    with pytest.raises(DataError) as error:
        read_review(path)
    assert time.process_time() - before < MAX_SECONDS
    message = str(error.value)
    assert expected in message
    assert all(problem.file.startswith(path.as_posix()) for problem in error.value.problems)
    assert all(problem.allowed for problem in error.value.problems)
    assert len(message) < 5000
    # Nothing was unpacked.
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("case", LARGE)
def test_a_large_file_is_refused_in_little_memory(case: str, tmp_path: Path) -> None:
    make, expected = CASES[case]
    path = tmp_path / "review"
    write(path, make())
    refused = refusal(read_review, path)
    assert expected in refused.message
    _, *problems = refused.message.splitlines()
    assert all(problem.strip().startswith(path.as_posix()) for problem in problems)
    assert all(problem.partition("; allowed: ")[2] for problem in problems)
    assert len(refused.message) < 5000
    assert refused.seconds < MAX_SECONDS
    assert refused.megabytes < MAX_MEGABYTES
    # Nothing was unpacked.
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.rm5"
    sparse(path, 301)
    with pytest.raises(DataError, match="found '301 MB'; allowed: at most 300 MB"):
        read_review(path)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_review(tmp_path / "nothing.rm5")


@pytest.mark.parametrize("name", ["x" * 5000 + ".rm5", "a/" * 3000 + "b.rm5", "a\0b.rm5"])
def test_name_that_cannot_be(tmp_path: Path, name: str) -> None:
    assert find_reviews(tmp_path / name) == [tmp_path / name]
    with pytest.raises(DataError):
        read_review(tmp_path / name)


def test_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "review.rm5"
    path.write_bytes(rm5_bytes(PLAIN))
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="Permission denied"):
        read_review(path)


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """1,100 folders inside each other; pytest could not remove them."""
    folders = [tmp_path]
    for _ in range(1100):
        folders.append(folders[-1] / "a")
        folders[-1].mkdir()
    yield tmp_path
    for folder in reversed(folders[1:]):
        folder.rmdir()


@pytest.mark.parametrize("with_tables", [False, True])
def test_1100_nested_folders(deep_folder: Path, with_tables: bool) -> None:
    if with_tables:
        for name, content in package().items():
            (deep_folder / name.rpartition("/")[2]).write_bytes(content)
    with pytest.raises(DataError, match="folders nested deeper than 50"):
        read_review(deep_folder)


def test_limit_of_nested_folders_is_exact(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a"] * archives.MAX_FOLDERS)
    folder.mkdir(parents=True)
    (folder / "review.rm5").write_bytes(rm5_bytes(PLAIN))
    assert find_reviews(tmp_path) == [folder / "review.rm5"]
    (folder / "b").mkdir()
    with pytest.raises(DataError, match="folders nested deeper than 50"):
        find_reviews(tmp_path)


def test_long_cell_is_read_and_the_limit_of_csv_restored(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    path = tmp_path / "review.zip"
    path.write_bytes(long_footnote("x" * (4 * MIB)))
    assert read_review(path).studies["footnote"].str.len().tolist() == [4 * MIB]
    path.write_bytes(long_footnote("ab " * (2 * MIB)))
    with pytest.raises(DataError):
        read_review(path)
    assert csv.field_size_limit() == before


def test_50000_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    path.write_bytes(stored(csv_table(HEADERS["2025"][DATA_ROWS], [DATA] * 50_000)))
    assert len(read_review(path).studies) == 50_000
    path.write_bytes(stored(csv_table(HEADERS["2025"][DATA_ROWS], [DATA] * 50_001)))
    with pytest.raises(DataError, match="allowed: at most 50000 rows"):
        read_review(path)


def test_folder_without_review(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found 'no review'"):
        read_review(tmp_path)


def test_unpacked_bytes_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds for what comes out over all archives, nested ones included."""
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 50_000)
    path = tmp_path / "review.zip"
    noise = bytes(ord("a") + zlib.crc32(b"%d" % number) % 26 for number in range(20_000))
    inner = zipped({"a.csv": noise})
    path.write_bytes(zipped({"1.zip": inner, "2.zip": inner}))
    with pytest.raises(DataError, match="0 MB when unpacked"):
        read_review(path)


def test_limit_of_depth_is_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """COCHRANE_REVIEW > ... > STUDY > REFERENCE > AU is seven deep."""
    path = tmp_path / "review.rm5"
    path.write_bytes(rm5_bytes(PLAIN))
    monkeypatch.setattr(xml_tree, "MAX_DEPTH", 7)
    assert len(read_review(path).studies) == 2
    monkeypatch.setattr(xml_tree, "MAX_DEPTH", 6)
    with pytest.raises(DataError, match="nested deeper than 6"):
        read_review(path)


def test_problem_points_to_its_line(tmp_path: Path) -> None:
    path = tmp_path / "review.rm5"
    content = bad_study(MEAN_1="3,5")
    path.write_bytes(content)
    line = content[: content.index(b"<CONT_DATA")].count(b"\n") + 1
    with pytest.raises(DataError, match=f"review.rm5, line {line}, CONT_DATA MEAN_1"):
        read_review(path)


def test_problem_names_the_table_in_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    path.write_bytes(zipped({"inner.zip": rows_of(Control_mean="5,5")}))
    member = f"inner.zip!{PREFIX}-analysis-data/{PREFIX}-data-rows.csv"
    with pytest.raises(DataError, match=f"review.zip!{member}, row 2, Control mean"):
        read_review(path)
