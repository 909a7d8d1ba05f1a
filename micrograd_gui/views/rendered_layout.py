"""The picture of the rendered graph: laid out by another thread, and at a moment."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.notebook_style import lay_out_notebook, shape_of, with_stand_ins
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Notation, Wires
from micrograd_gui.views.figure_painter import Scenery

CHIPS_AT_MOST = 150  # nodes of a graph on whose wires something stands: larger ones take Graphviz long


def shape_for(state: State) -> object:
    """What the layout depends on: as long as that is equal, it holds."""
    return shape_of(with_stand_ins(state.graph).graph), state.wires == "all", state.notation


def lay_out(graph: Graph, wires: Wires, notation: Notation, *, stop: Event) -> tuple[Figure, Scenery]:
    """The figure, and its parts ready for Qt: of many nodes that takes long, too."""
    whole = with_stand_ins(graph)
    sizes, grads = {}, {}
    if wires == "all" and len(whole.graph) <= CHIPS_AT_MOST:
        from micrograd_gui.figures.on_wires import usual_sizes  # seldom

        sizes = usual_sizes(whole.drawn_end, graph, notation)
    if notation == "leibniz":
        from micrograd_gui.session.explain.formulas import naming_of

        names = naming_of(graph, notation)
        grads = {number: names.short_grad(node) for number, node in graph.nodes.items()}
    figure = lay_out_notebook(whole, stop=stop, wires=sizes, grads=grads)
    return figure, Scenery(figure)


def at_moment(figure: Figure, state: State) -> Figure:
    """The figure at the moment of that State, with what stands on the wires."""
    found = figure.with_frame(state.frame, state.step, state.nudge, state.finding)
    if found.paths or (state.asked is not None and state.asked.paths):
        found = _with_paths(found, state)
    if not found.chips or state.wires != "all":
        return found
    from micrograd_gui.figures.on_wires import with_words, words_on_all  # where something stands on all wires
    from micrograd_gui.session.asking.on_wires import on_wires_of

    words = words_on_all(found.drawn_end, state.graph, on_wires_of(state), state.step, state.notation)
    return with_words(found, words)


def _with_paths(figure: Figure, state: State) -> Figure:
    """The figure with the paths on it that are asked for."""
    from micrograd_gui.figures.paths import lines_on  # most never ask
    from micrograd_gui.session.asking.paths import paths_at

    asked = state.asked
    paths = None if asked is None or not asked.paths else paths_at(state)
    lines = () if paths is None or asked is None else lines_on(figure, paths, asked.path)
    if lines == figure.paths:
        return figure
    return replace(figure, paths=lines)
