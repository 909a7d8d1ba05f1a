"""Methods: what lists, texts, dicts, sets and arrays have by name, from a list of what is safe."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.classes import as_number
from micrograd_gui.document.python.known.value_arrays import over_array
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import Bound, Builtin, Counts, Deque, DictView, Running, kind_name
from micrograd_gui.document.python.traced import as_numpys
from micrograd_gui.document.text import spoken, wrong_count

Of = Callable[[Running, Any, list[Any], dict[str, Any]], Any]


def method(call: Of, thing: Any) -> Builtin:
    """The method of that thing."""
    return Bound("method", call, thing)


def method_of(thing: Any, name: str) -> Builtin | None:
    """The method that it has by that name; None for none."""
    if isinstance(thing, Deque) and name in _OF_DEQUE:
        return method(_OF_DEQUE[name], thing)
    if isinstance(thing, Counts) and name in _OF_COUNTS:
        return method(_OF_COUNTS[name], thing)
    if name == "__getitem__" and (isinstance(thing, (list, tuple, dict, str)) or ops.is_array(thing)):
        return method(lambda run, it, args, words: places.item(it, few(args, 1, name)[0], run.meter), thing)
    if isinstance(thing, ops.Frozen) and name in _CHANGING:
        return None
    table = next((methods for kind, methods in _METHODS if isinstance(thing, kind)), None)
    if table is not None and name in table:
        return method(table[name], thing)
    if ops.is_array(thing) and name in _OVER_ARRAY:
        return method(lambda run, it, args, words: _over_array(run, it, name, args, words), thing)
    if ops.is_array(thing) and name in _FORMS:
        return method(lambda run, it, args, words: _reshaped(run, it, name, args), thing)
    return None


_CHANGING = ("add", "discard", "remove", "clear", "update", "pop")  # of a set that may be changed
_OVER_ARRAY = ("sum", "mean", "max", "min", "std", "var", "prod", "argmax", "argmin", "any", "all", "cumsum")


_FORMS = frozenset(
    [
        "reshape",
        "ravel",
        "flatten",
        "copy",
        "astype",
        "round",
        "dot",
        "squeeze",
        "transpose",
        "item",
        "tolist",
    ]
)


def _over_array(run: Running, thing: Any, name: str, args: list[Any], words: dict[str, Any]) -> Any:
    """``a.sum()``, ``a.mean(axis=0)``."""
    axis = args[0] if args else words.get("axis")
    if not (axis is None or isinstance(axis, int)) or not words.keys() <= {"axis", "keepdims"}:
        raise Wrong(tr("{name} of an array goes over all of it, or over one axis=", name=name))
    kept = {"keepdims": True} if ops.truth(words.get("keepdims")) and name != "cumsum" else {}
    run.meter.hold(thing.size)
    if ops.holds_values(thing):
        return over_array(run, thing, name, None if axis is None else int(axis), bool(kept))
    found = getattr(thing, name)(axis=None if axis is None else int(axis), **kept)
    return as_numpys(found)


def _reshaped(run: Running, thing: Any, name: str, args: list[Any]) -> Any:
    """The same numbers in another form."""
    run.meter.hold(thing.size)
    if name == "dot":
        return run.binary("@", thing, *few(args, 1, name))
    if name == "astype":
        (kind,) = few(args, 1, name)
        called = kind if isinstance(kind, str) else getattr(kind, "name", "float")
        return thing.astype({"int": int, "bool": bool, "int64": int, "object": object}.get(called, float))
    if name == "item":
        return thing.item()
    shape = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
    if name in ("reshape", "round", "transpose"):
        return getattr(thing, name)(*[_whole(each) for each in shape])
    return getattr(thing, name)()


def _append(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    run.meter.hold(1)
    (new,) = few(args, 1, "append")
    thing.append(new)


def _extend(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    (more,) = few(args, 1, "extend")
    found = places.items(run.iterable(more), run.meter)
    run.meter.hold(len(found))  # type: ignore[arg-type]  # what has items has a length
    thing.extend(list(found))


def _insert(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    at, new = few(args, 2, "insert")
    run.meter.hold(1)
    run.meter.evaluate(1 + len(thing) // 1000)
    thing.insert(_whole(at), new)


def _pop(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    run.meter.evaluate(1 + len(thing) // 1000)
    return thing.pop(*[_whole(each) for each in args[:1]])


def _index(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> int:
    (wanted,) = few(args, 1, "index")
    for at, each in enumerate(thing):
        if ops.equal(each, wanted, run.meter):
            return at
    raise Wrong(tr("there is no such thing in it"))


def _count(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> int:
    (wanted,) = few(args, 1, "count")
    return sum(ops.equal(each, wanted, run.meter) for each in thing)


def _reverse(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    run.meter.evaluate(1 + len(thing) // 100)
    thing.reverse()


def _sort(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    thing[:] = run.call(run.builtin("sorted"), [thing], words)


def _remove(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    del thing[_index(run, thing, args, words)]


_TOGETHER = ("union", "intersection", "difference", "update", "issubset", "issuperset", "isdisjoint")


_TOGETHER = ("union", "intersection", "difference", "update", "issubset", "issuperset", "isdisjoint")


def _of_sets(name: str) -> Of:
    """What a set and others together are: ``union`` and the like."""

    def together(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
        found = [places.items(run.iterable(each), run.meter) for each in args]
        run.meter.hold(len(thing) + sum(map(len, found)))  # type: ignore[arg-type]  # they have lengths
        others = [{ops.key(one) for one in each} for each in found]
        return getattr(thing, name)(*others)

    return together


def _dict_pop(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    found = ops.key(args[0]) if args else None
    if found not in thing and len(args) == 1:
        places.item(thing, args[0], run.meter)
    return thing.pop(found, *args[1:2])


def _setdefault(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    run.meter.hold(2)
    return thing.setdefault(ops.key(args[0]), args[1] if len(args) > 1 else None)


def _update(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    for each in args:
        found = each if isinstance(each, dict) else places.items(run.iterable(each), run.meter)
        run.meter.hold(2 * len(found))  # type: ignore[arg-type]  # what has items has a length
        more = dict(found)
        thing.update({ops.key(name): what for name, what in more.items()})
    thing.update(words)


def count_in(run: Running, counts: Counts, things: Any) -> None:
    """Each of the things counts once more, or as often as a dict says. Raises Wrong."""
    found = things if isinstance(things, dict) else places.items(run.iterable(things), run.meter)
    for each in found:
        run.meter.evaluate()
        run.meter.hold(2)
        at = ops.key(each)
        counts[at] = run.binary("+", counts.get(at, 0), found[each] if isinstance(found, dict) else 1)


def _count_more(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    for each in args:
        count_in(run, thing, each)


def _most_common(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> list[Any]:
    run.meter.hold(3 * len(thing))
    found = sorted(thing.items(), key=lambda pair: -pair[1])
    return found[: args[0]] if args and isinstance(args[0], int) else found


def _copy(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    run.meter.hold(len(thing))
    return thing.copy()


def _clear(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    thing.clear()


def _add(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    run.meter.hold(1)
    thing.add(ops.key(*few(args, 1, "add")))


def _discard(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    thing.discard(ops.key(*few(args, 1, "discard")))


def _got(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    if not 1 <= len(args) <= 2:
        raise Wrong(tr("get takes a key, and what there is without it"))
    return thing.get(ops.key(args[0]), args[1] if len(args) == 2 else None)


def _view(what: str) -> Of:
    def view(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> list[Any]:
        run.meter.hold(3 * len(thing))
        found = DictView(getattr(thing, what)())
        found.what = what
        return found

    return view


def _of_text(name: str, few: int) -> Of:
    """A method of texts that takes texts and gives a text, or whether something is so."""

    def called(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
        if len(args) > few or not all(isinstance(each, str) for each in args):
            raise Wrong(tr("{name} takes {most} texts at most", name=name, most=few))
        run.meter.evaluate(1 + len(thing) // 100)
        if name == "replace" and len(args) == 2 and len(thing) * (len(args[1]) + 1) > 1_000_000:
            raise Wrong(tr("the text becomes too long"))
        out = getattr(thing, name)(*args)
        if isinstance(out, list):
            run.meter.hold(len(out) + len(thing) // 10)
        return run.meter.text(out) if isinstance(out, str) else out

    return called


def _join(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> str:
    (parts,) = few(args, 1, "join")
    found = list(places.items(run.iterable(parts), run.meter)) if not isinstance(parts, range) else []
    if not all(isinstance(each, str) for each in found):
        raise Wrong(tr("texts are joined"))
    if sum(len(each) + len(thing) for each in found) > 100_000:
        raise Wrong(tr("the text becomes too long"))
    return run.meter.text(thing.join(found))


def _padded(name: str) -> Of:
    def padded(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> str:
        width = _whole(args[0]) if args else 0
        if not 0 <= width <= 1000:
            raise Wrong(tr("a width of so many places is not written here"))
        return run.meter.text(getattr(thing, name)(width, *args[1:]))

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
            raise Wrong(tr("only plain fields such as {} and {:.3f} are filled in"))
        if name.isdecimal() and int(name[:6]) < len(args):
            given = args[int(name[:6])]
        elif name in words:
            given = words[name]
        else:
            raise Wrong(tr("nothing is given for {field}", field=f"{{{spoken(name)}}}"))
        shown = run.display.code(given) if conversion == "r" else run.display.text(given)
        given = as_number(run, given, "") if spec else given
        pieces.append(ops.formatted(given, spec or "", shown))
        run.meter.hold(1 + len(pieces[-1]) // 10)
    return run.meter.text("".join(pieces))


def few(args: list[Any], many: int, name: str) -> list[Any]:
    """The operands, which are so many; raises Wrong."""
    if len(args) != many:
        raise Wrong(wrong_count(name, many, len(args)))
    return args


def _whole(thing: Any) -> int:
    if not isinstance(thing, int):
        raise Wrong(tr("a place is a whole number, not {thing}", thing=kind_name(thing)))
    return int(thing)


def _append_left(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    if len(thing) == thing.most:
        del thing[-1:]
    if thing.most != 0:
        _insert(run, thing, [0, *few(args, 1, "appendleft")], words)


def _pop_left(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    return _pop(run, thing, [0], words)


_OF_DEQUE: dict[str, Of] = {"appendleft": _append_left, "popleft": _pop_left}
_OF_COUNTS: dict[str, Of] = {"most_common": _most_common, "update": _count_more}
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
            "remove": _remove,
        },
    ),
    (tuple, {"index": _index, "count": _count}),
    (
        set,
        {
            "add": _add,
            "discard": _discard,
            "remove": _discard,
            "copy": _copy,
            "clear": _clear,
            **{
                name: _of_sets(name)
                for name in (
                    "union",
                    "intersection",
                    "difference",
                    "update",
                    "issubset",
                    "issuperset",
                    "isdisjoint",
                )
            },
        },
    ),
    (
        dict,
        {
            "get": _got,
            "keys": _view("keys"),
            "values": _view("values"),
            "items": _view("items"),
            "pop": _dict_pop,
            "setdefault": _setdefault,
            "update": _update,
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
                    ("find", 1),
                    ("index", 1),
                    ("partition", 1),
                    ("isupper", 0),
                    ("islower", 0),
                    ("isspace", 0),
                    ("count", 1),
                    ("isdigit", 0),
                    ("isalpha", 0),
                    ("splitlines", 0),
                    ("removeprefix", 1),
                    ("removesuffix", 1),
                )
            },
        },
    ),
)
