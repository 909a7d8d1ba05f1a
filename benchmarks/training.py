"""Training beside its peer: one run, all sides in turn, medians of ratios, printed as a table.

    python benchmarks/training.py [--peer FOLDER] [--rounds N]

A step is one of micrograd's demo: MLP(2, [16, 16, 1]) on 100 moons, max-margin loss and L2, forward, backward
and update. Through the session it is `train_step` (a new graph in the history each time) or one of the steps
of a `train_tick`. The boundary is the network at 2,500 points. FOLDER holds karpathy's micrograd
(`pip install --no-deps --target FOLDER micrograd==0.1.0`); it shares a package name with this project, so
each side runs in a process of its own, and the sides take turns. The collector is off on all sides.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from origin import karpathys, own

ROOT = Path(__file__).resolve().parents[1]
PYTHON = [sys.executable, "-P", str(Path(__file__).resolve())]
POINTS = 50  # to a side
Measure = Callable[[], float]


# The sides ---------------------------------------------------------------------------------------


def timed(action: Callable[[], Any], repeat: int) -> Measure:
    """Seconds of one action, the mean of so many."""

    def measure() -> float:
        start = perf_counter()
        for _ in range(repeat):
            action()
        return (perf_counter() - start) / repeat

    action()
    return measure


def session() -> Any:
    from micrograd_gui.files.documents import load_example
    from micrograd_gui.session.session import Session

    made = Session(load_example("moons"))
    made.set_plan(steps=10_000_000)
    return made


def step() -> Measure:
    return timed(session().train_step, 20)


def tick() -> Measure:
    made = session()
    made.train_start()
    measure = timed(lambda: made.train_tick(20), 5)
    return lambda: measure() / 20


def surface() -> Measure:
    import numpy as np

    from micrograd_gui.files.documents import load_example
    from micrograd_gui.session.training.trainer import Prediction

    graph = load_example("moons")
    across = Prediction(graph, graph.named("o"), [graph.named("x1"), graph.named("x2")])
    line = np.linspace(-2, 3, POINTS)
    points = np.array(np.meshgrid(line, line)).reshape(2, -1)
    return timed(lambda: across.at(points), 20)


def demo() -> tuple[Any, list[list[float]], list[float]]:
    """The network and the rows of the demo, on whichever micrograd comes first on the path."""
    from micrograd.nn import MLP

    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    rows = [list(map(float, row.split())) for row in os.environ["ROWS"].split(";")]
    return model, [row[:2] for row in rows], [row[2] for row in rows]


def values_step() -> Measure:
    from micrograd.engine import Value

    model, points, answers = demo()

    def action() -> Any:
        scores = [model(list(map(Value, point))) for point in points]
        losses = [(1 + -y * score).relu() for y, score in zip(answers, scores, strict=True)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        return total

    return cleared(action)


def values_surface() -> Measure:
    from micrograd.engine import Value

    model, _, _ = demo()
    line = [-2 + 5 * at / (POINTS - 1) for at in range(POINTS)]
    return cleared(lambda: [model([Value(x), Value(y)]) for y in line for x in line])


def cleared(action: Callable[[], Any]) -> Measure:
    """Seconds of one action; what it leaves behind is cleared outside the measured time."""

    def measure() -> float:
        start = perf_counter()
        kept = action()
        seconds = perf_counter() - start
        del kept
        gc.collect()
        return seconds

    measure()
    return measure


SIDES: dict[str, Callable[[], Measure]] = {
    "step": step,
    "tick": tick,
    "surface": surface,
    "values_step": values_step,
    "values_surface": values_surface,
}


def side(name: str) -> None:
    """Answers each line with the seconds of one measurement."""
    peer = os.environ.get("KARPATHY")
    try:
        files = [karpathys(Path(peer))] if peer else [own("micrograd"), own("micrograd_gui")]
    except ImportError as missing:
        print(f"not installed ({missing})", flush=True)
        return
    sys.setrecursionlimit(1_000_000)
    gc.disable()
    measure = SIDES[name]()
    print(*files, sep=", ", flush=True)
    for _ in sys.stdin:
        print(measure(), flush=True)


# The run -----------------------------------------------------------------------------------------


class Process:
    """A side that measures one thing whenever it is asked; ``origin`` says which files it runs."""

    def __init__(self, name: str, path: Path, rows: str) -> None:
        paths = os.pathsep.join(map(str, (path, Path(__file__).resolve().parent)))
        environment = {**os.environ, "PYTHONPATH": paths, "ROWS": rows}
        if path != ROOT:
            environment["KARPATHY"] = str(path)
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [*PYTHON, "--side", name], env=environment, stdin=pipe, stdout=pipe, text=True
        )
        self.origin = self.line().strip()
        self.present = not self.origin.startswith("not installed")

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def measure(self) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.line())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def compared(title: str, peer: Process, ours: dict[str, Process], rounds: int) -> None:
    """Prints how many times as fast ours are, round by round in turn, and which files each side ran."""
    print(f"{title}: {peer.origin}")
    if not peer.present:
        return
    base: list[float] = []
    found: dict[str, list[float]] = {name: [] for name in ours}
    for _ in range(rounds):
        base.append(peer.measure())
        for name, process in ours.items():
            found[name].append(process.measure())
    print(f"    {statistics.median(base) * 1e3:.2f} ms")
    for name, seconds in found.items():
        ratios = [theirs / mine for theirs, mine in zip(base, seconds, strict=True)]
        mine, times = statistics.median(seconds) * 1e3, statistics.median(ratios)
        print(f"    {name:34} {mine:9.3f} ms  {times:8.0f} times")


def main() -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--peer", type=Path, help="the folder that holds karpathy's micrograd 0.1.0")
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args()
    if given.side:
        side(given.side)
        return
    sys.path.insert(0, str(ROOT))
    from micrograd_gui.document.datasets import make

    rows = ";".join(" ".join(map(repr, row)) for row in make("moons").rows)
    ours = {name: Process(name, ROOT, rows) for name in ("step", "tick", "surface", "values_surface")}
    print(f"ours: {ours['step'].origin}")
    if given.peer is not None:
        theirs = Process("values_step", given.peer, rows)
        steps = {"session.train_step": ours["step"], "a step of session.train_tick": ours["tick"]}
        compared("one step, karpathy/micrograd 0.1.0", theirs, steps, given.rounds)
        theirs.close()
        theirs = Process("values_surface", given.peer, rows)
        across = {"Prediction.at": ours["surface"]}
        compared("2,500 points, karpathy/micrograd 0.1.0", theirs, across, given.rounds)
        theirs.close()
    across = {"Prediction.at": ours["surface"]}
    compared("2,500 points, Values one by one", ours["values_surface"], across, given.rounds)
    for process in ours.values():
        process.close()


if __name__ == "__main__":
    main()
