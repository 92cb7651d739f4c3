"""Run a batch of reviews on a real SLURM and compare it with the local run; needs root.

    python -m tests.slurm.run [--corpus folder-of-reviews]

Sets up a SLURM of one node in a temporary folder, drains the node, starts the workflow, resumes the
node, ends two jobs in their first attempt (one by scancel, one by SIGKILL of its program), and
looks whether every chunk was done, the dead ones again, and the bytes are those of a local run.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes
from tests.slurm.cluster import PATIENCE, Cluster, install, wait_for

ROOT = Path(__file__).parents[2]
TABLES = ("reproduction.csv", "accuracy.csv", "audit.csv", "files.csv")
CHUNK_SIZE = 15
BROKEN = "broken.rm5"
#: As it would be on a cluster, but asking for the state of jobs more often.
OPTIONS = [
    *("--workflow-profile", "profiles/slurm", "--slurm-no-account"),
    *("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"),
    *("--latency-wait", "10", "--keep-going"),
]
SUBMITTED = re.compile(r"submitted with SLURM jobid (\d+)")


def say(text: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - STARTED:6.1f} s  {text}", flush=True)


def write_reviews(folder: Path, corpus: Path | None) -> None:
    """Made-up reviews, one of them broken, and those of a corpus."""
    folder.mkdir()
    # Enough for jobs that last some seconds: two are to be caught running.
    names = [f"review {i:03}.rm5" for i in range(60)] + ['it\'s "quoted" $(x).rm5', "-o.rm5"]
    for name in names:
        (folder / name).write_bytes(rm5_bytes(made_up_review()))
    (folder / BROKEN).write_text("<COCHRANE_REVIEW><ANALYSES", encoding="utf-8")
    if corpus is None:
        say("no corpus: made-up reviews only")
    else:
        shutil.copytree(corpus, folder / "corpus")
        say(f"with the reviews of {corpus}")


def reproduce_locally(reviews: Path, folder: Path) -> None:
    """The tables of one call over all files."""
    command = ["metarepro", "reproduce", str(reviews), "--output-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert BROKEN in done.stderr
    say("local run: " + ", ".join(done.stdout.splitlines()[:2]))


def split(reviews: Path, output: Path) -> int:
    """Write the chunks of the batch; how many there are."""
    size = str(CHUNK_SIZE)
    command = ["python", "scripts/split_reviews.py", str(reviews), "--chunk-size", size]
    subprocess.run([*command, "--output-dir", str(output / "chunks")], cwd=ROOT, check=True)
    return len(json.loads((output / "chunks/plan.json").read_text(encoding="utf-8"))["chunks"])


@contextmanager
def workflow(cluster: Cluster, output: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The batch workflow, running on the cluster."""
    command = ["snakemake", "--snakefile", "workflows/reproduce_many.smk"]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "--directory", str(output), *OPTIONS],
            cwd=ROOT,
            env=cluster.environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(
                signal.SIGINT
            )  # cancels its jobs; at SIGTERM it would wait for them
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def program_of(job: str) -> int | None:
    """Process that recomputes the chunk of a job, once it runs."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        is_script = len(words) > 1 and words[1].endswith(b"/reproduce_chunk.py")
        if is_script and f"SLURM_JOB_ID={job}".encode() in variables:
            return int(folder.name)
    return None


def kill_program(job: str) -> None:
    """End the program of a job as the kernel does when memory runs out."""
    found: list[int] = []

    def runs() -> bool:
        program = program_of(job)
        found.extend([program] if program else [])
        return bool(found)

    wait_for(f"job {job} does not start its program", runs)
    os.kill(found[0], signal.SIGKILL)


def check(corpus: Path | None, folder: Path) -> None:
    """The test."""
    reviews, output, log = folder / "reviews", folder / "output", folder / "snakemake.log"
    write_reviews(reviews, corpus)
    reproduce_locally(reviews, folder / "local")
    n_chunks = split(reviews, output)
    (folder / "slurm").mkdir()
    with Cluster(folder / "slurm") as cluster:
        say("SLURM runs: " + " ".join(cluster.run("sinfo", "--noheader").split()))
        cluster.set_node("drain")
        with workflow(cluster, output, log) as process:
            wait_for("jobs are not submitted", lambda: len(cluster.jobs("PENDING")) == n_chunks)
            time.sleep(8)
            assert process.poll() is None, log.read_text()
            assert set(cluster.jobs().values()) == {"PENDING"}
            assert not list((output / "parts").glob("*/*.csv"))
            reason = set(cluster.run("squeue", "--noheader", "--format=%r").splitlines())
            say(f"node drained: {n_chunks} jobs wait ({', '.join(sorted(reason))})")
            cluster.set_node("resume")
            wait_for("no two jobs run", lambda: len(cluster.jobs("RUNNING")) == 2)
            first, second = sorted(cluster.jobs("RUNNING"), key=int)
            say(f"node resumed: jobs {first} and {second} run")
            cluster.run("scancel", first)
            kill_program(second)
            say(f"job {first} ended by scancel, the program of job {second} by SIGKILL")
            status = process.wait(timeout=600)
            states = cluster.jobs()
        say("jobs: " + ", ".join(f"{job} {states[job].lower()}" for job in sorted(states, key=int)))
        text = log.read_text(encoding="utf-8")
        submitted = SUBMITTED.findall(text)
        assert len(submitted) == n_chunks + 2, text
        assert {job for job in submitted if states[job] != "COMPLETED"} == {first, second}, states
        assert status == 1, text
        assert BROKEN in text
        say(f"workflow: {len(submitted)} jobs for {n_chunks} chunks; status 1 and {BROKEN} named")
    for table in TABLES:
        assert (output / table).read_bytes() == (folder / "local" / table).read_bytes(), table
    say("the tables are those of the local run, byte for byte")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--corpus", type=Path, default=ROOT.parent / "shared/corpus", help="default: %(default)s"
    )
    args = arguments.parse_args(argv)
    install()
    # Ended by SIGTERM, the daemons are still to be stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="test-slurm-"))
    try:
        check(args.corpus if args.corpus.is_dir() else None, folder)
    except BaseException:
        say(f"failed; logs and files are kept in {folder}")
        raise
    shutil.rmtree(folder)


if __name__ == "__main__":
    STARTED = time.monotonic()
    main()
