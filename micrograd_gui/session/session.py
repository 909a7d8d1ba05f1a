"""Session: one State and all the verbs that replace it."""

from __future__ import annotations

from pathlib import Path

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Entry, History
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.session.building import Building
from micrograd_gui.session.running import Running
from micrograd_gui.session.training_verbs import TrainingVerbs


class Session(TrainingVerbs, Building, Running):
    """What the window is a picture of. Verbs raise Refusal, and then nothing has changed."""

    def new(self) -> None:
        """An empty document."""
        self.open_graph(Graph())

    def open_graph(self, graph: Graph, path: Path | None = None, title: str = "") -> None:
        """Another document in place of this one, with a history of its own."""
        self._set(
            history=History((Entry(graph),)),
            saved=graph,
            path=path,
            title=title,
            trace=None,
            cursor=0,
            wanted_cursor=0,
            selection=frozenset(),
            nudge=None,
            checked=(),
            training=None,
        )

    def build(self, expression: str) -> None:
        """The graph that an expression describes, as one edit; raises ExpressionRefusal."""
        from micrograd_gui.document.notation.reader import graph_from_expression  # with Python's parser

        self.replace_graph(arranged(graph_from_expression(expression)), "Build from an expression")

    def saved_as_is(self) -> None:
        """The changes since the last save are given up: there is nothing left to ask about."""
        self._set(saved=self.state.graph)

    def saved_as(self, path: Path) -> None:
        """The current graph is what that file holds now."""
        self._set(saved=self.state.graph, path=path, title="")
