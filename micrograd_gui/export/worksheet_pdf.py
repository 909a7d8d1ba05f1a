"""The worksheet as a PDF: pages filled from the top, with lines to write on, then the answer key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from micrograd.language import N_, tr, trc
from micrograd_gui.export.matplotlib_writer import Box, PaperPage, Placed, Rule
from micrograd_gui.export.pdf import Document
from micrograd_gui.export.worksheet import (
    BODY,
    EDGE,
    LEAST,
    MOST_LINES,
    RULE,
    TITLE,
    WORK,
    Worksheet,
    height,
    wrapped,
)
from micrograd_gui.figures.blanks import Ask
from micrograd_gui.figures.figure import BLANK, Figure
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.parts import Role, Text
from micrograd_gui.figures.text_metrics import fitting, shown_label, width
from micrograd_gui.layout.graphviz import Progress
from micrograd_gui.session.explain.formulas import Line

_ANSWER = 10.0  # points
_SMALL, _CELL = 8.0, 20.0  # points: the answers to a table, and a row of one
COLUMNS = (  # the head, how much of the room, the size of the text, whether it is bold
    (N_("node"), 0.17, 9.0, True),
    (N_("is"), 0.3, 8.0, False),
    ("data", 0.15, 9.0, False),
    (N_("read by"), 0.2, 7.0, False),
    ("grad", 0.18, 9.0, False),
)


def pdf_of(sheet: Worksheet, *, graph: str = "", progress: Progress | None = None) -> bytes:
    """The sheet and its answer key; fonts embedded, the graph attached. ``progress`` is told of each page."""
    with Document(sheet.title, graph) as made:
        for page in pages_of(sheet, progress or Progress()):
            made.add(page)
        return made.finished()


def pages_of(sheet: Worksheet, progress: Progress) -> Iterator[PaperPage]:
    """The pages of the sheet and of its answer key."""
    wide, high = reversed(sheet.paper) if sheet.landscape else sheet.paper
    flow = _Flow(sheet.palette, wide, high)
    _write_head(flow, sheet)
    _put_figure(flow, sheet, sheet.blank)
    _write_table(flow, sheet)
    for ask in () if sheet.rows else sheet.asks:
        _leave_room(flow, ask)
    flow.turn_page()
    flow.write(sheet.key_title, TITLE, bold=True)
    flow.gap(10)
    _put_figure(flow, sheet, sheet.filled)
    for ask in sheet.asks:
        for line in ask.answer:
            flow.write_line(line, _SMALL if sheet.rows else _ANSWER, coloured=not sheet.rows)
    return flow.finished(progress)


def _write_head(flow: _Flow, sheet: Worksheet) -> None:
    flow.write(sheet.title, TITLE, bold=True)
    flow.gap(7)
    name, date = trc("on a worksheet", "Name"), trc("on a worksheet", "Date")
    flow.write(f"{name} {'_' * 34}   {date} {'_' * 16}", BODY)
    flow.gap(5)
    flow.write(sheet.task, BODY)
    flow.gap(3)
    for line in sheet.rules:
        flow.write(line.text, RULE, faint=True)
    flow.gap(6)


def _put_figure(flow: _Flow, sheet: Worksheet, figure: Figure) -> None:
    wide, high = sheet.room
    if not sheet.parts:
        return
    if len(sheet.parts) == 1:
        flow.need(high)
        left = EDGE + max(0.0, (flow.room - wide) / 2)
        flow.put(figure, sheet.scale, (left, flow.y), None)
        flow.y += high + 12
        return
    for part in sheet.parts:
        flow.turn_page()
        flow.write(tr("The graph, {place}", place=part.name), BODY, bold=True)
        corner = EDGE - part.x * sheet.scale, flow.y - part.y * sheet.scale
        flow.put(figure, sheet.scale, corner, (EDGE, flow.y, wide, high))
        flow.y += high
    flow.turn_page()


def _write_table(flow: _Flow, sheet: Worksheet) -> None:
    """A row for each node, with room to write where something is asked; its head on each page."""
    for row in sheet.rows:
        cells = [
            wrapped(text, size, part * flow.room - 6, bold=bold)
            for text, (_, part, size, bold) in zip(row[:-1], COLUMNS, strict=True)
        ]
        if row.given:
            cells[-1] = [*cells[-1], *wrapped(row.given, 6.5, COLUMNS[-1][1] * flow.room)]
        high = max(_CELL, 9.0 * max(map(len, cells)) + 6)
        if flow.need(high + 1) or row is sheet.rows[0]:
            _write_heads(flow, sheet.grad)
        x = EDGE
        for lines, (_, part, size, bold) in zip(cells, COLUMNS, strict=True):
            wide = part * flow.room
            for at, text in enumerate(lines):
                y = flow.y + high - 5 - 9.0 * (len(lines) - 1 - at)
                if text == BLANK:
                    flow.rule(x, y + 2, x + wide - 8, strong=True)
                elif text:
                    flow.text(x, y, text, min(size, fitting(text, size, wide - 4)), bold=bold)
            x += wide
        flow.y += high
        flow.rule(EDGE, flow.y, EDGE + flow.room)


def _write_heads(flow: _Flow, grad: str) -> None:
    flow.y += _CELL
    x = EDGE
    for head, part, *_ in COLUMNS:
        text = grad if head == "grad" else head
        flow.text(
            x, flow.y - 5, text, min(8.0, fitting(text, 8.0, part * flow.room - 4)), bold=True, faint=True
        )
        x += part * flow.room
    flow.rule(EDGE, flow.y, EDGE + flow.room, strong=True)


def _leave_room(flow: _Flow, ask: Ask) -> None:
    """The name of what is asked, lines for the work, and at the right a line for the number."""
    flow.need(height(ask))
    label = f"{shown_label(ask.label)} ="
    x = EDGE + width(label, _ANSWER, bold=True) + 6
    right, rows = EDGE + flow.room, min(ask.wires, MOST_LINES)
    for row in range(rows):
        flow.y += WORK
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
    pages: list[PaperPage] = field(default_factory=list)
    y: float = 0.0

    def __post_init__(self) -> None:
        self.turn_page()

    @property
    def room(self) -> float:
        """How wide a line may be."""
        return self.wide - 2 * EDGE

    def turn_page(self) -> None:
        """Begin the next page, but where this one is empty."""
        if not self.pages or self.y > EDGE:
            self.pages.append(PaperPage(self.wide, self.high, self.palette, [], [], []))
            self.y = EDGE

    def need(self, height: float) -> bool:
        """Begin the next page where there is no such room below; tells whether it did."""
        fresh = self.y + height > self.high - EDGE - 14
        if fresh:
            self.turn_page()
        return fresh

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
        made = Text(0, role, x, y, "start", text, size, bold=bold, faint=faint)
        self.pages[-1].texts.append(made)

    def rule(self, left: float, y: float, right: float, *, strong: bool = False) -> None:
        """A line to write on."""
        self.pages[-1].rules.append(Rule(left, y, right, strong))

    def put(
        self,
        figure: Figure,
        scale: float,
        corner: tuple[float, float],
        within: Box | None,
    ) -> None:
        """A figure with its corner there."""
        self.pages[-1].figures.append(Placed(figure, scale, corner, within))

    def write(self, text: str, size: float, *, bold: bool = False, faint: bool = False) -> None:
        """A sentence, broken into lines."""
        for row in wrapped(text, size, self.room, bold=bold):
            self.need(size * 1.35)
            self.y += size * 1.35
            self.text(EDGE, self.y, row, size, bold=bold, faint=faint)

    def write_line(self, line: Line, size: float, *, coloured: bool = True) -> None:
        """An equation, broken before equals signs, and smaller where a part is still too long."""
        rows: list[list[tuple[str, Role, bool]]] = [[]]
        taken = 0.0
        for part in line.parts:
            wide = sum(width(each.text, size, bold=each.strong) for each in part)
            if rows[-1] and taken + wide > self.room:
                rows.append([])
                taken = 2 * size
            roles: dict[str, Role] = {"data": "data", "grad": "grad"} if coloured else {}
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
            for text, role, bold in _runs(row):
                begin = width(text[: len(text) - len(text.lstrip())], smaller)
                self.text(x + begin, self.y, text.strip(), smaller, bold=bold, role=role)
                x += width(text, smaller, bold=bold)

    def finished(self, progress: Progress) -> Iterator[PaperPage]:
        """All pages, each with its number. Raises Cancelled once nobody waits for them any more."""
        for number, each in enumerate(self.pages, 1):
            progress.tick(number - 1, len(self.pages))
            said = tr("{page} of {pages}", page=number, pages=len(self.pages))
            x = self.wide - EDGE - width(said, 8.0)
            each.texts.append(Text(0, "label", x, self.high - 28, "start", said, 8.0, faint=True))
            yield each


def _runs(row: Sequence[tuple[str, Role, bool]]) -> Iterator[tuple[str, Role, bool]]:
    """The texts of a row, those in one look side by side as one: each costs time."""
    for (role, bold), same in groupby(row, key=lambda each: each[1:]):
        yield "".join(text for text, _, _ in same), role, bold
