"""Copies: deepcopy and pickle of whole graphs, however long, with what hangs on them."""

import copy
import io
import pickle

import pytest

from micrograd import Value, nn
from micrograd.engine import topological_order


class Named(Value):
    """A user's own kind of value, with an attribute that is always there."""

    def __init__(self, data, name):
        super().__init__(data)
        self.name = name


def in_python(thing):
    """By the pickle that is written in Python."""
    stream = io.BytesIO()
    pickle._Pickler(stream).dump(thing)
    return pickle.loads(stream.getvalue())


def in_c(thing):
    return pickle.loads(pickle.dumps(thing))


def by_the_oldest_protocol(thing):
    return pickle.loads(pickle.dumps(thing, protocol=0))


WAYS = (copy.deepcopy, in_c, in_python, by_the_oldest_protocol)


def chain(length: int) -> tuple[Value, Value]:
    x = y = Value(0.5, label="x")
    for k in range(length):
        y = (y + x) if k % 3 else y.tanh()
    return x, y


def same_graph(root: Value, other: Value) -> None:
    """The other one is a graph of its own, with the same numbers, ops and wires."""
    one, two = topological_order(root), topological_order(other)
    place, its_place = ({node: at for at, node in enumerate(order)} for order in (one, two))
    assert [node.data for node in one] == [node.data for node in two]
    assert [node.grad for node in one] == [node.grad for node in two]
    assert [(node._op, node.label) for node in one] == [(node._op, node.label) for node in two]
    wires, its_wires = (
        [[at[x] for x in node._prev] for node in order] for at, order in ((place, one), (its_place, two))
    )
    assert wires == its_wires
    assert not {*one} & {*two}
    root.zero_grad(), other.zero_grad()
    root.backward(), other.backward()
    assert [node.grad for node in one] == [node.grad for node in two]


@pytest.mark.parametrize("way", WAYS)
def test_a_chain_that_is_deeper_than_python_is_copied_whole(way):
    x, y = chain(1_200)
    y.backward()
    same_graph(y, way(y))
    first, root = way((x, y))
    assert topological_order(root)[0] is first
    root, first = way([y, x])
    assert topological_order(root)[0] is first


def test_tens_of_thousands_of_ops_are_copied():
    y = chain(20_000)[1]
    for way in WAYS[:2]:
        assert way(y).data == y.data


@pytest.mark.parametrize("way", WAYS)
def test_many_values_of_one_graph_stay_values_of_one_graph(way):
    order = topological_order(chain(1_100)[1])
    again = way(order)
    assert topological_order(again[-1]) == again
    backwards = way(order[::-1])
    assert topological_order(backwards[0]) == backwards[::-1]


@pytest.mark.parametrize("way", WAYS)
def test_what_hangs_on_a_value_comes_along_even_where_it_names_the_whole(way):
    a = Value(2.0, label="a")
    b = a * a
    L = b + a
    a.m, a.whole, b.history, L.own = 0, L, [L, a], {"b": b}
    again = way(L)
    b2, a2 = again._prev
    assert (a2.m, a2.label) == (0, "a")
    assert a2.whole is again
    assert b2.history == [again, a2]
    assert again.own == {"b": b2}
    assert b2._prev == (a2, a2)
    assert way(a).whole._prev[1].m == 0


@pytest.mark.parametrize("way", WAYS)
def test_values_of_a_subclass_keep_their_kind(way):
    a = Named(2.0, "first")
    again = way((a * 3).tanh())
    (product,) = again._prev
    assert type(product._prev[0]) is Named
    assert product._prev[0].name == "first"


@pytest.mark.parametrize("way", WAYS)
def test_a_model_and_a_loss_over_it_keep_their_parameters_in_common(way):
    model = nn.MLP(2, [3, 1], seed=1)
    loss = sum(model([1.0, -k]) ** 2 for k in range(40)) + 1e-4 * sum(p * p for p in model.parameters())
    loss.backward()
    again, total = way((model, loss))
    same_graph(loss, total)
    assert {*again.parameters()} <= {*topological_order(total)}
    assert repr(again) == repr(model)


def test_after_a_pickle_that_broke_off_the_next_one_is_whole():
    _, y = chain(1_100)
    y._prev[0].hook = lambda: None
    for way in (in_c, in_python):
        with pytest.raises((pickle.PicklingError, AttributeError)) as refused:
            way(y)
        same_graph(y._prev[0]._prev[0], way(y._prev[0]._prev[0]))
        assert refused


def test_two_picklers_at_once_each_write_all_of_it():
    _, y = chain(1_100)
    streams = io.BytesIO(), io.BytesIO()
    picklers = [pickle.Pickler(each) for each in streams]
    picklers[0].dump(y)
    picklers[1].dump(y._prev[0])
    picklers[0].dump(y._prev[0]._prev[0])
    same_graph(y._prev[0], pickle.loads(streams[1].getvalue()))


def sine(x: Value) -> Value:
    """An op of a user's own, as the lecture writes one."""
    out = Value(x.data * 2, (x,), "double")

    def _backward():
        x.grad += 2 * out.grad

    out._backward = _backward
    return out


def test_an_op_of_ones_own_acts_on_the_copy():
    x = Value(1.0)
    root = sine(sine(x) + x)
    same_graph(root, copy.deepcopy(root))
    again = copy.deepcopy(root)
    again.backward()
    assert x.grad == 6.0  # by same_graph: the copy does not reach it


def test_an_op_of_ones_own_that_cannot_be_pickled_is_refused_by_name():
    out = sine(Value(1.0))
    with pytest.raises(TypeError, match=r"^the node made by double cannot be pickled: its _backward is a"):
        pickle.dumps(out + 1)
    out.label = "twice"
    with pytest.raises(TypeError, match=r"^node twice cannot be pickled"):
        pickle.dumps(out)


def test_a_shallow_copy_shares_its_operands():
    a = Value(2.0, label="a")
    b = a * 3
    b.m = [1]
    other = copy.copy(b)
    assert other is not b
    assert other._prev == b._prev
    assert other.m is b.m
    assert (other.data, other.op) == (b.data, b.op)
