"""The step card in words: a State → lines of typed fragments, for the screen, a screen reader and export."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeVar

from micrograd.language import N_, again, tr, trn
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.data import OPTIMISERS
from micrograd_gui.document.node import Node
from micrograd_gui.document.text import MINUS, MOST_DIGITS, short, told_apart, written
from micrograd_gui.session.explain.formulas import (
    EQUALS,
    Fragment,
    Line,
    backward_lines,
    definition,
    forward_line,
    gathered_line,
    heading,
    name_of,
    naming_of,
    operand_name,
    phrase,
    seed_line,
    sentence,
    update_line,
)
from micrograd_gui.session.explain.of_rows import loss_in_words, row_in_words, rows_in_words
from micrograd_gui.session.measure import Nudge, lowering_rate
from micrograd_gui.session.over_rows import looked_at
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Step
from micrograd_gui.session.training.progress import TrainingState

T = TypeVar("T")
_MOST_CHANGES = 4  # lines of an update


def card(state: State, within: BlockId | None = None) -> tuple[Line, ...]:
    """What the step card says at this moment: the head line, then equations and sentences.

    ``within`` is the block that is looked into.

    What the notebook that the graph is of has otherwise stands last; at the end of the run, where one
    opens it and nothing is stepped through, right below the head line: there it is seen without scrolling.
    """
    lines = _moment(state, within)
    if state.forward_leaf is not None and state.nudge is None:
        from micrograd_gui.session.asking.forward_mode import lines_of  # seldom

        equations = [at for at, line in enumerate(lines, 1) if line.size == "big"]
        behind = equations[-1] if equations else len(lines)
        lines = (*lines[:behind], *lines_of(state), *lines[behind:])
    if state.finding is None:
        return lines
    found = sentence(state.finding.said)
    return (*lines, found) if state.following is not None else (lines[0], found, *lines[1:])


def _moment(state: State, within: BlockId | None) -> tuple[Line, ...]:
    if not state.graph.nodes:
        return (
            heading(tr("START")),
            sentence(tr("Drop a node on the canvas, or type an expression such as L = (a*b + c) * f")),
        )
    if state.training is not None and state.is_training:
        return _training_lines(state.training)
    if state.nudge is not None:
        return _nudge_lines(state, state.nudge)
    step = state.step
    if step is None:
        return _at_the_start(state)
    if state.over is not None:
        from micrograd_gui.session.explain.over_block import over_lines, what_was_run  # most states have none
        from micrograd_gui.session.over_blocks import stretch_at

        stretch = stretch_at(state)
        if stretch is not None:
            return (_head(state, *what_was_run(stretch)), *over_lines(state, stretch, within))
    if not state.graph.blocks or step.node is None:
        return _of_step(state, step)
    from micrograd_gui.session.explain.over_block import where_hidden  # most graphs have no blocks

    return (*_of_step(state, step), *where_hidden(state, step, within))


def _of_step(state: State, step: Step) -> tuple[Line, ...]:
    match step.kind:
        case "forward":
            return _forward(state, step)
        case "seed":
            return _seed(state, step)
        case "backward":
            return _backward(state, step)
        case "rows":
            return _rows(state, step)
        case "zero":
            return (
                _head(state, Fragment("plain", tr("zero grad"))),
                sentence(tr("Every grad is 0 now, so the next backward pass adds to nothing.")),
            )
        case "update":
            return _update(state, step)
        case "problem":
            return _problem(state, step)


def _at_the_start(state: State) -> tuple[Line, ...]:
    target = state.graph.target
    if state.trace is not None and len(state.trace):
        return (
            heading(
                tr("START"),
                Fragment("plain", "   " + tr("before the first of {n} steps", n=len(state.trace))),
            ),
            sentence(tr("Only the leaves hold numbers yet: each step from here on computes one more.")),
        )
    if state.forward_done and target is not None:
        node = state.graph.nodes[target]
        return (
            heading(tr("START")),
            sentence(
                tr("{name} is a value, so there is nothing to compute: drop an op on it.", name=name_of(node))
            ),
        )
    return (
        heading(tr("START")),
        sentence(tr("Forward (F5) computes every node at once; Forward step (F6) shows them one by one.")),
    )


def _forward(state: State, step: Step) -> tuple[Line, ...]:
    assert step.node is not None
    node = state.graph.nodes[step.node]
    lines = [
        _head(state, *phrase("forward: {name}", name=Fragment("symbol", name_of(node), strong=True))),
        forward_line(state.graph, node, state.frame),
    ]
    if state.forward_done and state.following is None and state.graph.target is not None:
        end, names = state.graph.nodes[state.graph.target], naming_of(state.graph, state.notation)
        target = name_of(end)
        seed = names.grad(end) if names.leibniz else f"{target}.grad"
        update = _update_before(state)
        lines += () if update is None else _too_large(state, update)
        said = N_("Forward is done. Backward step (F10) starts at {target}: {grad} = 1.")
        lines.append(sentence(tr(said, target=target, grad=seed)))
    return tuple(lines)


def _seed(state: State, step: Step) -> tuple[Line, ...]:
    assert step.node is not None
    node = state.graph.nodes[step.node]
    name, names = operand_name(node), naming_of(state.graph, state.notation)
    said = tr("{grad} = 1: moving {name} by h moves {name} by h.", grad=names.grad(node), name=name)
    if not names.leibniz:
        said = tr(
            "{grad} = 1 because d{name}/d{name} = 1: moving {name} by h moves {name} by h.",
            grad=names.grad(node),
            name=name,
        )
    head = phrase("backward from {name}", name=Fragment("symbol", name_of(node), strong=True))
    lines = [_head(state, *head), seed_line(node, names), sentence(said)]
    if step.backward_pass > 1:
        lines.append(_why_numbers_grow(step))
    return tuple(lines)


def _backward(state: State, step: Step) -> tuple[Line, ...]:
    assert step.node is not None
    node = state.graph.nodes[step.node]
    through = phrase("backward through {definition}", definition=_strong(definition(state.graph, node)))
    lines = [_head(state, *through), *_contributions(state, step)]
    if step.backward_pass > 1:
        lines.append(_why_numbers_grow(step))
    return tuple(lines)


def _rows(state: State, step: Step) -> tuple[Line, ...]:
    graph, rows, row = state.graph, rows_in_words(state.graph), row_in_words(state.graph)
    head = _head(state, Fragment("plain", tr("backward over the rows, for the parameters")))
    shown = _few(step.gathered)
    names = naming_of(graph, state.notation)
    lines = [head, *(gathered_line(graph.nodes[each.node], each, rows, row, names) for each in shown)]
    more = len(step.gathered) - len(shown)
    told = {"loss": loss_in_words(graph, step.over), "number": written(step.loss), "row": row}
    count, of = looked_at(graph), 0 if graph.data is None else len(graph.data)
    said = tr(
        "Every row has been run forward and backward: {loss} is {number}. All other numbers are of {row}.",
        **told,
    )
    if count < of:
        said = trn(
            "{n:,} of {rows:,} rows has been run forward and backward: {loss} is {number}. All other "
            "numbers are of {row}.",
            "{n:,} of {rows:,} rows have been run forward and backward: {loss} is {number}. All other "
            "numbers are of {row}.",
            count,
            rows=of,
            **told,
        )
    lines.append(sentence(_and_more(more, said)))
    if step.backward_pass > 1:
        lines.append(_why_numbers_grow(step))
    return tuple(lines)


def _and_more(more: int, said: str) -> str:
    """The sentence, after so many lines that are not shown."""
    return " ".join(filter(None, (tr("… and {n:,} more.", n=more) if more else "", said)))


def _few(items: Sequence[T]) -> Sequence[T]:
    """As many parameters as there are lines for, with one for those that are left."""
    return items if len(items) <= _MOST_CHANGES else items[: _MOST_CHANGES - 1]


def _problem(state: State, step: Step) -> tuple[Line, ...]:
    title = Fragment("problem", tr("stopped"), strong=True)
    if step.node is None:
        return (_head(state, title), sentence(again(step.note), "problem"))
    node = state.graph.nodes[step.node]
    at = Fragment("symbol", name_of(node), strong=True)
    names = naming_of(state.graph, state.notation)
    note = names.rewritten(again(step.note), (state.graph.nodes[each.operand] for each in step.contributions))
    head = phrase("{stopped} at {name}", stopped=title, name=at)
    lines = [_head(state, *head), sentence(note, "problem")]
    return (*lines, *_contributions(state, step))


_SLOPES = {  # what is summed up, for an optimiser with columns of its own or none, by slopes or grads
    (True, True): N_("slope × step"),
    (True, False): N_("grad × step"),
    (False, True): N_("slope × grad"),
    (False, False): "grad²",
}


def _update(state: State, step: Step) -> tuple[Line, ...]:
    rule = OPTIMISERS[step.rule]
    words = tr("update: parameters move against their grad, rate {rate}", rate=short(step.rate))
    if rule.columns:
        words = tr(
            "update: parameters move against their grad by {optimiser}, rate {rate}",
            optimiser=rule.title,
            rate=short(step.rate),
        )
    head = _head(state, Fragment("plain", words))
    if not step.changes:
        return (head, sentence(tr("No parameter has a grad: mark leaves as parameters, then run backward.")))
    shown = _few(step.changes)
    nodes, names = state.graph.nodes, naming_of(state.graph, state.notation)
    lines = [head, *(update_line(nodes[each.node], step.rate, each, step.rule, names) for each in shown)]
    more = len(step.changes) - len(shown)
    said = []
    if step.actual is not None and state.graph.target is not None:
        loss = loss_in_words(state.graph, step.over)
        told = N_(
            "To first order {loss} changes by −rate × Σ {slopes} = {expected}; it will change by {change}."
        )
        slopes = _SLOPES[bool(rule.columns), bool(step.by_slopes)]
        expected, change = written(step.predicted), written(step.actual)
        said.append(tr(told, loss=loss, slopes=tr(slopes), expected=expected, change=change))
        if step.by_slopes:
            said.append(tr("The grads are not the slopes here: zero them, then run backward."))
    if step.stale:
        said.append(tr("What is struck out is from before: run it again."))
    lines += _too_large(state, step)  # before the rest: on little room one would have to scroll to it
    whole = _and_more(more, " ".join(said))
    return (*lines, *([sentence(whole)] if whole else []))


def _too_large(state: State, update: Step) -> tuple[Line, ...]:
    """That the rate of the update is too large, where the loss rises by it, and which one would lower it."""
    if update.actual is None or update.actual <= 0 or not update.changes:
        return ()
    nowhere = math.isnan(update.actual)
    best = lowering_rate(state.moment, update.changes, update.rate, update.over)
    if best is None:  # stale gradients do that, too
        said = tr("The loss rises, and no smaller rate lowers it along this line.")
        if nowhere:
            said = tr("The loss has no number there, and no smaller rate lowers it along this line.")
        return (sentence(said, "problem"),)
    told = N_(
        "The rate is too large here: the loss rises. Of smaller rates, the largest that lowers it along this "
        "line is about {rate}."
    )
    if nowhere:
        told = N_(
            "The rate is too large here: the loss has no number there. Of smaller rates, the largest that "
            "lowers it along this line is about {rate}."
        )
    return (sentence(tr(told, rate=short(best)), "problem"),)


def _update_before(state: State) -> Step | None:
    """The update right before the forward pass that ends here; None where there is none."""
    trace = state.trace
    if trace is None or state.cursor not in trace.ends:
        return None
    at = trace.ends.index(state.cursor)
    begin = trace.ends[at - 1] if at else 0
    before = trace.steps[begin - 1] if begin else None
    return before if before is not None and before.kind == "update" else None


def _training_lines(training: TrainingState) -> tuple[Line, ...]:
    """What a run has come to so far; none of its steps is the acting one."""
    loss = (Fragment("symbol", tr("loss")), EQUALS, Fragment("data", written(training.loss), strong=True))
    accuracy = _accuracy(training.accuracy)
    held: tuple[Line, ...] = ()
    if training.held_loss is not None:
        right = _accuracy(training.held_accuracy)
        said = tr(
            "Over the rows held out: loss {loss}{accuracy}.", loss=written(training.held_loss), accuracy=right
        )
        held = (sentence(said),)
    return (
        heading(
            tr("TRAINING"),
            Fragment("plain", "   " + tr("step {step} of {steps}", step=training.k, steps=training.until)),
        ),
        Line(
            "big",
            (*loss, Fragment("plain", f"   ·   {tr('rate {rate}', rate=short(training.rate))}{accuracy}")),
        ),
        *held,
        sentence(tr("Every number is that of this moment. Stop at any time, and step through its passes.")),
    )


def _accuracy(share: float | None) -> str:
    return "" if share is None else "   ·   " + tr("accuracy {share:.0%}", share=share)


def _contributions(state: State, step: Step) -> list[Line]:
    assert step.node is not None
    node, names = state.graph.nodes[step.node], naming_of(state.graph, state.notation)
    return [
        line
        for contribution in step.contributions
        for line in backward_lines(state.graph, node, state.frame, contribution, names)
    ]


def _why_numbers_grow(step: Step) -> Line:
    said = N_(
        "Pass {number} without Zero grad: micrograd adds to the grads that are there, so they grow. "
        "Call zero_grad first."
    )
    return sentence(tr(said, number=step.backward_pass))


# The nudge ---------------------------------------------------------------------------------------


def _nudge_lines(state: State, nudge: Nudge) -> tuple[Line, ...]:
    node, target = state.graph.nodes[nudge.node], state.graph.nodes[nudge.target]
    x, y = operand_name(node), operand_name(target)
    base = nudge.before[nudge.target]
    high = nudge.after[nudge.target]
    central = nudge.sides == "central"
    low = nudge.lower[nudge.target] if central else base
    width = 2 * nudge.h if central else nudge.h
    digits = digits_that_show(high, low, width, nudge.numeric)
    was, became = told_apart((base, high), digits, _fixed)
    upper, lower = told_apart((high, low), digits, _fixed)
    start, end = nudge.before[nudge.node], nudge.after[nudge.node]
    places = digits_that_show(end, start, 1.0, end - start)
    here, there = told_apart((start, end), places, _fixed)
    head = _nudge_head((node, target), nudge.h, f"{here} → {there}", f"{was} → {became}")
    slope = Line(
        "big",
        (
            Fragment("plain", f"({y}({x} + h) {MINUS} {y}({x}{f' {MINUS} h' if central else ''}))"),
            Fragment("operator", " / "),
            Fragment("plain", "2h" if central else "h"),
            EQUALS,
            Fragment("plain", "("),
            Fragment("data", upper),
            Fragment("operator", f" {MINUS} "),
            Fragment("data", lower),
            Fragment("plain", ")"),
            Fragment("operator", " / "),
            Fragment("data", _width(width)),
            EQUALS,
            Fragment("grad", written(nudge.numeric), strong=True),
        ),
    )
    # In the midst of a pass, or after two of them, the grad on the node is another number than the slope.
    on_screen = math.isclose(state.frame.grad.get(nudge.node, math.nan), nudge.analytic, rel_tol=1e-9)
    names = naming_of(state.graph, state.notation)
    grad = names.grad(node) if on_screen or names.leibniz else f"d{y}/d{x}"
    beside = Line(
        "big",
        (
            *phrase(
                "analytic slope {slope},  difference {difference}",
                slope=(
                    Fragment("symbol", grad),
                    EQUALS,
                    Fragment("grad", written(nudge.analytic), strong=True),
                ),
                difference=Fragment("plain", written(nudge.difference), strong=True),
            ),
        ),
    )
    change, expected = short(nudge.change), short(nudge.predicted)
    said = tr(
        "To first order {name} changes by {product} = {expected}; it changed by {change}.",
        name=y,
        product=f"{grad} × h = {written(nudge.analytic)} × {short(nudge.h)}",
        expected=expected,
        change=change,
    )
    return (head, slope, beside, sentence(said))


def _nudge_head(nodes: tuple[Node, Node], h: float, change: str, answer: str) -> Line:
    """Which node is moved by how much, and what the target, the other one, does."""
    words = phrase(
        "{name} by h = {h}:   {change},   {target}:   {answer}",
        name=Fragment("symbol", name_of(nodes[0]), strong=True),
        h=Fragment("plain", short(h)),
        change=Fragment("plain", change),
        target=Fragment("symbol", name_of(nodes[1]), strong=True),
        answer=Fragment("plain", answer),
    )
    return heading(tr("NUDGE"), Fragment("plain", "   "), *words)


def digits_that_show(high: float, low: float, width: float, slope: float) -> int:
    """How many decimals let a reader work out ``(high − low) / width`` and arrive at the slope shown."""
    if not all(map(math.isfinite, (high, low, width, slope))):
        return 4
    allowed = min(5e-5, 0.005 * abs(slope)) if slope else 5e-5
    for digits in range(4, MOST_DIGITS):
        shown = round(high, digits), round(low, digits)
        if shown == (high, low) or abs((shown[0] - shown[1]) / width - slope) <= allowed:
            return digits
    return MOST_DIGITS


def _fixed(number: float, digits: int) -> str:
    """With so many decimals, even where the window would otherwise write an exponent."""
    if not math.isfinite(number) or abs(number) >= 1e12:
        return written(number)
    return f"{number:.{digits}f}".replace("-", MINUS)


def _width(width: float) -> str:
    """``0.0010``; where that would not be the number itself, as few digits as tell it."""
    return written(width) if float(f"{width:.4f}") == width else short(width)


# The head line -----------------------------------------------------------------------------------


def _head(state: State, *what: Fragment) -> Line:
    """``STEP 4 of 4   backward through e = a × b   ·   moment 11 of 11``: in the pass, then overall."""
    trace = state.trace
    assert trace is not None
    at = bisect_left(trace.ends, state.cursor)  # the pass that the last step belongs to
    begin = trace.ends[at - 1] if at else 0
    number, total = state.cursor - begin, trace.ends[at] - begin
    overall = tr("moment {moment} of {moments}", moment=state.cursor, moments=len(trace))
    moment = Fragment("operator", f"   ·   {overall}")
    title = tr("STEP {number} of {total}", number=number, total=total)
    return heading(title, Fragment("plain", "   "), *what, moment)


def _strong(fragments: list[Fragment]) -> list[Fragment]:
    return [Fragment("symbol", fragment.text, strong=True) for fragment in fragments]
