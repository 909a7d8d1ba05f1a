"""Clipboard: a part of a graph as text, and text put into a graph."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from micrograd.language import N_, tr
from micrograd_gui.document import codec
from micrograd_gui.document.block import free_id, renumbered
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.marks import UNSEEN
from micrograd_gui.document.node import further_label, post_order
from micrograd_gui.document.python.pasted import last_cell
from micrograd_gui.document.rough_layout import ROW, arranged

_MOST = 20_000_000  # characters of a graph that is packed in what is pasted
_CELL = 20_000  # characters of a cell that begins with {
OFFSET = (30.0, 40.0)  # where a duplicate stands from what it was made of


@Net("copy", N_("What is selected"))
def as_text(graph: Graph, nodes: Collection[NodeId]) -> str:
    """Those nodes, the wires between them, their places and whole blocks, in the file's format."""
    wanted = frozenset(nodes)
    part = graph.without(graph.nodes.keys() - wanted)
    whole = {block.id for block in part.blocks if graph.within(block.id) <= wanted}
    blocks = tuple(
        block if block.parent in whole else replace(block, parent=None)
        for block in part.blocks
        if block.id in whole
    )
    return codec.encode(replace(part, data=None, plan=None, blocks=blocks, sight=UNSEEN, workspace=None))


@Net("paste", N_("What is on the clipboard"))
def pasted(graph: Graph, text: str, at: Place | None) -> tuple[Graph, frozenset[NodeId]]:
    """The graph with what the text describes added under new ids, and those ids.

    The text is what ``as_text`` gave, a whole file, one that was exported and carries its graph, or a cell,
    which knows the names of the graph. ``at`` is where the middle of it goes; None: a little beside where it
    was, and what was nowhere goes below what is there. Raises Refusal (FileRefusal, ExpressionRefusal) for a
    text that is empty or cannot be read.
    """
    if not text.strip():
        raise Refusal(tr("There is nothing to paste."))
    from micrograd_gui.document.notation.carried import graph_text
    from micrograd_gui.document.notation.reader import graph_from_expression  # with Python's parser

    text = text if (carried := graph_text(text, _MOST)) is None else carried
    if not is_file(text):
        return _with_cell(graph, graph_from_expression(text, graph, cell=True), at)
    part = codec.decode(text, tr("What was pasted"))
    came_with_places = bool(part.places)
    part = arranged(part)
    if not part.nodes:
        raise Refusal(tr("There is nothing to paste."))
    new_id = {old: graph.next_id + index for index, old in enumerate(part.nodes)}
    taken = {node.label for node in graph}
    nodes = {}
    for node in part:
        label = further_label(node.label, taken)
        taken.add(label)
        inputs = tuple(None if source is None else new_id[source] for source in node.inputs)
        nodes[new_id[node.id]] = replace(node, id=new_id[node.id], inputs=inputs, label=label)
    dx, dy = _shift(graph, part, at, came_with_places)
    places = {new_id[old]: (x + dx, y + dy) for old, (x, y) in part.places.items()}
    ranges = {new_id[old]: span for old, span in part.ranges.items()}
    target = (
        graph.chosen_target
        if graph.nodes
        else (new_id[part.chosen_target] if part.chosen_target is not None else None)
    )
    whole = replace(
        graph,
        nodes={**graph.nodes, **nodes},
        chosen_target=target,
        next_id=graph.next_id + len(nodes),
        ranges={**graph.ranges, **ranges},
        blocks=(*graph.blocks, *renumbered(part.blocks, new_id, free_id(graph.blocks))),
    )
    return whole.moved(places), frozenset(nodes)


def is_file(text: str) -> bool:
    """Whether the text is one of the file's format; a cell may begin with a dict, as in {'a': 1}['a']."""
    lean = text.strip()
    return lean.startswith("{") and (lean.endswith("}") or len(lean) > _CELL) and lean[1:].lstrip()[:1] != "'"


def _with_cell(graph: Graph, new: Graph, at: Place | None) -> tuple[Graph, frozenset[NodeId]]:
    """The graph with what a cell has added to it, at places of its own, and the ids of that.

    What the cell speaks of is the target from then on where it goes on from the graph; what stands apart
    from it does not take its place.
    """
    added = frozenset(new.nodes.keys() - graph.nodes.keys())
    if any(node.id not in new.nodes or new.nodes[node.id].shape != node.shape for node in graph):
        return arranged(new), frozenset(new.nodes)  # what it trains stands in place of what was there
    target = new.chosen_target
    aims = new.workspace is not graph.workspace and _aims(new)
    if graph.nodes and target in added and not aims and not _goes_on(new, target, added):
        new = new.targeted(graph.chosen_target)
    if not added:
        return new, added
    part = arranged(replace(new.without(graph.nodes.keys()), places={}))
    dx, dy = _shift(graph, part, at, False)
    return new.moved({node: (x + dx, y + dy) for node, (x, y) in part.places.items()}), added


def _aims(graph: Graph) -> bool:
    """Whether the last cell says itself what the target is."""
    cell = last_cell(graph.workspace)
    return cell is not None and cell.aims


def _goes_on(graph: Graph, target: NodeId, added: frozenset[NodeId]) -> bool:
    """Whether the target depends on a node that was there before."""
    return any(node not in added for node in post_order(graph.nodes, [target]))


def _shift(graph: Graph, part: Graph, at: Place | None, came_with_places: bool) -> Place:
    """How far the part moves: to ``at``, else a little aside from where it was, else below all there is."""
    if at is None and came_with_places:
        return OFFSET
    xs, ys = zip(*part.places.values(), strict=True)
    if at is not None:
        return at[0] - (min(xs) + max(xs)) / 2, at[1] - (min(ys) + max(ys)) / 2
    if not graph.places:
        return 0.0, 0.0
    left, bottom = min(x for x, _ in graph.places.values()), max(y for _, y in graph.places.values())
    return left - min(xs), bottom + ROW - min(ys)
