"""Libraries: the parts of math, random and torch that a cell may ask for, and networks of `micrograd.nn`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from micrograd import ieee
from micrograd.engine import Value
from micrograd.language import kept, tr
from micrograd.nn import MLP as Perceptron
from micrograd.nn import Layer, Module, Neuron
from micrograd.ops import OPS
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.known.declaring import all_items, builtin, count, number
from micrograd_gui.document.python.known.generators import PYTHONS, of_document, random_generator
from micrograd_gui.document.python.known.torch_parts import PARTS
from micrograd_gui.document.python.known.value_arrays import of_each
from micrograd_gui.document.python.limits import Wrong, whole
from micrograd_gui.document.python.objects import (
    DOUBLE,
    LAYER,
    MLP,
    MODULE,
    NEURON,
    TENSOR,
    Builtin,
    Library,
    NetworkKind,
    Partial,
    Running,
)
from micrograd_gui.document.python.traced import as_numpys, function_of

# math ----------------------------------------------------------------------------------------------


def of_one(name: str, plain: Callable[[float], Any], library: str = "math") -> Builtin:
    """A function of one number, which is an op where a Value is given, and one for an array."""

    @builtin(f"{library}.{name}", 1, 1)
    def called(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        (x,) = args
        if isinstance(x, Value):
            if name not in OPS:
                raise Wrong(tr("a Value has no {name}", name=name))
            return ops.op_of_value(name, x, run.meter)
        if library != "math" and not ops.is_number(x):
            import numpy as np

            found = ops.array(x, run.meter, values=True)
            run.meter.hold(found.size)
            if ops.holds_values(found):
                return of_each(run, name, found)
            with np.errstate(all="ignore"):
                return getattr(np, name)(found)
        out = plain(number(x, name))
        if library != "math" and isinstance(x, float) and type(out) is int:
            out = float(out)  # numpy's floor, as math has it not
        found = function_of(name, out, x)
        return as_numpys(found) if library == "np" else found

    return called


_OF_ONE_NUMBER = (
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sinh",
    "cosh",
    "log2",
    "log10",
    "floor",
    "ceil",
    "fabs",
    "log1p",
    "expm1",
    "asin",
    "acos",
    "atan",
    "erf",
    "degrees",
    "radians",
    "trunc",
)
FUNCTIONS: Mapping[str, Callable[[float], Any]] = {name: getattr(math, name) for name in _OF_ONE_NUMBER}


@builtin("math.log", 1, 2)
def _log(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if len(args) == 1:
        return _NATURAL_LOG.call(run, args, given)
    return math.log(*(number(each, "log") for each in args))


_NATURAL_LOG = of_one("log", math.log)


@builtin("math.pow", 2, 2)
def _math_pow(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return math.pow(number(args[0], "pow"), number(args[1], "pow"))


@builtin("math.isclose", 2, 2, ("rel_tol", "abs_tol"))
def _isclose(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    words = {word: number(each, word) for word, each in given.items()}
    return math.isclose(*(number(each, "isclose") for each in args), **words)


@builtin("math.prod", 1, 1, ("start",))
def _prod(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    out = given.get("start", 1)
    for each in all_items(run, args[0]):
        out = run.binary("*", out, each)
    return out


@builtin("math.hypot", 0, 99)
def _hypot(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return math.hypot(*(number(each, "hypot") for each in args))


def _of_two(name: str) -> Builtin:
    @builtin(f"math.{name}", 2, 2)
    def both(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        return getattr(math, name)(*(number(each, name) for each in args))

    return both


def _of_whole_ones(name: str, few: int) -> Builtin:
    @builtin(f"math.{name}", few, 2)
    def counted(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        numbers = [count(each, name) for each in args]
        if name != "gcd" and max(numbers) > 500:
            raise Wrong(tr("the whole number is too large"))
        return whole(getattr(math, name)(*numbers))

    return counted


@builtin("math.fsum", 1, 1)
def _fsum(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return math.fsum(number(each, "fsum") for each in all_items(run, args[0]))


_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
MATH = Library(
    "math",
    {
        **_CONSTANTS,
        **{name: of_one(name, plain) for name, plain in FUNCTIONS.items()},
        "log": _log,
        "pow": _math_pow,
        "isclose": _isclose,
        "prod": _prod,
        "hypot": _hypot,
        "fsum": _fsum,
        **{name: _of_two(name) for name in ("atan2", "copysign", "fmod")},
        **{
            name: _of_whole_ones(name, few)
            for name, few in (("factorial", 1), ("comb", 2), ("perm", 1), ("gcd", 2))
        },
        "isnan": of_one("isnan", math.isnan),
        "isinf": of_one("isinf", math.isinf),
        "isfinite": of_one("isfinite", math.isfinite),
    },
)


# random --------------------------------------------------------------------------------------------


@builtin("random.seed", 0, 1)
def _seed(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if not args or not (isinstance(args[0], (int, float, str))):
        raise Wrong(tr("a seed is a number or a text: without one nobody gets these numbers again"))
    run.random.seed(ops.plain(args[0]))
    run.chance.seeded = True


RANDOM = Library(
    "random",
    {
        **{name: made(of_document) for name, made in PYTHONS.items()},
        "seed": _seed,
        "Random": random_generator,
    },
)


# time ----------------------------------------------------------------------------------------------


def _clock(name: str) -> Builtin:
    @builtin(f"time.{name}", 0, 1)
    def now(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        if name != "sleep":
            run.note(kept("Time is not measured here: each moment is 0."))
            return 0.0
        return None

    return now


TIME = Library("time", {name: _clock(name) for name in ("time", "perf_counter", "monotonic", "sleep")})


# torch, one number a tensor -------------------------------------------------------------------------

TORCH = Library(
    "torch",
    {
        **PARTS,
        "tensor": TENSOR,
        "Tensor": TENSOR,
        "DoubleTensor": Partial(TENSOR, [], {"dtype": DOUBLE}),
        "double": DOUBLE,
        "float64": DOUBLE,
        "float32": None,
        "float": None,
        **{name: of_one(name, getattr(ieee, name)) for name in OPS if hasattr(ieee, name)},
    },
)


# micrograd.nn ---------------------------------------------------------------------------------------


def network(run: Running, kind: NetworkKind, args: list[Any], given: dict[str, Any]) -> Any:
    """``Neuron(2)``, ``Layer(2, 3)``, ``MLP(3, [4, 4, 1])`` of `micrograd.nn`; raises Wrong."""
    if kind is MODULE:
        return Module()
    words = {word: ops.plain(each) for word, each in given.items()}
    if not set(words) <= {"nonlin", "activation", "seed"} or len(args) != (1 if kind is NEURON else 2):
        form = {"Neuron": "Neuron(2)", "Layer": "Layer(2, 3)", "MLP": "MLP(3, [4, 4, 1])"}[kind.name]
        raise Wrong(tr("a network is written like {form}, with activation, nonlin or seed", form=form))
    nin = count(args[0], kind.name)
    nouts = [count(each, kind.name) for each in (all_items(run, args[1]) if kind is MLP else args[1:])]
    if not all(0 < each < 10_000 for each in (nin, *nouts)) or (kind is MLP and not nouts):
        raise Wrong(tr("a network has from 1 to 9,999 inputs and neurons in a layer"))
    sizes = [nin, *(nouts or [1])]
    run.meter.hold(sum(6 * (a + 1) * b for a, b in pairwise(sizes)))
    seed = words.pop("seed", None)
    if seed is None:
        run.chance.drawn = run.chance.drawn or not run.chance.seeded
    generator = run.random if seed is None else random.Random(count(seed, "seed"))
    if kind is NEURON:
        return Neuron(nin, seed=generator, **words)
    if kind is LAYER:
        return Layer(nin, nouts[0], seed=generator, **words)
    return Perceptron(nin, nouts, seed=generator, **words)


def through_network(run: Running, thing: Module, args: list[Any]) -> Any:
    """``n(x)`` of a network of `micrograd.nn`; raises Wrong."""
    if len(args) != 1:
        raise Wrong(tr("a network is called with one list of inputs, like n(x)"))
    inputs = all_items(run, args[0])
    if not all(ops.is_number(each) or isinstance(each, Value) for each in inputs):
        raise Wrong(tr("a network is called with a list of numbers or Values"))
    neurons = [thing] if isinstance(thing, Neuron) else None
    if neurons is None:
        layers = getattr(thing, "layers", [thing])
        neurons = getattr(layers[0], "neurons", []) if layers else []
    if neurons and len(neurons[0].w) != len(inputs):
        raise Wrong(
            tr("this network has {wanted} inputs, not {given}", wanted=len(neurons[0].w), given=len(inputs)),
            ValueError,
        )
    many = len(thing.parameters())
    run.meter.hold(10 * many)
    run.meter.evaluate(many)
    called: Any = thing
    values = [ops.as_operand(each, run.meter) for each in inputs]
    return called([each if isinstance(each, Value) else Value(each) for each in values])
