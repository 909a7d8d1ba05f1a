"""A large graph edited in the window: how long each edit keeps the window's thread, beside a repaint.

    python benchmarks/large_edits.py [NODES …]

For each edit, in milliseconds: the longest turn of the event loop of a processor until all panes show the new
graph, and how long that took by the clock; beside it the same edit in a session without a window, which is
what has to be done by somebody. At last a network of 43,000 nodes comes, and its boxes are opened.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from large_files import Pulse, rest, sums
from origin import tell_own
from PySide6.QtCore import QPointF

from micrograd_gui.app import create_window
from micrograd_gui.app.desktop.application import application
from micrograd_gui.app.start import SETTLED_AFTER
from micrograd_gui.app.window import MainWindow
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec
from micrograd_gui.files.documents import OpenedGraph
from micrograd_gui.session.session import Session

SIZES = (2_000, 20_000, 100_000)
Edits = dict[str, Callable[[Session, int], object]]
EDITS: Edits = {
    "move": lambda session, _: session.move({1: (5.0, 5.0)}, "gesture"),
    "move on": lambda session, _: session.move({1: (9.0, 9.0)}, "gesture"),
    "value": lambda session, _: session.set_value(1, 0.25),
    "rename": lambda session, _: session.rename(2, "renamed"),
    "add": lambda session, _: session.add_node("tanh", (-300.0, -300.0)),
    "connect": lambda session, count: session.connect(1, count + 1, 0),
    "delete": lambda session, count: session.delete({count + 1}),
    "undo": lambda session, _: session.undo(),
    "redo": lambda session, _: session.redo(),
    "select all": lambda session, _: session.select_all(),
    "duplicate": lambda session, _: session.duplicate(range(10, 1010)),
    "run": lambda session, _: session.backward(),
    "value, run": lambda session, _: session.set_value(1, 0.5),
    "nudge": lambda session, _: session.nudge(1),
}


def alone(graph: Graph) -> dict[str, float]:
    """What each edit takes without a window, of a processor."""
    session, taken = Session(graph), {}
    for name, edit in EDITS.items():
        began = time.process_time()
        edit(session, len(graph))
        state = session.state
        _ = state.graph.wiring.order, state.frame
        taken[name] = time.process_time() - began
    return taken


def measure(window: MainWindow, pulse: Pulse, count: int) -> None:
    """Print what each edit takes."""
    graph, done = sums(count), list[bool]()
    window.documents.open_soon(OpenedGraph(graph), lambda: done.append(True))
    pulse.during(lambda: bool(done))
    rest(pulse, 1.0)
    pulse.during(lambda: not window.background.busy("run ahead"))
    rest(pulse, 0.5)
    began = time.thread_time()
    window.canvas.viewport().repaint()
    repaint = time.thread_time() - began
    print(f"{count:,} nodes; a repaint {1000 * repaint:.0f}", flush=True)
    others = alone(sums(count))
    for name, edit in EDITS.items():
        clock, longest = pulse.of(partial(window.bridge.attempt, edit, window.session, count))
        print(
            f"    {name:12s} longest turn {1000 * longest:6.0f}, by the clock {1000 * clock:6.0f}; "
            f"without a window {1000 * others[name]:6.0f}, ratio {longest / max(others[name], 1e-4):5.2f}",
            flush=True,
        )


def measure_boxes(window: MainWindow, pulse: Pulse) -> None:
    """Print what it takes to put a network of 43,000 nodes on the canvas, and to open its boxes."""
    window.session.saved_as_is()
    window.session.new()
    rest(pulse, 0.5)
    spec = BlockSpec("mlp", inputs=100, layers=(20, 100, 100, 1), seed=1)
    told("put", *pulse.of(partial(window.bridge.attempt, window.blocks.put, spec, QPointF())))
    clock, _ = pulse.during(lambda: not window.background.busy("block"))
    told("laid out", clock, pulse.busiest)
    block, way = window.session.state.graph.blocks[0].id, window.canvas.navigation
    print(f"{len(window.session.state.graph):,} nodes in boxes")
    doings: dict[str, Callable[[], object]] = {
        "open": partial(way.toggle, block),
        "look inside": partial(way.enter, block),
        "come back": way.leave,
        "move": partial(window.session.move, {1: (5.0, 5.0)}),
        "retitle": partial(window.session.retitle, block, "brain"),
        "collapse": partial(way.toggle, block),
    }
    for name, doing in doings.items():
        told(name, *pulse.of(doing))


def told(name: str, clock: float, longest: float) -> None:
    """A line about what was done."""
    print(f"    {name:12s} longest turn {1000 * longest:6.0f}, by the clock {1000 * clock:6.0f}", flush=True)


def main() -> None:
    """Measure each size."""
    tell_own("micrograd", "micrograd_gui")
    app = application()
    window = create_window("lecture")
    window.resize(1600, 900)
    window.show()
    pulse = Pulse()
    rest(pulse, SETTLED_AFTER / 1000 + 1)
    for count in [int(each) for each in sys.argv[1:]] or SIZES:
        measure(window, pulse, count)
    measure_boxes(window, pulse)
    window.session.saved_as_is()
    app.quit()


if __name__ == "__main__":
    main()
