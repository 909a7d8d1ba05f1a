"""Host: all that a tool may ask of the canvas it works on, and what parts of the widget may ask besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ParamSpec, Protocol, TypeVar

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QWidget

from micrograd_gui.document.block import Key
from micrograd_gui.document.graph import NodeId, Place
from micrograd_gui.session.session import Session
from micrograd_gui.views.canvas.pens import Pens
from micrograd_gui.views.canvas.picture import CanvasFrame
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.theme import Look

P = ParamSpec("P")
T = TypeVar("T")


class Overlay(Protocol):
    """What is painted over the graph, its nodes and all; it asks for what it covers to be painted anew."""

    def paint(self, painter: QPainter) -> None:
        """Paint in units of the scene, and leave the painter's transform as it was."""


class Host(Protocol):
    """What a tool may ask: what is where, the session's state and verbs, and to show and say things.

    A test gives it a few lines that are no widget (tests/views/canvas/test_tools.py).
    """

    @property
    def graph_scene(self) -> Scene:
        """What lies where (Qt's own ``scene()`` is empty)."""

    @property
    def picture(self) -> CanvasFrame:
        """The moment that is shown."""

    @property
    def session(self) -> Session:
        """The state, and the verbs that replace it."""

    @property
    def pens(self) -> Pens:
        """What is painted with."""

    @property
    def zoom(self) -> float:
        """Pixels per scene unit."""

    def attempt(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call a verb; where it raises Refusal, the sentence is said, and None comes back."""

    def create_nodes(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Attempt a verb that makes nodes; from inside a block, they belong to it."""

    def want_block(self, kind: str, point: QPointF, nodes: tuple[NodeId, ...]) -> None:
        """A block of that kind is to be put there, and to read those nodes."""

    def freeze_places(self) -> None:
        """Give every node the place it is drawn at, so that an edit of some leaves the others there."""

    def refuse(self, sentence: str, node: NodeId | None = None) -> None:
        """Say why something cannot be, and which node that is about."""

    def say(self, sentence: str, at: QPointF | None = None) -> None:
        """A tooltip beside that point of the scene, where no pointer is, or (None) beside the pointer.

        An empty sentence takes it away.
        """

    def refresh(self, rects: Iterable[QRectF]) -> None:
        """Repaint those parts of the scene, and no others."""

    def show_node(self, number: Key) -> None:
        """Scroll, no further than needed, so that the node is in view."""

    def scroll_by(self, pixels: QPoint) -> None:
        """Move what is seen by so many pixels."""


class WidgetHost(Host, Protocol):
    """What pointer, keyboard, menu, inline editor and the way into blocks may ask: they work the widget."""

    @property
    def look(self) -> Look:
        """How everything is drawn."""

    def viewport(self) -> QWidget:
        """What is painted on: it has the cursor and passes on the focus."""

    def viewportTransform(self) -> QTransform:
        """From the scene to pixels."""

    def scene_point(self, position: QPointF) -> QPointF:
        """The point of the scene at that pixel."""

    def zoom_by_hand(self, factor: float, position: QPointF | None = None) -> None:
        """Nearer or further, about that pixel (None: the middle); the user has chosen what to look at."""

    def scroll_by_hand(self, pixels: QPoint) -> None:
        """Scroll; the user has chosen what to look at."""

    def fit(self) -> None:
        """The whole graph in view."""

    def stop_editing(self) -> None:
        """Cancel the tool that is at work, and close the inline editor without keeping anything."""

    def adopt_into_block(self, first: NodeId) -> None:
        """From inside a block: the nodes from that id on were made here, and belong to it."""

    def want_block(self, kind: str, point: QPointF, nodes: tuple[NodeId, ...]) -> None:
        """A block of that kind is to be put there, and to read those nodes."""

    def paste_at(self, text: str, at: Place) -> object:
        """The text becomes nodes there."""

    def type_node(self, text: str = "") -> None:
        """Let a node be typed at the pointer; ``text`` is what was typed already."""

    def look_again(self) -> None:
        """Another block, or the whole graph, is looked at."""

    def keep_clear(self, height: int, *, below: bool = False) -> None:
        """Leave so many pixels free above the canvas, or below it."""
