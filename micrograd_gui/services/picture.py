"""Picture: a rendered graph as data. Laid out once per structure; numbers are put in afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import written
from micrograd_gui.services.card_texts import on_card
from micrograd_gui.services.parts import (
    CAP,
    PADDING,
    SIZE,
    SMALL,
    Box,
    Chip,
    Enclosure,
    End,
    Oval,
    Role,
    Text,
    Wire,
    oval_text,
    texts_on,
)  # fmt: skip
from micrograd_gui.session.trace import NO_FRAME, Frame, Step

__all__ = ["MARGIN", "Picture", "Style", "Text", "freshly"]

Style = Literal["notebook", "canvas"]
MARGIN = 8.0  # around the whole


@dataclass(frozen=True)
class Picture:
    """Where everything is, and the numbers of one moment; ``acting`` is the node of its step.

    ``through`` is that node too, where the step went through its op and wires; ``fresh`` are the
    numbers that the step wrote, ``below`` is what is written under the graph.
    Pictures of one structure differ in their numbers only: nothing in them ever moves.
    """

    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    ovals: tuple[Oval, ...] = ()
    wires: tuple[Wire, ...] = ()
    chips: tuple[Chip, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()  # the outer ones first
    frame: Frame = NO_FRAME
    acting: NodeId | None = None
    through: NodeId | None = None
    failed: bool = False  # whether the run ended there, for it could not be computed
    fresh: frozenset[tuple[NodeId, Role]] = field(default_factory=frozenset)
    below: tuple[Text, ...] = ()
    digits: int = 4
    style: Style = "notebook"
    stands_for: Mapping[NodeId, NodeId] = field(default_factory=dict)  # of nodes in collapsed blocks
    silent: frozenset[NodeId] = frozenset()  # the boxes that have no number to show
    drawn_as: Mapping[End, End] = field(default_factory=dict)  # of the wires that end in collapsed blocks
    used: frozenset[End] = frozenset()  # those ends of such wires that the step went through

    def with_frame(self, frame: Frame, step: Step | None = None) -> Picture:
        """The same picture at another moment: its numbers, and what its step did stands out."""
        acting = step.node if step is not None else None
        if acting is not None:
            acting = self.stands_for.get(acting, acting)
        through = acting if step is not None and step.kind != "seed" else None
        used: frozenset[End] = frozenset()
        if through is not None and through < 0 and step is not None:
            used = frozenset(end for real, end in self.drawn_as.items() if real[0] == step.node)
        return replace(
            self,
            frame=frame,
            acting=acting,
            through=through,
            failed=step is not None and step.kind == "problem",
            fresh=freshly(step),
            used=used,
        )

    @property
    def problem(self) -> NodeId | None:
        """The node at which the run ended."""
        return self.acting if self.failed else None

    def shown(self, end: End) -> End | None:
        """Where the wire is drawn that ends there in the graph; None where it is within a box."""
        return self.drawn_as.get(end) if end[0] in self.stands_for else end

    def lit(self, wire: Wire) -> bool:
        """Whether the wire is one that the step used."""
        if self.through is None or wire.node != self.through:
            return False
        return wire.node >= 0 or (wire.node, wire.port) in self.used

    def ahead(self, node: NodeId) -> bool:
        """Whether the node is still to come: others have their numbers, it has none."""
        return node not in self.frame.data and bool(self.frame.data)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every piece of text: of boxes, of ovals, and below."""
        of_boxes = (text for box in self.boxes for text in self.texts_of(box))
        of_chips = (text for chip in self.chips for text in texts_on(chip))
        return (
            *(each.text for each in self.enclosures),
            *of_boxes,
            *map(self.text_in, self.ovals),
            *of_chips,
            *self.below,
        )

    def text_in(self, oval: Oval) -> Text:
        """The op's symbol in the middle of its oval."""
        return oval_text(oval, faint=self.ahead(oval.node))

    def texts_of(self, box: Box) -> tuple[Text, ...]:
        """The label of a box, and the names and numbers of its fields."""
        if self.style == "canvas":
            ahead = self.ahead(box.number_of)
            return tuple(on_card(box, ahead=ahead, number=lambda role: self._on_card(box, role)))
        texts: list[Text] = []
        for cell in box.cells:
            baseline = cell.y + cell.height / 2 + SIZE * CAP / 2
            if cell.role == "label":
                middle, ahead = cell.x + cell.width / 2, self.ahead(box.node)
                texts.append(
                    Text(box.node, "label", middle, baseline, "middle", box.label, bold=True, faint=ahead)
                )
                continue
            right, left = cell.x + cell.width - PADDING, cell.x + PADDING
            texts.append(Text(box.node, cell.role, left, baseline, "start", cell.role, SMALL, faint=True))
            bold = (box.node, cell.role) in self.fresh
            faint, shown = self._number(box.node, cell.role)
            texts.append(Text(box.node, cell.role, right, baseline, "end", shown, bold=bold, faint=faint))
        return tuple(texts)

    def has(self, node: NodeId, role: Role) -> bool:
        """Whether there is such a number by now."""
        return node in (self.frame.data if role == "data" else self.frame.grad)

    def _on_card(self, box: Box, role: Role) -> str:
        """The number in that field, and nothing where there is a dot instead."""
        return self._number(box.number_of, role)[1] if self.has(box.number_of, role) else ""

    def _number(self, node: NodeId, role: Role) -> tuple[bool, str]:
        """Whether the number is still to come, and how it is written."""
        if node in self.silent:
            return True, ""
        numbers: Mapping[NodeId, float] = self.frame.data if role == "data" else self.frame.grad
        number = numbers.get(node)
        return number is None, written(number, self.digits)


def freshly(step: Step | None) -> frozenset[tuple[NodeId, Role]]:
    """The numbers that the step wrote."""
    if step is None or step.node is None:
        return frozenset()
    if step.contributions:
        return frozenset((each.operand, "grad") for each in step.contributions)
    return frozenset({(step.node, "grad" if step.kind == "seed" else "data")})
