"""The bug lab: each bug's numbers are those of a copy of the lecture's class that has it, at every moment."""

import random

import pytest
from msgspec.structs import replace

from micrograd import diagnose, language
from micrograd.diagnosing.mistakes import MOVED
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.bugs.lab import Lab
from micrograd_gui.session.bugs.room import BugLab
from micrograd_gui.session.bugs.table import BUGS, bug_called
from micrograd_gui.session.bugs.words import checked, why
from micrograd_gui.session.found import Apart
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.trace import Pass
from tests.session.lecture_with_bugs import Loop

NAMES = [bug.name for bug in BUGS]
RATE = 0.05
SCRIPT = (
    *(Pass("forward"), Pass("backward"), Pass("update", rate=RATE)),
    *(Pass("forward"), Pass("zero"), Pass("backward"), Pass("update", rate=RATE)),
    *(Pass("forward"), Pass("zero"), Pass("backward")),
    *(Pass("zero"), Pass("backward"), Pass("update", rate=RATE)),
)


def told(seed, size=9):
    """The leaves, the statements and the parameters of a seeded graph, all nodes of which feed the last."""
    draw = random.Random(seed)
    leaves = {f"x{k}": round(draw.uniform(-1.2, 1.2), 3) for k in range(4)}
    names, loose, statements = list(leaves), list(leaves), []
    while len(statements) < size or len(loose) > 1:
        closing = len(statements) >= size
        op = draw.choice("+-*") if closing else draw.choice(("+", "+", "-", "*", "*", "tanh", "exp"))
        first = loose[0] if closing else draw.choice(loose + names[-3:])
        if op in ("tanh", "exp"):
            operands = (first,)
            if op == "exp" and any(o == "exp" for _, o, _ in statements):
                continue
        else:
            operands = (first, loose[1] if closing else draw.choice([*names, first]))
        name = f"v{len(statements)}"
        statements.append((name, op, operands))
        names.append(name)
        loose = [each for each in loose if each not in operands] + [name]
    return leaves, statements, tuple(draw.sample(sorted(leaves), 2))


def drawn(leaves, statements, parameters):
    """The same as a graph of ours."""
    lines = [f"{name} = {number!r}" for name, number in leaves.items()]
    for name, op, operands in statements:
        called = f"{op}({operands[0]})" if op in ("tanh", "exp") else op.join(operands)
        lines.append(f"{name} = {called}")
    graph = graph_from_expression("; ".join(lines))
    for node in tuple(graph):
        if node.label in parameters:
            graph = graph.marked(node.id, "parameter")
    return graph


def moments_of(loop, script, rate):
    """A loop of the lecture: its numbers at each moment of the script."""
    early = loop.bug == "early_update"
    yield loop.numbers("data"), loop.numbers("grad")
    for at, each in enumerate(script):
        rest = [other.kind for other in script[at:]]
        while rest and rest[0] == "zero":
            rest.pop(0)
        begins = at == 0 or script[at - 1].kind != "zero"
        if early and begins and rest[:2] == ["backward", "update"]:
            list(loop.update(rate))
        if each.kind == "update":
            if not early:
                list(loop.update(each.rate))
            yield loop.numbers("data"), loop.numbers("grad")
            continue
        for _ in getattr(loop, each.kind)():
            yield loop.numbers("data"), loop.numbers("grad")


def same(one, other):
    """To the last place."""
    return one == other or (one != one and other != other)


@pytest.mark.parametrize("name", NAMES)
def test_the_wrong_run_has_at_every_moment_exactly_the_numbers_of_the_lectures_class_with_the_bug(name):
    shown = 0
    for seed in range(20):
        case = told(seed)
        graph = drawn(*case)
        run = record(graph, SCRIPT)
        if run.problem is not None:
            continue
        lab = Lab(name, graph, run)
        ids = {graph.nodes[number].label: number for number in graph.order}
        leaves, statements, parameters = case
        case = leaves, sorted(statements, key=lambda each: list(ids).index(each[0])), parameters
        ours = lab.wrong.run
        assert len(ours) == len(run)
        for cursor, (data, grad) in enumerate(moments_of(Loop(name, *case), SCRIPT, RATE)):
            frame = ours.frame(cursor)
            for label, number in ids.items():
                if number in frame.data:
                    assert same(frame.data[number], data[label]), (seed, cursor, label)
                if number in frame.data or graph.nodes[number].is_leaf:
                    assert same(frame.grad.get(number, 0.0), grad[label]), (seed, cursor, label)
        assert cursor == len(run)
        shown += lab.first is not None
    assert shown > 3


def in_the_lecture(bug):
    """The graph made for a bug, told as `Loop` wants it."""
    leaves, statements = {}, []
    for line in bug.made.text.split(";"):
        name, _, said = (part.strip() for part in line.partition("="))
        if said.lstrip("-").isdigit() or "." in said:
            leaves[name] = float(said)
        elif said.endswith("**2"):
            statements.append((name, "*", (said[0], said[0])))
        elif "(" in said:
            op, _, operand = said.rstrip(")").partition("(")
            statements.append((name, op, (operand,)))
        else:
            op = next(sign for sign in "*+-" if sign in said)
            statements.append((name, op, tuple(part.strip() for part in said.split(op))))
    return leaves, statements, bug.made.parameters


@pytest.mark.parametrize("bug", BUGS, ids=NAMES)
def test_diagnose_finds_the_planted_bug_by_the_cause_and_the_words_of_the_lab(bug):
    case = in_the_lecture(bug)
    session = Session(drawn(*case))
    room = session.room(BugLab)
    room.plant(bug.name)
    room.show_difference()
    session.last()
    state = session.state
    loop = Loop(bug.name, *case)
    rate = max((each.rate for each in state.trace.script), default=0.0)
    script = [replace(each, rate=rate) for each in state.trace.script]
    for _ in moments_of(loop, script, rate):
        pass
    for name, value in loop.values.items():
        value.label = name
    found = diagnose(loop.values[loop.root])
    assert found.cause == bug.known.cause
    assert found.mistake is bug.known
    during = state.lab.wrong.pass_at(state.cursor)
    words = found.sentence.partition(" as if ")[2].partition(";")[0].rstrip(".")
    assert words == (MOVED if bug.early else during.change.said)
    assert f"as if {words}" in state.finding.sentence
    finding = state.finding
    language.use({"{numbers}, as if {why}.": "{why} ← {numbers}"})
    try:
        assert finding.said.startswith(words.replace("`", "")), "it follows the language"
    finally:
        language.use()


def test_a_bug_that_a_graph_cannot_show_says_why():
    session = Session(graph_from_expression("a = 2; b = -3; L = a + b"))
    room = session.room(BugLab)
    said = {}
    for bug in BUGS:
        room.plant(bug.name)
        try:
            room.show_difference()
        except Refusal as refusal:
            said[bug.name] = str(refusal)
        else:
            continue
        assert why(session.state) == said[bug.name]
    assert said["assign"].startswith("No node is used twice here")
    assert said["tanh_input"] == "There is no tanh here."
    assert said["exp_input"] == "There is no exp here."
    assert said["minus"] == "There is no subtraction here."
    assert said["set"].startswith("No op takes the same node twice")
    assert said["no_order"].startswith("No result is used twice")
    assert said["early_update"].startswith("There is no parameter")
    assert {"no_zero", "only_leaves"}.isdisjoint(said)


def test_a_result_that_one_op_takes_twice_is_in_order_whoever_acts_when():
    session = Session(graph_from_expression("a = 3; b = a + a; c = b + b"))
    room = session.room(BugLab)
    room.plant("no_order")
    with pytest.raises(Refusal, match=r"^No result is used by two ops here"):
        room.show_difference()


def test_by_chance_the_numbers_are_the_same():
    session = Session(graph_from_expression("x = 0; o = tanh(x)"))
    room = session.room(BugLab)
    room.plant("tanh_input")
    with pytest.raises(Refusal, match="By chance"):
        room.show_difference()


def test_a_bug_stays_on_over_edits_undo_and_another_document_until_it_is_switched_off():
    session = Session(bug_called("assign").made.graph())
    room = session.room(BugLab)
    room.plant("assign")
    assert session.state.finding is None
    session.forward()
    session.backward()
    a, b = (node.id for node in session.state.graph if node.label in ("a", "b"))
    assert session.state.finding.grad[b] == Apart(-2.0, -8.0)
    session.set_value(a, 5.0)
    assert session.state.finding.grad[b] == Apart(40.0, 55.0)
    session.undo()
    assert session.state.finding.grad[b] == Apart(-2.0, -8.0)
    session.first()
    assert session.state.finding is None
    session.open_graph(graph_from_expression("x = 3; y = x*x"))
    session.backward()
    x = next(node.id for node in session.state.graph if node.label == "x")
    assert session.state.finding.grad[x] == Apart(3.0, 6.0)
    session.new()
    assert session.state.lab.name == "assign"
    room.remove()
    session.open_graph(graph_from_expression("x = 3; y = x*x"))
    session.backward()
    assert session.state.lab is None
    assert session.state.finding is None


def test_where_no_order_is_wrong_the_runs_stay_together_step_by_step():
    session = Session(graph_from_expression("a=1; b=2; c=3; L = (a*b + c*b) * tanh(a + c)"))
    room = session.room(BugLab)
    room.plant("no_order")
    session.forward()
    session.backward()
    assert session.state.lab.first is None
    assert why(session.state).startswith("No result is used twice here: each op has all of its gradient")


def test_while_the_graph_trains_no_bug_is_switched_on_and_none_shows():
    from micrograd_gui.files.documents import load_example

    session = Session(load_example("line"))
    room = session.room(BugLab)
    room.plant("minus")
    session.backward()
    session.train_start()
    assert session.state.finding is None
    assert why(session.state).startswith("Training goes by the right rules")
    with pytest.raises(Refusal, match="right rules"):
        room.plant("assign")
    session.train_stop()
    assert session.state.lab.name == "minus"


def test_gradients_over_all_rows_are_not_compared():
    from micrograd_gui.files.documents import load_example

    session = Session(load_example("line"))
    room = session.room(BugLab)
    room.plant("minus")
    session.backward()
    assert session.state.step.kind == "rows"
    assert session.state.finding is None
    assert why(session.state).startswith("These gradients are over several rows")
    session.previous()
    assert session.state.finding is not None
    room.show_difference()
    assert session.state.finding is not None


def test_words_follow_the_target_and_a_check_speaks_of_both_runs():
    session = Session(graph_from_expression("a = 2; t = tanh(a); u = a + t; L = u*u"))
    room = session.room(BugLab)
    room.plant("tanh_input")
    t = next(node.id for node in session.state.graph if node.label == "t")
    a = next(node.id for node in session.state.graph if node.label == "a")
    assert why(session.state).startswith("Nothing is run yet")
    session.set_target(a)
    assert why(session.state).startswith("There is nothing to run backward here")
    session.set_target(t)
    room.show_difference()
    session.check_all()
    assert checked(session.state).startswith("Checked: the right run: all gradients agree")
    assert checked(session.state).endswith("; the wrong run's fail at a.")


def test_a_second_pass_is_told_by_the_number_of_passes():
    session = Session(graph_from_expression("w = 2; x = 3; L = w*x"))
    room = session.room(BugLab)
    room.plant("no_zero")
    room.show_difference()
    assert "no grad was set to 0" in session.state.finding.sentence
    session.last()
    assert (
        "as if 2 passes were added up, without a grad zeroed between them" in session.state.finding.sentence
    )
    session.zero_grad()
    session.backward()
    assert "as if 3 passes were added up" in session.state.finding.sentence
