"""The browser and the kinds of pages of the other tests of the report."""

from tests.browser.conftest import browser, kinds  # noqa: F401
