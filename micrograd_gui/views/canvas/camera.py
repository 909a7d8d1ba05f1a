"""ZoomView: a view one can zoom and scroll, which never moves by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

NEAREST, FURTHEST = 8.0, 0.01
STEP = 1.2  # one press of zoom in
_MARGIN = 24  # pixels between what comes into view and the edge
_AIR = 26.0  # pixels around a graph that is whole in view, and from far, where these are less:
_EDGE, _HANGS = 4.0, 16.0  # pixels, and scene units that what stands out of its cards needs
_RECTS_AT_MOST = 300
_LOOKED_AT = 5_000  # of more rectangles it is not looked which of them are seen
_FIRST = QRectF(-50_000, -50_000, 100_000, 100_000)  # where one can scroll; it only ever grows
_BORDER = 20_000.0  # so far one can scroll at least beyond what is drawn
_LARGEST = QRectF(-1e8, -1e8, 2e8, 2e8)  # beyond that Qt's scroll bars run out of whole numbers


class ZoomView(QGraphicsView):
    """Qt's view with an empty scene: the scene only says how far one can scroll.

    ``whole``: all of the graph is in view, and stays so when the window changes its size.
    ``zoom``: pixels per scene unit. ``zoomed()``: everything may have another size now;
    ``scrolled()``: it is as large, and elsewhere.
    ``settled()``: all of the graph is to be brought into view again.
    ``glide(pixels)``: how what is not in view is scrolled to, where that is not at once; it says whether it
    does so, and scrolling by anything else, or by nothing, ends it.
    """

    zoomed = Signal()
    scrolled = Signal()
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.glide: Callable[[QPoint], bool] | None = None
        self.whole = True
        self._wanted_later: bool | None = None  # None: no size is only passed through
        self._eye: tuple[QPointF, float] | None = None  # what a file said is to be seen
        self._put_there = (0.0, 0, 0)  # zoom and scrolling as they were for that
        self._scene = QGraphicsScene(self)  # a QGraphicsView does not own its scene
        self.setScene(self._scene)
        self.setViewport(QWidget())  # to tell what kind Qt's own is, PySide would load every kind of widget
        self.setSceneRect(_FIRST)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def zoom(self) -> float:
        """Pixels per scene unit."""
        return self.transform().m11()

    def grow(self, bounds: QRectF) -> None:
        """Make room around what is drawn."""
        wanted = bounds.adjusted(-_BORDER, -_BORDER, _BORDER, _BORDER).intersected(_LARGEST)
        if not self.sceneRect().contains(wanted):
            self.setSceneRect(self.sceneRect().united(wanted))

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Within, sizes and looks are only passed through: ``settled`` is told when that is over."""
        if self._wanted_later is not None:  # part of what passes
            yield
            return
        self._wanted_later = False
        try:
            yield
        finally:
            wanted, self._wanted_later = self._wanted_later, None
            if wanted:
                self.settled.emit()

    def wants_whole(self) -> bool:
        """All of the graph is to be in view. Gives whether that is to be now."""
        self.whole = True
        if self._wanted_later is None:
            return True
        self._wanted_later = True
        return False

    def look_at(self, middle: QPointF, zoom: float) -> None:
        """That point in the middle, at that zoom."""
        size: QSize = self.viewport().size()
        self._put(middle, QPointF(size.width() / 2, size.height() / 2), zoom)

    def zoom_for(self, bounds: QRectF) -> float:
        """The zoom at which that is whole in view, with some air around it."""
        size: QSize = self.viewport().size()
        room_x, room_y = max(40.0, size.width() - 2 * _AIR), max(40.0, size.height() - 2 * _AIR)
        wide, high = size.width() - 2 * _EDGE, size.height() - 2 * _EDGE
        far = min(wide / (bounds.width() + 2 * _HANGS), high / (bounds.height() + 2 * _HANGS))
        return max(far, min(room_x / bounds.width(), room_y / bounds.height()))

    def look_as(self, middle: tuple[float, float], scale: float) -> None:
        """That point in the middle, at that zoom, and so it stays until somebody looks elsewhere."""
        self.whole, self._eye = False, (QPointF(*middle), scale)
        self.look_at(*self._eye)
        self._put_there = self._standing

    def stay(self, before: QSize, bounds: Callable[[], QRectF]) -> bool:
        """The view has another size than before. Gives whether it is not the whole graph that stays in view.

        What a file said is to be seen stays in the middle. Else all stays where it is, but of what lies
        within the bounds, that which was cut is seen as far as the new room, and that beyond it, allow.
        """
        if self.whole:
            return False
        if self._eye is not None and self._put_there == self._standing:
            middle, scale = self._eye
            self.look_as((middle.x(), middle.y()), scale)
        elif before.isValid():
            there, size = self.viewportTransform().mapRect(bounds()), self.viewport().size()
            across = _uncut(there.left(), there.right(), size.width(), before.width())
            down = _uncut(there.top(), there.bottom(), size.height(), before.height())
            if across or down:
                self.scroll_by(QPoint(-across, -down))
                self.viewport().update()
        return True

    @property
    def eye(self) -> tuple[tuple[float, float], float] | None:
        """What is in the middle, and at which zoom; as a file said, where nobody has looked elsewhere.

        None where the whole graph is in view.
        """
        if self.whole:
            return None
        if self._eye is not None and self._put_there == self._standing:
            return (self._eye[0].x(), self._eye[0].y()), self._eye[1]
        middle = self.scene_point(QPointF(self.viewport().rect().center()))
        return (middle.x(), middle.y()), self.zoom

    @property
    def _standing(self) -> tuple[float, int, int]:
        return self.zoom, self.horizontalScrollBar().value(), self.verticalScrollBar().value()

    def held(self) -> Callable[[], None]:
        """Gives what has the same seen again later, in the same place, where the view is as large then."""
        size, whole, (zoom, across, down) = self.viewport().size(), self.whole, self._standing

        def put_back() -> None:
            if self.viewport().size() == size:
                self.look_at(QPointF(), zoom)
                self.horizontalScrollBar().setValue(across)
                self.verticalScrollBar().setValue(down)
                self.whole = whole
                self.scrolled.emit()

        return put_back

    def zoom_at(self, factor: float, position: QPointF) -> None:
        """So many times as large, with what is at that pixel staying there."""
        back, _ = self.viewportTransform().inverted()
        self._put(back.map(position), position, self.zoom * factor)

    def scroll_by(self, pixels: QPoint) -> None:
        """Move what is seen by so many pixels, to the left and up."""
        if self.glide is not None:
            self.glide(QPoint())
        self.scroll_on(pixels)

    def scroll_on(self, pixels: QPoint) -> None:
        """The same as part of a glide."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + pixels.x())
        down.setValue(down.value() + pixels.y())
        self.scrolled.emit()

    def zoom_in(self) -> None:
        """One step nearer."""
        self.zoom_by_hand(STEP)

    def zoom_out(self) -> None:
        """One step further away."""
        self.zoom_by_hand(1 / STEP)

    def zoom_by_hand(self, factor: float, position: QPointF | None = None) -> None:
        """Nearer or further, about that pixel (None: the middle); the user has chosen what to look at."""
        self.whole = False
        self.zoom_at(factor, QPointF(self.viewport().rect().center()) if position is None else position)

    def scroll_by_hand(self, pixels: QPoint) -> None:
        """Scroll; the user has chosen what to look at."""
        self.whole = False
        self.scroll_by(pixels)

    def seen(self) -> QRectF:
        """What of the scene is in view."""
        return self.viewportTransform().inverted()[0].mapRect(QRectF(self.viewport().rect()))

    def bring_into_view(self, rect: QRectF, margin: int) -> None:
        """Scroll what is not in view no further than to its edge and so many pixels.

        Of what is larger than the view, the middle is shown.
        """
        seen, on_screen = self.viewport().rect(), self.viewportTransform().mapRect(rect)
        if QRectF(seen).contains(on_screen):
            return
        on_screen.adjust(-margin, -margin, margin, margin)
        by = [0, 0]
        for axis, (low, high, size) in enumerate(
            (
                (on_screen.left(), on_screen.right(), seen.width()),
                (on_screen.top(), on_screen.bottom(), seen.height()),
            )
        ):
            if high - low > size:
                by[axis] = round((low + high - size) / 2)
            elif low < 0:
                by[axis] = round(low)
            elif high > size:
                by[axis] = round(high - size)
        if by != [0, 0] and not (self.glide is not None and self.glide(QPoint(*by))):
            self.scroll_by(QPoint(*by))

    def refresh(self, rects: Iterable[QRectF]) -> None:
        """Repaint those parts of the scene, and no others."""
        rects = [*rects]
        if len(rects) > _LOOKED_AT:
            self.viewport().update()
            return
        transform, seen = self.viewportTransform(), self.viewport().rect()
        wanted = [transform.mapRect(rect).toAlignedRect().adjusted(-2, -2, 2, 2) for rect in rects]
        wanted = [rect for rect in wanted if rect.intersects(seen)]
        if len(wanted) > _RECTS_AT_MOST:
            self.viewport().update()
            return
        for rect in wanted:
            self.viewport().update(rect)

    def scene_point(self, position: QPointF) -> QPointF:
        """The point of the scene at that pixel."""
        return self.viewportTransform().inverted()[0].map(position)

    def _put(self, point: QPointF, position: QPointF, zoom: float) -> None:
        """That point of the scene at that pixel, at that zoom."""
        size = min(NEAREST, max(FURTHEST, zoom))
        self.setTransform(QTransform.fromScale(size, size))
        there = self.viewportTransform().map(point)
        self.scroll_by(QPoint(round(there.x() - position.x()), round(there.y() - position.y())))
        self.viewport().update()
        self.zoomed.emit()


def _uncut(low: float, high: float, size: int, before: int) -> int:
    """By how many pixels what reaches from low to high moves on, so that its beginning is seen."""
    return max(0, int(min(_MARGIN - low, size - _MARGIN - high, size - before)))
