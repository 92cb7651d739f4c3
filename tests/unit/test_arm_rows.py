"""Tables with a row for each arm: put side by side where it is known what is compared with what."""

from pathlib import Path

import pytest

from metarepro.extraction.arm_rows import read_tables
from metarepro.extraction.extracted import extract
from metarepro.extraction.mapping import Analysis
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
    with pytest.raises(DataError, match=r"row 5, Drug > N: found '44x'"):
        extract(source, propose(source)[0])


@pytest.mark.parametrize(("one", "other"), [("A", "B"), ("0", "1"), ("1", "2")])
def test_arms_without_names_are_asked_about(one: str, other: str, tmp_path: Path) -> None:
    found = only(tmp_path, LONG.replace("Drug", one).replace("Placebo", other))
    assert found.first_arm == FILL_IN


def test_an_event_may_be_called_by_its_name(tmp_path: Path) -> None:
    found = only(tmp_path, LONG.replace("Deaths", "stroke"))
    assert found.columns["events_t"].column == "Drug > stroke events"


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


NOT_SIDE_BY_SIDE = {
    "three arms": LONG + "Cy,Low dose,4,41\n",
    "one arm": LONG + "Dee,Drug,4,41\n",
    "no control": LONG.replace("Cy,Placebo", "Cy,Other drug"),
    "letters": LONG.replace("Cy,Drug", "Cy,Drug B").replace("Placebo", "Drug C"),
    "two controls": LONG.replace("Cy,Drug", "Cy,Usual care"),
    "names of metafor": LONG.replace("Deaths,N", "xi,ni") + "Cy,Low dose,4,41\n",
}


@pytest.mark.parametrize("text", NOT_SIDE_BY_SIDE.values(), ids=NOT_SIDE_BY_SIDE)
def test_what_is_not_known_to_be_compared_is_refused(text: str, tmp_path: Path) -> None:
    assert "Each row is one arm of a study (Treatment: Drug, " in refused(tmp_path, text)


def test_groups_that_no_study_compares_are_single_ones(tmp_path: Path) -> None:
    text = "study,group,cases,n\n1,women,3,40\n2,men,4,41\n3,women,7,50\n4,men,5,52\n"
    assert only(tmp_path, text).measure == "proportion"
