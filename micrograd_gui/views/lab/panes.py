"""Late panes: those that are made when they are first asked for, a row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from micrograd.language import N_
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.theme import Look


class LatePane(Protocol):
    """A widget that is drawn in a look."""

    def set_look(self, look: Look) -> None:
        """Draw in that look."""

    def visibleRegion(self) -> QRegion:
        """What of it is seen: nothing behind another tab."""


class Scrolled(QScrollArea):
    """A pane as wide as it needs to be, which scrolls where it has not the height that it needs."""

    _ENOUGH = 120  # pixels of its height

    def __init__(self, pane: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the keys
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusProxy(pane)
        self.setWidget(pane)
        self._pane = pane

    def sizeHint(self) -> QSize:
        return self._pane.sizeHint()

    def minimumSizeHint(self) -> QSize:
        least = self._pane.minimumSizeHint()
        return QSize(least.width(), min(least.height(), self._ENOUGH))


def _moments(bridge: Bridge, look: Look, parent: QWidget) -> LatePane:
    from micrograd_gui.views.moments import Moments

    return Moments(bridge, look, parent)


def _two_runs(bridge: Bridge, look: Look, parent: QWidget) -> LatePane:
    from micrograd_gui.views.lab.two_runs import TwoRunsPane

    return TwoRunsPane(bridge, look, parent)


def _ledger(bridge: Bridge, look: Look, parent: QWidget) -> LatePane:
    from micrograd_gui.views.lab.ledger import Ledger

    return Ledger(bridge, look, parent)


def _lesson(bridge: Bridge, look: Look, parent: QWidget) -> LatePane:
    from micrograd_gui.views.lab.lesson import LessonPane

    return LessonPane(bridge, look, parent)


def _bug_lab(bridge: Bridge, look: Look, parent: QWidget) -> LatePane:
    from micrograd_gui.views.lab.bug_lab import BugLabPane

    return BugLabPane(bridge, look, parent)


def _cells(bridge: Bridge, look: Look, parent: QWidget) -> LatePane:
    from micrograd_gui.views.lab.cells import CellsPane

    return CellsPane(bridge, look, parent)


LATE_PANES: Mapping[str, tuple[str, Callable[[Bridge, Look, QWidget], LatePane]]] = {
    "moments": (N_("Moments"), _moments),
    "two_runs": (N_("Two runs"), _two_runs),
    "ledger": (N_("Why this number?"), _ledger),
    "lesson": (N_("Lesson"), _lesson),
    "bug_lab": (N_("Bug lab"), _bug_lab),
    "cells": (N_("Pasted cells"), _cells),
}  # the title, and what makes the widget
