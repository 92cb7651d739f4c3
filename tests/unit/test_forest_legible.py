"""No text of a forest plot meets another or leaves its place."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.made_up_forests import (
    FAMILIES,
    HOSTILE,
    NAN,
    assert_legible,
    make_domain,
    make_rows,
    make_summary,
    plot,
    texts,
    words,
)

from metarepro.figures import style as fg
from metarepro.figures.domain_forest import summary_forest
from metarepro.wording.scales import Scale


@pytest.mark.parametrize("n", [2, 10, 60, 150])
def test_no_texts_meet_whatever_the_number_of_rows(n: int) -> None:
    assert_legible(plot(make_rows(n)))


def test_no_texts_meet_with_subgroups_and_missing_numbers() -> None:
    rows = make_rows(9, ("Psychotherapy", "Video feedback", "Circle of Security"))
    rows.loc[0, ["n_t", "n_c"]] = NAN
    rows.loc[1, ["n_t", "n_c", "n_total"]] = NAN
    rows.loc[2, ["ci_low", "ci_high"]] = NAN
    rows.loc[3, ["yi", "ci_low", "ci_high", "weight"]] = NAN
    summaries = pd.concat([make_summary("Psychotherapy"), make_summary("Video feedback")])
    summaries = pd.concat([summaries, make_summary(flags="few degrees of freedom " * 20)])
    assert_legible(plot(rows, summaries, subgroup_test="Test between subgroups: Q = 3.2 " * 9))


def test_no_texts_meet_where_all_effects_favour_the_control() -> None:
    rows = make_rows(3, label="A", measure="B", yi=-4.0, ci_low=-4.5, ci_high=-3.5)
    assert_legible(plot(rows))


def test_no_texts_meet_with_huge_numbers() -> None:
    rows = make_rows(3)
    rows.loc[0, ["yi", "ci_low", "ci_high", "n_t", "n_c"]] = [-12345.6, -1e9, 1e9, 1e7, 1e7]
    assert_legible(plot(rows, make_summary(q=1e9, n_participants=1e9, ci_low=-1e6)))


def test_no_texts_meet_in_a_summary_forest() -> None:
    assert_legible(
        summary_forest(make_domain(), FAMILIES, scale=Scale(), title="Child development " * 30)
    )


def test_hostile_texts_stay_in_their_place() -> None:
    rows = make_rows(6, tier="approximate", label=list(HOSTILE), measure=list(HOSTILE[::-1]))
    rows["subgroup"] = [HOSTILE[0]] * 3 + [HOSTILE[1]] * 3
    summaries = pd.concat([make_summary(text, model=text, flags=text) for text in HOSTILE[:2]])
    fig = plot(rows, summaries, title=HOSTILE[5], subgroup_test=HOSTILE[0])
    assert_legible(fig)


def test_hostile_texts_stay_in_their_place_in_a_summary_forest() -> None:
    domain = make_domain(label=list(HOSTILE[:3]), family=list(HOSTILE[:3]), flags=list(HOSTILE[3:]))
    assert_legible(summary_forest(domain, FAMILIES, scale=Scale(), title=HOSTILE[1]))


def test_no_text_is_read_as_mathematics() -> None:
    assert not any(text.get_parse_math() for text in texts(plot(make_rows(2, label="$x_1$"))))


def test_direction_marks_are_dropped() -> None:
    assert "ab 2015" in words(plot(make_rows(2, label="a\u202eb 2015\u2066")))


def test_a_long_label_goes_on_in_the_next_line() -> None:
    label = "Grantham-McGregor and many colleagues 2020, second phase"
    shown = words(plot(make_rows(1, label=label, tier="approximate")))
    start = next(i for i, word in enumerate(shown) if word.startswith("Grantham"))
    assert " ".join(shown[start : start + 2]) == f"{label} †"


def test_a_word_wider_than_its_room_is_broken_and_not_cut() -> None:
    lines = fg.wrap("x" * 100, 1.0)
    assert "".join(lines) == "x" * 100
    assert max(map(fg.text_width, lines)) <= 1.0


def test_a_long_note_is_printed_whole() -> None:
    note = "Each of these words stands in the figure. " * 12
    assert "…" not in " ".join(words(plot(make_rows(3), make_summary(flags=note))))


def test_rows_have_the_same_height_however_many_there_are() -> None:
    heights = {n: plot(make_rows(n, measure="")).get_size_inches()[1] for n in (10, 60, 150)}
    assert heights[60] - heights[10] == pytest.approx(50 * 0.2)
    assert heights[150] - heights[60] == pytest.approx(90 * 0.2)


def test_type_has_the_same_size_however_many_rows_there_are() -> None:
    sizes = [{text.get_fontsize() for text in texts(plot(make_rows(n)))} for n in (2, 60)]
    assert min(fg.TEXT_SIZE, fg.SMALL_SIZE, fg.TITLE_SIZE) >= 8
    assert sizes[0] == sizes[1] == {fg.TEXT_SIZE, fg.SMALL_SIZE, fg.TITLE_SIZE}
