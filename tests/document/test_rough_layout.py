"""A first place for nodes that have none."""

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.rough_layout import arranged, free_place, placed_beside
from micrograd_gui.files.documents import load_example


def test_no_two_nodes_stand_on_one_another_and_wires_go_to_the_right():
    graph = arranged(graph_from_expression("y = tanh(x1*w1 + x2*w2 + b); z = q"))
    assert len(set(graph.places.values())) == len(graph)
    for node in graph:
        assert all(graph.places[source][0] < graph.places[node.id][0] for source in node.inputs)


def test_nodes_that_have_a_place_keep_it():
    graph = load_example("lecture")
    assert arranged(graph) is graph
    places = {number: place for number, place in graph.places.items() if number != 3}
    assert arranged(graph.without([3])).places == places


def test_a_free_place_is_near_and_covers_nothing():
    taken = []
    for _ in range(150):
        place = free_place((10.0, 20.0), taken)
        assert not any(abs(place[0] - x) < 150 and abs(place[1] - y) < 70 for x, y in taken)
        taken.append(place)
    assert taken[0] == (10.0, 20.0)
    assert all(abs(x - 10) <= 240 and abs(y - 20) <= 180 for x, y in taken[:9])


def test_what_is_computed_otherwise_keeps_its_place_unless_a_wire_would_run_backwards():
    graph = arranged(graph_from_expression("a = 2; b = 3; L = a*b; M = L + 1; N = a + b"))
    product, apart = graph.named("L"), graph.named("N")
    assert placed_beside(graph, [product]).places == graph.places
    turned = graph.wired(product, apart, 1)  # N = a + L, which stood beside L
    now = placed_beside(turned, [apart])
    assert {node for node in graph.nodes if now.places[node] != graph.places[node]} == {apart}
    assert now.places[apart][0] > now.places[product][0] + 170
