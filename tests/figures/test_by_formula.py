"""Nodes without a label are called by what they are computed of, where that is asked for."""

from pathlib import Path

import pytest

from micrograd_gui.door import parse, read, render
from micrograd_gui.figures.by_formula import named_by_formula


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("o = tanh(x1*w1 + x2*w2 + b)", ["x1w1", "x2w2", "x1w1 + x2w2", "x1w1 + x2w2 + b"]),
        ("L = (a - b)**2 / (2*c) - relu(d)", ["a − b", "(a − b)²", "2c", "(a − b)² / (2c)", "relu(d)"]),
        ("L = a*(b + c) - (d - f)", ["b + c", "a·(b + c)", "d − f"]),
        ("L = rate*grad + 1", ["rate·grad"]),
        ("L = (-a)**b * 3", ["−a", "(−a)^b"]),
        ("L = (alpha*beta + gamma*delta)*epsilon", ["alpha·beta", "gamma·delta", "alpha·beta + gamma·delta"]),
        ("L = (alpha*beta + gamma*deltas_of_it + 1)*2", ["alpha·beta", "gamma·deltas_of_it", "v7", "v7 + 1"]),
    ],
)
def test_a_formula_says_what_is_computed(text: str, names: list[str]) -> None:
    graph = parse(text)
    shown = named_by_formula(graph)
    found = [
        shown.nodes[n].name for n in graph.order if not graph.nodes[n].is_leaf and not graph.nodes[n].label
    ]
    assert found == names
    assert shown.given == graph.given


def test_a_picture_shows_formulas_and_carries_the_graph_as_it_was(tmp_path: Path) -> None:
    graph = parse("o = tanh(x*w + b)")
    (path,) = render(graph, tmp_path / "a.svg", names="formula", card=True, step="last")
    page = path.read_text("utf-8")
    assert ">xw + b<" in page
    assert ">v3<" not in page
    assert {node.label for node in read(path)} == {node.label for node in graph}
