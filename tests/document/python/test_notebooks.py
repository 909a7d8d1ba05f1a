# ruff: noqa: E501
"""Whole notebooks, pasted cell by cell in order, give the numbers that Python gives."""

from functools import cache

import pytest

import micrograd_gui as mg
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.datasets import make
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python.workspace import Workspace
from micrograd_gui.session.measure import complete
from tests.document.python.followers import FOLLOWERS
from tests.document.python.notebooks import CLASSES, LOOP, NOTEBOOKS, ROWS, TRAINED
from tests.document.python.oracle import by_python

ALL = NOTEBOOKS | FOLLOWERS


@cache
def told() -> dict[str, list[str]]:
    """What Python prints, notebook by notebook."""
    return dict(zip(ALL, by_python(list(ALL.values())), strict=True))


@cache
def after(cells: tuple[str, ...]) -> Graph:
    """The graph after those cells; what begins alike is pasted once."""
    return pasted(after(cells[:-1]), cells[-1], None)[0] if cells else Graph()


def paste_all(cells: list[str]) -> list[Graph]:
    """The graph after each cell."""
    return [after(tuple(cells[: count + 1])) for count in range(len(cells))]


def work(graph: Graph) -> Workspace:
    assert isinstance(graph.workspace, Workspace)
    return graph.workspace


@pytest.mark.parametrize("name", ALL)
def test_each_cell_prints_what_python_prints(name):
    graphs = paste_all(ALL[name])
    assert [work(graph).cells[-1].printed for graph in graphs] == told()[name]


def test_the_graph_of_the_loss_is_on_the_canvas_with_its_modules_as_blocks():
    graphs = paste_all(TRAINED[:6])
    graph, printed = graphs[-1], told()["trained"][5]
    assert repr(complete(graph).data[graph.target]) in printed
    assert [block.title for block in graph.blocks[:2]] == ["n: MLP", "layers[0]"]
    assert sum(node.role == "parameter" for node in graph) == 41


def test_a_loop_that_trains_is_the_plan_with_the_rows_and_train_does_what_it_does():
    graph = paste_all(TRAINED[:12])[-1]
    assert graph.data is not None
    assert graph.plan is not None
    assert [column.name for column in graph.data.columns] == ["xs1", "xs2", "xs3", "ys"]
    assert graph.data.rows[1] == (3.0, -1.0, 0.5, -1.0)
    assert (graph.plan.rate, graph.plan.steps, graph.data.reduction) == (0.05, 20, "sum")
    losses = [float(line.split()[1]) for line in work(graph).cells[-1].printed.splitlines()]
    assert mg.train(graph, steps=20, rate=0.05).losses == pytest.approx(losses, rel=1e-12)


def test_a_loop_that_is_too_long_to_be_walked_through_is_still_the_plan():
    cells = [
        CLASSES,
        ROWS,
        "random.seed(42)\nn = MLP(3, [4, 4, 1])",
        LOOP.replace("20", "5_000") + "print('after')",
    ]
    graph = paste_all(cells)[-1]
    assert graph.plan is not None
    assert graph.plan.steps == 5_000
    cell = work(graph).cells[-1]
    assert cell.printed == ""
    assert "too long to be walked through here" in cell.notes[0]
    before = paste_all(cells[:3] + ["n.layers[0].neurons[0].w[0].data"])[-1]
    later, _ = pasted(graph, "n.layers[0].neurons[0].w[0].data", None)
    assert work(later).cells[-1].printed == work(before).cells[-1].printed
    with pytest.raises(mg.Refusal, match="loss is not defined"):
        pasted(graph, "print(loss.data)", None)


def test_what_was_trained_on_the_canvas_is_what_the_next_cell_sees():
    graph = paste_all(TRAINED[:12])[-1]
    done = mg.train(graph, steps=20, rate=0.05)
    later, _ = pasted(done.graph, "[n(x).data for x in xs]", None)
    trained = [float(each) for each in work(later).cells[-1].printed.strip("[]\n").split(", ")]
    python = [float(each) for each in told()["trained"][-1].strip("[]\n").split(", ")]
    assert trained == pytest.approx(python, rel=1e-12)


def test_a_loop_without_zero_grad_is_no_plan_and_says_so():
    cells = [
        CLASSES,
        ROWS,
        "random.seed(42)\nn = MLP(3, [4, 4, 1])",
        LOOP.replace("    p.grad = 0.0", "    pass").replace("20", "3"),
    ]
    graph = paste_all(cells)[-1]
    assert graph.plan is None
    assert "does not set the grads to 0" in work(graph).cells[-1].notes[0]


def test_a_loop_over_one_number_is_a_plan_with_one_row():
    graph = paste_all([NOTEBOOKS["linear"][3]])[-1]
    w = graph.nodes[graph.named("w")]
    assert (w.role, w.data) == ("parameter", 5.0)
    assert graph.plan is not None
    assert (graph.plan.rate, graph.plan.steps) == (pytest.approx(0.2), 10)
    assert graph.data is not None
    assert len(graph.data) == 1


def test_with_the_classes_of_the_lecture_a_network_is_the_lectures_and_without_them_micrograds():
    make = "random.seed(1)\nn = MLP(3, [4, 4, 1])\no = n([1.0, 2.0, 3.0])"
    with_classes = paste_all([CLASSES, make])[-1]
    assert sum(node.op == "tanh" for node in with_classes) == 9
    assert not any(node.op == "relu" for node in with_classes)
    biases = [node.data for node in with_classes if node.label.endswith(".b")]
    assert len(biases) == 9
    assert 0.0 not in biases
    without = paste_all([make])[-1]
    assert sum(node.op == "relu" for node in without) == 8
    with pytest.raises(mg.Refusal, match="takes 3 operands, not 4"):
        pasted(with_classes, "m = MLP(3, [2], 'relu')", None)


DEMO = [
    "np.random.seed(1337)\nrandom.seed(1337)",
    "from sklearn.datasets import make_moons, make_blobs\nX, y = make_moons(n_samples=12, noise=0.1)\ny = y*2 - 1\nplt.scatter(X[:,0], X[:,1], c=y)",
    "model = MLP(2, [4, 1])",
    "def loss(batch_size=None):\n    if batch_size is None:\n        Xb, yb = X, y\n    else:\n        ri = np.random.permutation(X.shape[0])[:batch_size]\n        Xb, yb = X[ri], y[ri]\n    inputs = [list(map(Value, xrow)) for xrow in Xb]\n    scores = list(map(model, inputs))\n    losses = [(1 + -yi*scorei).relu() for yi, scorei in zip(yb, scores)]\n    data_loss = sum(losses) * (1.0 / len(losses))\n    reg_loss = 1e-4 * sum((p*p for p in model.parameters()))\n    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores)]\n    return data_loss + reg_loss, sum(accuracy) / len(accuracy)\n\ntotal_loss, acc = loss()\nprint(total_loss, acc)",
    "for k in range(100):\n    total_loss, acc = loss()\n    model.zero_grad()\n    total_loss.backward()\n    learning_rate = 1.0 - 0.9*k/100\n    for p in model.parameters():\n        p.data -= learning_rate * p.grad\n    if k % 10 == 0:\n        print(f'step {k} loss {total_loss.data}, accuracy {acc*100}%')",
]  # fmt: skip


def test_micrograds_demo_is_a_plan_over_its_moons_with_its_falling_rate():
    graphs = paste_all(DEMO)
    moons = make("moons", 12, 0.1, 1337)
    graph = graphs[-1]
    assert graph.data is not None
    assert graph.plan is not None
    assert [row[:2] for row in graph.data.rows] == [row[:2] for row in moons.rows]
    assert (graph.plan.rate, graph.plan.schedule, graph.plan.steps) == (1.0, "demo", 100)
    first = float(work(graphs[-1]).cells[-1].printed.split()[3].rstrip(","))
    assert mg.train(graph, steps=1, rate=1.0).losses[0] == pytest.approx(first, rel=1e-12)
    assert f"data={first}" in work(graphs[3]).cells[-1].printed


def test_a_large_loss_over_samples_alike_comes_as_one_row_and_the_rows():
    graph = paste_all([*DEMO[:1], DEMO[1].replace("12", "40"), *DEMO[2:4]])[-1]
    assert len(graph) < 100
    assert graph.data is not None
    assert len(graph.data) == 40
    assert "40 samples alike" in work(graph).cells[-1].notes[0]


def test_a_weight_in_an_array_or_in_an_object_made_from_a_list_goes_by_its_place_and_is_found_again(tmp_path):
    cells = [
        "import numpy as np\nW = np.array([[Value(i - j/2) for j in range(2)] for i in range(2)])\nx = np.array([1.0, -2.0])",
        "class Weights(list):\n    pass\nw = Weights([Value(0.5), Value(-1.0)])\nL = (np.tanh(W @ x)*np.array(w)).sum()",
    ]
    graph = paste_all(cells)[-1]
    assert {node.title for node in graph if node.op is None and node.title} >= {
        "W[0][0]",
        "W[1][1]",
        "w[0]",
        "w[1]",
    }
    path = tmp_path / "net.micrograd"
    mg.write(graph, path)
    later = "L.backward()\nprint(W[1][1].grad, w[0].grad)\nW[1][1] is W[1, 1]"
    printed = [work(pasted(each, later, None)[0]).cells[-1].printed for each in (graph, mg.read(path))]
    assert printed == [by_python([[*cells, later]])[0][-1]] * 2
