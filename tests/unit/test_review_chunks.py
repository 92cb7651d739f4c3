"""Files divided into chunks, and the tables of chunks put together."""

import os
from pathlib import Path

import pandas as pd
import pytest
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes

import reproduce_chunk
import split_reviews
from metarepro.reviews.batch import KNOWN_DEVIATIONS, Batch, do_file
from metarepro.reviews.batch_tables import BATCH_TABLES, gather, write_batch
from metarepro.reviews.chunks import Chunk, checksum, divide, named_reviews
from metarepro.tabular.problems import DataError

ODD = [
    "two  spaces.rm5",
    "two spaces.rm5",
    "new\nline.rm5",
    '"q" $(x) `y`.rm5',
    "-o.rm5",
    "{a}.rm5",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    reviews = tmp_path / "reviews"
    reviews.mkdir()
    for name in ODD:
        (reviews / name).write_bytes(rm5_bytes(made_up_review()))
    return reviews


def chunks_of(folder: Path, size: int) -> dict[str, Chunk]:
    return divide(named_reviews([folder])[0], folder, size)


@pytest.mark.parametrize(("size", "sizes"), [(1, [1] * 6), (4, [4, 2]), (6, [6]), (100, [6])])
def test_every_file_is_in_one_chunk_in_order(folder: Path, size: int, sizes: list[int]) -> None:
    chunks = chunks_of(folder, size)
    assert list(chunks) == [f"{i:04}" for i in range(1, len(sizes) + 1)]
    assert [len(chunk.files) for chunk in chunks.values()] == sizes
    paths = [file.path for chunk in chunks.values() for file in chunk.files]
    assert paths == sorted(str(folder / name) for name in ODD)
    names = [file.name for chunk in chunks.values() for file in chunk.files]
    assert len(set(names)) == len(ODD)
    assert all("\n" not in name for name in names)


def test_reviews_called_alike_are_told_apart(folder: Path) -> None:
    """By the folders in which they differ; only the same file again gets a number."""
    places = ["a/x/review.rm5", "a/y/review.rm5", "b/review.rm5", "b/other.rm5", "a/single.rm5"]
    for place in places:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(b"<")
    given = [folder / place for place in [*places, places[3]]]
    assert list(named_reviews(given)[0].items()) == [
        ("a/x/review.rm5", given[0]),
        ("a/y/review.rm5", given[1]),
        ("b/review.rm5", given[2]),
        ("other.rm5", given[3]),
        ("single.rm5", given[4]),
        ("other.rm5 (2)", given[5]),
    ]
    both, *_ = named_reviews([folder / "a", folder / "a/y", folder / "b"])
    assert list(both) == [
        *("single.rm5", "x/review.rm5", "y/review.rm5"),
        *("a/y/review.rm5", "other.rm5", "b/review.rm5"),
    ]


def test_no_files_are_no_chunks(tmp_path: Path) -> None:
    assert divide({}, tmp_path) == {}


def test_a_chunk_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1 file, got 0"):
        divide({}, tmp_path, 0)


def test_a_chunk_survives_its_file_with_any_name(folder: Path) -> None:
    (folder / os.fsdecode(b"not \xff unicode.rm5")).write_bytes(b"<")
    for chunk in chunks_of(folder, 2).values():
        text = chunk.to_json().encode("utf-8").decode("utf-8")
        assert Chunk.from_json(text) == chunk
        assert all(Path(file.path).exists() for file in chunk.files)


def test_a_chunk_changes_with_its_files_only(folder: Path) -> None:
    before = chunks_of(folder, 3)
    assert chunks_of(folder, 3) == before
    (folder / "two spaces.rm5").write_bytes(rm5_bytes(made_up_review(EFFECT_SIZE="9.9")))
    after = chunks_of(folder, 3)
    assert [n for n in before if before[n] != after[n]] == ["0002"]


def test_checksum_of_a_package_is_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.csv").write_text("1")
    first = checksum(tmp_path)
    (tmp_path / "a/one.csv").write_text("2")
    second = checksum(tmp_path)
    (tmp_path / "a/one.csv").rename(tmp_path / "a/two.csv")
    assert len({first, second, checksum(tmp_path)}) == 3


def test_what_cannot_be_read_has_no_content(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    empty = checksum(tmp_path)
    assert checksum(tmp_path / "pipe") == checksum(tmp_path / "nosuch") == empty


def made(chunks: list[Chunk], folder: Path) -> list[Path]:
    """The tables of each chunk, in a folder of its own."""
    parts = []
    for number, chunk in enumerate(chunks):
        batch = Batch()
        for file in chunk.files:
            do_file(Path(file.path), file.name, {}, batch)
        parts.append(folder / str(number))
        write_batch(batch.tables(), parts[-1])
    return parts


def test_chunks_together_are_one_batch(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.rm5").write_text("<COCHRANE_REVIEW><ANALYSES")
    few, all_of_them = (list(chunks_of(folder, size).values()) for size in (3, 100))
    gather(few, made(few, tmp_path / "few"), tmp_path / "gathered")
    gather(all_of_them, made(all_of_them, tmp_path / "all"), tmp_path / "whole")
    assert len(pd.read_csv(tmp_path / "whole/files.csv")) == 7
    assert len(pd.read_csv(tmp_path / "whole/reproduction.csv")) == 12
    for name in BATCH_TABLES:
        gathered = (tmp_path / f"gathered/{name}.csv").read_bytes()
        assert gathered == (tmp_path / f"whole/{name}.csv").read_bytes()


@pytest.mark.parametrize("wrong", ["lost", "double", "swapped"])
def test_a_file_lost_or_double_is_an_error(folder: Path, tmp_path: Path, wrong: str) -> None:
    chunks = list(chunks_of(folder, 3).values())
    parts = made(chunks, tmp_path / "parts")
    path = parts[1] / "files.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = {"lost": [0, 2], "double": [0, 1, 1], "swapped": [0, 2, 1]}[wrong]
    path.write_text(header + "".join(lines[row] for row in rows), encoding="utf-8")
    with pytest.raises(DataError, match="the 3 files of the chunk"):
        gather(chunks, parts, tmp_path / "gathered")
    assert not (tmp_path / "gathered").exists()


def test_a_file_that_changed_meanwhile_fails_the_job(folder: Path, tmp_path: Path) -> None:
    """Moved away, cut or replaced: tried again, and never taken for a result of the file."""
    (chunk,) = chunks_of(folder, 6).values()
    (tmp_path / "0001.json").write_text(chunk.to_json(), encoding="utf-8")
    options = ["--chunk", str(tmp_path / "0001.json"), "--output-dir", str(tmp_path / "out")]
    options += ["--known-deviations", str(KNOWN_DEVIATIONS)]
    (folder / ODD[0]).rename(tmp_path / "away.rm5")
    with pytest.raises(DataError, match="another content"):
        reproduce_chunk.main(options)
    assert not (tmp_path / "out").exists()
    (tmp_path / "away.rm5").rename(folder / ODD[0])
    reproduce_chunk.main(options)
    assert (tmp_path / "out/files.csv").exists()


def test_tables_of_other_files_are_not_left_to_be_taken_for_new_ones(
    folder: Path, tmp_path: Path
) -> None:
    options = [str(folder), "--output-dir", str(tmp_path / "out/chunks")]
    split_reviews.main(options)
    table = tmp_path / "out/files.csv"
    table.write_text("old")
    split_reviews.main(options)
    assert table.exists()
    (folder / ODD[0]).write_bytes(b"<other/>")
    split_reviews.main(options)
    assert not table.exists()
