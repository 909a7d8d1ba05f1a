"""The program finds its data in a checkout and in an installed package."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("place", ["resources", "micrograd_gui/resources"], ids=["checkout", "installed"])
def test_a_resource_is_found(tmp_path: Path, place: str) -> None:
    package = tmp_path / "micrograd_gui"
    package.mkdir()
    shutil.copy(ROOT / "micrograd_gui" / "resource.py", package)
    (package / "__init__.py").touch()
    (tmp_path / place / "examples").mkdir(parents=True)
    (tmp_path / place / "examples" / "neuron").write_text("found")
    code = "from micrograd_gui.resource import resource; print(resource('examples', 'neuron').read_text())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "found\n", done.stderr
