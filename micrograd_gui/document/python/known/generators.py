"""Generators: ``random.Random(5)``, ``np.random.default_rng(5)`` and what the generators of a cell draw."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.known.declaring import all_items, builtin, count, number, shape_of, size_of
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import SEED, Bound, Builtin, Generator, Running, kind_name
from micrograd_gui.document.python.traced import as_numpys
from micrograd_gui.document.text import spoken

Of = Callable[[Running], Any]  # whose numbers are drawn


def of_document(run: Running) -> random.Random:
    """The generator behind ``random`` itself."""
    run.chance.drawn = run.chance.drawn or not run.chance.seeded
    return run.random


def of_numpy(run: Running) -> Any:
    """The generator behind ``np.random`` itself."""
    return run.chance.numpy_generator()


def drawn_from(thing: Generator, name: str) -> Builtin:
    """``rng.name``; raises Wrong where it is not known."""
    table = PYTHONS if thing.kind == "random.Random" else NUMPYS | _TURNED
    if thing.kind == "np.random.RandomState":
        table = NUMPYS
    if name not in table:
        raise Wrong(tr("{name} is not known here", name=f"{thing.kind}.{spoken(name)}"), AttributeError)
    made = table[name]
    return Bound(name, lambda run, it, args, words: made(lambda run: it.source).call(run, args, words), thing)


def seed_of(run: Running, args: list[Any]) -> Any:
    """The seed that is given; without one it is the one of the documents, and that is told."""
    if not args or args[0] is None:
        run.chance.drawn = True
        return SEED
    if not isinstance(args[0], (int, float, str)):
        raise Wrong(tr("a seed is a number or a text: without one nobody gets these numbers again"))
    return ops.plain(args[0])


def _seed_of_numpy(run: Running, args: list[Any]) -> int:
    seed = count(seed_of(run, args), tr("a seed"))
    if not 0 <= seed < 2**32:
        raise Wrong(tr("a seed of numpy is from 0 to 2**32 - 1"))
    return seed


# Python's ------------------------------------------------------------------------------------------


@builtin("random.Random", 0, 1)
def random_generator(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    """``random.Random(5)``."""
    run.meter.hold(1000)
    return Generator("random.Random", random.Random(seed_of(run, args)))


def _seeding(of: Of) -> Builtin:
    @builtin("random.seed", 0, 1)
    def seed(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        of(run).seed(seed_of(run, args))

    return seed


def _kept(name: str, of_numpys: bool = False) -> Callable[[Of], Builtin]:
    """``random.getstate()``: where a generator stands, to go on from there once more."""

    def of_one(of: Of) -> Builtin:
        @builtin(name, 0, 0)
        def state(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            run.meter.hold(1000)
            return Generator(name, of(run).get_state() if of_numpys else of(run).getstate())

        return state

    return of_one


def _put_back(name: str, kept: str, of_numpys: bool = False) -> Callable[[Of], Builtin]:
    """``random.setstate(state)``."""

    def of_one(of: Of) -> Builtin:
        @builtin(name, 1, 1)
        def put_back(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            if not isinstance(args[0], Generator) or args[0].kind != kept:
                raise Wrong(tr("{what} takes what {name} gave, not {thing}", what=name, name=f"{kept}()",
                               thing=kind_name(args[0])), TypeError)  # fmt: skip
            (of(run).set_state if of_numpys else of(run).setstate)(args[0].source)

        return put_back

    return of_one


def _drawn(name: str, few: int, many: int) -> Callable[[Of], Builtin]:
    def of_one(of: Of) -> Builtin:
        @builtin(f"random.{name}", few, many)
        def draw(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            whole_ones = name in ("randint", "randrange")
            numbers = [count(each, name) if whole_ones else number(each, name) for each in args]
            return getattr(of(run), name)(*numbers)

        return draw

    return of_one


def _picked(name: str, few: int, many: int, words: tuple[str, ...] = ()) -> Callable[[Of], Builtin]:
    def of_one(of: Of) -> Builtin:
        @builtin(f"random.{name}", few, many, words)
        def pick(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            things = args[0] if name == "shuffle" else all_items(run, args[0])
            if name == "shuffle" and not isinstance(things, list):
                raise Wrong(tr("a list is shuffled"))
            if name == "choices":
                many = count(given.get("k", 1), name)
                run.meter.hold(max(many, 0))
                weights = args[1] if len(args) > 1 else given.get("weights")
                told = None if weights is None else [number(each, name) for each in all_items(run, weights)]
                return of(run).choices(things, told, k=many)
            if name == "sample":
                many = count(args[1] if len(args) > 1 else given.get("k", 1), name)
                run.meter.hold(max(many, 0))
                return of(run).sample(things, k=many)
            run.meter.evaluate(len(things))
            return getattr(of(run), name)(things)

        return pick

    return of_one


PYTHONS: dict[str, Callable[[Of], Builtin]] = {
    "seed": _seeding,
    "getstate": _kept("random.getstate"),
    "setstate": _put_back("random.setstate", "random.getstate"),
    **{
        name: _drawn(name, few, many)
        for name, few, many in (
            ("random", 0, 0),
            ("uniform", 2, 2),
            ("gauss", 0, 2),
            ("normalvariate", 0, 2),
            ("randint", 2, 2),
            ("randrange", 1, 3),
            ("triangular", 0, 3),
            ("expovariate", 1, 1),
            ("betavariate", 2, 2),
        )
    },
    "choice": _picked("choice", 1, 1),
    "shuffle": _picked("shuffle", 1, 1),
    "sample": _picked("sample", 1, 2, ("k",)),
    "choices": _picked("choices", 1, 2, ("weights", "k")),
}


# numpy's -------------------------------------------------------------------------------------------


@builtin("np.random.default_rng", 0, 1)
def rng(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    """``np.random.default_rng(5)``."""
    import numpy as np

    run.meter.hold(100)
    return Generator("np.random.Generator", np.random.default_rng(_seed_of_numpy(run, args)))


@builtin("np.random.RandomState", 0, 1)
def random_state(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    """``np.random.RandomState(5)``, numpy's older generator."""
    import numpy as np

    run.meter.hold(1000)
    return Generator("np.random.RandomState", np.random.RandomState(_seed_of_numpy(run, args)))


def _filled(name: str, own: int) -> Callable[[Of], Builtin]:
    """Numbers of one of numpy's generators: ``own`` operands, and the size."""

    def of_one(of: Of) -> Builtin:
        @builtin(f"np.random.{name}", 0, 3, ("size", "low", "high", "loc", "scale"))
        def draw(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            if len(args) > own:
                given = {**given, "size": args[own]}
            size = None if given.get("size") is None else shape_of(run, given["size"])
            words = {word: number(each, word) for word, each in given.items() if word != "size"}
            return _as_is(
                getattr(of(run), name)(*[number(each, name) for each in args[:own]], size=size, **words)
            )

        return draw

    return of_one


def _of_shape(name: str) -> Callable[[Of], Builtin]:
    """``np.random.rand(2, 3)``."""

    def of_one(of: Of) -> Builtin:
        @builtin(f"np.random.{name}", 0, 4)
        def draw(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            return _as_is(getattr(of(run), name)(*(shape_of(run, tuple(args)) if args else ())))

        return draw

    return of_one


def _permuted(of: Of) -> Builtin:
    @builtin("np.random.permutation", 1, 1)
    def permutation(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        many = isinstance(args[0], int)
        things = size_of(run, args[0]) if many else ops.array(args[0], run.meter)
        return of(run).permutation(things)

    return permutation


def _chosen(of: Of) -> Builtin:
    @builtin("np.random.choice", 1, 3, ("size", "replace"))
    def choice(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        things = count(args[0], "choice") if ops.is_number(args[0]) else ops.array(args[0], run.meter)
        size = args[1] if len(args) > 1 else given.get("size")
        shape = None if size is None else shape_of(run, size)
        replace = ops.truth(args[2] if len(args) > 2 else given.get("replace", True))
        if isinstance(things, int):
            size_of(run, things)
        return _as_is(of(run).choice(things, shape, replace))

    return choice


def _shuffled(of: Of) -> Builtin:
    @builtin("np.random.shuffle", 1, 1)
    def shuffle(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        if not isinstance(args[0], list) and not ops.is_array(args[0]):
            raise Wrong(tr("a list or an array is shuffled"), TypeError)
        run.meter.evaluate(len(args[0]))
        of(run).shuffle(args[0])

    return shuffle


def _as_is(found: Any) -> Any:
    """An array, or the number as one of Python's."""
    return as_numpys(found) if hasattr(found, "item") else found


NUMPYS: dict[str, Callable[[Of], Builtin]] = {
    "rand": _of_shape("rand"),
    "randn": _of_shape("randn"),
    "uniform": _filled("uniform", 2),
    "normal": _filled("normal", 2),
    "standard_normal": _filled("standard_normal", 0),
    "randint": _filled("randint", 2),
    "random": _filled("random", 0),
    "permutation": _permuted,
    "choice": _chosen,
    "shuffle": _shuffled,
    "get_state": _kept("np.random.get_state", of_numpys=True),
    "set_state": _put_back("np.random.set_state", "np.random.get_state", of_numpys=True),
}
# What the newer generator has besides, less what it calls otherwise.
_TURNED = {"integers": _filled("integers", 2)}
