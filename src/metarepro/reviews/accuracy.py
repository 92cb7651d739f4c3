"""Sensitivity and specificity of each study of a review of diagnostic test accuracy."""

import math

from scipy import special

from metarepro.readers.review_tables import ACCURACY_COUNTS, ACCURACY_RESULTS, Extraction, Row

LEVEL = 0.95
#: Packages print six decimals.
TOLERANCE = 1e-6


def proportion(events: float, n: float, level: float = LEVEL) -> tuple[float, float, float]:
    """A proportion with its exact interval (Clopper & Pearson 1934), as RevMan prints it.

    Parameters
    ----------
    events, n : float
        Counts; without anyone, and for events that cannot be, all is nan.
    level : float

    Returns
    -------
    tuple of float
        Proportion, lower and upper limit.

    Examples
    --------
    >>> [round(x, 6) for x in proportion(71, 76)]
    [0.934211, 0.85311, 0.978295]
    """
    if not 0 <= events <= n or n == 0:
        return math.nan, math.nan, math.nan
    tail = (1 - level) / 2
    low = special.betaincinv(events, n - events + 1, tail) if events > 0 else 0.0
    high = special.betainccinv(events + 1, n - events, tail) if events < n else 1.0
    return float(events / n), float(low), float(high)


def recompute_accuracy(extraction: Extraction, file: str) -> list[Row]:
    """Compute sensitivity and specificity of each study again.

    Parameters
    ----------
    extraction : Extraction
    file : str
        How the file is called in the table.

    Returns
    -------
    list of dict
        Rows of `tables.REVIEW_ACCURACY`, one per study; none for a review of interventions.
    """
    rows = []
    for study in extraction.accuracy_rows:
        tp, fp, fn, tn = (study[name] for name in ACCURACY_COUNTS)
        ours = (*proportion(tp, tp + fn), *proportion(tn, tn + fp))
        columns = dict(zip(ACCURACY_RESULTS, ours, strict=True))
        differences = [
            abs(study[f"published_{name}"] - value)
            for name, value in columns.items()
            if not math.isnan(study[f"published_{name}"])
        ]
        rows.append(
            {"file": file}
            | study
            | {f"reproduced_{name}": value for name, value in columns.items()}
            | {"verdict": _verdict(differences, ours)}
        )
    return rows


def _verdict(differences: list[float], ours: tuple[float, ...]) -> str:
    if not differences:
        return "not_estimable" if all(map(math.isnan, ours)) else "not_published"
    return "exact" if all(x <= TOLERANCE for x in differences) else "different"
