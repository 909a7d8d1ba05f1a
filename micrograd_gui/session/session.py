"""Session: one State and all the verbs that replace it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from micrograd.language import kept
from micrograd_gui.document import clipboard
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.data import Data, GradientsOf, OptimiserName, ScheduleName
from micrograd_gui.document.graph import Graph, NodeId, Place, Role, Span
from micrograd_gui.document.history import Entry, History
from micrograd_gui.document.marks import Condition
from micrograd_gui.session import measure, stepping, transitions
from micrograd_gui.session.found import Found
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import Position
from micrograd_gui.session.training import run
from micrograd_gui.session.transitions import Edit, block_of

if TYPE_CHECKING:
    from micrograd_gui.document.networks import BlockSpec

Listener = Callable[[State, State], None]
Change = Callable[[State], State]
R = TypeVar("R", bound=Room)


class Session:
    """What the window is a picture of: holds one State, and tells its listeners when another replaces it.

    A verb decides by functions that change nothing (in `stepping`, `transitions` and `training.run`), then
    puts the State that comes of them in place. A verb that raises has changed nothing.
    ``state`` is the State as it is now; only verbs replace it.
    """

    def __init__(self, graph: Graph | None = None) -> None:
        first = Graph() if graph is None else graph
        self.state = State(History((Entry(first),)), saved=first)
        self._listeners: list[Listener] = []
        self._learner = run.Learner()
        self._rooms: dict[type[Room], Room] = {}
        self.work: Callable[[int, Change], State] = lambda _, change: change(self.state)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(old, new)`` at every change; the function given back ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def room(self, kind: type[R]) -> R:
        """The verbs of one feature: of that kind there is one room, made when it is first asked for."""
        if kind not in self._rooms:
            self._rooms[kind] = kind(self)
        room = self._rooms[kind]
        assert isinstance(room, kind)
        return room

    def take(self, state: State) -> None:
        """That State in place of the present one: what the verbs of a room end in."""
        self._set(state)

    def _set(self, state: State) -> None:
        for room in self._rooms.values():
            state = room.follow(self.state, state)
        if state is not self.state:
            old, self.state = self.state, state
            for listener in tuple(self._listeners):
                listener(old, state)

    def _edit(self, make: Callable[..., Edit], *args: object, more: int = 0) -> None:
        size = len(self.state.graph) + more + sum(len(each) for each in args if isinstance(each, str))
        self._set(self.work(size, lambda state: transitions.after_edit(state, make(*args))))

    def _edit_lightly(self, edit: Edit) -> None:
        """One that was soon made; only where numbers differ what was run has to be run again."""
        again = self.state.trace is not None and edit.graph.nodes is not self.state.graph.nodes
        size = max(transitions.moves(self.state) if again else 0, transitions.folded_anew(self.state, edit))
        self._set(self.work(size, lambda state: transitions.after_edit(state, edit)))

    def _stand(self, move: Callable[[State], Position]) -> None:
        size = transitions.moves(self.state) if self.state.following is None else 0
        self._set(self.work(size, lambda state: stepping.standing_at(state, move(state))))

    # The document ----------------------------------------------------------------------------

    def new(self) -> None:
        """An empty document."""
        self.open_graph(Graph())

    def open_graph(self, graph: Graph, path: Path | None = None, title: str = "") -> None:
        """Another document in place of this one, with a history of its own."""
        self._set(transitions.opened(self.state, graph, path, title))

    def build(self, expression: str) -> None:
        """The graph that an expression describes, as one edit. Raises Refusal where it is none."""
        self._edit(transitions.build, expression)

    def replace_graph(self, graph: Graph, name: str) -> None:
        """Another graph in this document, as one edit of that name."""
        self._edit(Edit, graph, name, frozenset(), more=len(graph))

    def saved_as_is(self) -> None:
        """The changes since the last save are given up: there is nothing left to ask about."""
        self._set(replace(self.state, saved=self.state.graph, disk=None))

    def undo(self) -> None:
        """The graph before the last edit is current again; at the first graph nothing happens."""
        self._travel(self.state.history.undone())

    def redo(self) -> None:
        """The edit that was taken back is done again; at the last graph nothing happens."""
        self._travel(self.state.history.redone())

    def _travel(self, history: History) -> None:
        if history.index != self.state.history.index:
            size = len(history.graph) + transitions.moves(self.state)
            self._set(self.work(size, partial(transitions.with_history, history=history)))

    # The passes ------------------------------------------------------------------------------

    def forward(self) -> None:
        """Run forward: all op nodes at once; where that is done already, afresh, after an update from there.

        Raises Refusal where the graph is empty, and where the run has stopped.
        """
        self._stand(stepping.forward_until_stop)

    def forward_step(self) -> None:
        """Compute one more node; where forward is done already, the first afresh. Refused as `forward` is."""
        self._stand(lambda state: stepping.next_forward_move(state).later(1))

    def backward_step(self) -> None:
        """One move of the backward pass: the seed first, then one op node at a time.

        Forward runs first where it has not been done. After the end of a pass a further one begins,
        and its gradients add to those that are there, as in micrograd.
        Raises Refusal where the run has stopped, and where there is no target that is computed.
        """
        self._stand(lambda state: stepping.next_backward_move(state).later(1))

    def backward(self) -> None:
        """The rest of the backward pass, or where it is over a further one, at once; refused as a step is."""
        self._stand(stepping.backward_until_stop)

    def step_over(self, within: BlockId | None = None) -> None:
        """What comes next, forward or backward, a whole collapsed block as one step.

        ``within`` is the block that is looked into. Raises Refusal as a forward or a backward step does.
        """
        from micrograd_gui.session.over_blocks import stepped_over  # late, as the start needs none

        self._set(stepped_over(self.state, within))

    def act_next(self, node: NodeId | None = None) -> None:
        """That node (None: the selected one) acts next; Refusal, with what would be wrong, if too early."""
        from micrograd_gui.session.choosing import acting_next  # late, as the start needs none

        self._stand(lambda state: acting_next(state, state.selected if node is None else node))

    def show_order(self, shown: bool) -> None:
        """Every node says when it acts, and what it waits for; or no longer."""
        self._set(replace(self.state, order_shown=shown))

    def zero_grad(self) -> None:
        """All gradients become 0, as a step of its own; Refusal before forward is done, and where it stopped.

        What was recorded after this moment is dropped.
        """
        self._stand(stepping.after_zero_grad)

    def update(self, rate: float | None = None) -> None:
        """All parameters move by their gradients, as in training: a step of its own (None: the plan's rate).

        What of the passes has not been done yet runs first; where they end at a problem, the cursor goes
        there. The graph keeps its numbers: like every other step, an update can be gone back over.
        Raises Refusal where the run has stopped, for a rate that is none, and where there is no parameter.
        """
        self._stand(lambda state: stepping.after_update(state, rate))

    # The cursor ------------------------------------------------------------------------------

    def next(self) -> None:
        """One moment later."""
        self.seek(self.state.cursor + 1)

    def previous(self) -> None:
        """One moment earlier."""
        self.seek(self.state.cursor - 1)

    def first(self) -> None:
        """Before the first step."""
        self.seek(0)

    def last(self) -> None:
        """After the last recorded step."""
        self.seek(len(self.state.trace or ()))

    def seek(self, cursor: int) -> None:
        """The moment after that many steps, within what was recorded."""
        if self.state.trace is not None:
            self._set(stepping.standing_at(self.state, Position(self.state.trace, cursor)))

    def begin_playing(self) -> None:
        """Have steps to go through: recorded ones, a further pass, the run again. Raises Refusal for none."""
        self._stand(stepping.start_of_playing)

    def toggle_breakpoint(self, on: Condition, node: NodeId | None = None) -> None:
        """Runs stop on that, at the node (None: any), or no longer. Raises Refusal without a needed node."""
        self._edit_lightly(transitions.toggle_breakpoint(self.state.graph, on, node))

    def set_cue(self, name: str, note: str = "") -> None:
        """The present moment is a cue point of that name; without a name it is none any more."""
        self._edit_lightly(transitions.set_cue(self.state.graph, self.state.cursor, name, note))

    # Measuring -------------------------------------------------------------------------------

    def set_h(self, h: float | str) -> None:
        """The h of the next nudge and check. Raises Refusal for 0 and for what is no number."""
        number = measure.checked_h(h)
        same = number == self.state.h  # a check speaks of the h it was made with
        self._set(replace(self.state, h=number, checked=self.state.checked if same else ()))

    def set_sides(self, sides: measure.Sides) -> None:
        """Nudge to one side, as in the lecture ("forward"), or to both ("central")."""
        self._set(replace(self.state, sides=sides))

    def nudge(self, node: NodeId | None = None, h: float | None = None) -> measure.Nudge:
        """Move a node (None: the selected one) by h (None: the set one) and see what the target does.

        Raises Refusal where no node is meant, where it cannot be nudged, and for an h of 0.
        """
        size = 3 * len(self.state.graph)
        after = self.work(size, lambda state: transitions.nudged(state, node, h))
        assert after.nudge is not None
        self._set(after)
        return after.nudge

    def end_nudge(self) -> None:
        """The nudged node is back where it was."""
        if self.state.nudge is not None:
            self._set(replace(self.state, nudge=None))

    def check_all(self) -> tuple[measure.Checked, ...]:
        """The numeric slope of every node beside the analytic one. Raises Refusal where there is none."""
        size = 10 * len(self.state.graph)  # a node is checked in about the time in which ten are run
        self._set(self.work(size, lambda it: replace(it, checked=measure.check(it.moment, it.h))))
        return self.state.checked

    def take_found(self, found: Found | None) -> None:
        """What live values have otherwise than a fresh run (None: nothing); its first node is selected."""
        chosen = self.state.selection if found is None else frozenset((found.node,))
        if found is not self.state.found:
            self._set(replace(self.state, found=found, selection=chosen))

    def dismiss_found(self) -> None:
        """The sentence on what was found live has been read: card and table keep it."""
        if self.state.found is not None:
            self._set(replace(self.state, found=replace(self.state.found, dismissed=True)))

    def show_right_run(self) -> None:
        """Stand in the right run before a notebook's numbers differ first. Raises Refusal where none does."""
        self._stand(stepping.before_difference)

    # The selection ---------------------------------------------------------------------------

    def select(self, nodes: Collection[NodeId]) -> None:
        """Those nodes, and no others, are selected."""
        chosen = transitions.among(frozenset(nodes), self.state.graph)
        if chosen != self.state.selection:
            self._set(replace(self.state, selection=chosen))

    def select_all(self) -> None:
        """Every node is selected."""
        self.select(self.state.graph.nodes)

    def select_block(self, block: BlockId) -> None:
        """All nodes of the block are selected. Raises Refusal where there is no such block."""
        self.select(self.state.graph.within(block_of(self.state.graph, block).id))

    # Nodes -----------------------------------------------------------------------------------

    def add_node(
        self, op: str | None, at: Place = (0.0, 0.0), *, label: str | None = None, data: float = 1.0
    ) -> NodeId:
        """A new node at that place: an op by its name, or a leaf for ``None`` or "value". Gives its id.

        Raises Refusal where there is no such op.
        """
        node = self.state.graph.next_id
        self._edit(transitions.add_node, self.state.graph, op, at, label, data)
        return node

    def apply_op(self, op: str, node: NodeId, at: Place | None = None) -> NodeId:
        """A new op node with the node on its first port; gives its id. Raises Refusal for no such op."""
        new = self.state.graph.next_id
        self._edit(transitions.apply_op, self.state.graph, op, node, at)
        return new

    def insert_op(self, op: str, node: NodeId, port: int, at: Place) -> NodeId:
        """A new one-input op node put into the wire that ends on that port. Gives its id.

        Raises Refusal where there is no wire, and for all but ops with one operand.
        """
        new = self.state.graph.next_id
        self._edit(transitions.insert_op, self.state.graph, op, node, port, at)
        return new

    def connect(self, source: NodeId, node: NodeId, port: int | None = None) -> None:
        """A wire to a port of the node (None: its first free one). Raises Refusal where that cannot be."""
        self._edit(transitions.connect, self.state.graph, source, node, port)

    def rewire(self, old: tuple[NodeId, int], source: NodeId, node: NodeId, port: int | None) -> None:
        """Take a wire off one port and put it on another, as one edit. Raises Refusal as `connect` does."""
        self._edit(transitions.rewire, self.state.graph, old, source, node, port)

    def disconnect(self, node: NodeId, port: int) -> None:
        """Nothing on that port any more."""
        self._edit(Edit, self.state.graph.unwired(node, port), kept("Remove a wire"))

    def delete(self, nodes: Collection[NodeId] | None = None) -> None:
        """Those nodes (None: the selected ones) and their wires go. Raises Refusal where none is meant."""
        self._edit(transitions.delete, self.state, nodes)

    def copied(self, nodes: Collection[NodeId] | None = None) -> str:
        """Those nodes (None: the selected ones) as text to paste. Raises Refusal where none is meant."""
        return clipboard.as_text(self.state.graph, transitions.meant(self.state, nodes))

    def paste(self, text: str, at: Place | None = None) -> None:
        """What was copied, or an expression, put in and selected. Raises Refusal for other text."""
        self._edit(transitions.paste, self.state.graph, text, at)

    def duplicate(self, nodes: Collection[NodeId] | None = None) -> None:
        """Those nodes (None: the selected ones) once more, lower. Raises Refusal where none is meant."""
        self._edit(transitions.duplicate, self.state, nodes)

    def rename(self, node: NodeId, label: str) -> None:
        """The node is called that; an empty label takes its name away. Raises Refusal for another's name."""
        self._edit(transitions.rename, self.state.graph, node, label.strip())

    def set_value(self, node: NodeId, value: float | str, gesture: Hashable = None) -> None:
        """The leaf holds that number; the run is recorded again and the moment kept.

        A ``**n`` node takes the number as its exponent. Edits of one gesture are one undo.
        Raises Refusal for what is no number, and for a node that holds none.
        """
        self._edit_lightly(transitions.set_value(self.state.graph, node, value, gesture))

    def mark(self, nodes: NodeId | Collection[NodeId], role: Role) -> None:
        """Those leaves (or that one) are "input", "parameter", or neither (""), as one edit.

        Raises Refusal for a node that is no leaf.
        """
        self._edit(transitions.mark, self.state.graph, nodes, role)

    def set_target(self, node: NodeId | None) -> None:
        """The backward pass starts at that node (None: at the newest wired one that nothing uses)."""
        self._edit(Edit, self.state.graph.targeted(node), kept("Choose the target"))

    def set_range(self, node: NodeId, span: Span) -> None:
        """Plots sweep the node over that span. Raises Refusal where it does not go upwards."""
        self._edit_lightly(transitions.set_range(self.state.graph, node, span))

    def move(self, places: Mapping[NodeId, Place], gesture: Hashable = None) -> None:
        """Those nodes stand elsewhere. Edits of one gesture are one undo."""
        self._edit_lightly(Edit(self.state.graph.moved(places), kept("Move"), gesture=gesture))

    def tidied(self, graph: Graph, places: Mapping[NodeId, Place], *, as_edit: bool) -> None:
        """A layout that was worked out for that graph has arrived: one edit, or part of the one that asked.

        A layout for a graph that is no longer the current one is dropped.
        """
        if graph is self.state.graph and as_edit:
            self._edit(lambda: Edit(graph.moved(places), kept("Tidy up")))
        elif graph is self.state.graph:
            laid_out = partial(transitions.with_layout, graph=graph, places=places)
            self._set(self.work(len(places), laid_out))

    # Blocks ----------------------------------------------------------------------------------

    def add_block(
        self, spec: BlockSpec, within: BlockId | None = None, placed: transitions.Placing | None = None
    ) -> BlockId:
        """A block as that spec says, in that block, where ``placed`` puts its nodes (None: below all others).

        Raises Refusal where it cannot be made.
        """
        first, more = len(self.state.graph.blocks), transitions.weights(spec)
        self._edit(transitions.add_block, self.state.graph, spec, within, placed, more=more)
        return self.state.graph.blocks[first].id  # those within it come after it

    def collapse(
        self, block: BlockId, collapsed: bool = True, room: transitions.Placing | None = None
    ) -> None:
        """The block is drawn as one box, or opened again; ``room`` tells where others make room for it.

        Raises Refusal where there is no such block.
        """
        self._edit(transitions.collapse, self.state.graph, block, collapsed, room)

    def retitle(self, block: BlockId, title: str) -> None:
        """The block is called that. Raises Refusal for no title, and where there is no such block."""
        self._edit_lightly(transitions.retitle(self.state.graph, block, title))

    def join(self, nodes: Collection[NodeId], block: BlockId) -> None:
        """Those nodes and their blocks, which were just made, are in that block: part of the same edit.

        Raises Refusal where there is no such block.
        """
        joined = self.state.graph.joined(nodes, block_of(self.state.graph, block).id)
        self._set(transitions.with_amended(self.state, joined))

    def ungroup(self, block: BlockId) -> None:
        """The block is no longer one; its nodes stay. Raises Refusal where there is no such block."""
        self._edit_lightly(transitions.ungroup(self.state.graph, block))

    # Training --------------------------------------------------------------------------------

    def set_rows(self, data: Data | None, *, match: bool = False) -> None:
        """The graph learns from those rows, and shows one of them; None: from none.

        ``match`` binds unbound columns to the inputs of their names, else to the inputs left, in order.
        Raises Refusal where the rows do not fit the graph.
        """
        self._edit(run.set_rows, self.state.graph, data, match)

    def show_row(self, row: int, gesture: Hashable = "show row") -> None:  # as in code
        """The inputs hold that row's numbers (from 0), in training as part of it. Raises Refusal for none."""
        graph, history = self.state.graph.showing(row), self.state.history
        if self.state.is_training:
            self._set(transitions.with_history(self.state, history.amended(graph)))
        else:
            self._edit_lightly(Edit(graph, kept("Show row {row}", row=row + 1), gesture=gesture))

    def set_plan(
        self,
        *,
        rate: float | None = None,
        optimiser: OptimiserName | None = None,
        schedule: ScheduleName | None = None,
        steps: int | None = None,
        seed: int | None = None,
        batch: int | str | None = run.KEEP,
        gradients_of: GradientsOf | None = None,
        held_out: float | None = None,
    ) -> None:
        """How the graph is trained from now on, also in the midst of a run. What is not named stays.

        The plan belongs to the document but is no edit of the graph: there is nothing to undo. Where
        gradients are of other rows then, what was run is run again, and the moment kept.
        Raises Refusal for what no plan can have.
        """
        self._set(
            run.planned(self.state, rate, optimiser, schedule, steps, seed, batch, gradients_of, held_out)
        )

    def redraw(self, seed: int) -> None:
        """New weights, as micrograd draws them with that seed, and a training that has not begun.

        Raises Refusal for a bad seed, and where there is no parameter.
        """
        self._set(run.redrawn(self.state, seed))

    def train_step(self) -> None:
        """One step of gradient descent, by the loss over the rows, or of the row, as the plan says.

        Raises Refusal where there is nothing to train, and where the step would go wrong.
        """
        self._set(self._learner.step(self.state))

    def train_start(self) -> None:
        """A run begins, or goes on, by ``train_tick``. Raises Refusal where there is nothing to train."""
        self._set(self._learner.start(self.state))

    def train_tick(self, steps: int = 1, seconds: float | None = None) -> bool:
        """So many steps of the run, fewer where the time is up; gives whether the run goes on.

        A step that would go wrong ends the run, and its sentence is the ``note`` of the training.
        """
        after = self._learner.tick(self.state, steps, seconds)
        self._set(after)
        return after.is_training

    def train_stop(self) -> None:
        """The run rests; ``train_start`` goes on with it."""
        self._set(self._learner.stop(self.state))

    def rewind(self) -> None:
        """The parameters are back where training began. Raises Refusal where it has not begun."""
        self._set(run.rewound(self.state))
