"""Runs the workflow of the study in the current folder."""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from metarepro.errors import InputError
from metarepro.manifest.files import refuse_strange_files
from metarepro.workflow.steps import Steps
from metarepro.workflow.whole_runs import close, forget_altered_results, stamps

#: There from the start of a run to its end: rules/runs.smk makes and removes it as well, but not
#: if a run fails before it starts, or finds nothing to be done.
UNFINISHED = Path(".snakemake/unfinished_run")
#: What a study's rules need in general; what follows on the command line comes after these.
#: A profile can hold code and options such as touch, so that one in the study's folder or in
#: SNAKEMAKE_PROFILE is used only on request.
DEFAULTS = (
    *("--rerun-incomplete", "--show-failed-logs", "--scheduler", "greedy"),
    *("--profile", "none", "--workflow-profile", "none"),
)
#: --config, --configfile, and whatever Snakemake takes for them.
CONFIG_OPTION = re.compile(r"--conf.*|-C.*")
#: Of the log of a job that failed so many lines are shown.
_TAIL = 60
CORES = re.compile(r"all|[1-9][0-9]{0,3}")
REPORT = Path("results/report/index.html")


def run_workflow(cores: str, extra: Sequence[str] = ()) -> int:
    """Run Snakemake with what a study needs, in the environment of this Python.

    A run of everything compares inputs and results with the manifest of the last one, by content:
    what is not as that one left it is made again.

    Parameters
    ----------
    cores : str
        A number, or "all".
    extra : sequence of str
        Further arguments of Snakemake. With any, the run is taken for one of a part.

    Returns
    -------
    int
        The exit status of Snakemake; 1 if a file changed while the run was going on.

    Raises
    ------
    InputError
        If the cores are none, there is no Snakefile here, Snakemake is to read a config, or
        something in data/ or config/ is no ordinary file.
    """
    # With none Snakemake waits for ever.
    if not CORES.fullmatch(cores):
        raise InputError(f"--cores: found {cores!r}; allowed: a number from 1 on, or all")
    if given := next(filter(CONFIG_OPTION.fullmatch, extra), None):
        raise InputError(
            f"{given} would make Snakemake read a config file, which may contain code; edit the "
            "analysis plan, config/config.yaml, instead"
        )
    if not Path("Snakefile").is_file():
        raise InputError(
            "there is no Snakefile here: call metarepro run in the folder of a study, "
            "or start one: metarepro new DIR"
        )
    refuse_strange_files(Path())
    with _unheard_by_github():
        return _run(cores, extra)


def _run(cores: str, extra: Sequence[str]) -> int:
    command = [sys.executable, "-m", "snakemake", "--cores", cores, *DEFAULTS]
    whole, start, inputs = not extra, time.time(), stamps()
    if os.environ.get("NO_COLOR"):
        command.append("--nocolor")
    if whole:
        UNFINISHED.parent.mkdir(exist_ok=True)
        UNFINISHED.touch()
        command += [] if forget_altered_results() else ["--forceall"]
        status = _tell(command, start)
    else:
        status = subprocess.run([*command, *extra], env=_environment(), check=False).returncode
    if whole and not close(inputs, finished=status == 0):
        status = status or 1
    if whole and status == 0:
        UNFINISHED.unlink(missing_ok=True)
        print(f"Done; start with {REPORT}")
    if status and any(Path(".snakemake/locks").glob("*")):
        print(
            "If no other run is going on, one was interrupted: metarepro run -- --unlock, "
            "then metarepro run",
            file=sys.stderr,
        )
    return status


@contextmanager
def _unheard_by_github() -> Iterator[None]:
    """In GitHub Actions: no line of a run, and so no name or cell that it quotes, is a command."""
    token = secrets.token_hex(16) if os.environ.get("GITHUB_ACTIONS") == "true" else None
    if token:
        print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        if token:
            print(f"\n::{token}::", flush=True)


def _tell(command: Sequence[str], start: float) -> int:
    """Run Snakemake, tell its steps, and at the end why it failed; return its exit status."""
    steps = Steps(sys.stderr)
    with subprocess.Popen(
        command, env=_environment(), stderr=subprocess.PIPE, text=True, errors="replace"
    ) as snakemake:
        assert snakemake.stderr is not None
        steps.follow(snakemake.stderr)
    if snakemake.returncode:
        failed = [f"Failed: {', '.join(dict.fromkeys(steps.failed))}"] if steps.failed else []
        whole = [f"All that Snakemake said: {steps.log}"] if steps.log else []
        for said in [*failed, *(_failures(start) or steps.reasons()), *whole]:
            print(said, file=sys.stderr)
    return snakemake.returncode


def _failures(start: float) -> list[str]:
    """The end of what jobs have said since then, each text once; one that succeeds says nothing."""
    logs = [log for log in sorted(Path("logs").glob("*.log")) if log.stat().st_mtime >= start]
    said = {log.read_text(encoding="utf-8", errors="replace").strip(): log for log in logs}
    return [f"{log}:\n{_tail(text)}" for text, log in said.items() if text]


def _tail(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([*(["..."] if len(lines) > _TAIL else []), *lines[-_TAIL:]])


def _environment() -> dict[str, str]:
    """The rules call `python`: it must be this one, also where nothing was activated."""
    folder = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}
