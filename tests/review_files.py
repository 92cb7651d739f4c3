"""Made-up review files of a few studies, in the formats of RevMan 5 and RevMan Web."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

Attributes = dict[str, Any]

POOL: Attributes = {
    "EFFECT_SIZE": "-1.25",
    "CI_START": "-2.5",
    "CI_END": "-0.0625",
    "CHI2": "1.5000001",
    "DF": "1",
    "P_CHI2": "0.220671",
    "I2": "33.333",
    "TAU2": "0.125",
    "Z": "2.0625",
    "P_Z": "0.0392",
    "ESTIMABLE": "YES",
    "TOTAL_1": "45",
    "TOTAL_2": "50",
    "WEIGHT": "100.0",
}
RATIO_POOL: Attributes = POOL | {
    "EFFECT_SIZE": "0.1",
    "CI_START": "0.01",
    "CI_END": "1.0",
    "LOG_EFFECT_SIZE": "-1.0",
    "LOG_CI_START": "-2.0",
    "LOG_CI_END": "0.0",
}
OUTCOME: Attributes = {
    "CI_TOTAL": "95",
    "CI_STUDY": "95",
    "RANDOM": "YES",
    "TOTALS": "YES",
    "SUBGROUPS": "NO",
    "SUBGROUP_TEST": "YES",
    "Q": "0.0",
    "P_Q": "0.0",
    "I2_Q": "0.0",
}
CONT: Attributes = OUTCOME | POOL | {"EFFECT_MEASURE": "MD"}
DICH: Attributes = (
    OUTCOME
    | RATIO_POOL
    | {
        "EFFECT_MEASURE": "OR",
        "METHOD": "MH",
        "SWAP_EVENTS": "NO",
        "EVENTS_1": "9",
        "EVENTS_2": "12",
    }
)
IV: Attributes = OUTCOME | RATIO_POOL | {"LOG_DATA": "YES"}
IPD: Attributes = OUTCOME | RATIO_POOL | {"RANDOM": "NO"}

ROW: Attributes = {
    "EFFECT_SIZE": "-1.5",
    "CI_START": "-3.0",
    "CI_END": "0.5",
    "ESTIMABLE": "YES",
    "WEIGHT": "40.0",
    "TOTAL_1": "20",
    "TOTAL_2": "25",
}
CONT_ROW: Attributes = ROW | {"MEAN_1": "3.5", "SD_1": "1.25", "MEAN_2": "5.0", "SD_2": "2.0"}
DICH_ROW: Attributes = ROW | {"EVENTS_1": "4", "EVENTS_2": "7", "O_E": "0.0", "VAR": "0.5"}
IV_ROW: Attributes = ROW | {"ESTIMATE": "-0.5", "SE": "0.25"}
IPD_ROW: Attributes = ROW | {"O_E": "-2.5", "VAR": "6.25", "EVENTS_1": "4", "EVENTS_2": "7"}


def element(tag: str, attributes: Attributes | None = None, *content: str) -> str:
    """An XML element; None as an attribute leaves it out."""
    pairs = (attributes or {}).items()
    given = "".join(f" {key}={quoteattr(str(value))}" for key, value in pairs if value is not None)
    return f"<{tag}{given}>{''.join(content)}</{tag}>\n" if content else f"<{tag}{given}/>\n"


def row(kind: str, attributes: Attributes, study: str, *content: str) -> str:
    """A study row."""
    return element(f"{kind}_DATA", {"STUDY_ID": f"STD-{study}"} | attributes, *content)


def outcome(kind: str, attributes: Attributes, *content: str, number: str = "1") -> str:
    """An outcome with its labels."""
    labels = (
        "<NAME>Depression</NAME>\n<GROUP_LABEL_1>Therapy</GROUP_LABEL_1>\n"
        "<GROUP_LABEL_2>Usual care</GROUP_LABEL_2>\n"
        "<GRAPH_LABEL_1>Favours therapy</GRAPH_LABEL_1>\n"
        "<GRAPH_LABEL_2>Favours care</GRAPH_LABEL_2>\n"
    )
    return element(f"{kind}_OUTCOME", {"NO": number} | attributes, labels, *content)


def subgroup(kind: str, number: str, name: str, attributes: Attributes, *content: str) -> str:
    """A subgroup."""
    given = {"NO": number} | attributes
    return element(f"{kind}_SUBGROUP", given, f"<NAME>{name}</NAME>\n", *content)


REFERENCES = """<STUDIES_AND_REFERENCES>
<STUDIES>
<INCLUDED_STUDIES>
<STUDY DATA_SOURCE="PUB" ID="STD-Abel-2001" NAME="Abel 2001" YEAR="2001">
<REFERENCE TYPE="JOURNAL_ARTICLE"><AU>Abel</AU></REFERENCE>
</STUDY>
<STUDY ID="STD-Baker-2002a" NAME="Baker\u00a02002a" YEAR="2002"/>
<STUDY ID="STD-Cole-2003" NAME="Cole 2003" YEAR="2003"/>
</INCLUDED_STUDIES>
</STUDIES>
</STUDIES_AND_REFERENCES>
"""
ROOT: Attributes = {"TYPE": "INTERVENTION", "REVMAN_VERSION": "5", "ID": "0000", "STATUS": "A"}


def review(
    *comparison: str,
    root: Attributes = ROOT,
    quality: str = "",
    title: str = "A made-up review",
    references: str = REFERENCES,
) -> str:
    """A RevMan 5 file with one comparison, without XML declaration."""
    named = element("COMPARISON", {"NO": "1"}, "<NAME>Therapy versus care</NAME>\n", *comparison)
    return element(
        "COCHRANE_REVIEW",
        root,
        f"\n<COVER_SHEET>\n<TITLE>{title}</TITLE>\n</COVER_SHEET>\n<MAIN_TEXT><P>Text</P></MAIN_TEXT>",
        references,
        quality,
        element("ANALYSES_AND_DATA", {"CALCULATED_DATA": "YES"}, "\n", named),
    )


def rm5_bytes(text: str, encoding: str = "UTF-8") -> bytes:
    """The bytes of a RevMan 5 file in an encoding."""
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)


PLAIN = review(
    outcome("CONT", CONT, row("CONT", CONT_ROW, "Abel-2001"), row("CONT", CONT_ROW, "Cole-2003"))
)

SETTINGS = "overall-estimates-and-settings"
DATA_ROWS = "data-rows"
SUBGROUPS = "subgroup-estimates"
RISK_OF_BIAS = "risk-of-bias"
PREFIX = "CD999999"

_ARMS = "Experimental cases,Experimental N,Control cases,Control N,"
_EFFECT = "Mean,CI start,CI end,"
_RESULTS = "Heterogeneity Chi²,Heterogeneity df,Heterogeneity P,Heterogeneity I²,Effect Z,Effect P,"
_LEFT = (
    "Analysis group,Analysis number,Analysis name,Analysis group name,Data source,Data source "
    "eligibility,Data type,Log-scale data,Outcome,Intervention grouping,Experimental intervention,"
    "Control intervention,Subgroup by,Filter criteria,Experimental group label,Control group label,"
    "Statistical method,Effect measure,Unit of effect measure,Analysis model,"
)
_FLAGS = "Subgroup estimates,Overall estimates,Test for subgroup differences,"
_TEST = "Subgroup Chi²,Subgroup df,Subgroup P,Subgroup I²,ID"
_NEWER = "Heterogeneity estimator,Tau² CI,"
_NEWER_FLAGS = "Prediction interval,Swap event and non-event,CI method,CI/PI level,"
_NEWER_RESULTS = (
    "PI start,PI end,Heterogeneity Tau²,Tau² CI start,Tau² CI end,Heterogeneity Chi²,"
    "Heterogeneity df,Heterogeneity P,Heterogeneity I²,Effect Z,Effect T,Effect P,"
)
_GRAPH = "Sort by,Graph label (left),Graph label (right),Graph scale,Show risk of bias,"
_ROWS_LEFT = "Analysis group,Analysis number,Analysis name,Subgroup,"
_ROWS = (
    "Applicability,Study,Study year,GIV Mean,GIV SE,Experimental mean,Experimental SD,"
    "Experimental cases,Experimental N,Control mean,Control SD,Control cases,Control N,O-E,"
    "Variance,Weight,Mean,CI start,CI end,Footnotes"
)
_GROUPS = "Analysis group,Analysis number,Subgroup,Subgroup number,"
# The headers of the three tables as each year's packages have them.
HEADERS = {
    "2023": {
        SETTINGS: (
            _LEFT
            + _FLAGS
            + "Swap event and non-event,Study CI,Estimate CI,"
            + _ARMS
            + _EFFECT
            + "Heterogeneity Tau²,"
            + _RESULTS
            + _TEST
        ),
        DATA_ROWS: _ROWS_LEFT + _ROWS,
        SUBGROUPS: _GROUPS + _ARMS + "Weight," + _EFFECT + "Heterogeneity Tau²," + _RESULTS + "ID",
    },
    "2025": {
        SETTINGS: (
            _LEFT + _NEWER + _FLAGS + _NEWER_FLAGS + _ARMS + _EFFECT + _NEWER_RESULTS + _TEST
        ),
        DATA_ROWS: _ROWS_LEFT + "Subgroup number," + _ROWS,
        SUBGROUPS: (
            _GROUPS
            + _ARMS
            + "Weight,"
            + _EFFECT
            + _NEWER_RESULTS.removeprefix("PI start,PI end,")
            + "ID"
        ),
    },
}
HEADERS["2026"] = HEADERS["2025"] | {
    SETTINGS: (
        _LEFT + _NEWER + _FLAGS + _NEWER_FLAGS + _GRAPH + _ARMS + _EFFECT + _NEWER_RESULTS + _TEST
    ),
}

ANALYSIS: Attributes = {
    "Analysis group": 1,
    "Analysis number": 1,
    "Analysis name": "Depression",
    "Analysis group name": "Therapy versus care",
    "Data type": "Continuous",
    "Log-scale data": "false",
    "Statistical method": "IV",
    "Effect measure": "Mean Difference",
    "Analysis model": "Random effect",
    "Heterogeneity estimator": "REML",
    "Subgroup estimates": "true",
    "Overall estimates": "true",
    "Test for subgroup differences": "true",
    "Prediction interval": "false",
    "Swap event and non-event": "false",
    "CI method": "Wald",
    "CI/PI level": "95%",
    "Study CI": "95%",
    "Estimate CI": "90%",
    "Experimental group label": "Therapy",
    "Control group label": "Usual care",
    "Experimental N": 45,
    "Control N": 50,
    "Mean": "-1.25",
    "CI start": "-2.500001",
    "CI end": "-0.0625",
    "Heterogeneity Tau²": "0.125",
    "Heterogeneity Chi²": "1.5",
    "Heterogeneity df": 1,
    "Heterogeneity P": "0.220671",
    "Heterogeneity I²": "33.333333",
    "Effect Z": "2.0625",
    "Effect P": "0.0392",
}
DATA: Attributes = {
    "Analysis group": 1,
    "Analysis number": 1,
    "Applicability": "SUBGROUP_AND_OVERALL",
    "Study": "Abel 2001",
    "Study year": 2001,
    "Experimental mean": "3.5",
    "Experimental SD": "1.25",
    "Experimental N": 20,
    "Control mean": "5",
    "Control SD": "2",
    "Control N": 25,
    "Weight": "40",
    "Mean": "-1.5",
    "CI start": "-3",
    "CI end": "0.5",
}
GROUP: Attributes = {
    "Analysis group": 1,
    "Analysis number": 1,
    "Subgroup": "Mothers",
    "Subgroup number": 1,
    "Experimental N": 20,
    "Control N": 25,
    "Weight": "40",
    "Mean": "-1.5",
    "CI start": "-3",
    "CI end": "0.5",
    "Heterogeneity Tau²": "0",
    "Heterogeneity Chi²": "0",
    "Heterogeneity df": 0,
    "Heterogeneity P": "1",
    "Heterogeneity I²": "0",
    "Effect Z": "1.5",
    "Effect P": "0.1336",
}
BINARY: Attributes = ANALYSIS | {
    "Data type": "Dichotomous",
    "Log-scale data": "true",
    "Statistical method": "MH",
    "Effect measure": "Risk Ratio",
    "Heterogeneity estimator": "DL",
    "Experimental cases": 9,
    "Control cases": 12,
    "Mean": "0.75",
    "CI start": "0.5",
    "CI end": "1.125",
}
BINARY_DATA: Attributes = {
    key: value for key, value in DATA.items() if "mean" not in key and "SD" not in key
} | {"Experimental cases": 4, "Control cases": 7, "Mean": "0.7", "CI start": "0.4", "CI end": "1.2"}


def csv_table(
    header: str, rows: Sequence[Attributes], *, newline: str = "\n", bom: bool = False
) -> bytes:
    """A CSV table; cells that a row does not have are empty, those the header has not left out."""
    columns = header.split(",")
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(
        stream, columns, restval="", extrasaction="ignore", lineterminator=newline
    )
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig" if bom else "utf-8")


def package(
    settings: Sequence[Attributes] = (ANALYSIS,),
    data: Sequence[Attributes] = (DATA,),
    groups: Sequence[Attributes] = (),
    *,
    year: str = "2025",
    risk_of_bias: str = "",
    newline: str = "\n",
    bom: bool = False,
) -> dict[str, bytes]:
    """The files of a RevMan Web package by name."""
    analysis, study = f"{PREFIX}-analysis-data/{PREFIX}-", f"{PREFIX}-study-data/{PREFIX}-"
    tables = {SETTINGS: settings, DATA_ROWS: data, SUBGROUPS: groups}
    files = {
        f"{analysis}{name}.csv": csv_table(HEADERS[year][name], rows, newline=newline, bom=bom)
        for name, rows in tables.items()
    }
    if risk_of_bias:
        files[f"{study}{RISK_OF_BIAS}.csv"] = risk_of_bias.encode()
    return files


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
