"""What columns are taken for: proposals, columns.yaml, and the rows that come out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metarepro.errors import InputError
from metarepro.extraction.columns_file import columns_text, read_columns
from metarepro.extraction.extracted import Extracted, extract
from metarepro.extraction.layouts import table_words
from metarepro.extraction.mapping import Analysis
from metarepro.extraction.preview import preview
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.extraction.reading import read_rows
from metarepro.readers.effect_table import table_of_frame
from metarepro.readers.source_table import Source, SourceRow, SourceTable
from metarepro.synthesis.study_pool import pool_studies
from metarepro.tabular.problems import DataError
from metarepro.tabular.yaml_text import FILL_IN


def source(header: str, *rows: str, label: str = "S") -> Source:
    """A sheet of cells parted by bars."""
    cells = [tuple(cell.strip() for cell in row.split("|")) for row in (header, *rows)]
    table = SourceTable(
        label, "", cells[0], tuple(SourceRow(n, row) for n, row in enumerate(cells[1:], 2))
    )
    return Source("a.xlsx", "f" * 64, "a workbook", (table,))


def taken(analysis: Analysis) -> dict[str, str]:
    """Role -> column, and the number in the cell after #."""
    return {
        role: cell.column + (f"#{cell.number}" if cell.number else "")
        for role, cell in analysis.columns.items()
    }


def one(header: str, *rows: str) -> Analysis:
    found = propose(source(header, *rows))
    assert len(found) == 1
    return found[0]


def read(header: str, *rows: str, **answers: Any) -> Extracted:
    """What comes out as proposed, with some answers."""
    return extract(source(header, *rows), replace(one(header, *rows), **answers))


INTERVALS = ("A 2001 | 0.20 | 0.10 | 0.30", "B 2002 | 0.50 | 0.21 | 0.79", "C | -0.1 | -0.6 | 0.4")
#: Headers of an estimate and its limits, with the name of the analysis.
SPELLINGS = {
    "ID | g | g_LL | g_UL": "g",
    "ID | gi_eot_DEP | gi_eot_LL_DEP | gi_eot_UL_DEP": "eot_DEP",
    "ID | PhS | LL_PhS | UL_PhS": "PhS",
    "ID | g_moodLL_3 | g_mood_3 | g_moodUL_3": "",
    "ID | g_mood_3 | g_moodLL_3 | g_moodUL_3": "mood_3",
    "Study | Hedges’ g | 95% CI lower | 95% CI upper": "Hedges’ g",
    "Study name | Std diff in means | Lower limit | Upper limit": "Std diff in means",
    "author | es | ci.lb | ci.ub": "es",
    "Estudio | d | Límite inferior | Límite superior": "d",
    "Study | Effect size | lower CI | upper CI": "Effect size",
    "slab | smd_pain | lcl_pain | ucl_pain": "pain",
    "Study | SMD | 2.5 % | 97.5 %": "SMD",
    "Study | SMD | CI min | CI max": "SMD",
    "study | g_pain | g_pain_lo | g_pain_hi": "pain",
}


@pytest.mark.parametrize(("header", "name"), [(h, n) for h, n in SPELLINGS.items() if n])
def test_an_estimate_is_found_with_its_limits(header: str, name: str) -> None:
    study, yi, low, high = (part.strip() for part in header.split("|"))
    found = one(header, *INTERVALS)
    assert taken(found) == {"study": study, "yi": yi, "ci_low": low, "ci_high": high}
    assert found.name == name


@pytest.mark.parametrize(
    ("header", "role", "column"),
    [
        ("ID | g_eot_DEP | g_eot_standard_error", "sei", "g_eot_standard_error"),
        ("ID | g_eot_PTSD | SE_eot_PTSD", "sei", "SE_eot_PTSD"),
        ("study | .g | .g_se", "sei", ".g_se"),
        ("study | TE | seTE", "sei", "seTE"),
        ("Study | Cohen's d | Std. Error", "sei", "Std. Error"),
        ("study | d_calc | d_var_calc", "vi", "d_var_calc"),
        ("Study | Hedges's g | Variance", "vi", "Variance"),
        ("id | dep | var_dep", "vi", "var_dep"),
        ("studylbl | stdmdiff | se", "sei", "se"),  # Stata's pupiliq
        ("study | smd | varsmd", "vi", "varsmd"),  # exercise of R's metaplus
        ("Study | Beta | SE", "sei", "SE"),
        ("Study | d | SEd", "sei", "SEd"),
        ("Study | Zr | VZr", "vi", "VZr"),
        ("Study | Cohen d | StErr", "sei", "StErr"),
    ],
)
def test_an_estimate_is_found_with_its_precision(header: str, role: str, column: str) -> None:
    found = one(header, "A | 0.2 | 0.1", "B | -0.5 | 0.2")
    assert found.roles == ("yi", role)
    assert taken(found)[role] == column


MEANS = ("A | 5.1 | 2 | 20 | 6 | 2.1 | 22", "B | 7.2 | 2.4 | 31 | 7.9 | 2.2 | 30")
MEAN_HEADERS = (
    "Study | Patients mean | Patients SD | Patients n | Controls mean | Controls SD | Controls n",
    "id | tmean | tsd | tsample | cmean | csd | csample",  # the help of metan
    "Study | Treated: mean | SD (1) | n (1) | Placebo: mean | SD (2) | n (2)",
    "ID | mi | sdi | ni | mc | sdc | nc",
    "ID | mi_eot_DEP | sdi_eot_DEP | ni_eot_DEP | mc_eot_DEP | sdc_eot_DEP | nc_eot_DEP",
    "study | m1i | sd1i | n1i | m2i | sd2i | n2i",
    "study | Mean_e | SD_e | N_e | Mean_c | SD_c | N_c",
    "study | mean_treatment | sd_treatment | n_treatment | mean_control | sd_control | n_control",
    "study | meanT | sdT | nT | meanC | sdC | nC",
    "Study | Intervention > Mean | Intervention > SD | Intervention > n | Control > Mean "
    "| Control > SD | Control > n",
)


@pytest.mark.parametrize("header", MEAN_HEADERS)
def test_means_are_found_where_the_headers_name_the_arms(header: str) -> None:
    roles = ("study", "mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c")
    columns = [part.strip() for part in header.split("|")]
    found = one(header, *MEANS)
    assert taken(found) == dict(zip(roles, columns, strict=True))
    assert found.first_arm == ""


@pytest.mark.parametrize(
    "header",
    [
        "study | mean1 | sd1 | n1 | mean2 | sd2 | n2",
        "study | mean_arm1 | sd_arm1 | n_arm1 | mean_arm2 | sd_arm2 | n_arm2",
        "study | Mean (1) | SD (1) | N (1) | Mean (2) | SD (2) | N (2)",
        "study | mean_a | sd_a | n_a | mean_b | sd_b | n_b",
    ],
)
def test_it_is_asked_which_arm_is_which(header: str) -> None:
    found = one(header, *MEANS)
    assert found.first_arm == FILL_IN
    with pytest.raises(InputError, match="which arm is the one of"):
        extract(source(header, *MEANS), found)


def of_arms(first: str, second: str) -> str:
    """Headers of means, SDs and sizes of two arms."""
    return " | ".join(
        ["Study", *(f"{a} {s}" for a in (first, second) for s in ("mean", "SD", "n"))]
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("TAU", "No treatment"),
        ("Comparison", "No intervention"),
        ("Treatment as usual", "Control condition"),
        ("Intervention", "Standard treatment"),
        ("Intervention", "Comparison intervention"),
        ("Treatment", "Sham treatment"),
        ("TAU + intervention", "TAU"),
    ],
)
def test_it_is_asked_where_only_one_arm_is_clear_or_both_are_controls(
    first: str, second: str
) -> None:
    for above in ("", " >"):
        found = one(of_arms(first + above, second + above), *MEANS)
        assert (found.first_arm, taken(found)["mean_1"]) == (FILL_IN, f"{first}{above} mean")


@pytest.mark.parametrize(
    ("treated", "control"),
    [
        ("Intervention", "Control treatment"),
        ("Intervention", "Treatment as usual"),
        ("Treatment", "No treatment"),
        ("Treated", "No intervention control"),
        ("Intervention T1", "Control T1"),
        ("Experimental", "Active control"),
    ],
)
def test_controls_are_known_beside_words_of_the_treated_arm(treated: str, control: str) -> None:
    for above in ("", " >"):
        found = one(of_arms(control + above, treated + above), *MEANS)
        assert (found.first_arm, taken(found).get("mean_t")) == ("", f"{treated}{above} mean")


@pytest.mark.parametrize("second", ["TAU", "Standard treatment", "Waiting list"])
def test_it_is_asked_of_spanning_headers_whose_other_arm_may_be_a_control(second: str) -> None:
    found = one(of_arms("Music >", f"{second} >"), *MEANS)
    assert (found.first_arm, taken(found)["mean_1"]) == (FILL_IN, "Music > mean")


@pytest.mark.parametrize(
    ("second", "leading"), [("Control", "mean_t"), ("Placebo", "mean_t"), ("Usual care", "mean_1")]
)
def test_an_arm_may_have_a_name_of_its_own_beside_a_known_one(second: str, leading: str) -> None:
    found = one(of_arms("Yoga class", second), *MEANS)
    assert taken(found)[leading] == "Yoga class mean"


def test_the_name_of_an_arm_is_not_that_of_the_outcome() -> None:
    found = one(of_arms("Exercise pain", "Control pain"), *MEANS)
    assert (found.name, taken(found)["mean_t"]) == ("pain", "Exercise pain mean")


@pytest.mark.parametrize("first", ["Baseline", "Exercise baseline"])
def test_a_time_or_another_outcome_is_no_arm_beside_a_known_one(first: str) -> None:
    assert propose(source(of_arms(first, "Control"), *MEANS)) == []


def test_counts_of_one_arm_are_not_pooled_as_if_they_were_one_group() -> None:
    header = "Study | Events (both) | Total (all) | Events control | Total control"
    assert propose(source(header, "A | 5 | 20 | 6 | 22", "B | 7 | 31 | 9 | 30")) == []


def test_it_is_asked_of_a_header_that_names_both_arms() -> None:
    assert one(of_arms("Treatment vs control", "Control"), *MEANS).first_arm == FILL_IN


@pytest.mark.parametrize(("first", "sign"), [("treatment", -1), ("control", 1)])
def test_the_answer_decides_the_sign(first: str, sign: int) -> None:
    header = "study | mean1 | sd1 | n1 | mean2 | sd2 | n2"
    table = read(header, *MEANS, first_arm=first).table
    assert pool_studies(table, measure="MD").pooled.estimate * sign > 0


@pytest.mark.parametrize(
    ("header", "rows", "columns"),
    [
        (
            "Study | Events treatment | Total treatment | Events control | Total control",
            ("A | 5 | 20 | 6 | 22", "B | 7 | 31 | 9 | 30"),
            ("Events treatment", "Total treatment", "Events control", "Total control"),
        ),
        (
            "Study | Treatment n/N | Control n/N",
            ("A | 5/20 | 6/22", "B | 7/31 | 9/30"),
            ("Treatment n/N#1", "Treatment n/N#2", "Control n/N#1", "Control n/N#2"),
        ),
        (
            "Study | Events (%), exp | N, exp | Events (%), control | N, control",
            ("A | 5 (25%) | 20 | 6 (27%) | 22", "B | 7 (23%) | 31 | 9 (30%) | 30"),
            ("Events (%), exp#1", "N, exp", "Events (%), control#1", "N, control"),
        ),
        (
            "study | ai | n1i | ci | n2i",
            ("A | 5 | 20 | 6 | 22", "B | 7 | 31 | 9 | 30"),
            ("ai", "n1i", "ci", "n2i"),
        ),
        (
            "Study | Treatment n (%) | Treatment N | Control n (%) | Control N",
            ("A | 5 (25%) | 20 | 6 (27%) | 22", "B | 7 (23%) | 31 | 9 (30%) | 30"),
            ("Treatment n (%)#1", "Treatment N", "Control n (%)#1", "Control N"),
        ),
        (
            "Study | Steroids | Control",
            ("A | 5/20 | 6/22", "B | 7/31 | 9/30"),
            ("Steroids#1", "Steroids#2", "Control#1", "Control#2"),
        ),
        (
            "Study | Treatment events | Control events",
            ("A | 5 of 20 | 6 of 22", "B | 7 out of 31 | 9 out of 30"),
            ("Treatment events#1", "Treatment events#2", "Control events#1", "Control events#2"),
        ),
        (
            "Study | Treatment dead | Treatment alive | Treatment N | Control dead | Control alive "
            "| Control N",
            ("A | 5 | 15 | 20 | 6 | 16 | 22", "B | 7 | 24 | 31 | 9 | 21 | 30"),
            ("Treatment dead", "Treatment N", "Control dead", "Control N"),
        ),
        (
            "Study | Control events | N (1) | Treatment events | N (2)",
            ("A | 6 | 22 | 5 | 20", "B | 9 | 30 | 7 | 31"),
            ("Treatment events", "N (2)", "Control events", "N (1)"),
        ),
        (
            "Studie | Ereignisse Intervention | N Intervention | Ereignisse Kontrolle "
            "| N Kontrolle",
            ("A | 5 | 20 | 6 | 22", "B | 7 | 31 | 9 | 30"),
            ("Ereignisse Intervention", "N Intervention", "Ereignisse Kontrolle", "N Kontrolle"),
        ),
        (
            "Étude | Évènements traitement | Effectif traitement | Évènements témoin "
            "| Effectif témoin",
            ("A | 5 | 20 | 6 | 22", "B | 7 | 31 | 9 | 30"),
            (
                "Évènements traitement",
                "Effectif traitement",
                "Évènements témoin",
                "Effectif témoin",
            ),
        ),
    ],
)
def test_counts_are_found(header: str, rows: Sequence[str], columns: Sequence[str]) -> None:
    found = one(header, *rows)
    assert found.roles == ("events_t", "n_t", "events_c", "n_c")
    assert tuple(taken(found)[role] for role in found.roles) == columns
    numbers = extract(source(header, *rows), found).table.numbers("counts")
    assert numbers.to_numpy().tolist() == [[5, 20, 6, 22], [7, 31, 9, 30]]


def test_the_dead_and_the_survivors_are_counts() -> None:
    header = "Study | dead drug | alive drug | died ctl | survivors ctl"
    found = one(header, "A | 1 | 9 | 2 | 8", "B | 3 | 7 | 2 | 8")
    assert found.roles == ("events_t", "non_events_t", "events_c", "non_events_c")


@pytest.mark.parametrize("others", ["Dead", "Died", "Non-survivors"])
def test_survivors_with_means_are_a_group(others: str) -> None:
    header = " | ".join(f"{g} mean | {g} SD | {g} n" for g in ("Survivors", others))
    found = one(f"Study | {header}", "A | 1 | 2 | 9 | 2 | 3 | 8", "B | 3 | 2 | 7 | 2 | 3 | 9")
    assert found.roles == ("mean_1", "sd_1", "n_1", "mean_2", "sd_2", "n_2")
    assert (taken(found)["n_1"], taken(found)["n_2"]) == ("Survivors n", f"{others} n")


def test_those_who_did_not_survive_are_the_events() -> None:
    header = "Study | survivors drug | non-survivors drug | survivors ctl | non-survivors ctl"
    found = one(header, "A | 9 | 1 | 8 | 2", "B | 7 | 3 | 8 | 2")
    assert taken(found)["events_t"] == "non-survivors drug"


def test_the_column_of_the_studies_may_lack_a_header_where_an_empty_one_parts_the_arms() -> None:
    header = " | Mean (1) | SD (1) | n (1) |  | Mean (2) | SD (2) | n (2)"
    rows = ("A | 1 | 2 | 9 |  | 2 | 3 | 8", "B | 3 | 2 | 7 |  | 2 | 3 | 9")
    assert read(header, *rows, first_arm="treatment").table.studies == ["A", "B"]


def test_a_name_of_statas_data_alone_is_another_column() -> None:
    """The size after the treatment, beside the counts."""
    table = table_of_frame(pd.DataFrame({"ai": [3], "n1i": [9], "ci": [4], "n2i": [9], "npost": 8}))
    assert table.unused == ("npost",)


@pytest.mark.parametrize("size", ["randomised", "randomized"])
def test_those_randomised_are_the_size_where_no_other_word_says_it(size: str) -> None:
    header = f"Study | Drug deaths | Drug {size} | Placebo deaths | Placebo {size}"
    found = one(header, "A | 1 | 9 | 2 | 8", "B | 3 | 7 | 2 | 8")
    assert found.roles == ("events_t", "n_t", "events_c", "n_c")


@pytest.mark.parametrize(
    "header",
    [
        "study | npost | nnegt | nposc | nnegc",
        "study | ndeadt | nsurvt | ndeadc | nsurvc",
        "study | nstreat | nftreat | nscontrol | nfcontrol",
        "study | tdeath | tnodeath | cdeath | cnodeath",
        "study | died_t | survived_t | died_c | survived_c",
    ],
)
def test_counts_of_statas_manual_are_found(header: str) -> None:
    """[META] meta esize: bcgset, strepto, nsaids; metan: the first example of its help."""
    found = one(header, "A | 5 | 15 | 6 | 16", "B | 7 | 24 | 9 | 21")
    assert tuple(taken(found)[role] for role in found.roles) == tuple(header.split(" | ")[1:])
    assert found.roles == ("events_t", "non_events_t", "events_c", "non_events_c")


@pytest.mark.parametrize(
    "header",
    [
        "trial | deaths1 | pop1 | deaths0 | pop0",  # strepto and magnes of metan
        "study | deaths1 | nodeaths1 | deaths2 | nodeaths2",
        "Study | eA | nA | eB | nB",
    ],
)
def test_it_is_asked_which_arm_of_counts_is_which(header: str) -> None:
    found = one(header, "A | 5 | 15 | 6 | 16", "B | 7 | 24 | 9 | 21")
    assert tuple(taken(found)[role] for role in found.roles) == tuple(header.split(" | ")[1:])
    assert found.first_arm == FILL_IN


@pytest.mark.parametrize(
    "header",
    [
        "Study | n (1) | Treatment events | n (2) | Control events",
        "Study | Treatment events | Control events | n (1) | n (2)",
    ],
)
def test_sizes_that_may_be_of_the_other_arm_are_not_taken(header: str) -> None:
    assert propose(source(header, "A | 25 | 5 | 26 | 6", "B | 5 | 6 | 27 | 29")) == []


@pytest.mark.parametrize("other", ["analysed", "completers"])
def test_those_analysed_are_the_size_and_those_randomised_are_named(other: str) -> None:
    sizes = [f"{{0}} randomised | {{0}} {other}".format(arm) for arm in ("Drug", "Placebo")]
    header = f"Study | Drug deaths | {sizes[0]} | Placebo deaths | {sizes[1]}"
    found = one(header, "A | 1 | 12 | 9 | 2 | 13 | 8", "B | 3 | 12 | 7 | 2 | 12 | 8")
    assert (taken(found)["n_t"], taken(found)["n_c"]) == (f"Drug {other}", f"Placebo {other}")
    left_out = "not used, another size of the same arm"
    assert set(found.notes) == {f"{arm} randomised: {left_out}" for arm in ("Drug", "Placebo")}


def test_mean_and_sd_may_stand_in_one_cell() -> None:
    header = "Study | Treatment mean (SD) | Treatment n | Control mean (SD) | Control n"
    rows = ("A | 5.1 (2.0) | 20 | 6.0 (2.1) | 22", "B | 7.2 ± 2.4 | 31 | 7.9 ± 2.2 | 30")
    numbers = read(header, *rows).table.numbers("means")
    assert numbers.to_numpy().tolist()[1] == [7.2, 2.4, 31, 7.9, 2.2, 30]


@pytest.mark.parametrize(
    "cell", ["0.32 [0.23, 0.40]", "0.32 (0.23–0.40)", "0.32 (0.23 to 0.40)", "0·32 (0·23–0·40)"]
)
def test_an_estimate_may_stand_in_one_cell_with_its_interval(cell: str) -> None:
    header, rows = "Study | SMD (95% CI)", (f"A | {cell}", "B | −0.10 [−0.30, 0.10]")
    numbers = read(header, *rows).table.numbers("intervals")
    assert numbers.to_numpy().tolist() == [[0.32, 0.23, 0.40], [-0.10, -0.30, 0.10]]


@pytest.mark.parametrize(
    ("kind", "cell", "why"),
    [
        ("mean ± SEM", "5.1 ± 0.5", "a standard error of the mean is not an SD"),
        ("mean (SEM)", "5.1 (0.5)", "a standard error of the mean is not an SD"),
        ("mean", "5.1 (0.5)", "the header does not say what stands beside the mean"),
        ("mean (range)", "5.1 (2-9)", "a range or quartiles are neither an SD"),
        ("events %", "40", "a percentage or rate is not a count"),
        ("events, % (n)", "40 (12)", "a percentage or rate is not a count"),
        ("events (% of n)", "40% (12)", "a percentage or rate is not a count"),
    ],
)
def test_what_is_no_sd_and_no_count_is_left_out_with_the_reason(
    kind: str, cell: str, why: str
) -> None:
    header = f"Study | Treatment {kind} | Treatment n | Control {kind} | Control n"
    made = source(header, *(f"{study} | {cell} | 50 | {cell} | 60" for study in "AB"))
    assert propose(made) == []
    assert f"Not used: Treatment {kind} ({why}" in str(nothing_to_pool(made))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Study | g | 90% CI lower | 90% CI upper", "A | 0.2 | 0.1 | 0.3"),
        ("Study | g | lcl_99 | ucl_99", "A | 0.2 | 0.1 | 0.3"),
        ("Study | OR (90% CI)", "A | 0.8 (0.6 to 1.07)"),
        ("Study | OR", "A | 0.8 (90% CI 0.6 to 1.07)"),
    ],
)
def test_limits_of_other_intervals_than_those_of_95_percent_are_refused(
    header: str, row: str
) -> None:
    made = source(header, row, row.replace("A", "B"))
    assert propose(made) == []
    assert "% intervals; those of 95% are read" in str(nothing_to_pool(made))


def test_a_column_that_is_not_used_is_named_beside_what_is() -> None:
    found = one("Study | g | SE | 90% CI", "A | 0.2 | 0.1 | 0.1-0.3", "B | 0.4 | 0.1 | 0.3-0.5")
    assert found.roles == ("yi", "sei")
    assert found.notes[0].startswith("90% CI: not used, limits of 90% intervals")


def test_three_numbers_of_a_cell_are_no_interval_unless_centred() -> None:
    assert propose(source("Study | Score", "A | 12.0 (6–15)", "B | 11.2 (4–13)")) == []


@pytest.mark.parametrize("arm", ["Intervention", "Exercise"])
def test_the_interval_of_the_mean_of_an_arm_is_no_effect(arm: str) -> None:
    cells = "10.1 (9.1 to 11.1) | 8.2 (7.2 to 9.2)"
    header = f"Study | {arm} mean (95% CI) | Control mean (95% CI)"
    assert propose(source(header, f"A | {cells}", f"B | {cells}")) == []


def test_the_mean_of_an_arm_with_its_standard_error_is_no_effect() -> None:
    header = "Study | Exercise mean | Exercise SE | Control mean | Control SE"
    assert propose(source(header, "A | 8.1 | 1.0 | 12 | 1.1", "B | 6 | 0.8 | 9 | 0.7")) == []


def test_a_mean_beside_those_of_both_arms_may_be_an_effect() -> None:
    header = "Study | " + " | ".join(f"{arm} mean | {arm} SD" for arm in ("Treatment", "Control"))
    header += " | GIV mean | GIV SE"
    found = propose(
        source(header, "A | 5 | 2 | 6 | 2 | -0.3 | 0.1", "B | 5 | 2 | 6 | 2 | -0.2 | 0.1")
    )
    assert any(taken(one).get("yi") == "GIV mean" for one in found)


@pytest.mark.parametrize(
    ("row", "said"),
    [("65 | 25 to 83", True), ("40 | 10 to 62", True), ("0.30 | 0.10 to 0.50", False)],
)
def test_estimates_off_the_middle_of_their_intervals_are_said(row: str, said: bool) -> None:
    found = one("Study | Efficacy | 95% CI", f"A | {row}", f"B | {row}")
    assert any("not in the middle of their intervals" in note for note in found.notes) == said


def test_several_analyses_of_a_sheet_are_told_apart_by_their_suffixes() -> None:
    header = "ID | g_eot_1 | g_eot_LL_1 | g_eot_UL_1 | g_fu_2 | g_fu_LL_2 | g_fu_UL_2 | ni | nc"
    rows = ("A | 0.2 | 0.1 | 0.3 | 0.4 | 0.3 | 0.5 | |", "B | 0.1 | -0.1 | 0.3 | | | | |")
    first, second = propose(source(header, *rows))
    assert (first.name, second.name) == ("eot_1", "fu_2")
    assert taken(second) == {
        "study": "ID", "yi": "g_fu_2", "ci_low": "g_fu_LL_2", "ci_high": "g_fu_UL_2"
    }  # fmt: skip


def test_values_help_where_a_suffix_is_mistyped() -> None:
    header = "ID | g_A_1 | g_LL_A_1 | g_UL_A_1 | g_B_2 | g_LL_A3_2 | g_UL_A4_2"
    rows = ("A | 0.2 | 0.1 | 0.3 | 4 | 3 | 5", "B | 0.1 | -0.1 | 0.3 | 6 | 5 | 7")
    assert taken(propose(source(header, *rows))[1])["ci_low"] == "g_LL_A3_2"


def test_ratios_are_known_by_their_intervals() -> None:
    rows = ("A | 1.20 | 1.01 | 1.43", "B | 0.85 | 0.60 | 1.20", "C | 2.0 | 1.0 | 4.0")
    found = one("Study | OR | lower | upper", *rows)
    assert (found.measure, found.scale) == ("OR", "ratio")


def test_logarithms_of_ratios_are_known_by_their_intervals() -> None:
    rows = ("A | 0.20 | 0.01 | 0.39", "B | 0.85 | 0.60 | 1.10", "C | 2.0 | 1.0 | 3.0")
    assert one("Study | OR | lower | upper", *rows).scale == "log"


def test_limits_of_logarithms_are_not_logged_again() -> None:
    """metafor 3.8-1: rma(c(0.2, 0.85, 2), vi, method = "FE") with vi from the limits: 0.4729."""
    rows = ("A | 0.20 | 0.01 | 0.39", "B | 0.85 | 0.60 | 1.10", "C | 2.0 | 1.0 | 3.0")
    header = "Study | log OR | lower | upper"
    table = read(header, *rows).table
    assert pool_studies(table, measure="OR", model="common").pooled.estimate == pytest.approx(
        0.4729256, abs=5e-8
    )


RATIOS = ("A | 0.8 | 0.66 | 0.97", "B | 0.7 | 0.55 | 0.89", "C | 0.9 | 0.67 | 1.21")


@pytest.mark.parametrize("header", ["OR", "Effect"])
@pytest.mark.parametrize("row", ["D | -0.75 | 0.60 | 0.94", "D | 0.75 | -0.60 | 0.94"])
def test_a_stray_sign_makes_no_logarithms_of_ratios(header: str, row: str) -> None:
    found = one(f"Study | {header} | lower | upper", *RATIOS, row)
    assert found.scale == FILL_IN
    assert "3 of 4 rows look like ratios" in found.notes[0]


def test_a_stray_sign_beside_standard_errors_makes_no_logarithms() -> None:
    assert one("Study | OR | SE", "A | 0.8 | 0.2", "B | -1.2 | 0.1").scale == FILL_IN


@pytest.mark.parametrize(("header", "scale"), [("OR", "ratio"), ("Effect", FILL_IN)])
def test_a_lower_limit_of_zero_makes_no_differences_of_ratios(header: str, scale: str) -> None:
    found = one(f"Study | {header} | lower | upper", *RATIOS, "D | 0.09 | 0.00 | 1.65")
    assert found.scale == scale


def test_it_is_asked_how_ratios_stand_beside_standard_errors() -> None:
    """0.8 is a benefit if it is a ratio, and harm if it is a logarithm."""
    header, rows = "Study | OR | SE", ("A | 0.8 | 0.2", "B | 1.2 | 0.1")
    found = one(header, *rows)
    assert found.scale == FILL_IN
    with pytest.raises(InputError, match="are the ratios of OR given as ratios"):
        extract(source(header, *rows), found)


@pytest.mark.parametrize(("scale", "value"), [("ratio", math.log(0.8)), ("log", 0.8)])
def test_ratios_are_logged_only_if_they_are_ratios(scale: str, value: float) -> None:
    header, rows = "Study | OR | SE", ("A | 0.8 | 0.2", "B | 1.2 | 0.1")
    table = read(header, *rows, scale=scale).table
    assert float(table.cells["yi"].iloc[0]) == value


def test_variances_follow_from_sizes_where_nothing_else_gives_them() -> None:
    """metafor 3.8-1: escalc("SMD") of g 0.5 with n 20 and 30: 1/20 + 1/30 + 0.5^2 / 100."""
    header, row = "ID | g_DEP | ni | nc", "A | 0.5 | 20 | 30"
    table = read(header, row).table
    assert float(table.cells["vi"].iloc[0]) == pytest.approx(0.05 + 1 / 30 + 0.0025, abs=1e-15)


@pytest.mark.parametrize("value", ["-0,45", "−0,45"])
def test_decimal_commas_are_read(value: str) -> None:
    header, rows = "ID | g | SE", (f"A | {value} | 0,12", "B | 0,3 | 0,2")
    found = one(header, *rows)
    assert found.decimal == ","
    assert extract(source(header, *rows), found).table.numbers("effects")["yi"].iloc[0] == -0.45


OPEN_COMMAS = (
    ("Study | OR | lower | upper", ("A | 1,234 | 1,012 | 1,505", "B | 1,534 | 1,212 | 1,941")),
    ("study | yi | ci_low | ci_high", ("A | 1,234 | 1,012 | 1,505", "B | 1,534 | 1,212 | 1,941")),
    ("Study | OR (95% CI)", ("A | 1,234 (1,012 to 1,505)", "B | 1,534 (1,212 to 1,941)")),
    (of_arms("Treatment", "Control"), ("A | 12,345 | 2,345 | 30 | 11,345 | 2,145 | 30",)),
)


@pytest.mark.parametrize(("header", "rows"), OPEN_COMMAS)
def test_it_is_asked_what_commas_are_that_may_part_thousands(
    header: str, rows: Sequence[str], tmp_path: Path
) -> None:
    found = one(header, *rows)
    with pytest.raises(InputError, match="decimal ones, or do they part thousands"):
        extract(source(header, *rows), found)
    path = tmp_path / "columns.yaml"
    path.write_text(columns_text("a.xlsx", [found]))
    assert read_columns(path)[1][0].decimal == FILL_IN


@pytest.mark.parametrize(("mark", "value"), [(",", 1.234), (".", 1234.0)])
def test_the_answer_decides_what_commas_are(mark: str, value: float) -> None:
    header, rows = OPEN_COMMAS[0]
    table = read(header, *rows, decimal=mark).table
    assert table.numbers("intervals")["yi"].iloc[0] == value


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Study | Treated n/N | Control n/N", "A | 12/1,234 | 13/1,250"),
        ("Study | g | SE | n", "A | 0.1 | 0.2 | 1,234"),
        (of_arms("Treated", "Control"), "A | 1,234,500 | 2,145 | 30 | 1,345,400 | 2,145 | 30"),
    ],
)
def test_nothing_is_asked_of_commas_that_are_clear(header: str, row: str) -> None:
    assert one(header, row, row.replace("A |", "B |")).decimal == "."


def test_commas_beside_decimal_points_are_asked_about() -> None:
    found = one("Study | MD | SE", "A | 987.5 | 10.5", "B | 2,145 | 12.5")
    assert found.decimal == FILL_IN


@pytest.mark.parametrize("mark", [".", ","])
def test_a_column_with_both_marks_before_three_digits_is_refused(mark: str) -> None:
    header, rows = "Study | g | SE", ("A | 2.345 | 0.1", "B | 2,145 | 0.1", "C | 1.845 | 0.2")
    with pytest.raises(DataError) as raised:
        read(header, *rows, decimal=mark)
    assert "row 3, g: found '2,145 beside 2.345'; allowed: one decimal mark" in str(raised.value)


def of_two(first: str, second: str, join: str = " ") -> str:
    """A header of means, SDs and sizes of two times or groups."""
    names = [f"{group}{join}{name}" for group in (first, second) for name in ("mean", "SD", "n")]
    return " | ".join(["Study", *names])


ARM_CELLS = ("A | 10.1 | 2.1 | 30 | 12.1 | 2.2 | 31", "B | 11.1 | 2.3 | 40 | 13.1 | 2.4 | 41")


@pytest.mark.parametrize(
    "header",
    [
        of_two("Pre", "Post"),
        of_two("Time 1", "Time 2"),
        *(
            of_two(first, second, " > ")
            for first, second in (
                ("Baseline", "Final"),
                ("Baseline", "Change"),
                ("Week 0", "Week 12"),
                ("Depression before", "Depression after"),
                ("Pretest", "Posttest control"),
            )
        ),
    ],
)
def test_means_at_two_times_are_no_two_arms(header: str) -> None:
    assert propose(source(header, *ARM_CELLS)) == []


def test_why_means_at_one_time_are_not_used_is_said() -> None:
    message = str(nothing_to_pool(source(of_two("Pre", "Post"), *ARM_CELLS)))
    assert "Pre mean (a mean or an SD at one time, and its header names no arm)" in message


@pytest.mark.parametrize("join", [" ", " > "])
def test_arms_at_one_time_are_arms(join: str) -> None:
    found = one(of_two("Treatment post", "Control post", join), *ARM_CELLS)
    assert found.first_arm == ""
    assert {"mean_t", "mean_c"} <= set(found.columns)


def test_arms_at_baseline_are_no_effect() -> None:
    found = one(of_two("Treatment baseline", "Control baseline"), *ARM_CELLS)
    assert found.notes == ("measured before the treatment by the headers: no effect of it",)


def test_rows_without_a_number_and_totals_are_left_out_and_named() -> None:
    header = "ID | g | g_LL | g_UL"
    rows = ("A | 0.2 | 0.1 | 0.3", "B | | | ", "C | 0.2 | NR | 0.3", "Total | 0.2 | 0.1 | 0.3")
    found = read(header, *rows)
    assert found.table.studies == ["A"]
    assert found.left_out == (
        (3, "B", "no numbers"), (4, "C", "nothing in g_LL"), (5, "Total", "no study by its name")
    )  # fmt: skip


@pytest.mark.parametrize(
    "label",
    ["RE Model", "RE Model for All Studies", "FE model", "All", "All studies", "D+L pooled ES"]
    + ["I-V pooled ES", "DL", "Random", "Fixed", "Average", "Weighted mean", "Mean effect size"]
    + ["RE", "k = 12", "12 studies", "Estimate"],
)
def test_a_pool_by_its_label_is_no_study(label: str) -> None:
    header, rows = "ID | g | SE", ("A | 0.2 | 0.1", f"{label} | 0.2 | 0.1")
    found = read(header, *rows)
    assert found.left_out == ((3, label, "no study by its name"),)


@pytest.mark.parametrize("label", ["Allen 2001", "Random 2003", "Meaney", "Fixed-dose trial", "IV"])
def test_a_study_is_no_pool_by_the_beginning_of_its_name(label: str) -> None:
    header, row = "ID | g | SE", f"{label} | 0.2 | 0.1"
    assert read(header, row).table.studies == [label]


def test_every_number_has_its_place() -> None:
    header, row = "ID | SMD (95% CI)", "A | 0.32 [−0.23, 0.40]"
    found = read(header, row)
    place = found.provenance.set_index("role").loc["ci_low"]
    assert place.to_dict() == {
        "analysis": "SMD (95% CI)", "study": "A", "value": "-0.23",
        "printed": "0.32 [−0.23, 0.40]", "file": "a.xlsx", "sha256": "f" * 64, "table": "S",
        "page": "", "row": 2, "column": "SMD (95% CI)", "number": 2,
    }  # fmt: skip


def test_a_cell_that_is_no_number_is_a_problem() -> None:
    header = "ID | g | SE"
    good = tuple(f"{n} | 0.1 | 0.2" for n in "ABCDEF")
    with pytest.raises(DataError, match=r"a\.xlsx, row 8, g: found '0\.3 a'; allowed: a number"):
        extract(source(header, *good, "G | 0.3 a | 0.1"), one(header, *good))


def test_a_cell_with_another_number_of_numbers_is_a_problem() -> None:
    """Such as an interval that a spreadsheet took for a date."""
    header = "ID | g | 95% CI"
    good = tuple(f"{n} | 0.2 | 0.1-0.3" for n in "ABCDEF")
    with pytest.raises(DataError, match="found '2024-02-01'; allowed: 2 numbers, as in most"):
        extract(source(header, *good, "G | 0.3 | 2024-02-01"), one(header, *good))


def test_the_layout_of_metapsy_is_known_and_asks_which_arm_is_which() -> None:
    header = (
        "study | condition_arm1 | condition_arm2 | .g | .g_se | mean_arm1 | mean_arm2 | sd_arm1 "
        "| sd_arm2 | n_arm1 | n_arm2"
    )
    rows = ("A | cbt | wl | 0.2 | 0.1 | 1 | 2 | 1 | 1 | 10 | 10",)
    effects, means = propose(source(header, *rows))
    assert taken(effects) == {"study": "study", "yi": ".g", "sei": ".g_se"}
    assert (means.name, means.first_arm) == ("means", FILL_IN)


def test_the_layout_of_metalab_is_known() -> None:
    header = "study_ID | short_cite | expt_num | d_calc | d_var_calc | g_calc | g_var_calc"
    found = propose(source(header, "a | A 2001 | x | 0.2 | 0.1 | 0.19 | 0.09"))
    assert [(a.name, taken(a)["vi"]) for a in found] == [("g", "g_var_calc"), ("d", "d_var_calc")]


@pytest.mark.parametrize(
    ("judgement", "words"), [("Some concerns", "risk of bias (RoB 2, in the layout of robvis)"),
                             ("0.3", "")],
)  # fmt: skip
def test_a_table_of_robvis_is_known(judgement: str, words: str) -> None:
    made = source("Study | D1 | D2 | D3 | D4 | D5 | Overall", "A" + f" | {judgement}" * 6)
    assert table_words(made.tables[0]) == words
    assert propose(made) == []


# columns.yaml ------------------------------------------------------------------------------------


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    header, rows = 'Study: "x" | Mean (1) | SD (1) | N (1) | Mean (2) | SD (2) | N (2)', MEANS
    proposed = propose(source(header, *rows))
    path = tmp_path / "columns.yaml"
    path.write_text(columns_text("a: b.xlsx", proposed), encoding="utf-8")
    file, analyses = read_columns(path)
    assert file == "a: b.xlsx"
    assert [(a.name, a.table, taken(a), a.first_arm) for a in analyses] == [
        (a.name, a.table, taken(a), a.first_arm) for a in proposed
    ]


GOOD = (
    "file: a.csv\nanalyses:\n- name: x\n  measure: OR\n  scale: log\n"
    "  columns:\n    yi: g\n    sei: SE\n"
)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("file: a.csv\n", "", "file: found 'nothing'; allowed: a text"),
        ("  measure: OR", "  measure: odds", "analyses.0.measure: found 'odds'; allowed: SMD"),
        ("    sei: SE", "    se: SE", "columns.se: found 'an unknown key'; allowed: one of"),
        ("    sei: SE\n", "", "columns: found 'yi'; allowed: yi vi; or"),
        ("    sei: SE", "    sei: {column: SE, number: 0}", "number: found '0'; allowed: which"),
        ("  measure: OR", "  measure: SMD", "scale: found 'log'; allowed: no such"),
        ("  measure: OR", "  first_arm: control", "first_arm: found 'control'; allowed: no such"),
        ("    sei: SE", "    n_t: a\n    n_c: b", "measure: found 'OR'; allowed: SMD, or vi"),
        ("  scale: log\n", "", "scale: found 'nothing'; allowed: ratio or log"),
        ("- name: x", "- nam: x", "nam: found 'an unknown key'"),
        (GOOD, "- 1\n", "found"),
    ],
)
def test_what_columns_yaml_may_not_say(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(GOOD)
    read_columns(path)
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(DataError) as caught:
        read_columns(path)
    assert message in str(caught.value)


def test_all_problems_of_columns_yaml_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(GOOD.replace("OR", "odds").replace("sei", "se"))
    with pytest.raises(DataError) as caught:
        read_columns(path)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [({"table": "T"}, "found \"no table 'T'\""), ({"where": {"Outcome": "x"}}, "no such column")],
)
def test_columns_that_a_file_does_not_have(change: Mapping[str, object], message: str) -> None:
    header, rows = "ID | g | SE", ("A | 0.1 | 0.2",)
    with pytest.raises(DataError, match=message):
        read(header, *rows, **change)


def test_a_condition_picks_rows() -> None:
    header, rows = "ID | Time | g | SE", ("A | post | 0.1 | 0.2", "A | later | 0.3 | 0.2")
    assert list(read(header, *rows, where={"Time": "later"}).table.cells["yi"]) == ["0.3"]


@pytest.mark.parametrize(("group", "studies"), [("Open", ["A", "B"]), ("Open > Old", ["B"])])
def test_a_heading_picks_rows(group: str, studies: list[str]) -> None:
    made = source("ID | g | SE", "A | 0.1 | 0.2", "B | 0.3 | 0.2", "C | 0.3 | 0.2")
    groups = ("Open", "Open > Old", "Opening")
    rows = (replace(row, group=name) for row, name in zip(made.tables[0].rows, groups, strict=True))
    made = replace(made, tables=(replace(made.tables[0], rows=tuple(rows)),))
    found = extract(made, replace(propose(made)[0], group=group))
    assert found.table.studies == studies


def test_a_row_that_may_be_misread_is_named() -> None:
    made = source("ID | g | SE", "A | 0.1 | 0.2")
    row = replace(made.tables[0].rows[0], doubtful="columns do not agree")
    made = replace(made, tables=(replace(made.tables[0], rows=(row,)),))
    assert extract(made, propose(made)[0]).lines() == [
        "Row 2 (A) may be misread: columns do not agree"
    ]


def test_the_preview_pools_and_gives_the_reasons() -> None:
    header = "ID | g | g_LL | g_UL"
    text = "\n".join(preview(source(header, *INTERVALS), one(header, *INTERVALS)))
    assert 'the header says "g"; 3 of 3 lie within their intervals' in text
    table = pd.DataFrame(
        {"yi": [0.2, 0.5, -0.1], "ci_low": [0.1, 0.21, -0.6], "ci_high": [0.3, 0.79, 0.4]}
    )
    assert f"{pool_studies(table).pooled.estimate:.3f}" in text


def test_the_preview_shows_the_notes_of_the_file() -> None:
    """Such as the pool that a saved fit gave."""
    made = source("ID | g | SE", "A | 0.1 | 0.2", "B | 0.2 | 0.2")
    made = replace(made, tables=(replace(made.tables[0], notes=("0.15 [-0.13, 0.43]",)),))
    assert preview(made, propose(made)[0])[-1] == "  In the file: 0.15 [-0.13, 0.43]"


def test_the_preview_says_what_it_assumes() -> None:
    header = "study | mean1 | sd1 | n1 | mean2 | sd2 | n2"
    text = "\n".join(preview(source(header, *MEANS), one(header, *MEANS)))
    assert "Question: which arm is the one of mean1? first_arm: treatment or control" in text
    assert "If it is the treatment: Hedges' g" in text


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        # The headers of amlodipine in R's meta, whose variances are squares of SDs.
        (
            "study | n.amlo | mean.amlo | var.amlo | n.plac | mean.plac | var.plac",
            "154 | 46 | 0.2316 | 0.2254 | 48 | -0.0027 | 0.0007",
            "The means have var.amlo, var.plac and no SDs",
        ),
        (
            "study | n drug | mean drug | lower | upper | n placebo | mean placebo",
            "A | 60 | 5.1 | 4.2 | 6.0 | 62 | 4.4",
            "",
        ),
        ("study | d_t | n_t | d_c | n_c", "A | 36 | 532 | 60 | 538", ""),
        ("study | A | B | n1 | C | D | n2", "Saint | 12 | 53 | 65 | 16 | 49 | 65", ""),
        ("Study | Se (95% CI)", "A | 0.78 (0.61-0.99)", "Se (95% CI) (a share or rate"),
        ("Study | VE (95% CI)", "A | 67 (45-80)", "1 minus a ratio"),
        ("Study | RRR | Lower | Upper", "A | 0.33 | 0.20 | 0.45", "1 minus a ratio"),
    ],
)
def test_what_is_no_effect_is_not_pooled_as_one(header: str, row: str, words: str) -> None:
    file = source(header, row, row, row)
    assert propose(file) == []
    assert words in str(nothing_to_pool(file))


def test_self_efficacy_may_be_what_an_effect_is_of() -> None:
    assert one("ID | self_efficacy | se_self_efficacy", "A | 0.2 | 0.1", "B | 0.3 | 0.1").roles


@pytest.mark.parametrize(
    ("header", "note"),
    [
        (
            "Study | SMD | MD | SE",
            "SMD: not used; SE is taken for that of MD, which stands next to it",
        ),
        (
            "Study | RR (placebo vs drug) | lower | upper",
            "RR (placebo vs drug): of the control against the treatment by the header; the sign is "
            "not changed",
        ),
        ("Study | MD | SE", ""),
        ("Study | RR (drug vs placebo) | lower | upper", ""),
        ("Study | RR placebo-controlled | lower | upper", ""),
    ],
)
def test_what_an_effect_may_be_of_is_noted(header: str, note: str) -> None:
    notes = one(header, "A | 1.2 | 1.1 | 1.31", "B | 1.5 | 1.2 | 1.87").notes
    assert [n for n in notes if "not used" in n or "sign" in n] == [note] * bool(note)


def test_a_rate_ratio_is_no_risk_ratio() -> None:
    header = "Study | Rate ratio | lower | upper"
    assert one(header, "A | 1.2 | 1.1 | 1.31", "B | 1.5 | 1.2 | 1.87").measure == "IRR"


@pytest.mark.parametrize("cell", ["0·78 (0·61–0·99)", "0.78 (0.61-0.99)"])
def test_a_raised_dot_is_a_decimal_point(cell: str) -> None:
    table = read("Study | OR (95% CI)", f"A | {cell}", f"B | {cell}").table
    assert table.cells["ci_low"].tolist() == ["0.61", "0.61"]


@pytest.mark.parametrize("part", ["\u202f", "\u00a0", "'", "’", ","])
def test_what_parts_thousands_is_left_out(part: str) -> None:
    header = "Study | Events treatment | N treatment | Events control | N control"
    rows = (f"A | 5 | 29{part}011 | 6 | 29{part}039", "B | 7 | 31 | 9 | 30")
    assert read(header, *rows).table.numbers("counts")["n_t"].tolist() == [29011, 31]


@pytest.mark.parametrize(("first", "noted"), [("placebo", True), ("dose", False)])
def test_different_comparisons_of_a_network_are_noted(first: str, noted: bool) -> None:
    """The layout of R's netmeta."""
    rows = (f"A | {first} | drug | 0.2 | 0.1", "B | dose | drug | 0.3 | 0.1")
    note = (
        "treat1 and treat2 differ from row to row (placebo and drug, dose and drug ...): the pool "
        "is of different comparisons; choose rows with where"
    )
    assert (note in one("studlab | treat1 | treat2 | TE | seTE", *rows).notes) is noted


@pytest.mark.parametrize(
    ("kinds", "measure", "note"),
    [
        ("OR OR", "OR", 'OR: effect_type says "OR"'),
        ("OR HR", "ratio", "effect_type has OR, HR: the pool is of different measures; choose rows "
         "with where"),
        ("OR logOR", "ratio", "effect_type has OR, logOR: the pool is of different measures; "
         "choose rows with where"),
        ("RCT OR", "ratio", ""),
        ("D_01 D_02", "ratio", ""),
    ],
)  # fmt: skip
def test_a_column_of_measures_says_what_is_pooled(kinds: str, measure: str, note: str) -> None:
    first, second = kinds.split()
    rows = (f"A | {first} | 0.85 | 0.65 | 1.12", f"B | {second} | 0.72 | 0.55 | 0.94")
    found = one("study | effect_type | effect_size | lower95 | upper95", *rows)
    assert found.measure == measure
    assert [n for n in found.notes if "effect_type" in n] == [note] * bool(note)


@pytest.mark.parametrize(("kind", "scale"), [("OR", FILL_IN), ("log OR", "log")])
def test_ratios_by_a_column_of_measures_may_be_logarithms(kind: str, scale: str) -> None:
    found = one("study | metric | effect | se", f"A | {kind} | 0.8 | 0.1", f"B | {kind} | 2 | 0.2")
    assert (found.measure, found.scale) == ("OR", scale)


def test_yi_beside_its_variance_is_a_logarithm(tmp_path: Path) -> None:
    """As metafor has it."""
    (tmp_path / "a.csv").write_text("study,yi,vi,measure\nA,-0.2,0.1,OR\nB,0.3,0.2,OR\n")
    assert read_rows(tmp_path / "a.csv").measure == "OR"
    found = one("study | yi | vi | measure", "A | -0.2 | 0.1 | OR", "B | 0.3 | 0.2 | OR")
    assert (found.measure, found.scale) == ("OR", "log")


def test_a_column_of_measures_that_is_not_that_of_the_effects_is_noted() -> None:
    found = one("study | metric | d | se", "A | MD | 0.8 | 0.1", "B | MD | 2 | 0.2")
    assert found.measure == "SMD"
    assert 'metric says "MD", and the effects are taken for SMD' in found.notes


def test_a_measure_that_is_no_ratio_is_taken_from_its_column() -> None:
    rows = ("A | Hedges g | 0.2 | 0.1", "B | Cohen's d | 0.3 | 0.2")
    assert one("study | metric | effect_size | standard_error", *rows).measure == "SMD"


@pytest.mark.parametrize(
    ("header", "last", "left"),
    [
        ("Study name | Hedges's g | Standard error", "0.3 | 0.09", True),
        ("Study name | Hedges's g | Standard error", "0.3 | 0.11", False),
        ("Study name | OR | Lower | Upper", "1.2 | 1.1 | 1.3", True),
        ("Study name | OR | Lower | Upper", "0.3 | 0.2 | 0.45", False),
    ],
)
def test_a_last_row_without_a_name_is_a_total_if_it_is_the_most_precise(
    header: str, last: str, left: bool
) -> None:
    """As CMA writes its tables."""
    rows = ("0.2 | 0.1", "0.5 | 0.2") if "OR" not in header else ("1.2 | 1 | 1.44", "2 | 1 | 4")
    found = read(header, *(f"A{n} | {row}" for n, row in enumerate(rows)), f" | {last}")
    assert (len(found.left_out), len(found.doubtful)) == (int(left), int(not left))


def test_deaths_of_one_arm_go_with_deaths_of_the_other() -> None:
    header = (
        "Study | Treated events | Treated deaths | Treated n "
        "| Control deaths | Control events | Control n"
    )
    found = propose(source(header, "A | 9 | 3 | 90 | 4 | 8 | 91", "B | 7 | 2 | 80 | 1 | 6 | 81"))
    pairs = [(taken(each)["events_t"], taken(each)["events_c"]) for each in found]
    assert pairs == [
        ("Treated events", "Control events"),
        ("Treated deaths", "Control deaths"),
    ]


def test_a_count_out_of_another_is_no_interval() -> None:
    found = propose(source("Study | k | coverage", "A | 5 | 3 of 9", "B | 7 | 4 of 8"))
    assert not [each for each in found if "yi" in each.columns]


def test_sizes_left_of_the_events_of_their_arm_are_not_those_of_the_other() -> None:
    header = (
        "Study | Treated age mean | Control age mean "
        "| Total (1) | Treated events | Total (2) | Control events"
    )
    assert not propose(
        source(header, "A | 40 | 41 | 90 | 3 | 80 | 4", "B | 50 | 49 | 70 | 2 | 60 | 1")
    )


def test_what_is_more_than_the_size_is_no_count_of_events() -> None:
    """All that were randomised, beside those that were analysed."""
    header = "Study | Treated N (% of all) | Treated n | Control N (% of all) | Control n"
    rows = ("A | 100 (50%) | 90 | 99 (50%) | 88", "B | 101 (51%) | 92 | 98 (49%) | 86")
    assert not propose(source(header, *rows))


def test_two_last_rows_without_a_name_are_totals_of_two_models() -> None:
    rows = ("A | 0.1 | 0.2", "B | 0.3 | 0.3", " | 0.15 | 0.15", " | 0.17 | 0.3")
    found = read("Study | d | SE", *rows)
    assert ([row for row, *_ in found.left_out], [row for row, *_ in found.doubtful]) == ([4], [5])
