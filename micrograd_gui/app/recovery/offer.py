"""The offer: what other windows left behind, over the canvas, to be recovered, saved or discarded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from micrograd.language import tr, trn
from micrograd_gui.app.context import Context
from micrograd_gui.app.file_dialogs import FILES, ask_path
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.document.text import as_tip, visible
from micrograd_gui.files.documents import SUFFIX
from micrograd_gui.files.left_behind import LeftBehind
from micrograd_gui.views.background import later
from micrograd_gui.views.lab.buttons import push_button
from micrograd_gui.views.screen_reader.roles import tell_as
from micrograd_gui.views.theme import Look
from micrograd_gui.views.thumbnail import thumbnail

_PICTURE = QSize(168, 84)
_WIDEST = 680  # of the offer, at text scale 1
_SEEN = 3  # entries, before one scrolls
_DRAWN = 60  # nodes with names: more are points
_POINTS = 4000  # of a large graph at most so many are painted
Points = list[tuple[float, float, bool]]  # each from 0 to 1 across and down, and whether it is a leaf


class RecoveryOffer(QFrame):
    """A list that waits for nobody: it covers a part of the canvas, and everything else can be used.

    In the hall it is not seen: there the canvas is the audience's, and what was not saved is nobody else's.
    What is neither recovered nor discarded when it is closed is offered at the next start.
    """

    def __init__(
        self,
        context: Context,
        over: QWidget,
        recover: Callable[[LeftBehind, Callable[[], object]], object],
        save: Callable[[LeftBehind, Path, Callable[[], object]], object],
        discard: Callable[[LeftBehind], object],
        put_off: Callable[[], object],
    ) -> None:
        super().__init__(context.dialog_parent)
        self.setObjectName("recovery")
        self.setAccessibleName(tr("Recovery: what was not saved when the program ended"))
        self._context, self._over = context, over
        self._recover, self._save, self._discard = recover, save, discard
        self._rows: list[QWidget] = []
        self._waiting: deque[tuple[LeftBehind, Points]] = deque()  # what is to be a row, too
        self._put_off = put_off
        look = context.look
        self._column = column = QVBoxLayout(self)
        head = QHBoxLayout()
        column.addLayout(head)
        self._title = QLabel()
        self._title.setWordWrap(True)
        head.addWidget(self._title, 1)
        head.addWidget(
            self._button("recovery_later", tr("Later"), tr("Ask again at the next start"), self._close)
        )
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(look.px(8))
        inside = QWidget()
        inside.setLayout(self._list)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the button that has the keys
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        margin = look.px(12)
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(look.px(8))
        column.addWidget(self._scroll)
        theme = look.theme
        self.setStyleSheet(
            f"QFrame#recovery {{ background: {theme.panel}; border: 2px solid {theme.data}; }}"
            f"QFrame#recovery QScrollArea, QFrame#recovery QScrollArea > #qt_scrollarea_viewport > QWidget"
            f" {{ background: {theme.panel}; }}"
        )
        over.installEventFilter(self)

    def add(self, found: Iterable[tuple[LeftBehind, Points]], then: Callable[[], object]) -> None:
        """Further entries; the points are the picture of a large one. ``then`` is called when all are there.

        Each has a turn of its own: to draw its picture, its words and its buttons takes as long as a key may.
        """
        self._waiting.extend(found)
        later(self, lambda: self._add_next(then))

    def _add_next(self, then: Callable[[], object]) -> None:
        if self._waiting:
            row = self._row(*self._waiting.popleft())
            self._rows.append(row)
            self._list.addWidget(row)
            self._show_count()
            self._cover()
            self.raise_()
        if self._waiting:
            later(self, lambda: self._add_next(then))
        else:
            then()

    def _row(self, left: LeftBehind, points: Points) -> QWidget:
        look, kept = self._context.look, left.found.kept
        picture = QLabel()
        picture.setPixmap(_picture(left.found.graph, points, look, self.devicePixelRatioF()))
        picture.setFixedSize(_PICTURE)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(look.px(12))
        line.addWidget(picture)
        words, buttons = QVBoxLayout(), QVBoxLayout()
        line.addLayout(words, 1)
        line.addLayout(buttons)
        words.setSpacing(0)
        words.addStretch()
        for at, text in enumerate(_lines(left)):
            words.addWidget(self._line(text, "" if kept.path is None else str(kept.path), bold=at == 0))
        words.addStretch()
        row.setObjectName("recovery_entry")
        row.setAccessibleName(f"{visible(kept.name)}, {_when(kept.at)}")
        tell_as(row, QAccessible.Role.Grouping)

        def drop() -> None:
            self._drop(row)

        def discard() -> None:
            self._discard(left)
            drop()

        recover = self._button(
            "recovery_recover", tr("Recover"), tr("Open it here, as changes that are not saved"),
            lambda: self._recover(left, drop),
        )  # fmt: skip
        recover.setStyleSheet(
            f"background: {look.theme.data}; color: {look.theme.on_data}; font-weight: bold;"
            f" padding: {look.px(4)}px {look.px(12)}px;"
        )
        save = self._button(
            "recovery_save", tr("Save as…"), tr("Save it to a file without opening it"),
            lambda: self._ask_save(left, drop),
        )  # fmt: skip
        give_up = self._button("recovery_discard", tr("Discard"), tr("Give it up for good"), discard)
        buttons.setSpacing(look.px(4))
        for button in (recover, save, give_up):
            buttons.addWidget(button)
        return row

    def _line(self, text: str, tip: str, *, bold: bool) -> QLabel:
        line = QLabel(text)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.setWordWrap(True)
        line.setToolTip(as_tip(tip))
        if bold:
            line.setStyleSheet(f"font-weight: bold; font-size: {self._context.look.px(15)}px;")
        return line

    def _button(self, name: str, text: str, tip: str, run: Callable[[], object]) -> QPushButton:
        return push_button(name, text, tip, lambda: self._context.bridge.attempt(run), by_tab=True)

    def _ask_save(self, left: LeftBehind, then: Callable[[], object]) -> None:
        kept = left.found.kept
        folder = self._context.settings.folder if kept.path is None else kept.path.parent
        start = folder / f"{kept.name}-recovered{SUFFIX}"

        ask_path(
            self._context.dialog_parent, tr("Save what was recovered"), tr(FILES), start,
            lambda path: self._save(left, path, then), saving=True, suffix=SUFFIX[1:],
        )  # fmt: skip

    def _drop(self, row: QWidget) -> None:
        self._rows.remove(row)
        row.hide()
        row.deleteLater()
        if self._rows or self._waiting:
            self._show_count()
            self._cover()
        else:
            self._close()

    def _close(self) -> None:
        self._waiting.clear()
        self._put_off()
        self._over.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def _show_count(self) -> None:
        told = trn(
            "This was not saved when the program ended.",
            "These {n} were not saved when the program ended.",
            len(self._rows) + len(self._waiting),
        )
        self._title.setText(f"<b>{escape(told)}</b>")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It stays over the canvas."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._cover()
        return False

    def _cover(self) -> None:
        """In the middle of the upper edge of what it covers, as large as it needs to be."""
        self.setHidden(self._context.look.projector)
        px = self._context.look.px
        window, layout = self._context.dialog_parent, self._column
        over = QRectF(QPointF(self._over.mapTo(window, self._over.rect().topLeft())), self._over.size())
        room = over if over.width() >= px(420) else QRectF(window.rect())
        width = min(px(_WIDEST), int(room.width()) - px(16))
        seen = self._rows[:_SEEN]
        margins = layout.contentsMargins()
        inner = width - margins.left() - margins.right()
        spacing = self._list.spacing()
        rows = sum(max(row.sizeHint().height(), row.heightForWidth(inner)) + spacing for row in seen)
        self._scroll.setFixedHeight(min(rows, int(room.height() * 0.75)))
        height = layout.minimumSize().height()
        self.setGeometry(int(room.x() + (room.width() - width) / 2), int(room.y()) + px(12), width, height)


def _lines(left: LeftBehind) -> list[str]:
    """What is said of an entry: its name, when, how large, and what is to be known of its file."""
    kept, graph = left.found.kept, left.found.graph
    nodes = trn("{n:,} node", "{n:,} nodes", len(graph))
    lines = [visible(kept.name, "�"), f"{_when(kept.at)} · {nodes}"]
    name = "" if kept.path is None else visible(kept.path.name, "�")
    if kept.path is None:
        lines.append(tr("in no file"))
    elif left.standing == "gone":
        lines.append(tr("{file} is gone", file=name))
    elif left.standing == "changed":
        lines.append(tr("⚠ {file} has changed since", file=name))
    else:
        lines.append(tr("changes of {file}", file=name))
    return lines


def _when(at: float, now: datetime | None = None) -> str:
    """“today, 14:02”, “yesterday, 9:15”, “2026-11-03, 18:40”."""
    then, now = datetime.fromtimestamp(at), now or datetime.now()
    time = f"{then:%H:%M:%S}"
    if then.date() == now.date():
        return tr("today, {time}", time=time)
    if then.date() == (now - timedelta(days=1)).date():
        return tr("yesterday, {time}", time=time)
    return f"{then:%Y-%m-%d}, {time}"


def points_of(graph: Graph) -> Points:
    """Where the nodes of a large graph stand, or some of them; to be found out off the window's thread."""
    if len(graph) <= _DRAWN:
        return []
    graph = arranged(graph)
    ids = [*graph.nodes][:: max(1, len(graph) // _POINTS)]
    places = [graph.places[number] for number in ids]
    left, top = (min(place[axis] for place in places) for axis in (0, 1))
    wide, high = (max(1.0, max(place[axis] for place in places) - low) for axis, low in ((0, left), (1, top)))
    return [
        ((x - left) / wide, (y - top) / high, graph.nodes[number].is_leaf)
        for number, (x, y) in zip(ids, places, strict=True)
    ]


def _picture(graph: Graph, points: Points, look: Look, ratio: float) -> QPixmap:
    """The graph as small as an icon; of a large one where its nodes stand, as points."""
    if not points:
        return thumbnail(graph, _PICTURE, look, ratio)
    pixmap = QPixmap(_PICTURE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(look.theme.ground))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    wide, high = _PICTURE.width() - 8, _PICTURE.height() - 8
    for x, y, leaf in points:
        painter.setBrush(QColor(look.theme.muted if leaf else look.theme.data))
        painter.drawEllipse(QPointF(4 + x * wide, 4 + y * high), 1.6, 1.6)
    painter.end()
    return pixmap
