"""Taking apart, folding and holding a run, by keys in the real window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTableView, QToolButton


def _choose(window, name):
    window.session.select((window.session.state.graph.named(name),))


def test_an_op_is_taken_apart_and_folded_and_each_is_one_undo(opened, act):
    window = opened("neuron")
    session = window.session
    session.backward()
    graph, cursor = session.state.graph, session.state.cursor
    _choose(window, "o")
    act(window, "expand")
    assert len(session.state.graph) == len(graph) + 7
    assert session.state.cursor == len(session.state.trace)
    assert "10 nodes that stay are the same" in window.message.text()
    act(window, "fold")
    assert session.state.graph.same_structure(graph)
    session.undo()
    session.undo()
    assert session.state.graph.same_structure(graph)
    assert session.state.graph.places == graph.places or not graph.places
    assert session.state.cursor == cursor


def test_a_selected_box_is_opened_and_a_block_folded(opened, act):
    window = opened("mlp")
    state = window.session.state
    block = next(each for each in state.graph.blocks if each.collapsed)
    window.session.select_block(block.id)
    act(window, "expand")
    assert not next(each for each in window.session.state.graph.blocks if each.id == block.id).collapsed
    window.session.select_block(block.id)
    act(window, "fold")
    assert next(each for each in window.session.state.graph.blocks if each.id == block.id).collapsed


def test_what_cannot_be_taken_apart_is_said_and_changes_nothing(opened, act):
    window = opened("neuron")
    _choose(window, "w1")
    before = window.session.state
    act(window, "expand")
    assert window.message.text() == "⚠ w1 is a value: there is nothing to take apart."
    assert window.session.state is before


def test_the_run_that_is_held_stands_beside_the_present_one(opened, act, qtbot):
    window = opened("neuron")
    act(window, "backward", "hold")
    table = window.findChild(QTableView, "two_runs_table")
    qtbot.waitUntil(table.isVisible)
    session = window.session
    session.set_value(session.state.graph.named("w1"), -2.0)
    model = table.model()

    def shown():
        rows = range(model.rowCount())
        return {model.index(r, 0).data(): [model.index(r, c).data() for c in (1, 2, 3)] for r in rows}

    qtbot.waitUntil(lambda: shown()["w1.data"] == ["−3.0000", "−2.0000", "≠ +1.0000"])
    assert shown()["x1.data"] == ["2.0000", "2.0000", "="]
    assert "w1: −3.0000 → −2.0000" in window.findChild(QLabel, "two_runs_words").text()
    session.update()
    at = list(shown()).index("o.data")
    struck = [model.index(at, column).data(Qt.ItemDataRole.FontRole).strikeOut() for column in (0, 1, 2, 3)]
    assert struck == [False, True, True, False]  # both are from before the update
    act(window, "hold")
    assert session.state.held is None
    qtbot.waitUntil(lambda: not table.isVisible())


def test_in_the_hall_both_runs_stand_beside_the_card(opened, act, qtbot):
    window = opened("neuron", (1920, 1080))
    act(window, "backward", "projector", "hold")
    qtbot.waitUntil(window.findChild(QTableView, "two_runs_table").isVisible)
    act(window, "projector")
    assert window.docks["two_runs"].isHidden()


def test_while_somebody_predicts_the_pane_says_that_a_run_is_held_and_lets_it_go(opened, act, qtbot):
    window = opened("neuron")
    act(window, "forward", "hold", "predict")
    words = window.findChild(QLabel, "two_runs_words")
    qtbot.waitUntil(lambda: words.text().startswith("A run is held. While somebody predicts"))
    release = next(each for each in window.findChildren(QToolButton) if each.text() == "Release")
    release.click()
    assert window.session.state.held is None
    qtbot.waitUntil(lambda: words.text().startswith("No run is held."))
    assert not release.isEnabled()


def test_where_no_one_node_is_selected_it_says_what_it_needs(opened, act):
    window = opened("lecture")
    window.session.select(list(window.session.state.graph.nodes)[:2])
    for name in ("expand", "fold"):
        act(window, name)
        assert "Select the one node to" in window.message.text()
