"""Library: the functions that every cell knows, such as print, sum and zip."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from micrograd.engine import Value
from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.classes import as_number, formatted, super_of
from micrograd_gui.document.python.known.declaring import all_items, builtin, count, dict_of, number
from micrograd_gui.document.python.known.kinds import KINDS
from micrograd_gui.document.python.limits import Wrong, whole
from micrograd_gui.document.python.objects import (
    Builtin,
    Class,
    Instance,
    Once,
    Running,
    TensorRow,
    kind_name,
    pythons,
)
from micrograd_gui.document.python.traced import as_numpys, function_of, is_from_numpy, pythons_own


@builtin("print", 0, 999, ("sep", "end", "file", "flush"))
def _print(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    sep, end = (given.get(word) for word in ("sep", "end"))
    sep, end = (" " if sep is None else str(sep)), ("\n" if end is None else str(end))
    run.write(sep.join(run.display.text(each) for each in args) + end)


@builtin("sum", 1, 2, ("start",))
def _sum(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    total = args[1] if len(args) > 1 else given.get("start", 0)
    for each in all_items(run, args[0]):
        run.meter.evaluate()
        total = run.binary("+", total, each)
    return total


def _extreme(name: str, wins: ast.cmpop) -> Builtin:
    @builtin(name, 1, 999, ("key", "default"))
    def chosen(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        things = args if len(args) > 1 else all_items(run, args[0])
        if not things:
            if "default" in given:
                return given["default"]
            raise Wrong(tr("{name} of nothing", name=name))
        judge = given.get("key")
        best, its = None, None
        for at, each in enumerate(things):
            run.meter.evaluate()
            judged = each if judge is None else run.call(judge, [each], {})
            if at == 0 or ops.truth(run.compared(wins, judged, its)):
                best, its = each, judged
        return best

    return chosen


@builtin("sorted", 1, 1, ("key", "reverse"))
def _sorted(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    things, judge = all_items(run, args[0]), given.get("key")
    judged = [each if judge is None else run.call(judge, [each], {}) for each in things]
    run.meter.evaluate(len(things))
    flat = all(map(ops.is_number, judged)) or all(isinstance(each, str) for each in judged)
    rank: Any = judged.__getitem__
    if not flat:
        rank = cmp_to_key(lambda a, b: _order(run, judged[a], judged[b]))
    order = sorted(range(len(things)), key=rank, reverse=ops.truth(given.get("reverse")))
    return [things[each] for each in order]


def _order(run: Running, x: Any, y: Any) -> int:
    run.meter.evaluate()
    if ops.truth(run.compared(ast.Lt(), x, y)):
        return -1
    return int(ops.truth(run.compared(ast.Lt(), y, x)))


@builtin("len", 1, 1)
def _len(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing = args[0]
    if isinstance(thing, Instance) and (own := thing.of.find("__len__")) is not None:
        return run.call(own, [thing], {})
    if isinstance(thing, (list, tuple, str, dict, set, range)) or ops.is_array(thing):
        return len(thing)
    if isinstance(thing, TensorRow):
        return len(thing.things)
    if isinstance(thing, Class) and thing.members:
        return len(thing.members)
    raise Wrong(tr("{thing} has no length", thing=kind_name(thing)), TypeError)


@builtin("range", 1, 3)
def _range(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    numbers = [count(each, "range") for each in args]
    if len(numbers) == 3 and not numbers[2]:
        raise Wrong(tr("a range goes by a step other than 0"))
    made = range(*numbers)
    if max(map(abs, numbers)) > 10**15:
        raise Wrong(tr("the range is too long"))
    return made


@builtin("zip", 0, 99, ("strict",))
def _zip(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    lists = [run.iterable(each) for each in args]
    lists = [each if isinstance(each, Once) else places.items(each, run.meter) for each in lists]
    left = [len(each.things) - each.at if isinstance(each, Once) else len(each) for each in lists]
    run.meter.hold(min(left, default=0) * (len(lists) + 1))
    if run.truth(given.get("strict")) and len(set(left)) > 1:
        at = next(at for at, many in enumerate(left) if many != left[0])
        other = "longer" if left[at] > left[0] else "shorter"  # as in code
        before = "1" if at == 1 else f"s 1-{at}"
        told = f"zip() argument {at + 1} is {other} than argument{' ' * (at == 1)}{before}"  # as in code
        thrown = pythons(ValueError, told)
        said = tr(
            "zip with strict=True takes lists of one length, not {these}", these=", ".join(map(str, left))
        )
        raise Wrong(said, ValueError, thrown)
    turns = (each.turns() if isinstance(each, Once) else each for each in lists)
    return Once(list(zip(*turns, strict=False)))


@builtin("enumerate", 1, 2, ("start",))
def _enumerate(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    start = count(args[1] if len(args) > 1 else given.get("start", 0), "enumerate")
    things = all_items(run, args[0])
    run.meter.hold(2 * len(things))
    return Once(list(enumerate(things, start)))


@builtin("reversed", 1, 1)
def _reversed(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return Once(all_items(run, args[0])[::-1])


@builtin("map", 2, 9)
def _map(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    lists = [all_items(run, each) for each in args[1:]]
    return Once([run.call(args[0], list(each), {}) for each in zip(*lists, strict=False)])


@builtin("filter", 2, 2)
def _filter(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    kept = all_items(run, args[1])
    return Once([each for each in kept if run.truth(run.call(args[0], [each], {}) if args[0] else each)])


@builtin("iter", 1, 1)
def _iter(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return args[0] if isinstance(args[0], Once) else Once(all_items(run, args[0]))


@builtin("next", 1, 2)
def _next(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing = args[0]
    if isinstance(thing, Instance) and (own := thing.of.find("__next__")) is not None:
        return run.call(own, [thing], {})
    if not isinstance(thing, Once):
        raise Wrong(tr("next takes an iterator, not {thing}", thing=kind_name(thing)), TypeError)
    if thing.at < len(thing.things):
        thing.at += 1
        return thing.things[thing.at - 1]
    if len(args) == 2:
        return args[1]
    raise Wrong(tr("the iterator has nothing left"), StopIteration)


@builtin("divmod", 2, 2)
def _divmod(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return run.binary("//", *args), run.binary("%", *args)


@builtin("id", 1, 1)
def _id(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return id(args[0])


@builtin("format", 1, 2)
def _format(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    spec = args[1] if len(args) > 1 else ""
    return run.meter.text(formatted(run, args[0], str(spec)))


@builtin("chr", 1, 1)
def _chr(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return chr(count(args[0], "chr"))


@builtin("ord", 1, 1)
def _ord(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return ord(args[0]) if isinstance(args[0], str) else count(args[0], "ord")


@builtin("all", 1, 1)
def _all(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return all(map(run.truth, all_items(run, args[0])))


@builtin("any", 1, 1)
def _any(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return any(map(run.truth, all_items(run, args[0])))


@builtin("abs", 1, 1)
def _abs(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    (x,) = args
    if isinstance(x, Value):
        return ops.op_of_value("abs", x, run.meter)
    if (own := as_number(run, x, "__abs__")) is not x:
        return own
    if ops.is_array(x):
        return abs(x)
    size = function_of("abs", abs(number(x, "abs")), x)
    return as_numpys(size) if is_from_numpy(x) else size


@builtin("round", 1, 2, ("ndigits",))
def _round(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    digits = args[1] if len(args) > 1 else given.get("ndigits")
    found = round(
        number(as_number(run, args[0], "__round__"), "round"),
        None if digits is None else max(-99, min(99, count(digits, "round"))),
    )
    return as_numpys(found) if digits is not None and is_from_numpy(args[0]) else found


@builtin("pow", 2, 2)
def _pow(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return run.binary("**", *args)


@builtin("float", 0, 1)
def _float(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if not args:
        return 0.0
    if isinstance(args[0], str):
        return float(args[0])
    if isinstance(args[0], float):
        return pythons_own(args[0]) if is_from_numpy(args[0]) else args[0]
    return float(number(as_number(run, args[0], "__float__"), "float"))


@builtin("int", 0, 2, ("base",))
def _int(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing = args[0] if args else 0
    base = [count(each, "int") for each in (*args[1:], *given.values())]
    if isinstance(thing, str):
        if len(thing) > 1000:
            raise Wrong(tr("the whole number is too large"))
        return whole(int(thing, *base))
    return whole(int(number(as_number(run, thing, "__int__"), "int")))


def _in_digits(name: str, form: Callable[[int], str]) -> Builtin:
    @builtin(name, 1, 1)
    def in_digits(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        return run.meter.text(form(count(args[0], name)))

    return in_digits


@builtin("bool", 0, 1)
def _bool(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return bool(args) and run.truth(args[0])


@builtin("str", 0, 1)
def _str(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return run.meter.text(run.display.text(args[0]) if args else "")


@builtin("repr", 1, 1)
def _repr(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return run.meter.text(run.display.code(args[0]))


@builtin("list", 0, 1)
def _list(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return all_items(run, args[0]) if args else []


@builtin("tuple", 0, 1)
def _tuple(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return tuple(all_items(run, args[0])) if args else ()


@builtin("set", 0, 1)
def _set(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return {ops.key(each) for each in all_items(run, args[0])} if args else set()


@builtin("frozenset", 0, 1)
def _frozenset(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return ops.Frozen(run.call(run.builtin("set"), args, {}))


@dict_of
def _dict(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    run.meter.hold(2 * len(given))
    if args and isinstance(args[0], dict):
        run.meter.hold(len(args[0]))
        return {**args[0], **given}
    pairs = all_items(run, args[0]) if args else []
    if not all(isinstance(each, (list, tuple)) and len(each) == 2 for each in pairs):
        raise Wrong(tr("a dict is made of pairs"))
    return {**{ops.key(name): what for name, what in pairs}, **given}


@builtin("super", 0, 2)
def _super(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return super_of(*(run.entered[-1][:2] if run.entered else (None, None)))


@builtin("input", 0, 1)
def _input(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    raise Wrong(tr("nobody is asked for anything here"))


BUILTINS: dict[str, Any] = {
    each.name: each
    for each in (
        _print,
        _sum,
        _sorted,
        _len,
        _range,
        _zip,
        _enumerate,
        _reversed,
        _map,
        _filter,
        _all,
        _any,
        _abs,
        _round,
        _pow,
        _float,
        _int,
        *(_in_digits(form.__name__, form) for form in (bin, hex, oct)),
        _bool,
        _str,
        _repr,
        _list,
        _tuple,
        _set,
        _dict,
        _frozenset,
        _iter,
        _next,
        _divmod,
        _id,
        _format,
        _chr,
        _ord,
        _super,
        _input,
        *KINDS,
        _extreme("max", ast.Gt()),
        _extreme("min", ast.Lt()),
    )
}
