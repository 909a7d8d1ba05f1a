"""Cards of another form than the canvas's: as narrow as names and numbers allow, in places of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import product
from threading import Event

from micrograd.drawing.layers import layered
from micrograd_gui.document.block import Key, is_block
from micrograd_gui.document.graph import Place
from micrograd_gui.figures.canvas_style import lay_out_canvas
from micrograd_gui.figures.figure import DIRECTIONS, Figure
from micrograd_gui.figures.fitting.records import BAR_ROOM, LARGER, LOST, InForm
from micrograd_gui.figures.folding import Folding
from micrograd_gui.figures.geometry import (
    EDGE,
    FOLD_MARK,
    FRAME,
    NAME_SIZE,
    NUMBER_SIZE,
    PORT,
    TITLE,
    WORD_SIZE,
    CardForm,
    Size,
    badge,
    badge_size,
)
from micrograd_gui.figures.on_wires import Words
from micrograd_gui.figures.on_wires import widest as widest_of
from micrograd_gui.figures.parts import End, Text, symbol_of
from micrograd_gui.figures.text_metrics import has_index, shown_label, width
from micrograd_gui.layout.graphviz import Cancelled, LayoutRefusal, effort, engine, in_layers

_ROW = 18.0  # of a number
_OVER_PORT = 5.0  # more of that, where a port is below the last one
_PAD = 6.0  # between a number and the edge of its card
_SIGNS = 16.0  # for a mark at the right of the title
_APART, _ROWS = 22.0, 8.0  # between columns, and between cards
_SHORTENED = 1.0  # how little names are liked that are not whole
_BESIDE_CHIPS = 14.0  # between columns that have chips between them, beside the widest
_INCH = 72.0
WordsOf = Callable[[Callable[[End], End | None]], Sequence[Words]]


def _form(numbers: int, bars: bool, indexed: bool, down: bool) -> CardForm:
    tall = TITLE + numbers * (_ROW + BAR_ROOM * bars + _OVER_PORT * down)
    name = LARGER * NAME_SIZE if indexed else NAME_SIZE
    return CardForm(0.0, tall, TITLE, name, NUMBER_SIZE, NUMBER_SIZE, numbers=numbers, words=False)


class FittedCards(Folding):
    """A folding whose cards have no words, each as wide as it needs, and stand where Graphviz puts them."""

    def __init__(self, folding: Folding, form: CardForm, widest: str) -> None:
        super().__init__(folding.graph, folding.within)
        self.form = form
        self.widths = {key: self._needed(key, widest) for key in self.nodes}

    def size(self, key: Key) -> Size:
        """Width and height of what is drawn there."""
        return self.widths[key], self.form.height

    def _needed(self, key: Key, widest: str) -> float:
        node = self.nodes[key]
        if is_block(key):
            block = self.boxes[key].block
            name, left = shown_label(block.title) or block.word, EDGE + FOLD_MARK + 6
        else:
            name, symbol = shown_label(node.name), symbol_of(node)
            left = EDGE + 1
            if symbol:
                *_, wide, _ = badge((0.0, 0.0), width(symbol, badge_size(symbol), bold=True))
                left = EDGE + wide + 5
        signs = _SIGNS * (bool(node.role) + (self.key(self.graph.target) == key))
        title = left + width(name, self.form.name, bold=True, least=NUMBER_SIZE) + 4 + signs + EDGE
        return round(max(title, width(widest, NUMBER_SIZE, bold=True) + 2 * _PAD + PORT), 1)


def stood(cards: Folding, rankdir: str, words: Sequence[Words], least: float, limit: float,
          stop: Event | None) -> Folding:  # fmt: skip
    """The cards where Graphviz puts them, with room for those words on the wires. Raises LayoutRefusal."""
    text = "\n".join(_dot(cards, _gap(words, rankdir, least), rankdir))
    cards.places = _places(cards, json.loads(engine().run(text, time_limit=limit, stop=stop)))
    return cards


def _gap(words: Sequence[Words], rankdir: str, least: float) -> float:
    """How far columns or layers stand from each other, with those words between them."""
    chips = [whole for whole, _ in widest_of(words, least).values()]
    side = 1 if rankdir == "TB" else 0
    return max(each[side] for each in chips) + _BESIDE_CHIPS if chips else _APART


def downwards(
    folding: Folding, words_of: WordsOf, gradients: bool, margin: float, limit: float, stop: Event | None
) -> Figure:
    """The folding's own cards one below the other: in plain layers, where Graphviz would take too much.

    Raises LayoutRefusal where open blocks would have to stand in such layers.
    """
    cards = Folding(folding.graph, folding.within)
    words, note = words_of(cards.drawn_wire), ""
    try:
        stood(cards, "TB", words, WORD_SIZE, limit, stop)
    except Cancelled:
        raise
    except LayoutRefusal as refusal:
        if cards.frames:
            raise
        cards.places = _layers_downwards(cards, _gap(words, "TB", WORD_SIZE))
        note = in_layers(refusal)
    made = lay_out_canvas(cards, words, gradients=gradients, margin=margin, down=True)
    return replace(made, note=note)


def _layers_downwards(cards: Folding, apart: float) -> dict[Key, Place]:
    """Places in layers one below the other: those to the right, of cards that are turned, turned back."""
    inputs = {key: [each for each in node.inputs if each is not None] for key, node in cards.nodes.items()}
    order = list(TopologicalSorter(inputs).static_order())
    at = {key: number for number, key in enumerate(order)}
    turned = [cards.size(key)[::-1] for key in order]
    corners = layered([[at[each] for each in inputs[key]] for key in order], turned, (apart, _ROWS))
    return {key: (x, y) for key, (y, x) in zip(order, corners, strict=True)}


def cards_in_forms(
    folding: Folding,
    words_of: WordsOf,
    widest: str,
    gradients: bool,
    margin: float,
    bars: bool,
    said: str | None,
    time_limit: float,
    stop: Event | None,
) -> Iterator[InForm]:
    """The folding as it stands, then in cards without words, in each direction or the one that was ``said``.

    The latter not where Graphviz takes too much.
    """
    if said != "TB":
        words = words_of(folding.drawn_wire)
        own = lay_out_canvas(folding, words, gradients=gradients, margin=margin, least=WORD_SIZE)
        yield InForm(own, _SHORTENED if any(map(_is_shortened, own.texts)) else 0.0, "LR")
    try:
        indexed = any(has_index(node.name) for node in folding.nodes.values())
        forms = ((2, 0.3), (1, 6.0)) if gradients else ((1, 0.3),)
        for (numbers, cost), rankdir in product(forms, (said,) if said else DIRECTIONS):
            made = FittedCards(folding, _form(numbers, bars, indexed, rankdir == "TB"), widest)
            words = words_of(made.drawn_wire)
            stood(made, rankdir, words, NUMBER_SIZE, time_limit, stop)
            figure = lay_out_canvas(
                made, words, gradients=numbers > 1, margin=margin, least=NUMBER_SIZE, down=rankdir == "TB"
            )
            figure = replace(figure, name_size=made.form.name)
            yield InForm(figure, cost, rankdir, LOST if gradients and numbers == 1 else "")
    except Cancelled:
        raise
    except LayoutRefusal:
        return


def _is_shortened(text: Text) -> bool:
    return text.role == "label" and "…" in text.text


def _dot(cards: Folding, apart: float, rankdir: str) -> Iterator[str]:
    """The cards as blank boxes with a port for each operand, those of an open block in a cluster."""
    at = {key: number for number, key in enumerate(cards.nodes)}
    inputs = [[at[each] for each in node.inputs if each is not None] for node in cards.nodes.values()]
    yield f"digraph {{ rankdir={rankdir}; ranksep={apart / _INCH:.4f};"
    yield f"nodesep={_ROWS / _INCH:.4f}; splines=false;"
    yield " ".join(f'{name}="{value}";' for name, value in effort(inputs).items())
    yield "node [shape=record, fixedsize=true];"
    for key, node in cards.nodes.items():
        wide, tall = cards.size(key)
        ports = " " + "|".join(f"<p{port}>" for port in range(len(node.inputs)))
        yield f'n{at[key]} [label="{ports}", width={wide / _INCH:.4f}, height={tall / _INCH:.4f}];'
    yield from _clusters(cards, at)
    for key, node in cards.nodes.items():
        for port, source in enumerate(node.inputs):
            if source is not None:
                yield f"n{at[source]} -> n{at[key]}:p{port}:{'n' if rankdir == 'TB' else 'w'};"
    yield "}"


def _clusters(cards: Folding, at: Mapping[Key, int]) -> Iterator[str]:
    """Nested as the open blocks are; these come each after those within it."""
    made: dict[int, str] = {}
    for block, keys, inner in cards.frames:
        held = " ".join(f"n{at[key]};" for key in keys if key in at)
        within = " ".join(made.pop(number) for number in inner if number in made)
        made[block.id] = f"subgraph cluster{block.id} {{ margin={2 * FRAME:g}; {held} {within} }}"
    yield from made.values()


def _places(cards: Folding, answer: Mapping[str, object]) -> dict[Key, Place]:
    objects = answer.get("objects", [])
    assert isinstance(objects, list)
    found: dict[Key, Place] = {}
    keys = list(cards.nodes)
    for each in objects:
        if each["name"].startswith("n"):
            key = keys[int(each["name"][1:])]
            x, y = (float(part) for part in each["pos"].split(","))
            wide, tall = cards.size(key)
            found[key] = round(x - wide / 2, 1), round(-y - tall / 2, 1)
    return found
