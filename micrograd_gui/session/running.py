"""The verbs that run the graph and move through the run; none of them changes the graph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from math import isfinite

from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import read_number
from micrograd_gui.session import measure
from micrograd_gui.session.record import record
from micrograd_gui.session.state import Stateful
from micrograd_gui.session.trace import Pass, Trace

_BACKWARD_KINDS = ("seed", "backward", "problem")


class Running(Stateful):
    """Forward, backward, zero grad; the cursor; nudge and check; the selection."""

    # The passes ------------------------------------------------------------------------------

    def forward(self) -> None:
        """Run forward: all op nodes at once. Where the forward pass is done already, it starts afresh.

        After an update it goes on from there: the parameters keep their new numbers, and their gradients.
        """
        trace, _, end = self._unfinished_forward()
        self._go(trace, end)

    def forward_step(self) -> None:
        """Compute one more node; where the forward pass is done already, start afresh with the first."""
        trace, cursor, _ = self._unfinished_forward()
        self._go(trace, cursor + 1)

    def backward_step(self) -> None:
        """One move of the backward pass: the seed first, then one op node at a time.

        Forward runs first where it has not been done. After the end of a pass a further one begins,
        and its gradients add to those that are there, as in micrograd.
        """
        trace, cursor = self._ready_for_backward()
        self._go(trace, cursor + 1)

    def backward(self) -> None:
        """The rest of the backward pass, or where it is over a further one, at once."""
        trace, cursor = self._ready_for_backward()
        self._go(trace, next((end for end in trace.ends if end > cursor), cursor))

    def zero_grad(self) -> None:
        """All gradients become 0, as a step of its own; what was recorded after this moment is dropped."""
        self._refuse_at_problem()
        if self.state.trace is None or not self.state.computed:
            raise Refusal("There are no gradients to set to 0 before the forward pass is done.")
        script = (*self.state.trace.script_until(self.state.cursor), Pass("zero"))
        trace = record(self.state.graph, script)
        self._go(trace, len(trace))

    def update(self, rate: float | None = None) -> None:
        """p.data −= rate × p.grad for all parameters, as a step of its own (None: the plan's rate).

        What of the passes has not been done yet runs first; where they end at a problem, the cursor goes
        there. The graph keeps its numbers: like every other step, an update can be gone back over.
        """
        self._refuse_at_problem()
        parameters = self.state.graph.parameters
        if not parameters:
            raise Refusal("There is no parameter to update: mark a leaf behind the target as a parameter.")
        plan = self.state.graph.plan or TrainingPlan()
        plan = plan if rate is None else replace(plan, rate=rate)
        fault = plan.fault()
        if fault is not None:
            raise Refusal(fault[1])
        trace, cursor = self.state.trace, self.state.cursor
        has_grads = not self.state.frame.grad.keys().isdisjoint(parameters)
        if trace is None or not self.state.computed or not has_grads or cursor not in trace.ends:
            trace, cursor = self._ready_for_backward()
            cursor = next((end for end in trace.ends if end > cursor), cursor)
        if trace.problem is None or cursor < len(trace):
            script = (*trace.script_until(cursor), Pass("update", rate=plan.rate))
            trace = record(self.state.graph, script)
            cursor = len(trace)
        self._go(trace, cursor)

    def _unfinished_forward(self) -> tuple[Trace, int, int]:
        """A trace, a moment at which a forward pass begins or is on its way, and where that pass ends."""
        trace, cursor = self.state.trace, self.state.cursor
        stage = "" if trace is None else trace.stage(cursor)
        if trace is None or (stage == "done" and not trace.updated(cursor)):
            trace, cursor = self._fresh(), 0
        elif stage in ("done", "updated"):
            self._refuse_at_problem()
            if stage == "done" or trace.forward_end_after(cursor) is None:
                trace = record(self.state.graph, (*trace.script_until(cursor), Pass("forward")))
        end = trace.forward_end_after(cursor)
        return trace, cursor, cursor if end is None else end

    def _fresh(self) -> Trace:
        if not self.state.graph.nodes:
            raise Refusal("The graph is empty: drop a node or type an expression first.")
        return record(self.state.graph, (Pass("forward"),))

    def _ready_for_backward(self) -> tuple[Trace, int]:
        """A trace and a cursor in it such that the next step is one of a backward pass.

        Where the forward pass ends at a problem, the cursor is there and no step follows.
        """
        self._refuse_at_problem()
        if self.state.trace is None or self.state.trace.stage(self.state.cursor) != "done":
            trace, _, cursor = self._unfinished_forward()
        else:
            trace, cursor = self.state.trace, self.state.cursor
        if trace.problem is not None and cursor == len(trace):
            return trace, cursor
        if cursor == len(trace) or trace.steps[cursor].kind not in _BACKWARD_KINDS:
            trace = record(self.state.graph, (*trace.script_until(cursor), Pass("backward")))
        if cursor == len(trace):
            raise Refusal("There is nothing to run backward: choose a target that is computed.")
        return trace, cursor

    def _refuse_at_problem(self) -> None:
        trace = self.state.trace
        if trace is not None and trace.problem is not None and self.state.blocked:
            raise Refusal(trace.problem.note, trace.problem.node)

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
            self._go(self.state.trace, cursor)

    def _go(self, trace: Trace, cursor: int) -> None:
        cursor = min(max(cursor, 0), len(trace))
        if trace is not self.state.trace or cursor != self.state.cursor:
            self._set(trace=trace, cursor=cursor, wanted_cursor=cursor, nudge=None)

    # Measuring -------------------------------------------------------------------------------

    def set_h(self, h: float | str) -> None:
        """The h of the next nudge and check; raises Refusal for 0 and for what is no number."""
        number = _checked_h(h)
        same = number == self.state.h  # a check speaks of the h it was made with
        self._set(h=number, checked=self.state.checked if same else ())

    def set_sides(self, sides: measure.Sides) -> None:
        """Nudge to one side, as in the lecture ("forward"), or to both ("central")."""
        self._set(sides=sides)

    def nudge(self, node: NodeId | None = None, h: float | None = None) -> measure.Nudge:
        """Move a node (None: the selected one) by h (None: the set one) and see what the target does."""
        state = self.state
        size = state.h if h is None else _checked_h(h)
        moved = state.selected if node is None else node
        if moved is None:
            raise Refusal("Select one node to nudge.")
        nudged = measure.nudge(state.moment, moved, size, state.sides)
        trace, cursor, wanted = state.trace, state.cursor, state.wanted_cursor
        if not state.forward_done:
            trace, _, cursor = self._unfinished_forward()
            wanted = cursor
        chosen = state.selection if moved == state.selected else frozenset((moved,))
        self._set(trace=trace, cursor=cursor, wanted_cursor=wanted, h=size, nudge=nudged, selection=chosen)
        return nudged

    def end_nudge(self) -> None:
        """The nudged node is back where it was."""
        if self.state.nudge is not None:
            self._set(nudge=None)

    def check_all(self) -> tuple[measure.Checked, ...]:
        """The numeric slope of every node beside the analytic one, with a verdict."""
        checked = measure.check(self.state.moment, self.state.h)
        self._set(checked=checked)
        return checked

    # The selection ---------------------------------------------------------------------------

    def select(self, nodes: Collection[NodeId]) -> None:
        """Those nodes, and no others, are selected."""
        chosen = frozenset(node for node in nodes if node in self.state.graph.nodes)
        if chosen != self.state.selection:
            self._set(selection=chosen)

    def select_all(self) -> None:
        """Every node is selected."""
        self.select(self.state.graph.nodes.keys())


def _checked_h(h: float | str) -> float:
    number = read_number(h, "h") if isinstance(h, str) else float(h)
    if number == 0 or not isfinite(number):
        raise Refusal("h must be a number other than 0: the slope divides by it.")
    return number
