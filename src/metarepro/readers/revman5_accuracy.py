"""Reads RevMan 5 files of diagnostic test accuracy: the 2x2 tables of the studies."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from metarepro.readers import revman5
from metarepro.readers.archives import Document
from metarepro.readers.review_tables import ACCURACY_COUNTS, CD_NUMBER, Extraction, ReviewFile
from metarepro.readers.revman5_attributes import Attributes
from metarepro.readers.revman_web_accuracy import NOTE, accuracy_review
from metarepro.readers.xml_tree import Element, read_root
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem

WORDS = "a RevMan 5 file of diagnostic test accuracy"
IN_TABLES = False
_DIAGNOSTIC = re.compile(rb"<COCHRANE_REVIEW\b[^>]*\bTYPE\s*=\s*[\"']DIAGNOSTIC", re.I)
_CHILDREN = {
    revman5.ROOT: frozenset({"COVER_SHEET", "STUDIES_AND_REFERENCES", "ANALYSES_AND_DATA"}),
    "COVER_SHEET": frozenset({"TITLE"}),
    "STUDIES_AND_REFERENCES": frozenset({"STUDIES"}),
    "STUDY": frozenset[str](),
}
_COUNTS = {name: name.upper() for name in ACCURACY_COUNTS}


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is a RevMan 5 file of test accuracy."""
    return revman5.sniff(head) and bool(_DIAGNOSTIC.search(head.replace(b"\0", b"")))


def read(documents: Sequence[Document], file: str) -> Extraction:
    """Read a RevMan 5 file of test accuracy.

    Every element with TP, FP, FN and TN is the row of a study in the test that it lies in.

    Parameters
    ----------
    documents : sequence of Document
        The one file.
    file : str
        Its name in messages.

    Raises
    ------
    DataError
        With all problems of the file, or with the first that keeps it from being read.
    """
    root, note = read_root(documents[0], file, revman5.ROOT, _CHILDREN)
    names = {
        study.attributes.get("ID", ""): clean_text(study.attributes.get("NAME", ""))
        for listed in root.children("STUDIES_AND_REFERENCES")
        for studies in listed.children("STUDIES")
        for group in studies.children()
        for study in group.children("STUDY")
    }
    stem = Path(file.rpartition("!")[2]).stem
    number = CD_NUMBER.search(root.attributes.get("DOI", "")) or CD_NUMBER.search(stem)
    review_id = clean_text(number[0] if number else stem) or "review"
    attributes = Attributes(file)
    rows = []
    for test, element in _tables(root):
        study_id = clean_text(element.attributes.get("STUDY_ID", ""))
        if not study_id:
            attributes.wrong(element, "STUDY_ID", "nothing", "the id of a study")
        row: dict[str, object] = {
            "review_id": review_id,
            "test_number": clean_text(test.attributes.get("NO", "")) if test else "",
            "test": test.text_of("NAME") if test else "",
            "study": names.get(element.attributes.get("STUDY_ID", "")) or study_id,
            "locator": element.path,
        }
        rows.append(row | attributes.inputs(element, _COUNTS, needed=True))
    if not rows:
        found = "a review of diagnostic test accuracy without study data"
        attributes.problems.append(Problem(file, None, "", found, "elements with TP, FP, FN, TN"))
    if attributes.problems:
        raise DataError(attributes.problems)
    title = next((sheet.text_of("TITLE") for sheet in root.children("COVER_SHEET")), "")
    review = ReviewFile(review_id, title, "revman5_accuracy", "")
    return accuracy_review(review, rows, (NOTE, *([note] if note else [])))


def _tables(root: Element) -> Iterator[tuple[Element | None, Element]]:
    """The 2x2 tables in document order, each with the test that it lies in."""
    waiting: list[tuple[Element | None, Element]] = []
    waiting += [(None, data) for data in root.children("ANALYSES_AND_DATA")][::-1]
    while waiting:
        test, element = waiting.pop()
        if element.attributes.keys() >= set(_COUNTS.values()):
            yield test, element
        inside = element if element.tag == "TEST" else test
        waiting += [(inside, child) for child in element.children()][::-1]
