"""What changed between two states: found record by record, put down to its cause, told loudly."""

import csv
import hashlib
import io
import math
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.command import command

from metarepro.changes.changes import Changes, Movement, compare_states
from metarepro.changes.report import report
from metarepro.changes.tables import compare_tables
from metarepro.manifest.files import is_input
from metarepro.manifest.listing import is_result

RESULTS = "data/trials/results.csv"
EFFECTS = "results/effects/effects.csv"
POOLED = "results/pooled/pooled.csv"
CLAIMS = "results/claims/claims.csv"
MANIFEST = "results/manifest.csv"
PROBLEMS = "results/extracted/review_file_problems.csv"
REVIEW_FILES = "results/reproduction/review_files/reproduction.csv"
POOL = "post.domain.relationship"


def table(rows: Sequence[Mapping[str, object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def effect(name: str, yi: float, low: float, high: float, **cells: object) -> dict[str, object]:
    row: dict[str, object] = {"result_id": name, "trial_id": name[:-3], "outcome": "warmth"}
    row |= {"measure": "Scale"}
    row |= {"yi": yi, "ci_low": low, "ci_high": high, "exclude": "", "tier": "direct"}
    return row | {"sha256": "0" * 64, "row": 2} | cells


def pool(estimate: float, low: float, high: float, **cells: object) -> dict[str, object]:
    row: dict[str, object] = {"synthesis": POOL, "estimate": estimate}
    row |= {"ci_low": low, "ci_high": high}
    return row | {"n_trials": 2, "trial_ids": "ann2001 bob2002", "flags": ""} | cells


def project(**files: bytes) -> dict[str, bytes]:
    """A state with two results and their pool; its results belong to its data."""
    state = {
        RESULTS: table([{"result_id": "ann2001-01", "sd_t": 2}, {"result_id": "bob2002-01"}]),
        EFFECTS: table([effect("ann2001-01", 0.5, 0.1, 0.9), effect("bob2002-01", 0.3, 0.1, 0.5)]),
        POOLED: table([pool(0.4, 0.1, 0.7)]),
        "results/figures/syntheses/a.svg": b"<svg>1</svg>",
        "scripts/pool.py": b"1",
    } | files
    rows = [
        f"{path},{hashlib.sha256(content).hexdigest()},\n"
        for path, content in state.items()
        if is_input(path) or is_result(path)
    ]
    return {MANIFEST: "".join(["file,sha256,folder\n", *rows]).encode()} | state


NEW_SD = {
    RESULTS: table([{"result_id": "ann2001-01", "sd_t": 4}, {"result_id": "bob2002-01"}]),
}


def movements(changes: Changes, path: str) -> tuple[Movement, ...]:
    (moved,) = [moved for moved in changes.moved if moved.table.path == path]
    return moved.movements


def written(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    return report(compare_states(before, after), before, after, "0123456789abcdef")


def test_nothing_changed() -> None:
    text = written(project(), project())
    assert "Nothing changed in data/." in text
    assert "No sign, no interval's relation to no effect and no verdict changed." in text
    assert "\n> " not in text


def test_a_changed_cell_and_what_it_moved() -> None:
    moved = {
        EFFECTS: table([effect("ann2001-01", 0.3, 0.05, 0.7), effect("bob2002-01", 0.3, 0.1, 0.5)]),
        POOLED: table([pool(0.25, 0.05, 0.45)]),
        "results/figures/syntheses/a.svg": b"<svg>2</svg>",
    }
    before, after = project(), project(**NEW_SD, **moved)
    changes = compare_states(before, after)
    (one,) = movements(changes, EFFECTS)
    assert one.row.key == ("ann2001-01",)
    assert one.difference == pytest.approx(-0.2)
    assert one.relative == pytest.approx(0.2 / 0.8)
    assert one.cause == "results.csv"
    (one,) = movements(changes, POOLED)
    assert one.relative == pytest.approx(0.25 / 0.6)
    assert (one.cause, one.alarms) == ("effects of ann2001", ())
    assert changes.unexplained() == []
    assert changes.outdated == {"before": [], "after": []}
    text = written(before, after)
    assert "| `ann2001-01` | `sd_t` | `2` | `4` |" in text
    row = "0.400 [0.100, 0.700] | 0.250 [0.050, 0.450] | −0.150 | 42% |  | effects of ann2001 |"
    assert f"| `{POOL}` | {row}" in text
    assert "- `results/figures/syntheses/a` (changed)" in text


@pytest.mark.parametrize(
    ("numbers", "alarms"),
    [
        ((-0.4, -0.7, -0.1), ("sign", "interval")),
        ((0.3, -0.1, 0.7), ("interval",)),
        ((-0.1, -0.5, 0.3), ("sign", "interval")),
        ((0.0, -0.5, 0.5), ("sign", "interval")),
        ((0.1, 0.01, 0.2), ()),
    ],
)
def test_a_changed_sign_or_conclusion_comes_first(
    numbers: tuple[float, float, float], alarms: tuple[str, ...]
) -> None:
    before, after = project(), project(**NEW_SD, **{POOLED: table([pool(*numbers)])})
    (one,) = movements(compare_states(before, after), POOLED)
    assert tuple(alarm.partition(":")[0] for alarm in one.alarms) == alarms
    text = written(before, after)
    assert ("## ⚠ Look first" in text) == bool(alarms)
    if alarms:
        assert text.index("**⚠ Look first") < text.index("## ⚠ Look first") < text.index("## Inp")
        assert ("1 changed sign" in text) == ("sign" in alarms)


def test_words_of_a_changed_sign() -> None:
    after = project(**NEW_SD, **{POOLED: table([pool(-0.4, -0.7, -0.1)])})
    (one,) = movements(compare_states(project(), after), POOLED)
    assert one.alarms == (
        "sign: favours the intervention → favours the control",
        "interval: above zero → below zero",
    )


RR: dict[str, Any] = {"effect_measure": "RR", "better": "lower"}
HALF = (math.log(2), math.log(1 / 0.7), math.log(1 / 0.35))
MORE = (-math.log(1.4), -math.log(2), -math.log(0.98))


def test_a_ratio_is_printed_as_one_with_its_measure() -> None:
    before = project(**{POOLED: table([pool(*HALF, **RR)])})
    after = project(**NEW_SD, **{POOLED: table([pool(*MORE, **RR)])})
    (one,) = movements(compare_states(before, after), POOLED)
    assert one.alarms == (
        "sign: favours the intervention → favours the control",
        "interval: below 1 → includes 1",
    )
    numbers = "RR 0.500 [0.350, 0.700] | RR 1.400 [0.980, 2.000]"
    assert f"{numbers} | × 2.800 |" in written(before, after)


@pytest.mark.parametrize(
    ("measure", "turned", "printed"),
    [
        ("SMD", "higher", "g 0.400 [0.100, 0.700] | g 0.500 [0.200, 0.800] | +0.100"),
        ("MD", "lower", "MD −0.400 [−0.700, −0.100] | MD −0.500 [−0.800, −0.200] | −0.100"),
        ("correlation", "higher", "r 0.380 [0.100, 0.604] | r 0.462 [0.197, 0.664] | +0.100"),
    ],
)
def test_an_estimate_is_on_the_scale_of_its_record(measure: str, turned: str, printed: str) -> None:
    scale: dict[str, Any] = {"effect_measure": measure, "better": turned}
    before = project(**{POOLED: table([pool(0.4, 0.1, 0.7, **scale)])})
    after = project(**NEW_SD, **{POOLED: table([pool(0.5, 0.2, 0.8, **scale)])})
    assert printed in written(before, after)


def test_a_proportion_favours_nobody() -> None:
    scale: dict[str, Any] = {"effect_measure": "proportion", "better": "higher"}
    before = project(**{POOLED: table([pool(0.4, 0.1, 0.7, **scale)])})
    after = project(**NEW_SD, **{POOLED: table([pool(-0.4, -0.7, -0.1, **scale)])})
    (one,) = movements(compare_states(before, after), POOLED)
    assert one.alarms == ()


def test_a_turned_outcome_is_told_though_no_number_moved() -> None:
    before = project(**{POOLED: table([pool(*HALF, **RR)])})
    after = project(**NEW_SD, **{POOLED: table([pool(*HALF, **RR | {"better": "higher"})])})
    (one,) = movements(compare_states(before, after), POOLED)
    assert one.words == ("better",)
    text = written(before, after)
    assert "RR 0.500 [0.350, 0.700] | RR 2.000 [1.429, 2.857] | –" in text
    assert "better: `lower` → `higher`" in text


def test_another_measure_has_no_difference() -> None:
    rd: dict[str, Any] = {"effect_measure": "RD", "better": "lower"}
    before = project(**{POOLED: table([pool(*HALF, **RR)])})
    after = project(**NEW_SD, **{POOLED: table([pool(0.1, 0.05, 0.15, **rd)])})
    (one,) = movements(compare_states(before, after), POOLED)
    assert math.isnan(one.difference)
    assert one.words == ("effect_measure",)


def test_a_claim_is_on_the_scale_of_its_pool() -> None:
    claim: dict[str, object] = {
        "claim_id": "c01",
        "claim": "it works",
        "verdict": "supported",
        "synthesis": POOL,
    }
    numbers: dict[str, object] = dict(zip(("estimate", "ci_low", "ci_high"), HALF, strict=True))
    pools = {POOLED: table([pool(*HALF, **RR)])}
    before = project(**pools, **{CLAIMS: table([claim | numbers])})
    changed = claim | numbers | {"verdict": "not_supported"}
    after = project(**NEW_SD, **pools, **{CLAIMS: table([changed])})
    assert "RR 0.500 [0.350, 0.700]" in written(before, after)


def test_a_changed_verdict_is_loud() -> None:
    claim = {"claim_id": "c01", "claim": "it *works*", "estimate": "", "verdict": "supported"}
    before = project(**{CLAIMS: table([claim])})
    after = project(**NEW_SD, **{CLAIMS: table([claim | {"verdict": "not_supported"}])})
    (one,) = movements(compare_states(before, after), CLAIMS)
    assert one.alarms == ("verdict: supported → not_supported",)
    assert one.cause == "other inputs"
    assert r"| claim | ⚠ `c01` it \*works\* | **verdict: supported" in written(before, after)


def test_a_movement_without_a_changed_input_is_suspect() -> None:
    after = project(**{POOLED: table([pool(0.5, 0.2, 0.8)])})
    ((_, one),) = compare_states(project(), after).unexplained()
    assert one.cause == ""
    text = written(project(), after)
    assert "**1 result moved without a changed input: stale results?**" in text
    assert "**no changed input**" in text


def test_another_trial_explains_nothing() -> None:
    data = {RESULTS: table([{"result_id": "ann2001-01", "sd_t": 2}, {"result_id": "eve2003-01"}])}
    moved = {
        EFFECTS: table([effect("ann2001-01", 0.6, 0.2, 1), effect("bob2002-01", 0.3, 0.1, 0.5)])
    }
    ((_, one),) = compare_states(project(), project(**data, **moved)).unexplained()
    assert one.row.key == ("ann2001-01",)


def test_changed_code_may_explain_it() -> None:
    after = project(**{POOLED: table([pool(0.5, 0.2, 0.8)]), "scripts/pool.py": b"2"})
    assert compare_states(project(), after).unexplained() == []
    text = written(project(), after)
    assert "| code or configuration |" in text
    assert "- `scripts/pool.py` (changed)" in text


def test_results_that_are_older_than_the_data_are_named() -> None:
    after = project() | NEW_SD
    assert compare_states(project(), after).outdated == {"before": [], "after": [RESULTS]}
    text = written(project(), after)
    assert text.index("Run the workflow first") < text.index("No sign, no interval's")
    unfinished = {path: content for path, content in project().items() if path != MANIFEST}
    assert compare_states(project(), unfinished).outdated["after"] == [MANIFEST]


@pytest.mark.parametrize("manifest", [b"", b"file,sha256\n", b'file,sha256,folder\n"open', b"\xff"])
def test_a_manifest_that_cannot_be_read_is_none(manifest: bytes) -> None:
    broken = project() | {MANIFEST: manifest}
    assert compare_states(project(), broken).outdated["after"] == [MANIFEST]


def test_a_run_that_was_killed_after_the_pools_is_told() -> None:
    killed = project(**NEW_SD, **{POOLED: table([pool(0.5, 0.2, 0.8)])})
    killed[MANIFEST] = project()[MANIFEST]
    changes = compare_states(project(), killed)
    assert changes.outdated["after"] == [RESULTS]
    assert changes.altered == {"before": [], "after": [POOLED]}


def test_a_result_edited_by_hand_is_told() -> None:
    edited = project() | {POOLED: table([pool(0.5, 0.2, 0.8)])}
    assert compare_states(project(), edited).altered == {"before": [], "after": [POOLED]}
    text = written(project(), edited)
    said = "**Results of this tree are not those that `results/manifest.csv` lists** "
    assert text.index(f"{said}(`{POOLED}`)") < text.index("No sign, no int")
    assert "Results of the commit" not in text


@pytest.mark.parametrize("path", ["results/old/x.csv", "results/pooled/evil.html"])
def test_a_result_that_no_rule_makes_is_told(path: str) -> None:
    assert compare_states(project() | {path: b"1"}, project()).altered["before"] == [path]


@pytest.mark.parametrize(
    "path",
    ["data/reviews/r2020/a.rm5", "data/reviews/r2020/outcome_map.csv", "config/config.yaml"],
)
def test_every_input_is_judged_by_its_checksum(path: str) -> None:
    before, after = project(**{path: b"1"}), project(**{path: b"2"})
    assert compare_states(before, after).without_effect == ()
    stale = after | {MANIFEST: before[MANIFEST]}
    assert compare_states(before, stale).outdated["after"] == [path]


@pytest.mark.parametrize(
    "path", ["scripts/pool.py", "rules/pool.smk", "Snakefile", "requirements.txt"]
)
def test_an_edit_that_the_checksums_do_not_see_and_that_moves_nothing(path: str) -> None:
    after = project(**{path: b"a,b\n1,2\n"})
    question = "was the workflow run after this edit?"
    text = written(project(), after)
    assert text.index(question) < text.index(f"`{path}`") < text.index("No sign, no interval's")
    moved = project(**{path: b"a,b\n1,2\n", POOLED: table([pool(0.5, 0.2, 0.8)])})
    assert question not in written(project(), moved)


@pytest.mark.parametrize("path", ["data/README.md", "README.md", "tests/unit/test_a.py"])
def test_what_no_result_is_made_from_may_move_nothing(path: str) -> None:
    assert compare_states(project(), project() | {path: b"1"}).without_effect == ()


def test_reviews_that_the_results_lack_come_first() -> None:
    problems = table(
        [
            {"review_id": "r2020", "problem": "it is <b>no</b> XML"},
            {"review_id": "r2020", "problem": "no studies"},
            {"review_id": "s2021", "problem": "cut off"},
        ]
    )
    before, after = project(), project(**{PROBLEMS: problems})
    assert compare_states(before, after).left_out["before"] == []
    text = written(before, after)
    assert text.index("**2 reviews are missing from the results of this tree**") < text.index(
        "No s"
    )
    assert r"> - r2020: it is &lt;b&gt;no&lt;/b&gt; XML \(and 1 more\)" + "\n" in text
    assert "> - s2021: cut off\n" in text
    assert "**1 review is missing from the results of the commit**" in written(
        project(**{PROBLEMS: table([{"review_id": "r2020", "problem": "cut off"}])}), before
    )
    broken = compare_states(before, project(**{PROBLEMS: b"review_id\n"})).left_out["after"]
    assert broken == [f"{PROBLEMS}: cannot be read"]
    assert "missing from" not in written(before, project(**{PROBLEMS: b"review_id,problem\n"}))


def test_a_changed_verdict_on_a_review_file_is_loud() -> None:
    row = {"file": "a.rm5", "review_id": "CD000001", "comparison_number": "1"}
    row |= {"outcome_number": "2", "subgroup_number": "", "outcome": "Warmth", "verdict": "exact"}
    other = row | {"outcome_number": "3"}
    data = {"data/reviews/r2020/a.rm5": b"2"}
    before = project(**{REVIEW_FILES: table([row, other])})
    after = project(**data, **{REVIEW_FILES: table([row | {"verdict": "different"}, other])})
    (one,) = movements(compare_states(before, after), REVIEW_FILES)
    assert one.row.key == ("a.rm5", "1", "2", "")
    assert one.alarms == ("verdict: exact → different",)
    assert one.cause == "a review's data file"
    suspect = {path: content for path, content in after.items() if path not in data}
    assert len(compare_states(before, suspect).unexplained()) == 1


def test_a_large_change_of_precision_is_no_small_one() -> None:
    def state(other: tuple[float, float, float], precise: tuple[float, float, float]) -> bytes:
        return table([pool(*other, synthesis="a"), pool(*precise, synthesis="b")])

    before = project(**{POOLED: state((0.4, 0.1, 0.7), (0.5545, -2.084, 3.193))})
    pools = state((0.43, 0.13, 0.73), (0.5105, -0.152, 1.173))
    after = project(**NEW_SD, **{POOLED: pools})
    first, second = movements(compare_states(before, after), POOLED)
    assert (first.row.key, second.row.key) == (("b",), ("a",))
    assert first.difference == pytest.approx(-0.044)
    assert first.relative == pytest.approx((3.193 - 1.173) / (3.193 + 2.084))
    assert second.relative == pytest.approx(0.05)
    assert "| −0.044 | 38% |" in written(before, after)


def test_an_interval_that_is_gone_has_no_share_of_its_width() -> None:
    rows = table([pool(0.4, 0.1, 0.7) | {"ci_low": "", "ci_high": ""}])
    (one,) = movements(compare_states(project(), project(**{POOLED: rows})), POOLED)
    assert str(one.relative) == "nan"


def test_a_copy_of_a_figure_in_the_report_is_not_counted_again() -> None:
    figure, copy = "results/figures/a.svg", "results/report/figures/a.svg"
    changes = compare_states(project(), project(**{figure: b"<svg/>", copy: b"<svg/>"}))
    assert changes.figures == {"results/figures/a": "new"}
    assert changes.others == {copy: "new"}


def test_last_digits_are_counted_not_listed() -> None:
    after = project(**{POOLED: table([pool(0.4000000001, 0.1, 0.7)])})
    changes = compare_states(project(), after)
    assert movements(changes, POOLED) == ()
    assert "Changed in the last digits only: 1 row." in written(project(), after)


def test_provenance_of_other_rows_is_no_change() -> None:
    rows = [
        effect("ann2001-01", 0.5, 0.1, 0.9, sha256="1" * 64, row=3),
        effect("bob2002-01", 0.3, 0.1, 0.5, measure="Other"),
    ]
    changes = compare_states(project(), project(**NEW_SD, **{EFFECTS: table(rows)}))
    (moved,) = [m for m in changes.moved if m.table.path == EFFECTS]
    assert (moved.movements, moved.elsewhere) == ((), 1)


def test_new_and_vanished_rows() -> None:
    data = {RESULTS: table([{"result_id": "ann2001-01", "sd_t": 2}, {"result_id": "eve2003-01"}])}
    moved = {
        EFFECTS: table([effect("ann2001-01", 0.5, 0.1, 0.9), effect("eve2003-01", -0.2, -1, 0.6)])
    }
    before, after = project(), project(**data, **moved)
    text = written(before, after)
    assert "1 effect new (of 2):" in text
    assert "1 effect gone (of 2):" in text
    assert "| – | −0.200 [−1.000, 0.600] | – | – | tier: `direct` | results.csv |" in text
    assert "| `eve2003-01` |  |  | *new record* |" in text
    assert "| `bob2002-01` |  | *vanished record* |  |" in text


def test_a_table_on_one_side_and_other_columns_are_stated() -> None:
    claim = table([{"claim_id": "c01"}])
    assert f"`{CLAIMS}`: only in the new version." in written(project(), project(**{CLAIMS: claim}))
    assert f"`{CLAIMS}`: only in the old version." in written(project(**{CLAIMS: claim}), project())
    assert f"`{CLAIMS}`: not there on either side." in written(project(), project())
    wider = project(**{POOLED: table([pool(0.4, 0.1, 0.7, tau2=0.1)])})
    assert "Added column: `tau2`." in written(project(), wider)
    assert "Removed column: `tau2`." in written(wider, project())


def test_a_broken_table_does_not_stop_the_report() -> None:
    broken = project(**{POOLED: b'synthesis\n"open'})
    assert f"`{POOLED}`: cannot be compared" in written(project(), broken)
    latin = project(**{POOLED: b"synthesis\n\xe9"})
    assert "it is not UTF-8" in written(latin, project())
    assert "no column 'synthesis'" in written(project(**{POOLED: b"other\n1\n"}), project())


def test_records_with_the_same_key_are_told_apart() -> None:
    before, after = b"a,b\nx,1\nx,2\n", b"a,b\nx,1\nx,3\n"
    (row,) = compare_tables(before, after).rows
    assert (row.key, row.before["b"], row.after["b"]) == (("x", "no. 2"), "2", "3")


def test_a_changed_text_file_shows_its_lines() -> None:
    path = "data/reviews/r2020/review.yaml"
    before = project(**{path: b"title: A\nyear: 2020\n"})
    text = written(before, project(**{path: b"title: A\nyear: 2021\n```\n"}))
    assert "-year: 2020\n+year: 2021\n+```\n````\n" in text
    assert "1 bytes → 2 bytes" in written(
        project(**{"data/reviews/r/a.zip": b"\0"}), project(**{"data/reviews/r/a.zip": b"\0\0"})
    )


def test_a_codebook_row_moves_what_it_classes() -> None:
    codebook = "data/codebook/outcomes.csv"
    before = project(**{codebook: table([{"outcome": "warmth", "domain": "relationship"}])})
    data = {codebook: table([{"outcome": "warmth", "domain": "child"}])}
    rows = [
        effect("ann2001-01", 0.5, 0.1, 0.9),
        effect("bob2002-01", 0.3, 0.1, 0.5, tier="derived"),
    ]
    changes = compare_states(before, project(**data, **{EFFECTS: table(rows)}))
    (one,) = movements(changes, EFFECTS)
    assert (one.words, one.cause) == (("tier",), "outcomes.csv")


def test_hostile_data_stay_text() -> None:
    name = "x|<img src=x onerror=alert(1)>`\u202e"
    before = project(**{RESULTS: table([{"result_id": name, "sd_t": "</details>|\n# a"}])})
    text = written(before, project())
    assert "<img" not in text
    assert "\u202e" not in text
    assert "\n# a" not in text
    assert "</details>|" not in text


def test_the_same_states_give_the_same_text() -> None:
    before, after = project(), project(**NEW_SD, **{POOLED: table([pool(-0.4, -0.7, -0.1)])})
    turned = dict(reversed(after.items()))
    assert written(before, after) == written(dict(reversed(before.items())), turned)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for path, content in project().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / ".gitignore").write_text("results/changes.md\n")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], check=True)
    return tmp_path


def test_the_command_compares_the_tree_with_a_commit(repository: Path) -> None:
    (repository / RESULTS).write_bytes(NEW_SD[RESULTS])
    (repository / "results/figures/syntheses/a.svg").unlink()
    (repository / "data/new.csv").write_text("a\n1\n")
    (repository / "data/link.csv").symlink_to("/etc/hostname")
    output = repository / "results/changes.md"
    for _ in range(2):
        printed = command("changes", "HEAD", "--output", output)
        assert printed.stdout_bytes == output.read_bytes()
    text = output.read_text()
    assert "| `ann2001-01` | `sd_t` | `2` | `4` |" in text
    assert "- `results/figures/syntheses/a` (vanished)" in text
    assert "### `data/new.csv`" in text
    assert "link.csv" not in text
    assert "changes.md" not in text


@pytest.mark.parametrize(
    "base", ["--all", "-n1", "HEAD..HEAD", "nosuch", "", "HEAD;ls", "HEAD:data"]
)
def test_what_is_no_commit_is_refused(base: str, repository: Path) -> None:
    refused = command("changes", "--", base)
    assert (refused.exit_code, "is not a commit" in refused.stderr) == (1, True)


def test_outside_a_repository_it_says_how_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = command("changes")
    assert (refused.exit_code, "not in a git repository" in refused.stderr) == (1, True)
