"""Events: Qt's calls on a canvas, each handed to the one who knows what it means."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)

from micrograd_gui.views.canvas.camera import Sheet
from micrograd_gui.views.canvas.keyboard import Keyboard
from micrograd_gui.views.canvas.pointer import Pointer


class EventfulSheet(Sheet):
    """A sheet with a pointer and a keyboard."""

    pointer: Pointer
    keyboard: Keyboard

    def open_menu(self, position: QPointF | None) -> None:
        """The context menu for what is at that pixel, or (None) for what is selected."""
        raise NotImplementedError

    def show_tip(self, position: QPointF, at: QPoint) -> None:
        """The tooltip for what is at that pixel."""
        raise NotImplementedError

    def resized(self) -> None:
        """The viewport has another size."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.pointer.wheel(event)
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.pointer.drag_over(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.pointer.drag_over(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.pointer.drag_away()

    def dropEvent(self, event: QDropEvent) -> None:
        self.pointer.drop(event)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.keyboard.wants(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self.show_tip(QPointF(event.pos()), event.globalPos())
            return True
        if event.type() == QEvent.Type.Leave:
            self.pointer.hover(None)
        elif event.type() == QEvent.Type.NativeGesture and self.pointer.pinch(event):
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.pointer.hold_space(True)
        elif not self.keyboard.press(event):
            event.ignore()  # a key of the window, or of nobody

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.pointer.hold_space(False)
        self.keyboard.release(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        return self.keyboard.tab(forwards) or super().focusNextPrevChild(forwards)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.pointer.hold_space(False)
        self.keyboard.leave()
        super().focusOutEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.open_menu(None if by_key else QPointF(event.pos()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized()
