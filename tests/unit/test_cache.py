"""The cache: found again is what was made from the same, and nothing else."""

import errno
import json
import math
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import metarepro
from metarepro import cache as module
from metarepro.cache import Cache, open_cache
from metarepro.figures import folder as figures
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.figures.style import svg_bytes

SCRIPTS = Path(__file__).parents[2] / "scripts"
#: Scripts that keep what they make.
FIRST = ("errors", "fingerprint", "tabular", "tabular.atomic", "tabular.problems")
KEEPING = sorted(path.stem for path in SCRIPTS.glob("*.py") if "open_cache" in path.read_text())
FRAME = pd.DataFrame({"trial_id": ["a", "b"], "yi": [0.1, np.nan]})
CALLS: list[float] = []


def rows(frame: pd.DataFrame, third: float) -> list[dict[str, object]]:
    CALLS.append(third)
    return [{"k": len(frame), "n": np.int64(2), "se": math.nan, "g": np.float64(third)}]


# As a function of the library, whose code is part of the key.
rows.__module__ = "metarepro.made_up"


def test_an_answer_is_the_same_now_and_later(tmp_path: Path) -> None:
    CALLS.clear()
    answers = []
    for _ in range(2):
        with open_cache(tmp_path) as cache:
            answers.append(cache.call(rows, FRAME, 1 / 3))
    assert CALLS == [1 / 3]
    assert repr(answers[0]) == repr(answers[1])
    assert answers[0][0]["g"] == 1 / 3
    assert answers[0][0]["k"] == answers[0][0]["n"] == 2
    with open_cache(tmp_path) as cache:
        cache.call(rows, FRAME.iloc[:1], 1 / 3)
    assert len(CALLS) == 2


def test_kept_answers_are_plain_files(tmp_path: Path) -> None:
    """No pickles: whatever is put there, nothing of it is run."""
    Cache(tmp_path).call(rows, FRAME, 0.5)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_bytes().partition(b"\n")[2])[0]["g"] == 0.5


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put(cache.key(1), b"content")
    assert cache.get(cache.key(1)) is None


@pytest.mark.parametrize(("first", "last"), [(0, -1), (0, 0), (1, None), (0, 64), (0, 65)])
def test_a_damaged_file_is_no_answer(first: int, last: int | None, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    key = cache.key(1)
    cache.put(key, b"first line\nsecond line\n")
    assert cache.get(key) == b"first line\nsecond line\n"
    (tmp_path / key).write_bytes((tmp_path / key).read_bytes()[first:last])
    assert cache.get(key) is None


def test_what_is_not_asked_for_goes_if_all_went_well(tmp_path: Path) -> None:
    old, kept = Cache(None).key("old"), Cache(None).key("kept")
    with open_cache(tmp_path) as cache:
        cache.put(old, b"")
        cache.put(kept + ".svg", b"")
    with pytest.raises(KeyboardInterrupt), open_cache(tmp_path):
        raise KeyboardInterrupt
    assert {path.name for path in tmp_path.iterdir()} == {old, kept + ".svg"}
    with open_cache(tmp_path) as cache:
        assert cache.get(kept + ".svg") == b""
    assert {path.name for path in tmp_path.iterdir()} == {kept + ".svg"}


def test_what_others_put_there_stays(tmp_path: Path) -> None:
    (tmp_path / "pooled.csv").write_text("a table")
    others = {"pooled.csv", "folder", "0" * 64}
    for folder in ("folder", "0" * 64):
        (tmp_path / folder).mkdir()
    with open_cache(tmp_path) as cache:
        cache.put(cache.key(1), b"")
        cache.put(cache.key(2), b"")
    with open_cache(tmp_path):
        pass
    assert {path.name for path in tmp_path.iterdir()} == others


def test_on_a_full_disk_nothing_is_kept_and_no_harm_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with open_cache(tmp_path) as cache:
        cache.call(rows, FRAME, 0.25)
    monkeypatch.setattr(module, "write_file", full)
    with open_cache(tmp_path) as cache:
        answers = [cache.call(rows, FRAME, number) for number in (0.25, 0.5, 0.75)]
    assert [answer[0]["g"] for answer in answers] == [0.25, 0.5, 0.75]
    expected = f"{tmp_path}: No space left on device; nothing is kept\n"
    assert capsys.readouterr().err == expected
    # The room is for the results.
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_one_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "cache" / Cache(None).key(rows, FRAME, 0.5)).mkdir(parents=True)
    for folder in (tmp_path / "file", tmp_path / "cache"):
        with open_cache(folder) as cache:
            assert cache.call(rows, FRAME, 0.5)[0]["g"] == 0.5


def a_figure(text: str) -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.1, text)
    return figure


a_figure.__module__ = "metarepro.made_up"


def test_figures_that_did_not_change_are_not_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept = tmp_path / "figures", tmp_path / "cache"

    def draw(*texts: str) -> dict[str, bytes]:
        with open_cache(kept) as cache:
            draw_all([FigureTask(text, partial(a_figure, text)) for text in texts], folder, cache)
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    first = draw("one", "two")
    assert sorted(first) == ["one.svg", "two.svg"]
    drawn = []

    def drawing(figure: Figure) -> bytes:
        drawn.append(figure)
        return svg_bytes(figure)

    monkeypatch.setattr(figures, "svg_bytes", drawing)
    second = draw("one", "three")
    assert len(drawn) == 1
    assert sorted(second) == ["one.svg", "three.svg"]
    assert second["one.svg"] == first["one.svg"]
    assert draw("one", "three") == second
    assert len(drawn) == 1


def python(program: str, *arguments: Path | str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def key_with(scripts: Path, packages: Path | str = "") -> str:
    """The key of something by the library in a folder, with further packages installed."""
    program = "import sys; sys.path[:0] = sys.argv[1:]; from metarepro.cache import Cache as C;"
    run = python(program + "print(C(None).key('a'))", scripts, packages)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A copy of the library."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(metarepro.__file__).parent, tmp_path / "src/metarepro", ignore=ignored)
    return tmp_path / "src"


def edit(file: Path) -> None:
    with file.open("a") as stream:
        stream.write("# edited\n")


def test_other_code_has_other_keys(scripts: Path) -> None:
    before = key_with(scripts)
    assert key_with(SCRIPTS) == before
    # As Emacs marks a file that is open and not saved.
    (scripts / "metarepro/.#pooling.py").symlink_to("nobody@nowhere:1")
    assert key_with(scripts) == before
    edit(scripts / "metarepro/sensitivity/bias.py")
    assert key_with(scripts) != before


@pytest.mark.parametrize("linked", ["metarepro", "metarepro/sensitivity"])
def test_code_behind_a_link_counts(linked: str, scripts: Path) -> None:
    (scripts / linked).rename(scripts / "elsewhere")
    (scripts / linked).symlink_to(scripts / "elsewhere")
    before = key_with(scripts)
    edit(scripts / "metarepro/sensitivity/bias.py")
    assert key_with(scripts) != before


def test_other_packages_have_other_keys(scripts: Path, tmp_path: Path) -> None:
    before = key_with(scripts, tmp_path)
    (tmp_path / "numpy-0.1.dist-info").mkdir()
    assert key_with(scripts, tmp_path) != before


EDITED_MEANWHILE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from metarepro.cache import open_cache
with open_cache(Path(sys.argv[2])) as cache:
    cache.put(cache.key("before"), b"")
    with Path(sys.argv[1], "metarepro/models/pooling.py").open("a") as file:
        file.write("# edited\\n")
    cache.put(cache.key("after"), b"")
    print(cache.key("before"))
"""


def test_what_was_made_while_the_code_changed_is_not_kept(scripts: Path, tmp_path: Path) -> None:
    run = python(EDITED_MEANWHILE, scripts, tmp_path / "cache")
    assert run.returncode == 1
    assert "src/metarepro: found 'code that changed while it ran'" in run.stderr
    assert "start again" in run.stderr
    assert [path.name for path in (tmp_path / "cache").iterdir()] == run.stdout.split()


def test_every_rule_has_a_cache_of_its_own() -> None:
    rules = "".join(path.read_text() for path in (SCRIPTS.parent / "rules").glob("*.smk"))
    assert sorted(re.findall(r"--cache-dir \.metarepro_cache/(\w+) 2>", rules)) == KEEPING


@pytest.mark.parametrize("script", KEEPING)
def test_the_code_is_looked_at_before_it_is_loaded(script: str) -> None:
    program = "import sys, importlib; sys.path.insert(0, sys.argv[1]); "
    program += "importlib.import_module(sys.argv[2]); print(*sys.modules)"
    loaded = python(program, SCRIPTS, script).stdout.split()
    own = [name for name in loaded if name.split(".")[0] == "metarepro"]
    assert "metarepro.tabular.tables" in own
    # What the cache itself needs, none of which has to do with results.
    first = {"metarepro", *(f"metarepro.{name}" for name in FIRST)}
    assert set(own[: own.index("metarepro.cache")]) <= first
