"""Forward mode: every node's derivative by one leaf, found together with its number (dual numbers)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from micrograd.language import N_, tr
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import written
from micrograd_gui.session.asking.on_wires import NumbersBefore, local_slope
from micrograd_gui.session.explain.formulas import (
    EQUALS,
    PLUS,
    TIMES,
    Fragment,
    Line,
    Naming,
    naming_of,
    operand_name,
    phrase,
    sentence,
)
from micrograd_gui.session.state import State, true_slope

_MOST = 3  # terms that are written out


class ByLeaf(NamedTuple):
    """The derivative of a node by the leaf; one that is ``stale`` is from before an update."""

    value: float
    stale: bool = False


def derivatives(graph: Graph, data: Mapping[NodeId, float], leaf: NodeId) -> dict[NodeId, float]:
    """d node / d leaf at those numbers, for every node that has one: one pass, from the leaves on.

    Of a node that the leaf does not reach it is 0, whatever its slopes are.
    """
    found: dict[NodeId, float] = {}
    reached = {leaf}
    for number in graph.order:
        node = graph.nodes[number]
        if number not in data:
            continue
        if number == leaf or not reached.intersection(node.inputs):
            found[number] = float(number == leaf)
            continue
        reached.add(number)
        terms = []
        for port, source in enumerate(node.inputs):
            slope = local_slope(graph, data, (number, port))
            if source in reached and source in found and slope is not None:
                terms.append(slope * found[source])
        found[number] = sum(terms)
    return found


@lru_cache(maxsize=2)  # of the State before and after a change
def by_leaf(state: State) -> Mapping[NodeId, ByLeaf]:
    """What every node shows in forward mode at that moment; nothing while somebody predicts."""
    graph, leaf, frame = state.graph, state.forward_leaf, state.frame
    if leaf is None or leaf not in graph.nodes or state.quiz is not None:
        return {}
    now = derivatives(graph, frame.data, leaf)
    if not frame.stale:
        return {number: ByLeaf(value) for number, value in now.items()}
    before, found, stale = NumbersBefore(state.trace, state.cursor), dict[NodeId, ByLeaf](), set[NodeId]()
    for number, value in now.items():
        if (number, "data") in frame.stale or stale.intersection(graph.nodes[number].inputs):
            stale.add(number)
            old = derivatives(graph, before.data_of(number), leaf)
            if number in old:
                found[number] = ByLeaf(old[number], True)
        else:
            found[number] = ByLeaf(value)
    return found


# In words ----------------------------------------------------------------------------------------


def name_in(graph: Graph, number: NodeId, leaf: NodeId) -> str:
    """``∂e/∂a``, in either notation: code has no name for it."""
    return f"∂{operand_name(graph.nodes[number])}/∂{operand_name(graph.nodes[leaf])}"


def lines_of(state: State) -> tuple[Line, ...]:
    """What the step card says of forward mode at that moment."""
    graph, leaf, step = state.graph, state.forward_leaf, state.step
    if leaf is None or leaf not in graph.nodes or state.quiz is not None or state.is_training:
        return ()
    if step is None:
        name = operand_name(graph.nodes[leaf])
        said = tr(
            "Forward mode by {name}: ∂{name}/∂{name} = 1, and 0 for every other leaf. Each forward step (F6) "
            "finds the next derivative beside its number.",
            name=name,
        )
        return (sentence(said),)
    if step.kind == "forward" and step.node is not None:
        lines: tuple[Line, ...] = (_chain_rule(state, step.node, leaf),)
        return (*lines, sentence(_passes(graph, leaf))) if state.forward_done else lines
    if step.kind in ("backward", "rows"):
        return _beside_grad(state, leaf)
    return ()


def _chain_rule(state: State, number: NodeId, leaf: NodeId) -> Line:
    """``∂e/∂a = ∂e/∂a·…``: of each operand the slope times its own derivative, and their sum."""
    graph, found = state.graph, by_leaf(state)
    node, head = graph.nodes[number], Fragment("symbol", name_in(graph, number, leaf))
    held = found.get(number)
    result = Fragment("data", written(None if held is None else held.value), strong=True)
    reached = [
        (port, source)
        for port, source in enumerate(node.inputs)
        if source is not None and (source == leaf or leaf in graph.ancestors(source))
    ]
    if not reached:
        why = tr(
            "({name} does not depend on {leaf})",
            name=operand_name(node),
            leaf=operand_name(graph.nodes[leaf]),
        )
        return Line("big", (head, EQUALS, result, Fragment("plain", f"   {why}")))
    if len(reached) > _MOST:
        return Line("big", (head, EQUALS, Fragment("plain", tr("{n} terms", n=len(reached))), EQUALS, result))
    names: list[Fragment] = []
    numbers: list[Fragment] = []
    for port, source in reached:
        slope = local_slope(graph, state.frame.data, (number, port))
        inner = found.get(source)
        out = f"∂{operand_name(node)}/∂{operand_name(graph.nodes[source])}"
        names += [*([PLUS] if names else []), Fragment("plain", out), TIMES]
        names.append(Fragment("symbol", name_in(graph, source, leaf)))
        numbers += [*([PLUS] if numbers else []), Fragment("data", written(slope)), TIMES]
        numbers.append(Fragment("data", _in_sum(None if inner is None else inner.value)))
    return Line("big", (head, EQUALS, *names, EQUALS, *numbers, EQUALS, result))


def _in_sum(number: float | None) -> str:
    text = written(number)
    return f"({text})" if number is not None and math.copysign(1.0, number) < 0 else text


def _passes(graph: Graph, leaf: NodeId) -> str:
    """Why one backward pass stands for as many forward ones as there are leaves."""
    leaves = sum(graph.nodes[number].is_leaf for number in graph.feeding)
    ops = sum(not graph.nodes[number].is_leaf for number in graph.feeding)
    target = "" if graph.target is None else operand_name(graph.nodes[graph.target])
    name = operand_name(graph.nodes[leaf])
    if leaves < 2:
        return tr(
            "Forward mode: this pass has found ∂{target}/∂{name}; with one leaf that is all there is.",
            target=target,
            name=name,
        )
    return tr(
        "Forward: one pass per leaf. This one has found ∂{target}/∂{name} alone; {leaves} leaves take "
        "{leaves} passes, {all_steps:,} steps. Backward: one pass of {steps:,} steps gives all {leaves}.",
        target=target,
        name=name,
        leaves=leaves,
        all_steps=leaves * ops,
        steps=ops,
    )


def _beside_grad(state: State, leaf: NodeId) -> tuple[Line, ...]:
    """The leaf's gradient of the backward pass beside what forward mode has found for the target."""
    graph, target = state.graph, state.graph.target
    forward = None if target is None else by_leaf(state).get(target)
    backward = true_slope(state, leaf)
    if target is None or forward is None or forward.stale or backward is None:
        return ()
    names: Naming = naming_of(graph, state.notation)
    close = math.isclose(forward.value, backward, rel_tol=1e-9, abs_tol=1e-300)
    same = close or (math.isnan(forward.value) and math.isnan(backward))
    said = N_("forward mode {forward},  backward {backward}:  not the same number")
    if same:
        said = N_("forward mode {forward},  backward {backward}:  the same")
    found = Fragment("data", written(forward.value), strong=True)
    handed_back = Fragment("grad", written(backward), strong=True)
    parts = phrase(
        said,
        forward=(Fragment("symbol", name_in(graph, target, leaf)), EQUALS, found),
        backward=(Fragment("symbol", names.grad(graph.nodes[leaf])), EQUALS, handed_back),
    )
    return (Line("big", tuple(parts)),)
