"""PlotView: one kind of plot on one surface, drawn anew as little and as seldom as will do."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from micrograd.language import N_, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import as_shown
from micrograd_gui.session.state import State
from micrograd_gui.views.background import Background, later
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.plot.model import PlotItem, PlotKind, StaticPlot
from micrograd_gui.views.screen_reader.roles import tell_as
from micrograd_gui.views.theme import SMALLEST_PROJECTED, Look, dress

if TYPE_CHECKING:
    from micrograd_gui.views.plot.surface import PlotSurface


COMING = N_("The plot is being drawn…")
_REDRAW = QEvent.Type(QEvent.registerEventType())
_AGAIN = 5  # milliseconds until a plot that comes asks again whether it is its turn


class PlotView(QStackedWidget):
    """Sleeps until ``wake``; in a run it prepares its next picture while the one before is seen."""

    refreshed = Signal()

    def __init__(self, bridge: Bridge, kind: PlotKind, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._look = look
        self.kind = kind
        self.static: StaticPlot | None = None
        self.items: tuple[PlotItem, ...] = ()
        self.surface: PlotSurface | None = None
        self._awake = False
        self._ready: StaticPlot | None = None  # worked out, and to be drawn in the next turn
        self._prepared: State | None = None  # what is drawn, and not seen yet
        self._asked = False  # to be drawn before the next paint
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)  # labels stand in it
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setMinimumSize(1, 1)
        self.addWidget(self.words)
        Together(bridge, self, self._prepare).changed.connect(self._on_changed)
        self.set_look(look)

    def say_that_it_comes(self) -> None:
        """Words in place of a plot that is still to be drawn, so that no pane is empty meanwhile."""
        self.words.setText(as_shown(self.kind.why_empty(self._bridge.shown)) or tr(COMING))

    @property
    def awake(self) -> bool:
        """Whether it draws what it shows."""
        return self._awake

    def wake(self) -> None:
        """The window has been seen: from now on matplotlib may take its time."""
        self._awake = True
        self._later.start(0)

    def show_kind(self, kind: PlotKind) -> None:
        """Show that kind from now on."""
        self.kind, self.static, self._ready = kind, None, None
        self.say_that_it_comes()
        self._later.start(0)

    def again(self) -> None:
        """Work everything out anew: the kind shows its numbers in another way."""
        self.static = self._ready = None
        self._later.start(0)

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._look = look
        self.words.setMargin(look.px(16))
        size = max(look.px(14), SMALLEST_PROJECTED) if look.projector else look.px(14)
        dress(self.words, f"color: {look.theme.muted}; font-size: {size}px")
        if self.surface is not None:
            self.surface.set_look(look)

    # When it is drawn ------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Up to date as soon as it is seen."""
        super().showEvent(event)
        if self._awake:
            self._later.start(0)

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees is not drawn."""
        super().hideEvent(event)
        self._later.stop()

    def _prepare(self, state: State) -> bool:
        """Draw that State behind the picture that is seen; gives whether there is a plot to draw."""
        seen = self._awake and self.isVisible() and self.currentWidget() is self.surface
        if not seen or self.surface is None or self.kind.why_empty(state):
            return False
        self._later.stop()
        self.surface.hold()
        self._draw(state)
        self._prepared = state
        return True

    def _on_changed(self, old: State, new: State) -> None:
        prepared, self._prepared = self._prepared, None
        if not (self._awake and self.isVisible()):
            return
        if prepared is new:
            self._show_drawn()
        elif self.currentWidget() is self.words and not self.kind.why_empty(new):
            self._later.start(0)  # it comes, in a turn of its own
        elif new.is_training or self.kind.why_empty(new) or self._holds_for(new):
            self._draw(new)
            self._show_drawn()
        elif not self._asked:  # several changes before the next paint are drawn once
            self._asked = True
            QCoreApplication.postEvent(self, QEvent(_REDRAW))  # it comes before the other panes are painted

    def customEvent(self, event: QEvent) -> None:
        """The plot is drawn before whatever has changed is painted."""
        if event.type() == _REDRAW:
            self._asked = False
            self.refresh()

    def _holds_for(self, state: State) -> bool:
        """Whether the static part does, so that the rest is quick."""
        if self.static is None or self.kind.why_empty(state):
            return False
        return self.kind.still_valid(self.static, state)

    def _show_drawn(self) -> None:
        self._later.stop()
        if self.surface is not None:
            self.surface.release()
        self.refreshed.emit()

    def _show_live(self, state: State) -> None:
        assert self.static is not None
        assert self.surface is not None
        items = self.kind.live_items(state, self.static)
        if items != self.items:
            self.items = items
            self.surface.show_plot(self.static, items)

    def refresh(self, *, whatever: bool = False) -> None:
        """Bring the plot up to date: the static part too, where it does not hold any more."""
        self._later.stop()
        if not ((self._awake and self.isVisible()) or whatever):
            return
        state, frames = self._bridge.shown, self._bridge.frames
        comes = self.currentWidget() is self.words  # what comes with a plot takes long: another may come, too
        if (state.is_training or comes) and not whatever and not frames.take_turn():
            self._later.start(_AGAIN)
            return
        if self.surface is None and not self.kind.why_empty(state):
            self.surface = self._make_surface()
            if not whatever:
                frames.end_turn()
                self._later.start(0)  # what it shows is worked out in a turn of its own
                return
        if comes and not whatever and self._ready is None and not self.kind.why_empty(state):
            self._ready = self._work_out(state)
            if self._ready is not None:
                frames.end_turn()
                self._later.start(0)  # and drawn in another
                return
        else:
            self._draw(state)
        frames.end_turn()
        self._prepared = None
        self._show_drawn()

    def _draw(self, state: State) -> None:
        kind = self.kind
        if words := kind.why_empty(state):
            self._say(words)
            return
        assert self.surface is not None
        self.setCurrentWidget(self.surface)  # first, for it is given its size
        if self._holds_for(state):
            self._show_live(state)
            return
        static = self._work_out(state)
        if static is not None:
            self.static, self.items = static, kind.live_items(state, static)
            self.surface.show_plot(static, self.items)

    def _work_out(self, state: State) -> StaticPlot | None:
        """The plot of that State; what cannot be computed has none, and that is said."""
        ready, self._ready = self._ready, None
        if ready is not None and self.kind.still_valid(ready, state):
            return ready
        try:
            return self.kind.build(state, ready or self.static)
        except Refusal as refusal:
            self._say(str(refusal))
            return None

    def _say(self, words: str) -> None:
        """Words in place of a plot."""
        self.static = None
        self.words.setText(as_shown(words))
        self.setCurrentWidget(self.words)

    def _make_surface(self) -> PlotSurface:
        from micrograd_gui.views.plot.surface import PlotSurface

        surface = PlotSurface(self._look, self)
        surface.setAccessibleName(tr("Plot"))
        tell_as(surface, QAccessible.Role.Graphic)
        surface.mpl_connect("draw_event", lambda _: self._bridge.frames.end_turn())
        self.addWidget(surface)
        return surface


_PARTS = ("micrograd_gui.views.plot.surface", "contourpy", "uharfbuzz")  # with matplotlib
_EVERY, _PAUSE = 8, 0.004  # milliseconds, seconds


def load_then(call: Callable[[], object], parent: QObject) -> None:
    """Call it in this thread as soon as matplotlib is there."""
    if all(part in sys.modules for part in _PARTS):
        call()
        return
    # A loop of events that keeps Python's lock, as QTest.qWait does, would keep the other thread waiting.
    pauses = QTimer(parent)
    pauses.timeout.connect(partial(time.sleep, _PAUSE))
    pauses.start(_EVERY)

    def done() -> None:
        pauses.stop()
        later(parent, call, after=_EVERY)  # not at once: what is drawn first takes as long again

    Background(parent).load(_PARTS, done)
