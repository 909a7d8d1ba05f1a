"""Starting: the ways in that open a window, and what is imported when, so that the first paint comes soon."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from micrograd.language import tr
from micrograd_gui.app.screen import why_no_screen
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.log import last_lines, logger_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMessageBox

    from micrograd_gui.app.notebooks.in_cell import InCell
    from micrograd_gui.app.notebooks.live import Link
    from micrograd_gui.app.window import MainWindow
    from micrograd_gui.files.documents import OpenedGraph

SETTLED_AFTER = 5000  # milliseconds, when all is loaded that a window needs at first
WORN_AFTER = 300  # milliseconds, when the first paint is over: its icon
GREETED_AFTER = 700  # milliseconds, when the first paint is over
_PATIENCE = 0.3  # seconds that the end waits for what nobody wants any more
_log = logger_of(__name__)

_IGNORED, _PLAIN = -1, 0  # how PySide6 writes down that a module does not use it, or wants no dialect

# What the first paint needs and knows nothing of Qt.
_FIRST = (
    "document.catalogue", "document.data", "document.notation.writer",
    "figures.folding", "figures.geometry", "figures.palette",
    "files.documents", "languages",
    "session.explain.card", "session.explain.moments", "session.explain.slopes", "session.explain.verdicts",
    "session.session",
    "views.plot.kinds.loss", "views.plot.kinds.sweep", "views.plot.kinds.table",
)  # fmt: skip


def hurry() -> None:
    """Import what knows nothing of Qt, and let the garbage collector rest until the first paint.

    What is imported is kept, so there is nothing to collect. PySide6 reads the source of every module that
    an import names after it, to see whether it uses PySide6; what only modules from before it name is spared.
    """
    gc.disable()
    for name in _FIRST:
        import_module(f"micrograd_gui.{name}")


def load_qt() -> None:
    """Import Qt's core, and tell PySide6 which modules do not use it and which want none of its dialects.

    To see whether one wants them (``from __feature__ import …``) it would read the source of each module that
    an import names from now on, 120 files before the first paint.
    """
    before = dict.fromkeys(sys.modules, _IGNORED)
    import_module("PySide6.QtCore")
    known = getattr(sys.modules.get("__feature__"), "pyside_feature_dict", None)
    if known is not None:  # it is PySide6's own, and may go: then it reads
        known.update(before)
        known.update(dict.fromkeys(_modules_of_qt(), _PLAIN))


def _modules_of_qt() -> Iterator[str]:
    """The names of this program's modules that know Qt: those of its two upper floors."""
    top = os.path.dirname(os.path.dirname(__file__))
    for floor in ("views", "app"):
        for folder, _, files in os.walk(os.path.join(top, floor)):
            package = os.path.relpath(folder, os.path.dirname(top)).replace(os.sep, ".")
            yield package
            yield from (f"{package}.{file[:-3]}" for file in files if file.endswith(".py"))


def _let_collect() -> None:
    """Garbage is collected from now on; what is there stays, and is not searched: that took up to 90 ms."""
    gc.freeze()
    gc.enable()


def run_window(source: object = None, lesson: str | None = None) -> int:
    """The program: the window, until it is closed. Gives the exit status; raises Refusal for a bad source.

    ``lesson`` is one to begin with: its name, or a file.
    """
    hurry()
    load_qt()
    from PySide6.QtCore import QTimer

    from micrograd_gui.app.desktop.application import Application, application
    from micrograd_gui.views.background import later

    last_lines()  # from now on they are kept
    app = application()
    window = create_window(source)
    if isinstance(app, Application):
        app.open_by(partial(_open_wanted, window))
    with errors_shown(window.say, partial(_keep_all, window)), signals_heeded(window) as status:
        window.show()
        QTimer.singleShot(0, _let_collect)
        QTimer.singleShot(SETTLED_AFTER, gc.freeze)  # matplotlib is there, too
        if lesson is not None:
            later(window, lambda: window.begin_lesson(lesson))
        elif source is None:
            later(window, window.greet, after=GREETED_AFTER)
        return app.exec() or status()


def leave_what_goes_on(status: int) -> None:
    """End the process now where something goes on in it that nobody wants any more.

    No thread of Python's can be ended from outside, and on a new account matplotlib lists the fonts for many
    seconds. What is being written is waited for. For the program alone: a caller of `run_window` goes on.
    """
    from micrograd_gui.views.background import all_written

    if not all_written(_PATIENCE):
        from micrograd_gui.app.settings import kept_settings
        from micrograd_gui.interrupts import leave

        kept_settings().sync()  # as its end would
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):  # none is there, or nobody reads it any more
                stream.flush()
        leave(status)


@Net("open")
def create_window(source: object = None) -> MainWindow:
    """The window, open on a path, the name of an example, an expression or a live value; None: the neuron.

    Needs a QApplication. Raises Refusal where the source cannot be opened.
    """
    _speak()
    if not isinstance(source, str | Path | None):  # else it is not live
        from micrograd_gui.document.live.capture import is_live

        if is_live(source):
            from micrograd_gui.app.notebooks.live import Link

            return window_on(Link(source, {}, {}))
    from micrograd_gui.files.documents import as_path, resolve, takes_long

    if isinstance(source, str):
        source = as_path(source)
    if isinstance(source, str | Path) and takes_long(source):
        read: Path | OpenedGraph = Path(source)  # the window is there at once, and says what it waits for
    else:
        read = resolve(source)  # before there is a window that a refusal would leave behind
    window = _new_window()
    window.documents.open_soon(read)
    return window


def _speak() -> None:
    """What is read and captured has the words of the window that shows it: the language is that one's."""
    from micrograd_gui.app.actions.language import follow
    from micrograd_gui.app.settings import Settings

    follow(Settings().language)


def window_on(link: Link, follow: bool | None = None) -> MainWindow:
    """The window open on live values, not shown yet. Needs a QApplication."""
    window = _new_window()
    window.live.open(link, follow)
    return window


def _new_window() -> MainWindow:
    from PySide6.QtCore import QCoreApplication

    from micrograd_gui.app.desktop.application import Application
    from micrograd_gui.app.window import MainWindow
    from micrograd_gui.views.background import later

    window = MainWindow()
    if isinstance(app := QCoreApplication.instance(), Application):
        later(window, app.wear_icon, after=WORN_AFTER)
    window.documents.beside_wanted.connect(lambda path: window.bridge.attempt(open_beside, path))
    if fault := window.settings.fault:
        later(window, lambda: window.say(fault, refused=True))
    return window


_open: dict[int, MainWindow] = {}  # what was opened without blocking; Python would drop it otherwise


def show(value: Any, block: bool | None = None, *, inline: bool = False, follow: bool | None = None) -> Any:
    """Open the graph behind a value in the window: its labels, data and grads, ready to be stepped.

    The value is a Value, one of karpathy/micrograd or of the lecture's class, or a PyTorch scalar; a Graph
    is opened as it is, and so is the file or the example of that name. Nodes without a label are called as
    the caller's variables. From a script it blocks until the window is closed, unless ``block=False``. From a
    notebook or an interactive IPython it does not block: the window lives beside the cells and is given back,
    and its Refresh shows what the cells have changed since; with ``follow=True`` it is refreshed after each
    cell, with ``follow=False`` it is not, and else as was chosen last in its menu. With ``inline=True`` no
    window is opened: the player is given back, which a cell shows. Where there is no screen the picture (a
    graphviz Digraph) is given back instead.
    Raises Refusal for an op that is not in the table.
    """
    caller = sys._getframe(1)
    variables = caller.f_locals, caller.f_globals
    del caller  # it would keep this frame alive, and itself
    with Net("show", tr("The value")):
        if inline:
            return _inline(value, *variables)
        return _show(value, block, follow, *variables)


def _inline(value: Any, local: Mapping[str, Any], lasting: Mapping[str, Any]) -> InCell:
    from micrograd_gui.app.notebooks.cells import of_cells, variables
    from micrograd_gui.app.notebooks.in_cell import in_cell, of_live
    from micrograd_gui.document.graph import Graph

    if isinstance(shown := _read_where_named(value), Graph):
        return in_cell(shown)
    return of_live(value, {**of_cells(), **variables(local), **variables(lasting)})


def _show(
    value: Any,
    block: bool | None,
    follow: bool | None,
    local: Mapping[str, Any],
    lasting: Mapping[str, Any],
) -> Any:
    from micrograd_gui.app.notebooks.cells import beside_cells
    from micrograd_gui.app.notebooks.live import Link, picture, ran_through
    from micrograd_gui.document.graph import Graph

    no_screen = why_no_screen()
    if not no_screen:
        _speak()
    shown = _read_where_named(value)
    link = None if isinstance(shown, Graph) else Link(value, local, lasting)
    interactive = not no_screen and beside_cells()
    if interactive is None or no_screen:
        if no_screen and any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))):  # one was to be expected
            print(tr("{no_screen} This is the picture instead.", no_screen=no_screen), file=sys.stderr)
        return picture(ran_through(shown) if link is None else link.found)
    from PySide6.QtCore import QThread

    from micrograd_gui.app.desktop.application import application

    app = application()
    last_lines()  # from now on they are kept
    window = create_window(value) if link is None else window_on(link, follow)
    if block is None:
        block = not interactive and QThread.currentThread().loopLevel() == 0
    window.show()
    if block:
        with errors_shown(window.say, partial(_keep_all, window)), signals_heeded(window) as status:
            app.exec()
        if status():
            raise KeyboardInterrupt  # the script is to end, as the window has
        return None
    _keep(window)
    return window


def _read_where_named(value: Any) -> Any:
    """The graph of a file or of an example, where the value is its name; else the value."""
    if not isinstance(value, str | os.PathLike):
        return value
    from micrograd_gui.door import read

    return read(value)


def _open_wanted(window: MainWindow, path: Path) -> None:
    """Open a file that the desktop asks for: in that window where nothing was done yet, else beside it."""
    if window.session.state.path is None and not window.session.state.unsaved and window.isVisible():
        window.documents.choose_recent(path)
    else:
        window.bridge.attempt(open_beside, path)


def open_beside(path: Path) -> MainWindow:
    """A further window on that file. Raises Refusal where it cannot be opened."""
    window = create_window(path)
    _keep(window)
    window.show()
    return window


def _keep(window: MainWindow) -> None:
    """The window lives until it is closed."""
    from PySide6.QtCore import Qt

    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    key = id(window)
    _open[key] = window
    window.destroyed.connect(lambda: _open.pop(key, None))


def _forget_last() -> None:
    """Python keeps the last error for a debugger, and with it whatever its frames held: a closed window."""
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)


@contextmanager
def errors_shown(say: Callable[..., object], keep: Callable[[], object] = lambda: None) -> Iterator[None]:
    """While this lasts, an exception in a slot becomes a sentence in the status bar.

    A Refusal is shown as it is. Anything else is a fault of the program: it is also logged and written to
    standard error in full, and the graph stays as the last verb left it; ``keep`` has the disk know it.
    """
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _forget_last()
        if isinstance(error, Refusal):
            say(str(error), refused=True)
            return
        before(kind, error, trace)
        if isinstance(error, Exception):
            _log.error("an error in a slot", exc_info=(kind, error, trace))
            keep()
            say(
                tr(
                    "Something went wrong inside the program ({error}). Your graph is as it was.", error=error
                ),
                refused=True,
            )

    sys.excepthook = hook
    try:
        yield
    finally:
        sys.excepthook = before


@contextmanager
def signals_heeded(window: MainWindow) -> Iterator[Callable[[], int]]:
    """While this lasts, Ctrl+C closes the windows, and TERM and HUP end them with all that is unsaved kept.

    Gives a function that tells the exit status: not 0 where Ctrl+C has closed them.
    """
    from PySide6.QtCore import QSocketNotifier

    from micrograd_gui.interrupts import INTERRUPTED, Signals

    asked = False

    def questions() -> list[QMessageBox]:
        from PySide6.QtWidgets import QMessageBox

        found = (each.findChildren(QMessageBox, "unsaved") for each in _windows(window))
        return [box for boxes in found for box in boxes if box.isVisible()]

    def close() -> None:
        nonlocal asked
        asked = True
        for each in _windows(window):
            each.close()
        for box in questions():
            box.rejected.connect(stay)

    def stay() -> None:
        nonlocal asked
        asked = False

    signals = Signals(close, questions, partial(_keep_all, window, now=True))
    notifier = QSocketNotifier(signals.waiting, QSocketNotifier.Type.Read)
    notifier.activated.connect(signals.answer)
    try:
        yield lambda: INTERRUPTED if asked else 0
    finally:
        notifier.setEnabled(False)
        notifier.deleteLater()
        signals.end()


def _windows(first: MainWindow) -> list[MainWindow]:
    """All windows of this process."""
    return [first, *(each for each in _open.values() if each is not first)]


def _keep_all(first: MainWindow, *, now: bool = False) -> None:
    """Have the disk know what is unsaved in any window; ``now``: when this returns."""
    for window in _windows(first):
        recovering = window.recovering()
        if now:
            recovering.write_now()
        else:
            recovering.hurry()
