"""Display: what ``print`` and a notebook write of a thing, as Python would, cut off where it is endless."""

from __future__ import annotations

import sys
from typing import Any

from micrograd.engine import Value
from micrograd.nn import Module
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import (
    Builtin,
    Class,
    Counts,
    DefaultDict,
    Deque,
    DictView,
    ErrorKind,
    Instance,
    NamedPlaces,
    NetworkKind,
    OrderedPairs,
    TensorRow,
    Thrown,
    TupleKind,
    kind_name,
)
from micrograd_gui.document.python.operations import Frozen, holds_values, is_array, is_number, plain
from micrograd_gui.document.python.traced import NumpysTruth, is_from_numpy
from micrograd_gui.document.python.value_class import ValueClass

_PIECES = 4_000  # things in lists that are written; of more the rest is "…"
_DEEPEST = 30
TYPES = ("int", "float", "str", "bool", "list", "tuple", "dict", "set", "range")  # that are types, too
_WHERE = {
    "Value": "micrograd.engine.",
    **dict.fromkeys(("Module", "Neuron", "Layer", "MLP"), "micrograd.nn."),
}


class Display:
    """Writes things; ``own`` gives what an object's own ``__repr__`` does, None where it has none."""

    def __init__(self, own: Any) -> None:
        self._own = own
        self._left = _PIECES

    def text(self, thing: Any) -> str:
        """As ``str`` gives it."""
        self._left = _PIECES
        return thing if type(thing) is str else self._written(thing, _DEEPEST, as_text=True)

    def put_in(self, form: str, things: Any) -> Any:
        """What ``form % things`` writes: numbers and texts as they are, others as this shows them."""

        def shown(each: Any) -> Any:
            return each if is_number(each) or isinstance(each, str) else self.text(each)

        if isinstance(things, dict) and "%(" in form:
            return {name: shown(each) for name, each in things.items()}
        return tuple(map(shown, things if isinstance(things, tuple) else (things,)))

    def code(self, thing: Any) -> str:
        """As ``repr`` gives it."""
        self._left = _PIECES
        return self._written(thing, _DEEPEST, as_text=False)

    def _written(self, thing: Any, depth: int, as_text: bool = False) -> str:
        self._left -= 1
        if self._left < 0 or not depth:
            return "…"
        if thing is None or is_number(thing):
            shown = repr(plain(thing))
            if isinstance(thing, NumpysTruth):
                return shown if as_text else f"np.{shown}_"  # as in code
            if as_text or not is_from_numpy(thing):
                return shown
            return f"np.float64({shown})" if isinstance(thing, float) else f"np.int64({shown})"
        if isinstance(thing, str):
            return repr(thing)
        if isinstance(thing, Value):
            told = self._own(thing, as_text)
            return f"Value(data={thing.data}, grad={thing.grad or 0})" if told is None else told  # as in code
        if isinstance(thing, Instance):
            told = self._own(thing, as_text)
            if told is None and isinstance(thing, (list, dict)):
                return self._listed(thing, depth - 1)
            return f"<{thing.of.name} object>" if told is None else told
        if isinstance(thing, TensorRow):
            numbers = ", ".join(f"{getattr(each, 'data', each):.4f}" for each in self._some(thing.things))
            return f"tensor([{numbers}])"
        if isinstance(thing, Thrown):
            given = self._listed(thing.args, depth - 1)
            return str(self._own(thing, True)) if as_text else f"{thing.of.name}{given.replace(',)', ')')}"
        if isinstance(thing, Builtin) and thing.name in TYPES:
            return f"<class '{thing.name}'>"
        if isinstance(thing, (Class, ValueClass, TupleKind)):
            return f"<class '__main__.{thing.name}'>"
        if isinstance(thing, (NetworkKind, ErrorKind)):
            return f"<class '{_WHERE.get(thing.name, '')}{thing.name}'>"
        if isinstance(thing, NamedPlaces):
            told = zip(thing.of.fields, (self._written(each, depth - 1) for each in thing), strict=True)
            return f"{thing.of.name}({', '.join(f'{name}={what}' for name, what in told)})"
        if isinstance(thing, DefaultDict):
            made = self._written(thing.factory, 1)
            return f"defaultdict({made}, {self._listed(thing, depth - 1)})"
        if isinstance(thing, Counts):
            most_first = dict(sorted(thing.items(), key=lambda pair: -pair[1]))
            return f"Counter({self._listed(most_first, depth - 1) if thing else ''})"
        if isinstance(thing, OrderedPairs):
            pairs = dict(thing) if sys.version_info >= (3, 12) else list(thing.items())
            return f"OrderedDict({self._listed(pairs, depth - 1) if thing else ''})"
        if isinstance(thing, (list, tuple, set, dict)):
            return self._listed(thing, depth - 1)
        if holds_values(thing):
            import numpy as np

            with np.printoptions(formatter={"object": lambda each: self._written(each, depth - 1)}):
                return str(thing) if as_text else repr(thing)
        if isinstance(thing, (range, Module)) or is_array(thing):
            return str(thing) if as_text else repr(thing)
        try:
            return f"<{kind_name(thing)}>"
        except Wrong:
            return "<?>"

    def _listed(self, thing: Any, depth: int) -> str:
        if isinstance(thing, dict):
            pairs = [(self._written(k, depth), self._written(v, depth)) for k, v in self._some(thing.items())]
            inside = [f"{name}: {what}" for name, what in pairs]
        else:
            inside = [self._written(each, depth) for each in self._some(thing)]
        if len(thing) > len(inside):
            inside.append("…")
        match thing:
            case DictView():
                return f"dict_{thing.what}([{', '.join(inside)}])"
            case Deque():
                most = "" if thing.most is None else f", maxlen={thing.most}"
                return f"deque([{', '.join(inside)}]{most})"
            case Frozen():
                return f"frozenset({{{', '.join(inside)}}})" if inside else "frozenset()"  # as in code
            case list():
                return f"[{', '.join(inside)}]"
            case tuple():
                return f"({inside[0]},)" if len(inside) == 1 else f"({', '.join(inside)})"
            case set() if not thing:
                return "set()"
        return f"{{{', '.join(inside)}}}"

    def _some(self, things: Any) -> list[Any]:
        return [each for each, _ in zip(things, range(max(self._left, 0)), strict=False)]
