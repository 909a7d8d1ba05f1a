"""Looking into a block: what is shown, the way back, and what is made there."""

import pytest
from PySide6.QtCore import QPoint, Qt

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.views.theme import DARK, Look

_Mods = Qt.KeyboardModifier


@pytest.fixture
def net(desk):
    graph, _ = with_block(Graph(), BlockSpec("mlp", 3, (2, 1), seed=1))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    for block in graph.blocks:
        if block.kind == "neuron" or block.id == 1:
            graph = graph.collapsed(block.id)
    desk.open_graph(graph)
    return desk


def centre(desk, key: int) -> QPoint:
    return desk.pixel(desk.view.graph_scene.boxes[key].center().toTuple())


def titled(desk, title: str) -> int:
    return next(block.id for block in desk.graph.blocks if block.title == title)


def test_a_double_click_on_the_box_shows_what_is_in_it_and_nothing_else(net):
    net.double_click(centre(net, -1))
    view = net.view
    assert view.navigation.block == 1
    neurons = {-block.id for block in net.graph.blocks if block.kind == "neuron"}
    inputs = {net.named(label) for label in ("x1", "x2", "x3")}
    assert set(view.graph_scene.nodes) == neurons | inputs
    assert view.graph_scene.folding.guests == inputs


def test_it_is_no_edit_and_the_document_knows_nothing_of_it(net):
    before, state = net.graph, net.state.history
    net.double_click(centre(net, -1))
    assert net.graph is before
    assert net.state.history is state


def test_the_bar_names_the_way_and_leads_back(net):
    net.view.navigation.enter(1)
    net.view.navigation.enter(titled(net, "layer 1"))
    net.view.navigation.enter(titled(net, "neuron 1_2"))
    titles = [block.title for block in net.view.navigation.way()]
    assert titles == ["MLP(3, [2, 1])", "layer 1", "neuron 1_2"]
    bar = net.view.navigation.bar
    assert bar.isVisible()
    assert bar.objectName() == "breadcrumb"
    assert all(title in bar.text() for title in ("whole graph", *titles))
    bar.linkActivated.emit("1")
    assert net.view.navigation.block == 1
    bar.linkActivated.emit("0")
    assert net.view.navigation.block is None
    assert not bar.isVisible()


def test_the_bar_takes_room_above_the_canvas_and_gives_it_back(net):
    height = net.view.viewport().height()
    net.view.navigation.enter(1)
    net.settle()
    assert net.view.viewport().height() < height
    assert net.view.navigation.bar.geometry().bottom() < net.view.viewport().geometry().top()
    net.view.navigation.leave()
    net.settle()
    assert net.view.viewport().height() == height


def test_keys_lead_in_and_out(net):
    net.click(centre(net, -1))
    net.key(Qt.Key.Key_Return)
    assert net.view.navigation.block == 1
    net.key(Qt.Key.Key_Return, _Mods.ShiftModifier)
    assert net.view.navigation.block is None
    assert net.view.picture.chosen == {-1}
    net.key(Qt.Key.Key_Return)
    net.key(Qt.Key.Key_Escape)
    assert net.view.navigation.block is None


def test_escape_in_a_hall_is_the_projectors(net):
    net.view.navigation.enter(1)
    net.view.set_look(Look(DARK, scale=1.6, projector=True))
    net.key(Qt.Key.Key_Escape)
    assert net.view.navigation.block == 1


def test_escape_in_a_gesture_ends_the_gesture_alone(net):
    net.view.navigation.enter(titled(net, "neuron 1_1"))
    start = net.on("b1_1")
    net.press(start)
    net.move(start + QPoint(40, 40))
    net.key(Qt.Key.Key_Escape)
    assert net.view.navigation.block is not None
    assert net.view.pointer.tool is None
    net.release(start)


def test_what_is_inside_fits_the_view(net):
    net.view.navigation.enter(titled(net, "neuron 1_1"))
    net.settle()
    seen = net.view.viewportTransform().inverted()[0].mapRect(net.view.viewport().rect().toRectF())
    assert seen.contains(net.view.graph_scene.bounds())


def test_guests_stand_at_the_left_and_do_not_move(net):
    net.view.navigation.enter(titled(net, "neuron 1_1"))
    scene = net.view.graph_scene
    guests = [scene.boxes[number] for number in scene.folding.guests]
    rest = [rect for key, rect in scene.boxes.items() if key not in scene.folding.guests]
    assert max(rect.right() for rect in guests) < min(rect.left() for rect in rest)
    before = net.graph.places
    start = centre(net, net.named("x1"))
    net.drag(start, start + QPoint(50, 50))
    assert net.graph.places == before


def test_what_is_dropped_inside_belongs_to_the_block_as_one_edit(net):
    neuron = titled(net, "neuron 1_1")
    net.view.navigation.enter(neuron)
    before, at = net.graph, net.state.history.index
    new = net.graph.next_id
    net.drop("exp", net.ground())
    assert new in net.graph.within(neuron)
    assert new in net.view.graph_scene.nodes
    assert net.state.history.index == at + 1
    net.session.undo()
    assert net.graph is before


def test_what_is_pasted_inside_belongs_to_the_block(net):
    net.view.navigation.enter(1)
    first = net.graph.next_id
    net.view.create_nodes(net.session.duplicate, net.graph.within(titled(net, "neuron 1_1")))
    copy = net.graph.blocks[-1]
    assert copy.parent == 1
    assert all(number in net.graph.within(1) for number in net.graph.nodes if number >= first)


def test_numbers_and_steps_show_inside(net):
    net.view.navigation.enter(titled(net, "neuron 1_1"))
    net.session.forward_step()
    assert net.view.picture.acting == net.state.step.node
    net.session.set_value(net.named("x1"), 7.0)
    assert net.view.graph_scene.nodes[net.named("x1")].data == 7.0


def test_a_block_that_goes_leads_out(net):
    net.view.navigation.enter(titled(net, "neuron 1_1"))
    net.session.delete(net.graph.within(1))
    assert net.view.navigation.block is None
    assert not net.view.navigation.bar.isVisible()


def test_another_document_is_seen_from_outside(net):
    net.view.navigation.enter(1)
    net.open()
    assert net.view.navigation.block is None
    assert set(net.view.graph_scene.nodes) == set(net.graph.nodes)


def test_collapsing_inside_keeps_inside(net):
    net.view.navigation.enter(1)
    layer = titled(net, "layer 1")
    net.view.navigation.toggle(layer)
    assert net.view.navigation.block == 1
    assert -layer in net.view.graph_scene.nodes


def test_a_box_inside_is_looked_into_with_a_further_double_click(net):
    net.view.navigation.enter(1)
    net.settle()
    neuron = titled(net, "neuron 1_2")
    net.double_click(centre(net, -neuron))
    assert net.view.navigation.block == neuron
