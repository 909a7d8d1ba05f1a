"""requirements.lock: every package by hash, in step with pyproject.toml, and not a word of where from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

ENTRIES = [
    entry.replace("\\\n", " ").split()
    for entry in re.split(r"\n(?=\S)", LOCK)
    if entry.strip() and not entry.startswith("#")
]
LOCKED: dict[str, list[str]] = {}
for entry in ENTRIES:
    name, _, version = entry[0].partition("==")
    LOCKED.setdefault(canonicalize_name(name), []).append(version)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0])
def test_a_package_is_locked_to_one_version_and_its_hashes(entry: list[str]) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", entry[0])
    hashes = [word for word in entry if word.startswith("--hash")]
    assert hashes
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for word in hashes)


@pytest.mark.parametrize("extra", [None, "test"])
def test_what_the_project_asks_for_is_what_is_locked(extra: str | None) -> None:
    asked = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    for requirement in map(Requirement, asked):
        versions = LOCKED.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not locked"
        assert all(requirement.specifier.contains(version) for version in versions), requirement.name


def test_the_lock_does_not_say_where_packages_come_from() -> None:
    assert not re.search(r"://|file:|--(?:extra-)?index|--find-links|--trusted-host| @ ", LOCK)


def test_qt_is_locked_to_the_build_that_keeps_none_alive() -> None:
    assert LOCKED["pyside6-essentials"] == LOCKED["shiboken6"] == ["6.11.3"]
