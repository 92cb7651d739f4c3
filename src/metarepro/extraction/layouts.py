"""Layouts that are documented: their columns mean the same in every file.

Sources: metafor (escalc, the names of its arguments); the data standard of Metapsy
(docs.metapsy.org; tools.metapsy.org), where arm 1 is the intervention and arm 2 the comparison;
the fields of MetaLab (langcog.github.io/metalab).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from metarepro.extraction.mapping import SETS, Analysis, Cell
from metarepro.extraction.profiles import Column
from metarepro.readers.effect_table import ALIASES

_OURS = {alias: name for name, aliases in ALIASES.items() for alias in (name, *aliases)}


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
    return {
        f"{role}_{arm}": f"{stem}_arm{number}"
        for role, stem in stems.items()
        for arm, number in (("t", 1), ("c", 2))
    }


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
        frozenset(("same_infant", "expt_num", "participant_design", "short_cite", "long_cite",
                   "d_calc", "g_calc", "corr_imputed")),
        (
            ("g", "SMD", "", {"yi": "g_calc", "vi": "g_var_calc"}),
            ("d", "SMD", "", {"yi": "d_calc", "vi": "d_var_calc"}),
            ("d reported", "SMD", "", {"yi": "d", "vi": "d_var"}),
        ),
    ),
)  # fmt: skip


def layout_analyses(columns: Sequence[Column], mark: str) -> Iterator[Analysis]:
    """The analyses of a table in a layout that is known by its headers; none for others."""
    headers = {c.header.text.strip().lower(): c for c in columns}
    own = {role: headers[name].header.text for name, role in _OURS.items() if name in headers}
    roles = next((roles for roles in SETS if set(roles) <= own.keys()), ())
    if roles:
        reason = "the name that this program and metafor give it"
        labels = ("trial",) if "trial" in own else ()
        cells = {role: Cell(own[role], 0, reason) for role in (*labels, *roles)}
        yield Analysis("effects" if "yi" in roles else "arms", "", cells, decimal=mark)
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
                yield Analysis(name, "", cells, measure, scale, mark)
        return
