"""Bridge: the only door between the Session and Qt, and the pace at which views follow a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from micrograd_gui.document.errors import Refusal
from micrograd_gui.log import logger_of
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State

_log = logger_of(__name__)
P = ParamSpec("P")
T = TypeVar("T")

NEVER = 1_000_000_000  # milliseconds: only when the run is over
_TURN = 0.014  # seconds from one heavy view to the next, while the graph trains
_AGAIN = 5  # milliseconds until a view that had to wait for its turn asks again
_SHARE = 8  # a view rests so many times as long as it takes to show a change
_LATE = 0.0185  # seconds between two ticks from which the window is thought to be late
_MOST, _LEAST = 0.008, 0.001  # seconds of a frame that steps may take
_JUST_NOW = 0.012  # seconds since a heavy view began to be drawn


class Bridge(QObject):
    """Turns each replacement of the State into one signal, and each refusal into another.

    Signals: ``changed(old, new)`` carries two States; ``refused(sentence, node)`` a sentence for the status
    bar and the node it is about, or None. ``frames`` shares out the time while the graph trains.

    Who listens to ``changed``, and how often each is told in a run (a test holds the list):

    ==============================  =======================  ============================================
    app/training_loop.py            each change              whether the timer of the run goes
    app/window.py                   150 ms                   title, actions, what a document opens with
    views/canvas/view.py            66 ms, in turn           nodes, wires and their numbers
    views/data/pane.py              each change              the rows; it looks at what differs, and seldom
    views/expression_line.py        when the run is over     the statements, h, the numbers of the plan
    views/gradients.py              300 ms, in turn          the table of gradients
    views/plot/pane.py              each change              whether there is a loss to show below
    views/plot/view.py              as the plot, in turn     the plot
    views/rendered_graph.py         300 ms, in turn          Graphviz's picture
    views/step_card.py              150 ms, in turn          the step in words
    views/training_panel.py         80 ms; its choices each  how far training is; optimiser and schedule
    ==============================  =======================  ============================================

    *In turn*: heavy to draw, so no two of them in one frame. When a run is over, these and the expression
    line show what they showed until their turn comes, all within a few frames; the others are told at once.
    """

    changed = Signal(object, object)
    refused = Signal(str, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.frames = Frames()
        self._unlisten = session.listen(self.changed.emit)
        self.destroyed.connect(self._unlisten)

    @property
    def state(self) -> State:
        """The State as it is now."""
        return self.session.state

    def attempt(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call a verb; a Refusal becomes the ``refused`` signal, and None comes back."""
        try:
            return verb(*args, **kwargs)
        except Refusal as refusal:
            _log.info("refused: %s", refusal)
            self.refused.emit(str(refusal), refusal.node)
            return None


class Frames:
    """Shares out the frames of a run: one heavy view is drawn in each, and steps fill what is left of it.

    Between two heavy views the event loop makes a whole pass, however late it is: keys are answered.
    """

    def __init__(self) -> None:
        self._turn_taken = -math.inf  # when the last heavy view began to be drawn, by the performance counter
        # Runs until a pass has been made since the last turn: a timer that begins while others are heard
        # is heard after what has been posted, and what the window system has sent, since then.
        self._passing = QTimer(singleShot=True, interval=0)
        self._ticked = 0.0
        self._budget = _MOST

    def take_turn(self) -> bool:
        """Whether a heavy view may be drawn now; if not, it asks again a few milliseconds later."""
        now = perf_counter()
        if now - self._turn_taken < _TURN or self._passing.isActive():
            return False
        self._turn_taken = now
        self._passing.start()
        return True

    def end_turn(self) -> None:
        """A heavy view has been drawn: before the next one, what waits for the event loop has its turn."""
        self._passing.start()

    def begin(self) -> None:
        """A run begins: its first tick comes next."""
        self._ticked, self._budget = perf_counter(), _MOST

    def tick(self) -> float:
        """Once a frame. Gives the seconds since the tick before; where they are many, steps have to wait."""
        now = perf_counter()
        passed, self._ticked = now - self._ticked, now
        late = passed > _LATE  # whatever else a frame holds, the next one shall come in time
        self._budget = max(_LEAST, self._budget * 0.7) if late else min(_MOST, self._budget * 1.1)
        return passed

    @property
    def budget(self) -> float:
        """Seconds that steps may take in this frame; few where a view has just taken most of it."""
        drawn = perf_counter() - self._turn_taken < _JUST_NOW
        return _LEAST if drawn else self._budget


class Pace:
    """How often one view is drawn in a run: ``rest`` milliseconds apart, and for a ninth of the time at most.

    ``heavy``: it waits for its turn. No drawing counts as longer than ``longest`` seconds.
    """

    def __init__(self, frames: Frames, rest: float, *, heavy: bool = True, longest: float = math.inf) -> None:
        self.rest = rest
        self.heavy = heavy
        self._frames = frames
        self._longest = longest
        self._ended, self._took = 0.0, 0.0  # the last drawing, in seconds

    def wait(self) -> int:
        """Milliseconds until the next drawing may begin."""
        rest = max(self.rest, 1000 * _SHARE * self._took) - 1000 * (perf_counter() - self._ended)
        return max(0, round(rest))

    def delay(self) -> int:
        """Asked when ``wait`` is over: 0 where it may begin now, else milliseconds until to ask again."""
        return 0 if not self.heavy or self._frames.take_turn() else _AGAIN

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Drawing, timed."""
        began = perf_counter()
        yield
        self._ended = perf_counter()
        self._took = min(self._longest, self._ended - began)
        if self.heavy:
            self._frames.end_turn()

    def forget(self) -> None:
        """The last drawing says nothing about the next: it loaded what will be there from now on."""
        self._took = 0.0


class Paced(QObject):
    """``changed(old, new)`` as the bridge has it; in a run ``rest`` milliseconds apart, many as one.

    The end of a run comes to a ``heavy`` view when its turn does; a change before that brings it at once.
    """

    changed = Signal(object, object)

    def __init__(self, bridge: Bridge, rest: int, parent: QObject, *, heavy: bool = True) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._pace = Pace(bridge.frames, rest, heavy=heavy)
        self._before: State | None = None  # the State that was shown last, where another is waiting
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._due)
        bridge.changed.connect(self._on_changed)

    def _on_changed(self, old: State, new: State) -> None:
        before = old if self._before is None else self._before
        if new.is_training:
            self._before = before
            if not self._timer.isActive() and self._pace.rest < NEVER:
                self._timer.start(self._pace.wait())
            return
        if old.is_training and self._pace.heavy and new.graph.wiring is before.graph.wiring:
            self._before = before  # numbers alone differ: who points at what is shown points at what is there
            self._due()
            return
        self._timer.stop()
        self._before = None
        self.changed.emit(before, new)

    def _due(self) -> None:
        if self._before is None:
            return
        if delay := self._pace.delay():
            self._timer.start(delay)
            return
        before, self._before = self._before, None
        with self._pace.drawing():
            self.changed.emit(before, self._bridge.state)
