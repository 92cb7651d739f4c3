"""Correlations, and proportions of one group: read, pooled, explained."""

import itertools
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.text import Text

import metarepro
from metarepro.errors import InputError
from metarepro.explanation.explanation import explain_published
from metarepro.explanation.published_text import parse_published
from metarepro.extraction.columns_file import columns_text, read_columns
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.extraction.reading import read_rows
from metarepro.extraction.review_source import read_review_source
from metarepro.figures.ticks import effect_ticks
from metarepro.readers.effect_table import read_effect_table
from metarepro.readers.sources import read_source
from metarepro.synthesis.study_pool_words import summary_lines
from metarepro.tabular.problems import DataError
from metarepro.wording.scales import Scale

R = [0.21, 0.35, 0.12, 0.48, 0.30, 0.05, 0.41, 0.27]
N = [45, 120, 80, 33, 210, 64, 97, 150]
EVENTS = [5, 12, 0, 33, 21, 4, 17, 15]
CORRELATIONS = pd.DataFrame({"study": list("ABCDEFGH"), "r": R, "n": N})
PROPORTIONS = pd.DataFrame({"study": list("ABCDEFGH"), "events": EVENTS, "n": N})


def written(folder: Path, text: str) -> Path:
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def columns_of(folder: Path, text: str) -> dict[str, tuple[str, int]]:
    (one,) = propose(read_source(written(folder, text)))
    return {role: (cell.column, cell.number) for role, cell in one.columns.items()}


def test_correlations_are_pooled_as_fishers_z() -> None:
    """The pool of R: rma(escalc("ZCOR", ri, ni), method = "DL"), back by transf.ztor."""
    result = metarepro.pool(CORRELATIONS, tau2="DL", ci="z")
    shown = [result.scale.shown(x) for x in (result.pooled.estimate, result.pooled.ci_low,
                                             result.pooled.ci_high)]  # fmt: skip
    assert shown == pytest.approx([0.2793, 0.1950, 0.3595], abs=5e-5)


def test_proportions_are_pooled_as_logits() -> None:
    """The pool of R: rma(escalc("PLO", xi, ni), method = "DL"), back by transf.ilogit."""
    result = metarepro.pool(PROPORTIONS, tau2="DL", ci="z")
    shown = [result.scale.shown(x) for x in (result.pooled.estimate, result.pooled.ci_low,
                                             result.pooled.ci_high)]  # fmt: skip
    assert shown == pytest.approx([0.1179, 0.0701, 0.1916], abs=5e-5)
    assert result.corrected == 2


@pytest.mark.parametrize(
    ("rows", "column", "cell"),
    [
        (CORRELATIONS, "r", "1"),
        (CORRELATIONS, "r", "-1.2"),
        (CORRELATIONS, "n", "3"),
        (PROPORTIONS, "events", "46"),
        (PROPORTIONS, "events", "2.5"),
        (PROPORTIONS, "n", "0"),
    ],
)
def test_what_cannot_be_is_refused_with_its_row(rows: pd.DataFrame, column: str, cell: str) -> None:
    changed = rows.astype(str)
    changed.loc[0, column] = cell
    with pytest.raises(DataError, match="row 2"):
        metarepro.pool(changed)


def test_beside_effects_r_and_n_are_other_columns(tmp_path: Path) -> None:
    table = read_effect_table(written(tmp_path, "study,yi,vi,r,n\nA,0.1,0.04,0.5,40\n"))
    assert table.kinds == ["effects"]
    assert list(table.others.columns) == ["r", "n"]


@pytest.mark.parametrize(
    ("ci", "convention"),
    [("z", "normal"), ("knapp_hartung", "t with 7 degrees of freedom")],
)
def test_the_convention_of_a_prediction_interval_is_named(ci: str, convention: str) -> None:
    lines = summary_lines(metarepro.pool(CORRELATIONS, ci=ci))
    assert any(line.startswith(f"Prediction interval (95%, {convention}): ") for line in lines)


# Columns -----------------------------------------------------------------------------------------


def test_correlations_are_recognised(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "Authors,Pearson's r,Sample size\nA,.21,45\nB,.35,120\n")
    assert found == {
        "study": ("Authors", 0),
        "r": ("Pearson's r", 0),
        "n_total": ("Sample size", 0),
    }


def test_events_and_size_in_one_cell_are_a_proportion(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "Study,n/N (%)\nA,5/45 (11.1)\nB,12/120 (10.0)\n")
    assert (found["events"], found["n_total"]) == (("n/N (%)", 1), ("n/N (%)", 2))


def test_events_and_size_of_two_arms_stay_those_of_arms(tmp_path: Path) -> None:
    text = "Study,Treatment n/N (%),Placebo n/N (%)\nA,5/45 (11.1),9/44 (20.5)\nB,2/20 (10),4/21\n"
    found = columns_of(tmp_path, text.replace("4/21", "4/21 (19)"))
    assert (found["events_t"], found["n_c"]) == (
        ("Treatment n/N (%)", 1),
        ("Placebo n/N (%)", 2),
    )


def test_a_column_with_nothing_but_the_arm_in_its_header_is_read(tmp_path: Path) -> None:
    found = columns_of(tmp_path, "Trial,Intervention,Control\nA,12/40,18/41\nB,5/30,9/29\n")
    assert (found["events_t"], found["events_c"]) == (("Intervention", 1), ("Control", 1))


@pytest.mark.parametrize(
    "text",
    [
        "Study,r,Total A,Total B\nA,.2,40,41\nB,.3,30,31\n",  # whose size?
        "Study,r,n\nA,2.1,45\nB,.35,120\n",  # no correlation
        "Study,Cases,Total\nA,50,45\nB,12,120\n",  # more cases than people
        "Study,Events (1),Events (2),Total\nA,5,6,45\nB,12,13,120\n",  # whose events?
    ],
)
def test_what_is_not_clear_is_not_taken(tmp_path: Path, text: str) -> None:
    source = read_source(written(tmp_path, text.replace("r,n\n", "correlation,size\n")))
    assert propose(source) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Study,Pearson r,Sample\nA,1.2,45\nB,.35,120\n", "Pearson r has 1.2, which is no"),
        ("Study,Cases,Total\nA,50,45\nB,12,120\n", "Cases has 50 of 45"),
        ("Study,n/N (%)\nA,5/45 (11)\nB,244/210 (16)\n", "n/N (%) has 244 of 210"),
    ],
)
def test_the_number_that_keeps_columns_from_being_taken_is_named(
    text: str, said: str, tmp_path: Path
) -> None:
    assert said in str(nothing_to_pool(read_source(written(tmp_path, text))))


def test_one_wrong_number_among_many_does_not_hide_the_columns(tmp_path: Path) -> None:
    rows = "".join(
        f"{name},{events},40\n" for name, events in zip("ABCDEF", range(5, 11), strict=True)
    )
    source = read_source(written(tmp_path, f"Study,Cases,Sample\n{rows}G,41,40\n"))
    assert [one.measure for one in propose(source)] == ["proportion"]


def test_decimal_commas_are_read_in_a_file_of_our_names(tmp_path: Path) -> None:
    path = written(tmp_path, "study;r;n\nA;0,31;120\nB;-0,05;47\n")
    assert read_rows(path).table.numbers("correlations")["r"].tolist() == [0.31, -0.05]


def test_the_proposed_columns_are_read_as_they_are_written(tmp_path: Path) -> None:
    CORRELATIONS.to_csv(tmp_path / "rows.csv", index=False)
    proposed = propose(read_source(tmp_path / "rows.csv"))
    (tmp_path / "columns.yaml").write_text(columns_text("rows.csv", proposed))
    _, (analysis,) = read_columns(tmp_path / "columns.yaml")
    assert {role: cell.column for role, cell in analysis.columns.items()} == {
        "study": "study",
        "r": "r",
        "n_total": "n",
    }


def test_a_data_file_of_a_study_is_told_what_it_may_hold(tmp_path: Path) -> None:
    CORRELATIONS.to_csv(tmp_path / "rows.csv", index=False)
    text = (
        'file: rows.csv\nanalyses:\n- name: main\n  columns: {study: study, r: r, n_total: "n"}\n'
    )
    (tmp_path / "columns.yaml").write_text(text)
    with pytest.raises(DataError, match="metarepro explain"):
        read_review_source(tmp_path / "columns.yaml")


# Printed results ---------------------------------------------------------------------------------


def test_an_estimate_in_percent_is_a_share() -> None:
    found = parse_published("prevalence 11.8% (95% CI 7.0 to 19.2); I2 77%")
    numbers = {name: str(number) for name, number in found.numbers.items()}
    assert numbers == {"estimate": "0.118", "ci_low": "0.070", "ci_high": "0.192", "i2": "77"}
    assert (found.measure, found.level) == ("proportion", 0.95)


def test_percent_signs_of_the_limits_are_read() -> None:
    found = parse_published("12% [7%–19%]")
    assert [n.value for n in found.numbers.values()] == pytest.approx([0.12, 0.07, 0.19])


def test_a_level_is_no_estimate() -> None:
    assert parse_published("0.32 (90% CI 0.23 to 0.40)").level == 0.9


def test_a_printed_proportion_is_found() -> None:
    found = explain_published(PROPORTIONS, "11.8% (95% CI 7.0 to 19.2)")
    assert found.verdict == "exact"
    assert found.tried[0].model.name == "plo IV DL z"


def test_the_mean_of_raw_correlations_is_told_from_that_of_z() -> None:
    """The pool of R: rma(escalc("COR", ri, ni), method = "DL")."""
    found = explain_published(CORRELATIONS, "r = 0.2864 [0.2043, 0.3686]")
    assert [one.model.form.name for one in found.tried if one.exact] == ["cor"]


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"r": -0.48}, "the sign is exchanged"),
        ({"r": 0.5230}, "Fisher's z stands for the correlation"),
    ],
)
def test_a_slip_of_one_correlation_is_named(slip: dict[str, float], words: str) -> None:
    rows = CORRELATIONS.copy()
    rows.loc[3, list(slip)] = list(slip.values())
    found = explain_published(rows, "r = 0.2793 [0.1950, 0.3595]; I2 32.4%; Q 10.36")
    assert found.search is not None
    assert any(words in hit.slip.what and hit.slip.rows == (3,) for hit in found.search.hits[:3])


def test_a_measure_that_the_columns_do_not_allow_is_refused() -> None:
    with pytest.raises(InputError, match="allowed: correlation"):
        explain_published(CORRELATIONS, "OR 0.3 [0.2, 0.4]")


# The plot ----------------------------------------------------------------------------------------


def test_ticks_of_proportions_stand_apart() -> None:
    low, high = -7.0, 7.0
    ticks = effect_ticks(low, high, Scale("proportion"))
    places = [place for place, _ in ticks]
    assert [label for _, label in ticks] == ["0.001", "0.01", "0.1", "0.5", "0.9", "0.99", "0.999"]
    assert min(b - a for a, b in itertools.pairwise(places)) >= 0.09 * (high - low)


def test_a_narrow_axis_of_proportions_has_ticks() -> None:
    assert len(effect_ticks(-1.2, -0.9, Scale("proportion"))) >= 2


def test_participants_of_one_group_are_counted() -> None:
    figure = metarepro.draw_forest(metarepro.pool(PROPORTIONS))
    texts = " ".join(text.get_text() for text in figure.findobj(Text))
    assert f"Pooled: 8 studies, 8 results, {sum(N)} participants" in texts
