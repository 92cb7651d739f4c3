"""The two ways to install give the same versions, and name no place to fetch them from."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
REQUIREMENTS = (ROOT / "requirements.txt").read_text()
PIN = re.compile(r"^([a-z0-9][^ ]*==[^ ]*(?: ; [^\\\n]*[^ \\\n])?)", re.M)


def test_conda_users_get_the_same_versions() -> None:
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert dependencies[-1]["pip"] == PIN.findall(REQUIREMENTS)


def test_every_version_is_locked_with_a_hash() -> None:
    for block in re.split(r"\n(?=[a-z0-9])", REQUIREMENTS):
        if PIN.match(block):
            assert "--hash=sha256:" in block


def test_lock_names_no_registry() -> None:
    assert "://" not in REQUIREMENTS
