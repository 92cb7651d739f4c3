"""Which pool a claim is set against."""

from collections.abc import Mapping
from typing import Any

from metarepro.plan import Plan
from metarepro.tabular.report_tables import POOLED_CLAIMS


def pool_key(plan: Plan, claim: Mapping[Any, Any]) -> str:
    """Key of the pool that a claim is set against, in the plan's set of evidence.

    Its kind is one of `POOLED_CLAIMS`, and the plan has a synthesis by the columns that it needs
    (`study.planned`).
    """
    name = plan.synthesis_by(POOLED_CLAIMS[claim["claim_kind"]])
    values = [claim[column] for column in plan.syntheses[name].by]
    measure = plan.measure_of(claim["outcome"])
    suffix = [measure] if measure != plan.measure else []
    return ".".join([plan.evidence.set, name, *values, *suffix])
