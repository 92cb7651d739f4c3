"""What a claim of the report says, in words taken from its text."""

import re
from collections.abc import Mapping
from typing import Any

from metarepro.wording.phrases import decimal, whole

_OWN_LIMIT = re.compile(r"\((footnote [^()]*)\)")
#: What a claim counts, as its text says it: "number of families in those studies".
_COUNTED = re.compile(r"number of (.+?)(?: in those studies)?$")


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
        return f"about {decimal(value, 0)} times the effect with responsive caregiving"
    return {
        "favours_intervention": "favours the intervention",
        "improved": "improved",
        "greater_with_responsive_caregiving": "greater with responsive caregiving",
    }[claim["claimed_direction"]]


def is_over(claim: Mapping[Any, Any]) -> bool:
    """Whether the text of a claim says "over" its number, which the number itself is not."""
    return f"over {whole(claim['claimed_value'])} " in claim["claim"]


def noun_of(claim: Mapping[Any, Any]) -> str:
    """What a claim counts; participants are called what the claim calls them."""
    noun: str = claim["claim_kind"].split("_")[1]
    if noun == "guidance":
        return "guidance documents"
    found = _COUNTED.match(claim["claim"])
    return found[1] if found and noun == "participants" else noun


def own_limit(claim: Mapping[Any, Any]) -> str:
    """What the report's own footnote says against a claim, noted in brackets in its text."""
    found = _OWN_LIMIT.search(claim["claim"])
    return f"By the report's own words, {found[1]}" if found else ""
