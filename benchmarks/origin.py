"""Where the packages of a benchmark's side came from: told for each side, and a wrong one is refused.

karpathy/micrograd and this project share the name of a package, and the virtual environment of this checkout
finds ours wherever a peer's folder is empty. So a side names the file that it runs before it measures.

Settings are those of a first start: a window without its plot, as somebody left it here, has nothing to time.
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_SETTINGS = tempfile.TemporaryDirectory(prefix="micrograd-gui-benchmark-")
os.environ["XDG_CONFIG_HOME"] = _SETTINGS.name


class WrongOrigin(ImportError):
    """A package is there, but it is not the one that was to be measured."""


def file_of(package: str) -> Path:
    """The file that `import` would run for a package, or has run. Raises ImportError where there is none."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"{package} is not installed")
    return Path(spec.origin).resolve()


def own(package: str) -> Path:
    """The file of a package of this checkout. Raises WrongOrigin where another one would be measured."""
    file = file_of(package)
    if not file.is_relative_to(ROOT):
        raise WrongOrigin(f"{package} comes from {file}, not from {ROOT}")
    return file


def karpathys(folder: Path) -> Path:
    """The file of karpathy's micrograd in that folder. Raises ImportError where it holds none.

    His package is an engine and nn; ours, a copy of which may lie anywhere, has its table of ops beside them.
    """
    file = file_of("micrograd")
    if not file.is_relative_to(folder.resolve()):
        raise WrongOrigin(f"micrograd comes from {file}, not from {folder}")
    beside = {path.stem for path in file.parent.glob("*.py")}
    if file.is_relative_to(ROOT / "micrograd") or "ops" in beside or not {"engine", "nn"} <= beside:
        raise WrongOrigin(f"{file.parent} is not karpathy's micrograd")
    return file


def told(name: str, file: Path | None) -> str:
    """A line that says which file a side ran."""
    return f"{name}: {file or 'not installed'}"


def tell_own(*packages: str) -> None:
    """Say which files of ours this process measures; it ends where one is not of this checkout."""
    for package in packages:
        try:
            print(told(package, own(package)), flush=True)
        except WrongOrigin as wrong:
            sys.exit(f"Nothing is measured: {wrong}.")
