"""How much simulating tests do: a little in each run, more at night (`make test-nightly`)."""

from hypothesis import settings


def tables(usual: int, nightly: int) -> int:
    """How many tables to make up."""
    return nightly if settings.get_current_profile_name() == "nightly" else usual
