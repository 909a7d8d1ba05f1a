"""The application: how the desktop knows its windows (icon, id), and what it asks them to open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from micrograd_gui.resource import ICON_SIZES, resource

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

DESKTOP_ID = "micrograd-gui"  # of its .desktop file: Wayland and docks find icon and name by it
IN_FUSION = "in_fusion"  # the property that tells whether it has that style


class Application(QApplication):
    """The application of the program; `opens` is called with each file that the desktop asks it to open.

    macOS tells a program by an event which file was double-clicked, also before there is a window: what came
    too early is opened as soon as somebody can.
    """

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._opens: Callable[[Path], object] | None = None
        self._waiting: list[Path] = []
        self.setApplicationName("micrograd-gui")
        self.setDesktopFileName(DESKTOP_ID)

    def wear_icon(self) -> None:
        """Give all windows the icon, where they have none yet: to load it costs the first paint 5 ms."""
        if self.windowIcon().isNull():
            self.setWindowIcon(icon())

    def open_by(self, opens: Callable[[Path], object]) -> None:
        """Tell it what opens a file; what has come already is opened now."""
        self._opens = opens
        waiting, self._waiting = self._waiting, []
        for path in waiting:
            opens(path)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            path = Path(event.file())
            if self._opens is None:
                self._waiting.append(path)
            else:
                self._opens(path)
            return True
        return super().event(event)


def application() -> QApplication:
    """The application that there is, else one that begins in Fusion."""
    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    made = Application(["micrograd-gui", "-style", "fusion"])  # setStyle makes PySide load all of QStyle
    made.setProperty(IN_FUSION, True)
    return made


def icon() -> QIcon:
    """The program's icon; each size is read when it is drawn."""
    from PySide6.QtGui import QIcon

    found = QIcon()
    for size in ICON_SIZES:
        found.addFile(str(resource("icons", f"micrograd-gui-{size}.png")))
    return found
