"""Printed pools are read as they are printed."""

import pytest

from metarepro.errors import InputError
from metarepro.explanation.published import contradictions, parse_published

INTERVAL = {"estimate": "-0.32", "ci_low": "-0.57", "ci_high": "-0.07"}


def read(text: str) -> dict[str, str]:
    return {name: str(number) for name, number in parse_published(text).numbers.items()}


@pytest.mark.parametrize(
    "text",
    [
        "-0.32 [-0.57, -0.07]",
        "−0.32 (−0.57–−0.07)",
        "–0.32 (–0.57 – –0.07)",
        "-0.32 (-0.57 to -0.07)",
        "-0.32 (-0.57; -0.07)",
        "g = -0.32, 95% CI -0.57 to -0.07",
        "SMD –0.32 (–0.57, –0.07)",
        "-0,32 [-0,57; -0,07]",
        "-.32 [-.57, -.07]",
        "-0.32(-0.57--0.07)",
        "Hedges' g: -0.32; 95% confidence interval [-0.57, -0.07]",
    ],
)
def test_ways_to_print_an_interval(text: str) -> None:
    assert {name: float(number) for name, number in read(text).items()} == {
        name: float(number) for name, number in INTERVAL.items()
    }


@pytest.mark.parametrize(
    ("text", "name", "printed"),
    [
        ("I2 79%", "i2", "79"),
        ("I² = 79.4%", "i2", "79.4"),
        ("τ² = 0.04", "tau2", "0.04"),
        ("tau2 0.04", "tau2", "0.04"),
        ("tau = 0.20", "tau", "0.20"),
        ("Q = 34.5", "q", "34.5"),
        ("Chi² = 34.5", "q", "34.5"),
        ("p < .001", "p", "< 0.001"),
        ("P=0.03", "p", "0.03"),
        ("Z = 2.1", "z", "2.1"),
        ("k = 12", "k", "12"),
        ("12 studies", "k", "12"),
    ],
)
def test_statistics_with_a_name(text: str, name: str, printed: str) -> None:
    assert read(f"0.32 [0.23, 0.40]; {text}")[name] == printed


def test_p_beside_q_is_that_of_q() -> None:
    found = read("0.32 [0.23, 0.40], p = 0.004; Q(12) = 34.5, p < 0.001")
    assert (found["p"], found["q_p"], found["q_df"]) == ("0.004", "< 0.001", "12")


def test_the_level_is_read() -> None:
    assert parse_published("0.5 (90% CI 0.2 to 0.8)").level == 0.9


def test_without_a_level_it_is_95() -> None:
    assert parse_published("0.5 (0.2 to 0.8)").level == 0.95


@pytest.mark.parametrize(("text", "measure"), [("OR 1.15 (1.04-1.29)", "OR"), ("d = 0.4", "SMD")])
def test_the_symbol_names_the_measure(text: str, measure: str) -> None:
    assert parse_published(text).measure == measure


def test_exchanged_limits_are_put_right_and_noted() -> None:
    found = parse_published("-0.66 [-0.44, -0.88]")
    assert found.numbers["ci_low"].value == -0.88
    assert found.notes == ("the limits are printed with the higher one first",)


def test_half_a_unit_follows_the_printed_decimals() -> None:
    assert parse_published("0.320").numbers["estimate"].half == pytest.approx(0.0005)


def test_an_i2_that_does_not_follow_from_q_is_noted() -> None:
    assert "63.2%" in contradictions(parse_published("0.6 [0.4, 0.8]; I2 62.2%; Q 62.49"), 24)[0]


def test_an_i2_within_the_rounding_of_q_is_not() -> None:
    assert not contradictions(parse_published("0.6 [0.4, 0.8]; I2 63.2%; Q 62.49"), 24)


def test_an_estimate_outside_its_interval_is_noted() -> None:
    found = contradictions(parse_published("0.95 [0.40, 0.80]"), 24)
    assert found == ["the printed estimate lies outside its interval"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "start with an estimate"),
        ("see table 2", "start with an estimate"),
        ("0.32 [0.23, 0.40] NNT 4", "cannot place"),
        ("0.32 [0.23, 0.40]; I2 179%", "I² cannot be 179"),
        ("0.32; p = 1.2", "p cannot be 1.2"),
        ("0.32; I2 10%; I2 20%", "is given twice"),
        ("0.32 (20% CI 0.1 to 0.4)", "allowed: 50 to 99.9"),
        ("1" * 501, "allowed: 500"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_published(text)
