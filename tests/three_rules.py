"""A study of three rules, with the project's own rules for code, runs and the manifest."""

import subprocess
import sys
from pathlib import Path

from tests.workflow_runs import ROOT, environment

TRIALS, PLAN = "data/trials.csv", "config/config.yaml"
PAGE = "results/report/index.html"
#: results/copy.csv is made of the trials, results/words.txt of the plan, results/report of both.
#: The rule of copy.csv does what the file hook.sh says after it has read.
#: Snakemake counts the jobs of each second, and waits at its end for the last second to be over.
SNAKEFILE = f"""
from snakemake.scheduling.job_scheduler import JobRateLimiter
JobRateLimiter.timespan = 0.1
from metarepro.workflow import snakefile
RULES = Path(snakefile()).parent / "rules"
include: f"{{RULES}}/code.smk"
STAGES, LEFT_OUT = {{}}, ()
include: f"{{RULES}}/runs.smk"
rule all:
    input: "results/copy.csv", "results/words.txt", "results/report", "results/manifest.csv"
rule copy:
    input: "{TRIALS}"
    output: "results/copy.csv"
    shell: "cat {{input}} > {{output}}; test ! -e hook.sh || sh hook.sh"
rule words:
    input: "{PLAN}"
    output: "results/words.txt"
    shell: "cat {{input}} > {{output}}"
rule report:
    input: "results/copy.csv", "results/words.txt"
    output: directory("results/report")
    shell: "mkdir {{output}}; cat {{input}} > {{output}}/index.html; echo a > {{output}}/a.txt"
include: f"{{RULES}}/manifest.smk"
watch_contents()
"""


def make_study(folder: Path) -> None:
    """Write the study and run it."""
    for name, text in {TRIALS: "one\n", PLAN: "title: A\n", "Snakefile": SNAKEFILE}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert run(folder).returncode == 0


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`metarepro run`, or another command."""
    command = ["metarepro", *(arguments or ("run", "--cores", "1"))]
    return _call(folder, command, variables)


def snakemake(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Plain Snakemake."""
    return _call(folder, ["snakemake", "--cores", "1", *options], {})


def _call(
    folder: Path, command: list[str], variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment(ROOT, **variables),
        capture_output=True,
        text=True,
        check=False,
    )
