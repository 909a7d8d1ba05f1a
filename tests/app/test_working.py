"""What takes long of a large graph or text is worked out behind the window, and can be cancelled."""

from threading import Event, current_thread, main_thread

import pytest
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from micrograd import Value
from micrograd_gui.app import documents as documents_module
from micrograd_gui.app import opening
from micrograd_gui.app.actions.pasting import paste
from micrograd_gui.app.notebooks import live
from micrograd_gui.app.notebooks.live import Link
from micrograd_gui.document import clipboard, networks
from micrograd_gui.document.block import block_key
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.networks import BlockSpec
from micrograd_gui.session import measure, transitions
from micrograd_gui.session import record as recording
from micrograd_gui.session.asking import in_torch
from micrograd_gui.session.pasting import Pasting
from micrograd_gui.session.session import Session
from micrograd_gui.views.canvas import blocks as navigating
from micrograd_gui.views.canvas.scene import Scene


@pytest.fixture
def in_window(own_thread, monkeypatch):
    """What was worked out by the window's own thread, where every graph counts as large."""
    done, watch = own_thread
    monkeypatch.setattr(documents_module, "LARGE", 3)
    for name in (
        "after_edit",
        "with_history",
        "add_node",
        "connect",
        "rename",
        "delete",
        "paste",
        "duplicate",
        "build",
    ):
        watch(transitions, name)
    watch(recording, "_recorded")
    watch(measure, "nudge")
    watch(measure, "check")
    return done


@pytest.fixture
def held(monkeypatch):
    """What is worked out lasts until it is let go; ``begun`` is set when it begins, and counts how often."""
    begun, go, work = Event(), Event(), opening.worked_out
    begun.times = 0

    def slowly(*args, **keywords):
        begun.times += 1
        begun.set()
        assert go.wait(20)
        return work(*args, **keywords)

    monkeypatch.setattr(opening, "worked_out", slowly)
    monkeypatch.setattr(opening, "SHOWN_AFTER", 20)
    yield begun, go
    go.set()


def test_edits_and_runs_of_a_large_graph_are_worked_out_by_another_thread(reopened, in_window):
    window = reopened("lecture")
    plain, session = Session(window.session.state.graph), window.session
    behind = None
    for each in (session, plain):
        new = each.add_node("tanh", (900.0, 0.0))
        each.connect(1, new)
        each.rename(new, "new")
        each.paste("q = 2*w")
        each.duplicate({1, 2})
        each.delete({new})
        each.backward()
        each.nudge(1)
        each.check_all()
        each.set_value(1, 0.25)
        each.undo()
        each.redo()
        behind = in_window == [] if behind is None else behind
    assert behind
    in_window.clear()
    assert session.state.graph.nodes == plain.state.graph.nodes
    assert session.state.cursor == plain.state.cursor
    assert session.state.frame.grad == plain.state.frame.grad
    session.build("L = a*b + c*d")
    assert len(session.state.graph) == 7
    assert in_window == []


def test_what_is_long_is_pasted_behind_the_window_and_refused_as_ever(reopened, monkeypatch, qtbot):
    threads = []
    plain = transitions.paste

    def watched(*args, **keywords):
        threads.append(current_thread() is main_thread())
        return plain(*args, **keywords)

    monkeypatch.setattr(transitions, "paste", watched)
    window = reopened("lecture")
    window.session.paste("S = " + " + ".join(f"k{n}" for n in range(1200)))
    assert len(window.session.state.graph) > 1200
    before = window.session.state
    window.bridge.attempt(window.session.paste, "S = " + "(" * 6000)
    assert window.session.state is before
    assert window.message.text().startswith("⚠ ")
    window.session.paste("z = 2*3")
    assert threads == [False, False, True]


def test_a_long_text_is_looked_through_behind_the_window_whatever_it_says(reopened, own_thread, qtbot):
    done, watch = own_thread
    watch(clipboard, "pasted")
    window = reopened("lecture")
    before = window.session.state.graph
    paste(window.commands, "!@# " * 6_000)
    qtbot.waitUntil(lambda: not window.documents.behind.reads, timeout=30_000)
    assert done == []
    assert window.session.state.graph.nodes is before.nodes
    assert window.message.text().startswith("Passed over: line 1, !@#")


def test_it_is_said_and_can_be_cancelled(reopened, in_window, held, act):
    window = reopened("lecture")
    before, seen = window.session.state, []

    def cancel() -> None:
        line, button = window.findChild(QWidget, "waiting"), window.findChild(QPushButton, "cancel_waiting")
        if line is None or not line.isVisible():
            QTimer.singleShot(10, cancel)
            return
        seen.append(line.accessibleName())
        QTest.keyClick(window.canvas, Qt.Key.Key_Delete)  # nothing else is done meanwhile
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(10, cancel)
    act(window, "select_all", "delete")
    assert seen == ["Working out the change …"]
    assert window.session.state.graph is before.graph
    assert window.message.text() == "⚠ Cancelled: the graph is as it was."
    assert not window.findChild(QWidget, "waiting").isVisible()


def test_esc_cancels_it_and_a_window_is_closed_when_it_is_over(reopened, in_window, held, qtbot):
    window = reopened("lecture")
    window.session.saved_as_is()
    QTimer.singleShot(40, window.close)
    QTimer.singleShot(80, lambda: QTest.keyClick(window.canvas, Qt.Key.Key_Escape))
    with pytest.raises(Refusal, match="Cancelled"):
        window.session.set_target(1)
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_what_comes_meanwhile_is_not_lost(reopened, in_window, held):
    window = reopened("lecture")
    session, (begun, go) = window.session, held

    def meanwhile() -> None:
        session.select({2})
        go.set()

    QTimer.singleShot(40, meanwhile)
    session.set_target(1)
    assert session.state.graph.target == 1
    assert session.state.selection == {2}
    go.clear()
    graph = session.state.graph
    moved = {node: (x + 7.0, 2 * y) for node, (x, y) in graph.places.items()}
    QTimer.singleShot(40, lambda: (session.tidied(graph, moved, as_edit=False), go.set()))
    begun.times = 0
    session.forward()  # which a layout does not end
    assert begun.times == 1, "the layout has no part in it: it is not worked out once more"
    assert session.state.forward_done
    assert session.state.graph.places == moved
    go.clear()
    graph = session.state.graph
    laid_out = {node: (x + 5.0, y) for node, (x, y) in graph.places.items()}
    QTimer.singleShot(40, lambda: (session.tidied(graph, laid_out, as_edit=False), go.set()))
    begun.times = 0
    session.set_target(2)  # made of the graph as it was: it takes no layout back
    assert begun.times == 1
    assert session.state.graph.target == 2
    assert session.state.graph.places == laid_out
    session.undo()
    assert (session.state.graph.target, session.state.graph.places) == (1, laid_out)
    go.clear()
    QTimer.singleShot(40, lambda: (session.new(), go.set()))
    with pytest.raises(Refusal, match="another one meanwhile"):
        session.set_target(2)
    assert len(session.state.graph) == 0


def test_a_drag_on_a_number_behind_a_long_run_is_run_again_by_another_thread(reopened, monkeypatch):
    threads, plain = [], recording._recorded

    def watched(*args):
        threads.append(current_thread() is main_thread())
        return plain(*args)

    window = reopened("xor")
    session = Session(window.session.state.graph)
    for _ in range(40):
        session.backward()
        session.update(0.01)
        session.zero_grad()
    window.session.take(session.state)  # a window that shows each of these moments takes long
    session = window.session
    monkeypatch.setattr(recording, "_recorded", watched)
    moment = session.state.cursor
    leaf = session.state.graph.parameters[0]
    for value in (0.1, 0.2):
        session.set_value(leaf, value, "drag")
    assert session.state.graph.nodes[leaf].data == 0.2
    assert session.state.cursor == moment
    assert threads
    assert not any(threads)


def test_a_large_network_is_built_and_a_large_cell_put_in_by_another_thread(reopened, monkeypatch, in_window):
    threads, plain = [], networks.with_block

    def watched(*args, **keywords):
        threads.append(current_thread() is main_thread())
        return plain(*args, **keywords)

    monkeypatch.setattr(networks, "with_block", watched)
    session = reopened("lecture").session
    block = session.add_block(BlockSpec("mlp", inputs=2, layers=(3, 1)))
    assert [each.kind for each in session.state.graph.blocks if each.id == block] == ["mlp"]
    graph = session.state.graph
    session.room(Pasting).put(graph, clipboard.pasted(graph, "q = 2*w", None))
    assert len(session.state.graph) > len(graph)
    assert (threads, in_window) == ([False], [])


def test_where_boxes_of_a_large_graph_lie_another_thread_finds_out(reopened, own_thread, monkeypatch, qtbot):
    done, watch = own_thread
    window = reopened("lecture")
    qtbot.waitUntil(lambda: not window.background.busy("tidy"))
    for module in (documents_module, opening, navigating):
        monkeypatch.setattr(module, "LARGE", 3)
    canvas, session = window.canvas, window.session
    watch(Scene, "_build")
    window.blocks.put(BlockSpec("mlp", inputs=2, layers=(2, 1), seed=1), QPointF(0, 900))
    qtbot.waitUntil(lambda: not window.background.busy("block"))
    mlp = session.state.graph.blocks[0].id
    canvas.navigation.toggle(mlp)
    canvas.navigation.enter(mlp)
    assert len(canvas.graph_scene.nodes) == 2 + 3  # the inputs that it reads, and its neurons as boxes
    canvas.navigation.leave()
    session.move({1: (-50.0, -70.0)})
    session.retitle(mlp, "brain")
    assert done == []
    assert canvas.graph_scene.places[1] == (-50.0, -70.0)
    assert canvas.graph_scene.folding.boxes[block_key(mlp)].block.title == "brain"


def test_large_live_values_are_read_again_by_another_thread(reopened, own_thread, monkeypatch):
    done, watch = own_thread
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    loss = (a * b).tanh()
    window = reopened("lecture")
    window.live.open(Link(loss, {}, {}))
    monkeypatch.setattr(documents_module, "LARGE", 3)
    watch(Link, "refreshed")
    watch(live, "_finding")
    a.data = 2.5
    window.refresh()
    assert done == []
    assert [node.data for node in window.session.state.graph if node.label == "a"] == [2.5]


def test_where_pytorch_is_missing_that_is_said_and_nothing_is_raised(opened, qtbot, monkeypatch):
    window = opened("neuron")
    monkeypatch.setattr(in_torch, "find_spec", lambda name: None)
    window.commands.verify_with_torch()
    qtbot.waitUntil(lambda: "PyTorch is not installed here" in window.message.text())


def test_undo_of_an_expression_has_the_whole_graph_in_view_again(opened, act):
    window = opened("neuron", size=(1280, 760))
    canvas = window.canvas

    def whole():
        return canvas.seen().contains(canvas.graph_scene.bounds())

    assert whole()
    window.commands.build("L = a*b")
    assert whole()
    act(window, "undo")
    assert len(window.session.state.graph) == 10
    assert whole()
    canvas.zoom_in()
    zoom = canvas.zoom
    act(window, "redo")
    assert canvas.zoom == zoom, "who looks at a part of it goes on looking there"
