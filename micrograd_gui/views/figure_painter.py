"""Figure → QPainter: a rendered graph in the colours of a look, or the parts of it that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from micrograd_gui.document.graph import NodeId
from micrograd_gui.figures.figure import CardBox, Figure, Oval, Text, Wire, oval_text
from micrograd_gui.views.theme import FAMILY, Theme

SMALLEST_TEXT = 3.5  # pixels; below that numbers are no more than specks, and are left out
STRONG = 2.5
_REACH = 6.0  # how far marks may stand out of a shape
_SELECTED = 3.0  # how far the mark of a selected node stands out of it


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is drawn of a box, an oval or a wire, and the rectangle it covers, marks included."""

    item: CardBox | Oval | Wire
    covers: QRectF
    rect: QRectF
    lines: Sequence[QLineF] = ()
    path: QPainterPath | None = None
    head: QPolygonF | None = None


class Scenery:
    """A picture's shapes made ready for Qt, once per layout; numbers come with each painting."""

    def __init__(self, picture: Figure) -> None:
        self.boxes = [_box(each) for each in picture.boxes]
        self.ovals = [_oval(each) for each in picture.ovals]
        self.wires = [_wire(each) for each in picture.wires]

    def covered(self, nodes: Collection[NodeId], through: Collection[NodeId | None]) -> list[QRectF]:
        """What changes where those nodes have other numbers, and those ops act or cease to act."""
        rects = [shape.covers for shape in self.boxes if shape.item.node in nodes]
        shapes = (*self.ovals, *self.wires) if through else ()
        return rects + [shape.covers for shape in shapes if shape.item.node in through]

    def node_at(self, point: QPointF) -> NodeId | None:
        """The node whose box or oval lies there."""
        shapes = (*self.boxes, *self.ovals)
        return next((shape.item.node for shape in shapes if shape.rect.contains(point)), None)

    def rect_of(self, node: NodeId) -> QRectF | None:
        """The node's box."""
        return next((shape.rect for shape in self.boxes if shape.item.node == node), None)


class PicturePainter:
    """Paints pictures in the colours of one theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._fonts: dict[tuple[float, bool], tuple[QFont, QFontMetricsF]] = {}
        names = {"label": theme.text, "op": theme.text, "data": theme.data, "grad": theme.grad}
        self._inks = {role: QColor(name) for role, name in names.items()}
        self._faint = QColor(theme.muted)

    def paint(
        self,
        painter: QPainter,
        scenery: Scenery,
        picture: Figure,
        exposed: Sequence[QRectF],
        selection: Collection[NodeId],
        zoom: float,
    ) -> None:
        """What lies in the exposed rectangles; ``zoom`` is in pixels per unit."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thin = max(1.0, 0.6 / zoom)  # from afar a line is still one that can be seen
        self._wires(painter, picture, _seen(scenery.wires, exposed), thin)
        ovals, boxes = _seen(scenery.ovals, exposed), _seen(scenery.boxes, exposed)
        for shape in ovals:
            self._prepare(painter, shape.item.node == picture.through, picture.failed, thin)
            painter.drawEllipse(shape.rect)
        self._boxes(painter, picture, boxes, selection, thin)
        if zoom * 14 >= SMALLEST_TEXT:
            self._texts(painter, (oval_text(s.item) for s in ovals if isinstance(s.item, Oval)))
            for shape in boxes:
                if isinstance(shape.item, CardBox):
                    self._texts(painter, picture.texts_of(shape.item))

    def _wires(self, painter: QPainter, picture: Figure, shapes: Sequence[_Shape], thin: float) -> None:
        for lit, name in ((False, self.theme.wire), (True, self.theme.accent)):
            chosen = [s for s in shapes if isinstance(s.item, Wire) and picture.lit(s.item) == lit]
            painter.setPen(QPen(QColor(name), max(STRONG, thin) if lit else thin))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for shape in chosen:
                if shape.path is not None:
                    painter.drawPath(shape.path)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(name))
            for shape in chosen:
                if shape.head is not None:
                    painter.drawPolygon(shape.head)

    def _boxes(
        self,
        painter: QPainter,
        picture: Figure,
        shapes: Sequence[_Shape],
        selection: Collection[NodeId],
        thin: float,
    ) -> None:
        for acting in (False, True):
            chosen = [shape for shape in shapes if (shape.item.node == picture.acting) == acting]
            if chosen:
                self._prepare(painter, acting, picture.failed, thin)
                painter.drawRects([shape.rect for shape in chosen])
                painter.setPen(QPen(painter.pen().color(), thin))
                painter.drawLines([line for shape in chosen for line in shape.lines])
        painter.setPen(QPen(QColor(self.theme.selection), max(2.0, 2 * thin), Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for shape in shapes:
            if shape.item.node in selection:
                painter.drawRect(shape.rect.adjusted(-_SELECTED, -_SELECTED, _SELECTED, _SELECTED))

    def _prepare(self, painter: QPainter, acting: bool, failed: bool, thin: float) -> None:
        theme = self.theme
        edge, inside = (theme.bad, theme.bad_fill) if failed else (theme.accent, theme.accent_fill)
        painter.setPen(QPen(QColor(edge if acting else theme.frame), max(STRONG, thin) if acting else thin))
        painter.setBrush(QColor(inside if acting else theme.panel))

    def _texts(self, painter: QPainter, texts: Iterable[Text]) -> None:
        for text in texts:
            font, metrics = self._font(text.size, text.bold)
            shift = 0.0
            if text.anchor != "start":
                shift = metrics.horizontalAdvance(text.text) * (1.0 if text.anchor == "end" else 0.5)
            painter.setFont(font)
            painter.setPen(self._faint if text.faint else self._inks[text.role])
            painter.drawText(QPointF(text.x - shift, text.y), text.text)

    def _font(self, size: float, bold: bool) -> tuple[QFont, QFontMetricsF]:
        if (size, bold) not in self._fonts:
            font = QFont(FAMILY)
            font.setPixelSize(round(size))
            font.setBold(bold)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # widths are right at any zoom
            self._fonts[size, bold] = font, QFontMetricsF(font)
        return self._fonts[size, bold]


def _seen(shapes: Sequence[_Shape], exposed: Sequence[QRectF]) -> list[_Shape]:
    if len(exposed) == 1:
        return [shape for shape in shapes if exposed[0].intersects(shape.covers)]
    around = QRectF()
    for rect in exposed:
        around = around.united(rect)
    near = [shape for shape in shapes if around.intersects(shape.covers)]
    return [shape for shape in near if any(rect.intersects(shape.covers) for rect in exposed)]


def _box(box: CardBox) -> _Shape:
    rect = QRectF(*box.rect)
    lines = [QLineF(*start, *end) for start, end in box.dividers]
    return _Shape(box, rect.adjusted(-_REACH, -_REACH, _REACH, _REACH), rect, lines)


def _oval(oval: Oval) -> _Shape:
    rect = QRectF(oval.x - oval.rx, oval.y - oval.ry, 2 * oval.rx, 2 * oval.ry)
    return _Shape(oval, rect.adjusted(-STRONG, -STRONG, STRONG, STRONG), rect)


def _wire(wire: Wire) -> _Shape:
    points = [QPointF(x, y) for x, y in wire.points]
    path = QPainterPath(points[0])
    for at in range(1, len(points) - 2, 3):
        path.cubicTo(*points[at : at + 3])
    head = QPolygonF([QPointF(x, y) for x, y in wire.head])
    rect = path.controlPointRect().united(head.boundingRect())
    return _Shape(wire, rect.adjusted(-STRONG, -STRONG, STRONG, STRONG), rect, path=path, head=head)
