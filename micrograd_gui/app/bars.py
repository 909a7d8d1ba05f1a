"""The toolbars: the passes, and what is measured and typed; in one row or, in a narrow window, two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QToolBar

from micrograd_gui.app.menus import tool_button
from micrograd_gui.views.expression_line import ExpressionLine, HLine
from micrograd_gui.views.theme import Mood

if TYPE_CHECKING:
    from micrograd_gui.app.main_window import MainWindow

RUN = ("forward", "backward_step", "backward", "zero_grad", "previous", "next")
NARROW = 1340  # pixels at text scale 1: below this the tools stand in two rows


class Bars:
    """Makes the toolbars of a window from its actions."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        actions = window.menus.actions
        self.run, self.measure = self._bar("run", "Run"), self._bar("measure", "Measure and build")
        for name in RUN:
            tool_button(self.run, actions[name])
        tool_button(self.measure, actions["nudge"])
        self.h_line = HLine(window.bridge)
        self.measure.addWidget(QLabel("h ="))
        self.measure.addWidget(self.h_line)
        tool_button(self.measure, actions["sides"])
        tool_button(self.measure, actions["check_all"])
        self.expression_line = ExpressionLine(window.bridge, window.build)
        self.measure.addSeparator()
        self.measure.addWidget(self.expression_line)
        tool_button(self.measure, actions["tidy"])
        self.set_mood(window.mood)

    def _bar(self, name: str, title: str) -> QToolBar:
        bar = QToolBar(title, self.window)
        bar.setObjectName(f"toolbar_{name}")
        bar.setMovable(False)
        self.window.addToolBar(bar)
        return bar

    def set_mood(self, mood: Mood) -> None:
        """Give the fields the room that the size of the text needs."""
        self.h_line.setFixedWidth(mood.px(84))
        self.expression_line.setMinimumWidth(mood.px(220))

    def follow_width(self) -> None:
        """The window has another width, or the text another size."""
        window = self.window
        narrow = window.width() < NARROW * window.mood.scale
        if narrow and not window.toolBarBreak(self.measure):
            window.insertToolBarBreak(self.measure)
        elif not narrow and window.toolBarBreak(self.measure):
            window.removeToolBarBreak(self.measure)
