# ruff: noqa: E501
"""show(value): live values in a real window, from scripts and from Jupyter, and Refresh."""

import gc
import math
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QMimeData, QObject, QTimer, QUrl
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QMessageBox, QStyleOptionViewItem, QTableView, QToolButton

from micrograd import Value, language
from micrograd_gui import show
from micrograd_gui.app import create_window
from micrograd_gui.app.documents import dropped_names, dropped_paths
from micrograd_gui.app.notebooks.cells import take_turns
from micrograd_gui.app.notebooks.live import Link, picture, present
from micrograd_gui.document.errors import Refusal
from micrograd_gui.door import render
from micrograd_gui.files import documents
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text
from micrograd_gui.session.session import Session
from tests.app.conftest import collect

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shown(qtbot):
    """Show a value as a script does that does not block; the window is closed at the end."""
    windows = []

    def show_(window):
        windows.append(window)
        return window

    yield show_
    for window in windows:
        window.session.saved_as_is()
        window.close()
        window.deleteLater()


def numbers(window) -> dict[str, tuple[float | None, float | None]]:
    state = window.session.state
    return {n.name: (state.frame.data.get(n.id), state.frame.grad.get(n.id)) for n in state.graph}


# Opening -----------------------------------------------------------------------------------------


def test_data_grads_and_the_callers_names_are_on_the_screen_at_once(shown):
    a, b = Value(2.0), Value(-3.0, label="second")
    L = a * b
    L.backward()
    window = shown(show(L, block=False))
    assert numbers(window) == {"a": (2.0, -3.0), "second": (-3.0, 2.0), "L": (-6.0, 1.0)}
    assert window.message.text() == ""
    assert window.windowTitle().startswith("L")
    assert repr(window) == "<micrograd-gui: L>"
    window.session.previous()
    assert numbers(window)["a"] == (2.0, None)


def test_before_backward_only_the_forward_pass_is_done(shown):
    a = Value(2.0)
    window = shown(show(a * a, block=False))
    assert numbers(window) == {"a": (2.0, None), "v2": (4.0, None)}


def test_a_variable_that_only_equals_a_value_does_not_name_it(shown):
    other, values = Value(2.0), [Value(2.0)]
    window = shown(show(values[0] * 3, block=False))
    assert set(numbers(window)) == {"2", "3", "v3"}
    assert other.data == 2.0


def test_a_second_backward_without_zero_grad_is_shown_as_two_passes(shown):
    a = Value(3.0)
    L = a * a + a
    L.backward()
    L.backward()
    window = shown(show(L, block=False))
    assert numbers(window)["a"] == (3.0, a.grad)
    assert window.session.state.step.backward_pass == 2
    assert "2 passes were added up" in window.message.text()
    assert window.message.text() in card_of(window)
    assert "(notebook)" not in row_of(window, "a")["analytic"]
    assert "differs" not in window.summary.text()


def test_where_a_run_gives_other_numbers_one_sentence_says_so(shown):
    a = Value(3.0, label="a")
    L = a * a
    L.backward()
    a.data = 4.0
    window = shown(show(L, block=False))
    assert "is 9 in the live values, but a fresh run gives 16" in window.message.text()
    b = Value(1.0, label="b")
    M = b * 2
    M.grad, b.grad = 1.0, 5.0  # worked out by hand, and wrong
    assert (
        "b.grad is 5 in the live values, but a fresh run gives 2, and 1 more number differs."
        in shown(show(M, block=False)).message.text()
    )


def row_of(window, name: str) -> dict[str, str]:
    """What the gradients table says of a node, a text per column."""
    model = window.findChild(QTableView, "gradients").model()
    texts = [[model.index(row, column).data() for column in range(6)] for row in range(model.rowCount())]
    return dict(
        zip(
            ("node", "data", "analytic", "numeric", "error", "verdict"),
            next(each for each in texts if each[0] == name),
            strict=True,
        )
    )


def card_of(window) -> str:
    return as_text(card(window.session.state))


def test_a_grad_of_the_notebooks_own_stands_beside_the_right_one(shown, qtbot):
    z = Value(2.0, label="z")
    q = z + z
    q.backward()
    z.grad = 123.0
    window = shown(show(q, block=False))
    said = "z.grad is 123 in the live values, but a fresh run gives 2."
    window.resize(1600, 900)
    window.session.check_all()
    qtbot.wait(700)  # the first layout
    assert window.message.text() == said
    assert said in card_of(window)
    assert row_of(window, "z")["analytic"] == "123 (notebook) · 2"
    assert row_of(window, "z")["verdict"] == "✗ a fresh run gives 2"
    assert "the notebook differs at 1 node" in window.summary.text()
    assert row_of(window, "q")["verdict"] == "✓"
    state = window.session.state
    assert state.graph.nodes[state.selected].name == "z"
    window.session.first()
    assert row_of(window, "z")["analytic"] == "123 (notebook)"
    assert window.message.text() == said
    window.findChild(QToolButton, "dismiss").click()
    assert window.message.text() == ""
    assert said in card_of(window)
    z.grad = 2.0
    window.refresh()
    assert window.session.state.found is None
    assert said not in card_of(window)
    assert window.findChild(QToolButton, "dismiss").isHidden()


def test_a_small_difference_is_told_too(shown):
    z = Value(2.0, label="z")
    q = z + z
    q.backward()
    z.grad *= 1 + 1e-7
    window = shown(show(q, block=False))
    assert "z.grad is 2.0000002 in the live values, but a fresh run gives 2." in window.message.text()


class Overwriting:
    """A learner's value whose + sets the grads of its operands, where it has to add to them."""

    def __init__(self, data, _prev=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, set(_prev), _op
        self._backward = lambda: None

    def __add__(self, other):
        out = Overwriting(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad = 1.0 * out.grad
            other.grad = 1.0 * out.grad

        out._backward = _backward
        return out

    def backward(self):
        self.grad = 1.0
        self._backward()


def test_the_cause_of_a_wrong_backward_stays_said_until_an_edit(shown, qtbot):
    x = Overwriting(3.0)
    y = x + x
    y.backward()
    window = shown(show(y, block=False))
    window.session.check_all()
    qtbot.wait(700)
    said = window.message.text()
    assert "x.grad is 1, but 2 is right" in said or "(3).grad is 1, but 2 is right" in said
    assert said in card_of(window)
    assert row_of(window, "x")["analytic"] == "1 (notebook) · 2"
    assert row_of(window, "x")["verdict"] == "✗ a fresh run gives 2"
    assert "✓" not in row_of(window, "x")["verdict"]
    window.session.rename(1, "other")  # no number changes
    assert window.message.text() == said
    window.session.set_value(1, 4.0)
    assert window.message.text() == ""
    assert row_of(window, "other")["analytic"] == "2.0000"
    window.session.undo()
    assert window.session.state.found is None


def test_the_table_elides_neither_number_nor_words_where_the_notebook_differs(shown, qtbot):
    x, y = Value(-2.366304, label="x"), Value(-1.0, label="y")
    out = x * y
    out.backward()
    x.grad, y.grad = -2.5320251, -1.2345678
    window = shown(show(out, block=False))
    window.resize(1600, 900)
    qtbot.wait(20)
    table = window.panes.gradients.table
    for label in "xy":
        for column in (2, 5):  # analytic, verdict
            rows = [table.model().index(row, 0).data() for row in range(3)]
            index = table.model().index(rows.index(label), column)
            option = QStyleOptionViewItem()
            option.rect, option.font = table.visualRect(index), table.font()
            table.itemDelegate().initStyleOption(option, index)
            metrics = QFontMetrics(option.font)
            for line in option.text.split("\u2028"):
                assert metrics.horizontalAdvance(line) <= option.rect.width() - 10


def test_the_canvas_marks_where_the_notebook_differs_and_the_right_run_is_shown(shown, qtbot):
    x = Overwriting(3.0)
    y = x + x
    z = y + Overwriting(1.0)
    z.grad = 1.0
    for node in (z, y):
        node._backward()
    window = shown(show(z, block=False))
    state, picture = window.session.state, window.canvas.picture
    x_node, y_node = state.graph.named("x"), state.graph.named("y")
    assert picture.differing == x_node
    assert picture.apart(x_node, "grad").other == 1.0
    assert picture.apart(x_node, "data") is None
    assert picture.apart(y_node, "grad") is None
    window.menus.actions["show_right_run"].trigger()
    state = window.session.state
    assert x_node not in state.frame.grad
    assert window.canvas.picture.apart(x_node, "grad").other == 1.0  # it stays on the node
    window.session.backward_step()
    assert (x_node, "grad") in window.session.state.step.wrote
    assert window.session.state.frame.grad[x_node] == 2.0
    window.session.set_value(x_node, 4.0)
    assert window.canvas.picture.differing is None
    assert not window.menus.actions["show_right_run"].isEnabled()


def test_along_which_nodes_a_wrong_number_went_on_is_told(shown):
    x = Overwriting(3.0)
    h = x + Overwriting(5.0)
    y = h + h
    y.grad = 1.0
    for node in (y, h):
        node._backward()
    window = shown(show(y, block=False))
    said = card_of(window).splitlines()[1]  # where one sees it in the hall, too; the head line is above it
    assert "h.grad is 1, but 2 is right" in said
    assert "overwrote 1 from y; it came by y → h; from h it went on to " in said
    assert said.endswith(("to x, 5.", "to 5, x."))
    window.menus.actions["show_right_run"].trigger()
    assert card_of(window).splitlines()[-1] == said  # below the step that is gone through
    language.use(
        {
            "{finding}; it came by {way}; from {name} it went on to {nodes}.": "{nodes} ← {name} ← {finding}",
            "{amount} from {name}": "{name} → {amount}",
        }
    )
    try:
        said = window.session.state.found.said
    finally:
        language.use()
    assert said.startswith(("x, 5 ← h ← h.grad is 1", "5, x ← h ← h.grad is 1"))
    assert said.endswith("overwrote y → 1"), "each piece of it follows the language"


def test_another_document_drops_what_was_found_live(shown):
    z = Value(2.0, label="z")
    q = z + z
    q.backward()
    z.grad = 123.0
    window = shown(show(q, block=False))
    window.session.new()
    assert window.session.state.found is None
    assert window.message.text() == ""


def test_a_value_that_leaves_its_domain_opens_with_the_reason(shown):
    window = shown(show(Value(0.0, label="a").log(), block=False))
    assert "log of 0" in window.message.text()


def test_a_live_window_is_made_without_names_for_create_window(shown):
    window = shown(create_window(Value(2.0, label="a") ** 2))
    assert "a" in numbers(window)
    assert window.findChild(QAction, "refresh").isEnabled()


def test_what_is_no_value_is_refused():
    with pytest.raises(Refusal, match="A list is no Value"):
        show([Value(1.0)], block=False)
    with pytest.raises(Refusal, match="“L” is neither a file nor an example"):
        show("L", block=False)


def test_a_file_or_an_example_is_shown_by_its_name(shown, tmp_path):
    (path,) = render(documents.load_example("lecture"), tmp_path / "a.micrograd")
    assert shown(show(str(path), block=False)).session.state.path == path
    assert "7 nodes" in repr(show("lecture", inline=True))


def test_a_closed_window_is_let_go(qtbot):
    window = show(Value(1.0) * 2, block=False)
    gone = weakref.ref(window)
    deleted = []
    window.destroyed.connect(lambda: deleted.append(True))
    window.close()
    del window
    qtbot.waitUntil(lambda: bool(deleted))  # by the event loop
    assert collect(gone) == []


# Refresh -----------------------------------------------------------------------------------------


def test_refresh_shows_new_data_as_one_edit_and_keeps_places(shown):
    a, b = Value(2.0), Value(-3.0)
    L = a * b
    L.backward()
    window = shown(show(L, block=False))
    places = dict(window.session.state.graph.places)
    a.data, b.label = 5.0, "bias"
    L.data = -15.0
    for each in (a, b, L):
        each.grad = 0.0
    L.backward()
    window.refresh()
    assert numbers(window) == {"a": (5.0, -3.0), "bias": (-3.0, 5.0), "L": (-15.0, 1.0)}
    assert window.session.state.graph.places == places
    window.session.undo()
    assert "b" in numbers(window)


def test_refresh_of_what_has_not_changed_is_no_edit(shown):
    a = Value(2.0)
    L = a * a
    window = shown(show(L, block=False))
    before = window.session.state.graph
    window.refresh()
    assert window.session.state.graph is before


def test_refresh_takes_back_what_was_edited_in_the_window(shown):
    a = Value(2.0)
    L = a * a
    window = shown(show(L, block=False))
    window.session.set_value(1, 7.0)
    window.session.add_node("tanh")
    window.refresh()
    assert numbers(window) == {"a": (2.0, None), "L": (4.0, None)}


def test_refresh_follows_the_variable_of_the_module_to_its_new_value(shown):
    cell: dict[str, object] = {"show": show, "Value": Value}
    run(cell, "a = Value(2.0); b = Value(3.0); L = a*b; window = show(L, block=False)")
    window = shown(cell["window"])
    place = dict(window.session.state.graph.places)[1]
    run(cell, "L = (a + 1).tanh()")
    window.refresh()
    graph = window.session.state.graph
    assert {graph.nodes[n].name: graph.nodes[n].op for n in graph.order} == {
        "a": None,
        "1": None,
        "v5": "+",
        "L": "tanh",
    }
    assert graph.places[1] == place


def test_refresh_of_a_graph_made_anew_keeps_the_places_of_what_matches_and_marks_the_rest(shown):
    cell: dict[str, object] = {"show": show, "Value": Value}
    run(
        cell,
        "def f(a, b): d = a*b; d.label = 'd'; return (d + 1).tanh()\n"
        "def g(a, b): d = a*b; d.label = 'd'; return ((d + 1) * 2).tanh()\n"
        "a = Value(2.0); b = Value(-0.25); L = f(a, b); window = show(L, block=False)",
    )
    window = shown(cell["window"])
    session = window.session
    before = session.state.graph
    run(cell, "a = Value(3.0); L = f(a, b)")
    window.refresh()
    graph = session.state.graph
    assert graph.nodes.keys() == before.nodes.keys()
    assert graph.places == before.places
    assert session.state.selection == {graph.named("a")}
    assert window.message.text() == "Refreshed: a has another number."
    assert session.state.frame.data[graph.named("L")] == math.tanh(0.25)
    run(cell, "L = g(a, b); L.backward()")
    window.refresh()
    now = session.state.graph
    assert {node: now.places[node] for node in graph.nodes if node != now.named("L")} == {
        node: place for node, place in graph.places.items() if node != now.named("L")
    }, "what did not change stays"
    for node in now:  # while its old place would have wires run backwards
        assert all(now.places[source][0] + 170 < now.places[node.id][0] for source in node.inputs)
    assert window.canvas.viewport().rect().contains(window.canvas.node_rect(now.named("L")))
    assert len(now.nodes.keys() - graph.nodes.keys()) == 2
    assert window.message.text() == "Refreshed: 2 and v8 are new; L is computed otherwise."
    assert graph.named("d") == now.named("d")
    assert now.named("L") in session.state.selection
    assert session.state.frame.grad[now.named("a")] == pytest.approx(-0.25 * 2 * (1 - math.tanh(0.5) ** 2))
    assert len(set(now.places.values())) == len(now.places)


def test_refresh_after_the_value_is_gone_says_so(shown):
    def inside():
        return show(Value(1.0) * 2, block=False)

    window = shown(inside())
    gc.collect()
    with pytest.raises(Refusal, match="gone"):
        window.refresh()


def test_a_window_without_live_values_cannot_be_refreshed(opened):
    window = opened("lecture")
    assert not window.findChild(QAction, "refresh").isEnabled()
    with pytest.raises(Refusal, match="shows no live values"):
        window.refresh()


def run(cell: dict[str, object], text: str) -> None:
    """As a notebook runs a cell: at the top of a namespace that lasts."""
    exec(compile(text, "<cell>", "exec"), cell)


def test_values_are_held_weakly():
    a = Value(2.0)
    link = Link(a * a, {"a": a}, {})
    session = Session()
    session.open_graph(link.found.graph)
    present(session, link.found)
    link.let_go()
    gone = weakref.ref(a)
    del a
    assert collect(gone) == []


# Without a screen, and in Jupyter ----------------------------------------------------------------


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


# Drops -------------------------------------------------------------------------------------------


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


def test_without_a_screen_the_picture_of_a_row_says_what_it_is_of():
    w = Value(0.5, label="w")
    total = sum(((w * Value(x / 9) - x) ** 2 for x in range(150)), Value(0.0)) / 150
    total.backward()
    source = picture(Link(total, {"total": total}, {}).found).source
    assert "150 samples alike: the graph of one row" in source
    assert f"{{ w | data 0.5000 | grad {w.grad:.4f} }}" in source
    assert "{ total (row) | data 0.0000 | grad 1.0000 }" in source


def test_samples_alike_are_shown_as_rows_and_the_status_bar_says_so(shown, qtbot):
    xs = [k / 50 for k in range(150)]
    w, b = Value(0.5), Value(-0.25)
    total = sum(((w * Value(x) + b - 3 * x) ** 2 for x in xs), Value(0.0))
    total.backward()
    window = shown(show(total, block=False))
    qtbot.wait(700)  # the first layout
    said = "150 samples alike: the graph of one row, and 150 rows in Data, over which total ="
    assert window.message.text().startswith(said)
    assert window.windowTitle().startswith("total")
    state = window.session.state
    assert state.frame.grad[state.graph.named("w")] == pytest.approx(w.grad, rel=1e-9)
    assert len(state.graph.data) == 150
    w.data = 0.75
    window.refresh()
    assert window.message.text().startswith(said)
    assert "in the live values, but a fresh run gives" in window.message.text()
    window.session.previous()
    qtbot.wait(200)
    assert window.message.text().startswith(said)
    assert "in the live values, but a fresh run gives" in window.message.text()
    window.session.set_value(state.graph.named("b"), 1.0)
    window.session.add_node("tanh")
    assert said not in window.message.text()


def test_a_large_graph_opens_in_parts_with_the_notebooks_numbers_and_refreshes(shown, qtbot):
    total = Value(0.0)
    for at in range(120):
        term = Value(at / 100)
        for bit in range(7):
            term = term.tanh() if at >> bit & 1 else term.sin()  # no two terms are alike
        total = total + term
    first = total._operands[1]
    total.backward()
    window = shown(show(total, block=False))
    qtbot.wait(200)
    state, scene = window.session.state, window.canvas.graph_scene
    said = f"{len(state.graph):,} nodes, in {len(scene.folding.boxes)} boxes at first: double-click one to look inside."
    assert window.message.text() == said
    assert len(scene.folding.nodes) < 40 < 600 < len(state.graph)
    assert state.found is None  # every number is the live one
    assert numbers(window)["total"] == (total.data, 1.0)
    places = state.graph.places
    window.canvas.navigation.enter(state.graph.blocks[0].id)
    assert not window.canvas.graph_scene.folding.boxes
    first.data = 0.125
    window.refresh()
    graph = window.session.state.graph
    assert graph.places == places
    assert len(graph.blocks) == len(state.graph.blocks)
    assert "0.125 in the live values, but a fresh run gives" in window.message.text()
