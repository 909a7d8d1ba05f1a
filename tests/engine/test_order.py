"""The orders in which a graph is walked."""

from hypothesis import given
from hypothesis import strategies as st

from micrograd import Value
from micrograd.engine import acting, topological_order
from micrograd.steps import backward_steps
from tests.engine.test_steps import graphs
from tests.engine.test_values import own_sine


def by_recursion(root):
    """micrograd's `build_topo`."""
    order, seen = [], set()

    def build(node):
        if node not in seen:
            seen.add(node)
            for x in node._prev:
                build(x)
            order.append(node)

    build(root)
    return order


@st.composite
def wide(draw):
    """A graph of users' own nodes with none to four operands each, some with a `_backward` of their own."""
    nodes = [Value(1.0)]
    for _ in range(draw(st.integers(1, 15))):
        places = draw(st.lists(st.integers(0, len(nodes) - 1), max_size=4))
        nodes.append(Value(1.0, [nodes[place] for place in places], "own"))
        if draw(st.booleans()):
            nodes[-1]._backward = lambda: None
    return nodes[-1]


@given(graphs() | wide())
def test_the_order_is_that_of_the_recursion(root):
    assert topological_order(root) == by_recursion(root)


@given(graphs() | wide())
def test_all_but_plain_leaves_act_in_the_same_order(root):
    assert acting(root) == [n for n in topological_order(root) if n is root or n._prev or n._rule]


def test_a_leaf_acts_where_it_has_a_backward_of_its_own_as_in_micrograd():
    x = Value(2.0)
    told = []
    x._backward = lambda: told.append(x.grad)
    root = own_sine(x) * x
    root.backward()
    assert told == [x.grad]
    root.zero_grad()
    steps = list(backward_steps(root))
    assert steps[-1].node is x
    assert len(told) == 2
    alone = Value(1.0)
    alone._backward = lambda: told.append("alone")
    alone.backward()
    assert told[-1] == "alone"
