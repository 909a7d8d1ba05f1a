"""Gradients of the row or of the rows: what is written holds, and Update is the step that training makes.

The right numbers come from plain Python written here: the loss of a row as a formula, slopes by central
differences of its mean, its sum or its batch, and the optimisers as their papers have them.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from micrograd_gui.document import codec
from micrograd_gui.document.data import Column, Data, TrainingPlan
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text
from micrograd_gui.session.explain.of_rows import gradients_are_of
from micrograd_gui.session.explain.verdicts import verdict_of, verdict_of_moment
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State, true_slope
from tests.views import learning

Loss = Callable[[Sequence[float], Sequence[float]], float]  # of parameters and a row


def line_loss(p: Sequence[float], row: Sequence[float]) -> float:
    return (p[0] * row[0] + p[1] - row[1]) ** 2


def wave_loss(p: Sequence[float], row: Sequence[float]) -> float:
    return (math.tanh(p[0] * row[0]) * p[1] - row[1]) ** 2


WAVE = "u = 0.3; x = 1; v = -0.8; y = 0; L = (tanh(u*x)*v - y)**2"
ROWS = tuple((math.sin(3.0 * k), math.cos(5.0 * k)) for k in range(9))


def wave(reduction: str = "mean") -> Graph:
    graph = graph_from_expression(WAVE)
    graph = graph.marked(graph.named("u"), "parameter").marked(graph.named("v"), "parameter")
    columns = Column("x", graph.named("x")), Column("y", graph.named("y"))
    return graph.fed(Data(columns, ROWS, 2, reduction)).planned(TrainingPlan(rate=0.3))  # type: ignore[arg-type]


def slopes(loss: Loss, p: Sequence[float], rows: Sequence[Sequence[float]], mean: bool) -> list[float]:
    """Central differences of what the rows come to."""
    h, found = 1e-6, []
    for at in range(len(p)):
        up = [v + h * (k == at) for k, v in enumerate(p)]
        down = [v - h * (k == at) for k, v in enumerate(p)]
        rise = sum(loss(up, row) - loss(down, row) for row in rows) / (2 * h)
        found.append(rise / len(rows) if mean else rise)
    return found


def parameters(state: State) -> list[float]:
    return [state.frame.data[node] for node in state.graph.parameters]


def trained_numbers(session: Session) -> list[float]:
    graph = session.state.graph
    return [graph.nodes[node].data for node in graph.parameters]


def grads(state: State) -> list[float]:
    return [state.frame.grad[node] for node in state.graph.parameters]


def said(session: Session) -> str:
    state = session.state
    words = gradients_are_of(state.graph, state.trace, state.cursor)
    return "" if words is None else words.long


def node(session: Session, name: str) -> int:
    return session.state.graph.named(name)


# What the gradients are of -----------------------------------------------------------------------


def test_the_line_s_two_buttons_do_what_is_written() -> None:
    by_hand, trained = Session(load_example("line")), Session(load_example("line"))
    by_hand.forward()
    by_hand.backward()
    assert "mean of 20 rows" in said(by_hand)
    assert "row 1 of 20" in said(by_hand)
    by_hand.update()
    trained.train_step()
    w = node(by_hand, "w")
    assert by_hand.state.frame.data[w] == trained.state.graph.nodes[w].data
    assert by_hand.state.frame.data[w] == pytest.approx(-0.5516, abs=5e-5)


def test_of_the_row_alone_both_buttons_go_by_that_row() -> None:
    by_hand, trained = Session(load_example("line")), Session(load_example("line"))
    for each in (by_hand, trained):
        each.set_plan(gradients_of="row")
    by_hand.backward()
    assert said(by_hand) == "gradients: row 1 of 20"
    w = node(by_hand, "w")
    assert by_hand.state.frame.grad[w] == pytest.approx(-10.1406, abs=5e-5)
    by_hand.update()
    trained.train_step()
    assert by_hand.state.frame.data[w] == trained.state.graph.nodes[w].data
    assert by_hand.state.frame.data[w] == pytest.approx(1.0281, abs=5e-5)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_gradients_of_parameters_are_those_over_the_rows(reduction: str) -> None:
    session = Session(wave(reduction))
    session.backward()
    right = slopes(wave_loss, [0.3, -0.8], ROWS, reduction == "mean")
    assert grads(session.state) == pytest.approx(right, rel=1e-6)
    assert f"{reduction} of 9 rows" in said(session)
    assert "row 3 of 9" in said(session)


def test_while_stepping_every_number_is_of_the_row_that_is_shown() -> None:
    session = Session(wave())
    session.forward()
    right = slopes(wave_loss, [0.3, -0.8], ROWS[2:3], mean=True)
    kinds = []
    while not kinds or kinds[-1] != "rows":
        session.backward_step()
        assert session.state.step is not None
        kinds.append(session.state.step.kind)
        if kinds[-1] != "rows":
            assert "so far: row 3 of 9" in said(session)
            whole = len(session.state.frame.grad) == len(session.state.graph)
            of_row = grads(session.state) if whole else None
    assert of_row == pytest.approx(right, rel=1e-6)
    assert session.state.following is None
    assert {k for k, _ in session.state.step.wrote} == set(session.state.graph.parameters)  # type: ignore[union-attr]
    assert session.state.frame.grad[session.state.graph.target or 0] == 1.0
    text = as_text(card(session.state))
    assert "mean of 9 rows" in text
    assert "row 3 of 9 alone" in text
    session.previous()
    assert grads(session.state) == of_row


def test_a_batch_is_named_with_its_step_and_is_what_training_looks_at() -> None:
    session = Session(wave())
    session.set_plan(batch=4, seed=5)
    for k in range(3):
        session.backward()
        chosen = np.random.RandomState([5, k]).permutation(9)[:4]
        right = slopes(wave_loss, parameters(session.state), [ROWS[at] for at in chosen], mean=True)
        assert grads(session.state) == pytest.approx(right, rel=1e-5)
        assert f"mean of 4 of 9 rows, step {k + 1}" in said(session)
        assert "4 of 9 rows have been run forward" in as_text(card(session.state))
        session.update()
        session.zero_grad()


def test_two_passes_add_up_and_that_is_said() -> None:
    session = Session(wave())
    session.backward()
    once = grads(session.state)
    session.backward_step()
    assert "and so far row 3 of 9 of a further pass" in said(session)
    session.backward()
    assert grads(session.state) == pytest.approx([2 * each for each in once])
    assert "2 passes added up" in said(session)
    session.zero_grad()
    assert "parameters" not in said(session)


def test_where_there_are_no_rows_or_one_nothing_is_said() -> None:
    session = Session(load_example("neuron"))
    session.backward()
    assert said(session) == ""
    one = Session(wave())
    data = one.state.graph.data
    assert data is not None
    one.set_rows(replace(data, rows=ROWS[:1], shown=0))
    one.set_value(node(one, "x"), 5.0)
    one.backward()
    assert said(one) == ""
    assert grads(one.state) == pytest.approx(slopes(wave_loss, [0.3, -0.8], [(5.0, ROWS[0][1])], mean=True))
    moved = Session(one.state.graph)
    one.update()
    moved.train_step()
    assert parameters(one.state) == pytest.approx(trained_numbers(moved))


def test_a_row_whose_input_was_set_by_hand_is_learned_from_as_it_stands() -> None:
    by_hand = Session(wave())
    by_hand.set_plan(gradients_of="row")
    by_hand.set_value(node(by_hand, "x"), 2.5)
    trained = Session(by_hand.state.graph)
    by_hand.backward()
    assert said(by_hand) == "gradients: row 3 of 9, with other numbers"
    right = slopes(wave_loss, [0.3, -0.8], [(2.5, ROWS[2][1])], mean=True)
    assert grads(by_hand.state) == pytest.approx(right, rel=1e-6)
    by_hand.update()
    trained.train_step()
    assert parameters(by_hand.state) == pytest.approx(parameters(trained.state), rel=1e-14)


def test_a_row_that_leaves_the_numbers_ends_the_pass_with_a_sentence() -> None:
    graph = graph_from_expression("x = 1; w = 2; L = log(w*x)")
    graph = graph.marked(graph.named("w"), "parameter")
    data = Data((Column("x", graph.named("x")),), ((1.0,), (3.0,), (-2.0,)))
    session = Session(graph.fed(data))
    session.backward()
    assert session.state.blocked
    assert session.state.step is not None
    assert session.state.step.note.startswith("In row 3, ")
    assert session.state.frame.grad[graph.named("w")] == 0.5  # of row 1, as what is written says
    assert "so far: row 1 of 3" in said(session)


# The same step by hand ---------------------------------------------------------------------------


def right_steps(
    name: str, p: list[float], rate: float, steps: int, rows: Callable[[int], Sequence[Sequence[float]]]
) -> list[float]:
    """Plain descent, momentum (0.9) or Adam (Kingma and Ba), by differences of the loss."""
    m, v = [0.0] * len(p), [0.0] * len(p)
    for k in range(steps):
        g = slopes(line_loss, p, rows(k), mean=True)
        if name == "momentum":
            m = [0.9 * a + b for a, b in zip(m, g, strict=True)]
            p = [a - rate * b for a, b in zip(p, m, strict=True)]
        elif name == "adam":
            m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
            v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
            t = k + 1
            p = [
                a - rate * (b / (1 - 0.9**t)) / (math.sqrt(c / (1 - 0.999**t)) + 1e-8)
                for a, b, c in zip(p, m, v, strict=True)
            ]
        else:
            p = [a - rate * b for a, b in zip(p, g, strict=True)]
    return p


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("of", ["rows", "row"])
@pytest.mark.parametrize("batch", [None, 6])
def test_cycles_by_hand_are_steps_of_training_and_both_are_right(
    optimiser: str, of: str, batch: int | None
) -> None:
    by_hand, trained = Session(load_example("line")), Session(load_example("line"))
    for each in (by_hand, trained):
        each.set_plan(gradients_of=of, optimiser=optimiser, batch=batch, rate=0.05)  # type: ignore[arg-type]
    data = by_hand.state.graph.data
    assert data is not None

    def looked_at(k: int) -> Sequence[Sequence[float]]:
        if of == "row":
            return data.rows[:1]
        chosen = range(20) if batch is None else np.random.RandomState([1337, k]).permutation(20)[:batch]
        return [data.rows[at] for at in chosen]

    graph = by_hand.state.graph
    names = [graph.nodes[n].label for n in graph.parameters]
    start = [graph.nodes[n].data for n in graph.parameters]
    assert names == ["w", "b"]
    for _ in range(4):
        by_hand.backward()
        by_hand.update()
        by_hand.zero_grad()
        trained.train_step()
    ours = parameters(by_hand.state)
    assert ours == pytest.approx(trained_numbers(trained), rel=1e-13)
    assert ours == pytest.approx(right_steps(optimiser, start, 0.05, 4, looked_at), rel=1e-5)


@pytest.mark.parametrize("name", ["xor", "moons", "mlp"])
@pytest.mark.parametrize("of", ["rows", "row"])
def test_update_and_training_take_turns(name: str, of: str) -> None:
    mixed, trained = Session(load_example(name)), Session(load_example(name))
    for each in (mixed, trained):
        each.set_plan(gradients_of=of, optimiser="adam", batch=3)  # type: ignore[arg-type]
        each.show_row(1)
    for verb in ("update", "train_step", "update", "zero_grad", "backward", "update", "train_step"):
        getattr(mixed, verb)()
    for _ in range(5):
        trained.train_step()
    assert mixed.state.training is not None
    assert trained.state.training is not None
    assert mixed.state.training.k == 5
    assert list(mixed.state.losses) == pytest.approx(list(trained.state.losses), rel=1e-12)
    assert trained_numbers(mixed) == pytest.approx(trained_numbers(trained), rel=1e-11, abs=1e-13)


def test_the_rate_of_an_update_is_the_schedule_s() -> None:
    by_hand, trained = Session(wave()), Session(wave())
    for each in (by_hand, trained):
        each.set_plan(schedule="demo", rate=0.5)
    for _ in range(3):
        by_hand.backward()
        by_hand.update()
        by_hand.zero_grad()
        trained.train_step()
    assert by_hand.state.trace is not None
    rates = [each.rate for each in by_hand.state.trace.script if each.kind == "update"]
    assert rates == pytest.approx([0.5 * (1 - 0.9 * k / 100) for k in range(3)])
    assert parameters(by_hand.state) == parameters(trained.state)


def test_the_change_that_is_told_is_that_of_the_loss_over_the_rows() -> None:
    session = Session(wave())
    session.backward()
    p, g = parameters(session.state), grads(session.state)
    session.update()
    step = session.state.step
    assert step is not None

    def loss(at: Sequence[float]) -> float:
        return sum(wave_loss(at, row) for row in ROWS) / 9

    after = [a - 0.3 * b for a, b in zip(p, g, strict=True)]
    assert step.predicted == pytest.approx(-0.3 * sum(each * each for each in g))
    assert step.actual == pytest.approx(loss(after) - loss(p))
    assert "the mean of L over 9 rows" in as_text(card(session.state))


def test_a_rate_too_large_is_that_for_the_rows() -> None:
    session = Session(wave())
    session.update(40.0)
    text = as_text(card(session.state))
    assert "The rate is too large here" in text
    told = float(text.rsplit("about ", 1)[1].split()[0].rstrip("."))
    p = [0.3, -0.8]
    g = slopes(wave_loss, p, ROWS, mean=True)

    def change(rate: float) -> float:
        at = [a - rate * b for a, b in zip(p, g, strict=True)]
        return sum(wave_loss(at, row) - wave_loss(p, row) for row in ROWS)

    assert change(told) < 0 < change(1.02 * told)


# What no longer holds goes -----------------------------------------------------------------------


def test_switching_runs_the_same_passes_anew_and_keeps_the_moment() -> None:
    session = Session(wave())
    session.backward()
    session.update()
    session.forward()
    session.backward()
    for of, many in (("row", 0), ("rows", 2)):
        session.set_plan(gradients_of=of)  # type: ignore[arg-type]
        state = session.state
        assert state.trace is not None
        assert state.cursor == len(state.trace)
        kinds = [each.kind for each in state.trace.script]
        assert kinds == ["forward", "backward", "update", "forward", "backward"]
        assert sum(step.kind == "rows" for step in state.trace.steps) == many
        fresh = Session(state.graph)
        fresh.backward()
        fresh.update()
        fresh.forward()
        fresh.backward()
        assert state.frame == fresh.state.frame
    session.first()
    session.set_plan(gradients_of="row")
    assert session.state.cursor == 0


def test_switching_in_the_midst_of_a_pass_stays_at_its_step() -> None:
    session = Session(wave())
    session.forward()
    session.backward_step()
    session.backward_step()
    step, cursor = session.state.step, session.state.cursor
    session.set_plan(gradients_of="row")
    assert (session.state.step, session.state.cursor) == (step, cursor)
    session.set_plan(gradients_of="rows")
    assert (session.state.step, session.state.cursor) == (step, cursor)
    session.backward()
    assert "mean of 9 rows" in said(session)


@pytest.mark.parametrize("change", ["rows", "reduction", "batch", "seed", "unbound"])
def test_other_rows_are_other_gradients_at_once(change: str) -> None:
    session = Session(wave())
    session.set_plan(batch=4)
    session.backward()
    before = grads(session.state)
    data = session.state.graph.data
    assert data is not None
    if change == "batch":
        session.set_plan(batch=None)
    elif change == "seed":
        session.set_plan(seed=7)
    elif change == "rows":
        session.set_rows(replace(data, rows=tuple((x, y + 1) for x, y in ROWS)))
    elif change == "reduction":
        session.set_rows(replace(data, reduction="sum"))
    else:
        session.set_rows(replace(data, columns=(data.columns[0], Column("y"))))
        assert said(session) == "gradients: row 3 of 9"
    fresh = Session(session.state.graph)
    fresh.backward()
    assert grads(session.state) == grads(fresh.state) != before


def test_undo_and_redo_bring_rows_and_gradients_back_together() -> None:
    session = Session(wave())
    session.backward()
    first, words = session.state.frame, said(session)
    session.show_row(5)
    assert "row 6 of 9" in said(session)
    assert grads(session.state) == [first.grad[n] for n in session.state.graph.parameters]  # the mean stays
    session.set_value(node(session, "u"), 2.0)
    session.undo()
    session.undo()
    assert (session.state.frame, said(session)) == (first, words)


def test_training_shows_the_gradients_of_its_next_step() -> None:
    session = Session(wave())
    session.set_plan(batch=4)
    session.train_step()
    session.train_step()
    chosen = np.random.RandomState([1337, 2]).permutation(9)[:4]
    right = slopes(wave_loss, parameters(session.state), [ROWS[at] for at in chosen], mean=True)
    assert grads(session.state) == pytest.approx(right, rel=1e-5)
    assert "mean of 4 of 9 rows, step 3" in said(session)
    loss = sum(wave_loss(parameters(session.state), ROWS[at]) for at in chosen) / 4
    assert session.state.training is not None
    assert session.state.training.loss == pytest.approx(loss)
    session.set_plan(gradients_of="row")
    assert session.state.training is not None
    assert session.state.training.loss == pytest.approx(wave_loss(parameters(session.state), ROWS[2]))


def test_the_choice_is_saved_and_files_without_it_are_as_before() -> None:
    graph = wave()
    assert "gradients_of" not in codec.encode(graph)
    session = Session(graph)
    session.set_plan(gradients_of="row")
    assert session.state.unsaved
    text = codec.encode(session.state.graph)
    again = codec.decode(text)
    assert again.plan is not None
    assert again.plan.gradients_of == "row"
    assert codec.encode(again) == text


# What else speaks of gradients -------------------------------------------------------------------


def test_the_check_says_which_row_it_measures_and_a_slope_stays_the_row_s() -> None:
    session = Session(wave())
    session.backward()
    session.check_all()
    u = node(session, "u")
    marked = verdict_of(session.state, u)
    assert marked.mark == "mean of 9 rows"
    assert "row 3 of 9" in marked.sentence
    assert verdict_of(session.state, session.state.graph.target or 0).mark == "✓"
    assert verdict_of_moment(session.state).startswith("row 3 of 9: all gradients agree")
    right = slopes(wave_loss, [0.3, -0.8], ROWS[2:3], mean=True)[0]
    assert true_slope(session.state, u) == pytest.approx(right, rel=1e-6)


def test_an_update_by_hand_counts_as_a_step_though_one_parameter_is_none_any_more() -> None:
    session = Session(learning.line())
    session.train_step()
    session.update()
    session.mark(session.state.graph.named("b"), "input")  # another training, in which the update stays
    session.train_step()
    assert session.state.training.k == len(session.state.training.losses) == 2
