"""The step card's sentences: rules in names and in numbers, for each kind of moment."""

import math

import pytest
from msgspec.structs import replace

from micrograd.ops import OPS, Op
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session import measure
from micrograd_gui.session.explain.card import card, digits_that_show
from micrograd_gui.session.explain.formulas import as_text, definition, fit_name
from micrograd_gui.session.explain.slopes import amount_text
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Pass
from tests.lecture import LECTURE


def session(expression: str) -> Session:
    made = Session()
    made.build(expression)
    return made


def said(one: Session) -> list[str]:
    return as_text(card(one.state)).splitlines()


@pytest.fixture
def lecture() -> Session:
    return session(LECTURE)


def test_an_empty_graph_says_how_to_begin():
    assert "Drop a node" in said(Session())[1]
    assert "type an expression" in said(Session())[1]


def test_before_the_run_it_says_what_to_press(lecture):
    assert "Forward (F5)" in said(lecture)[1]
    lecture.forward()
    lecture.first()
    assert "each step from here on computes one more" in said(lecture)[1]


def test_a_value_alone_says_that_there_is_nothing_to_compute():
    alone = session("a = 2")
    alone.forward()
    assert said(alone)[1] == "a is a value, so there is nothing to compute: drop an op on it."


def test_a_forward_step_is_the_arithmetic_of_its_node(lecture):
    lecture.forward_step()
    assert said(lecture) == [
        "STEP 1 of 3   forward: e   ·   moment 1 of 3",
        "e = a × b = 2.0000 × −3.0000 = −6.0000",
    ]


def test_the_end_of_forward_says_how_to_go_on(lecture):
    lecture.forward()
    assert said(lecture)[1] == "L = d × f = 4.0000 × −2.0000 = −8.0000"
    assert "Backward step (F10)" in said(lecture)[2]


def test_the_seed_says_why_the_gradient_is_one(lecture):
    lecture.backward_step()
    assert said(lecture)[1] == "L.grad = dL/dL = 1.0000"
    assert "because dL/dL = 1" in said(lecture)[2]


def test_a_backward_step_gives_rule_numbers_and_result_for_each_operand(lecture):
    lecture.backward()
    assert said(lecture) == [
        "STEP 4 of 4   backward through e = a × b   ·   moment 7 of 7",
        "a.grad += b.data × e.grad = −3.0000 × −2.0000 = 6.0000",
        "b.grad += a.data × e.grad = 2.0000 × −2.0000 = −4.0000",
    ]


def test_a_sum_hands_its_gradient_on_times_one(lecture):
    for _ in range(3):
        lecture.backward_step()
    assert said(lecture)[1] == "e.grad += 1 × d.grad = 1 × −2.0000 = −2.0000"


def test_a_slope_that_is_a_sum_stands_in_parentheses():
    neuron = session("n = 0.8813735870195432; o = tanh(n)")
    neuron.backward()
    assert said(neuron)[1] == "n.grad += (1 − o.data²) × o.grad = (1 − 0.7071²) × 1.0000 = 0.5000"


def test_a_negative_number_under_a_power_or_a_minus_gets_parentheses():
    cube = session("a = -2; b = a**3")
    cube.backward()
    assert said(cube)[1] == "a.grad += (3 × a.data^2) × b.grad = (3 × (−2.0000)^2) × 1.0000 = 12.0000"
    turned = session("a = -2; b = -a")
    turned.forward()
    assert said(turned)[1] == "b = −a = −(−2.0000) = 2.0000"


def test_both_wires_of_a_square_have_a_line_and_the_second_adds_to_the_first():
    square = session("a = 3; b = a*a")
    square.backward()
    assert said(square)[1:] == [
        "a.grad += a.data × b.grad = 3.0000 × 1.0000 = 3.0000",
        "a.grad += a.data × b.grad = 3.0000 × 1.0000 = 3.0000",
        "a.grad was 3.0000, so 3.0000 + 3.0000 = 6.0000",
    ]


def test_a_second_pass_says_why_the_numbers_grow(lecture):
    lecture.backward()
    assert "Zero grad" not in as_text(card(lecture.state))
    lecture.backward()
    assert "a.grad was 6.0000, so 6.0000 + 18.0000 = 24.0000" in said(lecture)
    assert said(lecture)[-1] == (
        "Pass 2 without Zero grad: micrograd adds to the grads that are there, so they grow. "
        "Call zero_grad first."
    )


def test_zero_grad_is_a_step_and_what_is_added_to_zero_is_not_worth_a_line(lecture):
    lecture.backward()
    lecture.zero_grad()
    assert said(lecture)[0].startswith("STEP 1 of 1   zero grad")
    lecture.backward()
    assert not any("was" in line for line in said(lecture))


def test_a_problem_says_its_sentence():
    bad = session("a = -8; b = log(a)")
    bad.forward()
    assert said(bad)[0].startswith("STEP 1 of 1   stopped at b")
    assert said(bad)[1] == "b = log(−8.0000) is nan: log of a negative number."
    assert card(bad.state)[1].fragments[0].kind == "problem"


def test_a_problem_on_the_way_back_shows_the_contributions_too():
    bad = session("a = 0; b = sqrt(a)")
    bad.backward()
    assert said(bad)[0].startswith("STEP 2 of 2   stopped at b")
    assert any(line.startswith("a.grad += (1 ÷ (2 × b.data)) × b.grad") for line in said(bad))


def test_a_one_sided_nudge_is_the_one_of_the_lecture(lecture):
    lecture.set_sides("forward")
    lecture.nudge(lecture.state.graph.named("a"), 0.001)
    assert said(lecture)[1] == "(L(a + h) − L(a)) / h = (−7.9940 − −8.0000) / 0.0010 = 6.0000"
    assert said(lecture)[2].startswith("analytic slope dL/da = 6.0000,  difference ")
    assert "2.0000 → 2.0010" in said(lecture)[0]


def test_the_analytic_slope_is_called_grad_only_where_that_number_stands_on_the_node(lecture):
    a = lecture.state.graph.named("a")

    def beside():
        lecture.nudge(a, 0.001)
        return said(lecture)[2].partition(",")[0]

    lecture.forward()
    assert beside() == "analytic slope dL/da = 6.0000"
    lecture.backward()
    assert beside() == "analytic slope a.grad = 6.0000"
    lecture.backward()  # without zero_grad: a.grad is 12 now
    assert beside() == "analytic slope dL/da = 6.0000"


def test_a_central_nudge_has_both_sides(lecture):
    lecture.nudge(lecture.state.graph.named("e"), 0.001)
    assert said(lecture)[1] == "(L(e + h) − L(e − h)) / 2h = (−8.0020 − −7.9980) / 0.0020 = −2.0000"


@pytest.mark.parametrize("h", [1.0, 0.1, 1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("sides", ["forward", "central"])
def test_the_numbers_of_a_nudge_can_be_worked_out_by_hand(h, sides):
    parabola = session("x = 3; f = 3*x**2 - 4*x + 5")
    parabola.set_sides(sides)
    nudged = parabola.nudge(parabola.state.graph.named("x"), h)
    numbers = said(parabola)[1].replace("−", "-").split(" = ")[1]
    difference, width = numbers.split(" / ")
    high, low = (float(each) for each in difference.strip("()").split(" - "))
    assert (high - low) / float(width) == pytest.approx(nudged.numeric, abs=6e-5)


def _two(text: str, between: str) -> tuple[float, float]:
    """The two numbers that stand on either side of that sign."""
    one, other = text.replace("−", "-").split(between)
    return float(one.strip(" ()")), float(other.strip(" ()"))


@pytest.mark.parametrize("h", [1e-3, 1e-9, 1e-12, 3e-14])
@pytest.mark.parametrize("sides", ["forward", "central"])
@pytest.mark.parametrize(
    "source",
    ["n = 0.8813735870195432; o = tanh(n)", "n = 3e-20; o = n * 2", "n = 100; o = n * n", "n = 1e-9; o = n*n",
     "n = 1; o = n + 1e13"],
)  # fmt: skip
def test_two_numbers_of_a_nudge_that_differ_look_different(source, sides, h):
    nudged = session(source)
    graph = nudged.state.graph
    nudged.set_sides(sides)
    nudge = nudged.nudge(graph.named("n"), h)
    head, slope = said(nudged)[:2]
    high, low = _two(slope.split(" = ")[1].split(" / ")[0], " - ")
    ends = (
        nudge.after[nudge.target],
        nudge.lower[nudge.target] if sides == "central" else nudge.before[nudge.target],
    )
    assert (high != low) == (ends[0] != ends[1])
    moved = head.split(":   ")
    for text, node in ((moved[1].split(",")[0], nudge.node), (moved[2], nudge.target)):
        was, became = _two(text, " → ")
        assert (was != became) == (nudge.before[node] != nudge.after[node])


def test_the_slope_of_a_very_small_nudge_can_be_worked_out_from_what_is_shown():
    neuron = session("n = 0.8813735870195432; o = tanh(n)")
    neuron.set_sides("forward")
    nudge = neuron.nudge(neuron.state.graph.named("n"), 1e-12)
    high, low = _two(said(neuron)[1].split(" = ")[1].split(" / ")[0], " - ")
    assert (high - low) / 1e-12 == pytest.approx(nudge.numeric, rel=0.01)
    assert nudge.numeric == pytest.approx(0.5, rel=0.01)


def test_an_update_and_a_sum_of_grads_show_what_they_changed():
    small = session("a = 1; L = a * 1e-7")
    small.mark([small.state.graph.named("a")], "parameter")
    small.backward()
    small.update(0.01)
    line = said(small)[1].replace("−", "-")
    assert line.split(" = ")[1].split()[0] != line.split(" = ")[2], line
    twice = session("a = 2; b = a * 1e-9; L = a + b")
    twice.backward()
    (line,) = (line for line in said(twice) if " was " in line)
    assert line == "a.grad was 1.000000000, so 1.000000000 + 1.00e−09 = 1.000000001"


def test_numbers_that_are_not_finite_need_no_more_digits():
    assert digits_that_show(math.inf, 1.0, 0.1, math.inf) == 4


def test_a_label_that_is_a_formula_stands_in_parentheses():
    graph = Graph().added(None, (0, 0), label="x1*w1 + x2*w2", data=2.0)
    graph = graph.added("tanh", (0, 0), inputs=(1,), label="o")
    one = Session(graph)
    one.backward()
    assert said(one)[1].startswith("(x1*w1 + x2*w2).grad += (1 − o.data²)")


def test_a_constant_stands_as_its_number():
    one = session("a = 3; b = a * 2")
    one.backward()
    assert said(one)[1] == "a.grad += 2 × b.grad = 2.0000 × 1.0000 = 2.0000"
    assert said(one)[2].startswith("(2).grad += a.data × b.grad")


def test_hostile_labels_are_one_line_and_not_endless():
    assert fit_name("a\nb\tc\x07") == "a b c�"
    assert len(fit_name("x" * 5000)) < 40
    assert fit_name("\u202eabc") == "abc"
    assert fit_name("😀") == "😀"


def test_an_op_without_words_shows_the_number_of_its_slope(monkeypatch):
    monkeypatch.setitem(OPS, "twice", Op("twice", "twice", 1, lambda x: 2 * x, lambda x, out: (2.0,)))
    graph = Graph().added(None, (0, 0), label="a", data=5.0).added("twice", (0, 0), inputs=(1,), label="b")
    one = Session(graph)
    one.backward()
    assert said(one)[1] == "a.grad += ∂twice/∂a × b.grad = 2.0000 × 1.0000 = 2.0000"


def test_every_op_of_the_table_has_lines_whose_result_is_the_engines():
    for op in OPS.values():
        graph = Graph().added(None, (0, 0), label="p", data=0.7).added(None, (0, 0), label="q", data=1.9)
        graph = graph.added(op.name, (0, 0), inputs=(1, 2)[: op.arity], label="out")
        one = Session(graph)
        one.forward()
        assert said(one)[1].startswith("out = "), op.name
        one.backward()
        lines = said(one)[1:]
        assert len(lines) == op.arity
        for line, contribution in zip(lines, one.state.step.contributions, strict=True):
            shown_result = float(line.split(" = ")[-1].replace("−", "-"))
            assert shown_result == pytest.approx(contribution.amount, abs=5.1e-5), op.name


def test_equations_may_be_broken_before_their_equals_signs(lecture):
    lecture.backward()
    parts = ["".join(each.text for each in part) for part in card(lecture.state)[1].parts]
    assert parts == ["a.grad += b.data × e.grad", " = −3.0000 × −2.0000", " = 6.0000"]


def after_update(one: Session, rate: float) -> State:
    """The state after forward, backward and one move of the parameters."""
    trace = record(one.state.graph, (Pass("forward"), Pass("backward"), Pass("update", rate=rate)))
    return replace(one.state, trace=trace, cursor=len(trace))


def test_an_update_says_where_each_parameter_goes_and_what_the_target_does():
    one = session("w = -3; x = 2; y = w*x")
    one.mark(one.state.graph.named("w"), "parameter")
    lines = as_text(card(after_update(one, 0.05))).splitlines()
    assert lines[0].startswith("STEP 1 of 1   update")
    assert lines[1] == "w.data − rate × w.grad = −3.0000 − 0.0500 × 2.0000 = −3.1000"
    assert "y changes by −rate × Σ grad² = −0.2000; it will change by −0.2000. " in lines[2]
    assert lines[2].endswith("What is struck out is from before: run it again.")  # y itself


def test_an_update_of_many_parameters_is_not_endless():
    one = session("y = a + b + c + d + e + f + g")
    for name in "abcdefg":
        one.mark(one.state.graph.named(name), "parameter")
    lines = as_text(card(after_update(one, 0.1))).splitlines()
    assert len(lines) == 5
    assert lines[-1].startswith("… and 4 more. ")


def test_an_update_without_parameters_says_what_to_mark():
    assert "mark leaves as parameters" in as_text(card(after_update(session(LECTURE), 0.1)))


def told_rate(said: str) -> float:
    """The largest rate that lowers the loss, as the card tells it."""
    told = said.split("the largest that lowers it along this line is about ")[1]
    return float(told.splitlines()[0].rstrip("."))


def too_large(text: str, rate: float) -> tuple[Session, str]:
    """After an update with that rate of w: the session, and what its card says."""
    one = session(text)
    one.mark(one.state.graph.named("w"), "parameter")
    one.update(rate)
    return one, as_text(card(one.state))


@pytest.mark.parametrize(
    ("text", "rate", "right"),
    [
        ("w = 2; x = 3; L = (w*x - 1)**2", 1.0, 1 / 9),  # |5 − 90 rate| < 5
        ("w = 2; x = 3; L = (w*x - 1)**2", 1e6, 1 / 9),
        ("w = 5; L = w*w", 1.0001, 1.0),  # |5 − 10 rate| < 5
        ("w = 0.001; L = exp(w) - w*2", 10.0, None),
    ],
)
def test_a_rate_that_is_too_large_is_said_with_the_largest_that_lowers_the_loss(text, rate, right):
    one, said_now = too_large(text, rate)
    assert "The rate is too large here: the loss rises." in said_now
    told = told_rate(said_now)
    if right is not None:
        assert told == pytest.approx(right, rel=0.01)
    change = one.state.step.changes[0]

    def loss(at: float) -> float:
        moved = {one.state.graph.named("w"): change.before - at * change.grad}
        return measure.numbers(one.state.graph, moved)[one.state.graph.target]

    assert loss(told) < loss(0.0) <= loss(told * 1.011)
    one.forward()
    assert "The rate is too large here: the loss rises." in as_text(card(one.state))


def test_after_an_earlier_update_the_line_starts_where_that_one_led():
    one, _ = too_large("w = 2; x = 3; L = (w*x - 1)**2", 0.05)
    for verb in (one.zero_grad, one.forward, one.backward):
        verb()
    one.update(1.0)
    assert "along this line is about 0.111." in as_text(card(one.state))


@pytest.mark.parametrize("rate", [1e3, 2e4, 2e5, 5e5])
def test_where_the_loss_swings_along_the_line_the_rate_that_is_told_lowers_it_all_the_same(rate):
    one, said_now = too_large("w = -0.853; L = sin(w) * w", rate)
    told = told_rate(said_now)
    change = one.state.step.changes[0]
    w = change.before - told * change.grad
    assert math.sin(w) * w < math.sin(change.before) * change.before


def test_a_rate_that_lowers_the_loss_is_not_blamed():
    one, said_now = too_large("w = 2; x = 3; L = (w*x - 1)**2", 0.1)
    one.forward()
    assert "too large" not in said_now + as_text(card(one.state))


def test_against_stale_gradients_no_rate_is_blamed():
    one, _ = too_large(
        "w = 2; x = 3; L = (w*x - 1)**2", 0.12
    )  # over the valley: the slope points the other way
    one.forward()
    one.update(0.12)  # and the gradient is still that of before
    said_now = as_text(card(one.state))
    assert "The loss rises, and no smaller rate lowers it along this line." in said_now
    assert "too large" not in said_now


def test_a_rate_that_is_too_large_is_said_before_what_is_less_urgent():
    lines = too_large("w = 2; x = 3; L = (w*x - 1)**2", 1.0)[1].splitlines()
    assert lines[2].startswith("The rate is too large here")
    assert lines[3].startswith("To first order")
    assert lines[3].endswith("run it again.")


def test_an_op_with_an_empty_port_is_named_with_a_question_mark_there(lecture):
    node = lecture.add_node("*")
    lecture.connect(1, node, 1)
    text = "".join(each.text for each in definition(lecture.state.graph, lecture.state.graph.nodes[node]))
    assert text.endswith("= ? × a")


def test_a_chip_writes_a_tiny_number_with_the_minus_of_the_boxes():
    session = Session()
    session.open_graph(graph_from_expression("a = 1e-9; b = -2; L = a*b"))
    session.backward()
    assert [amount_text(each) for each in session.state.step.contributions] == ["+= −2", "+= 1e−09"]
