"""Write the report: HTML pages that work from disk, with their figures and tables beside them.

Open index.html in the folder that is written. Everything that the pages show is in that folder;
nothing is loaded from elsewhere. Pages and tables for which there are no data are left out.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

import metarepro
from metarepro.catalogue import DOWNLOADS
from metarepro.command import run, stage_parser
from metarepro.plan import read_plan
from metarepro.report import site as report_site
from metarepro.report.blocks import PLOT_SCRIPTS
from metarepro.report.figures import drawn_rows, size
from metarepro.report.records import Records
from metarepro.report.search import search_index
from metarepro.study.certainty import refuse_unpooled
from metarepro.tabular.atomic import new_folder
from metarepro.tabular.spreadsheet_cells import for_spreadsheets
from metarepro.tabular.tables import FLOAT_FORMAT, read_result

ASSETS = Path(metarepro.__file__).parent / "templates" / "report"


def write_downloads(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the tables that have rows."""
    folder.mkdir()
    for name, frame in tables.items():
        if not frame.empty:
            write_table(frame, folder / f"{name}.csv")


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table for people: no text in it is taken for a formula."""
    for_spreadsheets(frame).to_csv(
        path, index=False, float_format=FLOAT_FORMAT, lineterminator="\n"
    )


def copy_figures(figures: Path, folder: Path) -> frozenset[str]:
    """Copy the drawings; their paths without suffix."""
    found = sorted(path.relative_to(figures) for path in figures.glob("*/*.svg"))
    for path in found:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(figures / path, folder / path)
    return frozenset(path.as_posix().removesuffix(".svg") for path in found)


def copy_manuscript(source: Path, folder: Path) -> list[str]:
    """Copy the files for manuscripts, if they were made; their names."""
    if not source.exists():
        return []
    hidden = shutil.ignore_patterns(".*")  # Snakemake's marks
    shutil.copytree(source, folder, copy_function=shutil.copyfile, ignore=hidden)
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    arguments.add_argument(
        "--requirements", type=Path, nargs="*", default=[], help="locked requirements.txt"
    )
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    tables = {table.name: read_result(args.results_dir, table) for table in DOWNLOADS}
    refuse_unpooled(tables["certainty"], list(tables["pooled"]["synthesis"]))
    plan = read_plan(args.config)
    requirements = "".join(path.read_text(encoding="utf-8") for path in args.requirements)
    with new_folder(args.output_dir) as output:
        write_downloads(tables, output / "data")
        figures = copy_figures(args.results_dir / "figures", output / "figures")
        manuscript = copy_manuscript(args.results_dir / "manuscript", output / "manuscript")
        for name in ("report.css", "favicon.svg", *report_site.SCRIPTS, *PLOT_SCRIPTS):
            shutil.copyfile(ASSETS / name, output / name)
        (output / "families.css").write_text(report_site.family_colours(plan), encoding="utf-8")
        files = [(table.name, table.about) for table in DOWNLOADS if len(tables[table.name])]
        records = Records(tables, plan, figures)
        for name, rows in drawn_rows(records):
            write_table(rows, output / "figures" / f"{name}.csv")
        site = report_site.make_site(records, requirements, files, manuscript)
        downloads = [f"data/{name}.csv" for name, _ in files]
        index = search_index(records, site.pages)
        (output / "search-index.js").write_text(index, encoding="ascii")
        sizes = {f"figures/{path}.svg": size(output / f"figures/{path}.svg") for path in figures}
        renderer = report_site.Renderer(site, records.measure, downloads, sizes)
        for page in site.pages:
            path = output / page.path
            path.parent.mkdir(exist_ok=True)
            path.write_text(renderer.render(page), encoding="utf-8")


if __name__ == "__main__":
    run(main)
