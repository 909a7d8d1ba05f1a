"""Breakpoints and cue points: where runs stop, that undo takes them back, and that the file keeps them."""

import pytest

from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.marks import Breakpoint, Cue
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.session import Session


def on(text: str) -> tuple[Session, dict[str, int]]:
    session = Session(graph_from_expression(text))
    return session, {node.label: node.id for node in session.state.graph}


def test_forward_and_backward_stop_where_the_node_acts_and_go_on_from_there() -> None:
    session, of = on("a = 2; b = 3; c = a*b; d = c + a; L = d*b")
    session.toggle_breakpoint("acts", of["d"])
    session.forward()
    assert (session.state.step.kind, session.state.step.node) == ("forward", of["d"])
    session.forward()
    assert session.state.forward_done
    session.backward()
    assert (session.state.step.kind, session.state.step.node) == ("backward", of["d"])
    session.backward()
    assert session.state.following is None


def test_backward_from_the_start_stops_in_the_forward_pass_too() -> None:
    session, of = on("a = 2; b = 3; c = a*b; L = c + a")
    session.toggle_breakpoint("acts", of["c"])
    session.backward()
    assert (session.state.step.kind, session.state.step.node) == ("forward", of["c"])


def test_a_run_stops_at_the_first_change_of_a_node_and_not_at_the_next() -> None:
    session, of = on("a = 2; b = a*a; c = a*b; L = c + a")
    session.forward()
    session.toggle_breakpoint("changes", of["a"])
    session.backward()
    assert (of["a"], "grad") in session.state.step.wrote
    assert session.state.following is not None
    session.backward()
    assert session.state.following is None


def test_a_run_stops_at_a_grad_near_zero_and_where_a_number_is_none() -> None:
    session, of = on("a = 2; b = 0; c = a*b; d = tanh(c); L = d*b")
    session.toggle_breakpoint("small grad")
    session.forward()
    session.backward()
    assert any(abs(each.after) < 1e-6 for each in session.state.step.contributions)
    other, of = on("a = 0; b = log(a); c = 2*a; L = c + a")
    other.toggle_breakpoint("not finite")
    other.forward()
    assert other.state.step.node == of["b"] or other.state.forward_done


def test_a_grad_that_still_gathers_is_not_yet_small() -> None:
    session, of = on("a = 2; b = 3; p = a*b; q = a*b; r = a*b; L = p - q + r")
    session.toggle_breakpoint("small grad", of["a"])
    session.forward()
    session.backward()  # after p and q, or q and r, the grad of a is 0 for one step
    assert session.state.following is None
    assert session.state.frame.grad[of["a"]] == 3.0
    other, of = on("a = 2; L = a - a")
    other.toggle_breakpoint("small grad", of["a"])
    other.forward()
    other.backward()
    assert other.state.step.node == of["L"]
    assert other.state.frame.grad[of["a"]] == 0.0


def test_marks_are_undone_as_edits_keep_the_run_and_go_with_their_node() -> None:
    session, of = on("a = 2; b = 3; c = a*b; L = c + a")
    session.forward()
    run = session.state.trace
    session.toggle_breakpoint("acts", of["c"])
    session.set_cue("the product", "ask who knows")
    assert session.state.trace is run
    assert session.state.graph.marks.cues == (Cue(2, "the product", "ask who knows"),)
    session.undo()
    session.undo()
    assert session.state.graph.marks.breakpoints == ()
    session.redo()
    assert session.state.graph.marks.breakpoints == (Breakpoint("acts", of["c"]),)
    session.delete((of["c"],))
    assert session.state.graph.marks.breakpoints == ()
    with pytest.raises(Refusal):
        session.toggle_breakpoint("acts")


def test_the_file_keeps_them_byte_for_byte_and_refuses_what_cannot_be() -> None:
    session, of = on("a = 2; b = 3; L = a*b")
    plain = codec.encode(session.state.graph)
    assert "breakpoints" not in plain
    session.toggle_breakpoint("changes", of["a"])
    session.toggle_breakpoint("not finite")
    session.set_cue("start")
    once = codec.encode(session.state.graph)
    again = codec.decode(once)
    assert again.marks == session.state.graph.marks
    assert codec.encode(again) == once
    for bad, place in (
        ('"node": 99', "view.breakpoints[0].node"),
        ('"node": null', "view.breakpoints[0].node"),
    ):
        with pytest.raises(FileRefusal, match=r"view\.breakpoints"):
            codec.decode(once.replace(f'"node": {of["a"]}', bad), place)
    with pytest.raises(FileRefusal, match=r"view.cues\[0\].moment"):
        codec.decode(once.replace('"moment": 0', '"moment": -1'))
