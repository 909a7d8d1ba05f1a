"""Bridge: the only door between the Session and Qt."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal

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
