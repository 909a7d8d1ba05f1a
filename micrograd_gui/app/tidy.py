"""Tidying: the layout of what the canvas shows, worked out off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from micrograd_gui.app.context import Context
from micrograd_gui.document.graph import NodeId, Place
from micrograd_gui.figures.folding import FRAMES, box_sizes
from micrograd_gui.figures.geometry import node_sizes
from micrograd_gui.views.canvas.blocks import keep_middle
from micrograd_gui.views.canvas.view import CanvasView

SECONDS = 20.0


def tidy(context: Context, canvas: CanvasView, *, as_edit: bool) -> None:
    """Lay the graph out, or the block that is looked into; the places come when they are ready.

    A collapsed block is one box; what is in it keeps its place in it.
    """
    from micrograd_gui.layout import layout

    session = context.session
    canvas.freeze_places()
    graph, within = session.state.graph, canvas.navigation.block

    def place(places: dict[NodeId, Place]) -> None:
        there = places if within is None or not places else keep_middle(graph, places)
        session.tidied(graph, there, as_edit=as_edit)
        canvas.fit()

    def failed(error: Exception) -> None:
        context.say(str(error), refused=True)

    work: Callable[..., dict[NodeId, Place]] = partial(layout.places, graph, node_sizes(graph))
    if graph.blocks:
        boxes = box_sizes(graph)
        work = partial(layout.nested_places, graph, node_sizes(graph), boxes, frame=FRAMES, within=within)
    context.background.start(
        "tidy", partial(work, time_limit=SECONDS), done=place, failed=failed, stoppable=True
    )
