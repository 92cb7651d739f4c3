"""BibTeX entries of the trials and the reviews, with what is known and nothing else.

Of a trial's authors only the one in its label is known. It is given alone, and the note says so:
"and others" would claim that there are more. A label that names a programme gives no author.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from metarepro.wording.typesetting import bibtex, bibtex_verbatim, one_line

_PARTICLES = {"van", "von", "de", "den", "der", "del", "di", "da", "dos", "du", "la", "le", "ter"}
# Behind the name in a label: "Smith 2009 (trial B)".
_YEAR_AND_REMARK = re.compile(r"(?: (?:19|20)[0-9]{2}[a-z]?)?(?: \(.*\))?$")
# A name as reviews print it: "O'Neill L", "Garcia de Souza CV".
_NAME = re.compile(r"(?P<surname>.+) (?P<initials>[^\W\d_a-z]{1,5})")
_ISSUE = (
    # "Pain 62(1):199-209", "Lancet 387:146-155"
    re.compile(
        r"(?P<journal>[^\d;]+?) (?P<volume>\d+)(?:\((?P<number>[^()]+)\))?"
        r":(?P<pages>\w+(?:-\w+)?)"
    ),
    re.compile(r"(?P<journal>[^\d;]+), Issue (?P<number>\d+)"),
    re.compile(r"(?P<journal>[^\d;]+)"),
)
#: What stands in `journal` of something that no journal has published.
_NO_JOURNAL = ("Thesis", "Report")


def bibliography(trials: pd.DataFrame, reviews: pd.DataFrame) -> str:
    """All trials and reviews as BibTeX, sorted by id; the keys are the ids.

    Parameters
    ----------
    trials : DataFrame
        `tables.EXTRACTED_TRIALS`.
    reviews : DataFrame
        `tables.EXTRACTED_REVIEWS`.

    Returns
    -------
    str
        The .bib file, in Unicode.

    Raises
    ------
    ValueError
        If a trial and a review, or two of them, share an id.
    """
    entries = {row["trial_id"]: _trial(row) for row in trials.to_dict("records")}
    entries |= {row["review_id"]: _review(row) for row in reviews.to_dict("records")}
    if len(entries) < len(trials) + len(reviews):
        raise ValueError("an id stands for more than one trial or review")
    return "\n".join(entries[key] for key in sorted(entries))


def first_author(label: str) -> str:
    """The author that a trial's label names, as BibTeX; "" if it names a programme.

    An author has a surname of one or two words with capitals ("van der Berg 1994", "Meyer
    Jones 2006") that are no acronyms, and perhaps initials ("Smith A 2013").
    """
    name = _YEAR_AND_REMARK.sub("", one_line(label))
    with_initials = _NAME.fullmatch(name)
    surname, initials = with_initials.groups() if with_initials else (name, "")
    words = [word for word in surname.split() if word not in _PARTICLES]
    plausible = [word for word in words if word[0].isupper() and not _is_acronym(word)]
    return _name(surname, initials) if 1 <= len(words) == len(plausible) <= 2 else ""


def _is_acronym(word: str) -> bool:
    return word.isupper() and len(word) > 2


def _name(surname: str, initials: str) -> str:
    """A name as BibTeX; a surname of several words is kept together."""
    escaped = bibtex(surname)
    whole = f"{{{escaped}}}" if " " in surname else escaped
    return f"{whole}, {' '.join(f'{initial}.' for initial in initials)}" if initials else whole


def _trial(row: Mapping[Any, Any]) -> str:
    author = first_author(row["label"])
    note = [
        "first author only: the others are not in the record" if author else "authors not seen",
        _no_title(row["title"], author, row["label"]),
        "" if math.isnan(row["year"]) or row["year_verified"] == "yes" else "year not verified",
        "year not seen" if math.isnan(row["year"]) else "",
    ]
    return _entry(
        row["trial_id"],
        {
            "author": author,
            **_of_label("" if author else row["label"]),
            **_common(row),
            "eprint": bibtex_verbatim(row["pmid"]),
            "eprinttype": "pubmed" if row["pmid"] else "",
            "url": "" if row["doi"] else _address(row["source"]),
            "note": _note(note),
            "keywords": "trial",
        },
    )


def _review(row: Mapping[Any, Any]) -> str:
    names = [name for name in row["authors"].split("; ") if name]
    parts = [(name, _NAME.fullmatch(name)) for name in names]
    authors = [
        _name(found["surname"], found["initials"]) if found else _name(name, "")
        for name, found in parts
    ]
    note = [
        "" if authors else "authors not seen",
        _no_title(row["title"], " and ".join(authors), row["label"]),
    ]
    return _entry(
        row["review_id"],
        {
            "author": " and ".join(authors),
            **_of_label("" if authors else row["label"]),
            **_common(row),
            "note": _note(note),
            "keywords": f"review, {row['role']}",
        },
    )


def _no_title(title: str, author: str, label: str) -> str:
    """Say that there is no title; without an author too, what it is known as."""
    return "" if title else "title not seen" + ("" if author else f", known as {label}")


def _of_label(label: str) -> dict[str, str]:
    """What BibTeX (`key`) and BibLaTeX (`label`) sort and cite by when there is no author."""
    return dict.fromkeys(("key", "label"), bibtex(label))


def _common(row: Mapping[Any, Any]) -> dict[str, str]:
    return {
        # Double braces keep the capitals.
        "title": f"{{{bibtex(row['title'])}}}" if row["title"] else "",
        **_published_in(row["journal"]),
        "year": "" if math.isnan(row["year"]) else f"{row['year']:.0f}",
        "doi": bibtex_verbatim(row["doi"]),
    }


def _published_in(text: str) -> dict[str, str]:
    """Journal, volume, number and pages; what cannot be told apart stays whole."""
    plain = one_line(text)
    matches = (form.fullmatch(plain) for form in _ISSUE)
    if plain.startswith(_NO_JOURNAL) or not (found := next(filter(None, matches), None)):
        return {"howpublished": bibtex(plain)}
    parts = {name: bibtex(value) for name, value in found.groupdict().items() if value}
    if "pages" in parts:
        parts["pages"] = parts["pages"].replace("-", "--")
    return parts


def _address(source: str) -> str:
    return bibtex_verbatim(source) if source.startswith(("https://", "http://")) else ""


def _note(parts: Iterable[str]) -> str:
    text = "; ".join(filter(None, parts))
    return bibtex(text[:1].upper() + text[1:])


def _entry(key: str, fields: Mapping[str, str]) -> str:
    kind = "article" if fields.get("journal") else "misc"
    filled = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n{''.join(filled)}}}\n"
