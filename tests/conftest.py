"""What several folders of tests share."""

from pathlib import Path

import pytest

import write_report


@pytest.fixture(scope="session")
def report_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report, written once from the results of this checkout."""
    folder = tmp_path_factory.mktemp("report") / "report"
    options = ["--config", "config/config.yaml", "--requirements", "requirements.txt"]
    write_report.main([*options, "--output-dir", str(folder)])
    return folder
