"""What somebody writes with micrograd, for mypy: it finds each mistake named here, and no other."""

from micrograd import Value, draw_dot, gradcheck, losses, nn, optim

a, b = Value(2.0, label="a"), Value(-3)
L: Value = ((a * b + 10 - b / 2) ** 2).tanh() + 2 / a - abs(-a)
n: Value = nn.Neuron(2)([1.0, a])
largest: Value = max(a, b)
smaller: bool = a < 2
order: list[Value] = sorted([a, b])
number: float = float(a) + round(a, 2) + a.data + a.grad
model = nn.Sequential(nn.Layer(2, 3, activation="softplus"), nn.Layer(3, 1))
steps = optim.Adam(model.parameters(), lr=0.01)
loss: float = model.train_step([[1.0, 2.0]], [1], losses.max_margin, steps)
model.load_state_dict({name: 0.5 * p.data for name, p in model.named_parameters()})
total: Value = losses.mse([a, b.max(a)], [1, 2.5]) + losses.cross_entropy([a, b], 1) + a.softplus()
L.backward()
a.data += -0.1 * a.grad
gradcheck(L), draw_dot(L, style="lecture")

# What is wrong: a comment that ignores what is no mistake to mypy is one itself.
a + "text"  # type: ignore[operator]
None * a  # type: ignore[operator]
a ** "2"  # type: ignore[operator]
a.bakward()  # type: ignore[attr-defined]
a.relu(1)  # type: ignore[call-arg]
a.data = "x"  # type: ignore[assignment]
a.label = 3  # type: ignore[assignment]
count: int = a * b  # type: ignore[assignment]
Value("3")  # type: ignore[arg-type]
nn.MLP(2, 3)  # type: ignore[arg-type]
nn.MLP(2, [3, 1], activaton="tanh")  # type: ignore[call-arg]
nn.Neuron("3")  # type: ignore[arg-type]
draw_dot(a, rankdir=3)  # type: ignore[arg-type]
optim.SGD(model, lr=0.1)  # type: ignore[arg-type]
optim.SGD(model.parameters(), rate=0.1)  # type: ignore[call-arg]
losses.mse(["a"], [1])  # type: ignore[arg-type]
losses.cross_entropy([a, b], "1")  # type: ignore[arg-type]
model.train_step([[1.0]], [1], "mse")  # type: ignore[arg-type]
model.load_state_dict([1.0])  # type: ignore[arg-type]
text: str = model.num_parameters()  # type: ignore[assignment]
