"""What is asked of the next step, what an answer is worth, and what is hidden meanwhile."""

import math
import random

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.session.asking.ledger import postings
from micrograd_gui.session.asking.on_wires import on_wires_of
from micrograd_gui.session.bugs.room import BugLab
from micrograd_gui.session.predicting.judging import close_to
from micrograd_gui.session.predicting.question import question_at
from micrograd_gui.session.predicting.room import Predicting
from micrograd_gui.session.predicting.veil import hidden, veiled
from micrograd_gui.session.session import Session
from tests.lecture import LECTURE

NEURON = "x1 = 2.3; x2 = -0.7; w1 = -1.9; w2 = 1.3; b = 4.9; n = x1*w1 + x2*w2 + b; o = tanh(n)"
REUSE = "a = 3; b = a + a; c = b * a"


@pytest.fixture
def predicting():
    """Begin to predict on an expression, after some verbs, in a mode."""

    def begin(text, *verbs, mode="contribution"):
        session = Session()
        session.build(text)
        for verb in verbs:
            getattr(session, verb)()
        session.room(Predicting).begin(mode)
        return session, session.room(Predicting)

    return begin


def named(session, name):
    return next(node.id for node in session.state.graph if node.name == name)


def asked(session):
    return question_at(session.state)


def last(session):
    return session.state.quiz.last


def test_every_number_of_both_passes_is_asked_in_turn_and_right_answers_go_through(predicting):
    session, room = predicting(LECTURE)
    begin = asked(session).asks
    said = []
    while session.state.cursor < 7 or asked(session).part:
        said.append(asked(session).asks)
        room.answer(repr(asked(session).right))
        assert last(session).verdict == "right", last(session)
    assert begin == "e.data ="
    assert said == [
        "e.data =", "d.data =", "L.data =", "L.grad =", "d.grad +=", "f.grad +=", "e.grad +=", "c.grad +=",
        "a.grad +=", "b.grad +=",
    ]  # fmt: skip
    assert session.state.quiz.score == (10, 10, 10)
    assert "a further pass" in asked(session).context


def test_a_step_is_shown_once_all_of_it_was_asked(predicting):
    session, room = predicting(LECTURE, "forward", "backward_step")
    room.answer("-2")
    assert (session.state.cursor, asked(session).part) == (4, 1)
    room.answer("5")
    assert (session.state.cursor, last(session).verdict) == (5, "wrong")
    assert session.state.frame.grad[named(session, "f")] == 4.0


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("2/3", "wrong"), ("-2", "right"), (" −2,0 ", "right"), ("-2.015", "right"), ("-2.03", "wrong"),
        ("-2e0", "right"), ("-4/2", "right"), ("pi", "wrong"), ("-1e-3", "wrong"),
    ],
)  # fmt: skip
def test_answers_are_read_as_numbers_are_everywhere_and_held_to_a_tolerance(predicting, text, verdict):
    session, room = predicting(LECTURE, "forward", "backward_step")
    room.answer(text)
    assert last(session).verdict == verdict


def test_what_is_no_answer_is_refused_in_a_sentence_and_changes_nothing(predicting):
    session, room = predicting(LECTURE, "forward", "backward_step")
    before = session.state
    for text, said in (
        ("abc", "“abc”"),
        ("", "Type a number"),
        ("1e999", "finite"),
        ("1,234", "1.234 or 1234"),
    ):
        with pytest.raises(Refusal, match=said):
            room.answer(text)
    room.choose("sign")
    with pytest.raises(Refusal, match="\\+, − or 0"):
        room.answer("up")
    room.choose("node")
    with pytest.raises(Refusal, match="No node is called"):
        room.answer("zz")
    assert session.state.cursor == before.cursor
    assert session.state.quiz.score.asked == 0


def test_close_to_is_one_percent_or_the_digits_shown():
    assert close_to(1.009, 1.0)
    assert not close_to(1.011, 1.0)
    assert close_to(0.0, 0.0)
    assert close_to(0.00003, 0.0) is False  # it would be shown as another number
    assert close_to(0.1235, 0.12349)
    assert not close_to(0.0, 1e-6)


def test_hints_are_the_rule_in_symbols_and_then_with_the_numbers(predicting):
    session, room = predicting(LECTURE, "forward", "backward_step")
    first, second = (hint.text for hint in asked(session).hints)
    assert first == "d.grad += f.data × L.grad"
    assert second == "d.grad += f.data × L.grad = −2.0000 × 1.0000"
    for count in (1, 2, 2):
        room.hint()
        assert session.state.quiz.hints == count
    room.answer("-2")
    assert session.state.quiz.hints == 0


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        ("2", "wrong sign"),
        ("0.5", ""),
        ("4", "other operand"),
        ("1", "forgets the slope"),
        ("-1", "adds slope"),
    ],
)
def test_a_wrong_answer_is_told_which_mistake_it_looks_like(predicting, answer, mistake):
    session, room = predicting(LECTURE, "forward", "backward_step")
    room.answer(answer)
    assert mistake in last(session).remark
    assert bool(last(session).remark) == bool(mistake)


def test_more_mistakes_upstream_accumulation_and_the_slope_at_the_wrong_place(predicting):
    session, room = predicting(NEURON, "forward", "backward_step")
    n = session.state.frame.data[named(session, "n")]
    room.answer(repr(1 - n * n))
    assert "1 − x² instead of 1 − t²" in last(session).remark
    session, room = predicting(LECTURE, "forward", *["backward_step"] * 3)
    room.answer("-3")  # a.grad += b × e.grad
    assert "forgets the upstream gradient −2.0000" in last(session).remark
    session, room = predicting(REUSE, "forward", *["backward_step"] * 2)
    assert asked(session).before
    room.answer(repr(asked(session).given.after))
    assert "after adding" in last(session).remark
    session, room = predicting(REUSE, "forward", mode="gradient")
    assert asked(session).asks == "a.grad ="
    room.answer("3")
    assert "+=" in last(session).remark
    assert session.state.frame.grad[named(session, "a")] == 12.0


def test_forward_and_updates_are_predicted_too(predicting):
    session, room = predicting("a = 6; b = 3; c = a / b")
    room.answer("0.5")
    assert "other way round" in last(session).remark
    session, room = predicting("x = 2; w = 3; L = (w*x - 1)**2", "forward", "backward")
    room.leave()
    session.mark([named(session, "w")], "parameter")
    session.update(0.01)
    session.previous()
    room.begin()
    assert asked(session).asks == "w.data ="
    grad = session.state.frame.grad[named(session, "w")]
    room.answer(repr(3 + 0.01 * grad))
    assert "up the slope" in last(session).remark
    session.zero_grad()
    session.previous()
    assert asked(session).right == 0.0


def test_the_sign_alone(predicting):
    session, room = predicting(LECTURE, "forward", "backward_step", mode="sign")
    room.answer("−")
    assert last(session).verdict == "right"
    room.answer("-7")
    assert last(session).verdict == "wrong"
    assert "4.0000, positive" in last(session).text


def test_a_final_gradient_of_the_node_that_is_selected(predicting):
    session, room = predicting(LECTURE, mode="gradient")
    session.select([named(session, "a")])
    assert asked(session).asks == "a.grad ="
    assert asked(session).hints[0].text == "a.grad = b.data × e.grad"
    room.answer("6")
    assert last(session).verdict == "right"
    assert session.state.frame.grad[named(session, "a")] == 6.0


def test_any_node_whose_turn_it_may_be_is_right_and_acts(predicting):
    session, room = predicting("a = 2; b = 3; c = a + 1; d = b + 1; e = c * d", mode="node")
    own = session.state.graph.nodes[asked(session).node].name
    other = {"c": "d", "d": "c"}[own]
    room.answer(other)
    assert last(session).verdict == "right"
    assert own in last(session).remark
    assert session.state.step.node == named(session, other)
    room.answer("e")
    assert last(session).verdict == "wrong"
    assert f"e needs {own}" in last(session).remark
    assert session.state.step.node == named(session, own)
    room.answer("e")
    room.answer("c")
    assert "First the target" in last(session).remark
    room.answer("a")
    assert "a is a leaf" in last(session).remark


def test_called_out_counts_only_when_it_is_ticked(predicting):
    session, room = predicting(LECTURE, "forward")
    room.show()
    assert session.state.cursor == 4
    assert session.state.quiz.score.asked == 0
    room.tick(right=True)
    assert session.state.quiz.score == (1, 1, 1)
    with pytest.raises(Refusal):
        room.tick(right=True)
    session.next()  # the clicker shows, too
    assert last(session).verdict == "shown"
    room.tick(right=False)
    assert session.state.quiz.score == (1, 2, 0)


def test_a_step_without_a_number_is_shown_and_nobody_could_have_had_it(predicting):
    session, room = predicting("a = -1; b = log(a)")
    room.show()
    assert last(session).text == "Shown: the next step is done."
    with pytest.raises(Refusal, match="nothing to tick"):
        room.tick(right=True)


def test_going_elsewhere_asks_anew_and_an_edit_keeps_on_asking(predicting):
    session, _ = predicting(LECTURE, "forward", "backward")
    session.first()
    assert asked(session).asks == "e.data ="
    assert last(session) is None
    session.set_value(named(session, "a"), 5.0)
    assert asked(session).right == -15.0
    session.build("z = 2; y = exp(z)")
    assert asked(session).asks == "y.data ="
    session.new()
    assert session.state.quiz is None


def test_where_nothing_can_be_predicted_it_is_said(predicting):
    with pytest.raises(Refusal, match="empty"):
        Session().room(Predicting).begin()
    session = Session()
    session.build("a = -1; b = log(a)")
    session.forward()
    with pytest.raises(Refusal, match="log"):
        session.room(Predicting).begin()
    session, room = predicting("a = -1; b = log(a)")
    assert "goes wrong" in asked(session).context
    with pytest.raises(Refusal):
        room.answer("1")
    room.show()
    assert session.state.blocked


def test_a_veiled_state_knows_nothing_of_later_moments(predicting):
    session, room = predicting(LECTURE, "forward", "backward", "check_all")
    session.room(BugLab).plant("assign")
    session.seek(4)
    seen = veiled(session.state)
    assert len(seen.trace) == len(session.state.trace)
    assert seen.frame.grad == session.state.frame.grad
    assert not seen.checked
    assert seen.trace.frame(7).grad == seen.frame.grad
    for step in seen.trace.steps[4:]:
        assert (step.data, step.contributions, step.hidden) == (None, (), True)
    assert seen.following.node is not None
    assert all(each.moment <= 4 for each in postings(seen.graph, seen.trace, named(session, "a")))
    assert (seen.held, seen.lab, seen.finding) == (None, None, None)
    room.choose("node")
    assert veiled(session.state).following.node is None
    room.leave()
    assert veiled(session.state) is session.state


def test_hidden_is_what_the_pass_has_still_to_bring(predicting):
    session, room = predicting(LECTURE, "forward", "backward_step", "backward_step")
    state = session.state
    of = {name: hidden(state, named(session, name), "grad") for name in "abcdefL"}
    assert of == {"a": True, "b": True, "c": True, "e": True, "d": False, "f": False, "L": False}
    assert not hidden(state, named(session, "e"), "data")
    room.leave()
    assert not hidden(session.state, named(session, "a"), "grad")


def test_on_random_graphs_in_every_mode_the_right_answers_are_right():
    chance = random.Random(5)
    for _ in range(40):
        leaves = [f"v{at}" for at in range(4)]
        lines = [f"{name} = {chance.uniform(-2, 2):.3f}" for name in leaves]
        known = list(leaves)
        for at in range(6):
            one, other = chance.choice(known), chance.choice(known)
            op = chance.choice([f"{one} + {other}", f"{one} * {other}", f"tanh({one})", f"{one} - {other}"])
            known.append(f"u{at}")
            lines.append(f"u{at} = {op}")
        session = Session()
        session.build("; ".join(lines))
        for mode in ("contribution", "sign", "gradient", "node"):
            session.first()
            session.room(Predicting).begin(mode)
            for _ in range(30):
                question = question_at(session.state)
                if question.kind == "nothing" or "further" in question.context or question.before:
                    break
                if question.kind == "node":
                    session.room(Predicting).answer_node(chance.choice(sorted(question.allowed)))
                else:
                    assert math.isfinite(question.right)
                    session.room(Predicting).answer(repr(question.right))
                assert session.state.quiz.last.verdict == "right"
            session.room(Predicting).leave()


def test_on_wires_stands_no_slope_that_nothing_was_carried_along_yet(predicting):
    session, room = predicting(LECTURE, "forward", "backward_step", "backward_step")
    seen = on_wires_of(veiled(session.state))
    known = {wire for wire, on in seen.items() if on.slope is not None}
    assert known == {(named(session, "L"), 0), (named(session, "L"), 1)}
    room.leave()
    assert all(on.slope is not None for on in on_wires_of(session.state).values())
