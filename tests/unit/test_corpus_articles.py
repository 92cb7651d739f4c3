"""Published articles: their PDFs against their XML, and what their own tables say of each other."""

import math
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from benchmarks.pdf_tables import agreement

from metarepro.explanation.explanation import explain_published
from metarepro.explanation.published import PrintedNumber
from metarepro.extraction.printed_cells import PrintedCell, parse_cell
from metarepro.readers.effect_table import read_effect_table
from metarepro.readers.source_table import SourceTable
from metarepro.readers.sources import read_source

ARTICLES = Path(__file__).parents[2].parent / "shared/corpus/articles"
pytestmark = pytest.mark.skipif(
    not ARTICLES.is_dir(), reason="third-party articles (../shared/corpus/articles) are not here"
)
#: What an idle machine takes for a page of a PDF, doubled.
SECONDS_PER_PAGE = 1.0


def table(article: str, label: str) -> SourceTable:
    source = read_source(ARTICLES / f"{article}.xml")
    return next(one for one in source.tables if one.label == label)


def records(of: SourceTable) -> list[dict[str, str]]:
    return [dict(zip(of.columns, row.cells, strict=True)) for row in of.rows]


def number(printed: PrintedNumber | None) -> float:
    assert printed is not None
    return printed.value


@pytest.mark.parametrize("article", ["PMC6090707", "PMC6294855", "PMC6315527"])
def test_numeric_cells_of_the_pdf_are_those_of_the_xml(article: str) -> None:
    """At least 97%; of the others, at most 0.5% of all wrong without being called doubtful."""
    xml, pdf = (read_source(ARTICLES / f"{article}.{kind}") for kind in ("xml", "pdf"))
    found = agreement(xml, pdf)
    assert found.cells > 100
    assert found.same >= 0.97 * found.cells
    assert len(found.wrong) <= 0.005 * found.cells, found.wrong


def test_thirty_pages_are_read_in_time() -> None:
    started = time.process_time()
    read_source(ARTICLES / "PMC6315527.pdf")
    assert time.process_time() - started < 30 * SECONDS_PER_PAGE / 2


#: Of the methods of genotyping in table 1, those that table 2 calls otherwise.
METHODS = {
    "SNaPshot analysis": "Others",
    "GeneChip": "Others",
    "Illumina": "Sequencing",
    "allele-specific PCR (KASPar) and Taqman": "Taqman",
}


def belongs(study: Mapping[str, str], group: str) -> bool:
    """Whether a study of table 1 of PMC6224252 is in a row of its table 2."""
    if group == "Total":
        return True
    if group == "With HWE":
        return float(study["HWE"]) > 0.05
    method = METHODS.get(study["Genotype"], study["Genotype"])
    return group in (study["Ethnicity"], study["SOC"], study["Status"], method)


def arms(study: Mapping[str, str], model: str) -> tuple[int, ...]:
    """Events and totals of cases and controls under a genetic model."""
    counts: list[int] = []
    for arm in ("Case", "Control"):
        gg, ga, aa = (int(study[f"{arm} > {genotype}"]) for genotype in ("GG", "GA", "AA"))
        counts += {
            "G-allele vs. A-allele": (2 * gg + ga, 2 * (gg + ga + aa)),
            "GA vs. AA": (ga, ga + aa),
            "GG vs. AA": (gg, gg + aa),
            "GG+GA vs. AA": (gg + ga, gg + ga + aa),
        }[model]
    return tuple(counts)


def test_the_genotypes_of_a_study_add_up_to_its_people() -> None:
    """PMC6224252, table 1: a column that was shifted would show."""
    for study in records(table("PMC6224252", "Table 1")):
        for arm in ("Case", "Control"):
            counts = [int(study[f"{arm} > {genotype}"]) for genotype in ("GG", "GA", "AA")]
            assert sum(counts) == int(study[arm]), study["Author"]


def test_the_printed_odds_ratios_come_from_the_counts(tmp_path: Path) -> None:
    """PMC6224252: four genetic models in all studies and in 11 subgroups, each exactly."""
    studies = records(table("PMC6224252", "Table 1"))
    verdicts = []
    for row in records(table("PMC6224252", "Table 2")):
        members = [study for study in studies if belongs(study, row["Variables"])]
        assert len(members) == int(row["N"])
        for column, text in list(row.items())[3:]:
            model, cell = column.split(" > ")[0], parse_cell(text)
            lines = [
                f"{n},{','.join(map(str, arms(study, model)))}\n" for n, study in enumerate(members)
            ]
            path = tmp_path / "rows.csv"
            path.write_text("study,events_t,n_t,events_c,n_c\n" + "".join(lines))
            printed = f"OR {cell.value} ({cell.low}, {cell.high})"
            found = explain_published(read_effect_table(path), printed, measure="OR")
            verdicts.append((row["Variables"], model, found.verdict))
    assert len(verdicts) == 48
    assert [verdict for verdict in verdicts if verdict[2] != "exact"] == []


def test_the_overall_prevalence_is_all_cases_over_all_people() -> None:
    """PMC6294855: 3.99 (3.90-4.08) is 7345 of 184058 with the interval of one proportion.

    It is no random-effects pool: that of the studies of table 1 would be 4.46 (3.78-5.13).
    """
    row = records(table("PMC6294855", "Table 3"))[-1]
    share = int(row["Case"]) / int(row["Population"])
    half = 1.96 * math.sqrt(share * (1 - share) / int(row["Population"]))
    interval = parse_cell(row["95%Confidence intervals(CI)"])
    computed = [round(100 * x, 2) for x in (share, share - half, share + half)]
    assert computed == [3.99, 3.90, 4.08]
    printed = [parse_cell(row["Prevalence (%)"]).value, interval.low, interval.high]
    assert [number(one) for one in printed] == computed


def test_a_random_effects_pool_of_the_prevalences_is_another_number() -> None:
    """DerSimonian and Laird of the 17 studies of table 1, on the scale of proportions."""
    studies = records(table("PMC6294855", "Table 1"))
    total = np.array([float(study["Total sample size"]) for study in studies])
    cases = np.array([float(study["Total case size"]) for study in studies])
    y, v = cases / total, cases / total * (1 - cases / total) / total
    w = 1 / v
    q = np.sum(w * (y - np.sum(w * y) / w.sum()) ** 2)
    tau2 = (q - len(y) + 1) / (w.sum() - np.sum(w**2) / w.sum())
    w = 1 / (v + tau2)
    assert round(100 * np.sum(w * y) / w.sum(), 2) == 4.46


def left_out() -> tuple[list[PrintedCell], list[list[float]]]:
    """Estimate and limits of each row of the table that leaves one study out; the last is all."""
    rows = [list(row.values())[1:] for row in records(table("PMC6364416", "Table 3"))]
    return [parse_cell(row[0]) for row in rows], [[float(text) for text in row] for row in rows]


def test_the_intervals_of_a_leave_one_out_table_are_centred() -> None:
    """PMC6364416, table 3: on the logarithmic scale, to the seventh digit."""
    _, numbers = left_out()
    assert len(numbers) == 22
    for estimate, low, high in numbers:
        assert math.sqrt(low * high) == pytest.approx(estimate, abs=2e-7)


def test_a_leave_one_out_table_agrees_with_the_overall_pool() -> None:
    """The pool lies amid those that leave one of its 21 studies out, whose mean is about its own.

    Were the weights those of the common-effect model, the precisions would add up to k - 1 times
    that of the pool; they do to 0.4%, so that it is a random-effects pool.
    """
    _, (*without, overall) = left_out()
    logs = [math.log(estimate) for estimate, _, _ in without]
    assert min(logs) < math.log(overall[0]) < max(logs)
    assert np.mean(logs) == pytest.approx(math.log(overall[0]), abs=2e-5)

    def precision(row: list[float]) -> float:
        return float((2 * 1.959964 / math.log(row[2] / row[1])) ** 2)

    expected = (len(without) - 1) * precision(overall)
    assert sum(map(precision, without)) == pytest.approx(expected, rel=0.004)
    assert sum(map(precision, without)) != pytest.approx(expected, rel=0.001)


def test_a_limit_below_its_estimate_shows() -> None:
    """PMC6364416, table 2: 2.095 (1.491-2.02) is printed; the estimate lies outside."""
    rows = [
        row
        for row in records(table("PMC6364416", "Table 2"))
        if not number(parse_cell(row["95%CI"]).low)
        <= number(parse_cell(row["Pooled HR"]).value)
        <= number(parse_cell(row["95%CI"]).high)
    ]
    assert [row["Pooled HR"] for row in rows] == ["2.095"]
