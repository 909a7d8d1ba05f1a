"""A cell that was walked through behind the window takes the place of the graph that it was pasted onto."""

import pytest

import micrograd_gui as mg
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.session.pasting import Pasting
from micrograd_gui.session.session import Session


def test_places_that_arrive_meanwhile_are_kept_and_another_graph_is_refused():
    session = Session(mg.parse("L = a*b"))
    before = session.state.graph
    made = pasted(before, "M = L + 2", None)
    a = before.named("a")
    session.tidied(before, {a: (40.0, 80.0)}, as_edit=False)
    assert session.state.graph is not before
    session.room(Pasting).put(before, made)
    graph = session.state.graph
    assert (len(graph), graph.places[a]) == (5, (40.0, 80.0))
    session.set_value(a, 3.0)
    with pytest.raises(mg.Refusal, match="paste it again"):
        session.room(Pasting).put(graph, pasted(graph, "N = M + 2", None))
