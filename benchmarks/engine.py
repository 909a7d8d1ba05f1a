"""The engine beside its peers: one run, all sides in turn, medians of ratios, printed as a table.

    python benchmarks/engine.py [--peers FOLDER] [--rounds N]

The demo step of karpathy/micrograd is MLP(2, [16, 16, 1]) on 100 moons with max-margin loss and L2,
forward, backward and update. Peers are used where they can be found: FOLDER/micrograd holds karpathy's
0.1.0 (`pip install --target FOLDER/micrograd micrograd==0.1.0`), FOLDER/numba numba, FOLDER/torch torch;
the last two also where they are installed. micrograd and this project share a package name, so each side
runs in a process of its own: the parent asks for one measurement at a time, and the sides take turns. What
a side leaves behind is cleared outside the measured time where its line says that the collector is off.
Each side says which files it ran, and one that would run another's package is "not installed".
Each side runs before it is measured: what numba takes to compile, or to load what it has kept, is not in it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


class Side:
    """A process that measures one thing whenever it is asked.

    ``files`` are those of the packages that it measures, empty where one is missing; ``missing`` says why.
    """

    def __init__(self, what: str, paths: list[Path], options: list[str]) -> None:
        environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "OMP_NUM_THREADS": "1",
            "KARPATHY": str(paths[0]),
        }  # fmt: skip
        command = [sys.executable, "-P", str(HERE / "engine_sides.py"), what, *options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        answer = self._line()
        self.files: list[str] = answer.get("files", [])
        self.missing: str = answer.get("missing", "")

    def measure(self) -> float:
        """Seconds of one measurement."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def compared(
    title: str,
    base: str,
    names: dict[str, str],
    paths: dict[str, list[Path]],
    rounds: int,
    options: list[str],
) -> None:
    """One table: each side in turn in each round, and the median of its ratios to the base."""
    sides = {what: Side(what, paths.get(what, paths[""]), options) for what in names}
    present = {what: side for what, side in sides.items() if side.files}
    for what in sides.keys() - present.keys():
        sides[what].close()
    times: dict[str, list[float]] = {what: [] for what in present}
    for _ in range(rounds):
        for what, side in present.items():
            times[what].append(side.measure())
    for side in present.values():
        side.close()
    print(f"\n### {title}\n\n| | median time | times as fast |\n|---|---:|---:|")
    for what, name in names.items():
        if what not in present:
            print(f"| {name} | not installed | |")
            continue
        ratio = ""
        if base in present:
            ratios = [b / t for b, t in zip(times[base], times[what], strict=True)]
            median = statistics.median(ratios)
            ratio = "1" if what == base else f"{median:,.1f}" if median >= 0.1 else f"{median:.2g}"
        print(f"| {name} | {shown(statistics.median(times[what]))} | {ratio} |")
    print()
    for what, side in sides.items():
        print(f"- {names[what]}: {', '.join(side.files) or f'not installed ({side.missing})'}")


def shown(seconds: float) -> str:
    """A time in words."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peers", type=Path, default=Path("peers"), help="the folder of the peers")
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # all sides on one processor: another may have a busier neighbour
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    own = [HERE.parent, HERE]
    fast = [*own, given.peers / "numba"]
    theirs = [given.peers / "micrograd", HERE]
    paths = {
        "": own,
        "karpathy": theirs,
        "karpathy-gc": theirs,
        "karpathy-neuron": theirs,
        "karpathy-neuron-gc": theirs,
        "karpathy-boundary": theirs,
        "whole-numba": fast,
        "batch-numba": fast,
        "boundary-numba": fast,
        "torch": [*own, given.peers / "torch"],
        "torch-scalars": [*own, given.peers / "torch"],
    }
    compared(
        "The demo step, collector off",
        "karpathy",
        {
            "karpathy": "karpathy/micrograd 0.1.0",
            "value": "`Value`",
            "whole": "`Tape`, the whole graph, numpy",
            "batch": "`Tape`, one sample's graph over the batch, numpy",
            "whole-numba": "`Tape`, the whole graph, numba",
            "batch-numba": "`Tape`, one sample's graph over the batch, numba",
            "fused": "`Fused`, as the window trains: sums over the batch only, numpy",
            "torch": "torch, tensors",
            "torch-scalars": "torch, a tensor per number",
            "matmul": "hand-written numpy, the limit",
        },
        paths,
        given.rounds,
        [],
    )
    compared(
        "The demo step, collector at its default",
        "karpathy-gc",
        {"karpathy-gc": "karpathy/micrograd 0.1.0", "value-gc": "`Value`"},
        paths,
        max(5, given.rounds // 2),
        [],
    )
    compared(
        "The lecture's neuron, forward and backward, collector off",
        "karpathy-neuron",
        {"karpathy-neuron": "karpathy/micrograd 0.1.0 and the lecture's tanh", "value-neuron": "`Value`"},
        paths,
        given.rounds,
        [],
    )
    compared(
        "The lecture's neuron, forward and backward, collector at its default",
        "karpathy-neuron-gc",
        {
            "karpathy-neuron-gc": "karpathy/micrograd 0.1.0 and the lecture's tanh",
            "value-neuron-gc": "`Value`",
        },
        paths,
        given.rounds,
        [],
    )
    compared(
        "The numeric check of all nodes of an MLP graph of 10,000 nodes",
        "naive-check",
        {"naive-check": "each nudge evaluated alone (30 of them, scaled up)", "check": "`gradcheck`"},
        paths,
        max(3, given.rounds // 3),
        [],
    )
    compared(
        "A decision boundary of 2,500 points, collector at its default",
        "value-boundary",
        {
            "value-boundary": "`Value`, each point's graph made, read and freed",
            "kept-boundary": "`Value`, all scores kept as in the notebook (a tenth of the points, scaled up)",
            "karpathy-boundary": "karpathy/micrograd 0.1.0, the same",
            "boundary": "`Tape`, numpy, every node's number kept",
            "boundary-numba": "`Tape`, numba, likewise",
            "fused-boundary": "`Fused`, numpy, as the window draws it: the score only",
        },
        paths,
        max(3, given.rounds // 2),
        [],
    )
    print("\n### Growth: a chain of random sums and products, forward and backward, per node\n")
    print("| nodes | `Value` time | `Value` memory | `Tape` (numpy) time |\n|---:|---:|---:|---:|")
    for count in (10, 1_000, 100_000, 1_000_000):
        side = Side("growth", own, [str(count)])
        seconds, size, replay = side.measure(), side.measure(), side.measure()
        side.close()
        print(
            f"| {count:,} | {seconds / count * 1e9:,.0f} ns | {size / count:,.0f} bytes "
            f"| {f'{replay / count * 1e9:,.0f} ns' if replay else ''} |"
        )


if __name__ == "__main__":
    main()
