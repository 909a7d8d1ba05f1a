"""Dropping from the palette."""

import pytest
from PySide6.QtCore import QPoint

from micrograd.ops import OPS
from micrograd_gui.views.canvas import card_geometry


def middle(desk, number):
    return desk.pixel(card_geometry.middle(desk.graph.places[number]))


@pytest.mark.parametrize("payload", ["value", "**2", *OPS])
def test_what_is_dropped_on_the_ground_lands_with_its_middle_there(desk, payload):
    desk.open()
    spot = desk.ground()
    new = desk.graph.next_id
    assert desk.drop(payload, spot)
    assert desk.graph.nodes[new].op == (None if payload == "value" else payload)
    assert (middle(desk, new) - spot).manhattanLength() <= 2
    assert desk.state.selection == {new}


def test_a_drop_moves_no_other_node_and_does_not_scroll(desk):
    desk.open()
    places, seen = dict(desk.graph.places), desk.view.viewportTransform()
    desk.drop("tanh", desk.ground())
    desk.drop("exp", desk.on("L"))
    desk.drop("neg", desk.wire("d"))
    assert {number: desk.graph.places[number] for number in places} == places
    assert desk.view.viewportTransform() == seen


def test_a_drop_far_off_does_not_scroll_either(desk):
    desk.open()
    desk.view.scroll_by(QPoint(3000, 2000))
    seen = desk.view.viewportTransform()
    desk.drop("value", QPoint(5, 5))
    assert desk.view.viewportTransform() == seen


def test_an_op_dropped_on_a_node_is_applied_to_it(desk):
    desk.open()
    new = desk.graph.next_id
    desk.drop("tanh", desk.on("L"))
    assert desk.graph.nodes[new].inputs == (desk.named("L"),)
    assert not desk.view.box_of(new).intersects(desk.view.box_of(desk.named("L")))


def test_ops_applied_to_the_same_node_do_not_cover_each_other(desk):
    desk.open("a = 1")
    for op in ("tanh", "exp", "sin"):
        desk.drop(op, desk.on("a"))
    boxes = [desk.view.box_of(number) for number in desk.graph.nodes]
    assert not any(one.intersects(two) for one in boxes for two in boxes if one is not two)


def test_an_op_with_one_operand_dropped_on_a_wire_is_put_into_it(desk):
    desk.open()
    new, spot = desk.graph.next_id, desk.wire("d", 0)
    desk.drop("tanh", spot)
    assert desk.graph.nodes[new].inputs == (desk.named("e"),)
    assert desk.node("d").inputs == (new, desk.named("c"))
    assert (middle(desk, new) - spot).manhattanLength() <= 2


def test_an_op_with_two_operands_dropped_on_a_wire_stands_on_the_ground(desk):
    desk.open()
    new = desk.graph.next_id
    desk.drop("+", desk.wire("d", 0))
    assert desk.graph.nodes[new].inputs == (None, None)
    assert desk.node("d").inputs[0] == desk.named("e")


def test_a_value_dropped_on_a_node_is_refused_with_a_sentence(desk):
    desk.open()
    before = desk.graph
    desk.drop("value", desk.on("a"))
    assert desk.graph is before
    assert "a" in desk.refusals[0][0]
    assert "operand" in desk.refusals[0][0]


def test_an_unknown_op_is_refused_with_a_sentence(desk):
    desk.open()
    before = desk.graph
    desk.drop("__import__", desk.ground())
    assert desk.graph is before
    assert "__import__" in desk.refusals[0][0]


def test_other_things_are_not_taken(desk):
    desk.open()
    before = desk.graph
    assert not desk.drop("tanh", desk.ground(), mime="text/plain")
    assert desk.graph is before


def test_dragging_shows_what_a_drop_would_do_and_leaves_no_trace(desk):
    desk.open()
    before = desk.picture()
    seen = []
    for pixel in (desk.ground(), desk.on("a"), desk.wire("L", 1)):
        desk.hover_drag("tanh", pixel)
        seen.append((desk.view.pointer.drop_target.kind, desk.picture()))
    assert [kind for kind, _ in seen] == ["ground", "node", "wire"]
    assert all(picture != before for _, picture in seen)
    desk.view.pointer.drag_away()
    assert desk.picture() == before


def test_a_drop_on_nodes_without_places_leaves_them_where_they_were_drawn(desk):
    from micrograd_gui.document.notation.reader import graph_from_expression

    desk.session.open_graph(graph_from_expression("L = a * b + c"))
    desk.settle()
    drawn = dict(desk.view.graph_scene.graph.places)
    desk.drop("value", desk.ground())
    assert {number: desk.graph.places[number] for number in drawn} == drawn
    desk.session.undo()
    assert not desk.state.history.undo_name
