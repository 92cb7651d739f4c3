"""The file of the analysis plan: what is wrong in it is told at once, with lines, and never run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yte
from tests.command import command
from tests.data_folder import write_data_folder
from tests.plans import SMALL

from metarepro.entry.new_study import write_study
from metarepro.plan import parse_plan
from metarepro.tabular.problems import DataError

ROOT = Path(__file__).parents[2]
PLAN = (ROOT / "config/config.yaml").read_text(encoding="utf-8")


def problems(text: str) -> list[tuple[int | None, str, str]]:
    """Line, key and what was found."""
    with pytest.raises(DataError) as caught:
        parse_plan(text.encode(), "config/config.yaml")
    return [(problem.row, problem.column, problem.found) for problem in caught.value.problems]


def line(of: str, text: str = PLAN) -> int:
    return text.partition(of)[0].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ("icc: 0.05", "icc: .nan", "effects.icc", ".nan"),
        ("rho: 0.8", "rho: .NaN", "pooling.rho", ".NaN"),
        ("cluster_size: 20", "cluster_size: .inf", "effects.cluster_size", ".inf"),
        ("cluster_size: 20", "cluster_size: 022", "effects.cluster_size", "022"),
        ("cluster_size: 20", "cluster_size: 1:30", "effects.cluster_size", "1:30"),
        ("cluster_size: 20", "cluster_size:", "effects.cluster_size", "nothing"),
        ("cluster_size: 20", "cluster_size: '20'", "effects.cluster_size", "20"),
        ("rho: 0.8", "rho: 0.8\n  rho: 0.2", "pooling.rho", "the key again"),
        ("participants: families", "participants: no", "study.participants", "no"),
        ("participants: families", 'participants: "a\\u200bb"', "study.participants", "a\u200bb"),
    ],
)
def test_a_wrong_value_has_its_line(old: str, new: str, key: str, found: str) -> None:
    assert PLAN.count(old) == 1
    text = PLAN.replace(old, new)
    last = new.rpartition("\n")[2]
    assert problems(text) == [(line(last, text), key, found)]


def refused(text: str) -> list[tuple[str, str, str]]:
    """Key, what was found and what is allowed."""
    with pytest.raises(DataError) as caught:
        parse_plan(text.encode(), "config/config.yaml")
    return [(problem.column, problem.found, problem.allowed) for problem in caught.value.problems]


def test_an_unknown_key_is_told_with_those_that_there_are() -> None:
    ((key, found, allowed),) = refused(PLAN.replace("rho: 0.8", "rho: 0.8\n  rhoo: 1"))
    assert (key, found) == ("pooling.rhoo", "an unknown key")
    assert {"rho", "tau2_method", "level"} <= set(allowed.removeprefix("one of: ").split(", "))


def test_a_misspelled_key_of_a_family_is_unknown_and_missing() -> None:
    old = 'psychodynamic: {label: Psychodynamic, colour: "#0072B2"}'
    assert PLAN.count(old) == 1
    key = "families.psychodynamic.col"
    assert set(refused(PLAN.replace(old, old.replace("colour", "color")))) == {
        (f"{key}or", "an unknown key", "one of: label, colour"),
        (f"{key}our", "no such key", "colour, which a plan must give"),
    }


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("tau2_method: REML", "tau2_method: RMEL", "one of: DL, HE"),
        ("figures:\n  - post\n", "figures:\n  - postt\n", "a set: post"),
        ("  set: post", "  set: primary", "a set: post"),
        (
            "    subgroups: outcome\n    subgroup_synthesis: intervention_outcome",
            "    subgroups: outcome\n    subgroup_synthesis: nosuch",
            "a synthesis by intervention and outcome",
        ),
    ],
)
def test_a_name_that_the_plan_does_not_know_is_told_with_those_it_does(
    old: str, new: str, allowed: str
) -> None:
    told = refused(PLAN.replace(old, new))
    name = new.replace("\n", " ").split()[-1]
    assert [(found, what.startswith(allowed)) for _, found, what in told] == [(name, True)]


def test_a_section_given_twice_has_the_line_of_the_second() -> None:
    text = PLAN + "pooling: {rho: 0.2}\n"
    assert problems(text) == [(line("pooling: {rho: 0.2}", text), "pooling", "the key again")]


def test_traps_wrong_values_and_contradictions_come_at_once() -> None:
    text = PLAN.replace("icc: 0.05", "icc: 0x1").replace("rho: 0.8", "rho: 8")
    text = text.replace("beside: post_strict", "beside: nowhere")
    assert problems(text) == [
        (line("icc: 0x1", text), "effects.icc", "0x1"),
        (line("rho: 8", text), "pooling.rho", "8"),
        (line("beside: nowhere", text), "evidence.beside", "nowhere"),
    ]


def test_what_refers_to_a_section_that_is_wrong_is_not_told() -> None:
    plan: dict[str, Any] = SMALL | {"sets": {"Post": {}}}
    assert {key.split(".")[0] for _, key, _ in problems(json.dumps(plan))} == {"sets"}


@pytest.mark.parametrize("text", ["", "[]", "5", "a"])
def test_a_file_without_keys_is_no_plan(text: str) -> None:
    ((_, key, _),) = problems(text)
    assert key == ""


def test_what_the_data_do_not_have_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_data_folder(Path("data"))
    Path("config").mkdir()
    text = json.dumps(SMALL | {"outcome_measures": {"wealth": "MD"}}, indent=1)
    Path("config/config.yaml").write_text(text)
    said = command("check").stderr
    place = f"config/config.yaml, line {line('wealth', text)}, outcome_measures.wealth"
    assert f"{place}: found 'wealth'" in said


@pytest.fixture
def marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the template in the plan of a study would make; the study is the current folder."""
    write_study(tmp_path / "study", version="1")
    monkeypatch.chdir(tmp_path / "study")
    marker = tmp_path / "marker"
    text = Path("config/config.yaml").read_text(encoding="utf-8")
    assert "icc: 0.05" in text
    code = f'?__import__("os").mkdir("{marker}")'
    text = "__use_yte__: true\n" + text.replace("icc: 0.05", f"icc: {code}")
    Path("config/config.yaml").write_text(text, encoding="utf-8")
    return marker


def snakemake(*options: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--dry-run", *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_template_runs_where_templates_are_processed(marker: Path) -> None:
    """Otherwise the next test could not fail."""
    yte.process_yaml(Path("config/config.yaml").read_text(encoding="utf-8"), require_use_yte=True)
    assert marker.exists()


@pytest.mark.parametrize("arguments", ["check", "run --cores 1 -- --dry-run"])
def test_a_template_is_refused_and_never_run(
    marker: Path, arguments: str, capfd: pytest.CaptureFixture[str]
) -> None:
    done = command(*arguments.split())
    assert done.exit_code == 1
    said = done.stderr + capfd.readouterr().err  # Snakemake writes to the process's own
    assert "config/config.yaml, line 1, __use_yte__: found 'an unknown key'" in said
    assert not marker.exists()


def test_snakemake_refuses_a_template_in_words_and_never_runs_it(marker: Path) -> None:
    done = snakemake()
    assert done.returncode == 1
    assert "config/config.yaml, line 1, __use_yte__: found 'an unknown key'" in done.stderr
    assert not marker.exists()
    assert [text.partition(",")[0] for text in done.stderr.splitlines()] == [
        "2 problems in the data",
        "  config/config.yaml",
        "  config/config.yaml",
    ]


@pytest.mark.parametrize(
    "option",
    ["--configfile", "--configfiles", "--config", "--conf", "-C", "--configfile=x", "-Ca=b"],
)
def test_no_config_is_handed_to_snakemake(marker: Path, option: str) -> None:
    done = command("run", "--", "--dry-run", option, "config/config.yaml")
    assert done.exit_code == 1
    assert f"{option} would make Snakemake read a config" in done.stderr
    assert not marker.exists()


def test_an_option_that_a_study_would_not_see_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_study(tmp_path / "study", version="1")
    monkeypatch.chdir(tmp_path / "study")
    done = snakemake("--config", "figures=[]")
    assert done.returncode == 1
    assert "edit it instead of using --config" in done.stderr


def test_a_profile_in_the_folder_is_not_used_unasked(marker: Path) -> None:
    Path("profiles/default").mkdir(parents=True)
    Path("config/config.yaml").rename("profiles/default/config.yaml")
    command("run", "--cores", "1", "--", "--dry-run")
    assert not marker.exists()
