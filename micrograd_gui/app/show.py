"""show(value): a live Value, opened in the window from a script or a notebook, and refreshed from there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from micrograd_gui.app.link import Link, present
from micrograd_gui.app.screen import has_screen
from micrograd_gui.document.errors import Refusal

if TYPE_CHECKING:
    from micrograd_gui.app.main_window import MainWindow

_open: dict[int, MainWindow] = {}  # what was opened without blocking; Python would drop it otherwise
_links: WeakKeyDictionary[Any, Link] = WeakKeyDictionary()


def show(value: Any, block: bool | None = None) -> Any:
    """Open the graph behind a value in the window: its labels, data and grads, ready to be stepped.

    The value is a Value, one of karpathy/micrograd or of the lecture's class, or a PyTorch scalar. Nodes
    without a label are called as the caller's variables. From a script it blocks until the window is closed,
    unless ``block=False``. From a notebook or an interactive IPython it does not block: the window lives
    beside the cells and is given back, and its Refresh shows what the cells have changed since.
    Where there is no screen the picture (a graphviz Digraph) is given back instead.
    Raises Refusal for an op that is not in the table.
    """
    caller = sys._getframe(1)
    link = Link(value, caller.f_locals, caller.f_globals)
    del caller  # it would keep this frame alive, and itself
    interactive = has_screen() and _beside_cells()
    if interactive is None or not has_screen():
        return picture(link)
    from PySide6.QtCore import Qt, QThread
    from PySide6.QtWidgets import QApplication

    from micrograd_gui.app import mishaps

    app = QApplication.instance() or QApplication(["micrograd-gui"])
    window = _opened(link)
    if block is None:
        block = not interactive and QThread.currentThread().loopLevel() == 0
    window.show()
    if block:
        with mishaps.caught(window.say):
            app.exec()
        return None
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    key = id(window)
    _open[key] = window
    window.destroyed.connect(lambda: _open.pop(key, None))
    return window


def live_window(value: Any) -> MainWindow:
    """The window open on a live value, not shown yet. Needs a QApplication; raises Refusal."""
    return _opened(Link(value, {}, {}))


def can_refresh(window: MainWindow) -> bool:
    """Whether the window was opened on live values."""
    return window in _links


def refresh(window: MainWindow) -> None:
    """Show what the notebook changed since: numbers, labels and wires, as one edit; raises Refusal."""
    link = _links.get(window)
    if link is None:
        raise Refusal("This window shows no live values: open them by micrograd_gui.show(value).")
    session = window.session
    before = session.state.graph
    graph = link.refreshed(before)
    if graph is not before:
        session.replace_graph(graph, "Refresh")
    sentence = present(session, link.found)
    link.let_go()
    window.say(
        sentence or ("Refreshed." if graph is not before else "Refreshed: nothing has changed but grads.")
    )


def picture(link: Link) -> Any:
    """The lecture's picture of the live values, with their names: a graphviz Digraph."""
    from micrograd import draw_dot
    from micrograd_gui.session.record import build

    graph = link.found.graph
    values = build(graph)
    for node, value in values.items():
        value.label = graph.nodes[node].label
        value.data = link.found.data[node]
        value.grad = link.found.grad.get(node, 0.0)
    return draw_dot(values[graph.target or 1])


def _opened(link: Link) -> MainWindow:
    from micrograd_gui.app.documents import Source
    from micrograd_gui.app.main_window import MainWindow

    window = MainWindow()
    window.refreshable = True
    window.documents.open_source(Source(link.found.graph, title=link.title))
    sentence = present(window.session, link.found)
    link.let_go()
    _links[window] = link
    if sentence:
        window.say(sentence)
    return window


def _beside_cells() -> bool | None:
    """Whether cells are being run by IPython; its event loop is told to serve Qt too. None: it cannot."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return False
    try:
        shell.enable_gui("qt6")
    except Exception:  # noqa: BLE001 - each kind of kernel has an error of its own for "no Qt here"
        return None
    return True
