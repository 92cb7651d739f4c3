"""What several folders of tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

import write_report

# How long an example takes says more about the machine, and what else runs on it, than about us.
settings.register_profile("metarepro", deadline=None)
settings.load_profile("metarepro")


@pytest.fixture(scope="session")
def report_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report, written once from the results of this checkout."""
    folder = tmp_path_factory.mktemp("report") / "report"
    options = ["--config", "config/config.yaml", "--requirements", "requirements.txt"]
    write_report.main([*options, "--output-dir", str(folder)])
    return folder
