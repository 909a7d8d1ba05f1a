"""The presenter's window: on the screen that the hall does not see, notes, what comes next, and the clock."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import Qt, QTime, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from micrograd.language import tr, trn
from micrograd_gui.document.text import as_shown
from micrograd_gui.session.explain.moments import moment_in_words, step_in_words
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Paced
from micrograd_gui.views.theme import Look

# Pixels at text scale 1, of each line by its name.
_SIZES = {"clock": 28, "now": 22, "next": 32, "cue": 38, "note": 32, "next_cue": 26}
_MARGIN, _AIR = 36, 22


def screen_of_hall(here: QScreen) -> QScreen:
    """Where the hall goes: the second screen, where there is one that does not show the same; else here."""
    first = QGuiApplication.primaryScreen()
    if here is not first:
        return here  # the window has been put there
    others = (each for each in QGuiApplication.screens() if each.geometry() != first.geometry())
    return next(others, here)


class Presenter(QWidget):
    """What only the one at the keyboard sees. It takes no keys: they stay the hall's."""

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        flags = Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus
        super().__init__(window, flags)
        self.setObjectName("presenter")
        self.setWindowTitle(tr("Notes — micrograd-gui"))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._bridge = bridge
        self._began = monotonic()
        self.lines = {name: QLabel() for name in _SIZES}
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_AIR)
        for name, line in self.lines.items():
            line.setObjectName(f"presenter_{name}")
            line.setWordWrap(True)
            line.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(line)
        column.addStretch(1)
        self._ticking = QTimer(self, interval=1000)
        self._ticking.timeout.connect(self._show_clock)
        Paced(bridge, 150, self).changed.connect(lambda _old, new: self._show(new))

    def begin(self, screen: QScreen, look: Look) -> None:
        """Fill that screen; the clock counts from now."""
        self._began = monotonic()
        for name, line in self.lines.items():
            line.setFont(look.font(_SIZES[name], bold=name in ("clock", "cue")))
        self.setGeometry(screen.availableGeometry())
        self._show_clock()
        self.show()
        self._show(self._bridge.state)
        self._ticking.start()

    def end(self) -> None:
        """The hall is left."""
        self._ticking.stop()
        self.hide()

    def _show_clock(self) -> None:
        minutes = int(monotonic() - self._began) // 60
        self.lines["clock"].setText(
            tr(
                "{time} · {minutes} min in the hall",
                time=QTime.currentTime().toString("hh:mm"),
                minutes=minutes,
            )
        )

    def _show(self, state: State) -> None:
        if self.isVisible():
            for name, text in words(state).items():
                self.lines[name].setText(as_shown(text))
                self.lines[name].setVisible(bool(text))


def words(state: State) -> dict[str, str]:
    """What stands there at that moment, by the names of the lines."""
    graph, run = state.graph, state.trace
    cues = graph.marks.cues
    here = next((each for each in reversed(cues) if each.moment <= state.cursor), None)
    ahead = next((each for each in cues if each.moment > state.cursor), None)
    now = tr("Not run yet.")
    if run is not None:
        now = tr("Now {moment}", moment=moment_in_words(graph, run, state.cursor, state.notation))
    steps = 0 if ahead is None else ahead.moment - state.cursor
    return {
        "now": now,
        "next": tr("Next: {step}", step=_next(state)),
        "cue": "" if here is None else f"⚑ {here.name}",
        "note": "" if here is None else here.note,
        "next_cue": ""
        if ahead is None
        else trn("⚑ {cue} in {n} step", "⚑ {cue} in {n} steps", steps, cue=ahead.name),
    }


def _next(state: State) -> str:
    """What the next step does; of a pass that nobody has begun, how to begin it."""
    if state.following is not None:
        return step_in_words(state.graph, state.following, state.notation)
    if state.blocked:
        return tr("nothing; the run stops here")
    if not state.forward_done:
        return tr("forward (F5, or step by step F6)")
    if state.graph.target is None:
        return tr("nothing; no node is the target")
    return tr("backward (B)")
