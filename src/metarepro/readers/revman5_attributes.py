"""Attributes of RevMan 5 files as numbers, and ratios that stand there as logs as well."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from metarepro.readers.review_numbers import (
    LEVELS,
    NotANumberError,
    level_of,
    parse_number,
    parse_published,
)
from metarepro.readers.review_tables import add_problem
from metarepro.readers.xml_tree import Element
from metarepro.tabular.printed_numbers import decimals
from metarepro.tabular.problems import Problem

# Of a printed ratio, to that of its log.
_RATIO_TOLERANCE = 1e-4


def _typed_in(text: str) -> float:
    return parse_number(text) if text.strip() else math.nan


class Attributes:
    """Reads attributes of elements and collects what is wrong with them.

    Parameters
    ----------
    file : str
        Name of the file in problems.
    """

    def __init__(self, file: str):
        self.file = file
        self.problems: list[Problem] = []
        # Most of a file's numbers stand in it again and again.
        self._typed_in = lru_cache(maxsize=None)(_typed_in)
        self._calculated = lru_cache(maxsize=None)(parse_published)

    def inputs(
        self, element: Element, sources: Mapping[str, str], *, needed: bool
    ) -> dict[str, float]:
        """What the authors of the review typed in, by column."""
        return self._numbers(element, sources, self._typed_in, needed)

    def published(self, element: Element, attribute: str) -> float:
        """What RevMan calculated; it writes NaN and infinities where there is nothing."""
        return self.results(element, {attribute: attribute})[attribute]

    def results(self, element: Element, sources: Mapping[str, str]) -> dict[str, float]:
        """What RevMan calculated, by column."""
        return self._numbers(element, sources, self._calculated, False)

    def _numbers(
        self,
        element: Element,
        sources: Mapping[str, str],
        parse: Callable[[str], float],
        needed: bool,
    ) -> dict[str, float]:
        given = element.attributes
        try:
            return {column: parse(given[attribute]) for column, attribute in sources.items()}
        except (KeyError, NotANumberError):  # seldom: each for itself
            numbers = dict.fromkeys(sources, math.nan)
        for column, attribute in sources.items():
            try:
                numbers[column] = parse(given[attribute])
            except KeyError:
                if needed:
                    self.wrong(element, attribute, "no such attribute", "a number, or empty")
            except NotANumberError as error:
                self.wrong(element, attribute, given[attribute], str(error))
        return numbers

    def choice(
        self,
        element: Element,
        attribute: str,
        default: str,
        choices: tuple[str, ...] = ("YES", "NO"),
    ) -> str:
        """One of a few words; without default the attribute must be there."""
        value = element.attributes.get(attribute, default)
        if value not in choices:
            self.wrong(element, attribute, value or "nothing", "one of: " + ", ".join(choices))
            return choices[-1]
        return value

    def level(self, outcome: Element, attribute: str) -> float:
        """Level of intervals: 95 as 0.95."""
        level = level_of(self.inputs(outcome, {attribute: attribute}, needed=True)[attribute])
        if math.isnan(level):
            if attribute in outcome.attributes:
                self.wrong(outcome, attribute, outcome.attributes[attribute], LEVELS)
            return 0.95
        return level

    def take(
        self, element: Element, sources: Mapping[str, str], row: dict[str, Any]
    ) -> dict[str, str]:
        """Put published values into a row, by column; the values as they are written."""
        results = self.results(element, sources)
        row |= results
        there = (column for column, number in results.items() if not math.isnan(number))
        return {column: element.attributes[sources[column]] for column in there}

    def wrong(self, element: Element, attribute: str, found: str, allowed: str) -> None:
        """Note a problem of an attribute."""
        place = f"{element.tag} {attribute}"
        add_problem(self.problems, Problem(self.file, element.line, place, found, allowed))


@dataclass
class Logs:
    """A pool whose effect is there as natural logs, from those to base 10, and as ratios.

    Parameters
    ----------
    row : dict
        What is published of the pool, by column.
    texts : dict of str
        The same as it is written.
    ratios, printed : dict
        Estimate and limits as ratios, and as they are written.
    """

    row: dict[str, Any]
    texts: dict[str, str]
    ratios: dict[str, float]
    printed: dict[str, str]


def ratios_instead_of_logs(pools: Iterable[Logs], names: Mapping[str, str]) -> list[str]:
    """Put the ratios into the rows where they are not those of the logs; notes of these.

    Parameters
    ----------
    pools : iterable of Logs
        All of a file, as a single value does not show how many digits are printed.
    names : dict of str
        Attributes of the ratios by the columns of estimate and limits.
    """
    listed, notes = list(pools), []
    of_ratios = _finest(text for pool in listed for text in pool.printed.values())
    of_logs = _finest(pool.texts[c] for pool in listed for c in names if c in pool.texts)
    for pool in listed:
        wrong = [
            f"{name} {pool.printed[column]} does not agree with LOG_{name} {pool.texts[column]}"
            for column, name in names.items()
            if column in pool.texts
            and column in pool.printed
            and not _same(pool.ratios[column], pool.row[column], of_ratios, of_logs)
        ]
        if not wrong:
            continue
        keys = ("comparison_number", "outcome_number", "subgroup_number")
        number = ".".join(pool.row[key] for key in keys if key in pool.row)
        what = "; ".join(wrong)
        notes.append(f"{number} {pool.row['outcome']!r}: {what}; the ratios are taken")
        for column in names:
            pool.texts.pop(column, None)
        pool.row |= pool.ratios | {"published_scale": "ratio"}
        pool.texts |= pool.printed
    return notes


def _finest(texts: Iterable[str]) -> int:
    """Decimals of the most precise number, as zeros at the end are dropped; not of exponents."""
    listed = list(texts)
    plain = [text for text in listed if "e" not in text.lower()]
    return max(map(decimals, plain or listed), default=0)


def _same(ratio: float, log: float, ratio_decimals: int, log_decimals: int) -> bool:
    """Whether a ratio is that of a log within the digits that are printed of both."""
    # exp() of more is no float.
    of_log = math.exp(min(log, 700))
    relative = max(_RATIO_TOLERANCE, math.expm1(math.log(10) * 0.5 * 10.0**-log_decimals))
    return abs(ratio - of_log) <= 0.5 * 10.0**-ratio_decimals + relative * of_log
