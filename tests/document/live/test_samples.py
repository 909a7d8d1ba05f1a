# ruff: noqa: E501
"""A loss over samples alike, opened as the graph of one row with the rows as data."""

import random
from functools import reduce
from operator import add

import pytest

from micrograd import Value, losses, nn
from micrograd_gui.app.notebooks.live import Link, present
from micrograd_gui.document.data_edits import counts_often
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.capture import capture
from micrograd_gui.session.session import Session
from micrograd_gui.session.training.rows import rows_loss
from tests.document.live.test_foreign_values import Foreign
from tests.engine.demo import loss, moons

ROWS = 12


class Demo:
    """The variables of a notebook after a loss over a batch of two moons."""

    def __init__(self, form, rows=ROWS, sizes=(6, 6, 1)):
        random.seed(1337)
        self.X, self.y = moons(rows)
        self.model = nn.MLP(2, list(sizes))
        self.L = form(self)
        self.L.backward()

    @property
    def scores(self):
        return [self.model([Value(x) for x in row]) for row in self.X]

    def names(self):
        return {**vars(self), "p": self.model.parameters()[-1]}


def svm(demo):
    return loss(demo.model, demo.X, demo.y, Value)


def squared(demo):
    return sum((score - float(y)) ** 2 for score, y in zip(demo.scores, demo.y, strict=True))


FORMS = {
    "max-margin and L2": (svm, "mean"),
    "sum of squares": (squared, "sum"),
    "mean": (lambda demo: squared(demo) / ROWS, "mean"),
    "mean by a factor, doubled": (lambda demo: squared(demo) * (1.0 / ROWS) * 2, "mean"),
    "sum, scaled": (lambda demo: 0.1 * squared(demo), "sum"),
    "sum and L2": (lambda demo: squared(demo) + 0.01 * sum(p * p for p in demo.model.parameters()), "sum"),
    "mean of all": (lambda demo: (squared(demo) + 0.01 * sum(p * p for p in demo.model.parameters())) / ROWS, "sum"),
    "negated": (lambda demo: 3 - squared(demo), "sum"),
    "without a zero": (lambda demo: reduce(add, [-s.sigmoid().log() for s in demo.scores]), "sum"),
    "each a sum": (lambda demo: sum(s * s + 2 * s for s in demo.scores), "sum"),
    "each a sum, without a zero": (lambda demo: reduce(add, [s * s + s.tanh() + s for s in demo.scores]), "sum"),
    "of scores": (lambda demo: sum(demo.scores) / ROWS, "mean"),
    "other way round": (lambda demo: reduce(lambda total, one: one + total, [s * s for s in demo.scores]), "sum"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_samples_alike_become_rows_and_every_number_is_the_live_one(form):
    make, reduction = FORMS[form]
    demo = Demo(make)
    found = capture(demo.L, demo.names())
    graph = found.graph
    assert len(graph.data) == ROWS
    assert graph.data.reduction == reduction
    session = Session()
    session.open_graph(graph)
    assert present(session, found) == found.note  # nothing differs
    trained = rows_loss(graph)
    at = trained.at([graph.nodes[node].data for node in graph.parameters])
    assert at.loss == pytest.approx(demo.L.data, rel=1e-9)
    frame = session.state.frame
    for node, value in found.objects.items():
        assert frame.data[node] == pytest.approx(value.data, rel=1e-9)
        if graph.nodes[node].role == "parameter":
            assert frame.grad[node] == pytest.approx(value.grad, rel=1e-9, abs=1e-15)
    assert len(graph.parameters) == len(demo.model.parameters())


def test_the_modules_of_the_caller_name_the_parameters_and_fold():
    demo = Demo(svm)
    graph = capture(demo.L, demo.names()).graph
    neuron = demo.model.layers[1].neurons[3]
    (weight,) = [node for node in graph if node.label == "model.layers[1].neurons[3].w[2]"]
    assert (weight.data, weight.role) == (neuron.w[2].data, "parameter")
    blocks = {block.title: block for block in graph.blocks}
    assert [each.kind for each in graph.blocks].count("neuron") == 13
    assert blocks["model: MLP"].kind == "mlp"
    assert blocks["layers[1]"].parent == blocks["model: MLP"].id
    inner = blocks["layers[1].neurons[3]"]
    assert inner.collapsed
    assert weight.id in inner.members
    assert [graph.nodes[node].op for node in inner.outputs] == ["relu"]
    assert blocks["the same for all rows"].kind == "loss"
    (score,) = blocks["model: MLP"].outputs
    assert graph.nodes[score].op == "+"


def test_where_nobody_names_the_modules_both_notes_are_told():
    found = capture(Demo(squared, rows=4, sizes=(16, 16, 1)).L)
    assert found.of_rows
    assert found.note.startswith("4 samples alike")
    assert found.note.endswith("double-click one to look inside.")


def test_the_rows_are_named_as_the_tables_of_the_caller():
    demo = Demo(svm)
    data = capture(demo.L, demo.names()).graph.data
    assert [column.name for column in data.columns] == ["X1", "X2", "−y"]
    assert [row[:2] for row in data.rows] == [tuple(row) for row in demo.X.tolist()]
    assert [row[2] for row in data.rows] == [-y for y in demo.y]
    plain = capture(demo.L, {}).graph
    assert [column.name for column in plain.data.columns] == ["x1", "x2", "y"]
    assert len(plain.parameters) == len(demo.model.parameters())


def test_a_line_of_anothers_values_and_lists_of_numbers():
    xs, ys = [k / 50 for k in range(200)], [3 * k / 50 + 1 for k in range(200)]
    w, b = Foreign(0.5), Foreign(-0.25)
    total = Foreign(0.0)
    for x, y in zip(xs, ys, strict=True):
        total = total + (w * x + b - Foreign(y)) ** 2
    total.backward()
    found = capture(total, {"w": w, "b": b, "xs": xs, "ys": ys, "total": total})
    assert [column.name for column in found.graph.data.columns] == ["xs", "ys"]
    assert {node.label for node in found.graph if node.role == "parameter"} == {"w", "b"}
    session = Session()
    session.open_graph(found.graph)
    assert present(session, found) == found.note
    assert found.note.startswith(
        "200 samples alike: the graph of one row, and 200 rows in Data, over which total = "
    )


@pytest.mark.parametrize(
    "form",
    [
        lambda demo: squared(demo).sqrt(),
        lambda demo: squared(demo) * squared(demo),
        lambda demo: sum(
            (s * s * s if k % 3 else s.tanh()) ** (2 + k % 4) for k, s in enumerate(demo.scores)
        ),
        lambda demo: sum(s * (k + 1.0) ** 2 for k, s in enumerate(demo.scores[:2])) * demo.scores[2],
    ],
)
def test_what_is_no_sum_of_samples_alike_is_shown_as_it_is(form):
    demo = Demo(form)
    found = capture(demo.L, demo.names())
    assert found.graph.data is None
    assert found.note == ""


def test_numbers_changed_by_hand_are_shown_node_for_node():
    demo = Demo(squared)
    demo.L.data += 1.0
    assert capture(demo.L, demo.names()).note == ""


def test_a_small_graph_is_shown_node_for_node():
    demo = Demo(squared, rows=4, sizes=(4, 1))
    found = capture(demo.L, demo.names())
    assert found.note == ""
    assert len(found.graph) == len(found.objects)


def test_a_graph_that_is_larger_than_can_be_shown_is_refused():
    x = Value(1.0)
    for _ in range(100_001):
        x = x + 1
    with pytest.raises(Refusal, match=r"^The graph has 200,003 nodes, and no more than 200,000 can be shown"):
        capture(x)


def test_after_a_step_of_training_refresh_keeps_nodes_and_tells_what_is_stale():
    demo = Demo(svm)
    names = demo.names()
    link = Link(demo.L, {}, names)
    session = Session()
    session.open_graph(link.found.graph)
    present(session, link.found)
    before = session.state.graph
    for p in demo.model.parameters():
        p.data -= 0.1 * p.grad
    names["L"] = svm(demo)
    demo.model.zero_grad()
    names["L"].backward()
    graph, found = link.refreshed(before)
    session.replace_graph(graph, "Refresh")
    link.take(found)
    after = session.state.graph
    assert present(session, link.found) == link.found.note
    assert after.nodes.keys() == before.nodes.keys()
    assert after.places == before.places
    assert after.blocks == before.blocks
    for p in demo.model.parameters():
        p.data -= 0.1 * p.grad  # behind the back of the loss
    graph, found = link.refreshed(after)
    session.replace_graph(graph, "Refresh")
    link.take(found)
    assert "in the live values, but a fresh run gives" in present(session, link.found)
    names["L"] = svm(Demo(svm, rows=20))
    assert len(link.refreshed(session.state.graph)[0].data) == 20


def test_what_the_rows_of_a_sum_share_is_not_said_to_count_often():
    demo = Demo(FORMS["sum and L2"][0])
    graph = capture(demo.L, demo.names()).graph
    (common,) = [block for block in graph.blocks if block.title == "the same for all rows"]
    assert graph.nodes[common.outputs[0]].op == "*"
    assert counts_often(graph) == ""


def test_where_samples_do_not_repeat_the_modules_fold_all_the_same():
    demo = Demo(
        lambda demo: sum(
            (s - float(y)) ** (2 + k % 4) for k, (s, y) in enumerate(zip(demo.scores, demo.y, strict=True))
        )
    )
    found = capture(demo.L, demo.names())
    graph = found.graph
    assert (found.note, graph.data) == ("", None)
    assert len(found.objects) == len(graph)
    assert sum(node.role == "parameter" for node in graph) == len(demo.model.parameters())
    assert "model.layers[2].neurons[0].b" in {node.label for node in graph}
    outer = [block for block in graph.blocks if block.parent is None]
    assert {block.title: len(block.outputs) for block in outer} == {"all else": 1, "model: MLP": ROWS}
    assert [block.kind for block in graph.blocks].count("neuron") == 13
    hidden = {node for block in graph.blocks for node in block.members}
    assert len(hidden) == len(graph)  # the inputs, too: there are many
    session = Session()
    session.open_graph(graph)
    assert present(session, found) == ""


def test_refresh_folds_the_new_values_of_a_loop_as_the_old_ones():
    unlike = FORMS["sum of squares"][0]
    demo = Demo(lambda demo: unlike(demo).sqrt())
    names = demo.names()
    link = Link(demo.L, {}, names)
    names["L"] = unlike(demo).sqrt()
    again = link.refreshed(link.found.graph)[0]
    assert [len(block.members) for block in again.blocks] == [
        len(block.members) for block in link.found.graph.blocks
    ]
    assert all(member in again.nodes for block in again.blocks for member in block.members)


class Unhashable:
    """A module of anybody's class, which is compared by what it holds."""

    def __init__(self):
        self.w = [Value(0.5), Value(-0.5)]
        self.b = Value(0.1)

    def __eq__(self, other):
        raise AssertionError("nobody asks whether modules are equal")

    def __call__(self, x):
        return (sum((w * x for w in self.w), self.b)).tanh()


def test_modules_of_any_class_fold_even_what_cannot_be_hashed():
    units = [Unhashable(), Unhashable()]
    total = sum(((units[0](x / 100) + units[1](x / 50) - 1.0) ** 2 for x in range(80)), Value(0.0))
    total.backward()
    graph = capture(total, {"units": units, "total": total}).graph
    assert len(graph.data) == 80
    assert [block.title for block in graph.blocks] == ["units[0]: Unhashable", "units[1]: Unhashable"]
    named = capture(total, {"one": units[0], "two": units[1]}).graph
    assert [block.title for block in named.blocks] == ["one: Unhashable", "two: Unhashable"]
    assert [block.kind for block in named.blocks] == ["neuron", "neuron"]
    assert {node.label for node in named if node.role == "parameter"} == {
        "one.w[0]", "one.w[1]", "one.b", "two.w[0]", "two.w[1]", "two.b",
    }  # fmt: skip


def test_the_neurons_of_a_layer_are_no_samples():
    network = nn.MLP(2, [16, 16, 1])
    out = network([Value(1.0), Value(-2.0)])
    for names in ({}, {"network": network, "out": out}):
        found = capture(out, names)
        assert found.graph.data is None
        assert "samples alike" not in found.note
        assert len(found.objects) == len(found.graph) > 900


@pytest.mark.parametrize("loss", ["mse", "max_margin", "binary_cross_entropy"])
def test_a_loss_of_the_library_is_read_as_the_graph_of_one_row(loss):
    net = nn.MLP(2, [2, 1], seed=1)
    rows = [[0.1 * k, 1.0 - 0.2 * k] for k in range(30)]
    answers = [k % 2 if loss == "binary_cross_entropy" else 2 * (k % 2) - 1 for k in range(30)]
    total = getattr(losses, loss)([net(row) for row in rows], answers)
    total.backward()
    live = capture(total, {"net": net})
    assert live.note.startswith("30 samples alike")
    assert "net.layers[0].neurons[1].w[0]" in {node.label for node in live.graph}
