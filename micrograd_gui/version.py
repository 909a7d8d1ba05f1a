"""The version: its number, which `micrograd` says, its commit, and by what command this copy is started."""

import os
import shutil
import sys
from pathlib import Path

from micrograd import __version__

_SHOWN = 9  # digits of a commit
_AT_MOST = 10_000_000  # bytes of a file of git's that are read


def told() -> str:
    """The number, and the commit where one is known: ``0.2.0 (commit 786ab8223)``."""
    known = commit()
    return f"{__version__} (commit {known})" if known else __version__  # as in code


def commit() -> str:
    """The first digits of the commit that the checkout stands at, or a build was made of; empty: not known.

    A build has it in the file `commit.txt` beside this one. Of a checkout git's own files are read, for git
    need not be installed; what was changed since is not told.
    """
    package = Path(__file__).resolve().parent
    written = _read(package / "commit.txt")
    return (written or _of_checkout(package.parent))[:_SHOWN]


def command() -> list[str]:
    """The words that start this copy, by whole paths: a build, an installed command or a checkout."""
    if image := os.environ.get("APPIMAGE"):  # its own file lies in a folder that goes when it ends
        return [image]
    if getattr(sys, "frozen", False):
        return [sys.executable]
    installed = shutil.which("micrograd-gui", path=str(Path(sys.executable).parent))
    if installed is not None:
        return [installed]
    return [sys.executable, "-P", "-m", "micrograd_gui"]  # which sees the checkout, wherever one stands


def _of_checkout(root: Path) -> str:
    folder = root / ".git"
    if not (root / "run.py").is_file():  # an installed copy in somebody else's checkout
        return ""
    if folder.is_file():  # a worktree, or a submodule
        folder = root / _read(folder).removeprefix("gitdir:").strip()
    head = _read(folder / "HEAD")
    if not head.startswith("ref:"):
        return head
    name = head.removeprefix("ref:").strip()
    common = folder / _read(folder / "commondir")  # a worktree keeps there what all of them share
    for each in (folder, common):
        if known := _read(each / name):
            return known
    packed = (line.split() for line in _read(common / "packed-refs").splitlines())
    return next((words[0] for words in packed if words[1:] == [name]), "")


def _read(path: Path) -> str:
    """The text of a small file; empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_AT_MOST).strip()
    except OSError:
        return ""
