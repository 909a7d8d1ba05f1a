"""`diagnose`: the right cause for each known mistake, nothing for what is right, never a guess."""

import math

import pytest

import micrograd
from micrograd import Value, diagnose
from micrograd.diagnosing.mistakes import MISTAKES
from micrograd.diagnosing.passes import run
from micrograd.diagnosing.right_pass import finished
from micrograd.diagnosis import Diagnosis
from micrograd.foreign import read_graph
from tests.engine.planted import OPS, everything, planted, random_graph, right_grads

GRAPHS = 50  # of each mistake; as many as one likes: `python tests/campaign.py mistakes`


def is_wrong(root):
    """Whether the mistake changed a number: by the class's own right slopes, not by ours."""
    nodes = everything(root)
    right = right_grads(nodes)
    return any(abs(v.grad - right[id(v)]) > 1e-7 * max(1e-3, abs(right[id(v)])) for v in nodes)


def found(cls, backward=lambda root: root.backward()):
    """The diagnoses of seeded graphs on which the mistake of the class changes a number."""
    seed = 0
    diagnoses = []
    while len(diagnoses) < GRAPHS and seed < 3000:
        root = random_graph(cls, seed)
        backward(root)
        if is_wrong(root):
            diagnoses.append(diagnose(root))
        seed += 1
    return diagnoses


def test_right_graphs_have_no_diagnosis():
    cls = planted()
    for seed in range(150):
        root = random_graph(cls, seed)
        root.backward()
        assert diagnose(root) is None, seed


def test_right_values_of_ours_have_no_diagnosis():
    a, b, c, f = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c"), Value(-2.0, label="f")
    L = (a * b + c) * f + (a / b) ** 2 - (2**c).log() + a.sigmoid() * f.tanh() + c.sqrt().sin()
    L.backward()
    assert micrograd.diagnose(L) is None


SLOPES = {
    "tanh, 1 − t": ("tanh", lambda x, y, out, n: (1 - out,), "tanh were 1 − t instead of 1 − t²"),
    "tanh of the input": ("tanh", lambda x, y, out, n: (1 - x * x,), "1 − x² instead of 1 − t²"),
    "exp, x": ("exp", lambda x, y, out, n: (x,), "exp were x instead of out"),
    "×, own operand": ("*", lambda x, y, out, n: (x, y), "the operand itself instead of the other"),
    "n × xⁿ": ("**", lambda x, y, out, n: (n * out,), "n × xⁿ instead of n × x^(n − 1)"),
    "without n": ("**", lambda x, y, out, n: (x ** (n - 1),), "x^(n − 1) instead of n × x^(n − 1)"),
    "sign of −": ("-", lambda x, y, out, n: (1, 1), "1 instead of −1"),
    "sign of ÷": ("/", lambda x, y, out, n: (1 / y, x / y**2), "x ÷ y² instead of −x ÷ y²"),
    "relu, always 1": ("relu", lambda x, y, out, n: (1,), "1 everywhere instead of 1 if x > 0 else 0"),
    "log, 1 ÷ out": ("log", lambda x, y, out, n: (1 / (out or 1),), "1 ÷ out instead of 1 ÷ x"),
    "sigmoid, s": ("sigmoid", lambda x, y, out, n: (out,), "s instead of s × (1 − s)"),
    "sign of neg": ("neg", lambda x, y, out, n: (1,), "1 instead of −1"),
}


@pytest.mark.parametrize("name", SLOPES)
def test_a_wrong_slope_is_named_with_the_right_one(name):
    op, slopes, words = SLOPES[name]
    diagnoses = found(planted(slopes={op: slopes}))
    assert len(diagnoses) == GRAPHS
    assert {each.cause for each in diagnoses} == {"wrong_slope"}
    assert sum(words in each.sentence for each in diagnoses) > 0.8 * GRAPHS  # others may give the same


OVERWRITTEN = [OPS, ("+",), ("*",), ("tanh",), ("+", "*")]
WALKS = ["breadth", "depth", "stack", "paths", "forward"]
ELSEWHERE = [OPS, ("tanh",), ("+",), ("*",)]
REPEATED = [
    (lambda v: False, "without a grad zeroed"),
    (lambda v: v._prev, "the leaves held"),
    (lambda v: not v._prev, "only the leaves zeroed"),
]


@pytest.mark.parametrize("ops", OVERWRITTEN)
def test_what_is_overwritten_is_named(ops):
    diagnoses = found(planted(assigns=ops))
    assert len(diagnoses) == GRAPHS
    assert {each.cause for each in diagnoses} == {"overwritten"}
    assert sum("overwrote" in each.sentence for each in diagnoses) > 0.8 * GRAPHS


def test_the_path_goes_by_what_overwrote_the_other():
    """Of `d = a*b; e = a + b; f = d*e`: b is left with what came last, −2 from d or −6 from e.

    Which one that is, the set `_prev` decides by addresses: so there are many graphs, all kept.
    """
    cls, kept = planted(assigns=OPS), []
    for _ in range(40):
        a, b = cls(-2.0, label="a"), cls(3.0, label="b")
        d, e = a.made("*", b), a.made("+", b)
        d.label, e.label = "d", "e"
        f = d.made("*", e)
        kept.append(f)
        f.backward()
        last = {-2.0: d, -6.0: e}[b.grad]
        it = diagnose(f)
        assert it.path == (f, last, it.node)
        assert f"from {last.label}, overwrote" in it.sentence


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_without_topological_order_is_named(walk):
    diagnoses = found(planted(walk=walk))
    assert len(diagnoses) == GRAPHS
    assert {each.cause for each in diagnoses} == {"order"}
    assert all("still waited for" in each.sentence or "than once" in each.sentence for each in diagnoses)


def test_an_operand_that_a_set_has_lost_is_named():
    assert {each.cause for each in found(planted(once=True))} == {"lost_operand"}


class Apart:
    """A class of one's own that keeps plain numbers out of `_prev`."""

    def __init__(self, data, children=(), op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, set(children), op
        self._backward = lambda: None

    def _with(self, other, op, out, slopes):
        out = Apart(out, (self, other) if isinstance(other, Apart) else (self,), op)

        def _backward():
            self.grad += slopes[0] * out.grad
            if isinstance(other, Apart):
                other.grad += slopes[1] * out.grad

        out._backward = _backward
        return out

    def __add__(self, other):
        return self._with(other, "+", self.data + getattr(other, "data", other), (1.0, 1.0))

    def __mul__(self, other):
        y = getattr(other, "data", other)
        return self._with(other, "*", self.data * y, (y, self.data))

    def backward(self):
        self.grad = 1.0
        for v in reversed(everything(self)):
            v._backward()


@pytest.mark.parametrize("made", [
    lambda a, b: (a + 1) * b, lambda a, b: a + 1, lambda a, b: a * 5 + b,
    lambda a, b: (a + 2.0) * b,  # 4, as a + a is
    lambda a, b: (a * 2.0) * b,
])  # fmt: skip
def test_a_number_that_is_no_operand_is_no_lost_operand(made):
    a, b = Apart(2.0), Apart(3.0)
    root = made(a, b)
    root.backward()
    assert diagnose(root) is None
    (row,) = [each for each in micrograd.gradcheck(root) if each.analytic == a.grad and each.data == 2.0]
    assert row.ok is None


@pytest.mark.parametrize("ops", ELSEWHERE)
def test_a_backward_that_is_hung_on_another_node_is_named(ops):
    diagnoses = found(planted(elsewhere=ops))
    assert len(diagnoses) == GRAPHS
    assert {each.cause for each in diagnoses} == {"not_run"}


def test_one_that_is_hung_on_another_node_by_an_op_that_nobody_uses_is_named():
    cls = planted(elsewhere=("*",))
    x, y = cls(0.5), cls(2.0)
    inner = x.made("tanh")
    inner.made("*", y)  # its rule stands on `inner` now, in place of that of tanh
    root = inner.made("exp")
    root.backward()
    diagnosis = diagnose(root)
    assert diagnosis.node is x
    assert diagnosis.cause == "not_run"
    assert "the `_backward` of * were set on another node" in diagnosis.sentence


def repeated(zeroed):
    def backward(root):
        nodes = everything(root)
        for _ in range(2 + len(nodes) % 4):
            for v in nodes:
                v.grad = 0.0 if zeroed(v) else v.grad
            root.backward()

    return backward


@pytest.mark.parametrize(("zeroed", "words"), REPEATED)
def test_passes_that_add_up_are_named(zeroed, words):
    diagnoses = found(planted(), repeated(zeroed))
    assert len(diagnoses) == GRAPHS
    assert {each.cause for each in diagnoses} == {"not_zeroed"}
    assert sum(words in each.sentence for each in diagnoses) > 0.9 * GRAPHS


@pytest.mark.parametrize("early", [True, False])
def test_parameters_that_moved_before_the_backward_pass_are_named_and_those_after_it_are_not(early):
    w, x, b = Value(2.0, label="w"), Value(3.0, label="x"), Value(-1.0, label="b")
    for _ in range(3):
        L = ((w * x + b) * 0.1).tanh() ** 2
        for each in (w, x, b):
            each.data -= 0.3 * each.grad if early and each is not x else 0.0
            each.grad = 0.0
        L.backward()
        for each in (w, b):
            each.data -= 0.0 if early else 0.3 * each.grad
    it = diagnose(L)
    assert it.cause == ("order" if early else "unknown")
    words = "as if the parameters had been moved between the forward and the backward pass"
    assert (words in it.sentence) is early


@pytest.mark.parametrize("seed", [0.0, 1.0])
def test_a_backward_that_was_never_run_is_named(seed):
    diagnoses = found(planted(), lambda root: setattr(root, "grad", seed))
    assert {each.cause for each in diagnoses} == {"not_run"}


class Doubled:
    """A class of one's own whose + sets where it should add."""

    def __init__(self, data, _children=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, set(_children), _op
        self._backward = lambda: None

    def __add__(self, other):
        out = Doubled(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad = 1.0 * out.grad
            other.grad = 1.0 * out.grad

        out._backward = _backward
        return out


def test_the_first_bug_of_the_lecture_is_found_in_anybodys_class():
    x = Doubled(3.0)
    y = x + x
    y.grad = 1.0
    y._backward()
    it = diagnose(y)
    assert (it.node, it.found, it.expected, it.cause, it.op) == (x, 1.0, 2.0, "overwritten", "")
    assert "(3).grad is 1, but 2 is right" in it.sentence
    assert "1 from (3 + 3), overwrote 1 from (3 + 3)" in it.sentence
    assert it.path == (y, x)
    assert [(each.node, each.found, each.expected) for each in it.differing] == [(x, 1.0, 2.0)]


def test_a_replaced_backward_of_our_own_value_is_found():
    x, b = Value(0.5, label="x"), Value(3.0, label="b")
    t = x.tanh()
    L = t * b
    t._backward = lambda: setattr(x, "grad", x.grad + (1 - t.data) * t.grad)
    L.backward()
    it = diagnose(L)
    assert (it.node, it.cause, it.op) == (x, "wrong_slope", "tanh")
    assert "1 − t instead of 1 − t²" in it.sentence


def test_an_own_op_goes_by_the_row_that_gives_its_number():
    x = Value(0.5, label="x")
    t = Value(math.tanh(x.data), (x,), "mytanh")
    t._backward = lambda: setattr(x, "grad", x.grad + (1 - t.data) * t.grad)
    L = t * 3
    L.backward()
    assert diagnose(L).cause == "wrong_slope"
    t._backward = lambda: setattr(x, "grad", x.grad + (1 - t.data**2) * t.grad)
    L.zero_grad()
    L.backward()
    assert diagnose(L) is None


def test_an_op_that_the_table_lacks_is_taken_by_its_own_word_and_left_as_it_was():
    x = Value(0.5, label="x")
    out = Value(x.data**2 + 7, (x,), "odd")
    out._backward = lambda: setattr(x, "grad", x.grad + 2 * x.data * out.grad)
    L = out * 3
    L.backward()
    assert diagnose(L) is None
    assert (x.grad, out.grad) == (3.0, 3.0)
    L.backward()
    assert diagnose(L).cause == "not_zeroed"


def test_what_no_known_mistake_gives_is_unknown_with_both_numbers():
    z = Value(2.0, label="z")
    q = z + z
    q.backward()
    z.grad = 123.0
    it = diagnose(q)
    assert (it.cause, it.found, it.expected, it.mistake) == ("unknown", 123.0, 2.0, None)
    assert it.sentence == "z.grad is 123, but 2 is right: no known mistake gives all of these grads."


def test_what_follows_from_an_unknown_number_and_what_changed_since_is_said():
    a, w = Value(2.0, label="a"), Value(3.0, label="w")
    t = a * w
    t.label = "t"
    L = t * 5
    L.backward()
    t.grad, a.grad, w.grad = 0.7, 0.7 * 3, 0.7 * 2
    assert "the other grads that differ follow from this one" in diagnose(L).sentence
    a.grad = w.grad = t.grad = 0.0
    L.backward()
    w.data += 1.0
    assert "the data of t is not what its operands give" in diagnose(L).sentence


def test_a_pass_that_began_at_another_node_is_told():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    c = a * b
    d = c.tanh() + a
    (d * c).backward()
    it = diagnose(d)
    assert (it.node, it.found, it.cause) == (d, 6.0, "unknown")
    assert "a pass that began at this node would leave 1 there" in it.sentence


def test_grads_kept_from_passes_at_other_numbers_are_not_called_a_count_of_passes():
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    for _ in range(2):
        L = (w * x).tanh() * 2 + w
        L.backward()
        w.data -= 0.1
    L = (w * x).tanh() * 2 + w
    L.backward()
    it = diagnose(L)
    assert it.cause == "unknown"
    assert "only leaves differ: what they hold is not of this pass alone" in it.sentence


def test_the_slope_of_either_side_of_a_kink_is_right():
    cls = planted(slopes={"relu": lambda x, y, out, n: (float(x >= 0),)})
    x = cls(0.0)
    root = x.made("relu").made("+", x)
    root.backward()
    assert diagnose(root) is None


def test_single_precision_is_compared_as_such():
    numpy = pytest.importorskip("numpy")
    cls = planted()
    for wrong in (1.0, 1.001):
        x = cls(numpy.float32(0.3))
        root = x.made("exp").made("*", x)
        root.backward()
        for v in everything(root):
            v.data, v.grad = numpy.float32(v.data), numpy.float32(v.grad)
        x.grad = numpy.float32(x.grad * wrong)
        assert (diagnose(root) is None) is (wrong == 1.0)


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda a, b: setattr(a, "_prev", (b,)), ValueError, "goes in a circle: node"),
        (lambda a, b: setattr(a, "grad", None), TypeError, "the grad of node a is None, not a number"),
        (lambda a, b: setattr(a, "data", [1.0]), TypeError, "node a holds a list, not a number"),
        (lambda a, b: setattr(b, "_prev", {3.0}), TypeError, "node b is computed from a float"),
    ],
)
def test_what_is_no_graph_is_refused_with_the_name_of_the_node(spoil, error, words):
    cls = planted()
    a = cls(2.0, label="a")
    b = a.made("*", a)
    b.label = "b"
    spoil(a, b)
    with pytest.raises(error, match=words):
        diagnose(b)
    with pytest.raises(TypeError, match="a float has no graph behind it"):
        diagnose(3.0)


def test_it_prints_as_a_sentence_and_the_neighbourhood_and_shows_itself_in_a_notebook():
    x = Value(3.0, label="x<1>")
    y = x * x
    y._backward = lambda: setattr(x, "grad", x.data * y.grad)
    y.backward()
    it = diagnose(y)
    assert isinstance(it, Diagnosis)
    assert str(it).startswith(it.sentence)
    assert str(it).splitlines()[2].split() == ["node", "op", "data", "grad", "right"]
    assert repr(it) == str(it)
    bundle = it._repr_mimebundle_()
    assert bundle["text/plain"] == str(it)
    assert "<td>x&lt;1&gt;</td><td></td><td>3</td><td>3</td><td>6</td>" in bundle["text/html"]
    assert "<svg" in bundle["text/html"]
    assert "right grad 6" in bundle["text/html"]


def test_every_mistake_of_the_table_can_be_planted_and_has_its_words():
    root = random_graph(planted(), 3)
    graph = finished(read_graph(root))
    causes = {"overwritten", "wrong_slope", "order", "not_zeroed", "lost_operand", "not_run"}
    assert {mistake.cause for mistake in MISTAKES} == causes
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)
    right = run(graph)
    for mistake in MISTAKES:
        assert mistake.sentence.endswith(".")
        changes = list(mistake.changes(graph, None))
        assert all(len(run(graph, change)) == len(right) and change.said for change in changes)


def test_a_long_chain_needs_no_recursion():
    x = Value(1.0)
    y = x
    for _ in range(5_000):
        y = y + x
    y.backward()
    assert diagnose(y) is None
    x.grad = 1.0  # as by `=` for `+=`, but the rules, when asked, add: it is not said to be so
    assert diagnose(y).cause == "unknown"
