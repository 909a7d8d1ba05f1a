"""The expression line and the field for h: text that is read when Return is pressed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget

from micrograd.language import N_, tr
from micrograd_gui.document.errors import ExpressionRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.document.text import LONGEST_EXPRESSION, as_tip, as_typed, in_order
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import NEVER, Bridge, Paced
from micrograd_gui.views.hands import claims_escape, from_left

_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Backspace: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Delete: 1,
}  # which way a key goes


class ReadLine(QLineEdit):
    """A field whose text is tried at Return; what is refused stays, is marked, and says why.

    ``left()``: what stood there was taken over, or dropped with Esc. ``mended(sentence)``: what was refused
    for that reason stands there no more.
    """

    left = Signal()
    mended = Signal(str)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self._tip = ""
        self._wrong = ""  # why the text that stands there was refused
        self._entered = False  # it was clicked into, and the button is not up again
        self._changing = False  # what stands there changes, but by nobody's typing
        from_left(self)
        self.returnPressed.connect(self._on_return)
        self.textEdited.connect(self._keep_order)
        self.textEdited.connect(lambda: self._mark(""))
        Paced(bridge, NEVER, self).changed.connect(self._on_changed)

    @abstractmethod
    def read(self, text: str) -> None:
        """Take the text over; raises Refusal."""

    @abstractmethod
    def text_for(self, state: State) -> str:
        """What the field says while nobody types in it."""

    def set_tip(self, tip: str) -> None:
        """What the field says of itself under the pointer, unless it says why its text was refused."""
        self._tip = tip
        self._mark("")

    def event(self, event: QEvent) -> bool:
        """Esc is this field's while one types in it, and not the window's."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc drops what was typed and leaves."""
        if step := _STEPS.get(Qt.Key(event.key()), 0):
            self._pass_marks(step, selecting=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        if event.key() == Qt.Key.Key_Escape:
            self._show(self.bridge.state)
            self.left.emit()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._entered = event.reason() == Qt.FocusReason.MouseFocusReason and not self.isModified()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A first click selects all: what is typed then takes its place. A second one places the cursor."""
        super().mouseReleaseEvent(event)
        if self._entered and not self.hasSelectedText() and event.button() == Qt.MouseButton.LeftButton:
            self.selectAll()
        self._entered = False

    def _keep_order(self, text: str) -> None:
        """Two names from right to left with a sign between them would change places while one types."""
        typed = as_typed(text)
        if (marked := in_order(typed)) != text and not self._changing:
            at = len(as_typed(text[: self.cursorPosition()]))
            differ = (n for n, (was, now) in enumerate(zip(text, marked, strict=False)) if was != now)
            same = next(differ, 0)
            self._changing = True
            self.setSelection(same, len(text) - same)
            self.insert(marked[same:])  # setText would forget what can be undone
            self._changing = False
            self._go_to(at)

    def _go_back(self, move: Callable[[], None], more: Callable[[], bool]) -> None:
        """Undo or redo, on to where names stand in their order: their marks are moves of their own."""
        self._changing = True
        move()
        while more() and in_order(as_typed(self.text())) != self.text():
            move()
        self._changing = False

    def undo(self) -> None:
        """What was typed last is not there."""
        self._go_back(super().undo, self.isUndoAvailable)

    def redo(self) -> None:
        """What was undone last is there again."""
        self._go_back(super().redo, self.isRedoAvailable)

    def _go_to(self, at: int) -> None:
        """The cursor stands behind so many characters that were typed; within a name, not beside it."""
        marks = [place for place, sign in enumerate(self.text()) if not as_typed(sign)]
        for number, mark in enumerate(marks):  # one before each name, one after it
            at += mark < at or (mark == at and number % 2 == 0)
        self.setCursorPosition(at)

    def _pass_marks(self, step: int, *, selecting: bool) -> None:
        """What is not seen takes no press of a key."""
        while selecting or not self.hasSelectedText():
            at = self.cursorPosition() - (step < 0)
            if at < 0 or as_typed(beside := self.text()[at : at + 1]) or not beside:
                break
            self.cursorForward(selecting, step)

    def _on_return(self) -> None:
        self._read()
        if not self._wrong:
            self.left.emit()

    def _read(self) -> None:
        try:
            self.read(as_typed(self.text()))
        except Refusal as refusal:
            self.refuse(refusal)
            return
        self._show(self.bridge.state)

    def refuse(self, refusal: Refusal) -> None:
        """Say why the text is not taken, and where in it."""
        self._mark(str(refusal))
        if isinstance(refusal, ExpressionRefusal):
            above = as_typed(self.text()).split("\n")[: refusal.line - 1]  # a cell may have kept its lines
            self._go_to(sum(len(line) + 1 for line in above) + refusal.column - 1)
        self.bridge.refused.emit(str(refusal), refusal.node)

    def _mark(self, sentence: str) -> None:
        """Refused for that reason; an empty sentence takes the mark away."""
        was, self._wrong = self._wrong, sentence
        if was and not sentence:
            self.mended.emit(was)
        self.setToolTip(as_tip(sentence or self._tip))
        if bool(self.property("refused")) != bool(sentence):  # at first there is none
            self.setProperty("refused", bool(sentence))
            self.style().unpolish(self)
            self.style().polish(self)

    def _show(self, state: State) -> None:
        self._mark("")
        text = in_order(self.text_for(state))
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)

    def _on_changed(self, old: State, new: State) -> None:
        if not (self.hasFocus() and self.isModified()) and self._differs(old, new):
            self._show(new)

    def _differs(self, old: State, new: State) -> bool:
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.isModified():
            self._show(self.bridge.state)


_ON_ONE_LINE = 20_000  # letters
_EXAMPLE = "L = (a*b + c) * f"
_WAITS = N_("It trains: the statements come when the run rests.")


class ExpressionLine(ReadLine):
    """The graph as statements; Return builds the graph that is written there."""

    def __init__(self, bridge: Bridge, build: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._build = build
        self._written: tuple[Graph | None, str] = None, ""  # the graph that was written last, and how
        self.setObjectName("expression")
        self.setAccessibleName(tr("Expression"))
        self.setPlaceholderText(_EXAMPLE)
        clear = self._clear = QToolButton(self)  # Qt's own is as small in large text
        clear.setAccessibleName(tr("Clear"))
        clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        clear.setCursor(Qt.CursorShape.ArrowCursor)
        clear.clicked.connect(self.clear)
        clear.clicked.connect(lambda: self.textEdited.emit(""))
        self.textChanged.connect(lambda text: clear.setVisible(bool(text)))
        self.setMaxLength(LONGEST_EXPRESSION)
        self.set_tip(
            tr(
                "Type statements such as e = a*b; L = e + c, then Return. A cell of the lecture can "
                "be pasted."
            )
        )
        self._show(bridge.state)
        bridge.changed.connect(self._on_run)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self.fontMetrics().height()
        air = (self.height() - side) // 2
        self._clear.setGeometry(self.width() - side - air, air, side, side)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.setTextMargins(0, 0, self.fontMetrics().height(), 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._take_in()
        elif event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            QApplication.clipboard().setText(as_typed(self.selectedText()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's own menu, what is chosen there does what its key does."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, do in (("undo", self.undo), ("redo", self.redo), ("paste", self._take_in)):
            action = menu.findChild(QAction, f"edit-{name}")
            assert action is not None
            action.triggered.disconnect()
            action.triggered.connect(lambda _=False, do=do: do())
        menu.popup(event.globalPos())

    def _take_in(self) -> None:
        """What was copied comes in, on one line where that is soon done; Qt takes seconds to cut a text."""
        text = QApplication.clipboard().text()
        if len(text) <= _ON_ONE_LINE:
            from micrograd_gui.document.notation.source import on_one_line

            text = on_one_line(text)
        if len(text) > self.maxLength() - len(self.text()) + len(self.selectedText()):
            said = tr("The expression is longer than {most} characters.", most=LONGEST_EXPRESSION)
            self.refuse(Refusal(said))
            return
        self.insert(text)
        self._keep_order(self.text())
        self.setModified(True)

    def read(self, text: str) -> None:
        """The graph that is written there, unless it is the one there is; raises ExpressionRefusal."""
        if text.strip() != self.text_for(self.bridge.state):
            self._build(text)

    def text_for(self, state: State) -> str:
        """The graph as statements; nothing of a large one, nor while it trains: numbers of another moment."""
        if state.is_training or len(state.graph) > LARGE:
            return ""
        graph, text = self._written
        if state.graph is not graph:
            text = expression_of(state.graph)
            self._written = state.graph, text
        return text

    def _on_run(self, old: State, new: State) -> None:
        """A run begins or is over."""
        if old.is_training != new.is_training:
            self.setPlaceholderText(tr(_WAITS) if new.is_training else _EXAMPLE)
            if not self.isModified():
                self._show(new)

    def _differs(self, old: State, new: State) -> bool:
        return old.graph.nodes is not new.graph.nodes or old.graph.target != new.graph.target


class HLine(ReadLine):
    """The h of the nudge and of the check."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self.setObjectName("h")
        self.setAccessibleName(tr("h, the size of the nudge"))
        self.set_tip(tr("By how much the selected node is nudged. Return takes it over."))
        self.editingFinished.connect(self._read_if_modified)
        self._show(bridge.state)

    def read(self, text: str) -> None:
        """Take h over, “h = 0.001” too; raises Refusal."""
        self.bridge.session.set_h(text.removeprefix("h").strip().removeprefix("="))

    def take_over(self) -> None:
        """What stands there is the h from now on. Raises Refusal, as long as it cannot be one."""
        self.clearFocus()
        self._read_if_modified()
        if self._wrong:
            raise Refusal(self._wrong)

    def text_for(self, state: State) -> str:
        """The number alone."""
        return f"{state.h:g}"

    def _differs(self, old: State, new: State) -> bool:
        return old.h != new.h

    def _read_if_modified(self) -> None:
        if self.isModified():
            self._read()
