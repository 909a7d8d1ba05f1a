"""How far `gradcheck` can be trusted, beside `torch.autograd.gradcheck` on the same graphs.

    python benchmarks/check.py [--count 150]

1,200 right graphs of eight kinds, made by a seed, and each once more with the slope of one op off by a
factor. A false alarm is a right graph that is called wrong; a miss is a broken one that is called right,
though the broken rule changed a leaf's gradient by more than double precision hides (1e-12 of the largest).
PyTorch's check runs with its own tolerances (eps 1e-6, atol 1e-5, rtol 1e-3) where PyTorch is installed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from micrograd import gradcheck
from tests.engine.kinds_of_graphs import BREAKS, KINDS, Line, program, run

Broken = tuple[int, int, float]


def ours(lines: list[Line], broken: Broken | None) -> bool | None:
    """Whether `gradcheck` calls it right."""
    return gradcheck(run(lines, broken)[-1]).ok


def torchs(lines: list[Line], broken: Broken | None) -> bool | None:
    """The same of PyTorch's, over the leaves; None where it raises something else than that they differ."""
    import torch

    class Off(torch.autograd.Function):
        """Passes a number on, and its gradient multiplied by the factor of the broken rule."""

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            assert broken is not None
            return grad * broken[2]

    def function(*leaves: Any) -> Any:
        given = iter(leaves)
        values: list[Any] = []
        for row, line in enumerate(lines):
            if not line.op:
                values.append(next(given))
                continue
            operands = [values[x] for x in line.operands]
            if broken is not None and broken[0] == row:
                operands[broken[1]] = Off.apply(operands[broken[1]])
            values.append(_in_torch(line.op, operands))
        return values[-1]

    numbers = [line.number for line in lines if not line.op]
    leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    try:
        return bool(torch.autograd.gradcheck(function, tuple(leaves), raise_exception=False))
    except (RuntimeError, ValueError):
        return None


def _in_torch(op: str, operands: list[Any]) -> Any:
    import torch

    match op:
        case "+":
            return operands[0] + operands[1]
        case "-":
            return operands[0] - operands[1]
        case "*":
            return operands[0] * operands[1]
    x = operands[0]
    return x ** float(op[2:]) if op.startswith("**") else getattr(torch, op)(x)


def broken_rule(lines: list[Line], seed: str) -> Broken | None:
    """A rule to break; None where the choice has no effect on a leaf that double precision shows."""
    draw = random.Random(seed)
    row = draw.choice([row for row, line in enumerate(lines) if line.op])
    broken = (row, draw.randrange(len(lines[row].operands)), BREAKS[draw.choice(list(BREAKS))])
    right, wrong = run(lines), run(lines, broken)
    for values in (right, wrong):
        values[-1].backward()
    scale = max(abs(value.grad) for value in right)
    leaves = [k for k, line in enumerate(lines) if not line.op]
    hidden = [max(1e-12 * scale, 1e-9 * abs(right[k].grad)) for k in leaves]
    effects = [abs(right[k].grad - wrong[k].grad) for k in leaves]
    return broken if any(e > h for e, h in zip(effects, hidden, strict=True)) else None


def line_of(kind: str, count: int, check: Callable[[list[Line], Broken | None], bool | None]) -> str:
    """False alarms and right graphs that are left open; misses and broken graphs that are left open."""
    alarms = silent = misses = unsaid = broken_ones = 0
    for seed in range(count):
        lines = program(kind, seed)
        found = check(lines, None)
        alarms += found is False
        silent += found is None
        broken = broken_rule(lines, f"{kind} {seed}")
        if broken is not None:
            broken_ones += 1
            found = check(lines, broken)
            misses += found is True
            unsaid += found is None
    return f"{alarms:6} {silent:7} {misses:7} of {broken_ones:3} {unsaid:7}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=150, help="right graphs of each kind (150)")
    count = parser.parse_args().count
    sides: dict[str, Callable[[list[Line], Broken | None], bool | None]] = {"micrograd.gradcheck": ours}
    try:
        import torch  # noqa: F401 - only whether it is there

        sides["torch.autograd.gradcheck"] = torchs
    except ImportError:
        print("torch.autograd.gradcheck: not installed")
    for name, check in sides.items():
        print(f"\n{name}, {count} right graphs of each kind\n{'':14}alarms    open  missed           open")
        start = process_time()
        for kind in KINDS:
            print(f"{kind:14}{line_of(kind, count, check)}")
        print(f"{process_time() - start:.1f} s of processor time")


if __name__ == "__main__":
    main()
