"""Columns of two arms: means and counts, and which arm is which."""

from collections.abc import Sequence

import pandas as pd
import pytest
from tests.column_tables import MEANS, of_arms, one, read, source, taken

from metarepro.errors import InputError
from metarepro.extraction.extracted import extract
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.readers.effect_table import table_of_frame
from metarepro.synthesis.study_pool import pool_studies
from metarepro.tabular.yaml_text import FILL_IN

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
