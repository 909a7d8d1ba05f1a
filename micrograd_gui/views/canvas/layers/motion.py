"""Motion over the canvas: the numbers of a step travel along the wires, until the next step or their end."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen

from micrograd_gui.document.graph import NodeId
from micrograd_gui.figures.geometry import WIDE, Bezier, Point
from micrograd_gui.figures.motion import End, Journey, Shown, at, journey, journey_over
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.host import WidgetHost
from micrograd_gui.views.canvas.picture import as_one

_TICK = 16  # milliseconds
_ACROSS, _DOWN = 7.0, 3.0  # between a number and the edge of its pill
_SMALLEST = 13.0  # pixels: from further off a number is enlarged to that


class Motion(QObject):
    """One journey at a time over a canvas; what it covers alone is painted anew."""

    def __init__(self, host: WidgetHost, parent: QObject) -> None:
        super().__init__(parent)
        self._host = host
        self._journey, self._shown = Journey(), ()  # type: tuple[Journey, tuple[Shown, ...]]
        self._began = self._lasts = 0.0
        self._timer = QTimer(self, interval=_TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.follow)

    @property
    def moving(self) -> bool:
        """Whether something is on its way."""
        return self._timer.isActive()

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What is seen on its way now."""
        return self._shown

    def begin(self, state: State, seconds: float) -> None:
        """Let the numbers of that state's step travel for so long, in place of what is on its way."""
        folding, picture = self._host.graph_scene.folding, self._host.picture
        steps = as_one(state, picture.scene, state.step)
        if len(steps) > 1:
            found = journey_over(picture.graph, state.frame, steps, folding.drawn_wire, self._curve)
        else:
            found = journey(picture.graph, state.frame, state.step, self._curve)
        if not found.travellers:
            self.end()
            return
        self._journey, self._began, self._lasts = found, time.perf_counter(), seconds
        self._show(at(found, 0.0, self._below))
        self._timer.start()

    def end(self) -> None:
        """Nothing is on its way any more."""
        self._timer.stop()
        self._show(())

    def follow(self) -> None:
        """Show where everything is by now."""
        self.show_at((time.perf_counter() - self._began) / self._lasts)

    def show_at(self, part: float) -> None:
        """Show where everything is at that part of the time (0 … 1)."""
        if part >= 1:
            self.end()
        else:
            self._show(at(self._journey, part, self._below))

    def paint(self, painter: QPainter) -> None:
        """Each number in a pill with the colour of what it is: filled for data, framed for a gradient."""
        pens = self._host.pens
        for each in self._shown:
            size, font = self._scale(), pens.sum
            painter.save()
            painter.translate(self._middle(each))
            painter.scale(size, size)
            pill = self._pill(each)
            colour = pens.data if each.role == "data" else pens.grad
            painter.setPen(QPen(colour, 1.6))
            painter.setBrush(colour if each.role == "data" else pens.panel)
            painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
            painter.setPen(pens.on_data if each.role == "data" else pens.grad)
            painter.setFont(font.qfont)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, each.text)
            painter.restore()

    def _show(self, shown: tuple[Shown, ...]) -> None:
        before, self._shown = self._shown, shown
        self._host.refresh(self._covered(each) for each in (*before, *shown))

    def _scale(self) -> float:
        size, form = self._host.pens.sum.qfont.pixelSize(), self._host.graph_scene.folding.form
        as_on_cards = 1.0 if form == WIDE else form.number / size
        return max(as_on_cards, _SMALLEST / (size * self._host.zoom))

    def _pill(self, each: Shown) -> QRectF:
        font = self._host.pens.sum
        width, height = font.width(each.text) + 2 * _ACROSS, font.metrics.height() + 2 * _DOWN
        return QRectF(-width / 2, -height / 2, width, height)

    def _covered(self, each: Shown) -> QRectF:
        pill, size = self._pill(each), self._scale()
        around = QRectF(0, 0, pill.width() * size + 4, pill.height() * size + 4)
        around.moveCenter(self._middle(each))
        return around

    def _middle(self, each: Shown) -> QPointF:
        """Where it is, or so far beside that it is seen whole where only its ends would be out of sight."""
        middle, pill, size = QPointF(*each.middle), self._pill(each), self._scale()
        back, _ = self._host.viewportTransform().inverted()
        seen = back.mapRect(QRectF(self._host.viewport().rect()))
        wide, tall = pill.width() * size / 2 + 2, pill.height() * size / 2 + 2
        if not seen.adjusted(-tall, -tall, tall, tall).contains(middle):
            return middle
        x = min(max(middle.x(), seen.left() + wide), max(seen.right() - wide, seen.left() + wide))
        y = min(max(middle.y(), seen.top() + tall), max(seen.bottom() - tall, seen.top() + tall))
        return QPointF(x, y)

    def _curve(self, end: End) -> Bezier | None:
        scene = self._host.graph_scene
        wire = scene.folding.drawn_wire(end)
        return None if wire is None else scene.curves.get(wire)

    def _below(self, number: NodeId) -> Point | None:
        rect = self._host.graph_scene.box_of(number)
        if rect.isEmpty():
            return None
        larger = self._scale() - 1  # than usual: the sum goes no further into its card for that
        return rect.center().x(), rect.bottom() + larger * (self._host.pens.sum.metrics.height() / 2 + _DOWN)
