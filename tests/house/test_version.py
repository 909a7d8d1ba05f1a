"""The version is said in one place, and with it the commit of a checkout or of a build."""

import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_gui import version

COMMIT = "786ab8223d5c0f0e8f0f4a5b6c7d8e9f00112233"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout on branch main, with the package in it."""
    (tmp_path / "run.py").touch()
    monkeypatch.setattr(version, "__file__", str(tmp_path / "micrograd_gui" / "version.py"))
    written(tmp_path / ".git" / "HEAD", "ref: refs/heads/main\n")
    return tmp_path


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_checkout_tells_number_and_commit(checkout: Path) -> None:
    assert version.told() == version.__version__  # nothing is committed yet
    written(checkout / ".git" / "packed-refs", f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n")
    assert version.told() == f"{version.__version__} (commit 786ab8223)"
    written(checkout / ".git" / "refs" / "heads" / "main", f"{COMMIT[::-1]}\n")
    assert version.commit() == COMMIT[::-1][:9]
    written(checkout / ".git" / "HEAD", f"{COMMIT}\n")  # of no branch
    assert version.commit() == COMMIT[:9]


def test_a_worktree_tells_its_own_commit(checkout: Path) -> None:
    shared = checkout / "elsewhere" / ".git"
    (checkout / ".git" / "HEAD").unlink()
    (checkout / ".git").rmdir()
    written(checkout / ".git", f"gitdir: {shared / 'worktrees' / 'w'}\n")
    written(shared / "worktrees" / "w" / "HEAD", "ref: refs/heads/w\n")
    written(shared / "worktrees" / "w" / "commondir", "../..\n")
    written(shared / "refs" / "heads" / "w", f"{COMMIT}\n")
    assert version.commit() == COMMIT[:9]


def test_an_installed_copy_tells_no_commit_of_the_checkout_around_it_and_a_build_its_own(
    checkout: Path,
) -> None:
    written(checkout / ".git" / "HEAD", f"{COMMIT}\n")
    (checkout / "run.py").unlink()
    assert version.told() == version.__version__
    written(checkout / "micrograd_gui" / "commit.txt", f"{COMMIT}\n")
    assert version.told() == f"{version.__version__} (commit 786ab8223)"


def test_the_command_line_tells_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "micrograd_gui", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"micrograd-gui {version.told()}\n"
