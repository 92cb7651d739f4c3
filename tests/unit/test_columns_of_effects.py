"""Columns of effects: estimates, limits, ratios and logarithms, commas."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.column_tables import INTERVALS, of_arms, one, read, source, taken

from metarepro.errors import InputError
from metarepro.extraction.columns_file import columns_text, read_columns
from metarepro.extraction.extracted import extract
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.synthesis.study_pool import pool_studies
from metarepro.tabular.problems import DataError
from metarepro.tabular.yaml_text import FILL_IN

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
