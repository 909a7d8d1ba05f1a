"""Workspace: what the pasted cells of a document have defined, and which of it is on the canvas."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from micrograd.engine import Value, apply
from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import Chance, Scope
from micrograd_gui.document.python.operations import plain
from micrograd_gui.document.python.pasted import PastedCell
from micrograd_gui.document.python.traced import Traced, named, traced


class Workspace:
    """What names stand for after the cells so far; nothing of it ever changes: the next cell has a copy.

    Attributes:
        scope: the names.
        chance: the generators of random numbers, as they stand.
        leaves: the Value that stands for a number of a list, by its identity, and that number.
        objects: the Value, or the number, behind a node of the graph.
        numbers: what the leaves among them held when the cell was pasted.
        cells: the cells, the last one last.
        weight: how much room was given to what the cells have made.
    """

    def __init__(
        self,
        scope: Scope,
        chance: Chance,
        objects: Mapping[NodeId, Any],
        numbers: Mapping[NodeId, float],
        cells: tuple[PastedCell, ...],
    ) -> None:
        self.scope, self.chance, self.objects = scope, chance, objects
        self.leaves: dict[int, Any] = {}
        self.weight = 0
        self.numbers, self.cells = numbers, cells

    def copied(self) -> Workspace:
        """The same, to be changed; raises Wrong where lists are nested too deeply."""
        try:
            whole = (self.scope, self.chance, dict(self.objects), self.leaves)
            scope, chance, objects, leaves = copy.deepcopy(whole)
        except RecursionError:
            raise Wrong(tr("what earlier cells have made is nested too deeply")) from None
        made = Workspace(scope, chance, objects, dict(self.numbers), self.cells)
        made.leaves = leaves
        return made


def empty() -> Workspace:
    """That of a document in which no cell was pasted."""
    return Workspace(Scope(), Chance(), {}, {}, ())


def meet(workspace: Workspace, graph: Graph) -> None:
    """The workspace, which is a copy, knows all nodes of the graph, with the numbers that they have there."""
    objects = {node: thing for node, thing in workspace.objects.items() if node in graph.nodes}
    changed = False
    for number in graph.order:
        node = graph.nodes[number]
        thing = objects.get(number)
        if node.op is None:
            held = workspace.numbers.get(number)
            if thing is None:
                objects[number] = Value(node.data, label=node.label)
            elif held is not None and held != node.data:
                objects[number] = _renumbered(workspace, thing, node.data)
                changed = True
        elif thing is None or not _same_wires(thing, node.inputs, objects):
            operands = [_as_value(objects.get(each)) for each in node.inputs if each is not None]
            if any(each is None for each in operands) or len(operands) < len(node.inputs):
                objects.pop(number, None)
                continue
            objects[number] = apply(op_of(node.op), *operands)  # type: ignore[arg-type]  # none is None
            if node.label:
                objects[number].label = node.label
        elif changed and isinstance(thing, Value) and thing.op is not None:
            thing.data = float(thing.op.forward(*[each.data for each in thing._prev]))
    workspace.objects = objects
    workspace.numbers = {node: graph.nodes[node].data for node in objects if graph.nodes[node].op is None}
    for node in graph:
        if node.title and node.title.isidentifier() and node.id in objects:
            workspace.scope.names.setdefault(node.title, objects[node.id])


def link(objects: dict[NodeId, Any], graph: Graph, node: NodeId, thing: Any) -> None:
    """The node is that thing, and its operands are those of the thing, as far as both are wired alike."""
    waiting = [(node, thing)]
    seen: set[NodeId] = set()
    while waiting:
        node, thing = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        shape = graph.nodes[node]
        op = (thing.op.name if thing.op is not None else None) if isinstance(thing, Value) else thing.op
        operands = thing._prev if isinstance(thing, Value) else thing.operands
        if shape.op != op or len(operands) != len(shape.inputs):
            continue
        objects[node] = thing
        waiting += [
            (source, one)
            for source, one in zip(shape.inputs, operands, strict=True)
            if source is not None and isinstance(one, (Value, Traced))
        ]


def _same_wires(thing: Any, inputs: tuple[NodeId | None, ...], objects: dict[NodeId, Any]) -> bool:
    """Whether it was made of the things that are on the node's ports."""
    operands = thing._prev if isinstance(thing, Value) else thing.operands
    return len(operands) == len(inputs) and all(
        each is not None and (objects.get(each) is one or not isinstance(one, (Value, Traced)))
        for each, one in zip(inputs, operands, strict=True)
    )


def _renumbered(workspace: Workspace, thing: Any, data: float) -> Any:
    """The leaf holds that number now; a plain number is another one then, for all names that it has."""
    if isinstance(thing, Value):
        thing.data = data
        return thing
    new = traced(data, label=thing.label)
    for name, each in workspace.scope.names.items():
        if each is thing:
            workspace.scope.names[name] = named(new, name)
    return new


def _as_value(thing: Any) -> Value | None:
    return Value(plain(thing), label=thing.label) if isinstance(thing, Traced) else thing
