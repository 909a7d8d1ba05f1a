"""What a file will be, as a picture or a text to look at: made by its own writers, in another thread."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from micrograd.language import N_, tr, trn
from micrograd_gui.app.exporting.request import ExportRequest
from micrograd_gui.layout.graphviz import Cancelled
from micrograd_gui.resource import drawn_in

if TYPE_CHECKING:
    from micrograd_gui.export.formats import Form
    from micrograd_gui.export.matplotlib_writer import PaperPage
    from micrograd_gui.figures.figure import Figure
    from micrograd_gui.figures.moments import Film

MOST_PIXELS = 16_000_000  # of a picture that is only looked at
MOST_TEXT = 40_000  # characters
_CM = 2.54  # to the inch
_POINTS, _CSS = 72.0, 96.0  # to the inch
_PIXELS = (".png", ".gif", ".webp")
_DRAWN = (".svg", ".pdf", ".tex", ".html")
_TOLD = {  # of forms that are more than the picture that is seen here
    ".tex": N_("TeX sets the letters, and the step card where one is wanted"),
    ".html": N_("in a browser with buttons, and the step card beside it"),
}
_LENGTH = re.compile(rb'<svg[^>]*? width="([0-9.eE+-]+)([a-z]*)"[^>]*? height="([0-9.eE+-]+)')


class Screen(NamedTuple):
    """Where it is looked at: points of the window to an inch, and pixels to such a point."""

    dpi: float
    ratio: float


@dataclass(frozen=True)
class Reel:
    """A film and the form it becomes a file in: its moments are looked at one after the other.

    ``pages`` are those of a worksheet.
    """

    film: Film
    form: Form
    first: int = 0
    pages: tuple[PaperPage, ...] = ()

    def __len__(self) -> int:
        return len(self.pages) or (len(self.film.moments) if self.stepped else 1)

    @property
    def stepped(self) -> bool:
        """Whether what is seen differs from moment to moment."""
        suffix = self.form.suffix
        return suffix in (*_PIXELS, *_DRAWN) or ("step" in self.form.options and not self.form.several)


class Glimpse(NamedTuple):
    """A picture, or a text where there is none; which of them it is, and what is said of its size."""

    reel: Reel
    number: int
    image: QImage | None
    text: str
    words: str


def reel_of(request: ExportRequest, form: Form, stop: Event) -> Reel:
    """The moments that are asked for, refused as the export refuses them."""
    from micrograd_gui.export.formats import see_that_it_can_be

    film = replace(request, form=form).film(stop=stop)
    see_that_it_can_be(film, form)
    if film.options.worksheet and form.suffix == ".pdf":
        from micrograd_gui.export.worksheet import worksheet_of
        from micrograd_gui.export.worksheet_pdf import pages_of

        with drawn_in(film.options.font):
            return Reel(film, form, pages=tuple(pages_of(worksheet_of(film), film.progress)))
    here = [number for number, each in enumerate(film.moments) if each.cursor == request.state.cursor]
    return Reel(film, form, here[0] if here else 0)


def glimpse_of(begin: Callable[[Event], Reel], number: int | None, screen: Screen, *, stop: Event) -> Glimpse:
    """That moment of a reel, None: the one to begin with. Raises Refusal, or Cancelled."""
    from micrograd_gui.export.formats import of_fonts

    reel = begin(stop)
    with drawn_in(reel.film.options.font):
        glimpse = _glimpse(reel, number, screen, stop)
    if stop.is_set():
        raise Cancelled(tr("Nobody waits for this preview any more."))
    note = of_fonts(reel.film, reel.form)
    return glimpse._replace(words=f"{glimpse.words}. {note}") if note else glimpse


def _glimpse(reel: Reel, number: int | None, screen: Screen, stop: Event) -> Glimpse:
    number = reel.first if number is None else min(number, len(reel) - 1)
    if reel.pages:
        return _page(reel, number, screen)
    if reel.form.suffix in _PIXELS:
        return _pixels(reel, number, screen, stop)
    if reel.form.suffix in _DRAWN and not reel.film.options.worksheet:
        return _drawing(reel, number, screen, stop)
    return _text(reel, number, stop)


def _part(reel: Reel, number: int, stop: Event, **otherwise: object) -> Film:
    """The film of that moment alone, in the frame of the whole and with its card, where the whole has one."""
    from micrograd_gui.layout.graphviz import Progress

    film, options = reel.film, reel.film.options
    if not options.only_card:
        options = replace(options, card=film.has_cards)
    options = replace(options, **otherwise)  # type: ignore[arg-type]  # fields of Options by name
    given = film.storyboard if reel.form.suffix in (*_PIXELS, *_DRAWN) else None
    moments = (film.moments[number],)
    return replace(film, moments=moments, options=options, given=given, progress=Progress(stop=stop))


def _drawing(reel: Reel, number: int, screen: Screen, stop: Event) -> Glimpse:
    """A drawing without pixels, as large as it will be: in a browser, or on paper."""
    from micrograd_gui.export.svg import svg

    suffix = reel.form.suffix
    bare = suffix in (".tex", ".html") and not reel.film.options.only_card
    part = _part(reel, number, stop, **({"card": False} if bare else {}))
    figure = next(part.pictures)
    drawn = svg(figure, part.options.palette, transparent=part.options.transparent, apart=True)
    inches = _inches(drawn) if suffix in (".svg", ".html") else _on_paper(figure, suffix)
    dpi = _CSS if suffix in (".svg", ".html") else screen.dpi
    image, smaller = _rendered(drawn, inches, dpi, screen.ratio)
    wide, high = inches
    size = f"{wide * _CM:.1f} × {high * _CM:.1f} cm"  # as in code
    if suffix in (".svg", ".html"):
        pixels = f"{wide * _CSS:.0f} × {high * _CSS:.0f} px"  # as in code
        words = tr("{size}, {pixels} in a browser", size=size, pixels=pixels)
    else:
        words = tr("{size} by this screen's {dpi:.0f} points to the inch", size=size, dpi=dpi)
    points = figure.smallest_text * wide * _POINTS / figure.width
    text = tr("its smallest text {points:.1f} pt", points=points)
    told = tr(_TOLD[suffix]) if suffix in _TOLD else ""
    return Glimpse(reel, number, image, "", _told(words, text, told, smaller))


def _inches(drawn: bytes) -> tuple[float, float]:
    """How large an SVG says that it is."""
    found = _LENGTH.search(drawn)
    assert found is not None
    wide, unit, high = found.groups()
    per = {b"pt": _POINTS, b"in": 1.0, b"mm": 10 * _CM, b"cm": _CM}.get(unit, _CSS)
    return float(wide) / per, float(high) / per


def _on_paper(figure: Figure, suffix: str) -> tuple[float, float]:
    if suffix == ".tex":
        from micrograd_gui.export.tikz import unit_of as unit_of_page
    else:
        from micrograd_gui.export.pdf import unit_on_page as unit_of_page
    unit = unit_of_page(figure)
    return figure.width * unit / _POINTS, figure.height * unit / _POINTS


def _rendered(drawn: bytes, inches: tuple[float, float], dpi: float, ratio: float) -> tuple[QImage, str]:
    """The SVG in pixels of the screen, and what is said where that would be too many."""
    from PySide6.QtSvg import QSvgRenderer

    wide, high = (max(1.0, each * dpi * ratio) for each in inches)
    less = min(1.0, (MOST_PIXELS / (wide * high)) ** 0.5)
    size = round(wide * less) or 1, round(high * less) or 1
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(drawn).render(painter)
    painter.end()
    return image, _smaller(less)


def _pixels(reel: Reel, number: int, screen: Screen, stop: Event) -> Glimpse:
    """A picture of pixels, as it will be: one pixel of it on one of the screen."""
    from PIL import Image

    animated = reel.form.animated
    part = _part(reel, number, stop, **({"motion": False} if animated else {}))
    with Image.open(io.BytesIO(reel.form.content(part))) as opened:
        wide, high = opened.size
        less = min(1.0, (MOST_PIXELS / (wide * high)) ** 0.5)
        picture = opened.convert("RGBA")
    if less < 1:
        picture = picture.resize((max(1, round(wide * less)), max(1, round(high * less))))
    image = QImage(picture.tobytes(), *picture.size, 4 * picture.width, QImage.Format.Format_RGBA8888)
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)  # a copy, that keeps its bytes
    image.setDevicePixelRatio(screen.ratio)
    words = tr("{wide:,} × {high:,} px, one to one", wide=wide, high=high)
    return Glimpse(reel, number, image, "", _told(words, _smaller(less)))


def _page(reel: Reel, number: int, screen: Screen) -> Glimpse:
    """A page of a worksheet, as large as on paper."""
    from micrograd_gui.export.matplotlib_writer import page_pixels

    page = reel.pages[number]
    picture = page_pixels(page, scale=screen.dpi * screen.ratio / _POINTS).convert("RGBA")
    image = QImage(picture.tobytes(), *picture.size, 4 * picture.width, QImage.Format.Format_RGBA8888)
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)  # a copy, that keeps its bytes
    image.setDevicePixelRatio(screen.ratio)
    wide, high = (each / _POINTS * _CM for each in (page.wide, page.high))
    size = f"{wide:.1f} × {high:.1f} cm"  # as in code
    words = tr("{size}, by this screen's {dpi:.0f} points to the inch", size=size, dpi=screen.dpi)
    return Glimpse(reel, number, image, "", words)


def _text(reel: Reel, number: int, stop: Event) -> Glimpse:
    """The beginning of a file that is a text."""
    film = reel.film
    content = reel.form.content(_part(reel, number, stop) if len(reel) > 1 else film)
    text = content[: 4 * MOST_TEXT].decode("utf-8", "replace")
    lines = content.count(b"\n")
    shown = text[:MOST_TEXT]
    words = trn("{n:,} lines, {size:,} bytes", "{n:,} lines, {size:,} bytes", lines, size=len(content))
    more = "" if len(shown) == len(text) else tr("its beginning is shown")
    return Glimpse(reel, number, None, shown, _told(words, more))


def _smaller(less: float) -> str:
    """What is said where not all pixels are shown."""
    return tr("shown at {percent}", percent=f"{less:.0%}") if less < 1 else ""


def _told(*clauses: str) -> str:
    """What there is of them, one after the other."""
    return tr("; ").join(filter(None, clauses))
