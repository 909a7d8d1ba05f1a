"""No text of a graph or file becomes a page in the window: Qt would read the files that a page names."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QMessageBox, QWidget

from micrograd_gui.app.file_dialogs import ask_unsaved
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import as_tip
from micrograd_gui.door import parse

HOSTILE = "<img src='/etc/hostname'>"


def pages(window: QWidget) -> list[str]:
    """What in the window would be shown as a page with a picture in it."""
    found = []
    for each in [window, *window.findChildren(QWidget)]:
        if "<img" in each.toolTip():
            found.append(f"tip of {each.objectName()}: {each.toolTip()}")
        if (
            isinstance(each, QLabel)
            and "<img" in each.text()
            and each.textFormat() != Qt.TextFormat.PlainText
        ):
            found.append(f"{each.objectName() or type(each).__name__}: {each.text()}")
        if isinstance(each, QMessageBox) and "<img" in each.text():
            found += [each.text()] if each.textFormat() != Qt.TextFormat.PlainText else []
        if isinstance(each, QAbstractItemView) and each.model() is not None:
            model = each.model()
            for row in range(min(20, model.rowCount())):
                for column in range(model.columnCount()):
                    tip = str(
                        model.data(model.index(row, column, QModelIndex()), Qt.ItemDataRole.ToolTipRole) or ""
                    )
                    found += [f"{each.objectName()}: {tip}"] if "<img" in tip else []
    return found


def test_what_is_a_tip_is_text() -> None:
    assert as_tip("a & b") == "a & b"
    assert as_tip("a < b\n& c") == "<qt>a &lt; b<br>&amp; c</qt>"


def test_no_label_becomes_a_page(opened):
    graph = parse("a = 2; L = a*3 + tanh(a)")
    for node in list(graph):
        graph = graph.relabelled(node.id, f"{HOSTILE}{node.id}")
    window = opened("lecture")
    window.session.open_graph(graph, None, HOSTILE)
    session = window.session
    session.select([1])
    box = ask_unsaved(window, HOSTILE, lambda _: None, lambda: None)
    assert pages(window) == []
    session.forward()
    assert pages(window) == []
    session.backward()
    session.nudge()
    session.check_all()
    assert pages(window) == []
    for verb, *about in ((session.rename, 1, f"{HOSTILE}2"), (session.build, HOSTILE)):
        window.bridge.attempt(verb, *about)
    window.say(f"{HOSTILE} was refused.", refused=True)
    assert pages(window) == []
    box.close()


def test_a_refusal_of_rows_is_text(opened):
    window = opened("xor")
    window.bridge.attempt(window.session.build, HOSTILE)
    raised = Refusal(f"{HOSTILE}")
    assert str(raised) == HOSTILE
    assert pages(window) == []
