"""Files that are dropped on the window: opened, asked about, refused by name."""

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QMessageBox

from micrograd_gui.app.documents import dropped_names, dropped_paths
from micrograd_gui.document.errors import Refusal
from micrograd_gui.door import render
from micrograd_gui.files import documents


def test_a_dropped_picture_opens_with_the_graph_in_it_and_is_never_saved_over(opened, qtbot, tmp_path):
    window = opened("square")
    for suffix in (".svg", ".png", ".pdf", ".dot", ".micrograd"):
        window.documents.open_example("square")
        (path,) = render(documents.load_example("lecture"), str(tmp_path / f"fig{suffix}"))
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)), QUrl("https://example.org/a.svg")])
        assert dropped_paths(mime) == (path,)
        window.documents.open_dropped(dropped_paths(mime))
        qtbot.waitUntil(lambda: len(window.session.state.graph) == 7)  # a slow reading goes on behind
        assert window.session.state.path == (path if suffix == ".micrograd" else None)


def test_an_address_is_dropped_as_a_file_and_what_lies_elsewhere_is_refused(tmp_path):
    path = tmp_path / "a b é.micrograd"
    mime = QMimeData()
    mime.setText(path.as_uri())  # as some terminals drag it
    assert dropped_names(mime) == [path.as_uri()]
    assert dropped_paths(mime) == (path,)
    for url in ("https://example.org/a.svg", "file://elsewhere/a.micrograd"):
        mime = QMimeData()
        mime.setUrls([QUrl(url)])
        assert dropped_names(mime) == [url]
        with pytest.raises(Refusal, match="machine"):
            dropped_paths(mime)
    mime = QMimeData()
    mime.setText("L = a*b")
    assert dropped_names(mime) == []


def test_a_drop_on_unsaved_work_asks_first(opened, tmp_path):
    window = opened("square")
    window.session.set_value(1, 9.0)
    (path,) = render(documents.load_example("lecture"), str(tmp_path / "a.svg"))
    window.documents.open_dropped([path, path])
    assert len(window.session.state.graph) == 2
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    assert len(window.session.state.graph) == 7
    assert "Of 2 files “a.svg” was opened" in window.message.text()


def test_what_holds_no_graph_is_refused_by_name(opened, tmp_path):
    window = opened("square")
    before = window.session.state
    with pytest.raises(Refusal, match=r"“a[.]txt” holds no graph"):
        window.documents.open_dropped([tmp_path / "a.txt"])
    (tmp_path / "b.dot").write_text("digraph {")
    window.documents.open_dropped([tmp_path / "b.dot"])
    assert "cannot be read as DOT" in window.message.text()
    assert window.session.state is before
