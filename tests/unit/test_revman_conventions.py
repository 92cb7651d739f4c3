"""What RevMan does with one study, and where its REML stops: published numbers of real reviews."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.review_files import (
    ANALYSIS,
    DATA,
    DICH,
    DICH_ROW,
    Attributes,
    outcome,
    package,
    review,
    rm5_bytes,
    row,
    zipped,
)
from tests.review_tables import reproduced

from metarepro.models.weighted import Segments
from metarepro.readers.review_file import read_review
from metarepro.reviews.revman_reml import revman_reml


def recomputed(path: Path, content: bytes) -> pd.DataFrame:
    path.write_bytes(content)
    return reproduced(read_review(path))


# Effects and standard errors of a review of 2025 (RevMan Web), and the tau2 that it publishes with
# all digits. The maxima of the likelihood (metafor, threshold 1e-14) are 0 and the same.
def reml(yi: list[float], sei: list[float]) -> float:
    data = Segments(np.array(yi), np.array(sei) ** 2, np.array([len(yi)]))
    return float(revman_reml(data)[0])


@pytest.mark.parametrize(
    ("yi", "sei", "published"),
    [
        ([0.274858, 0.121525, 0.246614], [0.082955, 0.080029, 0.050525], 1.5873572197656918e-9),
        ([0.274858, 0.121525], [0.082955, 0.080029], 0.005112418011499999),
    ],
)
def test_reml_stops_where_revman_web_does(
    yi: list[float], sei: list[float], published: float
) -> None:
    assert reml(yi, sei) == pytest.approx(published, abs=1e-15)


def test_reml_of_identical_effects_is_0() -> None:
    assert reml([0.2, 0.2, 0.2], [0.3, 0.4, 0.5]) == 0


# 0/13 and 0/12, 0/28 and 0/26: the limits that a Cochrane review publishes for its pools of one
# study without events.
@pytest.mark.parametrize(
    ("n_t", "n_c", "limit"),
    [(13, 12, 0.14275079685492442), (28, 26, 0.06950137137)],
)
def test_mh_risk_difference_of_one_study_without_events(
    tmp_path: Path, n_t: int, n_c: int, limit: float
) -> None:
    pool = {
        "EFFECT_MEASURE": "RD",
        "RANDOM": "NO",
        "EFFECT_SIZE": "0.0",
        "CI_START": repr(-limit),
        "CI_END": repr(limit),
        "CHI2": "0.0",
        "DF": "0",
        "P_CHI2": "1.0",
        "I2": "0.0",
        "TAU2": "0.0",
        "Z": "0.0",
        "P_Z": "1.0",
    }
    cells = {"EVENTS_1": 0, "TOTAL_1": n_t, "EVENTS_2": 0, "TOTAL_2": n_c}
    study = row("DICH", DICH_ROW | cells, "Abel-2001")
    table = recomputed(
        tmp_path / "f.rm5",
        rm5_bytes(review(outcome("DICH", DICH | pool | {"Q": "0.0", "P_Q": "1.0"}, study))),
    )
    assert table["reproduced_ci_high"][0] == pytest.approx(limit, abs=1e-10)
    assert table["verdict"][0] == "exact"


def hksj_of_one_study(**changes: str) -> Attributes:
    se = math.sqrt(1.25**2 / 20 + 4 / 25)
    half = 1.959963984540054 * se
    return (
        ANALYSIS
        | {"CI method": "HKSJ", "Heterogeneity Tau²": "0", "Heterogeneity Chi²": "2.4e-31"}
        | {"Heterogeneity df": 0, "Heterogeneity P": "0", "Heterogeneity I²": "0"}
        | {"Mean": "-1.5", "CI start": repr(-1.5 - half), "CI end": repr(-1.5 + half)}
        | {"Effect Z": "", "Effect T": "0", "Effect P": repr(math.erfc(1.5 / se / math.sqrt(2)))}
        | changes
    )


@pytest.mark.parametrize(("t", "verdict"), [("0", "explained"), ("2.5", "different")])
def test_hksj_of_one_study_is_printed_with_t_0(tmp_path: Path, t: str, verdict: str) -> None:
    analysis = hksj_of_one_study(**{"Effect T": t})
    table = recomputed(tmp_path / "f.zip", zipped(package([analysis], [DATA])))
    assert table["verdict"][0] == verdict
    assert ("T as 0" in table["reason"][0]) is (verdict == "explained")


@pytest.mark.parametrize(
    ("i2", "verdict"),
    [
        ("99.99999999999999", "explained"),
        ("100.00000000000001", "explained"),
        ("99.9999", "different"),
    ],
)
def test_i2_of_one_study_is_100_but_for_rounding(tmp_path: Path, i2: str, verdict: str) -> None:
    analysis = hksj_of_one_study(**{"Effect T": "", "Heterogeneity I²": i2})
    table = recomputed(tmp_path / "f.zip", zipped(package([analysis], [DATA])))
    assert table["verdict"][0] == verdict


def test_a_ratio_out_of_range_is_said(tmp_path: Path) -> None:
    """The upper limit of ln RR 5 with SE 400 is exp(789), more than any double."""
    analysis = (
        ANALYSIS
        | {"Data type": "Contrast level", "Log-scale data": "true", "Effect measure": "Risk Ratio"}
        | dict.fromkeys((n for n in ANALYSIS if n.startswith(("Mean", "CI s", "CI e"))), "")
        | dict.fromkeys((n for n in ANALYSIS if n.startswith(("Heterogeneity ", "Effect "))), "")
        | {"Heterogeneity estimator": "DL", "Effect measure": "Risk Ratio"}
    )
    study = DATA | {"GIV Mean": "5", "GIV SE": "400", "Mean": "", "CI start": "", "CI end": ""}
    pool = recomputed(tmp_path / "f.zip", zipped(package([analysis], [study]))).iloc[0]
    assert pool["reproduced_estimate"] == pytest.approx(math.exp(5))
    assert math.isnan(pool["reproduced_ci_high"])
    assert "the recomputed upper limit, exp(788.986), is out of range" in pool["reason"]
