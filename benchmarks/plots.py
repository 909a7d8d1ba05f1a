"""Live plots beside drawing everything anew, and beside Values one by one.

    python benchmarks/plots.py [ROUNDS]

- a loss curve of 10,000 points, one point more: through the pane, beside clear + plot + draw of a bare
  matplotlib canvas of the same size (wanted: at least 50 times as fast);
- a boundary of 2,500 points of `moons`: numbers alone, beside a Value graph per point, timed on a few points
  (wanted: at least 2,500 times as fast); and with all its drawing.
Both sides in turn, medians of the ratios.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from origin import tell_own
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from micrograd.nn import MLP
from micrograd_gui.document.graph import Graph
from micrograd_gui.files import documents
from micrograd_gui.session.session import Session
from micrograd_gui.session.training.progress import Series
from micrograd_gui.session.training.trainer import Prediction
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.theme import Look, load_fonts

POINTS = 10_000
GRID = 50
ONE_BY_ONE = 25  # points of the 2,500 that Values are timed on


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def pane_of(session: Session) -> PlotPane:
    pane = PlotPane(Bridge(session), Look())
    pane.resize(500, 420)
    pane.show()
    QTest.qWait(300)
    return pane


def loss_curve(rounds: int) -> None:
    session = Session(documents.load_example("line"))
    pane = pane_of(session)
    pane.show_kind("loss")
    session.train_step()
    QTest.qWait(300)
    losses = Series(np.exp(-np.arange(POINTS) / 3000) + 0.01)

    def grow() -> None:
        nonlocal losses
        losses = losses.extended([0.5])
        assert session.state.training is not None
        training = replace(session.state.training, k=len(losses), losses=losses, loss=0.5, until=2 * POINTS)
        session.state = replace(session.state, training=training)

    def extended() -> float:
        grow()
        return timed(pane.view.refresh)

    extended()
    QTest.qWait(300)
    canvas = FigureCanvasQTAgg(Figure(dpi=100))
    assert pane.view.surface is not None
    canvas.resize(pane.view.surface.size())
    canvas.show()
    axes = canvas.figure.add_subplot()
    QTest.qWait(300)

    def anew() -> None:
        axes.clear()
        axes.plot(losses)
        canvas.draw()

    pairs = [(extended(), timed(anew)) for _ in range(rounds)]
    ours, theirs = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"loss curve of {POINTS:,} points, one more: {ours:.2f} ms; clear + plot + draw {theirs:.1f} ms; "
          f"{ratio:.0f} times as fast (wanted: 50)")  # fmt: skip
    pane.close()
    canvas.close()


def boundary(rounds: int) -> None:
    graph = documents.load_example("moons")
    session = Session(graph)
    inputs = [graph.named("x1"), graph.named("x2")]
    prediction = Prediction(graph, graph.blocks[0].outputs[0], inputs)
    across, upward = np.meshgrid(np.linspace(-1.5, 2.5, GRID), np.linspace(-1.0, 1.5, GRID))
    points = np.stack([across.ravel(), upward.ravel()])
    parameters = np.array([graph.nodes[node].data for node in graph.parameters])
    model = MLP(2, [16, 16, 1])
    some = points[:, :: points.shape[1] // ONE_BY_ONE].T[:ONE_BY_ONE].tolist()

    def one_by_one() -> None:
        for point in some:
            model(point)

    share = points.shape[1] / len(some)
    prediction.at(points, parameters)
    pairs = [
        (timed(lambda: prediction.at(points, parameters)), share * timed(one_by_one)) for _ in range(rounds)
    ]
    ours, theirs = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"boundary of {points.shape[1]:,} points: {ours:.2f} ms; Values one by one {theirs:.0f} ms; "
          f"{ratio:,.0f} times as fast (wanted: 2,500)")  # fmt: skip
    pane = pane_of(session)
    pane.show_kind("boundary")
    session.train_step()
    QTest.qWait(500)
    assert pane.view.static is not None
    surface, kind, static = pane.view.surface, pane.view.kind, pane.view.static
    assert surface is not None
    drawn = []
    for _ in range(rounds):
        session.train_step()
        QTest.qWait(1)
        session.state = replace(session.state, history=session.state.history.amended(moved(session)))
        drawn.append(timed(lambda: surface.show_plot(static, kind.live_items(session.state, static))))
    print(f"   worked out and drawn: {1000 * statistics.median(drawn):.1f} ms")
    pane.close()


def moved(session: Session) -> Graph:
    """The graph with one parameter elsewhere, which nobody has drawn yet."""
    graph = session.state.graph
    first = graph.parameters[0]
    return graph.numbered({first: graph.nodes[first].data + 0.01})


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    app = QApplication([])
    load_fonts()
    loss_curve(rounds)
    boundary(rounds)
    app.quit()


if __name__ == "__main__":
    main()
