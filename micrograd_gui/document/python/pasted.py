"""Cells: what was pasted, and what became of it: what it printed, what was passed over, what was by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from micrograd.language import again, tr
from micrograd_gui.document.graph import Pasted
from micrograd_gui.document.node import NodeId
from micrograd_gui.document.text import one_line

ByHandKind = Literal["grad", "data", "_backward"]


class ByHand(Struct, frozen=True):
    """What a cell did by hand to a gradient or a number, beside what the rule gives there.

    Attributes:
        line, told: where, and as it was written.
        kind: it set a grad, it set a number, or it had a node hand its grad on (``x._backward()``).
        node: of which node; None: one that is not on the canvas.
        own: the grad or the number that was set; the grad with which the node acted.
        rule: the right one; None: there is none to compare with.
    """

    line: int
    told: str
    kind: ByHandKind
    node: NodeId | None
    own: float
    rule: float | None

    @property
    def right(self) -> bool | None:
        """Whether both are the same but for rounding; None where there is nothing to compare with."""
        if self.rule is None:
            return None
        return abs(self.own - self.rule) <= 1e-9 * max(1.0, abs(self.own), abs(self.rule))


class PastedCell(Struct, frozen=True):
    """A pasted cell, and what became of it.

    ``passed_over`` are lines and what stands there, ``notes`` sentences on what is otherwise than written.
    ``aims``: it says itself what the target is, by ``backward()``, by hand or by a picture. ``passed``: it
    calls ``backward()``. ``left_out``: it is one of a notebook that is refused here; nothing came of it.
    """

    text: str
    printed: str = ""
    passed_over: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    aims: bool = False
    passed: bool = False
    left_out: bool = False


_SAID_AT_MOST = 240  # letters of what is said of a cell in one line


def said(cell: PastedCell) -> str:
    """What became of the cell, in one line: what it printed, what is otherwise, and what was passed over."""
    parts = [again(note) for note in cell.notes]
    if cell.printed.strip():
        parts.append(tr("Printed: {text}", text=one_line(cell.printed.strip(), 120)))
    if cell.passed_over:
        first = "; ".join(
            tr("line {line}, {what}", line=line, what=again(what)) for line, what in cell.passed_over[:3]
        )
        more = len(cell.passed_over) - 3
        parts.append(
            tr("Passed over: {lines} and {more} more", lines=first, more=more)
            if more > 0
            else tr("Passed over: {lines}", lines=first)
        )
    sentences = [tr("{said}.", said=part.rstrip(".。")) for part in parts]
    return one_line(" ".join(sentences), _SAID_AT_MOST)


CELLS_KEPT_AT_MOST = 200  # in a file
LETTERS_KEPT_AT_MOST = 400_000  # of all of them together


class KeptCells(Struct, frozen=True, eq=False, weakref=True):
    """The cells of a document as its file keeps them: nobody has walked through them since it was opened.

    ``paths`` tells where the values of nodes are kept, as in ``n.layers[0].b``; ``numbers`` what leaves held
    when the last cell was pasted, where their values hold something else.
    """

    cells: tuple[PastedCell, ...]
    paths: Mapping[NodeId, str]
    numbers: Mapping[NodeId, float]


class Unread(Struct, frozen=True, eq=False):
    """A text, the node that each of its names stands for, and what was known before it.

    Nobody has walked through it as Python yet: a first paint, and whoever pastes no program, does without.
    """

    text: str
    names: Mapping[str, NodeId]
    before: Pasted | None


def last_cell(known: Pasted | None) -> PastedCell | None:
    """The cell that was pasted last; None where there is none, or nobody has walked through it yet."""
    cells: tuple[PastedCell, ...] = getattr(known, "cells", ())
    return cells[-1] if cells else None
