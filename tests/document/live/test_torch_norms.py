"""PyTorch's functions of two results, and its layers that norm: unrolled, with its numbers and slopes."""

import itertools
import math

import pytest

from micrograd_gui.document.live.capture import capture
from micrograd_gui.session.measure import complete

torch = pytest.importorskip("torch")
F = pytest.importorskip("torch.nn.functional")


def batch_normed() -> dict[str, object]:
    torch.manual_seed(42)
    norm = torch.nn.BatchNorm1d(3)
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), norm, torch.nn.Tanh(), torch.nn.Linear(3, 1)).double()
    X = torch.randn(5, 2, dtype=torch.float64)
    for weight in (norm.weight, norm.bias):
        torch.nn.init.normal_(weight)
    net(X * 2 + 1)  # whence the means and variances that it keeps
    return {"net": net, "X": X}


def images() -> dict[str, object]:
    """Four channels of 2 × 2 numbers, normed by channel, then by groups of two channels."""
    torch.manual_seed(43)
    net = torch.nn.Sequential(torch.nn.BatchNorm2d(4, eps=0.01), torch.nn.GroupNorm(2, 4)).double()
    for weight in net.parameters():
        torch.nn.init.normal_(weight)
    return {"net": net, "X": torch.randn(2, 4, 2, 2, dtype=torch.float64)}


def vectors() -> dict[str, object]:
    return {
        "w": torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64, requires_grad=True),
        "v": torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True),
    }


@pytest.mark.parametrize(
    ("held", "make"),
    [
        (
            vectors,
            lambda w, v: (
                sum(each.exp().sum() for each in torch.var_mean(w * v, 1))
                + math.prod(torch.std_mean(v, unbiased=False))
                + torch.var_mean(w, 0, keepdim=True)[1].prod()
                + torch.var_mean(w)[0].tanh()
            ),
        ),
        (vectors, lambda w, v: torch.var_mean(w * v)[1]),
        (vectors, lambda w, v: (w * v).unbind(1)[2].unbind()[1] * v.sum()),
        (batch_normed, lambda net, X: (net(X) ** 3).mean()),
        (batch_normed, lambda net, X: net.eval()(X).tanh().sum()),
        (
            vectors,
            lambda w, v: (F.batch_norm(w.T, None, None, w[:, 0], training=True, eps=0.1) ** 3 * v[2]).sum(),
        ),
        (images, lambda net, X: (net(X) ** 3).sum()),
        (images, lambda net, X: net.eval()(X).exp().mean()),
    ],
)
def test_they_have_pytorchs_numbers_and_slopes(held, make):
    things = held()
    out = make(*things.values())
    found = capture(out, things)
    out.backward()
    frame = complete(found.graph)
    assert frame.data[found.graph.target] == pytest.approx(out.item(), rel=1e-12)
    tensors = dict(things["net"].named_parameters()) if "net" in things else things
    labels = {node.label: node.id for node in found.graph}
    for name, tensor in tensors.items():
        slopes = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
        for at in itertools.product(*map(range, tensor.shape)):
            label = name if tensor.numel() == 1 else f"{name}[{','.join(map(str, at))}]"
            number = frame.grad.get(labels.get(label), 0.0)
            assert number == pytest.approx(slopes[at].item(), rel=1e-9, abs=1e-12), (name, at)


@pytest.mark.parametrize("train", [True, False])
def test_a_layer_that_norms_by_the_batch_is_unrolled_after_backward_too(train):
    net, X = batch_normed().values()
    net.train(train)
    loss = (net(X) ** 2).mean()
    loss.backward()
    found = capture(loss, {"net": net, "X": X})
    frame = complete(found.graph)
    assert frame.data[found.graph.target] == pytest.approx(loss.item(), rel=1e-12)
    for at, slope in enumerate(net[1].weight.grad):
        assert frame.grad[found.graph.named(f"1.weight[{at}]")] == pytest.approx(slope.item(), rel=1e-9)
    kept = {"1.running_mean[0]", "1.running_var[2]"}
    assert kept & {node.label for node in found.graph} == (set() if train else kept)


def test_both_results_of_a_function_are_called_as_the_caller_does():
    w = vectors()["w"]
    variance, mean = torch.var_mean(w)
    graph = capture(variance * mean, {"w": w, "variance": variance, "mean": mean}).graph
    numbers = complete(graph).data
    assert numbers[graph.named("variance")] == pytest.approx(variance.item(), rel=1e-12)
    assert numbers[graph.named("mean")] == pytest.approx(mean.item(), rel=1e-12)
