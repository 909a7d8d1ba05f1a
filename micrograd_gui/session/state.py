"""State: everything the window shows, as one frozen value, and every question about it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from micrograd_gui.document.block import BlockId
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.history import History, OnDisk
from micrograd_gui.session.found import Found
from micrograd_gui.session.measure import Checked, Nudge, Sides
from micrograd_gui.session.over_rows import gathered_at
from micrograd_gui.session.record import differ
from micrograd_gui.session.trace import Frame, Notation, Pass, RecordedRun, Run, Step, Wires
from micrograd_gui.session.training.progress import Series, TrainingState

if TYPE_CHECKING:
    from micrograd_gui.session.asking.ledger import Asked
    from micrograd_gui.session.bugs.lab import Lab
    from micrograd_gui.session.lessons.lesson import Following
    from micrograd_gui.session.predicting.quiz import Quiz

NO_LOSSES = Series()
_NEAR = 200  # steps


class Stand(Struct, frozen=True, eq=False):
    """Where one stood in the run of a graph when another structure took its place, and what was selected.

    The script is kept, not the run: it gives the same run again of the same graph, and takes no room.
    """

    graph: Graph
    script: tuple[Pass, ...]
    cursor: int
    wanted_cursor: int
    selection: frozenset[NodeId]


class Over(Struct, frozen=True):
    """The steps from one moment until another were run as one, for they are all in that block's box."""

    since: int
    until: int
    block: BlockId


class State(Struct, frozen=True, eq=False, dict=True):
    """What is drawn, what was run, and where one stands in it.

    Attributes:
        history: All graphs since the document was opened; ``graph`` is the current one.
        saved: The graph that the file holds; None: there is none.
        path, title: The file, and what a document without one is called.
        disk: What the file was when it was read or written, and whether it still is; None: nobody has looked.
        trace: What was run over the graph; None: nothing yet.
        cursor: After how many steps of the run one stands.
        wanted_cursor: The cursor the user went to: a live edit may shorten the run for a moment, and the
            cursor returns to the same place when it is whole again.
        over: What was stepped over to get to the cursor; None: one came step by step, or from elsewhere.
        selection: The selected nodes.
        h, sides: How far a nudge and a check go, and to which sides a nudge does.
        nudge: The nudge that is on screen; None: no node is moved.
        checked: What the numeric check found, a row per node; empty: not made for this graph yet.
        training: How far the graph has been trained; None: not at all.
        stands: Where one stood in graphs of the history, for undo and redo to come back to; one a graph.
        found: What the notebook that the graph is of has otherwise than a fresh run; None: nothing.
        held: What was run when it was held, to be seen beside what is run now; None: nothing.
        order_shown: Whether every node says when it acts, and what it waits for.
        asked: What is asked of the selected node; None: nothing.
        quiz: That somebody predicts the next step, and how it has gone; None: nobody does.
        lesson: Where the learner is in a lesson; None: in none.
        wires: On which wires numbers stand: those of the acting step, all, or none.
        notation: How derivatives are written: ``a.grad``, or ``∂L/∂a``.
        forward_leaf: The leaf by which every node is derived in forward mode; None: forward mode is off.
        lab: The bug that is switched on, and the wrong run beside this one; None: there is none.
    """

    history: History = field(default_factory=History)
    saved: Graph | None = None
    path: Path | None = None
    title: str = ""
    disk: OnDisk | None = None
    trace: Run | None = None
    cursor: int = 0
    wanted_cursor: int = 0
    over: Over | None = None
    selection: frozenset[NodeId] = frozenset()
    h: float = 0.001
    sides: Sides = "central"
    nudge: Nudge | None = None
    checked: tuple[Checked, ...] = ()
    training: TrainingState | None = None
    stands: tuple[Stand, ...] = ()
    found: Found | None = None
    held: State | None = None
    order_shown: bool = False
    asked: Asked | None = None
    quiz: Quiz | None = None
    lesson: Following | None = None
    wires: Wires = "acting"
    notation: Notation = "grad"
    forward_leaf: NodeId | None = None
    lab: Lab | None = None

    @property
    def finding(self) -> Found | None:
        """What the wrong run has otherwise at this moment; where no bug is on, what was found live.

        That can be said as long as no update has come: after it a fresh run gives other numbers.
        """
        if self.lab is not None:
            return self.lab.found_at(self.cursor)
        moved = self.trace is not None and self.trace.updated(self.cursor)
        return None if moved or self.is_training else self.found

    @property
    def graph(self) -> Graph:
        """What is drawn now."""
        return self.history.graph

    @cached_property
    def frame(self) -> Frame:
        """All the numbers at the cursor; with no run, what the leaves hold."""
        if self.trace is None:
            return Frame(self.graph.given)
        return self.trace.frame(self.cursor)

    @property
    def step(self) -> Step | None:
        """The step that led to this moment; None at the very start, and while the graph trains."""
        if self.is_training:
            return None
        return self.trace.steps[self.cursor - 1] if self.trace and self.cursor else None

    @property
    def following(self) -> Step | None:
        """The recorded step that comes next; None at the end."""
        return self.trace.steps[self.cursor] if self.trace and self.cursor < len(self.trace) else None

    def check_of(self, node: NodeId) -> Checked | None:
        """What the numeric check found at the node; None where it has not looked, or not yet."""
        return self._checks.get(node)

    @cached_property
    def check_is_stale(self) -> bool:
        """Whether the check was made before an update, or after one that lies ahead: of other numbers."""
        leaves = (row for row in self.checked if self.graph.nodes[row.node].is_leaf)
        return any(differ(row.data, self.frame.data.get(row.node, row.data)) for row in leaves)

    @cached_property
    def _checks(self) -> dict[NodeId, Checked]:
        return {each.node: each for each in self.checked}

    @property
    def is_training(self) -> bool:
        """Whether a run of training goes on."""
        return self.training is not None and self.training.running

    def same_document(self, other: State) -> bool:
        """Whether both are moments of one document: it was opened or begun only once."""
        return self.history.beginning is other.history.beginning

    @property
    def losses(self) -> Series:
        """The loss before each step of the training."""
        return NO_LOSSES if self.training is None else self.training.losses

    @cached_property
    def selected(self) -> NodeId | None:
        """The one node that is selected, or the output of the block that is; None for none or several."""
        if len(self.selection) == 1:
            return next(iter(self.selection))
        for block in self.graph.blocks if self.selection else ():
            if block.output in self.selection and self.selection == self.graph.within(block.id):
                return block.output
        return None

    @property
    def unsaved(self) -> bool:
        """Whether the graph is another than the one that was saved or opened last, or the file is by now."""
        return self.graph is not self.saved or (self.disk is not None and self.disk.standing != "same")

    @property
    def seen_otherwise(self) -> bool:
        """Whether one stands at another moment than the file says, or something else is selected."""
        disk = self.disk
        return disk is not None and (self.cursor, self.selection) != (disk.moment, disk.selection)

    @property
    def forward_done(self) -> bool:
        """Whether the target has been computed at this moment."""
        return (
            self.graph.target is not None
            and self.trace is not None
            and (self.trace.stage(self.cursor) == "done" and not self.blocked)
        )

    @property
    def computed(self) -> bool:
        """Whether the target has been computed, though parameters may have moved since."""
        if self.trace is None or self.blocked:
            return False
        return self.trace.stage(self.cursor) in ("done", "updated")

    @cached_property
    def moment(self) -> Graph:
        """The graph with the numbers of the moment at the cursor: updates in the run move parameters."""
        if self.trace is None or not self.trace.updated(self.cursor):
            return self.graph
        return self.graph.numbered({node: self.frame.data[node] for node in self.graph.parameters})

    @property
    def blocked(self) -> bool:
        """Whether the run cannot go on: it ended at a problem, and here is its end."""
        return self.trace is not None and self.trace.stopped_at(self.cursor)


def true_slope(state: State, node: NodeId) -> float | None:
    """The slope of the target, where one backward pass has brought all of it; None while there is none yet.

    It is the node's gradient, or what the row that is shown has put in where that is over rows.
    It is none while operations that use the node have still to hand theirs on, after a further pass
    without zero grad, and while it is of a pass before the present numbers.
    """
    trace, slope = state.trace, state.frame.grad.get(node)
    if trace is None or slope is None:
        return None
    script = trace.script_until(state.cursor)
    kinds = [each.kind for each in script]
    if "zero" in kinds:
        kinds = kinds[len(kinds) - kinds[::-1].index("zero") :]
    if kinds.count("backward") != 1 or kinds[-1] != "backward":
        return None
    if script[-1].steps is None and trace.problem is None:
        gathered = gathered_at(trace, state.cursor, node)
        return slope if gathered is None else gathered.own
    begin = trace.ends[len(script) - 2] if len(script) > 1 else 0
    acted = {step.node for step in trace.steps[begin : state.cursor] if step.kind == "backward"}
    graph = state.graph
    missing = any(user in graph.feeding and user not in acted for user, _ in graph.users[node])
    return None if missing else slope


def moved_between(old: State, new: State) -> frozenset[NodeId] | None:
    """The nodes whose numbers differ at two moments of one run that are near, as its steps tell.

    None where the steps do not tell: then all numbers have to be compared, which takes long in a large graph.
    """
    run = new.trace
    still = old.graph.nodes is new.graph.nodes and old.trace is run and old.cursor == new.cursor
    if still and not new.is_training:
        return frozenset()
    if run is None or old.trace is not run or old.graph is not new.graph or not isinstance(run, RecordedRun):
        return None
    if old.frame.stale or new.frame.stale or abs(new.cursor - old.cursor) > _NEAR:
        return None
    first, last = sorted((old.cursor, new.cursor))
    nodes: set[NodeId] = set()
    for step in run.steps[first:last]:
        if step.kind not in ("forward", "seed", "backward") or step.node is None:
            return None
        nodes.add(step.node)
        nodes.update(each.operand for each in step.contributions)
    return frozenset(nodes)
