"""A window that one test after the other uses, as long as none changes anything of it but its document."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QToolBar, QWidget

from micrograd.language import tr
from micrograd_gui.app import create_window
from micrograd_gui.files.documents import resolve


class KeptWindow:
    """A window of a first start. What it makes a little later, unseen, no test of those may depend on."""

    def __init__(self) -> None:
        self.window = create_window("square")
        self._first: dict[str, Any] = {}
        self.window.setProperty("kept", True)  # no test has left it behind
        self.window.resize(1600, 900)
        self.window.show()
        QApplication.processEvents()
        self.put_away()
        self._first |= standing(self.window)

    def open(self, source: object = None) -> Any:
        """The window, open on that source."""
        self.window.activateWindow()
        self.window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.window.documents.open_soon(resolve(source))
        return self.window

    def put_away(self) -> bool:
        """No document is open any more, and all is put back; gives whether nothing else goes on in it."""
        window = self.window
        for each in window.findChildren(QWidget):
            if isinstance(each, QDialog | QMenu) and each.isVisible():
                each.close()
        if window.training.running or window.documents.busy or window.projector.on:
            return False
        window.session.new()
        self._arrange()
        window.settings._kept.clear()
        window.menus.show_recent(window.settings.recent)
        window.say("")
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        return True

    def _arrange(self) -> None:
        """Every pane where it was, as a user would have it who wants that."""
        now = standing(self.window)
        places = [name for name in self._first if name.startswith(("pane ", "window"))]
        if any(now[name] != self._first[name] for name in places):
            self.window.panes.arrange_as_at_first()

    def changed(self) -> dict[str, tuple[object, object]]:
        """What is not as it was at first, when it was put away: what it was, and what it is."""
        first, now = self._first, standing(self.window)
        return {
            name: (first.get(name, True), now.get(name))
            for name in now
            if first.get(name, True) != now[name]  # a pane that came later has to be hidden
        }

    def close(self) -> None:
        """It is used no more, and keeps nothing for the next start."""
        self.window.setProperty("kept", False)
        self.window.panes.touched = False
        self.window.session.saved_as_is()
        self.window.close()
        self.window.deleteLater()


def standing(window: Any) -> dict[str, object]:
    """What a test may have changed of a window beside its document, and of what all windows share."""
    app, state = QApplication.instance(), window.session.state
    found: dict[str, object] = {
        "look": (hash(app.styleSheet()), app.font().toString(), window.look, tr("Settings")),
        "settings": tuple(window.settings._kept.allKeys()),
        "size": window.size().toTuple(),
        "window": (window.windowState(), window.panes.touched, window.projector.on, window._classroom),
        "says": window.message.text(),
        "plot": window.plot.kind,
        "recent": len(window.menus.recent.actions()),
        "canvas": (window.canvas.editing.editor, window.canvas.navigation.block),
        "bars": tuple(bar.isHidden() for bar in window.findChildren(QToolBar)),
        "measuring": (state.h, state.sides, state.order_shown, state.quiz, state.lesson),
        "written": (state.wires, state.notation),
    }
    for name, dock in window.docks.items():
        area = window.dockWidgetArea(dock)
        found[f"pane {name}"] = dock.isHidden() or (dock.isFloating(), area)
    for name, action in window.menus.actions.items():
        found[f"action {name}"] = (
            action.isEnabled(), action.isVisible(), action.isChecked(), action.text(),
        )  # fmt: skip
    return found
