"""All pages of the report, and how they become HTML."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from metarepro.plan import Plan
from metarepro.report import claims as report_claims
from metarepro.report import glossary as report_glossary
from metarepro.report import index as report_index
from metarepro.report import kinds as report_kinds
from metarepro.report import lists as report_lists
from metarepro.report import methods as report_methods
from metarepro.report import overlap as report_overlap
from metarepro.report import published as report_published
from metarepro.report import risk_of_bias as report_bias
from metarepro.report import sensitivity_page as report_sensitivity
from metarepro.report import syntheses as report_syntheses
from metarepro.report import topics as report_topics
from metarepro.report import trials as report_trials
from metarepro.report.blocks import Link, Page
from metarepro.report.citation import citation, citation_bibtex
from metarepro.report.records import Records
from metarepro.report.templates import environment

#: Makes a page of all records.
MakePage = Callable[[Records], Page]
#: The pages that there is one of: their group in the navigation, their name there, and the tables
#: of which at least one must have rows; without tables: always.
SINGLE: Sequence[tuple[str, str, MakePage, Sequence[str]]] = (
    ("", "Evidence", report_index.page, ()),
    ("", "Claims", report_claims.claims_page, ("claims",)),
    ("", "Programmes", report_claims.programmes_page, ("programmes",)),
    ("", "Other evidence", report_kinds.page, ("evaluations", "guidance", "economics")),
    ("Data", "Results", report_lists.results_page, ("effects",)),
    ("Data", "Syntheses", report_lists.syntheses_page, ("pooled",)),
    ("Data", "Trials", report_lists.trials_page, ("trials", "review_trials")),
    (
        *("Checks", "Reproduction", report_published.reproduction_page),
        ("reproduction", "review_reproduction"),
    ),
    ("Checks", "Overlap", report_overlap.page, ("overlap_pairs", "shared_effects")),
    ("Checks", "Sensitivity", report_sensitivity.page, ("multiverse",)),
    ("Checks", "Risk of bias", report_bias.page, ("risk_of_bias",)),
    ("Checks", "Audit", report_lists.audit_page, ("audit", "review_audit")),
)
_ABOUT = "About"


#: The scripts of every page, in the order in which they build on each other.
SCRIPTS = ("words.js", "table_address.js", "report.js", "search.js", "copy.js", "png.js")


@dataclass(frozen=True)
class Site:
    """All pages of the report, and those that every page links.

    Parameters
    ----------
    title : str
        What the report is called.
    pages : sequence of Page
        The first one first.
    navigation : mapping of str to list of Link
        To the pages that every page links, by group; "" for those that stand alone.
    terms : sequence of Term
        What the pages link to the glossary.
    """

    title: str
    pages: Sequence[Page]
    navigation: Mapping[str, Sequence[Link]]
    terms: Sequence[report_glossary.Term] = ()


def make_site(
    records: Records,
    requirements: str,
    files: Sequence[tuple[str, str]],
    manuscript: Sequence[str],
) -> Site:
    """Make every page for which there are data.

    Parameters
    ----------
    records : Records
        All tables.
    requirements : str
        The locked requirements file.
    files, manuscript
        What can be downloaded (see `report.methods.downloads_page`).
    """
    single = [
        (group, name, make(records))
        for group, name, make, tables in SINGLE
        if not tables or records.has(*tables)
    ]
    single += [
        (_ABOUT, "Methods", report_methods.page(records, requirements)),
        (_ABOUT, "Downloads", report_methods.downloads_page(files, manuscript)),
    ]
    navigation: dict[str, list[Link]] = {}
    for group, name, page in single:
        navigation.setdefault(group, []).append(Link(name, page.path))
    pages = [page for *_, page in single]
    pages += [report_glossary.page(records), *_pages_of_each(records)]
    terms = report_glossary.terms(records)
    return Site(records.plan.study.title, pages, navigation, terms)


def _pages_of_each(records: Records) -> Iterator[Page]:
    """The pages of the domains, interventions, syntheses, published results and trials."""
    if records.has("trials", "review_trials", "evaluations", "guidance", "programmes"):
        for domain in records.domains:
            yield report_topics.domain_page(records, domain["domain"])
        for intervention in records.interventions:
            yield report_topics.intervention_page(records, intervention)
    for key in sorted(records.shown):
        yield report_syntheses.page(records, key)
    for row in records.tables["reproduction"].to_dict("records"):
        yield report_published.page(records, row)
    for trial_id in records.trials:
        yield report_trials.page(records, trial_id)


def family_colours(plan: Plan) -> str:
    """The colours of the families of interventions, as CSS."""
    return "".join(
        f".family-{name} {{ --family: {family.colour}; }}\n"
        for name, family in plan.families.items()
    )


class Renderer:
    """Turns pages into HTML; every text is escaped.

    Parameters
    ----------
    site : Site
        What the page belongs to.
    measure : str
        The effect measure and which side of it is better, for the foot of the page.
    downloads : collection of str
        Addresses of the tables that can be downloaded; a table links no other.
    sizes : mapping
        Address of a figure to its width and height in CSS pixels.
    """

    def __init__(
        self,
        site: Site,
        measure: str,
        downloads: Collection[str],
        sizes: Mapping[str, tuple[int, int]],
    ) -> None:
        templates = environment()
        templates.globals |= {
            "site": site,
            "measure": measure,
            "downloads": frozenset(downloads),
            "sizes": sizes,
            "site_scripts": SCRIPTS,
            "citation": citation,
            "citation_bibtex": citation_bibtex,
        }
        self._template = templates.get_template("page.html.j2")
        self._terms = site.terms

    def render(self, page: Page) -> str:
        """Return a page as HTML."""
        terms = () if page.path == report_glossary.PATH else self._terms
        marker = report_glossary.Marker(terms)
        return self._template.render(page=page, root=page.root, marked=marker.mark)
