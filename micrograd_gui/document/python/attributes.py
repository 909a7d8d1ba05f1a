"""Attributes: what a thing has by name, from a list of what is safe, and what can be set in it."""

from __future__ import annotations

import ast
from typing import Any

from micrograd.engine import Value
from micrograd.language import kept, tr
from micrograd.nn import Module
from micrograd.ops import OPS
from micrograd_gui.document.python import ints, places
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.classes import docstring, named_tuple, of_super
from micrograd_gui.document.python.known.declaring import FIELDS
from micrograd_gui.document.python.known.generators import drawn_from
from micrograd_gui.document.python.known.holders import held_method, of_kind
from micrograd_gui.document.python.known.methods import few, method, method_of
from micrograd_gui.document.python.known.networks import is_network, written_out
from micrograd_gui.document.python.known.torch_parts import attribute_of_tensor
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import (
    VALUE,
    Bar,
    Builtin,
    Class,
    Counts,
    DefaultDict,
    ErrorKind,
    Function,
    Generator,
    Instance,
    Library,
    Method,
    NamedPlaces,
    NetworkKind,
    PassedOver,
    Running,
    Super,
    TensorRow,
    Thrown,
    TupleKind,
    kind_name,
    pythons,
)
from micrograd_gui.document.python.traced import pythons_own
from micrograd_gui.document.python.value_class import ValueClass, called_own
from micrograd_gui.document.text import spoken

_NETWORK = ("w", "b", "nonlin", "activation", "neurons", "layers")
_SIGNED = {
    f"__{turned}{name}__": (sign, bool(turned))
    for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("pow", "**"))
    for turned in ("", "r")
}
_HOLDERS = ("dict", "list", "tuple", "set", "frozenset", "type")
_SAME = (
    "double",
    "float",
    "requires_grad_",
    "retain_grad",
    "detach",
    "clone",
    "item",
)  # of a tensor of one number


def attribute_of(run: Running, thing: Any, name: str) -> Any:
    """``thing.name``; raises Wrong where it is not among what is safe."""
    match thing:
        case Value():
            return _of_value(run, thing, name)
        case Instance():
            return _of_instance(run, thing, name)
        case Class() | ValueClass():
            return _of_class(thing, name)
        case Super():
            return of_super(run, thing, name)
        case NamedPlaces():
            return _of_named_tuple(thing, name)
        case TupleKind() if name in ("_fields", "__name__"):
            return thing.fields if name == "_fields" else thing.name
        case Bar():
            return PassedOver(f"tqdm.{name}")
        case Generator():
            return drawn_from(thing, name)
        case TensorRow():
            return attribute_of_tensor(run, thing, name)
        case Thrown() if name == "args":
            return thing.args
        case Thrown() if name == "__cause__":
            return vars(thing).get(name)
        case Builtin() | Function() | NetworkKind() | ErrorKind() if name == "__name__":
            return thing.fields.get(name, thing.name) if isinstance(thing, Function) else thing.name
        case NetworkKind() if thing is VALUE and name in OPS and OPS[name].arity == 1:
            return Builtin(
                name, lambda run, args, words: run.call(run.attribute(args[0], name), args[1:], words)
            )
        case NetworkKind() if is_network(thing) and (found := written_out(run, thing).find(name)) is not None:
            return found
        case Function() if name in thing.fields:
            return thing.fields[name]
        case Function() if name == "__doc__":
            return docstring(thing.body)
        case PassedOver():
            return thing if thing.name == "super()" else PassedOver(f"{thing.name}.{name}")
        case Library():
            if name in thing.parts:
                return thing.parts[name]
            passed = ("no_grad", "manual_seed", "set_printoptions")
            if thing.name == "sys" or (thing.name in ("torch", "np") and name in passed):
                return PassedOver(f"{thing.name}.{name}")
            return thing.part(name)
        case Module():
            return _of_network(run, thing, name)
    found = method_of(thing, name) or of_kind(thing, name)
    if found is not None:
        return found
    if ops.is_array(thing):
        return _of_array(thing, name)
    if ops.is_number(thing) and name == "item":
        return Builtin("item", lambda run, args, words: pythons_own(thing))
    if ops.is_number(thing) and name in ("round", "is_integer"):  # as numpy's have
        return Builtin(name, lambda run, args, words: _of_number(run, thing, name, args))
    raise _unknown(thing, name)


def _unknown(thing: Any, name: str) -> Wrong:
    return Wrong(tr("{thing} has no {name} here", thing=kind_name(thing), name=spoken(name)), AttributeError)


def _of_value(run: Running, thing: Value, name: str) -> Any:
    kind = run.values
    if name == "__class__":
        return run.call(run.builtin("type"), [thing], {})
    if kind is not None:
        name = kind.called.get(name, name)
        own = kind.own(name)
        if own is not None and own.asked:
            return called_own(run, kind, name, thing, [], {})
        if own is not None:
            return method(lambda run, it, args, words: called_own(run, kind, name, it, args, words), thing)
    if name in ("data", "grad") and kind is not None:
        return _data_of(thing, kind) if name == "data" else ints.grad_of(thing, kind.begins_whole)
    if name in ("data", "grad", "label", "_op", "_prev"):
        return getattr(thing, name)
    if name == "_backward":
        return method(lambda run, it, args, words: run.watcher.passed_back(run.at, it), thing)
    if name == "backward":
        return method(lambda run, it, args, words: run.watcher.backward(it), thing)
    if name == "zero_grad":
        return method(lambda run, it, args, words: it.zero_grad(), thing)
    if name == "item":
        return method(lambda run, it, args, words: it.data, thing)
    if name in _SAME:
        return method(lambda run, it, args, words: it, thing)
    if name in OPS and OPS[name].arity == 1 and name.isidentifier():
        return method(lambda run, it, args, words: ops.op_of_value(name, it, run.meter), thing)
    if name == "pow":
        return method(lambda run, it, args, words: run.binary("**", it, *args), thing)
    if name in _SIGNED:
        sign, turned = _SIGNED[name]
        return method(lambda run, it, args, words: _signed(run, sign, turned, it, args), thing)
    if not name.startswith("_") and name in vars(thing):
        return vars(thing)[name]
    raise _unknown(thing, name)


def _data_of(thing: Value, kind: ValueClass) -> Any:
    return thing.data if kind.holds_floats else ints.data_of(thing)


def _signed(run: Running, sign: str, turned: bool, thing: Value, args: list[Any]) -> Any:
    """``a.__add__(b)`` is ``a + b``."""
    (other,) = few(args, 1, tr("this {op}", op=sign))
    return run.binary(sign, other, thing) if turned else run.binary(sign, thing, other)


def _of_instance(run: Running, thing: Instance, name: str) -> Any:
    fields = vars(thing)
    if name in fields:
        return fields[name]
    if name == "__class__":
        return thing.of
    if name == FIELDS:
        return fields
    found = thing.of.find(name)
    if isinstance(found, (Function, Builtin)):
        return Method(found, thing)
    if found is not None:
        return found
    if (held := held_method(thing, name)) is not None:
        return held
    if not name.startswith("__") and (own := thing.of.find("__getattr__")) is not None:
        return run.call(own, [thing, name], {})
    thrown = pythons(AttributeError, f"'{thing.of.name}' object has no attribute '{name}'")  # as in code
    raise Wrong(
        tr("an object of {kind} has no {name}", kind=spoken(thing.of.name), name=spoken(name)),
        AttributeError,
        thrown,
    )


def _of_class(thing: Class | ValueClass, name: str) -> Any:
    if name == "__name__":
        return thing.name
    found = thing.find(name)
    if found is None:
        raise Wrong(
            tr("the class {kind} has no {name}", kind=spoken(thing.name), name=spoken(name)), AttributeError
        )
    return Method(found, thing) if isinstance(found, Function) and found.of_class else found


def _of_network(run: Running, thing: Module, name: str) -> Any:
    if name in _NETWORK and name in vars(thing):
        return vars(thing)[name]
    if name == "parameters":
        many = len(thing.parameters())
        run.meter.hold(many)
        run.meter.evaluate(many)
        return method(lambda run, it, args, words: it.parameters(), thing)
    if name == "zero_grad":
        run.meter.evaluate(len(thing.parameters()))
        return method(lambda run, it, args, words: it.zero_grad(), thing)
    raise _unknown(thing, name)


def _of_number(run: Running, thing: Any, name: str, args: list[Any]) -> Any:
    if name == "is_integer":
        return float(thing).is_integer()
    return run.call(run.builtin("round"), [thing, *args], {})


def _of_array(thing: Any, name: str) -> Any:
    if name in ("shape", "size", "ndim"):
        return getattr(thing, name)
    if name == "T":
        return thing.T
    if name == "dtype":
        return str(thing.dtype)
    raise _unknown(thing, name)


def item_of(run: Running, thing: Any, place: Any) -> Any:
    """``thing[place]``, also of an object whose class says what that is; raises Wrong."""
    place = ops.as_whole(place) if isinstance(thing, (list, tuple)) else place
    if isinstance(thing, Instance) and (own := thing.of.find("__getitem__")) is not None:
        return run.call(own, [thing, place], {})
    if isinstance(thing, Builtin) and thing.name in _HOLDERS:
        return thing  # dict[str, float] is a dict
    own = thing.of.find("__missing__") if isinstance(thing, Instance) and isinstance(thing, dict) else None
    if own is not None and ops.key(place) not in thing:
        return run.call(own, [thing, place], {})
    if isinstance(thing, Counts) and ops.key(place) not in thing:
        return 0
    if isinstance(thing, Class) and thing.members and isinstance(place, str):
        thing = {name: one for name, one in thing.names.items() if isinstance(one, thing.kind)}
    if isinstance(thing, DefaultDict) and thing.factory is not None and ops.key(place) not in thing:
        places.put(thing, place, run.call(thing.factory, [], {}), run.meter)
    return places.item(thing, place, run.meter)


def set_item_of(run: Running, thing: Any, place: Any, new: Any) -> None:
    """``thing[place] = new``, also of an object whose class says what that does; raises Wrong."""
    if isinstance(thing, Instance) and (own := thing.of.find("__setitem__")) is not None:
        run.call(own, [thing, place, new], {})
    elif thing is run.scope.outermost.names and isinstance(place, str):  # globals()["a"] = 2
        run.bind(ast.Name(place), new, run.scope.outermost)
    else:
        places.put(thing, place, new, run.meter)


def _of_named_tuple(thing: NamedPlaces, name: str) -> Any:
    kind = thing.of
    if name in kind.fields:
        return thing[kind.fields.index(name)]
    if name == "_asdict":
        return method(lambda run, it, args, words: dict(zip(kind.fields, it, strict=True)), thing)
    if name == "_replace":
        return method(
            lambda run, it, args, words: named_tuple(
                kind, [], {**dict(zip(kind.fields, it, strict=True)), **words}
            ),
            thing,
        )
    found = kind.names.get(name)
    if isinstance(found, Function):
        return Method(found, thing)
    held = found if found is not None else method_of(thing, name)
    if held is None:
        raise _unknown(thing, name)
    return held


def set_attribute_of(run: Running, thing: Any, name: str, new: Any) -> None:
    """``thing.name = new``; raises Wrong where that cannot be."""
    run.meter.hold(1)
    if isinstance(thing, Value):
        _set_of_value(run, thing, name, new)
    elif isinstance(thing, Instance):
        if name.startswith("__"):
            raise Wrong(tr("{name} cannot be set", name=spoken(name)))
        _refuse_to_set(thing.of, name)
        vars(thing)[name] = new
    elif isinstance(thing, (Class, ValueClass)):
        thing.names[name] = new
    elif isinstance(thing, Function) and not name.startswith("__"):
        thing.fields[name] = new
    elif thing is VALUE:
        run.value_class().names[name] = new
    elif isinstance(thing, (PassedOver, NetworkKind)) or (
        isinstance(thing, TensorRow) and name in ("requires_grad", "grad")
    ):
        return
    else:
        raise Wrong(tr("nothing can be set in {thing}", thing=kind_name(thing)))


def _refuse_to_set(kind: Class, name: str) -> None:
    """Raises Wrong where the class says that its objects never change, or have no such field."""
    if kind.frozen:
        thrown = pythons(AttributeError, f"cannot assign to field {name!r}")  # as in code
        thrown.of.name = "FrozenInstanceError"
        said = tr("objects of {kind} never change", kind=spoken(kind.name))
        raise Wrong(said, AttributeError, thrown)
    if not any(_has_room(each.names, name) for each in kind.line()):
        raise _no_room(kind.name, name)


def _has_room(names: dict[str, Any], name: str) -> bool:
    """Whether ``__slots__`` says that there is such a field, or nothing says what there is."""
    slots = names.get("__slots__")
    return slots is None or name in ((slots,) if isinstance(slots, str) else tuple(slots))


def _no_room(kind: str, name: str) -> Wrong:
    thrown = pythons(AttributeError, f"'{kind}' object has no attribute '{name}'")  # as in code
    said = tr("an object of {kind} has no {name}", kind=spoken(kind), name=spoken(name))
    return Wrong(said, AttributeError, thrown)


def _set_of_value(run: Running, thing: Value, name: str, new: Any) -> None:
    if run.values is not None:
        name = run.values.called.get(name, name)
    if name == "_backward" and run.walked:
        return  # the op that it is has a rule of its own
    if name in ("data", "grad"):
        if isinstance(new, Value):
            raise Wrong(tr("{name} is a number, not a Value: take its data", name=name))
        if new is None and name == "grad":
            new = 0.0
        if not ops.is_number(new):
            raise Wrong(tr("{name} is a number, not {thing}", name=name, thing=kind_name(new)))
        setattr(thing, name, float(new))
        ints.set_to(thing, name, new)
    elif name == "label":
        if not isinstance(new, str):
            run.note(kept("A label is a text: here it is what {thing} is written as.", thing=kind_name(new)))
        thing.label = (new if isinstance(new, str) else str(run.display.text(new)))[:200]
    elif name == "requires_grad":
        return
    elif run.values is not None and run.values.above is None and not _has_room(run.values.names, name):
        raise _no_room(run.values.name, name)
    elif name.startswith("_") or hasattr(type(thing), name):
        raise Wrong(tr("{name} of a Value cannot be set here", name=spoken(name)))
    else:
        vars(thing)[name] = new
