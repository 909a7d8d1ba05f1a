"""Options: how a picture is made, whatever its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.services.engines import Cancelled
from micrograd_gui.services.inks import Ink, ink
from micrograd_gui.services.picture import MARGIN, Style

STYLES: tuple[Style, ...] = ("notebook", "canvas")
DIRECTIONS = ("LR", "TB")
SCALE_RANGE = (0.1, 20.0)  # pixels per unit that may be asked for


@dataclass(frozen=True, slots=True)
class Watch:
    """Who waits for a long export: is told how far it is, and may end it."""

    told: Callable[[int, int], object] = lambda done, total: None
    stop: Event | None = None

    def tick(self, done: int, total: int) -> None:
        """So many moments of so many are done; raises Cancelled where nobody waits any more."""
        if self.stop is not None and self.stop.is_set():
            raise Cancelled("The export was cancelled.")
        self.told(done, total)


@dataclass(frozen=True, slots=True)
class Options:
    """Its colours, its pixels per unit, whether one sees through its ground, what is shown of the graph."""

    theme: str | None = None  # None: light, and a player as its reader's screen is
    scale: float | None = None  # None: 2 for a picture, 1 for an animation
    transparent: bool = False
    seconds: float = 1.6  # how long each moment of an animation stays
    margin: float = MARGIN
    digits: int = 4
    rankdir: str = "LR"
    gradients: bool = True
    style: Style = "notebook"
    nodes: frozenset[NodeId] | None = None  # None: the whole graph
    folded: bool = True  # a collapsed block is drawn as one box
    card: bool | None = None  # the step card below; None: in a file of many moments
    only_card: bool = False  # the step card and no graph
    dialect: str | None = None  # what a script is written in; None: micrograd, and PyTorch for training
    train: bool = False  # whether a script trains the graph
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise Refusal(f"There is no style “{self.style[:40]}”; there are {' and '.join(STYLES)}.")
        if self.rankdir not in DIRECTIONS:
            raise Refusal(f"A graph is drawn {' or '.join(DIRECTIONS)}, not “{self.rankdir[:40]}”.")
        if self.style == "canvas" and self.rankdir != "LR":
            raise Refusal("In the canvas's style a graph is drawn LR, from left to right.")
        if self.only_card and self.card is False:
            raise Refusal("Only the step card, and no step card: there would be nothing to draw.")

    @property
    def ink(self) -> Ink:
        """The colours; raises Refusal where there is no theme of that name."""
        return ink(self.theme or "light")
