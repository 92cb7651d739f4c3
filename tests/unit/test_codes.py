"""Every code that readers could meet has words."""

import pytest

from metarepro.audit.findings import SEVERITY
from metarepro.reviews import audit_studies
from metarepro.wording.codes import WORDS, in_words


@pytest.mark.parametrize("check", sorted(SEVERITY | audit_studies.SEVERITY))
def test_every_check_of_the_audit_has_words(check: str) -> None:
    assert "_" not in in_words("check", check)


def test_no_check_has_words_that_no_audit_uses() -> None:
    assert set(WORDS["check"]) == set(SEVERITY | audit_studies.SEVERITY)
