"""RevMan 5's CSV export of "data and analyses"."""

import math
from pathlib import Path

import pandas as pd
import pytest
from tests.made_up_review import PUBLISHED
from tests.review_files import csv_table
from tests.review_tables import reproduced

from metarepro.readers.review_file import read_review
from metarepro.tabular.problems import DataError

CASE = Path(__file__).parents[3] / "shared/cases/files/revman5_csv_export.csv"
HEADER = (
    "Comparison Number,Outcome Number,Subgroup Number,Name,Data Type,Statistical Method,"
    "Effect Measure,Analysis Model,Events 1,Mean 1,SD 1,Total 1,Events 2,Mean 2,SD 2,Total 2,"
    "O-E,Var,Effect Estimate,SE,CI Start,CI End,Weight,Q,P(Q),I²(Q),Tau²,Z,P(Z),Qint,P(Qint),"
    "I²(Qint),df,Group Label 1,Group Label 2,Left Graph Label,Right Graph Label,Year of study,"
    "User defined order"
)
Z95 = 1.959963984540054


def named(comparison: int, outcome: int, subgroup: int, name: str) -> dict[str, object]:
    numbers = ("Comparison Number", "Outcome Number", "Subgroup Number")
    return dict(zip(numbers, (comparison, outcome, subgroup), strict=True)) | {"Name": name}


def pool(kind: str, published: dict[str, float], **settings: str) -> dict[str, object]:
    """The results of a pool, by R (tests/reference/made_up_review.R)."""
    columns = {
        "Effect Estimate": "EFFECT_SIZE",
        "CI Start": "CI_START",
        "CI End": "CI_END",
        "Q": "CHI2",
        "P(Q)": "P_CHI2",
        "I²(Q)": "I2",
        "Tau²": "TAU2",
        "Z": "Z",
        "P(Z)": "P_Z",
        "df": "DF",
    }
    labels: dict[str, object] = {"Data Type": kind, "Group Label 1": "Play"}
    numbers = {column: f"{published[name]:.8f}" for column, name in columns.items()}
    return labels | numbers | settings


MEANS = [
    {"Name": "Ann 2001", "Total 1": 20, "Mean 1": 5.1, "SD 1": 2, "Total 2": 21, "Mean 2": 4.5}
    | {"SD 2": 2.1, "Effect Estimate": 0.28678971, "SE": 0.31, "CI Start": -0.3, "CI End": 0.9}
    | {"Weight": 40, "Year of study": 2001},
    {"Name": "Dee 2005", "Total 1": 33, "Mean 1": 6.4, "SD 1": 1.8, "Total 2": 30, "Mean 2": 5.2}
    | {"SD 2": 2.2, "Effect Estimate": 0.59, "SE": 0.26, "CI Start": 0.1, "CI End": 1.1}
    | {"Weight": 60},
]
COUNTS = [
    {"Name": "Ann 2001", "Events 1": 12, "Total 1": 20, "Events 2": 9, "Total 2": 21}
    | {"Effect Estimate": 2, "SE": 0.63, "CI Start": 0.6, "CI End": 7, "Weight": 40},
    {"Name": "Dee 2005", "Events 1": 20, "Total 1": 33, "Events 2": 11, "Total 2": 30}
    | {"Effect Estimate": 2.7, "SE": 0.52, "CI Start": 1, "CI End": 7.3, "Weight": 60},
]
SMD = {"Statistical Method": "IV", "Effect Measure": "SMD", "Analysis Model": "Random"}
OR = {"Statistical Method": "MH", "Effect Measure": "OR", "Analysis Model": "Fixed"}


def export() -> list[dict[str, object]]:
    return [
        named(1, 0, 0, "Video feedback"),
        named(1, 1, 0, "sensitivity") | pool("CON", PUBLISHED["smd"], **SMD),
        *(named(1, 1, 0, "") | study for study in MEANS),
        named(1, 2, 0, "security") | pool("DIC", PUBLISHED["or"], **OR),
        *(named(1, 2, 0, "") | study for study in COUNTS),
    ]


def write(folder: Path, rows: list[dict[str, object]], encoding: str = "utf-8") -> Path:
    path = folder / "CD000000-data.csv"
    path.write_bytes(csv_table(HEADER, rows).decode().encode(encoding))
    return path


def recomputed(folder: Path, rows: list[dict[str, object]]) -> pd.DataFrame:
    return reproduced(read_review(write(folder, rows)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_the_numbers_of_r_come_out(tmp_path: Path, encoding: str) -> None:
    extraction = read_review(write(tmp_path, export(), encoding))
    assert extraction.review.format == "revman5_csv"
    assert extraction.review.review_id == "CD000000"
    table = reproduced(extraction)
    assert table["verdict"].tolist() == ["exact", "exact"]
    assert table["outcome"].tolist() == ["sensitivity", "security"]
    assert table["comparison"].tolist() == ["Video feedback"] * 2


def test_study_rows(tmp_path: Path) -> None:
    studies = read_review(write(tmp_path, export())).studies
    assert studies["study"].tolist() == ["Ann 2001", "Dee 2005"] * 2
    assert studies["year"].tolist()[0] == "2001"
    assert studies["sd_c"].tolist()[:2] == [2.1, 2.2]
    assert studies["events_t"].tolist()[2:] == [12, 20]
    assert studies["locator"].tolist()[0] == "CD000000-data.csv, line 4"


def test_subgroups_have_their_rows(tmp_path: Path) -> None:
    rows = [
        named(1, 0, 0, "Video feedback"),
        named(1, 1, 0, "sensitivity")
        | pool("CON", PUBLISHED["smd"], **SMD)
        | {"Qint": 0, "P(Qint)": 1, "I²(Qint)": 0},
        named(1, 1, 1, "Mothers") | pool("CON", PUBLISHED["smd"], **SMD),
        *(named(1, 1, 1, "") | study for study in MEANS),
    ]
    extraction = read_review(write(tmp_path, rows))
    assert extraction.studies["subgroup"].tolist() == ["Mothers", "Mothers"]
    table = reproduced(extraction)
    assert table["level"].tolist() == ["overall", "subgroup"]
    assert table["verdict"].tolist() == ["exact", "exact"]


@pytest.mark.parametrize("log", [False, True])
def test_scale_of_given_estimates_shows_in_their_intervals(tmp_path: Path, log: bool) -> None:
    numbers = [0.5, 0.5 - Z95 * 0.2, 0.5 + Z95 * 0.2]
    if log:
        numbers = [math.exp(number) for number in numbers]
    names = ("Effect Estimate", "CI Start", "CI End")
    effect = {name: f"{number:.8f}" for name, number in zip(names, numbers, strict=True)}
    q = {"Q": 0, "P(Q)": 1, "I²(Q)": 0, "Tau²": 0, "df": 0, "Z": 2.5, "P(Z)": "0.01241933"}
    settings = {"Statistical Method": "IV", "Effect Measure": "OTHER", "Analysis Model": "Fixed"}
    rows = [
        named(1, 0, 0, "A"),
        named(1, 1, 0, "B") | {"Data Type": "IV"} | settings | effect | q,
        named(1, 1, 0, "S") | effect | {"SE": 0.2, "Weight": 100},
    ]
    extraction = read_review(write(tmp_path, rows))
    assert extraction.analyses["log_data"].tolist() == ["yes" if log else "no"]
    assert extraction.studies["estimate"][0] == pytest.approx(0.5, abs=1e-7)
    assert reproduced(extraction)["verdict"].tolist() == ["exact"]


def test_a_study_without_an_effect_is_not_estimable(tmp_path: Path) -> None:
    nothing = {"Name": "Zoe 2009", "Events 1": 0, "Total 1": 20, "Events 2": 0, "Total 2": 21}
    zeros = dict.fromkeys(("Effect Estimate", "SE", "CI Start", "CI End", "Weight"), 0)
    rows = [*export(), named(1, 2, 0, "") | nothing | zeros]
    extraction = read_review(write(tmp_path, rows))
    assert extraction.studies["estimable"].tolist() == ["yes"] * 4 + ["no"]
    assert reproduced(extraction)["verdict"].tolist() == ["exact", "exact"]


def test_thousands_may_be_separated(tmp_path: Path) -> None:
    rows = export()
    rows[-1]["Total 1"] = "1,033"
    assert read_review(write(tmp_path, rows)).studies["n_t"].tolist()[-1] == 1033


def test_outcomes_without_numbers_are_skipped_with_a_note(tmp_path: Path) -> None:
    rows = [*export(), named(1, 3, 0, "Words") | {"Data Type": "OTH"}, named(1, 3, 0, "Ann 2001")]
    extraction = read_review(write(tmp_path, rows))
    assert len(extraction.studies) == 4
    assert "1.3 'Words': data of type OTH, skipped" in extraction.notes


def test_a_bad_number_is_a_problem_of_its_row(tmp_path: Path) -> None:
    rows = export()
    rows[2]["SD 1"] = "2,0"
    with pytest.raises(DataError, match="row 4, SD 1: found '2,0'"):
        read_review(write(tmp_path, rows))


@pytest.mark.skipif(not CASE.exists(), reason="the shared cases are not here")
def test_a_real_export() -> None:
    """Pooled rows of the file: OR 0.89686556, Q 9.94605598; MD -0.70938839, Q 5.66012379."""
    table = reproduced(read_review(CASE))
    assert table["verdict"].tolist() == ["exact", "exact"]
    assert table["reproduced_estimate"].tolist() == pytest.approx([0.89686556, -0.70938839])
    assert table["reproduced_q"].tolist() == pytest.approx([9.94605598, 5.66012379])
