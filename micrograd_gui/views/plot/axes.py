"""PlotAxes: the axes of a plot, their colours, their scales, and the room that words and numbers take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
    ScalarFormatter,
)

from micrograd.ops import superscript
from micrograd_gui.document.graph import Span
from micrograd_gui.document.text import short
from micrograd_gui.fonts import families, no_font_has
from micrograd_gui.resource import FAMILY
from micrograd_gui.views.plot.legend import KEY_GAP, cut, drawable, key_height, lines_height, say, width_of
from micrograd_gui.views.plot.model import ABOVE, Scale, StaticPlot
from micrograd_gui.views.theme import SMALLEST_PROJECTED, Look

DPI = 100
TICK, NAME, HEAD = 11, 12, 13  # text sizes at scale 1
TINY = 110  # the height, at scale 1, below which all words go
_LOW = 190  # and that below which the title goes
_LOW_BY_KEY, _LOW_BY_LINES = 250, 400  # the same, where the key stands above the axes, too; in several lines
_NARROW, _NARROWER = 16, 9  # widths of the axes, in sizes of text, below which the names beside them go
_STEPS = [1, 2, 5, 10]
_MOST = 8  # intervals between the numbers along an axis
_MARK, _ABOVE_NAME = 3.0, 4.0  # points: a mark at the axis, and what is left free above its name
_BESIDE_MARK = 0.3  # sizes of the numbers, from a mark to its number
_MARKS_SAID = 3  # tangent, secant, point: room is kept for them, so that nothing moves when they come
_PERCENT = (0.0, 1.04)


class PlotAxes:
    """The axes of one plot, and the room for the words beside them.

    Attributes:
        figure: the matplotlib figure that they stand in.
        main: what most is drawn in.
        right: axes with the same places across, which count from 0 to 100 %; few plots have them.
        margins: left, right, top and bottom of the axes, in pixels.
        key_above: whether the key stands above the axes.
        note: names the signs that no font has, below the axes.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.main = figure.add_subplot()
        self._right: Axes | None = None
        self.margins = (0.0, 0.0, 0.0, 0.0)
        self.key_above = False
        self.note = figure.text(0.0, 0.0, "", parse_math=False)
        self._look = Look()

    @property
    def right(self) -> Axes:
        """The axes of what counts from 0 to 100 % on the right edge; made when they are first wanted."""
        if self._right is None:
            self._right = self.main.twinx()
            self._right.yaxis.set_major_locator(FixedLocator([0.0, 0.5, 1.0]))
            self._right.yaxis.set_major_formatter(FixedFormatter(["0 %", "50 %", "100 %"]))
            self._right.set_ylim(*_PERCENT)
            self._colour(self._right, self._right.yaxis)
        return self._right

    def apply_style(self, look: Look) -> None:
        """Take the colours and sizes of the look."""
        self._look = look
        theme, axes = look.theme, self.main
        self.figure.set_facecolor(theme.panel)
        axes.set_facecolor(theme.panel)
        axes.grid(color=theme.line, linewidth=0.8)
        axes.set_axisbelow(True)
        self._colour(axes, axes.xaxis, axes.yaxis)
        if self._right is not None:
            self._colour(self._right, self._right.yaxis)

    def make_ticks(self) -> None:
        """Make what stands at the numbers along the axes: half of the time that the first drawing takes."""
        for axis in (self.main.xaxis, self.main.yaxis):
            axis.get_major_ticks(_MOST + 1)

    def _colour(self, axes: Axes, *sides: Axis) -> None:
        theme = self._look.theme
        for spine in axes.spines.values():
            spine.set_color(theme.line)
        axes.tick_params(
            colors=theme.line,
            labelcolor=theme.muted,
            labelfontfamily=FAMILY,
            labelsize=self._points(TICK),
            pad=self._points(TICK) * _BESIDE_MARK,
            length=_MARK,
        )
        for axis in sides:
            axis.get_offset_text().set(color=theme.muted, fontproperties=self.font(TICK))
            axis.label.set_fontproperties(self.font(NAME))

    def set_spans(self, static: StaticPlot) -> None:
        """From where to where the axes go, and by which scale."""
        axes = self.main
        if axes.get_xscale() != static.x_scale:
            axes.set_xscale(static.x_scale)
        if axes.get_yscale() != static.y_scale:
            axes.set_yscale(static.y_scale)
        axes.set_xlim(*static.x_span)
        axes.set_ylim(*static.y_span)
        if static.right_name or self._right is not None:
            self.right.set_visible(bool(static.right_name))

    def lay_out(self, static: StaticPlot, width: int, height: int, key_lines: int = 0) -> None:
        """Make room for the words: with new axes and after a resize, never while stepping.

        ``width`` and ``height`` are those of the figure, in pixels; ``key_lines`` is how many lines the key
        has that stands above the axes. The widths of the words tell the room; matplotlib's own layout draws
        everything twice to find out.
        """
        width, height = max(width, 2), max(height, 2)
        titled, named = self._show_names(static, height, key_lines)
        self._set_ticks(static, width, height)
        left, right = self._sides(static, width, named=named)
        top, bottom = self._above_and_below(titled=titled, named=named)
        if named and (note := no_font_has(_words_of(static), by_code=True)):
            bottom += self.pixels(TICK) * 1.4
            self._say_note(note, width, height)
        else:
            self.note.set_text("")
        name = self.pixels(NAME)
        # A narrow plot has no corner to spare: where it is tall, the key stands above the axes.
        self.key_above = (
            not static.key_at and width - left - right < 30 * name and height - top - bottom > 22 * name
        )
        if self.key_above:
            said = sum(bool(curve.legend) for curve in static.curves)
            top += key_height(name, said + _MARKS_SAID) + name * KEY_GAP
        elif key_lines:
            top += lines_height(name, key_lines)
        # On a few pixels something has to give: then the axes keep a fifth and the words are cut.
        thin, low = min(1.0, 0.8 * width / (left + right)), min(1.0, 0.8 * height / (top + bottom))
        self.margins = left * thin, right * thin, top * low, bottom * low
        self._place_words(static, width, height, beneath_key=self.key_above or key_lines > 0)

    def _show_names(self, static: StaticPlot, height: int, key_lines: int) -> tuple[bool, bool]:
        """Whether there is room for the title, and for the names of the axes; the rest is hidden."""
        lowest = _LOW_BY_KEY if static.key_at == ABOVE else _LOW
        if key_lines > 1:
            lowest = _LOW_BY_LINES
        titled, named = height / self._look.scale >= lowest, height / self._look.scale >= TINY
        self.main.title.set_visible(titled)
        for axis in (self.main.xaxis, self.main.yaxis):
            axis.label.set_visible(named)
        return titled, named

    def _set_ticks(self, static: StaticPlot, width: int, height: int) -> None:
        """As many numbers along the axes as have room."""
        tick = self.pixels(TICK)
        spans = ((self.main.xaxis, width, tick * 5.5, static.x_scale, static.x_span),
                 (self.main.yaxis, height, tick * 3, static.y_scale, static.y_span))  # fmt: skip
        for axis, length, per_tick, scale, span in spans:
            _count(axis, scale, span, max(2, min(_MOST, int(length / per_tick))))
        if static.y_labels is not None:
            self._label(static.y_labels, width, tick)

    def _sides(self, static: StaticPlot, width: int, *, named: bool) -> tuple[float, float]:
        """The margins left and right, in pixels; a name that has no room beside the axes is hidden."""
        tick, name, pad = self.pixels(TICK), self.pixels(NAME), self._look.px(6)
        across, upward = _numbers(self.main.xaxis), _numbers(self.main.yaxis)
        beside = max((width_of(number, tick) for number in upward), default=0.0)
        half_of_last = width_of(across[-1], tick) / 2 if across else 0.0
        bare = pad + beside + tick * 0.8
        left = bare + (name * 1.4 if named and static.y_name else 0)
        if not static.right_name:
            return left, pad + max(half_of_last, tick * 0.5)
        # The key names both edges, too: on little width they need not be named beside them.
        counted = pad + width_of("100 %", tick) + tick * 0.8
        right_named = named and width - left - counted - name * 1.4 >= _NARROW * name
        self.right.yaxis.label.set_visible(right_named)
        if width - left - counted < _NARROWER * name:
            left = bare
            self.main.yaxis.label.set_visible(False)
        return left, counted + (name * 1.4 if right_named else 0)

    def _above_and_below(self, *, titled: bool, named: bool) -> tuple[float, float]:
        """The margins above and below, in pixels, without a key."""
        tick, name, head, pad = (*map(self.pixels, (TICK, NAME, HEAD)), self._look.px(6))
        offset = self.main.yaxis.get_major_formatter().get_offset()
        top = pad + (head * 1.5 if titled else tick * 1.4 if offset else tick * 0.5)
        return top, pad + tick * 1.6 + (name * 1.3 if named else 0)

    def _place_words(self, static: StaticPlot, width: int, height: int, *, beneath_key: bool) -> None:
        """The axes within their margins, and title and names beside them, cut to their room."""
        axes, (left, right, top, bottom) = self.main, self.margins
        tick, name, head, pad = (*map(self.pixels, (TICK, NAME, HEAD)), self._look.px(6))
        self.figure.subplots_adjust(
            left=left / width, right=1 - right / width, top=1 - top / height, bottom=bottom / height
        )
        middle = 0.5 + (bottom - top) / 2 / height
        # Left to itself, matplotlib measures all numbers along the axes for it whenever it draws.
        below = bottom - (_MARK + _ABOVE_NAME) * DPI / 72 - (_BESIDE_MARK + 1) * tick
        across = (left + (width - right)) / 2 / width
        axes.xaxis.set_label_coords(across, below / height, self.figure.transFigure)
        axes.yaxis.set_label_coords((pad + name * 1.1) / width, middle, self.figure.transFigure)
        colour, inner = self._look.theme.text, (width - left - right, height - top - bottom)
        lifted = (top - head * 1.5) * 72 / DPI if beneath_key else 0.35 * self._points(HEAD)
        axes.set_title("", fontproperties=self.font(HEAD), pad=lifted, y=1.0)
        say(axes.title, cut(static.title, head, inner[0] + 2 * right), colour)
        say(axes.xaxis.label, cut(static.x_name, name, inner[0]), colour)
        say(axes.yaxis.label, cut(static.y_name, name, inner[1]), colour)
        if static.right_name:
            beside = self.right.yaxis
            beside.set_label_coords(1 - (pad + name * 1.2) / width, middle, self.figure.transFigure)
            say(beside.label, cut(static.right_name, name, inner[1]), colour)

    def _say_note(self, note: str, width: int, height: int) -> None:
        """Write at the lower edge which signs no font has; Qt, which writes the key, shows them as it can."""
        pad, size = self._look.px(6), self.pixels(TICK)
        self.note.set_position((pad / width, pad * 0.7 / height))
        self.note.set_fontproperties(self.font(TICK))
        say(self.note, cut(note, size, width - 2 * pad), self._look.theme.muted)

    def _label(self, labels: tuple[tuple[float, str], ...], width: int, tick: int) -> None:
        """Words in place of numbers at the left edge."""
        self.main.yaxis.set_major_locator(FixedLocator([place for place, _ in labels]))
        room = max(0.3 * width, 4 * tick)
        words = [drawable(cut(each, tick, room)) for _, each in labels]
        self.main.yaxis.set_major_formatter(FixedFormatter(words))
        self.main.tick_params("y", labelfontfamily=families("".join(words)))

    # Sizes -----------------------------------------------------------------------------------

    def pixels(self, size: float) -> int:
        """A size of text, in pixels."""
        wanted = self._look.px(size)
        return max(wanted, SMALLEST_PROJECTED) if self._look.projector else wanted

    def font(self, size: float) -> FontProperties:
        """The program's font at that size."""
        return FontProperties(family=FAMILY, size=self._points(size))

    def _points(self, size: float) -> float:
        return self.pixels(size) * 72 / DPI


def _words_of(static: StaticPlot) -> Iterator[str]:
    """All that is written in the plot."""
    yield from (static.title, static.x_name, static.y_name, static.right_name)
    yield from (words for _, words in static.y_labels or ())
    yield from (curve.legend for curve in static.curves)


def _count(axis: Axis, scale: Scale, span: Span, ticks: int) -> None:
    """Numbers along an axis: about so many."""
    locator: Any
    formatter: Any
    if scale == "log":
        decades = math.log10(span[1] / span[0])
        subs = (1.0,) if decades > 2.5 else (1.0, 2.0, 5.0)
        plain_from = 1e-3 if decades < 5 else 0.1
        locator = LogLocator(subs=subs, numticks=ticks + 1)
        formatter = FuncFormatter(lambda number, _: _power(number, plain_from))
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
    else:
        locator, formatter = MaxNLocator(ticks, steps=_STEPS), ScalarFormatter(useMathText=False)
    axis.set_major_locator(locator)
    axis.set_major_formatter(formatter)


def _power(number: float, plain_from: float) -> str:
    """A number of a logarithmic scale: 0.05, 1, 100, 10⁻⁶."""
    if plain_from * 0.99 <= number < 9999:
        return short(round(number, 12))
    exponent = math.floor(math.log10(number) + 1e-9)
    factor = round(number / 10.0**exponent)
    raised = f"10{superscript(str(exponent))}"
    return raised if factor == 1 else f"{factor}·{raised}"


def _numbers(axis: Axis) -> list[str]:
    """What stands at the ticks of an axis."""
    low, high = sorted(axis.get_view_interval())
    places = [place for place in axis.get_majorticklocs() if low <= place <= high]
    return axis.get_major_formatter().format_ticks(places)
