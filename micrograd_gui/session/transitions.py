"""What an edit makes of the State: the graph, and what was run, measured and trained on the one before.

Nothing is changed here: from a graph or a State follows another one. `Session` puts it in place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from micrograd.language import N_, kept, tr
from micrograd.ops import op_of
from micrograd_gui.document import clipboard
from micrograd_gui.document.block import BLOCK_KINDS, Block, BlockId, nodes_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place, Role, Span
from micrograd_gui.document.history import Entry, History
from micrograd_gui.document.marks import OF_A_NODE, UNSEEN, Breakpoint, Condition, Cue
from micrograd_gui.document.node import further_label
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.document.text import exact, one_line, read_number, saveable, spoken
from micrograd_gui.session import measure
from micrograd_gui.session.over_rows import adapted, cursor_in, is_over_rows, same_rows
from micrograd_gui.session.record import record
from micrograd_gui.session.state import Stand, State
from micrograd_gui.session.stepping import end_of_forward, standing_at
from micrograd_gui.session.training.progress import training_after

if TYPE_CHECKING:
    from micrograd_gui.document.networks import BlockSpec

APPLIED_OFFSET = (190.0, 0.0)  # where an op applied to a node lands beside it, in scene units
BUILT = N_("Build from an expression")  # the name of the edit: then the document is that expression's
Placing = Callable[[Graph], Mapping[NodeId, Place]]  # where nodes of a graph that has just come about stand
VALUE = "value"  # the palette's word for a leaf, where others say an op's name


class Edit(Struct, frozen=True):
    """A graph that is to become current, and what was done to reach it, as the menu of undo says it.

    ``selection`` are the nodes that are selected then (None: those that were, as far as they are left).
    Edits of one ``gesture`` (a drag, a scrub) are one undo.
    """

    graph: Graph
    name: str
    selection: frozenset[NodeId] | None = None
    gesture: Hashable = None


# The State after an edit -------------------------------------------------------------------------


def after_edit(state: State, edit: Edit) -> State:
    """The graph of the edit is current, as one entry of the history; what changed nothing is no edit."""
    selection = state.selection if edit.selection is None else edit.selection
    if edit.graph is not state.graph:
        history = state.history.pushed(edit.graph, edit.name, edit.gesture)
        return with_history(state, history, selection)
    return state if selection == state.selection else replace(state, selection=selection)


def with_history(state: State, history: History, selection: frozenset[NodeId] | None = None) -> State:
    """The graph of that history is current, and what was run and measured on the old one goes along.

    Where no number can have changed, all of it stays. Where only numbers changed, the same run is recorded
    again and the moment kept, the nudge is made again, and the check is gone. Else all of it is gone, and
    where undo or redo comes back to a graph that was left like that, its run, moment and selection are back.
    What was found live stays only where no number can have changed.
    """
    old, new = state.graph, history.graph
    travelled = history.entries is state.history.entries
    chosen = state.selection if selection is None else selection
    after = replace(
        state,
        history=history,
        selection=chosen if chosen is state.selection and new.wiring is old.wiring else among(chosen, new),
        training=training_after(state.training, old, new, travelled),
    )
    updates = state.trace is not None and any(each.kind == "update" for each in state.trace.script)
    backward = state.trace is not None and any(each.kind == "backward" for each in state.trace.script)
    moved = (updates and new.parameters != old.parameters) or (backward and not same_rows(new, old))
    if new.same_numbers(old) and not moved:
        trace = state.trace
        if trace is not None and trace.noted and new.nodes is not old.nodes:
            trace = record(new, trace.script)  # sentences about faults name nodes
        return replace(after, trace=trace, wanted_cursor=state.wanted_cursor if trace else 0)
    nothing = replace(after, trace=None, cursor=0, wanted_cursor=0, nudge=None, checked=(), found=None)
    if not new.same_structure(old):
        left = replace(nothing, stands=_stands_after(state, history))
        return _as_it_was_left(left) if travelled and not left.is_training else left
    if state.trace is not None:
        done = 0 if after.training is None else after.training.k
        trace = record(new, adapted(new, state.trace.script, done))
        wanted = state.wanted_cursor if trace else 0
        if is_over_rows(new) != is_over_rows(old):
            wanted = cursor_in(trace, state.trace, wanted)
        cursor = min(wanted, len(trace))
        nothing = replace(nothing, trace=trace, cursor=cursor, wanted_cursor=wanted)
    return replace(nothing, nudge=_nudged_again(nothing.moment, state.nudge))


def among(chosen: frozenset[NodeId], graph: Graph) -> frozenset[NodeId]:
    """Those of them that are nodes of the graph; themselves where all are."""
    return chosen if chosen <= graph.nodes.keys() else frozenset(filter(graph.nodes.__contains__, chosen))


def folded_anew(state: State, edit: Edit) -> int:
    """Of how many nodes it has to be found out anew in which boxes and frames of blocks they are drawn."""
    was, now = state.graph, edit.graph
    same = was.blocks == now.blocks and (not now.blocks or was.places is now.places)
    return 0 if same else len(now)


def moves(state: State) -> int:
    """About how many moves there are in what is run again where numbers or the graph become others."""
    here = 0 if state.trace is None else len(state.trace.script)
    return len(state.graph) * (1 + max((here, *(len(each.script) for each in state.stands))))


def _stands_after(state: State, history: History) -> tuple[Stand, ...]:
    """With where one stands now, and of the others those whose very graph is still in the history."""
    script = () if state.trace is None else tuple(state.trace.script)
    here = Stand(state.graph, script, state.cursor, state.wanted_cursor, state.selection)
    kept = {id(entry.graph) for entry in history.entries}
    others = (each for each in state.stands if each.graph is not here.graph)
    return tuple(each for each in (*others, here) if id(each.graph) in kept)


def _as_it_was_left(state: State) -> State:
    """The current graph is the one that was left, so its run is the same: one stands in it as one did."""
    stand = next((each for each in state.stands if each.graph is state.graph), None)
    if stand is None:
        return state
    if not stand.script:
        return replace(state, selection=stand.selection)
    trace = record(stand.graph, adapted(stand.graph, stand.script, state.training.k if state.training else 0))
    return replace(
        state,
        trace=trace,
        cursor=min(stand.cursor, len(trace)),
        wanted_cursor=stand.wanted_cursor,
        selection=stand.selection,
    )


def with_amended(state: State, graph: Graph) -> State:
    """That graph in place of the current one, as part of the edit that led to it: there is nothing to undo.

    It differs in nothing that was run: in places, in blocks.
    """
    return state if graph is state.graph else replace(state, history=state.history.amended(graph))


def with_layout(state: State, graph: Graph, places: Mapping[NodeId, Place]) -> State:
    """The current graph with other places, as part of the edit that asked for them; saved is still saved."""
    if graph is not state.graph:
        return state
    moved = graph.moved(places)
    saved = moved if state.saved is graph else state.saved
    return state if moved is graph else replace(state, history=state.history.amended(moved), saved=saved)


def opened(state: State, graph: Graph, path: Path | None, title: str) -> State:
    """Another document, with a history of its own; h, the sides of the nudge and what is shown stay.

    One of a file is at the moment at which it was saved.
    """
    kept = State(
        h=state.h,
        sides=state.sides,
        order_shown=state.order_shown,
        wires=state.wires,
        notation=state.notation,
    )
    first = replace(kept, history=History((Entry(graph),)), saved=graph, path=path, title=title)
    if graph.sight == UNSEEN:
        return first
    from micrograd_gui.session.filed import as_seen  # a new document has not been seen

    return as_seen(first)


def nudged(state: State, node: NodeId | None, h: float | None) -> State:
    """That node (None: the selected one) is moved by h (None: the set one); the forward pass is done then.

    Raises Refusal where no node is meant, and where it cannot be nudged.
    """
    size = state.h if h is None else measure.checked_h(h)
    moved = state.selected if node is None else node
    if moved is None:
        raise Refusal(tr("Select one node to nudge."))
    nudge = measure.nudge(state.moment, moved, size, state.sides)
    after = state if state.forward_done else standing_at(state, end_of_forward(state))
    chosen = state.selection if moved == state.selected else frozenset((moved,))
    checked = state.checked if size == state.h else ()  # a check speaks of the h it was made with
    return replace(after, h=size, nudge=nudge, selection=chosen, checked=checked)


def _nudged_again(graph: Graph, old: measure.Nudge | None) -> measure.Nudge | None:
    """The same nudge on the edited graph; None where it cannot be made there."""
    if old is None:
        return None
    try:
        return measure.nudge(graph, old.node, old.h, old.sides)
    except Refusal:
        return None


# Edits -------------------------------------------------------------------------------------------


def add_node(graph: Graph, op: str | None, at: Place, label: str | None, data: float) -> Edit:
    """A new node: an op by its name, or a leaf for None or "value". Raises Refusal for an unknown op."""
    new = graph.added(_known(op), at, label=label, data=data)
    return Edit(new, kept("Add {op}", op=op or kept(VALUE)), frozenset((graph.next_id,)))


def apply_op(graph: Graph, op: str, node: NodeId, at: Place | None) -> Edit:
    """A new op node with the given node on its first port. Raises Refusal for a value and an unknown op."""
    known = _known(op)
    if known is None:
        raise Refusal(
            tr("A value takes no operand, so it cannot be applied to {name}.", name=graph.nodes[node].spoken),
            node,
        )
    x, y = graph.places.get(node, (0.0, 0.0))
    rest = (None,) * (op_of(known).arity - 1)
    new = graph.added(known, at or (x + APPLIED_OFFSET[0], y + APPLIED_OFFSET[1]), inputs=(node, *rest))
    if graph.chosen_target == node:  # the op goes on from the target, so it becomes the target
        new = new.targeted(graph.next_id)
    return Edit(
        new, kept("Apply {op} to {name}", op=op, name=graph.nodes[node].spoken), frozenset((graph.next_id,))
    )


def insert_op(graph: Graph, op: str, node: NodeId, port: int, at: Place) -> Edit:
    """A new op node put into the wire that ends on that port.

    Raises Refusal where there is no wire, and for all but ops with one operand.
    """
    known = _known(op)
    inputs = graph.nodes[node].inputs
    source = inputs[port] if 0 <= port < len(inputs) else None
    if source is None:
        raise Refusal(tr("There is no wire on that port of {name}.", name=graph.nodes[node].spoken), node)
    if known is None or op_of(known).arity != 1:
        arity = 0 if known is None else op_of(known).arity
        raise Refusal(
            tr(
                "Only an op with one operand can be put into a wire, and {op} has {arity}.",
                op=op,
                arity=arity,
            ),
            node,
        )
    new = graph.added(known, at, inputs=(source,)).wired(graph.next_id, node, port)
    return Edit(new, kept("Put {op} into a wire", op=op), frozenset((graph.next_id,)))


def connect(graph: Graph, source: NodeId, node: NodeId, port: int | None) -> Edit:
    """A wire from the source to a port of the node. Raises Refusal as ``Graph.wired`` does."""
    name = kept("Wire {source} to {node}", source=graph.nodes[source].spoken, node=graph.nodes[node].spoken)
    return Edit(graph.wired(source, node, port), name)


def rewire(graph: Graph, old: tuple[NodeId, int], source: NodeId, node: NodeId, port: int | None) -> Edit:
    """A wire taken off one port and put on another. Raises Refusal as ``Graph.wired`` does."""
    return Edit(graph.unwired(*old).wired(source, node, port), kept("Move a wire"))


def delete(state: State, nodes: Collection[NodeId] | None) -> Edit:
    """Those nodes (None: the selected ones) and their wires go. Raises Refusal where none is meant."""
    graph, gone = state.graph, meant(state, nodes)
    name = kept("Delete {n} nodes", n=len(gone))
    if len(gone) == 1:
        name = kept("Delete {name}", name=graph.nodes[next(iter(gone))].spoken)
    return Edit(graph.without(gone), name, state.selection - gone)


def rename(graph: Graph, node: NodeId, label: str) -> Edit:
    """The node called that. Raises Refusal for a name that another has: nobody could tell the two apart."""
    if not label.isascii():
        from micrograd_gui.document.notation.signs import plain_name  # few names are written in print

        label = plain_name(label)
    before = graph.nodes[node].label
    if (
        label
        and label != before
        and any(each.id != node and label in (each.label, each.title) for each in graph)
    ):
        taken = {called for each in graph if each.id != node for called in (each.label, each.title)}
        free = further_label(label, taken)
        raise Refusal(
            tr(
                "There is a node “{label}” already; “{free}” is free.", label=spoken(label), free=spoken(free)
            ),
            node,
        )
    return Edit(graph.relabelled(node, label), kept("Rename"))


def paste(graph: Graph, text: str, at: Place | None, name: str = N_("Paste")) -> Edit:
    """What was copied, or an expression, put into the graph. Raises Refusal where the text is neither."""
    new, pasted = clipboard.pasted(graph, text, at)
    return Edit(new, name, pasted or None)  # a cell that only defines something adds no node


def build(expression: str) -> Edit:
    """The graph that an expression describes. Raises Refusal where it is none."""
    from micrograd_gui.document.notation.reader import graph_from_expression  # with Python's parser

    return Edit(arranged(graph_from_expression(expression)), BUILT, frozenset())


def duplicate(state: State, nodes: Collection[NodeId] | None) -> Edit:
    """Those nodes (None: the selected ones) once more. Raises Refusal where none is meant."""
    return paste(state.graph, clipboard.as_text(state.graph, meant(state, nodes)), None, "Duplicate")


def set_value(graph: Graph, node: NodeId, value: float | str, gesture: Hashable) -> Edit:
    """The leaf holds that number; a ``**n`` node takes it as its exponent.

    Raises Refusal for what is no number, and for a node that holds none.
    """
    name = graph.nodes[node].spoken
    number = (
        read_number(value, tr("The value of {name}", name=name)) if isinstance(value, str) else float(value)
    )
    if graph.nodes[node].exponent is None:
        return Edit(graph.valued(node, number), kept("Set {name}", name=name), gesture=gesture)
    if not isfinite(number):
        raise Refusal(tr("An exponent must be a finite number."), node)
    new = graph.operated(node, f"**{exact(number)}")
    return Edit(new, kept("Set the exponent of {name}", name=name), gesture=gesture)


_MARKS = {
    "input": N_("Mark as input"),
    "parameter": N_("Mark as parameter"),
    "": N_("Mark as plain value"),
}  # the name of the edit, by the role


def mark(graph: Graph, nodes: NodeId | Collection[NodeId], role: Role) -> Edit:
    """Those leaves (or that one) get a role. Raises Refusal for a node that is no leaf."""
    for node in (nodes,) if isinstance(nodes, NodeId) else nodes:
        graph = graph.marked(node, role)
    return Edit(graph, kept(_MARKS[role or ""]))


def set_range(graph: Graph, node: NodeId, span: Span) -> Edit:
    """Plots sweep the node over that span. Raises Refusal where it does not go upwards."""
    if not span[0] < span[1]:
        raise Refusal(
            tr("The range must go upwards, not from {start:g} to {end:g}.", start=span[0], end=span[1]),
            node,
        )
    if not isfinite(span[1] - span[0]):
        raise Refusal(
            tr("The range from {start:g} to {end:g} is too wide.", start=span[0], end=span[1]), node
        )
    return Edit(graph.ranged(node, span), kept("Set the range"))


def toggle_breakpoint(graph: Graph, on: Condition, node: NodeId | None) -> Edit:
    """A breakpoint more, or less. Raises Refusal where it needs a node and none is meant."""
    if node is None and on in OF_A_NODE:
        raise Refusal(tr("Select the node to stop at."))
    new = graph.marks.toggled(Breakpoint(on, node))
    more = len(new.breakpoints) > len(graph.marks.breakpoints)
    return Edit(graph.remarked(new), kept("Set a breakpoint") if more else kept("Remove a breakpoint"))


def set_cue(graph: Graph, moment: int, name: str, note: str) -> Edit:
    """That moment is a cue point of that name; without a name, none."""
    cue = Cue(moment, saveable(one_line(name, 80)), saveable(note.strip()))
    new = graph.marks.cued(cue)
    return Edit(graph if new == graph.marks else graph.remarked(new), kept("Set a cue point"))


def collapse(graph: Graph, block: BlockId, collapsed: bool, room: Placing | None) -> Edit:
    """The block as one box, or opened. Raises Refusal where there is no such block."""
    title = block_of(graph, block).title
    places = {} if room is None else room(graph)
    name = kept("Collapse {title}", title=title) if collapsed else kept("Open {title}", title=title)
    return Edit(graph.collapsed(block, collapsed).moved(places), name)


def ungroup(graph: Graph, block: BlockId) -> Edit:
    """The block is no longer one; its nodes stay. Raises Refusal where there is no such block."""
    title = block_of(graph, block).title
    return Edit(graph.ungrouped(block), kept("Ungroup {title}", title=title))


def retitle(graph: Graph, block: BlockId, title: str) -> Edit:
    """The block is called that. Raises Refusal for no title: the block could not be spoken of."""
    if not title.strip():
        raise Refusal(tr("A block needs a title."))
    return Edit(graph.retitled(block_of(graph, block).id, title.strip()), kept("Rename"))


def weights(spec: BlockSpec) -> int:
    """About how many weights a network of that spec has."""
    inputs = spec.inputs if isinstance(spec.inputs, int) else len(spec.inputs)
    return sum(before * after for before, after in pairwise((inputs, *spec.layers)))


def add_block(
    graph: Graph, spec: BlockSpec, within: BlockId | None = None, placed: Placing | None = None
) -> Edit:
    """A block as that spec says, in that block (None: in none). Raises Refusal where it cannot be made."""
    from micrograd_gui.document.networks import with_block  # with nn and random, after the first paint

    made, block = with_block(graph, spec, boxes=True)
    if within is not None:
        made = made.joined([node for node in made.nodes if node >= graph.next_id], within)
    if placed is not None:
        made = made.moved(placed(made))
    return new_block(made, block, kept("Add {block}", block=kept(BLOCK_KINDS[spec.kind].phrase)))


def new_block(graph: Graph, block: BlockId, name: str) -> Edit:
    """A graph that has just got that block; all of its nodes are selected."""
    return Edit(graph, name, nodes_of(graph.blocks, block))


def block_of(graph: Graph, block: BlockId) -> Block:
    """The block of that number. Raises Refusal where there is none."""
    found = next((each for each in graph.blocks if each.id == block), None)
    if found is None:
        raise Refusal(tr("There is no block {block}.", block=block))
    return found


def meant(state: State, nodes: Collection[NodeId] | None) -> frozenset[NodeId]:
    """Those nodes, as far as they are there; None: the selected ones. Raises Refusal where it is none."""
    found = state.selection if nodes is None else frozenset(nodes) & state.graph.nodes.keys()
    if not found:
        raise Refusal(tr("Nothing is selected."))
    return found


def _known(op: str | None) -> str | None:
    if op is None or op == VALUE:
        return None
    try:
        return op_of(op).name
    except KeyError:
        raise Refusal(tr("There is no op called “{op}”.", op=spoken(op))) from None
