"""What the rules say of one claim."""

from dataclasses import dataclass

from metarepro.claims.rules import VERDICT_OF


@dataclass(frozen=True)
class Judgement:
    """What the rules say of one claim.

    Parameters
    ----------
    rule : str
        Id of the rule that applies.
    reason : str
        Why it applies to this claim, in one or two sentences.
    needed : str
        What would settle it; "" if nothing is missing.
    """

    rule: str
    reason: str
    needed: str = ""

    @property
    def verdict(self) -> str:
        """The verdict of the rule."""
        return VERDICT_OF[self.rule]
