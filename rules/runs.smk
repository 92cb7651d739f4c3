"""What every run needs: the locked packages, and nothing that a killed run left half-written."""

import shutil
from importlib.metadata import PackageNotFoundError, version

from metarepro.workflow.whole_runs import close, is_vouched_for, stamps
from packaging.requirements import Requirement
from snakemake.exceptions import WorkflowError


def check_packages():
    """Other versions may give other numbers: refuse what requirements.txt does not lock.

    A study without that file runs with what is installed.
    """
    if not Path("requirements.txt").exists():
        return
    wrong = []
    for line in Path("requirements.txt").read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            pin = Requirement(line.rstrip(" \\"))
            if pin.marker is None or pin.marker.evaluate():
                try:
                    found = version(pin.name)
                    fits = found in pin.specifier
                except PackageNotFoundError:
                    found, fits = "none", False
                if not fits:
                    wrong.append(f"{pin.name}{pin.specifier} (installed: {found})")
    if wrong:
        raise WorkflowError(
            "The installed packages are not those that requirements.txt locks: "
            + ", ".join(wrong)
            + ". Set them up anew: make clean, then make."
        )


def remove_partial_files():
    """Remove what a killed run was writing; Snakemake's lock keeps out other runs."""
    for path in Path("results").rglob(".*.partial"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def remove_left_out():
    """Remove tables of parts that the study had before: nothing may read them."""
    for stage in LEFT_OUT:
        for table in STAGES[stage]:
            Path("results", table.path).unlink(missing_ok=True)
    if "reproduced_files" in LEFT_OUT:
        shutil.rmtree("results/reproduction/review_files", ignore_errors=True)


# There from the start of a run to its end, and after it if that was killed or failed: `make changes`
# says so. A run of some files leaves the others as they were.
UNFINISHED = Path(".snakemake/unfinished_run")


def is_whole_run():
    """Whether everything was asked for, and made."""
    asked = workflow.dag_settings
    parts = (asked.batch, asked.until, asked.omit_from, asked.allowed_rules)
    return set(asked.targets) <= {"all"} and not any(parts) and not workflow.touch


# What a run started from: it can vouch for its results as `metarepro run` does only if those that it
# builds on were vouched for.
started_from = {}

check_packages()


onstart:
    remove_partial_files()
    remove_left_out()
    UNFINISHED.touch()
    started_from.update(vouched=is_vouched_for(), inputs=stamps())


onsuccess:
    if is_whole_run():
        UNFINISHED.unlink(missing_ok=True)
        if started_from["vouched"]:
            close(started_from["inputs"], finished=True)
