"""The README prints real output: its counts are those of results/."""

import re
from pathlib import Path

import pandas as pd

README = Path("README.md").read_text()
EFFECTS = pd.read_csv("results/effects/effects.csv", keep_default_na=False)
POOLED = pd.read_csv("results/pooled/pooled.csv", keep_default_na=False).set_index("synthesis")
REPRODUCTION = pd.read_csv("results/reproduction/reproduction.csv", keep_default_na=False)
INCLUDED = pd.read_csv("results/extracted/included.csv", keep_default_na=False)
USABLE = EFFECTS[EFFECTS["exclude"] == ""]


def test_counts_of_results() -> None:
    trials = pd.read_csv("results/extracted/trials.csv")
    tiers = USABLE["tier"].value_counts()
    assert (
        f"{len(EFFECTS)} results of {EFFECTS['trial_id'].nunique()} trials were read "
        f"({len(trials)} trials are known). {len(USABLE)} became effect sizes "
        f"({tiers['direct']} direct, {tiers['derived']} derived, {tiers['approximate']} "
        f"approximate); {len(EFFECTS) - len(USABLE)} could not"
    ) in README
    favourable = (USABLE["yi"].astype(float) > 0).sum()
    assert f"of the {len(USABLE)} effects {favourable} favour the intervention" in README


def test_counts_of_comparisons() -> None:
    verdicts = REPRODUCTION["verdict"].value_counts()
    assert set(verdicts.index) == {"partial", "not_testable"}
    assert (
        f"of {len(REPRODUCTION)}, {verdicts['partial']} could be compared in part and "
        f"{verdicts['not_testable']} not at all"
    ) in README


def test_table_of_the_cited_reviews() -> None:
    for review, label in (("jeong2021", "Jeong"), ("ohara2019", "O'Hara"), ("sleed2022", "Sleed")):
        (line,) = [row for row in README.splitlines() if row.startswith(f"| {label}")]
        cells = [cell.strip() for cell in line.split("|")]
        included = INCLUDED[INCLUDED["review_id"] == review]
        bases = included["basis"].value_counts()
        named = dict(re.findall(r"(?:^|and )(\d+) (listed|plausible)", cells[2]))
        counts = {str(bases.get(b, 0)): b for b in ("listed", "plausible") if b in bases}
        assert named == counts
        own = included[included["basis"].isin(["listed", "plausible"])]["trial_id"]
        assert cells[3] == str(own[own.isin(USABLE["trial_id"])].nunique())
        published = REPRODUCTION[REPRODUCTION["review_id"] == review]
        numbers = (published["published_estimate"] != "").sum()
        assert cells[4].split(" ")[0].strip(",:") == (str(numbers) if numbers else "none")
        partial = (published["verdict"] == "partial").sum()
        assert cells[5].split(",")[0] == (str(partial) if partial else "none")


def test_pools_that_the_readme_quotes() -> None:
    def g(synthesis: str, column: str = "estimate") -> str:
        return f"{float(str(POOLED.loc[synthesis, column])):.2f}"

    for domain in ("child_development", "relationship"):
        quoted = f"{g(f'post_all_tiers.domain.{domain}')} instead of {g(f'post.domain.{domain}')}"
        assert quoted in README
    key = "post.intervention_domain.video_feedback.relationship"
    numbers = [g(key, column) for column in ("estimate", "ci_low", "ci_high")]
    assert "pooled g {} with a 95% confidence interval from {} to {}".format(*numbers) in README
