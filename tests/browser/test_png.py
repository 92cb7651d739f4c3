"""Figures as PNG, where the report comes from a server."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

PNG = b"\x89PNG\r\n\x1a\n"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served(report_folder: Path) -> Iterator[str]:
    """The address of the report on a server of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(report_folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def a_synthesis(report_folder: Path) -> str:
    """A page with a forest plot."""
    figure = min((report_folder / "figures/syntheses").glob("*.svg"))
    return f"syntheses/{figure.stem}.html"


def test_a_figure_is_downloaded_as_png(
    context: BrowserContext, served: str, report_folder: Path
) -> None:
    page = context.new_page()
    page.goto(f"{served}/{a_synthesis(report_folder)}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download PNG").first.click()
    content = Path(download.value.path()).read_bytes()
    figure = page.locator("figure img").first
    width = figure.evaluate("image => image.naturalWidth")
    assert content[:8] == PNG
    assert int.from_bytes(content[16:20], "big") == round(width * 300 / 96)
    assert download.value.suggested_filename.endswith(".png")


def test_a_report_on_disk_offers_none(context: BrowserContext, report_folder: Path) -> None:
    page = context.new_page()
    page.goto((report_folder / a_synthesis(report_folder)).as_uri())
    page.locator("button.copy").first.wait_for()  # the scripts ran
    assert page.get_by_role("button", name="Download PNG").count() == 0
