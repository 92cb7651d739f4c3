"""What several folders of tests share."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings
from tests.once import once

# As in every step of the workflow: the matrices are small, and with a process on each core more
# threads would only wait for each other. It must be set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Else each of some hundred commands and jobs would compile the library again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["tests.finished_studies"]

# How long an example takes says more about the machine, and what else runs on it, than about us.
# A usual run tries the same few examples each time; at night others are looked for, and many.
settings.register_profile("metarepro", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("nightly", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("metarepro")


def pytest_collection_finish() -> None:
    """What is imported and collected stays: the collector need not go through it again."""
    gc.freeze()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run for what is made once for all its processes."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def report_folder(shared: Path) -> Path:
    """The report, written once from the results of this checkout."""
    import write_report  # loads numpy

    options = ["--config", "config/config.yaml", "--requirements", "requirements.txt"]
    return once(
        shared / "report",
        lambda folder: write_report.main([*options, "--output-dir", str(folder)]),
    )
