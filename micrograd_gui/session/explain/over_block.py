"""A block stepped over, in words: what went into it and what came out; and in which box a node is."""

from __future__ import annotations

from collections.abc import Iterable

from micrograd.language import N_, tr, trc
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import written
from micrograd_gui.session.explain.formulas import (
    ADDS,
    EQUALS,
    Fragment,
    Line,
    fit_name,
    name_of,
    naming_of,
    phrase,
    sentence,
)
from micrograd_gui.session.over_blocks import Stretch, hiding
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Field, Step
from micrograd_gui.session.turns import engine_order

_MOST = 4  # numbers of a line, and lines of what came out


def what_was_run(stretch: Stretch) -> tuple[Fragment, ...]:
    """``forward over neuron 1_1, 7 steps as one``, for the head."""
    title = Fragment("symbol", fit_name(stretch.block.title) or tr("the block"), strong=True)
    steps = Fragment("plain", f"{len(stretch.steps):,}")
    if stretch.steps[0].kind == "forward":
        return tuple(phrase("forward over {block}, {steps} steps as one", block=title, steps=steps))
    return tuple(phrase("backward over {block}, {steps} steps as one", block=title, steps=steps))


def over_lines(state: State, stretch: Stretch, looked_into: BlockId | None = None) -> tuple[Line, ...]:
    """What went in and what came out, in which boxes that is, and how to see the steps between."""
    forward = stretch.steps[0].kind == "forward"
    lines = _forward(state, stretch) if forward else _backward(state, stretch, looked_into)
    within, key = _parameters(state, stretch), "F6" if forward else "F10"
    back = tr("{key} takes single steps, and Previous goes back into these.", key=key)
    return (*lines, sentence(" ".join(filter(None, (within, _own_order(state, stretch), back)))))


def where_hidden(state: State, step: Step, within: BlockId | None) -> tuple[Line, ...]:
    """Where the acting node is, while it is not seen: in a block's box, or outside of what is looked into.

    Where it is seen, the same of its operands, whose names stand in the equations.
    """
    assert step.node is not None
    acting = state.graph.nodes[step.node]
    name = name_of(acting)
    if within is not None and step.node not in state.graph.within(within):
        block = next(each for each in state.graph.blocks if each.id == within)
        inner = fit_name(block.title) or tr("the block")
        return (sentence(tr("{name} is outside {block}, which alone is shown.", name=name, block=inner)),)
    hidden_by = hiding(state, within)
    if hidden_by is None:
        told_of = acting.inputs if step.kind in ("forward", "backward", "problem") else ()
        operands = [each for each in dict.fromkeys(told_of) if each is not None]
        boxes = [(each, hiding(state, within, each)) for each in operands]
        told = [
            tr(
                "{name} is inside {block}.",
                name=name_of(state.graph.nodes[each]),
                block=fit_name(box.title) or tr("a block"),
            )
            for each, box in boxes
            if box is not None
        ]
        return (sentence(" ".join(told)),) if told else ()
    title = fit_name(hidden_by.title) or tr("a block")
    said = tr(
        "{name} is inside {block}. Step over (F8) runs a whole block as one step.", name=name, block=title
    )
    return (sentence(said),)


def _forward(state: State, stretch: Stretch) -> tuple[Line, ...]:
    graph, inner = state.graph, state.graph.within(stretch.block.id)
    acted = [step.node for step in stretch.steps if step.node is not None]
    sources = (source for node in acted for source in graph.nodes[node].inputs if source is not None)
    ins = dict.fromkeys(source for source in sources if source not in inner)
    outs = [node for node in acted if _leaves(graph, node, inner)] or acted[-1:]
    return _numbers(state, _into(), ins, "data"), _numbers(state, _out_of(), outs, "data")


def _backward(state: State, stretch: Stretch, looked_into: BlockId | None) -> tuple[Line, ...]:
    graph, inner = state.graph, state.graph.within(stretch.block.id)
    acted = [step.node for step in stretch.steps if step.node is not None]
    ins = [node for node in acted if _leaves(graph, node, inner)] or acted[:1]
    amounts: dict[NodeId, float] = {}
    after: dict[NodeId, float] = {}
    for step in stretch.steps:
        for each in step.contributions:
            if each.operand not in inner:
                amounts[each.operand] = amounts.get(each.operand, 0.0) + each.amount
                after[each.operand] = each.after
    shown = list(amounts)[: _MOST if len(amounts) <= _MOST else _MOST - 1]
    lines, names = [_numbers(state, _into(), ins, "grad")], naming_of(graph, state.notation)
    for node in shown:
        grad, box = names.grad(graph.nodes[node]), hiding(state, looked_into, node)
        now = (Fragment("plain", f",  {tr('now')} "), Fragment("grad", written(after[node]), strong=True))
        parts = (
            Fragment("plain", f"{_out_of()}:  "),
            Fragment("symbol", grad),
            ADDS,
            Fragment("grad", written(amounts[node]), strong=after[node] == amounts[node]),
            *(now if after[node] != amounts[node] else ()),
            *((Fragment("plain", f"   ({title})"),) if box and (title := fit_name(box.title)) else ()),
        )
        lines.append(Line("big", parts))
    if len(amounts) > len(shown):
        lines.append(sentence(tr("… and {n:,} more nodes outside.", n=len(amounts) - len(shown))))
    return tuple(lines)


def _into() -> str:
    return trc("of a block", "in")


def _out_of() -> str:
    return trc("of a block", "out")  # `out` alone is code, of which diagnoses speak


def _own_order(state: State, stretch: Stretch) -> str:
    """That the engine would let others act in between, where it would."""
    order = engine_order(state.graph, "forward" if stretch.steps[0].kind == "forward" else "backward")
    at = {node: number for number, node in enumerate(order)}  # of the target where it acts, not of its seed
    own = [at[step.node] for step in stretch.steps if step.node in at]
    if max(own) - min(own) < len(own):
        return ""
    return tr(
        "The engine lets others act in between; they come before or after here, and every sum is the same."
    )


def _parameters(state: State, stretch: Stretch) -> str:
    """How many parameters within were given something, and the largest grad among them."""
    graph, grads = state.graph, state.frame.grad
    within = graph.within(stretch.block.id)
    given = {each.operand for step in stretch.steps for each in step.contributions}
    reached = [n for n in graph.parameters if n in given and n in within and n in grads]
    if not reached:
        return ""
    most = max(reached, key=lambda number: abs(grads[number]))
    naming = naming_of(graph, state.notation)
    name = naming.grad(graph.nodes[most]) if naming.leibniz else f"{name_of(graph.nodes[most])}.grad"
    largest = f"{name} = {written(grads[most])}"
    if len(reached) == 1:
        return tr("Of the parameters inside, one has been added to: {largest}.", largest=largest)
    told = N_("{n:,} parameters inside have been added to, the largest is {largest}.")
    return tr(told, n=len(reached), largest=largest)


def _leaves(graph: Graph, node: NodeId, inner: frozenset[NodeId]) -> bool:
    return node == graph.target or any(user not in inner for user, _ in graph.users[node])


def _numbers(state: State, word: str, nodes: Iterable[NodeId], field: Field) -> Line:
    """``in:  x1.data = 2.0000   x2.data = 3.0000``: the first few."""
    every = list(nodes)
    numbers = state.frame.data if field == "data" else state.frame.grad
    parts, names = [Fragment("plain", f"{word}:  ")], naming_of(state.graph, state.notation)
    for at, node in enumerate(every[:_MOST]):
        parts.append(Fragment("plain", ",  " if at else ""))
        parts += (Fragment("symbol", names.field(state.graph.nodes[node], field).text), EQUALS)
        parts.append(Fragment(field, written(numbers.get(node)), strong=True))
    if not every:
        parts.append(Fragment("plain", tr("only what is inside")))
    if len(every) > _MOST:
        parts.append(Fragment("plain", " " + tr("… and {n:,} more", n=len(every) - _MOST)))
    return Line("big", tuple(part for part in parts if part.text))
