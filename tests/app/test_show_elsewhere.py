# ruff: noqa: E501
"""show(value) without a screen, from a script that waits, and in Jupyter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QObject, QTimer

from micrograd import Value
from micrograd_gui.app.notebooks.cells import take_turns
from micrograd_gui.app.notebooks.live import Link, picture

ROOT = Path(__file__).parents[2]


def test_without_a_screen_the_picture_has_labels_names_and_grads():
    a = Value(2.0)
    L = a * a
    L.backward()
    source = picture(Link(L, {"a": a, "L": L}, {}).found).source
    assert "{ a | data 2.0000 | grad 4.0000 }" in source
    assert a.label == ""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these always have a screen")
def test_a_script_without_a_screen_gets_the_picture_and_loads_no_qt(tmp_path):
    script = tmp_path / "a.py"
    script.write_text(
        "import sys\nfrom micrograd import Value\nfrom micrograd_gui import show\n"
        "a = Value(2.0)\nL = a*a\nprint(show(L).source)\nprint('PySide6' in sys.modules)\n"
    )
    free = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run(
        [sys.executable, script], env={**free, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "{ a | data 2.0000 | grad 0.0000 }" in done.stdout
    assert done.stdout.endswith("False\n")


def test_a_script_blocks_until_the_window_is_closed(tmp_path):
    script = tmp_path / "a.py"
    script.write_text(
        "from PySide6.QtCore import QTimer\nfrom PySide6.QtWidgets import QApplication\n"
        "from micrograd import Value\nfrom micrograd_gui import show\n"
        "app = QApplication([])\nQTimer.singleShot(300, app.closeAllWindows)\n"
        "print(show(Value(2.0)*3))\nprint('after')\n"
    )
    done = subprocess.run([sys.executable, script], env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.stdout == "None\nafter\n", done.stderr


@pytest.mark.slow
def test_in_jupyter_the_window_lives_beside_the_cells(monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    cells = (
        "from micrograd import Value\nfrom micrograd_gui import show\na = Value(2.0)\nL = a*a\nL.backward()\nwindow = show(L)",
        "from PySide6.QtCore import QTimer\nfired = []\nQTimer.singleShot(1, lambda: fired.append(1))",
        "import time\ntime.sleep(0.1)",
        "s = window.session.state\nprint(window.isVisible(), fired, [(n.name, s.frame.grad[n.id]) for n in s.graph])",
        "a.data = 3.0; L = a*a\nwindow.refresh()",
        "print(window.session.state.frame.data)",
        "L",
        "import micrograd_gui as mg\nwindow2 = show(L, follow=True)\nmg.parse('L = a*b')",
        "L = a*a + 1",
        "print([node.op for node in window2.session.state.graph])\nwindow2.close()",
    )
    cells += tuple(
        f"{k} + 1" for k in range(40)
    )  # with the loop of ipykernel 7 alone, one of these has no end
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=100).execute()
    outputs = [output for cell in book.cells for output in cell.outputs]
    said = "".join(output.get("text", "") for output in outputs)
    assert "True [1] [('a', 4.0), ('L', 1.0)]" in said
    assert "{1: 3.0, 2: 9.0}" in said  # the new L stands for the old one
    assert {"image/svg+xml", "text/html"} <= book.cells[6].outputs[-1]["data"].keys()
    assert "text/html" in book.cells[7].outputs[-1]["data"]
    assert "['+', " in said or "'+'" in said  # without asking for it
    assert outputs[-1]["data"]["text/plain"] == "40"


def test_a_kernel_leaves_qts_loop_again_and_again(qapp):
    class Application(QObject):
        """As much as a kernel says of it."""

        def __init__(self):
            super().__init__()
            self.qt_event_loop = QEventLoop(self)

    class Kernel:
        app = Application()

    for _ in range(2):  # of two windows
        take_turns(Kernel())
    for _ in range(3):
        Kernel.app.qt_event_loop.exec()  # comes to its end, though nobody sends a message
    (timer,) = Kernel.app.findChildren(QTimer)
    timer.stop()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these always have a screen")
def test_in_jupyter_without_a_screen_the_picture_is_shown_inline(monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    cell = "from micrograd import Value\nfrom micrograd_gui import show\na = Value(2.0)\nL = a*a\nshow(L)"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbclient.NotebookClient(book, timeout=100).execute()
    assert "image/svg+xml" in book.cells[0].outputs[-1]["data"]


def test_without_a_screen_the_picture_of_a_row_says_what_it_is_of():
    w = Value(0.5, label="w")
    total = sum(((w * Value(x / 9) - x) ** 2 for x in range(150)), Value(0.0)) / 150
    total.backward()
    source = picture(Link(total, {"total": total}, {}).found).source
    assert "150 samples alike: the graph of one row" in source
    assert f"{{ w | data 0.5000 | grad {w.grad:.4f} }}" in source
    assert "{ total (row) | data 0.0000 | grad 1.0000 }" in source
