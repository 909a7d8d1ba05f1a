"""Gesturing: a sheet on which one gesture runs at a time, and what is said while it does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip

from micrograd_gui.document.graph import NodeId
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.canvas.events import EventfulSheet
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.scene import Index
from micrograd_gui.views.canvas.tools import Gesture
from micrograd_gui.views.canvas.wiring import KeyWiring, Wiring

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView


class Gesturing(EventfulSheet):
    """Starts and ends gestures; who paints the sheet says how to repaint parts of it."""

    bridge: Bridge
    index: Index
    gesture: Gesture | None
    hovered: Hit

    def refresh(self, rects: Iterable[QRectF]) -> None:
        """Repaint those parts of the scene, and no others."""
        raise NotImplementedError

    def hover_rect(self, hit: Hit) -> QRectF:
        """Where hovering over it shows."""
        raise NotImplementedError

    def start_gesture(self, gesture: Gesture) -> None:
        self.refresh([self.hover_rect(self.hovered)])
        self.gesture = gesture
        self.viewport().setCursor(gesture.cursor)

    def end_gesture(self, *, cancel: bool = False) -> None:
        """Let go of the running gesture."""
        gesture, self.gesture = self.gesture, None
        if gesture is None:
            return
        if cancel:
            self.pointer.forget()
            gesture.cancel()
        self.viewport().unsetCursor()
        self.refresh([gesture.rect(), *self._hidden_rects(gesture)])

    def _hidden_rects(self, gesture: Gesture) -> list[QRectF]:
        wire = gesture.hidden_wire if isinstance(gesture, Wiring) else None
        shown = None if wire is None else self.index.folding.shown(wire)
        return [self.index.wire_rect(shown)] if shown is not None and shown in self.index.curves else []

    def start_key_wiring(self, number: NodeId, *, remove: bool = False) -> None:
        """Choose a wire of the node with keys."""
        if self.index.key(number) is None:
            return
        wiring = KeyWiring(cast("CanvasView", self), number, remove=remove)
        name = self.index.graph.nodes[number].name
        if not wiring.choices:
            lacking = f"{name} has no wire" if remove else f"There is no free port for {name}"
            self.bridge.refused.emit(f"{lacking}.", number)
            return
        self.start_gesture(wiring)
        wiring.turn(0)
        self.tell_wiring()

    def tell_wiring(self) -> None:
        """Say beside the port what Enter would do."""
        if isinstance(self.gesture, KeyWiring):
            sentence = self.gesture.sentence()
            at = self.mapFromScene(self.gesture.rect().bottomRight())
            self.setAccessibleDescription(sentence)
            QToolTip.showText(self.viewport().mapToGlobal(at), sentence, self.viewport())

    def say_at_pointer(self, sentence: str) -> None:
        """A tooltip at once, or none."""
        if sentence:
            QToolTip.showText(QCursor.pos() + QPoint(12, 12), sentence, self.viewport())
        else:
            QToolTip.hideText()
