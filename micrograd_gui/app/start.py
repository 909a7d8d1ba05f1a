"""Starting the program: what is imported when, so that the first paint comes soon."""

from __future__ import annotations

import gc
from importlib import import_module

_FIRST = (
    "session.session", "session.wording", "session.wholeness", "session.judging", "session.optimisers",
    "services.examples", "services.incoming", "services.slopes",
    "document.capture", "document.catalogue", "document.expression_text",
)  # fmt: skip


def hurry() -> None:
    """Import what knows nothing of Qt, and let the garbage collector rest until the first paint.

    What is imported is kept, so there is nothing to collect. PySide6 reads the source of every module that
    is imported after it, to see whether it uses PySide6; what is imported before is spared that.
    """
    gc.disable()
    for name in _FIRST:
        import_module(f"micrograd_gui.{name}")


def run_window(source: object = None) -> int:
    """The program: the window, until it is closed. Gives the exit status; raises Refusal for a bad source."""
    hurry()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from micrograd_gui.app import mishaps
    from micrograd_gui.app.main_window import create_window

    app = QApplication.instance() or QApplication(["micrograd-gui"])
    app.setApplicationName("micrograd-gui")
    window = create_window(source)
    with mishaps.caught(window.say):
        window.show()
        QTimer.singleShot(0, gc.enable)
        return app.exec()
