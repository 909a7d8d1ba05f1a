"""What travels where in a step, as data."""

import pytest

from micrograd_gui.figures import motion
from micrograd_gui.figures.geometry import Bezier
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.motion import ARRIVED, Journey, at, journey
from micrograd_gui.figures.parts import CardBox
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.session import Session

WIRE = Bezier(0, 0, 10, 0, 20, 0, 30, 0)


@pytest.fixture
def stepped():
    """The state of an expression after so many steps, and what travels in the last of them."""

    def go(text: str, forward: int, backward: int = 0):
        session = Session()
        session.build(text)
        for _ in range(forward):
            session.forward_step()
        for _ in range(backward):
            session.backward_step()
        state = session.state
        return state, journey(state.graph, state.frame, state.step, lambda end: WIRE)

    return go


def _texts(found: Journey) -> list[str]:
    return [each.text for each in found.travellers]


def test_operands_travel_into_the_op(stepped) -> None:
    _, found = stepped("a=2; b=-3; c=a*b", 1)
    assert _texts(found) == ["2.0000", "−3.0000"]
    assert {each.role for each in found.travellers} == {"data"}
    assert not found.sums
    begin, end = at(found, 0, lambda _: None), at(found, 0.9999, lambda _: None)
    assert [each.middle for each in begin] == [(0, 0), (0, 0)]
    assert all(each.middle[0] == pytest.approx(30, abs=0.1) for each in end)


def test_contributions_travel_back(stepped) -> None:
    _, found = stepped("a=2; b=-3; c=a*b", 1, 2)
    assert _texts(found) == ["−3.0000", "2.0000"]
    assert at(found, 0, lambda _: None)[0].middle == (30, 0)
    assert not found.sums


def test_two_contributions_of_one_step_are_seen_to_add_up(stepped) -> None:
    state, found = stepped("a=3; b=a+a", 1, 2)
    operand = state.graph.named("a")
    assert dict(found.sums) == {operand: "1.0000 + 1.0000 = 2.0000"}
    (late,) = at(found, (1 + ARRIVED) / 2, lambda _: (5, 7))
    assert late.text == "1.0000 + 1.0000 = 2.0000"
    assert late.middle[1] > 7


def test_what_comes_to_a_gradient_that_is_there_adds_to_it(stepped) -> None:
    sums = []
    for count in range(2, 5):
        state, found = stepped("a=3; b=a*2; c=a*-5; d=b+c", 3, count)
        sums += [text for node, text in found.sums.items() if node == state.graph.named("a")]
    assert sums in (["2.0000 − 5.0000 = −3.0000"], ["−5.0000 + 2.0000 = −3.0000"])


def test_nothing_travels_where_nothing_came_to_be(stepped) -> None:
    assert stepped("a=2; b=a*a", 0)[1] == Journey()
    assert stepped("a=2; b=a*a", 1, 1)[1] == Journey(), "the seed is given"
    _, found = stepped("a=2; b=a*a", 1)
    assert at(found, 1, lambda _: None) == () == at(found, 2, lambda _: None)


def test_a_wire_that_is_not_drawn_carries_nothing() -> None:
    session = Session()
    session.build("a=2; b=a*a")
    session.forward_step()
    state = session.state
    assert journey(state.graph, state.frame, state.step, lambda end: None) == Journey()


def test_what_lies_where_in_the_figures_of_a_film_is_found_once(monkeypatch):
    film = film_of(load_example("neuron"), "all", Options())
    asked = []
    rect = CardBox.rect.fget
    monkeypatch.setattr(CardBox, "rect", property(lambda box: asked.append(box) or rect(box)))
    maps = set()
    for moment in film.moments:
        figure = film.figure_at(moment)
        maps.add(id(motion._drawn(figure.wires, figure.boxes)))
        motion.over(film.visible_graph, figure, moment.step)
    assert len(maps) == 1
    assert not asked  # only of what something is said below
