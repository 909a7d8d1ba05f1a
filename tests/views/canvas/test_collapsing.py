"""Blocks as one box: what is drawn, selected, moved, dropped on, and put back."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QMenu

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.files.documents import load_example
from micrograd_gui.views.canvas import card_geometry, paint_blocks
from micrograd_gui.views.canvas.paint_blocks import mark_rect, title_rect
from micrograd_gui.views.canvas.scene import Scene

_Mods = Qt.KeyboardModifier


def network(layers=(2, 1)) -> Graph:
    """An MLP over two inputs, all of it open."""
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, layers, seed=1))
    return graph


def neuron_and_more() -> Graph:
    """A neuron that a square reads."""
    graph, _block = with_block(Graph(), BlockSpec("neuron", 2, seed=1))
    output = graph.blocks[0].output
    return graph.added("**2", (1500.0, 0.0), inputs=(output,), label="s")


def open_it(desk, graph: Graph):
    desk.open_graph(graph)
    return desk


def centre(desk, key: int) -> QPoint:
    return desk.pixel(desk.view.graph_scene.boxes[key].center().toTuple())


def mark(desk, block: int) -> QPoint:
    return desk.pixel(mark_rect(desk.view.picture, block).center().toTuple())


def collapsed(desk, block: int = 1) -> None:
    desk.view.navigation.toggle(block)
    desk.view.fit()
    desk.settle()


# What is drawn -----------------------------------------------------------------------------------


def test_a_collapsed_block_is_one_box_and_what_is_in_it_is_not_drawn(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    scene, graph = desk.view.graph_scene, desk.graph
    assert set(scene.nodes) == {-1, *(node.id for node in graph if node.label in ("x1", "x2", "s"))}
    assert set(scene.boxes) == set(scene.nodes)


def test_boxes_with_titles_too_long_for_them_are_told_apart(desk, monkeypatch):
    graph = network()
    layer, *neurons = (block for block in graph.blocks if block.kind in ("layer", "neuron"))
    graph = graph.retitled(layer.id, "layers[0]")
    for at, neuron in enumerate(each for each in neurons if each.parent == layer.id):
        graph = graph.retitled(neuron.id, f"layers[0].neurons[{at}]").collapsed(neuron.id)
    drawn = []
    monkeypatch.setattr(paint_blocks, "draw_text", lambda _painter, text, *_where: drawn.append(text))
    open_it(desk, graph)
    desk.view.grab()
    assert {"layers[0]", "neurons[0]", "neurons[1]"} <= set(drawn)


def test_wires_from_and_to_the_outside_end_on_the_box(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    scene = desk.view.graph_scene
    assert set(scene.curves) == {(-1, 0), (-1, 1), (desk.named("s"), 0)}
    box = scene.boxes[-1]
    assert {scene.curves[-1, port].x2 for port in (0, 1)} == {box.left()}
    assert scene.curves[desk.named("s"), 0].x1 == box.right()


def test_an_operand_that_many_in_the_box_read_has_one_port(desk):
    open_it(desk, network((4, 1)))
    collapsed(desk)
    assert [port.source for port in desk.view.graph_scene.folding.boxes[-1].ports] == [
        desk.named("x1"),
        desk.named("x2"),
    ]


def test_the_wires_between_two_boxes_are_bundled(desk):
    graph = network((3, 1))
    first, second = (block.id for block in graph.blocks if block.kind == "layer")
    open_it(desk, graph.collapsed(first).collapsed(second))
    folding = desk.view.graph_scene.folding
    assert [port.source for port in folding.boxes[-second].ports] == [-first]
    assert folding.bundle((-second, 0)) == 3


def test_the_box_shows_title_numbers_and_parameters(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    before = desk.picture()
    desk.session.forward()
    after = desk.picture()
    data = card_geometry.fields(desk.view.graph_scene.places[-1], desk.view.zoom)[0]
    where = desk.view.viewportTransform().mapRect(data).toAlignedRect()
    assert before.copy(where) != after.copy(where)
    box = desk.view.graph_scene.folding.boxes[-1]
    assert (box.block.title, box.parameters) == ("neuron", 3)


def test_nested_blocks_are_hidden_by_the_outermost_that_is_collapsed(desk):
    graph = network()
    for block in graph.blocks:
        graph = graph.collapsed(block.id)
    open_it(desk, graph)
    assert [key for key in desk.view.graph_scene.nodes if key < 0] == [-1]
    desk.view.navigation.toggle(1)
    layers = {-block.id for block in graph.blocks if block.kind == "layer"}
    assert {key for key in desk.view.graph_scene.nodes if key < 0} == layers


def test_an_open_block_has_a_frame_around_all_that_is_in_it(desk):
    open_it(desk, network())
    scene = desk.view.graph_scene
    assert set(scene.frames) == {block.id for block in desk.graph.blocks}
    for block, rect in scene.frames.values():
        assert all(rect.contains(scene.boxes[number]) for number in desk.graph.within(block.id))
    inner = [rect for block, rect in scene.frames.values() if block.parent == 1]
    assert all(scene.frames[1][1].contains(rect) for rect in inner)


def test_the_frame_is_drawn(desk):
    open_it(desk, neuron_and_more())
    with_frame = desk.picture()
    desk.session.ungroup(1)
    assert desk.picture() != with_frame


# Toggling ----------------------------------------------------------------------------------------


def test_the_mark_collapses_and_opens(desk):
    open_it(desk, neuron_and_more())
    desk.click(mark(desk, 1))
    assert desk.graph.blocks[0].collapsed
    desk.view.fit()
    desk.click(mark(desk, 1))
    assert not desk.graph.blocks[0].collapsed


def test_x_collapses_the_block_of_a_selected_member_and_opens_the_box(desk):
    open_it(desk, neuron_and_more())
    desk.session.select((desk.named("b"),))
    desk.key(Qt.Key.Key_X)
    assert desk.graph.blocks[0].collapsed
    desk.key(Qt.Key.Key_X)
    assert not desk.graph.blocks[0].collapsed


def test_x_does_nothing_where_no_block_is(desk):
    open_it(desk, neuron_and_more())
    desk.session.select((desk.named("s"),))
    desk.key(Qt.Key.Key_X)
    assert desk.state.history.index == 0


def test_collapsing_is_one_edit_and_undo_brings_every_place_back(desk):
    open_it(desk, network())
    desk.view.freeze_places()
    before = desk.graph
    desk.view.navigation.toggle(1)
    assert desk.state.history.index == 1
    desk.session.undo()
    assert desk.graph is before


def test_opening_pushes_the_others_aside_and_collapsing_takes_them_back(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    beside = desk.view.graph_scene.boxes[-1].right() + 40
    desk.session.move({desk.named("s"): (beside, desk.view.graph_scene.places[-1][1])})
    before = desk.graph.places[desk.named("s")]
    desk.view.navigation.toggle(1)
    frame = desk.view.graph_scene.frames[1][1]
    assert not frame.intersects(desk.view.graph_scene.boxes[desk.named("s")])
    desk.view.navigation.toggle(1)
    assert desk.graph.places[desk.named("s")] == pytest.approx(before)


def test_members_keep_their_places_to_each_other_when_collapsed_and_opened(desk):
    open_it(desk, network())
    desk.view.freeze_places()
    before = {number: desk.graph.places[number] for number in desk.graph.within(1)}
    desk.view.navigation.toggle(1)
    desk.view.navigation.toggle(1)
    assert {number: desk.graph.places[number] for number in before} == before


# The box as one thing ----------------------------------------------------------------------------


def test_a_click_on_the_box_selects_the_whole_block_and_its_output_is_the_selected_node(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    assert desk.state.selection == desk.graph.within(1)
    assert desk.state.selected == desk.named("o")
    assert desk.view.picture.chosen == {-1}


def test_a_nudge_of_the_box_is_one_of_its_output_and_keeps_it_selected(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    desk.session.nudge()
    assert desk.state.nudge.node == desk.named("o")
    assert desk.state.selection == desk.graph.within(1)


def test_g_makes_the_output_the_target(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    desk.key(Qt.Key.Key_G)
    assert desk.graph.target == desk.named("o")


def test_dragging_the_box_moves_all_members_as_one_edit(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    before, at = desk.graph.places, desk.state.history.index
    start = centre(desk, -1)
    desk.drag(start, start + QPoint(60, 40))
    moved = {number for number in before if desk.graph.places[number] != before[number]}
    assert moved == desk.graph.within(1)
    by = {
        (round(desk.graph.places[n][0] - before[n][0], 6), round(desk.graph.places[n][1] - before[n][1], 6))
        for n in moved
    }
    assert len(by) == 1
    assert desk.state.history.index == at + 1
    desk.session.undo()
    assert desk.graph.places == before


def test_the_title_of_an_open_block_takes_the_block_along(desk):
    open_it(desk, neuron_and_more())
    before = desk.graph.places
    where = title_rect(desk.view.picture, 1, desk.view.pens, desk.view.zoom).center().toTuple()
    desk.drag(desk.pixel(where), desk.pixel(where) + QPoint(0, 60))
    moved = {number for number in before if desk.graph.places[number] != before[number]}
    assert moved == desk.graph.within(1)


def test_alt_and_arrows_move_the_box(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    before = desk.graph.places
    desk.key(Qt.Key.Key_Down, _Mods.AltModifier)
    assert {n for n in before if desk.graph.places[n] != before[n]} == desk.graph.within(1)


def test_a_rubber_band_takes_the_box_with_all_that_is_in_it(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    box = desk.view.graph_scene.boxes[-1]
    desk.drag(
        desk.pixel((box.left() - 15, box.top() - 15)), desk.pixel((box.right() + 12, box.bottom() + 12))
    )
    assert desk.graph.within(1) <= desk.state.selection


def test_delete_copy_and_duplicate_take_the_whole_block(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    members = desk.graph.within(1)
    desk.session.duplicate()
    assert [(block.kind, block.collapsed) for block in desk.graph.blocks] == [("neuron", True)] * 2
    assert len(desk.graph.within(2)) == len(members)
    desk.session.undo()
    desk.click(centre(desk, -1))
    text = desk.session.copied()
    desk.session.delete()
    assert not members & desk.graph.nodes.keys()
    assert not desk.graph.blocks
    desk.session.undo()
    assert members <= desk.graph.nodes.keys()
    assert desk.graph.blocks
    desk.session.paste(text)
    assert len(desk.graph.blocks) == 2


def test_an_op_dropped_on_the_box_is_applied_to_its_output(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    new = desk.graph.next_id
    desk.drop("exp", centre(desk, -1))
    assert desk.graph.nodes[new].inputs == (desk.named("o"),)
    assert not desk.view.graph_scene.boxes[new].intersects(desk.view.graph_scene.boxes[-1])


def test_an_op_dropped_on_a_box_of_several_outputs_is_refused_with_a_sentence(desk):
    graph = network((3, 1))
    layer = next(block.id for block in graph.blocks if block.kind == "layer")
    open_it(desk, graph.collapsed(layer))
    before = desk.graph
    desk.drop("exp", centre(desk, -layer))
    assert desk.graph is before
    assert "several outputs" in desk.refusals[-1][0]


def test_a_wire_is_drawn_from_the_output_of_the_box(desk):
    open_it(desk, neuron_and_more().added("exp", (1500.0, 200.0), label="e"))
    collapsed(desk)
    box = desk.view.graph_scene.boxes[-1]
    desk.drag(desk.pixel((box.right(), box.center().y())), desk.port("e"))
    assert desk.node("e").inputs == (desk.named("o"),)


def test_a_port_of_the_box_that_stands_for_one_wire_gives_it_away(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    folding = desk.view.graph_scene.folding
    (member, port), *others = folding.boxes[-1].ports[0].wires
    assert not others
    start = desk.pixel(desk.view.graph_scene.in_point((-1, 0)))
    desk.drag(start, desk.ground())
    assert desk.graph.nodes[member].inputs[port] is None


def test_an_empty_port_in_the_box_can_be_wired_from_outside(desk):
    graph = neuron_and_more()
    product = next(node for node in graph if node.op == "*")
    open_it(desk, graph.unwired(product.id, 0).added(None, (-400.0, 300.0), label="z"))
    collapsed(desk)
    ports = desk.view.graph_scene.folding.boxes[-1].ports
    free = next(at for at, port in enumerate(ports) if port.source is None)
    desk.drag(desk.out("z"), desk.pixel(desk.view.graph_scene.in_point((-1, free))))
    assert desk.graph.nodes[product.id].inputs[0] == desk.named("z")


def test_tab_goes_over_the_box_as_one_thing(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.session.select(())
    seen = []
    for _ in range(4):
        desk.key(Qt.Key.Key_Tab)
        seen.append(desk.view.picture.chosen)
    assert frozenset({-1}) in seen
    assert len(set(seen)) == 4


# While stepping ----------------------------------------------------------------------------------


def test_the_box_lights_up_while_a_step_is_inside(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.session.forward_step()
    assert desk.state.step.node in desk.graph.within(1)
    assert desk.view.picture.acting == -1


def test_a_step_into_an_outside_operand_lights_its_wire_and_says_its_share(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.session.backward()
    while not any(each.operand == desk.named("x1") for each in desk.state.step.contributions):
        desk.session.previous()
    assert desk.view.picture.lit == {(-1, 0)}
    assert [chip.wire for chip in desk.view.picture.chips] == [(-1, 0)]


def test_steps_repaint_as_a_whole_paint_would(desk):
    open_it(desk, network((3, 1)))
    collapsed(desk, 2)
    desk.session.backward()
    for _ in range(12):
        desk.session.previous()
        stepped = desk.picture()
        desk.view.viewport().update()
        assert desk.picture() == stepped


# Following edits ---------------------------------------------------------------------------------


def test_what_follows_an_edit_is_what_is_built_anew(desk):
    open_it(desk, network((3, 2, 1)))
    for verb in (
        lambda: desk.view.navigation.toggle(3),
        lambda: desk.view.navigation.toggle(4),
        lambda: desk.session.move({desk.named("x1"): (-300.0, 900.0)}),
        lambda: desk.session.apply_op("exp", desk.graph.blocks[0].outputs[0]),
        lambda: desk.session.delete((desk.named("x2"),)),
        lambda: desk.view.navigation.toggle(1),
        lambda: desk.session.undo(),
        lambda: desk.session.undo(),
        lambda: desk.session.redo(),
        lambda: desk.session.delete(desk.graph.within(3)),
    ):
        verb()
        scene, fresh = desk.view.graph_scene, Scene(desk.graph)
        assert dict(scene.nodes) == dict(fresh.nodes)
        assert scene.curves == fresh.curves
        assert scene.boxes == fresh.boxes
        assert scene.frames == fresh.frames
        assert dict(scene.leaving.items()) == fresh.leaving


def test_numbers_that_change_in_a_box_cost_no_folding(desk):
    open_it(desk, network())
    collapsed(desk)
    boxes = desk.view.graph_scene.folding.boxes
    weight = next(node.id for node in desk.graph if node.role == "parameter")
    desk.session.set_value(weight, 4.0)
    assert desk.view.graph_scene.folding.boxes is boxes
    desk.session.set_value(desk.named("x1"), 3.0)
    assert desk.view.graph_scene.nodes[desk.named("x1")].data == 3.0


def test_every_loss_and_network_can_be_collapsed_and_opened(desk):
    graph = network((2, 1))
    for form in ("squared", "margin", "cross_entropy", "l2"):
        graph, _ = with_block(graph, BlockSpec("loss", form=form), boxes=True)
    open_it(desk, graph)
    for block in graph.blocks:
        desk.view.navigation.toggle(block.id)
    assert desk.picture().size() == desk.view.viewport().size()
    for block in graph.blocks:
        desk.view.navigation.toggle(block.id)
    assert set(desk.view.graph_scene.nodes) == set(graph.nodes)


def test_hovering_the_mark_shows_it_can_be_clicked(desk):
    open_it(desk, neuron_and_more())
    desk.move(mark(desk, 1), buttons=Qt.MouseButton.NoButton)
    assert desk.view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert desk.view.pointer.hit(QPointF(mark(desk, 1))).part == "mark"


def test_f2_renames_the_box_and_not_the_node_in_it(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    desk.key(Qt.Key.Key_F2)
    desk.editor.setText("the first neuron")
    desk.editor.commit()
    assert desk.graph.blocks[0].title == "the first neuron"
    assert desk.named("o") == desk.graph.blocks[0].output
    desk.key(Qt.Key.Key_F2)
    desk.editor.setText("  ")
    desk.editor.commit()
    assert desk.graph.blocks[0].title == "the first neuron"
    assert desk.refusals


def test_a_screen_reader_hears_which_block_is_selected(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    assert "Selected: the block neuron, output o" in desk.view.accessibleDescription()


def test_the_menu_of_a_box_opens_looks_in_and_takes_apart(desk):
    open_it(desk, neuron_and_more())
    collapsed(desk)
    desk.click(centre(desk, -1))
    desk.view.open_menu(None)
    menu = desk.view.findChild(QMenu, "canvas_menu")
    texts = {action.text().split("\t")[0].replace("&", ""): action for action in menu.actions()}
    assert {"Open", "Look inside", "Make target", "Ungroup", "Duplicate", "Delete"} <= texts.keys()
    texts["Delete"].trigger()
    assert {node.label for node in desk.graph} == {"x1", "x2", "s"}
    menu.close()


def test_chips_keep_off_the_titles_of_frames(desk):
    open_it(desk, load_example("mlp"))
    seen = 0
    for zoom in (0.45, 0.58, 0.8):
        desk.view.look_as((700.0, 280.0), zoom)
        desk.session.forward()
        for _ in range(12):
            desk.session.step_over()
            picture = desk.view.picture
            titles = [title_rect(picture, each, desk.view.pens, zoom) for each in picture.scene.frames]
            assert not [chip for chip in picture.chips for title in titles if chip.rect.intersects(title)]
            seen += len(picture.chips)
    assert seen
