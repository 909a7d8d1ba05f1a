"""PyTorch scalars, read through `grad_fn`; their numbers are PyTorch's own."""

import itertools
import math
import subprocess
import sys

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.capture import capture
from micrograd_gui.session.measure import complete

torch = pytest.importorskip("torch")
F = pytest.importorskip("torch.nn.functional")


def leaf(number: float, **options):
    return torch.tensor(number, dtype=torch.float64, requires_grad=True, **options)


def same_numbers(make) -> None:
    """The graph of ``make(a, b)`` has the target and the slopes that PyTorch has."""
    a, b = leaf(0.7), leaf(-1.3)
    found = capture(make(a, b))
    out = make(a, b)
    out.backward()
    frame = complete(found.graph)
    assert frame.data[found.graph.target] == pytest.approx(out.item(), rel=1e-12)
    for node, tensor in found.objects.items():
        if tensor is a or tensor is b:
            assert frame.grad[node] == pytest.approx(tensor.grad.item(), rel=1e-12)
    assert {id(a), id(b)} <= {id(each) for each in found.objects.values()}


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a**b * 1 + b,
        lambda a, b: a**3 + b**2 + a**-0.5,
        lambda a, b: 2**a + b,
        lambda a, b: torch.tensor(1.5, dtype=torch.float64) ** a * b,
        lambda a, b: a ** torch.tensor(1.5, dtype=torch.float64) * b,
        lambda a, b: -a.tanh() + b.exp() + a.log() + (a * b).relu() + b.sigmoid(),
        lambda a, b: a.sin() * b.cos() + a.sqrt() - b.abs(),
        lambda a, b: (a * b).relu() + torch.relu(a),
        lambda a, b: 1 / a + b,
        lambda a, b: 2.5 * a / 3.0 + b,
        lambda a, b: (a * b + 10.0).tanh(),
        lambda a, b: (2 - a) * b,
        lambda a, b: (a - 0.25) * b,
        lambda a, b: (1 + (-2 * (a + b)).exp()) * b,
        lambda a, b: torch.add(a, b, alpha=2) * torch.sub(a, b, alpha=3),
        lambda a, b: torch.rsub(a, b) * a,
        lambda a, b: a.square() + b.reciprocal(),
        lambda a, b: a.clone() * b.sum(),
        lambda a, b: a * a + b * b * b,
        lambda a, b: (a * b + 0.5).sigmoid().log(),
        lambda a, b: F.softplus(a) * b + F.silu(a) + F.gelu(b),
        lambda a, b: F.softplus(a, beta=2.5) * b,
        lambda a, b: F.gelu(a, approximate="tanh") * b,
        lambda a, b: F.mse_loss(a * b, torch.tensor(0.3, dtype=torch.float64)),
        lambda a, b: F.mse_loss(a, b, reduction="sum") + F.l1_loss(a, b),
        lambda a, b: F.binary_cross_entropy(a * b.sigmoid(), torch.tensor(0.25, dtype=torch.float64)),
        lambda a, b: a.clamp(-0.5, 0.5) * b.clamp(min=-3.0) + F.relu6(a * b) + b.clamp_max(0.2),
        lambda a, b: torch.maximum(a, b) * torch.minimum(a, torch.tensor(0.3, dtype=torch.float64)) * b,
        lambda a, b: F.leaky_relu(b) * a + F.leaky_relu(b, 0.2),
        lambda a, b: F.elu(b, 0.5) * F.selu(b) + F.logsigmoid(a) * F.mish(b) + F.elu(a * 0 - b),
        lambda a, b: (
            F.smooth_l1_loss(a * 3, b) + F.huber_loss(a, b, delta=2.5) + F.smooth_l1_loss(a, b, beta=0.0)
        ),
        lambda a, b: a.tan() + b.atan() + a.sinh() * b.cosh() + a.log1p() + b.expm1(),
        lambda a, b: torch.erf(a * b) * torch.erf(b) + torch.special.erf(a),
    ],
)
def test_a_scalar_of_these_ops_gives_pytorchs_numbers(make):
    same_numbers(make)


def test_the_lectures_neuron_in_pytorch_has_its_names_and_numbers_even_after_backward():
    x1, x2, w1, w2, b = (torch.tensor([number], dtype=torch.float64, requires_grad=True)
                         for number in (2.0, 0.0, -3.0, 1.0, 6.8813735870195432))  # fmt: skip
    n = x1 * w1 + x2 * w2 + b
    o = torch.tanh(n)
    n.retain_grad()
    o.backward()
    found = capture(o, {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b, "n": n, "o": o, "other": leaf(2.0)})
    by_label = {node.label: node.id for node in found.graph if node.label}
    assert set(by_label) == {"x1", "x2", "w1", "w2", "b", "n", "o"}
    grads = {label: found.grad[node] for label, node in by_label.items() if node in found.grad}
    assert grads == pytest.approx({"x1": -1.5, "x2": 0.5, "w1": 1.0, "w2": 0.0, "b": 0.5, "n": 0.5})


def test_constants_are_found_as_they_were_written():
    a = leaf(2.0)
    found = capture((a * 0.1 + 0.2).tanh() * 0.3 - 7)
    leaves = [node.data for node in found.graph if node.is_leaf]
    assert leaves == [2.0, 0.1, 0.2, 0.3, 7.0]


def test_one_tensor_used_twice_is_one_node():
    a, k = leaf(2.0), torch.tensor(1.5, dtype=torch.float64)
    assert len(capture(a * k * k).graph) == 4


def test_a_leaf_is_a_graph_of_its_own():
    assert [node.data for node in capture(leaf(2.0)).graph] == [2.0]


def test_a_long_chain_needs_no_recursion():
    a = leaf(1.0)
    y = a
    for _ in range(5_000):
        y = y + a
    assert len(capture(y).graph) == 5_001


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda a: torch.ones(3), "3 numbers"),
        (lambda a: a.detach() * 2, "There is no graph behind this tensor: PyTorch keeps one only of"),
        (lambda a: torch.stack([a, a]).max(), "Two of the numbers that “max” of PyTorch compares are equal"),
        (
            lambda a: torch.stack([a, a * 2]).median(),
            "“Median” of PyTorch is not among those that are unrolled",
        ),
        (
            lambda a: torch.stack([a, a]).masked_fill(torch.tensor([True, False]), 3.0).sum(),
            "what masked_fill",
        ),
        (lambda a: (a * torch.ones(1500)).sum(), "more than 2,000 nodes"),
        (lambda a: a.erfc(), "“Erfc” of PyTorch"),
        (lambda a: torch.diag(a.expand(2, 2)).sum(), "“Diagonal” of PyTorch"),
        (
            lambda a: (a + 1) - 2,
            "does not keep a constant of this graph.*numbers: make the constant a tensor",
        ),
        (lambda a: (1j * a).abs(), "complex"),
    ],
)
def test_what_is_no_graph_of_scalars_is_refused_with_the_reason(make, words):
    with pytest.raises(Refusal, match=words):
        capture(make(leaf(2.0)))


def test_a_number_taken_out_of_a_tensor_of_one_number_is_that_number():
    a = leaf(2.0)
    L = a.view(1, 1)[0, 0] * 3
    assert [node.data for node in capture(L, {}).graph if node.is_leaf] == [2.0, 3.0]


def test_after_a_backward_that_retains_the_graph_its_constants_are_found():
    a, b = leaf(2.0), leaf(-3.0)
    M = (a * b + 1).tanh() + a * 2
    M.backward(retain_graph=True)
    found = capture(M, {"a": a, "b": b})
    assert found.data[found.graph.target] == M.item()
    assert sorted(node.data for node in found.graph if node.is_leaf) == [-3.0, 1.0, 2.0, 2.0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_after_backward_a_constant_is_worked_out_where_one_decimal_fits(dtype):
    x = torch.tensor(2.0, dtype=dtype, requires_grad=True)
    for make, constant in (
        (lambda: (2 * x).tanh(), 2.0),
        (lambda: (x * -0.125).sigmoid(), -0.125),
        (lambda: (x / 4).exp(), 4.0),
        (lambda: (x - 0.75).exp().log(), 0.75),
    ):
        x.grad = None
        o = make()
        o.backward()
        found = capture(o, {"x": x})
        assert sorted(node.data for node in found.graph if node.is_leaf) == sorted([2.0, constant])
        assert found.graph.named("x") in found.grad


def test_after_backward_what_more_than_one_constant_fits_is_refused():
    for number, make in (
        (30.0, lambda x: (2 * x).tanh()),  # any factor gives 1
        (3.0, lambda x: x * 2 * 3),  # as well 6 and 1
        (0.7, lambda x: F.mse_loss(x.clamp(-1, 0.5) * 2, torch.tensor(0.3, dtype=torch.float64))),
        (2.0, lambda x: torch.minimum(x * 3, torch.tensor(1.0, dtype=torch.float64))),  # no slope goes there
    ):
        x = leaf(number)
        o = make(x)
        o.backward()
        with pytest.raises(Refusal, match=r"show the tensor before backward\(\)"):
            capture(o, {})


@pytest.mark.parametrize(
    ("make", "constants"),
    [
        (lambda x, v: (3 * x + 1).tanh(), [3, 1]),
        (lambda x, v: 5 - x * 3, [3, 5]),
        (lambda x, v: (x / 4 - 0.75).exp(), [4, 0.75]),
        (lambda x, v: x**2 + 2.5 * x - 1, [2.5, 1]),
        (lambda x, v: F.mse_loss(x, torch.tensor(-1.25, dtype=torch.float64)), [-1.25]),
        (lambda x, v: F.mse_loss(v, torch.tensor([1.0, 0.5, -3.0], dtype=torch.float64)), [1, 0.5, -3, 3]),
        (lambda x, v: torch.dot(torch.tensor([1.0, -2.5, 4.0], dtype=torch.float64), v), [1, -2.5, 4]),
        (lambda x, v: (torch.tensor([[0.5, -1.5]], dtype=torch.float64) @ v[:2]).sum(), [0.5, -1.5]),
        (lambda x, v: 1 / (1 + torch.exp(-x)), [1, 1]),
        (lambda x, v: 1 / (1 + torch.exp(-2 * x)), [1, 1, -2]),
        (lambda x, v: ((e := (2 * x).exp()) - 1) / (e + 1), [1, 1, 2]),
        (lambda x, v: (x - 1) ** 2 * 0.5, [1, 0.5]),
        (lambda x, v: F.leaky_relu(x - 0.75, 0.2) * 3, [0.2, 0.75, 3]),
        (lambda x, v: F.gelu(x) + F.softplus(x * 2) - 1, [1, 2]),
        (lambda x, v: torch.maximum(x, v[1]) * 3 + 1, [3, 1]),
    ],
)
def test_after_backward_the_gradients_tell_several_constants(make, constants):
    x, v = leaf(0.5), vectors()["v"]
    o = make(x, v)
    o.backward()
    found = capture(o, {"x": x, "v": v})
    leaves = [node.data for node in found.graph if node.is_leaf and node.label[:1] not in ("x", "v")]
    assert sorted(leaves) == sorted(constants)
    frame = complete(found.graph)
    assert frame.data[found.graph.target] == pytest.approx(o.item(), rel=1e-12)
    for node, grad in found.grad.items():
        assert frame.grad.get(node, 0.0) == pytest.approx(grad, rel=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda net, X, y, k: F.mse_loss(net(X), y),
        lambda net, X, y, k: F.binary_cross_entropy_with_logits(net(X), y),
        lambda net, X, y, k: ((net(X) - y) ** 2).mean() + k * sum((p * p).sum() for p in net.parameters()),
        lambda net, X, y, k: (1 - y * F.leaky_relu(net(X), 0.2)).relu().sum() / len(X),
        lambda net, X, y, k: ((X * net[0].weight.sum() - y) ** 2).mean() / (1 + torch.exp(-net[2].bias[0])),
    ],
)
def test_after_backward_the_callers_tensors_stand_for_what_pytorch_lost(make):
    torch.manual_seed(1337)
    net = torch.nn.Sequential(torch.nn.Linear(1, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1))
    X, y = (torch.tensor(column).T for column in ([[1.0, 0.5, -2.0]], [[1.0, -1.0, 0.25]]))
    names = {"net": net, "X": X, "y": y, "other": torch.ones(3, 1), "k": 0.125}
    loss = make(net, X, y, 0.125)
    loss.backward()
    found = capture(loss, names)
    labels = {node.label for node in found.graph}
    assert {"X[0,0]", "X[2,0]", "y[1,0]"} <= labels
    assert "other[0,0]" not in labels
    frame = complete(found.graph)
    assert frame.data[found.graph.target] == pytest.approx(loss.item(), rel=1e-5)
    for name, tensor in net.named_parameters():
        if tensor.grad is None:
            continue
        for at in itertools.product(*map(range, tensor.shape)):
            label = name if tensor.numel() == 1 else f"{name}[{','.join(map(str, at))}]"
            number = frame.grad.get(found.graph.named(label), 0.0)
            assert number == pytest.approx(tensor.grad[at].item(), rel=1e-4, abs=1e-6), label


def test_after_backward_the_right_classes_are_the_callers_or_it_is_refused():
    w = vectors()["w"]
    loss = F.cross_entropy(w * 2, torch.tensor([2, 0]))
    loss.backward()
    names = {"w": w, "other": torch.tensor([0, 0]), "y": torch.tensor([2, 0])}
    graph = capture(loss, names).graph
    assert complete(graph).data[graph.target] == pytest.approx(loss.item(), rel=1e-12)
    for names in ({"w": w}, {"w": w, "other": torch.tensor([0, 0])}):
        with pytest.raises(Refusal, match=r"show the tensor before backward\(\)"):
            capture(loss, names)


def test_no_tensor_stands_for_another_where_a_constant_makes_up_for_it():
    torch.manual_seed(1282)
    net, X = torch.nn.Linear(1, 1), torch.randn(1, 1)
    loss = net(X).sum() + 0.01 * sum((p**2).sum() for p in net.parameters())  # which is 0 + …
    loss.backward()
    with pytest.raises(Refusal, match=r"show the tensor before backward\(\)"):
        capture(loss, {"net": net, "other": torch.randn(1, 1)})
    assert "X" in {node.label for node in capture(loss, {"net": net, "X": X}).graph}


def test_after_an_update_no_tensor_stands_for_another():
    net, X, y = small_net().values()
    loss = F.mse_loss(net(X), y)
    loss.backward()
    with torch.no_grad():
        for p in net.parameters():
            p -= 0.1 * p.grad
    with pytest.raises(Refusal, match=r"show the tensor before backward\(\)"):
        capture(loss, {"net": net, "X": X, "y": y})


def test_gradients_of_more_than_one_pass_tell_nothing():
    """Twice the slope would be taken for a constant of twice the size."""
    for make in (
        lambda x: (3 * x + 1).tanh(),
        lambda x: x**2 + 3 * x + 1,
        lambda x: x + (3 * x + 1).tanh(),
        lambda x: torch.minimum(x, leaf(2.0)) * 3 + 1,
    ):
        x = leaf(0.5)
        make(x).backward()
        o = make(x)  # nobody has zeroed the grads
        o.backward()
        with pytest.raises(Refusal, match="does not follow from the numbers"):
            capture(o, {"x": x})


def small_net() -> dict[str, object]:
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)).double()
    X = torch.tensor([[1.0, -2.0], [0.5, 3.0]], dtype=torch.float64)
    y = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    return {"net": net, "X": X, "y": y}


def vectors() -> dict[str, object]:
    return {
        "w": torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64, requires_grad=True),
        "v": torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True),
    }


def activated() -> dict[str, object]:
    nn = torch.nn
    curves = (nn.GELU("tanh"), nn.Softplus(beta=3.0), nn.Tanh())
    layers = (nn.Linear(3, 2), nn.Linear(2, 2), nn.Linear(2, 1))
    net = nn.Sequential(*itertools.chain(*zip(layers, curves, strict=True)))
    return {"net": net.double(), "v": vectors()["v"]}


FEW = torch.tensor([0.5, 1.5, 3.0], dtype=torch.float64)
CHANCES = torch.tensor([[0.2, 0.9, 0.6], [1.0, 0.0, 0.3]], dtype=torch.float64)


@pytest.mark.parametrize(
    ("held", "make"),
    [
        (small_net, lambda net, X, y: F.mse_loss(net(X), y)),
        (small_net, lambda net, X, y: ((net(X) - y) ** 2).sum()),
        (small_net, lambda net, X, y: (1 - y * net(X)).relu().mean()),
        (vectors, lambda w, v: torch.sigmoid(w @ v)[1] * w.sum(dim=1, keepdim=True).squeeze()[0]),
        (
            vectors,
            lambda w, v: F.softplus(v, beta=2.0).sum() + F.gelu(w[0], approximate="tanh").sum() + w.sum(),
        ),
        (
            vectors,
            lambda w, v: v.clamp(min=0.25).sum() - (w.clamp(-0.5, 1.0) * v).mean() + F.relu6(v * 5).sum(),
        ),
        (
            vectors,
            lambda w, v: F.leaky_relu(v, 0.3).sum() * F.leaky_relu(w[1]).sum() + w.clamp_max(0.3).mean(),
        ),
        (vectors, lambda w, v: F.mse_loss(w @ v, w[:, 0], reduction="sum") + torch.minimum(v, w[0]).sum()),
        (activated, lambda net, v: net(v).squeeze()),
        (vectors, lambda w, v: F.cross_entropy(w * v, torch.tensor([2, 0])) + F.softmax(v * 300, 0)[2]),
        (
            vectors,
            lambda w, v: F.nll_loss(F.log_softmax(w + v, 0).T, torch.tensor([1, -100, 0]), reduction="sum"),
        ),
        (vectors, lambda w, v: torch.logsumexp(w * v, 1).sum() + w[[0, 1], [2, 0]].sum() + (v / v).sum()),
        (
            vectors,
            lambda w, v: (
                sum(wi * vi for wi, vi in zip(w[0], v, strict=True))
                * w.gather(1, torch.tensor([[2], [1]])).sum()
            ),
        ),
        (
            vectors,
            lambda w, v: sum((row * v).sum().tanh() for row in w) + F.huber_loss(w, w * 0 + 0.3, delta=0.5),
        ),
        (vectors, lambda w, v: torch.erf(w @ v).sum() + v.erf().mean()),
        (vectors, lambda w, v: torch.cat([v, v * 3])[4] + w[:, 1:].mean() + torch.dot(w[0], v)),
        (vectors, lambda w, v: (w.T.reshape(2, 3) / 4 + v).exp().mean(dim=0)[-1] + v.sum()),
        (
            vectors,
            lambda w, v: (w * v).max() * w.min(1).values[0] + (w - w.amax(1, keepdim=True)).exp().sum(),
        ),
        (
            vectors,
            lambda w, v: (
                F.layer_norm(w, (3,), v, v * 2).tanh().sum()
                + F.layer_norm(w * v, (2, 3), eps=1e-3).exp().mean()
            ),
        ),
        (vectors, lambda w, v: F.cross_entropy(w * v, torch.tensor([2, 0]), FEW, label_smoothing=0.1)),
        (
            vectors,
            lambda w, v: F.nll_loss(F.log_softmax(w * v, 1), torch.tensor([2, 0]), FEW, reduction="sum"),
        ),
        (vectors, lambda w, v: F.binary_cross_entropy((w * v).sigmoid(), CHANCES, FEW)),
        (
            vectors,
            lambda w, v: (
                F.binary_cross_entropy_with_logits(w * v, CHANCES, FEW, pos_weight=FEW * 2)
                + F.soft_margin_loss(w * v, torch.sign(CHANCES - 0.5))
            ),
        ),
        (
            vectors,
            lambda w, v: (
                (torch.t_copy(w) @ torch.select_copy(w, 1, 1)).tanh().sum()
                + (torch.expand_copy(v, (2, 3)) * torch.view_copy(w.exp(), (2, 3))).sum()
            ),
        ),
        (
            vectors,
            lambda w, v: (w * v).var() * w.std(0, unbiased=False).sum() + w.var(1, keepdim=True)[0].sum(),
        ),
        (
            vectors,
            lambda w, v: w.norm() + v.norm(1) * w.norm(3, dim=1)[0] + F.normalize(w, dim=0).tanh().sum(),
        ),
        (vectors, lambda w, v: torch.linalg.vector_norm(w * v, math.inf) * v.prod() + (w * v).prod(1).sum()),
        (vectors, lambda w, v: (w * v).cumsum(1).tanh().sum() + v.cumsum(0)[1] + w.cumprod(-1).sum()),
        (vectors, lambda w, v: torch.where(w > 0, w * v, 0.1 * w).sum() + torch.where(v > 0.5, v, 0.0).sum()),
        (
            vectors,
            lambda w, v: torch.where(v[0] > 9, v[1] * 3.5, v[2] * 2.5) + torch.bmm(w[None], w.T[None]).sum(),
        ),
        (vectors, lambda w, v: torch.stack([v, w[1]]).permute(1, 0)[2, 1] - (w.unsqueeze(0) * 2.5).sum()),
    ],
)
def test_vectors_and_modules_are_unrolled_into_nodes_named_after_their_parameters(held, make):
    things = held()
    out = make(*things.values())
    found = capture(out, things)
    out.backward()
    frame = complete(found.graph)
    assert frame.data[found.graph.target] == pytest.approx(out.item(), rel=1e-12)
    net = things.get("net")
    tensors = dict(net.named_parameters()) if net is not None else things
    for name, tensor in tensors.items():
        for at in itertools.product(*map(range, tensor.shape)):
            label = name if tensor.numel() == 1 else f"{name}[{','.join(map(str, at))}]"
            number = frame.grad.get(found.graph.named(label), 0.0)
            assert number == pytest.approx(tensor.grad[at].item(), rel=1e-9, abs=1e-12), label


def test_after_backward_nothing_is_guessed_that_does_not_come_out_as_pytorchs():
    w = torch.tensor([[0.3, -1.0, 2.0]], dtype=torch.float64, requires_grad=True)
    p = torch.tensor([[0.2, 0.5, 0.7]], dtype=torch.float64, requires_grad=True)
    for make in (
        lambda: F.layer_norm(w, (3,), eps=1e-3).exp().sum(),
        lambda: F.binary_cross_entropy(w.sigmoid(), p, weight=FEW),
    ):
        L = make()
        L.backward()
        with pytest.raises(Refusal, match=r"does not keep a constant.*: show the tensor before backward\(\)"):
            capture(L, {"w": w, "p": p})
    L = (
        torch.where(w > 0, w.exp(), 0.0).sum() + torch.where(p > 0.4, p, p * p).prod()
    )  # what p is above: a guess
    L.backward()
    with pytest.raises(Refusal, match="does not keep"):
        capture(L, {"w": w, "p": p})
    L = torch.where(w > 0, w.exp(), 0.0).sum()
    L.backward()
    assert complete((found := capture(L, {"w": w})).graph).data[found.graph.target] == L.item()
    w.grad = None
    L = F.layer_norm(w, (3,)).exp().sum()
    L.backward()
    assert 1e-5 in [node.data for node in capture(L, {"w": w}).graph if node.is_leaf]


def test_pytorch_is_never_imported_for_values():
    code = (
        "import sys\nfrom micrograd import Value\nfrom micrograd_gui.document.live.capture import capture\n"
        "capture(Value(1.0) * 2)\nsys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
