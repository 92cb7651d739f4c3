"""Time the recomputing of review files.

The files are copies of the RevMan 5 files of a collection, or of a made-up review of 70 pools and
480 study rows. Linearity and memory are those of the workflow for hundreds of files.
"""

import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import ROOT, Cost, Row, measure, met, metarepro, typical
from tests.review_files import (
    CONT,
    CONT_ROW,
    DICH,
    DICH_ROW,
    Attributes,
    element,
    outcome,
    review,
    rm5_bytes,
    row,
    subgroup,
)

from metarepro.readers.review_file import read_review
from metarepro.reviews.pooling import AnalysisResult
from metarepro.reviews.reproduction import recomputed
from metarepro.reviews.tables import REVIEW_REPRODUCTION
from metarepro.tabular.tables import read_table

FEW, FEW_SECONDS = 18, 1.2
HUNDRED_SECONDS, HUNDRED_MEGABYTES = 4.0, 250.0
FURTHER_SECONDS = 0.02
#: How much more the later of many files may cost than the earlier ones.
LINEAR = 0.1
LIBRARY, NODES = 9500, 64
STUDIES, PLAIN, IN_SUBGROUPS = 12, 25, 15
DICHOTOMOUS = ("DICH", DICH, DICH_ROW)
Z95 = 1.959963984540054


def made_up_file() -> bytes:
    """A review whose published numbers are right, as nearly all of real ones are."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "review.rm5"
        path.write_bytes(review_with([]))
        results = [analysis.result for analysis in recomputed(read_review(path))]
    return review_with([result for result in results if isinstance(result, AnalysisResult)])


def review_with(results: Sequence[AnalysisResult]) -> bytes:
    """A review of 25 analyses of means and 15 of counts, in two subgroups; 12 studies in each."""
    names = [f"Trial-{study}-2001" for study in range(STUDIES)]
    included = [element("STUDY", {"ID": f"STD-{n}", "NAME": n, "YEAR": "2001"}) for n in names]
    included_studies = element("INCLUDED_STUDIES", None, *included)
    references = element("STUDIES_AND_REFERENCES", None, element("STUDIES", None, included_studies))
    outcomes = []
    for number in range(PLAIN + IN_SUBGROUPS):
        result = results[number] if results else None
        kind, settings, cells = ("CONT", CONT, CONT_ROW) if number < PLAIN else DICHOTOMOUS
        numbers = means if number < PLAIN else counts
        rows = [
            row(kind, cells | numbers(i, number) | effect_of(result, i, kind), name)
            for i, name in enumerate(names)
        ]
        half = STUDIES // 2
        parts = [
            subgroup(kind, n, f"Group {n}", settings | pool_of(result, n, kind), *own)
            for n, own in (("1", rows[:half]), ("2", rows[half:]))
        ]
        content = rows if number < PLAIN else parts
        overall = settings | pool_of(result, "", kind)
        outcomes.append(outcome(kind, overall, *content, number=str(number + 1)))
    return rm5_bytes(review(*outcomes, references=references))


def effect_of(result: AnalysisResult | None, study: int, kind: str) -> Attributes:
    """The printed effect of a study and its interval."""
    if result is None:
        return {}
    estimate = float(result.effects.yi[study])
    half = Z95 * math.sqrt(result.effects.vi[study])
    return printed((estimate, estimate - half, estimate + half), kind)


def pool_of(result: AnalysisResult | None, number: str, kind: str) -> Attributes:
    """What is published of a pool."""
    if result is None:
        return {}
    pool = result.subgroups.get(number, result.overall)
    return printed((pool.estimate, pool.ci_low, pool.ci_high), kind) | {
        **{"TAU2": pool.tau2, "CHI2": pool.q, "DF": int(pool.q_df), "P_CHI2": pool.q_p},
        **{"I2": pool.i2, "Z": pool.z, "P_Z": pool.p_value},
    }


def printed(effect: tuple[float, float, float], kind: str) -> Attributes:
    """Estimate and limits as RevMan writes them: of ratios their logs to base 10 as well."""
    names = ("EFFECT_SIZE", "CI_START", "CI_END")
    if kind == "CONT":
        return dict(zip(names, effect, strict=True))
    logs = {f"LOG_{name}": x / math.log(10) for name, x in zip(names, effect, strict=True)}
    return logs | {name: math.exp(x) for name, x in zip(names, effect, strict=True)}


def means(study: int, number: int) -> Attributes:
    """Numbers that differ from row to row."""
    spread = (7 * study + 3 * number) % 10 / 10
    ours = {"TOTAL_1": 20 + study, "MEAN_1": 5 + spread, "SD_1": 2, "TOTAL_2": 22 + study}
    return ours | {"MEAN_2": 4.5, "SD_2": 2.1}


def counts(study: int, number: int) -> Attributes:
    """Numbers that differ from row to row."""
    ours = {"TOTAL_1": 40 + study, "EVENTS_1": 3 + (5 * study + number) % 9}
    return ours | {"TOTAL_2": 41 + study, "EVENTS_2": 6 + (3 * study + number) % 7}


def write_copies(contents: Sequence[bytes], n: int, folder: Path) -> Path:
    """Copies of some files, in turn; what they become goes beside them."""
    copies = folder / f"reviews{n}"
    copies.mkdir(exist_ok=True)
    for i in range(n):
        (copies / f"{i:04}.rm5").write_bytes(contents[i % len(contents)])
    return copies


def in_one_call(reviews: Path, folder: Path) -> Cost:
    """All files in one process."""
    return metarepro(folder, "reproduce", reviews, "--output-dir", folder / "one")


def by_workflow(reviews: Path, folder: Path) -> Cost:
    """One job for each 50 files, on 2 cores."""
    with tempfile.TemporaryDirectory(dir=folder) as output:
        split = [sys.executable, f"{ROOT}/scripts/split_reviews.py", str(reviews)]
        first = measure([*split, "--output-dir", f"{output}/chunks"], folder)
        snakefile = f"{ROOT}/workflows/reproduce_many.smk"
        command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile]
        second = measure([*command, "--directory", output, "--cores", "2"], folder)
    megabytes = max(first.megabytes, second.megabytes)
    return Cost(first.seconds + second.seconds, first.cpu + second.cpu, megabytes)


def rows(runs: int = 3, corpus: Path | None = None, most: int = 500) -> list[Row]:
    """Lines of the table: few files, a hundred, and as many as are asked for."""
    contents = [made_up_file()]
    if corpus:
        contents = [path.read_bytes() for path in sorted(corpus.rglob("*.rm5"))]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        few_files, files = (write_copies(contents, n, folder) for n in (FEW, 100))
        few = typical([in_one_call(few_files, folder) for _ in range(runs)])
        pools = read_table(folder / "one/reproduction.csv", REVIEW_REPRODUCTION)
        hundred = typical([in_one_call(files, folder) for _ in range(runs)])
        further = (hundred.cpu - few.cpu) / (100 - FEW)
        exact = (pools["verdict"] == "exact").sum()
        # As many more each time, and jobs that come in pairs: one that has both cores for itself
        # costs less.
        sizes = (most // 5, 3 * most // 5, most)
        copies = [write_copies(contents, n, folder) for n in sizes]
        # One run may be a tenth off, as much as is looked for, and the machine slower for a while.
        rounds = [[by_workflow(some, folder) for some in copies] for _ in range(runs)]
    costs = [typical(of_size) for of_size in zip(*rounds, strict=True)]
    # What a job and the records of the workflow cost is in both.
    earlier, later = ((costs[i].cpu - costs[i - 1].cpu) / (sizes[i] - sizes[i - 1]) for i in (1, 2))
    minutes = LIBRARY / 2 / 60
    return [
        Row(
            f"{FEW} review files ({len(pools):,} pools, {exact:,} exact), one call",
            f"{few.cpu:.2f} s",
            met(few.cpu, FEW_SECONDS, "s"),
        ),
        Row(
            f"each further file ({len(pools) / FEW:.0f} pools)",
            f"{further:.3f} s",
            met(further, FURTHER_SECONDS, "s"),
        ),
        Row(
            "100 review files, one call",
            f"{hundred.cpu:.1f} s",
            met(hundred.cpu, HUNDRED_SECONDS, "s"),
        ),
        Row(
            "memory of that call",
            f"{hundred.megabytes:.0f} MB",
            met(hundred.megabytes, HUNDRED_MEGABYTES, "MB"),
        ),
        Row(
            f"{most:,} files by the workflow: each of the later ones",
            f"{later:.3f} s; largest job {costs[-1].megabytes:.0f} MB",
            met(later, round((1 + LINEAR) * earlier, 3), f"s (earlier ones + {LINEAR:.0%})"),
        ),
        Row(
            f"all {LIBRARY:,} reviews of the Cochrane Library, estimated",
            f"{later * minutes:.1f} min on 2 cores; recomputing alone {further * minutes:.1f} min, "
            f"on {NODES} cores {further * LIBRARY / NODES:.0f} s",
        ),
    ]
