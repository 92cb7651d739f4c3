"""All pages of the report, and how they become HTML."""

from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from metarepro.report import claims as report_claims
from metarepro.report import index as report_index
from metarepro.report import kinds as report_kinds
from metarepro.report import lists as report_lists
from metarepro.report import methods as report_methods
from metarepro.report import overlap as report_overlap
from metarepro.report import syntheses as report_syntheses
from metarepro.report import topics as report_topics
from metarepro.report import trials as report_trials
from metarepro.report.blocks import Link, Page
from metarepro.report.matrix import HEIGHT, WIDTH
from metarepro.report.records import Records

#: The pages that every page links, with their names in `Page.nav`.
NAVIGATION = {
    "index": Link("Evidence", "index.html"),
    "claims": Link("Claims", "claims.html"),
    "programmes": Link("Programmes", "programmes.html"),
    "other": Link("Other evidence", "other_evidence.html"),
    "reproduction": Link("Reproduction", "reproduction.html"),
    "overlap": Link("Overlap", "overlap.html"),
    "results": Link("Results", "results.html"),
    "trials": Link("Trials", "trials.html"),
    "audit": Link("Audit", "audit.html"),
    "methods": Link("Methods", "methods.html"),
    "downloads": Link("Downloads", "downloads.html"),
}


def pages(
    records: Records,
    requirements: str,
    files: Sequence[tuple[str, str]],
    manuscript: Sequence[str],
) -> Iterator[Page]:
    """Make every page, the first one first.

    Parameters
    ----------
    records : Records
        All tables.
    requirements : str
        The locked requirements file.
    files, manuscript
        What can be taken away (see `report.methods.downloads_page`).
    """
    yield report_index.page(records)
    yield report_claims.claims_page(records)
    yield report_claims.programmes_page(records)
    yield report_kinds.page(records)
    yield report_lists.reproduction_page(records)
    yield report_overlap.page(records)
    yield report_lists.results_page(records)
    yield report_lists.syntheses_page(records)
    yield report_lists.trials_page(records)
    yield report_lists.audit_page(records)
    yield report_methods.page(records, requirements)
    yield report_methods.downloads_page(files, manuscript)
    for domain in records.domains:
        yield report_topics.domain_page(records, domain["domain"])
    for intervention in records.interventions:
        yield report_topics.intervention_page(records, intervention)
    for key in sorted(records.shown):
        yield report_syntheses.page(records, key)
    for trial_id in records.trials:
        yield report_trials.page(records, trial_id)


class Renderer:
    """Turns pages into HTML; every text is escaped."""

    def __init__(self) -> None:
        environment = Environment(
            loader=PackageLoader("metarepro", "templates/report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._template = environment.get_template("page.html.j2")

    def render(self, page: Page) -> str:
        """Return a page as HTML."""
        return self._template.render(
            page=page,
            root=page.root,
            navigation=NAVIGATION,
            drawing_width=WIDTH,
            drawing_height=HEIGHT,
        )
