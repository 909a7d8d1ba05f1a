"""Imports go down the floors, never up, and Qt stays above the bridge."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_the_contracts_of_import_linter_are_kept() -> None:
    done = python("from importlinter.cli import lint_imports_command; lint_imports_command()")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_view_but_the_matplotlib_side_of_plots_stands_in_its_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    contract = next(each for each in contracts if each.get("forbidden_modules") == ["matplotlib"])
    held = {name for name in contract["source_modules"] if name.startswith("micrograd_gui.views.")}
    views = ROOT / "micrograd_gui" / "views"
    found = {path.stem for path in views.glob("*") if path.suffix == ".py" or (path / "__init__.py").exists()}
    found |= {f"plot.{path.stem}" for path in (views / "plot").glob("*") if "__" not in path.name}
    matplotlib_side = {"plot.surface", "plot.axes", "plot.artists", "plot.legend"}
    expected = found - matplotlib_side - {"__init__", "plot"}
    assert held == {f"micrograd_gui.views.{name}" for name in expected}


def test_a_floor_below_the_bridge_loads_no_qt() -> None:
    """From the lowest up, in one process: what is loaded stays, so the first module that loads it is told."""
    done = python(
        "import importlib, pkgutil, sys\n"
        "for floor in ('document', 'session', 'layout', 'figures', 'files', 'export'):\n"
        "    package = importlib.import_module(f'micrograd_gui.{floor}')\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "        if loaded := sorted(name for name in sys.modules if name.startswith('PySide6')):\n"
        "            sys.exit(f'{module.name} loads {loaded}')"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["micrograd", "micrograd_gui", "micrograd_gui.app.cli"])
def test_what_is_imported_first_loads_neither_qt_nor_matplotlib(module: str) -> None:
    done = python(
        f"import sys, {module}\n"
        "sys.exit([name for name in ('PySide6', 'matplotlib') if name in sys.modules] or 0)"
    )
    assert done.returncode == 0, done.stderr


def test_what_the_window_needs_of_the_floors_below_is_loaded_before_qt() -> None:
    done = python(
        "import sys\nfrom micrograd_gui.app.start import hurry\nhurry()\n"
        "sys.exit(sorted(name for name in sys.modules if name.startswith('PySide6')) or 0)"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.qt
def test_qt_reads_no_source_to_see_whether_it_wants_its_dialects() -> None:
    done = python(
        "import sys\nfrom micrograd_gui.app.start import hurry, load_qt\nhurry()\n"
        "import linecache\nload_qt()\n"
        "import micrograd_gui.session.session, micrograd_gui.views.canvas.pens, PySide6.QtGui\n"
        "sys.exit(sorted(name for name in linecache.cache if 'micrograd_gui' in name) or 0)"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.qt
def test_a_window_loads_nothing_of_the_floors_below_after_qt() -> None:
    done = python(
        "import os, sys\nos.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from micrograd_gui.app.start import hurry, load_qt\nhurry()\nload_qt()\n"
        "from micrograd_gui.app.desktop.application import application\nheld = application()\n"
        "before = set(sys.modules)\n"
        "from micrograd_gui.app import create_window\nwindow = create_window('neuron')\n"
        "window.show(); window.statusBar().grab()\n"
        "ours = {name for name in sys.modules.keys() - before if name.startswith('micrograd')}\n"
        "print(sorted(each for each in ours if each.split('.')[1] not in ('app', 'views')))"
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.qt
def test_what_is_slow_to_load_waits_until_the_first_paint() -> None:
    heavy = {"numpy", "matplotlib", "graphviz", "PIL", "subprocess", "micrograd.nn", "micrograd.foreign",
             "micrograd_gui.document.live"}  # fmt: skip
    done = python(
        "import os, sys\nos.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from micrograd_gui.app.start import hurry\nhurry()\n"
        "from micrograd_gui.app.desktop.application import application\nheld = application()\n"
        "from micrograd_gui.app import create_window\nwindow = create_window('neuron')\n"
        "window.show(); window.statusBar().grab()\n"
        f"print(sorted({heavy!r} & sys.modules.keys()))\n"
        "from PySide6 import QtGui, QtWidgets\n"  # what is asked for is made then, with its hundreds of names
        "print(sorted({'QIcon', 'QStyle'} & {*vars(QtGui), *vars(QtWidgets)}))"
    )
    assert done.stdout == "[]\n[]\n", done.stderr
