"""The worksheet: a graph with blanks on paper, room for the work, and an answer key; as a PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from micrograd_gui.document.errors import OptionRefusal, Refusal
from micrograd_gui.figures.blanks import Ask, asks_at, blank_frame, filled_frame, rules_of, task_of
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import WORD_SIZE
from micrograd_gui.figures.moments import PAPERS, Film, Moment
from micrograd_gui.figures.palette import Palette, palette_named
from micrograd_gui.figures.parts import SMALL, Role, Text
from micrograd_gui.figures.text_metrics import shown_label, width
from micrograd_gui.session.explain.formulas import Line, naming_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MplFigure

EDGE = 45.0  # points of margin on all sides
LEAST = 6.0  # points: no text is smaller
_LARGEST = 0.85  # points per unit of a figure: a small graph is not blown up
_GOOD = 7.5  # points: so small text may get for all of the work to stand on the same page
_MOST_PARTS = 12  # pages over which a graph may be spread
_MOST_NODES = 400  # more of them nobody works out, and they would be laid out for minutes
_BLANK = "________"
_TITLE, _BODY, _RULE, _ANSWER = 16.0, 10.5, 9.0, 10.0  # points
_ROW, MOST_ROWS = 27.0, 4  # points of the work for one wire; for so many wires at most


class Part(NamedTuple):
    """What of the graph is on a page: the corner of the figure there, in units, and a word for it."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Worksheet:
    """All that stands on it.

    ``scale`` is points per unit of the figures, ``room`` in points what each of the parts has on its page.
    """

    title: str
    task: str
    rules: tuple[Line, ...]
    asks: tuple[Ask, ...]
    blank: Figure
    filled: Figure
    palette: Palette
    paper: tuple[float, float]
    landscape: bool
    scale: float
    parts: tuple[Part, ...]
    room: tuple[float, float]


class _Fit(NamedTuple):
    figure: Figure
    landscape: bool
    scale: float
    parts: tuple[Part, ...]
    room: tuple[float, float]


def worksheet_of(film: Film) -> Worksheet:
    """The worksheet of a film's moment. Raises Refusal where it has no room on paper at a legible size."""
    options, graph, moment = film.options, film.graph, film.moments[0]
    if options.nodes is not None:
        raise OptionRefusal(("worksheet", "nodes"), "do not go together: a worksheet is of the whole graph.")
    if options.paths is not None:
        raise OptionRefusal(("worksheet", "paths"), "do not go together: paths tell the answers.")
    if not options.gradients:
        raise OptionRefusal(("worksheet", "gradients"), "do not go together: a worksheet asks for gradients.")
    if len(graph) > _MOST_NODES:
        raise Refusal(f"A graph of {len(graph):,} nodes is too large for a worksheet: take a smaller one.")
    asks = asks_at(graph, moment, naming_of(graph, options.notation))
    paper = PAPERS[options.paper]
    film = replace(film, options=replace(options, folded=False, card=False, only_card=False))
    filled = Moment(filled_frame(moment))
    task, rules = task_of(graph, asks, _row_of(film)), rules_of(graph, asks)
    head = partial(_head_height, task, rules)
    fit = _fit(replace(film, moments=(filled,)), paper, head, sum(map(_height, asks)))
    return Worksheet(
        f"Worksheet: {film.title[:1].lower()}{film.title[1:]}",
        task,
        rules,
        asks,
        replace(fit.figure, missing=_BLANK).with_frame(blank_frame(moment, asks)),
        fit.figure.with_frame(filled.frame),
        palette_named(options.theme or "print"),
        paper,
        *fit[1:],
    )


def _row_of(film: Film) -> str:
    if film.graph.data is None or len(film.graph.data) < 2:
        return ""
    from micrograd_gui.session.explain.of_rows import row_in_words

    return row_in_words(film.graph)


def _fit(film: Film, paper: tuple[float, float], head: Callable[[float], float], work: float) -> _Fit:
    """The direction of the graph and of the paper at which it is largest; spread over pages where need be.

    It gives way a little where the work, so many points high, then stands below it. ``head`` gives the height
    of what stands above it on paper of so much room across.
    """
    options = film.options
    smallest = WORD_SIZE if options.style == "canvas" else SMALL
    free = options.style == "notebook" and options.rankdir == "LR"
    made = [
        replace(film, options=replace(options, rankdir=way), given=None).blank
        for way in (("LR", "TB") if free else (options.rankdir,))
    ]
    best: _Fit | None = None
    for figure in made:
        for landscape in (False, True):
            wide, high = _inside(paper, landscape)
            scale = min(_LARGEST, wide / figure.width, (high - head(wide)) / figure.height)
            if best is None or scale > best.scale * 1.02:
                part = Part(0.0, 0.0, "")
                size = figure.width * scale, figure.height * scale
                best = _Fit(figure, landscape, scale, (part,), size)
    assert best is not None
    if best.scale * smallest >= LEAST:
        wide, high = _inside(paper, best.landscape)
        less = min(best.scale, (high - head(wide) - work) / best.figure.height)
        scale = less if less * smallest >= _GOOD else best.scale
        return best._replace(scale=scale, room=(best.figure.width * scale, best.figure.height * scale))
    spread = [_spread(figure, paper, turn, LEAST / smallest) for figure in made for turn in (False, True)]
    fewest = min(spread, key=lambda each: len(each.parts))
    if len(fewest.parts) > _MOST_PARTS:
        raise Refusal(
            f"At {LEAST:g} points the graph of {len(film.graph)} nodes would need {len(fewest.parts)} pages: "
            "take a smaller one for a worksheet."
        )
    return fewest


def _inside(paper: tuple[float, float], landscape: bool) -> tuple[float, float]:
    wide, high = reversed(paper) if landscape else paper
    return wide - 2 * EDGE, high - 2 * EDGE - 14  # with the number of the page


def _spread(figure: Figure, paper: tuple[float, float], landscape: bool, scale: float) -> _Fit:
    wide, high = _inside(paper, landscape)
    high -= 20  # which part it is
    across, down = ceil(figure.width * scale / wide), ceil(figure.height * scale / high)
    parts = tuple(
        Part(column * wide / scale, row * high / scale, _place(row, down, column, across))
        for row in range(down)
        for column in range(across)
    )
    points = [point for wire in figure.wires for point in wire.points]
    points += [(x + w / 2, y + h / 2) for x, y, w, h in (box.rect for box in figure.boxes)]
    reach = wide / scale, high / scale
    seen = tuple(part for part in parts if any(_is_in(part, point, reach) for point in points))
    return _Fit(figure, landscape, scale, seen, (wide, high))


def _is_in(part: Part, point: tuple[float, float], reach: tuple[float, float]) -> bool:
    return 0 <= point[0] - part.x < reach[0] and 0 <= point[1] - part.y < reach[1]


def _place(row: int, down: int, column: int, across: int) -> str:
    return f"row {row + 1} of {down}, column {column + 1} of {across}"


# The PDF -----------------------------------------------------------------------------------------


def pdf_of(sheet: Worksheet, *, graph: str = "") -> bytes:
    """The sheet and its answer key; fonts embedded, the graph attached."""
    from micrograd_gui.export import matplotlib_writer

    wide, high = reversed(sheet.paper) if sheet.landscape else sheet.paper
    flow = _Flow(sheet.palette, wide, high)
    _write_head(flow, sheet)
    _put_figure(flow, sheet, sheet.blank)
    for ask in sheet.asks:
        _leave_room(flow, ask)
    flow.turn_page()
    flow.write(f"Answers: {sheet.title.partition(': ')[2]}", _TITLE, bold=True)
    flow.gap(10)
    _put_figure(flow, sheet, sheet.filled)
    for ask in sheet.asks:
        for line in ask.answer:
            flow.write_line(line, _ANSWER)
    return matplotlib_writer.document(flow.finished(), title=sheet.title, graph=graph)


def _head_height(task: str, rules: Sequence[Line], wide: float) -> float:
    """What `_write_head` takes, with the air below the graph."""
    rows = len(wrapped(task, _BODY, wide)), sum(len(wrapped(line.text, _RULE, wide)) for line in rules)
    return 1.35 * (_TITLE + (1 + rows[0]) * _BODY + rows[1] * _RULE) + 7 + 5 + 3 + 6 + 12 + 2


def _write_head(flow: _Flow, sheet: Worksheet) -> None:
    flow.write(sheet.title, _TITLE, bold=True)
    flow.gap(7)
    flow.write(f"Name {'_' * 34}   Date {'_' * 16}", _BODY)
    flow.gap(5)
    flow.write(sheet.task, _BODY)
    flow.gap(3)
    for line in sheet.rules:
        flow.write(line.text, _RULE, faint=True)
    flow.gap(6)


def _put_figure(flow: _Flow, sheet: Worksheet, figure: Figure) -> None:
    wide, high = sheet.room
    if len(sheet.parts) == 1:
        flow.need(high)
        left = EDGE + max(0.0, (flow.room - wide) / 2)
        flow.put(figure, sheet.scale, (left, flow.y), None)
        flow.y += high + 12
        return
    for part in sheet.parts:
        flow.turn_page()
        flow.write(f"The graph, {part.name}", _BODY, bold=True)
        corner = EDGE - part.x * sheet.scale, flow.y - part.y * sheet.scale
        flow.put(figure, sheet.scale, corner, (EDGE, flow.y, wide, high))
        flow.y += high
    flow.turn_page()


def _height(ask: Ask) -> float:
    return _ROW * min(ask.wires, MOST_ROWS)


def _leave_room(flow: _Flow, ask: Ask) -> None:
    """The name of what is asked, lines for the work, and at the right a line for the number."""
    flow.need(_height(ask))
    label = f"{shown_label(ask.label)} ="
    x = EDGE + width(label, _ANSWER, bold=True) + 6
    right, rows = EDGE + flow.room, min(ask.wires, MOST_ROWS)
    for row in range(rows):
        flow.y += _ROW
        if row == 0:
            flow.text(EDGE, flow.y, label, _ANSWER, bold=True)
            if ask.given:
                flow.text(x, flow.y - 3, f"({ask.given})", 8.0, faint=True)
        flow.rule(x, flow.y + 2, right - (100 if row == rows - 1 else 0))
    flow.text(right - 92, flow.y, "=", _ANSWER, bold=True)
    flow.rule(right - 80, flow.y + 2, right, strong=True)


@dataclass
class _Flow:
    """Pages that are filled from the top, in points; what has no room any more begins the next one."""

    palette: Palette
    wide: float
    high: float
    pages: list[MplFigure] = field(default_factory=list)
    y: float = 0.0

    def __post_init__(self) -> None:
        self.turn_page()

    @property
    def room(self) -> float:
        """How wide a line may be."""
        return self.wide - 2 * EDGE

    def turn_page(self) -> None:
        """Begin the next page, but where this one is empty."""
        from micrograd_gui.export import matplotlib_writer

        if not self.pages or self.y > EDGE:
            self.pages.append(matplotlib_writer.page(self.wide, self.high, self.palette.ground))
            self.y = EDGE

    def need(self, height: float) -> None:
        """Begin the next page where there is no such room below."""
        if self.y + height > self.high - EDGE - 14:
            self.turn_page()

    def gap(self, height: float) -> None:
        """Some air."""
        self.y += height

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        faint: bool = False,
        role: Role = "label",
    ) -> None:
        """A text on its baseline."""
        from micrograd_gui.export import matplotlib_writer

        made = Text(0, role, x, y, "start", text, size, bold=bold, faint=faint)
        matplotlib_writer.write(self.pages[-1], made, self.palette)

    def rule(self, left: float, y: float, right: float, *, strong: bool = False) -> None:
        """A line to write on."""
        from micrograd_gui.export import matplotlib_writer

        start, end = ((x / self.wide, 1 - y / self.high) for x in (left, right))
        colour = self.palette.text if strong else self.palette.divider
        matplotlib_writer.line(self.pages[-1], start, end, colour, 1.0 if strong else 0.6)

    def put(
        self,
        figure: Figure,
        scale: float,
        corner: tuple[float, float],
        within: tuple[float, float, float, float] | None,
    ) -> None:
        """A figure with its corner there."""
        from micrograd_gui.export import matplotlib_writer

        matplotlib_writer.put(self.pages[-1], figure, self.palette, unit=scale, corner=corner, within=within)

    def write(self, text: str, size: float, *, bold: bool = False, faint: bool = False) -> None:
        """A sentence, broken into lines."""
        for row in wrapped(text, size, self.room, bold=bold):
            self.need(size * 1.35)
            self.y += size * 1.35
            self.text(EDGE, self.y, row, size, bold=bold, faint=faint)

    def write_line(self, line: Line, size: float) -> None:
        """An equation, broken before equals signs, and smaller where a part is still too long."""
        rows: list[list[tuple[str, Role, bool]]] = [[]]
        taken = 0.0
        for part in line.parts:
            wide = sum(width(each.text, size, bold=each.strong) for each in part)
            if rows[-1] and taken + wide > self.room:
                rows.append([])
                taken = 2 * size
            roles: dict[str, Role] = {"data": "data", "grad": "grad"}
            rows[-1] += [(each.text, roles.get(each.kind, "label"), each.strong) for each in part]
            taken += wide
        self.gap(4)
        for number, row in enumerate(rows):
            wide = sum(width(text, size, bold=bold) for text, _, bold in row)
            indent = 2 * size if number else 0.0
            smaller = max(LEAST, size * min(1.0, (self.room - indent) / wide))
            self.need(size * 1.5)
            self.y += size * 1.5
            x = EDGE + indent
            for text, role, bold in row:
                begin = width(text[: len(text) - len(text.lstrip())], smaller)
                self.text(x + begin, self.y, text.strip(), smaller, bold=bold, role=role)
                x += width(text, smaller, bold=bold)

    def finished(self) -> Iterator[MplFigure]:
        """All pages, each with its number."""
        from micrograd_gui.export import matplotlib_writer

        for number, each in enumerate(self.pages, 1):
            said = f"{number} of {len(self.pages)}"
            made = Text(0, "label", self.wide - EDGE, self.high - 28, "end", said, 8.0, faint=True)
            matplotlib_writer.write(each, made, self.palette)
            yield each


def wrapped(text: str, size: float, room: float, *, bold: bool = False) -> Sequence[str]:
    """The text in lines that have room; a word that has none alone stands out."""
    rows = [""]
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}" if rows[-1] else word
        if rows[-1] and width(longer, size, bold=bold) > room:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows
