"""Figure → QPainter: its shapes in the colours of a look, all of them or the parts that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from micrograd_gui.document.graph import NodeId
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import STRIKE
from micrograd_gui.figures.palette import PALETTES, Weight
from micrograd_gui.figures.parts import CardBox, ChipText, Enclosure, Oval, PathLine, Text, Wire
from micrograd_gui.figures.shapes import (
    PATH_TONES,
    TONES,
    VEIL,
    Curve,
    Element,
    Ellipse,
    Lines,
    Outline,
    Polygon,
    Rect,
    Shape,
    Tone,
    at_rest,
    elements,
    shapes_of,
    texts_of,
    tone_of,
)
from micrograd_gui.resource import FAMILY
from micrograd_gui.views.theme import Theme

SMALLEST_TEXT = 3.5  # pixels; below that numbers are no more than specks, and are left out
_REACH = 6.0  # how far marks may stand out of a shape
_NO_PEN, _NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush
_SELECTED = 3.0  # how far the mark of a selected node stands out of it

_DRAWN_BY: dict[type[Outline], Callable[[QPainter, Any], None]] = {
    Ellipse: QPainter.drawEllipse,
    Curve: QPainter.drawPath,
    Polygon: QPainter.drawPolygon,
}
Drawable = QRectF | QPainterPath | QPolygonF | list[QLineF]


class _Style(NamedTuple):
    """How an outline is painted: those of one style are painted together."""

    kind: type[Outline]
    round: float
    fill: Tone | None
    edge: Tone | None
    weight: Weight
    veil: bool
    pattern: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """One part of a figure: the outlines of its shapes for Qt, the style of each at rest, what they cover.

    ``around`` is the part itself, ``covers`` the same with the marks that stand out of it.
    """

    element: Element
    node: NodeId
    outlines: tuple[Drawable, ...]
    styles: tuple[_Style, ...]
    around: QRectF
    covers: QRectF


class Scenery:
    """A figure's parts made ready for Qt, once per layout; numbers come with each painting."""

    def __init__(self, figure: Figure) -> None:
        self.items = [_prepared(each, figure) for each in elements(figure)]
        self._boxes = [each for each in self.items if isinstance(each.element, CardBox)]
        self._ovals = [each for each in self.items if isinstance(each.element, Oval)]
        self._wires = [each for each in self.items if isinstance(each.element, Wire)]

    def covered(
        self, nodes: Collection[NodeId], through: Collection[NodeId | None], ahead: Collection[NodeId]
    ) -> list[QRectF]:
        """What changes where those nodes have other numbers, and those ops act or cease to act.

        ``ahead`` are the nodes that are still to come and were not, or the other way round.
        """
        rects = [item.covers for item in self._boxes if item.node in nodes]
        if through or ahead:
            rects += [item.covers for item in self._ovals if item.node in through or item.node in ahead]
        return rects + [item.covers for item in self._wires if item.node in through]

    def node_at(self, point: QPointF) -> NodeId | None:
        """The node whose box or oval lies there."""
        items = (*self._boxes, *self._ovals)
        return next((item.node for item in items if item.around.contains(point)), None)

    def rect_of(self, node: NodeId) -> QRectF | None:
        """The node's box, in the figure's units."""
        return next((item.around for item in self._boxes if item.node == node), None)


class FigurePainter:
    """Paints figures in the colours of one theme."""

    def __init__(self, theme: Theme) -> None:
        self._selection = QColor(theme.selection)
        palette = PALETTES[theme.name]
        self._colours = {tone: QColor(palette.colour(tone)) for tone in (*TONES, *PATH_TONES)}
        self._veils = {tone: QColor(colour) for tone, colour in self._colours.items()}
        for veil in self._veils.values():
            veil.setAlphaF(VEIL)
        self._width = palette.weight
        self._paths: tuple[PathLine, ...] = ()  # those that were painted last, and made ready for Qt
        self._strands: list[_Prepared] = []
        self._pens: dict[tuple[Tone, float, tuple[float, ...]], QPen] = {}
        self._fonts: dict[tuple[float, bool, bool], tuple[QFont, QFontMetricsF]] = {}

    def paint(
        self,
        painter: QPainter,
        scenery: Scenery,
        figure: Figure,
        exposed: Sequence[QRectF],
        selection: Collection[NodeId],
        zoom: float,
    ) -> None:
        """What lies in the exposed rectangles; ``zoom`` is in pixels per unit."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thin = max(1.0, 0.6 / zoom)  # from afar a line is still one that can be seen
        items = _seen(scenery.items, exposed)
        if figure.chips:  # what they say is of the moment
            chips = {(chip.node, chip.port): chip for chip in figure.chips}
            items = [_saying(item, chips) for item in items]
        if figure.paths:  # as is what was asked
            if figure.paths is not self._paths:
                self._paths, self._strands = figure.paths, [_prepared(each, figure) for each in figure.paths]
            under = sum(not isinstance(item.element, ChipText) for item in items)
            items[under:under] = _seen(self._strands, exposed)
        active: list[_Prepared] = []
        together: dict[_Style, list[Drawable]] = {}
        for item in items:
            if at_rest(item.element, figure):
                for style, outline in zip(item.styles, item.outlines, strict=True):
                    together.setdefault(style, []).append(outline)
            else:
                active.append(item)
        for style, outlines in together.items():
            self._draw(painter, style, outlines, thin)
        for item in active:  # above all else
            for shape, outline in zip(shapes_of(item.element, figure), item.outlines, strict=True):
                self._draw(painter, _style(shape), [outline], thin)
        painter.setPen(QPen(self._selection, max(2.0, 2 * thin), Qt.PenStyle.DashLine))
        painter.setBrush(_NO_BRUSH)
        for item in items:
            if isinstance(item.element, CardBox) and item.node in selection:
                painter.drawRect(item.around.adjusted(-_SELECTED, -_SELECTED, _SELECTED, _SELECTED))
        if zoom * 14 >= SMALLEST_TEXT:
            for item in items:
                self._write(painter, texts_of(item.element, figure))

    def _draw(self, painter: QPainter, style: _Style, outlines: list[Any], thin: float) -> None:
        edge, fill = style.edge, style.fill
        width = max(self._width(style.weight), thin)
        painter.setPen(_NO_PEN if edge is None else self._pen(edge, width, style.pattern))
        colours = self._veils if style.veil else self._colours
        painter.setBrush(_NO_BRUSH if fill is None else QBrush(colours[fill]))
        if style.kind is Lines:
            painter.drawLines([line for lines in outlines for line in lines])
        elif style.kind is Rect and not style.round:
            painter.drawRects(outlines)
        elif style.kind is Rect:
            for each in outlines:
                painter.drawRoundedRect(each, style.round, style.round)
        else:
            draw = _DRAWN_BY[style.kind]
            for each in outlines:
                draw(painter, each)

    def _pen(self, tone: Tone, width: float, pattern: tuple[float, ...]) -> QPen:
        pen = self._pens.get((tone, width, pattern))
        if pen is None:
            if len(self._pens) > 100:  # a width for each zoom from afar
                self._pens.clear()
            pen = self._pens[tone, width, pattern] = QPen(self._colours[tone], width)
            if pattern:
                pen.setDashPattern([length / width for length in pattern])
        return pen

    def _write(self, painter: QPainter, texts: Iterable[Text]) -> None:
        for text in texts:
            font, metrics = self._font(text.size, text.bold, text.italic)
            shift = 0.0
            if "_" in text.text:
                self._write_indexed(painter, text)
                continue
            if text.anchor != "start":
                shift = metrics.horizontalAdvance(text.text) * (1.0 if text.anchor == "end" else 0.5)
            painter.setFont(font)
            painter.setPen(self._colours[tone_of(text)])
            painter.drawText(QPointF(text.x - shift, text.y), text.text)
            if text.strike is not None:
                painter.setPen(QPen(self._colours[tone_of(text)], STRIKE))
                (left, y), (right, _) = text.strike
                painter.drawLine(QLineF(left, y, right, y))

    def _write_indexed(self, painter: QPainter, text: Text) -> None:
        """Write a text in which something may be an index."""
        painter.setPen(self._colours[tone_of(text)])
        for piece in text.pieces:
            painter.setFont(self._font(piece.size, text.bold, text.italic)[0])
            painter.drawText(QPointF(text.left + piece.x, text.y + piece.down), piece.text)

    def _font(self, size: float, bold: bool, italic: bool) -> tuple[QFont, QFontMetricsF]:
        key = size, bold, italic
        if key not in self._fonts:
            font = QFont(FAMILY)
            font.setPixelSize(round(size))
            font.setBold(bold)
            font.setItalic(italic)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # widths are right at any zoom
            self._fonts[key] = font, QFontMetricsF(font)
        return self._fonts[key]


def _saying(item: _Prepared, chips: Mapping[tuple[NodeId, int], ChipText]) -> _Prepared:
    """A chip with the words of the moment; every other part as it is."""
    each = item.element
    return replace(item, element=chips[each.node, each.port]) if isinstance(each, ChipText) else item


def _seen(items: Sequence[_Prepared], exposed: Sequence[QRectF]) -> list[_Prepared]:
    if len(exposed) == 1:
        return [item for item in items if exposed[0].intersects(item.covers)]
    around = QRectF()
    for rect in exposed:
        around = around.united(rect)
    near = [item for item in items if around.intersects(item.covers)]
    return [item for item in near if any(rect.intersects(item.covers) for rect in exposed)]


def _prepared(element: Element, figure: Figure) -> _Prepared:
    shapes = shapes_of(element, figure)
    outlines = tuple(_for_qt(shape.outline) for shape in shapes)
    around = QRectF(*element.rect) if isinstance(element, CardBox) else _around(outlines)
    node = element.block if isinstance(element, Enclosure) else getattr(element, "node", 0)
    styles = tuple(_style(shape) for shape in shapes)
    covers = around.adjusted(-_REACH, -_REACH, _REACH, _REACH)
    return _Prepared(element, node, outlines, styles, around, covers)


def _style(shape: Shape) -> _Style:
    outline = shape.outline
    round = outline.round if isinstance(outline, Rect) else 0.0
    return _Style(type(outline), round, shape.fill, shape.edge, shape.weight, shape.veil, shape.pattern)


def _for_qt(outline: Outline) -> Drawable:
    match outline:
        case Rect(x, y, width, height):
            return QRectF(x, y, width, height)
        case Ellipse(x, y, rx, ry):
            return QRectF(x - rx, y - ry, 2 * rx, 2 * ry)
        case Polygon(points):
            return QPolygonF([QPointF(*point) for point in points])
        case Lines(ends):
            return [QLineF(*start, *end) for start, end in ends]
        case Curve(points):
            start, *rest = (QPointF(*point) for point in points)
            path = QPainterPath(start)
            for at in range(0, len(rest) - 2, 3):
                path.cubicTo(*rest[at : at + 3])
            return path


def _around(outlines: Iterable[Drawable]) -> QRectF:
    """A rectangle around them all."""
    whole = QRectF()
    for each in outlines:
        if isinstance(each, QPainterPath):
            whole = whole.united(each.controlPointRect())
        elif isinstance(each, QPolygonF):
            whole = whole.united(each.boundingRect())
        elif isinstance(each, QRectF):
            whole = whole.united(each)
        else:
            for line in each:
                whole = whole.united(QRectF(line.p1(), line.p2()).normalized())
    return whole
