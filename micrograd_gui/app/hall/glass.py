"""Glass: pen and spotlight over the canvas of the hall; nothing of it is kept."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from micrograd_gui.views.canvas.view import CanvasView

Mode = Literal["", "pen", "spotlight"]
_VEIL = QColor(0, 0, 0, 170)
_RADIUS = 0.2  # of the spotlight, in the canvas's height
_INK = 2.5  # pixels at text scale 1


class Glass(QWidget):
    """A sheet of glass on the canvas: the mouse, or the pen of a tablet, draws on it or moves the light."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self.setObjectName("hall_glass")
        self._canvas = canvas
        self.mode: Mode = ""
        self.strokes: list[QPolygonF] = []
        self._at = QPointF()
        self.setMouseTracking(True)
        canvas.installEventFilter(self)

    def switch(self, mode: Mode) -> None:
        """Take up the pen or the spotlight, or put down the one that is in hand; what was drawn stays."""
        self.mode = "" if mode == self.mode else mode
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not self.mode)
        self.setCursor(Qt.CursorShape.CrossCursor if self.mode == "pen" else Qt.CursorShape.ArrowCursor)
        self._at = QPointF(self._canvas.mapFromGlobal(QCursor.pos()))
        self._cover()

    def clear(self) -> None:
        """Nothing is drawn or darkened any more."""
        self.strokes.clear()
        self.mode = ""
        self._cover()

    def _cover(self) -> None:
        self.setGeometry(self._canvas.rect())
        self.setVisible(bool(self.mode or self.strokes))
        self.raise_()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The glass is as large as the canvas."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pen touches the glass."""
        if self.mode == "pen" and event.button() == Qt.MouseButton.LeftButton:
            self.strokes.append(QPolygonF([event.position(), event.position()]))
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The pen draws, or the light goes with the pointer."""
        self._at = event.position()
        if self.mode == "pen" and self.strokes and event.buttons() & Qt.MouseButton.LeftButton:
            self.strokes[-1].append(event.position())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The veil with its hole, and the ink with a rim that shows it on any ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.mode == "spotlight":
            radius = max(self.height() * _RADIUS, 60.0)
            veil = QPainterPath()
            veil.addRect(QRectF(self.rect()))
            veil.addEllipse(self._at, radius * 1.5, radius)
            painter.fillPath(veil, _VEIL)
        look = self._canvas.look
        ends = (Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        for colour, width in ((look.theme.ground, _INK + 1.5), (look.theme.bad, _INK)):
            painter.setPen(QPen(QColor(colour), look.px(width * 10) / 10, *ends))
            for stroke in self.strokes:
                painter.drawPolyline(stroke)
        painter.end()
