"""How well columns go together: by the words of their headers, their places and their values."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from metarepro.extraction.profiles import Column

A = TypeVar("A")
B = TypeVar("B")


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of the words that two topics have in common; 1 where neither has any.

    Examples
    --------
    >>> likeness(("eot", "dep"), ("eot",)), likeness((), ())
    (0.5, 1.0)
    """
    if not one and not other:
        return 1.0
    return len(set(one) & set(other)) / len(set(one) | set(other))


def nearness(one: int, other: int) -> float:
    """1 for columns side by side, less for columns further apart."""
    return 1 / max(1, abs(one - other))


def alike(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Share of the rows with a number in both columns, of those with one in either."""
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 0.0


def goes_with(one: Column, other: Column) -> float:
    """How well two columns of one analysis go together, from 0 to 4."""
    words = likeness(one.header.topic, other.header.topic)
    return 2 * words + nearness(one.place, other.place) + alike(one.filled, other.filled)


def best_pairs(
    ones: Iterable[A], others: Iterable[B], score: Callable[[A, B], float]
) -> list[tuple[A, B]]:
    """Pair things, the best pair first, each thing once; only pairs with a score above 0."""
    ones, others = list(ones), list(others)
    scored = [
        (score(one, other), -i, -j) for i, one in enumerate(ones) for j, other in enumerate(others)
    ]
    used: tuple[set[int], set[int]] = (set(), set())
    pairs = []
    for value, i, j in sorted(scored, reverse=True):
        if value > 0 and -i not in used[0] and -j not in used[1]:
            used[0].add(-i)
            used[1].add(-j)
            pairs.append((ones[-i], others[-j]))
    return pairs
