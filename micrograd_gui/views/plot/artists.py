"""The artists of a plot: each stands for one thing drawn, and can stand for the next one of its shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from contourpy import LineType, contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, StepPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from micrograd_gui.document.text import short
from micrograd_gui.resource import FAMILY
from micrograd_gui.views.plot.legend import drawable, write_in
from micrograd_gui.views.plot.model import (
    Arrow,
    Bars,
    Color,
    Contours,
    Field,
    GrowingCurve,
    Mark,
    Note,
    PlotItem,
    Trail,
)
from micrograd_gui.views.theme import Look, Theme

_DASHES: dict[str, Any] = {
    "line": "-",
    "thin": "-",
    "upright": "-",
    "dashed": (0, (5, 3)),
    "dotted": (0, (1.2, 2.2)),
}
POINTS = {"points": "o", "point": "o", "squares": "s", "dots": "o", "ring": "o", "crosses": "x"}
OPEN = {"open dots": "dots", "open squares": "squares"}
POINTS |= {each: POINTS[filled] for each, filled in OPEN.items()}
_SIZES = {"points": 5.0, "point": 8.0, "squares": 5.5, "dots": 5.5, "ring": 11.0, "crosses": 9.0}
_ROWS, _FEW = ("dots", "squares"), 30
_OPEN_EDGE = 2.0
_EDGES = {"ring": 2.2, "crosses": 1.6}
_WIDTHS = {"line": 2.4, "thin": 1.5, "upright": 1.5}
_WHOLE = Qt.AspectRatioMode.IgnoreAspectRatio
_OLDEST, _NEWEST = 1.7, 3.5  # points of a trail, from their middle
LEVELS_AT_MOST = 12
_SIGN = 0.62  # the width of a sign, in sizes of text
_STRETCHES = 5_000  # more than there are pixels


class ItemArtist(Protocol):
    """What the surface knows of an artist."""

    shape: tuple[object, ...]

    def artists(self) -> tuple[Artist, ...]:
        """What is to be added to the axes."""
        ...

    def show(self, drawn: Any) -> None:
        """Stand for that item, which has the same shape."""
        ...


class _DrawnLine(Line2D):
    """A line of matplotlib in the color and style of a mark."""

    def __init__(self, mark: Mark | GrowingCurve, look: Look) -> None:
        self.shape = shape_of(mark)
        theme, scale = look.theme, look.scale
        color = color_of(mark.color, theme)
        dots = mark.style in POINTS
        size = _SIZES.get(mark.style, 0.0)
        edge = theme.text if mark.style == "point" else color
        style = OPEN.get(mark.style, mark.style)
        if style in _ROWS:
            edge = color if mark.style in OPEN else theme.text if theme.dark else theme.panel
            size = _SIZES[style] * (1.6 if len(mark.y) <= _FEW else 1.0)
        super().__init__(
            mark.x if isinstance(mark, Mark) else (),
            mark.y if isinstance(mark, Mark) else (),
            color=color,
            linestyle=_DASHES.get(mark.style, ""),
            linewidth=_WIDTHS.get(mark.style, 2.0) * scale,
            marker=POINTS.get(mark.style, ""),
            markersize=size * scale,
            markeredgecolor=edge,
            markerfacecolor="none" if mark.style == "ring" else theme.panel if mark.style in OPEN else color,
            markeredgewidth=(_OPEN_EDGE if mark.style in OPEN else _EDGES.get(mark.style, 0.8)) * scale,
            zorder=5 if dots else 3,
            animated=True,
        )

    def artists(self) -> tuple[Artist, ...]:
        """The line."""
        return (self,)


class MarkLine(_DrawnLine):
    """A mark as a line."""

    def show(self, drawn: Mark) -> None:
        """Stand for that mark."""
        self.set_data(drawn.x, drawn.y)


class GrowingLine(_DrawnLine):
    """A curve of which only what is new is drawn, over what is there already."""

    def __init__(self, mark: GrowingCurve, look: Look) -> None:
        super().__init__(mark, look)
        self.set_solid_capstyle("round")
        self._store = np.empty(64)
        self._length = self._drawn = 0
        self.anew = True  # whether what is on screen of it no longer holds
        self.show(mark)

    @property
    def fresh(self) -> bool:
        """Whether points came since it was drawn."""
        return self._length > self._drawn

    def show(self, drawn: GrowingCurve) -> None:
        """Stand for that curve; of a curve that has only grown, the start is not looked at again."""
        before, length = self._length, len(drawn.y)
        if before > length or (before and self._ends(before) != (drawn.y[0], drawn.y[before - 1])):
            before, self.anew = 0, True
        if length > len(self._store):
            store = np.empty(2 * length)
            store[:before] = self._store[:before]
            self._store = store
        self._store[before:length] = drawn.y[before:length]
        self._length = length
        self.anew = self.anew or self.shape[1] in (
            "dashed",
            "dotted",
        )  # dashes would begin anew with each new piece
        if self.anew:
            self.take_whole()

    def _ends(self, length: int) -> tuple[float, float]:
        return self._store[0], self._store[length - 1]

    def take_whole(self) -> None:
        """What is drawn next is all of it: of very many points, the highest and lowest of each stretch."""
        y = self._store[: self._length]
        stretch = self._length // _STRETCHES
        if stretch < 4:
            self.set_data(np.arange(len(y)), y)
            return
        cut = len(y) // stretch * stretch
        stretches = y[:cut].reshape(-1, stretch)
        x = np.repeat(np.arange(0, cut, stretch), 2)
        ends = np.column_stack([stretches.min(axis=1), stretches.max(axis=1)]).ravel()
        self.set_data(np.append(x, np.arange(cut, len(y))), np.append(ends, y[cut:]))

    def take_new(self) -> None:
        """What is drawn next is what came since, with the point it goes on from."""
        start = max(0, self._drawn - 1)
        self.set_data(np.arange(start, self._length), self._store[start : self._length])

    def mark_drawn(self) -> None:
        """What there is of it is on screen."""
        self._drawn, self.anew = self._length, False


class FieldImage(AxesImage):
    """A field as an image, with a line where it changes sides."""

    def __init__(self, field: Field, look: Look, axes: Axes) -> None:
        super().__init__(
            axes, origin="lower", interpolation="bilinear", extent=(0, 1, 0, 1), zorder=1, animated=True
        )
        self.shape = shape_of(field)
        theme = look.theme
        self._colours = tuple(np.array(to_rgb(each)) for each in (theme.grad, theme.panel, theme.data))
        self._rgba = np.full((*field.numbers.shape, 4), 255, np.uint8)
        self._most = 0.62 if theme.dark else 0.5
        self._edge = Line2D((), (), color=theme.text, linewidth=1.6 * look.scale, zorder=2, animated=True)
        self.show(field)

    def artists(self) -> tuple[Artist, ...]:
        """The image, and the line where it changes sides."""
        return (self, self._edge)

    def draw(self, renderer: Any, *args: Any, **kwargs: Any) -> None:
        """On screen it is enlarged by Qt, which takes a tenth of matplotlib's time."""
        figure = self.get_figure(root=True)
        if figure is None or figure.canvas.is_saving():
            super().draw(renderer, *args, **kwargs)
            return
        left, bottom, width, height = (round(each) for each in self.axes.bbox.bounds)
        rows, columns, _ = self._rgba.shape
        small = QImage(self._rgba.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
        large = small.scaled(width, height, _WHOLE, Qt.TransformationMode.SmoothTransformation)
        pixels = np.frombuffer(large.bits(), np.uint8).reshape(height, width, 4)
        renderer.draw_image(renderer.new_gc(), left, bottom, pixels)

    def show(self, drawn: Field) -> None:
        """Stand for that field."""
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        if tuple(self.get_extent()) != (left, right, low, high):
            self.set_extent((left, right, low, high))
        with np.errstate(all="ignore"):
            numbers = np.nan_to_num(drawn.numbers - drawn.level, posinf=1e300, neginf=-1e300)
            strength = np.clip(numbers / drawn.far, -1, 1)
        below, middle, above = self._colours
        share = (0.22 + 0.78 * np.abs(strength)) * self._most  # little is a colour, too
        side = np.where(strength[..., None] < 0, below, above)
        rgb = middle + (side - middle) * share[..., None]
        self._rgba[..., :3] = rgb * 255
        self.set_data(self._rgba)
        rows, columns = numbers.shape
        x, y = np.linspace(left, right, columns), np.linspace(low, high, rows)
        lines = contour_generator(x, y, numbers, line_type=LineType.ChunkCombinedNan).lines(0.0)
        path = lines[0][0]
        if path is None:
            self._edge.set_data((), ())
        else:
            self._edge.set_data(path[:, 0], path[:, 1])


class BarsPatch(StepPatch):
    """Bars as one patch."""

    def __init__(self, bars: Bars, look: Look) -> None:
        self.shape = shape_of(bars)
        colour = color_of(bars.color, look.theme)
        super().__init__(
            bars.base + bars.heights, bars.edges, baseline=bars.base, fill=True,
            facecolor=colour, linewidth=0, zorder=3, animated=True,
        )  # fmt: skip

    def artists(self) -> tuple[Artist, ...]:
        """The patch."""
        return (self,)

    def show(self, drawn: Bars) -> None:
        """Stand for those bars."""
        self.set_data(drawn.base + drawn.heights, drawn.edges, drawn.base)


class TrailPoints(PathCollection):
    """A trail: its points, the line that joins them, and the pieces of curves through them."""

    def __init__(self, trail: Trail, look: Look, axes: Axes) -> None:
        self.shape = shape_of(trail)
        self._colour, self._scale = color_of(trail.color, look.theme), look.scale
        super().__init__(
            [Path.unit_circle()], offset_transform=axes.transData, zorder=4.5, linewidths=0.0, animated=True
        )
        self.set_transform(IdentityTransform())
        self._joined = Line2D((), (), color=self._colour, linewidth=1.1 * look.scale, zorder=4, animated=True)
        self._pieces = Line2D(
            (), (), color=color_of("data", look.theme), alpha=0.6, linewidth=1.3 * look.scale, zorder=3.5,
            animated=True,
        )  # fmt: skip
        self.show(trail)

    def artists(self) -> tuple[Artist, ...]:
        """The pieces, the line, the points."""
        return (self._pieces, self._joined, self)

    def show(self, drawn: Trail) -> None:
        """Stand for that trail."""
        self._joined.set_data(drawn.x, drawn.y)
        count = len(drawn.x) - 1
        self.set_offsets(np.column_stack([drawn.x[:count], drawn.y[:count]]))
        age = np.arange(1, count + 1) / max(1, count)  # 1: the newest
        self.set_sizes((_OLDEST + (_NEWEST - _OLDEST) * age) ** 2 * self._scale**2)
        self.set_facecolor([to_rgba(self._colour, 0.35 + 0.65 * each) for each in age.tolist()])
        if drawn.across is None or drawn.upward is None:
            self._pieces.set_data((), ())
            return
        gap = np.full((count, 1), np.nan)
        across, upward = (np.hstack([each, gap]).ravel() for each in (drawn.across, drawn.upward))
        self._pieces.set_data(across, upward)


class ContourLines(Line2D):
    """Lines of equal height, and the height of each beside its longest stretch."""

    def __init__(self, contours: Contours, look: Look, axes: Axes, size: float) -> None:
        self.shape = shape_of(contours)
        super().__init__(
            (), (), color=color_of(contours.color, look.theme), linewidth=1.2 * look.scale, alpha=0.75,
            zorder=2, animated=True,
        )  # fmt: skip
        self._of = axes
        ground = {"facecolor": look.theme.panel, "edgecolor": "none", "pad": 0.15 * size, "alpha": 0.9}
        font = FontProperties(family=FAMILY, size=0.85 * size)
        self._heights = [
            Text(
                0, 0, "", color=look.theme.text, fontproperties=font, parse_math=False, bbox=ground,
                horizontalalignment="center", verticalalignment="center", zorder=2.5, animated=True,
                clip_on=True,
            )
            for _ in range(LEVELS_AT_MOST)
        ]  # fmt: skip
        for text in self._heights:
            text.set_in_layout(False)
        self.show(contours)

    def artists(self) -> tuple[Artist, ...]:
        """The lines, and the heights."""
        return (self, *self._heights)

    def show(self, drawn: Contours) -> None:
        """Stand for those lines."""
        rows, columns = drawn.numbers.shape
        (left, right), (low, high) = self._of.get_xlim(), self._of.get_ylim()
        x, y = np.linspace(left, right, columns), np.linspace(low, high, rows)
        numbers = np.ma.masked_invalid(drawn.numbers)
        generator = contour_generator(x, y, numbers, line_type=LineType.Separate)
        pieces: list[Any] = []
        start, size = np.array((left, low)), np.array((right - left, high - low))
        with np.errstate(all="ignore"):  # beside so narrow a span the point may be endlessly far away
            taken = [] if drawn.clear is None else [((drawn.clear - start) / size, self._share_of("−0.00"))]
        said = iter(self._heights)
        for level in drawn.levels:
            lines = generator.lines(level)
            for line in lines:
                pieces += [line, np.full((1, 2), np.nan)]
            words = short(level)
            box = self._share_of(words)
            spot = _spot((_longest(lines) - start) / size, box, taken) if lines else None
            if spot is not None and (text := next(said, None)) is not None:
                taken.append((spot, box))
                text.set_position(tuple(start + spot * size))
                text.set_text(words)
        for text in said:
            text.set_text("")
        drawn_over = np.concatenate(pieces) if pieces else np.empty((0, 2))
        self.set_data(drawn_over[:, 0], drawn_over[:, 1])

    def _share_of(self, words: str) -> Any:
        """How wide and tall the words are, in shares of the axes."""
        size = float(self._heights[0].get_fontsize()) * self._of.figure.dpi / 72
        box = self._of.bbox
        return np.array((_SIGN * size * (len(words) + 1) / box.width, 1.8 * size / box.height))


def _longest(lines: Any) -> Any:
    return max(lines, key=len)


def _spot(line: Any, box: Any, taken: Sequence[tuple[Any, Any]]) -> Any:
    """Where words of that size can stand on the line, inside and far from others; None: nowhere.

    All is in shares of the axes.
    """
    inside = line[((line > box / 2) & (line < 1 - box / 2)).all(axis=1)]
    if not len(inside):
        return None
    apart = np.full(len(inside), np.inf)
    for spot, its in taken:
        apart = np.minimum(apart, (np.abs(inside - spot) / ((box + its) / 2)).max(axis=1))
    best = len(inside) // 2 if not taken else int(np.argmax(apart))
    return inside[best] if apart[best] > 1.0 else None


class ArrowPatch(FancyArrowPatch):
    """An arrow with a head of the size of text."""

    def __init__(self, arrow: Arrow, look: Look) -> None:
        self.shape = shape_of(arrow)
        super().__init__(
            (0, 0), (1, 1), arrowstyle="-|>", color=color_of(arrow.color, look.theme), shrinkA=0, shrinkB=0,
            mutation_scale=13 * look.scale, linewidth=2.2 * look.scale, zorder=4.8, animated=True,
        )  # fmt: skip
        self.show(arrow)

    def artists(self) -> tuple[Artist, ...]:
        """The arrow."""
        return (self,)

    def show(self, drawn: Arrow) -> None:
        """Stand for that arrow."""
        self.set_positions(*zip(drawn.x, drawn.y, strict=True))


class NoteText(Text):
    """A note as a text of matplotlib."""

    def __init__(self, note: Note, look: Look, size: float) -> None:
        self.shape = shape_of(note)
        font = FontProperties(family=FAMILY, size=size, weight="bold" if note.bold else "normal")
        super().__init__(
            0, 0, "", color=color_of(note.color, look.theme), fontproperties=font, parse_math=False,
            horizontalalignment="right" if note.right else "left", verticalalignment="center",
            zorder=7, animated=True, clip_on=True,
        )  # fmt: skip
        self.set_in_layout(False)
        self.show(note)

    def artists(self) -> tuple[Artist, ...]:
        """The text."""
        return (self,)

    def show(self, drawn: Note) -> None:
        """Stand for that note."""
        self.set_position((drawn.x, drawn.y))
        write_in(self, drawable(drawn.words))


def artist_for(drawn: PlotItem, look: Look, axes: Axes, size: float) -> ItemArtist:
    """An artist of those axes for what is to be drawn; ``size`` is that of text."""
    match drawn:
        case Mark():
            return MarkLine(drawn, look)
        case Contours():
            return ContourLines(drawn, look, axes, size)
        case Arrow():
            return ArrowPatch(drawn, look)
        case Trail():
            return TrailPoints(drawn, look, axes)
        case GrowingCurve():
            return GrowingLine(drawn, look)
        case Field():
            return FieldImage(drawn, look, axes)
        case Bars():
            return BarsPatch(drawn, look)
        case Note():
            return NoteText(drawn, look, size)


def color_of(color: Color, theme: Theme) -> str:
    """The colour that a theme has for a color of the model."""
    return {
        "data": theme.data,
        "grad": theme.grad,
        "secant": theme.text,
        "accent": theme.accent,
        "muted": theme.muted,
        "good": theme.good,
        "bad": theme.bad,
    }[color]


def shape_of(drawn: PlotItem) -> tuple[object, ...]:
    """What must be the same for an artist to stand for another thing."""
    said = bool(drawn.legend)
    match drawn:
        case Mark():
            return drawn.color, drawn.style, said
        case Trail() | Contours() | Arrow():
            return type(drawn).__name__, drawn.color, said
        case GrowingCurve():
            return drawn.color, drawn.style, said, drawn.right
        case Bars():
            return "bars", drawn.color, said, len(drawn.edges)
        case Note():
            return "note", drawn.color, drawn.right, drawn.bold
    return "field", said
