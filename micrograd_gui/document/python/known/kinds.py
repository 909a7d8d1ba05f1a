"""Kinds: what a cell asks of a thing: its type, what it is an instance of, what it has by name."""

from __future__ import annotations

from typing import Any

from micrograd.engine import Value
from micrograd.language import tr
from micrograd.nn import Module as _Module
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.control import CellRefusal
from micrograd_gui.document.python.known.declaring import FIELDS, builtin
from micrograd_gui.document.python.known.networks import is_network
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import (
    LAYER,
    MLP,
    MODULE,
    NEURON,
    VALUE,
    Builtin,
    Class,
    ErrorKind,
    Function,
    Instance,
    Method,
    NamedPlaces,
    NetworkKind,
    PassedOver,
    Running,
    Thrown,
    TupleKind,
)
from micrograd_gui.document.python.value_class import ValueClass


@builtin("type", 1, 1)
def _type(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    (thing,) = args
    if isinstance(thing, Value):
        kind = None if run.values is None else run.values.of(thing)
        return VALUE if kind is None or (kind.name == "Value" and not kind.names) else kind
    if isinstance(thing, (Instance, Thrown, NamedPlaces)):
        return thing.of
    if isinstance(thing, _Module):
        return {"Neuron": NEURON, "Layer": LAYER, "MLP": MLP}.get(type(thing).__name__, MODULE)
    name = next((name for name, kind in _TYPES.items() if name != "int" and isinstance(thing, kind)), "")
    name = "int" if not name and ops.is_number(thing) else "range" if isinstance(thing, range) else name
    if name:
        return run.builtin(name)
    of = "numpy.ndarray" if ops.is_array(thing) else "NoneType" if thing is None else "function"
    return NetworkKind(of)


@builtin("callable", 1, 1)
def _callable(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing = args[0]
    if isinstance(thing, Instance):
        return thing.of.find("__call__") is not None
    return isinstance(thing, (Builtin, Function, Method, Class, NetworkKind, ErrorKind, _Module))


def _has(run: Running, thing: Any, name: Any) -> tuple[bool, Any]:
    """Whether it has that field, and the field."""
    if not isinstance(name, str):
        raise Wrong(tr("a field is told by its name, a text"), TypeError)
    try:
        return True, run.attribute(thing, name)
    except Wrong:
        return False, None
    except CellRefusal as refusal:  # of an object's own __getattr__, or of a property
        if refusal.wrong.kind is not AttributeError:
            raise
        return False, None


@builtin("hasattr", 2, 2)
def _hasattr(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return _has(run, *args)[0]


@builtin("getattr", 2, 3)
def _getattr(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    there, found = _has(run, *args[:2])
    if there or len(args) == 3:
        return found if there else args[2]
    return run.attribute(*args)


@builtin("setattr", 3, 3)
def _setattr(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if not isinstance(args[1], str):
        raise Wrong(tr("a field is told by its name, a text"), TypeError)
    run.set_attribute(*args)


@builtin("vars", 0, 1)
def _vars(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return run.attribute(args[0], FIELDS) if args else _locals.call(run, [], {})


@builtin("globals", 0, 0)
def _globals(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return run.scope.outermost.names


@builtin("locals", 0, 0)
def _locals(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    names = run.entered[-1][2].names if run.entered else run.scope.outermost.names
    run.meter.hold(2 * len(names))
    return dict(names) if run.entered else names


@builtin("issubclass", 2, 2)
def _issubclass(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    kind, kinds = args[0], args[1] if isinstance(args[1], tuple) else (args[1],)
    return any(_is_made_from(kind, each) for each in kinds)


def _is_made_from(kind: Any, other: Any) -> bool:
    if isinstance(kind, Class):
        if isinstance(other, Builtin):
            return kind.holder is not None and kind.holder.__name__ == other.name
        return kind.is_from(other) if isinstance(other, NetworkKind) else other in kind.line()
    return kind is other or (other is MODULE and is_network(kind))


@builtin("isinstance", 2, 2)
def _isinstance(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing, kinds = args
    if isinstance(thing, Value) and run.values is not None:
        line = [each.name for each in run.values.of(thing).line()]
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        if any(isinstance(each, ValueClass) for each in kinds):
            return any(
                each.name in line if isinstance(each, ValueClass) else _is_a(thing, each) for each in kinds
            )
    return any(_is_a(thing, each) for each in (kinds if isinstance(kinds, tuple) else (kinds,)))


_TYPES: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "set": set,
}


def _is_a(thing: Any, kind: Any) -> bool:
    if kind is VALUE or isinstance(kind, ValueClass):
        return isinstance(thing, Value)
    if isinstance(kind, Class):
        return isinstance(thing, Instance) and kind in thing.of.line()
    if isinstance(kind, TupleKind):
        return isinstance(thing, NamedPlaces) and thing.of is kind
    if isinstance(kind, Builtin) and kind.name in _TYPES:
        return isinstance(thing, _TYPES[kind.name])
    if isinstance(kind, ErrorKind):
        return isinstance(thing, Thrown) and issubclass(thing.of.kind, kind.kind)
    if isinstance(kind, NetworkKind) and kind.name == "object":
        return True
    if isinstance(kind, NetworkKind) and kind.name == "numpy.ndarray":
        return ops.is_array(thing)
    if isinstance(kind, PassedOver):
        return False
    if isinstance(kind, NetworkKind):
        if isinstance(thing, Instance):
            return thing.of.is_from(kind)
        return isinstance(thing, _Module) and (kind is MODULE or type(thing).__name__ == kind.name)
    raise Wrong(tr("that is no class that is known here"))


KINDS = (_type, _callable, _hasattr, _getattr, _setattr, _vars, _globals, _locals, _issubclass, _isinstance)
