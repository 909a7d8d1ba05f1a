"""Live graphs of 2,000, 20,000 and 200,000 nodes: what capturing, arranging and opening one costs.

    python benchmarks/large_live.py [ROUNDS]

Two kinds of graphs: a loss over samples alike, which opens as the graph of one row, and one whose terms are
no two alike, which opens in parts. The ratio is t(10·n) / (10·t(n)): 1 where it grows with the size,
log(10·n) / log(n) where it grows as n·log(n), 10 where it grows with its square. Seconds are those that this
process had a processor; of the rounds the best counts. A window of 200,000 nodes is opened once.
"""

from __future__ import annotations

import gc
import math
import os
import random
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from msgspec import structs
from origin import tell_own
from PySide6.QtWidgets import QApplication

from micrograd import Value, nn
from micrograd.engine import topological_order
from micrograd_gui.app.notebooks.live import Link
from micrograd_gui.app.start import window_on
from micrograd_gui.document.live.capture import capture
from micrograd_gui.document.live.parts import in_parts
from micrograd_gui.document.rough_layout import arranged

SIZES = (2_000, 20_000, 200_000)
CHAINS = ("tanh", "sin", "exp", "sigmoid", "cos")


def alike(size: int) -> Value:
    """The squared errors of a network over rows, added up; about that many nodes."""
    random.seed(1337)
    model = nn.MLP(2, [6, 1])
    rows = round(size / 55)
    points = [(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)) for _ in range(rows)]
    loss = sum((model([Value(x), Value(y)]) - Value(z)) ** 2 for x, y, z in points)
    loss.backward()
    return loss


def unlike(size: int) -> Value:
    """A sum of terms that are no two alike: of each the functions come in an order of its own."""
    draw = random.Random(1337)
    leaves = [Value(draw.uniform(-1, 1)) for _ in range(100)]
    total = Value(0.0)
    for _ in range(round(size / 20)):
        term = draw.choice(leaves)
        for _ in range(9):
            term = getattr(term * draw.choice(leaves), draw.choice(CHAINS))()
        total = total + term
    total.backward()
    return total


def seconds(work: Callable[[], object], rounds: int) -> float:
    """What the work takes of a processor, at best."""
    best = math.inf
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        held = work()
        best = min(best, time.process_time() - began)
        del held
    return best


def opened(root: Value) -> float:
    """What it takes of a processor until a window on that value is painted."""
    gc.collect()
    began = time.process_time()
    window = window_on(Link(root, {}, {}))
    window.show()
    QApplication.processEvents()
    took = time.process_time() - began
    window.session.saved_as_is()
    window.close()
    window.deleteLater()
    QApplication.processEvents()
    return took


def told(name: str, counts: list[int], times: list[float]) -> None:
    """A line: the seconds for each size, and how they grow."""
    pairs = zip(counts, times, counts[1:], times[1:], strict=False)
    ratios = [after / (before * more / few) for few, before, more, after in pairs]
    wanted = [math.log(more) / math.log(few) for few, more in pairwise(counts)]
    each = " · ".join(f"{count:,}: {took:.3f} s" for count, took in zip(counts, times, strict=True))
    grown = " · ".join(f"{ratio:.2f} ({limit:.2f})" for ratio, limit in zip(ratios, wanted, strict=True))
    print(f"{name}: {each}; ratio (of n log n) {grown}", flush=True)


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    app = QApplication([])
    opened(Value(1.0) * 2)  # what is loaded once is loaded
    for name, make in (("samples alike", alike), ("in parts", unlike)):
        counts: list[int] = []
        captures, arrangements, windows = [], [], []
        for size in SIZES:
            root = make(size)
            graph = capture(root).graph
            counts.append(len(topological_order(root)))
            captures.append(seconds(lambda root=root: capture(root), rounds))
            bare = structs.replace(graph, blocks=(), places={}) if graph.places else graph
            arrangements.append(seconds(lambda bare=bare: arranged(in_parts(bare)), rounds))
            windows.append(min(opened(root) for _ in range(1 if size > SIZES[1] else rounds)))
            del root, graph, bare
        told(f"{name}, captured", counts, captures)
        told(f"{name}, arranged", counts, arrangements)
        told(f"{name}, opened", counts, windows)
    app.quit()


if __name__ == "__main__":
    main()
