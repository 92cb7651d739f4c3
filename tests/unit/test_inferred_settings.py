"""Data rows without settings: what comes back is what the effects and weights were made with."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.review_files import DATA_ROWS, HEADERS, PREFIX, csv_table
from tests.review_tables import reproduced

from metarepro.models.conventions import REVMAN_WEB
from metarepro.readers.review_file import read_review
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.inferred_settings import NO_EFFECTS, NO_MEASURE, with_settings
from metarepro.reviews.pooling import pool_analysis

CORPUS = Path(__file__).parents[3] / "shared/corpus"
Z95 = 1.959963984540054
RATIOS = ("RR", "OR", "PETO_OR")
ARMS: dict[str, list[dict[str, float]]] = {
    "continuous": [
        *({"n_t": 20, "mean_t": 5.1, "sd_t": 2.0, "n_c": 21, "mean_c": 3.5, "sd_c": 2.1},),
        *({"n_t": 33, "mean_t": 6.4, "sd_t": 1.8, "n_c": 30, "mean_c": 6.6, "sd_c": 2.2},),
        *({"n_t": 12, "mean_t": 4.0, "sd_t": 1.1, "n_c": 15, "mean_c": 3.3, "sd_c": 1.4},),
    ],
    "dichotomous": [
        {"n_t": 40, "events_t": 20, "n_c": 41, "events_c": 9},
        {"n_t": 133, "events_t": 20, "n_c": 130, "events_c": 25},
        {"n_t": 60, "events_t": 12, "n_c": 62, "events_c": 10},
    ],
    "iv": [
        {"estimate": 0.5, "se": 0.2},
        {"estimate": -0.2, "se": 0.15},
        {"estimate": 0.1, "se": 0.3},
    ],
    "oe": [
        {"o_e": -2.5, "variance": 6.25},
        {"o_e": 1.5, "variance": 3.1},
        {"o_e": -4.0, "variance": 9.9},
    ],
}
COLUMNS = {
    "n_t": "Experimental N",
    "mean_t": "Experimental mean",
    "sd_t": "Experimental SD",
    "events_t": "Experimental cases",
    "n_c": "Control N",
    "mean_c": "Control mean",
    "sd_c": "Control SD",
    "events_c": "Control cases",
    "estimate": "GIV Mean",
    "se": "GIV SE",
    "o_e": "O-E",
    "variance": "Variance",
}


def rows_only(
    folder: Path,
    data_type: str,
    measure: str,
    *,
    log: bool = False,
    digits: int = 15,
    level: float = 0.95,
    arms: list[dict[str, float]] | None = None,
    **plan: Any,
) -> Path:
    """Data rows with effects and weights as the settings of a plan give them."""
    studies = pd.DataFrame(arms or ARMS[data_type]).assign(subgroup_number="", estimable="yes")
    for name in COLUMNS:
        studies[name] = studies.get(name, np.nan)
    settings = AnalysisSettings(data_type, measure, **plan)
    result = pool_analysis(studies, settings, REVMAN_WEB)
    half = {0.95: Z95, 0.9: 1.6448536269514722}[level] * np.sqrt(result.effects.vi)
    numbers = np.array([result.effects.yi, result.effects.yi - half, result.effects.yi + half])
    numbers = np.exp(numbers) if log else numbers
    rows = [
        {"Analysis group": 1, "Analysis number": 1, "Analysis name": "Crying", "Study": f"S{i}"}
        | {COLUMNS[name]: x for name, x in (arms or ARMS[data_type])[i].items()}
        | {"Weight": f"{result.overall.weights[i]:.{digits}f}"}
        | {"Mean": f"{y:.{digits}f}", "CI start": f"{a:.{digits}f}", "CI end": f"{b:.{digits}f}"}
        for i, (y, a, b) in enumerate(numbers.T)
    ]
    path = folder / f"{PREFIX}-data-rows.csv"
    path.write_bytes(csv_table(HEADERS["2025"][DATA_ROWS], rows))
    return path


def inferred(path: Path) -> dict[str, Any]:
    (row,) = with_settings(read_review(path)).analyses.to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize("digits", [6, 15])
@pytest.mark.parametrize(
    ("data_type", "measure", "method", "model", "tau2_method"),
    [
        ("continuous", "MD", "IV", "fixed", ""),
        ("continuous", "MD", "IV", "random", "DL"),
        ("continuous", "SMD", "IV", "random", "REML"),
        ("dichotomous", "RR", "MH", "fixed", ""),
        ("dichotomous", "OR", "MH", "fixed", ""),
        ("dichotomous", "RD", "MH", "fixed", ""),
        ("dichotomous", "RR", "IV", "fixed", ""),
        ("dichotomous", "RR", "MH", "random", "DL"),
        ("dichotomous", "OR", "IV", "random", "DL"),
        ("dichotomous", "OR", "IV", "random", "REML"),
        ("dichotomous", "PETO_OR", "PETO", "fixed", ""),
    ],
)
def test_the_settings_that_made_the_numbers_come_back(
    tmp_path: Path,
    data_type: str,
    measure: str,
    method: str,
    model: str,
    tau2_method: str,
    digits: int,
) -> None:
    plan: dict[str, Any] = {"method": method, "model": model, "tau2_method": tau2_method}
    path = rows_only(tmp_path, data_type, measure, log=measure in RATIOS, digits=digits, **plan)
    row = inferred(path)
    assert row["data_type"] == data_type
    assert row["measure"] == measure
    assert {name: row[name] for name in plan} == plan
    assert row["totals"] == "YES"
    assert row["inferred"].startswith("inferred: ")


@pytest.mark.parametrize("log", [False, True])
def test_whether_given_estimates_are_logs_shows_in_the_printed_effects(
    tmp_path: Path, log: bool
) -> None:
    row = inferred(rows_only(tmp_path, "iv", "OTHER", log=log, method="IV", model="fixed"))
    assert row["log_data"] == ("yes" if log else "no")
    assert row["published_scale"] == ("ratio" if log else "difference")
    assert "the name of their measure is not in the file" in row["inferred"]


def test_o_minus_e_is_peto(tmp_path: Path) -> None:
    path = rows_only(tmp_path, "oe", "OTHER", log=True, method="PETO", model="fixed")
    row = inferred(path)
    assert (row["data_type"], row["method"], row["log_data"]) == ("oe", "PETO", "yes")


def test_swapped_events_are_found(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"method": "MH", "model": "fixed", "swap_events": True}
    row = inferred(rows_only(tmp_path, "dichotomous", "RR", log=True, **plan))
    assert row["swap_events"] == "yes"
    assert "events swapped" in row["inferred"]


def test_the_level_of_intervals_is_found(tmp_path: Path) -> None:
    path = rows_only(tmp_path, "continuous", "MD", level=0.9, method="IV", model="fixed")
    assert inferred(path)["study_interval_level"] == 0.9


def test_the_pool_of_inferred_settings_says_so_and_claims_nothing(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"method": "IV", "model": "random", "tau2_method": "REML"}
    path = rows_only(tmp_path, "continuous", "SMD", **plan)
    (pool,) = reproduced(with_settings(read_review(path))).to_dict("records")
    assert pool["verdict"] == "not_published"
    assert "standardised mean difference; inverse variance, random effects (REML)" in pool["reason"]
    assert "Not decided: the interval" in pool["reason"]


def test_models_with_the_same_weights_are_all_named(tmp_path: Path) -> None:
    alike = [{**arm, "mean_t": arm["mean_c"] + 1} for arm in ARMS["continuous"]]
    row = inferred(rows_only(tmp_path, "continuous", "MD", arms=alike, method="IV", model="fixed"))
    said = row["inferred"]
    assert "inverse variance, fixed effects" in said
    assert "the same weights come from inverse variance, random effects (DerSimonian-Laird)" in said


def test_without_weights_the_model_is_open(tmp_path: Path) -> None:
    path = rows_only(tmp_path, "continuous", "MD", method="IV", model="random", tau2_method="DL")
    table = pd.read_csv(path, dtype=str, keep_default_na=False).assign(Weight="")
    table.to_csv(path, index=False)
    row = inferred(path)
    assert row["totals"] == "NO"
    assert "Not decided: no weights are printed" in row["inferred"]


def test_weights_of_no_model_are_said(tmp_path: Path) -> None:
    path = rows_only(tmp_path, "continuous", "MD", method="IV", model="fixed")
    table = pd.read_csv(path, dtype=str, keep_default_na=False).assign(Weight=["20", "30", "50"])
    table.to_csv(path, index=False)
    assert "no model gives the printed weights" in inferred(path)["inferred"]


@pytest.mark.parametrize(("printed", "why"), [("0.123456", NO_MEASURE), ("", NO_EFFECTS)])
@pytest.mark.parametrize(("data_type", "measure"), [("continuous", "MD"), ("iv", "OTHER")])
def test_effects_of_no_measure_are_not_computable(
    tmp_path: Path, data_type: str, measure: str, printed: str, why: str
) -> None:
    path = rows_only(tmp_path, data_type, measure, method="IV", model="fixed")
    table = pd.read_csv(path, dtype=str, keep_default_na=False).assign(Mean=printed)
    table.to_csv(path, index=False)
    assert inferred(path)["inferred"] == why
    (pool,) = reproduced(with_settings(read_review(path))).to_dict("records")
    assert pool["verdict"] == "not_computable"
    assert pool["reason"] == why


def test_a_review_with_settings_is_left_alone(tmp_path: Path) -> None:
    from tests.review_files import package, zipped

    (tmp_path / "a.zip").write_bytes(zipped(package()))
    extraction = read_review(tmp_path / "a.zip")
    assert with_settings(extraction) is extraction


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of review files is not here")
def test_a_real_review_without_its_settings(tmp_path: Path) -> None:
    """Of each analysis what its settings say, wherever its weights say one thing."""
    folder = CORPUS / "revman_web/CD004366"
    (tmp_path / "CD004366-data-rows.csv").write_bytes(
        (folder / "CD004366-data-rows.csv").read_bytes()
    )
    whole = read_review(folder).analyses
    keys = ["comparison_number", "outcome_number"]
    true = whole[whole["level"] == "overall"].set_index(keys)
    ours = with_settings(read_review(tmp_path)).analyses
    ours = ours[ours["level"] == "overall"].set_index(keys)
    decided = ours[~ours["inferred"].str.contains("the same weights|no weights|single study")]
    assert len(decided) >= 10
    for name in ("data_type", "measure", "method", "model", "tau2_method"):
        assert decided[name].tolist() == true.loc[decided.index, name].tolist(), name


def test_measures_with_the_same_effects_are_told_apart_by_their_weights(tmp_path: Path) -> None:
    """Where no arm differs every ratio is 1, whatever its name."""
    same: list[dict[str, float]] = [
        {"n_t": 40, "events_t": 20, "n_c": 80, "events_c": 40},
        {"n_t": 100, "events_t": 10, "n_c": 60, "events_c": 6},
    ]
    plan: dict[str, Any] = {"method": "IV", "model": "fixed"}
    row = inferred(rows_only(tmp_path, "dichotomous", "OR", log=True, arms=same, **plan))
    assert row["measure"] == "OR"
    assert "the same weights come from" in row["inferred"]


def test_a_single_study_shows_no_model(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"method": "IV", "model": "random", "tau2_method": "DL"}
    row = inferred(rows_only(tmp_path, "continuous", "MD", arms=ARMS["continuous"][:1], **plan))
    assert row["measure"] == "MD"
    assert "Not decided: a single study shows neither method nor model" in row["inferred"]


def test_a_cell_left_from_another_type_of_data_does_not_decide(tmp_path: Path) -> None:
    arms = [*ARMS["dichotomous"]]
    arms[1] = arms[1] | {"estimate": 0.0, "se": 0.36}
    row = inferred(
        rows_only(tmp_path, "dichotomous", "RR", log=True, method="MH", model="fixed", arms=arms)
    )
    assert (row["data_type"], row["measure"]) == ("dichotomous", "RR")


def test_counts_without_any_event_are_counts(tmp_path: Path) -> None:
    arms = [row | {"events_t": 0, "events_c": 0} for row in ARMS["dichotomous"]]
    path = rows_only(tmp_path, "dichotomous", "RD", method="IV", model="fixed", arms=arms)
    assert inferred(path)["data_type"] == "dichotomous"
