"""PlotSurface: a matplotlib figure on a Qt canvas; axes are drawn when they change, all else by blitting."""

from __future__ import annotations

import io
from typing import Any

from matplotlib import rc_context
from matplotlib.axis import Axis
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator, ScalarFormatter
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from micrograd_gui.views.plot_key import KEY_GAP, KEY_SIDES, Look, Place, PlotKey, key_height
from micrograd_gui.views.plot_lines import MarkLine, shape
from micrograd_gui.views.plot_picture import Mark, Still, free_corner
from micrograd_gui.views.plot_words import cut, drawable, say, width_of
from micrograd_gui.views.theme import FAMILY, Mood

DPI = 100
HALL = 28  # no text of a hall is smaller, in pixels
_LOW, _BRIEF, _TINY = 190, 270, 110  # heights, at scale 1, below which title, full key, all words go
_STEPS = [1, 2, 5, 10]
_MARKS_SAID = 3  # tangent, secant, point: room is kept for them, so that nothing moves when they come
_TICK, _NAME, _HEAD = 11, 12, 13  # text sizes at scale 1


class PlotSurface(FigureCanvasQTAgg):
    """Draws one Still and the marks on it; a step or a new curve takes few milliseconds."""

    def __init__(self, mood: Mood, parent: QWidget | None = None) -> None:
        super().__init__(Figure(dpi=DPI))
        self.setParent(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._mood = mood
        self._still: Still | None = None
        self._marks: tuple[Mark, ...] = ()
        self._lines: list[MarkLine] = []
        self._key: PlotKey | None = None
        self._ground: Any = None  # the pixels of the axes alone
        self._above = False  # whether the key stands above the axes
        self._margins = (0.0, 0.0, 0.0, 0.0)  # left, right, top, bottom, in pixels
        self.axes = self.figure.add_subplot()
        self.mpl_connect("draw_event", self._on_draw)
        self._colour()

    # What is shown ---------------------------------------------------------------------------

    def set_mood(self, mood: Mood) -> None:
        """Draw with these colours and at this size from now on."""
        self._mood = mood
        self._colour()
        self._lay_out()
        self._place_lines()
        self._draw_all()

    def show_plot(self, still: Still, marks: tuple[Mark, ...]) -> None:
        """Draw that: the axes only where they differ from what is there, the rest in a millisecond."""
        before, self._still, self._marks = self._still, still, marks
        shapes = [shape(mark) for mark in (*still.curves, *marks)]
        if shapes == [line.shape for line in self._lines]:
            for mark, line in zip((*still.curves, *marks), self._lines, strict=True):
                line.set_data(mark.x, mark.y)
            self._say_key()
        else:
            self._place_lines()
        if before is None or before.axes != still.axes:
            self.axes.set_xlim(*still.x_span)
            self.axes.set_ylim(*still.y_span)
            self._lay_out()
            self._say_key()
            self._draw_all()
        elif self._ground is not None:
            self.restore_region(self._ground)
            self._draw_lines()
            self.update()  # not blit(): that would repaint at once, inside of the step

    def picture(self, suffix: str) -> bytes:
        """The plot as the bytes of an .svg or .png file, the same for the same plot."""
        buffer = io.BytesIO()
        with rc_context({"svg.hashsalt": "micrograd", "svg.fonttype": "path"}):
            self.figure.savefig(
                buffer,
                format=suffix,
                dpi=2 * DPI if suffix == "png" else DPI,
                metadata={"Date": None} if suffix == "svg" else None,
            )
        self._draw_all()  # drawing elsewhere has moved what this canvas remembers
        return buffer.getvalue()

    # Lines and key ---------------------------------------------------------------------------

    def _place_lines(self) -> None:
        if self._still is None:
            return
        for line in self._lines:
            line.remove()
        self._lines = [MarkLine(mark, self._mood) for mark in (*self._still.curves, *self._marks)]
        for line in self._lines:
            self.axes.add_line(line)
        if self._key is not None:
            self._key.remove()
            self._key = None
        said = self._said()
        if said:
            theme = self._mood.theme
            look = Look(self._pixels(_NAME), DPI, self._font(_NAME), theme.text, theme.panel, theme.line)
            self._key = PlotKey(self.axes, [MarkLine(mark, self._mood) for mark in said], look)
            self._say_key()

    def _said(self) -> list[Mark]:
        """What the key speaks of: on little height only the slopes, on less nothing."""
        height = self._height()
        curves = self._still.curves if self._still is not None else ()
        said = [mark for mark in (*curves, *self._marks) if mark.legend and height >= _TINY]
        return said if height >= _BRIEF else [mark for mark in said if mark.style in ("dashed", "dotted")]

    def _say_key(self) -> None:
        if self._key is None:
            return
        left, right, top, bottom = self._margins
        size = self._pixels(_NAME)
        beside = 0.0 if self._above else left + right
        room = max(self.width() - beside - KEY_SIDES * size, 4 * size)
        said = self._said()
        words = [drawable(mark.legend) for mark in said]
        if any(width_of(each, size) > room for each in words):
            words = [cut(drawable(mark.brief or mark.legend), size, room) for mark in said]
        gap = size * KEY_GAP
        if self._above:
            wide = max(width_of(each, size) for each in words) + KEY_SIDES * size
            x = max(gap, min(left, self.width() - wide))
            place = Place(x, self.height() - top + gap, right=False, upper=False)
            self._key.say([(each, width_of(each, size)) for each in words], place)
            return
        corner = self._free_corner()
        place = Place(
            self.width() - right - gap if "right" in corner else left + gap,
            self.height() - top - gap if "upper" in corner else bottom + gap,
            "right" in corner,
            "upper" in corner,
        )
        self._key.say([(each, width_of(each, size)) for each in words], place)

    def _free_corner(self) -> str:
        """For a key of the usual size, not the present one: it must not wander off when a line is added."""
        assert self._still is not None
        left, right, top, bottom = self._margins
        size = self._pixels(_NAME)
        wide = min(0.75, 18 * size / max(1.0, self.width() - left - right))
        tall = min(0.6, 6 * size / max(1.0, self.height() - top - bottom))
        return free_corner(self._still, wide, tall)

    # Sizes -----------------------------------------------------------------------------------

    def _height(self) -> float:
        return self.height() / self._mood.scale

    def _pixels(self, size: float) -> int:
        wanted = self._mood.px(size)
        return max(wanted, HALL) if self._mood.projector else wanted

    def _points(self, size: float) -> float:
        return self._pixels(size) * 72 / DPI

    def _font(self, size: float) -> FontProperties:
        return FontProperties(family=FAMILY, size=self._points(size))

    def _colour(self) -> None:
        """What depends on the mood alone."""
        theme, axes = self._mood.theme, self.axes
        self.figure.set_facecolor(theme.panel)
        axes.set_facecolor(theme.panel)
        axes.grid(color=theme.line, linewidth=0.8)
        axes.set_axisbelow(True)
        for spine in axes.spines.values():
            spine.set_color(theme.line)
        axes.tick_params(
            colors=theme.line,
            labelcolor=theme.muted,
            labelfontfamily=FAMILY,
            labelsize=self._points(_TICK),
            pad=self._points(_TICK) * 0.3,
            length=3,
        )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(ScalarFormatter(useMathText=False))
            axis.get_offset_text().set(color=theme.muted, fontproperties=self._font(_TICK))
            axis.label.set_fontproperties(self._font(_NAME))

    def _lay_out(self) -> None:
        """Make room for the words: with new axes and after a resize, never while stepping.

        The widths of the words tell it; matplotlib's own layout draws everything twice to find out.
        """
        still, axes = self._still, self.axes
        if still is None:
            return
        width, height = max(self.width(), 2), max(self.height(), 2)
        tick, name, head = (self._pixels(size) for size in (_TICK, _NAME, _HEAD))
        titled, named = self._height() >= _LOW, self._height() >= _TINY
        axes.title.set_visible(titled)
        for axis, length, per_tick in ((axes.xaxis, width, tick * 5.5), (axes.yaxis, height, tick * 3)):
            axis.label.set_visible(named)
            axis.set_major_locator(MaxNLocator(max(2, min(8, int(length / per_tick))), steps=_STEPS))
        pad = self._mood.px(6)
        across, upward = self._numbers(axes.xaxis), self._numbers(axes.yaxis)
        offset = axes.yaxis.get_major_formatter().get_offset()
        beside = max((width_of(number, tick) for number in upward), default=0.0)
        half_of_last = width_of(across[-1], tick) / 2 if across else 0.0
        left = pad + beside + tick * 0.8 + (name * 1.4 if named else 0)
        bottom = pad + tick * 1.6 + (name * 1.3 if named else 0)
        top = pad + (head * 1.5 if titled else tick * 1.4 if offset else tick * 0.5)
        right = pad + max(half_of_last, tick * 0.5)
        # A narrow plot has no corner to spare: where it is tall, the key stands above the axes.
        self._above = width - left - right < 30 * name and height - top - bottom > 22 * name
        if self._above:
            top += key_height(name, len(still.curves) + _MARKS_SAID) + name * KEY_GAP
        # On a few pixels something has to give: then the axes keep a fifth and the words are cut.
        thin, low = min(1.0, 0.8 * width / (left + right)), min(1.0, 0.8 * height / (top + bottom))
        left, right, top, bottom = left * thin, right * thin, top * low, bottom * low
        self._margins = (left, right, top, bottom)
        self.figure.subplots_adjust(
            left=left / width, right=1 - right / width, top=1 - top / height, bottom=bottom / height
        )
        beside_axes = ((pad + name * 1.1) / width, 0.5 + (bottom - top) / 2 / height)
        axes.yaxis.set_label_coords(*beside_axes, self.figure.transFigure)
        colour, inner = self._mood.theme.text, (width - left - right, height - top - bottom)
        lifted = (top - head * 1.5) * 72 / DPI if self._above else 0.35 * self._points(_HEAD)
        axes.set_title("", fontproperties=self._font(_HEAD), pad=lifted, y=1.0)
        say(axes.title, cut(still.title, head, inner[0] + 2 * right), colour)
        say(axes.xaxis.label, cut(still.x_name, name, inner[0]), colour)
        say(axes.yaxis.label, cut(still.y_name, name, inner[1]), colour)

    @staticmethod
    def _numbers(axis: Axis) -> list[str]:
        """What stands at the ticks of an axis."""
        low, high = sorted(axis.get_view_interval())
        places = [place for place in axis.get_majorticklocs() if low <= place <= high]
        return axis.get_major_formatter().format_ticks(places)

    def sizeHint(self) -> QSize:
        return QSize(420, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 30)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ground = None
        super().resizeEvent(event)
        self._lay_out()
        self._place_lines()

    # Drawing ---------------------------------------------------------------------------------

    def _draw_all(self) -> None:
        self._ground = None
        self.draw_idle()

    def draw(self) -> None:
        if self.width() >= 2 and self.height() >= 2:
            super().draw()

    def _on_draw(self, event: Any) -> None:
        if event.canvas is self:
            self._ground = self.copy_from_bbox(self.figure.bbox)
            self._draw_lines()

    def _draw_lines(self) -> None:
        for artist in (*self._lines, *(self._key or ())):
            self.axes.draw_artist(artist)
