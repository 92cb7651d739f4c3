"""`pool_subsets` against metafor and `pool`, and properties that any batch must have."""

import tracemalloc
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference_numbers import reference_of

from metarepro.models.pooled import Pools
from metarepro.models.pooling import pack, pool, pool_subsets, unpack
from metarepro.models.tau2 import ESTIMATORS

REFERENCE = reference_of("gosh")
POOLING = reference_of("pooling")
SUBSETS = np.array(REFERENCE["subsets"], dtype=np.uint8)[:, None]
#: Measured over all fits of gosh.json: 7e-10 in `one_dominates` (where Q is the rounding of a
#: residual 1e-6 the size of the others), 2e-12 elsewhere. tau2 near 0 in units of the smallest
#: sampling variance.
RELATIVE = 1e-9
TAU2_ABSOLUTE = 1e-9
#: For what agrees up to rounding.
ROUNDING = 1e-9


def metafors_fits() -> list[Any]:
    """Every case and method of the reference."""
    return [
        pytest.param(case, fit, id=f"{name}-{fit['method']}")
        for name, case in REFERENCE["cases"].items()
        for fit in case["fits"]
    ]


def as_metafor(case: dict[str, Any], fit: dict[str, Any], ci_method: str) -> Pools:
    """Pool all subsets of a case in the way of one of its fits."""
    common = fit["method"] == "EE"
    return pool_subsets(
        case["yi"],
        case["vi"],
        SUBSETS,
        model="common" if common else "random",
        tau2_method="REML" if common else fit["method"],
        ci_method=ci_method,
    )


def draw(seed: int, k: int, n: int, spread: float = 1.0) -> tuple[Any, Any, Any]:
    """Effects, variances and the membership of `n` different subsets of two or more."""
    rng = np.random.default_rng(seed)
    vi = np.exp(rng.uniform(np.log(1e-3), np.log(10), k))
    yi = rng.normal(size=k) * np.sqrt(vi) * np.exp(spread * rng.normal(size=k))
    members = np.unique(rng.random((4 * n, k)) < 0.6, axis=0)
    return yi, vi, rng.permutation(members[members.sum(axis=1) > 1])[:n]


def same_bytes(one: Pools, other: Pools) -> bool:
    return all(
        getattr(one, f.name).tobytes() == getattr(other, f.name).tobytes() for f in fields(Pools)
    )


@pytest.mark.parametrize(("case", "fit"), metafors_fits())
def test_every_subset_is_metafors(case: dict[str, Any], fit: dict[str, Any]) -> None:
    got = as_metafor(case, fit, "z")
    smallest = min(case["vi"])
    for column in ("estimate", "se", "q"):
        np.testing.assert_allclose(
            getattr(got, column),
            fit[column],
            rtol=RELATIVE,
            atol=RELATIVE * np.sqrt(smallest) if column == "estimate" else 1e-12,
            err_msg=column,
        )
    if fit["method"] == "EE":
        assert np.isnan(got.tau2).all()
        np.testing.assert_allclose(got.i2_q, fit["i2"], rtol=RELATIVE, atol=1e-9)
    else:
        np.testing.assert_allclose(
            got.tau2, fit["tau2"], rtol=RELATIVE, atol=TAU2_ABSOLUTE * smallest
        )
        np.testing.assert_allclose(got.i2_tau2, fit["i2"], rtol=RELATIVE, atol=1e-8)


@pytest.mark.parametrize(("case", "fit"), metafors_fits())
def test_knapp_hartung_is_metafors(case: dict[str, Any], fit: dict[str, Any]) -> None:
    got = as_metafor(case, fit, "knapp_hartung")
    np.testing.assert_allclose(got.se, fit["se_knha"], rtol=RELATIVE, atol=1e-12)


def test_reference_has_subsets_at_the_boundary_and_off_it() -> None:
    fits = {n: c["fits"][-1]["tau2"] for n, c in REFERENCE["cases"].items()}
    at_zero = {name: np.mean(np.array(tau2) == 0) for name, tau2 in fits.items()}
    assert at_zero["tiny_variances"] > 0.2
    assert at_zero["very_heterogeneous"] < 0.01


@pytest.mark.parametrize("ci_method", ["z", "knapp_hartung", "knapp_hartung_conservative"])
@pytest.mark.parametrize("method", ["common", *ESTIMATORS])
def test_every_column_is_that_of_pool(method: str, ci_method: str) -> None:
    for name in ("moderate", "six_orders", "homogeneous", "tiny_variances"):
        case = POOLING["cases"][name]
        yi, vi = np.array(case["yi"]), np.array(case["vi"])
        members = np.random.default_rng(3).random((25, len(yi))) < 0.6
        model = "common" if method == "common" else "random"
        tau2_method = "REML" if method == "common" else method
        how = {"model": model, "tau2_method": tau2_method, "ci_method": ci_method}
        got = pool_subsets(yi, vi, pack(members), level=0.9, **how)  # type: ignore[arg-type]
        singly = [pool(yi[m], vi[m], level=0.9, **how) for m in members]
        for column in (f.name for f in fields(Pools) if f.name != "several_modes"):
            expected = np.array([getattr(one, column) for one in singly], dtype=float)
            np.testing.assert_allclose(
                getattr(got, column), expected, rtol=ROUNDING, atol=1e-15, err_msg=column
            )
        several = ["several_modes" in one.flags for one in singly]
        np.testing.assert_array_equal(got.several_modes, several)


def test_the_highest_of_several_maxima_is_taken() -> None:
    found = 0
    for seed in range(20):
        yi, vi, members = draw(seed, 10, 12)
        got = pool_subsets(yi, vi, pack(members))
        for i in np.flatnonzero(got.several_modes):
            alone = pool(yi[members[i]], vi[members[i]])
            assert "several_modes" in alone.flags
            assert got.tau2[i] == pytest.approx(alone.tau2, rel=ROUNDING)
            found += 1
    assert found >= 10


def test_search_ends_where_rounding_hides_the_root() -> None:
    # One effect has nearly all the weight: the score is a difference of equal numbers, and Newton's
    # steps go to and fro between the same two values.
    yi, vi = np.array([-1.65, 0.05, 0.89, -0.61]), np.array([42.0, 2.5e-06, 0.65, 34.0])
    got = pool_subsets(yi, vi, pack(np.ones((1, 4))))
    assert got.tau2[0] == pytest.approx(pool(yi, vi).tau2, rel=ROUNDING)


def test_paule_mandel_sets_q_to_its_expectation() -> None:
    yi, vi, members = draw(1, 12, 50)
    got = pool_subsets(yi, vi, pack(members), tau2_method="PM")
    w = members / (vi + got.tau2[:, None])
    q = (w * (yi - got.estimate[:, None]) ** 2).sum(axis=1)
    positive = got.tau2 > 0
    assert positive.any()
    np.testing.assert_allclose(q[positive], got.k[positive] - 1, rtol=1e-10)
    assert (q[~positive] <= got.k[~positive] - 1).all()


@pytest.mark.parametrize("method", tuple(ESTIMATORS))
def test_size_of_the_chunk_moves_no_byte(method: str) -> None:
    yi, vi, members = draw(2, 10, 41)
    how = {"tau2_method": method, "ci_method": "knapp_hartung"}
    whole = pool_subsets(yi, vi, pack(members), **how)  # type: ignore[arg-type]
    for chunk in (1, 2, 3, 40, 41):
        part = pool_subsets(yi, vi, pack(members), chunk=chunk, **how)  # type: ignore[arg-type]
        assert same_bytes(whole, part)


def test_a_fit_has_the_same_bytes_in_any_company() -> None:
    yi, vi, members = draw(0, 10, 60)
    whole = pool_subsets(yi, vi, pack(members))
    assert whole.several_modes.any()
    for i in range(len(members)):
        alone = pool_subsets(yi, vi, pack(members[i : i + 1]))
        assert alone.tau2.tobytes() == whole.tau2[i : i + 1].tobytes()
        assert alone.estimate.tobytes() == whole.estimate[i : i + 1].tobytes()


def test_each_subset_may_have_effects_of_its_own() -> None:
    yi, vi, members = draw(7, 9, 20)
    own_y = np.where(members, yi, 0.0)
    own_v = np.where(members, vi, 1.0)
    shared = pool_subsets(yi, vi, pack(members))
    own = pool_subsets(own_y, own_v, pack(members))
    np.testing.assert_allclose(own.estimate, shared.estimate, rtol=ROUNDING)
    np.testing.assert_allclose(own.tau2, shared.tau2, rtol=ROUNDING)


def test_what_is_left_out_has_no_part_in_a_fit() -> None:
    yi, vi, members = draw(8, 9, 1)
    out = np.flatnonzero(~members[0])
    assert out.size
    before = pool_subsets(yi, vi, pack(members))
    yi[out], vi[out] = yi.min(), vi.max()  # within the range that is scanned
    after = pool_subsets(yi, vi, pack(members))
    assert before.estimate[0] == pytest.approx(after.estimate[0], rel=1e-12)


def test_equal_effects_leave_knapp_hartung_without_an_interval() -> None:
    got = pool_subsets([0.25] * 4, [0.01, 0.02, 0.05, 0.2], pack(np.ones((1, 4))), ci_method="z")
    assert np.isfinite(got.ci_low[0])
    flat = pool_subsets(
        [0.25] * 4, [0.01, 0.02, 0.05, 0.2], pack(np.ones((1, 4))), ci_method="knapp_hartung"
    )
    assert flat.se[0] == 0
    assert np.isnan([flat.ci_low[0], flat.ci_high[0]]).all()


def test_the_rounding_of_equal_effects_is_no_dispersion() -> None:
    # Their weighted mean is one digit off: y'Py is 1e-31 here, not 0.
    yi, vi = [0.51] * 5, [0.286, 0.052, 0.285, 0.1, 0.133]
    got = pool_subsets(yi, vi, pack([[1, 1, 1, 1, 1]]), ci_method="knapp_hartung")
    assert got.se[0] == 0
    assert np.isnan([got.ci_low[0], got.ci_high[0]]).all()


def test_packing_keeps_the_effect_of_least_weight_first() -> None:
    members = np.zeros((1, 11), dtype=bool)
    members[0, [0, 3, 9]] = True
    assert pack(members).tolist() == [[0b1001, 0b10]]
    np.testing.assert_array_equal(unpack(pack(members), 11), members)


def test_memory_stays_under_a_thousand_bytes_a_fit() -> None:
    yi, vi, _ = draw(9, 17, 1)
    numbers = np.arange(1, 2**17, dtype="<u4")
    subsets = numbers.view(np.uint8).reshape(-1, 4)[:, :3].copy()
    subsets = subsets[np.bitwise_count(subsets).sum(axis=1) > 1][:60_000]
    tracemalloc.start()
    pool_subsets(yi, vi, subsets)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1000 * len(subsets)  # 1 GB at 10^6 fits


TWO = pack([[1, 1, 0]])


@pytest.mark.parametrize(
    ("yi", "vi", "subsets", "message"),
    [
        ([0.1, np.nan, 1], [1, 1, 1], TWO, "yi must be finite"),
        ([0.1, 0.2, 1], [1, 0, 1], TWO, "vi must be finite and above 0"),
        ([0.1, 0.2, 1], [1, 1], TWO, "yi and vi must both have shape"),
        ([[0.1, 0.2, 1]] * 2, [[1, 1, 1]] * 2, TWO, "yi and vi must both have shape"),
        ([0.1, 0.2, 1], [1, 1, 1], pack([[1, 1, 0], [0, 1, 0]]), "subset 2 has fewer"),
        ([0.1, 0.2, 1], [1, 1, 1], TWO[:0], "no subset"),
        ([0.1, 0.2, 1], [1, 1, 1], TWO.astype(int), "must be bytes"),
        ([0.1, 0.2, 1], [1, 1, 1], pack(np.ones((1, 9))), "must be bytes"),
        ([0.1, 0.2, 1], [1, 1, 1], pack([[1, 1, 0, 1]]), "bits beyond the 3 effects"),
    ],
)
def test_what_cannot_be_pooled_is_refused(yi: Any, vi: Any, subsets: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pool_subsets(yi, vi, subsets)


@pytest.mark.parametrize(
    "wrong",
    [{"model": "fixed"}, {"tau2_method": "XX"}, {"ci_method": "t"}, {"level": 1}, {"chunk": 0}],
)
def test_unknown_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        pool_subsets([0.1, 0.2, 1], [1, 1, 1], TWO, **wrong)


seeds = st.integers(0, 2**32 - 1)
methods = st.sampled_from(tuple(ESTIMATORS))


@given(seed=seeds, method=methods)
def test_other_sign_mirrors_the_result(seed: int, method: str) -> None:
    yi, vi, members = draw(seed, 7, 10)
    plain = pool_subsets(yi, vi, pack(members), tau2_method=method)
    mirrored = pool_subsets(-yi, vi, pack(members), tau2_method=method)
    np.testing.assert_array_equal(mirrored.estimate, -plain.estimate)
    np.testing.assert_array_equal(mirrored.ci_low, -plain.ci_high)
    np.testing.assert_array_equal(mirrored.tau2, plain.tau2)


@given(seed=seeds, method=methods, power=st.integers(-20, 20))
def test_unit_of_the_effects_scales_the_result(seed: int, method: str, power: int) -> None:
    yi, vi, members = draw(seed, 7, 10)
    unit = 2.0**power
    plain = pool_subsets(yi, vi, pack(members), tau2_method=method)
    scaled = pool_subsets(unit * yi, unit**2 * vi, pack(members), tau2_method=method)
    contested = plain.several_modes | scaled.several_modes
    floor = vi.min()
    np.testing.assert_allclose(
        (scaled.tau2 / unit**2 + floor)[~contested], (plain.tau2 + floor)[~contested], rtol=ROUNDING
    )
    np.testing.assert_allclose(scaled.q, plain.q, rtol=ROUNDING, atol=1e-12)


@given(seed=seeds, method=methods, chunk=st.integers(1, 20))
def test_order_of_the_subsets_and_chunks_move_nothing(seed: int, method: str, chunk: int) -> None:
    yi, vi, members = draw(seed, 7, 15)
    order = np.random.default_rng(seed).permutation(len(members))
    plain = pool_subsets(yi, vi, pack(members), tau2_method=method)
    other = pool_subsets(yi, vi, pack(members[order]), tau2_method=method, chunk=chunk)
    np.testing.assert_array_equal(other.estimate, plain.estimate[order])
    np.testing.assert_array_equal(other.tau2, plain.tau2[order])


@given(seed=seeds, method=methods)
def test_estimate_lies_among_the_effects_and_tau2_is_no_less_than_0(seed: int, method: str) -> None:
    yi, vi, members = draw(seed, 8, 10)
    got = pool_subsets(yi, vi, pack(members), tau2_method=method)
    lowest = np.where(members, yi, np.inf).min(axis=1)
    highest = np.where(members, yi, -np.inf).max(axis=1)
    assert (got.tau2 >= 0).all()
    slack = 1e-12 * np.abs(yi).max()
    assert ((got.estimate >= lowest - slack) & (got.estimate <= highest + slack)).all()


def test_more_fits_than_are_scanned_together_have_the_same_tau2() -> None:
    effects = ([0.1, 0.3, 0.9], [0.02, 0.02, 0.03])
    one = pool_subsets(*effects, pack([[1, 1, 1]])).tau2
    many = pool_subsets(*effects, pack(np.ones((2049, 3))), chunk=2049).tau2
    assert set(many) == set(one)
