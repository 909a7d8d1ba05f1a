"""The canvas alone: a plain repaint beside a step, and beside a pan, for graphs of growing size.

    python benchmarks/canvas.py [ROUNDS]

Medians in milliseconds of processor time, to be taken on a quiet machine; a step is the verb and the repaint
of what differs. Python's collector runs between what is measured, not in it: its search of the whole program
takes longer than to open a view.
"""

from __future__ import annotations

import gc
import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from origin import tell_own
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from micrograd.nn import MLP
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.live.capture import graph_from_value
from micrograd_gui.files import documents
from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.theme import LIGHT, Look, load_fonts

OPENINGS = 5


def network(*layers: int) -> Graph:
    """The graph of one output of a network, its nodes on a lattice."""
    model = MLP(layers[0], [*layers[1:], 1], seed=1)
    graph = graph_from_value(model([0.1 * number for number in range(layers[0])]))
    rows = max(1, int(math.sqrt(0.6 * len(graph))))
    return graph.moved(
        {node: (240.0 * (at // rows), 90.0 * (at % rows)) for at, node in enumerate(graph.order)}
    )


def median(work: Callable[[], object], rounds: int) -> float:
    """The median time of some rounds, with all painting done."""
    gc.collect()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        QApplication.processEvents()
        times.append(time.process_time() - began)
    return 1000 * statistics.median(times)


def opened(graph: Graph) -> tuple[float, Session, CanvasView]:
    """Millitook to make and paint a view as large as a window, in a session of its own; and both."""
    session = Session()
    session.open_graph(graph)
    gc.collect()
    began = time.process_time()
    view = CanvasView(Bridge(session), Look(LIGHT))
    view.resize(1600, 900)
    view.show()
    QApplication.processEvents()
    return 1000 * (time.process_time() - began), session, view


def measure(graph: Graph, rounds: int) -> None:
    times = []
    for _ in range(OPENINGS - 1):
        took, _, closed = opened(graph)
        times.append(took)
        closed.close()
    took, session, view = opened(graph)
    opening = statistics.median([*times, took])
    session.forward()
    session.backward()  # recorded once: what follows is stepping
    print(f"{len(graph):6} nodes: opened and painted in {opening:.0f} ms")
    for name, zoom in (("all in view", 0.0), ("from afar", 0.45), ("near", 1.0)):
        if zoom:
            view.look_at(view.box_of(graph.target or 0).center(), zoom)
        else:
            view.fit()
        session.last()
        plain = median(view.viewport().repaint, rounds)
        step = median(session.previous, rounds)
        pan = median(lambda: view.scroll_by(QPoint(-12, 0)), rounds)
        print(f"   {name:12} repaint {plain:7.2f}   step {step:7.2f} ({step / plain:.2f})   pan {pan:7.2f}")
    view.close()


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    application = QApplication.instance() or QApplication(sys.argv)
    load_fonts()
    gc.disable()
    for layers in ((2, 3), (3, 12, 13), (6, 40, 40, 40)):
        measure(network(*layers), rounds)
    for name in ("mlp", "moons"):
        began = time.process_time()
        graph = documents.load_example(name)
        print(f"{name}: read in {1000 * (time.process_time() - began):.0f} ms; blocks as they are")
        measure(graph, rounds)
    for block in graph.blocks:
        graph = graph.collapsed(block.id, False)
    print("moons, all blocks open")
    measure(graph, rounds)
    del application


if __name__ == "__main__":
    main()
