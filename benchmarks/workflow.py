"""Time the whole workflow on 2 cores.

In temporary clones of the last commit: from clean, after a change of one trial row, and with
nothing to do. Printed as well is, of the last run from clean, what each rule took and how much of
that was start-up, computing and drawing.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT, Cost, Row, measure, met, typical

SNAKEMAKE = [sys.executable, "-m", "snakemake", "--cores", "2"]
#: Seconds of CPU time that a run from clean may take.
CPU_SECONDS = 45
#: What is measured -> its target in seconds of wall time.
TARGETS = {"from clean": 25, "one trial row changed": 12, "nothing to do": 2.5}
#: How rules begin whose work counts as drawing: forest plots are 19 parts in 20 of the manuscript.
DRAWING = ("draw_", "write_manuscript")


def clone(folder: Path) -> Path:
    """The last commit, without its results."""
    project = folder / "project"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(project)], check=True)
    subprocess.run(["git", "rm", "-r", "--quiet", "results"], cwd=project, check=True)
    return project


def change_a_row(project: Path) -> None:
    """Move the first standardised mean difference of a trial by 0.01."""
    path = project / "data/trials/results.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    row = next(row for row in rows if row["statistic"] == "smd" and row["value"])
    row["value"] = f"{float(row['value']) + 0.01:.2f}"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def measure_all() -> tuple[dict[str, Cost], dict[str, float]]:
    """Costs of one clone, and the seconds that each rule took from clean."""
    with tempfile.TemporaryDirectory() as folder:
        project = clone(Path(folder))
        costs = {"from clean": measure(SNAKEMAKE, project)}
        rules = seconds_by_rule(project)
        costs["nothing to do"] = measure(SNAKEMAKE, project)
        change_a_row(project)
        costs["one trial row changed"] = measure(SNAKEMAKE, project)
    return costs, rules


def seconds_by_rule(project: Path) -> dict[str, float]:
    """Wall time of each rule, from Snakemake's records; in the order in which they began."""
    paths = [path for path in (project / ".snakemake/metadata").rglob("*") if path.is_file()]
    records = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    records.sort(key=lambda record: record["starttime"])
    return {record["rule"]: record["endtime"] - record["starttime"] for record in records}


def scripts_of_rules() -> dict[str, str]:
    """Script that each rule runs."""
    found = {}
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for rule in re.split(r"^rule ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            script = re.search(r"python -m metarepro\.workflow (\w+)", rule)
            if script:
                found[rule.partition(":")[0]] = f"{script[1]}.py"
    return found


def print_shares(rules: dict[str, float]) -> None:
    """What each rule took, and the shares of start-up, computing and drawing."""
    scripts = scripts_of_rules()
    with tempfile.TemporaryDirectory() as folder:
        starts = {rule: start_up(scripts[rule], Path(folder)) for rule in rules}
    print("\nOne run from clean, by rule: seconds, of these start-up (its CPU time, alone)")
    for rule, seconds in rules.items():
        print(f"  {rule:24} {seconds:6.1f} s {starts[rule]:6.1f} s")
    work = {rule: max(0.0, seconds - starts[rule]) for rule, seconds in rules.items()}
    drawing = sum(seconds for rule, seconds in work.items() if rule.startswith(DRAWING))
    parts = {"start-up": sum(starts.values()), "drawing": drawing}
    parts["computing"] = sum(work.values()) - drawing
    total = sum(parts.values())
    shares = ", ".join(f"{name} {100 * part / total:.0f}%" for name, part in parts.items())
    print(f"  of all jobs' time: {shares}")


def start_up(script: str, folder: Path) -> float:
    """CPU time that a script needs to say how it is used: its imports."""
    return measure([sys.executable, f"{ROOT}/scripts/{script}", "--help"], folder).cpu


def rows(runs: int = 3) -> list[Row]:
    """Lines of the table; prints what the rules took."""
    measured = [measure_all() for _ in range(runs)]
    print_shares(measured[-1][1])
    found = []
    for name, target in TARGETS.items():
        cost = typical([costs[name] for costs, _ in measured])
        seconds = f"{cost.seconds:.1f} s of wall time, {cost.cpu:.1f} s CPU"
        targets = met(cost.seconds, target, "s")
        if name == "from clean":
            targets += f"; {met(cost.cpu, CPU_SECONDS, 's CPU')}"
        found.append(Row(f"workflow, 2 cores: {name}", seconds, targets))
    return found
