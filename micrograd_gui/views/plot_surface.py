"""PlotSurface: a matplotlib figure on a Qt canvas; still parts are drawn once, live marks by blitting."""

from __future__ import annotations

import io
import warnings
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, ScalarFormatter
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from micrograd_gui.views.plot_picture import Mark, Still
from micrograd_gui.views.theme import FAMILY, Mood

DPI = 100
_LOW, _TINY = 190, 110  # below so many pixels of height (at scale 1) the title goes, then legend and names
_DASHES: dict[str, Any] = {
    "line": "-",
    "dashed": (0, (5, 3)),
    "dotted": (0, (1.2, 2.2)),
    "points": "",
    "point": "",
}


class PlotSurface(FigureCanvasQTAgg):
    """Draws one Still and the marks on it. ``show_still`` is slow, ``show_live`` takes about a millisecond."""

    def __init__(self, mood: Mood, parent: QWidget | None = None) -> None:
        super().__init__(Figure(dpi=DPI))
        self.setParent(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(40, 30)
        self._mood = mood
        self._still: Still | None = None
        self._marks: tuple[Mark, ...] = ()
        self._live: list[Any] = []
        self._ground: Any = None
        self._laid_out: tuple[object, ...] = ()
        self.axes = self.figure.add_subplot()
        self.mpl_connect("draw_event", self._on_draw)

    # What is shown ---------------------------------------------------------------------------

    def set_mood(self, mood: Mood) -> None:
        """Draw with these colours and at this size from now on."""
        self._mood = mood
        if self._still is not None:
            self.show_still(self._still, self._marks)

    def show_still(self, still: Still, marks: tuple[Mark, ...]) -> None:
        """Draw everything anew."""
        self._still, self._marks = still, marks
        theme, axes = self._mood.theme, self.axes
        axes.clear()
        self._live = []
        self.figure.set_facecolor(theme.panel)
        axes.set_facecolor(theme.panel)
        axes.set_xlim(*still.x_span)
        axes.set_ylim(*still.y_span)
        axes.grid(color=theme.line, linewidth=0.8)
        axes.set_axisbelow(True)
        for spine in axes.spines.values():
            spine.set_color(theme.line)
        axes.tick_params(colors=theme.line, labelcolor=theme.muted, labelfontfamily=FAMILY)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(ScalarFormatter(useMathText=False))
            axis.get_offset_text().set(color=theme.muted, fontfamily=FAMILY)
        for curve in still.curves:
            axes.add_line(self._line(curve))
        _say(axes.title, still.title, theme.text)
        _say(axes.xaxis.label, still.x_name, theme.text)
        _say(axes.yaxis.label, still.y_name, theme.text)
        self._place_live(marks)
        self._set_sizes()
        self._laid_out = ()
        self.draw_idle()

    def show_live(self, marks: tuple[Mark, ...]) -> None:
        """Draw other marks on the still part that is there; the rest is not drawn again."""
        self._marks = marks
        shapes = [(mark.ink, mark.style, bool(mark.legend)) for mark in marks]
        if shapes != [shape for shape, _ in self._live_lines()]:
            self._place_live(marks)
        else:
            texts = iter(self._legend_texts())
            for _ in self._legends(()):
                next(texts)
            for mark, (_, line) in zip(marks, self._live_lines(), strict=True):
                line.set_data(mark.x, mark.y)
                if mark.legend and (text := next(texts, None)) is not None:
                    text.set_text(drawable(mark.legend))
        if self._ground is None:
            self.draw_idle()
            return
        self.restore_region(self._ground)
        self._draw_live()
        self.update()  # not blit(): that would repaint at once, inside of the step

    def picture(self, suffix: str) -> bytes:
        """The plot as the bytes of an .svg or .png file, the same for the same plot."""
        buffer = io.BytesIO()
        self._lay_out()
        with rc_context({"svg.hashsalt": "micrograd", "svg.fonttype": "path"}):
            self.figure.savefig(
                buffer,
                format=suffix,
                dpi=2 * DPI if suffix == "png" else DPI,
                metadata={"Date": None} if suffix == "svg" else None,
            )
        self.draw_idle()  # drawing elsewhere has moved what this canvas remembers
        return buffer.getvalue()

    # Marks and legend ------------------------------------------------------------------------

    def _live_lines(self) -> list[tuple[tuple[str, str, bool], Any]]:
        return [(artist.shape, artist) for artist in self._live if isinstance(artist, _MarkLine)]

    def _line(self, mark: Mark) -> _MarkLine:
        theme, scale = self._mood.theme, self._mood.scale
        ink = {
            "data": theme.data,
            "grad": theme.grad,
            "secant": theme.text,
            "accent": theme.accent,
            "muted": theme.muted,
        }[mark.ink]
        dots = mark.style in ("point", "points")
        return _MarkLine(
            (mark.ink, mark.style, bool(mark.legend)),
            mark.x,
            mark.y,
            color=ink,
            linestyle=_DASHES[mark.style],
            linewidth=(2.4 if mark.style == "line" else 2.0) * scale,
            marker="o" if dots else "",
            markersize=(8.0 if mark.style == "point" else 5.0) * scale,
            markeredgecolor=theme.panel if mark.style == "point" else ink,
            zorder=5 if dots else 3,
        )

    def _place_live(self, marks: tuple[Mark, ...]) -> None:
        for artist in self._live:
            artist.remove()
        self._live = []
        for mark in marks:
            line = self._line(mark)
            line.set_animated(True)
            self.axes.add_line(line)
            self._live.append(line)
        self._place_legend(marks)

    def _legends(self, marks: tuple[Mark, ...]) -> list[Mark]:
        curves = self._still.curves if self._still is not None else ()
        return [mark for mark in (*curves, *marks) if mark.legend]

    def _place_legend(self, marks: tuple[Mark, ...]) -> None:
        said = self._legends(marks)
        if not said or self._height() < _TINY:
            return
        theme = self._mood.theme
        legend = self.axes.legend(
            [self._line(mark) for mark in said],
            ["·"] * len(said),  # the texts are set below: matplotlib reads meanings into "_" and "$"
            loc=self._free_corner(),
            facecolor=theme.panel,
            edgecolor=theme.line,
            framealpha=0.88,
            prop=self._font(12),
            handlelength=2.4,
            borderpad=0.5,
            labelspacing=0.35,
        )
        for text, mark in zip(legend.get_texts(), said, strict=True):
            _say(text, mark.legend, theme.text)
        legend.set_animated(True)
        self._live.append(legend)

    def _legend_texts(self) -> list[Text]:
        legend = self.axes.get_legend()
        return [] if legend is None else legend.get_texts()

    def _free_corner(self) -> str:
        """The upper or lower corner in which the curves have the fewest points."""
        import numpy as np

        still = self._still
        assert still is not None
        (left, right), (low, high) = still.x_span, still.y_span
        counts = {}
        for corner in ("upper left", "upper right", "lower left", "lower right"):
            inside = 0
            for curve in still.curves:
                x = (np.asarray(curve.x) - left) / (right - left)
                y = (np.asarray(curve.y) - low) / (high - low)
                with np.errstate(invalid="ignore"):
                    in_x = x < 0.55 if "left" in corner else x > 0.45
                    in_y = y > 0.66 if "upper" in corner else y < 0.34
                inside += int(np.count_nonzero(in_x & in_y))
            counts[corner] = inside
        return min(counts, key=counts.__getitem__)

    # Sizes -----------------------------------------------------------------------------------

    def _height(self) -> float:
        return self.height() / self._mood.scale

    def _font(self, size: float) -> FontProperties:
        return FontProperties(family=FAMILY, size=self._points(size))

    def _points(self, size: float) -> float:
        pixels = self._mood.px(size)
        if self._mood.projector:
            pixels = max(pixels, 28)
        return pixels * 72 / DPI

    def _set_sizes(self) -> None:
        axes, height = self.axes, self._height()
        axes.title.set(fontproperties=self._font(13), visible=height >= _LOW)
        for axis in (axes.xaxis, axes.yaxis):
            axis.label.set(fontproperties=self._font(12), visible=height >= _TINY)
            axis.get_offset_text().set_fontsize(self._points(11))
        axes.tick_params(labelsize=self._points(11))
        room = self._mood.px(11) * (1.5 if self._mood.projector else 1.0)
        across, down = self.width() / (room * 6), self.height() / (room * 4)
        axes.xaxis.set_major_locator(MaxNLocator(max(2, min(8, int(across)))))
        axes.yaxis.set_major_locator(MaxNLocator(max(2, min(7, int(down)))))

    def _lay_out(self) -> None:
        """Make room for the labels: after a new still part and after a resize, never while stepping."""
        key = (self.width(), self.height(), self._mood)
        if key == self._laid_out or self._still is None:
            return
        self._laid_out = key
        self._set_sizes()
        with warnings.catch_warnings():
            # On a few pixels no room is left for the axes: matplotlib says so, and draws them anyway.
            warnings.simplefilter("ignore", UserWarning)
            self.figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.06)
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")

    def sizeHint(self) -> QSize:
        return QSize(420, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 30)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ground = None
        small = self._height() < _TINY
        super().resizeEvent(event)
        has_legend = self.axes.get_legend() is not None
        if self._still is not None and small == has_legend:
            self._place_live(self._marks)

    # Drawing ---------------------------------------------------------------------------------

    def draw(self) -> None:
        if self.width() < 2 or self.height() < 2:
            return
        self._lay_out()
        super().draw()

    def _on_draw(self, event: object) -> None:
        if getattr(event, "canvas", self) is not self:
            return
        self._ground = self.copy_from_bbox(self.figure.bbox)
        self._draw_live()

    def _draw_live(self) -> None:
        for artist in self._live:
            self.axes.draw_artist(artist)


class _MarkLine(Line2D):
    """A line that knows which mark it stands for."""

    def __init__(self, shape: tuple[str, str, bool], *args: Any, **style: Any) -> None:
        super().__init__(*args, **style)
        self.shape = shape


def _say(text: Text, words: str, colour: str) -> None:
    text.set_parse_math(False)  # a label may hold "$" and "\\"
    text.set_text(drawable(words))
    text.set(color=colour, fontfamily=FAMILY)


def drawable(words: str) -> str:
    """The words with signs that the font does not have replaced by boxes, as matplotlib would warn of each."""
    return "".join(each if ord(each) in _signs() else "□" for each in words)


def _signs() -> dict[int, int]:
    global _known
    if not _known:
        _known = get_font(findfont(FontProperties(family=FAMILY))).get_charmap()
    return _known


_known: dict[int, int] = {}
