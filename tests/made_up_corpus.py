"""A made-up collection of review files, one of each kind; no real trial is in it.

It stands in for third-party files in a checkout that has none beside it.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.made_up_review import PUBLISHED, made_up_review
from tests.review_files import (
    ANALYSIS,
    BINARY,
    BINARY_DATA,
    CONT,
    CONT_ROW,
    DATA,
    DICH,
    DICH_ROW,
    GROUP,
    IPD,
    IPD_ROW,
    IV,
    IV_ROW,
    POOL,
    RATIO_POOL,
    Attributes,
    element,
    outcome,
    package,
    review,
    rm5_bytes,
    row,
    subgroup,
    zipped,
)

STUDIES = ("Abel 2001", "Baker 2002", "Cole 2003", "Dahl 2004", "Eden 2005", "Ford 2006")
#: Of whom standard errors were entered as standard deviations.
SE_FOR_SD = "Cole 2003"
_REFERENCES = element(
    "STUDIES_AND_REFERENCES",
    None,
    element(
        "STUDIES",
        None,
        element(
            "INCLUDED_STUDIES",
            None,
            *(
                element("STUDY", {"ID": f"STD-{name[:4]}", "NAME": name, "YEAR": name[-4:]})
                for name in STUDIES
            ),
        ),
    ),
)
_PACKAGED_SMD: Attributes = {
    "Effect measure": "Std. Mean Difference",
    "Heterogeneity estimator": "DL",
    "CI/PI level": "95%",
    "Test for subgroup differences": "false",
    "Subgroup estimates": "false",
    "Experimental N": 53,
    "Control N": 51,
}
_PACKAGED_OR: Attributes = {
    "Analysis number": 2,
    "Effect measure": "Odds Ratio",
    "Analysis model": "Fixed effect",
    "CI/PI level": "95%",
    "Test for subgroup differences": "false",
    "Subgroup estimates": "false",
    "Experimental N": 53,
    "Control N": 51,
    "Experimental cases": 32,
    "Control cases": 20,
}
#: Columns of a package -> attributes of RevMan 5, in which R wrote the published numbers.
_SAME = {
    "Mean": "EFFECT_SIZE",
    "CI start": "CI_START",
    "CI end": "CI_END",
    "Heterogeneity Tau²": "TAU2",
    "Heterogeneity Chi²": "CHI2",
    "Heterogeneity df": "DF",
    "Heterogeneity P": "P_CHI2",
    "Heterogeneity I²": "I2",
    "Effect Z": "Z",
    "Effect P": "P_Z",
}


def write_corpus(folder: Path) -> None:
    """Write the collection into two folders, revman5 and revman_web."""
    (folder / "revman5").mkdir(parents=True)
    (folder / "revman5/published_by_r.rm5").write_bytes(rm5_bytes(made_up_review()))
    (folder / "revman5/every_kind.rm5").write_bytes(rm5_bytes(review_of_every_kind()))
    for name, content in package_published_by_r().items():
        path = folder / "revman_web/package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    inner = zipped(package_with_subgroups("2023"))
    outer = zipped({"inner.zip": inner})
    (folder / "revman_web/zip_in_zip.zip").write_bytes(outer)


def review_of_every_kind() -> str:
    """A RevMan 5 file with an outcome of every kind, each in two subgroups of three studies."""
    return review(
        _outcome("CONT", CONT, CONT_ROW, POOL, "1"),
        _outcome("DICH", DICH, DICH_ROW, RATIO_POOL, "2"),
        _outcome("IV", IV, IV_ROW, RATIO_POOL, "3"),
        _outcome("IPD", IPD, IPD_ROW, RATIO_POOL, "4"),
        references=_REFERENCES,
    )


def package_published_by_r() -> dict[str, bytes]:
    """The made-up review with its numbers from R as a RevMan Web package."""
    smd = {column: PUBLISHED["smd"][name] for column, name in _SAME.items()}
    ratio = {column: PUBLISHED["or"][name] for column, name in _SAME.items()}
    means = [
        _means("Ann 2001", (20, 5.1, 2), (21, 4.5, 2.1)),
        _means("Dee 2005", (33, 6.4, 1.8), (30, 5.2, 2.2)),
    ]
    counts = [_counts("Ann 2001", (12, 20), (9, 21)), _counts("Dee 2005", (20, 33), (11, 30))]
    return package(
        [ANALYSIS | _PACKAGED_SMD | smd, BINARY | _PACKAGED_OR | ratio], [*means, *counts]
    )


def package_with_subgroups(year: str) -> dict[str, bytes]:
    """A RevMan Web package of one analysis in two subgroups, with risk of bias."""
    groups = [GROUP | {"Subgroup": name, "Subgroup number": n} for n, name in _GROUPS]
    rows = [
        DATA | {"Study": study, "Subgroup": name, "Subgroup number": n}
        for study, (n, name) in zip(STUDIES, [*_GROUPS] * 3, strict=True)
    ]
    bias = "".join(f"{study},Low risk of bias\n" for study in STUDIES)
    header = "Study,Domain (judgement): Allocation\n"
    return package([ANALYSIS], rows, groups, year=year, risk_of_bias=header + bias)


_GROUPS = ((1, "Mothers"), (2, "Fathers"))


def _outcome(
    kind: str, pool: Attributes, cells: Attributes, group_pool: Attributes, number: str
) -> str:
    rows = [row(kind, cells | changes, name) for name, changes in _rows(kind)]
    groups = [
        subgroup(kind, str(n), name, group_pool | _arm_totals(kind), *rows[3 * n - 3 : 3 * n])
        for n, name in _GROUPS
    ]
    return outcome(kind, pool | {"SUBGROUPS": "YES"}, *groups, number=number)


def _arm_totals(kind: str) -> Attributes:
    return {"EVENTS_1": "9", "EVENTS_2": "12"} if kind == "DICH" else {}


def _rows(kind: str) -> Iterator[tuple[str, Attributes]]:
    """Studies with what differs between them."""
    for n, study in enumerate(STUDIES):
        sizes: Attributes = {"TOTAL_1": 30 + n, "TOTAL_2": 31 + 2 * n}
        if kind == "CONT":
            root_n = 5.5 if study == SE_FOR_SD else 1.0
            sds = {"SD_1": round((2 + n / 10) / root_n, 3), "SD_2": round(2.2 / root_n, 3)}
            changes = {"MEAN_1": 6 + n / 5, "MEAN_2": 7 + n / 7} | sds
        elif kind == "IV":
            changes = {"ESTIMATE": -0.4 + n / 20, "SE": 0.2 + n / 50}
        else:
            changes = {"EVENTS_1": 6 + n, "EVENTS_2": 10 + n}
        yield study[:4], sizes | changes


def _means(study: str, t: tuple[float, ...], c: tuple[float, ...]) -> Attributes:
    names = ("N", "mean", "SD")
    arms = {f"Experimental {name}": x for name, x in zip(names, t, strict=True)}
    return (
        DATA | {"Study": study} | arms | {f"Control {n}": x for n, x in zip(names, c, strict=True)}
    )


def _counts(study: str, t: tuple[int, int], c: tuple[int, int]) -> Attributes:
    arms = {"Experimental cases": t[0], "Experimental N": t[1]}
    arms |= {"Control cases": c[0], "Control N": c[1]}
    return BINARY_DATA | {"Study": study, "Analysis number": 2} | arms
