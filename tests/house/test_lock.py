"""The lock files: every package by hash, in step with pyproject.toml, and not a word of where from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FILES = tuple(f"requirements{of}.lock" for of in ("", "-test", "-build", "-docs", "-ci"))
LOCKS = {name: (ROOT / name).read_text("utf-8") for name in FILES}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]


def entries(lock: str) -> list[list[str]]:
    """The words of each entry of a lock, its name and version first."""
    return [
        entry.replace("\\\n", " ").split()
        for entry in re.split(r"\n(?=\S)", LOCKS[lock])
        if entry.strip() and not entry.startswith("#")
    ]


def versions(lock: str) -> dict[str, list[str]]:
    locked: dict[str, list[str]] = {}
    for entry in entries(lock):
        name, _, version = entry[0].partition("==")
        locked.setdefault(canonicalize_name(name), []).append(version)
    return locked


LOCKED, OF_TESTS, OF_BUILDS, OF_SITE, BESIDE = (versions(lock) for lock in LOCKS)
GROUPS = PYPROJECT["dependency-groups"]


ALL = [entry for lock in LOCKS for entry in entries(lock)]


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry[0])
def test_a_package_is_locked_to_one_version_and_its_hashes(entry: list[str]) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", entry[0])
    hashes = [word for word in entry if word.startswith("--hash")]
    assert hashes
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for word in hashes)


@pytest.mark.parametrize(
    ("asked", "locked"),
    [
        (PROJECT["dependencies"], LOCKED),
        (GROUPS["test"], OF_TESTS),
        (GROUPS["build"], OF_BUILDS),
        (GROUPS["docs"], OF_SITE),
        ([each for each in GROUPS["ci"] if isinstance(each, str)] + GROUPS["docs"], BESIDE),
    ],
    ids=["use", "test", "build", "docs", "ci"],
)
def test_what_the_project_asks_for_is_what_is_locked(asked: list[str], locked: dict[str, list[str]]) -> None:
    for requirement in map(Requirement, asked):
        found = locked.get(canonicalize_name(requirement.name))
        assert found, f"{requirement.name} is not locked"
        assert all(requirement.specifier.contains(version) for version in found), requirement.name


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (LOCKED, OF_TESTS, "packaging"),
        (LOCKED, OF_BUILDS, "packaging"),
        (LOCKED, BESIDE, "numpy"),
        (OF_TESTS, BESIDE, "pygments"),
        (OF_SITE, BESIDE, "sphinx"),
    ],
    ids=["use, test", "use, build", "use, ci", "test, ci", "docs, ci"],
)
def test_what_two_locks_name_has_the_same_versions(
    one: dict[str, list[str]], other: dict[str, list[str]], shared: str
) -> None:
    both = one.keys() & other.keys()
    assert shared in both
    assert {name: one[name] for name in both} == {name: other[name] for name in both}


def test_who_uses_the_program_gets_no_test_tools() -> None:
    for tool in ("pytest", "mypy", "ruff", "hypothesis", "pygments"):
        assert tool in OF_TESTS
        assert tool not in LOCKED


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_does_not_say_where_packages_come_from(lock: str) -> None:
    assert not re.search(r"://|file:|--(?:extra-)?index|--find-links|--trusted-host| @ ", LOCKS[lock])


def test_qt_is_locked_to_the_build_that_keeps_none_alive() -> None:
    assert LOCKED["pyside6-essentials"] == LOCKED["shiboken6"] == ["6.11.3"]
