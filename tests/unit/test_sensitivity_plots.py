"""Funnel, specification curve and GOSH plot: what is drawn where, legibility, sameness."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.made_up_forests import assert_legible

from metarepro.figures import style as fg
from metarepro.plan import EffectSet, read_plan
from metarepro.sensitivity.choice_names import DIMENSIONS
from metarepro.sensitivity.choices import CHOICES
from metarepro.sensitivity.drawings import draw_gosh, draw_specifications, sensitivity_tasks
from metarepro.sensitivity.gosh import Gosh, gosh
from metarepro.sensitivity.multiverse import NUMBERS, specifications
from metarepro.sensitivity.plots import funnel_plot, gosh_plot
from metarepro.sensitivity.specification_plot import MOST_COLUMNS, specification_curve
from metarepro.synthesis.pools import Settings
from metarepro.wording.scales import Scale

NAN = float("nan")
LONG = "Responsive caregiving programmes: " + "Strengthening relationships " * 9
REFERENCE = (0.3, 0.1, 0.5)
SETTINGS = Settings(tau2_method="REML", ci_method="z", rho=0.8)


def make_trials(n: int, shift: float = 0.3) -> pd.DataFrame:
    rng = np.random.default_rng(n)
    se = rng.uniform(0.08, 0.45, n)
    return pd.DataFrame({"yi": shift + se * rng.standard_normal(n), "vi": se**2})


def make_effects(n_trials: int, shift: float = 0.3) -> pd.DataFrame:
    """Two results a trial, of all tiers, sources and designs."""
    effects = make_trials(2 * n_trials, shift)
    i = np.arange(2 * n_trials)
    return effects.assign(
        result_id=[f"result{j:02}" for j in i],
        trial_id=[f"trial{j // 2:02}" for j in i],
        tier=np.array(["direct", "derived", "approximate"])[i % 3],
        source_kind=np.array(["paper", "secondary_review"])[i // 2 % 2],
        adjusted=np.array(["yes", "no"])[i // 4 % 2],
        design=np.array(["rct", "quasi"])[i // 6 % 2],
        design_effect=np.where(i % 5 == 0, 1.5, NAN),
        equal_arms=np.array(["yes", "no"])[i % 7 % 2],
    )


def make_by_icc(effects: pd.DataFrame) -> pd.DataFrame:
    """Results with a design effect as three intracluster correlations give them."""
    own = effects[effects["design_effect"].notna()]
    factors = {0.025: 0.8, 0.05: 1.0, 0.1: 1.4}
    return pd.concat(
        own[["result_id", "yi"]].assign(icc=icc, vi=factor * own["vi"])
        for icc, factor in factors.items()
    )


def make_specification(number: int = 1, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"specification": number, "icc": NAN}
    row |= {name: options[0] for name, options in CHOICES.items()}
    row |= {"k": 9, "n_trials": 5} | dict.fromkeys(NUMBERS, 0.1)
    row |= {"estimate": 0.3, "ci_low": 0.1, "ci_high": 0.5, "reliable": True}
    row |= {"same_as": 0, "reason": ""}
    return row | changes


def make_curve(*rows: dict[str, Any]) -> Figure:
    return specification_curve(pd.DataFrame(rows), *REFERENCE, title="Sensitivity")


def make_gosh(trials: pd.DataFrame) -> Figure:
    subsets = gosh(trials["yi"], trials["vi"], limit=2000, seed=1)
    return gosh_plot(subsets, n_trials=len(trials), title=LONG, pooled_estimate=0.3)


def named(fig: Figure, name: str) -> Any:
    found: list[Artist] = fig.findobj(lambda artist: artist.get_gid() == name)
    (artist,) = found
    return artist


def words(fig: Figure) -> list[Text]:
    with fg.drawing_style():
        FigureCanvasAgg(fig).draw()  # fills in the tick labels
    found = [t for t in fig.findobj(Text) if isinstance(t, Text)]
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def text(fig: Figure) -> str:
    return "\n".join(t.get_text() for t in words(fig))


FIGURES: dict[str, Callable[[], Figure]] = {
    "funnel": lambda: funnel_plot(make_trials(25), 0.3, title=LONG, pooled_interval=(0.1, 0.5)),
    "funnel, one trial": lambda: funnel_plot(make_trials(1), 0.3, title="A"),
    "funnel, far from zero": lambda: funnel_plot(make_trials(12, 30.0), 30.0, title="A"),
    "curve": lambda: specification_curve(
        specifications(make_effects(12), by_icc=make_by_icc(make_effects(12))),
        *REFERENCE,
        title=LONG,
    ),
    "curve, one specification": lambda: make_curve(make_specification()),
    "curve, all below": lambda: specification_curve(
        specifications(make_effects(8, -3.0)), -3.0, -4.0, -2.0, title="$A$"
    ),
    "GOSH": lambda: make_gosh(make_trials(14)),
    "GOSH, one subset": lambda: make_gosh(make_trials(2)),
    "GOSH, all effects equal": lambda: make_gosh(make_trials(5).assign(yi=0.3)),
    "GOSH, all below": lambda: make_gosh(make_trials(9, -5.0)),
}


@pytest.mark.parametrize("name", FIGURES)
def test_no_texts_meet_and_none_leaves_the_page(name: str) -> None:
    assert_legible(FIGURES[name]())


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_below_eight_points(name: str) -> None:
    assert min(float(t.get_fontsize()) for t in words(FIGURES[name]())) >= 8


@pytest.mark.parametrize("name", FIGURES)
def test_all_text_is_in_the_bundled_font(name: str) -> None:
    files = {t.get_fontproperties().get_file() for t in words(FIGURES[name]())}
    assert files <= {fg.font().get_file(), fg.font(bold=True).get_file()}


@pytest.mark.parametrize("name", ["funnel", "curve", "GOSH"])
def test_two_drawings_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    saved = [fg.save_figure(FIGURES[name](), tmp_path / folder) for folder in ("a", "b")]
    assert saved[0].read_bytes() == saved[1].read_bytes()


@pytest.mark.parametrize("name", ["funnel", "curve", "GOSH"])
def test_an_svg_stays_below_120_kilobytes(name: str, tmp_path: Path) -> None:
    svg = fg.save_figure(FIGURES[name](), tmp_path / "figure")
    assert svg.stat().st_size < 120_000


# --- funnel --------------------------------------------------------------------------------------


def test_trials_stand_at_their_effect_and_standard_error() -> None:
    trials = pd.DataFrame({"yi": [0.2, -0.1], "vi": [0.04, 0.01]})
    points = named(funnel_plot(trials, 0.1, title="A"), "trials").get_offsets()
    np.testing.assert_allclose(points, [[0.2, 0.2], [-0.1, 0.1]])


def test_the_most_precise_trials_are_on_top() -> None:
    ax = named(FIGURES["funnel"](), "trials").axes
    assert ax.yaxis_inverted()
    assert ax.get_ylim()[1] == 0


@pytest.mark.parametrize(
    ("name", "z"), [("p > 0.1", 1.644854), ("0.05 to 0.1", 1.959964), ("0.01 to 0.05", 2.575829)]
)
def test_regions_end_at_the_quantiles_of_the_normal_distribution(name: str, z: float) -> None:
    # Two-sided quantiles from printed tables.
    corners = named(FIGURES["funnel"](), f"region {name}").get_xy()
    assert np.max(corners[:, 0] / np.fmax(corners[:, 1], 1e-9)) == pytest.approx(z, abs=1e-6)


def test_every_trial_is_inside_the_axes() -> None:
    points = named(FIGURES["funnel, far from zero"](), "trials")
    low, high = points.axes.get_xlim()
    x = points.get_offsets()[:, 0]
    assert low < 0 < x.min()
    assert x.max() < high


def test_a_funnel_needs_a_trial() -> None:
    with pytest.raises(ValueError, match="at least one trial"):
        funnel_plot(make_trials(3).iloc[:0], 0.1, title="A")


# --- specification curve -------------------------------------------------------------------------


def test_estimates_rise_and_failures_and_duplicates_are_left_out() -> None:
    fig = make_curve(
        make_specification(1, estimate=0.4),
        make_specification(2, estimate=0.2),
        make_specification(3, estimate=0.4, same_as=1),
        make_specification(4, estimate=NAN, ci_low=NAN, ci_high=NAN, reason="no result fits"),
    )
    np.testing.assert_allclose(named(fig, "estimates").get_ydata(), [0.2, 0.4])


def test_a_duplicate_adds_its_choice_to_the_column_of_the_first() -> None:
    fig = make_curve(
        make_specification(1, estimate=0.4, secondary="with"),
        make_specification(2, estimate=0.2, secondary="with"),
        make_specification(3, estimate=0.4, secondary="without", same_as=1),
    )
    opacity = np.asarray(named(fig, "choices").get_array())[::4, :, 3]
    # Rows: with, without; columns by estimate. Opacity is stored as share or byte.
    np.testing.assert_array_equal(opacity > 0, [[1, 1], [0, 1]])


def test_a_choice_that_is_none_is_not_drawn() -> None:
    drawn = text(make_curve(make_specification(1), make_specification(2, tiers="direct")))
    assert DIMENSIONS["tiers"] in drawn
    assert DIMENSIONS["design"] not in drawn


def test_the_curve_speaks_of_shares_of_analyses() -> None:
    drawn = text(make_curve(make_specification()))
    assert "1 different analysis; plan 0.30 [0.10, 0.50]. In brackets: share of analyses." in drawn
    assert "Analyses are not independent and not equally reasonable." in drawn


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [(0.1, 0.5, "above zero"), (-0.1, 0.5, "includes zero"), (-0.5, -0.1, "below zero")],
)
def test_intervals_are_coloured_by_their_side_of_zero(low: float, high: float, name: str) -> None:
    fig = make_curve(make_specification(estimate=(low + high) / 2, ci_low=low, ci_high=high))
    ends = named(fig, f"intervals {name}").get_xydata()
    np.testing.assert_allclose(ends, [[0, low], [0, high], [0, NAN]])
    assert f"interval {name}: 1 (100%)" in text(fig)


def test_an_interval_that_cannot_be_leaned_on_is_not_drawn() -> None:
    fig = make_curve(make_specification(), make_specification(2, reliable=False, estimate=0.4))
    assert len(named(fig, "intervals above zero").get_xdata()) == 3
    assert len(named(fig, "estimates").get_xdata()) == 2
    assert "No reliable interval, so none drawn: 1 (50%)." in text(fig)
    assert "interval above zero: 1 (50%)" in text(fig)


def test_a_curve_without_any_reliable_interval_is_drawn() -> None:
    assert "none drawn: 1 (100%)" in text(make_curve(make_specification(reliable=False)))


def test_a_plan_without_a_reliable_interval_says_so() -> None:
    table = pd.DataFrame([make_specification()])
    fig = specification_curve(table, 0.3, NAN, NAN, title="Sensitivity")
    assert "plan 0.30, no reliable interval." in text(fig)


def test_monstrous_intervals_are_cut_and_counted() -> None:
    rows = [make_specification(i) for i in range(1, 60)]
    fig = make_curve(*rows, make_specification(60, estimate=0.31, ci_low=-40.0, ci_high=40.0))
    assert "1 interval cut at the border" in text(fig)
    assert named(fig, "estimates").axes.get_ylim()[1] < 1


def test_many_specifications_share_columns() -> None:
    n = 3 * MOST_COLUMNS
    tiers = ("direct", "direct+derived")
    fig = make_curve(
        *(make_specification(i, estimate=0.3 + i / n, tiers=tiers[i % 2]) for i in range(1, n + 1))
    )
    assert np.asarray(named(fig, "choices").get_array()).shape[1] == MOST_COLUMNS
    assert "share a column" in text(fig)


def test_a_curve_needs_a_result() -> None:
    with pytest.raises(ValueError, match="no specification has a result"):
        make_curve(make_specification(reason="no result fits"))


# --- GOSH ----------------------------------------------------------------------------------------


def test_every_subset_is_in_a_cell_and_in_the_histogram() -> None:
    fig = make_gosh(make_trials(8))
    cells = np.ma.filled(named(fig, "subsets").get_array(), 0)
    assert cells.sum() == 2**8 - 8 - 1
    assert sum(named(fig, "histogram").get_data()[0]) == 2**8 - 8 - 1


def test_a_cell_stands_at_its_estimate_and_i2() -> None:
    estimate, tau2, i2 = np.array([[0.5], [0.1], [75.0]])
    one = Gosh(np.array([[3]], np.uint8), np.array([2]), estimate, tau2, i2, 1)
    image = named(gosh_plot(one, n_trials=2, title="A"), "subsets")
    cells = np.ma.filled(image.get_array(), 0)
    ((row, column),) = np.argwhere(cells)
    low, high, bottom, top = image.get_extent()
    width, height = (high - low) / cells.shape[1], (top - bottom) / cells.shape[0]
    assert low + (column + 0.5) * width == pytest.approx(0.5, abs=width / 2)
    assert bottom + (row + 0.5) * height == pytest.approx(75, abs=height / 2 + 1e-9)


def test_a_sample_of_subsets_says_of_how_many() -> None:
    assert "2,000 subsets (of 16,369) of 14 trials" in text(make_gosh(make_trials(14)))


# --- tasks ---------------------------------------------------------------------------------------


def make_synthesis(key: str, n_trials: int) -> dict[str, Any]:
    keys = {"intervention": "", "family": "", "domain": "", "outcome": ""}
    about = {"synthesis": key, "set_name": key.split(".")[0], "n_trials": n_trials, "flags": ""}
    keys |= {"effect_measure": "SMD", "better": "higher"}
    return about | keys | dict(zip(("estimate", "ci_low", "ci_high"), REFERENCE, strict=True))


NAMES = {"a": "A", "b": "B"}


def names_of_tasks(*syntheses: tuple[str, int]) -> list[str]:
    n = max(n for _, n in syntheses)
    effects = make_effects(n).assign(
        exclude="", timepoint="post", tier="direct", label="A", year=2000.0
    )
    effects = effects.assign(effect_measure="SMD", better="higher", design="rct")
    pooled = pd.DataFrame([make_synthesis(key, k) for key, k in syntheses])
    plan = read_plan(Path("config/config.yaml"))
    by_icc = make_by_icc(effects)
    return [task.name for task in sensitivity_tasks(effects, by_icc, pooled, NAMES, plan)]


def test_ten_trials_have_a_funnel() -> None:
    kinds = ("funnel", "specifications", "gosh")
    assert names_of_tasks(("post.domain.a", 10)) == [f"post.domain.a.{kind}" for kind in kinds]


def test_fewer_than_ten_trials_have_none() -> None:
    assert names_of_tasks(("post.domain.a", 9)) == ["post.domain.a.specifications"]


@pytest.mark.parametrize("key", ["follow_up.domain.a", "post.outcome.a", "post.family_domain.a.b"])
def test_other_sets_and_syntheses_are_not_drawn(key: str) -> None:
    assert names_of_tasks((key, 8)) == []


def test_fewer_than_five_trials_are_not_drawn() -> None:
    assert names_of_tasks(("post.domain.a", 4)) == []


@pytest.mark.parametrize(
    "draw",
    [
        partial(
            draw_specifications,
            make_effects(6),
            make_by_icc(make_effects(6)),
            REFERENCE,
            SETTINGS,
            EffectSet(label="", timepoints=("post",), tiers=("direct",)),
            "Title",
            Scale(),
        ),
        partial(draw_gosh, make_trials(6), 0.3, SETTINGS, "Title", Scale()),
    ],
)
def test_figures_are_drawn_from_effects(draw: Callable[[], Figure]) -> None:
    assert draw().get_label() == "Title"


@pytest.mark.parametrize(
    ("shift", "sides"),
    [(5.0, ["intervention"]), (-5.0, ["control"]), (0.0, ["control", "intervention"])],
)
def test_only_sides_with_a_pool_are_named(shift: float, sides: list[str]) -> None:
    said = text(make_gosh(make_trials(9, shift)))
    assert [side for side in ("control", "intervention") if f"favours {side}" in said] == sides


def test_funnel_says_that_p_is_two_sided() -> None:
    assert "two-sided p" in text(FIGURES["funnel"]())
