"""The verbs in any order, those of training among them: rows, plans, runs, and edits in their midst."""

import math
from collections.abc import Callable

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from msgspec.structs import replace

from micrograd_gui.document import datasets
from micrograd_gui.document.data import Data
from micrograd_gui.document.graph import Graph
from micrograd_gui.files.documents import load_example
from micrograd_gui.session import measure
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from tests.session.test_any_order import PICKS, AnyOrder
from tests.views import learning

STARTS: dict[str, Callable[[], Graph]] = {
    "line": lambda: learning.line(7),
    "plane": lambda: learning.plane(steps=5),
    "bursting": learning.bursting,
    "no rows": lambda: load_example("neuron"),
    "nothing": Graph,
}
RATES = st.sampled_from([None, 0.1, 1e-9, 1e6, 0.0, -1.0, 1e300, math.nan, math.inf])
WHOLE = st.sampled_from([None, 1, 3, 10, 0, -2, 10**12])


class AnyOrderTraining(AnyOrder):
    """A user who trains, and tries everything meanwhile."""

    @initialize(start=st.sampled_from(sorted(STARTS)))
    def begin(self, start: str) -> None:
        self.first = STARTS[start]()
        self.session = Session(self.first)
        self.told = []
        self.session.listen(lambda old, new: self.told.append((old, new)))

    # What a user does ------------------------------------------------------------------------

    @rule(name=st.sampled_from(["train_step", "train_start", "train_stop", "rewind"]))
    def train(self, name: str) -> None:
        self.attempt(getattr(self.session, name))

    @rule(steps=st.integers(0, 6))
    def tick(self, steps: int) -> None:
        before = self.session.state
        self.attempt(lambda: self.session.train_tick(steps))
        if before.training is None or not before.is_training:
            assert self.session.state is before

    @rule(rate=RATES)
    def update(self, rate: float | None) -> None:
        self.attempt(lambda: self.session.update(rate))

    @rule(seed=st.sampled_from([0, 1337, -1, 2**40]))
    def redraw(self, seed: int) -> None:
        self.attempt(lambda: self.session.redraw(seed))

    @rule(
        rate=RATES,
        steps=WHOLE,
        seed=WHOLE,
        batch=st.sampled_from(["keep", None, 1, 3, 0, "all"]),
        optimiser=st.sampled_from([None, "sgd", "momentum", "adam"]),
        schedule=st.sampled_from([None, "constant", "demo"]),
        gradients_of=st.sampled_from([None, "row", "rows"]),
    )
    def plan(self, **chosen: object) -> None:
        self.attempt(lambda: self.session.set_plan(**chosen))  # type: ignore[arg-type]

    @rule(row=st.integers(-2, 25))
    def show(self, row: int) -> None:
        self.attempt(lambda: self.session.show_row(row))

    @rule(name=st.sampled_from(["lecture", "xor", "line", ""]), match=st.booleans())
    def rows(self, name: str, match: bool) -> None:
        data = datasets.make(name) if name else None
        self.attempt(lambda: self.session.set_rows(data, match=match))

    @rule(pick=PICKS, column=st.integers(0, 3), number=st.sampled_from([0.5, -1.0, 1e200, math.nan]))
    def spoil_rows(self, pick: int, column: int, number: float) -> None:
        data = self.session.state.graph.data or Data()
        if data.rows and column < len(data.columns):
            columns, first = list(data.columns), list(data.rows[0])
            columns[column], first[column] = replace(columns[column], node=self.node(pick)), number
            spoiled = replace(data, columns=tuple(columns), rows=(tuple(first), *data.rows[1:]))
            self.attempt(lambda: self.session.set_rows(spoiled))

    @rule(steps=st.integers(1, 4))
    def a_whole_run_is_taken_back_by_one_undo(self, steps: int) -> None:
        before = self.session.state
        if before.training is None:
            self.attempt(self.session.train_start)
            for _ in range(steps):
                self.attempt(lambda: self.session.train_tick(1))
            self.attempt(self.session.train_stop)
            if self.session.state.graph is not before.graph:
                self.attempt(self.session.undo)
                assert self.session.state.graph is before.graph
                training = self.session.state.training  # it is kept where no parameter has moved
                assert training is None or training.numbers == training.start

    # What always holds -----------------------------------------------------------------------

    @invariant()
    def the_numbers_belong_to_the_graph(self) -> None:
        state = self.session.state
        if state.trace is None:
            assert state.cursor == 0
            return
        again = record(state.graph, state.trace.script)
        assert [(step.kind, step.node) for step in again.steps] == [
            (step.kind, step.node) for step in state.trace.steps
        ]
        for mine, theirs in zip(
            (state.frame.data, state.frame.grad),
            (again.frame(state.cursor).data, again.frame(state.cursor).grad),
            strict=True,
        ):
            assert mine.keys() == theirs.keys()
            for node, number in theirs.items():
                same = math.isclose(mine[node], number, rel_tol=1e-9, abs_tol=1e-12)
                assert same or repr(mine[node]) == repr(number)

    @invariant()
    def the_cursor_is_within_the_run(self) -> None:
        state = self.session.state
        running = state.is_training
        assert 0 <= state.cursor <= (len(state.trace) if state.trace is not None else 0)
        assert (state.step is None) == (state.cursor == 0 or running)

    @invariant()
    def the_training_is_that_of_the_graph(self) -> None:
        state = self.session.state
        training = state.training
        if training is None:
            assert not len(state.losses)
            return
        assert training.parameters == state.graph.parameters
        assert len(training.losses) == training.k
        assert len(training.accuracies) in (0, training.k)
        assert all(map(math.isfinite, (*training.losses, training.loss, *training.numbers)))
        assert not training.running or training.k < training.until
        assert not (training.running and training.note)

    @invariant()
    def rows_and_plan_can_be(self) -> None:
        graph = self.session.state.graph
        assert graph.data is None or graph.data.fault(graph.nodes) is None
        assert graph.plan is None or graph.plan.fault() is None

    @invariant()
    def what_was_measured_belongs_to_the_graph(self) -> None:
        state = self.session.state
        if state.nudge is not None:
            again = measure.nudge(state.moment, state.nudge.node, state.nudge.h, state.nudge.sides)
            assert repr(again) == repr(state.nudge)
        if state.checked:
            assert {row.node for row in state.checked} == state.graph.feeding

    @invariant()
    def the_document_is_unsaved_unless_the_saved_graph_is_shown(self) -> None:
        state = self.session.state
        assert state.unsaved == (state.graph is not state.saved)
        assert state.history.entries[0].graph.same_structure(self.first)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            while self.session.state.history.undo_name is not None:
                self.session.undo()
            assert self.session.state.graph.same_structure(self.first)


AnyOrderTraining.TestCase.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, phases=[Phase.generate, Phase.shrink]
)
TestAnyOrderTraining = AnyOrderTraining.TestCase
