"""What is noted of columns, asked, or not pooled as an effect."""

from pathlib import Path

import pytest
from tests.column_tables import one, read, source, taken

from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.extraction.reading import read_rows
from metarepro.tabular.yaml_text import FILL_IN


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
