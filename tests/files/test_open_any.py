# ruff: noqa: E501
"""Graphs that come in as DOT: our own, the lecture's, and what is neither."""

import json
import re

import graphviz
import pytest

from micrograd import Value, draw_dot
from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.networks import BlockSpec, predictions, with_block
from micrograd_gui.door import parse, render
from micrograd_gui.figures.notebook_style import LABEL_IN_DOT, dot_text
from micrograd_gui.files import atomic, documents
from micrograd_gui.files.dot_reader import cells, graph_from_dot
from micrograd_gui.session.measure import complete
from tests.naughty import naughty


def shape(graph: Graph) -> list[tuple[object, ...]]:
    """Nodes in order with their op, label and operands' places in it."""
    place = {number: at for at, number in enumerate(graph.order)}
    nodes = [graph.nodes[number] for number in graph.order]
    return [(n.op, n.label, tuple(place[s] for s in n.inputs if s is not None)) for n in nodes]


def lectures_dot(root: Value, draw) -> str:
    """What the lecture's own draw_dot makes: sets, so nodes and edges in any order; here in a drawn one."""
    order, dot = [], graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    edges: set[tuple[Value, Value]] = set()

    def build(v: Value) -> None:
        if v not in order:
            order.append(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    draw.shuffle(order)
    for n in order:
        uid = str(id(n))
        dot.node(name=uid, label=f"{{ {n.label} | data {n.data:.4f} | grad {n.grad:.4f}}}", shape="record")
        if n._op:
            dot.node(name=uid + n._op, label=n._op)
            dot.edge(uid + n._op, uid)
    shuffled = sorted(edges, key=lambda edge: (id(edge[0]), id(edge[1])))
    draw.shuffle(shuffled)
    for n1, n2 in shuffled:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot.source


@pytest.mark.parametrize("name", [each.name for each in documents.examples() if not each.trains])
def test_an_example_written_as_dot_comes_back(name, tmp_path):
    graph = documents.load_example(name)
    (path,) = render(graph, str(tmp_path / "a.dot"))
    back = documents.open_named(str(path)).graph
    assert shape(back) == shape(graph)
    before, after = complete(graph), complete(back)
    assert after.data[back.target] == pytest.approx(before.data[graph.target], abs=1e-3)


def test_a_network_comes_back():
    graph, _ = with_block(Graph(), BlockSpec("mlp", 3, (6, 6, 1), seed=1, linear=True))
    graph = graph.targeted(predictions(graph)[0])
    assert shape(graph_from_dot(dot_text(graph, complete(graph)))) == shape(graph)


@pytest.mark.parametrize("seed", range(10))
def test_the_lectures_drawing_comes_back_with_operands_that_give_its_numbers(seed):
    import random

    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c x1 + x2")
    e = a * b
    d = (e - c) / b
    f = (d * d + a**3).tanh() - (a - b).relu() ** -1
    L = f - 3**a
    L.label = "L"
    L.backward()
    graph = graph_from_dot(lectures_dot(L, random.Random(seed)))
    frame = complete(graph)
    assert frame.data[graph.target] == pytest.approx(L.data, abs=1e-3)
    assert frame.grad[graph.named("a")] == pytest.approx(a.grad, rel=1e-3)
    assert {node.label for node in graph if node.label} == {"a", "b", "c x1 + x2", "L"}


def test_our_draw_dot_comes_back():
    a = Value(2.0, label="a")
    graph = graph_from_dot(draw_dot((a * a).exp() + a).source)
    assert [node.op for node in graph] == [None, "*", "exp", "+"]
    assert graph.nodes[2].inputs == (1, 1)


def test_labels_of_any_kind_come_back_but_for_what_dot_cannot_hold():
    graph = Graph({at: Node(at, label=label) for at, label in enumerate(naughty(), 1)})
    back = graph_from_dot(dot_text(graph, complete(graph)))
    assert len(back) == len(graph)
    for number in graph.order:
        label, node = graph.nodes[number].label, back.nodes[number]
        kept = label if len(label) <= LABEL_IN_DOT else f"{label[:LABEL_IN_DOT]}…"
        kept = re.sub("[\x01-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "�", kept)
        assert node.label == re.sub("[\r\0]", "", kept).replace("\t", " ").strip(" ")


@pytest.mark.parametrize(
    ("label", "fields"),
    [
        ("{ a | data 2.0000 | grad 0.0000 }", ["a", "data 2.0000", "grad 0.0000"]),
        ("{a|data 2}", ["a", "data 2"]),
        ("{ a\\|b \\{\\} \\<c\\> | data 1 }", ["a|b {} <c>", "data 1"]),
        ("<f0> a | <f1> data 1", ["a", "data 1"]),
        ("a\\nb | &quot;&amp;lt; &eacute;", ["a\nb", '"&lt; é']),
        ("&#" + "9" * 5000 + "; | &#x" + "f" * 30 + ";", ["&#" + "9" * 5000 + ";", "\ufffd"]),
        ("a" * 1_000_000 + "| data 1", ["a" * 1_000_000, "data 1"]),
        ("", [""]),
        ("\\", ["\\"]),
    ],
)
def test_a_record_label_has_these_fields(label, fields):
    assert cells(label) == fields


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read as DOT"),
        ("digraph { a -> ", "syntax error in line 1"),
        ("not dot at all", "syntax error"),
        ("digraph { a -> b }", "no node of a graph"),
        ('digraph { a [shape=record label="{a|data x}"] }', "“data x”, which is no number"),
        ('digraph { a [shape=record label="{a|data 1}"]; a -> a }', "cycle"),
        ('digraph { a [shape=record label="{a|data 1}"]; p [label="+"]; a -> p; p -> a }', "cycle"),
        ('digraph { a [shape=record label="a|data 1"]; b [shape=record label="b|data 1"]; a -> b }', "not from one op"),
        ('digraph { a [shape=record label="a|data 1"]; b [shape=record label="b|data 1"]; p [label=wow]; a -> p -> b }',
         "“wow”, which is not in the table"),
        ('digraph { b [shape=record label="b|data 1"]; p [label="tanh"]; p -> b }', "tanh takes 1 operand, not 0"),
        ('digraph { b [shape=record label="b|data 1"]; q [label=exp]; p [label="tanh"]; q -> p -> b }', "op of ops"),
        ('digraph { a [shape=record label="{' + "a|" * 500_000 + 'data 1}"] }', "more than 1,000 fields"),
        ('digraph { a [shape=record label="' + "{a}|" * 600 + '" + "' + "b|" * 600 + '"] }', "more than 1,000 fields"),
        ("graph { " + "subgraph { " * 3000 + "a" + "}" * 3000 + " }", "DOT|no node"),
    ],
)  # fmt: skip
def test_what_is_no_graph_is_refused_in_one_sentence_that_names_the_file(tmp_path, text, words):
    path = tmp_path / "odd.gv"
    path.write_text(text)
    with pytest.raises(FileRefusal, match=words) as refused:
        documents.read(path)
    assert str(refused.value).startswith("“odd.gv”")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00" * 100, bytes(range(256)) * 20])
def test_bytes_that_are_no_text_are_refused(tmp_path, content):
    path = tmp_path / "a.dot"
    path.write_bytes(content)
    with pytest.raises(FileRefusal):
        documents.read(path)


def test_files_that_cannot_be_read_are_refused_by_name(tmp_path, monkeypatch):
    with pytest.raises(FileRefusal, match=r"“none.dot” cannot be read: there is no such file"):
        documents.read(tmp_path / "none.dot")
    (tmp_path / "a.dot").mkdir()
    with pytest.raises(FileRefusal, match="is not a file"):
        documents.read(tmp_path / "a.dot")
    monkeypatch.setattr(atomic, "LARGEST", 10)
    (tmp_path / "b.dot").write_text("digraph { a -> b }")
    with pytest.raises(FileRefusal, match="too large"):
        documents.read(tmp_path / "b.dot")


def test_our_own_pictures_and_files_are_read_by_the_same_function(tmp_path):
    graph = documents.load_example("lecture")
    for suffix in (".svg", ".png", ".pdf", ".dot", ".micrograd"):
        (path,) = render(graph, str(tmp_path / f"a{suffix}"))
        assert shape(documents.read(path)) == shape(graph)
        assert (documents.open_named(path).path is not None) is (suffix == ".micrograd")
    with pytest.raises(Refusal):
        documents.read(tmp_path / "b.svg")


@pytest.mark.parametrize("name", ["a.gif", "a.csv", "a.txt", "a"])
def test_a_form_that_holds_no_graph_is_refused_with_those_that_do(tmp_path, name):
    (tmp_path / name).write_bytes(b"GIF89a \x00\x01")
    with pytest.raises(
        FileRefusal, match=rf"“{re.escape(name)}” holds no graph: these do: [.]micrograd, [.]dot"
    ):
        documents.read(tmp_path / name)


ONLY = "carries no graph: only what was exported"
FOREIGN = {
    "a.tex": ("\\documentclass{article}", ONLY),
    "a.html": ("<!DOCTYPE html><p>micrograd-graph", ONLY),
    "a.py": ("print('hello')\n", "carries no graph: none was exported into it, and its cells make none"),
    "b.py": ("import math\nfoo(2)\n", "makes no graph. Line 2, column 1: there is no function “foo”"),
    "c.py": ("# %%\na = 1\n" * 201, "has more cells than are walked through"),
    "a.ipynb": ('{"cells": [], "nbformat": 4}', "carries no graph: none was exported into it"),
    "b.ipynb": ('{"cells": 3, "nbformat": 4}', "cannot be read as a notebook"),
    "c.ipynb": ('{"cells": [{"cell_type": "code", "source": "a ="}, {"cell_type": "code", "source": ["foo("]}]}',
                "makes no graph. Cell 1: "),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_a_script_notebook_or_page_that_was_not_made_here_is_told_so(tmp_path, name):
    text, said = FOREIGN[name]
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(FileRefusal, match=rf"“{re.escape(name)}” {re.escape(said)}"):
        documents.read(tmp_path / name)


CELLS = [
    "%matplotlib inline\ndef f(x):\n  return x*2",
    "foo(3)",
    "a = Value(2.0)\nL = f(a)\nL",
    "L.backward()\na.grad",
]


@pytest.mark.parametrize("name", ["a.ipynb", "old.ipynb", "a.py"])
def test_a_notebook_of_anybody_opens_as_if_its_cells_were_pasted_in_order(tmp_path, name):
    code = [{"cell_type": "code", "source": cell.splitlines(True)} for cell in CELLS]
    cells = [{"cell_type": "markdown", "source": "# Words"}, *code]
    whole = {"cells": cells, "nbformat": 4}
    if name == "old.ipynb":
        old = [{"cell_type": "code", "input": each["source"]} for each in code]
        whole = {"worksheets": [{"cells": old}], "nbformat": 3}
    text = "\n# %%\n".join(CELLS) if name == "a.py" else json.dumps(whole)
    (tmp_path / name).write_text(text, "utf-8")
    opened = documents.open_named(tmp_path / name)
    graph = opened.graph
    assert [cell.printed for cell in graph.workspace.cells] == ["", "", "Value(data=4.0, grad=0)\n", "2.0\n"]
    assert graph.nodes[graph.target].label == "L"
    assert opened.said == "3 cells were walked through. One was left out, number 2."
    assert "there is no function “foo”" in graph.workspace.cells[1].notes[0]
    again = codec.decode(codec.encode(graph), "again")
    assert len(again.workspace.cells) == 3, "what was left out has defined nothing"


@pytest.mark.parametrize("name", ["a.py", "a.tex"])
@pytest.mark.parametrize("packed", ["AAAA", "eJw=", "====", "A"])
def test_a_damaged_graph_in_comments_is_named(tmp_path, name, packed):
    sign = "#" if name == "a.py" else "%"
    (tmp_path / name).write_text(f"{sign} micrograd-graph: {packed}\n", "utf-8")
    with pytest.raises(FileRefusal, match=rf"The graph in “{re.escape(name)}”"):
        documents.read(tmp_path / name)


def test_dot_keeps_the_target_ids_and_all_digits_and_a_number_changed_by_hand_counts(tmp_path):
    graph = parse("v0 = b+b; v1 = 0.5+b; v2 = v0/c", b=1 / 3, c=1e12 + 0.5)
    graph = graph.targeted(next(node.id for node in graph if node.label == "v0"))
    render(graph, tmp_path / "a.dot")
    read = documents.read(tmp_path / "a.dot")
    assert (shape(read), read.target) == (shape(graph), graph.target)
    assert {node.id: node.data for node in read} == {node.id: node.data for node in graph}
    text = (tmp_path / "a.dot").read_text("utf-8").replace("{ b | data 0.3333", "{ b | data 0.4000")
    (tmp_path / "a.dot").write_text(text, "utf-8")
    assert next(node.data for node in documents.read(tmp_path / "a.dot") if node.label == "b") == 0.4


def test_a_file_of_ours_may_have_any_suffix_and_what_is_wrong_in_it_is_named(tmp_path):
    (tmp_path / "a.json").write_text('{"format": "x"}')
    with pytest.raises(FileRefusal, match="its field “format”"):
        documents.read(tmp_path / "a.json")


def test_an_empty_dot_file_is_called_empty(tmp_path):
    (tmp_path / "a.dot").write_text(" \n")
    with pytest.raises(FileRefusal, match=r"“a[.]dot” cannot be read as DOT: it is empty"):
        documents.read(tmp_path / "a.dot")
