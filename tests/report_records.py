"""Small records for tests of the report: tables that are empty but for the rows that are given."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from tests.plans import small_plan

from metarepro.catalogue import DOWNLOADS, RESULT_TABLES
from metarepro.plan import Plan
from metarepro.report.blocks import Page
from metarepro.report.records import Records
from metarepro.report.site import Renderer, make_site
from metarepro.tabular.tables import empty_table

PLAN = small_plan(
    sets={
        "post": {"label": "", "timepoints": ["post"], "tiers": ["direct", "derived"]},
        "every": {"label": "all", "timepoints": ["post"], "tiers": ["direct"]},
    },
    evidence={"synthesis": "intervention_domain", "set": "post", "beside": "every"},
    syntheses={"intervention_domain": {"by": ["intervention", "domain"]}},
    reproduction={"tiers": ["direct"], "basis": ["listed", "plausible"]},
)
PLAY: dict[str, Any] = {"intervention": "play", "label": "Play", "family": "parenting"}
WARMTH: dict[str, Any] = {"outcome": "warmth", "label": "Warmth", "domain": "closeness"}
TRIAL: dict[str, Any] = {
    **{"trial_id": "ann2001", "label": "Ann 2001", "year": 2001.0, "year_verified": "yes"},
    **{"intervention": "play", "design": "rct", "n_randomised": 80.0, "row": 2.0},
    **{"file": "data/trials/trials.csv", "sha256": "0" * 64},
}
RESULT: dict[str, Any] = {
    **{"result_id": "ann2001-01", "trial_id": "ann2001", "outcome": "warmth", "measure": "scale"},
    **{"timepoint": "post", "timepoint_detail": "after", "statistic": "smd", "value": -0.4},
    **{"ci_low": -0.8, "ci_high": 0.0, "higher_is_better": "no", "sign": "scale"},
    **{"adjusted": "no", "n_basis": "analysed", "source_kind": "abstract", "row": 7.0},
    **{"source": "https://example.org/a", "locator": "table 2", "sha256": "1" * 64},
    "file": "data/trials/results.csv",
}
EFFECT: dict[str, Any] = {
    **{name: RESULT[name] for name in ("result_id", "trial_id", "outcome", "measure", "sha256")},
    **{"label": "Ann 2001", "year": 2001.0, "intervention": "play", "family": "parenting"},
    **{"domain": "closeness", "timepoint": "post", "timepoint_detail": "after"},
    **{"statistic": "smd", "design": "rct", "adjusted": "no", "source_kind": "abstract"},
    **{"effect_measure": "SMD", "better": "higher"},
    **{"n_total": 80.0, "yi": 0.39, "vi": 0.04, "sei": 0.2, "ci_low": 0.0, "ci_high": 0.78},
    **{"route": "smd", "se_source": "ci", "tier": "direct", "source": "https://example.org/a"},
    **{"locator": "table 2", "file": "data/trials/results.csv", "row": 7.0},
}
KEY = "post.intervention_domain.play.closeness"
POOL: dict[str, Any] = {
    **{"synthesis": KEY, "set_name": "post", "intervention": "play", "family": "parenting"},
    **{"domain": "closeness", "timepoint": "post", "tiers": "direct+derived"},
    **{"effect_measure": "SMD", "better": "higher"},
    **{"model": "single_trial", "ci_method": "z", "n_trials": 1.0, "k": 1.0},
    **{"n_participants": 80.0, "estimate": 0.39, "se": 0.2, "ci_low": 0.0, "ci_high": 0.78},
    **{"p_value": 0.05, "reason": "a single trial: nothing is pooled, its own effect is shown"},
    "trial_ids": "ann2001",
}
REVIEW: dict[str, Any] = {
    **{"review_id": "rev2020", "label": "Rev 2020", "role": "cited", "families": "parenting"},
    "n_studies": 10.0,
}
NAMES = [table.name for table in DOWNLOADS]
ROWS: dict[str, list[dict[str, Any]]] = {
    "interventions": [PLAY],
    "domains": [{"domain": "closeness", "label": "Closeness", "order": 1.0}],
    "outcomes": [WARMTH],
    "trials": [TRIAL],
    "results": [RESULT],
    "effects": [EFFECT],
    "pooled": [POOL, POOL | {"synthesis": KEY.replace("post", "every"), "set_name": "every"}],
    "weights": [
        {"synthesis": KEY, "result_id": "ann2001-01", "trial_id": "ann2001", "weight": 100.0}
    ],
    "reviews": [REVIEW],
    "included": [{"review_id": "rev2020", "trial_id": "ann2001", "basis": "plausible"}],
}


def make_table(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of the report; text that a row lacks is empty, numbers are nan."""
    empty = empty_table(RESULT_TABLES[name])
    numbers = set(empty.select_dtypes("number").columns)
    columns = {
        column: pd.Series(
            [row.get(column, float("nan") if column in numbers else "") for row in rows],
            dtype=empty[column].dtype,
        )
        for column in empty.columns
    }
    return pd.DataFrame(columns)


def make_records(
    figures: Sequence[str] = (), plan: Plan = PLAN, **tables: Sequence[Mapping[str, Any]]
) -> Records:
    """One trial with one result, in one synthesis; `tables` take the place of those here."""
    rows = ROWS | {name: list(changed) for name, changed in tables.items()}
    return _records(rows, plan, figures)


def empty_records(plan: Plan = PLAN) -> Records:
    """A study into which nothing has been entered."""
    return _records({}, plan, ())


def _records(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], plan: Plan, figures: Sequence[str]
) -> Records:
    made = {name: make_table(name, rows.get(name, [])) for name in NAMES}
    return Records(made, plan, frozenset(figures))


def make_pages(records: Records) -> dict[str, str]:
    """The whole report: path of a page to its HTML."""
    files = [(name, "a table") for name, table in records.tables.items() if len(table)]
    site = make_site(records, "", files, [])
    renderer = Renderer(site, records.measure, [f"data/{name}.csv" for name, _ in files], {})
    return {page.path: renderer.render(page) for page in site.pages}


def render(records: Records, page: Page) -> str:
    """One page as HTML."""
    return Renderer(make_site(records, "", [], []), records.measure, [], {}).render(page)
