"""The worksheet: a graph with blanks on paper, room for the work, and an answer key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import NamedTuple

from micrograd.language import N_, tr
from micrograd_gui.document.errors import OptionRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.blanks import (
    Ask,
    TableRow,
    asks_at,
    blank_frame,
    filled_frame,
    rules_of,
    table_of,
    task_of,
)
from micrograd_gui.figures.figure import DIRECTIONS, Figure
from micrograd_gui.figures.geometry import WORD_SIZE
from micrograd_gui.figures.moments import PAPERS, Film, Moment
from micrograd_gui.figures.palette import Palette, palette_named
from micrograd_gui.figures.parts import SMALL
from micrograd_gui.figures.text_metrics import shown_label, width
from micrograd_gui.layout.graphviz import LayoutRefusal
from micrograd_gui.session.explain.formulas import Line, naming_of

EDGE = 45.0  # points of margin on all sides
LEAST = 6.0  # points: no text is smaller
_LARGEST = 0.85  # points per unit of a figure: a small graph is not blown up
_GOOD = 7.5  # points: so small text may get for all of the work to stand on the same page
_MOST_PARTS = 12  # pages over which a graph may be spread; beyond that nobody finds a way through it
MOST_DRAWN = 400  # nodes of a figure: more of them would be laid out for minutes
MOST_ROWS = 10_000  # nodes of a table: hundreds of pages
TITLE, BODY, RULE = 16.0, 10.5, 9.0  # points: the sizes of what stands above the graph
WORK, MOST_LINES = 27.0, 4  # points of the work for one wire; for so many wires at most


class Part(NamedTuple):
    """What of the graph is on a page: the corner of the figure there, in units, and a word for it."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Worksheet:
    """All that stands on it.

    ``scale`` is points per unit of the figures, ``room`` in points what each of the parts has on its page.
    Where the figures have no room for what is asked there are ``rows``, and of the figures nothing, or one
    part with blocks as boxes; ``grad`` is the head of their gradients, ``key_title`` the answer key's title.
    """

    title: str
    key_title: str
    task: str
    rules: tuple[Line, ...]
    asks: tuple[Ask, ...]
    rows: tuple[TableRow, ...]
    grad: str
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
    """The worksheet of a film's moment: its blanks in the graph where that has room for them, or in a table.

    Raises Refusal where the graph is larger than anybody prints.
    """
    options, graph, moment = film.options, film.graph, film.moments[0]
    if options.nodes is not None:
        raise OptionRefusal(
            ("worksheet", "nodes"), N_("{option} do not go together: a worksheet is of the whole graph.")
        )
    if options.paths is not None:
        raise OptionRefusal(
            ("worksheet", "paths"), N_("{option} do not go together: paths tell the answers.")
        )
    if not options.gradients:
        raise OptionRefusal(
            ("worksheet", "gradients"), N_("{option} do not go together: a worksheet asks for gradients.")
        )
    if len(graph) > MOST_ROWS:
        raise Refusal(
            tr(
                "A graph of {nodes:,} nodes is too large: a worksheet has at most {most:,} rows.",
                nodes=len(graph),
                most=MOST_ROWS,
            )
        )
    names = naming_of(graph, options.notation)
    asks = asks_at(graph, moment, names)
    paper = PAPERS[options.paper]
    film = replace(film, options=replace(options, folded=False, card=False, only_card=False))
    filled = Moment(filled_frame(moment))
    task, rules = partial(task_of, graph, asks, _row_of(film)), rules_of(graph, asks)
    film = replace(film, moments=(filled,))
    head = partial(_head_height, task(), rules)
    fit = _fit(film, paper, head, sum(map(height, asks)))
    rows = () if fit is not None else table_of(graph, moment, asks)
    title, key_title = _titles(graph)
    if fit is None:
        fit = _outline(film, paper, partial(_head_height, task(table=True), rules))
    return Worksheet(
        title,
        key_title,
        task(table=bool(rows)),
        rules,
        asks,
        rows,
        f"∂{names.target}/∂{tr('node')}" if names.leibniz else "grad",
        replace(fit.figure, blanks=frozenset((ask.node, ask.field) for ask in asks)).with_frame(
            blank_frame(moment, asks)
        ),
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


def _fit(film: Film, paper: tuple[float, float], head: Callable[[float], float], work: float) -> _Fit | None:
    """The direction of the graph and of the paper at which it is largest; spread over pages where need be.

    It gives way a little where the work, so many points high, then stands below it. ``head`` gives the height
    of what stands above it on paper of so much room across. None: the graph has no room on a few pages.
    """
    made = _laid_out(film)
    best = _largest(made, paper, head)
    if best is None:
        return None
    smallest = _smallest(film)
    if best.scale * smallest >= LEAST:
        wide, high = _inside(paper, best.landscape)
        less = min(best.scale, (high - head(wide) - work) / best.figure.height)
        scale = less if less * smallest >= _GOOD else best.scale
        return best._replace(scale=scale, room=(best.figure.width * scale, best.figure.height * scale))
    spread = [_spread(figure, paper, turn, LEAST / smallest) for figure in made for turn in (False, True)]
    fewest = min(spread, key=lambda each: len(each.parts))
    return fewest if len(fewest.parts) <= _MOST_PARTS else None


def _laid_out(film: Film) -> list[Figure]:
    """The figure in each direction that is free to choose; none where the graph is too large to be one."""
    options = film.options
    if len(film.stand_ins.graph) > MOST_DRAWN:
        return []
    free = options.style == "notebook" and options.rankdir == "LR"
    ways = DIRECTIONS if free else (options.rankdir,)
    try:
        return [replace(film, options=replace(options, rankdir=way), given=None).blank for way in ways]
    except LayoutRefusal:
        return []


def _largest(
    made: Sequence[Figure], paper: tuple[float, float], head: Callable[[float], float]
) -> _Fit | None:
    """That of the figures which is largest on one page below its head, upright or turned."""
    best: _Fit | None = None
    for figure in made:
        for landscape in (False, True):
            wide, high = _inside(paper, landscape)
            scale = min(_LARGEST, wide / figure.width, (high - head(wide)) / figure.height)
            if best is None or scale > best.scale * 1.02:
                part = Part(0.0, 0.0, "")
                size = figure.width * scale, figure.height * scale
                best = _Fit(figure, landscape, scale, (part,), size)
    return best


def _outline(film: Film, paper: tuple[float, float], head: Callable[[float], float]) -> _Fit:
    """What stands above a table: the graph with its blocks as boxes, if that is on one page; or nothing."""
    graph = film.graph
    for block in graph.blocks:
        graph = graph.collapsed(block.id)
    folded = replace(film, graph=graph, options=replace(film.options, folded=True, style="notebook"))
    best = _largest(_laid_out(folded), paper, head) if graph.blocks else None
    if best is None or best.scale * _smallest(folded) < LEAST or best.landscape:
        return _Fit(Figure(0.0, 0.0), False, 1.0, (), (0.0, 0.0))
    return best


def _smallest(film: Film) -> float:
    """Of the texts on its figures, in their units."""
    return WORD_SIZE if film.options.style == "canvas" else SMALL


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


def _titles(graph: Graph) -> tuple[str, str]:
    """Of the sheet and of its answer key."""
    assert graph.target is not None
    name = shown_label(graph.nodes[graph.target].name)
    return tr("Worksheet: the graph of {target}", target=name), tr(
        "Answers: the graph of {target}", target=name
    )


def _place(row: int, down: int, column: int, across: int) -> str:
    return tr(
        "row {row} of {rows}, column {column} of {columns}",
        row=row + 1,
        rows=down,
        column=column + 1,
        columns=across,
    )


def _head_height(task: str, rules: Sequence[Line], wide: float) -> float:
    """What stands above the graph takes, with the air below it."""
    rows = len(wrapped(task, BODY, wide)), sum(len(wrapped(line.text, RULE, wide)) for line in rules)
    return 1.35 * (TITLE + (1 + rows[0]) * BODY + rows[1] * RULE) + 7 + 5 + 3 + 6 + 12 + 2


def height(ask: Ask) -> float:
    """What the work for it takes on paper, in points."""
    return WORK * min(ask.wires, MOST_LINES)


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
