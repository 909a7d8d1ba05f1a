"""Frames: where the outlines of open blocks are, around all that they hold."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from micrograd_gui.document.block import Block, BlockId
from micrograd_gui.views.canvas.folding import Folding

Frames = dict[BlockId, tuple[Block, QRectF]]  # a block stands after those within it
FRAME, FRAME_TITLE = 16.0, 36.0  # between the frame and what it holds; above, there is its title


def framed(folding: Folding) -> Frames:
    """The frames of all open blocks that hold something."""
    places, size = folding.places, folding.size
    frames: Frames = {}
    for block, keys, inner in folding.frames:
        held = [QRectF(*places[key], *size(key)) for key in keys if key in places]
        held += [frames[number][1] for number in inner if number in frames]
        if held:
            whole = held[0]
            for rect in held:
                whole = whole.united(rect)
            frames[block.id] = block, whole.adjusted(-FRAME, -FRAME_TITLE, FRAME, FRAME)
    return frames


def differing(before: Frames, after: Frames) -> list[QRectF]:
    """Where a frame was or is that differs."""
    return [
        each[1].adjusted(-3, -3, 3, 3)
        for number in before.keys() | after.keys()
        if before.get(number) != after.get(number)
        for each in (before.get(number), after.get(number))
        if each is not None
    ]
