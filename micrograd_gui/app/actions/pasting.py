"""Pasting into the window: at once where that is quick, else behind it; and what a cell has told is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Event
from typing import Any, Protocol, TypeVar

from micrograd.language import N_, tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.documents import Documents
from micrograd_gui.document import clipboard
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.python.pasted import PastedCell, said
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.session.pasting import Pasting, last_cell
from micrograd_gui.session.session import Session
from micrograd_gui.session.transitions import BUILT
from micrograd_gui.views.canvas.view import CanvasView

_REMARKS = r"\s*+(?:(?://|#)[^\n]*+\n\s*+|/\*.*?\*/\s*+)*+"  # nothing of them is gone over twice
_DOT = re.compile(rf"{_REMARKS}(?:strict\s+)?(?:di)?graph\b[^{{=()]*+\{{", re.DOTALL)
_HEAD = 100_000  # letters in which the head of a DOT text stands
_LETTERS_AT_ONCE = 20_000
_WALKING = N_("The cell is walked through behind the window …")
T = TypeVar("T")


class Desk(Protocol):
    """What pasting asks of the commands of the window."""

    @property
    def context(self) -> Context:
        """What the parts of the window may ask of it."""

    @property
    def session(self) -> Session:
        """The State, and the verbs that replace it."""

    @property
    def canvas(self) -> CanvasView:
        """Where the graph is drawn."""

    @property
    def documents(self) -> Documents:
        """What is done behind the window."""

    @property
    def panes(self) -> Any:
        """The panes around it."""

    @property
    def projector(self) -> Any:
        """Whether one is in a hall."""

    def tidy(self, *, as_edit: bool = True, say: str = "") -> None:
        """Lay out the graph."""

    def toggle_pane(self, name: str) -> None:
        """That late pane is seen, or goes."""


@Net("paste", N_("What is on the clipboard"))
def paste(commands: Desk, text: str, at: Place | None = None) -> None:
    """What is on the clipboard becomes nodes, and these are in view; what a cell prints is shown.

    A cell that takes long goes on behind the window, which has it when it is through. ``at`` is where the
    middle of it goes; None: where there is room.
    """
    from micrograd_gui.document.python.limits import Lengthy, quickly

    session = commands.session
    before = session.state
    if _DOT.match(text, 0, _HEAD):
        _read_behind(
            commands,
            tr("Reading what was pasted …"),
            _from_dot,
            text,
            done=lambda made: paste(commands, made, at),
        )
        return
    if not text.strip() or clipboard.is_file(text):
        commands.canvas.create_nodes(session.paste, text, at)
        if session.state.history is not before.history:
            commands.canvas.show_nodes(session.state.selection)
        return
    _see_that_nothing_is_read(commands)
    commands.canvas.freeze_places()
    graph = session.state.graph
    try:
        _see_that_it_is_short(text)
        with quickly():
            made = clipboard.pasted(graph, text, at)
    except Lengthy:
        _read_behind(
            commands, tr(_WALKING), _pasted, graph, text, at, done=lambda made: _put(commands, graph, made)
        )
    except Refusal as refusal:
        _refused(commands, refusal)
    else:
        _put(commands, graph, made)


def _from_dot(text: str, stop: Event) -> str:
    """The graph that such a text draws, in the file's format; read by Graphviz, which may take a while."""
    from micrograd_gui.document import codec
    from micrograd_gui.files.dot_reader import graph_from_dot

    return codec.encode(graph_from_dot(text, "What was pasted", stop))


def _pasted(graph: Graph, text: str, at: Place | None, stop: Event) -> tuple[Graph, frozenset[NodeId]]:
    return clipboard.pasted(graph, text, at)


def _built(text: str, stop: Event) -> Graph:
    from micrograd_gui.document.notation.reader import graph_from_expression

    return graph_from_expression(text)


def _read_behind(
    commands: Desk, sentence: str, read: Callable[..., T], *args: object, done: Callable[[T], object]
) -> None:
    """Have it read behind the window, which may cancel that. Raises Refusal while another text is read."""
    _see_that_nothing_is_read(commands)
    commands.documents.behind.read(
        sentence, read, *args, done=done, failed=lambda error: _refused(commands, error)
    )


def _see_that_nothing_is_read(commands: Desk) -> None:
    if commands.documents.behind.reads:
        raise Refusal(tr("The cell before is still walked through: paste this one when it is done."))


def build(commands: Desk, text: str) -> None:
    """The graph that an expression describes, laid out and in view; behind the window where that takes long.

    Raises ExpressionRefusal.
    """
    from micrograd_gui.document.python.limits import Lengthy, quickly

    session, graph = commands.session, commands.session.state.graph

    def arrived(made: Graph) -> None:
        if session.state.graph is graph:
            session.replace_graph(arranged(made), BUILT)
            commands.tidy(as_edit=False)

    try:
        _see_that_it_is_short(text)
        with quickly():
            session.build(text)
    except Lengthy:
        _read_behind(commands, tr(_WALKING), _built, text, done=arrived)
    else:
        commands.tidy(as_edit=False)


def _see_that_it_is_short(text: str) -> None:
    """Raises Lengthy where to read it may take longer than the window should wait, whatever it says."""
    from micrograd_gui.document.python.limits import Lengthy

    if len(text) > _LETTERS_AT_ONCE:
        raise Lengthy(tr("The text is long."))


def _refused(commands: Desk, error: Exception) -> None:
    if not isinstance(error, Refusal):
        raise error
    commands.context.bridge.refused.emit(str(error), error.node)


def _put(commands: Desk, graph: Graph, made: tuple[Graph, frozenset[NodeId]]) -> None:
    """What the cell made takes its place, and what it told is shown."""
    session, room = commands.session, commands.session.room(Pasting)
    before = session.state.history
    commands.canvas.create_nodes(room.put, graph, made)
    if session.state.history is before:
        return
    whole = bool(made[1] & graph.nodes.keys()) or not graph.nodes
    if made[1] and not whole:
        commands.canvas.show_nodes(session.state.selection)
    commands.context.bridge.attempt(room.stand_as_told)
    cell = last_cell(session.state.graph)
    told = "" if cell is None or cell is last_cell(graph) else _tell(commands, cell)
    if made[1] and whole:
        commands.tidy(as_edit=False, say=told)


def _tell(commands: Desk, cell: PastedCell) -> str:
    """Gives in a line what came of the cell, and says it; more of it stands in the pane of the cells."""
    more = "\n" in cell.printed.strip() or cell.by_hand or cell.notes
    late = commands.panes.late.get("cells")
    hidden = late is None or commands.panes.docks["cells"].isHidden()
    if more and hidden and not commands.projector.on:
        commands.toggle_pane("cells")
    found = commands.session.state.found
    told = said(cell) if found is None or not cell.by_hand else found.said
    if told:
        commands.context.say(told)
    return told
