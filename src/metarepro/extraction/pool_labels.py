"""Rows that are no studies by their names: totals, what is said of them, pools without a study.

Totals of counts are known by their numbers as well, which are the sums of the rows above.
"""

import re
from collections import Counter
from collections.abc import Container, Mapping

from metarepro.readers.source_table import SourceTable

#: Totals, and what is said of them.
_NO_STUDY = re.compile(
    r"(sub-?|grand )?totals?\b.*|sums?( of .*)?|overall\b.*|pooled\b.*|summary\b.*"
    r"|(random|fixed|common)[ -]effects?\b.*|heterogeneity\b.*|test (for|of)\b.*"
    r"|combined\b.*|meta-?analysis\b.*"
    r"|(ins)?gesamt\w*.*|(global|ensemble)( (effects?|estimates?|es))?"
    # Labels of metafor, meta, metan and of people; names of methods stand alone.
    r"|(re|fe|ee|ce|mv|ml|random|fixed|common)[ -]model\b.*|(re|fe|random|fixed|common)"
    r"|k ?= ?[0-9]+|(all )?[0-9]+ (studies|trials)|estimate"
    r"|all([ -](studies|trials)( combined| pooled)?)?"
    r"|(d ?\+ ?l|i-?v|m-?h)[ -](pooled|overall)\b.*|d ?\+ ?l|dl|reml|hksj"
    r"|((grand|weighted|unweighted|simple|mean|average|total|model)[ -])*(mean|average)"
    r"([ -](effect|effect[ -]size|es|estimate|smd|difference))?",
    re.I,
)
#: Before the name of the study that a pool leaves out, as metainf and metafor's leave1out have it.
_OMITTING = re.compile(r"(?:omit(?:ting|ted)?|exclud(?:ing|ed)|leaving out)\b[\s:,-]*(.+)", re.I)
#: Words that a study may be called by as well.
_WITHOUT = re.compile(r"(?:without|minus|w/o|less)\b[\s:,-]*(.+)", re.I)
_LEAVE_ONE_OUT = re.compile(
    r"\b(?:stud(?:y|ies)|trials?|authors?)\b.{0,12}\b(?:omitted|excluded|left[ -]out|removed)\b"
    r"|\b(?:omitted|excluded|left[ -]out|removed)\b.{0,4}\b(?:stud(?:y|ies)|trials?|authors?)\b",
    re.I,
)
_ITS_NAME = re.compile(r"\bleave[- ]?(?:one|1)[- ]?out\b", re.I)

#: Why a row is left out whose counts are the sums of the others.
SUMMED = "its counts are the sums of the rows above"


def is_no_study(label: str) -> bool:
    """Whether a row is a total, or says something of one.

    Examples
    --------
    >>> [is_no_study(label) for label in ("Subtotal (95% CI)", "RE Model", "Overton 2004")]
    [True, True, False]
    """
    return bool(_NO_STUDY.fullmatch(label.strip()))


class SumsOfRows:
    """The sums of the counts of both arms: of all rows so far, and of those since the last sums.

    Examples
    --------
    >>> sums = SumsOfRows()
    >>> rows = ((1, 10, 2, 10), (3, 20, 4, 21), (4, 30, 6, 31))
    >>> [sums.give(dict(zip(("events_t", "n_t", "events_c", "n_c"), row))) for row in rows]
    [False, False, True]
    """

    #: Of fewer counts, such as two sizes, the sums may be those of a study by chance.
    _COUNTS = 4

    def __init__(self) -> None:
        self._sums: list[tuple[Counter[str], int]] = [(Counter(), 0), (Counter(), 0)]

    def give(self, row: Mapping[str, float]) -> bool:
        """Whether all counts of a row are the sums of those above, or since the last sums.

        Other rows are added.
        """
        stems = ("events", "non_events", "n")
        counts = {role: x for role, x in row.items() if role.rpartition("_")[0] in stems}
        if len(counts) >= self._COUNTS and any(
            rows > 1 and sums == counts for sums, rows in self._sums
        ):
            self._sums[1] = Counter(), 0
            return True
        for place, (sums, rows) in enumerate(self._sums):
            sums.update(counts)
            self._sums[place] = sums, rows + 1
        return False


def omitted_study(label: str, studies: Container[str] = ()) -> str:
    """The study that a row leaves out by its name; "" if it leaves out none.

    Parameters
    ----------
    label : str
    studies : container of str
        The names of the other rows, as `plain_name` gives them.

    Examples
    --------
    >>> omitted_study("Omitting Ann 2001"), omitted_study("Without Borders 2003")
    ('Ann 2001', '')
    """
    if sure := _OMITTING.fullmatch(label.strip()):
        return sure[1]
    perhaps = _WITHOUT.fullmatch(label.strip())
    return perhaps[1] if perhaps and plain_name(perhaps[1]) in studies else ""


def leaves_one_out(table: SourceTable) -> bool:
    """Whether each row of a table is the pool without one study, by its name or first header.

    Examples
    --------
    >>> leaves_one_out(SourceTable("Table 3", "", ("Study omitted", "HR"), ()))
    True
    """
    header = table.columns[0] if table.columns else ""
    named = _ITS_NAME.search(f"{table.label} {table.caption} {header}")
    return bool(named or _LEAVE_ONE_OUT.search(header))


def plain_name(label: str) -> str:
    """The name of a study without what varies between the tables of a source.

    Examples
    --------
    >>> plain_name("Ann et al., (2001)") == plain_name("ann et al 2001")
    True
    """
    return re.sub(r"[\W_]+", " ", label).strip().casefold()
