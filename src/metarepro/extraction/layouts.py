"""Layouts that are documented: their columns mean the same in every file.

Sources: metafor (escalc, the names of its arguments, of which those with 1 are the treated); the
data standard of Metapsy (docs.metapsy.org/data-preparation/format); the fields of MetaLab
(langcog.github.io/metalab).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from metarepro.extraction.arm_rows import arms_in_rows
from metarepro.extraction.mapping import SETS, Analysis, Cell
from metarepro.extraction.pool_labels import leaves_one_out
from metarepro.extraction.profiles import Column
from metarepro.readers.effect_names import ours_of
from metarepro.readers.source_table import SourceTable
from metarepro.tabular.yaml_text import FILL_IN


@dataclass(frozen=True)
class _Layout:
    """Analyses of a layout.

    Attributes
    ----------
    words : what it is called
    marks : headers of which at least two are there
    analyses : name, measure, scale, and role -> header
    """

    words: str
    marks: frozenset[str]
    analyses: tuple[tuple[str, str, str, Mapping[str, str]], ...]


def _arms(**stems: str) -> dict[str, str]:
    return {f"{role}_{arm}": f"{stem}_arm{arm}" for role, stem in stems.items() for arm in "12"}


_LAYOUTS = (
    _Layout(
        "Metapsy",
        frozenset(("condition_arm1", "multi_arm1", "outcome_type", "instrument", "precalc_g",
                   ".g", ".log_rr", "mean_arm1", "event_arm1")),
        (
            ("g", "SMD", "", {"yi": ".g", "sei": ".g_se"}),
            ("g precalculated", "SMD", "", {"yi": "precalc_g", "sei": "precalc_g_se"}),
            ("risk ratio", "RR", "log", {"yi": ".log_rr", "sei": ".log_rr_se"}),
            ("risk ratio precalculated", "RR", "log",
             {"yi": "precalc_log_rr", "sei": "precalc_log_rr_se"}),
            ("means", "SMD", "", _arms(mean="mean", sd="sd", n="n")),
            ("changes", "SMD", "", _arms(mean="mean_change", sd="sd_change", n="n_change")),
            ("events", "", "", _arms(events="event", n="totaln")),
        ),
    ),
    _Layout(
        "MetaLab",
        frozenset(("expt_num", "participant_design", "short_cite", "long_cite",
                   "d_calc", "g_calc", "corr_imputed")),
        (
            ("g", "SMD", "", {"yi": "g_calc", "vi": "g_var_calc"}),
            ("d", "SMD", "", {"yi": "d_calc", "vi": "d_var_calc"}),
            ("d reported", "SMD", "", {"yi": "d", "vi": "d_var"}),
        ),
    ),
)  # fmt: skip


#: Domains of a table of robvis; five make RoB 2 (seven RoB 1 or ROBINS-I, four QUADAS-2).
_DOMAIN = re.compile(r"d(?:omain)? ?[1-9]", re.I)
_JUDGEMENTS = frozenset(("low", "some concerns", "high", "no information", "-", "+", "x", "?"))


def table_words(table: SourceTable) -> str:
    """What a table is that is known by its headers and holds no results of studies; else "".

    RoB 2 as robvis takes it: Study, D1 to D5, Overall and perhaps Weight (McGuinness & Higgins
    2021; the data set data_rob2 of the package).

    Examples
    --------
    >>> from metarepro.readers.source_table import SourceRow
    >>> columns = ("Study", "D1", "D2", "D3", "D4", "D5", "Overall")
    >>> row = SourceRow(2, ("Ann 2001", *["Low"] * 6))
    >>> table_words(SourceTable("", "", columns, (row,)))
    'risk of bias (RoB 2, in the layout of robvis)'
    """
    if leaves_one_out(table):
        return "pools that leave one study out each"
    names = [name.strip() for name in table.columns]
    domains = [place for place, name in enumerate(names) if _DOMAIN.fullmatch(name)]
    if len(domains) != 5 or "overall" not in [name.lower() for name in names]:
        return ""
    judged = {row.cells[place].strip().lower() for row in table.rows for place in domains}
    return "risk of bias (RoB 2, in the layout of robvis)" if judged <= _JUDGEMENTS else ""


def our_names(headers: Sequence[str]) -> dict[str, Cell]:
    """Role -> column, of headers that have the names of `effect_names`; none unless all are there.

    Examples
    --------
    >>> {role: cell.column for role, cell in our_names(("ai", "n1i", "ci", "n2i")).items()}
    {'events_t': 'ai', 'n_t': 'n1i', 'events_c': 'ci', 'n_c': 'n2i'}
    """
    own: dict[str, Cell] = {}
    for header, role in zip(headers, ours_of(headers), strict=True):
        if role:
            own.setdefault(role, Cell(header, 0, "the name that this program and metafor give it"))
    roles = next((roles for roles in SETS if set(roles) <= own.keys()), ())
    labels = ("trial",) if roles and "trial" in own else ()
    return {role: own[role] for role in (*labels, *roles)}


def _kind(roles: Mapping[str, Cell]) -> str:
    """What an analysis is called whose columns have the names of this program."""
    leading = {"yi": "effects", "mean_t": "means", "r": "correlation", "n_total": "proportion"}
    return next((name for role, name in leading.items() if role in roles), "counts")


def layout_analyses(columns: Sequence[Column], mark: str) -> Iterator[Analysis]:
    """The analyses of a table in a layout that is known by its headers; none for others."""
    headers = {c.header.text.strip().lower(): c for c in columns}
    own = our_names([c.header.text for c in columns])
    if own:
        if "events" not in own or not arms_in_rows(columns):
            yield Analysis(_kind(own), "", own, decimal=mark)
        return
    for layout in _LAYOUTS:
        if len(layout.marks & headers.keys()) < 2:
            continue
        for name, measure, scale, wanted in layout.analyses:
            found = {role: headers.get(header) for role, header in wanted.items()}
            if all(c is not None and c.width == 1 for c in found.values()):
                cells = {
                    role: Cell(c.header.text, 0, f"the layout of {layout.words}")
                    for role, c in found.items()
                    if c is not None
                }
                asked = FILL_IN if any(role.endswith("_1") for role in cells) else ""
                yield Analysis(name, "", cells, measure, scale, mark, asked)
        return
