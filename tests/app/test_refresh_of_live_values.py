"""Refresh: what the notebook has changed in its live values is shown, as one edit, with places kept."""

import gc
import math
import weakref

import pytest
from PySide6.QtGui import QAction

from micrograd import Value
from micrograd_gui import show
from micrograd_gui.app.notebooks.live import Link, present
from micrograd_gui.document.errors import Refusal
from micrograd_gui.session.session import Session
from tests.app.conftest import collect, numbers


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
