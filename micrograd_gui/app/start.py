"""Starting the program: what is imported when, so that the first paint comes soon."""

from __future__ import annotations

from importlib import import_module

_FIRST = ("session.session", "services.examples", "session.wording")


def import_floors_without_qt() -> None:
    """Import what knows nothing of Qt.

    PySide6 reads the source of every module that is imported after it, to see whether it uses PySide6;
    what is imported before is spared that.
    """
    for name in _FIRST:
        import_module(f"micrograd_gui.{name}")


def run_window(source: object = None) -> int:
    """The program: the window, until it is closed. Gives the exit status; raises Refusal for a bad source."""
    import_floors_without_qt()
    from PySide6.QtWidgets import QApplication

    from micrograd_gui.app import mishaps
    from micrograd_gui.app.main_window import create_window

    app = QApplication.instance() or QApplication(["micrograd-gui"])
    app.setApplicationName("micrograd-gui")
    window = create_window(source)
    with mishaps.caught(window.say):
        window.show()
        return app.exec()
