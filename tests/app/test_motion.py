"""In a step numbers travel over the canvas of the real window, and never in the way of the next key."""

import pytest

from micrograd_gui.app.settings import Settings
from micrograd_gui.document.text import written
from micrograd_gui.views.canvas.layers import pace as motion
from micrograd_gui.views.canvas.layers.pace import Pace

NEURON = "a=2; b=-3; c=a*b; d=c+a"


@pytest.fixture
def moving(opened, qtbot):
    """A window on a small graph whose desktop has nothing against motion."""
    window = opened()
    window.session.build(NEURON)
    want_motion(window, qtbot)
    return window


def want_motion(window, qtbot) -> None:
    qtbot.waitUntil(lambda: window.pace().calm is not None)  # else the true answer may come after this one
    window.pace().calm = False


def _motion(window):
    return window.canvas._motion


def test_a_step_moves_its_numbers_and_then_rests(moving, act, qtbot) -> None:
    act(moving, "forward_step")
    assert [each.text for each in _motion(moving).shown] == ["2.0000", "−3.0000"]
    begin = [each.middle for each in _motion(moving).shown]
    qtbot.waitUntil(lambda: [each.middle for each in _motion(moving).shown] != begin)
    qtbot.waitUntil(lambda: not _motion(moving).moving)
    assert _motion(moving).shown == ()


def test_the_next_step_cuts_it_short(moving, act) -> None:
    act(moving, "forward_step", "forward_step", "backward_step", "backward_step")
    assert moving.session.state.cursor == 4
    assert {each.role for each in _motion(moving).shown} == {"grad"}
    act(moving, "previous")
    assert not _motion(moving).moving
    assert _motion(moving).shown == ()


def test_an_edit_ends_it(moving, act) -> None:
    act(moving, "forward_step")
    moving.session.set_value(moving.session.state.graph.named("a"), 7.0)
    assert not _motion(moving).moving


def test_a_whole_pass_does_not_move(moving, act) -> None:
    act(moving, "forward")
    assert _motion(moving) is None or not _motion(moving).moving


def test_nodes_stay_and_nothing_is_left_on_the_canvas(moving, act, qtbot) -> None:
    for _ in range(2):
        moving.pace().next()
    assert moving.pace().seconds == 0
    act(moving, "forward_step")
    still = moving.canvas.grab().toImage()
    act(moving, "previous")
    moving.pace().next()
    act(moving, "forward_step")
    assert moving.canvas.grab().toImage() != still
    qtbot.waitUntil(lambda: not _motion(moving).moving)
    assert moving.canvas.grab().toImage() == still


def test_one_control_for_the_pace_is_remembered(moving, act) -> None:
    act(moving, "motion")
    assert moving.pace().seconds == 1.0
    assert Settings().motion == "slow"
    act(moving, "motion")
    assert moving.pace().seconds == 0.0
    act(moving, "forward_step")
    assert _motion(moving) is None or not _motion(moving).moving
    act(moving, "motion")
    assert moving.pace().seconds == 0.25


def test_what_the_desktop_wants_holds_until_somebody_chooses(moving, act) -> None:
    moving.pace().calm = True
    act(moving, "forward_step")
    assert _motion(moving) is None
    act(moving, "motion")
    assert moving.pace().seconds == 0.25


@pytest.mark.parametrize(("said", "calm"), [("false", True), ("true", False), ("", False)])
def test_the_desktop_is_asked(said: str, calm: bool, monkeypatch) -> None:
    monkeypatch.setattr(motion.sys, "platform", "linux")
    monkeypatch.setattr(motion, "_answer", lambda *asked: said)
    assert motion.wants_less_motion() is calm


def test_nothing_moves_before_the_desktop_has_answered(qapp, monkeypatch) -> None:
    monkeypatch.setattr(motion.Thread, "start", lambda self: None)
    assert Pace(Settings()).seconds == 0.0


def test_in_the_hall_numbers_travel_as_large_as_they_stand_on_the_nodes(moving, act) -> None:
    act(moving, "projector")
    moving.resize(1920, 1080)
    act(moving, "forward_step")
    canvas, motion = moving.canvas, _motion(moving)
    stand = canvas.text_px(moving.session.state.step.node)
    travel = motion._scale() * canvas.pens.sum.qfont.pixelSize() * canvas.zoom
    assert travel == pytest.approx(stand, rel=0.05)
    act(moving, "projector")


def test_a_step_over_a_block_moves_what_goes_in_and_what_comes_back(opened, act, qtbot) -> None:
    window = opened("mlp")
    want_motion(window, qtbot)
    act(window, "step_over")
    assert [(each.text, each.role) for each in _motion(window).shown] == [
        ("2.0000", "data"), ("3.0000", "data"), ("−1.0000", "data"),
    ]  # fmt: skip
    act(window, "forward", "step_over", "step_over", "step_over", "step_over")  # the last is neuron 3_1
    graph, frame = window.session.state.graph, window.session.state.frame
    outputs = [next(b.output for b in graph.blocks if b.title == f"neuron 2_{at}") for at in (1, 2, 3, 4)]
    shown = {(each.text, each.role) for each in _motion(window).shown}
    assert shown == {(written(frame.grad[output]), "grad") for output in outputs}
    act(window, "previous")
    assert not _motion(window).moving


def test_a_sum_at_the_edge_of_a_hall_is_seen_whole(opened, act, qtbot) -> None:
    window = opened("diamond")
    want_motion(window, qtbot)
    window.settings.motion = "slow"
    act(window, "projector", "forward", *["backward_step"] * 4)
    motion, view = _motion(window), window.canvas.viewport().rect().adjusted(-2, -2, 2, 2)
    motion._began -= 0.8
    motion.follow()
    texts = [each.text for each in motion.shown]
    assert texts == ["−6.0000 + 3.0000 = −3.0000", "−6.0000 − 2.0000 = −8.0000"]
    seen = [window.canvas.viewportTransform().mapRect(motion._covered(each)) for each in motion.shown]
    assert all(view.contains(each.toRect()) for each in seen)
    act(window, "projector")
