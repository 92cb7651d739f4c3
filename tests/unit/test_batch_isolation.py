"""Nothing that one review file holds costs another its results, or itself more than it must."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.command import command
from tests.made_up_review import made_up_review
from tests.review_files import (
    CONT,
    CONT_ROW,
    DICH,
    DICH_ROW,
    IPD,
    IPD_ROW,
    IV,
    IV_ROW,
    outcome,
    review,
    rm5_bytes,
    row,
)

from metarepro.figures import style
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import Extraction
from metarepro.reviews import batch
from metarepro.reviews.batch import do_files
from metarepro.reviews.batch_tables import BATCH_TABLES, write_batch
from metarepro.reviews.inferred_settings import with_settings
from metarepro.reviews.reproduction import Known, reproduce

ROWS = {
    "CONT": (CONT, CONT_ROW, ("MEAN_1", "SD_1", "TOTAL_1")),
    "DICH": (DICH, DICH_ROW, ("EVENTS_1", "TOTAL_1")),
    "IV": (IV | {"EFFECT_MEASURE": "Risk Ratio"}, IV_ROW, ("ESTIMATE", "SE", "TOTAL_1")),
    "IPD": (IPD | {"EFFECT_MEASURE": "Hazard Ratio"}, IPD_ROW, ("O_E", "VAR", "TOTAL_1")),
}
EXTREMES = ("1e16", "1e75", "-1e75", "1e-300", "0")


def file_with(kind: str, study: dict[str, str], pool: dict[str, str]) -> bytes:
    settings, cells, _ = ROWS[kind]
    rows = [row(kind, cells | study, "Abel-2001"), row(kind, cells, "Cole-2003")]
    return rm5_bytes(review(outcome(kind, settings | pool, *rows)))


def batch_of(folder: Path, files: dict[str, bytes]) -> dict[str, pd.DataFrame]:
    """The tables of some files, written and so checked."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    tables = do_files([(name, folder / name) for name in files], {}).tables()
    write_batch(tables, folder / "out")
    assert all((folder / f"out/{name}.csv").exists() for name in BATCH_TABLES)
    return tables


@pytest.mark.parametrize("kind", ROWS)
def test_extreme_numbers_of_a_study_are_read(tmp_path: Path, kind: str) -> None:
    files = {
        f"{cell} {value}.rm5": file_with(kind, {cell: value}, {})
        for cell in ROWS[kind][2]
        for value in EXTREMES
    }
    tables = batch_of(tmp_path, files)
    assert set(tables["files"]["status"]) == {"read"}
    assert len(tables["reproduction"]) == len(files)


@pytest.mark.parametrize("kind", ROWS)
def test_extreme_published_numbers_are_read(tmp_path: Path, kind: str) -> None:
    names = ("EFFECT_SIZE", "CI_END", "LOG_CI_END", "TAU2", "CHI2", "I2", "Z", "P_Z")
    files = {
        f"{name} {value}.rm5": file_with(kind, {}, {name: value})
        for name in names
        for value in ("1.1E157", "1e999", "-1e300")
    }
    tables = batch_of(tmp_path, files)
    assert set(tables["files"]["status"]) == {"read"}


def test_a_limit_beyond_all_numbers_does_not_lose_the_batch(tmp_path: Path) -> None:
    """ln RR 5 with SE 400: the upper limit is exp(789)."""
    reviews = {
        "good.rm5": rm5_bytes(made_up_review()),
        "overflow.rm5": file_with("IV", {"ESTIMATE": "5", "SE": "400"}, {"TOTALS": "NO"}),
    }
    tables = batch_of(tmp_path, reviews)
    pools = tables["reproduction"]
    assert pools[pools["file"] == "good.rm5"]["verdict"].tolist() == ["exact", "exact"]


def test_a_value_that_cannot_be_written_costs_its_own_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(extraction: Extraction, name: str, known: Known) -> list[dict[str, Any]]:
        rows = reproduce(extraction, name, known)
        odd = {"reproduced_q": float("inf")} if name == "odd.rm5" else {}
        return [row | odd for row in rows]

    monkeypatch.setattr(batch, "reproduce", odd)
    content = rm5_bytes(made_up_review())
    tables = batch_of(tmp_path, {"odd.rm5": content, "good.rm5": content})
    assert tables["files"]["status"].tolist() == ["unreadable", "read"]
    assert "reproduced_q: found 'inf'" in tables["files"]["notes"][0]
    assert set(tables["reproduction"]["file"]) == {"good.rm5"}


def test_a_plot_that_fails_costs_no_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("axis too long")

    monkeypatch.setattr(style, "save_figure", fail)
    path = tmp_path / "a.rm5"
    path.write_bytes(rm5_bytes(made_up_review()))
    done = command("reproduce", path, "--forest", "--output-dir", tmp_path / "out")
    assert done.exit_code == 0
    notes = pd.read_csv(tmp_path / "out/files.csv")["notes"][0]
    assert notes == "no forest plot of 1.1: axis too long; no forest plot of 1.2: axis too long"
    assert len(pd.read_csv(tmp_path / "out/reproduction.csv")) == 2


def test_extreme_data_rows_without_settings_are_inferred(tmp_path: Path) -> None:
    from tests.review_files import DATA, DATA_ROWS, HEADERS, PREFIX, csv_table

    rows = [DATA, DATA | {"Study": "B", "Experimental mean": "1e75", "Mean": "1e75"}]
    path = tmp_path / f"{PREFIX}-{DATA_ROWS}.csv"
    path.write_bytes(csv_table(HEADERS["2025"][DATA_ROWS], rows))
    assert with_settings(read_review(path)).analyses["inferred"][0]
    tables = do_files([("f", path)], {}).tables()
    assert tables["files"]["status"].tolist() == ["read"]
