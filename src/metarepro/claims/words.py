"""What a claim of the report says, in words."""

from collections.abc import Mapping
from typing import Any

from metarepro.wording.phrases import decimal, whole


def claimed_words(claim: Mapping[Any, Any]) -> str:
    """What a claim says, with its value."""
    kind, value = claim["claim_kind"], claim["claimed_value"]
    if kind.startswith("count_"):
        size = {"least": "at least ", "almost": "almost "}.get(kind.rpartition("_")[2], "")
        if is_over(claim):
            size = "over "
        return f"{size}{whole(value)} {noun_of(claim)}"
    if kind.startswith("proportion"):
        return f"{100 * value:g}%"
    if kind == "ratio":
        return f"{decimal(value, 0)} times"
    if kind == "moderator_ratio_about":
        return f"about {decimal(value, 0)} times the effect with {claim['subject']}"
    direction: str = claim["claimed_direction"]
    if direction == "greater":
        return f"greater with {claim['subject']}"
    return "favours the intervention" if direction == "favours_intervention" else direction


def is_over(claim: Mapping[Any, Any]) -> bool:
    """Whether a claim says "over" its number, which the number itself is not."""
    return bool(claim["claimed_relation"] == "over")


def noun_of(claim: Mapping[Any, Any]) -> str:
    """What a claim counts, as the claim calls it."""
    noun: str = claim["claim_kind"].split("_")[1]
    return claim["counted"] or {"guidance": "guidance documents"}.get(noun, noun)


def own_limit(claim: Mapping[Any, Any]) -> str:
    """What the report itself says against a claim."""
    return f"By the report's own words, {claim['own_limit']}" if claim["own_limit"] else ""
