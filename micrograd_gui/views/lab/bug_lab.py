"""BugLab: switches for the classic mistakes, why the wrong run differs, and the lines of code."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr
from micrograd_gui.document.text import in_html
from micrograd_gui.session.bugs.room import BugLab
from micrograd_gui.session.bugs.table import BUGS, lines_of_code, why_not
from micrograd_gui.session.bugs.words import BothDid, checked, moves, why
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.lab.flow import Flow
from micrograd_gui.views.theme import MONO, Look

_WIDE = 620  # pixels at text scale 1 from which the switches stand beside what they do
_MOST_MOVES = 4  # operands of a step
_NOTHING = N_("nothing comes here")
_LOW = 360  # and below which the other switches make room for what one does


class BugLabPane(QScrollArea):
    """The pane: a switch for each bug, one on at a time; below or beside it what comes of it."""

    SHARE = 0.47  # of the height of the window, where it stands below the plot

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bug_lab")
        self.setAccessibleName(tr("Bug lab"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the keys
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bridge = bridge
        self._look = look
        page = QWidget(self)
        self._outer = QBoxLayout(QBoxLayout.Direction.TopToBottom, page)
        self._grid = QGridLayout()
        self.switches: dict[str, QPushButton] = {}
        for bug in BUGS:
            switch = self.switches[bug.name] = QPushButton(tr(bug.title), page)
            switch.setObjectName(f"bug_{bug.name}")
            switch.setCheckable(True)
            switch.clicked.connect(lambda on, name=bug.name: self._switch(name, on))
        self.why, self.both = QLabel(page), QLabel(page)
        for label, name in ((self.why, "bug_why"), (self.both, "bug_both")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setMinimumWidth(1)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.go = QPushButton(tr("Where it shows"), page)
        self.go.setObjectName("bug_go")
        self.go.setToolTip(tr("To the first moment at which a number differs; runs what it takes"))
        self.go.clicked.connect(lambda: bridge.attempt(bridge.session.room(BugLab).show_difference))
        self.made = QPushButton(tr("Open the graph made for it"), page)
        self.made.setObjectName("bug_open")
        self.made.setToolTip(tr("A small graph in which this bug shows; the bug stays on"))
        self.made.clicked.connect(self._open_made)
        self._right = QVBoxLayout()
        self._outer.addLayout(self._grid)
        self._outer.addLayout(self._right, 1)
        self._right.addWidget(self.why)
        self._right.addWidget(self.both)
        self._buttons = Flow()
        self._right.addLayout(self._buttons)
        self._buttons.addWidget(self.go)
        self._buttons.addWidget(self.made)
        self._right.addStretch()
        self.setWidget(page)
        Together(bridge, self).changed.connect(lambda _old, new: self._follow(new))
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self._look = look
        for switch in self.switches.values():
            switch.setFont(look.font(13))
        for label, size in ((self.why, 14), (self.both, 13)):
            label.setFont(look.font(size))
        for button in (self.go, self.made):
            button.setFont(look.font(13))
        edge = look.px(8)
        self._outer.setContentsMargins(edge, edge, edge, edge)
        self._outer.setSpacing(edge)
        self._grid.setVerticalSpacing(look.px(3))
        self._show(self._bridge.shown)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show(self._bridge.shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self._bridge.shown)

    def _switch(self, name: str, on: bool) -> None:
        room = self._bridge.session.room(BugLab)
        if on:
            self._bridge.attempt(room.plant, name)
        else:
            self._bridge.attempt(room.remove)
        self._show(self._bridge.state)  # the press has switched it, whatever came of that

    def _open_made(self) -> None:
        window: QWidget | None = self
        while window is not None and not isinstance(window, QMainWindow):
            window = window.parentWidget()
        action = None if window is None else window.findChild(QAction, "bug_graph")
        if action is not None:
            action.trigger()

    def _follow(self, state: State) -> None:
        if self.isVisible():
            self._show(state)

    def _show(self, state: State) -> None:
        lab = state.lab
        for bug in BUGS:
            switch = self.switches[bug.name]
            on = lab is not None and lab.name == bug.name
            switch.setChecked(on)
            switch.setText(f"✓ {tr(bug.title)}" if on else tr(bug.title))
            missing = why_not(state.graph, bug)
            switch.setToolTip(missing or tr("It can show in this graph"))
            switch.setProperty("muted", bool(missing))
        said = checked(state)
        self.why.setText("<br>".join(in_html(each) for each in (why(state), said) if each))
        self.why.setVisible(not self._look.projector or state.finding is None)  # else the card says it, large
        table = self._in_colours(state, moves(state))
        self.both.setText(f"<table>{table}</table>")  # as in code
        self.both.setVisible(lab is not None)
        for button in (self.go, self.made):
            button.setVisible(lab is not None)
        self._arrange(state)

    def _arrange(self, state: State) -> None:
        """Switches beside what they do where there is room, else above it; with little room one alone."""
        wide = self.viewport().width() >= self._look.px(_WIDE)
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._outer.setDirection(beside if wide else below)
        low = not wide and self.viewport().height() < self._look.px(_LOW)
        edges = self._outer.contentsMargins().left() + self._outer.contentsMargins().right()
        widest = max(switch.sizeHint().width() for switch in self.switches.values())
        room = self.viewport().width() - edges - self._grid.horizontalSpacing()
        columns = 1 if wide or 2 * widest > room else 2
        shown = [name for name, switch in self.switches.items()
                 if not low or state.lab is None or name == state.lab.name]  # fmt: skip
        for at, name in enumerate(shown):
            self._grid.addWidget(self.switches[name], at // columns, at % columns)
        for name, switch in self.switches.items():
            switch.setVisible(name in shown)

    def _in_colours(self, state: State, made: tuple[BothDid, ...]) -> str:
        """What the step did in each run, then the lines of code: ✗ marks the wrong one, ✓ the right one."""
        rows = []
        for each in made[:_MOST_MOVES]:
            rows += [("✓", each.right or tr(_NOTHING)), ("✗", each.wrong or tr(_NOTHING))]
        if state.lab is not None:
            step = state.step
            acts = None if step is None or step.kind != "backward" else step.node
            right, wrong = lines_of_code(state.lab.bug, None if acts is None else state.graph.nodes[acts].op)
            rows += [(tr("code"), ""), ("✓", right), ("✗", wrong)]
        return "".join(self._row(*row) for row in rows)

    def _row(self, sign: str, text: str) -> str:
        theme = self._look.theme
        if not text:
            return f'<tr><td colspan="2" style="color:{theme.muted}">{sign}</td></tr>'
        wrong = sign == "✗"
        colour, word = (theme.bad, tr("wrong")) if wrong else (theme.good, tr("right"))
        lines = escape(text).replace("  ", "&nbsp;&nbsp;").replace("\n", "<br>")
        return (
            f'<tr><td style="color:{colour}; padding-right:{self._look.px(8)}px">{sign}&nbsp;{word}</td>'
            f'<td style="color:{colour if wrong else theme.text}; font-family:{MONO}">{lines}</td></tr>'
        )
