"""Attributes: what a thing has by name, from a list of what is safe, and what can be set in it."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from micrograd.engine import Value
from micrograd.nn import Module
from micrograd.ops import OPS
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import (
    Builtin,
    Class,
    Function,
    Instance,
    Library,
    Method,
    NetworkKind,
    PassedOver,
    Running,
    kind_name,
)
from micrograd_gui.document.text import spoken

Of = Callable[[Running, Any, list[Any], dict[str, Any]], Any]
_NETWORK = ("w", "b", "nonlin", "activation", "neurons", "layers")
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
            return _of_instance(thing, name)
        case Class():
            return _of_class(thing, name)
        case PassedOver():
            if thing.name == "super()":
                return PassedOver("super()")
            return PassedOver(f"{thing.name}.{name}")
        case Library():
            found = thing.parts.get(name)
            if name in thing.parts:
                return found
            if thing.name in ("torch", "np") and (name in ("no_grad", "manual_seed", "set_printoptions")):
                return PassedOver(f"{thing.name}.{name}")
            return thing.part(name)
        case Module():
            return _of_network(run, thing, name)
    table = next((methods for kind, methods in _METHODS if isinstance(thing, kind)), None)
    if table is not None and name in table:
        return _method(table[name], thing)
    if ops.is_array(thing):
        return _of_array(thing, name)
    if ops.is_number(thing) and name == "item":
        return Builtin("item", lambda run, args, words: thing)
    raise _unknown(thing, name)


def _unknown(thing: Any, name: str) -> Wrong:
    return Wrong(f"{kind_name(thing)} has no {spoken(name)} here")


def _method(call: Of, thing: Any) -> Builtin:
    return Builtin("method", lambda run, args, words: call(run, thing, args, words))


def _of_value(run: Running, thing: Value, name: str) -> Any:
    if name in ("data", "grad", "label", "_op"):
        return getattr(thing, name)
    if name == "_prev":
        return thing._prev
    if name == "_backward":
        return _method(lambda run, it, args, words: run.watcher.passed_back(run.at, it), thing)
    if name == "backward":
        return _method(lambda run, it, args, words: run.watcher.backward(it), thing)
    if name == "zero_grad":
        return _method(lambda run, it, args, words: it.zero_grad(), thing)
    if name == "item":
        return _method(lambda run, it, args, words: it.data, thing)
    if name in _SAME:
        return _method(lambda run, it, args, words: it, thing)
    if name in OPS and OPS[name].arity == 1 and name.isidentifier():
        return _method(lambda run, it, args, words: ops.op_of_value(name, it, run.meter), thing)
    if name == "pow":
        return _method(lambda run, it, args, words: run.binary("**", it, *args), thing)
    if not name.startswith("_") and name in vars(thing):
        return vars(thing)[name]
    raise _unknown(thing, name)


def _of_instance(thing: Instance, name: str) -> Any:
    fields = vars(thing)
    if name in fields:
        return fields[name]
    if name == "__class__":
        return thing.of
    found = thing.of.find(name)
    if isinstance(found, (Function, Builtin)):
        return Method(found, thing)
    if found is not None:
        return found
    if name == "zero_grad" and thing.of.is_module:
        return _method(_zero_grad, thing)
    if name == "parameters" and thing.of.is_module:
        return Builtin("parameters", lambda run, args, words: [])
    raise Wrong(f"an object of {spoken(thing.of.name)} has no {spoken(name)}")


def _zero_grad(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    for each in ops.items(run.call(_of_instance(thing, "parameters"), [], {}), run.meter):
        if isinstance(each, Value):
            run.meter.evaluate()
            each.grad = 0.0


def _of_class(thing: Class, name: str) -> Any:
    if name == "__name__":
        return thing.name
    found = thing.find(name)
    if found is None:
        raise Wrong(f"the class {spoken(thing.name)} has no {spoken(name)}")
    return found


def _of_network(run: Running, thing: Module, name: str) -> Any:
    if name in _NETWORK and name in vars(thing):
        return vars(thing)[name]
    if name == "parameters":
        many = len(thing.parameters())
        run.meter.hold(many)
        run.meter.evaluate(many)
        return _method(lambda run, it, args, words: it.parameters(), thing)
    if name == "zero_grad":
        run.meter.evaluate(len(thing.parameters()))
        return _method(lambda run, it, args, words: it.zero_grad(), thing)
    raise _unknown(thing, name)


def _of_array(thing: Any, name: str) -> Any:
    if name in ("shape", "size", "ndim"):
        return getattr(thing, name)
    if name == "T":
        return thing.T
    if name == "tolist":
        return _method(lambda run, it, args, words: it.tolist(), thing)
    if name in ("sum", "mean", "max", "min", "std", "argmax", "argmin"):
        return _method(lambda run, it, args, words: getattr(it, name)().item(), thing)
    raise _unknown(thing, name)


def set_attribute_of(run: Running, thing: Any, name: str, new: Any) -> None:
    """``thing.name = new``; raises Wrong where that cannot be."""
    run.meter.hold(1)
    if isinstance(thing, Value):
        if name in ("data", "grad"):
            if isinstance(new, Value):
                raise Wrong(f"{name} is a number, not a Value: take its data")
            if new is None and name == "grad":
                new = 0.0
            if not ops.is_number(new):
                raise Wrong(f"{name} is a number, not {kind_name(new)}")
            setattr(thing, name, float(new))
        elif name == "label":
            if not isinstance(new, str):
                raise Wrong("a label is a text in quotes")
            thing.label = new[:200]
        elif name in ("requires_grad",):
            return
        elif name.startswith("_") or hasattr(type(thing), name):
            raise Wrong(f"{spoken(name)} of a Value cannot be set here")
        else:
            vars(thing)[name] = new
    elif isinstance(thing, Instance):
        if name.startswith("__"):
            raise Wrong(f"{spoken(name)} cannot be set")
        vars(thing)[name] = new
    elif isinstance(thing, Class) and not name.startswith("__"):
        thing.names[name] = new
    elif isinstance(thing, (PassedOver, NetworkKind)):
        return
    else:
        raise Wrong(f"nothing can be set in {kind_name(thing)}")


# Methods of lists, texts and the like --------------------------------------------------------------


def _append(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    run.meter.hold(1)
    (new,) = _few(args, 1, "append")
    thing.append(new)


def _extend(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    (more,) = _few(args, 1, "extend")
    found = ops.items(run.iterable(more), run.meter)
    run.meter.hold(len(found))  # type: ignore[arg-type]  # what has items has a length
    thing.extend(list(found))


def _insert(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    at, new = _few(args, 2, "insert")
    run.meter.hold(1)
    run.meter.evaluate(1 + len(thing) // 1000)
    thing.insert(_whole(at), new)


def _pop(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    run.meter.evaluate(1 + len(thing) // 1000)
    return thing.pop(*[_whole(each) for each in args[:1]])


def _index(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> int:
    (wanted,) = _few(args, 1, "index")
    for at, each in enumerate(thing):
        if ops.equal(each, wanted, run.meter):
            return at
    raise Wrong("there is no such thing in it")


def _count(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> int:
    (wanted,) = _few(args, 1, "count")
    return sum(ops.equal(each, wanted, run.meter) for each in thing)


def _reverse(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    run.meter.evaluate(1 + len(thing) // 100)
    thing.reverse()


def _sort(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    thing[:] = run.call(run.builtin("sorted"), [thing], words)


def _copy(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    run.meter.hold(len(thing))
    return thing.copy()


def _clear(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    thing.clear()


def _add(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    run.meter.hold(1)
    thing.add(ops.key(*_few(args, 1, "add")))


def _discard(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    thing.discard(ops.key(*_few(args, 1, "discard")))


def _got(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    if not 1 <= len(args) <= 2:
        raise Wrong("get takes a key, and what there is without it")
    return thing.get(ops.key(args[0]), args[1] if len(args) == 2 else None)


def _view(what: str) -> Of:
    def view(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> list[Any]:
        run.meter.hold(3 * len(thing))
        return list(getattr(thing, what)())

    return view


def _of_text(name: str, few: int) -> Of:
    """A method of texts that takes texts and gives a text, or whether something is so."""

    def called(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
        if len(args) > few or not all(isinstance(each, str) for each in args):
            raise Wrong(f"{name} takes {few} texts at most")
        run.meter.evaluate(1 + len(thing) // 100)
        if name == "replace" and len(args) == 2 and len(thing) * (len(args[1]) + 1) > 1_000_000:
            raise Wrong("the text becomes too long")
        out = getattr(thing, name)(*args)
        if isinstance(out, list):
            run.meter.hold(len(out) + len(thing) // 10)
        return run.meter.text(out) if isinstance(out, str) else out

    return called


def _join(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> str:
    (parts,) = _few(args, 1, "join")
    found = list(ops.items(run.iterable(parts), run.meter)) if not isinstance(parts, range) else []
    if not all(isinstance(each, str) for each in found):
        raise Wrong("texts are joined")
    if sum(len(each) + len(thing) for each in found) > 100_000:
        raise Wrong("the text becomes too long")
    return run.meter.text(thing.join(found))


def _padded(name: str) -> Of:
    def padded(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> str:
        width = _whole(args[0]) if args else 0
        if not 0 <= width <= 1000:
            raise Wrong("a width of so many places is not written here")
        return run.meter.text(getattr(thing, name)(width))

    return padded


def _format(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> str:
    """``"{:.3f} {name}".format(x, name=y)``, without fields of fields."""
    pieces, turn = [], 0
    for text, name, spec, conversion in string.Formatter().parse(thing):
        pieces.append(text)
        if name is None:
            continue
        if name == "":
            name, turn = str(turn), turn + 1
        if "{" in (spec or "") or not (name.isdecimal() or name.isidentifier()):
            raise Wrong("only plain fields such as {} and {:.3f} are filled in")
        if name.isdecimal() and int(name[:6]) < len(args):
            given = args[int(name[:6])]
        elif name in words:
            given = words[name]
        else:
            raise Wrong(f"nothing is given for {{{spoken(name)}}}")
        shown = run.display.code(given) if conversion == "r" else run.display.text(given)
        pieces.append(ops.formatted(given, spec or "", shown))
        run.meter.hold(1 + len(pieces[-1]) // 10)
    return run.meter.text("".join(pieces))


def _few(args: list[Any], many: int, name: str) -> list[Any]:
    if len(args) != many:
        raise Wrong(f"{name} takes {many} operand{'s' * (many != 1)}, not {len(args)}")
    return args


def _whole(thing: Any) -> int:
    if not isinstance(thing, int):
        raise Wrong(f"a place is a whole number, not {kind_name(thing)}")
    return int(thing)


_METHODS: tuple[tuple[type, dict[str, Of]], ...] = (
    (
        list,
        {
            "append": _append,
            "extend": _extend,
            "insert": _insert,
            "pop": _pop,
            "index": _index,
            "count": _count,
            "reverse": _reverse,
            "sort": _sort,
            "copy": _copy,
            "clear": _clear,
        },
    ),
    (tuple, {"index": _index, "count": _count}),
    (set, {"add": _add, "discard": _discard, "remove": _discard, "copy": _copy, "clear": _clear}),
    (
        dict,
        {
            "get": _got,
            "keys": _view("keys"),
            "values": _view("values"),
            "items": _view("items"),
            "copy": _copy,
            "clear": _clear,
        },
    ),
    (
        str,
        {
            "join": _join,
            "format": _format,
            "ljust": _padded("ljust"),
            "rjust": _padded("rjust"),
            "center": _padded("center"),
            "zfill": _padded("zfill"),
            **{
                name: _of_text(name, few)
                for name, few in (
                    ("upper", 0),
                    ("lower", 0),
                    ("strip", 1),
                    ("lstrip", 1),
                    ("rstrip", 1),
                    ("split", 1),
                    ("title", 0),
                    ("replace", 2),
                    ("startswith", 1),
                    ("endswith", 1),
                    ("capitalize", 0),
                )
            },
        },
    ),
)
