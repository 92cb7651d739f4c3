"""Reports on other measures: printed as their outcomes run, favouring the right side."""

import math
import re

import pytest
from tests.plans import small_plan
from tests.report_records import EFFECT, KEY, PLAN, POOL, make_pages, make_records

from metarepro.plan import Plan

#: Half as many events with the intervention, of which fewer is better: positive inside.
HALF = {
    **{"ci_low": math.log(1.25), "ci_high": math.log(4), "pi_low": math.nan, "pi_high": math.nan},
    **{"effect_measure": "RR", "better": "lower"},
}
RATIOS = small_plan(
    measure="RR",
    **{name: getattr(PLAN, name).model_dump() for name in ("evidence", "reproduction")},
    sets={name: chosen.model_dump() for name, chosen in PLAN.sets.items()},
    syntheses={name: synthesis.model_dump() for name, synthesis in PLAN.syntheses.items()},
)


def pages_of(plan: Plan, key: str = KEY) -> dict[str, str]:
    pool = POOL | HALF | {"synthesis": key, "estimate": math.log(2)}
    weight = {"synthesis": key, "result_id": "ann2001-01", "trial_id": "ann2001", "weight": 100.0}
    effect = EFFECT | HALF | {"yi": math.log(2), "sei": 0.3}
    return make_pages(make_records(plan=plan, pooled=[pool], effects=[effect], weights=[weight]))


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        (RATIOS, KEY),
        # A standardised study with one outcome that has its own measure.
        (PLAN.model_copy(update={"outcome_measures": {"warmth": "RR"}}), f"{KEY}.RR"),
    ],
    ids=["study", "outcome"],
)
def test_fewer_events_are_printed_below_1_on_every_page(plan: Plan, key: str) -> None:
    pages = pages_of(plan, key)
    for path in ("index.html", f"syntheses/{key}.html", "trials/ann2001.html", "results.html"):
        words = re.sub(r"<[^>]*>", " ", pages[path])
        assert "0.50 [0.25, 0.80]" in words, path
        assert not re.search(r"2\.00|\b0\.69\b|\[1\.25", words), path
        assert "above 1 in favour" not in words, path


def test_the_sentence_favours_the_intervention() -> None:
    said = re.sub(r"<[^>]*>", " ", pages_of(RATIOS)[f"syntheses/{KEY}.html"])
    assert "The trial shows an effect in favour of the intervention (RR 0.50" in said
