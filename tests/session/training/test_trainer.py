"""Training: the numbers of PyTorch and of micrograd's demo, refusals, and where it stops."""

import math
import random

import numpy as np
import pytest
from msgspec.structs import replace

from micrograd_gui.document import datasets
from micrograd_gui.document.data import OPTIMISERS, Column, Data, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, redrawn, with_block
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.training.judge import judge_of
from micrograd_gui.session.training.trainer import Diverged, Prediction, Trainer

# The loss of the 20th step, by PyTorch 2.13.0, with the weights of seeds 0 to 9.
TORCH_LAST = (
    0.05383012755917839,
    0.0502798947397667,
    0.04483664416328848,
    0.03679061752911476,
    0.032888087048778415,
    0.07065773195069903,
    0.04952100680125475,
    0.06197817297342938,
    0.06737962465580183,
    0.04157694892631075,
)
# Every tenth loss of micrograd's demo, by karpathy/micrograd 0.1.0.
DEMO = (
    0.8958441028683222,
    0.2450702385365804,
    0.18977522856087634,
    0.11731297569011857,
    0.060160098952344594,
    0.09875114765619633,
    0.03259711157810221,
    0.014229870065926905,
    0.01231850080051584,
    0.010984458327280172,
)
DEMO_LAST = 0.010978370135492717


def losses(training: Trainer, steps: int) -> list[float]:
    return [training.step().loss for _ in range(steps)]


def line(data: Data | None = None, text: str = "x = 1; w = 2; y = 3; L = (w*x - y)**2") -> Graph:
    graph = graph_from_expression(text)
    graph = graph.marked(graph.named("w"), "parameter")
    rows = Data((Column("x"), Column("y")), ((1.0, 2.0), (2.0, 5.0), (-1.0, -1.0))) if data is None else data
    return graph.fed(rows.matched(graph.nodes))


def torch_losses(seed: int, steps: int, rate: float) -> list[float]:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    draw = random.Random(seed)
    layers = []
    for n, m in ((3, 4), (4, 4), (4, 1)):
        drawn = [[draw.uniform(-1, 1) for _ in range(n)] for _ in range(m)]
        layers.append(torch.tensor(drawn, dtype=torch.double, requires_grad=True))
        layers.append(torch.zeros(m, dtype=torch.double, requires_grad=True))
    rows = torch.tensor(datasets.make("lecture").rows, dtype=torch.double)
    found = []
    for _ in range(steps):
        h = rows[:, :3]
        for w, b in zip(layers[::2], layers[1::2], strict=True):
            h = torch.tanh(h @ w.T + b)
        loss = ((h[:, 0] - rows[:, 3]) ** 2).sum()
        found.append(loss.item())
        with torch.no_grad():
            for p, grad in zip(layers, torch.autograd.grad(loss, layers), strict=True):
                p -= rate * grad
    return found


@pytest.mark.parametrize("seed", range(10))
def test_the_lecture_s_network_learns_as_in_pytorch(seed: int) -> None:
    found = losses(Trainer(redrawn(load_example("mlp"), seed)), 20)
    assert found[-1] == pytest.approx(TORCH_LAST[seed], abs=1e-9)
    assert found[-1] < 0.2


@pytest.mark.parametrize("seed", range(10))
def test_every_loss_of_the_lecture_s_network_is_pytorch_s(seed: int) -> None:
    theirs = torch_losses(seed, 20, 0.05)
    assert losses(Trainer(redrawn(load_example("mlp"), seed)), 20) == pytest.approx(theirs, abs=1e-9)


def test_the_moons_learn_as_in_micrograd_s_demo() -> None:
    training = Trainer(load_example("moons"))
    steps = [training.step() for _ in range(100)]
    assert [step.loss for step in steps[::10]] == pytest.approx(DEMO, abs=1e-9)
    assert steps[-1].loss == pytest.approx(DEMO_LAST, abs=1e-9)
    assert (steps[0].accuracy, steps[-1].accuracy, training.accuracy) == (0.5, 1.0, 1.0)
    assert [step.rate for step in steps[:3]] == pytest.approx([1.0, 0.991, 0.982])


def test_the_demo_s_rate_stays_at_a_tenth_after_its_hundred_steps() -> None:
    training = Trainer(load_example("moons"))
    training.resume(500, ())
    assert training.rate == pytest.approx(0.1)


def test_xor_is_learned_by_a_hidden_layer() -> None:
    training = Trainer(load_example("xor"))
    assert losses(training, 200)[-1] < 0.01
    assert training.accuracy == 1.0


def test_a_line_is_fitted_as_by_least_squares() -> None:
    graph = load_example("line")
    assert graph.data is not None
    training = Trainer(graph)
    losses(training, 200)
    x, y = np.array(graph.data.rows).T
    assert [training.named()[name] for name in ("w", "b")] == pytest.approx(np.polyfit(x, y, 1), abs=1e-9)
    assert training.accuracy is None


@pytest.mark.parametrize("name", ["mlp", "moons", "xor", "line"])
def test_gradients_are_the_slopes_of_the_loss(name: str) -> None:
    graph = load_example(name)
    step = Trainer(graph).step()
    for at in range(0, len(step.grads), max(1, len(step.grads) // 8)):
        node, around = graph.parameters[at], []
        for h in (1e-6, -1e-6):
            moved = graph.numbered({node: graph.nodes[node].data + h})
            around.append(Trainer(moved).loss)
        assert (around[0] - around[1]) / 2e-6 == pytest.approx(step.grads[at], rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_optimisers_are_pytorch_s(name: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    p = torch.tensor([1.0, -2.0, 3.0], dtype=torch.double, requires_grad=True)
    optim = torch.optim
    theirs = optim.Adam([p], lr=0.1) if name == "adam" else optim.SGD([p], lr=0.1, momentum=0.9)
    ours = np.array([1.0, -2.0, 3.0])
    moments = OPTIMISERS[name].start(ours)
    for k in range(50):
        theirs.zero_grad()
        (p**2 + torch.sin(p)).sum().backward()
        theirs.step()
        ours, moments = OPTIMISERS[name].update(ours, 2 * ours + np.cos(ours), 0.1, moments, k)
    assert ours.tolist() == pytest.approx(p.tolist(), abs=1e-9)
    assert len(moments) == len(OPTIMISERS[name].columns)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("batch", [None, 2, 3])
def test_the_same_seed_gives_the_same_run_to_the_bit(optimiser: str, batch: int | None) -> None:
    plan = TrainingPlan(0.01, optimiser, seed=7, batch=batch)
    runs = [losses(Trainer(load_example("mlp"), plan), 30) for _ in range(2)]
    assert runs[0] == runs[1]
    if batch == 2:
        assert losses(Trainer(load_example("mlp"), replace(plan, seed=8)), 30) != runs[0]


def test_a_batch_is_so_many_rows_and_its_loss_their_mean() -> None:
    training = Trainer(line(), TrainingPlan(0.01, batch=1))
    columns = (Column("x"), Column("y"))
    singles = [Trainer(line(Data(columns, (row,))), TrainingPlan(0.01)).loss for row in line().data.rows]
    assert training.loss in singles
    assert Trainer(line(), TrainingPlan(0.01)).loss == pytest.approx(sum(singles) / 3)
    assert Trainer(line(), TrainingPlan(0.01, batch=99)).loss == Trainer(line(), TrainingPlan(0.01)).loss


def test_the_sum_over_rows_is_as_many_times_their_mean() -> None:
    graph = line()
    summed = graph.fed(replace(graph.data, reduction="sum"))
    assert Trainer(summed).loss == pytest.approx(3 * Trainer(graph).loss)


def test_a_run_that_is_resumed_goes_on_as_if_nothing_had_been() -> None:
    plan = TrainingPlan(0.05, "adam", batch=2)
    whole = losses(Trainer(load_example("mlp"), plan), 20)
    first = Trainer(load_example("mlp"), plan)
    begun = losses(first, 9)
    second = Trainer(load_example("mlp").numbered(first.by_node(first.numbers)), plan)
    second.resume(first.k, first.moments)
    assert begun + losses(second, 11) == whole


# Refusals and stops ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graph", "sentence"),
    [
        (lambda: Graph(), "no target"),
        (lambda: graph_from_expression("a = 1"), "no target"),
        (lambda: load_example("neuron"), "no row"),
        (lambda: line(Data((Column("x"), Column("y")))), "no row"),
        (lambda: line().without({line().named("x")}), "“x” is bound to nothing"),
        (lambda: line().marked(line().named("w"), ""), "no parameter"),
        (lambda: line().unwired(line().nodes[line().target].inputs[0], 1), "nothing on its second port"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(graph: object, sentence: str) -> None:
    assert callable(graph)
    with pytest.raises(Refusal, match=sentence) as refused:
        Trainer(graph())
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("rate", [0.0, -0.1, 1e300, math.nan])
def test_a_rate_that_cannot_be_is_refused(rate: float) -> None:
    with pytest.raises(Refusal, match="rate"):
        Trainer(line(), TrainingPlan(rate))


def test_a_loss_that_leaves_its_domain_names_the_row_and_the_node() -> None:
    rows = Data((Column("x"), Column("y")), ((1.0, 1.0), (2.0, 1.0), (-1.0, 1.0)))
    with pytest.raises(Diverged) as refused:
        Trainer(line(rows, "x = 1; w = 2; y = 3; n = w*x; L = (log(n) - y)**2")).step()
    assert "row 3" in str(refused.value)
    assert "log" in str(refused.value)


def test_a_step_too_far_is_not_taken() -> None:
    training = Trainer(line(text="x = 1; w = 2; y = 3; L = exp(w*x) - y*w"), TrainingPlan(1000.0))
    seen: list[list[float]] = []

    def go_on() -> None:
        while True:
            seen.append(training.numbers.tolist())
            training.step()

    with pytest.raises(Diverged, match="would make the loss not finite: in row"):
        go_on()
    assert training.numbers.tolist() == seen[-1]
    assert math.isfinite(training.loss)


# Accuracy and predictions ------------------------------------------------------------------------


def test_accuracy_has_a_meaning_for_signs_and_for_probabilities_only() -> None:
    assert judge_of(load_example("moons")).threshold == 0.0
    assert judge_of(load_example("line")).threshold is None
    graph, _ = with_block(Graph(), BlockSpec("neuron", 2, linear=True, seed=1))
    graph, _ = with_block(graph, BlockSpec("loss", form="cross_entropy"))
    rows = datasets.make("or")
    rows = replace(rows, rows=tuple((*row[:-1], (row[-1] + 1) / 2) for row in rows.rows))
    graph = graph.fed(rows.matched(graph.nodes))
    assert judge_of(graph).threshold == 0.5
    training = Trainer(graph, TrainingPlan(1.0))
    losses(training, 200)
    assert training.accuracy == 1.0
    assert judge_of(load_example("neuron")) is None


@pytest.mark.parametrize("loss", ["relu(1 + n*o)", "relu(1 - -n*o)", "relu(1 + o*n)*0.5 + 0.001*(w1*w1)"])
def test_an_answer_that_the_loss_wants_to_differ_is_that_of_no(loss) -> None:
    """micrograd's demo multiplies by −y, and that is what a live graph has of it: training tells."""
    graph = graph_from_expression(f"n = 1; o = w1*x1 + w2*x2 + b; L = {loss}")
    for name in ("w1", "w2", "b"):
        graph = graph.marked(graph.named(name), "parameter")
    rows = datasets.make("and")
    turned = replace(rows, rows=tuple((*row[:-1], -row[-1]) for row in rows.rows))
    names = [replace(column, name="n") for column in turned.columns[-1:]]
    graph = graph.fed(replace(turned, columns=(*turned.columns[:-1], *names)).matched(graph.nodes))
    assert judge_of(graph).opposite
    training = Trainer(graph, TrainingPlan(0.1))
    losses(training, 800)
    assert training.accuracy == 1.0


def test_in_a_graph_drawn_by_hand_the_prediction_is_what_the_answer_meets() -> None:
    graph = graph_from_expression("y = 1; o = tanh(w1*x1 + w2*x2); L = relu(1 - y*o)")
    for name in ("w1", "w2"):
        graph = graph.marked(graph.named(name), "parameter")
    graph = graph.fed(datasets.make("and").matched(graph.nodes))
    judge = judge_of(graph)
    assert (judge.prediction, judge.answer, judge.threshold) == (graph.named("o"), graph.named("y"), 0.0)


def test_an_input_that_is_the_only_column_is_no_answer() -> None:
    graph = graph_from_expression("x = 1; w = 2; L = (w*x - 3)**2")
    graph = graph.marked(graph.named("w"), "parameter")
    graph = graph.fed(Data((Column("x", graph.named("x")),), ((1.0,), (-1.0,))))
    assert judge_of(graph) is None
    assert Trainer(graph).accuracy is None


def test_one_input_by_hand_is_fitted_to_its_answer_wherever_the_answer_stands() -> None:
    for text in ("o = w*x; L = (o - y)**2", "o = w*x; L = abs(y - o)", "o = w*x; L = (-y + o)**2"):
        graph = graph_from_expression(text)
        graph = graph.marked(graph.named("w"), "parameter")
        columns = Column("x", graph.named("x")), Column("y", graph.named("y"))
        judge = judge_of(graph.fed(Data(columns, ((1.0, 2.0), (2.0, 4.0)))))
        assert judge is not None, text
        assert (judge.prediction, judge.answer) == (graph.named("o"), graph.named("y")), text


def test_a_prediction_at_many_points_is_what_each_row_says() -> None:
    graph = load_example("moons")
    judge, data = judge_of(graph), graph.data
    assert judge is not None
    assert data is not None
    points = np.array(data.rows)[:, :2].T
    found = Prediction(graph, judge.prediction, [graph.named("x1"), graph.named("x2")]).at(points)
    training = Trainer(graph)
    for row in (0, 50, 99):
        shown = graph.showing(row)
        assert found[row] == pytest.approx(training.frame(shown).data[judge.prediction], abs=1e-12)
