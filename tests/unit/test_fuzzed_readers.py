"""Files made of good ones by chance: a reader returns or raises DataError, and nothing else.

The same examples each time; `make fuzz` looks further. What it finds goes to test_hostile_files.py.
"""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data_folder import RESULTS, REVIEW, TRIALS, write_data_folder
from tests.made_sources import jasp, ods, ods_table, r_list, r_numbers, r_texts, rds, xlsx
from tests.made_up_review import OUTCOME_MAP, made_up_review
from tests.review_files import (
    BINARY_DATA,
    DATA,
    DATA_ROWS,
    HEADERS,
    PLAIN,
    csv_table,
    package,
    rm5_bytes,
    zipped,
)
from tests.unit.test_accuracy import HEADER as ACCURACY_HEADER
from tests.unit.test_accuracy import ROW as ACCURACY_ROW
from tests.unit.test_accuracy import diagnostic, study
from tests.unit.test_revman5_csv import HEADER as EXPORT_HEADER
from tests.unit.test_revman5_csv import export

from metarepro.extraction.columns_file import columns_text, read_columns
from metarepro.extraction.preview import preview
from metarepro.extraction.proposals import propose
from metarepro.plan import parse_plan
from metarepro.readers.review_file import read_review
from metarepro.readers.source_table import Source, SourceRow, SourceTable
from metarepro.readers.sources import read_source
from metarepro.reviews.batch import do_files
from metarepro.reviews.data_files import read_reviews
from metarepro.study.transcription import read
from metarepro.study.validation import read_and_check
from metarepro.tabular import input_tables
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import read_table

MAX_SECONDS = 5
unhurried = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PIECES = [
    *(
        b"",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b"\r\n",
        b",",
        b'"',
        b"'",
        b"-",
        b"1e309",
    ),
    *(b"nan", b"-0", b"1" * 400, b"\xed\xa0\x80", b"<", b"</", b"&#0;", b"&amp;", b"]]>", b"<!--"),
    *(b": ", b"- ", b"{", b"[", b"*a", b"&a", b"!!int ", b"0x1f", b"1_000", b"~", b"2020-01-01"),
    *(b"NO=", b"STUDY_ID=", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff"),
]


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """A good file with some parts cut out, doubled or overwritten."""
    content = good
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=4))
        put = {
            "cut": b"",
            "double": content[start:end] * 2,
            "overwrite": piece,
            "insert": piece + content[start:end],
        }[draw(st.sampled_from(["cut", "double", "overwrite", "insert"]))]
        content = content[:start] + put + content[end:]
    return content


def tolerated(read: Callable[[], Any]) -> None:
    """Run a reader; what it refuses it refuses in time and in words that can be printed."""
    before = time.process_time()
    try:
        read()
    except DataError as error:
        str(error).encode()
    assert time.process_time() - before < MAX_SECONDS


CLUSTERS = b"""trial_id,n_clusters,source,locator,note
ann2001,12,https://example.org,table 1,
bob2002,1e2,"a ""quoted"" text","two, words",\xc3\xa9
"""


@unhurried
@given(content=damaged(CLUSTERS))
def test_tables(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    tolerated(lambda: read_table(path, input_tables.CLUSTERS, by_hand=True))


@unhurried
@given(content=damaged(rm5_bytes(made_up_review())) | damaged(rm5_bytes(PLAIN, "UTF-16")))
def test_revman5_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "review.rm5"
    path.write_bytes(content)
    tolerated(lambda: read_review(path))


@unhurried
@given(content=damaged(zipped(package())))
def test_revman_web_packages(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    path.write_bytes(content)
    tolerated(lambda: read_review(path))


@unhurried
@given(data=st.data())
def test_tables_in_revman_web_packages(data: st.DataObject, tmp_path: Path) -> None:
    """Inside the zip file, so that its checksum does not stop them."""
    files = package()
    name = data.draw(st.sampled_from(sorted(files)))
    path = tmp_path / "review.zip"
    path.write_bytes(zipped(files | {name: data.draw(damaged(files[name]))}))
    tolerated(lambda: read_review(path))


ONE_FILE = {
    "export.csv": csv_table(EXPORT_HEADER, export()),
    "CD000000-data-rows.csv": csv_table(HEADERS["2025"][DATA_ROWS], [DATA, BINARY_DATA]),
    "CD000001-data-rows.csv": csv_table(ACCURACY_HEADER, [ACCURACY_ROW]),
    "accuracy.rm5": diagnostic("<TEST NO='1'>" + study() + study(TP=0, FN=0) + "</TEST>"),
}


@unhurried
@given(data=st.data())
def test_formats_of_one_file(data: st.DataObject, tmp_path: Path) -> None:
    """Read, and recomputed: whatever was read can be written."""
    name = data.draw(st.sampled_from(sorted(ONE_FILE)))
    path = tmp_path / name
    path.write_bytes(data.draw(damaged(ONE_FILE[name])))
    tolerated(lambda: read_review(path))
    (notes,) = do_files([(name, path)], {}).columns["files"]["notes"]
    assert "internal error" not in notes


SHEETS: dict[str, list[list[str | float | None]]] = {
    "One": [["ID", "g", "g_LL", "g_UL"], ["A", 0.2, 0.1, 0.3], ["B", "NR", -0.1, 0.3]]
}
DATA_FILES = (
    b"ID;g;SE\nA 2001;0,20;0,1\nB;-0,3;0,12\n",
    "ID\tg\tSE\nÅ\t0.2\t0.1\n".encode("utf-16"),
    rds(r_list({"ID": r_texts("A", None), "yi": r_numbers(0.2, 0.3)}, "data.frame"), packed=False),
    xlsx(SHEETS),
    jasp({"ID": ["A", "B"], "yi": [0.1, None]}),
    jasp({"ID": ["A", "B"], "yi": [0.1, None]}, old=True),
    ods(ods_table("One", SHEETS["One"])),
)


ONE_SHEET = Source(
    "a",
    "",
    "",
    (SourceTable("S", "", ("ID", "g", "SE"), (SourceRow(2, ("A", "0,2", "0,1")),)),),
)


def use(path: Path) -> None:
    """Read a data file and show what its columns would be taken for."""
    source = read_source(path)
    for analysis in propose(source):
        preview(source, analysis)


@unhurried
@given(data=st.data())
def test_data_files(data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data.draw(damaged(data.draw(st.sampled_from(DATA_FILES)))))
    tolerated(lambda: use(path))


@unhurried
@given(data=st.data())
def test_members_of_workbooks(data: st.DataObject, tmp_path: Path) -> None:
    """Inside the zip file, so that its checksum does not stop them."""
    with zipfile.ZipFile(io.BytesIO(xlsx(SHEETS))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(members)))
    path = tmp_path / "file"
    path.write_bytes(zipped(members | {name: data.draw(damaged(members[name]))}))
    tolerated(lambda: use(path))


@unhurried
@given(content=damaged(columns_text("a", propose(ONE_SHEET)).encode()))
def test_columns_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_bytes(content)
    tolerated(lambda: read_columns(path))


def check(folder: Path) -> None:
    """Read a data folder as all scripts do, with the rules between its tables."""
    for problem in read_and_check(folder)[1]:
        str(problem).encode()


@unhurried
@given(data=st.data())
def test_review_files_with_their_maps(data: st.DataObject, tmp_path: Path) -> None:
    """As check-data reads them; nothing is raised, since one review must not stop the others."""
    folder = write_data_folder(tmp_path / "data")
    contents = {"own.rm5": rm5_bytes(made_up_review()), "outcome_map.csv": OUTCOME_MAP.encode()}
    contents["study_map.csv"] = b"study,trial_id,intervention\nDee 2005,bob2002,play\n"
    broken = data.draw(st.sampled_from(sorted(contents)))
    contents[broken] = data.draw(damaged(contents[broken]))
    for name, content in contents.items():
        (folder / "reviews/review2020" / name).write_bytes(content)
    (review,) = read_reviews(folder, read(folder)).values()
    assert bool(review.problems) != bool(review.tables)
    for problem in review.problems:
        str(problem).encode()


CORRECTIONS = b"""- file: trials/trials.csv
  row: ann2001
  column: year
  from: '2001'
  to: '2002'
  reason: misread
  source: https://example.org/a
"""


@unhurried
@given(data=st.data())
def test_data_folders(data: st.DataObject, tmp_path: Path) -> None:
    """Corrections, review.yaml and tables, with the rules between them."""
    folder = write_data_folder(tmp_path / "data")
    (folder / "corrections.yaml").write_bytes(CORRECTIONS)
    path = folder / data.draw(st.sampled_from(["corrections.yaml", REVIEW, RESULTS, TRIALS]))
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    tolerated(lambda: check(folder))


PLAN = Path("config/config.yaml").read_bytes()


@given(data=st.data())
@unhurried
def test_plans(data: st.DataObject) -> None:
    content = data.draw(damaged(PLAN))
    tolerated(lambda: parse_plan(content, "config/config.yaml"))
