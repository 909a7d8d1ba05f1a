"""Rows held out: which they are, that training never looks at them, and what is told of them."""

import json
from random import Random

import numpy as np
import pytest
from msgspec.structs import replace

import micrograd_gui as mg
from micrograd_gui.document.codec import decode, encode
from micrograd_gui.document.data import Column, Data, TrainingPlan
from micrograd_gui.session.session import Session
from micrograd_gui.session.training.trainer import Trainer

GENERATOR = np.random.RandomState(5)
X = GENERATOR.normal(size=(40, 2)).round(3)
Y = np.where(X @ (1.0, -2.0) + 0.8 * GENERATOR.normal(size=40) > 0.3, 1.0, -1.0)
START = np.array([0.4, -0.2, 0.1])  # w1, w2, b


def graph(reduction="mean", **plan):
    """A neuron without a curve that tells two classes apart, by the squared error."""
    made = mg.parse("o = w1*x1 + w2*x2 + b; L = (o - y)**2", w1=0.4, w2=-0.2, b=0.1, x1=0, x2=0, y=0)
    for name in ("w1", "w2", "b"):
        made = made.marked(made.named(name), "parameter")
    columns = tuple(Column(name, made.named(name)) for name in ("x1", "x2", "y"))
    rows = tuple((float(a), float(b), float(c)) for (a, b), c in zip(X, Y, strict=True))
    return made.fed(Data(columns, rows, reduction=reduction)).planned(TrainingPlan(rate=0.05, **plan))


def split(share, seed, count=40):
    """The rule, written apart: every row draws a number, the smallest are held out."""
    generator = Random(seed)
    drawn = sorted((generator.random(), row) for row in range(count))
    held = sorted(row for _, row in drawn[: round(share * count)])
    return held, [row for row in range(count) if row not in held]


def by_numpy(steps, share, seed, rate=0.05, reduction="mean", batch=None):
    """Losses, accuracies, the same of the rows held out, each before a step and at the end; parameters."""
    held, learned = split(share, seed)
    inputs = np.column_stack([X, np.ones(40)])
    p, told = START.copy(), []
    for k in range(steps + 1):
        rows = learned
        if batch is not None:
            rows = np.array(learned)[np.random.RandomState([seed, k]).permutation(len(learned))[:batch]]
        seen = []
        for which in (rows, held):
            miss = inputs[which] @ p - Y[which]
            over = len(which) if reduction == "mean" else 1
            seen += [(miss**2).sum() / over, ((inputs[which] @ p > 0) == (Y[which] > 0)).mean()]
        told.append(seen)
        if k < steps:
            miss = inputs[rows] @ p - Y[rows]
            p = p - rate * 2 * inputs[rows].T @ miss / (len(rows) if reduction == "mean" else 1)
    return np.array(told).T, p


@pytest.mark.parametrize(("share", "seed"), [(0.2, 1337), (0.25, 7), (0.9, 1)])
@pytest.mark.parametrize(("reduction", "rate"), [("mean", 0.05), ("sum", 0.002)])
def test_training_is_that_of_numpy_over_the_other_rows(share, seed, reduction, rate):
    given = graph(reduction, seed=seed)
    done = mg.train(given, steps=30, rate=rate, held_out=share)
    (losses, right, held_losses, held_right), parameters = by_numpy(30, share, seed, rate, reduction)
    assert [*done.losses, done.loss] == pytest.approx(losses)
    assert [*done.accuracies, done.accuracy] == pytest.approx(right)
    assert [done.parameters[name] for name in ("w1", "w2", "b")] == pytest.approx(parameters)
    assert done.held_out.rows == tuple(row + 1 for row in split(share, seed)[0])
    assert [*done.held_out.losses, done.held_out.loss] == pytest.approx(held_losses)
    assert [*done.held_out.accuracies, done.held_out.accuracy] == pytest.approx(held_right)


def test_batches_are_drawn_from_the_other_rows():
    done = mg.train(graph(batch=8, seed=3, held_out=0.3), steps=25)
    (losses, _, held_losses, _), parameters = by_numpy(25, 0.3, 3, batch=8)
    assert done.losses == pytest.approx(losses[:-1])
    assert done.held_out.losses == pytest.approx(held_losses[:-1])
    assert [done.parameters[name] for name in ("w1", "w2", "b")] == pytest.approx(parameters)


def test_what_stands_in_the_rows_held_out_moves_no_parameter():
    held, _ = split(0.2, 1337)
    given = graph(held_out=0.2)
    rows = [row if at not in held else (99.0, -99.0, 1.0) for at, row in enumerate(given.data.rows)]
    other = given.fed(replace(given.data, rows=tuple(rows)))
    one, two = mg.train(given, steps=20), mg.train(other, steps=20)
    assert one.losses == two.losses
    assert one.parameters == two.parameters
    assert one.held_out.losses != two.held_out.losses


def test_the_step_of_the_window_is_the_same_as_by_hand_and_as_the_library_s():
    session = Session(graph(held_out=0.2))
    session.forward()
    session.backward()
    session.update()
    by_hand = session.state.moment
    session.first()
    other = Session(graph(held_out=0.2))
    other.train_step()
    _, parameters = by_numpy(1, 0.2, 1337)
    for found in (by_hand, other.state.graph):
        numbers = [found.nodes[found.named(name)].data for name in ("w1", "w2", "b")]
        assert numbers == pytest.approx(parameters)


def test_the_training_of_the_window_tells_both():
    session = Session(graph(held_out=0.2))
    session.set_plan(steps=12)
    session.train_start()
    while session.train_tick(5):
        pass
    (losses, right, held_losses, held_right), _ = by_numpy(12, 0.2, 1337)
    training = session.state.training
    assert [*training.losses, training.loss] == pytest.approx(losses)
    assert [*training.accuracies, training.accuracy] == pytest.approx(right)
    assert [*training.held_losses, training.held_loss] == pytest.approx(held_losses)
    assert [*training.held_accuracies, training.held_accuracy] == pytest.approx(held_right)
    session.set_plan(held_out=0.5)  # other rows: another training
    assert session.state.training is None
    session.train_step()
    assert len(session.state.training.held_losses) == 1


def test_without_a_share_nothing_is_held_out():
    done = mg.train(graph(), steps=3)
    assert done.held_out is None
    session = Session(graph())
    session.train_step()
    assert session.state.training.held_loss is None
    assert list(session.state.training.held_losses) == []


def test_a_row_alone_that_is_held_out_is_not_learned_from():
    held, learned = split(0.2, 1337)
    given = graph(held_out=0.2, gradients_of="row")
    Trainer(given.showing(learned[0])).step()
    with pytest.raises(mg.Refusal, match=f"Row {held[0] + 1} is held out"):
        Trainer(given.showing(held[0]))


@pytest.mark.parametrize(
    ("count", "share", "many"), [(1, 0.5, 0), (2, 0.1, 1), (2, 0.9, 1), (10, 0.9, 9), (3, 0.0, 0)]
)
def test_at_least_one_row_is_held_out_and_never_all(count, share, many):
    assert len(TrainingPlan(held_out=share).rows_held_out(count)) == many


def test_the_share_is_kept_in_the_file_and_left_out_where_it_is_none():
    text = encode(graph(held_out=0.25))
    assert json.loads(text)["plan"]["held_out"] == 0.25
    again = decode(text)
    assert again.plan.held_out == 0.25
    assert encode(again) == text
    assert "held_out" not in json.loads(encode(graph()))["plan"]


@pytest.mark.parametrize("share", [-0.1, 0.95, float("nan"), float("inf"), "much"])
def test_a_share_that_cannot_be_is_refused_in_a_sentence(share):
    with pytest.raises(mg.Refusal, match="held"):
        mg.train(graph(), steps=1, held_out=share)
