"""What is asked of a table beside its pool, against metafor, robumeta and hand calculations."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

import metarepro
from metarepro.conversion.absolute import absolute_effect, number_needed
from metarepro.errors import InputError
from metarepro.models.beyond import share_beyond, tau2_standard_error
from metarepro.models.pooling import pool
from metarepro.models.tau2 import ESTIMATORS
from metarepro.questions.absolute_words import needed_words
from metarepro.questions.asking import Answers, ask
from metarepro.questions.words import answer_tables, selection_notes
from metarepro.tabular.problems import DataError

REFERENCE = reference_of("ask")
#: Colditz et al. 1994, as in metadat's dat.bcg.
BCG = pd.DataFrame(
    [
        ("Aronson 1948", 4, 119, 11, 128, 44, "random"),
        ("Ferguson & Simes 1949", 6, 300, 29, 274, 55, "random"),
        ("Rosenthal et al 1960", 3, 228, 11, 209, 42, "random"),
        ("Hart & Sutherland 1977", 62, 13536, 248, 12619, 52, "random"),
        ("Frimodt-Moller et al 1973", 33, 5036, 47, 5761, 13, "alternate"),
        ("Stein & Aronson 1953", 180, 1361, 372, 1079, 44, "alternate"),
        ("Vandiviere et al 1973", 8, 2537, 10, 619, 19, "random"),
        ("TPT Madras 1980", 505, 87886, 499, 87892, 13, "random"),
        ("Coetzee & Berjak 1968", 29, 7470, 45, 7232, 27, "random"),
        ("Rosenthal et al 1961", 17, 1699, 65, 1600, 42, "systematic"),
        ("Comstock et al 1974", 186, 50448, 141, 27197, 18, "systematic"),
        ("Comstock & Webster 1969", 5, 2493, 3, 2338, 33, "systematic"),
        ("Comstock et al 1976", 27, 16886, 29, 17825, 33, "systematic"),
    ],
    columns=["study", "tpos", "tneg", "cpos", "cneg", "ablat", "alloc"],
)
#: The plain Knapp-Hartung interval may be narrower than the normal one; the default never is.
INTERVALS = {"adhoc": "knapp_hartung_conservative", "knha": "knapp_hartung", "z": "z"}
KEYS = ("estimate", "ci_low", "ci_high", "tau2")


def close(found: Any, expected: Any) -> bool:
    return bool(np.allclose(found, expected, rtol=1e-7, atol=1e-9))


def bcg(**asked: Any) -> Answers:
    return ask(BCG, measure="RR", **asked)


def plain(**columns: Any) -> pd.DataFrame:
    k = len(next(iter(columns.values())))
    rows = {"study": [f"S{i}" for i in range(1, k + 1)], "vi": [0.04] * k}
    return pd.DataFrame(rows | columns)


def test_the_pools_of_subgroups_are_metafors() -> None:
    pools = bcg(by=["alloc"]).subgroups[0].pools.set_index("group")
    for group, expected in REFERENCE["subgroups"].items():
        assert close(pools.loc[group, list(KEYS)].astype(float), [expected[key] for key in KEYS])


@pytest.mark.parametrize("test", INTERVALS)
def test_the_test_of_subgroups_is_metafors(test: str) -> None:
    found = bcg(by=["alloc"], ci=INTERVALS[test]).subgroups[0].test
    expected = REFERENCE["tests"][test]
    assert close(
        [found["statistic"], found["p_value"]], [expected["statistic"], expected["p_value"]]
    )


def test_the_pools_without_a_group_are_metafors() -> None:
    pools = bcg(leave_out=["alloc"]).left_out[0].pools.set_index("group")
    for group, expected in REFERENCE["left_out"].items():
        assert close(pools.loc[group, list(KEYS)].astype(float), [expected[key] for key in KEYS])


@pytest.mark.parametrize("test", INTERVALS)
def test_a_regression_is_metafors(test: str) -> None:
    found = bcg(on=["ablat"], ci=INTERVALS[test]).regressions[0]
    expected = REFERENCE["slopes"][test]
    for name in ("estimate", "se", "ci_low", "ci_high", "p_value"):
        both = [getattr(found.intercept, name), getattr(found.slope, name)]
        assert close(both, expected[name])
    assert close([found.tau2, found.r2], [expected["tau2"], expected["r2"]])


def test_a_regression_under_a_common_effect_is_metafors() -> None:
    found = bcg(on=["ablat"], model="common", ci="z").regressions[0]
    assert close([found.intercept.estimate, found.slope.estimate], REFERENCE["common"]["estimate"])
    assert close([found.intercept.se, found.slope.se], REFERENCE["common"]["se"])


def test_a_regression_of_several_rows_a_trial_is_robumetas() -> None:
    expected = REFERENCE["robust"]
    found = ask(pd.DataFrame(expected["rows"]), on=["dose"]).regressions[0]
    for name in ("estimate", "se", "df", "ci_low", "ci_high"):
        both = [getattr(found.intercept, name), getattr(found.slope, name)]
        assert close(both, expected[name])


def test_the_test_of_groups_of_several_rows_a_trial_is_clubsandwichs() -> None:
    expected = REFERENCE["robust"]
    found = ask(pd.DataFrame(expected["rows"]), by=["kind"]).subgroups[0].test
    assert close([found[name] for name in expected["test"]], list(expected["test"].values()))


@pytest.mark.parametrize("method", ESTIMATORS)
def test_the_standard_error_of_tau2_is_metafors(method: str) -> None:
    studies = metarepro.pool(BCG, measure="RR").studies
    tau2, se = REFERENCE["se_tau2"][method]
    assert tau2_standard_error(studies["yi"], studies["vi"], tau2, method) == pytest.approx(
        se, 1e-7
    )


@pytest.mark.parametrize(("limit", "side"), [(0.8, "below_0.8"), (0.5, "above_0.5")])
def test_the_share_beyond_a_limit_is_that_of_the_formula(limit: float, side: str) -> None:
    result = metarepro.pool(BCG, measure="RR")
    found = share_beyond(
        result.pooled,
        result.studies["yi"],
        result.studies["vi"],
        math.log(limit),
        above=side.startswith("above"),
    )
    expected = REFERENCE["shares"][side]
    assert close([found.share, found.ci_low, found.ci_high], list(expected.values()))


def test_the_side_of_a_minimal_important_difference_is_its_own() -> None:
    found = bcg(important=0.8).important
    assert found is not None
    assert close(found.share.share, REFERENCE["shares"]["below_0.8"]["share"])


def test_without_heterogeneity_there_is_no_share() -> None:
    found = ask(plain(yi=[0.3, 0.31, 0.29, 0.3, 0.3]), important=0.2).important
    assert found is not None
    assert math.isnan(found.share.share)
    assert "all or none" in found.share.reason


def test_three_trials_give_a_share_without_an_interval() -> None:
    yi, vi = [0.1, 0.5, 1.2], [0.02, 0.02, 0.02]
    found = share_beyond(pool(yi, vi), yi, vi, 0.2, above=True)
    assert 0 < found.share < 1
    assert math.isnan(found.ci_low)
    assert "share_of_few" in found.flags


def test_trials_with_several_rows_give_a_share_without_an_interval() -> None:
    rows = pd.DataFrame(REFERENCE["robust"]["rows"])
    found = ask(rows, important=0.2).important
    assert found is not None
    assert not math.isnan(found.share.share)
    assert math.isnan(found.share.ci_low)


@pytest.mark.parametrize("important", [1.0, 0.0, -2.0])
def test_no_effect_is_no_minimal_important_difference(important: float) -> None:
    with pytest.raises(InputError, match="minimal important difference"):
        bcg(important=important)


# Cochrane Handbook 15.4.4 (12.5.4 of version 5.1): the worked examples.
@pytest.mark.parametrize(
    ("measure", "effect", "baseline", "fewer", "needed"),
    [
        ("RD", -0.12, 0.3, "120", "9"),
        ("RD", -0.22, 0.3, "220", "5"),
        ("RR", math.log(0.92), 0.3, "24", "42"),
        ("OR", math.log(0.73), 0.3, "62", "17"),
    ],
)
def test_absolute_effects_are_those_of_the_handbook(
    measure: str, effect: float, baseline: float, fewer: str, needed: str
) -> None:
    found = absolute_effect(measure, effect, math.nan, math.nan, baseline)
    assert f"{-1000 * found.difference:.0f}" == fewer
    assert needed_words(number_needed(found), "no") == f"NNTB {needed} [no interval]"


def test_a_hazard_ratio_raises_the_survival_to_its_power() -> None:
    found = absolute_effect("HR", math.log(0.5), math.nan, math.nan, 0.36)
    assert found.risk == pytest.approx(1 - 0.64**0.5)


def test_limits_are_transformed_as_the_effect_is() -> None:
    found = absolute_effect("OR", 0.0, math.log(0.5), math.log(2), 0.5)
    assert (found.risk_low, found.risk_high) == pytest.approx((1 / 3, 2 / 3))


def test_a_risk_above_1_is_set_to_1_and_said() -> None:
    found = absolute_effect("RR", math.log(3), 0.0, math.log(4), 0.4)
    assert (found.risk, found.risk_high, found.beyond) == (1.0, 1.0, True)


# Altman 1998, figure 1 and text: ARR 10% with a 95% CI from -5% to 25% is NNTB 10 (NNTH 20 to
# infinity to NNTB 4).
@pytest.mark.parametrize(
    ("higher", "words"),
    [
        ("no", "NNTB 10 [NNTB 4 to ∞ to NNTH 20]"),
        ("yes", "NNTH 10 [NNTB 20 to ∞ to NNTH 4]"),
        ("", "10 for one event fewer [4 fewer to ∞ to 20 more]"),
    ],
)
def test_an_interval_that_passes_infinity(higher: str, words: str) -> None:
    needed = number_needed(absolute_effect("RD", -0.1, -0.25, 0.05, 0.4))
    assert needed_words(needed, higher) == words


def test_an_interval_on_one_side_goes_from_the_smaller_number() -> None:
    needed = number_needed(absolute_effect("RD", -0.1, -0.2, -0.05, 0.4))
    assert needed_words(needed, "no") == "NNTB 10 [NNTB 5 to NNTB 20]"


def test_an_interval_that_is_withheld_has_no_absolute_limits() -> None:
    found = ask(BCG.head(3), measure="RR", baseline_risk=[0.1]).absolute[0]
    assert 0 < found.risk < 0.1
    assert math.isnan(found.risk_low)


@pytest.mark.parametrize("risk", [0.0, 1.0, 20.0, math.nan])
def test_a_baseline_risk_is_a_risk(risk: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        bcg(baseline_risk=[risk])


def test_a_mean_difference_has_no_absolute_effect() -> None:
    with pytest.raises(InputError, match="RR, OR, RD, HR"):
        ask(plain(yi=[0.1, 0.2]), measure="MD", baseline_risk=[0.1])


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        (["alloc=random"], 7),
        (["alloc = Random|alternate"], 9),
        (["alloc!=random"], 6),
        (["ablat>=42"], 6),
        (["ablat<42", "alloc=systematic"], 3),
        (["ablat=13.0"], 2),
    ],
)
def test_subsets(where: list[str], kept: int) -> None:
    assert bcg(where=where).pool.pooled.k == kept


def test_a_subset_is_pooled_as_if_it_were_the_table() -> None:
    own = metarepro.pool(BCG[BCG["alloc"] == "random"], measure="RR").pooled
    found = bcg(where=["alloc=random"]).pool.pooled
    assert (found.estimate, found.ci_low) == (own.estimate, own.ci_low)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("alloc=randon", "there are alternate, random, systematic"),
        ("alloc", "allowed: COLUMN=VALUE"),
        ("ablat>north", "one number"),
        ("latitude>3", "there is no column"),
        ("al=random", "there is no column|fits several"),
        ("ablat>90", "no row meets"),
        ("alloc>3", "a number in digits"),
    ],
)
def test_conditions_that_cannot_hold_are_refused(condition: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        bcg(where=[condition])


def test_a_row_with_an_empty_cell_meets_no_condition_and_is_named() -> None:
    rows = plain(yi=[0.1, 0.2, 0.3, 0.4], rob=["low", "high", "", "low"])
    answers = ask(rows, where=["rob!=high"])
    assert answers.pool.pooled.k == 2
    assert "Left out, as a cell is empty: S3." in selection_notes(answers)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Low risk of bias", "low"),
        ("Some concerns", "some concerns"),
        ("−", "high"),
        ("?", "unclear"),
    ],
)
def test_the_words_of_judgements(written: str, read: str) -> None:
    rows = plain(yi=[0.1, 0.2], rob=[written, ""])
    assert ask(rows).columns.cells["rob"].tolist() == [read, ""]


def test_a_judgement_that_no_study_got_may_be_asked_for() -> None:
    rows = plain(yi=[0.1, 0.2, 0.3], rob=["low", "high", "low"])
    assert ask(rows, where=["rob=low|unclear"]).pool.pooled.k == 2


def test_studies_are_joined_whatever_their_case_accents_and_spaces() -> None:
    rows = plain(yi=[0.1, 0.2, 0.3]).assign(study=["Sørensen 2001", "Müller  2002", "ANN 2003"])
    more = pd.DataFrame({"Study": [" ann 2003", "sorensen 2001", "Muller 2002"], "dose": [3, 1, 2]})
    cells = ask(rows, studies=more).columns.cells
    assert list(cells["dose"]) == ["1", "2", "3"]


def test_a_name_may_be_in_two_columns() -> None:
    rows = plain(yi=[0.1, 0.2]).assign(study=["Ann 2001", "Bo 2002"])
    more = pd.DataFrame({"author": ["Bo", "Ann"], "year": [2002, 2001], "dose": [2, 1]})
    assert list(ask(rows, studies=more).columns.cells["dose"]) == ["1", "2"]


def test_two_papers_of_one_author_are_told_apart_by_the_year() -> None:
    rows = plain(yi=[0.1, 0.2]).assign(study=["Ann 2001", "Ann 2002"])
    more = pd.DataFrame({"author": ["Ann", "Ann"], "year": [2002, 2001], "dose": [2, 1]})
    assert list(ask(rows, studies=more).columns.cells["dose"]) == ["1", "2"]


def test_a_name_without_the_year_that_tells_two_papers_apart_is_refused() -> None:
    rows = plain(yi=[0.1, 0.2]).assign(study=["Ann", "Bo"])
    more = pd.DataFrame({"author": ["Ann", "Ann", "Bo"], "year": [2002, 2001, 2003], "dose": 1})
    with pytest.raises(DataError, match="found 'Ann'; allowed: a name that fits one row"):
        ask(rows, studies=more)


def test_names_without_a_counterpart_are_told() -> None:
    more = pd.DataFrame({"study": ["S1", "S9"], "dose": [1, 9]})
    notes = selection_notes(ask(plain(yi=[0.1, 0.2]), studies=more))
    assert "Without a row among the studies: S2." in notes
    assert "Among the studies, but not in the table: S9." in notes


def test_a_name_that_fits_two_rows_of_studies_is_refused() -> None:
    more = pd.DataFrame({"study": ["S1", "s1 "], "dose": [1, 2]})
    with pytest.raises(DataError, match="row 3, study: found 's1'; allowed: each study once"):
        ask(plain(yi=[0.1, 0.2]), studies=more)


def test_a_row_that_fits_two_studies_is_refused() -> None:
    rows = plain(yi=[0.1, 0.2]).assign(study=["Muller 2001", "Müller 2001"])
    with pytest.raises(DataError, match="spelled as .Muller 2001."):
        ask(rows, studies=pd.DataFrame({"study": ["Muller 2001"], "dose": [1]}))


def test_a_study_with_several_rows_has_one_row_of_studies() -> None:
    rows = plain(yi=[0.1, 0.2, 0.3]).assign(trial=["a", "a", "b"])
    more = pd.DataFrame({"trial": ["a", "b"], "dose": [1, 2]})
    assert list(ask(rows, studies=more).columns.cells["dose"]) == ["1", "1", "2"]


def test_studies_may_not_hide_a_column_of_the_table() -> None:
    more = pd.DataFrame({"study": ["Aronson 1948"], "alloc": ["other"]})
    with pytest.raises(DataError, match="another name"):
        bcg(studies=more)


def test_a_column_that_is_no_number_cannot_be_regressed_on() -> None:
    with pytest.raises(DataError, match="row 2, alloc: found 'random'"):
        bcg(on=["alloc"])


def test_studies_without_a_number_are_left_out_of_a_regression_and_named() -> None:
    rows = plain(yi=[0.1, 0.3, 0.2, 0.5, 0.4, 0.6], dose=["1", "2", "", "3", "4", "5"])
    found = ask(rows, on=["dose"]).regressions[0]
    assert (found.k, found.unknown) == (5, ("S3",))


def test_three_trials_are_too_few_for_a_slope() -> None:
    with pytest.raises(InputError, match="3 trials are too few"):
        ask(plain(yi=[0.1, 0.3, 0.2], dose=["1", "2", "3"]), on=["dose"])


def test_a_slope_of_few_degrees_of_freedom_has_no_interval_in_words() -> None:
    rows = plain(yi=[0.1, 0.3, 0.2, 0.5, 0.4, 0.6]).assign(
        trial=list("aabbcd"), dose=list("112234")
    )
    answers = ask(rows, on=["dose"])
    assert "df_below_4" in answers.regressions[0].flags
    assert answer_tables(answers)[0].words[1][2] == "–"


def test_groups_that_share_trials_are_not_tested() -> None:
    rows = plain(yi=[0.1, 0.3, 0.2, 0.5]).assign(trial=list("aabb"), arm=list("xyxy"))
    found = ask(rows, by=["arm"]).subgroups[0]
    assert "share trials" in found.test["reason"]


def test_a_group_of_one_study_is_not_pooled_and_not_tested() -> None:
    rows = plain(yi=[0.1, 0.3, 0.2, 0.5, 0.4], kind=list("xxyyz"))
    found = ask(rows, by=["kind"]).subgroups[0]
    assert found.pools["reason"].tolist() == ["", "", "one study: not pooled"]
    assert found.not_tested == ("z",)


def test_the_interval_of_a_group_of_two_is_withheld_in_words() -> None:
    words = answer_tables(bcg(by=["alloc"]))[0].words
    assert words[0][2] == "0.582 [too few trials for a reliable interval]"


def test_a_normal_interval_of_a_group_of_two_is_shown_with_a_warning() -> None:
    notes = answer_tables(bcg(by=["alloc"], ci="z"))[0].notes
    assert any(note.startswith("alternate: 2 or 3 trials: a normal interval") for note in notes)


def test_no_text_of_a_file_reaches_the_terminal_with_its_control_characters() -> None:
    rows = plain(yi=[0.1, 0.3, 0.2, 0.5]).assign(**{"ki\x1bnd": ["x\x1b[2J", "x\x1b[2J", "y", "y"]})
    lines = "\n".join(answer_tables(ask(rows, by=["ki nd"]))[0].lines())
    assert "\x1b" not in lines


LEDGER = pd.DataFrame(
    {
        "study": ["Aronson 1948", "TPT Madras 1980"],
        "column": ["tpos", "cpos"],
        "found": ["4", "499"],
        "right": ["6", "599"],
        "reason": ["misread", "misread"],
        "source": ["p. 3", "p. 9"],
    }
)


def test_pools_stand_before_and_after_corrections() -> None:
    found = bcg(corrections=LEDGER)
    mended = BCG.set_index("study")
    mended.loc["Aronson 1948", "tpos"] = 6
    one = metarepro.pool(mended.reset_index(), measure="RR").pooled.estimate
    mended.loc["TPT Madras 1980", "cpos"] = 599
    both = metarepro.pool(mended.reset_index(), measure="RR").pooled.estimate
    before = metarepro.pool(BCG, measure="RR").pooled.estimate
    assert found.corrected is not None
    estimates = found.corrected.pools["estimate"].tolist()
    assert estimates[:2] == [before, one]
    assert estimates[-1] == found.pool.pooled.estimate == both


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"found": "5"}, "found: found '5'; allowed: what is there: '4'"),
        ({"column": "deaths"}, "column: found 'deaths'; allowed: one of"),
        ({"study": "Nobody 1999"}, "study: found 'Nobody 1999'; allowed: a study of"),
        ({"row": "99"}, "row: found '99'; allowed: a row of"),
        ({"row": "3"}, "row: found '3'; allowed: a row of Aronson 1948"),
        ({"reason": ""}, "the reason"),
        ({"source": " "}, "the source"),
        ({"right": "4"}, "another value than found"),
        ({"right": ""}, "the right"),
    ],
)
def test_corrections_that_cannot_be_made_are_refused(change: dict[str, str], message: str) -> None:
    ledger = LEDGER.head(1).assign(row="").assign(**change)
    with pytest.raises(DataError, match=message):
        bcg(corrections=ledger)


def test_a_table_that_could_not_be_pooled_before_its_correction_says_why() -> None:
    rows = pd.DataFrame({"study": ["A", "B"], "events_t": [40, 3], "n_t": [20, 30]})
    rows = rows.assign(events_c=[5, 6], n_c=[21, 31])
    ledger = pd.DataFrame({"study": ["A"], "column": "events_t", "found": "40", "right": "4"})
    found = ask(rows, measure="OR", corrections=ledger.assign(reason="misread", source="p. 1"))
    assert found.corrected is not None
    before, after = found.corrected.pools["reason"]
    assert "events_t: found '40'; allowed: at most n_t, 20" in before
    assert after == ""


def test_a_cell_is_corrected_once() -> None:
    with pytest.raises(DataError, match="one line per cell"):
        bcg(corrections=pd.concat([LEDGER, LEDGER.head(1)]))


def test_a_correction_moves_a_row_into_a_subset() -> None:
    ledger = LEDGER.head(1).assign(column="alloc", found="random", right="alternate")
    found = bcg(corrections=ledger, where=["alloc=random"])
    assert found.corrected is not None
    assert found.corrected.pools["k"].tolist() == [7, 6]


def test_a_correction_that_gives_no_number_names_the_cell() -> None:
    with pytest.raises(DataError, match="tpos was corrected by line 2"):
        bcg(corrections=LEDGER.head(1).assign(right="six"))


def test_judgements_are_known_by_name_and_written_in_one_way() -> None:
    rows = plain(yi=[0.1, 0.2]).assign(
        rob=["+", "?"], **{"Risk of bias: D1": ["Low risk", "High risk"], "robust": ["yes", "no"]}
    )
    columns = ask(rows).columns
    assert columns.bias == ("rob", "Risk of bias: D1")
    assert columns.cells["rob"].tolist() == ["low", "unclear"]
    assert columns.cells["Risk of bias: D1"].tolist() == ["low", "high"]
