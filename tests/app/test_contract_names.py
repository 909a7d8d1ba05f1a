"""The names that programs and people hold on to."""

import subprocess
import sys

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QGraphicsView, QLineEdit, QListView, QTableView, QWidget

ACTIONS = {
    "forward": ["F5"], "forward_step": ["F6"], "backward_step": ["F10", "B"], "backward": ["Ctrl+F10"],
    "next": ["PgDown", "Right"], "previous": ["PgUp", "Left"], "first": ["Home"], "last": ["End"],
    "zero_grad": ["Z"], "nudge": ["H"], "check_all": ["F7"], "export": ["Ctrl+E"], "duplicate": ["Ctrl+D"],
    "tidy": ["Ctrl+L"], "fit": ["Ctrl+0"], "projector": ["F11"], "new": ["Ctrl+N"], "open": ["Ctrl+O"],
    "save": ["Ctrl+S"], "save_as": [], "quit": ["Ctrl+Q"], "undo": ["Ctrl+Z"], "redo": ["Ctrl+Shift+Z"],
    "why": ["Y"], "paths": ["Shift+Y"], "blank": ["."], "pen": ["D"], "spotlight": ["S"],
    "keys": ["F1", "?"], "start_here": [],
    "delete": ["Del"], "copy": ["Ctrl+C"], "paste": ["Ctrl+V"], "select_all": ["Ctrl+A"],
}  # fmt: skip


WIDGETS = {
    "canvas": QGraphicsView, "rendered_graph": QWidget, "plot": QWidget, "gradients": QTableView,
    "step_card": QWidget, "palette": QWidget, "expression": QLineEdit, "h": QLineEdit,
}  # fmt: skip

LATER = {"moments": QListView, "ledger": QTableView, "overview": QWidget}


def test_every_action_has_its_keys_a_menu_a_tooltip_and_a_status_tip(opened):
    window = opened()
    menus = [entry.menu() for entry in window.menuBar().actions()]
    for name, expected in ACTIONS.items():
        action = window.findChild(QAction, name)
        keys = {key.toString(QKeySequence.SequenceFormat.PortableText) for key in action.shortcuts()}
        assert keys >= set(expected), name
        assert action.toolTip(), name
        assert action.statusTip(), name
        assert any(action in menu.actions() for menu in menus), name


def test_every_widget_has_its_name(opened):
    window = opened()
    for name, kind in WIDGETS.items():
        found = window.findChildren(QWidget, name)
        assert [isinstance(widget, kind) for widget in found] == [True], name


def test_what_is_seen_when_asked_for_is_made_unseen_and_moves_nothing(opened, qtbot):
    window = opened()
    qtbot.wait(100)  # until all stands where it is first seen
    rooms = {name: dock.geometry() for name, dock in window.docks.items()}
    for name, kind in LATER.items():
        qtbot.waitUntil(lambda name=name: window.findChild(QWidget, name) is not None)
        widget = window.findChild(QWidget, name)
        assert isinstance(widget, kind)
        assert not widget.isVisible()
    qtbot.wait(20)
    assert {name: window.docks[name].geometry() for name in rooms} == rooms
    window.session.forward()
    assert window.findChild(QListView, "moments").model().rowCount() == len(window.session.state.trace) + 1


# A window in a process of its own, in which matplotlib is not loaded before all is found, however long that
# takes: whoever loads it waits, as does all else in the pool of threads.
LOOKS_FOR_PANES = """
import os, sys, threading
from importlib.abc import MetaPathFinder
from PySide6.QtCore import QThreadPool, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from micrograd_gui.app import create_window
from micrograd_gui.app.arrangement import SOUGHT, SOUGHT_AFTER

free = threading.Event()

class Holding(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.startswith("matplotlib.") and threading.current_thread() is not threading.main_thread():
            free.wait()

sys.meta_path.insert(0, Holding())
pool, names = QThreadPool.globalInstance(), sys.argv[1:]
for _ in range(pool.maxThreadCount()):
    pool.start(free.wait)
app = QApplication([])
window = create_window("neuron")
window.show()
turns, turn = 0, QTimer(interval=0)

def count():
    global turns
    turns += f"micrograd_gui.{SOUGHT[0]}" in sys.modules

turn.timeout.connect(count)
turn.start()
for _ in range(3000):
    missing = [name for name in names if window.findChild(QWidget, name) is None]
    if not missing:
        break
    QTest.qWait(10)
print(missing, "matplotlib.figure" in sys.modules, turns - len(SOUGHT), SOUGHT_AFTER)
sys.stdout.flush()
os._exit(0)
"""
FEW = 5  # turns of the event loop, more or fewer than one for each module that is loaded


@pytest.mark.qt
def test_what_is_looked_for_by_its_name_is_there_whatever_else_is_still_loaded() -> None:
    command = [sys.executable, "-c", LOOKS_FOR_PANES, *WIDGETS, *LATER, "timeline"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    missing, loaded, turns, after = done.stdout.rsplit(maxsplit=3)
    assert (missing, loaded) == ("[]", "False"), done.stderr
    assert abs(int(turns)) <= FEW
    assert int(after) <= 200, "milliseconds until it begins"


def test_no_key_means_two_things(opened):
    window = opened()
    keys = [key.toString() for action in window.findChildren(QAction) for key in action.shortcuts()]
    assert sorted(keys) == sorted(set(keys))


def test_no_key_is_another_one_with_shift_held_for_its_sign(opened):
    keys = {key.toString() for action in opened().findChildren(QAction) for key in action.shortcuts()}
    signs = {key for key in keys if key[-1] in "+_!?"}  # typed with shift on many keyboards
    assert not {key for key in signs if key[:-1] + "Shift+" + key[-1] in keys}


def test_every_button_and_field_has_a_name_for_a_screen_reader(opened):
    from PySide6.QtWidgets import QPushButton, QToolButton

    window = opened()
    nameless = [
        widget
        for kind in (QPushButton, QToolButton, QLineEdit, QTableView, QGraphicsView)
        for widget in window.findChildren(kind)
        if not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), QLineEdit)  # the field's own clear button
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []


def test_at_first_the_window_and_its_title_bar_fit_a_low_screen(opened):
    window = opened()
    assert window._first_size().height() <= window.screen().availableGeometry().height() - 30
