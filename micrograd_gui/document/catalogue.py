"""Catalogue: what the palette offers, derived from the tables of ops and of kinds of blocks."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from micrograd.language import tr
from micrograd.ops import OPS, Op, op_of
from micrograd_gui.document.block import OFFERED_KINDS


class Offer(NamedTuple):
    """One thing that can be dropped: its payload, what stands on its button, and a sentence about it."""

    payload: str
    text: str
    help: str


class PaletteGroup(Struct, frozen=True):
    """Offers under one heading; those that are ``folded`` are shown when the heading is pressed."""

    title: str
    offers: tuple[Offer, ...]
    folded: bool = False


MIME = "application/x-micrograd-op"  # of what is dragged: the payload of an offer
OWN = "own"  # the group of ops of one's own
_BLOCK = "block:"  # how the payload of a block begins
BLOCKS = tuple(Offer(_BLOCK + row.name, row.text, row.help) for row in OFFERED_KINDS.values())


def block_kind(payload: str) -> str | None:
    """Which kind of block the payload of an offer stands for; None for an op or a value."""
    return payload.removeprefix(_BLOCK) if payload.startswith(_BLOCK) else None


def catalogue() -> tuple[PaletteGroup, ...]:
    """All groups, made anew from the table, so that a new row appears by itself."""
    value = Offer("value", tr("value"), tr("A leaf: a number that the graph starts from."))
    arithmetic = [_offer(op) for op in OPS.values() if op.group == "arithmetic"]
    square = op_of("**2")
    arithmetic.append(
        Offer(square.name, "xⁿ", tr("A power with a fixed exponent, 2 at first; set it like a value."))
    )
    functions = [_offer(op) for op in OPS.values() if op.group not in ("arithmetic", "rarer", OWN)]
    rarer = [_offer(op) for op in OPS.values() if op.group == "rarer"]
    blocks = tuple(Offer(each.payload, tr(each.text), tr(each.help)) for each in BLOCKS)
    own = tuple(_offer(op) for op in OPS.values() if op.group == OWN)
    return (
        PaletteGroup(tr("Values"), (value,)),
        PaletteGroup(tr("Arithmetic"), tuple(arithmetic)),
        PaletteGroup(tr("Functions"), tuple(functions)),
        *((PaletteGroup(tr("Your own"), own),) if own else ()),
        PaletteGroup(tr("Blocks"), blocks),
        PaletteGroup(tr("More functions"), tuple(rarer), folded=True),
    )


def _offer(op: Op) -> Offer:
    return Offer(op.name, op.symbol, op.told)
