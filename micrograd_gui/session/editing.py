"""The verbs that change the graph; each is one entry of the history."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from micrograd.ops import op_of
from micrograd_gui.document import clipboard
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place, Role, Span
from micrograd_gui.document.history import History
from micrograd_gui.document.text import exact, read_number
from micrograd_gui.session.measure import Nudge, nudge
from micrograd_gui.session.record import record
from micrograd_gui.session.state import Stateful
from micrograd_gui.session.trace import Trace
from micrograd_gui.session.training.progress import followed

APPLIED_OFFSET = (190.0, 0.0)  # where an op applied to a node lands beside it
VALUE = "value"  # the palette's word for a leaf, where others say an op's name


class Editing(Stateful):
    """Adding, wiring, naming, moving, taking away; undo and redo."""

    def add_node(
        self, op: str | None, at: Place = (0.0, 0.0), *, label: str | None = None, data: float = 1.0
    ) -> NodeId:
        """A new node at that place: an op by its name, or a leaf for ``None`` or "value". Gives its id."""
        graph = self.state.graph
        self._edit(
            graph.added(_known(op), at, label=label, data=data),
            f"Add {op or VALUE}",
            selection=frozenset((graph.next_id,)),
        )
        return graph.next_id

    def apply_op(self, op: str, node: NodeId, at: Place | None = None) -> NodeId:
        """A new op node with the given node on its first port, beside it or at that place."""
        known = _known(op)
        graph = self.state.graph
        if known is None:
            raise Refusal(
                f"A value takes no operand, so it cannot be applied to {graph.nodes[node].spoken}.", node
            )
        x, y = graph.places.get(node, (0.0, 0.0))
        rest = (None,) * (op_of(known).arity - 1)
        new = graph.added(known, at or (x + APPLIED_OFFSET[0], y + APPLIED_OFFSET[1]), inputs=(node, *rest))
        if graph.chosen_target == node:  # the op goes on from the target, so it becomes the target
            new = new.targeted(graph.next_id)
        self._edit(new, f"Apply {op} to {graph.nodes[node].spoken}", selection=frozenset((graph.next_id,)))
        return graph.next_id

    def insert_op(self, op: str, node: NodeId, port: int, at: Place) -> NodeId:
        """A new one-input op node put into the wire that ends on that port."""
        known = _known(op)
        graph = self.state.graph
        inputs = graph.nodes[node].inputs
        source = inputs[port] if 0 <= port < len(inputs) else None
        if source is None:
            raise Refusal(f"There is no wire on that port of {graph.nodes[node].spoken}.", node)
        if known is None or op_of(known).arity != 1:
            raise Refusal(
                f"Only an op with one operand can be put into a wire, and {op} has "
                f"{0 if known is None else op_of(known).arity}.",
                node,
            )
        new = graph.added(known, at, inputs=(source,)).wired(graph.next_id, node, port)
        self._edit(new, f"Put {op} into a wire", selection=frozenset((graph.next_id,)))
        return graph.next_id

    def connect(self, source: NodeId, node: NodeId, port: int | None = None) -> None:
        """A wire from the source to a port of the node (None: its first free one)."""
        graph = self.state.graph
        names = f"{graph.nodes[source].spoken} to {graph.nodes[node].spoken}"
        self._edit(graph.wired(source, node, port), f"Wire {names}")

    def rewire(self, old: tuple[NodeId, int], source: NodeId, node: NodeId, port: int | None) -> None:
        """Take a wire off one port and put it on another, as one edit."""
        self._edit(self.state.graph.unwired(*old).wired(source, node, port), "Move a wire")

    def disconnect(self, node: NodeId, port: int) -> None:
        """Nothing on that port any more."""
        self._edit(self.state.graph.unwired(node, port), "Remove a wire")

    def delete(self, nodes: Collection[NodeId] | None = None) -> None:
        """Those nodes (None: the selected ones) and their wires go."""
        graph, gone = self.state.graph, self._meant(nodes)
        what = graph.nodes[next(iter(gone))].spoken if len(gone) == 1 else f"{len(gone)} nodes"
        self._edit(graph.without(gone), f"Delete {what}", selection=self.state.selection - gone)

    def copied(self, nodes: Collection[NodeId] | None = None) -> str:
        """Those nodes (None: the selected ones) as text for the clipboard."""
        return clipboard.as_text(self.state.graph, self._meant(nodes))

    def paste(self, text: str, at: Place | None = None) -> None:
        """What was copied, or an expression, put into the graph and selected."""
        graph, new = clipboard.pasted(self.state.graph, text, at)
        self._edit(graph, "Paste", selection=new)

    def duplicate(self, nodes: Collection[NodeId] | None = None) -> None:
        """Those nodes (None: the selected ones) a second time, a little lower."""
        graph, new = clipboard.pasted(self.state.graph, self.copied(nodes), None)
        self._edit(graph, "Duplicate", selection=new)

    def rename(self, node: NodeId, label: str) -> None:
        """The node is called that; an empty label takes its name away."""
        self._edit(self.state.graph.relabelled(node, label.strip()), "Rename")

    def set_value(self, node: NodeId, value: float | str, gesture: Hashable = None) -> None:
        """The leaf holds that number; the run is recorded again and the moment kept.

        A ``**n`` node takes the number as its exponent. Edits of one gesture are one undo.
        """
        graph = self.state.graph
        name = graph.nodes[node].spoken
        number = read_number(value, f"The value of {name}") if isinstance(value, str) else float(value)
        if graph.nodes[node].exponent is not None:
            if not isfinite(number):
                raise Refusal("An exponent must be a finite number.", node)
            self._edit(graph.operated(node, f"**{exact(number)}"), f"Set the exponent of {name}", gesture)
        else:
            self._edit(graph.valued(node, number), f"Set {name}", gesture)

    def mark(self, nodes: NodeId | Collection[NodeId], role: Role) -> None:
        """Those leaves (or that one) are "input", "parameter", or neither (""), as one edit."""
        graph = self.state.graph
        for node in (nodes,) if isinstance(nodes, NodeId) else nodes:
            graph = graph.marked(node, role)
        self._edit(graph, f"Mark as {role or 'plain value'}")

    def set_target(self, node: NodeId | None) -> None:
        """The backward pass starts at that node."""
        self._edit(self.state.graph.targeted(node), "Choose the target")

    def set_range(self, node: NodeId, span: Span) -> None:
        """Plots sweep the node over that span."""
        if not isfinite(span[1] - span[0]) or not span[0] < span[1]:
            raise Refusal(f"The range must go upwards, not from {span[0]:g} to {span[1]:g}.", node)
        self._edit(self.state.graph.ranged(node, span), "Set the range")

    def move(self, places: Mapping[NodeId, Place], gesture: Hashable = None) -> None:
        """Those nodes stand elsewhere. Edits of one gesture are one undo."""
        self._edit(self.state.graph.moved(places), "Move", gesture)

    def tidied(self, graph: Graph, places: Mapping[NodeId, Place], *, as_edit: bool) -> None:
        """A layout that was worked out for that graph has arrived: one edit, or part of the one that asked.

        A layout for a graph that is no longer the current one is dropped.
        """
        if graph is not self.state.graph:
            return
        if as_edit:
            self._edit(graph.moved(places), "Tidy up")
            return
        moved = graph.moved(places)
        saved = moved if self.state.saved is graph else self.state.saved
        self._set(history=self.state.history.amended(moved), saved=saved)

    def replace_graph(self, graph: Graph, name: str) -> None:
        """Another graph in this document, as one edit (an expression was typed)."""
        self._edit(graph, name, selection=frozenset())

    def undo(self) -> None:
        """The graph before the last edit is current again; at the first graph nothing happens."""
        self._travel(self.state.history.undone())

    def redo(self) -> None:
        """The edit that was taken back is done again; at the last graph nothing happens."""
        self._travel(self.state.history.redone())

    def _travel(self, history: History) -> None:
        if history.index != self.state.history.index:
            self._follow(history, self.state.selection)

    def _edit(
        self, graph: Graph, name: str, gesture: Hashable = None, selection: frozenset[NodeId] | None = None
    ) -> None:
        """The graph becomes current, as one entry of the history; what changed nothing is no edit."""
        selection = self.state.selection if selection is None else selection
        if graph is not self.state.graph:
            self._follow(self.state.history.pushed(graph, name, gesture), selection)
        elif selection != self.state.selection:
            self._set(selection=selection)

    def _follow(self, history: History, selection: frozenset[NodeId], **changes: Any) -> None:
        """Replace the graph, and with it what was run and measured on the old one, in one change."""
        state = self.state
        travelled = history.entries is state.history.entries
        changes.setdefault("training", followed(state.training, state.graph, history.graph, travelled))
        old, new = state.graph, history.graph
        trace: Trace | None = None
        cursor, nudged, checked = 0, None, state.checked[:0]
        updates = state.trace is not None and any(each.kind == "update" for each in state.trace.script)
        if new.same_numbers(old) and not (updates and new.parameters != old.parameters):
            trace, cursor, nudged, checked = state.trace, state.cursor, state.nudge, state.checked
            if trace is not None and trace.noted and new.nodes is not old.nodes:
                trace = record(new, trace.script)  # sentences about faults name nodes
        elif new.same_structure(old):
            if state.trace is not None:
                trace = record(new, state.trace.script)
                cursor = min(state.wanted_cursor, len(trace))
            moment = replace(state, history=history, trace=trace, cursor=cursor).moment
            nudged = _again(moment, state.nudge)
        self._set(
            history=history,
            trace=trace,
            cursor=cursor,
            wanted_cursor=state.wanted_cursor if trace else 0,
            nudge=nudged,
            checked=checked,
            selection=frozenset(node for node in selection if node in new.nodes),
            **changes,
        )

    def _meant(self, nodes: Collection[NodeId] | None) -> frozenset[NodeId]:
        meant = self.state.selection if nodes is None else frozenset(nodes) & self.state.graph.nodes.keys()
        if not meant:
            raise Refusal("Nothing is selected.")
        return frozenset(meant)


def _again(graph: Graph, old: Nudge | None) -> Nudge | None:
    """The same nudge on the edited graph; None where it cannot be made there."""
    if old is None:
        return None
    try:
        return nudge(graph, old.node, old.h, old.sides)
    except Refusal:
        return None


def _known(op: str | None) -> str | None:
    if op is None or op == VALUE:
        return None
    try:
        return op_of(op).name
    except KeyError:
        raise Refusal(f"There is no op called “{op[:40]}”.") from None
