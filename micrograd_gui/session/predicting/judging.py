"""Judging: what an answer is worth, and which mistake a wrong one looks like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from micrograd.diagnosing.wrong_slopes import WRONG_SLOPES, At
from micrograd.language import N_, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import MINUS, one_line, read_number, spoken, written
from micrograd_gui.session.explain.formulas import name_of
from micrograd_gui.session.predicting.question import Question, question_at, why_not
from micrograd_gui.session.predicting.quiz import Outcome
from micrograd_gui.session.state import State

WITHIN = 0.01  # of the right number
TOLERANCE = N_("Right is what is within 1 % of the number, or has its four decimals.")
_SIGNS = {
    "+": 1.0, "positive": 1.0, "plus": 1.0, "-": -1.0, "negative": -1.0, "minus": -1.0, "zero": 0.0,
}  # fmt: skip


def close_to(answer: float, right: float) -> bool:
    """Whether that is the right number, as far as one asks for: to 1 %, or to the four decimals shown."""
    return written(answer) == written(right) or abs(answer - right) <= WITHIN * abs(right)


_NOTHING_TYPED = {
    "number": N_("Type a number, or show it without an answer."),
    "sign": N_("Type +, − or 0, or show it without an answer."),
    "node": N_("Type a node's name, or show it without an answer."),
}


def judge(state: State, text: str) -> Outcome:
    """What that answer to the question of this moment is worth. Raises Refusal where it is none."""
    question = question_at(state)
    typed = one_line(text, 24)
    if question.kind == "nothing":
        raise Refusal(question.context)
    if not text.strip():
        raise Refusal(tr(_NOTHING_TYPED[question.kind]))
    assert question.right is not None
    right = written(question.right)
    if question.kind == "sign":
        is_right = _sign(text) == _sign_of(question.right)
        word = {1.0: N_("positive"), -1.0: N_("negative"), 0.0: N_("neither")}[_sign_of(question.right)]
        return Outcome(question.asks, typed, f"{right}, {tr(word)}", "right" if is_right else "wrong")
    answer = read_number(text, tr("The answer"))
    if close_to(answer, question.right):
        return Outcome(question.asks, typed, right, "right")
    return Outcome(question.asks, typed, right, "wrong", mistake(state, question, answer))


def judge_node(state: State, node: NodeId) -> Outcome:
    """What it is worth to say that this node acts next. Raises Refusal where no node is asked for."""
    question, graph = question_at(state), state.graph
    if question.kind != "node" or question.node is None:
        raise Refusal(question.context or tr("No node is asked for here."))
    own, name = name_of(graph.nodes[question.node]), name_of(graph.nodes[node])
    if node == question.node:
        others = [name_of(graph.nodes[each]) for each in sorted(question.allowed - {node})]
        also = tr("{names} could act now just as well.", names=_listed(others)) if others else ""
        return Outcome(tr("next acts"), name, own, "right", also)
    if node in question.allowed:
        return Outcome(
            tr("next acts"),
            name,
            name,
            "right",
            tr("By itself the engine would take {own}; both are in order.", own=own),
        )
    return Outcome(tr("next acts"), name, own, "wrong", why_not(state, node))


def node_named(state: State, text: str) -> NodeId:
    """The node that is called so; of several the one that may act. Raises Refusal where there is none."""
    graph, wanted = state.graph, text.strip().replace("-", MINUS)
    for fold in (str, str.casefold):
        found = [n for n in graph.order if fold(wanted) in _names(graph, n, fold)]
        allowed = question_at(state).allowed
        if found:
            return next((n for n in found if n in allowed), found[0])
    raise Refusal(tr("No node is called “{name}”.", name=spoken(text.strip())))


def _names(graph: Graph, number: NodeId, fold: type[str] | object) -> set[str]:
    node = graph.nodes[number]
    names = (node.name, node.spoken, name_of(node), f"v{number}")
    each = str.casefold if fold is str.casefold else str
    return {each(name.replace("-", MINUS)) for name in names if name}


def _sign(text: str) -> float:
    plain = text.strip().casefold().replace(MINUS, "-").replace("–", "-")
    if plain in _SIGNS:
        return _SIGNS[plain]
    try:
        return _sign_of(read_number(text, tr("The sign")))
    except Refusal:
        raise Refusal(tr("The sign must be +, − or 0, not “{text}”.", text=spoken(text))) from None


def _sign_of(number: float) -> float:
    return 0.0 if number == 0 else math.copysign(1.0, number)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:2])}{' …' if len(names) > 2 else ''}"


# Which mistake it looks like ---------------------------------------------------------------------


def mistake(state: State, question: Question, answer: float) -> str:
    """A sentence on the mistake that leads to this answer; nothing where none is known."""
    if question.right is None or not math.isfinite(answer):
        return ""
    for number, sentence in _mistakes(state, question, question.right):
        if math.isfinite(number) and not close_to(number, question.right) and close_to(answer, number):
            return sentence
    return ""


def _mistakes(state: State, question: Question, right: float) -> Iterator[tuple[float, str]]:
    """Numbers that mistakes lead to, with what to say of each; the likeliest first."""
    yield -right, tr("That has the wrong sign.")
    if question.given is not None:
        yield from _of_contribution(state, question)
    elif question.ways:
        yield from _of_sum(question)
    elif question.step is not None and question.step.kind == "forward":
        yield from _of_forward(state, question)
    elif question.step is not None and question.step.kind == "update":
        change = next(each for each in question.step.changes if each.node == question.node)
        rate = question.step.rate
        yield change.before + rate * change.by, tr("That goes up the slope: an update goes against the grad.")
        yield change.before - change.by, tr("That forgets the rate.")
        yield rate * change.by, tr("That is how far it moves; asked is where it is then.")
        yield -rate * change.by, tr("That is how far it moves; asked is where it is then.")
    elif question.step is not None and question.step.kind == "seed":
        data = state.frame.data.get(question.node) if question.node is not None else None
        yield math.nan if data is None else data, tr("That is its data; asked is its slope by itself.")
        yield 0.0, tr("With 0 nothing would come to any other node.")


def _of_contribution(state: State, question: Question) -> Iterator[tuple[float, str]]:
    each, step = question.given, question.step
    if each is None or step is None or step.node is None:
        return
    if each.before:
        yield each.after, tr("That is the grad after adding; asked is what is added.")
        yield each.before, tr("That is what it holds before; asked is what is added.")
    yield (
        each.slope,
        tr(
            "That is the slope alone: it forgets the upstream gradient {upstream}.",
            upstream=written(each.upstream),
        ),
    )
    yield (
        each.upstream,
        tr("That is the upstream gradient alone: it forgets the slope {slope}.", slope=written(each.slope)),
    )
    yield each.slope + each.upstream, tr("That adds slope and upstream gradient: they are multiplied.")
    for other in step.contributions:
        if other.port != each.port:
            yield other.amount, tr("That is what the other operand gets.")
    yield from _of_slope(state, question)
    graph = state.graph
    for source in graph.nodes[step.node].inputs:
        data = state.frame.data.get(source) if source is not None else None
        if source is not None and data is not None:
            yield data, tr("That is {name}.data.", name=name_of(graph.nodes[source]))


def _of_slope(state: State, question: Question) -> Iterator[tuple[float, str]]:
    """Wrong slopes that people take for the op's, each times what comes from above."""
    each, step = question.given, question.step
    assert each is not None
    assert step is not None
    assert step.node is not None
    node, data = state.graph.nodes[step.node], state.frame.data
    operands = [data.get(source, math.nan) if source is not None else math.nan for source in node.inputs]
    x = operands[each.port]
    other = operands[1 - each.port] if len(operands) == 2 else x
    at = At(
        x, other, data.get(step.node, math.nan), 1.0 if node.exponent is None else node.exponent, each.slope
    )
    for wrong in WRONG_SLOPES.get(node.op or "", ()):
        if wrong.port in (None, each.port):
            try:
                slope = wrong.slope(at)
            except (ValueError, ZeroDivisionError, OverflowError):
                continue
            yield (
                slope * each.upstream,
                tr(
                    "That is with the slope {wrong} instead of {right}.",
                    wrong=tr(wrong.wrong),
                    right=tr(wrong.right),
                ),
            )


def _of_sum(question: Question) -> Iterator[tuple[float, str]]:
    amounts = [each.amount for each in question.ways]
    if question.before:
        yield (
            sum(amounts),
            tr("That forgets to add to the {before} that it holds.", before=written(question.before)),
        )
    if len(amounts) > 1 or question.before:
        for amount in (*reversed(amounts[1:]), *amounts[:1]):
            yield amount, tr("That is what one wire brings: what comes over several is added (+=).")
        yield math.prod(amounts), tr("That multiplies what the wires bring: it is added.")
    yield (
        sum(each.slope for each in question.ways),
        tr("That has the slopes alone: it forgets the upstream gradients."),
    )
    yield (
        sum(each.upstream for each in question.ways),
        tr("That has the upstream gradients alone: it forgets the slopes."),
    )


def _of_forward(state: State, question: Question) -> Iterator[tuple[float, str]]:
    node = state.graph.nodes[question.node] if question.node is not None else None
    if node is None or node.rule is None:
        return
    operands = [
        state.frame.data.get(each, math.nan) if each is not None else math.nan for each in node.inputs
    ]
    if len(operands) == 2 and all(map(math.isfinite, operands)):
        yield float(node.rule.forward(*reversed(operands))), tr("That has the operands the other way round.")
        x, y = operands
        for name, number in _instead(x, y):
            yield number, tr("That is the {name} of the operands.", name=tr(name))
    for number, each in zip(operands, node.inputs, strict=True):
        if each is not None:
            yield number, tr("That is {name}.data as it is.", name=name_of(state.graph.nodes[each]))


def _instead(x: float, y: float) -> Iterable[tuple[str, float]]:
    return ("sum", x + y), ("product", x * y), ("difference", x - y)
