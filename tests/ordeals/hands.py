"""Hands: what a user may do to a window, at random: actions, keys, mouse, wheel, drops, dialogs, panes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from PySide6.QtCore import QAbstractListModel, QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QTabBar,
    QToolButton,
    QWidget,
)

from micrograd_gui.document.catalogue import MIME, catalogue
from tests.naughty import naughty
from tests.ordeals.originals import CELLS, EXPRESSIONS, TABLES

Buttons, Modifiers = Qt.MouseButton, Qt.KeyboardModifier
PAYLOADS = [offer.payload for group in catalogue() for offer in group.offers]
NUMBERS = ("1", "-2.5", "0", "2/3", "pi", "1e308", "-1e-9", "nan", "1,5", "", "x", "+", "tanh", "700")
TEXTS = (*NUMBERS, *EXPRESSIONS, *CELLS, *(text for text in naughty() if len(text) < 200))
# what ends the walk
LEFT_OUT = ("quit",)
# another document comes, or all panes are made anew: seldom, or none grows old
REPLACING = ("example_", "new", "open", "bug_graph", "language_")
_NAMES = (
    "Left Right Up Down Home End PageUp PageDown Return Escape Tab Backtab Space Delete Backspace Plus Minus "
    "Asterisk Slash Period Comma 0 1 2 3 5 9 A B D F G H J K N O P S T U V X Y Z "
    "F1 F2 F3 F5 F6 F7 F8 F9 F10 F11 F12"
)
_KEYS = tuple(getattr(Qt.Key, f"Key_{name}") for name in _NAMES.split())
_MODIFIERS = (Modifiers.NoModifier,) * 6 + (
    Modifiers.ShiftModifier,
    Modifiers.ControlModifier,
    Modifiers.AltModifier,
)


class Hands:
    """Two of them, at a window. ``do`` makes one move, and gives its name."""

    def __init__(self, draw: Random, window: QMainWindow, folder: Path) -> None:
        self.draw, self.window, self.folder = draw, window, folder
        self.held: QPointF | None = None  # where the left button is down on the canvas
        self.moves: tuple[tuple[float, Callable[[], str]], ...] = (
            (40, self.action), (10, self.key), (16, self.click), (14, self.drag), (5, self.wheel),
            (5, self.drop_op), (0.4, self.drop_file), (12, self.use_widget), (3, self.paste),
            (1, self.context_menu), (0.5, self.resize), (0.5, self.dock), (1, self.hold_button),
            (4, self.type_expression), (1.5, self.verb),
        )  # fmt: skip

    def do(self) -> str:
        """One move: in the dialog that is open, else anywhere."""
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return self.in_popup(popup)
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            return self.in_dialog(dialog)
        weights, moves = zip(*self.moves, strict=True)
        return self.draw.choices(moves, weights)[0]()

    # By name and key -----------------------------------------------------------------------------

    def action(self) -> str:
        actions = [
            each for each in self.window.findChildren(QAction)
            if each.isEnabled() and each.objectName() and each.objectName() not in LEFT_OUT
        ]  # fmt: skip
        if not actions:
            return "no action"
        action = self.draw.choice(actions)
        if action.objectName().startswith(REPLACING) and self.draw.random() < 0.9:
            action = self.draw.choice(actions)
        name = f"action {action.objectName()}"
        action.trigger()
        return name

    def key(self) -> str:
        target = self.window.focusWidget() if self.draw.random() < 0.5 else self.window.canvas
        key, modifiers = self.draw.choice(_KEYS), self.draw.choice(_MODIFIERS)
        if modifiers & Modifiers.AltModifier and key == Qt.Key.Key_F:
            return "no key"  # else a menu has the keyboard
        target = target or self.window.canvas
        text = chr(key).lower() if 32 <= key < 127 and modifiers == Modifiers.NoModifier else ""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, key, modifiers, text))
        return f"key {key.name} on {target.objectName() or type(target).__name__}"

    def type_expression(self) -> str:
        line = self.window.findChild(QLineEdit, "expression")
        if line is None or not line.isVisible():
            return "no line"
        line.setText(self.draw.choice(TEXTS if self.draw.random() < 0.3 else EXPRESSIONS).replace("\n", "; "))
        line.returnPressed.emit()
        return "expression"

    def verb(self) -> str:
        """Verbs said while anything is held: what a notebook or a timer may do."""
        session = self.window.session
        state = session.state
        nodes = sorted(state.graph.nodes)
        some = self.draw.sample(nodes, min(len(nodes), self.draw.randrange(1, 4))) if nodes else []
        leaves = [node.id for node in state.graph if node.is_leaf]
        attempt = self.window.bridge.attempt
        choices: list[tuple[str, Callable[[], object]]] = [
            ("select", lambda: attempt(session.select, some)),
            ("seek", lambda: attempt(session.seek, self.draw.randrange(0, 40))),
            ("train_tick", lambda: attempt(session.train_tick, 3)),
            ("set_h", lambda: attempt(session.set_h, self.draw.choice((1e-3, 1e-9, 1.0)))),
        ]
        if leaves:
            leaf, number = self.draw.choice(leaves), self.draw.choice((0.0, 1.0, -2.5, 1e308, 1e-300))
            choices.append(("set_value", lambda: attempt(session.set_value, leaf, number)))
        if nodes:
            choices.append(("rename", lambda: attempt(session.rename, some[0], self.draw.choice(TEXTS))))
        name, say = self.draw.choice(choices)
        say()
        return f"verb {name}"

    def paste(self) -> str:
        text = self.draw.choice((*TEXTS, *TABLES))
        QApplication.clipboard().setText(text)
        action = self.window.findChild(QAction, "paste")
        if action is not None and action.isEnabled():
            action.trigger()
        return "paste"

    # On the canvas -------------------------------------------------------------------------------

    def somewhere(self) -> QPointF:
        """A pixel of the canvas, mostly on or at the edge of a node."""
        canvas = self.window.canvas
        room = canvas.viewport().rect()
        nodes = list(self.window.session.state.graph.nodes)
        if nodes and self.draw.random() < 0.8:
            box = canvas.node_rect(self.draw.choice(nodes))
            if box.isValid() and room.intersects(box):
                across = self.draw.choice((0.0, 0.05, 0.5, 0.5, 0.95, 1.0, self.draw.random()))
                return QPointF(box.x() + across * box.width(), box.y() + self.draw.random() * box.height())
        return QPointF(self.draw.uniform(0, room.width()), self.draw.uniform(0, room.height()))

    def _mouse(
        self, kind: QEvent.Type, at: QPointF, button: Buttons, buttons: Buttons, modifiers: Modifiers
    ) -> None:
        port = self.window.canvas.viewport()
        event = QMouseEvent(kind, at, QPointF(port.mapToGlobal(at.toPoint())), button, buttons, modifiers)
        QApplication.sendEvent(port, event)

    def click(self) -> str:
        at, modifiers = self.somewhere(), self.draw.choice(_MODIFIERS[:-1])
        twice = self.draw.random() < 0.25
        self._mouse(QEvent.Type.MouseMove, at, Buttons.NoButton, Buttons.NoButton, modifiers)
        self._mouse(QEvent.Type.MouseButtonPress, at, Buttons.LeftButton, Buttons.LeftButton, modifiers)
        self._mouse(QEvent.Type.MouseButtonRelease, at, Buttons.LeftButton, Buttons.NoButton, modifiers)
        if twice:
            self._mouse(
                QEvent.Type.MouseButtonDblClick, at, Buttons.LeftButton, Buttons.LeftButton, modifiers
            )
            self._mouse(QEvent.Type.MouseButtonRelease, at, Buttons.LeftButton, Buttons.NoButton, modifiers)
        return "double click" if twice else "click"

    def drag(self) -> str:
        button = self.draw.choice((Buttons.LeftButton,) * 5 + (Buttons.MiddleButton,))
        modifiers = self.draw.choice(_MODIFIERS)
        start, end = self.somewhere(), self.somewhere()
        self._mouse(QEvent.Type.MouseButtonPress, start, button, button, modifiers)
        for part in range(1, self.draw.randrange(2, 7)):
            at = start + (end - start) * (part / 6)
            self._mouse(QEvent.Type.MouseMove, at, Buttons.NoButton, button, modifiers)
            if self.draw.random() < 0.05:  # something happens under a held button
                self.draw.choice((self.verb, self.action, self.key, self.wheel))()
        self._mouse(QEvent.Type.MouseMove, end, Buttons.NoButton, button, modifiers)
        self._mouse(QEvent.Type.MouseButtonRelease, end, button, Buttons.NoButton, modifiers)
        return "drag"

    def hold_button(self) -> str:
        """The left button goes down and stays so for the next moves; or it is let go."""
        if self.held is None:
            self.held = self.somewhere()
            self._mouse(
                QEvent.Type.MouseButtonPress,
                self.held,
                Buttons.LeftButton,
                Buttons.LeftButton,
                Modifiers.NoModifier,
            )
            self._mouse(
                QEvent.Type.MouseMove,
                self.held + QPointF(30, 9),
                Buttons.NoButton,
                Buttons.LeftButton,
                Modifiers.NoModifier,
            )
            return "press"
        self.let_go()
        return "release"

    def let_go(self) -> None:
        """No button is down."""
        if self.held is not None:
            at, self.held = self.somewhere(), None
            self._mouse(QEvent.Type.MouseMove, at, Buttons.NoButton, Buttons.LeftButton, Modifiers.NoModifier)
            self._mouse(
                QEvent.Type.MouseButtonRelease, at, Buttons.LeftButton, Buttons.NoButton, Modifiers.NoModifier
            )

    def wheel(self) -> str:
        port, at = self.window.canvas.viewport(), self.somewhere()
        turn = QPoint(self.draw.choice((0, 0, 0, 120, -120)), self.draw.choice((120, -120, 240, -15, 15, 0)))
        pixels = self.draw.choice((QPoint(), turn))
        event = QWheelEvent(
            at, QPointF(port.mapToGlobal(at.toPoint())), pixels, turn, Buttons.NoButton,
            self.draw.choice(_MODIFIERS), Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(port, event)
        return "wheel"

    def context_menu(self) -> str:
        port, at = self.window.canvas.viewport(), self.somewhere().toPoint()
        QApplication.sendEvent(
            port, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
        )
        return "context menu"

    # Dropping ------------------------------------------------------------------------------------

    def _drop(self, target: QWidget, data: QMimeData, at: QPointF) -> None:
        given = (Qt.DropAction.CopyAction, data, Buttons.LeftButton, Modifiers.NoModifier)
        QApplication.sendEvent(target, QDragEnterEvent(at.toPoint(), *given))
        QApplication.sendEvent(target, QDragMoveEvent(at.toPoint(), *given))
        QApplication.sendEvent(target, QDropEvent(at, *given))

    def drop_op(self) -> str:
        data = QMimeData()
        payload = self.draw.choice(PAYLOADS) if self.draw.random() < 0.97 else self.draw.choice(TEXTS)
        data.setData(MIME, QByteArray(payload.encode("utf-8", "replace")))
        self._drop(self.window.canvas.viewport(), data, self.somewhere())
        return "drop of an op"

    def drop_file(self) -> str:
        data = QMimeData()
        files = sorted(self.folder.iterdir())
        data.setUrls(
            [QUrl.fromLocalFile(str(self.draw.choice(files))) for _ in range(self.draw.choice((1, 1, 2)))]
        )
        self._drop(self.window, data, QPointF(300, 20))
        return "drop of a file"

    # Panes, docks, widgets -----------------------------------------------------------------------

    def resize(self) -> str:
        self.window.resize(*self.draw.choice(((1024, 700), (1600, 900), (640, 480), (1366, 768), (300, 200))))
        return "resize"

    def dock(self) -> str:
        docks = self.window.findChildren(QDockWidget)
        dock = self.draw.choice(docks)
        how = self.draw.choice(("float", "hide", "show", "area", "tab"))
        if how == "float":
            dock.setFloating(not dock.isFloating())
        elif how == "area":
            self.window.addDockWidget(self.draw.choice(tuple(Qt.DockWidgetArea)[:4]), dock)
        elif how == "tab":
            self.window.tabifyDockWidget(dock, self.draw.choice(docks))
        else:
            dock.setVisible(how == "show")
        return f"dock {how}"

    def use_widget(self) -> str:
        """Any button, field, list, table, slider or tab of any pane."""
        known = (
            QAbstractButton,
            QComboBox,
            QLineEdit,
            QAbstractSpinBox,
            QAbstractSlider,
            QAbstractItemView,
            QTabBar,
            QToolButton,
        )
        there = [
            each for each in self.window.findChildren(QWidget)
            if isinstance(each, known) and each.isVisible() and each.isEnabled()
        ]  # fmt: skip
        if not there:
            return "no widget"
        return self.use(self.draw.choice(there))

    def use(self, widget: QWidget) -> str:
        """Do what one does with a widget of that kind."""
        name = f"use {widget.objectName() or type(widget).__name__}"
        draw = self.draw
        if isinstance(widget, QToolButton) and widget.menu() is not None:
            self.choose(widget.menu())  # a click would wait for an answer
        elif isinstance(widget, QAbstractButton):
            widget.click()
        elif isinstance(widget, QComboBox) and widget.count():
            widget.setCurrentIndex(draw.randrange(widget.count()))
            widget.activated.emit(widget.currentIndex())
        elif isinstance(widget, QLineEdit):
            widget.setText(draw.choice(NUMBERS if draw.random() < 0.8 else TEXTS).replace("\n", " "))
            widget.textEdited.emit(widget.text())
            draw.choice((widget.returnPressed, widget.editingFinished)).emit()
        elif isinstance(widget, QAbstractSpinBox):
            widget.stepBy(draw.choice((1, -1, 10, -10)))
        elif isinstance(widget, QAbstractSlider):
            widget.setValue(draw.randint(widget.minimum(), widget.maximum()))
        elif isinstance(widget, QTabBar) and widget.count():
            widget.setCurrentIndex(draw.randrange(widget.count()))
        elif isinstance(widget, QAbstractItemView):
            self._use_cells(widget)
        return name

    def _use_cells(self, view: QAbstractItemView) -> None:
        model = view.model()
        if model is None or not model.rowCount():
            return
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
        index = model.index(self.draw.randrange(model.rowCount()), self.draw.randrange(max(1, columns)))
        view.setCurrentIndex(index)
        if self.draw.random() < 0.5 and index.flags() & Qt.ItemFlag.ItemIsEditable:
            model.setData(index, self.draw.choice(NUMBERS), Qt.ItemDataRole.EditRole)
        else:
            self.draw.choice((view.clicked, view.activated, view.doubleClicked)).emit(index)

    # In dialogs ----------------------------------------------------------------------------------

    def choose(self, menu: QMenu) -> None:
        """Something of that menu."""
        there = [each for each in menu.actions() if each.isEnabled() and each.objectName() not in LEFT_OUT]
        if there:
            self.draw.choice(there).trigger()

    def in_popup(self, popup: QWidget) -> str:
        """Something of the menu that is open, or nothing."""
        name = f"menu {popup.objectName()}"
        if isinstance(popup, QMenu):
            popup.close()
            if self.draw.random() < 0.8:
                self.choose(popup)
        else:
            popup.close()
        return name

    def in_dialog(self, dialog: QWidget) -> str:
        """An answer to what is asked, now and then after changes in the fields."""
        name = f"dialog {dialog.objectName() or type(dialog).__name__}"
        draw = self.draw
        if isinstance(dialog, QFileDialog):
            path = self._path(dialog)
            dialog.done(QDialog.DialogCode.Rejected)
            if path is not None:
                dialog.fileSelected.emit(str(path))
        elif isinstance(dialog, QMessageBox):
            draw.choice(dialog.buttons()).click()
        elif isinstance(dialog, QInputDialog):
            dialog.setTextValue(draw.choice(TEXTS).replace("\n", " "))
            draw.choice((dialog.accept, dialog.reject))()
        else:
            known = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QPlainTextEdit)
            there = [
                w
                for w in dialog.findChildren(QWidget)
                if isinstance(w, known) and w.isVisible() and w.isEnabled()
            ]
            if there and draw.random() < 0.7:
                return f"{name}: {self.use(draw.choice(there))}"
            draw.choice((dialog.close, getattr(dialog, "accept", dialog.close), dialog.close))()
        return name

    def _path(self, dialog: QFileDialog) -> Path | None:
        """A file that is there for what reads; a new, an old or an impossible one for what writes."""
        if self.draw.random() < 0.2:
            return None
        there = sorted(path for path in self.folder.iterdir() if path.is_file())
        if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptOpen:
            return self.draw.choice([*there, self.folder / "gone.micrograd"])
        suffix = (
            f".{dialog.defaultSuffix()}"
            if dialog.defaultSuffix()
            else self.draw.choice((".svg", ".csv", ".py"))
        )
        number = self.draw.randrange(6)
        return self.draw.choice(
            (self.folder / f"w{number}{suffix}",) * 5 + (self.folder / "none" / f"a{suffix}", self.folder)
        )
