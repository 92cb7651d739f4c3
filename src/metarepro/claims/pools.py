"""Which pool a claim is set against."""

from collections.abc import Mapping
from typing import Any

from metarepro.plan import Key, Plan


def pool_key(plan: Plan, claim: Mapping[Any, Any], *by: Key) -> str:
    """Key of the pool of a claim's values of the columns `by`, in the plan's set of evidence.

    "" where the plan has no synthesis by exactly these columns.
    """
    measure = plan.measure_of(claim["outcome"])
    suffix = [measure] if measure != plan.measure else []
    for name, synthesis in plan.syntheses.items():
        if set(synthesis.by) == set(by):
            values = [claim[column] for column in synthesis.by]
            return ".".join([plan.evidence.set, name, *values, *suffix])
    return ""
