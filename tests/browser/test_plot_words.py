"""The words of the forest plot to try, beside those of the library, over all syntheses."""

import math
import random
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.amounts import every
from tests.study_tables import Study, records

from metarepro.report.plain_language import (
    average,
    interval_sentence,
    prediction,
    without_comparison,
)
from metarepro.report.plot import scale_for_page
from metarepro.wording.phrases import (
    FLAGS,
    INTERVAL_LABELS,
    NO_RELIABLE_INTERVAL,
    decimal,
    model_text,
    whole,
)
from metarepro.wording.scales import MEASURES, Scale, scale_of

TEXTS = {
    "flags": FLAGS,
    "intervals": INTERVAL_LABELS,
    "no_reliable_interval": NO_RELIABLE_INTERVAL,
}
SAY = """([pools, scale, texts]) => {
  const words = plotWords.wordsFor(scale, texts);
  return pools.map(pool => ({
    sentence: words.sentence(pool),
    estimate: words.estimate(pool),
    prediction: words.predictionInterval(pool),
    model: words.model(pool, 4 - 1e-9),
  }));
}"""
COMPARE = "([pool, analyses, scale]) => plotWords.wordsFor(scale, {}).comparison(pool, analyses, 4)"


def expected(pool: dict[str, Any], scale: Scale) -> dict[str, str]:
    said = [average(pool, scale), interval_sentence(pool, scale), prediction(pool, scale)]
    return {
        "sentence": " ".join(said) if scale.compares else without_comparison(pool, scale),
        "estimate": scale.of_flagged(pool),
        "prediction": scale.prediction_of(pool),
        "model": model_text(pool),
    }


def say(page: Page, pools: list[dict[str, Any]], scale: Scale) -> list[dict[str, str]]:
    """What the page says of pools of the table."""
    withheld = {"df_below_4", "two_or_three_trials", "narrower_than_model"}
    given = []
    for pool in pools:
        flags = [flag for flag in pool["flags"].split("; ") if flag]
        given.append({**pool, "flags": flags, "reliable": not withheld & set(flags)})
    said: list[dict[str, str]] = page.evaluate(SAY, [given, scale_for_page(scale), TEXTS])
    return said


@pytest.mark.parametrize("table", ["pooled", "variants"])
def test_pools_are_put_into_the_words_of_the_library(
    scripts: Page, study: Study, table: str
) -> None:
    rows = study.read(table)
    rows = rows[rows["estimate"].notna() & ~rows["model"].str.startswith("three")]
    pools = records(rows)[:: every(4)]
    own = study.pool(pools[0]["synthesis"])
    scale = scale_of(study.plan).at(own)
    assert set(study.pools["better"]) == {own["better"]}
    for got, pool in zip(say(scripts, pools, scale), pools, strict=True):
        assert got == expected(pool, scale), pool["synthesis"]


POOL = {
    **{"estimate": 0.3, "ci_low": 0.1, "ci_high": 0.5, "pi_low": -0.2, "pi_high": 0.8},
    **{"n_trials": 12, "model": "random", "tau2_method": "REML", "ci_method": "z"},
    **{"rho": math.nan, "df": math.nan, "flags": ""},
}
CHANGED: list[dict[str, Any]] = [
    {},
    {"estimate": 0.004},
    {"estimate": -0.3, "ci_low": -1.5, "ci_high": -0.1, "pi_low": -2.0, "pi_high": -0.01},
    {"ci_low": 0.004, "pi_low": 0.006},
    {"ci_low": -0.004, "pi_low": -0.004},
    {"ci_low": 4e-7, "pi_low": -4e-7},
    {"ci_low": -1.0, "ci_high": 1.5},
    {"ci_low": math.nan, "ci_high": math.nan, "pi_low": math.nan, "pi_high": math.nan},
    {"flags": "tau2_zero"},
    {"flags": "df_below_4; few_trials"},
    {"flags": "narrower_than_model"},
    {"pi_low": math.nan, "pi_high": math.nan},
    {"n_trials": 1, "model": "single_trial", "pi_low": math.nan, "pi_high": math.nan},
    {"model": "common", "pi_low": math.nan, "pi_high": math.nan},
    {"model": "common_of_means", "rho": 0.8, "pi_low": math.nan, "pi_high": math.nan},
    {"model": "correlated_effects", "rho": 0.8, "df": 3.9996},
]


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "several"])
@pytest.mark.parametrize("turn", [1, -1])
def test_every_measure_is_put_into_the_words_of_the_library(
    scripts: Page, measure: str, turn: int
) -> None:
    scale = Scale(measure, turn=turn)
    pools = [POOL | changed for changed in CHANGED]
    for got, pool in zip(say(scripts, pools, scale), pools, strict=True):
        assert got == expected(pool, scale), pool


def test_numbers_are_printed_alike(scripts: Page) -> None:
    draw = random.Random(1)
    halves = [sign * eighths / 8 for eighths in range(33) for sign in (1, -1)]
    numbers = [*halves, *(draw.gauss(0, 10**power) for power in range(-4, 8) for _ in range(50))]
    printed = (
        "numbers => numbers.map(x => [0, 1, 2, 3].map(places => plotWords.decimal(x, places)))"
    )
    for got, number in zip(scripts.evaluate(printed, numbers), numbers, strict=True):
        assert got == [decimal(number, places) for places in range(4)], number


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1234567])
def test_counts_are_printed_alike(scripts: Page, count: int) -> None:
    assert scripts.evaluate("count => plotWords.whole(count)", count) == whole(count)


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0%"), (1, "less than 1%"), (305, "50%"), (607, "more than 99%"), (610, "100%")],
)
def test_a_share_is_rounded_neither_to_none_nor_to_all(
    scripts: Page, count: int, words: str
) -> None:
    assert scripts.evaluate("count => plotWords.share(count, 610)", count) == words


ANALYSES = {
    **{"n_different": 200, "n_without_interval": 20, "share_above_zero": 0.75},
    **{"share_below_zero": 0.0, "lowest": 0.1, "median": 0.3, "highest": 0.5},
}


def compared(page: Page, pool: dict[str, Any], analyses: dict[str, Any], scale: Scale) -> str:
    given = [{**POOL, "reliable": True, **pool}, {**ANALYSES, **analyses}, scale_for_page(scale)]
    said: str = page.evaluate(COMPARE, given)
    return said


def test_a_result_is_compared_with_all_analyses(scripts: Page) -> None:
    assert compared(scripts, {}, {}, Scale("SMD")) == (
        "Of 200 different analyses, 150 (75%) have intervals that exclude zero, all in favour of "
        "the intervention; 20 have no reliable interval. Their g ranges from 0.10 to 0.50, median "
        "0.30. This one (g 0.30) lies at their median, and its interval excludes zero, in favour "
        "of the intervention. These are shares of analyses, which are not independent and not "
        "equally reasonable."
    )


@pytest.mark.parametrize(
    ("analyses", "words"),
    [
        ({"share_above_zero": 0.0}, "none has an interval that excludes zero; 20 have"),
        ({"share_below_zero": 0.05}, "zero, 150 in favour of the intervention and 10 in favour of"),
        ({"n_without_interval": 200}, "None of 200 different analyses has a reliable interval."),
        ({"n_without_interval": 0}, "all in favour of the intervention. Their"),
        ({"n_without_interval": 1}, "1 has no reliable interval"),
    ],
)
def test_analyses_are_counted_on_each_side(
    scripts: Page, analyses: dict[str, Any], words: str
) -> None:
    assert words in compared(scripts, {}, analyses, Scale("SMD"))


@pytest.mark.parametrize(
    ("estimate", "place"),
    [
        (0.09, "below all of them"),
        (0.1, "below their median"),
        (0.304, "at their median"),
        (0.31, "above their median"),
        (0.51, "above all of them"),
    ],
)
def test_where_a_result_lies_is_told_as_it_is_printed(
    scripts: Page, estimate: float, place: str
) -> None:
    said = compared(scripts, {"estimate": estimate}, {}, Scale("SMD"))
    assert f"lies {place}, and" in said


def test_a_turned_ratio_lies_on_the_other_side(scripts: Page) -> None:
    said = compared(scripts, {"estimate": 0.6}, {}, Scale("RR", turn=-1))
    assert "RR ranges from 0.61 to 0.90, median 0.74" in said
    assert "(RR 0.55) lies below all of them" in said


@pytest.mark.parametrize(
    ("pool", "words"),
    [
        ({"n_trials": 4}, "its interval excludes zero, in favour of the intervention"),
        ({"n_trials": 3}, "it has no reliable interval"),
        ({"reliable": False}, "it has no reliable interval"),
        ({"ci_low": -0.1}, "its interval includes zero"),
        ({"ci_low": -0.5, "ci_high": -0.1}, "its interval excludes zero, in favour of the control"),
    ],
)
def test_a_conclusion_is_drawn_as_the_analyses_are_counted(
    scripts: Page, pool: dict[str, Any], words: str
) -> None:
    assert f"and {words}" in compared(scripts, pool, {}, Scale("SMD"))
