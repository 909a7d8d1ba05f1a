"""One row more in the table of ops, and what the floors make of it; all is as before when the row is gone."""

import math

import numpy as np
import pytest

from micrograd import Value, draw_dot, gradcheck, ieee
from micrograd.engine import apply
from micrograd.ops import OPS, Op
from micrograd.replay.tape import Tape
from micrograd_gui.document.catalogue import catalogue
from micrograd_gui.document.codec import decode, encode
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.hints import functions
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.export.code.python import script
from micrograd_gui.figures.notebook_style import lay_out_notebook
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text
from micrograd_gui.session.measure import check
from micrograd_gui.session.session import Session


@pytest.fixture
def smooth(monkeypatch):
    row = Op(
        "smooth",
        "smooth",
        1,
        forward=lambda x: ieee.log(1 + ieee.exp(x)),
        partials=lambda x, out: (ieee.sigmoid(x),),
    )
    monkeypatch.setitem(OPS, "smooth", row)
    return row


def offered():
    return {offer.payload: offer for group in catalogue() for offer in group.offers}


def graph():
    return graph_from_expression("a = 0.7; y = smooth(a) * 2")


def test_the_palette_offers_it_with_its_symbol_and_its_help(smooth):
    offer = offered()["smooth"]
    assert (offer.text, offer.help) == ("smooth", smooth.help)
    assert smooth.help == "smooth of its operand."


@pytest.mark.usefixtures("smooth")
def test_the_expression_language_reads_and_writes_it():
    assert "smooth" in functions()
    written = expression_of(graph())
    assert "smooth(a)" in written
    assert expression_of(graph_from_expression(written)) == written


@pytest.mark.usefixtures("smooth")
def test_the_file_keeps_it():
    text = encode(graph())
    assert '"smooth"' in text
    assert encode(decode(text)) == text


@pytest.mark.usefixtures("smooth")
def test_both_pictures_name_it(smooth):
    assert "label=smooth" in draw_dot(apply(smooth, Value(0.7))).source
    assert "smooth" in {oval.symbol for oval in lay_out_notebook(graph()).ovals}


@pytest.mark.usefixtures("smooth")
def test_the_step_card_tells_its_rule_in_names_and_in_numbers():
    session = Session()
    session.open_graph(graph())
    session.forward_step()
    assert "smooth(a) = smooth(0.7000) = 1.1032" in as_text(card(session.state))
    session.backward()
    slope = 1 / (1 + math.exp(-0.7))
    said = as_text(card(session.state))
    assert "∂smooth/∂a" in said
    assert f"{slope:.4f} × 2.0000 = {2 * slope:.4f}" in said


@pytest.mark.usefixtures("smooth")
def test_the_numeric_check_agrees_with_its_slope(smooth):
    assert all(row.ok for row in gradcheck(apply(smooth, Value(0.7)) * 2))
    rows = check(graph(), 1e-6)
    assert len(rows) == 4
    assert all(row.ok for row in rows)


@pytest.mark.usefixtures("smooth")
def test_a_script_of_micrograd_applies_the_row_and_the_other_dialects_refuse_it_by_name():
    assert "apply(op_of('smooth'), a)" in script(graph(), "micrograd")
    for dialect, title in (("torch", "PyTorch"), ("jax", "JAX")):
        with pytest.raises(Refusal, match=f"{title} has no counterpart of the op “smooth”"):
            script(graph(), dialect)


@pytest.mark.parametrize("fast", [False, True])
def test_many_columns_are_evaluated_by_numpy_where_numba_does_not_know_it(smooth, fast):
    if fast:
        pytest.importorskip("numba", reason="numba is not installed")
    a = Value(0.7)
    y = apply(smooth, a) * 2
    columns = np.array([0.7, -1.0, 30.0])
    replay = Tape(y, fast=fast).forward({a: columns})
    assert replay.data[y] == pytest.approx(2 * np.log1p(np.exp(columns)))
    assert replay.grad[a] == pytest.approx(2 / (1 + np.exp(-columns)))


def test_without_the_row_nobody_knows_it(monkeypatch):
    monkeypatch.delitem(OPS, "smooth", raising=False)
    assert "smooth" not in offered()
    assert "smooth" not in functions()
    with pytest.raises(Refusal, match="smooth"):
        graph()
