"""A headless Chromium of the system, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.study_tables import STUDIES, Study

from metarepro.report.blocks import PLOT_SCRIPTS

TEMPLATES = Path("src/metarepro/templates/report")
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(
            f"The tests of the report need one of {', '.join(NAMES)} on the PATH. On Debian or "
            "Ubuntu: apt-get install chromium (as root; `make browser` does it).",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Chromium refuses to run as root inside its own sandbox.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable(), args=options)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when it reports an error or asks for anything but a file."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    opened.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    opened.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "blob:")) else wrong.append(request.url)
        ),
    )
    opened.on(
        "requestfailed",
        # A page that is left before its figures are loaded gives them up.
        lambda request: (
            None
            if request.failure == "net::ERR_ABORTED"
            else wrong.append(f"failed: {request.url}: {request.failure}")
        ),
    )
    yield opened
    assert wrong == []


@pytest.fixture(scope="session")
def kinds(report_folder: Path) -> list[str]:
    """One page of every kind, the longest of those that there are many of."""

    def longest(folder: str) -> str:
        pages = sorted(report_folder.glob(f"{folder}/*.html"))
        return (
            max(pages, key=lambda path: path.stat().st_size).relative_to(report_folder).as_posix()
        )

    single = sorted(path.name for path in report_folder.glob("*.html"))
    return [
        *single,
        *map(longest, ("domains", "interventions", "published", "syntheses", "trials")),
    ]


@pytest.fixture(scope="module", params=list(STUDIES))
def study(request: pytest.FixtureRequest) -> Study:
    return Study(STUDIES[request.param])


@pytest.fixture(scope="module")
def scripts(browser: Browser) -> Iterator[Page]:
    """A blank page with the modules of the forest plot to try, without its controls."""
    page = browser.new_page()
    for name in PLOT_SCRIPTS:
        if name != "plot.js":
            page.add_script_tag(path=TEMPLATES / name)
    yield page
    page.close()
