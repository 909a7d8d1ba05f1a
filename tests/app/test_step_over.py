"""Step over in the window: a box is one step, and says which of its hidden nodes acts."""

from micrograd_gui.document.text import short
from micrograd_gui.views.canvas.view import CanvasView


def test_step_over_runs_a_block_and_the_box_says_what_it_did(opened, act):
    window = opened("mlp")
    canvas = window.findChild(CanvasView, "canvas")
    act(window, "step_over")
    assert window.session.state.cursor == 7
    assert canvas.picture.within == "7 steps run"
    act(window, "previous")
    assert canvas.picture.within.startswith("acts: ")
    act(window, "forward", "backward_step")
    assert canvas.picture.within == "", "the target is seen"


def test_a_step_over_lights_every_wire_into_the_block_and_says_what_goes_back(opened, act):
    window = opened("mlp")
    canvas = window.findChild(CanvasView, "canvas")
    act(
        window, "forward", "step_over", "step_over", "step_over", "step_over"
    )  # seed, L, its operand, a neuron
    key = canvas.picture.acting
    box = canvas.graph_scene.folding.boxes[key]
    assert box.block.title == "neuron 3_1"
    assert canvas.picture.lit == {(key, at) for at in range(len(box.ports))}
    fresh = {node for node, part in canvas.picture.fresh if part == "grad"}
    assert {port.source for port in box.ports} <= {canvas.graph_scene.key(node) for node in fresh}
    assert canvas.picture.chips
    for chip in canvas.picture.chips:
        source = box.ports[chip.wire[1]].source
        output = canvas.graph_scene.folding.boxes[source].output
        assert chip.rule == ""
        assert chip.amount == f"+= {short(float(f'{window.session.state.frame.grad[output]:.4g}'))}"
        assert not any(chip.rect.intersects(each) for each in canvas.graph_scene.boxes.values())
    act(window, "previous")
    assert len(canvas.picture.lit) < len(box.ports)


def test_inside_a_block_step_over_takes_single_steps(opened, act):
    window = opened("mlp")
    canvas = window.findChild(CanvasView, "canvas")
    block = next(b for b in window.session.state.graph.blocks if b.title == "neuron 1_1")
    canvas.navigation.enter(block.id)
    act(window, "step_over")
    assert window.session.state.cursor == 1


def test_inside_a_block_its_moments_have_marks_of_their_own_and_the_card_speaks_of_what_is_seen(opened, act):
    window = opened("mlp")
    canvas, strip, card = window.canvas, window.panes.timeline, window.panes.step_card
    act(window, "forward", "first", "forward_step")
    folded = strip._axis.ticks
    assert "is inside neuron 1_1" in card.toPlainText()
    block = next(b for b in window.session.state.graph.blocks if b.title == "neuron 1_1")
    canvas.navigation.enter(block.id)
    assert strip._axis.ticks[:7] == (1, 2, 3, 4, 5, 6, 7)
    assert "inside" not in card.toPlainText()
    act(window, *["next"] * 8)
    assert "is outside neuron 1_1" in card.toPlainText()
    canvas.navigation.go(None)
    assert strip._axis.ticks == folded
    assert "outside" not in card.toPlainText()
