"""A graph as small as an icon that can be read: names of leaves and signs of ops, no numbers."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from micrograd_gui.document.block import Key
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.document.text import as_shown
from micrograd_gui.figures.folding import Folding
from micrograd_gui.figures.parts import symbol_of
from micrograd_gui.views.theme import Look

_TEXT = 10  # pixels at text scale 1: no word is smaller
_AIR = 4.0  # pixels at the edge of the picture, and inside a pill beside its word
_SAME_COLUMN = 80.0  # of the document's units: nodes no further apart stand in one column


def thumbnail(graph: Graph, size: QSize, look: Look, ratio: float) -> QPixmap:
    """The graph, its collapsed blocks as boxes, in the order in which it is laid out."""
    folding = Folding(arranged(graph))
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(look.theme.ground))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = look.font(_TEXT, bold=True)
    metrics = QFontMetricsF(font)
    columns = _columns(folding)
    middles = _middles(folding, columns, size, metrics.height())
    painter.setPen(QPen(QColor(look.theme.muted), 1.0))
    for key, node in folding.nodes.items():
        for source in node.inputs:
            drawn = folding.key(source)
            if drawn in middles and key in middles and drawn != key:
                painter.drawLine(middles[drawn], middles[key])
    room = (size.width() - 2 * _AIR) / max(1, len(set(columns.values())))
    for key, middle in middles.items():
        _paint_pill(painter, folding, key, middle, room, font, look)
    painter.end()
    return pixmap


def _columns(folding: Folding) -> Mapping[Key, int]:
    """In which column each stands: what is nearly above one another is so."""
    columns: dict[Key, int] = {}
    column, last = -1, float("-inf")
    for key in sorted(folding.nodes, key=lambda each: folding.places[each][0]):
        x = folding.places[key][0]
        if x - last > _SAME_COLUMN:
            column, last = column + 1, x
        columns[key] = column
    return columns


def _middles(folding: Folding, columns: Mapping[Key, int], size: QSize, high: float) -> dict[Key, QPointF]:
    """Where each stands: the columns stretched to the width, the rows kept apart as far as there is room."""
    count = max(columns.values(), default=0) + 1
    wide = (size.width() - 2 * _AIR) / count
    tops = [folding.places[key][1] for key in columns]
    low, span = min(tops, default=0.0), max(tops, default=0.0) - min(tops, default=0.0)
    room = size.height() - 2 * _AIR - high
    middles: dict[Key, QPointF] = {}
    for column in range(count):
        keys = [key for key, at in columns.items() if at == column]
        keys.sort(key=lambda each: folding.places[each][1])
        apart = min(high + 3, room / max(1, len(keys) - 1))
        rows = [((folding.places[key][1] - low) / span if span else 0.5) * room for key in keys]
        for at in range(1, len(rows)):
            rows[at] = max(rows[at], rows[at - 1] + apart)
        for at in reversed(range(len(rows))):  # what was pushed out of the picture pushes back
            rows[at] = min(rows[at], room - (len(rows) - 1 - at) * apart)
        for key, row in zip(keys, rows, strict=True):
            middles[key] = QPointF(_AIR + (column + 0.5) * wide, _AIR + high / 2 + row)
    return middles


def _paint_pill(
    painter: QPainter, folding: Folding, key: Key, middle: QPointF, room: float, font: QFont, look: Look
) -> None:
    node, metrics = folding.nodes[key], QFontMetricsF(font)
    is_box, is_leaf = key in folding.boxes, node.is_leaf
    words = [as_shown(node.name) if is_leaf else symbol_of(node)]
    if is_box:
        block = folding.boxes[key].block
        words = [as_shown(block.title) or block.word, block.word, block.word[:1].upper()]
    shown = next((word for word in words if metrics.horizontalAdvance(word) <= room - 2), words[-1])
    width = max(metrics.height(), metrics.horizontalAdvance(shown) + min(2 * _AIR, max(2.0, room / 6)))
    rect = QRectF(0, 0, width, metrics.height())
    rect.moveCenter(middle)
    painter.setPen(QPen(QColor(look.theme.muted if is_leaf else look.theme.data), 1.0))
    painter.setBrush(QColor(look.theme.panel))
    corner = 3 if is_leaf or is_box else 7
    painter.drawRoundedRect(rect, corner, corner)
    painter.setPen(QColor(look.theme.text if is_leaf else look.theme.data))
    painter.setFont(font)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), shown)
