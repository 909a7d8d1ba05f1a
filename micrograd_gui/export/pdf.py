"""Figure → PDF: text that can be selected in embedded fonts, drawn by fpdf2; the graph is attached."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib.util import find_spec
from math import floor
from typing import Any
from unicodedata import bidirectional

from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.output import OutputProducer

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.export.matplotlib_writer import Box, PaperPage, Placed, Rule
from micrograd_gui.figures.figure import LARGEST_PAGE, Figure
from micrograd_gui.figures.geometry import STRIKE
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.parts import Text
from micrograd_gui.figures.shapes import (
    VEIL,
    Curve,
    Ellipse,
    Lines,
    Outline,
    Polygon,
    Rect,
    Shape,
    groups,
    tone_of,
)
from micrograd_gui.files.embedded import ATTACHED, MEDIA_TYPE
from micrograd_gui.fonts import fallbacks, shown
from micrograd_gui.resource import FAMILY, FontFile, main_font

_LONG_TEXT = 300.0  # units: no text of a figure reaches further
_ROUND = 0.5523  # how far the handles of a quarter of a circle are, as a part of its radius

for _loud in ("fpdf", "fontTools"):  # they tell of every sign that a font has not, on standard error
    logging.getLogger(_loud).setLevel(logging.ERROR)


def pdf(figures: Iterable[Figure], palette: Palette, *, title: str, graph: str = "") -> bytes:
    """A PDF, a page for each figure, fonts embedded, the graph attached; raises Refusal for a long one."""
    with Document(title, graph) as made:
        for each in figures:
            unit = unit_on_page(each)
            wide, high = unit * each.width, unit * each.height
            made.add(PaperPage(wide, high, palette, [Placed(each, unit)], [], []))
        return made.finished()


def unit_on_page(figure: Figure) -> float:
    """How many points its unit is on a page; raises Refusal where it was to have a size that no page has."""
    longest = max(figure.width, figure.height)
    most = LARGEST_PAGE / longest
    if figure.unit is None:
        return min(1.0, most)
    if figure.unit > most * 1.0001:
        raise Refusal(
            tr(
                "The page would be {points:.0f} points long, and a PDF knows none above {most:.0f}: take a "
                "text of {enough:g} pt, an .svg, or a width as well, for which the graph is broken into "
                "rows.",
                points=longest * figure.unit,
                most=LARGEST_PAGE,
                enough=floor(figure.smallest_text * most * 10) / 10,
            )
        )
    return figure.unit


class Document:
    """A PDF that is filled page by page, in points from the upper left corner.

    It holds the files of its fonts open while it is made, and lets them go where somebody gives it up, too.
    """

    def __init__(self, title: str, graph: str = "") -> None:
        self._pdf = made = FPDF(unit="pt")
        made.set_auto_page_break(False)
        made.c_margin = 0.0
        made.set_title(title)
        made.set_creator("micrograd-gui")
        made.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))  # not written; made again it is the same
        self._fonts: set[str] = set()
        self._others: dict[FontFile, str] = {}
        if graph:
            content = graph.encode("ascii")
            about = "The graph, for micrograd-gui"
            made.embed_file(bytes=content, basename=ATTACHED, mime_type=MEDIA_TYPE, desc=about)

    def __enter__(self) -> Document:
        return self

    def __exit__(self, *_: object) -> None:
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def add(self, page: PaperPage) -> None:
        """Add the page."""
        self._pdf.add_page(format=(page.wide, page.high))
        self._pdf.set_fill_color(page.palette.ground)
        self._pdf.rect(0, 0, page.wide, page.high, style="F")
        for each in page.figures:
            self._put(each, page.palette)
        self._rule(page.rules, page.palette)
        self._write(page.texts, page.palette)

    def finished(self) -> bytes:
        """The whole file."""
        return bytes(self._pdf.output(output_producer_class=_Producer))

    def _put(self, placed: Placed, palette: Palette) -> None:
        figure, unit, corner, within = placed
        parts = [group for group in groups(figure) if not group.unseen]
        shapes: Iterable[Shape] = (shape for group in parts for shape in group.shapes)
        texts: Iterable[Text] = (text for group in parts for text in group.texts)
        if within is not None:  # what is not seen need not be drawn
            x, y, w, h = within
            room = (x - corner[0]) / unit, (y - corner[1]) / unit, w / unit, h / unit
            shapes = (shape for shape in shapes if _meet(shape.outline, room))
            texts = (text for text in texts if _near(text, room))
        with self._within(within):
            self._draw(shapes, palette, unit, corner)
            self._write(texts, palette, unit, corner)

    def _write(
        self,
        texts: Iterable[Text],
        palette: Palette,
        unit: float = 1.0,
        corner: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Write the texts, which are ``unit`` times as large as they say."""
        made = self._pdf
        for text in texts:
            if not text.text:
                continue
            made.set_text_color(palette.colour(tone_of(text)))
            left = text.left
            for piece in text.pieces:
                self._choose(text.bold, text.italic, unit * piece.size)
                x, y = corner[0] + unit * (left + piece.x), corner[1] + unit * (text.y + piece.down)
                if not _is_set(piece.text, text.bold):
                    made.text(x, y, piece.text)
                else:
                    self._set(piece.text, text.bold, x, y)
            if text.strike is not None:
                (x1, y), (x2, _) = text.strike
                made.set_draw_color(palette.colour(tone_of(text)))
                made.set_line_width(unit * STRIKE)
                y = corner[1] + unit * y
                made.line(corner[0] + unit * x1, y, corner[0] + unit * x2, y)

    def _set(self, text: str, bold: bool, x: float, y: float) -> None:
        """Write a text from there on that needs further fonts, or that goes from right to left."""
        made = self._pdf
        others = [self._named(file) for file in fallbacks(text, bold)]
        made.set_fallback_fonts(others, exact_match=False)
        made.set_text_shaping(find_spec("uharfbuzz") is not None)
        made.set_xy(x, y - 0.3 * made.font_size)  # a cell of no height has its baseline so far below
        made.cell(0, 0, shown(text))
        made.current_font_is_set_on_page = False  # a cell may name it within a context that has ended
        made.set_text_shaping(False)

    def _named(self, file: FontFile) -> str:
        """The name of a further font in this document, where it is embedded."""
        if file not in self._others:
            self._others[file] = name = f"{file.path.name}-{file.number}"
            self._pdf.add_font(name, "", file.path, collection_font_number=file.number)
        return self._others[file]

    def _rule(self, rules: Sequence[Rule], palette: Palette) -> None:
        for left, y, right, strong in rules:
            self._pdf.set_draw_color(palette.text if strong else palette.divider)
            self._pdf.set_line_width(1.0 if strong else 0.6)
            self._pdf.line(left, y, right, y)

    def _choose(self, bold: bool, italic: bool, size: float) -> None:
        style = "B" * bold + "I" * italic
        if style not in self._fonts:
            self._fonts.add(style)
            file = main_font(bold, italic)
            self._pdf.add_font(FAMILY, style, file.path, collection_font_number=file.number)
        self._pdf.set_font(FAMILY, style, size)

    @contextmanager
    def _within(self, box: Box | None) -> Iterator[None]:
        if box is None:
            yield
            return
        with self._pdf.local_context(), self._pdf.rect_clip(*box):
            yield

    def _draw(
        self, shapes: Iterable[Shape], palette: Palette, unit: float, corner: tuple[float, float]
    ) -> None:
        """Draw the shapes, in the page's own words: fpdf2 keeps account of each line, which takes long."""
        # 0 J: a dash ends where it ends; fpdf2 has all lines longer by half their width at both ends
        place = f"q 0 J {unit:.5f} 0 0 {-unit:.5f} {corner[0]:.2f} {self._pdf.h - corner[1]:.2f} cm"
        words = [place]
        for shape in shapes:
            if shape.veil:
                words.append("Q")
                self._pdf._out("\n".join(words))
                with self._pdf.local_context(fill_opacity=VEIL) if shape.fill else nullcontext():
                    self._pdf._out("\n".join([place, *_words(shape, palette), "Q"]))
                words = [place]
            elif shape.fill or shape.edge:
                words += _words(shape, palette)
        self._pdf._out("\n".join([*words, "Q"]))


def _is_set(text: str, bold: bool) -> bool:
    """Whether more is to be done for a text than to write one letter after the other."""
    turned = not text.isascii() and any(bidirectional(sign) in ("R", "AL") for sign in text)
    return turned or bool(fallbacks(text, bold)) or shown(text) != text


class _Producer(OutputProducer):
    """Does not write when a file was made, so that the same is the same, nor what a reader is to do first."""

    def _add_info(self) -> Any:
        info: Any = super()._add_info()
        info.creation_date = None
        return info

    def _finalize_catalog(self, catalog_obj: Any, *others: Any, **more: Any) -> None:
        super()._finalize_catalog(catalog_obj, *others, **more)
        catalog_obj.open_action = None


def _words(shape: Shape, palette: Palette) -> Iterator[str]:
    """What draws the shape in its own units."""
    if shape.fill:
        yield f"{_colour(palette.colour(shape.fill))} rg"
    if shape.edge:
        dashes = " ".join(f"{length:g}" for length in shape.pattern)
        yield f"{_colour(palette.colour(shape.edge))} RG {palette.weight(shape.weight):g} w [{dashes}] 0 d"
    yield from _outline(shape.outline)
    yield "B" if shape.fill and shape.edge else "f" if shape.fill else "S"


def _colour(tone: str) -> str:
    return " ".join(f"{int(tone[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


def _outline(outline: Outline) -> Iterator[str]:
    match outline:
        case Curve(points):
            yield f"{_at(points[0])} m"
            for at in range(1, len(points) - 2, 3):
                yield f"{_at(points[at])} {_at(points[at + 1])} {_at(points[at + 2])} c"
        case Polygon(points):
            yield f"{_at(points[0])} m"
            yield from (f"{_at(point)} l" for point in points[1:])
            yield "h"
        case Lines(ends):
            for a, b in ends:
                yield f"{_at(a)} m {_at(b)} l"
        case Ellipse(x, y, rx, ry):
            yield from _rounded(x - rx, y - ry, 2 * rx, 2 * ry, rx, ry)
        case Rect(x, y, wide, high, r):
            if r:
                yield from _rounded(x, y, wide, high, r, r)
            else:
                yield f"{x:.2f} {y:.2f} {wide:.2f} {high:.2f} re"


def _rounded(x: float, y: float, wide: float, high: float, rx: float, ry: float) -> Iterator[str]:
    """A rectangle with round corners; an ellipse has nothing else."""
    right, bottom, kx, ky = x + wide, y + high, rx * _ROUND, ry * _ROUND
    yield f"{x + rx:.2f} {y:.2f} m {right - rx:.2f} {y:.2f} l"
    yield _corner(right - rx + kx, y, right, y + ry - ky, right, y + ry)
    yield f"{right:.2f} {bottom - ry:.2f} l"
    yield _corner(right, bottom - ry + ky, right - rx + kx, bottom, right - rx, bottom)
    yield f"{x + rx:.2f} {bottom:.2f} l"
    yield _corner(x + rx - kx, bottom, x, bottom - ry + ky, x, bottom - ry)
    yield f"{x:.2f} {y + ry:.2f} l"
    yield f"{_corner(x, y + ry - ky, x + rx - kx, y, x + rx, y)} h"


def _corner(*numbers: float) -> str:
    return f"{' '.join(f'{number:.2f}' for number in numbers)} c"


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _meet(outline: Outline, room: Box) -> bool:
    """Whether something of the outline may be in the room."""
    match outline:
        case Rect(x, y, wide, high):
            box = x, y, x + wide, y + high
        case Ellipse(x, y, rx, ry):
            box = x - rx, y - ry, x + rx, y + ry
        case Curve(points) | Polygon(points):
            box = _bounds(points)
        case Lines(ends):
            box = _bounds([point for line in ends for point in line])
    left, top, wide, high = room
    return box[0] <= left + wide and box[2] >= left and box[1] <= top + high and box[3] >= top


def _bounds(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    if not points:
        return 0.0, 0.0, 0.0, 0.0
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _near(text: Text, room: Box) -> bool:
    left, top, wide, high = room
    across = left - _LONG_TEXT <= text.x <= left + wide + _LONG_TEXT
    return across and top - _LONG_TEXT <= text.y <= top + high + _LONG_TEXT
