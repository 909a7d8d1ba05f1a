"""Bridge: the only door between the Session and Qt."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from micrograd_gui.document.errors import Refusal
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State

P = ParamSpec("P")
T = TypeVar("T")


_FRAME = 0.014  # seconds from one heavy view to the next, while the graph trains


class Turns:
    """One of them for all views of a bridge: while the graph trains, one of them is drawn in a frame."""

    def __init__(self) -> None:
        self.taken = 0.0  # when the last turn began, by the performance counter

    def take(self) -> bool:
        """Whether it is one's turn; if not, come again a few milliseconds later."""
        now = perf_counter()
        if now - self.taken < _FRAME:
            return False
        self.taken = now
        return True


class Bridge(QObject):
    """Turns each replacement of the State into one signal, and each refusal into another.

    ``changed(old, new)`` carries two States. ``refused(sentence, node)`` carries a sentence for the
    status bar and the node it is about, or None.
    """

    changed = Signal(object, object)
    refused = Signal(str, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.turns = Turns()
        self._unlisten = session.listen(self.changed.emit)
        self.destroyed.connect(self._unlisten)

    @property
    def state(self) -> State:
        return self.session.state

    def attempt(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call a verb; a Refusal becomes the ``refused`` signal, and None comes back."""
        try:
            return verb(*args, **kwargs)
        except Refusal as refusal:
            self.refused.emit(str(refusal), refusal.node)
            return None


AGAIN = 5  # milliseconds until it is tried again
SHARE = 8  # a view rests so many times as long as it takes to show a change
NEVER = 1_000_000_000  # milliseconds: only when the run is over


class Paced(QObject):
    """``changed(old, new)`` as the bridge has it; in a run ``rest`` milliseconds apart, many as one."""

    changed = Signal(object, object)

    def __init__(self, bridge: Bridge, rest: int, parent: QObject, *, heavy: bool = True) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._rest = rest
        self._heavy = heavy
        self._before: State | None = None  # the State that was shown last, where another is waiting
        self._ended, self._took = 0.0, 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        bridge.changed.connect(self._on_changed)

    def _on_changed(self, old: State, new: State) -> None:
        before = old if self._before is None else self._before
        if new.is_training:
            self._before = before
            if not self._timer.isActive() and self._rest < NEVER:
                rest = max(self._rest, 1000 * SHARE * self._took) - 1000 * (perf_counter() - self._ended)
                self._timer.start(max(0, round(rest)))
            return
        self._timer.stop()
        self._before = None
        self.changed.emit(before, new)

    def _due(self) -> None:
        if self._before is None:
            return
        if self._heavy and not self._bridge.turns.take():
            self._timer.start(AGAIN)
            return
        before, self._before = self._before, None
        began = perf_counter()
        self.changed.emit(before, self._bridge.state)
        self._ended = perf_counter()
        self._took = self._ended - began
