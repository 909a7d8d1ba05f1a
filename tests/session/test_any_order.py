"""The verbs in any order: what is shown always belongs to the graph, and a refusal changes nothing."""

import math
from collections.abc import Callable

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.files.documents import load_example
from micrograd_gui.session import measure
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State

PICKS = st.integers(0, 200)
PORTS = st.sampled_from([None, 0, 1, 2, -1])
OPS = st.sampled_from(
    ["+", "*", "/", "**", "-", "tanh", "log", "sqrt", "exp", "relu", "neg", "**2", "value", "nope"]
)
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -2.5, 1e-9, 1e200, math.nan, math.inf, "3", "abs", "1,5", "1e999"])
GESTURES = st.sampled_from([None, "one", "two"])
LABELS = st.sampled_from(["", "a", "a", "L", '{"|}\\', "x\ny", "\ud800", "🙂", " b "])
PLAIN = (
    "forward",
    "forward_step",
    "backward",
    "backward_step",
    "zero_grad",
    "next",
    "previous",
    "first",
    "last",
)
ALONE = (
    *PLAIN,
    "undo",
    "redo",
    "select_all",
    "delete",
    "duplicate",
    "check_all",
    "end_nudge",
    "nudge",
    "saved_as_is",
)


class AnyOrder(RuleBasedStateMachine):
    """A user who tries everything."""

    @initialize(start=st.sampled_from(["lecture", "reuse", "neuron_exp", "", "faulty", "leaf"]))
    def begin(self, start: str) -> None:
        texts = {"faulty": "x = 0; e = x*1; y = log(e); z = y*2", "leaf": "x = 3"}
        if start in texts:
            self.first = graph_from_expression(texts[start])
        else:
            self.first = load_example(start) if start else Graph()
        self.session = Session(self.first)
        self.told: list[tuple[State, State]] = []
        self.session.listen(lambda old, new: self.told.append((old, new)))

    def attempt(self, verb: Callable[[], object]) -> None:
        before = self.session.state
        self.told.clear()
        sentence = None
        try:
            verb()
        except Refusal as refused:
            sentence = str(refused)
        if sentence is not None:
            assert self.session.state is before
            assert sentence.isprintable()
            assert sentence.endswith(".")
        assert self.told == ([] if self.session.state is before else [(before, self.session.state)])

    def node(self, pick: int) -> int | None:
        nodes = list(self.session.state.graph.nodes)
        return nodes[pick % len(nodes)] if nodes else None

    @rule(name=st.sampled_from(ALONE))
    def alone(self, name: str) -> None:
        if name != "duplicate" or len(self.session.state.graph) < 30:
            self.attempt(getattr(self.session, name))

    @rule(cursor=st.integers(-3, 40))
    def seek(self, cursor: int) -> None:
        self.attempt(lambda: self.session.seek(cursor))

    @rule(op=OPS, label=st.none() | LABELS, x=st.sampled_from([0, -1.5, math.nan, 1e300]))
    def add(self, op: str, label: str | None, x: float) -> None:
        self.attempt(lambda: self.session.add_node(op, (x, 0), label=label, data=2))

    @rule(pick=PICKS, other=PICKS, port=PORTS)
    def connect(self, pick: int, other: int, port: int | None) -> None:
        if (node := self.node(pick)) is not None and (source := self.node(other)) is not None:
            self.attempt(lambda: self.session.connect(source, node, port))

    @rule(pick=PICKS, port=st.integers(-1, 2))
    def disconnect(self, pick: int, port: int) -> None:
        if (node := self.node(pick)) is not None:
            self.attempt(lambda: self.session.disconnect(node, port))

    @rule(pick=PICKS, op=OPS, port=st.integers(-1, 2))
    def put_op(self, pick: int, op: str, port: int) -> None:
        if (node := self.node(pick)) is not None:
            self.attempt(lambda: self.session.apply_op(op, node))
            self.attempt(lambda: self.session.insert_op(op, node, port, (1, 1)))

    @rule(pick=PICKS, value=NUMBERS, gesture=GESTURES)
    def set_value(self, pick: int, value: float | str, gesture: str | None) -> None:
        if (node := self.node(pick)) is not None:
            cursor, wanted = self.session.state.cursor, self.session.state.wanted_cursor
            self.attempt(lambda: self.session.set_value(node, value, gesture))
            state = self.session.state
            assert state.wanted_cursor == wanted
            assert state.trace is None or state.cursor in (cursor, wanted, len(state.trace))

    @rule(pick=PICKS, label=LABELS, role=st.sampled_from(["", "input", "parameter"]), gesture=GESTURES)
    def decorate(self, pick: int, label: str, role: str, gesture: str | None) -> None:
        if (node := self.node(pick)) is not None:
            trace, learned = self.session.state.trace, self.session.state.graph.parameters
            self.attempt(lambda: self.session.rename(node, label))
            self.attempt(lambda: self.session.mark([node], role))  # type: ignore[arg-type]
            self.attempt(lambda: self.session.move({node: (pick, -pick)}, gesture))
            others = self.session.state.graph.parameters != learned  # are updated, or have other gradients
            assert self.session.state.trace is trace or (trace is not None and (trace.noted or others))

    @rule(pick=PICKS)
    def target(self, pick: int) -> None:
        self.attempt(lambda: self.session.set_target(self.node(pick)))

    @rule(
        pick=PICKS,
        h=st.sampled_from([None, 0.001, 0.0, 1e-300, 1e300]),
        sides=st.sampled_from(["forward", "central"]),
    )
    def nudge(self, pick: int, h: float | None, sides: measure.Sides) -> None:
        self.attempt(lambda: self.session.set_sides(sides))
        self.attempt(lambda: self.session.nudge(self.node(pick), h))

    @rule(picks=st.lists(PICKS, max_size=3))
    def select(self, picks: list[int]) -> None:
        self.attempt(
            lambda: self.session.select([n for n in map(self.node, picks) if n is not None] + [10**6])
        )

    @rule(picks=st.lists(PICKS, min_size=1, max_size=3))
    def paste(self, picks: list[int]) -> None:
        if len(self.session.state.graph) < 40:
            try:
                text = self.session.copied([n for n in map(self.node, picks) if n is not None])
            except Refusal:
                text = "q = p*p"
            self.attempt(lambda: self.session.paste(text))

    @invariant()
    def the_numbers_belong_to_the_graph(self) -> None:
        state = self.session.state
        if state.trace is None:
            assert state.cursor == 0
            assert state.step is None
            return
        again = record(state.graph, state.trace.script)
        assert repr(again.steps) == repr(state.trace.steps)
        assert repr(again.frame(state.cursor)) == repr(state.frame)

    @invariant()
    def the_cursor_is_within_the_run(self) -> None:
        state = self.session.state
        length = len(state.trace) if state.trace is not None else 0
        assert 0 <= state.cursor <= length
        assert state.cursor <= max(state.wanted_cursor, 0) or state.cursor == 0
        assert (state.step is None) == (state.cursor == 0)
        assert (state.following is None) == (state.cursor == length)

    @invariant()
    def the_selection_is_in_the_graph(self) -> None:
        assert type(self.session.state.selection) is frozenset
        assert self.session.state.selection <= self.session.state.graph.nodes.keys()

    @invariant()
    def what_was_measured_belongs_to_the_graph(self) -> None:
        state = self.session.state
        if state.nudge is not None:
            again = measure.nudge(state.graph, state.nudge.node, state.nudge.h, state.nudge.sides)
            assert repr(again) == repr(state.nudge)
        if state.checked:
            assert {row.node for row in state.checked} == state.graph.feeding

    @rule()
    def the_graph_can_be_saved_and_written_out(self) -> None:
        graph = self.session.state.graph
        once = codec.encode(graph)
        once.encode("utf-8")
        again = codec.decode(once)
        assert codec.encode(again) == once
        assert again.target == graph.target
        text = expression_of(graph)
        assert not text or len(graph_from_expression(text)) == len(graph)

    @invariant()
    def the_document_is_unsaved_unless_the_saved_graph_is_shown(self) -> None:
        state = self.session.state
        assert state.unsaved == (state.graph is not state.saved)
        assert state.history.entries[0].graph is self.first
        assert set(state.graph.order) == set(state.graph.nodes)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            while self.session.state.history.undo_name is not None:
                self.session.undo()
            assert self.session.state.graph is self.first


AnyOrder.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, phases=[Phase.generate, Phase.shrink]
)
TestAnyOrder = AnyOrder.TestCase
