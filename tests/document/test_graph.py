"""Graph and Node: what edits give, and what they refuse."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import FARTHEST, Graph, Node


def lecture() -> Graph:
    """a*b + c, wired by hand: a 1, b 2, c 3, e 4, d 5."""
    graph = Graph()
    for label, data in (("a", 2.0), ("b", -3.0), ("c", 10.0)):
        graph = graph.added(None, (0, 0), label=label, data=data)
    graph = graph.added("*", (1, 0), inputs=(1, 2), label="e")
    return graph.added("+", (2, 0), inputs=(4, 3), label="d")


def test_an_edit_leaves_the_graph_it_was_made_from_alone():
    graph = lecture()
    before = dict(graph.nodes)
    graph.without([4]).added("tanh", (0, 0))
    assert dict(graph.nodes) == before


def test_a_node_takes_the_first_free_letter_as_its_label():
    graph = Graph()
    for _ in range(28):
        graph = graph.added(None, (0, 0))
    assert [node.label for node in graph][:3] == ["a", "b", "c"]
    assert [node.label for node in graph][-2:] == ["a1", "b1"]


def test_both_ports_may_take_the_same_node():
    graph = Graph().added(None, (0, 0)).added("*", (1, 0))
    graph = graph.wired(1, 2).wired(1, 2)
    assert graph.nodes[2].inputs == (1, 1)
    assert graph.users[1] == ((2, 0), (2, 1))


def test_a_wire_that_would_close_a_cycle_is_refused_by_name():
    with pytest.raises(Refusal, match=r"^A wire from d to e would close a cycle: d is computed from e\.$"):
        lecture().wired(5, 4, 0)


def test_a_wire_to_itself_is_refused():
    with pytest.raises(Refusal, match=r"^A wire from e to itself would close a cycle\.$"):
        lecture().wired(4, 4, 0)


def test_a_wire_without_a_free_port_is_refused_by_name():
    with pytest.raises(Refusal, match=r"^e has no free port for c\.$") as refused:
        lecture().wired(3, 4)
    assert refused.value.node == 4


def test_a_wire_into_a_leaf_is_refused():
    with pytest.raises(Refusal, match=r"^a is a value and takes no operand\.$"):
        lecture().wired(3, 1)


@pytest.mark.parametrize("port", [-1, 2, 99])
def test_a_port_that_is_not_there_is_refused(port):
    with pytest.raises(Refusal, match="has no port"):
        lecture().unwired(4, port)
    with pytest.raises(Refusal, match="has no port"):
        lecture().wired(1, 4, port)


def test_a_given_port_that_is_taken_is_taken_over():
    assert lecture().wired(3, 4, 1).nodes[4].inputs == (1, 3)


def test_wires_of_a_removed_node_leave_empty_ports():
    graph = lecture().without([1, 3])
    assert graph.nodes[4].inputs == (None, 2)
    assert graph.nodes[5].inputs == (4, None)
    assert set(graph.places) == {2, 4, 5}


def test_the_target_is_the_newest_wired_end_until_one_is_chosen():
    graph = lecture()
    assert graph.target == 5
    assert graph.added("tanh", (0, 0)).target == 5
    assert graph.added("tanh", (0, 0), inputs=(1,)).target == 6
    assert graph.targeted(4).target == 4
    assert graph.targeted(4).without([4]).chosen_target is None
    assert Graph().target is None


def test_order_puts_what_feeds_the_target_first_and_operands_before_results():
    graph = lecture().added(None, (0, 0)).targeted(4)
    assert graph.order[:3] == (1, 2, 4)
    assert sorted(graph.order) == [1, 2, 3, 4, 5, 6]
    for node in graph:
        assert all(graph.order.index(source) < graph.order.index(node.id) for source in node.inputs)
    assert graph.feeding == {1, 2, 4}


def test_a_chain_of_many_nodes_needs_no_recursion():
    nodes = {1: Node(1)} | {number: Node(number, "tanh", (number - 1,)) for number in range(2, 20_001)}
    graph = Graph(nodes, next_id=20_001)
    assert graph.target == 20_000
    assert graph.order == tuple(range(1, 20_001))
    with pytest.raises(Refusal, match="cycle"):
        graph.wired(20_000, 2, 0)


def test_only_leaves_take_a_value_or_a_role():
    with pytest.raises(Refusal, match="only a leaf's value can be set"):
        lecture().valued(4, 1.0)
    with pytest.raises(Refusal, match="only a leaf can be input or parameter"):
        lecture().marked(4, "input")


def test_an_edit_that_changes_nothing_gives_the_same_graph():
    graph = lecture()
    assert graph.relabelled(1, "a") is graph
    assert graph.valued(1, 2.0) is graph
    assert graph.marked(1, "") is graph
    assert graph.moved({1: (0.0, 0.0)}) is graph
    assert graph.wired(1, 4, 0) is graph
    assert graph.targeted(None) is graph


def test_minus_zero_is_another_number_than_zero():
    graph = lecture().valued(1, 0.0)
    minus = graph.valued(1, -0.0)
    assert math.copysign(1, minus.nodes[1].data) == -1
    assert not minus.same_numbers(graph)


def test_nan_is_the_same_number_as_nan():
    graph = lecture().valued(1, math.nan)
    assert graph.same_numbers(graph.valued(1, float("nan")))


def test_an_exponent_is_a_number_and_not_structure():
    graph = Graph().added(None, (0, 0)).added("**2", (1, 0), inputs=(1,))
    cubed = graph.operated(2, "**3")
    assert cubed.same_structure(graph)
    assert not cubed.same_numbers(graph)
    assert not graph.operated(2, "tanh").same_structure(graph)


@pytest.mark.parametrize(
    ("op", "said"), [("tanh", "tanh takes 1 operand, not 2."), ("max", "max takes 2 operands, not 1.")]
)
def test_a_wrong_number_of_operands_is_said_in_the_right_number(op: str, said: str) -> None:
    graph = Graph().added(None, (0, 0))
    with pytest.raises(Refusal) as refused:
        graph.added(op, (1, 0), inputs=(1, 1) if op == "tanh" else (1,))
    assert str(refused.value) == said


def test_names_places_and_roles_are_not_numbers():
    graph = lecture()
    other = graph.relabelled(1, "z").moved({2: (5, 5)}).marked(3, "input")
    assert other.same_numbers(graph)
    assert not graph.valued(1, 3.0).same_numbers(graph)
    assert not graph.targeted(4).same_structure(graph)


def test_a_whole_number_is_held_as_a_float():
    node = Graph().added(None, (0, 0), data=2).nodes[1]
    assert type(node.data) is float
    assert Graph().added(None, (0, 0), data=10**400).nodes[1].data == math.inf


def test_places_are_finite_and_belong_to_nodes():
    graph = lecture().moved({1: (math.nan, math.inf), 99: (0.0, 0.0), 2: (-1e300, 5)})
    assert graph.places[1] == (0.0, FARTHEST)
    assert graph.places[2] == (-FARTHEST, 5.0)
    assert 99 not in graph.places


def test_nodes_are_found_by_label_before_they_are_found_by_name():
    graph = Graph().added(None, (0, 0), label="", data=2.0).added(None, (0, 0), label="2")
    assert graph.named("2") == 2
    assert graph.without([2]).named("2") == 1
    with pytest.raises(Refusal, match=r"^There is no node called “q”\.$"):
        graph.named("q")
    with pytest.raises(Refusal):
        graph.named("")


def test_a_node_without_a_label_is_called_by_its_number_or_its_id():
    graph = Graph().added(None, (0, 0), label="", data=-0.5).added("tanh", (0, 0), label="", inputs=(1,))
    assert [node.name for node in graph] == ["−0.5", "v2"]


HOSTILE = [
    '"',
    "{a|b}",
    "a\\nb",
    "a\nb\n" * 50,
    "\x00\x1b[31m",
    "🙂" * 99,
    "\u202eabc",
    "\ud800",
    "é" * 100_000,
    " \t\n",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_sentences_name_a_hostile_label_in_one_short_line(label):
    spoken = Node(7, "tanh", (None,), label).spoken
    assert 0 < len(spoken) <= 40
    assert spoken.isprintable()
    with pytest.raises(Refusal) as refused:
        lecture().relabelled(4, label).valued(4, 1.0)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 140


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=20))
def test_every_label_can_be_written_as_utf_8(label):
    kept = Node(1, label=label).label
    kept.encode("utf-8")
    assert Node(1, label=kept).label == kept
    if not any("\ud800" <= each <= "\udfff" for each in label):
        assert kept == label


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(0, 1)), max_size=60))
def test_no_series_of_wires_ever_closes_a_cycle(wires):
    graph = Graph().added(None, (0, 0))
    for _ in range(11):
        graph = graph.added("+", (0, 0))
    for source, node, port in wires:
        reaches = source == node or node in graph.ancestors(source)
        try:
            graph = graph.wired(source, node, port)
        except Refusal:
            assert reaches or graph.nodes[node].is_leaf
        else:
            assert not reaches
    place = {number: at for at, number in enumerate(graph.order)}
    assert all(place[s] < place[node.id] for node in graph for s in node.inputs if s is not None)
