"""Figure: a rendered graph as data. Laid out once per structure; numbers are put in afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, isfinite, isnan
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import structs

from micrograd_gui.document.block import is_block
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import short, written
from micrograd_gui.figures.geometry import NAME_SIZE
from micrograd_gui.figures.parts import (
    PADDING,
    SIZE,
    SMALL,
    CardBox,
    Cell,
    ChipText,
    Enclosure,
    End,
    Oval,
    Panel,
    PathLine,
    Role,
    Text,
    Wire,
    on_card,
    one_above_the_other,
    oval_text,
    texts_on,
)
from micrograd_gui.figures.text_metrics import CAP, width
from micrograd_gui.session.trace import NO_FRAME, Frame, Step

if TYPE_CHECKING:
    from micrograd_gui.session.found import Found
    from micrograd_gui.session.measure import Nudge

Style = Literal["notebook", "canvas"]
STYLES: tuple[Style, ...] = get_args(Style)
DIRECTIONS = ("LR", "TB")  # in which a graph is drawn, the usual one first
MARGIN = 8.0  # around the whole
LARGEST_PAGE = 14_400.0  # points; no side of a page of a PDF may be longer
PIECES = 4  # of a bar, to each side
MISSING, BLANK = "·", "________"  # stand for a number that is not computed, and for one that is asked


@dataclass(frozen=True)
class Figure:
    """Where everything is, and the numbers of one moment; ``acting`` is the node of its step.

    ``through`` is that node too, where the step went through its op and wires; ``fresh`` are the
    numbers that the step wrote, ``below`` is written under the graph, ``saying`` of it as a whole.
    Figures of one structure differ in their numbers only: nothing in them ever moves.
    """

    width: float
    height: float
    boxes: tuple[CardBox, ...] = ()
    ovals: tuple[Oval, ...] = ()
    wires: tuple[Wire, ...] = ()
    chips: tuple[ChipText, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()  # the outer ones first
    frame: Frame = NO_FRAME
    acting: NodeId | None = None
    through: NodeId | None = None
    failed: bool = False  # whether the run ended there, for it could not be computed
    fresh: frozenset[tuple[NodeId, Role]] = field(default_factory=frozenset)
    saying: Text | None = None
    below: tuple[Text, ...] = ()
    digits: int = 4
    blanks: frozenset[tuple[NodeId, Role]] = frozenset()  # on a worksheet, the numbers that are asked
    style: Style = "notebook"
    stands_for: Mapping[NodeId, NodeId] = field(default_factory=dict)  # of nodes in collapsed blocks
    silent: frozenset[NodeId] = frozenset()  # the boxes that have no number to show
    drawn_as: Mapping[End, End] = field(default_factory=dict)  # of the wires that end in collapsed blocks
    used: frozenset[End] = frozenset()  # those ends of such wires that the step went through
    nudge: Nudge | None = None  # what it moved is shown before and after, in the notebook's style
    found: Found | None = None  # what live values have otherwise stands above the right number there
    grads: Mapping[NodeId, str] = field(default_factory=dict)  # what gradients are called; else grad
    paths: tuple[PathLine, ...] = ()  # on the wires, and below the graph
    panel: Panel | None = None  # a plot beside or below the graph
    note: str = ""  # what is to be told of how it was laid out
    bars: bool = False  # whether a bar below each number tells its sign and size
    words: bool = True  # whether words name the fields of a record
    key: tuple[Text, ...] = ()  # what its fields are, line by line, where none does
    unit: float | None = None  # points to a unit of its lengths, where its size was asked for
    least: float = 0.0  # the smallest text in its boxes, where it has a size: nothing is written smaller
    name_size: float | None = None  # of names; None: as usual

    def with_frame(
        self, frame: Frame, step: Step | None = None, nudge: Nudge | None = None, found: Found | None = None
    ) -> Figure:
        """The same picture at another moment: numbers, step, what a nudge moves, and what was found live."""
        acting = step.node if step is not None else None
        if acting is not None:
            acting = self.stands_for.get(acting, acting)
        through = acting if step is not None and step.kind != "seed" else None
        used: frozenset[End] = frozenset()
        if through is not None and is_block(through) and step is not None:
            used = frozenset(end for real, end in self.drawn_as.items() if real[0] == step.node)
        return replace(
            self,
            frame=frame,
            acting=acting,
            through=through,
            failed=step is not None and step.kind == "problem",
            fresh=frozenset() if step is None else step.wrote,
            used=used,
            nudge=nudge,
            found=found,
        )

    @property
    def problem(self) -> NodeId | None:
        """The node at which the run ended."""
        return self.acting if self.failed else None

    def drawn_end(self, end: End) -> End | None:
        """Where the wire is drawn that ends there in the graph; None where it is within a box."""
        return self.drawn_as.get(end) if end[0] in self.stands_for else end

    def lit(self, wire: Wire) -> bool:
        """Whether the wire is one that the step used."""
        if self.through is None or wire.node != self.through:
            return False
        return not is_block(wire.node) or (wire.node, wire.port) in self.used

    @cached_property
    def largest(self) -> Mapping[Role, float]:
        """How large the numbers of each role are that are shown, the largest of them."""
        shown = {box.number_of for box in self.boxes} - self.silent
        return {"data": _largest(self.frame.data, shown), "grad": _largest(self.frame.grad, shown)}

    def bar(self, node: NodeId, role: Role) -> int:
        """How many pieces of the bar of that number are lit, of ``PIECES``; below 0 for a negative number."""
        number = (self.frame.data if role == "data" else self.frame.grad).get(node, 0.0)
        largest = self.largest.get(role, 0.0)
        if node in self.silent or (node, role) in self.blanks or not number or not largest:
            return 0
        lit = PIECES if not isfinite(number) else ceil(PIECES * (abs(number) / largest) ** 0.5)
        return 0 if isnan(number) else lit if number > 0 else -lit

    def ahead(self, node: NodeId) -> bool:
        """Whether the node is still to come: others have their numbers, it has none."""
        return node not in self.frame.data and bool(self.frame.data)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every piece of text: of boxes, of ovals, and below."""
        of_boxes = (text for box in self.boxes for text in self.texts_of(box))
        of_chips = (text for chip in self.chips for text in texts_on(chip, self.least))
        titles, ovals = (each.text for each in self.enclosures), map(self.text_in, self.ovals)
        of_paths = (text for line in self.paths for text in line.texts)
        said = self.key if self.saying is None else (*self.key, self.saying)
        plot = () if self.panel is None else self.panel.texts
        every = (*titles, *of_boxes, *ovals, *of_chips, *of_paths, *said, *plot, *self.below)
        return self.lettered(every)

    def lettered(self, texts: tuple[Text, ...]) -> tuple[Text, ...]:
        """The texts with indices that are not smaller than the smallest text."""
        if not self.least:
            return texts
        return tuple(structs.replace(text, least=self.least) if "_" in text.text else text for text in texts)

    @property
    def smallest_text(self) -> float:
        """The size of its smallest text, indices included; that of a usual one where it has none."""
        return min((text.smallest for text in self.texts if text.text), default=SIZE)

    def text_in(self, oval: Oval) -> Text:
        """The op's symbol in the middle of its oval."""
        return oval_text(oval, faint=self.ahead(oval.node))

    def texts_of(self, box: CardBox) -> tuple[Text, ...]:
        """The label of a box, and the names and numbers of its fields."""
        if self.style == "canvas":
            ahead, of = self.ahead(box.number_of), box.number_of
            made = on_card(
                box,
                ahead=ahead,
                number=lambda role: self._on_card(box, role),
                grad=self.word(of, "grad"),
                name_size=self.name_size or NAME_SIZE,
                least=self.least,
            )
            return tuple(self._struck(text) if self.stale(of, text.role) else text for text in made)
        texts: list[Text] = []
        for cell in box.cells:
            baseline = cell.y + cell.height / 2 + SIZE * CAP / 2
            if cell.role == "label":
                texts.append(self._label_in(box, cell))
                continue
            right, left = cell.x + cell.width - PADDING, cell.x + PADDING
            if not self.words:
                texts.append(self._alone_in(box, cell, baseline))
                continue
            word = self.word(box.node, cell.role)
            texts.append(Text(box.node, cell.role, left, baseline, "start", word, SMALL, faint=True))
            moved = None if self.nudge is None or box.node in self.silent else self.nudge.shows(box.node)
            if moved is not None and cell.role == "data":
                texts.extend(one_above_the_other(box.node, cell, f"{moved[0]} →", moved[1]))
                continue
            faint, shown = self._number(box.node, cell.role)
            if self.found is not None and (found := self.found.shows(box.node, cell.role)) is not None:
                right_now = self.frame.data if cell.role == "data" else self.frame.grad
                now = found[1] if right_now.get(box.node) == self.found.fresh(box.node, cell.role) else shown
                above, below = one_above_the_other(box.node, cell, found[0], now)
                texts += (structs.replace(above, struck=True), structs.replace(below, faint=faint))
                continue
            bold = (box.node, cell.role) in self.fresh
            number = Text(box.node, cell.role, right, baseline, "end", shown, bold=bold, faint=faint)
            texts.append(self._struck(number) if self.stale(box.node, cell.role) else number)
        return tuple(texts)

    def _alone_in(self, box: CardBox, cell: Cell, baseline: float) -> Text:
        """The number in the middle of its cell, with no word beside it."""
        faint, shown = self._number(box.node, cell.role)
        bold = (box.node, cell.role) in self.fresh
        middle = cell.x + cell.width / 2
        number = Text(box.node, cell.role, middle, baseline, "middle", shown, bold=bold, faint=faint)
        return self._struck(number) if self.stale(box.node, cell.role) else number

    def _label_in(self, box: CardBox, cell: Cell) -> Text:
        """The label in the middle of its cell; that of a nameless constant is its number of this moment."""
        number = None if box.named else self.frame.data.get(box.node)
        label = box.label if number is None else short(number)
        size, room = self.name_size or SIZE, cell.width - 2 * PADDING
        if not box.named and (wide := width(label, SIZE, bold=True)) > room > 0:
            size *= room / wide  # the picture was laid out for another number
        middle, baseline = cell.x + cell.width / 2, cell.y + cell.height / 2 + size * CAP / 2
        ahead = self.ahead(box.node)
        return Text(box.node, "label", middle, baseline, "middle", label, size, bold=True, faint=ahead)

    def has(self, node: NodeId, role: Role) -> bool:
        """Whether there is such a number by now."""
        return node in (self.frame.data if role == "data" else self.frame.grad)

    def stale(self, node: NodeId, role: Role) -> bool:
        """Whether that number stands there from before an update, where a fresh run would give another."""
        return bool(self.frame.stale) and node not in self.silent and (node, role) in self.frame.stale

    def _struck(self, text: Text) -> Text:
        """The number with a line through it; the name of its field stays as it is."""
        names = (text.role, self.word(text.node, text.role))
        return text if text.text in names else structs.replace(text, faint=True, struck=True)

    def word(self, node: NodeId, role: Role) -> str:
        """What that field of the node is called."""
        return self.grads.get(node, role) if role == "grad" else role

    def _on_card(self, box: CardBox, role: Role) -> str:
        """The number in that field, and nothing where there is a dot instead."""
        return "" if self.dotted(box.number_of, role) else self._number(box.number_of, role)[1]

    def dotted(self, node: NodeId, role: Role) -> bool:
        """Whether a card has a dot there, for no number is computed yet and none is asked."""
        return not self.has(node, role) and (node, role) not in self.blanks

    def _number(self, node: NodeId, role: Role) -> tuple[bool, str]:
        """Whether the number is still to come, and how it is written."""
        if node in self.silent:
            return True, ""
        numbers: Mapping[NodeId, float] = self.frame.data if role == "data" else self.frame.grad
        number = numbers.get(node)
        missing = BLANK if (node, role) in self.blanks else MISSING
        return number is None, missing if number is None else written(number, self.digits)


def _largest(numbers: Mapping[NodeId, float], shown: Iterable[NodeId]) -> float:
    known = (abs(numbers[node]) for node in shown if node in numbers)
    return max(filter(isfinite, known), default=0.0)
