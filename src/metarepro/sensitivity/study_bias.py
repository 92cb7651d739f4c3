"""Small-study effects and selection in the pool of one table."""

import math

import pandas as pd

from metarepro.models.robust_variance import RHO
from metarepro.sensitivity.bias import BiasResult, assess
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.study_pool import DEFAULT_CI, DEFAULT_TAU2, StudyPool


def small_study(result: StudyPool) -> pd.DataFrame:
    """Test the pool of a table for small-study effects and selection.

    Parameters
    ----------
    result : StudyPool
        What `synthesis.study_pool.pool_studies` gives; several results of a trial are averaged.

    Returns
    -------
    DataFrame
        One row per method of `bias.METHODS` with the columns of `bias.BiasResult`: Egger's tests
        (of standardised mean differences by Pustejovsky and Rodgers 2019), Peters' and Begg's,
        trim-and-fill, PET, PEESE, the selection model, excess of significant results, fail-safe N.
        With fewer than 10 trials, or numbers that a method cannot take, `reason` says so.

    Examples
    --------
    >>> import metarepro
    >>> studies = pd.read_csv("examples/bcg.csv")
    >>> found = metarepro.small_study(metarepro.pool(studies, measure="RR")).set_index("method")
    >>> found.loc["egger", ["statistic", "p_value"]].astype(float).round(3).tolist()
    [-1.401, 0.189]
    """
    studies = result.studies.dropna(subset="yi").reset_index(drop=True)
    effects = pd.DataFrame(
        {
            "trial_id": studies["trial"].astype(str),
            "label": studies["study"],
            "year": math.nan,
            "yi": studies["yi"],
            "vi": studies["vi"],
            "effect_measure": result.measure,
            "n_t": studies["n_t"].astype(float),
            "n_c": studies["n_c"].astype(float),
            "n_total": studies["n_t"].astype(float) + studies["n_c"].astype(float),
            "trial_design_effect": 1.0,
        }
    )
    settings = Settings(DEFAULT_TAU2, DEFAULT_CI, RHO, level=result.level)
    found: tuple[BiasResult, ...] = assess(effects, settings)
    return pd.DataFrame(found)
