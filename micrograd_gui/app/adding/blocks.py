"""Putting blocks into the graph: the question, the edit, and the place of the new nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF, Signal

from micrograd.language import tr
from micrograd_gui.app.context import Context
from micrograd_gui.document.block import OFFERED_KINDS
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.text import spoken
from micrograd_gui.figures.folding import FRAMES, box_sizes
from micrograd_gui.figures.geometry import node_sizes
from micrograd_gui.views.canvas.blocks import place_new_nodes, spot_on
from micrograd_gui.views.canvas.view import CanvasView

if TYPE_CHECKING:
    from micrograd_gui.app.adding.block_dialog import BlockDialog
    from micrograd_gui.document.networks import BlockSpec

SECONDS = 10.0


class BlockAdding(QObject):
    """Asks what a dropped block is to be like, and puts it there; one edit, in which nothing else moves.

    Signal: ``loss_added``, after which rows and training come next.
    """

    loss_added = Signal()

    def __init__(self, context: Context, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._context = context
        self._canvas = canvas
        canvas.block_wanted.connect(self.ask)

    def ask_in_view(self, kind: str, middle: QPointF) -> BlockDialog | None:
        """The offer was pressed, not dropped: what reads nodes comes to the right of them."""
        session = self._context.session
        return self._ask(kind, (), lambda it: self.put(it, middle, _read_by(it, session.state.graph)))

    def ask(self, kind: str, point: QPointF, given: tuple[NodeId, ...] = ()) -> BlockDialog | None:
        """Open the dialog for a block dropped at that point of the canvas, over those nodes."""
        beside = given[0] if given else None
        return self._ask(kind, given, lambda spec: self.put(spec, point, beside))

    def _ask(
        self, kind: str, given: tuple[NodeId, ...], made: Callable[[BlockSpec], object]
    ) -> BlockDialog | None:
        from micrograd_gui.app.adding.block_dialog import BlockDialog  # the first paint does without

        if kind not in OFFERED_KINDS:
            self._context.bridge.refused.emit(
                tr("There is no block called “{kind}”.", kind=spoken(kind)), None
            )
            return None
        graph = self._context.session.state.graph
        dialog = BlockDialog(self._context.dialog_parent, kind, graph, given, made)
        dialog.open()
        return dialog

    def put(self, spec: BlockSpec, point: QPointF | None = None, node: NodeId | None = None) -> None:
        """The block, about that point or to the right of that node; raises Refusal."""
        from micrograd_gui.layout import layout  # after the first paint

        session, canvas = self._context.session, self._canvas
        if node is not None and node not in session.state.graph.nodes:
            node = None
        canvas.freeze_places()
        first, within = session.state.graph.next_id, canvas.navigation.block
        spot = spot_on(canvas.graph_scene, point, node)

        def rough(made: Graph) -> dict[NodeId, Place]:
            new = _since(made, first)
            return place_new_nodes(made, new, {number: made.places[number] for number in new}, spot)

        session.add_block(spec, within, rough)
        graph = session.state.graph

        def work(stop: Event) -> dict[NodeId, Place]:
            new = _since(graph, first)
            more: dict[str, Any] = {"only": new, "within": within, "afresh": True, "stop": stop}
            sizes, boxes = node_sizes(graph), box_sizes(graph)
            places = layout.nested_places(graph, sizes, boxes, frame=FRAMES, time_limit=SECONDS, **more)
            if node is not None:
                places = _answer_lowered(graph, new, places)
            return place_new_nodes(graph, new, places, spot)

        def place(places: dict[NodeId, Place]) -> None:
            if graph is session.state.graph:
                self._context.bridge.attempt(session.tidied, graph, places, as_edit=False)
                canvas.show_node(first)

        self._context.background.start("block", work, done=place, stoppable=True)
        if spec.kind == "loss":
            self.loss_added.emit()


def _since(graph: Graph, first: NodeId) -> frozenset[NodeId]:
    """The nodes from that id on."""
    return frozenset(number for number in graph.nodes if number >= first)


def _answer_lowered(
    graph: Graph, new: Collection[NodeId], places: dict[NodeId, Place]
) -> dict[NodeId, Place]:
    """The one new answer of a loss out of the way of the wire that comes from what is judged."""
    answers = [leaf for block in graph.blocks for _, leaf in block.judges if leaf in new and leaf in places]
    if len(answers) != 1:
        return places
    x, y = places[answers[0]]
    return {**places, answers[0]: (x, y + 2 * node_sizes(graph)[answers[0]][1])}


def _read_by(spec: BlockSpec, graph: Graph) -> NodeId | None:
    """The node that what is made will read, if there is one already."""
    from micrograd_gui.document.networks import predictions

    if spec.kind != "loss":
        return None if isinstance(spec.inputs, int) or not spec.inputs else spec.inputs[0]
    read = spec.outputs or (() if spec.form == "l2" else predictions(graph))
    return next(iter(read), graph.target)
