"""The picture as data: laid out once per structure, numbers put in afterwards."""

import pytest
from msgspec.structs import replace

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.text import WIDEST, written
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.notebook_style import dot_text, lay_out_notebook, shape_of
from micrograd_gui.figures.parts import PADDING, Text
from micrograd_gui.figures.text_metrics import LABEL_AT_MOST, shown_label, width
from micrograd_gui.files import documents
from micrograd_gui.layout.graphviz import Engine, engines
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Frame, Pass, Run
from tests.hostile import LABELS

each_engine = pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)


def run(graph: Graph) -> Run:
    return record(graph, (Pass("forward"), Pass("backward")))


def at(picture: Figure, trace: Run, cursor: int) -> Figure:
    return picture.with_frame(trace.frame(cursor), trace.steps[cursor - 1] if cursor else None)


def still(text: Text) -> tuple[object, ...]:
    """All of a text that must not change from step to step."""
    return (text.node, text.role, text.x, text.y, text.anchor, text.size)


@each_engine
@pytest.mark.parametrize("name", [name for name in documents.example_names() if name != "moons"])
def test_every_node_has_its_box_every_op_its_oval_every_operand_its_wire(engine: Engine, name: str) -> None:
    graph = documents.load_example(name)
    picture = lay_out_notebook(graph, by=engine)
    assert {box.node for box in picture.boxes} == graph.nodes.keys()
    assert {oval.node for oval in picture.ovals} == {node.id for node in graph if not node.is_leaf}
    operands = {(source, node.id, port) for node in graph for port, source in enumerate(node.inputs)}
    assert {(w.source, w.node, w.port) for w in picture.wires if w.port is not None} == operands
    assert sum(wire.port is None for wire in picture.wires) == len(picture.ovals)


@each_engine
def test_all_shapes_lie_within_the_picture(engine: Engine) -> None:
    picture = lay_out_notebook(documents.load_example("neuron_exp"), by=engine)
    for box in picture.boxes:
        x, y, w, h = box.rect
        assert x >= 0
        assert x + w <= picture.width
        assert y >= 0
        assert y + h <= picture.height
        assert [cell.role for cell in box.cells] == ["label", "data", "grad"]
    for wire in picture.wires:
        assert len(wire.points) % 3 == 1
        assert len(wire.head) == 3
        assert all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in wire.points)


def test_both_wires_of_a_times_a_are_drawn_apart() -> None:
    picture = lay_out_notebook(documents.load_example("square"))
    first, second = (wire for wire in picture.wires if wire.port is not None)
    assert (first.port, second.port) == (0, 1)
    assert first.points != second.points


def test_nothing_moves_while_stepping() -> None:
    graph = documents.load_example("neuron")
    picture, trace = lay_out_notebook(graph), run(graph)
    pictures = [at(picture, trace, cursor) for cursor in range(len(trace) + 1)]
    for each in pictures:
        assert (each.boxes, each.ovals, each.wires) == (picture.boxes, picture.ovals, picture.wires)
        assert [still(text) for text in each.texts] == [still(text) for text in picture.texts]


def test_the_numbers_are_those_of_the_moment_and_a_dot_is_not_0() -> None:
    graph = documents.load_example("lecture")
    trace = run(graph)
    blank = lay_out_notebook(graph)
    assert {text.text for text in blank.texts if text.role == "data"} == {"data", "·"}
    last = at(blank, trace, len(trace))
    box = next(box for box in last.boxes if box.label == "a")
    assert [text.text for text in last.texts_of(box)] == ["a", "data", "2.0000", "grad", "6.0000"]


@pytest.mark.parametrize("widest", [WIDEST, written(-1.0), written(1e300), written(-99999.0, 12)])
def test_the_widest_number_fits_its_field_beside_the_fields_name(widest: str) -> None:
    picture = lay_out_notebook(documents.load_example("lecture"), widest)
    for box in picture.boxes:
        for cell in box.cells[1:]:
            room = cell.width - 2 * PADDING
            assert width(cell.role, 12.0) + width(widest, 14.0, bold=True) < room


def test_a_constant_without_a_label_is_called_its_number_as_everywhere() -> None:
    graph = graph_from_expression("a = 1; y = a/0 + -2.5")
    blank = lay_out_notebook(graph)
    for picture in (blank, at(blank, run(graph), 0)):
        called = [text.text for text in picture.texts if text.role == "label"]
        assert called == [shown_label(graph.nodes[box.node].name) for box in picture.boxes]
        assert {"0", "−2.5"} <= set(called)
    constant = next(node.id for node in graph if node.name == "−2.5")
    changed = graph.valued(constant, -0.0001234567)
    later = at(blank, run(changed), 0)
    box = next(box for box in later.boxes if box.node == constant)
    label, *_ = later.texts_of(box)
    assert label.text == changed.nodes[constant].name, "with no new layout"
    assert width(label.text, label.size, bold=True) <= box.cells[0].width


def test_a_label_fits_its_field() -> None:
    graph = graph_from_expression("a = 1; L = tanh(a)").relabelled(1, "日本語のラベル WWWW")
    cell = lay_out_notebook(graph).boxes[0].cells[0]
    assert width("日本語のラベル WWWW", 14.0, bold=True) <= cell.width


def test_what_the_step_did_stands_out() -> None:
    graph = documents.load_example("lecture")
    trace, picture = run(graph), lay_out_notebook(graph)
    last = at(picture, trace, len(trace))
    e, a, b = (graph.named(label) for label in "eab")
    assert last.acting == e
    assert last.fresh == {(a, "grad"), (b, "grad")}
    assert {(w.source, w.node) for w in last.wires if last.lit(w)} == {(a, e), (b, e), (e, e)}
    assert {text.text for text in last.texts if text.bold and text.role == "grad"} == {"6.0000", "−4.0000"}
    seed = at(picture, trace, trace.ends[0] + 1)
    assert seed.fresh == {(graph.named("L"), "grad")}
    assert seed.acting == graph.named("L")
    assert not any(seed.lit(wire) for wire in seed.wires), "the seed goes through no op"
    forward = at(picture, trace, 1)
    assert forward.fresh == {(e, "data")}
    start = at(picture, trace, 0)
    assert start.acting is None
    assert not any(start.lit(wire) for wire in start.wires)


def test_numbers_do_not_change_the_shape_and_all_else_does() -> None:
    graph = graph_from_expression("a = 2; L = a*3")
    shape = shape_of(graph)
    assert shape_of(graph.valued(1, 5.0)) == shape
    assert shape_of(graph.valued(2, 5.0)) == shape, "the name of a constant is put in as its number is"
    assert shape_of(graph.moved({1: (5.0, 5.0)})) == shape
    assert shape_of(graph.relabelled(1, "other")) != shape
    assert shape_of(graph.unwired(3, 0)) != shape
    assert shape_of(graph.added("tanh", (0, 0))) != shape


def test_an_empty_port_leaves_its_wire_out_and_nothing_breaks() -> None:
    graph = Graph().added(None, (0, 0)).added("+", (0, 0)).wired(1, 2, 1)
    picture = lay_out_notebook(graph)
    assert [(w.source, w.node, w.port) for w in picture.wires if w.port is not None] == [(1, 2, 1)]
    assert lay_out_notebook(Graph()).boxes == ()


def test_a_layout_from_top_to_bottom_has_its_fields_one_below_the_other() -> None:
    picture = lay_out_notebook(documents.load_example("square"), rankdir="TB")
    label, data, grad = picture.boxes[0].cells
    assert label.y < data.y < grad.y
    assert picture.height > picture.width / 2
    assert all(start[1] == end[1] for start, end in picture.boxes[0].dividers)


@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_a_label_of_any_kind_leaves_the_graph_as_it_is(label: str) -> None:
    graph = graph_from_expression("a = 2; b = 3; L = a*b").relabelled(1, label)
    picture = lay_out_notebook(graph)
    assert len(picture.boxes) == 3
    assert len(picture.wires) == 3
    shown = next(box.label for box in picture.boxes if box.node == 1)
    assert len(shown) <= LABEL_AT_MOST
    assert shown.replace("\u200d", "").isprintable(), "what joins letters and emoji stays"
    assert shown.isascii() or not any(each in shown for each in "\u202e\u202c\u2066")


def test_a_plain_label_is_shown_as_it_is_and_a_long_one_is_cut() -> None:
    assert shown_label("x1w1 + x2w2") == "x1w1 + x2w2"
    assert shown_label("weiß_ñ μ 日本") == "weiß_ñ μ 日本"
    assert shown_label("a" * 100) == "a" * (LABEL_AT_MOST - 1) + "…"


@each_engine
@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_the_dot_text_is_read_by_graphviz_with_the_same_nodes(engine: Engine, label: str) -> None:
    graph = graph_from_expression("a = 2; b = 3; L = a*b").relabelled(1, label)
    trace = run(graph)
    answer = engine.run(dot_text(graph, trace.frame(len(trace))), "plain", time_limit=60).decode(
        "utf-8", "replace"
    )
    lines = answer.splitlines()
    assert sum(line.startswith("node n") for line in lines) == 4
    assert sum(line.startswith("edge n") for line in lines) == 3


def test_the_dot_text_is_the_lectures_picture() -> None:
    graph = documents.load_example("lecture")
    trace = run(graph)
    text = dot_text(graph, trace.frame(len(trace)))
    assert "{ a | data 2.0000 | grad 6.0000 }" in text
    assert "{ L | data -8.0000 | grad 1.0000 }" in text
    assert 'label="*"' in text
    assert "rankdir=LR" in text


def test_a_number_that_is_not_known_yet_is_left_out_of_the_dot_text() -> None:
    graph = documents.load_example("lecture")
    text = dot_text(graph, Frame({graph.named("a"): 2.0}))
    assert "{ a | data 2.0000 | grad 0.0000 }" in text
    assert "{ L }" in text


def test_a_large_graph_is_laid_out_in_a_moment() -> None:
    graph = graph_from_expression("; ".join(["x = 1", *(f"x = tanh(x) + {i}" for i in range(120))]))
    picture = lay_out_notebook(replace(graph), time_limit=20)
    assert len(picture.boxes) == len(graph) > 350
