"""Break the code on purpose, one small mutant at a time, and see whether a test notices.

    make mutation
    python -m tests.mutation.run conversion models comparison claims --sample 100 --seed 1

The mutants are Cosmic Ray's: a seeded random sample of each room, without the modules that only
declare tables. A mutant is tried with the tests that run its line, the quickest first. It is killed
if a test fails or hangs; survivors are printed with their change. Mutants that cannot be imported
are not counted.

This changes files in the folder where it runs: make mutation runs it in a clone of the last commit.
"""

import argparse
import importlib
import math
import os
import pkgutil
import random
import signal
import subprocess
import sys
import time
from ast import literal_eval
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.number_replacer import NumberReplacer
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from coverage import CoverageData
from parso.python.tree import Number
from parso.tree import NodeOrLeaf

#: Each is a mistake that someone might make; Cosmic Ray has others, which any test would notice.
OPERATORS = (
    *(
        f"ReplaceBinaryOperator_{change}"
        for change in (
            *("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul"),
            *("BitAnd_BitOr", "BitOr_BitAnd"),
        )
    ),
    *(
        f"ReplaceComparisonOperator_{change}"
        for change in (
            *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "Lt_LtE", "Lt_GtE", "LtE_Lt"),
            *("LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
        )
    ),
    *("ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not"),
    *("ReplaceUnaryOperator_Delete_Invert", "AddNot", "ReplaceTrueWithFalse"),
    *("ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "NumberReplacer"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
)
#: Exit status of a mutant that cannot be imported.
STILLBORN = 99


class NumberDoubled(NumberReplacer):  # type: ignore[misc]
    """Double a number: a threshold that is off by a little less than Cosmic Ray's 1."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[object]:
        """Each number but 0, once."""
        found = list(super().mutation_positions(node))
        return iter(found[:1] if found and literal_eval(node.value) != 0 else ())

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        """The number times 2."""
        return Number(f" {2 * literal_eval(node.value)}", node.start_pos)


@dataclass(frozen=True)
class Mutant:
    """One change: its operator, which occurrence of it in the file, and the lines of the change."""

    path: str
    operator: Operator
    occurrence: int
    lines: range

    def source(self) -> str:
        """The file with the change."""
        return str(mutate_code(Path(self.path).read_text(), self.operator, self.occurrence))

    def __str__(self) -> str:
        before, after = Path(self.path).read_text().splitlines(), self.source().splitlines()
        changed = [(a, b) for a, b in zip(before, after, strict=False) if a != b][:3]
        shown = "".join(f"\n    - {a.strip()}\n    + {b.strip()}" for a, b in changed)
        return f"{self.path}:{self.lines.start}{shown}"


def mutants_of(path: str) -> list[Mutant]:
    """All mutants of a file."""
    tree = list(ast_nodes(get_ast(Path(path).read_text())))
    operators = [NumberDoubled(), *(get_operator(f"core/{name}")() for name in OPERATORS)]
    return [
        Mutant(path, operator, occurrence, range(start[0], end[0] + 1))
        for operator in operators
        for occurrence, (start, end) in enumerate(
            position for node in tree for position in operator.mutation_positions(node)
        )
    ]


class Tests:
    """Which tests run a line, and how long they take; those that pass without mutants."""

    def __init__(self, coverage: Path, durations: Path) -> None:
        self.data = CoverageData(str(coverage))
        self.data.read()
        self.seconds: dict[str, float] = {}
        for case in ElementTree.parse(durations).iter("testcase"):
            if not len(case):  # neither failed nor skipped
                name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
                self.seconds[name] = float(case.get("time", 0))

    def of(self, mutant: Mutant, budget: float) -> list[str]:
        """The quickest tests of a mutant that together take up to `budget` seconds, by file."""
        contexts = self.data.contexts_by_lineno(str(Path(mutant.path).resolve()))
        ran = {name for line in mutant.lines for name in contexts.get(line, ())}
        if not ran - {""}:  # run on import only, or inside an expression of several lines
            ran = {name for names in contexts.values() for name in names}
        if not ran - {""}:
            ran = self.of_room(mutant.path)
        names = {name.split("|")[0] for name in ran} & set(self.seconds)
        chosen: list[str] = []
        total = 0.0
        for name in sorted(names, key=lambda name: (self.seconds[name], name)):
            total += self.seconds[name]
            if chosen and total > budget:
                break
            chosen.append(name)
        quickest: dict[str, int] = {}
        for name in chosen:
            quickest.setdefault(name.split("::")[0], len(quickest))
        return sorted(chosen, key=lambda name: quickest[name.split("::")[0]])

    def of_room(self, path: str) -> set[str]:
        """The tests that run any line of a file beside this one."""
        beside = (str(file.resolve()) for file in Path(path).parent.glob("*.py"))
        lines = (self.data.contexts_by_lineno(file).values() for file in beside)
        return {name for of_file in lines for names in of_file for name in names}


def try_mutant(mutant: Mutant, tests: Sequence[str], seconds: float) -> str:
    """Run the tests against a mutant: "killed", "survived" or "stillborn"."""
    path = Path(mutant.path)
    original = path.read_text()
    path.write_text(mutant.source())
    try:
        status = _in_child(path, tests, seconds)
    finally:
        path.write_text(original)
    return {0: "survived", STILLBORN: "stillborn"}.get(status, "killed")


def _in_child(path: Path, tests: Sequence[str], seconds: float) -> int:
    child = os.fork()
    if child == 0:
        os.setsid()
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        status = STILLBORN
        try:
            importlib.import_module(".".join(path.relative_to("src").with_suffix("").parts))
            status = 1
            # A plugin of pytest is among what was imported before.
            calm = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
            status = int(pytest.main(["-x", "-q", *calm, "-p", "no:cacheprovider", *tests]))
        finally:
            os._exit(status)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 1


def score_of(killed: int, tried: int) -> str:
    """Share killed, with Wilson's interval (95%)."""
    share, z2 = killed / tried, 1.96**2
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    half = math.sqrt(z2 * (share * (1 - share) / tried + z2 / (4 * tried**2))) / (1 + z2 / tried)
    return f"{killed} of {tried}, {share:.0%} ({middle - half:.0%} to {middle + half:.0%})"


def main(argv: Sequence[str] | None = None) -> None:
    """Sample, try and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rooms", nargs="+")
    parser.add_argument("--sample", type=int, default=100, help="mutants of each room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=15, help="of tests for each mutant")
    args = parser.parse_args(argv)
    tests = measured()
    preload()
    for room in args.rooms:
        report(room, tests, args.sample, args.seed, args.seconds)


def measured() -> Tests:
    """Run all tests once without mutants."""
    coverage, durations = Path("coverage").resolve(), Path("durations.xml").resolve()
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile"),
            *("--cov=metarepro", "--cov-context=test", "--cov-report=", f"--junitxml={durations}"),
            *("src", "tests/unit"),
        ],
        env=os.environ | {"COVERAGE_FILE": str(coverage)},
        check=False,  # a test that fails is left out
    )
    return Tests(coverage, durations)


def preload() -> None:
    """Import what the engine imports, once for all mutants, but forget the engine itself."""
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    sys.dont_write_bytecode = True
    for module in pkgutil.walk_packages(["src/metarepro"], "metarepro."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in [name for name in sys.modules if name.split(".")[0] == "metarepro"]:
        del sys.modules[name]


def report(room: str, tests: Tests, sample: int, seed: int, seconds: float) -> None:
    """Try a sample of the mutants of a room and print the survivors and the score."""
    folder = Path("src/metarepro", room)
    files = sorted(str(path) for path in folder.glob("*.py") if path.name != "tables.py")
    mutants = [mutant for file in files for mutant in mutants_of(file)]
    random.Random(seed).shuffle(mutants)
    outcomes = {"killed": 0, "survived": 0, "stillborn": 0}
    for mutant in mutants:
        if outcomes["killed"] + outcomes["survived"] == sample:
            break
        outcome = try_mutant(mutant, tests.of(mutant, seconds), 60 + 3 * seconds)
        outcomes[outcome] += 1
        if outcome == "survived":
            print(f"survived: {mutant}", flush=True)
    tried = outcomes["killed"] + outcomes["survived"]
    print(f"{room}: killed {score_of(outcomes['killed'], tried)}", flush=True)


if __name__ == "__main__":
    main()
