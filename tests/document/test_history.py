"""Undo: a list of graphs."""

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Entry, History


def test_undo_all_gives_back_the_very_first_graph_object():
    first = Graph()
    history = History((Entry(first),))
    for number in range(20):
        history = history.pushed(history.graph.added(None, (number, 0)), f"Add {number}")
    assert history.undo_name == "Add 19"
    for _ in range(25):
        history = history.undone()
    assert history.graph is first
    assert (history.undo_name, history.redo_name) == (None, "Add 0")
    for _ in range(25):
        history = history.redone()
    assert len(history.graph) == 20
    assert history.redo_name is None


def test_an_edit_after_undo_drops_what_was_undone():
    history = History().pushed(Graph(), "one").pushed(Graph(), "two").undone().pushed(Graph(), "three")
    assert [entry.name for entry in history.entries] == ["", "one", "three"]


def test_edits_of_one_gesture_are_one_entry():
    history = History().pushed(Graph(), "Add")
    last = Graph()
    for graph in (Graph(), Graph(), last):
        history = history.pushed(graph, "Move", gesture="drag 1")
    history = history.pushed(Graph(), "Move", gesture="drag 2")
    assert [entry.name for entry in history.entries] == ["", "Add", "Move", "Move"]
    assert history.undone().graph is last


def test_a_gesture_does_not_swallow_the_graph_the_document_was_opened_with():
    first = Graph()
    history = History((Entry(first, gesture="drag"),)).pushed(Graph(), "Move", gesture="drag")
    assert history.undone().graph is first


def test_a_layout_that_came_later_belongs_to_the_edit_that_asked_for_it():
    placed = Graph()
    history = History().pushed(Graph(), "Build").amended(placed)
    assert (history.graph, history.undo_name, len(history.entries)) == (placed, "Build", 2)


def test_what_came_of_one_beginning_has_it_whatever_became_of_the_first_graph():
    first = History((Entry(Graph()),))
    after = first.amended(Graph()).pushed(Graph(), "Add").undone().redone()
    assert after.beginning is first.beginning
    assert History((Entry(Graph()),)).beginning is not first.beginning
