"""The few parts of numpy that such notebooks use, over real arrays of bounded size."""

from __future__ import annotations

import math
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.known.declaring import builtin, count, number
from micrograd_gui.document.python.known.libraries import FUNCTIONS, of_one
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import COLUMNS, Builtin, Library, Running


@builtin("np.arange", 1, 3)
def _arange(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    numbers = [number(each, "arange") for each in args]
    first, last = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else 1
    if not step or not all(map(math.isfinite, numbers)) or (last - first) / step > ops.ARRAY_AT_MOST:
        raise Wrong(tr("an array has at most {most:,} numbers", most=ops.ARRAY_AT_MOST))
    found = np.arange(*numbers)
    run.meter.hold(found.size)
    return found


@builtin("np.linspace", 2, 3, ("num",))
def _linspace(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    many = _size(run, args[2] if len(args) == 3 else given.get("num", 50))
    return np.linspace(number(args[0], "linspace"), number(args[1], "linspace"), many)


@builtin("np.array", 1, 1, ("dtype",))
def _array(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    found = ops.array(args[0], run.meter)
    run.meter.hold(getattr(found, "size", 1))
    return found.copy() if ops.is_array(found) else found


def _filled(name: str) -> Builtin:
    @builtin(f"np.{name}", 1, 1)
    def filled(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        return getattr(np, name)(_shape(run, args[0]))

    return filled


def _size(run: Running, thing: Any) -> int:
    many = count(thing, tr("an array"))
    if not 0 <= many <= ops.ARRAY_AT_MOST:
        raise Wrong(tr("an array has at most {most:,} numbers", most=ops.ARRAY_AT_MOST))
    run.meter.hold(many)
    return many


def _shape(run: Running, thing: Any) -> tuple[int, ...]:
    sizes = tuple(
        count(each, tr("a shape")) for each in (thing if isinstance(thing, (tuple, list)) else (thing,))
    )
    if len(sizes) > 4 or any(each < 0 for each in sizes):
        raise Wrong(tr("a shape has at most 4 sizes, none of them below 0"))
    _size(run, math.prod(sizes))
    return sizes


def _over(name: str) -> Builtin:
    @builtin(f"np.{name}", 1, 2, ("axis", "keepdims"))
    def over(run: Running, args: list[Any], given: dict[str, Any]) -> Any:

        found = ops.array(args[0], run.meter)
        if not found.size:
            raise Wrong(tr("{name} of nothing", name=name))
        return run.call(run.attribute(found, name), args[1:], given)

    return over


@builtin("np.meshgrid", 2, 2)
def _meshgrid(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    x, y = (ops.array(each, run.meter).ravel() for each in args)
    _size(run, x.size * y.size)
    return list(np.meshgrid(x, y))


@builtin("np.where", 3, 3)
def _where(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    found = np.where(
        *[ops.plain(each) if ops.is_number(each) else ops.array(each, run.meter) for each in args]
    )
    _size(run, found.size)
    return found


@builtin("np.round", 1, 2, ("decimals",))
def _round(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    digits = count(args[1] if len(args) > 1 else given.get("decimals", 0), "round")
    found = np.round(_of(run, args[0]), max(-99, min(99, digits)))
    return found if ops.is_array(found) else float(found)


@builtin("np.dot", 2, 2)
def _dot(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if any(ops.is_number(each) for each in args):
        return run.binary("*", *args)
    return run.binary("@", *[ops.array(each, run.meter) for each in args])


def _of(run: Running, thing: Any) -> Any:
    """A number, or an array of what is given."""
    return ops.plain(thing) if ops.is_number(thing) else ops.array(thing, run.meter)


def _of_two(name: str) -> Builtin:
    @builtin(f"np.{name}", 2, 2)
    def both(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        a, b = (_of(run, each) for each in args)
        _size(run, max(np.size(a), np.size(b)))
        found = getattr(np, name)(a, b)
        return found if ops.is_array(found) else found.item() if hasattr(found, "item") else found

    return both


def _joined(name: str) -> Builtin:
    @builtin(f"np.{name}", 1, 1, ("axis",))
    def joined(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        parts = [ops.array(each, run.meter) for each in places.items(run.iterable(args[0]), run.meter)]
        _size(run, sum(each.size for each in parts))
        words = {"axis": count(given["axis"], "axis")} if "axis" in given and name != "vstack" else {}
        return getattr(np, name)(parts, **words)

    return joined


@builtin("np.random.seed", 1, 1)
def _seed(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    seed = count(args[0], tr("a seed"))
    if not 0 <= seed < 2**32:
        raise Wrong(tr("a seed of numpy is from 0 to 2**32 - 1"))
    run.chance.numpy_seed(seed)


def _drawn(name: str, own: int) -> Builtin:
    """Numbers of numpy's older generator: ``own`` operands, and the size."""

    @builtin(f"np.random.{name}", 0, 3, ("size", "low", "high", "loc", "scale"))
    def draw(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        generator = run.chance.numpy_generator()
        if name in ("rand", "randn"):
            shape = _shape(run, tuple(args)) if args else ()
            out = getattr(generator, name)(*shape)
        else:
            if len(args) > own:
                given = {**given, "size": args[own]}
            size = None if given.get("size") is None else _shape(run, given["size"])
            words = {word: number(each, word) for word, each in given.items() if word != "size"}
            out = getattr(generator, name)(*[number(each, name) for each in args[:own]], size=size, **words)
        return out if ops.is_array(out) else out if type(out) in (float, int) else out.item()

    return draw


@builtin("np.random.permutation", 1, 1)
def _permutation(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return run.chance.numpy_generator().permutation(_size(run, args[0]))


@builtin("np.random.choice", 1, 3, ("size", "replace"))
def _choice(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    things = count(args[0], "choice") if ops.is_number(args[0]) else ops.array(args[0], run.meter)
    size = args[1] if len(args) > 1 else given.get("size")
    shape = None if size is None else _shape(run, size)
    replace = ops.truth(args[2] if len(args) > 2 else given.get("replace", True))
    if isinstance(things, int):
        _size(run, things)
    found = run.chance.numpy_generator().choice(things, shape, replace)
    return found if ops.is_array(found) else found.item() if hasattr(found, "item") else found


@builtin("np.random.shuffle", 1, 1)
def _shuffle(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if not isinstance(args[0], list) and not ops.is_array(args[0]):
        raise Wrong(tr("a list or an array is shuffled"), TypeError)
    run.meter.evaluate(len(args[0]))
    run.chance.numpy_generator().shuffle(args[0])


@builtin("np.random.default_rng", 0, 1)
def _rng(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    raise Wrong(tr("np.random.default_rng is not understood here: np.random.seed and np.random.uniform are"))


def _points(name: str) -> Builtin:
    """Points and their classes, 0 and 1, by the rule of scikit-learn and the numbers of ``np.random``."""

    @builtin(f"make_{name}", 0, 1, ("n_samples", "noise", "random_state"))
    def made(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        from micrograd_gui.document.datasets import DATASETS

        many = _size(run, args[0] if args else given.get("n_samples", 100))
        run.meter.hold(3 * many)
        noise, seed = given.get("noise"), given.get("random_state")
        own: Any = (
            run.chance.numpy_generator() if seed is None else np.random.RandomState(count(seed, tr("a seed")))
        )
        rows = np.array(DATASETS[name].make(many, 0.0 if noise is None else number(noise, "noise"), own))
        return rows[:, :-1], ((rows[:, -1] + 1) / 2).astype(int)

    return made


# Of one number, beside those that math has, too.
_PLAIN: dict[str, Any] = {
    "abs": abs,
    "square": lambda x: x * x,
    "sign": lambda x: float((x > 0) - (x < 0)),
}
SKLEARN = Library("sklearn.datasets", {"make_moons": _points("moons"), "make_circles": _points("circles")})
NUMPY = Library(
    "np",
    {
        "pi": math.pi,
        "e": math.e,
        "inf": math.inf,
        "nan": math.nan,
        "float64": None,
        "float32": None,
        "arange": _arange,
        "linspace": _linspace,
        "array": _array,
        "asarray": _array,
        "c_": COLUMNS,
        "meshgrid": _meshgrid,
        "where": _where,
        "round": _round,
        "dot": _dot,
        "matmul": _dot,
        **{
            name: _of_two(name)
            for name in ("maximum", "minimum", "allclose", "isclose", "power", "add", "subtract")
        },
        **{name: _joined(name) for name in ("stack", "concatenate", "vstack", "hstack", "column_stack")},
        "zeros": _filled("zeros"),
        "ones": _filled("ones"),
        **{name: of_one(name, plain, "np") for name, plain in {**FUNCTIONS, **_PLAIN}.items()},
        **{
            name: _over(name)
            for name in ("sum", "mean", "max", "min", "std", "var", "prod", "argmax", "argmin")
        },
        "random": Library(
            "np.random",
            {
                "seed": _seed,
                "rand": _drawn("rand", 0),
                "randn": _drawn("randn", 0),
                "uniform": _drawn("uniform", 2),
                "normal": _drawn("normal", 2),
                "randint": _drawn("randint", 2),
                "random": _drawn("random", 0),
                "permutation": _permutation,
                "choice": _choice,
                "shuffle": _shuffle,
                "default_rng": _rng,
            },
        ),
    },
)
