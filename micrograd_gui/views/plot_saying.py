"""What the key of a plot says: the entries, and their words within the room there is."""

from __future__ import annotations

from collections.abc import Sequence

from micrograd_gui.views.plot_axes import TINY
from micrograd_gui.views.plot_key import entry_width, side_by_side
from micrograd_gui.views.plot_lines import POINTS
from micrograd_gui.views.plot_picture import ABOVE, Bars, Drawn, Field, Growing, Mark, Note, Still
from micrograd_gui.views.plot_words import cut, drawable, width_of

LINES_AT_MOST = 2  # above the axes, as long as the brief words have room there
_BRIEF = 270  # the height, at scale 1, below which a key in the axes says little

Words = list[tuple[str, float]]  # each with its width


def entries(still: Still | None, marks: Sequence[Drawn], height: float) -> list[Drawn]:
    """What the key speaks of: in axes of little height only the slopes, on still less nothing."""
    if still is None or height < TINY:
        return []
    said = [mark for mark in (*still.curves, *marks) if mark.legend]
    if height >= _BRIEF or still.key_at == ABOVE:
        return said
    return [mark for mark in said if isinstance(mark, Growing) or _is_slope(mark)]


def words_for(said: Sequence[Drawn], size: int, room: float) -> list[str]:
    """An entry in each line: the brief words for all, cut, where one of the others has no room."""
    words = [drawable(mark.legend) for mark in said]
    if any(width_of(each, size) > room for each in words):
        words = [cut(drawable(mark.brief or mark.legend), size, room) for mark in said]
    return words


def words_above(said: Sequence[Drawn], size: int, room: float, lines: int) -> Words:
    """The entries side by side: the full words, the brief ones, or those cut, in at most so many lines."""
    full = [drawable(mark.legend) for mark in said]
    brief = [drawable(mark.brief or mark.legend) for mark in said]
    for words in (full, brief):
        measured = with_widths(words, size)
        if fit(said, measured, size, room, lines):
            return measured
    beside = entry_width(0.0, size, point=False)
    return with_widths([cut(each, size, room - 1.05 * beside) for each in brief], size)


def with_widths(words: Sequence[str], size: int) -> Words:
    """The words, each with its width."""
    return [(each, width_of(each, size)) for each in words]


def fit(said: Sequence[Drawn], words: Words, size: int, room: float, lines: int) -> bool:
    """Whether the entries with those words have room, side by side in so many lines."""
    widest = max(_widths(said, words, size), default=0.0)
    return widest <= room and lines_of(said, words, size, room) <= lines


def lines_of(said: Sequence[Drawn], words: Words, size: int, room: float) -> int:
    """How many lines the entries with those words take, side by side; 0 where there are none."""
    return len(side_by_side(_widths(said, words, size), size, room)) if words else 0


def _widths(said: Sequence[Drawn], words: Words, size: int) -> list[float]:
    points = [sample(each).style in POINTS for each in said]
    return [entry_width(width, size, point=point) for (_, width), point in zip(words, points, strict=True)]


def sample(drawn: Drawn) -> Mark | Growing:
    """How the key shows it."""
    match drawn:
        case Mark() | Growing():
            return drawn
        case Bars(ink=ink) | Note(ink=ink):
            return Mark(ink, "squares", (), ())
        case Field():
            return Mark("secant", "line", (), ())


def _is_slope(drawn: Drawn) -> bool:
    return isinstance(drawn, Mark) and drawn.style in ("dashed", "dotted")
