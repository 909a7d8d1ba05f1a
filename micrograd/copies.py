"""Copies: a graph copied by `copy.deepcopy`, or written by `pickle`, whole and without recursion.

Both come to a node by its operands, and by theirs, a call for each: a chain of some hundred ops was too deep
for Python. Here the nodes are taken in the order of `topological_order`, so that the operands of each are
copied, or written, when its turn comes.
"""

from __future__ import annotations

import copyreg
import sys
from collections.abc import Callable, Container, Iterator, Mapping
from copy import deepcopy
from threading import local
from types import CellType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from micrograd.ops import Op

_NESTED = 150  # lists of what is behind a node in one another: each costs Python a call


# ---------------------------------------------------------------- copied


def copied(root: Any, memo: dict[int, Any], plain: type) -> Any:
    """`copy.deepcopy` of a node: all that feeds it is copied too, each once, and what hangs on it.

    ``plain`` is the class whose nodes have nothing but what a Value has, and need not be asked for it.
    """
    made = []
    for node in [*_behind(root, memo), root]:
        kind = type(node)
        # A subclass knows better; that the class has the method is not in the type `type`.
        if kind.__deepcopy__ is not plain.__deepcopy__:  # type: ignore[attr-defined]
            memo[id(node)] = deepcopy(node, memo)
            continue
        make, args, state, *_ = _parts(node, plain)
        memo[id(node)] = out = object.__new__(kind) if kind is plain else make(*deepcopy(args, memo))
        made.append((out, state))
    for out, state in made:  # all of them are there by now: what hangs on one may name any other
        if (own := getattr(out, "__setstate__", None)) is not None:
            own(deepcopy(state, memo))
            continue
        for fields in state if isinstance(state, tuple) else (state,):
            for name, thing in (fields or {}).items():
                setattr(out, name, _copied_part(thing, memo))
    return memo[id(root)]


def _slots(node: Any) -> dict[str, Any]:
    return {"data": node.data, "grad": node.grad, "_prev": node._operands, "_rule": node._rule}


def _copied_part(thing: Any, memo: dict[int, Any]) -> Any:
    if type(thing) in (float, str, Op):
        return thing
    if type(thing) is tuple and all(id(each) in memo for each in thing):  # the operands
        return tuple([memo[id(each)] for each in thing])
    return _rebound(thing, memo) if isinstance(thing, FunctionType) else deepcopy(thing, memo)


def _rebound(function: FunctionType, memo: dict[int, Any]) -> FunctionType:
    """A function that holds what it holds copied: a `_backward` made beside its node acts on the copy."""
    cells = function.__closure__ or ()
    if not cells and not function.__defaults__ and not function.__kwdefaults__:
        return function
    if id(function) in memo:
        return memo[id(function)]  # type: ignore[no-any-return]  # a memo holds copies of all kinds
    own = tuple(CellType() for _ in cells)
    code, names = function.__code__, function.__globals__
    memo[id(function)] = out = FunctionType(code, names, function.__name__, None, own)
    for cell, new in zip(cells, own, strict=True):
        try:
            held = cell.cell_contents
        except ValueError:  # it was never set
            continue
        new.cell_contents = held if isinstance(held, ModuleType) else deepcopy(held, memo)
    out.__defaults__ = deepcopy(function.__defaults__, memo)
    out.__kwdefaults__ = deepcopy(function.__kwdefaults__, memo)
    out.__qualname__, out.__module__ = function.__qualname__, function.__module__
    return out


def _behind(root: Any, known: Container[int], ends: Container[int] = ()) -> list[Any]:
    """All that feeds the root, operands first and without it.

    By their identity, what is known is left out, and behind the ends it is not looked.
    """
    order: list[Any] = []
    seen = {id(root)}
    path = [(root, iter(root._operands))]
    while path:
        node, operands = path[-1]
        for x in operands:
            if id(x) not in seen and id(x) not in known:
                seen.add(id(x))
                path.append((x, iter(() if id(x) in ends else x._operands)))
                break
        else:
            order.append(node)
            path.pop()
    return order[:-1]


# ---------------------------------------------------------------- pickled


def reduced(node: Any, plain: type) -> tuple[Any, ...]:
    """What `pickle` writes for a node: first all that feeds it, in a list, then the node.

    Raises TypeError where the node has a `_backward` that cannot be written.
    """
    rule = node._rule
    if isinstance(rule, FunctionType) and "<" in rule.__qualname__ and _BY_VALUE.isdisjoint(sys.modules):
        called = f"node {node.label}" if node.label else f"the node made by {node._op or 'nothing'}"
        raise TypeError(f"{called} cannot be pickled: its _backward is a function made inside another one, "
                        "which pickle cannot write; copy.deepcopy copies it")
    parts = _parts(node, plain)
    if not node._operands or _is_being_written(node):
        return parts
    make, args, *rest = parts
    return (_made, (_Behind(node), make, args), *rest)


_BY_VALUE = {"cloudpickle", "dill"}  # these write functions by what they are made of


def _parts(node: Any, plain: type) -> tuple[Any, ...]:
    """What Python itself would take a node apart to."""
    if type(node) is plain:  # the same, quicker; the types of copyreg leave out what pickle calls
        return copyreg.__newobj__, (plain,), (vars(node) or None, _slots(node))  # type: ignore[attr-defined]
    return object.__reduce_ex__(node, 4)  # type: ignore[return-value]  # a text for functions only


def _made(_: object, make: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The node as it is read again, after what feeds it."""
    return make(*args)


class _Behind:
    """All that feeds a node: what pickle writes as a list, operands first, before it writes the node itself.

    Where a node that feeds it has such a list, that list stands for all that feeds that one: so many values
    of one graph, written one after the other, do not walk it each time. (Written elsewhere, it comes along.)

    Attributes:
        nested: how many lists are in one another up to this one, since one that stops at far ones alone.
        far: how many of those are in one another.
    """

    def __init__(self, root: Any) -> None:
        self.root = root
        self.nested = self.far = 0
        _here.near[id(root)] = self

    def __reduce__(self) -> tuple[Any, ...]:
        known, order = self._parts(_here.near)
        self.nested = 1 + max((each.nested for each in known), default=-1)
        if self.nested > _NESTED:
            known, order = self._parts(_here.far)
            self.nested, self.far = 0, 1 + max((each.far for each in known), default=-1)
            if self.far > _NESTED:
                self.far, known, order = 0, [], _behind(self.root, ())
            _here.far[id(self.root)] = self
        else:
            self.far = max((each.far for each in known), default=0)
        parts = (part for part in (*known, *order))
        _here.written[parts] = {id(self.root), *map(id, order)}, id(sys._getframe(1))
        return list, (), None, parts

    def _parts(self, ends: Mapping[int, _Behind]) -> tuple[list[_Behind], list[Any]]:
        """The lists that stand for others, and the nodes, operands first, without the root."""
        order = _behind(self.root, (), ends)
        return [there for x in order if (there := ends.get(id(x))) is not None], order


def _is_being_written(node: Any) -> bool:
    """Whether a list that is being written has the node, so that what feeds it is there already.

    pickle holds the parts of a list from the first to the last, and lets them go where it breaks off; one
    written in Python may not, with an exception that is kept: so the call that began it must still go on.
    """
    callers = {caller for nodes, caller in _here.written.values() if id(node) in nodes}
    frame = sys._getframe(1) if callers else None
    while frame is not None and id(frame) not in callers:
        frame = frame.f_back
    return frame is not None


class _Here(local):
    """What is written in this thread, as long as pickle holds it; by the identity of nodes."""

    def __init__(self) -> None:
        self.near: WeakValueDictionary[int, _Behind] = WeakValueDictionary()
        self.far: WeakValueDictionary[int, _Behind] = WeakValueDictionary()
        self.written: WeakKeyDictionary[Iterator[Any], tuple[set[int], int]] = WeakKeyDictionary()


_here = _Here()
