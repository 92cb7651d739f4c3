"""Printed cells are split into their numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metarepro.extraction.printed_cells import LONGEST_CELL, parse_cell
from metarepro.tabular.numbers import decimal_mark


def parts(text: str, decimal: str = ".") -> dict[str, object]:
    """What a cell holds, numbers as printed; `numbers` left out."""
    found = vars(parse_cell(text, decimal)).items()
    return {
        name: tuple(map(str, value))
        if isinstance(value, tuple)
        else value
        if isinstance(value, str | float)
        else str(value)
        for name, value in found
        if name != "numbers" and value not in (None, "", ())
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Estimates with intervals.
        ("1.15 (1.04, 1.29)", {"value": "1.15", "low": "1.04", "high": "1.29"}),
        ("1.15 [1.04; 1.29]", {"value": "1.15", "low": "1.04", "high": "1.29"}),
        ("1.15 (1.04–1.29)", {"value": "1.15", "low": "1.04", "high": "1.29"}),
        ("1·15 (1·04 to 1·29)", {"value": "1.15", "low": "1.04", "high": "1.29"}),
        ("1.15 1.04-1.29", {"value": "1.15", "low": "1.04", "high": "1.29"}),
        ("(0.33,0.71)", {"low": "0.33", "high": "0.71"}),
        ("4.27–4.78", {"low": "4.27", "high": "4.78"}),
        ("0.8941511- 3.825629", {"low": "0.8941511", "high": "3.825629"}),
        ("−0.06 (−0.51, 0.40)", {"value": "-0.06", "low": "-0.51", "high": "0.40"}),
        ("−0.3 (−0.5–−0.1)", {"value": "-0.3", "low": "-0.5", "high": "-0.1"}),
        ("(.23, 0.82)", {"low": "0.23", "high": "0.82"}),
        ("-.03 (.12)", {"value": "-0.03", "bracketed": "0.12"}),
        ("(28%-91%)", {"low": "28", "high": "91", "percent": "28"}),
        (
            "0.52, 95% CI 0.33–0.71",
            {"value": "0.52", "low": "0.33", "high": "0.71", "level": 0.95},
        ),
        # Several numbers in one cell.
        (
            "1.15(1.04-1.29)0.000 0.008",
            {"value": "1.15", "low": "1.04", "high": "1.29", "further": ("0.000",), "p": "0.008"},
        ),
        (
            "0.52 [0.33, 0.71]; p < 0.001",
            {"value": "0.52", "low": "0.33", "high": "0.71", "p": "< 0.001"},
        ),
        ("64 (10.2; 28–91)", {"value": "64", "low": "28", "high": "91", "bracketed": "10.2"}),
        ("100 (50, 60), 70", {"value": "100", "low": "50", "high": "60", "further": ("70",)}),
        ("-0.5 -1.2 0.2", {"value": "-0.5", "further": ("-1.2", "0.2")}),
        ("1, 4", {"value": "1", "further": ("4",)}),
        # Counts.
        ("12/40", {"value": "12", "total": "40"}),
        ("9986 / 40134", {"value": "9986", "total": "40134"}),
        ("10 of 40", {"value": "10", "total": "40"}),
        ("12 (34.5%)", {"value": "12", "bracketed": "34.5", "percent": "34.5"}),
        ("12 (34.5)", {"value": "12", "bracketed": "34.5"}),
        ("12/40 (30%)", {"value": "12", "total": "40", "bracketed": "30", "percent": "30"}),
        ("30% (12/40)", {"value": "30", "percent": "30", "bracketed": "12", "total": "40"}),
        ("12 (n = 40)", {"value": "12", "n": "40"}),
        ("30,779", {"value": "30779"}),
        ("30\u2009779", {"value": "30779"}),
        # Means.
        ("63.1 ± 10.7", {"value": "63.1", "spread": "10.7"}),
        ("63.1+/-10.7", {"value": "63.1", "spread": "10.7"}),
        ("0.3 (SE = 0.1)", {"value": "0.3", "bracketed": "0.1"}),
        # Single numbers.
        ("<0.0001", {"value": "< 0.0001"}),
        ("≥30%", {"value": "≥ 30", "percent": "≥ 30"}),
        ("P = 0.03", {"p": "0.03"}),
        ("p-value<.05", {"p": "< 0.05"}),
        ("I² = 79%", {"i2": "79", "percent": "79"}),
        ("1.2 × 10⁻³", {"value": "0.0012"}),
        ("1.2E-05", {"value": "0.000012"}),
        # Marks and words.
        ("(−0.36, 0.80) ‡", {"low": "-0.36", "high": "0.80", "marks": "‡"}),
        ("0.30***", {"value": "0.30", "marks": "***"}),
        ("8.4a", {"value": "8.4", "marks": "a"}),
        ("16.5 (12.3) b", {"value": "16.5", "bracketed": "12.3", "marks": "b"}),
        ("2 (C)", {"value": "2", "words": "C"}),
        ("Medium (0.26)", {"bracketed": "0.26", "words": "Medium"}),
        ("ICD-10", {"words": "ICD-10"}),
        ("2day", {"words": "2day"}),
        ("", {}),
    ],
)
def test_cells(text: str, expected: dict[str, object]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize("text", ["NR", "n.s.", "–", "−", "N/A", "…", "not reported", "NR*"])
def test_missing_values_are_named(text: str) -> None:
    assert parts(text) == {"missing": text}


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("1.57 (1.71, 1.33)", "the lower limit is above the upper one"),
        ("2.0 1.7-1.3", "the lower limit is above the upper one"),
        ("(−0.5 −0.1)", "a dash between two numbers may be a sign"),
        ("0.5 (0.2, 0.7", "a bracket is not closed"),
        ("5 (1, 2, 3)", "more than two numbers in one pair of brackets"),
        ("12 (1,234)", "a comma in brackets may part thousands or limits"),
    ],
)
def test_uncertain_readings_say_why(text: str, doubt: str) -> None:
    assert parse_cell(text).doubt == doubt


def test_a_dash_that_may_be_a_sign_is_read_so_that_the_estimate_is_in_the_middle() -> None:
    assert parts("−0.3 (−0.5 −0.1)")["high"] == "-0.1"
    assert parts("−0.2 (−0.5 −0.1)")["high"] == "0.1"


def test_all_numbers_stand_in_the_order_of_print() -> None:
    numbers = parse_cell("12/40 (30%), p=0.03").numbers
    assert [str(number) for number in numbers] == ["12", "40", "30", "0.03"]


def test_printed_decimals_are_kept() -> None:
    number = parse_cell("1.10").value
    assert number is not None
    assert number.decimals == 2


def test_a_long_text_is_left_as_it_is() -> None:
    text = "1 " * LONGEST_CELL
    assert parse_cell(text).words == text.strip()


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["0,32 (0,23 a 0,40)", "12"], ","),
        (["1.234,5"], ","),
        (["1,234", "5"], "."),
        (["1,23", "0.5"], "."),
        (["12 (34)"], "."),
    ],
)
def test_the_decimal_mark_of_a_table(texts: list[str], mark: str) -> None:
    assert decimal_mark(texts) == mark


def test_decimal_commas() -> None:
    expected = {"value": "0.32", "low": "0.23", "high": "0.40"}
    assert parts("0,32 (0,23; 0,40)", ",") == expected
    assert parts("1.234,5", ",") == {"value": "1234.5"}


numbers = st.decimals(-999, 999, places=2, allow_nan=False).map(lambda number: f"{number:.2f}")


@st.composite
def intervals(draw: st.DrawFn) -> tuple[str, str, str]:
    low, value, high = sorted((draw(numbers) for _ in range(3)), key=float)
    return value, low, high


@settings(derandomize=True)
@given(
    interval=intervals(),
    style=st.sampled_from(
        ["{v} ({l}, {h})", "{v}({l},{h})", "{v} [{l}; {h}]", "{v} ({l} to {h})", "{v} ({l}-{h})"]
        + ["{v} ({l} - {h})", "{v} [{l}..{h}]", "{v} (95% CI {l} to {h})", "{v}; {l} to {h}"]
        + ["{v} {{{l}, {h}}}", "{v}, 95% CI: {l}-{h}"]
    ),
    dash=st.sampled_from("-–−"),
    mark=st.sampled_from(["", "*", " †", "**"]),
)
def test_what_is_written_as_an_interval_is_read_as_one(
    interval: tuple[str, str, str], style: str, dash: str, mark: str
) -> None:
    value, low, high = interval
    text = (style.format(v=value, l=low, h=high) + mark).replace("-", dash)
    cell = parse_cell(text)
    found = [cell.value, cell.low, cell.high]
    assert [number and number.value for number in found] == [float(number) for number in interval]
    assert (cell.marks, cell.words, cell.doubt) == (mark.strip(), "", "")


@settings(derandomize=True)
@given(
    events=st.integers(0, 99_999),
    more=st.integers(0, 99_999),
    percent=st.decimals(0, 100, places=1),
    style=st.sampled_from(["{e}/{t} ({p}%)", "{e} / {t} ({p} %)", "{e}/{t} [{p}%]"]),
)
def test_what_is_written_as_counts_is_read_so(
    events: int, more: int, percent: float, style: str
) -> None:
    cell = parse_cell(style.format(e=events, t=events + more, p=percent))
    found = [cell.value, cell.total, cell.percent]
    assert [number and number.value for number in found] == [events, events + more, float(percent)]


@settings(derandomize=True)
@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    cell = parse_cell(text)
    assert cell == parse_cell(text)


@settings(derandomize=True)
@given(st.text("0123456789.,-–−()[]±/%<=*ptoNR \u2009", max_size=40))
def test_no_digit_is_lost(text: str) -> None:
    """Each digit is part of a number or of the words that are left."""
    cell = parse_cell(text)
    words = sum(map(str.isdigit, cell.words))
    if not cell.numbers and not cell.level:
        assert words == sum(map(str.isdigit, text))
