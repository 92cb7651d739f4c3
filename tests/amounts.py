"""How much the tests of many tables or pages do: more at night (`make test-nightly`)."""

from hypothesis import settings


def at_night() -> bool:
    """Whether this is a run with all that can be tried."""
    return settings.get_current_profile_name() == "nightly"


def tables(usual: int, nightly: int) -> int:
    """How many tables to make up."""
    return nightly if at_night() else usual


def every(usual: int) -> int:
    """Of things of one kind take each n-th; at night all."""
    return 1 if at_night() else usual
