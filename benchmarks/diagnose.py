"""How long `diagnose` takes on the graph of micrograd's demo, and what it finds there.

    python benchmarks/diagnose.py [FOLDER]

The graph is that of one loss of the demo notebook (100 points, an MLP of 2, 16, 16 and 1, with L2; 65,818
nodes): right, with one leaf's grad off, after two backward passes, and never run. FOLDER holds karpathy's
package ``micrograd``; without one, the values are this project's. Times are those of the processor.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine_demo import moons
from origin import karpathys, own, told


def _loss(nn: Any, engine: Any) -> Any:
    import random

    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1])
    points, labels = moons()
    inputs = [list(map(engine.Value, row)) for row in points]
    losses = [(1 + -y * model(x)).relu() for x, y in zip(inputs, labels, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())


def _off(loss: Any) -> None:
    loss.backward()
    leaf = loss
    while leaf._prev:
        leaf = sorted(leaf._prev, key=lambda each: len(each._prev))[-1]
    leaf.grad += 1.0


def _twice(loss: Any) -> None:
    loss.backward()
    loss.backward()


def main() -> None:
    """A line for each state of the graph."""
    from micrograd.diagnosis import diagnose

    print(told("micrograd", own("micrograd")))
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    nn, engine = _package(folder)
    states: tuple[tuple[str, Callable[[Any], None]], ...] = (
        ("right", lambda loss: loss.backward()),
        ("one grad off", _off),
        ("two passes", _twice),
        ("never run", lambda loss: None),
    )
    for name, run in states:
        loss = _loss(nn, engine)
        begun = process_time()
        run(loss)
        between = process_time()
        found = diagnose(loss)
        took = process_time() - between
        said = "None" if found is None else f"{found.cause}: {found.sentence[:90]}"
        print(f"{name:13} backward {between - begun:5.2f} s, diagnose {took:5.2f} s   {said}")


def _package(folder: Path | None) -> tuple[Any, Any]:
    """karpathy's modules `nn` and `engine` where there is a folder with them, else ours."""
    from importlib import import_module

    if folder is None:
        return import_module("micrograd.nn"), import_module("micrograd.engine")
    ours = {name: sys.modules.pop(name) for name in _loaded()}
    sys.path.insert(0, str(folder))
    print(told("karpathy/micrograd", karpathys(folder)))
    theirs = import_module("micrograd.nn"), import_module("micrograd.engine")
    sys.path.remove(str(folder))
    for name in _loaded():
        del sys.modules[name]
    sys.modules.update(ours)
    return theirs


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "micrograd"]


if __name__ == "__main__":
    main()
