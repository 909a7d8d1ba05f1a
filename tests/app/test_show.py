# ruff: noqa: E501
"""show(value): live values in a real window, with what the notebook found wrong in them."""

import weakref

import pytest
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView, QToolButton

from micrograd import Value, language
from micrograd_gui import show
from micrograd_gui.app import create_window
from micrograd_gui.document.errors import Refusal
from micrograd_gui.door import render
from micrograd_gui.files import documents
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text
from tests.app.conftest import collect, numbers


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
