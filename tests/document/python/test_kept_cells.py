# ruff: noqa: E501
"""What cells have defined is kept in the file, and the next cell knows it after the file was opened."""

import json

import pytest

import micrograd_gui as mg
from micrograd_gui.document import codec
from micrograd_gui.document.clipboard import as_text, pasted
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python import keeping
from micrograd_gui.document.python.pasted import CELLS_KEPT_AT_MOST, LETTERS_KEPT_AT_MOST, KeptCells
from micrograd_gui.document.python.workspace import Workspace
from tests.document.python.notebooks import CLASSES, LOOP, NOTEBOOKS, ROWS


def again(graph: Graph) -> Graph:
    """The graph, saved and opened."""
    return codec.decode(codec.encode(graph))


def told(graph: Graph, cell: str) -> tuple[Graph, str]:
    graph, _ = pasted(graph, cell, None)
    assert isinstance(graph.workspace, Workspace)
    return graph, graph.workspace.cells[-1].printed


@pytest.mark.parametrize("name", ["by hand", "neuron", "follower", "linear"])
def test_a_notebook_that_is_saved_and_opened_after_each_cell_prints_the_same(name):
    straight = opened = Graph()
    for cell in NOTEBOOKS[name]:
        straight, wanted = told(straight, cell)
        opened, found = told(again(opened), cell)
        assert found == wanted
        assert len(opened) == len(straight)


def test_a_file_is_written_again_as_it_was_whether_somebody_pasted_or_not():
    graph = Graph()
    for cell in (CLASSES, ROWS, "random.seed(42)\nn = MLP(3, [2, 1])\no = n(xs[0])"):
        graph, _ = told(graph, cell)
    text = codec.encode(graph)
    opened = codec.decode(text)
    assert isinstance(opened.workspace, KeptCells)
    assert codec.encode(opened) == text
    further = pasted(opened, "print(len(n.parameters()))", None)[0]
    assert json.loads(codec.encode(further))["cells"]["texts"][:3] == json.loads(text)["cells"]["texts"]
    assert json.loads(codec.encode(further))["cells"]["paths"] == json.loads(text)["cells"]["paths"]


def test_what_was_trained_before_it_was_saved_is_what_the_next_cell_sees():
    graph = Graph()
    for cell in (CLASSES, ROWS, "random.seed(42)\nn = MLP(3, [2, 1])", LOOP.replace("20", "3")):
        graph, _ = told(graph, cell)
    done = mg.train(graph, steps=2, rate=0.05).graph
    ask = "[n(x).data for x in xs]"
    assert told(again(graph), ask)[1] == told(graph, ask)[1]
    assert told(again(done), ask)[1] == told(done, ask)[1] != told(graph, ask)[1]


def test_nodes_alone_are_a_file_as_before():
    graph = mg.parse("a = Value(2.0)\nb = a*3")
    assert "cells" not in json.loads(codec.encode(graph))
    graph, _ = told(Graph(), "a = Value(2.0, label='a')\nb = a*3.0; b.label = 'b'")
    assert "cells" not in json.loads(codec.encode(graph))
    graph, _ = told(graph, "def f(x): return x")
    assert "cells" in json.loads(codec.encode(graph))
    assert "cells" not in json.loads(as_text(graph, graph.nodes)), "what is copied is nodes"


def test_opening_a_file_walks_through_nothing_and_pasting_within_bounds(monkeypatch):
    hostile = [
        "while True: pass",
        "x = [0] * 10**9",
        "import os\nos.system('echo')",
        "open('/etc/passwd')",
        "def f(): return 7",
    ]
    file = json.dumps({
        "format": "micrograd-graph", "version": 1, "nodes": [{"id": 1, "label": "a", "data": 1.0}], "target": None,
        "cells": {"texts": hostile, "paths": {"1": "f.__globals__['os'].system"}, "numbers": {"1": 2.0}},
    })  # fmt: skip
    walked = []
    monkeypatch.setattr(keeping, "walked", lambda *given, of=keeping.walked: walked.append(1) or of(*given))
    graph = codec.decode(file)
    assert not walked
    assert told(graph, "print(f(), a.data)")[1] == "7 1.0\n"
    assert walked


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"texts": ["a"] * (CELLS_KEPT_AT_MOST + 1)}, "cells.texts: 201 cells are more than 200"),
        ({"texts": ["a" * (LETTERS_KEPT_AT_MOST + 1)]}, "cells.texts: 400001 letters are more than 400000"),
        ({"texts": [], "paths": {"7": "a"}}, "cells.paths: there is no node “7”"),
        ({"texts": [], "numbers": {"-1": 2.0}}, "cells.numbers: there is no node “-1”"),
        ({"texts": [3]}, "cells.texts[0]"),
    ],
)
def test_cells_that_cannot_be_are_refused_in_a_sentence(cells, sentence):
    file = {"format": "micrograd-graph", "version": 1, "nodes": [], "cells": cells}
    with pytest.raises(FileRefusal) as refused:
        codec.decode(json.dumps(file))
    assert sentence in str(refused.value)


def test_more_cells_than_a_file_keeps_are_left_out_and_the_graph_is_saved(monkeypatch):
    monkeypatch.setattr(keeping, "LETTERS_KEPT_AT_MOST", 10)
    graph, _ = told(Graph(), "def f(x): return x*x\nb = f(Value(2.0))")
    assert "cells" not in json.loads(codec.encode(graph))
