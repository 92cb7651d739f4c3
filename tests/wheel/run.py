"""Install the wheel into an empty environment and use it there as a newcomer would.

    python3.13 -m tests.wheel.run

The Python that runs this makes the environment; it needs no packages. The commands are called in a
folder far from the checkout, with no environment activated, and each must do what it says.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.made_up_corpus import write_corpus

ROOT = Path(__file__).parents[2]
#: Three trials of exercise for back pain, made up.
STUDIES = """\
study,mean_t,sd_t,n_t,mean_c,sd_c,n_c
Abel 2010,3.1,1.9,40,4.2,2.1,41
Baker 2014,2.8,2.2,60,3.3,2.0,58
Cole 2019,4.0,1.7,35,5.4,1.9,36
"""
CODEBOOK = {
    "interventions": "exercise,Exercise therapy,Supervised exercise for back pain,,all",
    "domains": "pain,Pain,1",
    "outcomes": "back_pain,Back pain,pain,decrease,Pain intensity on a visual analogue scale",
}
#: What goes into the fields of a form that ask for something.
TRIAL = {
    **{"label": '"Abel 2010"', "year": "2010", "year_verified": "yes", "intervention": "exercise"},
    **{"design": "rct", "n_randomised": "82", "source": '"https://example.org/abel"'},
    **{"outcome": "back_pain", "measure": '"Visual analogue scale"', "timepoint": "post"},
    **{"timepoint_detail": '"after 12 weeks"', "higher_is_better": "no", "adjusted": "no"},
    **{"n_t": "40", "mean_t": "3.1", "sd_t": "1.9", "n_c": "41", "mean_c": "4.2", "sd_c": "2.1"},
    **{"n_basis": "analysed", "source_kind": "table", "locator": '"table 2"'},
}
#: By hand: the difference of 1.1 by the pooled SD of 2.00, times 0.990; lower scores are better.
EFFECT = "g 0.54 [0.10, 0.99]"
#: Two equal weights: the mean of 0.1 and 0.3.
API = """\
import pandas, metarepro
studies = pandas.DataFrame({"yi": [0.1, 0.3], "vi": [0.04, 0.04]})
print(round(metarepro.pool(studies, model="common").pooled.estimate, 12))
"""


class Newcomer:
    """Someone in a folder with an environment that is not activated."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs = folder, programs
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        self.environment = kept | {"PATH": "/usr/local/bin:/usr/bin:/bin"}

    def call(self, program: str, *arguments: str) -> str:
        """What a program of the environment prints; with its words if it fails."""
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(
                f"{program} {' '.join(arguments)} ended with {done.returncode}:\n"
                f"{done.stdout}{done.stderr}"
            )
        return done.stdout

    def metarepro(self, *arguments: str, says: str) -> str:
        """Call the command, and look that it says this."""
        printed = self.call("metarepro", *arguments)
        if says not in printed:
            raise SystemExit(f"metarepro {' '.join(arguments)}: no {says!r} in\n{printed}")
        print(f"ok  metarepro {' '.join(arguments)}", flush=True)
        return printed


def install(folder: Path) -> Newcomer:
    """Build the wheel, and install it into an environment that holds nothing else."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pip = [str(folder / "venv/bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    built = folder / "wheel"
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(built), str(ROOT)], check=True)
    (wheel,) = built.glob("*.whl")
    subprocess.run([*pip, "install", str(wheel)], check=True)
    (folder / "work").mkdir()
    print(f"ok  {wheel.name} on Python {sys.version.split()[0]}", flush=True)
    return Newcomer(folder / "work", folder / "venv/bin")


def look_around(newcomer: Newcomer) -> None:
    """Version, help, a pool and a review."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newcomer.metarepro("--version", says=f"metarepro {version['version']}\n")
    newcomer.metarepro("--help", says="Pool the studies in a file")
    (newcomer.folder / "studies.csv").write_text(STUDIES, encoding="utf-8")
    newcomer.metarepro("pool", "studies.csv", "--measure", "MD", says="Mean difference −0.972")
    expect(newcomer.folder, "pooled/forest.svg", "pooled/report.md", "pooled/report.xlsx")
    write_corpus(newcomer.folder / "reviews")
    newcomer.metarepro("reproduce", "reviews/revman5/published_by_r.rm5", says="2 pools: 2 exact")
    expect(newcomer.folder, "reproduction/summary.html", "reproduction/reproduction.csv")
    if (printed := newcomer.call("python", "-c", API)) != "0.2\n":
        raise SystemExit(f"metarepro.pool gives {printed} instead of 0.2")


def start_a_study(newcomer: Newcomer) -> None:
    """A new study, empty; then with a trial on a topic of its own."""
    newcomer.metarepro("new", "back-pain", says="metarepro run")
    newcomer.folder /= "back-pain"
    newcomer.metarepro("check", says=" 0 trials, 0 results ")
    newcomer.metarepro("run", says="results/report/index.html")
    page = newcomer.folder / "results/report/index.html"
    expect(newcomer.folder, "results/report/index.html", "results/pooled/pooled.csv")
    for table, row in CODEBOOK.items():
        with (newcomer.folder / f"data/codebook/{table}.csv").open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
    newcomer.metarepro("new-trial", "abel2010", "--statistic", "means", says="drafts/abel2010.yaml")
    fill(newcomer.folder / "drafts/abel2010.yaml", TRIAL)
    newcomer.metarepro("add-trial", "abel2010", says=EFFECT)
    newcomer.metarepro("check", says=" 1 trial, 1 result ")
    newcomer.metarepro("run", says="results/report/index.html")
    if "Exercise therapy" not in page.read_text(encoding="utf-8"):
        raise SystemExit("the report does not show the new trial's intervention")


def fill(form: Path, cells: Mapping[str, str]) -> None:
    """Fill in every field that asks for something."""
    asks = re.compile(r'^( *(?:- )?)(\w+): "?FILL_IN"?$', re.M)
    text = form.read_text(encoding="utf-8")
    form.write_text(asks.sub(lambda m: f"{m[1]}{m[2]}: {cells[m[2]]}", text), encoding="utf-8")


def expect(folder: Path, *files: str) -> None:
    """Look that files are there and hold something."""
    missing = [
        name
        for name in files
        if not (folder / name).is_file() or not (folder / name).stat().st_size
    ]
    if missing:
        raise SystemExit(f"not written: {json.dumps(missing)}")


def main() -> None:
    """Do all of it in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        newcomer = install(Path(folder))
        look_around(newcomer)
        start_a_study(newcomer)
    print("The wheel works.")


if __name__ == "__main__":
    main()
