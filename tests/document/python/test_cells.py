# ruff: noqa: E501
"""Cells as they stand in notebooks, pasted one after the other: functions, loops, lists, and what is printed."""

import sys
from types import ModuleType

import pytest

import micrograd_gui as mg
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python.pasted import PastedCell, said
from micrograd_gui.document.python.workspace import Workspace
from micrograd_gui.session.measure import complete
from tests.document.python.oracle import by_python


def paste_all(*cells: str) -> Graph:
    graph = Graph()
    for cell in cells:
        graph, _ = pasted(graph, cell, None)
    return graph


def last(graph: Graph) -> PastedCell:
    assert isinstance(graph.workspace, Workspace)
    return graph.workspace.cells[-1]


def printed(*cells: str) -> str:
    return last(paste_all(*cells)).printed.strip()


SLOPES = (
    "import math\nimport numpy as np\nimport matplotlib.pyplot as plt\n%matplotlib inline",
    "def g(x):\n  return 2*x**2 - 3*x + 4",
    "g(2.0)",
    "xs = np.arange(-4, 4, 0.5)\nys = g(xs)\nplt.plot(xs, ys)",
    "h = 0.0001\nx = 2.0\n(g(x + h) - g(x))/h",
)


def test_a_function_is_defined_in_one_cell_and_called_in_the_next():
    graph = paste_all(*SLOPES[:3])
    assert last(graph).printed == "6.0\n"
    assert complete(graph).data[graph.target] == 6.0
    assert [node.label for node in graph if node.label] == ["x"]


def test_a_cell_is_walked_through_while_another_thread_loads_numpy(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", ModuleType("numpy"))
    assert printed("print([2.0 * x for x in [1.0, 2.0]][1])") == "4.0"


def test_what_is_passed_over_is_listed_with_its_line():
    assert last(paste_all(*SLOPES[:1])).passed_over == (
        (1, "import math"), (2, "import numpy as np"), (3, "import matplotlib.pyplot as plt"), (4, "%matplotlib inline"),
    )  # fmt: skip
    graph = paste_all(*SLOPES[:4])
    assert last(graph).passed_over == ((3, "plt.plot(xs, ys)"),)
    assert said(last(graph)) == "Passed over: line 3, plt.plot(xs, ys)."


def test_what_is_told_of_a_bar_is_passed_over_and_what_it_goes_through_is_gone_through():
    cell = "for k in (bar := tqdm(range(3), desc='epoch', leave=False)):\n    bar.set_postfix(k=k)\nprint(k)"
    graph = paste_all(f"from tqdm.auto import tqdm, trange\n{cell}")
    assert said(last(graph)) == (
        "Printed: 2. Passed over: line 1, from tqdm.auto import tqdm, trange; line 3, bar.set_postfix(k=k)."
    )
    assert (
        printed("import tqdm\nwith tqdm.trange(4, desc='x') as bar:\n    bar.update(1)\nprint(sum(bar))")
        == "6"
    )


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!pip install micrograd",
        "%%bash",
        "Value??",
        "?a.data",
        "files = !ls",
        "%timeit a*a",
    ],
)
def test_a_cell_of_magics_alone_is_passed_over_and_listed(magic):
    graph = paste_all("a = Value(2.0)", magic)
    assert said(last(graph)) == f"Passed over: line 1, {magic}."
    assert [node.label for node in graph] == ["a"]


def test_the_statement_after_time_is_gone_through_and_nobody_times_it():
    graph = paste_all(
        "a = Value(2.0)", "%time b = a*3\nfor k in range(2):\n    %time c = b*k\n    %timeit c\n%time c"
    )
    assert last(graph).printed == "Value(data=6.0, grad=0)\n"
    assert last(graph).passed_over == ((1, "%time"), (3, "%time"), (4, "%timeit c"), (5, "%time"))
    with pytest.raises(ExpressionRefusal, match=r"^Line 2, column 11: nothing is not defined\.$"):
        paste_all("if True:\n    %time nothing(k)")


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nls -la\necho $HOME",
        "%%writefile engine.py\na = 3",
        "%%html\n<b>a</b>",
        "%%!\nls -la",
        "!pip install x \\\n   'y'",
    ],
)
def test_what_is_in_another_language_is_passed_over_whole(cell):
    graph = paste_all("a = Value(2.0)", cell, "a")
    assert last(graph).printed == "Value(data=2.0, grad=0)\n"


@pytest.mark.parametrize("name", ["__new__", "__setattr__"])
def test_what_nobody_would_ask_of_a_class_of_values_is_said(name):
    own = "class Value:\n  def __init__(self, data):\n    self.data = data\n    self.grad = 0\n  def __add__(self, o): ...\n"
    graph = paste_all(f"{own}  def {name}(self, *args): pass\na = Value(2.0)\nprint(a)")
    assert last(graph).notes == (f"Nothing was printed. Line 6, column 3: {name} is not understood here.",)


def test_a_line_of_a_text_is_no_magic():
    cell = '"""\n!so\n%like this\nwhat?\n"""\n%who\na = Value(1.5)'
    assert last(paste_all(cell)).passed_over == ((6, "%who"),)


def test_what_a_line_passes_over_is_listed_in_the_order_of_the_line():
    assert last(paste_all("plt.plot([1]); plt.grid();")).passed_over == (
        (1, "plt.plot([1])"),
        (1, "plt.grid()"),
    )


@pytest.mark.parametrize(
    ("before", "cell", "said"),
    [
        (
            "import random\nrandom.seed(1)\nn = Neuron(2)",
            "n([1.0])",
            "Column 1: this network has 2 inputs, not 1.",
        ),
        (
            "import random\nrandom.seed(1)\nn = Neuron(2)",
            "n([1,2,3])",
            "Column 1: this network has 2 inputs, not 3.",
        ),
        ("def g(x, y): return x*y", "g(1,2,3)", "Column 1: g takes 2 operands, not 3."),
        ("ws = [1.0, 2.0]", "ws[5]", "Column 1: a list of 2 has the places 0 to 1, not 5."),
    ],
)
def test_what_is_wrong_with_a_thing_of_an_earlier_cell_is_said_of_that_thing(before, cell, said):
    with pytest.raises(ExpressionRefusal, match=f"^{said}$"):
        paste_all(before, cell)


def test_a_weight_goes_by_where_it_is_kept_not_by_the_variable_of_a_loop():
    graph = paste_all(
        "class Unit:\n  def __init__(self):\n    self.w, self.b = Value(2.0), Value(1.0)",
        "n = Unit()\nL = n.w * 3.0 + n.b\nfor p in [n.w, n.b]:\n  p.grad = 0.0",
    )
    assert [node.title for node in graph if node.role == "parameter"] == ["n.w", "n.b"]


def test_a_slope_by_a_small_step_is_the_number_that_python_prints():
    h, x = 0.0001, 2.0
    expected = ((2 * (x + h) ** 2 - 3 * (x + h) + 4) - (2 * x**2 - 3 * x + 4)) / h
    assert printed(*SLOPES) == repr(expected)


LECTURE = (
    "p = Value(4.0, label='p')\nq = Value(-1.5, label='q')\nr = Value(2.0, label='r')\nu = p*q; u.label = 'u'\nv = u + r; v.label = 'v'\nw = Value(-3.0, label='w')\nL = v*w; L.label = 'L'\nL",
    "draw_dot(L)",
    "L.backward()\nprint(p.grad, q.grad, r.grad, w.grad)",
)


def test_names_of_earlier_cells_stay_known_and_grads_are_those_of_the_rule():
    assert printed(*LECTURE) == "4.5 -12.0 -3.0 -4.0"
    graph = paste_all(*LECTURE[:2])
    assert last(graph).passed_over == ((1, "draw_dot(L)"),)
    assert graph.nodes[graph.target].label == "L"


def test_a_name_of_the_canvas_goes_on_in_a_cell_with_a_loop():
    graph, new = pasted(
        mg.parse("a = Value(2.0); b = a*3"), "c = b\nfor k in range(3):\n    c = c + k*a\nprint(c.data)", None
    )
    assert last(graph).printed == "12.0\n"
    assert graph.nodes[graph.target].label == "c"
    assert complete(graph).data[graph.target] == 12.0
    assert all(node in new or graph.nodes[node].label in "ab" for node in graph.nodes)


def test_a_number_that_was_changed_on_the_canvas_is_what_the_next_cell_sees():
    graph = paste_all("def twice(x): return x*2", "a = Value(3.0)\nb = twice(a)")
    graph = graph.valued(graph.named("a"), 10.0)
    assert last(pasted(graph, "print(a.data, b.data, twice(b).data)", None)[0]).printed == "10.0 20.0 40.0\n"


def test_what_a_cell_defines_is_taken_back_with_it():
    before = paste_all("x = Value(1.0)\ny = x + 1")
    after, new = pasted(before, "def cube(v): return v**3", None)
    assert not new
    assert after.nodes is before.nodes
    assert after.wiring is before.wiring
    assert pasted(after, "z = cube(y)", None)[1]
    with pytest.raises(ExpressionRefusal, match="there is no function “cube”"):
        pasted(before, "z = cube(y)", None)


CELLS = [
    't = 0\nfor i, v in enumerate([3, 1, 2]):\n    t += i*v\nprint(t)',
    'k = 10\nwhile k > 3:\n    k -= 2\n    if k == 6:\n        break\nprint(k)',
    'print([a*b for a, b in zip([1, 2, 3], (4, 5, 6)) if a != 2])',
    'rows = [[1.0, 2.0], [3.0, -4.0]]\nprint(sum(sum(r) for r in rows), rows[-1][0], rows[0][:1])',
    'f = lambda a, b=2, *c, **d: a*b + len(c) + len(d)\nprint(f(3), f(1, 1, 5, 5), f(2, k=1))',
    'a, (b, *c) = 1, [2, 3, 4]\na, b = b, a\nprint(a, b, c)',
    'x = 2.34567\nprint(f\'{x:.2f} {x!r} {3:>4}|{"a":^3}|\')',
    "print('%d of %.3f' % (3, 2.5), '{:.1f} {n}'.format(1.25, n='u'))",
    "d = {'a': 1}\nd['b'] = 2\nprint(d, sorted(d), max(d.values()), 'a' in d, d.get('z', 0))",
    'def fib(n):\n    return n if n < 2 else fib(n-1) + fib(n-2)\nprint(fib(12))',
    'def outer():\n    n = 3\n    def inner(x):\n        return x + n\n    return inner\nprint(outer()(4))',
    'print(7 // 2, 7 % 3, 2**10, -3**2, 1/4, not 0, 1 < 2 < 3, None, (1,), [], {1})',
    'import math\nprint(math.exp(0.5), math.pi, round(math.sqrt(2), 3), abs(-2), min(3, 1, 2))',
    'a = [1]\nb = a\nb.append(2)\na += [3]\nprint(a, b is a, a[::-1], len(a))',
    's = 0\nfor row in [[1, 2], [3]]:\n    for x in row:\n        if x == 2: continue\n        s += x\nelse:\n    s += 100\nprint(s)',
    'a = 5; a -= 1; a *= 3; a /= 2; a **= 2\nprint(a)',
    'topo = []\nseen = set()\ndef walk(v):\n    if v not in seen:\n        seen.add(v)\n        for c in v._prev:\n            walk(c)\n        topo.append(v)\nx = Value(2.0); y = x*x + 1\nwalk(y)\nprint([t.data for t in topo])',
    "print('a', 'b', sep='-', end='!')",
    'import numpy as np\nprint(np.arange(3) * 2, np.array([1.0, 2.5]).mean(), np.tanh(0.5))',
    'import numpy as np\nprint(np.log1p(0.5), np.expm1([0.0, 1.0]), np.fabs(-2.5), np.abs(-3), np.sign(-2.0))',
    "try:\n    x = [1, 2][5]\nexcept IndexError:\n    print('none')\nelse:\n    print('some')\nfinally:\n    print('done')",
    'def safe(a, b):\n    try:\n        return a / b\n    except ZeroDivisionError as e:\n        return str(e)\nprint(safe(1, 2), safe(1, 0))',
    "class Mistake(ValueError):\n    pass\ntry:\n    raise Mistake('wrong')\nexcept ValueError as e:\n    print(type(e).__name__, e)",
    "try:\n    assert 1 > 2, 'no'\nexcept AssertionError as e:\n    print('caught', e)",
    "try:\n    raise ValueError('a', 2)\nexcept (TypeError, ValueError) as e:\n    print(repr(e), e.args)",
    "def gen(n):\n    for i in range(n):\n        yield i*i\ng = gen(4)\nprint(next(g), next(g), list(g), next(g, 'end'))",
    'print(next(x for x in [1, 5, 9] if x > 3), sum(x*x for x in range(4)), max(x for x in (3, 7)))',
    'it = iter([1, 2, 3])\nfor a in it:\n    print(a, next(it, None))',
    "print(type(3).__name__, type(2.5), type('a') == str, type([]) is list, type(None), type({}), isinstance(True, int))",
    'print(divmod(7, 3), divmod(-7.5, 2), 5 ^ 3, 6 & 3, 4 | 1)',
    'import numpy as np\na = np.array([[1.0, 2.0], [3.0, 4.0]])\nb = np.array([1.0, -1.0])\nprint(a @ b, b @ b, (a @ a).tolist(), a.T.sum(axis=0), a.reshape(4), a.mean(axis=1))',
    "print({x % 3 for x in range(7)}, {k: v for k, v in zip('ab', [1, 2])}, {1, 2} | {3}, {1, 2} & {2, 5}, {1, 2} - {2})",
    "class A:\n    def __init__(self, n):\n        self.n = n\n    def __repr__(self):\n        return f'A({self.n})'\nclass B(A):\n    def __init__(self, n, m):\n        super().__init__(n)\n        self.m = m\n    def __call__(self, x):\n        return x * self.n + self.m\n    def __radd__(self, o):\n        return o + self.n\n    def __eq__(self, o):\n        return self.n == o.n\n    def __lt__(self, o):\n        return self.n < o.n\n    def __len__(self):\n        return self.n\n    def __getitem__(self, i):\n        return i * 10\n    def __contains__(self, x):\n        return x == self.n\nb = B(2, 3)\nprint(b, b(5), 1 + b, sum([b]), b == B(2, 9), b < B(4, 0), len(b), b[3], 2 in b, isinstance(b, A), sorted([B(3, 0), B(1, 0)], key=lambda v: v.n))",
    "from dataclasses import dataclass, field\n@dataclass\nclass P:\n    x: float\n    y: float = 2.0\n    tags: list = field(default_factory=list)\n    def norm(self):\n        return (self.x**2 + self.y**2)**0.5\np = P(3.0, 4.0)\np.tags.append('a')\nprint(p, p.norm(), P(1.0))",
    'class T:\n    def __init__(self):\n        self._t = 1\n    @property\n    def t(self):\n        return self._t\n    @t.setter\n    def t(self, v):\n        self._t = v * 2\n    @classmethod\n    def make(cls):\n        return cls()\n    @staticmethod\n    def twice(x):\n        return 2 * x\no = T.make()\no.t = 4\nprint(o.t, T.twice(5), o.twice(6))',
    "def f(*args, scale=2, **words):\n    return sum(args) * scale + len(words)\nprint(f(1, 2, 3), f(*[1, 2], scale=1, **{'a': 1}))",
    "print('a,b'.split(','), 'x'.join(['1', '2']), 'Hello'.lower(), ' s '.strip(), 'abc'.find('c'), '12'.isdigit(), 'aXb'.replace('X', '-'))",
    "print(sorted([(2, 'b'), (1, 'z'), (1, 'a')]), sorted(['bb', 'a'], key=len, reverse=True), list(reversed([1, 2])), any([0, 1]), all([]))",
    'def count():\n    n = 0\n    def inc():\n        nonlocal n\n        n += 1\n        return n\n    return inc\nc = count()\nc()\nprint(c(), c())',
    "d = {'a': 1}\nd.update(b=2)\nprint(d.pop('a'), d.setdefault('c', []), d, list(d.items()))\ndel d['b']\nprint(d)",
    "class Timer:\n    def __enter__(self):\n        print('in')\n        return self\n    def __exit__(self, *a):\n        print('out')\nwith Timer() as t:\n    print('body')",
    "print(hasattr('a', 'upper'), getattr(Value(2.0), 'data'), callable(print), list(map(lambda a, b: a + b, [1, 2], [3, 4])))",
    "a = [3, 1, 2]\na[0:2] = [9]\na.remove(2)\nprint(a, (1, 2) < (1, 3), [1] == [1], 'a' < 'b')",
    "it = zip([1, 2], 'ab')\nprint(next(it), list(it), list(it))",
    "for i, (a, b) in enumerate(zip([1, 2], [3, 4])):\n    if a == 2:\n        continue\n    print(i, a, b)\nelse:\n    print('end')",
    'import numpy as np\nxx, yy = np.meshgrid(np.arange(2), np.arange(3))\nX = np.c_[xx.ravel(), yy.ravel()]\nprint(X.shape, X[2].tolist(), xx.shape)\nprint(np.dot([1, 2], [3, 4]), np.where(np.array([1, -1]) > 0, 1, 0), np.round(2.567, 1), np.maximum(0, np.array([-1, 2])))',
    "print(isinstance(3, (int, float)), [*range(3)], [*'ab', 1], {**{'a': 1}, 'b': 2})",
    "x = 5\nprint('big' if x > 3 else 'small', x if x else 0, not x, x == 5 and 'yes' or 'no', -x**2, +x, 7 % -3)",
    'a, *b = range(4)\nprint(a, b)\nwhile (n := len(b)) > 1:\n    b.pop()\nprint(n)',
    "import numpy as np\nx, k = np.array([1.0, 2.5]), np.array([1, 2])\na = x[1]\nx[0], k[1] / 2, a*2, -a, abs(a), round(a, 1), round(a), sum(x), max(k), float(a), int(a), a.item(), [a, {'a': np.mean([1, 2])}], f'{a} {a!r}', math.sqrt(a), np.sqrt(a), np.floor(2.5), np.float64(1) / 3, np.int64(7), x @ x, np.linalg.norm(x), x.tolist(), Value(a), (a*Value(2.0)).data, x.argmax()",
    "import json\nd = {'w': [0.5, -1, (True, None)], 'n': {}}\nprint(json.dumps(d), json.dumps(d, indent=1), json.loads(json.dumps(d))['w'][2], json.dumps('a\"b'), json.dumps({2: 'x', 'a': 1.0}))",
    "n = 5\nn <<= 2\nn |= 1\nprint(n, 1 << 4, -7 >> 1, ~5, ~0 & 7, True ^ True, [i >> 1 & 1 for i in range(4)], bin(6), hex(255), oct(8), int('101', 2), f'{5:04b}')",
    "import math, random\nrandom.seed('hello')\nprint(math.log(8, 2), random.choices('ab', weights=[1, 3], k=3), random.betavariate(1, 2))",
    "class Flags:\n    def __init__(self, n): self.n = n\n    def __or__(self, o): return self.n | o.n\n    def __invert__(self): return ~self.n\nprint(Flags(1) | Flags(6), ~Flags(2), isinstance(Flags(1), object), ~np.array([True, False]))",
    'from dataclasses import dataclass\n@dataclass\nclass Node:\n    name: str\n    value: float = 1.0\nclass Point(object):\n    __match_args__ = ("x", "y")\n    def __init__(self, x, y): self.x, self.y = x, y\ndef show(n):\n    match n:\n        case Node("a", value=v) if v > 1: return f"big a {v}"\n        case Node(name, v): return f"{name}={v}"\n        case [Node(name=first), *rest]: return f"{first}+{len(rest)}"\n        case {"op": "+", "args": [l, r], **others}: return f"{l}+{r} {others}"\n        case int() | float() as num: return f"num {num}"\n        case None: return "nothing"\n        case str(): return "text"\n        case _: return "?"\nfor x in (Node("a", 2.0), Node("b"), [Node("c"), 1, 2], {"op": "+", "args": [1, 2], "k": 3}, {"op": "-"}, 3.5, None, "s"):\n    print(show(x))',
    'from enum import Enum, auto, unique\n@unique\nclass Kind(Enum):\n    INPUT = auto()\n    OP = auto()\n    OUT = auto()\n    @property\n    def short(self): return self.name[0].lower()\n    @classmethod\n    def parse(cls, s): return cls[s.upper()]\nprint([k.short for k in Kind], Kind.parse("op"), Kind(3), Kind.OP in Kind, {k: k.value for k in Kind})\ntry: Kind(9)\nexcept ValueError as e: print(e)\ntry: Kind["X"]\nexcept KeyError as e: print("no", e)\nmatch Kind.OP:\n    case Kind.INPUT: print("in")\n    case Kind.OP: print("op!")\nprint(f"{Kind.OUT}", str(Kind.OUT), f"{Kind.OUT!r}", Kind.OP == Kind.OP, Kind.OP != Kind.OUT, Kind.OP is Kind.parse("op"))\nKind.OP',
    'import random, numpy as np\nrng_state = random.getstate(); np_state = np.random.get_state()\na = [random.gauss(0, 1) for _ in range(3)], np.random.randn()\nrandom.setstate(rng_state); np.random.set_state(np_state)\nb = [random.gauss(0, 1) for _ in range(3)], np.random.randn()\nprint(a == b)\nx = np.array([1.0, -2.0])\nprint([x[0] > 0, x[1] > 0], (x > 0)[1], not (x[0] > 0), x[0] > 0 and "yes", int(x[0] > 0), (x[0] > 0) + 1, sum([x[0] > 0, x[1] < 0]), str(x[0] > 0), f"{x[0] > 0}", repr(x[0] > 0), {True: 1}[x[0] > 0], x[0] > 0 is True)\nnp.all(x < 5), np.any(x > 5), np.isnan(x[0]), np.isfinite(x[1]), bool(x[0] > 0), x[0] == 1.0, x.any(), (x == x).all(), ~(x[0] > 0), (x[0] > 0) & (x[1] > 0), (x[0] > 0) == True',
    'def count_calls(f):\n    def inner(*a, **k):\n        inner.calls += 1\n        return f(*a, **k)\n    inner.calls = 0\n    return inner\n@count_calls\ndef loss_fn(w): return (w - 2.0)**2\nw = Value(0.0)\nfor _ in range(4):\n    l = loss_fn(w); w.grad = 0.0; l.backward(); w.data -= 0.25 * w.grad\nloss_fn.history = [l.data]\nloss_fn.history.append(0.5)\nprint(loss_fn.calls, w.data, loss_fn.history, hasattr(loss_fn, "calls"), getattr(loss_fn, "missing", "none"))\ntry: loss_fn.nope\nexcept AttributeError as e: print("AttributeError")\nprint(loss_fn.calls); loss_fn(w); print(loss_fn.calls)\ndef memo(n, _cache={}):\n    if n not in _cache: _cache[n] = n * n\n    return _cache[n]\nprint(memo(3), memo(3), memo.__name__, memo.__defaults__ if False else "ok")',
    'it = iter([1, 2, 3, 4, 5])\npairs = list(zip(it, it))\nprint(pairs, list(it))\na, b = iter("abc"), iter(range(2))\nprint(list(zip(a, b)), list(a))\nfor x, y in zip(range(3), (i*i for i in range(10))): print(x, y, end="; ")\nd = {"a": 1, "b": 2}\nprint(d.keys(), d.values(), d.items(), list(d.keys())[0], "a" in d.keys(), len(d.values()), d.keys() == {"a", "b"}, sorted(d.values())[-1], sum(d.values()))',
    "class Base:\n    known = []\n    def __init_subclass__(cls, tag='', **words):\n        super().__init_subclass__(**words)\n        Base.known.append((cls.__name__, tag))\nclass A(Base, tag='a'): pass\nclass B(A): pass\nprint(Base.known, min(range(3), key=[5, 1, 4].__getitem__), max('ab', key={'a': 2, 'b': 1}.__getitem__))",
    "def batches(items, size):\n    it = iter(items)\n    while chunk := [x for _, x in zip(range(size), it)]:\n        yield chunk\nprint(list(batches(range(10), 4)), list(batches('abc', 2)))",
    'import numpy as np\nx = np.array([0.0, 0.5, 2.0])\nprint(np.gradient(x * x, x), np.gradient([1.0, 4.0, 9.0]), np.array_equal(x, x * 1), np.array_equal([1], [1, 2]))',
    "from enum import Enum\nclass Act(Enum):\n    TANH = 'tanh', 1.0\n    RELU = 'relu', 2.0\n    RECT = 'relu', 2.0\n    def __init__(self, kind, gain):\n        self.kind, self.gain = kind, gain\n    def __str__(self):\n        return self.kind\nprint(Act.RELU, Act.RECT is Act.RELU, len(Act), [a.gain for a in Act], Act['RECT'], repr(Act.TANH))",
    'from __future__ import annotations\nimport math, typing as t\nclass Tracker:\n    """Keeps a running mean."""\n    count: int = 0\n    def __init__(self, name: str, *, decay: float = 0.9) -> None:\n        self.name, self.decay, self._mean = name, decay, None\n    def update(self, x: float) -> Tracker:\n        self._mean = x if self._mean is None else self.decay * self._mean + (1 - self.decay) * x\n        type(self).count += 1\n        return self\n    @property\n    def mean(self) -> float: return self._mean or 0.0\n    def __str__(self): return f"<{self.name}: {self.mean:.4f}>"\n    def __bool__(self): return self._mean is not None\n    def __iadd__(self, x): return self.update(x)\n    def __float__(self): return self.mean\ntr = Tracker("loss")\nprint(bool(tr), tr.update(1.0).update(0.5), Tracker.count, Tracker.__doc__, tr.__class__.__name__)\ntr += 0.25\nprint(f"{tr}", float(tr), isinstance(tr, Tracker), tr.name)',
    'Params = dict[str, Value]\ndef init(shape: tuple[int, int], scale=1.0) -> Params:\n    rows, cols = shape\n    return {f"w{r}{c}": Value(scale * (r - c) / (1 + r + c), label=f"w{r}{c}") for r in range(rows) for c in range(cols)}\nps: Params = init((2, 3), scale=2)\ntotal = sum(v**2 for v in ps.values())\ntotal.backward()\nprint({k: round(v.grad, 3) for k, v in ps.items() if v.grad}, len(ps | {"b": Value(0.0)}))\nprint("\\n".join(f"{k:<5}|{v.data:>7.3f}|" for k, v in sorted(ps.items(), key=lambda kv: kv[1].data)))',
    'class Parameter(Value):\n    def __init__(self, data, name=""):\n        super().__init__(data, label=name)\n        self.frozen = False\n    def step(self, lr):\n        if not self.frozen:\n            self.data -= lr * self.grad\np, q = Parameter(1.0, "p"), Parameter(2.0, "q"); q.frozen = True\nloss = (p * q - 3)**2\nloss.backward()\nfor v in (p, q): v.step(0.1)\nprint(p.data, q.data, p.label, isinstance(p, Value))',
    'import itertools, operator\nfrom functools import reduce\nnames = "abcd"\nvals = {n: Value(float(i + 1), label=n) for i, n in enumerate(names)}\nprods = [reduce(operator.mul, (vals[n] for n in combo)) for combo in itertools.combinations(names, 2)]\nL = reduce(operator.add, prods)\nL.backward()\nprint(L.data, {n: v.grad for n, v in vals.items()})\npairs = list(itertools.zip_longest("ab", [1], fillvalue="-")); print(pairs, list(itertools.accumulate([1, 2, 3])), [k for k, g in itertools.groupby("aabbc")])',
    'import numpy as np\na = np.array([3.0, 1.0, 2.0, 2.0, 10.0])\nprint(np.median(a), np.percentile(a, 25), np.quantile(a, [0.5, 1.0]), np.unique(a), np.unique([1, 2, 2], return_counts=True))\nhist, edges = np.histogram(a, bins=3)\nprint(hist, edges)\nnp.median(a), np.histogram(a, [0, 5, 10])[0]',
    "class A:\n    pass\nfor f in (lambda: [1][3], lambda: {'a': 1}['b'], lambda: nothing, lambda: A().b, lambda: 1/0, lambda: 'ab'[5], lambda: int('x')):\n    try:\n        f()\n    except Exception as e:\n        print(type(e).__name__, e)",
    'class A:\n    def __init__(self): self.of = 3\n    def __repr__(self): return f"A({self.of})"\na = A()\nprint(a, a.of, isinstance(a, A))\na.of += 1\na',
    'from dataclasses import dataclass, field, asdict, astuple, replace\nfrom enum import IntEnum, Enum, auto\nfrom contextlib import contextmanager\nimport itertools as it\nclass L(IntEnum):\n    A = 1\n    B = auto()\nxs = [10, 20, 30]\nprint(xs[L.B], range(L.B), f"{L.A} {L.B:03d} {L.A!r}", L.A < L.B, L.A == 1, L.A is L.A, sorted([L.B, L.A]), sum(L), str(L.A), int(L.B), [0] * L.B, -L.A, bool(L.A), {L.A: 1}[L.A], isinstance(L.A, L), len(L), max(L), round(L.B))\nfor lv in L: print(lv.name, lv.value)\nv = Value(2.0) * L.B\nv.data',
    'class S:\n    __slots__ = ("a",)\n    def __init__(self, a): self.a = a\ns = S(1)\ntry:\n    s.b = 2\nexcept AttributeError as e: print("no")\nclass D(S):\n    def __init__(self): super().__init__(3); self.c = 4\nprint(D().c)',
    'from dataclasses import dataclass, field, asdict, astuple, replace\nfrom enum import IntEnum, Enum, auto\nfrom contextlib import contextmanager\nimport itertools as it\n@contextmanager\ndef guard():\n    try:\n        yield\n    except ValueError as e:\n        print("caught", e)\n    else:\n        print("fine")\nwith guard():\n    raise ValueError("q")\nwith guard():\n    pass\ndef f():\n    with guard():\n        return 5\n    return 6\nprint(f())\nfor i in range(3):\n    with guard():\n        if i == 1: continue\n        if i == 2: break\n        print(i)\ntry:\n    with guard(): 1 / 0\nexcept ZeroDivisionError: print("through")\nclass Ctx:\n    def __enter__(self): print("in"); return self\n    def __exit__(self, kind, error, trace):\n        print("out", kind.__name__ if kind else None, error)\n        return kind is ValueError\nwith Ctx() as c:\n    raise ValueError("x")\ntry:\n    with Ctx(), guard():\n        raise KeyError("k")\nexcept KeyError as e: print(e)\ndef g():\n    with Ctx(): return 3\ng()\nwith guard():\n    clip = [1][3] if False else 2\n    print(clip)\n@contextmanager\ndef none():\n    if False: yield\ntry:\n    with none(): pass\nexcept RuntimeError: print("none")\nclass N:\n    on = True\n    @contextmanager\n    def off(self):\n        self.on = False\n        yield self\n        self.on = True\nn = N()\nwith n.off() as m: print(m.on)\nprint(n.on)\ndef gen():\n    with guard():\n        yield 1\n        yield 2\nlist(gen())',
    'import itertools as it\nfrom dataclasses import dataclass, field, asdict, astuple, replace\nfrom enum import IntEnum, Enum, auto\nfrom contextlib import contextmanager\nimport itertools as it\nimport functools\ndef deco(f):\n    @functools.wraps(f)\n    def w(*a): return f(*a) * 2\n    return w\n@deco\ndef h(x): return x\n@dataclass\nclass Q:\n    p: int\n    r: list\nprint(h.__name__, h(3), asdict(Q(1, [Q(2, [])])), astuple(Q(1, [2])), replace(Q(1, []), p=5), list(it.starmap(pow, [(2, 3)])), list(it.takewhile(lambda v: v < 2, [1, 2, 1])), list(it.dropwhile(lambda v: v < 2, [1, 2, 1])))',
    'class Param(Value):\n    def __init__(self, data, name=""):\n        super().__init__(data)\n        self.name = name\nw = Param(0.5, "w")\nprint(type(w).__name__, isinstance(w, Value), type(w * 2).__name__, isinstance(w * 2, Param), w.__class__.__name__, type(w * 2) is Value)\nclass Box:\n    def __init__(self): self.a, self.b = 1, [2.0]\nb = Box()\nvars(b)["a"] = 7\nprint(vars(b), b.__dict__, b.a)',
    'from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Config:\n    lr: float = 0.1\ntry:\n    Config().lr = 3\nexcept AttributeError as e: print(type(e).__name__, e)\nfor pair in ((1, 2), (3,)), ((1,), (2, 3)):\n    try:\n        print(list(zip(*pair, strict=True)))\n    except ValueError as e: print(e)\nprint(list(zip((1, 2), "ab", strict=True)))',
    'class GradError(RuntimeError):\n    def __init__(self, name, got, want):\n        super().__init__(f"{name}: got {got:.3f}, want {want:.3f}")\n        self.name = name\ndef check(name, got, want, tol=1e-6):\n    if abs(got - want) > tol:\n        raise GradError(name, got, want)\na, b = Value(2.0), Value(3.0)\nc = a * b + a\nc.backward()\nfor name, v, want in (("a", a, 4.0), ("b", b, 99.0)):\n    try:\n        check(name, v.grad, want)\n    except GradError as err:\n        print("FAIL", err, err.name)\n    else:\n        print("ok", name)\n    finally:\n        print("checked", name)\ndef risky(n):\n    try:\n        return 10 / n\n    except ZeroDivisionError as e:\n        raise ValueError("n must not be 0") from e\nfor n in (2, 0):\n    try: print(risky(n))\n    except ValueError as e: print(repr(e), type(e.__cause__).__name__)\nprint(repr(GradError(\'q\', 1.0, 2.0)), GradError(\'q\', 1.0, 2.0).args)\nclass Two(Exception): pass\nprint(Two(1, 2), Two(), repr(Two(\'x\')), repr(Two(1, \'y\')))',
    "import sys, logging\nlogging.basicConfig(level=logging.INFO)\nlogging.getLogger(__name__).info('start')\nsys.path.append('..')\nprint(sys.version_info >= (3, 8), __name__)",
    'import numpy as np\nprint(np.logspace(-3, 0, 4), np.logspace(0, 3, num=4, base=2.0))',
    'class Lazy:\n    def __init__(self): self.a = 1\n    def __getattr__(self, name):\n        if name.startswith("get_"): return lambda: name[4:]\n        raise AttributeError(name)\nz = Lazy()\nprint(z.a, z.get_x(), hasattr(z, "foo"), getattr(z, "foo", 3))\ntry: z.foo\nexcept AttributeError as e: print("none:", e)',
]  # fmt: skip


def test_cells_print_what_python_prints():
    told = by_python([[each] for each in CELLS])
    assert [printed(each) for each in CELLS] == [cells[-1].strip() for cells in told]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("for i in range(3):\n    y = foo(i)", "Line 2, column 9: foo is not defined."),
        ("def f(x):\n    return x + y\nf(1)", "Line 2, column 16: y is not defined."),
        ("xs = [1, 2]\nprint(xs[2])", "Line 2, column 7: a list of 2 has the places 0 to 1, not 2."),
        ("print(1/0)", "Column 7: Python says ZeroDivisionError: division by zero."),
        ("a = [1, 2] + 3\nprint(a[0])", "Line 1, column 5: there is no + of a list and a number."),
        ("try:\n    a = 1/0\nexcept E:\n    pass", "Line 3, column 8: E is not defined."),
        ("print({'a': 1}['b'])", "Column 7: the dict has no key 'b'."),
        ("{'a': 1}['b']", "Column 1: the dict has no key 'b'."),
        (
            "np.array([1, 2]) + np.array([1, 2, 3])",
            "Column 1: arrays of the shapes (2,) and (3,) do not fit for +.",
        ),
        ("a = eval('1')\nprint(a)", "Line 1, column 5: eval is not understood here."),
        ("print([1, 2][1.0])", "Column 7: a place is a whole number, not 1.0."),
        ("np.float32(0.5)", "Column 1: numbers have 64 bits here: write np.float64."),
        (
            "import json\nprint(json.dumps([Value(1.0)]))",
            "Line 2, column 7: a Value is nothing for JSON: take its numbers.",
        ),
        ("print(~1.5)", "Column 7: there is no ~ of a number."),
        ("print(1.5 << 2)", "Column 7: there is no << of a number and a number."),
        ("print(1 << 99999)", "Column 7: the whole number is too large."),
        (
            "class Mine(MLP):\n    def grow(self): super().grow()\nMine(2, [1]).grow()",
            "Line 2, column 21: above Mine nothing has a grow.",
        ),
        (
            "class Mine(Neuron): pass\nMine(2)([1.0])",
            "Line 2, column 1: this raises ValueError: ReLUNeuron(2) takes 2 inputs, not 1.",
        ),
        ("raise ValueError('too bad')", "Column 1: this raises ValueError: too bad."),
        ("print(next([1]))", "Column 7: next takes an iterator, not a list."),
        ("def f():\n    yield 1\nprint(len(f()))", "Line 3, column 7: an iterator has no length."),
        ("def f(x): return x\nf(1, 2)", "Line 2, column 1: f takes 1 operand, not 2."),
        ("async def f(): pass", "Column 1: “async def” is not understood here."),
        ("print((1).__class__)", "Column 7: a number has no __class__ here."),
        (
            "while True: pass",
            "Column 13: this goes on for more than 100,000 steps, and is not followed further.",
        ),
        (
            "class Value: pass\nx = Value(1.0)\nif x < 2: y = x",
            "Line 3, column 4: Values are not ordered: compare their numbers",
        ),
        ("a, b = [1, 2, 3]\nprint(a + 1)", "Line 1, column 1: 3 things cannot be given to 2 names."),
    ],
)
def test_what_is_outside_is_named_with_line_and_column(cell, sentence):
    graph = mg.parse("L = a*b")
    with pytest.raises(ExpressionRefusal) as refused:
        pasted(graph, cell, None)
    assert str(refused.value).startswith(sentence)


def test_a_mistake_in_a_function_of_an_earlier_cell_is_told_where_it_is_called():
    graph = paste_all("def half(x):\n    return x / zero", "k = 1")
    with pytest.raises(ExpressionRefusal) as refused:
        pasted(graph, "a = 1\nprint(half(2))", None)
    assert (
        str(refused.value)
        == "Line 2, column 7: in half of an earlier cell, line 2, column 16: zero is not defined."
    )


def test_a_further_cell_of_a_program_knows_what_the_graph_knows():
    first = mg.parse("def f(a, b): return (a*b).tanh()")
    assert not first.nodes
    graph = mg.parse("x = Value(0.5)\ny = f(x, x)", onto=first)
    assert mg.run(graph).frame(-1).data["y"] == pytest.approx(0.24491866240370913)


def test_numbers_given_as_statements_are_numbers_in_the_next_cell():
    assert (
        printed("a = 2.0\nb = -3.0\nc = a*b", "print(a, c, [a + k for k in range(2)])")
        == "2.0 -6.0 [2.0, 3.0]"
    )


def test_a_cell_whose_prints_cannot_be_worked_out_says_so():
    graph = paste_all("a = Value(2.0)\nb = a*k\nprint(b.data)")
    assert [node.label for node in graph] == ["a", "k", "b"], "a name that nothing defines is a leaf"
    assert last(graph).printed == "2.0\n"
    graph = paste_all("a = Value(2.0)\nb = a*3\nprint(b.size)")
    assert last(graph).notes == ("Nothing was printed. Line 3, column 7: a Value has no size here.",)


def test_a_row_of_numbers_of_torch_is_changed_in_place():
    """As torch does it: (1 + 3·2)² = 49; its slopes 14 and 42 lead to 0.86 and 1.58, and (0.86 + 3·1.58)² = 31.36."""
    cell = """import torch
w = torch.tensor([1.0, 2.0], requires_grad=True)
for k in range(2):
    loss = (w*torch.tensor([1.0, 3.0])).sum()**2
    w.grad = None
    loss.backward()
    with torch.no_grad():
        for p in [w]: p -= 0.01*p.grad
    print(round(loss.item(), 6))
"""
    assert printed(cell) == "49.0\n31.36"
    of_one = (
        "import torch\nw = torch.tensor([0.5])\nv = w\nwith torch.no_grad():\n    v -= 0.25\nprint(w.item())"
    )
    assert printed(of_one) == "0.25"
    assert printed("a = Value(1.0)\nb = a\nb += 1\nprint(a.data)") == "1.0", "of a Value it makes another one"


def test_a_row_of_numbers_of_torch_is_gone_through_thing_by_thing():
    cell = """import torch
logits = torch.tensor([0.0, 3.0, -2.0, 1.0], requires_grad=True)
probs = torch.softmax(logits, dim=0)
loss = -probs[3].log()
loss.backward()
print(logits.grad, logits.shape, len(probs), [round(g.item(), 4) for g in logits.grad])
print((logits*2.0 - 1.0).sum().item(), logits.mean().item(), torch.nn.LogSoftmax(dim=0)(logits)[3].item())
"""
    first, second = printed(cell).splitlines()
    assert first == "tensor([0.0418, 0.8390, 0.0057, -0.8865]) (4,) 4 [0.0418, 0.839, 0.0057, -0.8865]"
    assert [float(each) for each in second.split()] == pytest.approx([0.0, 0.5, -2.1755153626])
    for wrong in (
        "torch.tensor([[1.0, 2.0], [3.0, 4.0]])",
        "torch.tensor([1.0, 2.0]) + torch.tensor([1.0, 2.0, 3.0])",
    ):
        with pytest.raises(ExpressionRefusal, match="row"):
            paste_all(f"x = {wrong}\nprint(x)")


def test_a_tensor_holds_32_bits_unless_it_is_double():
    cell = "import torch\nb = torch.Tensor([6.8813735870195432]).double()\nw = torch.tensor([-3.0])\nn = b + w*2.0\n"
    assert printed(cell + "print(torch.tanh(n).item())").startswith("0.7071066904050")
    assert printed("import torch\nprint(torch.tensor(0.1, dtype=torch.float64).item())") == "0.1"
