"""A real window for each test that asks for one."""

from __future__ import annotations

import gc
import os
import subprocess
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from threading import current_thread, main_thread
from typing import Any

import pytest


@pytest.fixture
def display() -> Iterator[str]:
    """A screen that nobody sees."""
    read, write = os.pipe()
    server = subprocess.Popen(
        # It stays when its last client goes: while it began anew, the next one could not connect.
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x900x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as answer:
        yield f":{answer.readline().strip()}"
    server.terminate()
    server.wait(30)


def close_unasked(windows: Iterable[Any]) -> None:
    """Close them without a question about unsaved work."""
    for window in windows:
        window.session.saved_as_is()
        window.close()
        window.deleteLater()


@pytest.fixture
def opened(qtbot, kept) -> Iterator[Callable]:
    """Open a window on a source; it is closed without a question at the end."""
    from micrograd_gui.app import create_window

    while kept:  # the look is that of all windows: it would follow
        kept.pop().close()
    windows = []

    def open_(source: object = None, size: tuple[int, int] = (1600, 900)):
        window = create_window(source)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        windows.append(window)
        return window

    yield open_
    close_unasked(windows)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In each file those tests first that use one window, which is closed when another is opened."""
    files = {path: at for at, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (files[item.path], "reopened" not in getattr(item, "fixturenames", ())))


@pytest.fixture(scope="module")
def kept() -> Iterator[list]:
    """The window of `reopened`, if there is one now; it is closed when the file of tests is through."""
    windows: list = []
    yield windows
    for window in windows:
        window.close()


@pytest.fixture
def reopened(qtbot, kept) -> Iterator[Callable]:
    """As `opened`, for tests that change nothing of a window but its document: one window for all of them.

    A test gets it only where all is as at first that `KeptWindow.changed` looks at; else another is made.
    """
    from tests.app.kept_window import KeptWindow

    if kept and kept[0].changed():
        kept.pop().close()
    if not kept:
        kept.append(KeptWindow())
    yield kept[0].open
    if not kept[0].put_away():
        kept.pop().close()


@pytest.fixture
def own_thread(monkeypatch) -> tuple[list[str], Callable[[Any, str], None]]:
    """What of the functions watched was called in the window's own thread, and what watches one more."""
    done: list[str] = []

    def watch(where: Any, name: str) -> None:
        plain = getattr(where, name)

        def watched(*args, **keywords):
            if current_thread() is main_thread():
                done.append(name)
            return plain(*args, **keywords)

        monkeypatch.setattr(where, name, watched)

    return done, watch


@pytest.fixture
def act() -> Callable:
    """Trigger an action of a window by its name; it must be enabled."""
    from PySide6.QtGui import QAction

    def trigger(window, *names: str) -> None:
        for name in names:
            action = window.findChild(QAction, name)
            assert action is not None, name
            assert action.isEnabled(), f"{name} is disabled"
            action.trigger()

    return trigger


@pytest.fixture
def enabled() -> Callable:
    """Whether an action of a window can be triggered now."""
    from PySide6.QtGui import QAction

    return lambda window, name: window.findChild(QAction, name).isEnabled()


@pytest.fixture
def shown(qtbot):
    """Show a value as a script does that does not block; the window is closed at the end."""
    windows = []

    def show_(window):
        windows.append(window)
        return window

    yield show_
    close_unasked(windows)


def numbers(window) -> dict[str, tuple[float | None, float | None]]:
    state = window.session.state
    return {n.name: (state.frame.data.get(n.id), state.frame.grad.get(n.id)) for n in state.graph}


def collect(*gone: weakref.ref[Any]) -> list[object]:
    """What is left of these once garbage was looked for: at most 5 s, for what goes on beside may put it off.

    While another thread looks for garbage, as one that loads matplotlib does, `gc.collect` does nothing.
    """
    from PySide6.QtWidgets import QApplication

    until = time.monotonic() + 5
    while True:
        gc.collect()
        left = [each() for each in gone if each() is not None]
        if not left or time.monotonic() > until:
            return left
        del left
        QApplication.processEvents()
        time.sleep(0.01)
