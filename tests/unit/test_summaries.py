"""Summary tables and their pages: what a reader meets."""

import math
import re
from typing import Any

import pandas as pd
import pytest
from tests.plans import small_plan

from metarepro.tabular.spreadsheet_cells import escape
from metarepro.wording import summaries
from metarepro.wording.phrases import interval
from metarepro.wording.scales import Scale

NAN = math.nan
SMD = Scale()
PLAN = small_plan(
    evidence={"synthesis": "cell", "set": "post", "beside": "all"},
    sets={
        "post": {"label": "", "timepoints": ["post"], "tiers": ["direct"]},
        "all": {"label": "of all tiers", "timepoints": ["post"], "tiers": ["direct", "derived"]},
    },
)
CODEBOOK = {
    "interventions": pd.DataFrame(
        {"intervention": ["play"], "label": ["Play"], "family": ["parenting"]}
    ),
    "domains": pd.DataFrame(
        {"domain": ["mind", "body"], "label": ["Mind", "Body"], "order": [2.0, 1.0]}
    ),
    "outcomes": pd.DataFrame({"outcome": ["mood"], "label": ["Mood"], "domain": ["mind"]}),
}
NAMES = summaries.labels(CODEBOOK, PLAN.families)


def pooled(**changes: Any) -> pd.DataFrame:
    row: dict[str, Any] = {
        "synthesis": "post.cell.play.mind",
        "set_name": "post",
        "intervention": "play",
        "domain": "mind",
        "n_trials": 3.0,
        "k": 4.0,
        "n_participants": 1234.0,
        "timepoint": "post",
        **{"effect_measure": "SMD", "better": "higher"},
        **{"estimate": 0.3, "ci_low": -0.004, "ci_high": 0.6, "pi_low": NAN, "pi_high": NAN},
        **{"i2_q": 12.5, "i2_tau2": 10.0, "p_value": 0.0004, "tau2": NAN, "model": "random"},
        **{"flags": "df_below_4", "n_unknown": 2.0, "rho": NAN, "reason": ""},
    }
    return pd.DataFrame([row | changes])


def effects(**changes: Any) -> pd.DataFrame:
    row: dict[str, Any] = {
        **{"result_id": "a-01", "trial_id": "a", "label": "A 2001", "year": NAN, "arm": ""},
        **{"intervention": "play", "domain": "mind", "outcome": "mood", "timepoint": "post"},
        **{"timepoint_detail": "end", "measure": "CES-D", "n_t": NAN, "n_c": NAN, "n_total": NAN},
        **{"effect_measure": "SMD", "better": "higher"},
        **{"yi": -0.2, "ci_low": -0.5, "ci_high": 0.1, "statistic": "smd", "se_source": "ci"},
        **{"tier": "direct", "assumptions": "", "exclude": "", "exclude_reason": ""},
        **{"source": "https://example.org", "locator": "abstract"},
    }
    return pd.DataFrame([row | changes])


def test_empty_cells_of_the_evidence_are_shown() -> None:
    tables = CODEBOOK | {"effects": effects(), "pooled": pooled()}
    table = summaries.evidence(tables, PLAN, SMD)
    assert list(table["Domain"]) == ["Body", "Mind"]
    empty, full = table.to_dict("records")
    assert (empty["Trials"], empty["g [95% CI]"]) == ("0", "–")
    assert empty["Remarks"] == "no result that can be pooled"
    assert full["g [95% CI]"] == "0.30 (too few trials for a reliable interval)"
    assert full["Participants"] == "at least 1,234"
    assert "fewer than 4 degrees of freedom" in full["Remarks"]
    assert full["As reported"] == "1"


def test_missing_numbers_say_so() -> None:
    (row,) = summaries.results(effects(), NAMES, SMD).to_dict("records")
    assert (row["Year"], row["n"]) == ("not reported", "not reported")


def test_exclusions_are_counted_by_reason() -> None:
    table = summaries.exclusions(effects(exclude="duplicate")).set_index("Reason")
    assert table.loc["another row has the same result", "Results"] == "1"
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


def test_reasons_that_do_not_occur_are_not_listed() -> None:
    assert summaries.exclusions(effects()).empty
    (row,) = summaries.exclusions(effects(exclude="duplicate")).to_dict("records")
    assert row["Reason"] == "another row has the same result"


def test_families_have_the_names_of_the_plan() -> None:
    assert NAMES["parenting"] == "Parenting"


def test_headings_have_measure_and_level_of_the_study() -> None:
    words = Scale("RR", level=0.9)
    table = effects(effect_measure="RR", better="higher")
    (row,) = summaries.results(table, NAMES, words).to_dict("records")
    # exp(-0.2) etc.
    assert row["RR [90% CI]"] == "0.82 [0.61, 1.11]"


def test_a_ratio_of_which_less_is_better_is_printed_as_the_outcome_runs() -> None:
    # Inside −0.2 is worse: 22% more events, exp(0.2) with exp(-0.1) and exp(0.5).
    table = effects(effect_measure="RR", better="lower")
    (row,) = summaries.results(table, NAMES, Scale("RR")).to_dict("records")
    assert row["RR [95% CI]"] == "1.22 [0.90, 1.65]"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("−0.2", "−0.2"), ("0.2", "0.2"), ("", "")],
)
def test_no_cell_is_taken_for_a_formula(cell: str, safe: str) -> None:
    assert escape(cell) == safe


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


def test_names_are_in_the_order_of_the_codebook() -> None:
    """Forest plots take the order of their subgroups from it."""
    codebook = CODEBOOK | {
        "interventions": pd.DataFrame(
            {"intervention": ["rest", "parenting"], "label": ["Rest", "Own name"]}
        )
    }
    names = summaries.labels(codebook, PLAN.families)
    assert list(names)[:2] == ["rest", "parenting"]
    assert names["parenting"] == "Own name"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("mean_difference -0.98", "mean difference \u22120.98"),
        ("-0.19 [-3.04, 22.65]", "\u22120.19 [\u22123.04, 22.65]"),
        ("p 0.024 to 0.034", "p 0.024 to 0.034"),
        ("CBCL 1.5-5", "CBCL 1.5-5"),
        ("", ""),
    ],
)
def test_numbers_of_a_finding_have_minus_signs_and_no_codes(printed: str, said: str) -> None:
    finding = {"check": "off_centre_ci", "printed": printed, "implied": "", "message": ""}
    assert list(summaries.audit(pd.DataFrame([finding]))["Printed"]) == [said]


def test_the_message_of_a_finding_is_a_sentence_without_codes_to_replace() -> None:
    said = "means and SDs give 0.36, printed 0.45"
    finding = {"check": "off_centre_ci", "printed": "", "implied": "", "message": said}
    assert list(summaries.audit(pd.DataFrame([finding]))["Message"]) == [
        said.replace("-", "\u2212")
    ]


@pytest.mark.parametrize(("flags", "said"), [("", "p < 0.001"), ("df_below_4", "–")])
def test_no_p_stands_beside_an_interval_that_is_withheld(flags: str, said: str) -> None:
    pools = pooled(tau2=0.1, flags=flags, tau2_method="REML", ci_method="z", df=NAN)
    listed = summaries.syntheses(pools, NAMES, PLAN.sets, SMD)
    assert list(listed["p"]) == [said]
