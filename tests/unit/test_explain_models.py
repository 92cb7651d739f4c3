"""The models of published software, against R, and the finder that tries them."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from tests.amounts import tables
from tests.made_up_pools import (
    all_models,
    made_up_table,
    names,
    pool_under,
    printed,
    rows_of,
)
from tests.reference_numbers import reference_of

from metarepro.explanation.effect_forms import effect_forms
from metarepro.explanation.explanation import explain_published
from metarepro.explanation.finder import try_models
from metarepro.explanation.fits import fitted, table_version
from metarepro.explanation.pool_models import PRESETS, Preset
from metarepro.explanation.published_text import parse_published
from metarepro.explanation.r_code import r_lines
from metarepro.explanation.report import report_text
from metarepro.explanation.rows import StudyRows
from metarepro.models.pooling import pool

REFERENCE = reference_of("explain")
TABLES = sorted(REFERENCE["inputs"])
#: From the scale of pooling to the printed one.
BACK: dict[str, Callable[[float], float]] = {
    "same": float,
    "exp": math.exp,
    "tanh": math.tanh,
    "expit": lambda x: 1 / (1 + math.exp(-x)),
    "arcsine": lambda x: math.sin(max(x, 0)) ** 2,
}
#: Made-up tables with a known model: at night 400 in all.
SETS = {"effects": 85, "intervals": 85, "means": 55, "counts": 55, "repeats": 20} | dict.fromkeys(
    ("correlations", "proportions"), 50
)


def reference_rows(table: str) -> StudyRows:
    return rows_of(pd.DataFrame(REFERENCE["inputs"][table]["table"]))


@pytest.mark.parametrize("table", TABLES)
def test_every_model_is_that_of_r(table: str) -> None:
    rows, wanted = reference_rows(table), REFERENCE["pools"][table]
    models = [model for model in all_models(rows) if model.name in wanted]
    assert len(models) == len(wanted)
    version = table_version(rows.cells, rows.trials)
    for model, o in fitted(models, version, 0.95):
        ours = [o.estimate[0], o.ci_low[0], o.ci_high[0]]
        assert ours == pytest.approx(wanted[model.name], abs=1e-6), model.name


@pytest.mark.parametrize("table", TABLES)
def test_the_lines_of_r_are_those_that_r_ran(table: str) -> None:
    rows, ran = reference_rows(table), REFERENCE["inputs"][table]["lines"]
    for model in all_models(rows):
        if model.name in ran:
            assert r_lines(rows, model)[2:] == ran[model.name], model.name


@pytest.mark.parametrize("table", TABLES)
def test_pools_that_r_made_are_found(table: str) -> None:
    rows = reference_rows(table)
    wanted = REFERENCE["pools"][table]
    back = {model.name: BACK[model.form.transformation] for model in all_models(rows)}
    for name in list(wanted)[:: max(1, len(wanted) // 5)]:
        numbers = [back[name](x) for x in wanted[name]]
        said = "{:.3f} [{:.3f}, {:.3f}]".format(*numbers)
        assert name in names(try_models(rows, parse_published(said))), said


@pytest.mark.parametrize("kind", list(SETS))
def test_the_true_model_is_always_among_the_answers(kind: str) -> None:
    rng = np.random.default_rng(len(kind))
    for i in range(tables(SETS[kind] // 5, nightly=SETS[kind])):
        frame = made_up_table(
            "effects" if kind == "repeats" else kind, int(rng.integers(4, 10)), rng,
            repeats=kind == "repeats", zeros=bool(i % 2),
        )  # fmt: skip
        rows = rows_of(frame)
        models = all_models(rows)
        true = models[int(rng.integers(len(models)))]
        text = printed(pool_under(rows, true), true, decimals=int(rng.integers(1, 4)))
        if "nan" not in text:
            assert true.name in names(try_models(rows, parse_published(text))), text


@pytest.mark.parametrize("ci", ["z", "knapp_hartung", "knapp_hartung_conservative"])
@pytest.mark.parametrize("tau2", ["DL", "REML", "PM", "SJ"])
def test_pools_are_those_of_the_engine(tau2: str, ci: str) -> None:
    rows = rows_of(made_up_table("effects", 8, np.random.default_rng(5)))
    model = next(m for m in all_models(rows) if (m.tau2, m.ci) == (tau2, ci))
    ours = pool_under(rows, model)
    engine = pool(rows.cells[:, 0], rows.cells[:, 1] ** 2, tau2_method=tau2, ci_method=ci)
    for name in ("estimate", "ci_low", "ci_high", "tau2", "q", "i2_q", "i2_tau2"):
        assert getattr(ours, name)[0] == pytest.approx(getattr(engine, name), abs=1e-10)
    assert ours.p[0] == pytest.approx(engine.p_value, abs=1e-10)
    assert ours.q_p[0] == pytest.approx(engine.q_p, abs=1e-10)


def test_the_simplest_model_comes_first() -> None:
    rows = rows_of(made_up_table("effects", 8, np.random.default_rng(5)))
    common = all_models(rows)[0]
    tried = try_models(rows, parse_published(printed(pool_under(rows, common), common)))
    assert tried[0].model.name == "given IV z"


def test_the_measure_can_be_named() -> None:
    rows = rows_of(made_up_table("counts", 8, np.random.default_rng(5)))
    assert {form.measure for form in effect_forms(rows, "RD")} == {"RD"}


def test_every_preset_has_a_source() -> None:
    assert all(preset.source for preset in PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_fits_some_model(preset: Preset) -> None:
    known = [reference_rows(table) for table in TABLES]
    assert any(preset.fits(model) for rows in known for model in all_models(rows))


@pytest.mark.parametrize(("events", "in_revman"), [(3, True), (0, False)])
def test_without_an_empty_cell_mantel_haenszel_is_that_of_revman(
    events: int, in_revman: bool
) -> None:
    table = pd.DataFrame(
        {"events_t": [36, events], "n_t": [532, 67], "events_c": [60, 7], "n_c": [538, 59]}
    )
    models = [one for one in all_models(rows_of(table)) if one.method == "MH"]
    assert {"RevMan 5" in one.software for one in models} == {in_revman}


def test_what_is_off_is_named() -> None:
    rows = rows_of(made_up_table("effects", 8, np.random.default_rng(5)))
    model = all_models(rows)[0]
    o = pool_under(rows, model)
    wide = f"{o.estimate[0]:.2f} [{o.ci_low[0] - 1:.2f}, {o.ci_high[0] + 1:.2f}]; I2 99%"
    off = {t.model.name: t.off.words for t in try_models(rows, parse_published(wide))}
    assert off[model.name] == "width of the interval, heterogeneity"


def test_i2_may_be_that_of_q_or_of_tau2() -> None:
    rows = rows_of(made_up_table("effects", 8, np.random.default_rng(5)))
    model = next(m for m in all_models(rows) if (m.tau2, m.ci) == ("SJ", "z"))
    o = pool_under(rows, model)
    assert round(o.i2_q[0]) != round(o.i2_tau2[0])
    for i2 in ("i2_q", "i2_tau2"):
        text = printed(o, model, decimals=4, i2=i2)
        assert model.name in names(try_models(rows, parse_published(text)))


# Rounding ----------------------------------------------------------------------------------------


def rounded_set(seed: int) -> tuple[pd.DataFrame, str]:
    """Rows printed to two decimals, and the pool of the rows before."""
    rng = np.random.default_rng(seed)
    yi, sei = rng.normal(0.4, 0.3, 8), rng.uniform(0.1, 0.3, 8)
    pooled = pool(yi, sei**2, tau2_method="DL", ci_method="z")
    frame = pd.DataFrame({"yi": yi.round(2), "sei": sei.round(2)})
    return frame, f"{pooled.estimate:.3f} [{pooled.ci_low:.3f}, {pooled.ci_high:.3f}]"


@pytest.mark.parametrize("seed", range(20))
def test_a_pool_of_unrounded_rows_is_never_outside(seed: int) -> None:
    found = explain_published(*rounded_set(seed))
    assert found.verdict in ("exact", "within the rounding of the inputs")


def test_what_rounding_cannot_do_is_outside() -> None:
    frame, text = rounded_set(1)
    estimate = text.split()[0]
    moved = text.replace(estimate, f"{float(estimate) + 0.1:.3f}")
    assert explain_published(frame, moved).verdict == "outside"


def test_whole_numbers_are_not_rounded() -> None:
    rows = rows_of(made_up_table("counts", 6, np.random.default_rng(5)))
    assert not rows.half.any()


def test_zeros_that_a_spreadsheet_dropped_count_as_printed() -> None:
    rows = rows_of(pd.DataFrame({"yi": [0.12, 0.5, 0.31, 0.44], "sei": [0.1, 0.12, 0.2, 0.15]}))
    assert rows.half[:, 0] == pytest.approx(0.005)
    assert rows.half[:, 1] == pytest.approx([0.05, 0.005, 0.05, 0.005])


def test_a_number_that_no_rounding_moves_decides() -> None:
    frame, text = rounded_set(1)
    assert explain_published(frame, f"{text}; k = 9").verdict == "outside"


def test_the_answer_is_the_same_each_time() -> None:
    frame, text = rounded_set(1)
    text = text.replace(text.split()[0], "0.9")
    first, second = (report_text(explain_published(frame, text)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("table", TABLES)
def test_no_program_scales_the_interval_of_a_common_effect(table: str) -> None:
    models = [model for model in all_models(reference_rows(table)) if not model.tau2]
    scaled = [model for model in models if model.method == "IV" and model.ci != "z"]
    assert not any(model.software for model in scaled)
    assert any(model.software for model in models)
