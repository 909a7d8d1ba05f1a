"""Losses and optimisers: PyTorch's numbers, the forms that do not overflow, and what is refused."""

import json
import math

import pytest

from micrograd import Value, gradcheck, losses, nn, optim
from tests.engine import torch_training

FROZEN = json.loads(torch_training.FROZEN.read_text("utf-8"))


@pytest.mark.parametrize(("loss", "optimiser"), torch_training.cases())
def test_the_losses_over_some_steps_are_pytorchs(loss, optimiser):
    found = torch_training.ours(loss, optimiser)
    assert found == pytest.approx(FROZEN[f"{loss} {optimiser}"], rel=1e-12, abs=1e-12)
    assert found[-1] < found[0]


def test_the_frozen_losses_are_pytorchs():
    pytest.importorskip("torch")
    for loss, optimiser in torch_training.cases()[::5]:
        found = torch_training.pytorchs(loss, optimiser)
        assert found == pytest.approx(FROZEN[f"{loss} {optimiser}"], rel=1e-12, abs=1e-12)


def values(*numbers):
    return [Value(x) for x in numbers]


def test_each_loss_is_the_mean_of_its_formula():
    o, sigma = (0.5, -2.0, 3.0), lambda x: 1 / (1 + math.exp(-x))
    assert losses.mse(values(*o), [1, 0, 3]).data == pytest.approx((0.25 + 4 + 0) / 3)
    assert losses.max_margin(values(*o), [1, 1, -1]).data == pytest.approx((0.5 + 3 + 4) / 3)
    by_hand = -(math.log(sigma(0.5)) + math.log(1 - sigma(-2.0)))
    by_hand -= 0.3 * math.log(sigma(3.0)) + 0.7 * math.log(1 - sigma(3.0))
    assert losses.binary_cross_entropy(values(*o), [1, 0, 0.3]).data == pytest.approx(by_hand / 3)
    total = sum(map(math.exp, o))
    assert losses.cross_entropy(values(*o), 1).data == pytest.approx(-math.log(math.exp(-2.0) / total))
    assert [p.data for p in losses.softmax(values(*o))] == pytest.approx([math.exp(x) / total for x in o])


def test_one_prediction_and_rows_of_several_are_judged_too():
    assert losses.mse(Value(2.0), 5).data == 9.0
    assert losses.mse([values(1.0, 2.0), values(3.0, 4.0)], [[1, 1], [3, 3]]).data == 0.5
    y = Value(1.0)
    assert losses.max_margin([Value(-1.0)], [y]).data == 2.0
    assert losses.binary_cross_entropy([Value(0.0)], [y]).data == pytest.approx(math.log(2))
    rows = [values(1.0, 2.0), values(0.0, -1.0)]
    each = [losses.cross_entropy(row, k).data for row, k in zip(rows, (0, 1), strict=True)]
    assert losses.cross_entropy(rows, [0, 1]).data == pytest.approx(sum(each) / 2)


@pytest.mark.parametrize("size", [40.0, 800.0, 1e5])
def test_large_scores_do_not_overflow(size):
    o = Value(-size)
    loss = losses.binary_cross_entropy(o, 1)
    loss.backward()
    assert (loss.data, o.grad) == (pytest.approx(size), pytest.approx(-1.0))
    scores = values(size, -size, 0.0)
    loss = losses.cross_entropy(scores, 1)
    loss.backward()
    assert loss.data == pytest.approx(2 * size)
    assert [s.grad for s in scores] == pytest.approx([1.0, -1.0, 0.0], abs=1e-15)
    assert [p.data for p in losses.softmax(scores)] == pytest.approx([1.0, 0.0, 0.0], abs=1e-15)


def test_a_probability_that_a_sigmoid_made_is_judged_by_what_went_into_it():
    o = Value(-800.0)
    loss = losses.binary_cross_entropy([o.sigmoid()], [1])
    loss.backward()
    assert (loss.data, o.grad) == (800.0, -1.0)


def test_the_gradients_of_all_losses_are_right():
    o = values(0.5, -2.0, 3.0)
    for loss in (
        losses.mse(o, [1, 0, 2]),
        losses.max_margin(o, [1, -1, -1]),
        losses.binary_cross_entropy(o, [1, 0, 0.3]),
        losses.cross_entropy(o, 2),
        losses.softmax(o)[0],
    ):
        assert gradcheck(loss).ok


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda o: losses.mse([], []), "mse has nothing to judge"),
        (lambda o: losses.mse([o], [1, 2]), "mse takes an answer for each prediction, and was given 2 for 1"),
        (lambda o: losses.mse([1.0], [1.0]), "mse judges Values, not 1.0"),
        (lambda o: losses.max_margin([o, o], [1, 0]), "answers of 1 and -1, and answer 2 is 0"),
        (lambda o: losses.binary_cross_entropy(o, -1), "answers from 0 to 1, and answer 1 is -1"),
        (lambda o: losses.cross_entropy([o, o], 2), "is class 2, and there are 2, from 0"),
        (lambda o: losses.cross_entropy([o, o], 0.5), "is the number of a class, not 0.5"),
        (lambda o: losses.cross_entropy([1.0, 2.0], [0, 1]), "judges lists of Values"),
        (lambda o: losses.softmax([]), "softmax needs scores"),
        (lambda o: optim.SGD([], 0.1), "needs parameters"),
        (lambda o: optim.SGD([1.0], 0.1), "changes Values, not 1.0"),
        (lambda o: optim.SGD([o], -0.1), "lr is 0 or more, not -0.1"),
        (lambda o: optim.SGD([o], "a"), "lr is a number, not 'a'"),
        (lambda o: optim.SGD([o], 0.1, momentum=1), "momentum is 0 or more and less than 1, not 1"),
        (lambda o: losses.mse(None, 1), "mse judges Values, not None"),
        (lambda o: losses.mse([o], ["a"]), "answer 1 of mse is 'a', which is no number"),
        (lambda o: losses.max_margin([o, o], [1, "a"]), "answer 2 of max_margin is 'a', which is no number"),
        (lambda o: losses.binary_cross_entropy([o], [None]), "answer 1 of binary_cross_entropy is None"),
        (lambda o: optim.SGD(o, 0.1), "takes its parameters as a list, not Value"),
        (lambda o: optim.Adam([o], betas=3), r"betas are two numbers, as \(0.9, 0.999\), not 3"),
        (lambda o: optim.Adam([o], betas=(0.9, 1.5)), r"betas\[1\] is 0 or more and less than 1, not 1.5"),
    ],
)
def test_what_does_not_fit_is_one_sentence(call, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        call(Value(1.0))


def test_a_parameter_that_is_given_twice_takes_one_step():
    p = Value(1.0)
    p.grad = 2.0
    steps = optim.SGD([p, p], lr=0.25)
    steps.step()
    assert (p.data, steps.k) == (0.5, 1)
    steps.zero_grad()
    assert p.grad == 0.0


def test_parameters_are_named_by_the_way_to_them_and_labelled_so():
    net = nn.MLP(2, [2, 1], seed=1)
    names = [name for name, _ in net.named_parameters()]
    assert names[:3] == [f"layers[0].neurons[0].{own}" for own in ("w[0]", "w[1]", "b")]
    assert names[3] == "layers[0].neurons[1].w[0]"
    assert [p for _, p in net.named_parameters()] == net.parameters()
    assert [p.label for p in net.parameters()] == names
    assert net.num_parameters() == len(names) == 9
    assert [p.label for p in nn.Neuron(2).parameters()] == ["w[0]", "w[1]", "b"]


def test_a_module_of_ones_own_has_named_parameters_too():
    class Own(nn.Module):
        def __init__(self):
            self.parts = {"in": nn.Neuron(1), "rest": [nn.Layer(1, 1)]}
            self.scale, self.fixed, hidden = Value(2.0), Value(3.0, label="mine"), Value(4.0)
            self.hidden = lambda: hidden

        def parameters(self):
            rest = self.parts["rest"][0].parameters()
            return [self.scale, *self.parts["in"].parameters(), *rest, self.hidden(), self.scale]

    own = Own()
    assert list(own.state_dict()) == [
        "scale", "parts['in'].w[0]", "parts['in'].b", "parts['rest'][0].neurons[0].w[0]",
        "parts['rest'][0].neurons[0].b", "parameters[5]",
    ]  # fmt: skip
    assert own.num_parameters() == 6


def test_a_state_goes_through_json_and_back():
    one, two = nn.MLP(3, [4, 2], seed=1), nn.MLP(3, [4, 2], seed=2)
    two.load_state_dict(json.loads(json.dumps(one.state_dict())))
    assert [p.data for p in one.parameters()] == [p.data for p in two.parameters()]
    assert [o.data for o in one([1, 2, 3])] == [o.data for o in two([1, 2, 3])]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s.pop("b"), "the network has b, and the state has not"),
        (lambda s: s.clear(), r"the network has w\[0\] and 2 more, and the state has not"),
        (lambda s: s.update(c=1), "the state has c, and the network has not"),
        (lambda s: s.update(b="one"), "b of the state is 'one', which is no number"),
        (lambda s: s.update(b=None), "b of the state is None"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing_and_says_what_is_wrong(change, sentence):
    neuron = nn.Neuron(2, seed=1)
    before = neuron.state_dict()
    state = dict.fromkeys(before, 5.0)
    change(state)
    with pytest.raises(ValueError, match=sentence):
        neuron.load_state_dict(state)
    assert neuron.state_dict() == before
    with pytest.raises(TypeError, match="a dict of numbers by name, not list"):
        neuron.load_state_dict([1.0])


def test_parts_one_after_the_other():
    net = nn.Sequential(nn.Layer(2, 1, seed=1), nn.Layer(1, 3, seed=2), losses.softmax)
    out = net([1.0, 2.0])
    assert sum(p.data for p in out) == pytest.approx(1.0)
    assert repr(net) == (
        "Sequential of [Layer of [ReLUNeuron(2)], "
        "Layer of [ReLUNeuron(1), ReLUNeuron(1), ReLUNeuron(1)], softmax]"
    )
    assert net.named_parameters()[3][0] == "layers[1].neurons[0].w[0]"
    assert net.num_parameters() == 9
    with pytest.raises(TypeError, match="modules and functions one by one, not"):
        nn.Sequential([nn.Layer(2, 1)])


def test_a_step_of_training_with_a_rate_or_an_optimiser_gives_the_loss_before_it():
    rows, answers = [[0.0, 1.0], [1.0, 0.0]], [1, -1]
    net, again = nn.MLP(2, [3, 1], seed=3), nn.MLP(2, [3, 1], seed=3)
    steps = optim.SGD(again.parameters(), lr=0.1)
    for _ in range(3):
        found = net.train_step(rows, answers, losses.max_margin, 0.1)
        total = losses.max_margin([again(x) for x in rows], answers)
        steps.zero_grad()
        total.backward()
        steps.step()
        assert found == total.data
    assert net.state_dict() == again.state_dict()
