"""Run the benchmarks: each target beside what was measured, and the same work by others.

    python -m benchmarks.run [--corpus FOLDER] [--write README.md]

All seconds are CPU time (user + system), which other work on the machine disturbs least; of the
workflow the wall clock is given as well. With --write, the table between the markers of a Markdown
file is replaced.
"""

import argparse
import compileall
import platform
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import drawing, pooling, reviews, sizes, start_up, workflow
from benchmarks.measure import ROOT, Row, markdown

#: Marks between which the table stands.
BEGIN, END = "<!-- benchmark: begin -->\n", "<!-- benchmark: end -->\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--corpus", type=Path, help="folder whose RevMan 5 files are copied")
    parser.add_argument("--files", type=int, default=500, help="for the workflow (default: 500)")
    parser.add_argument("--runs", type=int, default=3, help="of which the median (default: 3)")
    parser.add_argument("--write", type=Path, help="Markdown file to put the table into")
    parts: dict[str, Callable[[], list[Row]]] = {
        "start-up": lambda: start_up.rows(args.runs),
        "reviews": lambda: reviews.rows(args.runs, args.corpus, args.files),
        "pooling": pooling.rows,
        "drawing": lambda: drawing.rows(args.runs),
        "workflow": lambda: workflow.rows(args.runs),
        "sizes": sizes.rows,
    }
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts), metavar="PART")
    args = parser.parse_args(argv)
    # As pip does for an installed package; else each start compiles our modules.
    compileall.compile_dir(ROOT / "src", quiet=1)
    rows: list[Row] = []
    for name in args.only:
        found = parts[name]()
        print(markdown(found), flush=True)
        rows += found
    if args.write:
        machine = f"Python {platform.python_version()} on {platform.machine()}, CPU time\n\n"
        write(machine + markdown(rows), args.write)


def write(table: str, path: Path) -> None:
    """Put a table between the marks of a Markdown file."""
    text = path.read_text(encoding="utf-8")
    marked = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if not marked.search(text):
        raise SystemExit(f"{path}: no lines {BEGIN.strip()} and {END.strip()}")
    path.write_text(marked.sub(lambda _: BEGIN + table + END, text), encoding="utf-8")


if __name__ == "__main__":
    main()
