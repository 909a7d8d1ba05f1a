"""Frames: where the outlines of open blocks are, as Qt takes them."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from micrograd_gui.document.block import Block, BlockId
from micrograd_gui.figures import folding as routes
from micrograd_gui.figures.folding import Folding

Frames = dict[BlockId, tuple[Block, QRectF]]  # a block stands after those within it


def framed(folding: Folding) -> Frames:
    """The frames of all open blocks that hold something."""
    return {number: (block, QRectF(*rect)) for number, (block, rect) in routes.framed(folding).items()}


def differing(before: Frames, after: Frames) -> list[QRectF]:
    """Where a frame was or is that differs."""
    return [
        each[1].adjusted(-3, -3, 3, 3)
        for number in before.keys() | after.keys()
        if before.get(number) != after.get(number)
        for each in (before.get(number), after.get(number))
        if each is not None
    ]
