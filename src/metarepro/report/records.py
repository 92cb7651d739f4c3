"""The tables of all stages with what the pages of the report look up in them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from metarepro.plan import Plan
from metarepro.report.blocks import Link, Text, joined
from metarepro.report.plain_language import robustness, robustness_with_reasons, sentences
from metarepro.study.risk_of_bias import by_place, judgement_of
from metarepro.synthesis.membership import members, timely
from metarepro.tabular.trial_interventions import interventions_of
from metarepro.wording.certainty import Judged, certainty_by_synthesis
from metarepro.wording.phrases import capitalised
from metarepro.wording.scales import Scale, scale_of
from metarepro.wording.summaries import labels, measured, title

Row = Mapping[Any, Any]


@dataclass(frozen=True, eq=False)
class Records:
    """Everything that the report is written from.

    Parameters
    ----------
    tables : mapping
        Name of a table to the table, as `write_report.INPUTS` lists them.
    plan : Plan
        The analysis plan.
    figures : frozenset of str
        The figures that were drawn, as paths below the folder of figures, without suffix.
    """

    tables: Mapping[str, pd.DataFrame]
    plan: Plan
    figures: frozenset[str]

    @cached_property
    def names(self) -> dict[str, str]:
        """Label of every intervention, domain, outcome and family."""
        return labels(self.tables, self.plan.families)

    @cached_property
    def scale(self) -> Scale:
        """How effects are printed."""
        return scale_of(self.plan)

    def scale_of(self, key: str) -> Scale:
        """How the effects of a synthesis are printed."""
        return self.scale.at(self.pools[key])

    @cached_property
    def main_scale(self) -> Scale:
        """How effects on the study's own measure are printed."""
        return replace(self.scale, measure=self.plan.measure)

    @cached_property
    def direction(self) -> str:
        """Which printed effects favour the intervention, in all outcomes together."""
        return self.scale.direction_over(self.tables["effects"])

    @property
    def measure(self) -> str:
        """The effect measure and which side of it is better: "Hedges' g, positive in favour"."""
        return f"{self.scale.title}, {self.direction}"

    def has(self, *tables: str) -> bool:
        """Whether any of these tables has a row."""
        return any(len(self.tables[name]) for name in tables)

    @cached_property
    def has_abstracts(self) -> bool:
        """Whether any result was read in an abstract."""
        return bool((self.tables["effects"]["source_kind"] == "abstract").any())

    @cached_property
    def domains(self) -> list[Row]:
        """The domains in their order."""
        return list(self.tables["domains"].sort_values("order").to_dict("records"))

    @cached_property
    def interventions(self) -> dict[str, Row]:
        """The interventions by id, in the order of the codebook."""
        return _by(self.tables["interventions"], "intervention")

    @cached_property
    def trials(self) -> dict[str, Row]:
        """All trials by id, those of review files too."""
        both = [self.tables["trials"], self.tables["review_trials"]]
        return _by(pd.concat(both, ignore_index=True), "trial_id")

    @cached_property
    def reported(self) -> dict[str, Row]:
        """Every result as it was reported, by id."""
        both = [self.tables["results"], self.tables["review_results"]]
        return _by(pd.concat(both, ignore_index=True), "result_id")

    @cached_property
    def effects(self) -> dict[str, Row]:
        """Every result as an effect size, by id."""
        return _by(self.tables["effects"], "result_id")

    @cached_property
    def pools(self) -> dict[str, Row]:
        """Every synthesis by key."""
        return _by(self.tables["pooled"], "synthesis")

    @cached_property
    def shown(self) -> set[str]:
        """Keys of the syntheses that have a page: those of the sets that have figures."""
        sets = self.plan.figures
        return {key for key, pool in self.pools.items() if pool["set_name"] in sets}

    @cached_property
    def _judgements(self) -> dict[tuple[str, str], Row]:
        return by_place(self.tables["risk_of_bias"])

    def risk_of_bias(self, effect: Row) -> Row | None:
        """The judgement on the risk of bias of a result; None if there is none."""
        return judgement_of(self._judgements, effect["trial_id"], effect["outcome"])

    @cached_property
    def certainty(self) -> dict[str, Judged]:
        """The certainty of the evidence by synthesis, where people judged it."""
        return certainty_by_synthesis(self.tables["certainty"])

    @cached_property
    def included(self) -> pd.DataFrame:
        """Which trials stand in which review, and on what basis; review files included."""
        both = [self.tables["included"], self.tables["review_included"]]
        return pd.concat(both, ignore_index=True)

    @cached_property
    def reviews(self) -> dict[str, Row]:
        """What is known of every review, by id."""
        return _by(self.tables["reviews"], "review_id")

    @cached_property
    def cited_reviews(self) -> dict[str, str]:
        """Family of interventions to the id of the review that is cited for it."""
        return {
            family: review_id
            for review_id, review in self.reviews.items()
            if review["role"] == "cited"
            for family in review["families"].split(" ")
        }

    def rows(self, table: str, column: str, value: str) -> list[Row]:
        """Rows of a table that have a value in a column."""
        groups = self._groups.setdefault((table, column), {})
        if not groups:
            frame = self.included if table == "all_included" else self.tables[table]
            for row in frame.to_dict("records"):
                groups.setdefault(row[column], []).append(row)
        return groups.get(value, [])

    @cached_property
    def _groups(self) -> dict[tuple[str, str], dict[Any, list[Row]]]:
        return {}

    def candidates(self, key: str) -> pd.DataFrame:
        """Effects of the question and time of a synthesis, excluded ones and of any design too."""
        if key not in self._candidates:
            pool = self.pools[key]
            self._candidates[key] = members(self._at_time_of[pool["set_name"]], pool)
        return self._candidates[key]

    def members(self, key: str) -> pd.DataFrame:
        """Effects that choices could pool in a synthesis: usable ones of all tiers and designs."""
        candidates = self.candidates(key)
        return candidates[candidates["exclude"] == ""]

    @cached_property
    def _candidates(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def _at_time_of(self) -> dict[str, pd.DataFrame]:
        """Of every set the effects of its time, and the excluded ones of its time points."""
        effects = self.tables["effects"]
        excluded = effects[effects["exclude"] != ""]
        return {
            name: pd.concat(
                [timely(effects, chosen), excluded[excluded["timepoint"].isin(chosen.timepoints)]]
            ).sort_index()
            for name, chosen in self.plan.sets.items()
        }

    def effect(self, effect: Row) -> str:
        """Effect size of a result with its interval."""
        return self.scale.of_pool({**effect, "estimate": effect["yi"]})

    def title(self, key: str) -> str:
        """What a synthesis is of, in words that no other page has.

        A family may be called as its only intervention is, and the pool of a whole domain as the
        page of the domain.
        """
        said = title(self.pools[key], self.names, self.plan.sets)
        by = self.plan.synthesis_of(key).by
        if "intervention" in by:
            return said
        return said + (" (family of interventions)" if "family" in by else " (all interventions)")

    def n_abstracts(self, key: str) -> int:
        """How many results of a synthesis were read in abstracts."""
        members = self.rows("weights", "synthesis", key)
        return sum(self.effects[m["result_id"]]["source_kind"] == "abstract" for m in members)

    def robustness(self, key: str) -> str:
        """How robust the numbers of a synthesis are."""
        return robustness(self.pools[key], self.n_abstracts(key), self.scale_of(key))

    def robustness_with_reasons(self, key: str) -> str:
        """How robust the numbers of a synthesis are, and why."""
        return robustness_with_reasons(self.pools[key], self.n_abstracts(key), self.scale_of(key))

    def sentences(self, key: str) -> str:
        """What the numbers of a synthesis allow to say."""
        return " ".join(sentences(self.pools[key], self.n_abstracts(key), self.scale_of(key)))

    def over_all(self, column: str, value: str) -> list[str]:
        """Keys of the pools over all interventions of one domain or outcome.

        There are several where effects are on several measures, or more is better in some outcomes
        and less in others; those on the study's measure come first.

        Parameters
        ----------
        column, value : str
            "domain" or "outcome", and which.
        """
        plans = self.plan.syntheses.items()
        name = next((name for name, plan in plans if plan.by == (column,)), "")
        return self._keys(name, {column: value}) if name else []

    def cell(self, intervention: str, domain: str) -> list[str]:
        """Keys of the syntheses of an intervention and a domain, in the same order."""
        values = {"intervention": intervention, "domain": domain}
        return self._keys(self.plan.evidence.synthesis, values)

    def _keys(self, name: str, values: Mapping[str, str]) -> list[str]:
        """Keys of the pools of a synthesis, in the primary set, that are of these values."""
        prefix = f"{self.plan.evidence.set}.{name}."
        found = [
            (pool["effect_measure"] != self.plan.measure, key)
            for key, pool in self.pools.items()
            if key.startswith(prefix) and all(pool[column] == values[column] for column in values)
        ]
        return [key for _, key in sorted(found)]

    def beside(self, key: str) -> str:
        """Key of the same pool in the set that is shown beside the primary one; "" without one."""
        evidence = self.plan.evidence
        other = evidence.beside + key[len(evidence.set) :]
        return other if key.startswith(f"{evidence.set}.") and other in self.pools else ""

    def cells(self, domain: str) -> list[str]:
        """Keys of the syntheses of each intervention in a domain."""
        return [
            key for intervention in self.interventions for key in self.cell(intervention, domain)
        ]

    def outcomes(self, domain: str) -> list[str]:
        """Keys of the syntheses of each outcome of a domain, over all interventions."""
        rows = self.rows("outcomes", "domain", domain)
        return [key for row in rows for key in self.over_all("outcome", row["outcome"])]

    def synthesis_link(self, key: str, words: str = "") -> Link | str:
        """Link to the page of a synthesis; the words alone where it has none."""
        words = words or self.title(key)
        return Link(words, f"syntheses/{key}.html") if key in self.shown else words

    def trial_link(self, trial_id: str, words: str = "") -> Link:
        """Link to the page of a trial."""
        return Link(words or self.trials[trial_id]["label"], f"trials/{trial_id}.html")

    def result_link(self, result_id: str, words: str = "") -> Link:
        """Link to a result on the page of its trial; by default by what was measured and when."""
        effect = self.effects[result_id]
        said = words or measured(effect)
        return Link(said, f"trials/{effect['trial_id']}.html#{result_id}")

    def intervention_link(self, intervention: str, words: str = "") -> Link | str:
        """Link to the page of an intervention; "" for none."""
        if not intervention:
            return ""
        return Link(words or self.names[intervention], f"interventions/{intervention}.html")

    def intervention_links(self, trial: Row) -> Text:
        """Links to the pages of the interventions of a trial."""
        own = interventions_of(trial["intervention"])
        return joined([self.intervention_link(intervention) for intervention in own], "; ")

    def domain_link(self, domain: str, words: str = "") -> Link | str:
        """Link to the page of a domain; "" for none."""
        return Link(words or self.names[domain], f"domains/{domain}.html") if domain else ""

    @staticmethod
    def claim_link(claim: Row) -> Link:
        """Link to a claim, by what it says of what."""
        name = capitalised(f"{claim['subject']}: {claim['claim']}")
        return Link(name, f"claims.html#{claim['claim_id']}")

    def review_label(self, review_id: str) -> str:
        """First author and year of a review; its id where they were not seen."""
        label: str = self.reviews[review_id]["label"]
        return label


def _by(frame: pd.DataFrame, column: str) -> dict[str, Row]:
    return {row[column]: row for row in frame.to_dict("records")}
