"""A tiny autograd engine that can be watched: Value, nn, losses, optim, draw_dot, gradcheck, Tape."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from micrograd.engine import Value

if TYPE_CHECKING:
    from micrograd import losses, nn, optim
    from micrograd.check import gradcheck
    from micrograd.diagnosis import diagnose
    from micrograd.dot import draw_dot, trace
    from micrograd.replay.tape import Tape

__all__ = ["Tape", "Value", "diagnose", "draw_dot", "gradcheck", "losses", "nn", "optim", "trace"]

__version__ = "0.2.0"  # the one place that says it

_HOMES = {
    "draw_dot": "dot",
    "trace": "dot",
    "gradcheck": "check",
    "diagnose": "diagnosis",
    "Tape": "replay.tape",
}


def __getattr__(name: str) -> Any:
    """Loads on first use what needs numpy or graphviz."""
    if name in ("losses", "nn", "optim"):
        return import_module(f"micrograd.{name}")
    if name in _HOMES:
        value = getattr(import_module(f"micrograd.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'micrograd' has no attribute {name!r}")
    globals()[name] = value  # also where a submodule of the same name would stand in its way
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
