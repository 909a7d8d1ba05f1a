"""Palettes: the colours of figures: light, dark, both in high contrast, and print, which needs no colours.

The window draws on them. In high contrast every colour of a text has 7:1 or more on every ground.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import spoken

Weight = Literal["thin", "bundle", "strong"]


class Palette(Struct, frozen=True):
    """Colours as ``#rrggbb``; ``strong`` is how thick the acting node's outline is."""

    name: str
    ground: str
    box: str
    line: str
    text: str
    muted: str
    data: str
    grad: str
    accent: str
    accent_fill: str
    wire: str
    chip: str  # behind the sign of an op
    divider: str  # between the fields of a card
    bad: str  # round a node that could not be computed
    bad_fill: str
    strong: float = 2.5

    @property
    def dark(self) -> bool:
        """Whether what is drawn is lighter than its ground."""
        return self.ground < "#80"

    def colour(self, tone: str) -> str:
        """The colour of that tone: one of these, or of a path: ``path1`` to ``path12``."""
        if not tone.startswith("path"):
            found: str = getattr(self, tone)
            return found
        if self.name == "print":
            return self.text
        colour = (_DARK_PATHS if self.dark else _LIGHT_PATHS)[int(tone[4:]) - 1]
        return _mixed(colour, self.text) if self.name.endswith("contrast") else colour

    def weight(self, weight: Weight) -> float:
        """How thick a line of that weight is."""
        return {"thin": 1.0, "bundle": 1.7, "strong": self.strong}[weight]


# Each has a contrast of 3:1 or more on its ground; a path is told by its dashes as well.
_LIGHT_PATHS = (
    "#0b63b0", "#b8460e", "#0a6e4f", "#7a3fb0", "#a8157a", "#00707f",
    "#7a4b12", "#5f5f00", "#26327d", "#b3261e", "#44505e", "#8c3b63",
)  # fmt: skip
_DARK_PATHS = (
    "#6db7ff", "#ffa36b", "#4fd1a5", "#c9a2ff", "#ff8fd0", "#4fd3e0",
    "#d9ab6f", "#d2d25a", "#a5b4ff", "#ff8a80", "#c3ccd8", "#e3aecf",
)  # fmt: skip


def _mixed(colour: str, other: str, part: float = 0.4) -> str:
    """So much of the way to the other colour."""
    both = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + "".join(f"{round(one + part * (two - one)):02x}" for one, two in both)


def _rgb(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


PALETTES = {
    palette.name: palette
    for palette in (
        Palette("light", "#ffffff", "#ffffff", "#8a94a3", "#17202c", "#56606f", "#0b63b0", "#b8460e",
            "#f5a800", "#fff6df", "#8a94a3", "#e6f0fa", "#d9dee5", "#b3261e", "#fdecea"),
        Palette("dark", "#0e1218", "#161c24", "#5d6b7d", "#eef2f7", "#a3aebc", "#6db7ff", "#ffa36b",
            "#ffc233", "#3a3017", "#5d6b7d", "#17304a", "#2b333f", "#ff8a80", "#3d1c1a"),
        Palette("print", "#ffffff", "#ffffff", "#000000", "#000000", "#444444", "#000000", "#000000",
            "#000000", "#e8e8e8", "#000000", "#e8e8e8", "#777777", "#000000", "#d0d0d0", 3.0),
        Palette("light-contrast", "#ffffff", "#ffffff", "#000000", "#000000", "#2e2e2e", "#00367a", "#7a2200",
            "#6b4100", "#ffe97a", "#000000", "#d6e8ff", "#000000", "#820048", "#ffdcd8", 4.0),
        Palette("dark-contrast", "#000000", "#000000", "#ffffff", "#ffffff", "#d8d8d8", "#9fd2ff", "#ffc19a",
            "#ffd500", "#3d3300", "#ffffff", "#0d2f55", "#d8d8d8", "#ffb8d2", "#4a0f22", 4.0),
    )
}  # fmt: skip


def palette_named(name: str) -> Palette:
    """The colours of that theme; raises Refusal where there is none of that name."""
    if name not in PALETTES:
        raise Refusal(
            tr(
                "There is no theme “{theme}”; there are {themes}.",
                theme=spoken(name),
                themes=", ".join(PALETTES),
            )
        )
    return PALETTES[name]
