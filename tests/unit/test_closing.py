"""Rows are believed when they close: the numbers of a printed table set against each other.

The tables are metafor's (tests/reference/closing.R), printed to two or three decimals.
"""

import random

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.explanation.published import PublishedResult
from metarepro.explanation.published_text import parse_published
from metarepro.explanation.rounding import EXACT, OUTSIDE, WITHIN
from metarepro.explanation.rows import StudyRows, study_rows
from metarepro.extraction.closing import close_rows
from metarepro.extraction.closing_pools import close_pools, close_subgroup_test
from metarepro.extraction.closing_table import close_table
from metarepro.readers.effect_table import table_of_frame
from metarepro.tabular.printed_numbers import printed_number

REFERENCE = reference_of("closing")
COUNTS = ("events_t", "n_t", "events_c", "n_c")
INTERVAL = ("yi", "ci_low", "ci_high")


def bcg(*columns: str) -> pd.DataFrame:
    """The forest plot of the BCG trials as text, row 2 the first."""
    table = REFERENCE["bcg"]
    taken = {name: [str(cell) for cell in table[name]] for name in ("study", *columns)}
    return pd.DataFrame(taken, index=pd.RangeIndex(2, 15))


def means(*columns: str) -> pd.DataFrame:
    table = REFERENCE["means"]
    return pd.DataFrame({name: table[name] for name in columns or table}).astype(str)


def printed(numbers: list[str]) -> PublishedResult:
    estimate, low, high = numbers
    return parse_published(f"RR {estimate} [{low}, {high}]")


def rows_of(cells: pd.DataFrame, measure: str = "") -> StudyRows:
    return study_rows(table_of_frame(cells), measure)


def counts() -> StudyRows:
    return rows_of(bcg(*COUNTS))


# Rows --------------------------------------------------------------------------------------------


def test_a_table_as_metafor_prints_it_closes() -> None:
    closed = close_table(bcg(*COUNTS, *INTERVAL, "weight"))
    assert closed.open == []
    assert closed.effects_by.startswith("risk ratio")
    assert closed.weights_by == "inverse variance, random effects"


def test_weights_of_mantel_and_haenszel_are_known() -> None:
    cells = bcg(*COUNTS, *INTERVAL).assign(weight=REFERENCE["bcg"]["weight_mh"])
    closed = close_table(cells)
    assert closed.open == []
    assert closed.weights_by == "Mantel-Haenszel, risk ratios"


def test_means_with_their_hedges_g_close() -> None:
    closed = close_table(means())
    assert closed.open == []
    assert closed.effects_by == "Hedges' g, exact J, large-sample variance"
    assert closed.weights_by == "inverse variance, common effect"


@pytest.mark.parametrize(
    ("column", "wrong", "what"),
    [
        ("yi", "0.14", "estimate against the middle of its interval"),
        ("ci_low", "0.31", "estimate against the middle of its interval"),
        ("events_t", "40", "estimate against the groups"),
        ("n_c", "193", "estimate against the groups"),
        ("weight", "4.05", "weight against the other columns"),
    ],
)
def test_a_misread_cell_leaves_its_row_open(column: str, wrong: str, what: str) -> None:
    cells = bcg(*COUNTS, *INTERVAL, "weight")
    cells.loc[2, column] = wrong
    found = close_table(cells).open
    assert (2, "Aronson 1948", what) in [(one.row, one.label, one.what) for one in found]
    assert {one.row for one in found} <= {0, 2}


def test_it_is_said_by_how_much_a_row_does_not_close() -> None:
    cells = bcg(*INTERVAL)
    cells.loc[2, "yi"] = "0.14"
    (one,) = close_rows(cells)[:1]
    assert one.printed == "0.14"
    # sqrt(0.125 * 1.255) and sqrt(0.135 * 1.265)
    assert (one.low, one.high) == pytest.approx((0.39608, 0.41325), abs=1e-5)
    assert one.off == pytest.approx((0.39608 - 0.145) / 0.01, abs=1e-2)


@pytest.mark.parametrize(
    ("column", "wrong", "what"),
    [
        ("sei", "0.31", "standard error against the interval"),
        ("p", "0.9", "p value against the interval"),
        ("sd_t", "9.99", "estimate against the groups"),
    ],
)
def test_errors_and_p_values_are_held_against_intervals(column: str, wrong: str, what: str) -> None:
    cells = means()
    cells.loc[3, column] = wrong
    assert (3, what) in [(one.row, one.what) for one in close_table(cells).open]


def test_most_digits_that_are_misread_leave_a_row_open() -> None:
    rng = random.Random(4)
    clean = means("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c", *INTERVAL)
    found = 0
    for _ in range(60):
        cells = clean.copy()
        row, column = rng.randrange(len(cells)), rng.randrange(len(cells.columns))
        text = str(cells.iloc[row, column])
        at = rng.choice([i for i, letter in enumerate(text) if letter.isdigit()][:2])
        cells.iloc[row, column] = (
            text[:at] + str((int(text[at]) + rng.randint(1, 9)) % 10) + text[at + 1 :]
        )
        found += any(one.row == row for one in close_table(cells).open)
    assert found >= 54


def test_events_above_the_size_of_their_arm_are_open() -> None:
    cells = bcg(*COUNTS)
    cells.loc[5, "events_t"] = "13599"
    (one,) = close_table(cells).open
    assert (one.row, one.what) == (5, "events of the treatment group against its size")


def test_weights_that_do_not_add_up_are_said_for_the_table() -> None:
    cells = bcg(*INTERVAL, "weight")
    cells.loc[14, "weight"] = "18.40"
    first = close_table(cells).open[0]
    assert (first.row, first.what, first.printed) == (0, "sum of the weights", "110.02")


def test_exchanged_groups_are_named_and_not_called_wrong() -> None:
    cells = means("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c", *INTERVAL)
    turned = cells.rename(columns=lambda name: {"t": "c", "c": "t"}.get(name[-1], "").join(
        (name[:-1], "")) if name[-2:] in ("_t", "_c") else name)  # fmt: skip
    closed = close_table(turned)
    assert closed.open == []
    assert closed.effects_by.endswith("the groups exchanged")


def test_effects_of_another_kind_than_the_groups_are_not_called_wrong() -> None:
    cells = means("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c", *INTERVAL)
    cells[list(INTERVAL)] = [["5.00", "4.00", "6.00"]] * len(cells)
    closed = close_table(cells)
    assert closed.open == []
    assert closed.effects_by == ""


def test_cells_that_are_no_numbers_are_left_out() -> None:
    cells = bcg(*INTERVAL)
    cells.loc[3, "ci_low"] = "NR"
    assert [one.row for one in close_rows(cells)] == [2, *range(4, 15)]


# Pools -------------------------------------------------------------------------------------------


def total() -> tuple[str, np.ndarray, PublishedResult]:
    return "total", np.ones(13, dtype=bool), printed(REFERENCE["total"])


def subgroups() -> list[tuple[str, np.ndarray, PublishedResult]]:
    of = np.array(REFERENCE["bcg"]["alloc"])
    return [(g["name"], of == g["name"], printed(g["pool"])) for g in REFERENCE["groups"]]


def test_one_model_gives_the_total_and_all_subgroups() -> None:
    closed = close_pools(counts(), [*subgroups(), total()])
    assert [pool.verdict for pool in closed.pools] == [EXACT] * 4
    assert (closed.model.form.measure, closed.model.tau2, closed.model.ci) == ("RR", "DL", "z")


def test_pools_come_out_within_the_rounding_of_printed_intervals() -> None:
    closed = close_pools(rows_of(bcg(*INTERVAL), "RR"), [*subgroups(), total()], "RR")
    assert {pool.verdict for pool in closed.pools} <= {EXACT, WITHIN}


def test_a_subgroup_that_does_not_come_out_is_named() -> None:
    (name, member, _), *others = subgroups()
    wrong = (name, member, parse_published("RR 0.85 [0.34, 1.01]"))
    closed = close_pools(counts(), [wrong, *others, total()])
    assert [pool.verdict for pool in closed.pools] == [OUTSIDE, EXACT, EXACT, EXACT]
    assert closed.n_closed == 3
    assert closed.pools[0].off == "estimate"


def test_a_subgroup_of_one_study_is_that_study() -> None:
    one = ("Aronson", np.arange(13) == 0, parse_published("RR 0.41 [0.13, 1.26]"))
    closed = close_pools(counts(), [one, total()])
    assert closed.pools[0].verdict == EXACT
    assert closed.pools[0].k == 1


def test_a_table_that_leaves_out_one_study_at_a_time_closes() -> None:
    rows = counts()
    pools = [
        (f"without {rows.studies[i]}", np.arange(13) != i, printed(p))
        for i, p in enumerate(REFERENCE["left_out"])
    ]
    closed = close_pools(rows, pools)
    assert closed.n_closed == 13
    assert closed.model.tau2 == "DL"


def test_the_test_of_interaction_closes_with_its_subgroups() -> None:
    table = REFERENCE["interaction"]
    estimates = [(float(x), 0.0005) for x in table["estimate"]]
    errors = [(float(x), 0.0005) for x in table["se"]]
    right = close_subgroup_test(estimates, errors, table["p"])
    wrong = close_subgroup_test(estimates, errors, "0.046")
    assert right is not None
    assert right.closes
    assert wrong is not None
    assert not wrong.closes


# Numbers near no effect, and ratios that are printed as 0 ---------------------------------------


def rows(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.RangeIndex(2, 2 + len(columns["yi"])))


def test_p_and_z_of_an_estimate_of_zero_close() -> None:
    cells = rows(yi=["0.00"], ci_low=["-0.40"], ci_high=["0.40"], p=["1.00"], z=["0"])
    assert [one.what for one in close_rows(cells, ["A"]) if not one.closes] == []


def test_a_ratio_whose_limit_is_printed_as_0_does_not_make_the_others_open() -> None:
    lows, highs = ["0.64", "0.49", "0.00"], ["1.00", "1.00", "1.65"]
    cells = rows(yi=["0.80", "0.70", "0.09"], ci_low=lows, ci_high=highs)
    assert [one.row for one in close_rows(cells, ["A", "B", "C"])] == [2, 3]
    assert all(one.closes for one in close_rows(cells, ["A", "B", "C"]))


def test_errors_of_ratios_stand_on_the_log_scale() -> None:
    # 2 * pnorm(-abs(log(0.8)) / 0.10) = 0.0257
    cells = rows(yi=["0.80"], sei=["0.10"], p=["0.026"])
    assert close_table(cells, ["A"], on_log=True).open == []


@pytest.mark.parametrize("text", ["1e-330", "0e999", "1e999", "1_0", "nan"])
def test_what_nobody_printed_is_no_number(text: str) -> None:
    assert printed_number(text) is None


def test_equal_subgroups_may_have_any_p_that_rounding_allows() -> None:
    check = close_subgroup_test([(0.3, 0.05)] * 2, [(0.05, 0.005)] * 2, "0.32")
    assert check is not None
    assert check.closes
