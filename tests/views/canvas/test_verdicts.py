"""What the numeric check found stands on the nodes, as long as it is of the grads that stand there."""

import pytest
from msgspec.structs import replace

from micrograd_gui.figures.geometry import HALL_FORMS
from micrograd_gui.files.documents import load_example
from micrograd_gui.views.canvas.layers.verdicts import verdict_at, wrong_keys
from micrograd_gui.views.theme import DARK, LIGHT, Look


def signs(desk):
    view = desk.view
    found = {desk.graph.nodes[key].name: verdict_at(view.picture, key) for key in desk.graph.nodes}
    return {name: each.sign for name, each in found.items() if each is not None}


def falsify(desk, label):
    """The check finds another slope there."""
    node, state = desk.named(label), desk.state
    rows = tuple(replace(row, ok=False, numeric=0.125) if row.node == node else row for row in state.checked)
    desk.session._set(replace(state, checked=rows))


def checked(desk):
    desk.session.forward()
    desk.session.backward()
    desk.session.check_all()


def corner(desk, label, image=None):
    """The colours of a disc's worth of pixels at the right upper corner of the card."""
    rect, image = desk.view.node_rect(desk.named(label)), image or desk.picture()
    return {image.pixel(rect.right() + dx, rect.top() + dy) for dx in range(-9, 7) for dy in range(-6, 9)}


@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK), Look(DARK).projected(1080)])
def test_a_sign_stands_on_every_checked_node(desk, look):
    desk.view.set_look(look)
    desk.open()
    desk.session.forward()
    desk.session.backward()
    before = {name: corner(desk, name) for name in ("a", "L")}
    desk.session.check_all()
    falsify(desk, "d")
    assert signs(desk) == dict.fromkeys("abcefL", "✓") | {"d": "✗"}
    good, bad = desk.view.pens.good.rgb(), desk.view.pens.bad.rgb()
    for name in before:
        assert good in corner(desk, name)
        assert good not in before[name]
    assert bad in corner(desk, "d")
    assert verdict_at(desk.view.picture, desk.named("d")).words == "numeric 0.1250"


def test_what_the_check_does_not_tell_of_is_not_shown(desk):
    desk.open()
    checked(desk)
    desk.session.zero_grad()
    assert signs(desk) == {}
    desk.session.first()
    assert set(signs(desk).values()) == {"✓"}  # all of them will agree, and say so
    assert verdict_at(desk.view.picture, desk.named("a")).words == "will agree"
    desk.session.last()
    assert signs(desk) == {}
    desk.session.backward()
    assert set(signs(desk).values()) == {"✓"}
    desk.session.set_value(desk.named("a"), "3")
    assert signs(desk) == {}, "it was made of other numbers"


def test_a_second_pass_without_zero_grad_is_told_where_it_adds_up(desk):
    desk.open()
    checked(desk)
    desk.session.backward()
    found = verdict_at(desk.view.picture, desk.named("a"))
    assert (found.sign, found.words, found.agrees) == ("+", "accumulated", None)


def test_every_step_paints_the_verdicts_that_it_changes(desk):
    desk.open()
    checked(desk)
    for verb in (desk.session.zero_grad, desk.session.backward_step, desk.session.first, desk.session.last):
        verb()
        stepped = desk.picture()
        desk.view.viewport().update()
        assert desk.picture() == stepped


def test_a_box_tells_of_what_is_wrong_in_it(desk):
    desk.open_graph(load_example("mlp"))
    checked(desk)
    boxes = desk.view.graph_scene.folding.boxes
    assert boxes
    assert all(verdict_at(desk.view.picture, key).sign == "✓" for key in boxes)
    key, box = next(iter(boxes.items()))
    node = next(each for each in box.nodes if each != box.output)
    desk.session._set(
        replace(
            desk.state,
            checked=tuple(replace(r, ok=False) if r.node == node else r for r in desk.state.checked),
        )
    )
    assert wrong_keys(desk.view.picture) == {key}
    assert verdict_at(desk.view.picture, key).words == f"1 of {len(box.nodes)} differ"


def test_from_far_a_wrong_box_is_crossed_out(desk):
    desk.open()
    checked(desk)
    desk.view.zoom_by_hand(0.2 / desk.view.zoom)
    before = desk.picture()
    falsify(desk, "d")
    rect, after = desk.view.node_rect(desk.named("d")), desk.picture()
    middle = rect.center()
    assert before.pixel(middle) != after.pixel(middle)


@pytest.mark.parametrize("form", HALL_FORMS)
def test_words_below_a_number_leave_it_alone(form):
    from micrograd_gui.views.canvas.layers.verdicts import HALL

    _, y, _, tall = form.rows((0.0, 0.0))[-1]
    digits = y + tall / 2 - 1 + form.number * 0.73 / 2
    assert digits <= form.height + HALL.hangs - HALL.tag


def test_where_one_number_has_room_what_it_was_hangs_below_all_that_moved(desk):
    view = desk.view
    view.resize(1920, 225)
    view.set_look(view.look.projected(1080))
    desk.open()
    checked(desk)
    assert view.graph_scene.form.numbers == 1
    edge = view.pens.muted.rgb()

    def hanging(label, image):
        rect = view.node_rect(desk.named(label))
        below = {
            image.pixel(x, y)
            for x in range(rect.center().x(), rect.right(), 2)
            for y in range(rect.bottom() + 6, rect.bottom() + int(20 * view.zoom))
        }
        return edge in below

    desk.session.select([desk.named("a")])
    before = desk.picture()
    desk.session.nudge()
    after = desk.picture()
    moved = [name for name in "abcdefL" if hanging(name, after)]
    assert not any(hanging(name, before) for name in "abcdefL")
    assert moved == ["a", "d", "e", "L"]
    view.viewport().update()
    assert desk.picture() == after, "what moved was painted anew, and no less"
