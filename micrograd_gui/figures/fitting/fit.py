"""Fit: the figure of a film that has the width and the size of text that were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol

from msgspec import structs

from micrograd.language import N_, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.figures.figure import LARGEST_PAGE, Figure
from micrograd_gui.figures.fitting.moving import moved
from micrograd_gui.figures.fitting.records import LOST, InForm
from micrograd_gui.figures.fitting.rows import columns_of, in_rows, narrowest
from micrograd_gui.figures.fitting.sizing import TINY, Sizing, rounded_up, told
from micrograd_gui.figures.panels import Plotted
from micrograd_gui.figures.parts import Text
from micrograd_gui.figures.text_metrics import width as width_of

_ENOUGH = 0.999  # of a size of text: what rounding takes away is no less
_PAGE = 680.0  # points: a figure that is higher gets on no page
_PAGE_BY_WIDTH = 2.2  # unless it is that of a poster, so many times as high as a figure on it is wide
_TOO_HIGH, _PER_CUT = 3.0, 0.12  # what that costs, and a wire that goes from row to row
_STRETCH = 2.4  # so many times as wide as need be a gap between columns may become
_KEY_SIZE, _KEY_ROOM, _LEAST_ROOM = 14.0, 24.0, 20.0  # of the key; the last where a page has a height
_KEY_LINE = 17.0  # for each further line of it


class Drawable(Protocol):
    """What is to have a size: a film, which can be drawn in several forms."""

    @property
    def natural(self) -> Figure:
        """As large as it comes."""

    def drawn(self, rankdir: str) -> Figure:
        """The graph alone in that direction, with no numbers yet."""

    @property
    def plot(self) -> Plotted | None:
        """What stands beside or below it."""

    def plotted(self, plot: Plotted) -> Drawable:
        """The same with that plot."""

    def in_forms(self) -> Iterator[InForm]:
        """The graph alone in all forms that there are for some width."""

    def completed(self, made: Figure) -> Figure:
        """The graph with what belongs below it."""

    def below(self, layout: Figure) -> float:
        """How much higher the step card will make its pictures when it is laid out so, in units."""

    def smallest_text(self, layout: Figure) -> float:
        """The size of the smallest text of all its pictures when it is laid out so, in units."""


def lay_out_to_fit(film: Drawable, sizing: Sizing, margin: float) -> Figure:
    """The graph laid out in that size; raises Refusal, which says what width would do."""
    if sizing.width is None:
        made = replace(film.natural, unit=1.0)
        return made if sizing.text is None else replace(made, unit=sizing.text / film.smallest_text(made))
    if sizing.text is None:
        return _scaled(film, sizing)
    rankdir = sizing.rankdir or "LR"
    forms = [*film.in_forms()] or [InForm(film.drawn(rankdir), 0.0, rankdir)]
    found = _found(film, forms, sizing, sizing.width, margin)
    if (found is None or found.note) and film.plot is not None and film.plot.free:
        other = film.plotted(structs.replace(film.plot, beside=not film.plot.beside))
        turned = _found(other, forms, sizing, sizing.width, margin)
        found = turned if turned is not None and (found is None or not turned.note) else found
    if found is not None:
        return _said_where_too_high(_with_way_out(found, film, forms, sizing, margin), sizing)
    way, enough = _instead(film, forms, sizing, margin)
    raise Refusal(tr(_TOO_TIGHT[way], text=told(sizing.text, "pt"), room=_room(sizing), enough=enough))


def _with_way_out(
    found: Figure, film: Drawable, forms: Sequence[InForm], sizing: Sizing, margin: float
) -> Figure:
    """The figure; where it had to leave gradients out, it is told what would show them."""
    lost = tr(LOST)
    if lost not in found.note or all(form.note for form in forms):
        return found
    way, enough = _instead(film, forms, sizing, margin, whole=True)
    needed = tr(_GRADIENTS_NEED[way], enough=enough)
    return replace(found, note=found.note.replace(lost, f"{lost} {needed}"))


def _said_where_too_high(found: Figure, sizing: Sizing) -> Figure:
    """The figure; where it is higher than a page of such a width, that is told: on a screen one scrolls."""
    high = found.height * (found.unit or 1.0)
    page = max(_PAGE, _PAGE_BY_WIDTH * (sizing.width or 0.0))
    if sizing.height is not None or sizing.unit == "px" or not sizing.paged or high <= page:
        return found
    said = N_(
        "The figure is {high} high, more than a page: "
        "it needs a larger width, a smaller text, or fewer nodes."
    )
    note = tr(said, high=told(high, sizing.unit))
    return replace(found, note=_together(found.note, note))


def _room(sizing: Sizing) -> str:
    width = told(sizing.width or 0.0, sizing.unit)
    if sizing.height is None:
        return width
    return tr("{width} by {height}", width=width, height=told(sizing.height, sizing.unit))


# What would do instead, and how much of it.
_Way = Literal["width", "text", "size"]
_TOO_TIGHT: dict[_Way, str] = {
    "width": N_(
        "With a text of {text} the figure does not get into {room}: "
        "it needs a width of {enough}, a smaller text, fewer digits, or fewer nodes."
    ),
    "text": N_(
        "With a text of {text} the figure does not get into {room}: "
        "it needs a text of {enough} pt, fewer digits, or fewer nodes."
    ),
    "size": N_(
        "With a text of {text} the figure does not get into {room}: "
        "it needs another size, fewer digits, or fewer nodes."
    ),
}
_GRADIENTS_NEED: dict[_Way, str] = {
    "width": N_("Gradients need a width of {enough}, a smaller text, or fewer nodes."),
    "text": N_("Gradients need a text of {enough} pt, or fewer nodes."),
    "size": N_("Gradients need another size, or fewer nodes."),
}


def _instead(
    film: Drawable, forms: Sequence[InForm], sizing: Sizing, margin: float, *, whole: bool = False
) -> tuple[_Way, str]:
    """What would do, ``whole``: with gradients too: of a page with a height the text, else the width."""
    assert sizing.width is not None
    assert sizing.text is not None
    lost = tr(LOST)

    def does(sizing: Sizing, width: float) -> bool:
        made = _found(film, forms, sizing, width, margin)
        return made is not None and not (whole and lost in made.note)

    if sizing.height is None:
        wide = max(sizing.width, _least(forms, sizing.text, margin, whole=whole))
        for _ in range(60):
            wide = rounded_up(wide, sizing.unit)  # as it is told
            if wide > LARGEST_PAGE:
                break
            if does(sizing, wide):
                return "width", told(wide, sizing.unit)
            wide *= 1.04
        return "size", ""
    text = sizing.text
    while text > 1.0:
        text = text - 0.5 if text > 2.0 else text - 0.1
        if does(structs.replace(sizing, text=text), sizing.width):
            return "text", f"{text:g}"
    return "size", ""


def _scaled(film: Drawable, sizing: Sizing) -> Figure:
    """As it comes, as wide as it is to be; small text is told of."""
    made, width = film.natural, sizing.width or 0.0
    made = replace(made, unit=width / made.width)
    size = film.smallest_text(made) * (made.unit or 1.0)
    if size < TINY:
        note = tr(
            "The smallest text is {size:.1f} pt: with --text 8pt a form is chosen that can be read.",
            size=size,
        )
        made = replace(made, note=_together(made.note, note))
    return made


def _together(*notes: str) -> str:
    return " ".join(filter(None, notes))


class _Fitting(NamedTuple):
    """A figure that has room, and how little it is liked."""

    figure: Figure
    cost: float


def _found(
    film: Drawable, forms: Sequence[InForm], sizing: Sizing, width: float, margin: float
) -> Figure | None:
    """The best of the figures that can be so wide; None where none can."""
    taken = 0.0 if film.plot is None else film.plot.takes
    able = [made for form in forms for made in _of_form(form, sizing, width, margin, taken)]
    for each in sorted(able, key=lambda each: each.cost):
        if (whole := _widened(film, each.figure, sizing, width)) is not None:
            return whole
    return None


def _of_form(
    form: InForm, sizing: Sizing, width: float, margin: float, taken: float = 0.0
) -> Iterator[_Fitting]:
    """The form as it is, and in rows, where that has room beside what is ``taken`` by a plot."""
    assert sizing.text is not None
    unit = sizing.text / form.figure.smallest_text
    wide = width / unit - taken
    room = _KEY_ROOM if sizing.height is None else _LEAST_ROOM
    lost = tr(form.note) if form.note else ""
    made = with_key(replace(form.figure, note=_together(form.figure.note, lost)), room, wide, margin)
    if made.width <= wide:
        yield _Fitting(_stretched(made, wide, margin), form.cost + _height_cost(made, unit, width))
    elif form.rankdir == "LR":
        rows = in_rows(form.figure, wide, margin)
        if rows is not None:
            broken = with_key(replace(rows.figure, note=made.note), room, wide, margin)
            cost = form.cost + _PER_CUT * rows.cost + _height_cost(broken, unit, width)
            yield _Fitting(broken, cost)


def _height_cost(made: Figure, unit: float, width: float) -> float:
    high = made.height * unit
    return high / width + (_TOO_HIGH * high / _PAGE if high > _PAGE else 0.0)


def _widened(film: Drawable, made: Figure, sizing: Sizing, width: float) -> Figure | None:
    """The candidate with text and width as they are to be; None where it has no room."""
    assert sizing.text is not None
    smallest = made.smallest_text
    for _ in range(2):
        unit = sizing.text / smallest
        wide = width / unit - (0.0 if film.plot is None else film.plot.takes)
        if made.width > wide * 1.0001:
            return None
        whole = replace(film.completed(_centred(made, wide)), unit=unit)
        if whole.width > width / unit * 1.0001:
            return None  # a plot below is wider
        smallest = film.smallest_text(whole)
        if smallest * unit >= sizing.text * _ENOUGH:
            return _on_its_page(whole, film.below(whole), sizing, unit)
    return None


def _on_its_page(made: Figure, below: float, sizing: Sizing, unit: float) -> Figure | None:
    """The figure, where that and what is ``below`` have room; in the middle where it has all of a page."""
    high = (LARGEST_PAGE if sizing.height is None else sizing.height) / unit - below
    if made.height > high * 1.0001:
        return None
    if not sizing.whole:
        return made
    if not made.height:  # a card alone
        return replace(made, height=high / 2)
    return moved(made, 0.0, (high - made.height) / 2, made.width, high)


def _least(forms: Sequence[InForm], text: float, margin: float, *, whole: bool) -> float:
    """The width below which no form has room, ``whole``: none that has gradients."""
    return min(
        min(form.figure.width, narrowest(form.figure, margin) if form.rankdir == "LR" else form.figure.width)
        * text
        / form.figure.smallest_text
        for form in forms
        if not (whole and form.note)
    )


def _centred(made: Figure, wide: float) -> Figure:
    """The figure in the middle of so much width."""
    return moved(made, (wide - made.width) / 2, 0.0, wide, made.height)


def with_key(made: Figure, room: float, wide: float, margin: float) -> Figure:
    """The figure with words below it that say which field is which, where none does.

    A line has so much room; it is broken where it would be wider than ``wide``.
    """
    roles = [cell.role for cell in made.boxes[0].cells] if made.boxes and not made.words else []
    if "grad" not in roles:
        return made
    grad = next(iter(made.grads.values()), "grad")
    word = "grad" if grad == "grad" else f"{grad.rpartition('/')[0]}/∂·"
    said = tr("in each box: name, data, {grad}", grad=word)
    lines = list(_broken(said, wide - 2 * margin))
    longest = max(width_of(each, _KEY_SIZE) for each in lines) + 2 * margin
    more = room + _KEY_LINE * (len(lines) - 1)
    made = moved(made, max(0.0, longest - made.width) / 2, 0.0, max(longest, made.width), made.height + more)
    foot = made.height - 5 - margin - _KEY_LINE * (len(lines) - 1)
    texts = [
        Text(0, "label", margin, foot + _KEY_LINE * at, "start", line, _KEY_SIZE, faint=True)
        for at, line in enumerate(lines)
    ]
    return replace(made, key=tuple(texts))


def _broken(said: str, room: float) -> Iterator[str]:
    """The words of the key in lines that have room, as far as words do."""
    line = ""
    for word in said.split(" "):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, _KEY_SIZE) > room:
            yield line
            longer = word
        line = longer
    yield line


def _stretched(made: Figure, wide: float, margin: float) -> Figure:
    """The figure with its columns further apart, as far as there is width for it."""
    from micrograd_gui.figures.fitting.stretching import stretched

    columns = columns_of(made)
    gaps = [right.left - left.right for left, right in pairwise(columns)]
    if len(columns) < 2 or made.enclosures or min(gaps) <= 0:
        return made
    factor = min(_STRETCH, 1 + (wide - made.width) / sum(gaps))
    return stretched(made, columns, factor)
