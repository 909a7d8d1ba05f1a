"""What an edit makes of a State: one entry of the history, and the run, nudge and check follow."""

import math

import pytest

from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session import measure, transitions
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State
from micrograd_gui.session.transitions import Edit


@pytest.fixture
def session() -> Session:
    return Session(load_example("lecture"))


def named(session: Session, label: str) -> int:
    return session.state.graph.named(label)


def entries(session: Session) -> int:
    return len(session.state.history.entries)


def grad(session: Session, label: str) -> float | None:
    return session.state.frame.grad.get(named(session, label))


# Undo --------------------------------------------------------------------------------------------


def test_undo_of_everything_gives_back_the_very_first_graph(session):
    first = session.state.graph
    session.add_node("tanh", (1, 2))
    session.connect(named(session, "L"), session.state.graph.next_id - 1)
    session.set_value(named(session, "a"), 5)
    session.move({1: (9, 9)})
    session.rename(1, "alpha")
    session.mark(1, "parameter")
    session.delete([2])
    session.paste("q = w*2")
    assert session.state.unsaved
    while session.state.history.undo_name is not None:
        session.undo()
    assert session.state.graph is first
    assert not session.state.unsaved
    for _ in range(8):
        session.redo()
    assert session.state.history.redo_name is None
    assert session.state.unsaved


def test_undo_and_redo_at_the_end_change_nothing(session):
    before = session.state
    session.undo()
    session.redo()
    assert session.state is before


def test_undo_brings_back_the_wire_and_the_number(session):
    d = named(session, "d")
    session.disconnect(d, 0)
    assert session.state.graph.nodes[d].inputs[0] is None
    session.undo()
    assert session.state.graph.nodes[d].inputs[0] == named(session, "e")


@pytest.mark.parametrize(
    "verb",
    [
        lambda s: s.rename(1, "a"),
        lambda s: s.rename(1, "  a "),
        lambda s: s.set_value(1, 2.0),
        lambda s: s.set_value(1, "2"),
        lambda s: s.mark([1, 2], "input"),
        lambda s: s.move({1: s.state.graph.places[1]}),
        lambda s: s.move({}),
        lambda s: s.connect(1, s.state.graph.named("e"), 0),
        lambda s: s.set_target(s.state.graph.chosen_target),
        lambda s: s.select([]),
        lambda s: s.seek(99),
        lambda s: s.end_nudge(),
    ],
)
def test_what_changes_nothing_is_no_edit(session, verb):
    before = session.state
    verb(session)
    assert session.state is before


def test_one_gesture_is_one_undo(session):
    first = session.state.graph
    for step in range(10):
        session.set_value(1, float(step), gesture="scrub 1")
    for step in range(10):
        session.move({1: (step, step)}, gesture="drag 1")
    assert entries(session) == 3
    session.undo()
    assert session.state.graph.nodes[1].data == 9.0
    session.undo()
    assert session.state.graph is first


def test_a_new_gesture_is_an_undo_of_its_own(session):
    session.set_value(1, 3.0, gesture="scrub 1")
    session.set_value(1, 4.0, gesture="scrub 2")
    session.undo()
    assert session.state.graph.nodes[1].data == 3.0


def test_saving_makes_the_current_graph_the_one_that_undo_comes_back_to(session):
    session.set_value(1, 3.0)
    session.saved_as_is()
    assert not session.state.unsaved
    session.undo()
    assert session.state.unsaved
    session.redo()
    assert not session.state.unsaved
    session.rename(1, "z")
    session.saved_as_is()
    assert not session.state.unsaved


# What the run does -------------------------------------------------------------------------------


@pytest.fixture
def midway(session: Session) -> Session:
    """The lecture, just after the backward step through d."""
    session.forward()
    for _ in range(3):
        session.backward_step()
    session.backward()
    session.seek(6)
    return session


def test_a_value_edit_in_mid_pass_keeps_the_moment_and_renews_the_numbers(midway):
    step = midway.state.step
    midway.set_value(named(midway, "f"), 3.0)
    assert midway.state.cursor == 6
    assert (midway.state.step.kind, midway.state.step.node) == (step.kind, step.node)
    assert grad(midway, "e") == 3.0
    assert grad(midway, "a") is None
    midway.last()
    assert grad(midway, "a") == -9.0


def test_the_moment_comes_back_after_passing_through_a_faulty_value():
    session = Session(graph_from_expression("x = 2; e = log(x); y = e*3"))
    session.backward()
    session.previous()
    at = session.state.cursor
    assert session.state.step.kind == "backward"
    for value in (1.0, 0.5, 0.0, -1.0):
        session.set_value(named(session, "x"), value, gesture="scrub")
    assert session.state.blocked
    assert session.state.cursor < at
    session.set_value(named(session, "x"), 4.0, gesture="scrub")
    assert session.state.cursor == at
    assert grad(session, "e") == 3.0


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s.rename(1, "alpha"),
        lambda s: s.move({1: (50, 60), 2: (1, 2)}),
        lambda s: s.mark([1, 2], "parameter"),
        lambda s: s.set_range(1, (-1, 1)),
    ],
)
def test_names_places_and_roles_keep_the_run(midway, edit):
    trace, cursor = midway.state.trace, midway.state.cursor
    edit(midway)
    assert midway.state.trace is trace
    assert midway.state.cursor == cursor
    midway.undo()
    assert midway.state.trace is trace


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s.add_node("tanh"),
        lambda s: s.delete([1]),
        lambda s: s.disconnect(s.state.graph.named("d"), 0),
        lambda s: s.set_target(s.state.graph.named("e")),
        lambda s: s.duplicate([1]),
        lambda s: s.insert_op("tanh", s.state.graph.named("d"), 0, (0, 0)),
        lambda s: s.build("x*2"),
    ],
)
def test_a_change_of_structure_drops_the_run(midway, edit):
    midway.check_all()
    edit(midway)
    assert midway.state.trace is None
    assert midway.state.cursor == 0
    assert midway.state.checked == ()
    assert midway.state.frame.grad == {}


def test_an_exponent_is_scrubbed_like_a_value():
    session = Session(graph_from_expression("x = 3; y = x**2; z = y*2"))
    session.backward()
    session.previous()
    cursor = session.state.cursor
    y = named(session, "y")
    session.set_value(y, "0.123456789")
    assert session.state.graph.nodes[y].op == "**0.123456789"
    session.set_value(y, 3.0)
    assert session.state.graph.nodes[y].op == "**3"
    assert session.state.cursor == cursor
    session.last()
    assert grad(session, "x") == 2 * 3 * 9
    with pytest.raises(Refusal, match="must be a finite number"):
        session.set_value(y, math.inf)


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [
        (
            lambda s: s.connect(named(s, "d"), named(s, "e"), 0),
            "A wire from d to e would close a cycle: d is computed from e.",
        ),
        (lambda s: s.connect(named(s, "c"), named(s, "e")), "e has no free port for c."),
        (lambda s: s.connect(named(s, "c"), named(s, "a")), "a is a value and takes no operand."),
        (
            lambda s: s.rewire((named(s, "d"), 1), named(s, "d"), named(s, "e"), 0),
            "A wire from d to e would close a cycle: d is computed from e.",
        ),
        (lambda s: s.disconnect(named(s, "d"), 5), "d has no port 6."),
        (lambda s: s.add_node("softmax"), "There is no op called “softmax”."),
        (lambda s: s.apply_op("value", 1), "A value takes no operand, so it cannot be applied to a."),
        (
            lambda s: s.insert_op("+", named(s, "d"), 0, (0, 0)),
            "Only an op with one operand can be put into a wire, and + has 2.",
        ),
        (
            lambda s: s.insert_op("value", named(s, "d"), 0, (0, 0)),
            "Only an op with one operand can be put into a wire, and value has 0.",
        ),
        (lambda s: s.insert_op("tanh", named(s, "d"), 7, (0, 0)), "There is no wire on that port of d."),
        (lambda s: s.set_value(named(s, "a"), "abs"), "The value of a must be a number, not “abs”."),
        (lambda s: s.set_value(named(s, "d"), 1.0), "d is computed; only a leaf's value can be set."),
        (lambda s: s.mark(named(s, "d"), "input"), "d is computed; only a leaf can be input or parameter."),
        (
            lambda s: s.mark([1, named(s, "d")], "parameter"),
            "d is computed; only a leaf can be input or parameter.",
        ),
        (lambda s: s.set_range(1, (2, 2)), "The range must go upwards, not from 2 to 2."),
        (lambda s: s.set_range(1, (-math.inf, math.inf)), "The range from -inf to inf is too wide."),
        (lambda s: s.delete(), "Nothing is selected."),
        (lambda s: s.delete([99]), "Nothing is selected."),
        (lambda s: s.copied(), "Nothing is selected."),
        (lambda s: s.paste(""), "There is nothing to paste."),
        (lambda s: s.build("L = (a*b"), "Column 5: the bracket opened here is never closed."),
        (lambda s: s.set_h(0), "h must be a number other than 0: the slope divides by it."),
        (lambda s: s.set_h("abs"), "h must be a number, not “abs”."),
        (lambda s: s.set_h(math.nan), "h must be a number other than 0: the slope divides by it."),
        (lambda s: s.nudge(), "Select one node to nudge."),
        (lambda s: s.nudge(1, 0.0), "h must be a number other than 0: the slope divides by it."),
        (lambda s: s.nudge(1, 1e-300), "h = 1e-300 is too small to move a = 2."),
        (lambda s: s.zero_grad(), "There are no gradients to set to 0 before the forward pass is done."),
    ],
)
def test_a_refused_verb_says_why_and_changes_nothing(session, verb, sentence):
    before, told = session.state, []
    session.listen(lambda old, new: told.append(new))
    with pytest.raises(Refusal) as refused:
        verb(session)
    assert str(refused.value) == sentence
    assert session.state is before
    assert told == []


def test_an_empty_graph_cannot_be_run_or_measured():
    session = Session()
    before = session.state
    for verb in (session.forward, session.forward_step, session.backward, session.backward_step):
        with pytest.raises(Refusal, match="The graph is empty"):
            verb()
    with pytest.raises(Refusal, match="There is no node to measure yet"):
        session.check_all()
    for verb in (session.next, session.previous, session.first, session.last, session.select_all):
        verb()
    assert session.state is before


# Verbs one by one --------------------------------------------------------------------------------


def test_an_op_applied_to_the_chosen_target_becomes_the_target(session):
    new = session.apply_op("tanh", named(session, "L"))
    assert session.state.graph.target == new
    assert session.state.selection == {new}
    assert session.apply_op("exp", named(session, "a")) != session.state.graph.target


def test_a_two_input_op_applied_to_a_node_waits_for_its_second_operand(session):
    new = session.apply_op("+", 1, (3.0, 4.0))
    assert session.state.graph.nodes[new].inputs == (1, None)
    assert session.state.graph.places[new] == (3.0, 4.0)


def test_an_op_is_put_into_a_wire(session):
    d, e = named(session, "d"), named(session, "e")
    new = session.insert_op("tanh", d, 0, (0.0, 0.0))
    assert session.state.graph.nodes[d].inputs[0] == new
    assert session.state.graph.nodes[new].inputs == (e,)
    session.disconnect(d, 0)
    with pytest.raises(Refusal, match="There is no wire on that port"):
        session.insert_op("tanh", d, 0, (0.0, 0.0))


def test_moving_a_wire_is_one_edit(session):
    e, d = named(session, "e"), named(session, "d")
    session.rewire((d, 1), named(session, "a"), e, 1)
    assert session.state.graph.nodes[d].inputs == (e, None)
    assert session.state.graph.nodes[e].inputs == (1, 1)
    assert entries(session) == 2


def test_deleting_the_target_leaves_another_end_as_the_target(session):
    session.delete([named(session, "L")])
    assert session.state.graph.chosen_target is None
    assert session.state.graph.nodes[session.state.graph.target].label == "d"
    session.forward()
    assert session.state.forward_done


def test_deleting_takes_the_deleted_out_of_the_selection(session):
    session.select([1, 2, 3])
    session.delete([2, 99])
    assert session.state.selection == {1, 3}
    assert session.state.history.undo_name == "Delete b"


def test_marking_several_leaves_is_one_edit(session):
    session.mark([1, 2, 3], "parameter")
    assert [session.state.graph.nodes[n].role for n in (1, 2, 3)] == ["parameter"] * 3
    assert entries(session) == 2
    session.mark(1, "")
    assert session.state.graph.nodes[1].role == ""


def test_a_duplicate_is_selected_and_has_the_same_numbers(session):
    session.duplicate(session.state.graph.nodes)
    graph = session.state.graph
    assert len(session.state.selection) == 7
    session.forward()
    assert session.state.frame.data[graph.named("L′")] == session.state.frame.data[graph.named("L")] == -8.0


def test_copy_and_paste_across_documents(session):
    text = session.copied(session.state.graph.nodes)
    other = Session()
    other.paste(text, (0.0, 0.0))
    other.backward()
    assert other.state.frame.grad[other.state.graph.named("a")] == 6.0


@pytest.mark.parametrize(
    "label", ['"{|}<>\\', "a\nb", "\x00\x1b", "🙂", "\u202e", "\ud800", "x" * 100_000, "", "   "]
)
def test_any_new_name_can_be_saved_and_shown_in_the_menu(session, label):
    session.rename(1, label)
    codec.encode(session.state.graph).encode("utf-8")
    session.set_value(1, 5.0)
    session.connect(1, session.add_node("tanh", label=label))
    for entry in session.state.history.entries:
        assert entry.name.isprintable()
        assert len(entry.name) < 120
    again = codec.decode(codec.encode(session.state.graph))
    assert again.nodes[1].label == session.state.graph.nodes[1].label


def test_a_layout_for_an_older_graph_is_dropped(session):
    old = session.state.graph
    session.rename(1, "z")
    before = session.state
    session.tidied(old, {1: (500.0, 500.0)}, as_edit=True)
    session.tidied(old, {1: (500.0, 500.0)}, as_edit=False)
    assert session.state is before


def test_a_layout_that_was_asked_for_is_an_edit_of_its_own(session):
    session.tidied(session.state.graph, {1: (500.0, 500.0)}, as_edit=True)
    assert session.state.history.undo_name == "Tidy up"
    session.undo()
    assert session.state.graph.places[1] != (500.0, 500.0)


def test_a_layout_that_belongs_to_an_edit_is_undone_with_it(session):
    first = session.state.graph
    session.build("y = x*2")
    session.tidied(session.state.graph, {1: (500.0, 500.0)}, as_edit=False)
    assert session.state.graph.places[1] == (500.0, 500.0)
    session.undo()
    assert session.state.graph is first


def test_a_layout_of_a_document_just_opened_leaves_it_saved():
    session = Session(graph_from_expression("y = x*2"))
    session.forward()
    trace = session.state.trace
    session.tidied(session.state.graph, {1: (500.0, 500.0)}, as_edit=False)
    assert not session.state.unsaved
    assert session.state.trace is trace


def test_opening_another_document_starts_a_history_of_its_own(session, tmp_path):
    session.set_value(1, 3.0)
    session.backward()
    session.nudge(1)
    session.check_all()
    graph = Graph()
    session.open_graph(graph, tmp_path / "x.micrograd")
    state = session.state
    assert (state.graph, state.trace, state.cursor, state.nudge, state.checked) == (graph, None, 0, None, ())
    assert not state.unsaved
    assert state.history.undo_name is None
    session.new()
    assert session.state.path is None


def test_a_listener_is_told_once_per_change_and_no_more_after_it_left(session):
    told = []
    leave = session.listen(lambda old, new: told.append((old, new)))
    before = session.state
    session.set_value(1, 7.0)
    assert told == [(before, session.state)]
    leave()
    session.set_value(1, 8.0)
    assert len(told) == 1


# The functions behind the verbs: a State follows from a State, and the first is as it was --------


def checked(session: Session) -> State:
    """A State in which all there is has been done: both passes, a nudge, a check."""
    session.backward()
    session.seek(5)
    session.check_all()
    session.nudge(named(session, "a"))
    return session.state


def test_an_edit_that_changes_no_number_takes_everything_along(session):
    before = checked(session)
    after = transitions.after_edit(before, Edit(before.graph.relabelled(1, "alpha"), "Rename"))
    assert session.state is before
    assert (after.trace, after.cursor, after.nudge, after.checked) == (
        before.trace,
        before.cursor,
        before.nudge,
        before.checked,
    )
    assert (after.history.undo_name, after.saved) == ("Rename", before.saved)


def test_an_edit_of_a_number_runs_and_nudges_again_and_drops_the_check(session):
    before = checked(session)
    a = named(session, "a")
    after = transitions.after_edit(before, transitions.set_value(before.graph, a, "7", None))
    assert (after.cursor, after.wanted_cursor, after.checked) == (5, 5, ())
    assert repr(after.trace.steps) == repr(record(after.graph, before.trace.script).steps)
    assert after.nudge == measure.nudge(after.graph, a, before.nudge.h, before.nudge.sides)


def test_an_edit_of_the_structure_drops_all_that_was_run(session):
    before = checked(session)
    after = transitions.after_edit(before, transitions.delete(before, [named(session, "a")]))
    assert (after.trace, after.cursor, after.wanted_cursor, after.nudge) == (None, 0, 0, None)
    assert (after.checked, after.training) == ((), None)


def test_an_edit_that_is_none_gives_the_same_state_or_another_selection(session):
    before = session.state
    assert transitions.after_edit(before, Edit(before.graph, "Nothing")) is before
    after = transitions.after_edit(before, Edit(before.graph, "Nothing", frozenset((1,))))
    assert (after.history, after.selection) == (before.history, frozenset((1,)))


def test_what_belongs_to_an_edit_but_comes_later_is_no_entry_of_its_own(session):
    session.move({1: (1, 1)})
    before = session.state
    moved = before.graph.moved({1: (50, 50)})
    assert transitions.with_amended(before, before.graph) is before
    laid_out = transitions.with_layout(before, before.graph, {1: (50, 50)})
    for after in (transitions.with_amended(before, moved), laid_out):
        assert after.graph.places == moved.places
        assert len(after.history.entries) == len(before.history.entries)
        assert after.history.undo_name == "Move"
        assert after.unsaved


def test_another_document_keeps_how_one_nudges_and_nothing_else(session):
    session.set_h(0.5)
    session.set_sides("forward")
    before = checked(session)
    graph = graph_from_expression("y = x*2")
    after = transitions.opened(before, graph, None, "two")
    assert (after.h, after.sides, after.title) == (0.5, "forward", "two")
    assert not after.same_document(before)
    assert (after.trace, after.nudge, after.checked, after.selection) == (None, None, (), frozenset())


@pytest.mark.parametrize("h", [0, 0.0, math.inf, math.nan, "0", "inf", "a lot"])
def test_an_h_that_nothing_can_be_divided_by_is_refused(h):
    with pytest.raises(Refusal):
        measure.checked_h(h)


def test_edits_of_a_graph_leave_it_as_it_is(session):
    graph = session.state.graph
    text = codec.encode(graph)
    a, d = named(session, "a"), named(session, "d")
    edits = [
        transitions.add_node(graph, "tanh", (0, 0), None, 1.0),
        transitions.apply_op(graph, "tanh", a, None),
        transitions.insert_op(graph, "tanh", d, 0, (0, 0)),
        transitions.set_value(graph, a, 3, "drag"),
        transitions.mark(graph, [a], "parameter"),
        transitions.set_range(graph, a, (0, 1)),
        transitions.paste(graph, "q = w*2", None),
    ]
    assert codec.encode(graph) == text
    assert len({codec.encode(each.graph) for each in edits} | {text}) == len(edits) + 1
    assert all(each.name for each in edits)
    assert edits[3].gesture == "drag"


def test_a_name_that_is_taken_is_said_and_not_given_twice():
    session = Session()
    session.build("a = 2; b = a*3; d = 4; L = b*d")
    graph = session.state.graph
    b = graph.named("b")
    with pytest.raises(Refusal, match="There is a node “d” already; “d′” is free"):
        session.rename(b, " d ")
    assert session.state.graph is graph
    session.rename(b, "d′")
    with pytest.raises(Refusal, match="“d′′” is free"):
        session.rename(graph.named("a"), "d′")
    session.rename(graph.named("d"), "d")  # its own
    assert [node.label for node in session.state.graph if node.label] == ["a", "d′", "d", "L"]
