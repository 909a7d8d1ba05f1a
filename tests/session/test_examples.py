"""The lecture's numbers, held by every built-in example: data, gradients and each backward step."""

import pytest

from micrograd_gui.files.documents import load_example
from micrograd_gui.session.session import Session


def ran(name: str) -> Session:
    session = Session(load_example(name))
    session.forward()
    session.backward()
    return session


def data(session: Session) -> dict[str, float]:
    return {session.state.graph.nodes[n].name: number for n, number in session.state.frame.data.items()}


def grads(session: Session) -> dict[str, float]:
    return {session.state.graph.nodes[n].name: number for n, number in session.state.frame.grad.items()}


def walked(session: Session) -> list[tuple[str, list[tuple[str, float, float | None, float]]]]:
    """The backward pass, step by step: the acting node, and what each operand received."""
    nodes = session.state.graph.nodes
    return [
        (
            nodes[step.node].name,
            [(nodes[c.operand].name, c.amount, c.before, c.after) for c in step.contributions],
        )
        for step in session.state.trace.steps
        if step.kind in ("seed", "backward")
    ]


def test_the_parabola_is_20_with_slope_14_at_3_and_flat_at_two_thirds():
    session = ran("parabola")
    assert data(session)["f"] == 20.0
    assert grads(session)["x"] == 14.0
    session.set_value(session.state.graph.named("x"), 2 / 3)
    assert grads(session)["x"] == pytest.approx(0.0, abs=1e-12)
    x = session.state.graph.named("x")
    assert session.state.graph.ranges[x] == (-5.0, 5.0)


def test_the_slopes_are_minus_three_two_and_one():
    session = ran("slopes")
    assert data(session)["d"] == 4.0
    assert {name: grads(session)[name] for name in "abc"} == {"a": -3.0, "b": 2.0, "c": 1.0}


@pytest.mark.parametrize(("name", "slope"), [("a", -3.0), ("b", 2.0), ("c", 1.0)])
@pytest.mark.parametrize("sides", ["forward", "central"])
def test_nudging_by_a_ten_thousandth_gives_the_slopes(name, slope, sides):
    session = Session(load_example("slopes"))
    session.set_sides(sides)
    nudge = session.nudge(session.state.graph.named(name), 0.0001)
    assert nudge.numeric == pytest.approx(slope, abs=1e-9)
    assert nudge.analytic == slope


def test_the_lecture_goes_through_l_d_and_e_step_by_step():
    session = ran("lecture")
    assert data(session) == {"a": 2, "b": -3, "c": 10, "f": -2, "e": -6, "d": 4, "L": -8}
    assert walked(session) == [
        ("L", []),
        ("L", [("d", -2.0, None, -2.0), ("f", 4.0, None, 4.0)]),
        ("d", [("e", -2.0, None, -2.0), ("c", -2.0, None, -2.0)]),
        ("e", [("a", 6.0, None, 6.0), ("b", -4.0, None, -4.0)]),
    ]
    assert grads(session) == {"L": 1, "d": -2, "f": 4, "c": -2, "e": -2, "a": 6, "b": -4}


def test_each_contribution_is_slope_times_upstream():
    session = ran("lecture")
    e = session.state.trace.steps[-1]
    assert [(c.slope, c.upstream, c.port) for c in e.contributions] == [(-3.0, -2.0, 0), (2.0, -2.0, 1)]


def test_nudging_a_by_a_thousandth_takes_l_from_minus_8_to_minus_7_994():
    session = Session(load_example("lecture"))
    session.set_sides("forward")
    graph = session.state.graph
    nudge = session.nudge(graph.named("a"), 0.001)
    target = graph.named("L")
    assert nudge.before[target] == -8.0
    assert nudge.after[target] == pytest.approx(-7.994, abs=1e-12)
    assert nudge.numeric == pytest.approx(6.0, abs=1e-9)
    assert {graph.nodes[n].name for n in nudge.moved} == {"a", "e", "d", "L"}


NEURON_GRADS = {
    "o": 1,
    "n": 0.5,
    "b": 0.5,
    "x1w1": 0.5,
    "x2w2": 0.5,
    "x1": -1.5,
    "w1": 1.0,
    "x2": 0.5,
    "w2": 0.0,
}


def test_the_neuron_holds_the_lectures_numbers():
    session = ran("neuron")
    assert data(session)["n"] == pytest.approx(0.8813735870195432, abs=1e-15)
    assert data(session)["o"] == pytest.approx(0.7071067811865476, abs=1e-15)
    assert {name: grads(session)[name] for name in NEURON_GRADS} == pytest.approx(NEURON_GRADS, abs=1e-12)
    assert walked(session)[1][0] == "o"
    assert walked(session)[1][1][0][1] == pytest.approx(0.5, abs=1e-12)
    assert [name for name, _ in walked(session)][2:4] == ["n", "x1w1 + x2w2"]
    assert {name for name, _ in walked(session)[4:]} == {"x1w1", "x2w2"}


def test_tanh_taken_apart_gives_the_same_numbers_to_a_trillionth():
    whole, apart = ran("neuron"), ran("neuron_exp")
    for name, grad in NEURON_GRADS.items():
        assert grads(apart)[name] == pytest.approx(grad, abs=1e-12)
        assert grads(apart)[name] == pytest.approx(grads(whole)[name], abs=1e-12)
        assert data(apart)[name] == pytest.approx(data(whole)[name], abs=1e-12)


def test_reuse_gives_4_and_backward_again_12():
    session = ran("reuse")
    assert walked(session) == [
        ("c", []),
        ("c", [("b", 1.0, None, 1.0), ("b", 1.0, 1.0, 2.0)]),
        ("b", [("a", 2.0, None, 2.0), ("a", 2.0, 2.0, 4.0)]),
    ]
    session.backward()
    assert walked(session)[3:] == [
        ("c", []),
        ("c", [("b", 1.0, 2.0, 3.0), ("b", 1.0, 3.0, 4.0)]),
        ("b", [("a", 4.0, 4.0, 8.0), ("a", 4.0, 8.0, 12.0)]),
    ]
    assert grads(session)["a"] == 12.0
    assert session.state.step.backward_pass == 2


def test_zero_grad_lets_backward_start_from_nothing_again():
    session = ran("reuse")
    session.backward()
    session.zero_grad()
    assert set(grads(session).values()) == {0.0}
    session.backward()
    assert grads(session)["a"] == 4.0
    assert session.state.step.backward_pass == 1


def test_the_square_has_two_contributions_to_one_node():
    session = ran("square")
    assert walked(session)[1:] == [("b", [("a", 3.0, None, 3.0), ("a", 3.0, 3.0, 6.0)])]
    assert grads(session)["a"] == 6.0


def test_the_diamond_adds_what_comes_on_both_ways():
    session = ran("diamond")
    assert data(session) == {"a": -2, "b": 3, "d": -6, "e": 1, "f": -6}
    steps = dict(walked(session)[1:])
    assert steps["f"] == [("d", 1.0, None, 1.0), ("e", -6.0, None, -6.0)]
    first, second = [name for name, _ in walked(session)[2:]]
    received = {"d": [("a", 3.0), ("b", -2.0)], "e": [("a", -6.0), ("b", -6.0)]}
    assert [(operand, amount) for operand, amount, _, _ in steps[first]] == received[first]
    assert [(operand, amount) for operand, amount, _, _ in steps[second]] == received[second]
    assert all(before is not None for _, _, before, _ in steps[second])
    assert grads(session) == {"f": 1, "d": 1, "e": -6, "a": -3, "b": -8}


@pytest.mark.parametrize(
    "name", ["parabola", "slopes", "lecture", "neuron", "neuron_exp", "reuse", "square", "diamond"]
)
def test_the_numeric_check_agrees_with_every_example(name):
    session = Session(load_example(name))
    checked = session.check_all()
    assert {row.node for row in checked} == session.state.graph.feeding
    assert all(row.ok for row in checked)
