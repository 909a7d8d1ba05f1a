"""Watching: what a cell does by hand to data and grads, and loops that train."""

from __future__ import annotations

import ast
from types import TracebackType
from typing import Any

from micrograd.engine import Value, topological_order
from micrograd_gui.document.python.objects import Running, Scope


class Watched:
    """A loop that is gone through."""

    def __enter__(self) -> Watched:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def turn(self) -> bool:
        """A turn is over; gives whether the loop is to end with it."""
        return False


class Watcher:
    """Who is told of each change of data and grads, each pass, and each loop of a cell."""

    def __init__(self, run: Running) -> None:
        self.run = run

    def loop(self, each: ast.For | ast.While, scope: Scope, turns: int | None) -> Watched:
        """A loop begins."""
        return Watched()

    def set_by_hand(self, where: ast.Attribute, value: Value, field: str, before: float) -> None:
        """The data or the grad of a Value was set."""

    def calls(self, where: ast.Call, called: Any, scope: Scope) -> None:
        """Something is called."""

    def passed_back(self, value: Value) -> None:
        """``value._backward()``."""
        value._backward()

    def backward(self, value: Value) -> None:
        """``value.backward()``."""
        self.run.meter.evaluate(len(topological_order(value)))
        value.backward()
        self.run.spoken_of = value
