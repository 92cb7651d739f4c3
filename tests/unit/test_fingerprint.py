"""Fingerprints: equal for equal values, different for others, refused where not all is known."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps

import numpy as np
import pandas as pd
import pytest

from draw_sensitivity import tasks
from metarepro.fingerprint import fingerprint

FRAME = pd.DataFrame({"trial_id": ["a", "b"], "yi": [0.1, np.nan]})


@dataclass(frozen=True)
class Choice:
    rho: float


@dataclass(frozen=True)
class OtherChoice:
    rho: float


def double(value: float) -> float:
    return 2 * value


def halve(value: float) -> float:
    return value / 2


for function in (double, halve):
    function.__module__ = "metarepro.made_up"

DIFFERENT = [
    *(1, 1.0, "1", True, None, math.nan, "nan", 0.1, math.nextafter(0.1, 1), -0.0, 0.0),
    *((), [], {}, ("a", "b"), ["a", "b"], ("a, b",), (("a",), "b"), [["a"], "b"]),
    *({"a": "b"}, {"b": "a"}, ["mapping", ["a", "b"]], ["mapping", ["list", "a", "b"]]),
    *(Choice(0.8), OtherChoice(0.8), Choice(0.6), ["Choice", ["rho", 0.8]]),
    *(np.array([1, 2]), np.array([1.0, 2.0]), np.array([[1], [2]]), np.array([[1, 2]])),
    *(np.zeros((0, 2)), np.zeros((0, 3)), np.float64(1), np.int64(1), np.bool_(True)),
    *(double, halve, partial(double, 1.0), partial(double, value=1.0), partial(halve, 1.0)),
    FRAME,
    FRAME.rename(columns={"yi": "vi"}),
    FRAME[["yi", "trial_id"]],
    FRAME.iloc[::-1],
    FRAME.iloc[:1],
    FRAME.iloc[:0],
    FRAME.set_axis([1, 2]),
    FRAME.rename_axis("row"),
    FRAME.set_axis(["yi", "yi"], axis="columns"),
    FRAME.assign(yi=[0.1, 0.0]),
    FRAME.assign(yi=[math.nextafter(0.1, 1), np.nan]),
    FRAME.assign(trial_id=["a", "nan"]),
    FRAME.assign(trial_id=pd.Series(["a", None])),
    FRAME.assign(trial_id=pd.Series(["a", None], dtype=object)),
]


def times(number: float) -> Callable[[float], float]:
    """A function that says by name and module that it is `double`."""

    @wraps(double)
    def function(value: float) -> float:
        return number * value

    return function


class Text(str):
    """Text that carries something beside it."""


REFUSED = [
    *(lambda: 1, partial(lambda: 1), object(), {1, 2}, b"a", Text("a"), Choice, times(2)),
    *(tasks, np.longdouble(1)),
    np.array([object()]),
    FRAME.assign(yi=pd.Series([object(), object()], dtype=object)),
    FRAME.assign(trial_id=pd.Categorical(["a", "b"])),
    FRAME.assign(yi=pd.to_datetime(["2001-01-01", "2002-01-01"])),
]


def test_different_values_differ() -> None:
    prints = [fingerprint(value) for value in DIFFERENT]
    assert len(set(prints)) == len(prints)


@pytest.mark.parametrize("place", range(len(DIFFERENT)))
def test_equal_values_agree(place: int) -> None:
    value = DIFFERENT[place]
    copy = value.copy() if isinstance(value, pd.DataFrame | np.ndarray) else value
    assert fingerprint((value, 1)) == fingerprint((copy, 1))


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__name__)
def test_what_cannot_be_told_apart_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot tell"):
        fingerprint([value])
