"""What takes long is opened and saved behind the window; what is done meanwhile is not lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from micrograd_gui.app import cli, opening
from micrograd_gui.app import window as app_window
from micrograd_gui.app.recovery import offer
from micrograd_gui.document import in_parts
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.marks import Sight
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import documents
from micrograd_gui.files.documents import OpenedGraph
from micrograd_gui.session import record as recording
from micrograd_gui.session.trace import Pass


def chain(length: int) -> Graph:
    """x + x + x + …, with a place for every node."""
    nodes = {1: Node(1, label="x", data=2.0)}
    nodes |= {n: Node(n, "+", (n - 1, 1)) for n in range(2, length + 1)}
    return Graph(nodes, {n: (n % 80 * 200.0, n // 80 * 100.0) for n in nodes}, length, length + 1)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "large.micrograd"
    documents.write(path, graph_from_expression("L = a*b"))
    return path


@pytest.fixture
def behind(monkeypatch):
    """Every file is read behind the window, and told at once."""
    monkeypatch.setattr(documents, "LONG", 0)
    monkeypatch.setattr(opening, "SHOWN_AFTER", 0)


@pytest.fixture
def held(monkeypatch):
    """Reading lasts until it is let go."""
    go, read = Event(), opening.resolve

    def slowly(path):
        assert go.wait(20)
        return read(path)

    monkeypatch.setattr(opening, "resolve", slowly)
    yield go
    go.set()


def test_a_long_file_is_opened_behind_the_window(opened, path, behind, held, qtbot):
    window = opened("lecture")
    window.documents.choose_recent(path)
    line = window.findChild(QWidget, "waiting")
    qtbot.waitUntil(line.isVisible)
    assert line.accessibleName() == "Opening “large.micrograd” …"
    assert window.documents.name == "lecture"
    held.set()
    qtbot.waitUntil(lambda: window.documents.name == "large")
    assert not line.isVisible()
    assert not window.isWindowModified()
    assert len(window.canvas.graph_scene.boxes) == 3
    assert str(path) in [str(each) for each in window.settings.recent]


def test_opening_can_be_cancelled(opened, path, behind, held, qtbot):
    window = opened("lecture")
    window.documents.choose_recent(path)
    before = window.session.state
    qtbot.waitUntil(window.findChild(QWidget, "waiting").isVisible)
    window.findChild(QPushButton, "cancel_waiting").click()
    assert not window.findChild(QWidget, "waiting").isVisible()
    held.set()
    qtbot.wait(50)
    assert window.session.state is before


def test_what_was_done_while_a_file_was_read_is_not_lost_without_a_question(
    opened, path, behind, held, qtbot
):
    window = opened("lecture")
    window.documents.choose_recent(path)
    window.session.set_value(1, 77.0)
    held.set()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "unsaved") is not None)
    assert window.session.state.graph.nodes[1].data == 77.0
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    assert window.documents.name == "large"


def test_what_cannot_be_read_behind_the_window_is_refused_there(opened, path, behind, qtbot):
    window = opened("lecture")
    path.write_text("not json")
    before = window.session.state
    window.documents.choose_recent(path)
    qtbot.waitUntil(lambda: "large.micrograd" in window.message.text())
    assert window.session.state is before
    assert not window.findChild(QWidget, "waiting").isVisible()


def test_what_the_window_asks_first_of_a_large_graph_is_there_before_it_comes():
    graph = chain(LARGE + 1)
    made = opening.prepared(OpenedGraph(graph), None, Event())
    facts = {"users", "wires", "order", "ranks", "feeding", "target", "parameters", "computes", "loose_end"}
    assert facts <= vars(made.graph.wiring).keys()
    assert "given" in vars(made.graph)
    lines = len(made.scene.lines)
    assert made.scene.wires_in(made.scene.bounds(), dust=True) <= made.scene.lines.keys()
    assert lines == len(made.scene.lines) > 0


@pytest.fixture
def in_window(own_thread):
    """What of the work on a file was done by the window's own thread."""
    done, watch = own_thread
    watch(documents.codec, "decode")
    watch(recording, "_recorded")
    watch(offer, "arranged")
    return done


def test_a_window_on_a_long_file_is_there_at_once(opened, path, behind, held, in_window, qtbot):
    window = opened(str(path))
    line = window.findChild(QWidget, "waiting")
    qtbot.waitUntil(line.isVisible)
    assert line.accessibleName() == "Opening “large.micrograd” …"
    assert len(window.session.state.graph) == 0
    held.set()
    qtbot.waitUntil(lambda: window.documents.name == "large")
    assert not window.isWindowModified()
    assert in_window == []


def test_a_window_on_a_long_file_that_is_none_says_so(opened, path, behind, qtbot):
    path.write_text("not json")
    window = opened(path)
    qtbot.waitUntil(lambda: "“large.micrograd” is not a micrograd-gui file" in window.message.text())
    assert len(window.session.state.graph) == 0


def test_the_command_line_hands_a_long_file_on_unread(monkeypatch, path, behind, in_window):
    asked = []
    monkeypatch.setattr("micrograd_gui.app.screen.why_no_screen", lambda: "")
    monkeypatch.setattr("micrograd_gui.app.start.run_window", lambda source: asked.append(source) or 0)
    assert cli.main([str(path)]) == 0
    assert asked == [path]
    assert in_window == []


def test_a_long_file_is_reloaded_behind_the_window_and_undo_brings_the_graph_back(
    opened, path, behind, in_window, act, qtbot
):
    documents.write(path, chain(3))
    window = opened(path)
    qtbot.waitUntil(lambda: window.documents.name == "large")
    was = window.session.state.graph
    documents.write(path, chain(4))
    window.documents.reload()
    assert window.session.state.graph is was
    qtbot.waitUntil(lambda: len(window.session.state.graph) == 4)
    assert not window.isWindowModified()
    act(window, "undo")
    assert window.session.state.graph is was
    assert in_window == []


def test_the_run_that_a_file_tells_of_is_gone_through_behind_the_window(
    opened, tmp_path, monkeypatch, in_window, qtbot
):
    monkeypatch.setattr(opening, "_MOVES_AT_ONCE", 5)
    path = tmp_path / "seen.micrograd"
    graph = graph_from_expression("L = a*b")
    documents.write(path, graph.seen(Sight(2, (Pass("forward"), Pass("backward")))))
    window = opened(path)
    qtbot.waitUntil(lambda: window.documents.name == "seen")
    assert window.session.state.cursor == 2
    assert len(window.session.state.trace) == 3
    assert in_window == ["decode"]  # it is short


def test_what_is_recovered_is_pictured_and_run_behind_the_window(opened, monkeypatch, in_window, qtbot):
    monkeypatch.setattr(offer, "_DRAWN", 2)
    first = opened("lecture")
    qtbot.waitUntil(lambda: first._recovering is not None)
    first.session.set_value(1, 7.0)
    first.session.backward()
    first.recovering().write_now()
    first.recovering().abandon()
    second = opened("neuron")
    in_window.clear()
    second.recovering().look()
    qtbot.waitUntil(lambda: second.findChild(QPushButton, "recovery_recover") is not None)
    second.findChild(QPushButton, "recovery_recover").click()
    qtbot.waitUntil(lambda: second.documents.name == "lecture")
    assert second.session.state.graph.nodes[1].data == 7.0
    assert second.session.state.cursor == first.session.state.cursor > 0
    assert in_window == []


@pytest.mark.slow
def test_a_large_graph_is_made_ready_stepped_and_saved_without_the_window_doing_it(
    opened, tmp_path, act, qtbot
):
    path, again = tmp_path / "chain.micrograd", tmp_path / "again.micrograd"
    documents.write(path, chain(LARGE + 1))
    window = opened("lecture")
    window.documents.choose_recent(path)
    qtbot.waitUntil(lambda: window.documents.name == "chain", timeout=20_000)
    qtbot.waitUntil(lambda: bool(recording._ahead), timeout=20_000)
    runs = [run for _, run in recording._ahead]
    act(window, "forward")
    assert window.session.state.trace is runs[0]
    act(window, "backward")
    assert window.session.state.trace is runs[1]
    state = window.session.state
    assert state.frame.data[LARGE + 1] == 2.0 * (LARGE + 1)
    assert state.frame.grad[1] == LARGE + 1
    assert window.plot.view.kind.why_empty(state).startswith("5,001 nodes are too many")
    window.session.rename(1, "y")
    window.documents._attempt_save(again, None)
    qtbot.waitUntil(lambda: not window.isWindowModified(), timeout=20_000)
    assert documents.read(again).nodes[1].label == "y"
    window.documents.open_example("lecture")
    assert not recording._ahead


def test_who_asks_for_a_run_that_is_being_recorded_waits_or_is_told(monkeypatch):
    graph, go, begun, plain = chain(5), Event(), Event(), recording._recorded

    def slowly(*asked):
        begun.set()
        assert go.wait(20)
        return plain(*asked)

    monkeypatch.setattr(recording, "_recorded", slowly)
    with ThreadPoolExecutor() as threads:
        ahead = threads.submit(recording.record_ahead, graph, (Pass("forward"),))
        assert begun.wait(20)
        assert recording.working_on(graph)
        with (
            recording.impatient(),
            pytest.raises(recording.Busy, match="The run of 5 nodes is being worked out"),
        ):
            recording.record(graph, (Pass("forward"),))
        asked = threads.submit(recording.record, graph, (Pass("forward"),))
        go.set()
        ahead.result()
        assert len(asked.result()) == 4
    recording.forget_ahead()


def test_in_the_window_a_verb_waits_for_the_run_while_the_window_goes_on(opened, act, monkeypatch):
    window, plain, ticks = opened("lecture"), recording._recorded, []
    graph = window.session.state.graph

    def slowly(*asked):
        while len(ticks) < 5:  # the window's timers go on
            sleep(0.001)
        return plain(*asked)

    monkeypatch.setattr(recording, "_recorded", slowly)
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: ticks.append(1))
    with ThreadPoolExecutor() as threads:
        ahead = threads.submit(recording.record_ahead, graph, (Pass("forward"),))
        while not recording.working_on(graph):
            sleep(0.001)
        timer.start()
        act(window, "forward")
        ahead.result()
    timer.stop()
    assert window.session.state.forward_done
    recording.forget_ahead()


def test_a_large_document_that_is_closed_is_let_go_of_by_turns_and_its_runs_too(opened, monkeypatch):
    graph = chain(LARGE + 1)
    window, taken = opened("lecture"), []
    window.session.open_graph(graph)
    monkeypatch.setattr(in_parts, "let_go_by_turns", taken.append)
    recording.record_ahead(graph, (Pass("forward"), Pass("backward")))
    ahead = recording.record(graph, (Pass("forward"), Pass("backward")))
    window.session.backward()
    shown = window.session.state
    window.documents.open_example("lecture")
    gone = {id(each) for part in taken for each in part}
    assert gone >= {id(step) for step in ahead.steps}
    assert gone >= {id(step) for step in shown.trace.steps}
    assert gone >= {id(node) for node in shown.graph.nodes.values()}
    taken.clear()
    window.documents.open_example("neuron")  # in place of a small one
    assert taken == []


def test_runs_recorded_ahead_are_those_that_are_recorded_when_asked_for():
    graph = chain(30)
    script = (Pass("forward"), Pass("backward"))
    recording.record_ahead(graph, script)
    ahead = [recording.record(graph, script[:passes]) for passes in (1, 2)]
    recording.forget_ahead()
    for passes, run in zip((1, 2), ahead, strict=True):
        plain = recording.record(graph, script[:passes])
        assert plain is not run
        assert (run.steps, run.ends, run.script) == (plain.steps, plain.ends, plain.script)
        assert run.frame(len(run)).grad == plain.frame(len(plain)).grad


def test_a_run_that_nobody_wants_any_more_is_recorded_no_further_and_not_kept(monkeypatch):
    graph, script = chain(400), (Pass("forward"), Pass("backward"))
    made, plain = [], recording.compute_node

    def computed(*asked):
        made.append(1)
        if len(made) == 20:
            recording.forget_ahead()  # another document is opened
        return plain(*asked)

    monkeypatch.setattr(recording, "compute_node", computed)
    recording.record_ahead(graph, script)
    assert 20 <= len(made) <= 25
    assert not recording._ahead
    assert not recording.working_on(graph)
    assert recording.record(graph, script).script == script  # from its beginning
    assert len(recording.record(graph, script)) > 400


def test_what_the_document_before_held_is_given_back_once_another_one_is_shown(opened, qtbot, monkeypatch):
    given_back = []
    monkeypatch.setattr(app_window, "_GIVEN_BACK_AFTER", 0)
    monkeypatch.setattr(app_window, "give_back_memory", lambda: given_back.append(1))
    window = opened("lecture")
    qtbot.wait(50)
    given_back.clear()
    window.session.set_value(1, 3.0)
    qtbot.wait(50)
    assert not given_back
    window.session.undo()
    window.documents.open_example("neuron")
    qtbot.waitUntil(lambda: given_back == [1])
