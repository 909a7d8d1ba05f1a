"""Blanks: what a worksheet asks of a graph at a moment, and the answers, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from micrograd.language import N_, again, tr, trn
from micrograd.ops import by_letter, op_of
from micrograd_gui.document.errors import OptionRefusal, Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import quoted, written
from micrograd_gui.figures.figure import BLANK, MISSING
from micrograd_gui.session.explain.formulas import (
    EQUALS,
    GRAD,
    Fragment,
    Line,
    Naming,
    backward_lines,
    call,
    forward_line,
    name_of,
    seed_line,
    sentence,
    update_line,
)
from micrograd_gui.session.predicting.question import sum_lines
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Contribution, Field, Frame, Pass, Run, Step

_ON_ONE_LINE = 2  # contributions of an answer
_MOST_READERS = 24  # that a row of a table names; what those are made of tells all of them


class Unsolved(Protocol):
    """A moment: its numbers, and the steps that come next, which are asked."""

    @property
    def frame(self) -> Frame: ...

    @property
    def then(self) -> tuple[Step, ...]: ...


class Ask(NamedTuple):
    """A number that is asked: whose, what it holds meanwhile, the right one, and how one gets there.

    ``wires`` says how many contributions it is the sum of.
    """

    node: NodeId
    field: Field
    label: str
    given: str
    right: float
    answer: tuple[Line, ...]
    wires: int = 1


class TableRow(NamedTuple):
    """A node as a row of a worksheet that no figure has room for; what is asked in it is `BLANK`."""

    name: str
    made: str  # what it is computed from, in names
    data: str
    readers: str  # the nodes that it is an operand of
    grad: str
    given: str = ""  # what else is known, in words


def run_before(graph: Graph, step: str | None, trace: Run | None = None) -> tuple[Run, int, tuple[Step, ...]]:
    """A run, the moment of it after which all is asked, and what: up to the end of the next backward pass.

    None: the one at which the forward pass is done. Raises Refusal where nothing is left to ask there.
    """
    if graph.target is None or graph.nodes[graph.target].is_leaf:
        raise Refusal(tr("A worksheet needs a target that is computed: there is nothing to work out."))
    run = record(graph, (Pass("forward"), Pass("backward"))) if trace is None else trace
    if run.problem is not None:
        raise Refusal(
            tr("A worksheet needs a run without a fault. {sentence}", sentence=again(run.problem.note))
        )
    if step is None:
        cursor = run.forward_end_after(0) or 0
    elif not step.isdecimal() or len(step) > 9 or int(step) > len(run):
        raise OptionRefusal(
            "step",
            N_("{option} must be a whole number from 0 to {steps} for a worksheet, not {given}."),
            steps=len(run),
            given=quoted(step),
        )
    else:
        cursor = int(step)
    then = _until_backward_is_done(run.steps[cursor:])
    if not then:
        raise OptionRefusal(
            "step",
            N_("{option} must be before the end: after {done} of {steps} steps nothing is left to ask."),
            done=cursor,
            steps=len(run),
        )
    return run, cursor, then


def _until_backward_is_done(steps: Sequence[Step]) -> tuple[Step, ...]:
    found: list[Step] = []
    for step in steps:
        if step.kind not in ("seed", "backward") and any(each.kind in ("seed", "backward") for each in found):
            break
        if step.kind == "rows":  # nobody works these out by hand
            break
        found.append(step)
    return tuple(found)


def asks_at(graph: Graph, moment: Unsolved, names: Naming = GRAD) -> tuple[Ask, ...]:
    """What is asked after that moment, in the order in which it can be worked out."""
    frame = moment.frame
    ends: dict[NodeId, tuple[float, int]] = {}  # the gradient at last, and after which step
    ways: dict[NodeId, list[tuple[NodeId, Contribution]]] = {}
    asks: list[tuple[int, int, Ask]] = []
    for at, step in enumerate(moment.then):
        frame = frame.after(step)
        if step.kind == "seed" and step.node is not None:
            ends[step.node], ways[step.node] = (1.0, at), []
        for each in step.contributions:
            assert step.node is not None
            ways.setdefault(each.operand, []).append((step.node, each))
            ends[each.operand] = each.after, at
        asks += [(at, 0, ask) for ask in _of_data(graph, step, frame, names)]
    for number, (right, at) in ends.items():
        node, came = graph.nodes[number], ways[number]
        label = names.grad(node)
        before = came[0][1].before if came else None
        given = tr("it holds {number} so far", number=written(before)) if before else ""
        answer = _answer(graph, number, came, right, frame, names) if came else (seed_line(node, names),)
        port = came[-1][1].port if came else 0
        asks.append((at, port, Ask(number, "grad", label, given, right, answer, max(1, len(came)))))
    return tuple(ask for _, _, ask in sorted(asks, key=lambda each: each[:2]))


def _of_data(graph: Graph, step: Step, frame: Frame, names: Naming) -> list[Ask]:
    """What a step of a forward pass or an update gives."""
    if step.kind == "forward" and step.node is not None and step.data is not None:
        node = graph.nodes[step.node]
        line = forward_line(graph, node, frame)
        return [Ask(node.id, "data", names.field(node, "data").text, "", step.data, (line,))]
    return [
        Ask(each.node, "data", names.field(graph.nodes[each.node], "data").text,
            tr("it is {number} before the update", number=written(each.before)), each.after,
            (update_line(graph.nodes[each.node], step.rate, each, step.rule, names),))
        for each in step.changes
    ]  # fmt: skip


def _answer(
    graph: Graph,
    number: NodeId,
    came: Sequence[tuple[NodeId, Contribution]],
    right: float,
    frame: Frame,
    names: Naming,
) -> tuple[Line, ...]:
    """How one gets to a gradient; where many wires bring something, a line for each of them, and the sum."""
    node, before = graph.nodes[number], came[0][1].before
    result = (EQUALS, Fragment("grad", written(right), strong=True))
    if len(came) <= _ON_ONE_LINE:
        whole = sum_lines(graph, node, came, before, frame, names)[1]
        return (Line("big", (*whole.fragments, *result)),)
    lines = [backward_lines(graph, graph.nodes[through], frame, each, names)[0] for through, each in came]
    return (*lines, Line("big", (Fragment("symbol", names.grad(node)), *result)))


def blank_frame(moment: Unsolved, asks: Sequence[Ask]) -> Frame:
    """The numbers of that moment without those that are asked."""
    gone = {(ask.node, ask.field) for ask in asks}
    data = {node: number for node, number in moment.frame.data.items() if (node, "data") not in gone}
    grad = {node: number for node, number in moment.frame.grad.items() if (node, "grad") not in gone}
    return Frame(data, grad)


def filled_frame(moment: Unsolved) -> Frame:
    """The numbers when all that is asked is worked out."""
    return moment.frame.after(*moment.then)


def table_of(graph: Graph, moment: Unsolved, asks: Sequence[Ask]) -> tuple[TableRow, ...]:
    """A row for each node: from the target down where only gradients are asked, else from the leaves up."""
    asked = {(ask.node, ask.field): ask for ask in asks}
    frame = moment.frame

    def shown(node: NodeId, field: Field) -> str:
        number = (frame.data if field == "data" else frame.grad).get(node)
        return BLANK if (node, field) in asked else MISSING if number is None else written(number)

    rows = []
    for number in graph.order:
        node = graph.nodes[number]
        made = "" if node.is_leaf else "".join(each.text for each in call(graph, node))
        readers = list(dict.fromkeys(name_of(graph.nodes[user]) for user, _ in graph.users.get(number, ())))
        read = ", ".join(readers[:_MOST_READERS])
        if len(readers) > _MOST_READERS:
            read = tr("{names}, and {rest} more", names=read, rest=len(readers) - _MOST_READERS)
        given = (asked[number, field].given for field in ("data", "grad") if (number, field) in asked)
        rows.append(
            TableRow(
                name_of(node),
                made,
                shown(number, "data"),
                read,
                shown(number, "grad"),
                "; ".join(filter(None, given)),
            )
        )
    return tuple(rows if any(ask.field == "data" for ask in asks) else reversed(rows))


def task_of(graph: Graph, asks: Sequence[Ask], row: str, *, table: bool = False) -> str:
    """What is to be done, in a few sentences; in the graph, or in a table where that has no room for it."""
    assert graph.target is not None
    target = name_of(graph.nodes[graph.target])
    data = sum(ask.field == "data" for ask in asks)
    grads = len(asks) - data
    said = []
    if data:
        said.append(
            trn(
                "Work out the data of {n} node, from the leaves to {target}.",
                "Work out the data of {n} nodes, from the leaves to {target}.",
                data,
                target=target,
            )
        )
    if grads:
        said.append(_task_of_gradients(target, grads, first=not data))
    said.append(
        tr(
            "Fill in the blanks of the table, which has a row for each node; its columns say what a node is "
            "made of, and what reads it."
        )
        if table
        else tr("Fill in the blanks of the graph; the lines are for your work.")
    )
    return " ".join([tr("The inputs are those of {row}.", row=row)] * bool(row) + said)


def _task_of_gradients(target: str, grads: int, *, first: bool) -> str:
    """What is to be done with so many gradients; ``first``: no data are asked before them."""
    if first:
        return trn(
            "Every node has its data. Work out {n} gradient, from {target} backwards: "
            "a.grad, or ∂{target}/∂a, tells how fast {target} answers when a moves.",
            "Every node has its data. Work out {n} gradients, from {target} backwards: "
            "a.grad, or ∂{target}/∂a, tells how fast {target} answers when a moves.",
            grads,
            target=target,
        )
    return trn(
        "Then work out {n} gradient, from {target} backwards: "
        "a.grad, or ∂{target}/∂a, tells how fast {target} answers when a moves.",
        "Then work out {n} gradients, from {target} backwards: "
        "a.grad, or ∂{target}/∂a, tells how fast {target} answers when a moves.",
        grads,
        target=target,
    )


def rules_of(graph: Graph, asks: Sequence[Ask]) -> tuple[Line, ...]:
    """Reminders: the chain rule, and the slopes of the ops that there are."""
    lines = []
    if any(ask.field == "grad" for ask in asks):
        lines.append(
            sentence(
                tr(
                    "Chain rule: an operand's grad += slope of the op for that operand × the op's own grad. "
                    "What comes over several wires is added."
                )
            )
        )
    ops = dict.fromkeys(node.op for node in graph if node.op is not None)
    for op in ops:
        rule = op_of(op)
        letters = ("x", "y", "z", "u", "v", "w")[: rule.arity]
        known = by_letter(letters, "out")
        slopes = [
            f"{letter}.grad += {_factor(words.format(**known))} × out.grad"
            for port, letter in enumerate(letters)
            for words in (rule.slope_words(port) or rule.slope_name(port),)
        ]
        grads = f":   {',   '.join(slopes)}" if lines else ""
        lines.append(sentence(f"out = {rule.text.format(**known)}{grads}"))
    return tuple(lines)


def _factor(text: str) -> str:
    return f"({text})" if " " in text else text
