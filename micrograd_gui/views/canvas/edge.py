"""Edge: the sheet scrolls by itself while something is dragged at the edge of the view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QTimer

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView

BREADTH = 28  # pixels from the edge where it begins
FASTEST = 26  # pixels at a time, at the edge itself and beyond
_EVERY = 25  # milliseconds


class EdgeScroll:
    """Told where the pointer is, it scrolls; ``again`` is called after each time with that position."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self._at = QPointF()
        self._again: Callable[[QPointF], object] = lambda _: None
        self._timer = QTimer(view)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self._scroll)

    def follow(self, position: QPointF, again: Callable[[QPointF], object]) -> None:
        """The pointer is there, dragging."""
        self._at, self._again = position, again
        if self._pixels() == QPoint():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Nothing is dragged any more."""
        self._timer.stop()

    def _scroll(self) -> None:
        self.view.scroll_by_hand(self._pixels())
        self._again(self._at)

    def _pixels(self) -> QPoint:
        size = self.view.viewport().size()
        return QPoint(_speed(self._at.x(), size.width()), _speed(self._at.y(), size.height()))


def _speed(at: float, length: int) -> int:
    """How far to scroll: the nearer to the edge, the further."""
    over = max(BREADTH - at, 0.0) - max(at - (length - BREADTH), 0.0)
    part = max(-1.0, min(1.0, over / BREADTH))
    return -round(part * abs(part) * FASTEST)
