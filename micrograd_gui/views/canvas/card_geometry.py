"""What the canvas needs besides figures/geometry.py: what depends on the zoom, and Qt's own types."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from micrograd_gui.document.graph import Place
from micrograd_gui.figures.geometry import HEIGHT, MIDDLE, TITLE, WIDTH, Bezier, number_fields
from micrograd_gui.views.canvas.pens import SMALL_PROJECTED
from micrograd_gui.views.theme import Look

ROW_TITLE = 21.0  # the height of the title where the numbers stand in rows
ROW_MIDDLE = 12.5  # and the middle of what stands in it
WORDS_FROM = 0.62  # below this zoom the numbers stand in rows, so that they can be larger
_WORDS_FITTED = 0.72  # a graph that is whole below this zoom is seen in rows: their numbers are larger there
FIT_AT_MOST = 1.6  # the zoom of a graph that is whole in view with much room around it
_ACROSS = 8  # so many cards are as wide as a view that is wide enough for a larger zoom
_READ_FROM, _READ_AT = 0.4, 0.5  # below this zoom numbers are too small to reckon with; at that they are not
_PROJECTED_TEXT = 13.0  # pixels at scale 1; under a projector no text is smaller than that, scaled
CARDS_FROM = 0.3  # below this zoom a box is a rectangle with its name, and further off without
HALL_REACH = 20.0  # in a hall, what verdicts stand out
REACH = 9.0  # how far a selection outline, a shadow or a port stands out of a box

K = TypeVar("K")
Bounds = tuple[float, float, float, float]  # left, top, right, bottom


def path_of(curve: Bezier) -> QPainterPath:
    """The wire alone."""
    path = QPainterPath()
    append(path, curve)
    return path


def append(path: QPainterPath, curve: Bezier) -> None:
    """The wire as one more piece of the path."""
    path.moveTo(curve.x1, curve.y1)
    path.cubicTo(curve.hx1, curve.hy1, curve.hx2, curve.hy2, curve.x2, curve.y2)


def box(place: Place) -> QRectF:
    """The box of a node whose place (its top left corner) this is."""
    return QRectF(place[0], place[1], WIDTH, HEIGHT)


def middle(place: Place) -> Place:
    """The middle of the box at that place."""
    return place[0] + WIDTH / 2, place[1] + HEIGHT / 2


def place_around(point: QPointF) -> Place:
    """The place of a box whose middle is that point."""
    return point.x() - WIDTH / 2, point.y() - HEIGHT / 2


def fields(place: Place, zoom: float, width: float = WIDTH) -> tuple[QRectF, QRectF]:
    """Where data and grad stand: side by side, and from further off, larger, one above the other."""
    if zoom < WORDS_FROM:
        x, y = place
        top, row = y + ROW_TITLE, (HEIGHT - ROW_TITLE) / 2
        return QRectF(x, top, width, row), QRectF(x, top + row, width, row)
    data, grad = number_fields(place, width)
    return QRectF(*data), QRectF(*grad)


def title_height(zoom: float) -> float:
    """The height of the part with the badge and the name."""
    return ROW_TITLE if zoom < WORDS_FROM else TITLE


def title_middle(top: float, zoom: float) -> float:
    """The middle of what stands in the title of a card with that top."""
    return top + (ROW_MIDDLE if zoom < WORDS_FROM else MIDDLE)


def zoom_to_read(whole: float, width: float, look: Look, *, reckoning: bool) -> float:
    """The zoom for a graph that is whole at that one in a view so wide: what is to be read there can be read.

    That is all of it under a projector, and its numbers where somebody reckons with them.
    """
    if look.projector:
        readable = _PROJECTED_TEXT * look.scale / SMALL_PROJECTED
        return min(max(whole, readable), 2 * readable)
    if reckoning and whole < _READ_FROM * look.scale:
        return _READ_AT * look.scale
    if WORDS_FROM <= whole < _WORDS_FITTED:
        return math.nextafter(WORDS_FROM, 0.0)
    return min(whole, max(FIT_AT_MOST * look.scale, width / (_ACROSS * WIDTH)))


_NOWHERE = math.inf, math.inf, -math.inf, -math.inf  # meets nothing
_MORE = 1000


class Near(Generic[K]):
    """Keys with a rectangle each, for graphs that are too large to be kept by cells.

    Each is around so many points, which come as x and y in turn. To ask takes as long for a small rectangle
    as for a large one: half a millisecond for 100,000.
    """

    def __init__(self, keys: Collection[K], corners: Iterable[Iterable[float]], points: int) -> None:
        import numpy as np  # small graphs are drawn without it

        self._keys: Any = np.empty(len(keys), dtype=object)
        self._keys[:] = [*keys]
        flat = np.fromiter(chain.from_iterable(corners), dtype=float, count=2 * points * len(keys))
        xs, ys = flat.reshape(-1, points, 2).transpose(2, 1, 0)
        self._left, self._right, self._top, self._bottom = xs.min(0), xs.max(0), ys.min(0), ys.max(0)
        self._turn = np.random.default_rng(0).permutation(len(keys))  # some of them show no pattern
        self._rank: dict[K, int] = {}  # where each stands above; found out at the first edit
        self._more: dict[K, Bounds] = {}  # those that have come since

    @property
    def outgrown(self) -> bool:
        """Whether so many have come that it is better made anew."""
        return len(self._more) > _MORE

    def put(self, key: K, corners: Sequence[float]) -> None:
        """It is around those points now."""
        xs, ys = corners[0::2], corners[1::2]
        self._set(key, (min(xs), min(ys), max(xs), max(ys)))

    def take(self, key: K) -> None:
        """It is there no more."""
        if self._more.pop(key, None) is None:
            self._set(key, _NOWHERE)

    def _set(self, key: K, bounds: Bounds) -> None:
        if not self._rank:
            self._rank = {each: at for at, each in enumerate(self._keys.tolist())}
        at = self._rank.get(key)
        if at is None:
            self._more[key] = bounds
        else:
            self._left[at], self._top[at], self._right[at], self._bottom[at] = bounds

    def around(self) -> Bounds:
        """A rectangle around all of them, of which there are some."""
        import numpy as np

        ends = np.min(self._left), np.min(self._top), np.max(self._right), np.max(self._bottom)
        lefts, tops, rights, bottoms = zip(tuple(map(float, ends)), *self._more.values(), strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def met(self, left: float, top: float, right: float, bottom: float, some: int = 0) -> set[K]:
        """The keys whose rectangle has a point in common with that one; of ``some`` in all, if given."""
        inside = (self._left <= right) & (self._right >= left)
        inside &= (self._top <= bottom) & (self._bottom >= top)
        if some:
            inside &= self._turn < some  # the same ones whatever is asked for
        found = set(self._keys[inside].tolist())
        for key, (x, y, x2, y2) in self._more.items():
            if x <= right and x2 >= left and y <= bottom and y2 >= top:
                found.add(key)
        return found
