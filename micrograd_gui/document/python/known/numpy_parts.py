"""The few parts of numpy that such notebooks use, over real arrays of bounded size."""

from __future__ import annotations

import math
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.known.declaring import builtin, count, number, shape_of, size_of
from micrograd_gui.document.python.known.generators import NUMPYS, of_numpy, random_state, rng
from micrograd_gui.document.python.known.libraries import FUNCTIONS, of_one
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import COLUMNS, Bound, Builtin, Library, Running
from micrograd_gui.document.python.traced import as_numpys


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

    many = size_of(run, args[2] if len(args) == 3 else given.get("num", 50))
    return np.linspace(number(args[0], "linspace"), number(args[1], "linspace"), many)


@builtin("np.logspace", 2, 3, ("num", "base"))
def _logspace(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    many = size_of(run, args[2] if len(args) == 3 else given.get("num", 50))
    first, last = (number(each, "logspace") for each in args[:2])
    return np.logspace(first, last, many, base=number(given.get("base", 10.0), "logspace"))


_KINDS_OF_NUMBERS = {
    "float": float,
    "np.float64": float,
    "int": int,
    "np.int64": int,
    "bool": bool,
    "object": object,
}


@builtin("np.array", 1, 1, ("dtype",))
def _array(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    found = ops.array(args[0], run.meter, values=True)
    run.meter.hold(getattr(found, "size", 1))
    kind = getattr(given.get("dtype"), "name", None)
    if kind in _KINDS_OF_NUMBERS:
        return found.astype(_KINDS_OF_NUMBERS[kind])
    return found.copy() if ops.is_array(found) else found


def _filled(name: str) -> Builtin:
    @builtin(f"np.{name}", 1, 1)
    def filled(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        return getattr(np, name)(shape_of(run, args[0]))

    return filled


def _over(name: str) -> Builtin:
    @builtin(f"np.{name}", 1, 2, ("axis", "keepdims"))
    def over(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        found = ops.array(args[0], run.meter, values=True)
        if not found.size:
            raise Wrong(tr("{name} of nothing", name=name))
        return run.call(run.attribute(found, name), args[1:], given)

    return over


@builtin("np.meshgrid", 2, 2)
def _meshgrid(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    x, y = (ops.array(each, run.meter).ravel() for each in args)
    size_of(run, x.size * y.size)
    return list(np.meshgrid(x, y))


@builtin("np.where", 3, 3)
def _where(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    found = np.where(
        *[ops.plain(each) if ops.is_number(each) else ops.array(each, run.meter) for each in args]
    )
    size_of(run, found.size)
    return found


@builtin("np.round", 1, 2, ("decimals",))
def _round(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    digits = count(args[1] if len(args) > 1 else given.get("decimals", 0), "round")
    found = np.round(_of(run, args[0]), max(-99, min(99, digits)))
    return as_numpys(found)


@builtin("np.dot", 2, 2)
def _dot(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    if any(ops.is_number(each) for each in args):
        return run.binary("*", *args)
    return run.binary("@", *[ops.array(each, run.meter, values=True) for each in args])


def _of(run: Running, thing: Any) -> Any:
    """A number, or an array of what is given."""
    return ops.plain(thing) if ops.is_number(thing) else ops.array(thing, run.meter)


def _of_two(name: str, *words: str) -> Builtin:
    @builtin(f"np.{name}", 2, 2, words)
    def both(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        a, b = (_of(run, each) for each in args)
        size_of(run, max(np.size(a), np.size(b)))
        with np.errstate(all="ignore"):
            found = getattr(np, name)(a, b, **{word: number(each, word) for word, each in given.items()})
        return as_numpys(found) if hasattr(found, "item") else found

    return both


@builtin("np.gradient", 1, 2)
def _gradient(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    return np.gradient(ops.array(args[0], run.meter), *(_of(run, each) for each in args[1:]))


@builtin("np.array_equal", 2, 2)
def _array_equal(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    return np.array_equal(*(ops.array(each, run.meter) for each in args))


def _shares(name: str, many: int = 2) -> Builtin:
    """``np.percentile(a, 90)``, of one share or several; ``np.median(a)``."""

    @builtin(f"np.{name}", many, many)
    def shares(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        return as_numpys(getattr(np, name)(*(ops.array(each, run.meter) for each in args)))

    return shares


@builtin("np.histogram", 1, 2, ("bins",))
def _histogram(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    bins = args[1] if len(args) > 1 else given.get("bins", 10)
    wanted = size_of(run, bins) if isinstance(bins, int) else ops.array(bins, run.meter)
    return np.histogram(ops.array(args[0], run.meter), wanted)


@builtin("np.unique", 1, 1, ("return_counts",))
def _unique(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    numbers = ops.array(args[0], run.meter)
    run.meter.hold(2 * getattr(numbers, "size", 1))
    return np.unique(numbers, return_counts=True) if given.get("return_counts") else np.unique(numbers)


@builtin("np.vectorize", 1, 1)
def _vectorize(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    """The function as one of all elements of arrays."""

    def over(run: Running, called: Any, operands: list[Any], words: dict[str, Any]) -> Any:
        import numpy as np

        found = [ops.array(each, run.meter, values=True) for each in operands]
        shape = np.broadcast_shapes(*map(np.shape, found))
        if not found or not math.prod(shape):
            raise Wrong(tr("{name} of nothing", name="vectorize"))
        size_of(run, len(found) * math.prod(shape))
        rows = [places.items(np.broadcast_to(each, shape).ravel(), run.meter) for each in found]
        made = [run.call(called, list(each), words) for each in zip(*rows, strict=True)]
        out = ops.array(made, run.meter, values=True).reshape(shape)
        first = np.asarray(ops.plain(made[0])).dtype  # whose kind of numbers all have
        return out if ops.holds_values(out) else out.astype(first)

    return Bound("vectorize", over, args[0])


@builtin("np.eye", 1, 1)
def _eye(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    many = count(args[0], "eye")
    size_of(run, many * abs(many))
    return np.eye(many)


@builtin("np.full", 2, 2)
def _full(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    return np.full(shape_of(run, args[0]), number(args[1], "full"))


@builtin("np.outer", 2, 2)
def _outer(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    a, b = (ops.array(each, run.meter) for each in args)
    size_of(run, a.size * b.size)
    return np.outer(a, b)


@builtin("np.clip", 3, 3)
def _clip(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    ends = [None if each is None else number(each, "clip") for each in args[1:]]
    found = np.clip(_of(run, args[0]), *ends)
    return as_numpys(found)


@builtin("np.linalg.norm", 1, 1)
def _norm(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    import numpy as np

    return as_numpys(np.linalg.norm(ops.array(args[0], run.meter)))


def _solving(name: str, few: int, *words: str) -> Builtin:
    """A function of numpy.linalg, of matrices that are small: what it takes grows with the cube of them."""

    @builtin(f"np.linalg.{name}", few, few, words)
    def solved(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        found = [ops.array(each, run.meter) for each in args]
        if any(not 0 < each.size <= _SOLVED_AT_MOST for each in found):
            raise Wrong(tr("a matrix here has at most {most:,} numbers", most=_SOLVED_AT_MOST), ValueError)
        run.meter.hold(sum(each.size for each in found))
        try:
            out = getattr(np.linalg, name)(*found, **({"rcond": None} if name == "lstsq" else {}))
        except np.linalg.LinAlgError as error:
            raise Wrong(tr("numpy says: {message}", message=str(error)), ValueError) from None
        if isinstance(out, tuple):
            return tuple(each if isinstance(each, int) else as_numpys(each) for each in out)
        return as_numpys(out)

    return solved


def _of_array(name: str, *words: str) -> Builtin:
    """What has as many numbers as it is given, or fewer."""

    @builtin(f"np.{name}", 1, 1, words)
    def made(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        found = ops.array(args[0], run.meter)
        run.meter.hold(getattr(found, "size", 1))
        axes = {word: None if each is None else count(each, word) for word, each in given.items()}
        return as_numpys(getattr(np, name)(found, **axes))

    return made


def _joined(name: str) -> Builtin:
    @builtin(f"np.{name}", 1, 1, ("axis",))
    def joined(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        parts = [
            ops.array(each, run.meter, values=True) for each in places.items(run.iterable(args[0]), run.meter)
        ]
        size_of(run, sum(each.size for each in parts))
        words = {"axis": count(given["axis"], "axis")} if "axis" in given and name != "vstack" else {}
        return getattr(np, name)(parts, **words)

    return joined


@builtin("np.random.seed", 1, 1)
def _seed(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    seed = count(args[0], tr("a seed"))
    if not 0 <= seed < 2**32:
        raise Wrong(tr("a seed of numpy is from 0 to 2**32 - 1"))
    run.chance.numpy_seed(seed)


def _points(name: str) -> Builtin:
    """Points and their classes, 0 and 1, by the rule of scikit-learn and the numbers of ``np.random``."""

    @builtin(f"make_{name}", 0, 1, ("n_samples", "noise", "random_state"))
    def made(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        import numpy as np

        from micrograd_gui.document.datasets import DATASETS

        many = size_of(run, args[0] if args else given.get("n_samples", 100))
        run.meter.hold(3 * many)
        noise, seed = given.get("noise"), given.get("random_state")
        own: Any = (
            run.chance.numpy_generator() if seed is None else np.random.RandomState(count(seed, tr("a seed")))
        )
        rows = np.array(DATASETS[name].make(many, 0.0 if noise is None else number(noise, "noise"), own))
        return rows[:, :-1], ((rows[:, -1] + 1) / 2).astype(int)

    return made


def _kind(name: str, of: str) -> Builtin:
    @builtin(f"np.{name}", 0, 1)
    def kind(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        return as_numpys(run.call(run.builtin(of), args, {}))

    return kind


@builtin("np.float32", 1, 1)
def _float32(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    raise Wrong(tr("numbers have 64 bits here: write np.float64"))


_SOLVED_AT_MOST = 2_500  # numbers in a matrix
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
        "float64": _kind("float64", "float"),
        "int64": _kind("int64", "int"),
        "float32": _float32,
        "arange": _arange,
        "linspace": _linspace,
        "logspace": _logspace,
        "array": _array,
        "asarray": _array,
        "c_": COLUMNS,
        "meshgrid": _meshgrid,
        "where": _where,
        "round": _round,
        "dot": _dot,
        "matmul": _dot,
        **{name: _of_two(name) for name in ("maximum", "minimum", "power", "add", "subtract")},
        **{name: _of_two(name, "rtol", "atol") for name in ("allclose", "isclose")},
        "corrcoef": _of_two("corrcoef"),
        "count_nonzero": _of_array("count_nonzero"),
        **{name: _joined(name) for name in ("stack", "concatenate", "vstack", "hstack", "column_stack")},
        "gradient": _gradient,
        "array_equal": _array_equal,
        "vectorize": _vectorize,
        "eye": _eye,
        "identity": _eye,
        "full": _full,
        "outer": _outer,
        "clip": _clip,
        "linalg": Library(
            "np.linalg",
            {
                "norm": _norm,
                "lstsq": _solving("lstsq", 2, "rcond"),
                "solve": _solving("solve", 2),
                **{name: _solving(name, 1) for name in ("inv", "pinv", "det")},
            },
        ),
        **{name: _of_array(name, "axis") for name in ("argsort", "sort", "cumsum")},
        **{name: _of_array(name) for name in ("zeros_like", "ones_like", "diff")},
        **{name: _shares(name) for name in ("percentile", "quantile")},
        "median": _shares("median", 1),
        "histogram": _histogram,
        "unique": _unique,
        "isnan": of_one("isnan", math.isnan, "np"),
        "isfinite": of_one("isfinite", math.isfinite, "np"),
        "zeros": _filled("zeros"),
        "ones": _filled("ones"),
        **{name: of_one(name, plain, "np") for name, plain in {**FUNCTIONS, **_PLAIN}.items()},
        **{
            name: _over(name)
            for name in ("sum", "mean", "max", "min", "std", "var", "prod", "argmax", "argmin", "any", "all")
        },
        "random": Library(
            "np.random",
            {
                "seed": _seed,
                **{name: made(of_numpy) for name, made in NUMPYS.items()},
                "default_rng": rng,
                "RandomState": random_state,
            },
        ),
    },
)
