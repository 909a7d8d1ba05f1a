"""Overview: below a canvas in a hall that has no room for all of the graph, all of it small, and a glide.

Dragging in it goes there; the frame is what the canvas shows. What has to come into view in such a hall
glides there, for the back row to follow, unless the desktop or the user wants no motion.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QShowEvent,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from micrograd.language import tr
from micrograd_gui.views.canvas.camera import ZoomView
from micrograd_gui.views.canvas.hall.cards import stand_in_hall
from micrograd_gui.views.canvas.host import WidgetHost
from micrograd_gui.views.canvas.pens import Pens, pens_of
from micrograd_gui.views.screen_reader.roles import tell_as

_SECONDS = 0.22  # that a glide takes
_PART, _MOST = 0.18, 120.0  # of the height of the canvas, and in pixels of a screen 1080 high
_MARGIN, _STRETCH = 8.0, 7.0
_SMALLEST = 9.0  # pixels: so large at least is the box that acts


def follow_hall(host: WidgetHost, view: ZoomView, seconds: Callable[[], float]) -> bool:
    """Stand as the hall has room, else show the overview; whether anything may stand elsewhere now."""
    scene = host.graph_scene
    changed = stand_in_hall(scene, host.look, view.viewport().size(), view.window().size())
    found = view.findChild(Overview)
    if found is None and host.look.projector and scene.folding.stand is None:
        found = overview_of(host, view, seconds)
    if found is not None:
        found.follow()
    return changed


def overview_of(host: WidgetHost, view: ZoomView, seconds: Callable[[], float]) -> Overview:
    """The overview of that canvas; made, and hidden at first, where there is none yet."""
    return view.findChild(Overview) or Overview(host, view, seconds)


class Glide(QObject):
    """Scrolls a view by so many pixels within a quarter of a second; whatever else scrolls it ends that."""

    def __init__(self, view: ZoomView, seconds: Callable[[], float]) -> None:
        super().__init__(view)
        self._view, self._seconds = view, seconds
        self._by, self._done = QPoint(), QPoint()
        self._clock, self._timer = QElapsedTimer(), QTimer(self)
        self._timer.setInterval(12)
        self._timer.timeout.connect(self._tick)

    def begin(self, by: QPoint) -> bool:
        """Glide instead of what was on its way; False where there is no motion, or nothing to move by."""
        self._timer.stop()
        if by.isNull() or not self._seconds() or not self._view.isVisible():
            return False
        self._by, self._done = by, QPoint()
        self._clock.start()
        self._timer.start()
        return True

    def _tick(self) -> None:
        part = min(1.0, self._clock.elapsed() / 1000 / _SECONDS)
        if part == 1.0:
            self._timer.stop()
        eased = part * part * (3 - 2 * part)
        at = QPoint(round(self._by.x() * eased), round(self._by.y() * eased))
        self._view.scroll_on(at - self._done)
        self._done = at


class Overview(QWidget):
    """The strip below the canvas, shown by ``follow`` where it is needed."""

    def __init__(self, host: WidgetHost, view: ZoomView, seconds: Callable[[], float]) -> None:
        super().__init__(view)
        self._host, self._view = host, view
        self._glide = Glide(view, seconds)
        self._of: tuple[object, object] | None = None  # what the picture is of, and how it was drawn
        self._drawn: tuple[object, object] | None = None
        self._picture = QPixmap()
        self.setObjectName("overview")
        self.setAccessibleName(tr("Overview: the whole graph; drag the frame to look elsewhere"))
        tell_as(self, QAccessible.Role.Graphic)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def follow(self) -> None:
        """Be there where the hall does not show the whole graph, and as high as suits the canvas."""
        view = self._view
        wanted = (
            self._host.look.projector
            and self._host.graph_scene.folding.stand is None
            and len(self._host.graph_scene.nodes) > 1
        )
        self._glide.begin(QPoint())
        view.glide = self._glide.begin if wanted else None
        height = round(min(_PART * view.height(), _MOST * self._host.look.hall_unit)) if wanted else 0
        self.setVisible(wanted)
        self._host.keep_clear(height, below=True)
        under = view.viewport().geometry().bottom() + 1
        self.setGeometry(0, under, view.width(), height)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """From now on it heeds what the canvas does; unseen it costs nothing."""
        super().showEvent(event)
        self._view.viewport().installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._view.viewport().removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible() and not self._host.look.projector:
            self.follow()
        elif event.type() == QEvent.Type.Paint:
            self.update()
        return False

    # Painting --------------------------------------------------------------------------------

    def _transform(self) -> QTransform:
        """From the scene to the strip."""
        bounds = self._host.graph_scene.bounds()
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        across, down = room.width() / max(1.0, bounds.width()), room.height() / max(1.0, bounds.height())
        least = min(across, down)  # stretched, but no box so far that it is not known again
        made = QTransform.fromTranslate(room.center().x(), room.center().y())
        made.scale(min(across, _STRETCH * least), min(down, _STRETCH * least))
        return made.translate(-bounds.center().x(), -bounds.center().y())

    def paintEvent(self, _event: QPaintEvent) -> None:
        view, transform = self._view, self._transform()
        scene, pens = self._host.graph_scene, pens_of(self._host.look)
        if self._of != (scene.nodes, scene.places) or self._drawn != (self.size(), self._host.look):
            self._of, self._drawn = (scene.nodes, scene.places), (self.size(), self._host.look)
            self._draw(transform, pens)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        acting = self._host.picture.acting
        if acting is not None:
            box = transform.mapRect(scene.boxes[acting])
            more = max(0.0, (_SMALLEST - min(box.width(), box.height())) / 2)
            painter.setPen(QPen(pens.accent, 3.0))
            painter.setBrush(pens.accent_fill)
            painter.drawRect(box.adjusted(-more, -more, more, more))
        back, _ = view.viewportTransform().inverted()
        seen = transform.mapRect(back.mapRect(QRectF(view.viewport().rect())))
        painter.setPen(QPen(pens.selection, 3.0))
        painter.setBrush(pens.glow)
        painter.drawRoundedRect(seen.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2)), 4, 4)
        painter.end()

    def _draw(self, transform: QTransform, pens: Pens) -> None:
        """The graph as it is at any moment: boxes and straight wires."""
        scene = self._host.graph_scene
        self._picture = QPixmap(self.size())
        self._picture.fill(pens.panel)
        painter = QPainter(self._picture)
        painter.setPen(pens.line_pen)
        painter.drawLine(0, 0, self.width(), 0)
        painter.setWorldTransform(transform)
        for colour, width in ((pens.wire_pen.color(), 1.0), (pens.muted, 1.0)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(pens.chip)
            if colour == pens.muted:
                painter.drawRects(list(scene.boxes.values()))
            else:
                painter.drawLines([scene.lines[wire] for wire in scene.curves])
        painter.end()

    # The pointer -----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _go(self, position: QPointF) -> None:
        """Let the canvas show what is there in its middle."""
        view = self._view
        there = view.viewportTransform().map(self._transform().inverted()[0].map(position))
        by = there - QPointF(view.viewport().rect().center())
        self._host.scroll_by_hand(by.toPoint())
        self.update()
