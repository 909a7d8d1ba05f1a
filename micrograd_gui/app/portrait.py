"""A picture of the window in the middle of a run, made in a process of its own, without a screen."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from micrograd.language import tr
from micrograd_gui.app.start import create_window
from micrograd_gui.session.session import Session
from micrograd_gui.views.plot.view import COMING
from micrograd_gui.views.rendered_graph import RenderedGraph

SIZE = QSize(1600, 900)
_AT_MOST = 20.0  # seconds for all that is worked out behind the first picture
_QUIET = 1.0  # seconds in which nothing may be on its way any more


def run_to_the_middle(session: Session) -> None:
    """The run stands in the middle of its backward pass, and what it came from is selected."""
    session.forward()
    forward = session.state.cursor
    session.backward()
    session.check_all()
    session.seek((forward + session.state.cursor + 1) // 2 + 1)
    step, graph = session.state.step, session.state.graph
    if step is not None and step.contributions:
        session.select([step.contributions[0].operand])
    elif graph.target is not None:
        session.select([graph.target])


def _let_run(at_rest: Callable[[], bool]) -> None:
    start = quiet_since = time.monotonic()
    while time.monotonic() - start < _AT_MOST and time.monotonic() - quiet_since < _QUIET:
        QApplication.processEvents()
        time.sleep(0.01)
        if not at_rest():
            quiet_since = time.monotonic()


def main(source: str, out: str) -> int:
    """Make the picture; gives the exit status."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    window = create_window(Path(source))
    window.resize(SIZE)
    window.show()
    run_to_the_middle(window.session)
    rendered = window.findChild(RenderedGraph, "rendered_graph")
    words = window.panes.plot.view.words

    def at_rest() -> bool:
        coming = words.isVisible() and words.text() == tr(COMING)
        return not coming and (rendered is None or not rendered.message)

    _let_run(at_rest)
    made = window.grab().save(out)
    window.deleteLater()
    application.processEvents()
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
