"""Bridge: the only door between the Session and Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal

from micrograd_gui.document.errors import Refusal
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State

P = ParamSpec("P")
T = TypeVar("T")


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
