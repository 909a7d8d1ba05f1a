"""PlotSurface: a matplotlib figure on a Qt canvas; axes are drawn when they change, all else by blitting."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from micrograd_gui.views.plot.artists import POINTS, GrowingLine, ItemArtist, MarkLine, artist_for, shape_of
from micrograd_gui.views.plot.axes import DPI, NAME, TINY, PlotAxes
from micrograd_gui.views.plot.legend import (
    KEY_GAP,
    KEY_SIDES,
    LegendStyle,
    Place,
    PlotKey,
    cut,
    drawable,
    entry_width,
    key_height,
    lines_height,
    side_by_side,
    width_of,
)
from micrograd_gui.views.plot.model import (
    ABOVE,
    Arrow,
    Bars,
    Contours,
    Field,
    GrowingCurve,
    Mark,
    Note,
    PlotItem,
    StaticPlot,
    Trail,
    free_corner,
)
from micrograd_gui.views.theme import Look

_TO_COME = 2.5  # the width, in sizes of text, that is kept in a key above the axes for more digits
_DATELESS = {"svg": {"Date": None}, "pdf": {"CreationDate": None, "Creator": "micrograd-gui"}}


class PlotSurface(FigureCanvasQTAgg):
    """Draws one StaticPlot and the live items on it; a step or a new curve takes few milliseconds.

    ``axes`` are matplotlib's, in which most of it is drawn.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(Figure(dpi=DPI))
        self.setParent(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._look = look
        self._static: StaticPlot | None = None
        self._items: tuple[PlotItem, ...] = ()
        self._lines: list[ItemArtist] = []
        self._key: PlotKey | None = None
        self._key_lines, self._key_x = 0, 0.0  # of a key above the axes; they stay while its numbers grow
        self._ground: Any = None  # the pixels of the axes alone
        self._stale = True  # whether what is drawn over them no longer holds
        self.held: QPixmap | None = None  # what is seen while the next picture is drawn behind it
        self._frame = PlotAxes(self.figure)
        self.axes = self._frame.main
        self.mpl_connect("draw_event", self._on_draw)
        self._frame.apply_style(look)
        self._frame.make_ticks()

    # What is shown ---------------------------------------------------------------------------

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._look = look
        self._frame.apply_style(look)
        self._lay_out()
        self._place_lines()
        self._draw_all()

    def show_plot(self, static: StaticPlot, items: tuple[PlotItem, ...]) -> None:
        """Draw both: the axes only where they differ from what is there, the rest in a millisecond."""
        before, self._static, self._items = self._static, static, items
        anew = before is None or before.axes != static.axes or _said_above(before) != _said_above(static)
        if anew:
            self._frame.set_spans(static)
        shapes = [shape_of(mark) for mark in (*static.curves, *items)]
        if shapes == [line.shape for line in self._lines]:
            for mark, line in zip((*static.curves, *items), self._lines, strict=True):
                line.show(mark)
            self._say_key()
        else:
            self._place_lines()
            self._stale = True
        if anew:
            self._lay_out()
            self._say_key()
            self._draw_all()
        elif self._ground is not None:
            self._draw_lines()
            if self.held is None:
                self.update()  # not blit(): that would repaint at once, inside of the step

    def hold(self) -> None:
        """What is seen now stays, whatever is drawn, until ``release``."""
        if self.held is None:
            self.held = self.grab()

    def release(self) -> None:
        """What has been drawn is seen."""
        if self.held is not None:
            self.held = None
            self.update()

    def picture(self, suffix: str) -> bytes:
        """The bytes of an .svg, .pdf or .png file, the same for the same plot; text stays text."""
        for line in self._lines:
            if isinstance(line, GrowingLine):
                line.take_whole()
        buffer = io.BytesIO()
        # 42: fonts are embedded as they are, for programs in which the figure is edited further
        with rc_context({"svg.hashsalt": "micrograd", "svg.fonttype": "none", "pdf.fonttype": 42}):
            self.figure.savefig(
                buffer,
                format=suffix,
                dpi=2 * DPI if suffix == "png" else DPI,
                metadata=_DATELESS.get(suffix),
            )
        self._draw_pending = False  # matplotlib says that it is, and leaves it to a paint that need not come
        self._draw_all()  # drawing elsewhere has moved what this canvas remembers
        return buffer.getvalue()

    # Lines and key ---------------------------------------------------------------------------

    def _place_lines(self) -> None:
        if self._static is None:
            return
        for line in self._lines:
            for artist in line.artists():
                artist.remove()
        size = self._frame.pixels(NAME) * 72 / DPI
        self._lines = []
        for mark in (*self._static.curves, *self._items):
            axes = self._frame.right if isinstance(mark, GrowingCurve) and mark.right else self.axes
            line = artist_for(mark, self._look, axes, size)
            self._lines.append(line)
            for artist in line.artists():
                axes.add_artist(artist)
        if self._key is not None:
            self._key.remove()
            self._key = None
        said = self._entries()
        if said:
            theme = self._look.theme
            style = LegendStyle(
                self._frame.pixels(NAME), DPI, self._frame.font(NAME), theme.text, theme.panel, theme.line
            )
            self._key = PlotKey(self.axes, [MarkLine(sample(mark), self._look) for mark in said], style)
            self._say_key()

    def _say_key(self) -> None:
        if self._key is None:
            return
        if self._key_is_above:
            self._say_key_above(self._key)
            return
        left, right, top, bottom = self._frame.margins
        size, above = self._frame.pixels(NAME), self._frame.key_above
        beside = 0.0 if above else left + right
        room = max(self.width() - beside - KEY_SIDES * size, 4 * size)
        words = with_widths(words_for(self._entries(), size, room), size)
        gap = size * KEY_GAP
        if above:
            wide = max(width for _, width in words) + KEY_SIDES * size
            x = max(gap, min(left, self.width() - wide))
            place = Place(x, self.height() - top + gap, right=False, upper=False)
            self._key.say(words, place)
            return
        corner = (self._static.key_at if self._static is not None else "") or self._free_corner()
        if corner == "right":
            tall = key_height(size, len(words))
            middle = bottom + (self.height() - top - bottom + tall) / 2
            place = Place(self.width() - right - gap, middle, right=True, upper=True)
            self._key.say(words, place)
            return
        place = Place(
            self.width() - right - gap if "right" in corner else left + gap,
            self.height() - top - gap if "upper" in corner else bottom + gap,
            "right" in corner,
            "upper" in corner,
        )
        self._key.say(words, place)

    def _entries(self) -> list[PlotItem]:
        return entries(self._static, self._items, self.height() / self._look.scale)

    @property
    def _key_is_above(self) -> bool:
        return self._static is not None and self._static.key_at == ABOVE

    def _say_key_above(self, key: PlotKey) -> None:
        """Side by side above the axes, from their left edge on as long as that leaves room."""
        size, top = self._frame.pixels(NAME), self._frame.margins[2]
        room = self.width() - self._key_x - self._look.px(6)
        over = self.height() - top + lines_height(size, self._key_lines)
        words = words_above(self._entries(), size, room, self._key_lines)
        key.say_side_by_side(words, self._key_x, over, room)

    def _free_corner(self) -> str:
        """For a key of the usual size, not the present one: it must not wander off when a line is added."""
        assert self._static is not None
        left, right, top, bottom = self._frame.margins
        size = self._frame.pixels(NAME)
        wide = min(0.75, 18 * size / max(1.0, self.width() - left - right))
        tall = min(0.6, 6 * size / max(1.0, self.height() - top - bottom))
        return free_corner(self._static, wide, tall)

    # Sizes -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        if self._static is None:
            return
        self._key_lines = 0
        if self._key_is_above:
            size, pad, said = self._frame.pixels(NAME), self._look.px(6), self._entries()
            room = self.width() - 2 * pad - _TO_COME * size
            words = words_above(said, size, room, LINES_AT_MOST)
            self._key_lines = lines_of(said, words, size, room)
        self._frame.lay_out(self._static, self.width(), self.height(), self._key_lines)
        if self._key_is_above:
            left = self._frame.margins[0]
            beside = has_room(said, words, size, room + pad - left, self._key_lines)
            self._key_x = left if beside else float(pad)

    def sizeHint(self) -> QSize:
        """What a plot needs to be read well."""
        return QSize(420, 300)

    def minimumSizeHint(self) -> QSize:
        """Next to nothing: on little room the words go first."""
        return QSize(40, 30)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Room for the words is made anew."""
        self._ground = None
        super().resizeEvent(event)
        self._lay_out()
        self._place_lines()

    # Drawing ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pixels of matplotlib, and over them what Qt paints; or what is held."""
        if self.held is not None:
            painter = QPainter(self)
            painter.drawPixmap(self.rect(), self.held)
            painter.end()
            return
        super().paintEvent(event)
        if self._ground is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if any(isinstance(line, GrowingLine) for line in self._lines):
            for line in self._lines:
                if isinstance(line, MarkLine) and _is_point(line):
                    self._paint_point(painter, line)
        if self._key is not None:
            self._key.paint(painter, self.height())
        painter.end()

    def _draw_all(self) -> None:
        self._ground = None
        self.draw_idle()

    def draw(self) -> None:
        """As matplotlib does, where there is anything to draw on."""
        if self.width() >= 2 and self.height() >= 2:
            super().draw()

    def _on_draw(self, event: Any) -> None:
        if event.canvas is self and not self.is_saving():
            self._ground = self.copy_from_bbox(self.figure.bbox)
            self._stale = True
            self._draw_lines()

    def _draw_lines(self) -> None:
        """Everything over the axes; of curves that have only grown, no more than what is new of them."""
        growing = [line for line in self._lines if isinstance(line, GrowingLine)]
        rest = [each for each in self._lines if each not in growing and not (growing and _is_point(each))]
        self.renderer = self.get_renderer()
        if self._stale or rest or any(line.anew for line in growing):
            self.restore_region(self._ground)
            for line in growing:
                line.take_whole()
        else:
            for line in growing:
                line.take_new()
        for line in growing:
            line.draw(self.renderer)
            line.mark_drawn()
        over = (artist for each in rest for artist in each.artists())
        for artist in sorted(over, key=Artist.get_zorder):
            artist.draw(self.renderer)
        self._stale = False

    def _paint_point(self, painter: QPainter, line: MarkLine) -> None:
        """By Qt, over a curve that grows: in the pixels of the figure it would have to be wiped off again."""
        ratio = self.devicePixelRatioF()
        across, upward = (self.axes.transData.transform(line.get_xydata()) / ratio).T
        half = float(line.get_markersize()) * DPI / 144
        painter.setPen(
            QPen(QColor(to_hex(line.get_markeredgecolor())), line.get_markeredgewidth() * DPI / 72)
        )
        painter.setBrush(QColor(to_hex(line.get_markerfacecolor())))
        for x, y in zip(across.tolist(), upward.tolist(), strict=True):
            painter.drawEllipse(QPointF(x, self.height() - y), half, half)


def _said_above(static: StaticPlot) -> list[str]:
    """What stands in a key above the axes, for which there must be room."""
    return [each.legend for each in static.curves] if static.key_at == ABOVE else []


def _is_point(line: object) -> bool:
    return isinstance(line, MarkLine) and line.shape[1] == "point"


LINES_AT_MOST = 2  # above the axes, as long as the brief words have room there
_BRIEF = 270  # the height, at scale 1, below which a key in the axes says little

Words = list[tuple[str, float]]  # each with its width


def entries(static: StaticPlot | None, items: Sequence[PlotItem], height: float) -> list[PlotItem]:
    """What the key speaks of: in axes of little height only the slopes, on still less nothing."""
    if static is None or height < TINY:
        return []
    said = [mark for mark in (*static.curves, *items) if mark.legend]
    if height >= _BRIEF or static.key_at == ABOVE:
        return said
    return [mark for mark in said if isinstance(mark, GrowingCurve) or _is_slope(mark)]


def words_for(said: Sequence[PlotItem], size: int, room: float) -> list[str]:
    """An entry in each line: the brief words for all, cut, where one of the others has no room."""
    words = [drawable(mark.legend) for mark in said]
    if any(width_of(each, size) > room for each in words):
        words = [cut(drawable(mark.brief or mark.legend), size, room) for mark in said]
    return words


def words_above(said: Sequence[PlotItem], size: int, room: float, lines: int) -> Words:
    """The entries side by side: the full words, the brief ones, or those cut, in at most so many lines."""
    full = [drawable(mark.legend) for mark in said]
    brief = [drawable(mark.brief or mark.legend) for mark in said]
    for words in (full, brief):
        measured = with_widths(words, size)
        if has_room(said, measured, size, room, lines):
            return measured
    beside = entry_width(0.0, size, point=False)
    return with_widths([cut(each, size, room - 1.05 * beside) for each in brief], size)


def with_widths(words: Sequence[str], size: int) -> Words:
    """The words, each with its width."""
    return [(each, width_of(each, size)) for each in words]


def has_room(said: Sequence[PlotItem], words: Words, size: int, room: float, lines: int) -> bool:
    """Whether the entries with those words have room, side by side in so many lines."""
    widest = max(_widths(said, words, size), default=0.0)
    return widest <= room and lines_of(said, words, size, room) <= lines


def lines_of(said: Sequence[PlotItem], words: Words, size: int, room: float) -> int:
    """How many lines the entries with those words take, side by side; 0 where there are none."""
    return len(side_by_side(_widths(said, words, size), size, room)) if words else 0


def _widths(said: Sequence[PlotItem], words: Words, size: int) -> list[float]:
    points = [sample(each).style in POINTS for each in said]
    return [entry_width(width, size, point=point) for (_, width), point in zip(words, points, strict=True)]


def sample(drawn: PlotItem) -> Mark | GrowingCurve:
    """How the key shows it."""
    match drawn:
        case Mark() | GrowingCurve():
            return drawn
        case Bars(color=color) | Note(color=color):
            return Mark(color, "squares", (), ())
        case Contours(color=color) | Arrow(color=color):
            return Mark(color, "line", (), ())
        case Trail(color=color):
            return Mark(color, "points", (), ())
        case Field():
            return Mark("secant", "line", (), ())


def _is_slope(drawn: PlotItem) -> bool:
    return isinstance(drawn, Mark) and drawn.style in ("dashed", "dotted")
