"""Summary tables and their pages: what a reader meets."""

import math
import re
from typing import Any

import pandas as pd
import pytest

from metarepro.plan import Evidence
from metarepro.wording import summaries
from metarepro.wording.html_tables import Page, render_table
from metarepro.wording.phrases import inert, interval

NAN = math.nan
PLAN = Evidence(synthesis="intervention_domain", set="post", beside="all")
CODEBOOK = (
    pd.DataFrame({"intervention": ["play"], "label": ["Play"], "family": ["parenting"]}),
    pd.DataFrame({"domain": ["mind", "body"], "label": ["Mind", "Body"], "order": [2.0, 1.0]}),
    pd.DataFrame({"outcome": ["mood"], "label": ["Mood"], "domain": ["mind"]}),
)


def pooled(**changes: Any) -> pd.DataFrame:
    row: dict[str, Any] = {
        "synthesis": "post.intervention_domain.play.mind",
        "set_name": "post",
        "intervention": "play",
        "domain": "mind",
        "n_trials": 3.0,
        "k": 4.0,
        "n_participants": 1234.0,
        "timepoint": "post",
        **{"estimate": 0.3, "ci_low": -0.004, "ci_high": 0.6, "pi_low": NAN, "pi_high": NAN},
        **{"i2_q": 12.5, "i2_tau2": 10.0, "p_value": 0.0004, "tau2": NAN, "model": "random"},
        **{"flags": "df_below_4; n_unknown_in_2_trials", "reason": ""},
    }
    return pd.DataFrame([row | changes])


def effects(**changes: Any) -> pd.DataFrame:
    row: dict[str, Any] = {
        **{"result_id": "a-01", "trial_id": "a", "label": "A 2001", "year": NAN, "arm": ""},
        **{"intervention": "play", "domain": "mind", "outcome": "mood", "timepoint": "post"},
        **{"timepoint_detail": "end", "measure": "CES-D", "n_t": NAN, "n_c": NAN, "n_total": NAN},
        **{"yi": -0.2, "ci_low": -0.5, "ci_high": 0.1, "statistic": "smd", "se_source": "ci"},
        **{"tier": "direct", "assumptions": "", "exclude": "", "exclude_reason": ""},
        **{"source": "https://example.org", "locator": "abstract"},
    }
    return pd.DataFrame([row | changes])


def test_empty_cells_of_the_evidence_are_shown() -> None:
    table = summaries.evidence(effects(), pooled(), CODEBOOK[0], CODEBOOK[1], PLAN)
    assert list(table["Domain"]) == ["Body", "Mind"]
    empty, full = table.to_dict("records")
    assert (empty["Trials"], empty["g [95% CI]"]) == ("0", "–")
    assert empty["Remarks"] == "no result that can be pooled"
    assert full["g [95% CI]"] == "0.30 [0.00, 0.60]"
    assert full["Participants"] == "at least 1,234"
    assert "fewer than 4 degrees of freedom" in full["Remarks"]
    assert full["Direct"] == "1"


def test_missing_numbers_say_so() -> None:
    (row,) = summaries.results(effects(), *CODEBOOK).to_dict("records")
    assert (row["Year"], row["n"]) == ("not reported", "not reported")


def test_exclusions_are_counted_by_code() -> None:
    table = summaries.exclusions(effects(exclude="duplicate")).set_index("Code")
    assert table.loc["duplicate", "Results"] == "1"
    assert table["Results"].astype(int).sum() == 1


def test_every_exclusion_code_of_the_library_has_a_meaning() -> None:
    from pathlib import Path

    from metarepro.tabular.input_tables import EXCLUSIONS

    code = "".join(
        Path(f"src/metarepro/conversion/{name}.py").read_text() for name in ("routes", "reported")
    )
    raised = set(re.findall(r'(?:NoRouteError|need)\(\s*"(\w+)"', code))
    assert raised
    assert raised | set(EXCLUSIONS) <= set(summaries.EXCLUSIONS)


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", 'A & B "C"', "=1+1"])
def test_pages_escape_what_comes_from_data(label: str) -> None:
    page = Page("name", "Title", "Caption.", summaries.results(effects(label=label), *CODEBOOK))
    html = render_table(page)
    assert "<script" not in html
    assert ">nan<" not in html
    assert "A & B" not in html


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("−0.2", "−0.2"), ("0.2", "0.2"), ("", "")],
)
def test_no_cell_is_taken_for_a_formula(cell: str, safe: str) -> None:
    assert inert(cell) == safe


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0.34, 0.2, 0.49), "0.34 [0.20, 0.49]"),
        ((-0.001, -1.0, 0.5), "0.00 [−1.00, 0.50]"),
        ((0.3, NAN, 0.5), "0.30"),
        ((NAN, -1.0, 1.0), "[−1.00, 1.00]"),
        ((NAN, NAN, NAN), "–"),
    ],
)
def test_intervals(numbers: tuple[float, float, float], text: str) -> None:
    assert interval(*numbers) == text


def test_a_trial_is_listed_with_all_its_interventions() -> None:
    both = pd.DataFrame({"intervention": ["play", "talk"], "label": ["Play", "Talk"]})
    trial = {"trial_id": "a", "label": "A 2001", "intervention": "talk play", "design": "rct"}
    trial |= dict.fromkeys(("programme", "country", "title"), "")
    table = summaries.trials(pd.DataFrame([trial | {"n_randomised": 80.0}]), effects(), both)
    assert list(table["Intervention"]) == ["Talk; Play"]


@pytest.mark.parametrize(
    ("kept", "words", "said"),
    [
        ("a-02", "same table", "kept: a-02; same table"),
        ("a-02", "", "kept: a-02"),
        ("", "no SD", "no SD"),
    ],
)
def test_the_reason_of_a_duplicate_names_the_kept_row(kept: str, words: str, said: str) -> None:
    excluded = effects(exclude="duplicate", duplicate_of=kept, exclude_reason=words)
    assert list(summaries.excluded_results(excluded)["Reason"]) == [said]
