"""Turns: in which order the nodes act in the pass that is on, and what each still waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from micrograd_gui.document.block import Key
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.state import State


class PassOn(NamedTuple):
    """The pass that is on its way at a moment, or comes next, or has just ended, and who acts in it when.

    ``order`` are the nodes as they act, one for each step; the seed is the first of a backward pass.
    ``done`` of the steps have been made. ``begin`` is the moment before the first of them, and ``at`` which
    of the script's passes it is; both None where it is not recorded yet.
    """

    kind: Literal["forward", "backward"]
    order: tuple[NodeId, ...]
    done: int
    begin: int | None = None
    at: int | None = None

    @property
    def acted(self) -> frozenset[NodeId]:
        """The nodes that have acted; the seed alone is no acting."""
        return frozenset(self.order[1 : self.done] if self.kind == "backward" else self.order[: self.done])


class Turn(NamedTuple):
    """When a node acts, or what is in a box: the numbers of its steps in the pass, in order.

    ``done`` of them have been made. In a backward pass it ``waits`` for so many of the ``uses`` through
    which a gradient comes to it. ``next``: the step that comes next is one of its own.
    """

    steps: tuple[int, ...]
    done: int = 0
    waits: int = 0
    uses: int = 0
    next: bool = False


def pass_on(state: State) -> PassOn:
    """The pass of this moment: the one that is on its way, else the one that comes next.

    Where a backward pass has just ended, it is that one.
    """
    trace, cursor = state.trace, state.cursor
    kind: Literal["forward", "backward"] = "backward" if state.forward_done else "forward"
    begin = 0
    found = None
    for at, (each, end) in enumerate(zip(trace.script, trace.ends, strict=False) if trace else ()):
        if each.kind == kind and begin <= cursor <= end:
            found = at, begin, end
            if begin < cursor:
                break
        begin = end
    if found is None or trace is None:
        return PassOn(kind, engine_order(state.graph, kind), 0)
    at, begin, end = found
    acting = (step.node for step in trace.steps[begin:end] if step.kind != "rows")
    order = tuple(node for node in acting if node is not None)
    return PassOn(kind, order, min(cursor - begin, len(order)), begin, at)


def engine_order(graph: Graph, kind: Literal["forward", "backward"]) -> tuple[NodeId, ...]:
    """The order in which the engine goes where nobody chooses another; backward it begins with the seed."""
    ops = [number for number in graph.order if graph.nodes[number].op is not None]
    if kind == "forward":
        return tuple(ops)
    seed = () if graph.target is None else (graph.target,)
    return (*seed, *(number for number in reversed(ops) if number in graph.feeding))


def turns(state: State, boxes: Mapping[NodeId, Key]) -> dict[Key, Turn]:
    """The turn of every node that acts or waits; of what is in one of the ``boxes`` the box has it."""
    graph, on = state.graph, pass_on(state)
    steps: dict[Key, list[int]] = {}
    for number, node in enumerate(on.order, 1):
        steps.setdefault(boxes.get(node, node), []).append(number)
    waiting: dict[Key, tuple[int, int]] = {}
    if on.kind == "backward" and 0 < on.done < len(on.order):
        acted = on.acted
        for node in graph.feeding:
            key = boxes.get(node, node)
            users = [
                user
                for user, _ in graph.users[node]
                if user in graph.feeding and boxes.get(user, user) != key
            ]
            if len(users) > 1 or key in steps:  # that a leaf waits for its only use says nothing
                waits, uses = waiting.get(key, (0, 0))
                waiting[key] = waits + sum(user not in acted for user in users), uses + len(users)
    found = {}
    for key in steps.keys() | {key for key, (waits, _) in waiting.items() if waits}:
        own = tuple(steps.get(key, ()))
        done = sum(number <= on.done for number in own)
        waits, uses = waiting.get(key, (0, 0))
        found[key] = Turn(own, done, waits, uses, on.done + 1 in own)
    return found
