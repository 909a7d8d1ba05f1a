"""The document's file under the window: written by others, deleted, come back; what a file reopens with."""

import os
import time
from threading import Event, current_thread, main_thread

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton

from micrograd_gui.app import start
from micrograd_gui.app.disk import DiskNotice
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import documents, looking
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.views.canvas.view import CanvasView


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "p.micrograd"
    documents.write(path, graph_from_expression("L = a*b"))
    return path


def entered(window):
    """The window gets the focus, and has looked at the disk."""
    window.activateWindow()
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    window.documents.watch.look_now()


def written_by_another(path, expression="L = a + b"):
    documents.write(path, graph_from_expression(expression))


def notice(window):
    found = window.findChild(DiskNotice, "disk")
    return "" if found is None or found.isHidden() else found.words


def press(window, name, box=""):
    """A button of the notice, or of the question of that name."""
    (window.findChild(QMessageBox, box) if box else window).findChild(QPushButton, name).click()


def question(window):
    return window.findChild(QMessageBox, "changed_on_disk")


def test_a_deleted_file_makes_the_document_unsaved(reopened, path, act, qtbot):
    window = reopened(str(path))
    assert not window.isWindowModified()
    assert not window.menus.actions["save"].isEnabled()
    path.unlink()
    entered(window)
    assert window.isWindowModified()
    assert window.menus.actions["save"].isEnabled()
    assert "“p.micrograd” is no longer there." in notice(window)
    window.close()
    assert window.isVisible()
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Cancel).click()
    act(window, "save")
    assert path.exists()
    assert not window.isWindowModified()
    assert not notice(window)


def test_closing_looks_at_the_disk_by_itself(reopened, path):
    window = reopened(str(path))
    path.unlink()
    window.close()
    assert window.isVisible()
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()


def test_the_disk_is_watched_while_the_window_is_open(reopened, path, qtbot):
    window = reopened(str(path))
    window.documents.watch.look()
    path.unlink()
    qtbot.waitUntil(window.isWindowModified)
    written_by_another(path, "L = a*b")  # the same bytes
    qtbot.waitUntil(lambda: not window.isWindowModified())


def test_a_file_with_the_same_bytes_is_what_was_saved_whoever_wrote_it(reopened, path):
    window = reopened(str(path))
    content = path.read_bytes()
    path.write_bytes(b"else")
    entered(window)
    assert window.isWindowModified()
    path.write_bytes(content)
    os.utime(path, (time.time() + 100, time.time() + 100))
    entered(window)
    assert not window.isWindowModified()
    assert not notice(window)


def test_undo_back_to_what_the_disk_holds_is_saved(reopened, path, act):
    window = reopened(str(path))
    window.session.set_value(1, 5.0)
    entered(window)
    assert window.isWindowModified()
    act(window, "undo")
    assert not window.isWindowModified()


def test_of_two_windows_on_a_file_the_second_is_asked_before_it_overwrites(opened, path, act):
    first, second = opened(str(path)), opened(str(path))
    first.session.set_value(1, 5.0)
    act(first, "save")
    theirs = path.read_bytes()
    second.session.set_value(1, 7.0)
    act(second, "save")
    assert path.read_bytes() == theirs
    question(second).button(QMessageBox.StandardButton.Cancel).click()
    assert path.read_bytes() == theirs
    assert second.isWindowModified()
    act(second, "save")
    press(second, "overwrite", "changed_on_disk")
    assert documents.read(path).nodes[1].data == 7.0
    assert not second.isWindowModified()


def test_what_is_opened_while_a_large_graph_is_saved_is_not_taken_for_that_file(
    reopened, path, act, qtbot, monkeypatch
):
    window, goes_on, save = reopened(str(path)), Event(), documents.save
    monkeypatch.setattr("micrograd_gui.app.documents.LARGE", 2)
    monkeypatch.setattr(documents, "save", lambda *args: goes_on.wait(20) and save(*args))
    window.session.set_value(1, 5.0)
    act(window, "save")
    monkeypatch.undo()
    window.documents.open_example("lecture")
    goes_on.set()
    qtbot.waitUntil(lambda: not window.documents.busy)
    assert documents.read(path).nodes[1].data == 5.0
    state = window.session.state
    assert (state.path, state.title, state.unsaved) == (None, "lecture", False)


@pytest.mark.parametrize("opens_another", [False, True])
def test_the_file_of_a_large_graph_is_looked_at_by_another_thread_before_it_is_overwritten(
    opened, path, act, qtbot, monkeypatch, opens_another
):
    window, looked, look = opened(str(path)), [], looking.look

    def look_slowly(*args):
        looked.append(current_thread() is main_thread())
        return look(*args)

    window.session.set_value(1, 7.0)
    written_by_another(path)
    theirs = path.read_bytes()
    monkeypatch.setattr("micrograd_gui.app.documents.LARGE", 2)
    monkeypatch.setattr(looking, "look", look_slowly)
    act(window, "save")
    if opens_another:
        window.documents.open_example("lecture")
    qtbot.waitUntil(lambda: not window.documents.busy)
    assert path.read_bytes() == theirs
    assert looked
    assert not any(looked)
    assert (question(window) is None) == opens_another
    if not opens_another:
        press(window, "overwrite", "changed_on_disk")
        qtbot.waitUntil(lambda: not window.documents.busy)
        assert documents.read(path).nodes[1].data == 7.0
        assert not window.isWindowModified()


def test_what_another_wrote_can_be_reloaded_and_undo_brings_ones_own_back(reopened, path, act):
    window = reopened(str(path))
    window.session.set_value(1, 7.0)
    written_by_another(path)
    act(window, "save")
    press(window, "reload", "changed_on_disk")
    assert "+" in {node.op for node in window.session.state.graph}
    assert not window.isWindowModified()
    act(window, "undo")
    assert window.session.state.graph.nodes[1].data == 7.0
    assert window.isWindowModified()


def test_instead_of_overwriting_one_can_save_elsewhere(reopened, path, act, tmp_path):
    window = reopened(str(path))
    window.session.set_value(1, 7.0)
    written_by_another(path)
    theirs = path.read_bytes()
    act(window, "save")
    press(window, "save_as_instead", "changed_on_disk")
    window.findChild(QFileDialog, "file").fileSelected.emit(str(tmp_path / "mine.micrograd"))
    assert documents.read(tmp_path / "mine.micrograd").nodes[1].data == 7.0
    assert path.read_bytes() == theirs


def test_both_can_be_looked_at(reopened, path, qtbot):
    window = reopened(str(path))
    written_by_another(path)
    entered(window)
    assert "“p.micrograd” was changed by another window or program." in notice(window)
    before = set(start._open.values())
    press(window, "look_at_both")
    (beside,) = set(start._open.values()) - before
    assert "+" in {node.op for node in beside.session.state.graph}
    assert "*" in {node.op for node in window.session.state.graph}
    beside.close()
    qtbot.waitUntil(lambda: beside not in start._open.values())


def test_what_is_told_of_the_file_can_be_put_off_and_stays_unsaved(reopened, path):
    window = reopened(str(path))
    written_by_another(path)
    entered(window)
    press(window, "not_now")
    entered(window)
    assert not notice(window)
    assert window.isWindowModified()


def test_saving_needs_nothing_that_could_fail(reopened, path, act, monkeypatch):
    window = reopened(str(path))
    act(window, "forward")
    window.session.set_value(1, 7.0)

    def fail(*_, **__):
        raise RuntimeError("it fails")

    for module in ("micrograd_gui.session.stepping.record", "micrograd_gui.session.transitions.record"):
        monkeypatch.setattr(module, fail, raising=False)
    for kind, name in ((CanvasView, "paintEvent"), (CanvasView, "fit"), (Session, "forward")):
        monkeypatch.setattr(kind, name, fail)
    monkeypatch.setattr("micrograd_gui.layout.graphviz.run", fail, raising=False)
    window.documents.save_to(path)
    monkeypatch.undo()
    assert documents.read(path).nodes[1].data == 7.0
    assert not window.isWindowModified()


def test_a_file_reopens_at_its_moment_with_its_selection_plot_and_zoom(opened, path, act, tmp_path):
    window = opened(str(path))
    act(window, "backward")
    act(window, "previous")
    window.session.select([2])
    window.plot.show_kind("error")
    window.canvas.zoom_by_hand(1.7)
    before = window.session.state
    act(window, "save")
    again = opened(str(path))
    state = again.session.state
    assert (state.cursor, state.selection) == (before.cursor, {2})
    assert [step.kind for step in state.trace.steps] == [step.kind for step in before.trace.steps]
    assert (state.frame.data, state.frame.grad) == (before.frame.data, before.frame.grad)
    assert again.plot.kind == "error"
    assert again.canvas.zoom == pytest.approx(window.canvas.zoom)
    assert not again.isWindowModified()
    again.resize(900, 700)
    again.documents.save_to(tmp_path / "again.micrograd")
    assert (tmp_path / "again.micrograd").read_bytes() == path.read_bytes()


def test_a_moment_that_cannot_be_run_again_does_not_keep_the_file_shut(opened, path, monkeypatch):
    window = opened(str(path))
    window.session.backward()
    window.documents.save_to(path)

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("micrograd_gui.session.filed.record", fail)
    again = opened(str(path))
    assert len(again.session.state.graph) == len(window.session.state.graph)
    assert again.session.state.trace is None
    assert record(again.session.state.graph, window.session.state.trace.script)
