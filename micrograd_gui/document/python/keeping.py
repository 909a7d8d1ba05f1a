"""Keeping: what pasted cells have defined, as a file keeps it: their texts, to be walked through anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from micrograd.engine import Value
from micrograd.nn import Module
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.live.modules import kept_in
from micrograd_gui.document.notation.source import SourceText
from micrograd_gui.document.python.interpreter import Interpreter
from micrograd_gui.document.python.limits import Endless, Meter
from micrograd_gui.document.python.objects import Instance
from micrograd_gui.document.python.operations import holds_values, plain
from micrograd_gui.document.python.pasted import (
    CELLS_KEPT_AT_MOST,
    LETTERS_KEPT_AT_MOST,
    KeptCells,
    PastedCell,
    Unread,
)
from micrograd_gui.document.python.traced import Traced
from micrograd_gui.document.python.workspace import Workspace, empty, link, meet

_TOGETHER = 3_000_000  # expressions that all cells of a file together may work out
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\['([^'\\]*)'\]")
_walked: WeakKeyDictionary[KeptCells, Workspace] = WeakKeyDictionary()


def kept_cells(graph: Graph) -> KeptCells | None:
    """What a file keeps of the graph's cells; None where the graph tells all that they have defined."""
    unread: list[Unread] = []
    at = graph.workspace
    while isinstance(at, Unread):
        unread.append(at)
        at = at.before
    texts = [PastedCell(each.text) for each in reversed(unread)]
    if isinstance(at, KeptCells):
        more = {node: name for each in unread for name, node in each.names.items() if node in graph.nodes}
        whole = KeptCells((*at.cells, *texts), {**at.paths, **more}, at.numbers) if unread else at
        return _within(whole, graph)
    if not isinstance(at, Workspace) or not _tells_more(at, graph):
        return None
    things = {node: thing for node, thing in at.objects.items() if node in graph.nodes}
    where = kept_in(at.scope.names, {id(thing) for thing in things.values()})
    paths = {node: where[id(thing)].path for node, thing in things.items() if id(thing) in where}
    paths.update((node, name) for each in unread for name, node in each.names.items() if node in graph.nodes)
    numbers = {
        node: at.numbers[node]
        for node in paths
        if node in at.numbers and node in things and at.numbers[node] != float(_number(things[node]))
    }
    told = (PastedCell(each.text) for each in at.cells if not each.left_out)
    return _within(KeptCells((*told, *texts), paths, numbers), graph)


def _number(thing: Any) -> Any:
    return thing.data if isinstance(thing, Value) else plain(thing)


def _within(kept: KeptCells, graph: Graph) -> KeptCells | None:
    """The same, of the nodes that there are; None where it is more than a file keeps."""
    if (
        len(kept.cells) > CELLS_KEPT_AT_MOST
        or sum(len(each.text) for each in kept.cells) > LETTERS_KEPT_AT_MOST
    ):
        return None
    paths = {node: path for node, path in kept.paths.items() if node in graph.nodes}
    numbers = {node: number for node, number in kept.numbers.items() if node in paths}
    return KeptCells(kept.cells, paths, numbers)


def _tells_more(workspace: Workspace, graph: Graph) -> bool:
    """Whether cells have defined what no node of the graph is called by, given grads, or said a seed."""
    nodes = {id(thing): node for node, thing in workspace.objects.items()}
    for name, thing in workspace.scope.names.items():
        node = graph.nodes.get(nodes.get(id(thing), -1))
        if node is None or node.title != name or (isinstance(thing, Value) and thing.grad):
            return True
    return workspace.chance.seeded


def walked(kept: KeptCells, graph: Graph) -> Workspace:
    """What is known after those cells, and which of it the nodes of the graph are.

    Cells that are refused by now are left out, and so is what is too much.
    """
    before = _walked.get(kept)
    if before is None:
        before = _walked[kept] = _gone_through(kept, graph)
    objects = dict(before.objects)
    for node, path in kept.paths.items():
        thing = _at(before.scope.names, path)
        if node in graph.nodes and isinstance(thing, (Value, Traced)):
            link(objects, graph, node, thing)
    objects = {node: thing for node, thing in objects.items() if node in graph.nodes}
    numbers = {
        node: kept.numbers.get(node, float(_number(thing)))
        for node, thing in objects.items()
        if graph.nodes[node].op is None
    }
    known = Workspace(before.scope, before.chance, objects, numbers, before.cells)
    known.leaves, known.weight = before.leaves, before.weight
    return known


def _gone_through(kept: KeptCells, graph: Graph) -> Workspace:
    workspace = empty()
    meet(workspace, graph)
    left = _TOGETHER
    used = 0
    for cell in kept.cells:
        meter = Meter(workspace.leaves)
        at_first = meter.evaluations = min(meter.evaluations, left)
        try:
            source = SourceText(cell.text)
            run = Interpreter(source, workspace.scope, workspace.chance, meter)
            run.cell(source.statements())
        except (ExpressionRefusal, Endless):
            pass  # it was taken once: another version of this program knew more, or the file is another's
        left -= at_first - meter.evaluations
        used += meter.used
        if left <= 0:
            break
    known = Workspace(workspace.scope, workspace.chance, workspace.objects, {}, kept.cells)
    known.leaves, known.weight = workspace.leaves, used
    return known


def _at(names: Mapping[str, Any], path: str) -> Any:
    """What stands at such a path as ``n.layers[0].b``: fields, places and keys alone are followed."""
    name = path.partition(".")[0].partition("[")[0]
    thing = names.get(name)
    at = len(name)
    while at < len(path) and thing is not None:
        step = _STEP.match(path, at)
        if step is None:
            return None
        at = step.end()
        field, place, key = step.groups()
        if field is not None:
            held = vars(thing) if isinstance(thing, (Instance, Module, Value)) and field[:2] != "__" else {}
            thing = held.get(field)
        elif place is not None and (isinstance(thing, (list, tuple)) or holds_values(thing)):
            thing = thing[int(place)] if len(place) < 9 and int(place) < len(thing) else None
        elif isinstance(thing, dict):
            thing = thing.get(int(place) if place is not None and len(place) < 9 else key)
        else:
            return None
    return thing
