"""The greeting: once, to a new user, the offer of the lessons, over the timeline while that is empty."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from micrograd.language import tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.screen import UNSEEN
from micrograd_gui.session.state import State
from micrograd_gui.views.lab.buttons import push_button


class Greeting(QFrame):
    """A line that covers nothing and waits for nobody: it goes when it is answered, or something is done."""

    def __init__(self, context: Context, strip: QWidget, start: Callable[[], object]) -> None:
        super().__init__(strip.parentWidget())
        self.setObjectName("greeting")
        self._strip = strip
        self._start = start
        look = context.look
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(12), 0, look.px(6), 0)
        row.setSpacing(look.px(8))
        words = QLabel(
            tr("<b>New here?</b> Ten short lessons, on the live graph, from one slope to a network.")
        )
        words.setWordWrap(True)
        words.setMinimumWidth(1)  # it is cut off before the buttons are
        row.addWidget(words, 1)
        row.addWidget(
            push_button(
                "greeting_start",
                tr("Start here"),
                tr("Open the list of lessons."),
                self._take,
                by_tab=True,
            )
        )
        row.addWidget(
            push_button(
                "greeting_dismiss",
                tr("Not now"),
                tr("Later they are in the menu Help."),
                self._dismiss,
                by_tab=True,
            )
        )
        theme, px = look.theme, look.px
        self.setStyleSheet(
            f"QFrame#greeting {{ background: {theme.accent_fill}; border-top: 1px solid {theme.line}; }}"
            f"QFrame#greeting QPushButton {{ padding: {px(2)}px {px(10)}px; }}"
            f"QPushButton#greeting_start {{ background: {theme.data}; color: {theme.on_data};"
            " font-weight: bold; }"
        )
        strip.installEventFilter(self)
        context.bridge.changed.connect(self._on_changed)
        self._cover()
        self.show()
        self.raise_()

    def _cover(self) -> None:
        place, row = self._strip.geometry(), self.layout()
        high = 0 if row is None else row.heightForWidth(place.width())
        place.setTop(min(place.top(), place.bottom() + 1 - high))  # many words need a line more
        self.setGeometry(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It stays over the strip."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._cover()
        return False

    def _take(self) -> None:
        self._dismiss()
        self._start()

    def _dismiss(self) -> None:
        self.hide()
        self.deleteLater()

    def _on_changed(self, old: State, new: State) -> None:
        """Who has run something is under way, and needs the strip."""
        if new.trace is not None or new.graph is not old.graph:
            self._dismiss()


def greet(
    context: Context, strip: QWidget, start: Callable[[], object], *, asked: bool = False
) -> Greeting | None:
    """The offer, where nothing has been kept yet, so that this is a first start; never a second time.

    Where nobody looks there is none, unless it is ``asked`` for.
    """
    unseen = QGuiApplication.platformName() in UNSEEN and not asked
    if unseen or not context.settings.first_start or context.session.state.trace is not None:
        return None
    context.settings.keep_greeted()
    return Greeting(context, strip, start)
