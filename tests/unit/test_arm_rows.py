"""Tables with a row for each arm: put side by side where it is known what is compared with what."""

from pathlib import Path

import pytest
from tests.made_sources import xlsx

from metarepro.extraction.arm_rows import read_tables
from metarepro.extraction.extracted import extract
from metarepro.extraction.mapping import Analysis, Cell
from metarepro.extraction.preview import preview
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.extraction.reading import read_rows
from metarepro.readers.source_table import Source
from metarepro.synthesis.study_pool import pool_studies
from metarepro.tabular.problems import DataError
from metarepro.tabular.yaml_text import FILL_IN

WIDE = "study,ai,n1i,ci,n2i\nAnn,3,40,5,41\nBo,4,44,9,45\nCy,10,80,12,78\n"
#: The same, with the arms in any order.
LONG = """Study,Treatment,Deaths,N
Ann,Drug,3,40
Ann,Placebo,5,41
Bo,Placebo,9,45
Bo,Drug,4,44
Cy,Drug,10,80
Cy,Placebo,12,78
"""


def read(folder: Path, text: str) -> Source:
    path = folder / "a.csv"
    path.write_text(text)
    return read_tables(path)


def only(folder: Path, text: str) -> Analysis:
    (analysis,) = propose(read(folder, text))
    return analysis


def refused(folder: Path, text: str) -> str:
    source = read(folder, text)
    assert propose(source) == []
    return str(nothing_to_pool(source))


def estimates(folder: Path, text: str) -> list[float]:
    path = folder / "a.csv"
    path.write_text(text)
    return pool_studies(read_rows(path).table, measure="OR").studies["yi"].tolist()


def test_the_pool_is_that_of_the_same_arms_in_one_row(tmp_path: Path) -> None:
    assert estimates(tmp_path, LONG) == estimates(tmp_path, WIDE)


def test_a_control_by_its_name_is_compared_with_what_stands_beside_it(tmp_path: Path) -> None:
    text = LONG.replace("Bo,Drug", "Bo,Other drug").replace("Cy,Placebo", "Cy,No treatment")
    assert estimates(tmp_path, text) == estimates(tmp_path, WIDE)


def test_every_number_keeps_its_own_row(tmp_path: Path) -> None:
    source = read(tmp_path, LONG)
    places = extract(source, propose(source)[0]).provenance
    of_bo = places[places["study"] == "Bo"].set_index("role")["row"]
    assert (of_bo["events_t"], of_bo["events_c"], of_bo["n_c"]) == (5, 4, 4)


def test_a_wrong_cell_is_named_by_its_own_row(tmp_path: Path) -> None:
    more = "".join(f"{name},Drug,3,40\n{name},Placebo,4,41\n" for name in ("Dee", "Eli", "Fay"))
    source = read(tmp_path, LONG.replace("Bo,Drug,4,44", "Bo,Drug,4,44x") + more)
    with pytest.raises(DataError, match=r"row 5, Treatment > N: found '44x'"):
        extract(source, propose(source)[0])


OPEN = [
    ("A", "B"), ("0", "1"), ("1", "2"), ("E", "F"), ("Arm T", "Arm U"), ("Saline", "Vitamin C"),
    ("Vitamin E", "Selenium"), ("Group I", "Group II"), ("t-PA", "Tenecteplase"),
    ("Motor control exercise", "Exercise"), ("Ablation", "Rhythm control"), ("Drug", "TAU"),
    ("Intensive control", "Standard care"), ("Surgery", "Active surveillance"),
    ("Drug", "Drug and placebo"), ("Placebo", "No treatment"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), OPEN)
def test_what_only_a_person_knows_is_asked(one: str, other: str, tmp_path: Path) -> None:
    found = only(tmp_path, LONG.replace("Drug", "*").replace("Placebo", other).replace("*", one))
    assert (found.first_arm, found.columns["events_1"].column) == (FILL_IN, "A > Deaths")


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [("CBT", "IPT", "A: CBT; B: IPT"), ("CBT", "Placebo", "Control: Placebo; Treatment: CBT")],
)
def test_it_is_said_which_arm_is_which(one: str, other: str, said: str, tmp_path: Path) -> None:
    source = read(tmp_path, LONG.replace("Placebo", other).replace("Drug", one))
    assert f"  In the file: {said}" in preview(source, propose(source)[0])


@pytest.mark.parametrize(
    ("treated", "control"),
    [("T", "C"), ("e", "c"), ("I", "C"), ("Toxin A", "placebo"), ("Vitamin C", "Control group")],
)
def test_a_control_by_its_whole_name_is_known(treated: str, control: str, tmp_path: Path) -> None:
    text = LONG.replace("Placebo", "*").replace("Drug", treated).replace("*", control)
    assert estimates(tmp_path, text) == estimates(tmp_path, WIDE)


def test_a_study_is_its_name_and_year(tmp_path: Path) -> None:
    lines = LONG.replace("Cy", "Ann").splitlines()
    years = ["Year", *["2001"] * 2, *["2002"] * 2, *["2003"] * 2]
    text = "\n".join(f"{line},{year}" for line, year in zip(lines, years, strict=True))
    assert estimates(tmp_path, text) == estimates(tmp_path, WIDE)


def test_what_both_arms_share_stands_once(tmp_path: Path) -> None:
    lines = LONG.splitlines()
    text = "\n".join([f"{lines[0]},Setting", *(f"{line},ward" for line in lines[1:])])
    assert read(tmp_path, text).tables[1].columns[-1] == "Setting"


def test_sizes_that_are_equal_are_those_of_both_arms(tmp_path: Path) -> None:
    text = "study,arm,events,n\nA,Placebo,3,40\nA,Drug,4,40\nB,Placebo,7,50\nB,Drug,5,50\n"
    assert only(tmp_path, text).roles == ("events_t", "n_t", "events_c", "n_c")


@pytest.mark.parametrize("header", ["arm_id", "Study arm", "treated", "Group"])
def test_arms_are_known_by_their_header(header: str, tmp_path: Path) -> None:
    text = LONG.replace("Treatment", header)
    assert only(tmp_path, text).roles == ("events_t", "n_t", "events_c", "n_c")


def test_an_empty_name_repeats_the_one_above(tmp_path: Path) -> None:
    text = "".join(
        line if place % 2 or not place else f",{line.partition(',')[2]}"
        for place, line in enumerate(LONG.splitlines(keepends=True))
    )
    assert "\n,Placebo" in text
    assert estimates(tmp_path, text) == estimates(tmp_path, WIDE)


def test_results_of_rows_are_not_put_side_by_side(tmp_path: Path) -> None:
    text = "Study,Intervention,d,SE\nA,CBT,0.2,0.1\nA,IPT,0.3,0.1\nB,CBT,0.4,0.1\nB,IPT,0.3,0.2\n"
    assert only(tmp_path, text).table == ""


def test_means_of_arms_with_standard_errors_are_no_effects(tmp_path: Path) -> None:
    text = "Study,Arm,Mean,SE,N\nA,Control,3,2,40\nA,CBT,4,2,41\nB,Control,7,3,50\nB,CBT,5,3,52\n"
    assert "Each row is one arm" in str(nothing_to_pool(read(tmp_path, text)))
    assert propose(read(tmp_path, text)) == []


def test_columns_that_were_said_before_are_those_of_the_file(tmp_path: Path) -> None:
    said = {"study": Cell("Study"), "events": Cell("Deaths"), "n_total": Cell("N")}
    analysis = Analysis("a", "", said, "proportion", where={"Treatment": "Drug"})
    assert extract(read(tmp_path, LONG), analysis).table.studies == ["Ann", "Bo", "Cy"]


def test_rows_of_two_headings_are_no_arms_of_one_study(tmp_path: Path) -> None:
    row = "{},,,\n{}"
    first, *lines = LONG.splitlines(keepends=True)
    text = first + row.format("Old", lines[0]) + row.format("New", "".join(lines[1:]))
    assert len(read(tmp_path, text).tables) == 1


NOT_SIDE_BY_SIDE = {
    "empty arm": LONG.replace("Cy,Placebo", "Cy,"),
    "two outcomes": LONG + LONG.partition("\n")[2],
    "three arms": LONG + "Cy,Low dose,4,41\n",
    "one arm": LONG + "Dee,Drug,4,41\n",
    "no control": LONG.replace("Cy,Placebo", "Cy,Other drug"),
    "letters": LONG.replace("Cy,Drug", "Cy,Drug B").replace("Placebo", "Drug C"),
    "two controls": LONG.replace("Cy,Drug", "Cy,No treatment"),
    "names of metafor": LONG.replace("Deaths,N", "xi,ni") + "Cy,Low dose,4,41\n",
}


@pytest.mark.parametrize("text", NOT_SIDE_BY_SIDE.values(), ids=NOT_SIDE_BY_SIDE)
def test_what_is_not_known_to_be_compared_is_refused(text: str, tmp_path: Path) -> None:
    assert "Each row is one arm of a study (Treatment: Drug, " in refused(tmp_path, text)


def test_groups_of_which_one_is_called_as_arms_are_are_no_single_ones(tmp_path: Path) -> None:
    text = LONG.replace("Treatment", "Group").replace("Placebo", "TAU")
    assert only(tmp_path, text).first_arm == FILL_IN


def test_shares_by_age_are_single_groups(tmp_path: Path) -> None:
    text = "study,age_group,cases,n\n1,young,3,40\n1,old,4,41\n2,young,7,50\n2,old,5,52\n"
    assert only(tmp_path, text).measure == "proportion"


def test_one_name_in_a_column_of_arms_is_no_comparison(tmp_path: Path) -> None:
    text = LONG.replace("Placebo", "")
    assert len(read(tmp_path, text).tables) == 1


def test_groups_that_no_study_compares_are_single_ones(tmp_path: Path) -> None:
    text = "study,group,cases,n\n1,women,3,40\n2,men,4,41\n3,women,7,50\n4,men,5,52\n"
    assert only(tmp_path, text).measure == "proportion"


def test_a_sheet_may_have_the_name_of_the_made_table(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows: list[list[str | float]] = [["Study", "d", "SE"], ["A", 0.2, 0.1], ["B", 0.3, 0.1]]
    path.write_bytes(xlsx({"arms side by side": rows}))
    (found,) = propose(read_tables(path))
    assert found.roles == ("yi", "sei")
