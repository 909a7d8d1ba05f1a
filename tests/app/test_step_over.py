"""Step over in the window: a box is one step, and says which of its hidden nodes acts."""

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


def test_inside_a_block_step_over_takes_single_steps(opened, act):
    window = opened("mlp")
    canvas = window.findChild(CanvasView, "canvas")
    block = next(b for b in window.session.state.graph.blocks if b.title == "neuron 1_1")
    canvas.navigation.enter(block.id)
    act(window, "step_over")
    assert window.session.state.cursor == 1
