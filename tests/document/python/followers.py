# ruff: noqa: E501
"""Further notebooks in the manner of those that follow the lecture: what their hands print, and how."""

from tests.document.python.notebooks import CLASSES

FOLLOWERS = {
    "own class": [
        'import math\nclass Value:\n    \'\'\'a scalar\'\'\'\n    def __init__(self, data, _children=(), _op=\'\', label=\'\'):\n        self.data = data\n        self.grad = 0.0\n        self._prev = set(_children)\n        self._op = _op\n        self.label = label\n        self._backward = lambda: None\n    def __repr__(self):\n        return f"Value(data={self.data:.4f}, grad={self.grad:.4f})"\n    def __add__(self, other):\n        other = other if isinstance(other, Value) else Value(other)\n        out = Value(self.data + other.data, (self, other), \'+\')\n        def _backward():\n            self.grad += out.grad\n            other.grad += out.grad\n        out._backward = _backward\n        return out\n    def __mul__(self, other):\n        other = other if isinstance(other, Value) else Value(other)\n        out = Value(self.data * other.data, (self, other), \'*\')\n        def _backward():\n            self.grad += other.data * out.grad\n            other.grad += self.data * out.grad\n        out._backward = _backward\n        return out\n    def __pow__(self, k):\n        assert isinstance(k, (int, float)), "only supporting int/float powers for now"\n        out = Value(self.data ** k, (self,), f\'**{k}\')\n        def _backward():\n            self.grad += k * self.data ** (k - 1) * out.grad\n        out._backward = _backward\n        return out\n    def tanh(self):\n        t = (math.exp(2*self.data) - 1)/(math.exp(2*self.data) + 1)\n        out = Value(t, (self,), \'tanh\')\n        def _backward():\n            self.grad += (1 - t**2) * out.grad\n        out._backward = _backward\n        return out\n    def __radd__(self, other): return self + other\n    def __rmul__(self, other): return self * other\n    def __neg__(self): return self * -1\n    def __sub__(self, other): return self + (-other)\n    def __rsub__(self, other): return other + (-self)\n    def __truediv__(self, other): return self * other**-1\n    def backward(self):\n        topo, visited = [], set()\n        def build(v):\n            if v not in visited:\n                visited.add(v)\n                for c in v._prev:\n                    build(c)\n                topo.append(v)\n        build(self)\n        self.grad = 1.0\n        for v in reversed(topo):\n            v._backward()\n',
        "a = Value(2.0, label='a')\nb = Value(-3.0, label='b')\nc = Value(10.0, label='c')\ne = a*b; e.label='e'\nd = e + c; d.label='d'\nf = Value(-2.0, label='f')\nL = d*f; L.label='L'\nL",
        "L.backward()\nfor v in [a,b,c,d,e,f,L]:\n    print(f'{v.label:>2} | data {v.data:8.4f} | grad {v.grad:8.4f}')",
        'print(d._prev == {e, c}, len(L._prev), L._op, sorted(x.label for x in L._prev))',
        'a, b',
        '[x for x in (a,b)]',
        "print({'a': a.grad, 'b': b.grad})",
        'print(1 - a, a/b, (a-b).data)',
        'x = Value(0.5); y = ((x*2).tanh() + x**3)/3\ny.backward()\nprint(y, x)\nx',
    ],
    "net prints": [
        CLASSES,
        'random.seed(7)\nn = MLP(2, [3, 1])\nprint(len(n.parameters()))\nx = [0.5, -1.0]\nn(x)',
        'print(n.parameters()[0])\nprint([round(p.data, 3) for p in n.parameters()])',
        "xs = [[0.0,0.0],[0.0,1.0],[1.0,0.0],[1.0,1.0]]\nys = [-1.0, 1.0, 1.0, -1.0]\nhistory = []\nfor epoch in range(15):\n    ypred = [n(x) for x in xs]\n    loss = sum((yp - y)**2 for yp, y in zip(ypred, ys))\n    for p in n.parameters():\n        p.grad = 0.0\n    loss.backward()\n    lr = 0.1 if epoch < 10 else 0.01\n    for p in n.parameters():\n        p.data += -lr * p.grad\n    history.append(loss.data)\n    if epoch % 5 == 0: print(f'epoch {epoch:3d}: loss = {loss.data:.6f}')\nprint(history[-1] < history[0], len(history))",
        "preds = [n(x) for x in xs]\nfor x, p, y in zip(xs, preds, ys):\n    print(x, '->', f'{p.data:+.3f}', 'want', y, 'ok' if p.data*y > 0 else 'no')",
        "acc = sum(1 for p, y in zip(preds, ys) if (p.data > 0) == (y > 0))/len(ys)\nprint('accuracy: {:.0%}'.format(acc))\nmax(history), min(history)",
    ],
    "softmax": [
        "import math\nimport random\nlogits = [Value(0.0), Value(3.0), Value(-2.0), Value(1.0)]\ncounts = [l.exp() for l in logits]\ntotal = sum(counts)\nprobs = [c / total for c in counts]\nprint([f'{p.data:.4f}' for p in probs])",
        'loss = -probs[3].log()\nloss.backward()\nloss.data',
        "ans = [0.041772570515350445, 0.8390245074625319, 0.005653302662216329, -0.8864503806400986]\nfor dim in range(4):\n    ok = 'OK' if abs(logits[dim].grad - ans[dim]) < 1e-5 else 'WRONG!'\n    print(f'{ok} for dim {dim}: expected {ans[dim]}, yours returns {logits[dim].grad}')",
        'print(sum(p.data for p in probs))\nassert abs(sum(p.data for p in probs) - 1) < 1e-9',
    ],
    "numeric": [
        'def f(a, b, c):\n  return -a**3 + math.sin(3*b) - 1.0/c + b**2.5 - a**0.5\nprint(f(2, 3, 4))',
        "from math import sin, cos\ndef gradf(a, b, c):\n  return [-3*a**2 - 0.5*a**-0.5, 3*cos(3*b) + 2.5*b**1.5, 1/c**2]\nyours = gradf(2, 3, 4)\nfor d, y in enumerate(yours):\n  print('dim', d, round(y, 6))",
        "h = 1e-6\nargs = [2.0, 3.0, 4.0]\nnum = []\nfor i in range(3):\n  up, dn = args[:], args[:]\n  up[i] += h\n  dn[i] -= h\n  num.append((f(*up) - f(*dn))/(2*h))\nprint(['%.4f' % v for v in num])",
        'all(abs(a - b) < 1e-4 for a, b in zip(num, yours))',
        "list(zip('abc', [round(v, 3) for v in num]))",
    ],
    "repr of nets": [
        'class Neuron:\n    def __init__(self, nin, nonlin=True):\n        self.w = [Value(random.uniform(-1,1)) for _ in range(nin)]\n        self.b = Value(0)\n        self.nonlin = nonlin\n    def __call__(self, x):\n        act = sum((wi*xi for wi,xi in zip(self.w, x)), self.b)\n        return act.relu() if self.nonlin else act\n    def parameters(self):\n        return self.w + [self.b]\n    def __repr__(self):\n        return f"{\'ReLU\' if self.nonlin else \'Linear\'}Neuron({len(self.w)})"\nclass Layer:\n    def __init__(self, nin, nout, **kwargs):\n        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]\n    def __call__(self, x):\n        out = [n(x) for n in self.neurons]\n        return out[0] if len(out) == 1 else out\n    def parameters(self):\n        return [p for n in self.neurons for p in n.parameters()]\n    def __repr__(self):\n        return f"Layer of [{\', \'.join(str(n) for n in self.neurons)}]"\nclass MLP:\n    def __init__(self, nin, nouts):\n        sz = [nin] + nouts\n        self.layers = [Layer(sz[i], sz[i+1], nonlin=i!=len(nouts)-1) for i in range(len(nouts))]\n    def __call__(self, x):\n        for layer in self.layers:\n            x = layer(x)\n        return x\n    def parameters(self):\n        return [p for layer in self.layers for p in layer.parameters()]\n    def __repr__(self):\n        return f"MLP of [{\', \'.join(str(layer) for layer in self.layers)}]"',
        "random.seed(3)\nmodel = MLP(2, [3, 2, 1])\nprint(model)\nprint('number of parameters', len(model.parameters()))",
        'model.layers[0].neurons[1].w',
        'out = model([1.0, -2.0])\nout.backward()\nprint(out)\n[p.grad for p in model.parameters()][:4]',
        'model',
        'for i, layer in enumerate(model.layers):\n    print(i, layer, sum(abs(p.grad) for p in layer.parameters()) > 0)',
    ],
    "random": [
        'import random\nrandom.seed(42)\nprint(random.random(), random.randint(1, 6), random.uniform(-1, 1), random.gauss(0, 1), random.choice([1,2,3]), random.sample(range(10), 3))',
        'l = list(range(5))\nrandom.shuffle(l)\nl',
        'np.random.seed(0)\nprint(np.random.randn(2).round(4).tolist(), np.random.rand(2).tolist(), np.random.permutation(4).tolist())',
    ],
    "words": [
        "data = {'x': [1.0, 2.0, 3.0], 'y': [2.1, 3.9, 6.2]}\nw, b = Value(0.0), Value(0.0)\nfor step in range(3):\n    loss = Value(0.0)\n    for x, y in zip(data['x'], data['y']):\n        err = w*x + b - y\n        loss = loss + err*err\n    loss = loss / len(data['x'])\n    w.grad, b.grad = 0.0, 0.0\n    loss.backward()\n    w.data -= 0.05*w.grad\n    b.data -= 0.05*b.grad\n    print('step', step, 'loss', loss.data, sep='\\t')",
        'print(f"{\'param\':<8}{\'value\':>10}{\'grad\':>10}")\nfor name, p in {\'w\': w, \'b\': b}.items():\n    print(f\'{name:<8}{p.data:>10.3f}{p.grad:>10.3f}\')',
        "print('-'*20)\nprint(type(w).__name__, isinstance(w, Value), w.data == w.data)",
        'w',
        "print(w, b, sep=' | ')\nprint(loss)",
        '%timeit 1\nw.data',
        "print('done', end='')",
        'def mse(pred, target): return sum(((p - t)**2 for p, t in zip(pred, target)), Value(0)) / len(pred)\nmse([w*1, w*2], [1, 2])',
    ],
    "ops": [
        "x = Value(1.5)\nys = {'relu': x.relu(), 'tanh': x.tanh(), 'exp': x.exp(), 'log': x.log(), 'pow': x**2, 'rdiv': 1/x, 'neg': -x, 'rsub': 3 - x}\nfor k, v in ys.items():\n    print(k, v.data)",
        'for k, v in ys.items():\n    x.grad = 0\n    v.backward()\n    print(k, x.grad)',
        'print(x)',
        'print([v for v in ys.values()])',
        'a = Value(1); b = Value(2)\nprint(a, a + b, a*b, a/b, (a - b).data, b**2, a.data)',
        'c = a + 1\nc += 2\nprint(c, c._prev if False else len(c._prev))\nc.backward(); print(a.grad)',
        'z = sum([a, b, c]); print(z.data, (z > 1) if False else z.data > 1)',
    ],
    "own generators": [
        "import random, math\nimport numpy as np\nclass Net:\n    def __init__(self, *sizes, rng):\n        assert len(sizes) > 1, 'at least two sizes'\n        self.layers = [[[Value(rng.uniform(-1, 1)) for _ in range(i + 1)] for _ in range(o)] for i, o in zip(sizes, sizes[1:])]\n    def __call__(self, x):\n        assert len(x) == len(self.layers[0][0]) - 1, f'{len(x)} inputs'\n        for layer in self.layers:\n            x = [(sum(w*xi for w, xi in zip(ws, x)) + ws[-1]).tanh() for ws in layer]\n        return x[0] if len(x) == 1 else x\n    def __len__(self): return sum(len(ws) for layer in self.layers for ws in layer)\nrng = random.Random(5)\nnet = Net(2, 3, 1, rng=rng)\nprint(len(net), net([1.0, -0.5]).data)",
        "print(rng.random(), rng.gauss(0, 1), rng.sample(range(9), k=3), rng.choice('abc'))\ntry:\n    net([1.0])\nexcept AssertionError as e:\n    print('AssertionError:', e)\ndraw = rng.uniform",
        "order = list(range(5)); rng.shuffle(order)\nprint(order, draw(0, 1), rng.random())",
        "g = np.random.default_rng(0)\nprint(g.normal(size=2).round(6), g.uniform(-1, 1, 2).round(6), g.integers(0, 9, 3), g.permutation(4), g.choice([1, 2, 3], size=2))\nold = np.random.RandomState(3)\nprint(old.randn(2).round(6), old.rand(1).round(6), old.randint(0, 5, 2))",
    ],
    "library": [
        "import itertools, operator, copy\nfrom functools import reduce, partial\nfrom collections import defaultdict, namedtuple, deque\nfrom typing import NamedTuple\nfrom itertools import accumulate, combinations, count, islice\nRow = namedtuple('Row', 'x y')\nclass Step(NamedTuple):\n    loss: float\n    rate: float = 0.1\n    def half(self): return self.loss/2\nrows = [Row(x, y) for x, y in itertools.product([0, 1], repeat=2)]\nprint(rows[1], rows[2].x, Step(2.0), Step(3.0, rate=1).half(), Row(1, 2)._replace(y=5))",
        "p = reduce(operator.mul, [Value(x) for x in (1.5, 2.0, -0.5)]); p.backward()\nprint(p.data, list(accumulate([1, 2, 3])), list(combinations('abc', 2)), list(islice(count(5), 3)), list(zip(count(1), 'ab')))",
        "last, groups = deque(maxlen=2), defaultdict(list)\nfor i in range(5):\n    last.append(i); groups[i % 2].append(i)\nprint(last, groups, partial(pow, 3)(2), sorted(rows, key=operator.attrgetter('y'))[0])\nbest = copy.deepcopy({'w': [1.0, [2.0]]})\nprint(best, math.prod([2, 3]), math.hypot(3, 4), 'x'.center(5, '*'))",
        "def told(thing):\n    match thing:\n        case 0 | 1: return 'bit'\n        case [a, *rest]: return f'{a} and {len(rest)}'\n        case str(): return 'text'\n        case n if n > 5: return 'many'\n        case _: return 'other'\nprint([told(t) for t in (1, [3, 4, 5], 'a', 9, 3.5)])",
        "a, b = Value(2.0), Value(-1.0)\nprint(max(a, b).data, a < b, f'{a:.3f}', float(b), sorted([a, b])[0] is b, round(a, 1))",
        "class Scalar:\n    __slots__ = ('value', 'grad', 'parents', 'name')\n    def __init__(self, value, parents=(), name=''):\n        self.value, self.grad, self.parents, self.name = value, 0.0, parents, name\n    def __mul__(self, other):\n        return Scalar(self.value * other.value, (self, other))\n    def __add__(self, other):\n        return Scalar(self.value + other.value, (self, other))\n    __rmul__, __radd__ = __mul__, __add__\nclass Parameter(Scalar):\n    def __init__(self, value):\n        super().__init__(value, name='parameter')\nw = Parameter(0.25)\nprint(w.name, (w * w + w).value, isinstance(w, Scalar))",
    ],
}  # fmt: skip
