"""Files of figures: the same bytes everywhere, small, with colours that all can tell apart."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from tests.made_up_forests import (
    FAMILIES,
    make_rows,
    plot,
)

from metarepro.figures import style as fg
from metarepro.figures.arms import ARM_COLUMNS

COLOURS = [family.colour for family in FAMILIES.values()] + [fg.MIXED_COLOUR]
# Viénot, Brettel and Mollon (1999): linear RGB as seen without the long or the medium cones.
PROTANOPIA = [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]
DEUTERANOPIA = [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]


def linear(colour: str) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* (D65) of linear sRGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb, 0.009, None) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("colour", COLOURS)
def test_colours_stand_out_on_white_by_three_to_one(colour: str) -> None:
    luminance = linear(colour) @ [0.2126, 0.7152, 0.0722]
    assert 1.05 / (luminance + 0.05) >= 3


@pytest.mark.parametrize("sight", [np.eye(3), PROTANOPIA, DEUTERANOPIA])
def test_family_colours_differ_for_every_kind_of_sight(sight: list[Any]) -> None:
    seen = [lab(np.array(sight) @ linear(colour)) for colour in COLOURS]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 15


def test_two_drawings_give_the_same_bytes(tmp_path: Path) -> None:
    saved = [fg.save_figure(plot(make_rows(5)), tmp_path / name) for name in ("a", "b")]
    assert saved[0].read_bytes() == saved[1].read_bytes()


def test_the_settings_of_the_user_change_nothing(tmp_path: Path) -> None:
    plain = fg.save_figure(plot(make_rows(3)), tmp_path / "plain")
    settings: dict[Any, Any] = {
        "font.size": 30,
        "lines.linewidth": 9,
        "axes.linewidth": 5,
        "figure.dpi": 300,
    }
    with mpl.rc_context({**settings, "svg.fonttype": "path", "savefig.bbox": "tight"}):
        other = fg.save_figure(plot(make_rows(3)), tmp_path / "other")
    assert plain.read_bytes() == other.read_bytes()


FRESH = """
import json, pathlib, sys, warnings
import numpy as np, matplotlib as mpl
before = (list(warnings.filters), np.geterr(), list(mpl.rcParams["font.monospace"]))
sys.path[:0] = {paths}
import metarepro.figures.forest
after = (list(warnings.filters), np.geterr(), list(mpl.rcParams["font.monospace"]))
from tests import made_up_forests as tests
tests.fg.save_figure(tests.plot(tests.make_rows(5)), pathlib.Path(sys.argv[1]))
print(json.dumps({{"unchanged": [a == b for a, b in zip(before, after)]}}))
"""


def test_a_fresh_process_draws_the_same_and_importing_has_no_side_effects(tmp_path: Path) -> None:
    here = fg.save_figure(plot(make_rows(5)), tmp_path / "here")
    program = FRESH.format(paths=[str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "there")],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    # warnings.filters, numpy's error state, matplotlib's monospaced fonts
    assert json.loads(done.stdout) == {"unchanged": [True, True, True]}
    assert (tmp_path / "there.svg").read_bytes() == here.read_bytes()


def test_files_carry_no_date_and_no_version(tmp_path: Path) -> None:
    figure = plot(make_rows(2, label="Author"))
    svg = fg.svg_bytes(figure).decode()
    assert not re.search(r"metadata|Matplotlib|\d\.\d+\.\d+", svg)
    assert b"Software" not in fg.png_bytes(figure)


def test_the_title_can_be_read_out(tmp_path: Path) -> None:
    svg = fg.save_figure(plot(make_rows(2), title="A < B & C"), tmp_path / "figure")
    assert "<title>A &lt; B &amp; C</title>" in svg.read_text(encoding="utf-8")


def test_dots_in_a_name_are_kept(tmp_path: Path) -> None:
    svg = fg.save_figure(plot(make_rows(2)), tmp_path / "new" / "v1.2")
    assert svg.name == "v1.2.svg"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fig = plot(make_rows(2))
    (tmp_path / "figure.svg").write_text("old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        fg.save_figure(fig, tmp_path / "figure")
    assert [path.name for path in tmp_path.iterdir()] == ["figure.svg"]
    assert (tmp_path / "figure.svg").read_text() == "old"


@pytest.mark.parametrize("arms", [{}, dict.fromkeys(ARM_COLUMNS[2:], 12.34)])
def test_a_figure_of_ninety_rows_stays_small(arms: dict[str, Any]) -> None:
    assert len(fg.svg_bytes(plot(make_rows(90, **arms)))) < 80_000


def test_white_stays_white_in_a_picture() -> None:
    with Image.open(io.BytesIO(fg.png_bytes(plot(make_rows(2))))) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_pyplot_keeps_no_figure() -> None:
    plot(make_rows(2))
    assert plt.get_fignums() == []
