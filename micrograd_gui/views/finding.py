"""Finding: a line over the canvas in which a node is looked for by its name, its op or its number."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from micrograd.language import tr
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import MINUS, as_tip, runs, written
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.host import WidgetHost

_MARGIN = 12  # pixels to the upper right corner


def matches(state: State, text: str) -> list[NodeId]:
    """The nodes that the text may mean: those of that name, whose name or op has it, of that number."""
    wanted = text.strip().casefold().replace("-", MINUS)
    if not wanted:
        return []
    ranks: list[tuple[int, NodeId]] = []
    for number in state.graph.order:
        node = state.graph.nodes[number]
        name, op = node.name.casefold().replace("-", MINUS), (node.op or "").casefold().replace("-", MINUS)
        data = written(state.frame.data.get(number)).casefold()
        alike = "_" in wanted and runs(name) == runs(wanted)  # x_{12} for x_12
        ways = (name == wanted or alike, op == wanted, wanted in name, wanted in op, data.startswith(wanted))
        if any(ways):
            ranks.append((ways.index(True), number))
    return [number for _, number in sorted(ranks, key=lambda each: each[0])]


class FindLine(QLineEdit):
    """While one types, the first node that is meant is selected and in view; Return goes to the next."""

    def __init__(self, host: WidgetHost) -> None:
        super().__init__(host.viewport())
        self.host = host
        self._at = 0
        self.setObjectName("find_line")
        self.setAccessibleName(tr("Find a node"))
        self.setPlaceholderText(tr("Name, op or value"))
        self.textEdited.connect(lambda: self._go(0))

    def open(self) -> None:
        """Come up, with what was looked for last chosen to be typed over."""
        look, room = self.host.look, self.host.viewport().width()
        self.setFont(look.font(16))
        width = min(look.px(260), room - 2 * _MARGIN)
        self.setGeometry(room - width - _MARGIN, _MARGIN, width, look.px(34))
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go(self, by: int) -> None:
        """To the next match, or (0) to the first."""
        found = matches(self.host.session.state, self.text())
        lost = bool(self.text().strip()) and not found
        words = (
            tr("No node is called so, does so or has that number: {text}", text=self.text()) if lost else ""
        )
        self.setToolTip(as_tip(words))
        self.host.say(words)
        if found:
            self._at = (self._at + by) % len(found) if by else 0
            self.host.session.select((found[self._at],))
            self.host.show_node(found[self._at])

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while one types, no key is a command of the window
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.host.viewport().setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hide()
