"""The cache: found again is what was made from the same, and nothing else."""

import json
import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from metarepro import cache as module
from metarepro.cache import Cache, open_cache
from metarepro.figures import folder as figures
from metarepro.figures.folder import FigureTask, draw_all

FRAME = pd.DataFrame({"trial_id": ["a", "b"], "yi": [0.1, np.nan]})


@dataclass(frozen=True)
class Choice:
    rho: float


@dataclass(frozen=True)
class OtherChoice:
    rho: float


def double(value: float) -> float:
    return 2 * value


def halve(value: float) -> float:
    return value / 2


DIFFERENT = [
    *(1, 1.0, "1", True, None, math.nan, 0.1, 0.1 + 1e-17 + 1e-16, -0.0, 0.0),
    *((), ("a", "b"), ("a, b",), (("a",), "b"), {}, {"a": "b"}, {"b": "a"}),
    *(Choice(0.8), OtherChoice(0.8), Choice(0.6), np.array([1, 2]), np.array([1.0, 2.0])),
    *(double, halve, partial(double, 1.0), partial(double, value=1.0), partial(halve, 1.0)),
    FRAME,
    FRAME.rename(columns={"yi": "vi"}),
    FRAME[["yi", "trial_id"]],
    FRAME.iloc[::-1],
    FRAME.iloc[:1],
    FRAME.set_axis([1, 2]),
    FRAME.assign(yi=[0.1, 0.0]),
    FRAME.assign(yi=[np.nextafter(0.1, 1), np.nan]),
    FRAME.assign(trial_id=["a", "nan"]),
    FRAME.assign(trial_id=pd.Series(["a", None])),
]


def test_different_things_have_different_keys() -> None:
    cache = Cache(None)
    keys = [cache.key(value) for value in DIFFERENT]
    assert len(set(keys)) == len(keys)
    assert cache.key("a", "b") != cache.key(("a", "b")) != cache.key("a, b")


def test_equal_things_have_one_key() -> None:
    one, other = (
        Cache(None).key(partial(double, 0.5), FRAME.copy(), Choice(0.8), {"a": [1, 2.5]})
        for _ in range(2)
    )
    assert one == other


@pytest.mark.parametrize("value", [lambda: 1, object(), Figure(), {1, 2}, partial(lambda: 1)])
def test_what_cannot_be_told_apart_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot tell"):
        Cache(None).key(value)


@pytest.mark.parametrize("edited", ["scripts/metarepro/pooling.py", "requirements.txt"])
def test_other_code_or_packages_have_other_keys(
    edited: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("scripts/metarepro/pooling.py", "requirements.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was\n")
    monkeypatch.setattr(module, "SCRIPTS", tmp_path / "scripts")
    monkeypatch.setattr(module, "LOCKED_PACKAGES", tmp_path / "requirements.txt")
    before = Cache(None).key(FRAME)
    assert Cache(None).key(FRAME) == before
    (tmp_path / edited).write_text("edited\n")
    assert Cache(None).key(FRAME) != before


def test_all_of_the_project_code_counts() -> None:
    """The folder that is digested is the one that holds the scripts and the library."""
    assert (module.SCRIPTS / "draw_syntheses.py").is_file()
    assert module.LOCKED_PACKAGES.is_file()


def test_an_answer_is_the_same_now_and_later(tmp_path: Path) -> None:
    calls = []

    def rows(frame: pd.DataFrame, third: float) -> list[dict[str, object]]:
        calls.append(third)
        return [{"k": len(frame), "n": np.int64(2), "se": math.nan, "g": np.float64(third)}]

    rows.__qualname__ = "rows"  # as if it were at the top of the module
    answers = []
    for _ in range(2):
        with open_cache(tmp_path) as cache:
            answers.append(cache.call(rows, FRAME, 1 / 3))
    assert calls == [1 / 3]
    assert repr(answers[0]) == repr(answers[1])
    assert answers[0][0]["g"] == 1 / 3
    assert answers[0][0]["k"] == answers[0][0]["n"] == 2


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put("key", b"content")
    assert cache.get("key") is None


@pytest.mark.parametrize(("first", "last"), [(0, -1), (0, 0), (1, None), (0, 64), (0, 65)])
def test_a_damaged_file_is_no_answer(first: int, last: int | None, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("key", b"first line\nsecond line\n")
    assert cache.get("key") == b"first line\nsecond line\n"
    (tmp_path / "key").write_bytes((tmp_path / "key").read_bytes()[first:last])
    assert cache.get("key") is None


def test_what_is_not_asked_for_goes_if_all_went_well(tmp_path: Path) -> None:
    with open_cache(tmp_path) as cache:
        cache.put("old", b"")
        cache.put("kept", b"")
    with pytest.raises(KeyboardInterrupt), open_cache(tmp_path):
        raise KeyboardInterrupt
    assert {path.name for path in tmp_path.iterdir()} == {"old", "kept"}
    with open_cache(tmp_path) as cache:
        assert cache.get("kept") == b""
    assert {path.name for path in tmp_path.iterdir()} == {"kept"}


def a_figure(text: str) -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.1, text)
    return figure


def test_figures_that_did_not_change_are_not_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept = tmp_path / "figures", tmp_path / "cache"

    def draw(*texts: str) -> dict[str, bytes]:
        with open_cache(kept) as cache:
            draw_all([FigureTask(text, partial(a_figure, text)) for text in texts], folder, cache)
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    first = draw("one", "two")
    assert sorted(first) == ["one.png", "one.svg", "two.png", "two.svg"]
    drawn = []
    files = figures.figure_files

    def drawing(figure: Figure) -> dict[str, bytes]:
        drawn.append(figure)
        return files(figure)

    monkeypatch.setattr(figures, "figure_files", drawing)
    second = draw("one", "three")
    assert len(drawn) == 1
    assert sorted(second) == ["one.png", "one.svg", "three.png", "three.svg"]
    assert second["one.svg"] == first["one.svg"]
    assert second["one.png"] == first["one.png"]
    # Half of a figure that a full disk left behind is no figure.
    next(path for path in kept.iterdir() if path.suffix == ".png").unlink()
    assert draw("one", "three") == second
    assert len(drawn) == 2


def test_kept_answers_are_plain_files(tmp_path: Path) -> None:
    """No pickles: whatever is put there, nothing of it is run."""
    cache = Cache(tmp_path)
    cache.call(double, 0.5)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_bytes().partition(b"\n")[2]) == 1.0
