# ruff: noqa: E501
"""A class of Values that a notebook writes itself: its names, its text and its functions, over ours."""

import pytest

from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python.workspace import Workspace

LECTURE = """import math

class Value:
  def __init__(self, data, _children=(), _op='', label=''):
    self.data = data
    self.grad = 0.0
    self._backward = lambda: None
    self._prev = set(_children)
    self._op = _op
    self.label = label

  def __repr__(self):
    return f"Value(data={self.data})"

  def __add__(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), '+')
    def _backward():
      self.grad += 1.0 * out.grad
      other.grad += 1.0 * out.grad
    out._backward = _backward
    return out

  def __mul__(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), '*')
    def _backward():
      self.grad += other.data * out.grad
      other.grad += self.data * out.grad
    out._backward = _backward
    return out

  def tanh(self):
    t = (math.exp(2*self.data) - 1)/(math.exp(2*self.data) + 1)
    out = Value(t, (self, ), 'tanh')
    def _backward():
      self.grad += (1 - t**2) * out.grad
    out._backward = _backward
    return out

  def backward(self):
    order, seen = [], set()
    def visit(v):
      if v not in seen:
        seen.add(v)
        for child in v._prev:
          visit(child)
        order.append(v)
    visit(self)
    self.grad = 1.0
    for v in reversed(order):
      v._backward()
"""
MORE = """
  def softstep(self):
    return 1 / (1 + (-self).exp())

  def tanh_a(self):
    out = Value(math.tanh(self.data), (self,), 'tanh')
    out._backward = lambda: None
    return out

  def leaky(self, slope=0.2):
    out = Value(self.data if self.data > 0 else slope*self.data, (self,), 'leaky')
    out._backward = lambda: None
    return out

  @property
  def half(self):
    return self * 0.5

  def __gt__(self, other):
    return self.data > (other.data if isinstance(other, Value) else other)
"""
RENAMED = (
    LECTURE.replace("Value", "Num").replace("self.data", "self.val").replace("other.data", "other.val")
    .replace("def backward(self)", "def backprop(self)").replace("_children", "kids").replace("._prev", ".kids")
    .replace("v._backward()", "v.push()").replace("self._backward", "self.push").replace("out._backward", "out.push")
)  # fmt: skip


def after(*cells: str) -> Graph:
    graph = Graph()
    for cell in cells:
        graph, _ = pasted(graph, cell, None)
    return graph


def printed(*cells: str) -> str:
    workspace = after(*cells).workspace
    assert isinstance(workspace, Workspace)
    return workspace.cells[-1].printed.strip()


def test_a_value_is_written_as_its_own_class_writes_it():
    assert printed(LECTURE, "a = Value(2.0, label='a')\nb = a*3.0\nb") == "Value(data=6.0)"
    own = LECTURE.replace("Value(data={self.data})", "{self.label}={self.data:.1f}")
    assert printed(own, "a = Value(2.0, label='a')\nprint([a], str(a))") == "[a=2.0] a=2.0"


def test_statements_with_the_lectures_class_are_nodes_as_before():
    graph = after(LECTURE, "a = Value(2.0, label='a')\nb = a.tanh(); b.label = 'b'")
    assert [(node.label, node.op) for node in graph] == [("a", None), ("b", "tanh")]


def test_other_names_for_its_fields_are_known():
    assert (
        printed(RENAMED, "x = Num(3.0)\ny = x*x + 2.0*x\ny.backprop()\nprint(x.val, x.grad, y.val)")
        == "3.0 8.0 15.0"
    )
    graph = after(
        RENAMED,
        "w = Num(1.0)\nfor k in range(4):\n  L = (w + -3.0)*(w + -3.0)\n  w.grad = 0.0\n  L.backprop()\n  w.val -= 0.1*w.grad",
    )
    assert graph.plan is not None
    assert graph.plan.rate == pytest.approx(0.1)


def test_a_function_of_it_is_the_op_that_it_does_else_what_is_in_it():
    graph = after(LECTURE + MORE, "x = Value(0.5, label='x')\ny = x.tanh_a()\ny.label = 'y'")
    assert [node.op for node in graph] == [None, "tanh"]
    graph = after(LECTURE + MORE, "x = Value(0.5, label='x')\ny = x.softstep()")
    assert {node.op for node in graph} >= {"neg", "exp", "+", "/"}
    assert (
        printed(LECTURE + MORE, "x = Value(0.5)\nprint(x.half.data, x > 0.1, 0.6 > x.data)")
        == "0.25 True True"
    )


def test_a_rule_that_no_op_has_is_refused_in_a_sentence():
    with pytest.raises(
        ExpressionRefusal, match="leaky of Value makes a Value by a rule of its own, which is no op"
    ):
        after(LECTURE + MORE, "x = Value(-1.0)\ny = x.leaky()")


def test_a_class_that_is_no_value_stays_a_class():
    cell = "class Vec:\n  def __init__(self, x):\n    self.x = x\n  def __add__(self, o):\n    return Vec(self.x + o.x)\n  def __mul__(self, k):\n    return Vec(self.x * k)\nprint((Vec(1) + Vec(2)*3).x)"
    assert printed(cell) == "7"


def test_a_function_given_to_the_class_later_is_its_own():
    cells = (
        "def square(self):\n  return self*self\nValue.square = square",
        "x = Value(3.0)\nprint(x.square().data)",
    )
    assert printed(*cells) == printed(LECTURE, *cells) == "9.0"
    more = "class Value(Value):\n  def cube(self):\n    return self*self*self\nprint(Value(2.0).cube())"
    assert printed(LECTURE, more) == "Value(data=8.0)"
