"""Files as researchers hold them: what their columns are taken for, and what is said of them."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from tests.made_sources import r_effects, r_list, r_numbers, r_texts, rds, xlsx

from metarepro.explanation.explanation import explain_published
from metarepro.extraction.extracted import extract
from metarepro.extraction.mapping import Analysis, Cell
from metarepro.extraction.preview import preview
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.extraction.reading import read_rows
from metarepro.readers.source_table import Source
from metarepro.readers.sources import read_source
from metarepro.tabular.problems import DataError
from metarepro.tabular.yaml_text import FILL_IN
from metarepro.wording.phrases import DASH


def read(folder: Path, content: bytes | str, name: str = "a.csv") -> Source:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_source(path)


def only(folder: Path, content: bytes | str, name: str = "a.csv") -> Analysis:
    (analysis,) = propose(read(folder, content, name))
    return analysis


def columns(analysis: Analysis) -> dict[str, str]:
    return {role: cell.column for role, cell in analysis.columns.items()}


# Shares of one group -----------------------------------------------------------------------------

SHARES = [
    "Study,Prevalence (%),Lower,Upper\nA 2001,9.4,5.4,15.7\nB 2002,12.7,8.9,17.9\n",
    'Study,Sensitivity (95% CI)\nA 2001,"0.94 (0.54, 0.97)"\nB 2002,"0.7 (0.5, 0.9)"\n',
    "Study,Incidence per 1000,LCI,UCI\nA 2001,28.1,16.2,47.1\nB 2002,38.2,26.7,53.7\n",
    'Study,"Responders %, 95% CI"\nA 2001,"9.4 (5.4 to 15.7)"\nB 2002,"12.7 (8.9 to 17.9)"\n',
]


@pytest.mark.parametrize("text", SHARES)
def test_a_share_with_its_limits_is_no_effect(text: str, tmp_path: Path) -> None:
    source = read(tmp_path, text)
    assert propose(source) == []
    assert "pooled from events and sizes" in str(nothing_to_pool(source))


def test_events_and_sizes_beside_a_prevalence_are_taken(tmp_path: Path) -> None:
    text = (
        "Study,Cases,N,Prevalence (%),LL,UL\nA 2001,12,128,9.4,5.4,15.7\nB,27,212,12.7,8.9,17.9\n"
    )
    found = only(tmp_path, text)
    assert (found.measure, columns(found)["events"]) == ("proportion", "Cases")


def test_a_ratio_in_a_header_with_a_share_is_a_ratio(tmp_path: Path) -> None:
    text = "Study,Incidence rate ratio,LL,UL\nA 2001,0.5,0.25,1.0\nB 2002,0.8,0.4,1.6\n"
    assert only(tmp_path, text).scale == "ratio"


@pytest.mark.parametrize(
    ("yi", "published", "form"),
    [
        ((10.0, 20.0, 15.0), "prevalence 13.3% (9.1 to 17.6)", "given_percent"),
        ((0.10, 0.20, 0.15), "prevalence 0.133 (0.091 to 0.176)", "given_raw"),
        ((10.0, 20.0, 15.0), "RD 13.3% (9.1% to 17.6%)", "given_percent"),
    ],
)
def test_given_shares_may_be_pooled_as_they_stand(
    yi: tuple[float, ...], published: str, form: str
) -> None:
    """By hand: weights 1111, 400 and 625; common effect 284.9 / 2136, standard error 2136^-0.5."""
    unit = 100 if yi[0] > 1 else 1
    rows = pd.DataFrame({"yi": yi, "sei": [0.03 * unit, 0.05 * unit, 0.04 * unit]})
    names = {t.model.form.name for t in explain_published(rows, published).tried if t.exact}
    assert form in names


# Arms --------------------------------------------------------------------------------------------


def of_two(first: str, second: str) -> str:
    names = ",".join(f"{part}_{arm}" for arm in (first, second) for part in ("Mean", "SD", "N"))
    return f"Study,{names}\nA 2001,5.1,2.0,20,4.0,2.1,22\nB 2002,6.2,2.2,31,5.0,2.0,30\n"


def test_the_other_arm_of_a_placebo_is_the_treated_one_whatever_its_name(tmp_path: Path) -> None:
    found = only(tmp_path, of_two("Escitalopram", "Placebo"))
    assert (columns(found)["mean_t"], found.first_arm) == ("Mean_Escitalopram", "")


@pytest.mark.parametrize("names", [("Boys", "Girls"), ("CBT", "Waitlist")])
def test_it_is_asked_which_of_two_groups_is_treated(names: tuple[str, str], tmp_path: Path) -> None:
    assert only(tmp_path, of_two(*names)).first_arm == FILL_IN


def test_two_times_in_headers_are_no_two_groups(tmp_path: Path) -> None:
    assert propose(read(tmp_path, of_two("pre", "post"))) == []


def test_headers_of_an_article_that_repeat_are_told_apart(tmp_path: Path) -> None:
    """A forest plot whose headers over the arms were lost."""
    head = "".join(f"<th>{name}</th>" for name in ("Study", *("Events", "Total") * 2))
    rows = "".join(
        f"<tr><td>{study}</td><td>{events}</td><td>40</td><td>9</td><td>41</td></tr>"
        for study, events in (("A 2001", 5), ("B 2002", 6), ("C 2003", 4))
    )
    page = f"<!doctype html><table><thead><tr>{head}</tr></thead>{rows}</table>"
    found = only(tmp_path, page, "a.html")
    assert (columns(found)["n_2"], found.first_arm) == ("Total (2)", FILL_IN)


# Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["Étude;d de Cohen;Erreur-type", "Studie;Hedges g;Standardfehler", "Autor;d;Error estándar"],
)
def test_headers_in_other_languages_are_read(header: str, tmp_path: Path) -> None:
    found = only(tmp_path, f"{header}\nA 2001;0,20;0,10\nB 2002;0,35;0,12\n")
    assert (found.measure, found.roles) == ("SMD", ("yi", "sei"))


def test_the_variance_of_fishers_z_is_known(tmp_path: Path) -> None:
    text = "Author,N,Effect size r,Fisher z,Vz\nA,103,0.2,0.203,0.01\nB,53,0.3,0.310,0.02\n"
    found = only(tmp_path, text)
    assert (found.measure, columns(found)["vi"]) == ("correlation", "Vz")


def test_an_effect_size_r_is_a_correlation(tmp_path: Path) -> None:
    found = only(tmp_path, "Author,Effect size r,N\nA 2001,0.2,103\nB 2002,0.3,53\n")
    assert columns(found)["r"] == "Effect size r"


@pytest.mark.parametrize(
    ("header", "name"), [("ri,ni", "correlation"), ("xi,ni", "proportion"), ("yi,vi", "effects")]
)
def test_an_analysis_is_named_for_what_it_pools(header: str, name: str, tmp_path: Path) -> None:
    numbers = "0.2,40" if name != "proportion" else "5,40"
    assert only(tmp_path, f"study,{header}\nA,{numbers}\nB,{numbers}\n").name == name


def test_comments_with_commas_are_no_rows(tmp_path: Path) -> None:
    text = "# Data of a review, see its page\n# a, b, c, d\nstudy,d,se\nA,0.2,0.1\nB,0.3,0.1\n"
    source = read(tmp_path, text)
    assert [row.cells[0] for row in source.tables[0].rows] == ["A", "B"]


def test_a_header_that_is_repeated_above_each_block_is_no_row(tmp_path: Path) -> None:
    block = "{},,\nStudy,g,SE\nA 2001,0.5,0.25\nB 2002,0.8,0.2\n"
    source = read(tmp_path, block.format("Depression") + block.format("Anxiety"))
    assert [row.cells[0] for row in source.tables[0].rows] == ["A 2001", "B 2002"] * 2
    assert [row.group for row in source.tables[0].rows[2:]] == ["Anxiety"] * 2


def test_logarithms_to_base_10_are_refused(tmp_path: Path) -> None:
    source = read(tmp_path, "Study,log10 OR,SE\nA 2001,0.5,0.25\nB 2002,0.8,0.2\n")
    assert "logarithms to base 10" in str(nothing_to_pool(source))


def test_a_column_that_may_say_the_sign_is_named(tmp_path: Path) -> None:
    text = "Study,d,SE,Direction\nA 2001,0.5,0.25,Favours control\nB 2002,0.8,0.2,Favours CBT\n"
    assert only(tmp_path, text).notes == (
        "Direction: may say the sign of the effects, and is not used",
    )


def test_studies_with_several_rows_are_named(tmp_path: Path) -> None:
    source = read(tmp_path, "Study,g,SE\nA 2001,0.2,0.1\nA 2001,0.3,0.1\nB 2002,0.3,0.1\n")
    (line,) = extract(source, propose(source)[0]).lines()
    assert line.startswith("1 of 2 studies have several rows, pooled as if they were independent")


@pytest.mark.parametrize(("year", "named"), [("2001", True), ("2004", False)])
def test_a_study_is_its_name_and_year(year: str, named: bool, tmp_path: Path) -> None:
    text = f"Author,Year,g,SE\nAnn,2001,0.2,0.1\nAnn,{year},0.3,0.1\nBo,2002,0.3,0.1\n"
    source = read(tmp_path, text)
    assert bool(extract(source, propose(source)[0]).lines()) == named


# Counts called x ---------------------------------------------------------------------------------


def test_x_without_an_sd_counts_events(tmp_path: Path) -> None:
    found = only(tmp_path, "study,xt,nt,xc,nc\nA,3,40,5,41\nB,4,44,9,45\n")
    assert found.roles == ("events_t", "n_t", "events_c", "n_c")


def test_x_beside_an_sd_is_a_mean(tmp_path: Path) -> None:
    found = only(tmp_path, "study,xt,sdt,nt,xc,sdc,nc\nA,3,2,40,5,2,41\nB,4,2,44,9,3,45\n")
    assert found.columns["mean_t"].column == "xt"


@pytest.mark.parametrize("spread", ["set", "vart"])
def test_x_beside_another_spread_is_no_count(spread: str, tmp_path: Path) -> None:
    text = f"study,xt,{spread},nt,xc,{spread[:-1]}c,nc\nA,10,2,40,12,2,41\nB,11,2,44,9,3,45\n"
    assert propose(read(tmp_path, text)) == []


def test_x_within_a_name_is_no_statistic(tmp_path: Path) -> None:
    text = "study,Drug X events,Drug X n,Placebo events,Placebo n\nA,3,40,5,41\nB,4,44,9,45\n"
    found = columns(only(tmp_path, text))
    assert (found["events_t"], found["events_c"]) == ("Drug X events", "Placebo events")


@pytest.mark.parametrize(
    ("one", "other"), [("Saline", "Vitamin C"), ("Group I", "Group II"), ("Vitamin E", "Selenium")]
)
def test_a_letter_of_a_name_says_no_arm(one: str, other: str, tmp_path: Path) -> None:
    header = ",".join(f"{name} {number}" for name in (one, other) for number in ("events", "n"))
    assert only(tmp_path, f"study,{header}\nA,3,40,5,41\nB,4,44,9,45\n").first_arm == FILL_IN


def test_letters_of_both_arms_say_them(tmp_path: Path) -> None:
    found = only(tmp_path, "study,c_events,c_n,e_events,e_n\nA,3,40,5,41\nB,4,44,9,45\n")
    assert columns(found)["events_t"] == "e_events"


def test_lor_may_be_a_drug(tmp_path: Path) -> None:
    text = "study,LOR events,LOR n,Placebo events,Placebo n\nA,3,40,5,41\nB,4,44,9,45\n"
    assert columns(only(tmp_path, text))["events_t"] == "LOR events"


def test_a_total_is_known_by_its_name_beside_a_number(tmp_path: Path) -> None:
    source = read(
        tmp_path, "ID,Author year,g,SE\n1,A 2001,0.2,0.1\n2,B 2002,0.3,0.1\n3,Total,0.25,0.07\n"
    )
    assert extract(source, propose(source)[0]).table.studies == ["A 2001", "B 2002"]


def test_x_with_decimals_is_no_count(tmp_path: Path) -> None:
    assert propose(read(tmp_path, "study,xt,nt,xc,nc\nA,3.5,40,5,41\nB,4,44,9,45\n")) == []


# Names of columns in R's packages ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["studynum", "StudyNo", "study_code"])
def test_a_number_of_the_study_is_its_name(name: str, tmp_path: Path) -> None:
    assert columns(only(tmp_path, f"{name},d,se\n1,0.2,0.1\n2,0.3,0.1\n"))["study"] == name


def test_a_number_is_the_study_rather_than_its_design(tmp_path: Path) -> None:
    text = "d,se,studyID,study_design\n0.2,0.1,11,Randomised\n0.3,0.1,12,Matched\n"
    assert columns(only(tmp_path, text))["study"] == "studyID"


def test_a_name_is_the_study_rather_than_a_number(tmp_path: Path) -> None:
    text = "id,authorName,d,se\n1,Ann,0.2,0.1\n2,Bo,0.3,0.1\n"
    assert columns(only(tmp_path, text))["study"] == "authorName"


@pytest.mark.parametrize(("name", "measure"), [("LOR", "OR"), ("logRR", "RR")])
def test_a_short_name_says_a_logarithm(name: str, measure: str, tmp_path: Path) -> None:
    found = only(tmp_path, f"study,{name},var{name}\nA,0.2,0.1\nB,-0.3,0.1\n")
    assert (found.measure, found.scale, found.roles) == (measure, "log", ("yi", "vi"))


def test_a_variance_may_be_run_into_what_it_is_of(tmp_path: Path) -> None:
    found = only(tmp_path, "study,effectsize,vareffsize\nA,0.2,0.1\nB,-0.3,0.1\n")
    assert found.roles == ("yi", "vi")


# What is shown -----------------------------------------------------------------------------------


def test_a_row_without_an_effect_has_a_dash(tmp_path: Path) -> None:
    source = read(tmp_path, "study,ai,n1i,ci,n2i\nA,0,40,0,41\nB,4,44,9,45\nC,3,44,9,45\n")
    (row,) = (line for line in preview(source, propose(source)[0]) if line.startswith("  A "))
    assert row.split() == ["A", DASH, DASH]


def test_many_wrong_cells_of_one_column_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"S{row},{row}x,0.1\n" for row in range(30))
    found = Analysis("a", "", {"yi": Cell("d"), "sei": Cell("se")})
    lines = preview(read(tmp_path, f"study,d,se\n{rows}"), found)
    assert lines[-1] == "  and 21 more"


# Ratios ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spread", ["SE(logOR)", "SE lnOR", "Var(log OR)", "selogor"])
def test_an_or_beside_the_precision_of_its_logarithm_is_asked_about(
    spread: str, tmp_path: Path
) -> None:
    found = only(tmp_path, f"Study,OR,{spread}\nA 2001,0.5,0.25\nB 2002,0.8,0.2\n")
    assert (found.measure, found.scale) == ("OR", FILL_IN)


def test_limits_tell_what_stands_beside_the_standard_error_of_a_logarithm(tmp_path: Path) -> None:
    """Stata's metan: the ratios, and the standard errors of their logarithms."""
    text = "study,_ES,_selogES,_LCI,_UCI\nA,0.5,0.25,0.31,0.82\nB,0.8,0.2,0.54,1.18\n"
    found = only(tmp_path, text)
    assert (found.measure, found.scale, found.roles) == ("ratio", "ratio", ("yi", "sei"))


def test_an_estimate_may_stand_in_one_cell_with_its_standard_error(tmp_path: Path) -> None:
    found = only(tmp_path, "Study,d (SE)\nA 2001,0.5 (0.25)\nB 2002,-0.8 (0.2)\n")
    assert found.columns["sei"].number == 2


def limits_column(folder: Path, *rows: Sequence[str | float | None]) -> Analysis:
    """The analysis of a workbook whose header of an interval is followed by one without a text."""
    header = ("Study", "g", "95% CI", None, "k")
    return only(folder, xlsx({"S": [header, *rows]}), "a.xlsx")


def test_two_columns_under_the_header_of_an_interval_are_its_limits(tmp_path: Path) -> None:
    found = limits_column(tmp_path, ("A 2001", 0.3, 0.1, 0.5, 1), ("B 2002", 0.4, 0.1, 0.7, 2))
    assert (found.name, columns(found)["ci_high"]) == ("g", "95% CI (2)")


def test_an_empty_column_beside_an_interval_is_none_of_its_limits(tmp_path: Path) -> None:
    rows = (("A", 0.3, "0.1 to 0.5", None, 1), ("B", 0.4, "0.1 to 0.7", None, 2))
    assert columns(limits_column(tmp_path, *rows))["ci_high"] == "95% CI"


def test_means_of_a_low_and_a_high_group_are_no_limits(tmp_path: Path) -> None:
    text = "Study,Low SES mean,Overall mean,High SES mean\nA,0.1,0.3,0.5\nB,0.1,0.4,0.7\n"
    assert propose(read(tmp_path, text)) == []


# What a file says beside its headers -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "measure", "scale"),
    [
        ("RR", "RR", "log"),
        ("OR", "OR", "log"),
        ("ROM", "ratio", "log"),
        ("SMD", "SMD", ""),
        ("ZCOR", "correlation", ""),
        ("PLO", "proportion", ""),
        ("GEN", "", ""),
    ],
)
def test_the_measure_of_escalc_is_read(name: str, measure: str, scale: str, tmp_path: Path) -> None:
    frame = {"yi": r_effects(name, 0.1, 0.3), "vi": r_numbers(0.04, 0.02)}
    found = only(tmp_path, rds(r_list(frame, "escalc", "data.frame")), "a.rds")
    assert (found.measure, found.scale) == (measure, scale)


def test_the_measure_of_a_saved_fit_is_read(tmp_path: Path) -> None:
    parts = {"yi": r_numbers(0.1, 0.3), "vi": r_numbers(0.04, 0.02), "measure": r_texts("OR")}
    found = only(tmp_path, rds(r_list(parts, "rma.uni", "rma")), "a.rds")
    assert (found.measure, found.scale) == ("OR", "log")


def test_a_fit_of_several_levels_has_their_variances_and_no_tau2(tmp_path: Path) -> None:
    parts = {
        **{name: r_numbers(0.2) for name in ("b", "ci.lb", "ci.ub")},
        "tau2": r_numbers(0.0),
        "sigma2": r_numbers(0.065, 0.033),
        "yi": r_numbers(0.1, 0.3),
        "vi": r_numbers(0.04, 0.02),
    }
    (table,) = read(tmp_path, rds(r_list(parts, "rma.mv", "rma")), "a.rds").tables
    said = " ".join(table.notes)
    assert "tau2" not in said
    assert "sigma2 0.065, sigma2 0.033" in said


def test_the_label_of_a_variable_names_the_measure(tmp_path: Path) -> None:
    frame = pd.DataFrame({"study": ["A", "B"], "es": [0.1, 0.3], "v": [0.04, 0.02]})
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(frame, path, column_labels=["", "Effect size (Cohen's d)", ""])
    (found,) = propose(read_source(path))
    assert found.measure == "SMD"


def test_it_is_asked_how_ratios_stand_that_a_label_names(tmp_path: Path) -> None:
    frame = pd.DataFrame({"study": ["A", "B"], "es": [0.5, 0.8], "se": [0.2, 0.1]})
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(frame, path, column_labels=["", "Odds ratio", ""])
    (found,) = propose(read_source(path))
    assert (found.measure, found.scale) == ("OR", FILL_IN)


@pytest.mark.parametrize("nothing", ["", "NA"])
def test_a_row_without_numbers_is_left_out_and_named(nothing: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"study,yi,vi\nA,0.2,0.1\nB,{nothing},{nothing}\nC,0.3,0.1\n")
    rows = read_rows(path)
    assert rows.table.studies == ["A", "C"]
    assert rows.notes == ("Row 3 (B) left out: no numbers",)


def test_a_row_with_some_of_its_numbers_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("study,yi,vi\nA,0.2,0.1\nB,0.3,NA\nC,0.3,0.1\n")
    with pytest.raises(DataError, match="row 3, vi: found 'NA'"):
        read_rows(path).table.numbers("effects")
