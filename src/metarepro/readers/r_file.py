"""Reads data of R (.rds, .rda): data frames, and meta-analyses saved by metafor and meta."""

import bz2
import lzma
import zlib
from collections.abc import Iterator

from metarepro.readers.archives import Document
from metarepro.readers.frames import table_of_columns, value_text
from metarepro.readers.r_objects import Named, read_object
from metarepro.readers.source_files import MIB, check_size, content_of
from metarepro.readers.source_table import Source, SourceTable
from metarepro.tabular.problems import refused

WORDS = "data of R (.rds, .rda)"
#: What is unpacked. Tables of studies have some hundred kilobytes.
MAX_UNPACKED_MEGABYTES = 20
_XDR = (b"X\n\0\0\0\2", b"X\n\0\0\0\3")
_SAVED = (b"RDX2\n", b"RDX3\n")
_OTHER = (b"A\n", b"B\n", b"RDA2\n", b"RDA3\n", b"RDB2\n", b"RDB3\n")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is data of R, packed or not."""
    if head.startswith(_PACKED):
        try:
            head = _unpacked(head, 1024)
        except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
            return False
    return head.startswith((*_XDR, *_SAVED, *_OTHER[2:]))


def read(document: Document) -> Source:
    """Read every data frame and saved meta-analysis, also of lists.

    Raises
    ------
    InputError
        Without rdata, which the extra `r` brings.
    """
    content, digest = content_of(document)
    file = document.place
    if content.startswith(_PACKED):
        try:
            content = _unpacked(content, MAX_UNPACKED_MEGABYTES * MIB + 1)
        except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError) as error:
            raise refused(file, f"a damaged file ({error})", WORDS) from None
    if len(content) > MAX_UNPACKED_MEGABYTES * MIB:
        found = f"more than {MAX_UNPACKED_MEGABYTES} MB when unpacked"
        raise refused(file, found, f"at most {MAX_UNPACKED_MEGABYTES} MB")
    if content.startswith(_SAVED):
        content = content[len(_SAVED[0]) :]
    elif content.startswith(_OTHER[2:]):
        raise refused(file, "data of R saved as text", "data as save() and saveRDS() write it")
    tables = list(_tables("", read_object(content, file, WORDS)))
    if not tables:
        raise refused(file, "no data frame", "a data frame, or a meta-analysis of metafor or meta")
    check_size(file, [(len(table.rows), len(table.columns)) for table in tables])
    return Source(file, digest, WORDS, tuple(tables))


def _unpacked(content: bytes, limit: int) -> bytes:
    """At most so many bytes of what is packed."""
    if content.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(31).decompress(content, limit)
    if content.startswith(b"BZh"):
        return bz2.BZ2Decompressor().decompress(content, limit)
    return lzma.LZMADecompressor(memlimit=100 * MIB).decompress(content, limit)


def _tables(name: str, thing: Named) -> Iterator[SourceTable]:
    """Tables of an object and of those in it, each under the names that lead to it."""
    if "data.frame" in thing.classes:
        columns = [(key, value.column) for key, value in thing.items() if not value.is_list]
        length = max((len(values) for _, values in columns), default=0)
        columns = [(key, values) for key, values in columns if len(values) == length]
        labels = {key: _MEASURES[value.measure]
                  for key, value in thing.items() if value.measure in _MEASURES}  # fmt: skip
        if columns and length:
            yield table_of_columns(name, columns, labels)
    elif "rma" in thing.classes or "meta" in thing.classes:
        yield from _fit(name, thing)
    else:
        for key, value in thing.items():
            yield from _tables("$".join(part for part in (name, key) if part), value)


#: What metafor and meta call the measure of their effects -> the scale of these in words.
_MEASURES = {
    **dict.fromkeys(("OR", "PETO"), "log odds ratio"),
    "RR": "log risk ratio",
    "HR": "log hazard ratio",
    "IRR": "log incidence rate ratio",
    "ROM": "log ratio of means",
    "RD": "risk difference",
    "MD": "mean difference",
    **dict.fromkeys(("SMD", "SMDH", "SMD1", "SMD1H"), "standardized mean difference"),
    "ZCOR": "Fisher's z",
    **dict.fromkeys(("PLO", "PLOGIT"), "logit of a proportion"),
}
#: What a fit calls its effects, their variances or standard errors, and its studies.
_PARTS = {"rma": ("yi", "vi", "slab", "measure"), "meta": ("TE", "seTE", "studlab", "sm")}
#: What is printed of a fit of metafor, by its name there -> in words.
_PRINTED = {"tau2": "tau2", "I2": "I2", "QE": "Q", "zval": "z", "pval": "p"}


def _fit(name: str, fit: Named) -> Iterator[SourceTable]:
    """The effects that a fit was made from; the pool that it gave as a note."""
    kind = "rma" if "rma" in fit.classes else "meta"
    *parts, measure = _PARTS[kind]
    effects, spread, labels = (fit.get(part) for part in parts)
    if effects is None or spread is None or len(effects.values) != len(spread.values):
        return
    studies = labels.column if labels else tuple(range(1, len(effects.values) + 1))
    columns = [
        ("study", studies),
        ("yi", effects.values),
        ("vi" if kind == "rma" else "sei", spread.values),
    ]
    measured = {"yi": _MEASURES.get(_one(fit, measure), "")}
    yield table_of_columns(name, columns, measured, tuple(_pools(fit, kind)))


def _pools(fit: Named, kind: str) -> Iterator[str]:
    """What a fit printed, as `metarepro explain --published` takes it."""
    if kind == "meta":
        for model in ("common", "fixed", "random"):
            numbers = [_one(fit, f"{part}.{model}") for part in ("TE", "lower", "upper")]
            if all(numbers):
                yield f"{model}: {numbers[0]} [{numbers[1]}, {numbers[2]}]"
        return
    estimate = _one(fit, "beta") or _one(fit, "b")
    low, high = _one(fit, "ci.lb"), _one(fit, "ci.ub")
    coefficients = fit.get("beta") or fit.get("b")
    if not (estimate and low and high) or not coefficients or len(coefficients.values) != 1:
        return
    # A fit of several levels has their variances, and a tau2 of 0 that is none of it.
    levels = fit.get("sigma2") if "rma.mv" in fit.classes else None
    printed = {part: words for part, words in _PRINTED.items() if not levels or part != "tau2"}
    rest = [f"{words} {_one(fit, part)}" for part, words in printed.items() if _one(fit, part)]
    yield "; ".join([f"{estimate} [{low}, {high}]", *rest])
    said = "".join(f", sigma2 {value:.10g}" for value in levels.values) if levels else ""
    yield f"method {_one(fit, 'method')}, test {_one(fit, 'test')}{said}"


def _one(fit: Named, name: str) -> str:
    """The first value of a part, "" without."""
    part = fit.get(name)
    if part is None or not part.values or part.is_list:
        return ""
    value = part.values[0]
    return f"{value:.10g}" if isinstance(value, float) else value_text(value)
