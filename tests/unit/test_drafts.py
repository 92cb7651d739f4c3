"""Forms for new evidence: what they ask, what is refused, and what is added to the data."""

import csv
import re
from pathlib import Path

import pytest
import yaml
from tests.command import command
from tests.data_folder import RESULTS, TRIALS, set_cells, write_data_folder
from tests.plans import small_plan

from metarepro.conversion.routes import ROUTES
from metarepro.entry.adding import add_draft
from metarepro.entry.data_guide import GUIDE, column_meanings, meaning_of
from metarepro.study.validation import load
from metarepro.tabular.input_tables import INPUT_TABLES, PUBLISHED_MEASURES, REVIEW_KEYS
from metarepro.tabular.problems import DataError
from metarepro.tabular.reported_statistics import STATISTICS
from metarepro.tabular.yaml_text import FILL_IN

ROOT = Path(__file__).parents[2]
GUIDE_TEXT = GUIDE.read_text(encoding="utf-8")
FILLED = {
    "label": "Eve 2003",
    "year": "2003",
    "year_verified": "yes",
    "intervention": "play",
    "design": "rct",
    "n_randomised": "80",
    "source": "https://example.org/eve",
    "outcome": "warmth",
    "measure": "Scale: of warmth",
    "timepoint": "post",
    "timepoint_detail": "at the end",
    "higher_is_better": "yes",
    "adjusted": "no",
    "n_basis": "analysed",
    "source_kind": "table",
    "locator": "table 2",
    "n_t": "40",
    "n_c": "39",
    "events_t": "12",
    "events_c": "20",
    "time_t": "400",
    "time_c": "380.5",
    "n_total": "40",
    "mean_t": "9.5",
    "mean_c": "8.5",
    "sd_t": "2",
    "sd_c": "2",
    "value": "0.4",
    "df1": "1",
    "p_value": "0.03",
    "p_relation": "=",
    "sign": "benefit",
}
#: What each statistic needs besides the numbers that its form insists on.
ENOUGH = {
    "mean_difference": {"se": "0.1", "n_t": "40", "n_c": "39"},
    "smd": {"ci_low": "0.1", "ci_high": "0.7"},
    "odds_ratio": {"se": "0.1"},
    "risk_ratio": {"se": "0.1", "mean_c": "20"},
    "risk_difference": {"se": "0.1", "mean_c": "20"},
    "t_test": {"n_total": "80"},
    "f_test": {"n_total": "80"},
    "eta_squared": {"n_total": "80"},
    "p_only": {"n_total": "80"},
    "hazard_ratio": {"se": "0.1"},
    "rate_ratio": {"se": "0.1"},
    "ratio": {"se": "0.1"},
    "cox_index": {"se": "0.1"},
    "paired_means": {"correlation": "0.6"},
    "change_means": {"correlation": "0.6"},
    "correlation": {"n_total": "80"},
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_data_folder(tmp_path / "data")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text((ROOT / "config/config.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_form(trial_id: str, statistic: str) -> Path:
    assert command("new-trial", trial_id, "--statistic", statistic).exit_code == 0
    return Path("drafts", f"{trial_id}.yaml")


def fill(form: Path, **cells: str) -> None:
    """Put a value into every field that asks for one, and those given into others."""
    lines = []
    for line in form.read_text().splitlines():
        field = re.fullmatch(r"([ -]*)([a-z_0-9]+): ?(.*)", line)
        if field and field[2] in cells:
            line = f'{field[1]}{field[2]}: "{cells[field[2]]}"'
        elif field and FILL_IN in field[3]:
            line = line.replace(FILL_IN, FILLED[field[2]])
        lines.append(line)
    form.write_text("\n".join(lines) + "\n")


def rows(project: Path, relative: str) -> list[dict[str, str]]:
    with (project / "data" / relative).open(newline="") as file:
        return list(csv.DictReader(file))


def state(project: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in (project / "data").rglob("*") if p.is_file()}


def refused(trial_id: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(DataError) as caught:
        add_draft(trial_id, Path("data"), Path("drafts"), small_plan())
    form = f"drafts/{trial_id}.yaml"
    return [(p.row, p.column, p.found) for p in caught.value.problems if p.file == form]


def test_every_column_is_explained_once_in_the_guide() -> None:
    meanings = column_meanings()
    for table in ("trials", "clusters", "results", "published", "claims", "local_evaluations"):
        explained = [name for names in meanings[table] for name in names]
        assert sorted(explained) == sorted(INPUT_TABLES[table].columns)
    assert sorted(k for keys in meanings["review"] for k in keys) == sorted(REVIEW_KEYS)


def test_an_explanation_is_the_guides() -> None:
    names, text = meaning_of("n_c", column_meanings()["results"])
    assert names == ("n_t", "n_c", "n_total")
    assert f"| n_t, n_c, n_total | {text} |" in GUIDE_TEXT


def test_a_field_to_fill_in_is_named_in_a_short_line(project: Path) -> None:
    write_form("eve2003", "means")
    with pytest.raises(DataError, match="label: found 'FILL_IN'; allowed: what the lines above it"):
        add_draft("eve2003", Path("data"), Path("drafts"), small_plan())


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_form_is_refused_as_it_comes(statistic: str, project: Path) -> None:
    form = write_form("eve2003", statistic)
    before = state(project)
    found = refused("eve2003")
    lines = form.read_text().splitlines()
    asked = [n for n, line in enumerate(lines, 1) if FILL_IN in line and "#" not in line]
    assert [row for row, *_ in found] == asked
    assert {"year", "design", "outcome", "higher_is_better", "source"} <= {c for _, c, _ in found}
    assert state(project) == before


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_filled_in_form_is_added_and_gives_an_effect(statistic: str, project: Path) -> None:
    form = write_form("eve2003", statistic)
    fill(form, **ENOUGH.get(statistic, {}))
    before = state(project)
    printed = command("add-trial", "eve2003").output
    for relative in (TRIALS, RESULTS):
        old, new = before[str(project / "data" / relative)], (project / "data" / relative)
        assert new.read_bytes().startswith(old)
        assert new.read_bytes().count(b"\n") == old.count(b"\n") + 1
    assert rows(project, RESULTS)[-1]["measure"] == "Scale: of warmth"
    assert rows(project, TRIALS)[-1]["trial_id"] == "eve2003"
    load(project / "data")
    # Twelve events against twenty, and higher is better: the control did better.
    favours = "control" if statistic == "counts" else "intervention"
    # An odds or risk ratio of 0.4, and "benefit" means above 1.
    favours = "control" if statistic in ("odds_ratio", "risk_ratio") else favours
    if statistic in ROUTES["SMD"]:
        assert f", favours: {favours} (" in printed
    else:
        assert "no effect size (not_convertible" in printed
    assert not list((project / "data").rglob("*.partial"))


def test_adding_twice_is_refused(project: Path) -> None:
    form = write_form("eve2003", "means")
    fill(form)
    assert command("add-trial", "eve2003").exit_code == 0
    before = state(project)
    assert [(c, found) for _, c, found in refused("eve2003")] == [
        ("trial_id", "eve2003"),
        ("result_id", "eve2003-01"),
    ]
    assert state(project) == before


def test_a_form_that_was_added_is_named_as_such(project: Path) -> None:
    fill(write_form("eve2003", "means"))
    assert command("add-trial", "eve2003").exit_code == 0
    again = command("new-trial", "eve2003", "--statistic", "counts")
    assert again.exit_code == 1
    assert "has been added to the data; delete it" in again.stderr


def added_lines(trial_id: str, statistic: str, **cells: str) -> str:
    """What is printed when a form is added."""
    fill(write_form(trial_id, statistic), **cells)
    added = command("add-trial", trial_id)
    assert added.exit_code == 0, added.stderr
    return added.stdout


@pytest.mark.parametrize(("higher_is_better", "is_asked"), [("yes", False), ("no", True)])
def test_an_instrument_that_runs_against_its_outcome_is_asked_about(
    higher_is_better: str, is_asked: bool, project: Path
) -> None:
    printed = added_lines("eve2003", "means", higher_is_better=higher_is_better)
    assert ("Right only if the scale is reversed" in printed) == is_asked


def test_an_interval_off_its_estimate_is_named_when_it_is_added(project: Path) -> None:
    printed = added_lines("eve2003", "smd", value="0.4", ci_low="0.3", ci_high="2.0")
    assert "Check: the estimate lies" in printed


def test_what_was_assumed_is_said_when_it_is_added(project: Path) -> None:
    printed = added_lines("eve2003", "mean_difference", se="0.1", n_t="40", n_c="39")
    assert "    Assumed: SD recovered from the standard error" in printed


def test_what_to_do_about_a_result_without_an_effect_is_said(project: Path) -> None:
    printed = added_lines("eve2003", "change_means", correlation="")
    assert "To use it: fill in correlation" in printed


def test_a_known_trial_gets_a_form_for_its_next_result(project: Path) -> None:
    form = write_form("ann2001", "means")
    assert set(yaml.safe_load(form.read_text())) == {"results"}
    fill(form)
    assert command("add-trial", "ann2001").exit_code == 0
    assert rows(project, RESULTS)[-1]["result_id"] == "ann2001-04"
    assert len(rows(project, TRIALS)) == 2


def test_a_trial_with_several_interventions_is_added(project: Path) -> None:
    path = project / "data/codebook/interventions.csv"
    path.write_text(path.read_text() + "talk,Talk,,,parenting\n")
    form = write_form("eve2003", "means")
    assert "# One or several of: play, talk\n  intervention: FILL_IN\n" in form.read_text()
    text = form.read_text().replace("intervention: FILL_IN", "intervention: play talk", 1)
    form.write_text(text)
    fill(form)
    assert [(c, found) for _, c, found in refused("eve2003")] == [("intervention", "")]
    lines = form.read_text().splitlines()
    lines[lines.index("    intervention:")] = "    intervention: talk"
    form.write_text("\n".join(lines) + "\n")
    assert command("add-trial", "eve2003").exit_code == 0
    assert rows(project, TRIALS)[-1]["intervention"] == "play talk"
    assert rows(project, RESULTS)[-1]["intervention"] == "talk"


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ("play", "    # One of: play\n    intervention:\n"),
        ("play talk", "    # One of: play, talk\n    intervention: FILL_IN\n"),
    ],
)
def test_the_form_of_a_known_trial_offers_its_interventions(
    own: str, asked: str, project: Path
) -> None:
    path = project / "data/codebook/interventions.csv"
    path.write_text(path.read_text() + "talk,Talk,,,parenting\nwalk,Walk,,,parenting\n")
    for row in (2, 3, 4):
        set_cells(project / "data", RESULTS, row, {"intervention": "play"})
    set_cells(project / "data", TRIALS, 2, {"intervention": own})
    assert asked in write_form("ann2001", "means").read_text()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("trials", "intervention_doubtful"),
        ("results", "intervention"),
        ("results", "shared_control"),
        ("results", "duplicate_of"),
        ("results", "second_copy"),
    ],
)
def test_the_form_explains_every_column_that_decides(
    table: str, column: str, project: Path
) -> None:
    lines = write_form("eve2003", "means").read_text().splitlines()
    _, meaning = meaning_of(column, column_meanings()[table])
    assert meaning
    assert any(line.strip().startswith(f"# {column}: {meaning[:20]}") for line in lines)


def test_a_problem_names_the_line_of_the_form(project: Path) -> None:
    form = write_form("eve2003", "means")
    fill(form, mean_t="9,5", outcome="wealth", design="random", doi="10.1000/a")
    lines = form.read_text().splitlines()
    before = state(project)
    found = refused("eve2003")
    assert {(c, f) for _, c, f in found} == {
        ("mean_t", "9,5"),
        ("outcome", "wealth"),
        ("design", "random"),
        ("doi", "10.1000/a"),
    }
    for row, column, value in found:
        assert row is not None
        assert lines[row - 1].strip() == f'{column}: "{value}"'
    assert state(project) == before


def test_a_cluster_trial_brings_its_clusters(project: Path) -> None:
    form = write_form("eve2003", "means")
    text = form.read_text()
    start, end = text.index("cluster:"), text.index("# One block per result")
    cluster = 'cluster:\n  n_clusters: 12\n  source: "page"\n  locator: "abstract"\n\n'
    form.write_text(text[:start] + cluster + text[end:])
    fill(form, design="cluster_rct")
    assert command("add-trial", "eve2003").exit_code == 0
    assert rows(project, "trials/clusters.csv")[-1]["n_clusters"] == "12"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no sections"),
        ("- a\n", "no sections"),
        ("trail:\n  label: x\n", "trail"),
        ("trial:\n  lable: x\n", "lable"),
        ("trial:\n  label: [x]\n", "a list or fields"),
        ("trial: x\n", "no fields"),
        ("trial:\n  label: x\n  label: y\n", "the key again"),
        ("trial:\n  ? [a]\n  : x\n", "a key that is not text"),
        ("trial:\n  label: a: b\n", "mapping values are not allowed here"),
        ("results: []\n", "nothing filled in"),
        ("results:\n  - trial_id: ann2001\n", "ann2001"),
    ],
)
def test_what_is_no_form_is_refused(text: str, found: str, project: Path) -> None:
    Path("drafts").mkdir()
    Path("drafts/eve2003.yaml").write_text(text)
    before = state(project)
    assert found in [f for _, _, f in refused("eve2003")]
    assert state(project) == before


@pytest.mark.parametrize("tag", ["apply:os.mkdir [x]", "name:os.mkdir x"])
def test_a_tag_is_refused_and_not_obeyed(project: Path, tag: str) -> None:
    form = write_form("eve2003", "means")
    fill(form)
    form.write_text(form.read_text().replace('"Eve 2003"', f"!!python/object/{tag}"))
    ((_, column, found),) = refused("eve2003")
    assert (column, found) == ("trial.label", "a tag, an anchor or an alias")
    assert not Path("x").exists()


def test_line_ends_of_the_file_are_kept(project: Path) -> None:
    path = project / "data" / RESULTS
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n").removesuffix(b"\r\n"))
    fill(write_form("ann2001", "means"))
    assert command("add-trial", "ann2001").exit_code == 0
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") == 7


def test_a_form_is_not_overwritten(project: Path) -> None:
    form = write_form("eve2003", "means")
    form.write_text("mine")
    again = command("new-trial", "eve2003", "--statistic", "smd")
    assert (again.exit_code, "eve2003.yaml: File exists" in again.stderr) == (1, True)
    assert form.read_text() == "mine"


@pytest.mark.parametrize("name", ["../x", "a/b", "Smith2024", "", ".", "-"])
@pytest.mark.parametrize("program", ["new-trial", "add-trial", "new-review"])
def test_an_id_is_no_path(program: str, name: str, project: Path) -> None:
    before = sorted(project.rglob("*"))
    options = ["--statistic", "means"] if program == "new-trial" else []
    refused = command(program, *options, "--", name)
    assert (refused.exit_code, "Invalid value for 'ID'" in refused.stderr) == (2, True)
    assert sorted(project.rglob("*")) == before


def test_a_failed_write_leaves_the_old_files(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(write_form("eve2003", "means"))
    before = state(project)
    write = Path.write_bytes

    def full_disk(path: Path, content: bytes) -> int:
        if path.name == ".results.csv.partial":
            write(path, content[:10])
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    failed = command("add-trial", "eve2003")
    assert (failed.exit_code, "No space left on device" in failed.stderr) == (1, True)
    assert state(project) == before


def test_a_new_review_needs_only_its_role(project: Path) -> None:
    assert command("new-review", "dee2024").exit_code == 0
    folder = project / "data/reviews/dee2024"
    with pytest.raises(DataError) as caught:
        load(project / "data")
    (problem,) = caught.value.problems
    assert (problem.column, problem.found) == ("role", FILL_IN)
    text = (folder / "review.yaml").read_text()
    assert tuple(yaml.safe_load(text)) == REVIEW_KEYS
    (folder / "review.yaml").write_text(text.replace(FILL_IN, "context"))
    assert len(load(project / "data").reviews) == 2
    again = command("new-review", "dee2024")
    assert (again.exit_code, "review.yaml: File exists" in again.stderr) == (1, True)


def test_the_guide_names_every_way_to_print_a_pooled_result() -> None:
    _, meaning = meaning_of("measure", column_meanings()["published"])
    assert set(re.split(r", | or |: |; ", meaning)) >= set(PUBLISHED_MEASURES)
