"""A SLURM of one node, set up in a folder and gone at the end; needs root, slurm-wlm and munge."""

import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

PROGRAMS = (
    "munged",
    "slurmctld",
    "slurmd",
    "sbatch",
    "srun",
    "squeue",
    "scancel",
    "scontrol",
    "sinfo",
)
PACKAGES = ("slurm-wlm", "munge")
NODE = "node1"
CPUS = 2
MEMORY_MB = 2000
PATIENCE = 60  # seconds
MUNGE_FILES = ("key", "pid", "log", "seed")

CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld_port}
SlurmdPort={d_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
SlurmdParameters=config_overrides
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
JobRequeue=0
MinJobAge=3600
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory}
PartitionName=main Nodes={node} Default=YES MaxTime=INFINITE State=UP
"""


def install() -> None:
    """Install what is missing with apt-get; end with a message where that cannot be."""
    # Debian keeps the daemons where only root's path leads.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if os.geteuid() != 0:
        sys.exit("make test-slurm starts SLURM's daemons: it must be run as root")
    if not missing():
        return
    if shutil.which("apt-get") is None:
        sys.exit(f"{', '.join(missing())} not found, nor apt-get: install {' and '.join(PACKAGES)}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "--quiet=2"], env=quiet, check=False)
    command = ["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", *PACKAGES]
    subprocess.run(command, env=quiet, check=False)
    if missing():
        sys.exit(f"{', '.join(missing())} not found after installing {' and '.join(PACKAGES)}")


def missing() -> list[str]:
    """Programs that are needed and not there."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def wait_for(what: str, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until something holds.

    Raises
    ------
    TimeoutError
        Saying what did not come about.
    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds:g} s: {what}")
        time.sleep(0.2)


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A running SLURM; as a context it stops what it started, and nothing else.

    Parameters
    ----------
    folder : Path
        For its configuration, key, state and logs.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = os.environ | {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
        }
        self._daemons: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Cluster":
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def run(self, *command: str) -> str:
        """What a command of SLURM prints."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def jobs(self, *states: str) -> dict[str, str]:
        """State of each job, by its number; of all jobs, or those in some states."""
        chosen = ",".join(states) or "all"
        listed = self.run("squeue", "--noheader", "--states", chosen, "--format=%i %T")
        return dict(line.split() for line in listed.splitlines())

    def set_node(self, state: str) -> None:
        """Drain or resume the node."""
        node = ["scontrol", "update", f"nodename={NODE}", f"state={state}"]
        self.run(*node, *(["reason=test"] if state == "drain" else []))

    def _start(self) -> None:
        host = socket.gethostname().split(".")[0]
        places = {"host": host, "folder": self.folder, "node": NODE}
        ports = {"ctld_port": free_port(), "d_port": free_port()}
        size = {"cpus": CPUS, "memory": MEMORY_MB}
        config = CONFIG.format(**places, **ports, **size)
        (self.folder / "slurm.conf").write_text(config, encoding="utf-8")
        for name in ("bin", "state", "spool"):
            (self.folder / name).mkdir()
        # Snakemake takes SLURM's variables from a job, with them where this configuration is.
        srun = self.folder / "bin/srun"
        where = shlex.quote(str(self.folder / "slurm.conf"))
        command = f'#!/bin/sh\nSLURM_CONF={where} exec {shutil.which("srun")} "$@"\n'
        srun.write_text(command, encoding="utf-8")
        srun.chmod(0o755)
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(1024))
        files = [f"--{kind}-file={self.folder}/munge.{kind}" for kind in MUNGE_FILES]
        # --force: the folder for temporary files above ours is anybody's to write.
        place = f"--socket={self.folder}/munge.socket"
        self._daemon("munged", "--foreground", "--force", place, *files)
        wait_for("munged has no socket", (self.folder / "munge.socket").exists)
        self._daemon("slurmctld", "-D")
        self._daemon("slurmd", "-D", "-N", NODE)
        wait_for("the node is not idle", self._is_idle)

    def _daemon(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.out").open("wb") as output:
            self._daemons.append(
                subprocess.Popen(
                    command,
                    env=self.environment,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # not to be hit by Ctrl-C before its jobs are ended
                )
            )

    def _is_idle(self) -> bool:
        for daemon in self._daemons:
            if daemon.poll() is not None:
                raise RuntimeError(f"{daemon.args!r} ended; its log is in {self.folder}")
        command = ["sinfo", "--noheader", "--format=%T"]
        said = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        return said.stdout.split() == ["idle"]

    def _stop(self) -> None:
        """End the jobs, then the daemons; jobs outlive the daemon that started them."""
        if len(self._daemons) == 3:
            running = ("RUNNING", "PENDING", "COMPLETING", "CONFIGURING")
            try:
                for job in self.jobs(*running):
                    self.run("scancel", "--full", job)
                wait_for("jobs do not end", lambda: not self.jobs(*running))
            except (subprocess.CalledProcessError, TimeoutError) as error:
                print(f"the jobs could not be ended: {error}", file=sys.stderr)
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=PATIENCE / 4)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
