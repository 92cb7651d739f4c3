"""Time the recomputing of many review files; prints, writes nothing.

    python benchmarks/reviews.py [--corpus folder] [--runs 3] [--most 500]

The files are copies of a made-up review of 40 analyses with 12 studies each, or of the RevMan 5
files of a corpus. Printed are the target for a hundred files, the cost of 1, 10, 100 and 500 in one
call and by the workflow on 2 cores, and what other sizes of a chunk cost.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import CAVEAT, ROOT, Cost, measure, median_cost, start_up, verdict

sys.path.insert(0, str(ROOT))

from tests.review_files import CONT, CONT_ROW, element, outcome, review, rm5_bytes, row

NUMBERS = (1, 10, 100, 500)
#: For a hundred files.
TARGET_SECONDS, TARGET_MEGABYTES = 60, 500
CHUNK_SIZES = (10, 25, 50, 100)
ANALYSES, STUDIES = 40, 12


def made_up_file() -> bytes:
    """A review with numbers that differ from row to row; what it publishes is not theirs."""
    names = [f"Trial-{study}-2001" for study in range(STUDIES)]
    included = [element("STUDY", {"ID": f"STD-{n}", "NAME": n, "YEAR": "2001"}) for n in names]
    included_studies = element("INCLUDED_STUDIES", None, *included)
    references = element("STUDIES_AND_REFERENCES", None, element("STUDIES", None, included_studies))
    outcomes = []
    for number in range(1, ANALYSES + 1):
        rows = []
        for study, name in enumerate(names):
            spread = (7 * study + 3 * number) % 10 / 10
            ours = {"TOTAL_1": 20 + study, "MEAN_1": 5 + spread, "SD_1": 2, "TOTAL_2": 22 + study}
            rows.append(row("CONT", CONT_ROW | ours | {"MEAN_2": 4.5, "SD_2": 2.1}, name))
        outcomes.append(outcome("CONT", CONT, *rows, number=str(number)))
    return rm5_bytes(review(*outcomes, references=references))


def write_copies(contents: Sequence[bytes], n: int, folder: Path) -> Path:
    """Copies of some files, in turn; Snakemake's records and tables go beside them."""
    copies = folder / f"reviews{n}"
    copies.mkdir()
    for i in range(n):
        (copies / f"{i:04}.rm5").write_bytes(contents[i % len(contents)])
    return copies


def one_call(reviews: Path, folder: Path) -> Cost:
    """All files in one process."""
    command = [sys.executable, "-m", "metarepro", "reproduce", str(reviews)]
    return measure([*command, "--output-dir", str(folder / "one")], folder)


def by_workflow(reviews: Path, folder: Path, chunk_size: int | None = None) -> Cost:
    """One job a chunk, on 2 cores."""
    with tempfile.TemporaryDirectory(dir=folder) as output:
        split = [sys.executable, f"{ROOT}/scripts/split_reviews.py", str(reviews)]
        size = ["--chunk-size", str(chunk_size)] if chunk_size else []
        first = measure([*split, *size, "--output-dir", f"{output}/chunks"], folder)
        snakefile = f"{ROOT}/workflows/reproduce_many.smk"
        command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile]
        second = measure([*command, "--directory", output, "--cores", "2"], folder)
    megabytes = max(first.megabytes, second.megabytes)
    return Cost(first.seconds + second.seconds, first.cpu + second.cpu, megabytes)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--corpus", type=Path, help="folder whose RevMan 5 files are copied")
    parser.add_argument("--runs", type=int, default=3, help="of a hundred files (default: 3)")
    parser.add_argument("--most", type=int, default=500, help="files (default: 500)")
    args = parser.parse_args(argv)
    contents = [made_up_file()]
    if args.corpus:
        contents = [path.read_bytes() for path in sorted(args.corpus.rglob("*.rm5"))]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        reviews = {n: write_copies(contents, n, folder) for n in {*NUMBERS, 100} if n <= args.most}
        hundred = median_cost([by_workflow(reviews[100], folder) for _ in range(args.runs)])
        print(f"A hundred review files by the workflow, 2 cores; medians of {args.runs}. {CAVEAT}")
        memory = "met" if hundred.megabytes <= TARGET_MEGABYTES else "MISSED"
        print(f"  {hundred}   {verdict(hundred.seconds, TARGET_SECONDS)}, 500 MB a job: {memory}")
        start = start_up("reproduce_chunk.py", folder).cpu
        print(f"  start-up of a job: {start:.1f} s CPU; nothing is drawn")
        print("\nFiles          in one call                         by the workflow, 2 cores")
        for n, copies in sorted(reviews.items()):
            print(f"{n:5} {one_call(copies, folder)}  {by_workflow(copies, folder)}", flush=True)
        print("\nA hundred files by the size of a chunk")
        for size in CHUNK_SIZES:
            print(f"{size:5} {by_workflow(reviews[100], folder, size)}", flush=True)


if __name__ == "__main__":
    main()
