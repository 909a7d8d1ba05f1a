# ruff: noqa: E501
"""Live values that are not what they seem: each is refused in a sentence that names the node."""

import itertools
import re

import numpy as np
import pytest

from micrograd import Value, diagnose, draw_dot, gradcheck, trace
from micrograd_gui.app.notebooks.live import Link
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.capture import capture
from tests.document.live.test_foreign_values import Foreign


class Silent:
    """What has no words for itself."""

    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


class SilentError(Exception):
    __str__ = Silent.__str__


def raising(name: str, problem: Exception) -> Foreign:
    """A value of another class, an attribute of which raises that."""

    def read(_self):
        raise problem

    kind = type("Raising", (Foreign,), {name: property(read, lambda _self, _it: None)})
    return Foreign(2.0, (kind(1.0, label="a"),), "tanh", "b")


def ours(**fields) -> Value:
    a = Value(1.0, label="a")
    b = a * 2
    b.label = "b"
    for name, thing in fields.items():
        setattr(a, name, thing)
    return b


def anothers(**fields) -> Foreign:
    a = Foreign(1.0, label="a")
    for name, thing in fields.items():
        setattr(a, name, thing)
    return Foreign(2.0, (a,), "tanh", "b")


def in_a_circle() -> Value:
    root = ours()
    root._prev[0]._prev = (root,)
    return root


CASES = {
    "circle": (in_a_circle, "the graph goes in a circle: node b is computed from itself"),
    "no grad": (lambda: ours(grad=None), "the grad of node a is None, not a number"),
    "grad array": (lambda: anothers(grad=np.ones(3)), "the grad of node a is an array, not a number"),
    "grad of one": (lambda: ours(grad=np.ones(1)), "the grad of node a is an array, not a number"),
    "data of one": (lambda: anothers(data=np.ones(1)), "node a holds an array, not a number"),
    "no data": (lambda: anothers(data=None), "node a holds None, not a number"),
    "text": (lambda: ours(data="3"), "node a holds a str, not a number"),
    "complex": (lambda: ours(data=1j), "node a holds a complex, not a number"),
    "numpy complex": (lambda: anothers(data=np.complex64(1)), "node a holds a complex64, not a number"),
    "complex array": (lambda: anothers(data=np.array(1j)), "node a holds an array, not a number"),
    "value in value": (lambda: anothers(data=Value(1.0)), "node a holds a Value, not a number"),
    "anything": (lambda: ours(data=Silent()), "node a holds a Silent, not a number"),
    "prev a number": (lambda: ours(_prev=3), "_prev of node a is an int, not its operands"),
    "prev None": (lambda: ours(_prev=None), "_prev of node a is None, not its operands"),
    "prev a text": (lambda: anothers(_prev="x"), "node a is computed from a str, which is no such value"),
    "prev numbers": (lambda: anothers(_prev={1}), "node a is computed from an int, which is no such value"),
    "prev read once": (lambda: anothers(_prev=iter([Foreign(1.0)])), "_prev of node a is a list_iterator, not"),
    "silent label": (lambda: ours(label=Silent()), "the label of the node that holds 1.0 cannot be read: RuntimeError no"),
    "silent op": (lambda: anothers(_op=Silent()), "_op of node a cannot be read: RuntimeError no words"),
    "label raises": (lambda: raising("label", OSError("gone")), "the label of the node that holds 1.0 cannot be read: OSError gone"),
    "data raises": (lambda: raising("data", KeyError("key")), "data of node a cannot be read: KeyError 'key'"),
    "grad raises": (lambda: raising("grad", SilentError()), "grad of node a cannot be read: SilentError"),
    "prev raises": (lambda: raising("_prev", RecursionError("deep")), "_prev of node a cannot be read: RecursionError deep"),
    "op raises": (lambda: raising("_op", ZeroDivisionError()), "_op of node a cannot be read: ZeroDivisionError"),
}  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", CASES)
def test_each_is_refused_by_all_that_read_live_values(name):
    make, said = CASES[name]
    sentence = f"^{re.escape(said[:1].upper() + said[1:])}.*, so it cannot be opened.$"
    with pytest.raises(Refusal, match=sentence) as refused:
        capture(make())
    assert str(refused.value).isprintable()
    with pytest.raises(Refusal, match=sentence):
        Link(make(), {}, {})
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(said)}"):
        diagnose(make())


@pytest.mark.parametrize("name", sorted({*CASES} - {"circle", "no grad", "no data", "complex", "numpy complex",
                                                    "prev read once"}))  # fmt: skip
def test_what_cannot_be_drawn_is_refused_by_name(name):
    make, said = CASES[name]
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(said)}"):
        draw_dot(make())


@pytest.mark.parametrize("name", ["prev a number", "prev None", "prev numbers"])
def test_what_cannot_be_traced_is_refused_by_name(name):
    make, said = CASES[name]
    with pytest.raises(TypeError, match=f"^{re.escape(said)}"):
        trace(make())


@pytest.mark.parametrize(
    "name", ["circle", "data of one", "text", "complex", "prev a number", "prev None", "silent label"]
)
def test_what_cannot_be_checked_is_refused_by_name(name):
    make, said = CASES[name]
    root = make()
    root.backward = lambda: None
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(said)}"):
        gradcheck(root)


def test_a_zero_dimensional_array_and_odd_texts_are_read():
    graph = capture(anothers(data=np.array(1.5), label=["a"], _op=5)).graph
    assert (graph.nodes[1].data, graph.nodes[1].label) == (1.5, "['a']")
    assert "| data 1.5000" in draw_dot(ours(data=np.array(1.5), label=np.ones(2))).source
    assert len(capture(ours(_op=np.ones(2))).graph) == 3


def test_operands_without_an_end_are_not_waited_for(monkeypatch):
    monkeypatch.setattr("micrograd.foreign._OPERANDS_AT_MOST", 1_000)

    class Endless:
        def __iter__(self):
            return itertools.count()

    with pytest.raises(Refusal, match=r"^Node a is computed from an int"):
        capture(anothers(_prev=Endless()))


def test_a_value_in_a_notebook_falls_back_on_its_repr():
    assert ours(grad=np.ones(3))._repr_mimebundle_() == {}
