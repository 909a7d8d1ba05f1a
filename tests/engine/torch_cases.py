"""Where each op is compared with PyTorch; run as a script, it freezes PyTorch's answers into a file."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

FROZEN = Path(__file__).with_name("torch_numbers.json")
inf, nan = float("inf"), float("nan")
NUMBERS = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -3.0,
    3.0,
    1e-3,
    20.0,
    -20.0,
    100.0,
    709.0,
    710.0,
    -745.0,
    -746.0,
    1000.0,
    -1000.0,
    1e16,
    1e154,
    -1e155,
    1e300,
    1e308,
    -1e308,
    1.7976931348623157e308,
    1e-154,
    1e-308,
    2.2250738585072014e-308,
    5e-324,
    -5e-324,
    1e-310,
    inf,
    -inf,
    nan,
]
PAIRED = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    -3.0,
    1e-3,
    100.0,
    -745.0,
    1e155,
    1e308,
    -1e308,
    1e-308,
    -5e-324,
    inf,
    -inf,
    nan,
]
ONE = ["neg", "tanh", "relu", "sigmoid", "exp", "log", "sqrt", "sin", "cos", "abs"]
ONE += ["leaky_relu", "softplus", "silu", "gelu", "tan", "atan", "sinh", "cosh", "log1p", "expm1", "erf"]
TWO = ["+", "-", "*", "/", "**", "max", "min"]
EXPONENTS = [0, 1, 2, 3, -1, -2, -3, 0.5, -0.5, 1 / 3, 1.5, 2.5, 7, 100, 1001, inf, -inf]


def cases() -> list[tuple[str, tuple[float, ...]]]:
    """Each op with each number, or each pair of numbers; and the powers with constant exponents."""
    found: list[tuple[str, tuple[float, ...]]] = [(name, (x,)) for name in ONE for x in NUMBERS]
    found += [(name, pair) for name in TWO for pair in itertools.product(PAIRED, repeat=2)]
    return found + [(f"**{n}", (x,)) for n in EXPONENTS for x in NUMBERS]


def answer(name: str, operands: tuple[float, ...]) -> list[float]:
    """PyTorch's result there, and its grad of each operand."""
    import torch

    functions: dict[str, Any] = {
        "+": torch.add,
        "-": torch.sub,
        "*": torch.mul,
        "/": torch.div,
        "**": torch.pow,
        "neg": torch.neg,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "exp": torch.exp,
        "log": torch.log,
        "sqrt": torch.sqrt,
        "sin": torch.sin,
        "cos": torch.cos,
        "abs": torch.abs,
        **{name: getattr(torch, name) for name in ("tan", "atan", "sinh", "cosh", "log1p", "expm1", "erf")},
        **{name: getattr(torch.nn.functional, name) for name in ("leaky_relu", "softplus", "silu", "gelu")},
        "max": torch.maximum,
        "min": torch.minimum,
    }
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in operands]
    if name in functions:
        out = functions[name](*leaves)
    else:
        exponent = float(name[2:])
        out = leaves[0] ** (int(exponent) if exponent.is_integer() else exponent)
    out.backward()
    return [out.item(), *(leaf.grad.item() for leaf in leaves)]


def freeze() -> None:
    """Writes the file, an op per line, answers in the order of `cases`; as text: JSON has no inf or nan."""
    import torch

    lines = [
        json.dumps(name) + ": " + json.dumps([" ".join(map(repr, answer(*case))) for case in group])
        for name, group in itertools.groupby(cases(), key=lambda case: case[0])
    ]
    version = torch.__version__.split("+")[0]
    FROZEN.write_text("{" + ",\n".join([f'"torch": "{version}"', *lines]) + "}\n", "utf-8")


def frozen() -> list[tuple[str, tuple[float, ...], list[float]]]:
    """Op, operands, and what PyTorch answered."""
    answers = json.loads(FROZEN.read_text("utf-8"))
    places = {name: iter(texts) for name, texts in answers.items()}
    return [
        (name, operands, [float(number) for number in next(places[name]).split()])
        for name, operands in cases()
    ]


if __name__ == "__main__":
    freeze()
