"""Standard: the few of itertools, functools, collections, copy and the like that cells use, bounded."""

from __future__ import annotations

import itertools
import json
import math
import statistics
import sys
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from micrograd.engine import Value
from micrograd.language import tr
from micrograd.nn import Module
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.known.declaring import all_items, builtin, count, number
from micrograd_gui.document.python.known.methods import count_in
from micrograd_gui.document.python.limits import HELD, Wrong
from micrograd_gui.document.python.objects import (
    AUTO,
    ENUM,
    INT_ENUM,
    Bar,
    Builtin,
    Counts,
    DefaultDict,
    Deque,
    Instance,
    Library,
    Once,
    OrderedPairs,
    Partial,
    Running,
    TupleKind,
    kind_name,
)

# itertools -----------------------------------------------------------------------------------------


def _taken(run: Running, things: Iterable[tuple[Any, ...]], many: int, each: int) -> Once:
    """So many tuples of ``each`` things, for which there is room then."""
    run.meter.hold(min(many, HELD + 1) * (each + 1))
    return Once(list(things))


@builtin("itertools.product", 0, 9, ("repeat",))
def _product(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    lists = [all_items(run, each) for each in args]
    times = count(given.get("repeat", 1), "product")
    if not 0 <= times <= 20:
        raise Wrong(tr("the range is too long"))
    many = math.prod(map(len, lists)) ** times
    return _taken(run, itertools.product(*lists, repeat=times), many, len(lists) * times)


def _drawn_out(name: str, how_many: Callable[[int, int], int], fewest: Callable[[int, int], int]) -> Builtin:
    @builtin(f"itertools.{name}", 1, 2, ("r",))
    def drawn_out(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        things = all_items(run, args[0])
        size = count(args[1] if len(args) > 1 else given.get("r", len(things)), name)
        chosen = fewest(len(things), size)
        many = how_many(len(things), chosen) if 0 <= chosen <= 20 else HELD * (chosen > 20)
        return _taken(run, getattr(itertools, name)(things, size), many, max(size, 0))

    return drawn_out


@builtin("itertools.chain", 0, 999)
def _chain(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return Once([one for each in args for one in all_items(run, each)])


@builtin("itertools.chain.from_iterable", 1, 1)
def _chained(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return _chain.call(run, all_items(run, args[0])[:999], {})


@builtin("itertools.accumulate", 1, 2, ("func", "initial"))
def _accumulate(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    things = all_items(run, args[0])
    function = args[1] if len(args) > 1 else given.get("func")
    if "initial" in given:
        things.insert(0, given["initial"])
    out: list[Any] = things[:1]
    for each in things[1:]:
        run.meter.step()
        last = out[-1]
        out.append(run.binary("+", last, each) if function is None else run.call(function, [last, each], {}))
    return Once(out)


@builtin("itertools.islice", 2, 4)
def _islice(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing = args[0] if isinstance(args[0], Once) else Once(all_items(run, args[0]))
    ends = [None if each is None else count(each, "islice") for each in args[1:]]
    run.meter.hold(len(range(*slice(*ends).indices(len(thing.things) - thing.at))))
    return Once(list(itertools.islice(thing.turns(), *ends)))


@builtin("itertools.count", 0, 2)
def _counting(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    first, step = (count(each, "count") for each in (*args, *(0, 1)[len(args) :]))
    if not step or max(abs(first), abs(step)) > 10**6:
        raise Wrong(tr("the range is too long"))
    return Once(range(first, first + step * 10**9, step))


@builtin("itertools.repeat", 1, 2, ("times",))
def _repeat(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    many = args[1] if len(args) > 1 else given.get("times")
    if many is None:
        raise Wrong(tr("the range is too long"))
    run.meter.hold(max(count(many, "repeat"), 0))
    return Once([args[0]] * count(many, "repeat"))


@builtin("itertools.pairwise", 1, 1)
def _pairwise(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    things = all_items(run, args[0])
    return _taken(run, itertools.pairwise(things), len(things), 2)


@builtin("itertools.zip_longest", 0, 9, ("fillvalue",))
def _zip_longest(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    lists = [all_items(run, each) for each in args]
    longest = max(map(len, lists), default=0)
    return _taken(run, itertools.zip_longest(*lists, **given), longest, len(lists))


@builtin("itertools.takewhile", 2, 2)
def _takewhile(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    things = all_items(run, args[1])
    return Once(list(itertools.takewhile(lambda each: run.truth(run.call(args[0], [each], {})), things)))


@builtin("itertools.dropwhile", 2, 2)
def _dropwhile(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    things = all_items(run, args[1])
    return Once(list(itertools.dropwhile(lambda each: run.truth(run.call(args[0], [each], {})), things)))


@builtin("itertools.starmap", 2, 2)
def _starmap(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return Once([run.call(args[0], all_items(run, each), {}) for each in all_items(run, args[1])])


@builtin("itertools.groupby", 1, 2, ("key",))
def _groupby(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    key = args[1] if len(args) > 1 else given.get("key")
    groups: list[tuple[Any, list[Any]]] = []
    for each in all_items(run, args[0]):
        told = each if key is None else run.call(key, [each], {})
        if not groups or not ops.equal(groups[-1][0], told, run.meter):
            groups.append((told, []))
        groups[-1][1].append(each)
    return Once([(told, Once(group)) for told, group in groups])


ITERTOOLS = Library(
    "itertools",
    {
        "product": _product,
        "combinations": _drawn_out("combinations", math.comb, lambda many, size: min(size, many - size)),
        "permutations": _drawn_out(
            "permutations", math.perm, lambda many, size: size if size <= many else -1
        ),
        "chain": Library("itertools.chain", {"from_iterable": _chained}, _chain),
        "accumulate": _accumulate,
        "islice": _islice,
        "count": _counting,
        "repeat": _repeat,
        "pairwise": _pairwise,
        "zip_longest": _zip_longest,
        "groupby": _groupby,
        "takewhile": _takewhile,
        "dropwhile": _dropwhile,
        "starmap": _starmap,
    },
)


# functools, operator, copy ----------------------------------------------------------------------------


@builtin("functools.reduce", 2, 3)
def _reduce(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    things = [*args[2:], *all_items(run, args[1])]
    if not things:
        raise Wrong(tr("{name} of nothing", name="reduce"), TypeError)
    out = things[0]
    for each in things[1:]:
        run.meter.step()
        out = run.call(args[0], [out, each], {})
    return out


def _partial(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if not args:
        raise Wrong(tr("{name} of nothing", name="partial"), TypeError)
    return Partial(args[0], args[1:], given)


FUNCTOOLS = Library("functools", {"reduce": _reduce, "partial": Builtin("functools.partial", _partial)})


def _of_sign(name: str, sign: str) -> Builtin:
    @builtin(f"operator.{name}", 2, 2)
    def signed(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        return run.binary(sign, *args)

    return signed


def _getter(name: str, taken: Callable[[Running, Any, Any], Any]) -> Builtin:
    @builtin(f"operator.{name}", 1, 9)
    def getter(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        @builtin(name, 1, 1)
        def get(run: Running, things: list[Any], given: dict[str, Any]) -> Any:
            found = tuple(taken(run, things[0], each) for each in args)
            return found if len(found) > 1 else found[0]

        return get

    return getter


def _field(run: Running, thing: Any, name: Any) -> Any:
    for each in str(name).split("."):
        thing = run.attribute(thing, each)
    return thing


_SIGNED = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "floordiv": "//", "mod": "%"}
OPERATOR = Library(
    "operator",
    {
        **{name: _of_sign(name, sign) for name, sign in _SIGNED.items()},
        "itemgetter": _getter("itemgetter", lambda run, thing, at: places.item(thing, at, run.meter)),
        "attrgetter": _getter("attrgetter", _field),
    },
)


def _copied(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    """A copy of what holds things; Values of it are others then, of the same numbers."""
    (thing,) = args
    kept: dict[int, Any] = {}
    run.meter.hold(_weight(run, thing, 30, kept))
    return deepcopy(thing, kept)


def _weight(run: Running, thing: Any, depth: int, kept: dict[int, Any]) -> int:
    """How much room all that is in it takes; ``kept`` gets its classes. Raises Wrong for other things."""
    run.meter.evaluate()
    if thing is None or ops.is_number(thing) or isinstance(thing, str):
        return 1
    if depth and isinstance(thing, Instance):
        kept[id(thing.of)] = thing.of
        held = ops.without_class(thing)
        fields = sum(_weight(run, each, depth - 1, kept) for each in vars(thing).values())
        return 1 + fields + (0 if held is thing else _weight(run, held, depth - 1, kept))
    if depth and isinstance(thing, (list, tuple, set)):
        return 1 + sum(_weight(run, each, depth - 1, kept) for each in thing)
    if depth and isinstance(thing, dict):
        return 1 + sum(_weight(run, each, depth - 1, kept) for pair in thing.items() for each in pair)
    if ops.is_array(thing):
        return int(thing.size)
    if isinstance(thing, Module):
        return 6 * len(thing.parameters())
    if isinstance(thing, TupleKind):
        kept[id(thing)] = thing
        return 1
    if isinstance(thing, Value) and not thing._prev:
        return 5
    raise Wrong(tr("{thing} has no {name} here", thing=kind_name(thing), name="deepcopy"), TypeError)


@builtin("copy.copy", 1, 1)
def _copy(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing = args[0]
    if isinstance(thing, Instance) and not thing.of.members:
        new: Any = (kind := thing.of.kind).__new__(kind)
        vars(new).update(vars(thing))
        held = ops.without_class(thing)
        if held is not thing:
            run.meter.hold(2 * len(held))
            (list.extend if isinstance(held, list) else dict.update)(new, held)
        return new
    if isinstance(thing, (list, dict, set)) or ops.is_array(thing):
        run.meter.hold(len(thing))
        return thing.copy()
    if isinstance(thing, tuple) or thing is None or ops.is_number(thing) or isinstance(thing, str):
        return thing
    raise Wrong(tr("{thing} has no {name} here", thing=kind_name(thing), name="copy"), TypeError)


COPY = Library("copy", {"copy": _copy, "deepcopy": builtin("copy.deepcopy", 1, 1)(_copied)})


# collections ------------------------------------------------------------------------------------------


@builtin("collections.defaultdict", 0, 2)
def _defaultdict(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    made = DefaultDict(run.call(run.builtin("dict"), args[1:], {}))
    made.factory = args[0] if args else None
    return made


@builtin("collections.Counter", 0, 1)
def _counter(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    made = Counts()
    if args:
        count_in(run, made, args[0])
    return made


@builtin("collections.OrderedDict", 0, 1)
def _ordered_dict(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return OrderedPairs(run.call(run.builtin("dict"), args, {}))


@builtin("collections.namedtuple", 2, 2, ("defaults",))
def _namedtuple(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    name, fields = args
    names = fields.replace(",", " ").split() if isinstance(fields, str) else all_items(run, fields)
    if not isinstance(name, str) or not all(isinstance(each, str) and each.isidentifier() for each in names):
        raise Wrong(tr("a field is told by its name, a text"), TypeError)
    late = all_items(run, given.get("defaults", ()))
    return TupleKind(name, tuple(names), dict(zip(names[len(names) - len(late) :], late, strict=False)), {})


@builtin("collections.deque", 0, 2, ("maxlen",))
def _deque(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    most = args[1] if len(args) > 1 else given.get("maxlen")
    made = Deque()
    made.most = None if most is None else count(most, "deque")
    made.extend(all_items(run, args[0]) if args else [])
    return made


COLLECTIONS = Library(
    "collections",
    {
        "deque": _deque,
        "defaultdict": _defaultdict,
        "namedtuple": _namedtuple,
        "Counter": _counter,
        "OrderedDict": _ordered_dict,
    },
)


# statistics -------------------------------------------------------------------------------------------


def _of_numbers(name: str) -> Builtin:
    @builtin(f"statistics.{name}", 1, 1)
    def of_numbers(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        return getattr(statistics, name)([number(each, name) for each in all_items(run, args[0])])

    return of_numbers


STATISTICS = Library(
    "statistics", {name: _of_numbers(name) for name in ("mean", "fmean", "median", "stdev", "pstdev")}
)


# json -------------------------------------------------------------------------------------------------


@builtin("json.dumps", 1, 1, ("indent", "sort_keys"))
def _dumps(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    indent = given.get("indent")
    spaces = None if indent is None else max(0, min(20, count(indent, "json.dumps")))
    plain = _as_json(run, args[0], 30)
    return run.meter.text(json.dumps(plain, indent=spaces, sort_keys=run.truth(given.get("sort_keys"))))


def _as_json(run: Running, thing: Any, depth: int) -> Any:
    run.meter.evaluate()
    if thing is None or ops.is_number(thing) or isinstance(thing, str):
        return ops.plain(thing)
    if depth and isinstance(thing, (list, tuple)):
        return [_as_json(run, each, depth - 1) for each in thing]
    if (
        depth
        and isinstance(thing, dict)
        and all(isinstance(each, str) or ops.is_number(each) for each in thing)
    ):
        return {name: _as_json(run, each, depth - 1) for name, each in thing.items()}
    raise Wrong(tr("{thing} is nothing for JSON: take its numbers", thing=kind_name(thing)), TypeError)


@builtin("json.loads", 1, 1)
def _loads(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    run.meter.hold(len(args[0]) if isinstance(args[0], str) else 0)
    return json.loads(args[0])


@builtin("enum.auto", 0, 0)
def _auto(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return AUTO


# tqdm -------------------------------------------------------------------------------------------------


def _barred(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    """``tqdm(things, desc=…)`` goes through the things."""
    things = args[0] if args else given.get("iterable", ())
    return Bar(all_items(run, things) if things is not None else [])


def _barred_range(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return Bar(all_items(run, run.call(run.builtin("range"), args, {})))


@builtin("tqdm.write", 1, 1, ("file", "end", "nolock"))
def _written(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    run.call(run.builtin("print"), args, {})


_TQDM: dict[str, Any] = {"trange": Builtin("tqdm.trange", _barred_range), "write": _written}
TQDM = Library("tqdm", _TQDM, Builtin("tqdm", _barred))
_TQDM.update(dict.fromkeys(("tqdm", "tqdm_notebook", "notebook", "auto"), TQDM))

ENUMS = Library("enum", {"Enum": ENUM, "IntEnum": INT_ENUM, "auto": _auto})


SYS = Library("sys", {"version_info": tuple(sys.version_info), "maxsize": sys.maxsize, "argv": [""]})


# dataclasses ------------------------------------------------------------------------------------------


def _fields(thing: Any, name: str) -> dict[str, Any]:
    if not isinstance(thing, Instance) or not thing.of.fields:
        raise Wrong(tr("{thing} has no {name} here", thing=kind_name(thing), name=name), TypeError)
    return {each.name: vars(thing)[each.name] for each in thing.of.fields if each.name in vars(thing)}


def _plainly(run: Running, thing: Any, depth: int, hold: Any) -> Any:
    """What a dataclass holds, those in it too, by ``hold``."""
    run.meter.hold(1)
    if depth and isinstance(thing, Instance) and thing.of.fields:
        found = _fields(thing, "asdict")
        return hold({name: _plainly(run, each, depth - 1, hold) for name, each in found.items()})
    if depth and type(thing) in (list, tuple):
        return type(thing)(_plainly(run, each, depth - 1, hold) for each in thing)
    if depth and type(thing) is dict:
        return {name: _plainly(run, each, depth - 1, hold) for name, each in thing.items()}
    return thing


@builtin("dataclasses.asdict", 1, 1)
def _asdict(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    _fields(args[0], "asdict")
    return _plainly(run, args[0], 30, dict)


@builtin("dataclasses.astuple", 1, 1)
def _astuple(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    _fields(args[0], "astuple")
    return _plainly(run, args[0], 30, lambda found: tuple(found.values()))


def _replace(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    thing = args[0] if len(args) == 1 else None
    fields = _fields(thing, "replace")
    return run.call(run.call(run.builtin("type"), [thing], {}), [], {**fields, **given})


DATACLASSES = Library(
    "dataclasses",
    {"asdict": _asdict, "astuple": _astuple, "replace": Builtin("dataclasses.replace", _replace)},
)
JSON = Library("json", {"dumps": _dumps, "loads": _loads})
LIBRARIES = {
    each.name: each
    for each in (
        ITERTOOLS,
        FUNCTOOLS,
        OPERATOR,
        COPY,
        COLLECTIONS,
        STATISTICS,
        JSON,
        ENUMS,
        TQDM,
        SYS,
        DATACLASSES,
    )
}
