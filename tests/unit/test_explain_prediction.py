"""Prediction intervals among the printed numbers, by metafor's convention and the older one.

The numbers are R's for the BCG trials (tests/reference/closing.R).
"""

import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.errors import InputError
from metarepro.explanation.explanation import Explanation, explain_published
from metarepro.explanation.published_text import parse_published
from metarepro.explanation.report import report_text

REFERENCE = reference_of("closing")
COUNTS = ("events_t", "n_t", "events_c", "n_c")
ROWS = pd.DataFrame({name: REFERENCE["bcg"][name] for name in COUNTS}).astype(str)


def explained(interval: str, prediction: list[str]) -> Explanation:
    estimate, low, high = REFERENCE[interval]
    printed = f"RR {estimate} [{low}, {high}]; PI {prediction[0]} to {prediction[1]}"
    return explain_published(ROWS, printed)


@pytest.mark.parametrize(
    ("interval", "prediction", "ci", "words"),
    [
        ("total", "z", "z", "normal"),
        ("total", "higgins", "z", "t(k - 2)"),
        ("total_knha", "knha", "knapp_hartung", "t(k - 1)"),
        ("total_knha", "higgins_knha", "knapp_hartung",
         "t(k - 2), with the standard error of the interval"),
    ],
)  # fmt: skip
def test_the_convention_of_a_prediction_interval_is_named(
    interval: str, prediction: str, ci: str, words: str
) -> None:
    limits = REFERENCE["prediction"][prediction]
    found = explained(interval, limits)
    assert found.verdict == "exact"
    models = {(one.model.method, one.model.tau2, one.model.ci) for one in found.exact[0]}
    assert ("IV", "DL", ci) in models
    said = next(line for line in report_text(found).splitlines() if "prediction" in line)
    assert said.endswith(f", {words}")
    low, high = said.partition("prediction interval ")[2].partition(",")[0].split(" to ")
    assert [f"{float(x):.3f}" for x in (low, high)] == limits


def test_both_limits_have_one_convention() -> None:
    low, high = REFERENCE["prediction"]["z"][0], REFERENCE["prediction"]["higgins"][1]
    assert explained("total", [low, high]).verdict != "exact"


def test_a_common_effect_has_no_prediction_interval() -> None:
    found = explained("total", REFERENCE["prediction"]["z"])
    assert all(one.model.tau2 or one.model.method == "MH_DL" for one in found.tried if one.exact)


def test_a_prediction_interval_that_alone_is_off_is_one_of_heterogeneity() -> None:
    found = explained("total", ["0.100", "2.400"])
    assert "prediction interval" in {one.off.words for one in found.tried}
    assert found.but_for_heterogeneity[0].model.tau2 == "DL"


@pytest.mark.parametrize(
    "text",
    [
        "0.32 [0.23, 0.40]; PI -0.2 to 0.8",
        "g = 0.32 (95% CI 0.23 to 0.40; 95% PI −0.2 to 0.8)",
        "0.32 [0.23, 0.40], prediction interval [-0.2; 0.8], I2 = 79%",
    ],
)
def test_a_prediction_interval_is_read_as_it_is_printed(text: str) -> None:
    numbers = parse_published(text).numbers
    assert [numbers[name].value for name in ("ci_low", "pi_low", "pi_high")] == [0.23, -0.2, 0.8]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.32 [0.23, 0.40]; 80% PI -0.2 to 0.8", "intervals of one level"),
        ("0.32 [0.23, 0.40]; PI 0.8 to -0.2", "limits of the prediction interval are exchanged"),
        ("0.32 [0.23, 0.40]; PI -0.2 to 0.8; PI -0.1 to 0.8", "is given twice"),
    ],
)
def test_a_prediction_interval_that_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_published(text)
