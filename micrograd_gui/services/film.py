"""Film: the moments of a run that are to be shown, and their pictures, all in one frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Entry, History
from micrograd_gui.document.numbers import written
from micrograd_gui.services.lettering import shown_label, width
from micrograd_gui.services.picture import MARGIN, SIZE, Picture, Role, Text
from micrograd_gui.services.rendering import rendered
from micrograd_gui.session.formulas import Line
from micrograd_gui.session.run import record
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Frame, Pass, Step, Trace
from micrograd_gui.session.wording import card

SCRIPT = (Pass("forward"), Pass("backward"))
_LINE = {"head": 22.0, "big": 26.0, "note": 22.0}
_TEXT = {"head": 13.0, "big": 17.0, "note": 14.0}
_ROLES: dict[str, Role] = {"data": "data", "grad": "grad"}


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is made: its colours, its pixels per unit, whether one sees through its ground."""

    theme: str = "light"
    scale: float | None = None  # None: 2 for a picture, 1 for an animation
    transparent: bool = False
    seconds: float = 1.6  # how long each moment of an animation stays


@dataclass(frozen=True, slots=True)
class Moment:
    """The numbers at one cursor, the step that led there, and what the step card says."""

    frame: Frame
    step: Step | None = None
    card: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Film:
    """A graph and moments of its run; the pictures of all of them have the same size and places."""

    graph: Graph
    moments: tuple[Moment, ...]
    options: Options = field(default_factory=Options)
    laid_out: Picture | None = None  # where it has been worked out already

    @property
    def title(self) -> str:
        """What the picture is of, in a few words."""
        target = self.graph.target
        return "A graph" if target is None else f"The graph of {shown_label(self.graph.nodes[target].name)}"

    def each(self) -> Iterable[Film]:
        """A film of one moment for each of them, drawn in the frame of the whole."""
        return (replace(self, moments=(moment,), laid_out=self.blank) for moment in self.moments)

    @cached_property
    def blank(self) -> Picture:
        """The graph laid out, with no numbers yet; raises LayoutRefusal."""
        return self.laid_out or rendered(self.graph, self.widest)

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """A picture of each moment; raises LayoutRefusal where it cannot be laid out."""
        return tuple(self.blank.with_frame(moment.frame, moment.step) for moment in self.moments)

    @cached_property
    def captioned(self) -> tuple[Picture, ...]:
        """The pictures with the step card below."""
        return tuple(captioned(self.pictures, [moment.card for moment in self.moments]))

    @cached_property
    def widest(self) -> str:
        """The widest number of a whole run and of these moments, as bold text."""
        trace = record(self.graph, SCRIPT)
        frames = [trace.frame(cursor) for cursor in {*trace.ends, len(trace)}]
        frames += [moment.frame for moment in self.moments]
        parts = [part for frame in frames for part in (frame.data, frame.grad)]
        texts = {written(-1.0), *(written(number) for part in parts for number in part.values())}
        return max(texts, key=lambda text: width(text, SIZE, bold=True))


def film_of(graph: Graph, step: str | None, options: Options, trace: Trace | None = None) -> Film:
    """The moments that ``step`` names: "last", "all", a number, or None. Raises Refusal.

    None is the end of the run as a result: the same numbers as "last", and no step stands out.
    """
    if not graph.nodes:
        raise Refusal("The graph is empty: there is nothing to draw.")
    trace = record(graph, SCRIPT) if trace is None else trace
    if step is None:
        return Film(graph, (Moment(trace.frame(len(trace))),), options)
    return Film(graph, tuple(moment(graph, trace, cursor) for cursor in _cursors(trace, step)), options)


def moment(graph: Graph, trace: Trace, cursor: int) -> Moment:
    """That moment of the run, with its step card."""
    state = State(History((Entry(graph),)), trace=trace, cursor=cursor)
    return Moment(state.frame, state.step, card(state))


def _cursors(trace: Trace, step: str) -> Sequence[int]:
    if step == "last":
        return [len(trace)]
    if step == "all":
        return range(len(trace) + 1)
    if not step.isdecimal() or len(step) > 9 or int(step) > len(trace):
        raise Refusal(f"--step is a number from 0 to {len(trace)}, last or all, not “{step[:40]}”.")
    return [int(step)]


def captioned(pictures: Sequence[Picture], cards: Sequence[tuple[Line, ...]]) -> Iterable[Picture]:
    """Each picture with its card below; there is room for the tallest card under every one."""
    tall = max((sum(_LINE[line.size] for line in lines) for lines in cards), default=0.0)
    for picture, lines in zip(pictures, cards, strict=True):
        texts: list[Text] = []
        y = picture.height + MARGIN
        for line in lines:
            y += _LINE[line.size]
            texts += _texts(line, y - 6, picture.width - 2 * MARGIN)
        yield replace(picture, height=picture.height + tall + 2 * MARGIN, below=tuple(texts))


def _texts(line: Line, y: float, room: float) -> Iterable[Text]:
    """The fragments of a line one after the other, smaller where they would not fit."""
    size = _TEXT[line.size]
    whole = sum(width(each.text, size, bold=each.strong) for each in line.fragments)
    size *= min(1.0, room / whole) if whole else 1.0
    x = MARGIN
    for each in line.fragments:
        start = x + width(each.text[: len(each.text) - len(each.text.lstrip())], size)
        faint = line.size == "head" and not each.strong
        role = _ROLES.get(each.kind, "label")
        yield Text(0, role, start, y, "start", each.text.strip(), size, bold=each.strong, faint=faint)
        x += width(each.text, size, bold=each.strong)
