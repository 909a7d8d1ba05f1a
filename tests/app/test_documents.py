"""Opening, saving and the question before work is lost, in a real window with real files."""

import json

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from micrograd import Value
from micrograd_gui.document.errors import Refusal
from micrograd_gui.export.formats import render
from micrograd_gui.files import documents


def answer(window, button):
    """Press a button of the question that is open."""
    window.findChild(QMessageBox, "unsaved").button(button).click()


def choose(window, path):
    """Give the open file dialog its answer."""
    window.findChild(QFileDialog, "file").fileSelected.emit(str(path))


def test_saving_opening_and_saving_again_gives_the_same_bytes(opened, act, tmp_path):
    window = opened("neuron")
    first, second = tmp_path / "a.micrograd", tmp_path / "b.micrograd"
    act(window, "save_as")
    choose(window, first)
    assert window.windowTitle().startswith("a")
    again = opened(str(first))
    again.documents.save_to(second)
    assert first.read_bytes() == second.read_bytes()


def test_the_title_marks_unsaved_work_and_undo_takes_the_mark_away(reopened, act):
    window = reopened("lecture")
    window.session.set_value(1, 5.0)
    assert window.isWindowModified()
    act(window, "undo")
    assert not window.isWindowModified()


def test_the_title_shows_no_sign_of_a_files_name_that_cannot_be_seen(opened, act, tmp_path):
    window, path = opened("neuron"), tmp_path / "a\nb\u202etxt.exe [*]&c.micrograd"
    window.documents.save_to(path)
    assert window.windowTitle() == "a btxt.exe [*][*]&c[*] — micrograd-gui"
    assert window.menus.recent.actions()[0].text() == "a btxt.exe [*]&&c.micrograd"
    assert window.session.state.path == path


def test_closing_unsaved_work_asks_and_cancel_keeps_the_window(reopened, qtbot):
    window = reopened("lecture")
    window.session.set_value(1, 5.0)
    window.close()
    assert window.isVisible()
    answer(window, QMessageBox.StandardButton.Cancel)
    assert window.isVisible()
    window.close()
    answer(window, QMessageBox.StandardButton.Discard)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_a_window_that_is_training_is_asked_about_once(opened, act, qtbot):
    window = opened("xor")
    window.session.set_plan(steps=1_000_000)
    act(window, "train")
    window.session.train_tick(5)
    window.close()
    answer(window, QMessageBox.StandardButton.Discard)
    window.session.train_tick(5)  # as the timer may do it before the window is gone
    qtbot.waitUntil(lambda: not window.isVisible())


def test_closing_unsaved_work_can_save_it_first(opened, act, tmp_path, qtbot):
    window = opened("lecture")
    path = tmp_path / "kept.micrograd"
    window.documents.save_to(path)
    window.session.set_value(1, 5.0)
    window.close()
    answer(window, QMessageBox.StandardButton.Save)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert 5.0 in [node.get("data") for node in json.loads(path.read_text())["nodes"]]


def test_under_a_name_that_says_another_form_nothing_is_saved(reopened, tmp_path):
    window = reopened("square")
    window.session.set_value(1, 9.0)
    for name in ("a.svg", "a.png", "net.v2"):
        words = f"“{name}” cannot be written: a graph is saved as a .micrograd file"
        with pytest.raises(Refusal, match=words):
            window.documents.save_to(tmp_path / name)
        assert window.session.state.unsaved, name
        assert window.session.state.path is None, name
        assert not list(tmp_path.iterdir()), name


def test_new_asks_before_unsaved_work_goes(reopened, act):
    window = reopened("lecture")
    window.session.set_value(1, 5.0)
    act(window, "new")
    assert window.session.state.graph.nodes
    answer(window, QMessageBox.StandardButton.Discard)
    assert not window.session.state.graph.nodes


BAD = (
    "not json", "{}", '{"format": "micrograd-graph", "version": 99, "nodes": []}', "[" * 5000,
    '{"format": "micrograd-graph", "version": 1, "nodes": [{"id": 1, "data": NaN}], "view": {}}',
)  # fmt: skip


def test_a_bad_file_is_refused_and_the_open_document_stays(reopened, act, tmp_path):
    window = reopened("lecture")
    before = window.session.state
    for number, text in enumerate(BAD):
        path = tmp_path / f"bad{number}.micrograd"
        path.write_text(text)
        act(window, "open")
        choose(window, path)
        assert window.session.state is before, text[:90]
        assert path.name in window.message.text()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_missing_recent_file_is_refused_with_its_name(reopened, tmp_path):
    window = reopened("lecture")
    path = tmp_path / "gone.micrograd"
    window.documents.save_to(path)
    window.documents.open_example("neuron")
    path.unlink()
    before = window.session.state
    window.menus.recent.actions()[0].trigger()
    assert window.session.state is before
    assert "gone.micrograd" in window.message.text()


def test_a_bad_source_raises_a_refusal(qtbot):
    from micrograd_gui.app import create_window

    with pytest.raises(Refusal, match=r"nothere\.micrograd"):
        create_window("nothere.micrograd")


def test_a_live_value_opens_with_its_labels(reopened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    window = reopened(a * b + a)
    assert {"a", "b"} <= {node.label for node in window.session.state.graph}


def test_the_rendered_graph_is_exported_as_it_stands(reopened, act, tmp_path, qtbot):
    window = reopened("lecture")
    act(window, "forward", "backward")
    for suffix in (".svg", ".png", ".dot"):
        act(window, "export")
        path = tmp_path / f"picture{suffix}"
        window.findChild(QDialog, "export_dialog").export_to(path)
        qtbot.waitUntil(path.exists, timeout=20_000)
        assert path.stat().st_size > 500, suffix
        qtbot.waitUntil(lambda: window.findChild(QDialog, "export_dialog") is None)
    assert "−4.0000" in (tmp_path / "picture.svg").read_text("utf-8")


def test_a_picture_dropped_on_the_window_opens_its_graph_and_is_not_saved_over(reopened, act, tmp_path):
    path = tmp_path / "picture.svg"
    render(documents.load_example("diamond"), path, {})
    picture = path.read_bytes()
    window = reopened("lecture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at, left, none = QPointF(400, 20), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(at, Qt.DropAction.CopyAction, data, left, none))
    assert {node.label for node in window.session.state.graph} >= {"a", "b", "d", "e", "f"}
    assert window.session.state.path is None
    act(window, "save")
    window.findChild(QFileDialog, "file").close()
    assert path.read_bytes() == picture


def test_a_window_of_live_values_can_be_refreshed_and_another_cannot(opened, act, enabled):
    a = Value(2.0, label="a")
    root = a * a
    window = opened(root)
    assert enabled(window, "refresh")
    a.data = 5.0
    root.data = 25.0
    act(window, "refresh")
    assert [node.data for node in window.session.state.graph if node.is_leaf] == [5.0]
    assert not enabled(opened("lecture"), "refresh")


def test_the_plot_is_exported(reopened, act, tmp_path, qtbot):
    window = reopened("parabola")
    act(window, "forward", "backward")
    for suffix in (".svg", ".png"):
        path = tmp_path / f"plot{suffix}"
        act(window, "export_plot")
        choose(window, path)
        assert path.stat().st_size > 1000
