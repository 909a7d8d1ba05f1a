# ruff: noqa: E501
"""Notebooks in the manner of those that follow the lecture, cell by cell, in the styles of several hands."""

SLOPES = [
    "import math\nimport numpy as np\nimport matplotlib.pyplot as plt\n%matplotlib inline",
    "def g(x):\n  return 2*x**2 - 3*x + 4",
    "g(2.0)",
    "xs = np.arange(-4, 4, 0.5)\nys = g(xs)\nplt.plot(xs, ys)",
    "ys",
    "h = 0.0001\nx = 2.0\n(g(x + h) - g(x))/h",
    "# les get more complex\na = 3.0\nb = -1.5\nc = 7.0\nd = a*b + c\nprint(d)",
    "h = 0.001\n\n# inputs\na = 3.0\nb = -1.5\nc = 7.0\n\nd1 = a*b + c\nb += h\nd2 = a*b + c\n\nprint('d1', d1)\nprint('d2', d2)\nprint('slope', (d2 - d1)/h)",
]

BY_HAND = [
    "p = Value(4.0, label='p')\nq = Value(-1.5, label='q')\nr = Value(2.0, label='r')\nu = p*q; u.label = 'u'\nv = u + r; v.label = 'v'\nw = Value(-3.0, label='w')\nL = v*w; L.label = 'L'\nL",
    "draw_dot(L)",
    "L.grad = 1.0\nw.grad = v.data\nv.grad = w.data",
    "u.grad = v.grad * 1.0\nr.grad = v.grad * 1.0\np.grad = u.grad * q.data\nq.grad = u.grad * p.data\nprint(p.grad, q.grad, r.grad, w.grad)",
    "def lol():\n  h = 0.001\n  p = Value(4.0, label='p')\n  q = Value(-1.5, label='q')\n  r = Value(2.0, label='r')\n  u = p*q; u.label = 'u'\n  v = u + r\n  w = Value(-3.0)\n  L = v*w\n  L1 = L.data\n\n  p = Value(4.0 + h, label='p')\n  u = p*q\n  v = u + r\n  L = v*w\n  L2 = L.data\n  print((L2 - L1)/h)\n\nlol()",
    "for each in (p, q, r, w):\n  each.data += 0.01 * each.grad\nu = p*q\nv = u + r\nL = v*w\nprint(L.data)",
]

NEURON = [
    "# inputs x1,x2\nx1 = Value(2.0, label='x1')\nx2 = Value(0.0, label='x2')\n# weights\nw1 = Value(-3.0, label='w1')\nw2 = Value(1.0, label='w2')\nb = Value(6.8813735870195432, label='b')\nx1w1 = x1*w1; x1w1.label = 'x1*w1'\nx2w2 = x2*w2; x2w2.label = 'x2*w2'\nx1w1x2w2 = x1w1 + x2w2; x1w1x2w2.label = 'x1*w1 + x2*w2'\nn = x1w1x2w2 + b; n.label = 'n'\no = n.tanh(); o.label = 'o'\no",
    "o.grad = 1.0\no._backward()\nn._backward()\nb._backward()\nx1w1x2w2._backward()\nx2w2._backward()\nx1w1._backward()",
    "x1.grad, w1.grad, x2.grad, w2.grad",
    "for v in (x1, x2, w1, w2, b, x1w1, x2w2, x1w1x2w2, n, o):\n  v.grad = 0.0",
    "o.grad = 1.0\ntopo = []\nvisited = set()\ndef build_topo(v):\n  if v not in visited:\n    visited.add(v)\n    for child in v._prev:\n      build_topo(child)\n    topo.append(v)\nbuild_topo(o)\nlen(topo)",
    "for node in reversed(topo):\n  node._backward()\nprint(x1.grad, w1.grad, x2.grad, w2.grad)",
    "e = (2*n).exp()\no2 = (e - 1) / (e + 1)\no2.data",
    "a = Value(3.0, label='a')\nb = a + a\nb.backward()\na.grad",
]

CLASSES = """import random

class Neuron:
  def __init__(self, nin):
    self.w = [Value(random.uniform(-1,1)) for _ in range(nin)]
    self.b = Value(random.uniform(-1,1))

  def __call__(self, x):
    act = sum((wi*xi for wi, xi in zip(self.w, x)), self.b)
    return act.tanh()

  def parameters(self):
    return self.w + [self.b]

class Layer:
  def __init__(self, nin, nout):
    self.neurons = [Neuron(nin) for _ in range(nout)]

  def __call__(self, x):
    outs = [n(x) for n in self.neurons]
    return outs[0] if len(outs) == 1 else outs

  def parameters(self):
    return [p for neuron in self.neurons for p in neuron.parameters()]

class MLP:
  def __init__(self, nin, nouts):
    sz = [nin] + nouts
    self.layers = [Layer(sz[i], sz[i+1]) for i in range(len(nouts))]

  def __call__(self, x):
    for layer in self.layers:
      x = layer(x)
    return x

  def parameters(self):
    return [p for layer in self.layers for p in layer.parameters()]
"""

ROWS = "xs = [\n  [2.0, 3.0, -1.0],\n  [3.0, -1.0, 0.5],\n  [0.5, 1.0, 1.0],\n  [1.0, 1.0, -1.0],\n]\nys = [1.0, -1.0, -1.0, 1.0] # desired targets"

LOOP = """for k in range(20):
  ypred = [n(x) for x in xs]
  loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
  for p in n.parameters():
    p.grad = 0.0
  loss.backward()
  for p in n.parameters():
    p.data += -0.05 * p.grad
  print(k, loss.data)
"""

TRAINED = [
    CLASSES,
    "random.seed(42)\nx = [2.0, 3.0, -1.0]\nn = MLP(3, [4, 4, 1])\nn(x)",
    "len(n.parameters())",
    ROWS,
    "ypred = [n(x) for x in xs]\nypred",
    "loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))\nloss",
    "loss.backward()",
    "n.layers[0].neurons[0].w[0].grad, n.layers[0].neurons[0].w[0].data",
    "draw_dot(loss)",
    "for p in n.parameters():\n  p.data += -0.01 * p.grad",
    "n.layers[0].neurons[0].w[0].data",
    LOOP,
    "ypred",
    "[n(x).data for x in xs]",
]

FOLLOWER = [
    "import random\nrandom.seed(3)\nfrom micrograd.engine import Value\nfrom micrograd.nn import MLP, Module",
    "model = MLP(2, [5, 1])\nprint(model)\nprint('number of parameters', len(model.parameters()))",
    "X = [[random.gauss(0, 1), random.gauss(0, 1)] for _ in range(6)]\ny = [1 if a*b > 0 else -1 for a, b in X]\ny",
    "def loss_of(model):\n    inputs = [list(map(Value, row)) for row in X]\n    scores = list(map(model, inputs))\n    losses = [(1 + -yi*scorei).relu() for yi, scorei in zip(y, scores)]\n    data_loss = sum(losses) * (1.0 / len(losses))\n    alpha = 1e-4\n    reg_loss = alpha * sum((p*p for p in model.parameters()))\n    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]\n    return data_loss + reg_loss, sum(accuracy) / len(accuracy)\n\ntotal_loss, acc = loss_of(model)\nprint(total_loss, acc)",
    "history = {'loss': [], 'acc': []}\nfor k in range(8):\n    total_loss, acc = loss_of(model)\n    model.zero_grad()\n    total_loss.backward()\n    learning_rate = 1.0 - 0.9*k/100\n    for p in model.parameters():\n        p.data -= learning_rate * p.grad\n    history['loss'].append(total_loss.data)\n    history['acc'].append(acc)\n    if k % 2 == 0:\n        print(f'step {k:>2} loss {total_loss.data:.6f}, accuracy {acc*100}%')",
    "print(min(history['loss']), max(history['acc']))\nplt.plot(history['loss'])",
]

LINEAR = [
    "import numpy as np\nnp.random.seed(0)\nX = np.random.uniform(-2, 2, 5)\nY = 3*X + 1\nprint(X.shape, Y)",
    'class Linear:\n    """y = w x + b"""\n    def __init__(self):\n        self.w = Value(0.1)\n        self.b = Value(0.0)\n    def __call__(self, x):\n        return self.w*x + self.b\n    @property\n    def params(self):\n        return [self.w, self.b]\n    def __repr__(self):\n        return f\'Linear(w={self.w.data:.4f}, b={self.b.data:.4f})\'\n\nmodel = Linear()\nmodel',
    "lr, epochs = 0.1, 0\nwhile epochs < 15:\n    loss = Value(0.0)\n    for xi, yi in zip(X, Y):\n        loss = loss + (model(xi) - yi)**2\n    loss = loss / len(X)\n    for p in model.params:\n        p.grad = 0\n    loss.backward()\n    for p in model.params:\n        p.data -= lr*p.grad\n    epochs += 1\nprint('loss: {:.5f}'.format(loss.data), model)",
    "w = Value(5.0, label='w')\nfor i in range(10):\n    f = (w - 2)**2 + 1\n    w.grad = 0.0\n    f.backward()\n    w.data -= 0.2 * w.grad\nprint(round(w.data, 6), [round(v, 3) for v in (f.data, w.grad)])",
    "def sgd(params, lr=0.01):\n    for p in params:\n        p.data -= lr * p.grad\n\ndef zero(params):\n    for p in params: p.grad = 0.0\n\nfor _ in range(3):\n    zero(model.params)\n    l = sum(((model(a) - t)**2 for a, t in zip(X.tolist(), Y.tolist())), Value(0))\n    l.backward()\n    sgd(model.params, lr=0.05)\n    print(model, '%.4f' % l.data)",
    "mean = lambda v: sum(v)/len(v)\nprint(mean([abs(p.grad) for p in model.params]), any(p.grad > 1 for p in model.params), sorted([3, 1, 2], reverse=True)[:2])",
]

NOTEBOOKS = {
    "slopes": SLOPES, "by hand": BY_HAND, "neuron": NEURON, "trained": TRAINED, "follower": FOLLOWER, "linear": LINEAR,
}  # fmt: skip
