"""Places: what is in a list, a dict, a text or an array, taken out, put in and gone through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from micrograd.engine import Value
from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.limits import Meter, Wrong
from micrograd_gui.document.python.objects import COLUMNS, Once, PassedOver, TensorRow, kind_name, pythons
from micrograd_gui.document.python.traced import as_numpys


def items(thing: Any, meter: Meter) -> Iterable[Any]:
    """What a loop over it goes through; raises Wrong."""
    if isinstance(thing, (list, tuple, range, str)):
        return thing
    if isinstance(thing, (dict, set)):
        meter.hold(len(thing))
        return list(thing)
    if isinstance(thing, Once):
        if isinstance(thing.things, range):
            meter.hold(len(thing.things) - thing.at)
        return thing.rest()
    if isinstance(thing, TensorRow):
        return thing.things
    if ops.is_array(thing):
        meter.hold(thing.size)
        if ops.holds_values(thing):
            return list(thing)
        return [as_numpys(each) for each in thing]
    if isinstance(thing, PassedOver):
        raise Wrong(tr("{name} was passed over, so there is nothing to go through", name=thing.name))
    if isinstance(thing, Value):
        raise Wrong(tr("a Value is one number: there is nothing to go through"))
    raise Wrong(tr("{thing} is nothing to go through", thing=kind_name(thing)), TypeError)


def item(thing: Any, place: Any, meter: Meter) -> Any:
    """``thing[place]``; raises Wrong."""
    if isinstance(thing, PassedOver):
        return thing
    if isinstance(thing, dict):
        found = ops.key(place)
        if found not in thing:
            said = tr("the dict has no such key")
            if ops.is_number(found) or isinstance(found, str):
                said = tr("the dict has no key {key}", key=repr(found)[:40])
            raise Wrong(said, KeyError, pythons(KeyError, found))
        return thing[found]
    if ops.is_array(thing):
        return _of_array(thing, place, meter)
    if thing is COLUMNS:
        return _columns(place, meter)
    if isinstance(thing, TensorRow):
        found = item(thing.things, place, meter)
        return TensorRow(found) if isinstance(found, list) else found
    if not isinstance(thing, (list, tuple, str, range)):
        raise Wrong(
            tr(
                "{thing} has no places: nothing can be taken out of it with [ ]",
                thing=kind_name(thing),
            ),
            TypeError,
        )
    if isinstance(place, slice):
        out = thing[place]
        meter.hold(len(out))
        return out
    if not isinstance(place, int):
        shown = repr(ops.plain(place)) if ops.is_number(place) else kind_name(place)
        raise Wrong(tr("a place is a whole number, not {thing}", thing=shown), TypeError)
    if not -len(thing) <= place < len(thing):
        there = tr(
            "{thing} of {size} has the places 0 to {last}, not {place}",
            thing=kind_name(thing),
            size=len(thing),
            last=len(thing) - 1,
            place=int(place),
        )
        name = "string" if isinstance(thing, str) else type(thing).__name__
        kind = "range object" if name == "range" else name  # as in code
        thrown = pythons(IndexError, f"{kind} index out of range")  # as in code
        raise Wrong(there if len(thing) else tr("it is empty"), IndexError, thrown)
    return thing[place]


def _columns(place: Any, meter: Meter) -> Any:
    import numpy as np

    parts = [ops.array(each, meter) for each in (place if isinstance(place, tuple) else (place,))]
    if len({each.shape[:1] for each in parts}) > 1:
        raise Wrong(tr("columns side by side are of one length"), ValueError)
    meter.hold(sum(each.size for each in parts))
    return np.c_[tuple(parts)]


def _of_array(thing: Any, place: Any, meter: Meter) -> Any:
    parts = _places(place)
    if any(ops.is_array(each) and each.size * max(1, thing[:1].size) > ops.ARRAY_AT_MOST for each in parts):
        raise Wrong(tr("an array has at most {most:,} numbers", most=ops.ARRAY_AT_MOST))
    out = thing[parts]
    meter.hold(getattr(out, "size", 1))
    return out if ops.holds_values(thing) else as_numpys(out)


def _places(place: Any) -> tuple[Any, ...]:
    parts = place if isinstance(place, tuple) else (place,)
    if not all(each is None or isinstance(each, (int, slice, list)) or ops.is_array(each) for each in parts):
        raise Wrong(tr("a place in an array is a whole number or a slice"), IndexError)
    return tuple(
        [ops.plain(one) for one in each] if isinstance(each, list) else ops.plain(each) for each in parts
    )


def put(thing: Any, place: Any, new: Any, meter: Meter) -> None:
    """``thing[place] = new``; raises Wrong."""
    if isinstance(thing, dict):
        meter.hold(1)
        thing[ops.key(place)] = new
    elif isinstance(thing, list) and isinstance(place, int) and -len(thing) <= place < len(thing):
        thing[place] = new
    elif isinstance(thing, list) and isinstance(place, int):
        said = tr("the list is empty")
        if thing:
            said = tr(
                "the list has the places 0 to {last}, not {place}", last=len(thing) - 1, place=int(place)
            )
        raise Wrong(said, IndexError)
    elif isinstance(thing, list) and isinstance(place, slice):
        found = items(new, meter)
        meter.hold(len(found))  # type: ignore[arg-type]  # what has items has a length
        thing[place] = list(found)
    elif ops.is_array(thing) and isinstance(new, (list, tuple)):
        thing[_places(place)] = ops.array(new, meter, values=ops.holds_values(thing))
    elif ops.is_array(thing) and (
        ops.is_number(new) or ops.is_array(new) or (ops.holds_values(thing) and isinstance(new, Value))
    ):
        thing[_places(place)] = ops.plain(new)
    else:
        if not isinstance(thing, PassedOver):
            raise Wrong(tr("nothing can be put there in {thing}", thing=kind_name(thing)), TypeError)


def remove(thing: Any, place: Any, meter: Meter) -> None:
    """``del thing[place]``; raises Wrong."""
    item(thing, place, meter)
    if not isinstance(thing, (list, dict)):
        raise Wrong(tr("nothing can be deleted from {thing}", thing=kind_name(thing)), TypeError)
    meter.evaluate(1 + len(thing) // 1000)
    del thing[ops.key(place) if isinstance(thing, dict) else place]


def into(before: Any, sign: str, found: Any) -> Any:
    """What ``before += …`` leaves, where ``+`` has found that: what Python changes in place holds it now.

    Whoever else has a name for it sees that. Raises Wrong, and what numpy raises where that has no room.
    """
    if ops.is_array(before) and ops.is_array(found):
        import numpy as np

        ops.refuse_shapes(f"{sign}=", (before.shape, found.shape), before.shape == found.shape)
        np.copyto(before, found)
    elif isinstance(before, TensorRow) and isinstance(found, TensorRow):
        before.things = found.things
    elif isinstance(before, list) and isinstance(found, list):
        before[:] = found
    elif type(before) is set and isinstance(found, set):
        before.intersection_update(found)
        before.update(found)
    elif isinstance(before, dict) and isinstance(found, dict):
        dict.clear(before)
        dict.update(before, found)
    else:
        return found
    return before
