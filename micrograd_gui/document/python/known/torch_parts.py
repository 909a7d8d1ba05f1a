"""Tensors: a row of numbers, or of Values, as the lecture's followers have one of torch: thing by thing."""

from __future__ import annotations

from typing import Any

from micrograd.engine import Value
from micrograd.language import joined, tr
from micrograd.ops import OPS
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.known.declaring import builtin
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import Builtin, Library, Running, TensorRow, kind_name
from micrograd_gui.document.text import spoken

_SAME = ("double", "float", "requires_grad_", "detach", "clone", "retain_grad", "flatten", "squeeze", "numpy")
_LONGEST = 1_000


def tensor_of(run: Running, things: Any, *, double: bool = False) -> TensorRow:
    """``torch.tensor([1.0, 2.0])``: a row of Values; raises Wrong for a matrix."""
    given = places.items(things, run.meter)
    found = list(given) if len(given) <= _LONGEST else []  # type: ignore[arg-type]  # it has a length
    if not found or not all(ops.is_number(each) or isinstance(each, Value) for each in found):
        raise Wrong(
            tr("a tensor here is one number, or a row of {most:,} numbers at most", most=_LONGEST),
            TypeError,
        )
    run.meter.hold(5 * len(found))
    hold = float if double else ops.rounded
    return TensorRow([each if isinstance(each, Value) else Value(hold(ops.plain(each))) for each in found])


def of_tensors(run: Running, sign: str, x: Any, y: Any) -> TensorRow:
    """``x sign y`` thing by thing; a single one goes with each."""
    sizes = {len(each.things) for each in (x, y) if isinstance(each, TensorRow)}
    if len(sizes) > 1:
        raise Wrong(
            tr(
                "rows of {lengths} do not fit for {sign}",
                lengths=joined(list(map(str, sorted(sizes)))),
                sign=sign,
            ),
            ValueError,
        )
    many = sizes.pop()
    left, right = (each.things if isinstance(each, TensorRow) else [each] * many for each in (x, y))
    return TensorRow([run.binary(sign, a, b) for a, b in zip(left, right, strict=True)])


def attribute_of_tensor(run: Running, row: TensorRow, name: str) -> Any:
    """``row.name``; raises Wrong where it is not among what is safe."""
    things = row.things
    if name in ("grad", "data"):
        return TensorRow([getattr(each, name) if isinstance(each, Value) else each for each in things])
    if name == "shape":
        return (len(things),)
    if name in _SAME:
        return Builtin(name, lambda run, args, words: row)
    if name in ("sum", "mean"):
        return Builtin(name, lambda run, args, words: _together(run, row, name))
    if name == "tolist":
        return Builtin(name, lambda run, args, words: [getattr(each, "data", each) for each in things])
    if name in ("softmax", "log_softmax"):
        return Builtin(name, lambda run, args, words: softmax(run, row, log=name == "log_softmax"))
    if name in OPS and OPS[name].arity == 1 and name.isidentifier():
        return Builtin(name, lambda run, args, words: _each(run, row, name))
    if name == "backward":
        raise Wrong(tr("a row of numbers is not passed back: one number is, such as its sum"), RuntimeError)
    raise Wrong(tr("a tensor has no {name} here", name=spoken(name)), AttributeError)


def _each(run: Running, row: TensorRow, name: str) -> TensorRow:
    values = [each if isinstance(each, Value) else Value(each) for each in row.things]
    return TensorRow([ops.op_of_value(name, each, run.meter) for each in values])


def _together(run: Running, row: TensorRow, name: str) -> Any:
    total: Any = 0
    for each in row.things:
        total = run.binary("+", total, each)
    return run.binary("/", total, len(row.things)) if name == "mean" else total


def softmax(run: Running, row: TensorRow, *, log: bool = False) -> TensorRow:
    """exp of each over the sum of them all; or the log of that."""
    counts = _each(run, row, "exp")
    shares = of_tensors(run, "/", counts, _together(run, counts, "sum"))
    return _each(run, shares, "log") if log else shares


def _row(thing: Any) -> TensorRow:
    if not isinstance(thing, TensorRow):
        raise Wrong(tr("this takes a tensor, not {thing}", thing=kind_name(thing)), TypeError)
    return thing


@builtin("torch.softmax", 1, 2, ("dim",))
def _softmax(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return softmax(run, _row(args[0]))


@builtin("torch.log_softmax", 1, 2, ("dim",))
def _log_softmax(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
    return softmax(run, _row(args[0]), log=True)


def _made(name: str, function: Builtin) -> Builtin:
    @builtin(f"torch.nn.{name}", 0, 1, ("dim",))
    def made(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        return function

    return made


FUNCTIONAL = Library("torch.nn.functional", {"softmax": _softmax, "log_softmax": _log_softmax})
NN = Library(
    "torch.nn",
    {
        "Softmax": _made("Softmax", _softmax),
        "LogSoftmax": _made("LogSoftmax", _log_softmax),
        "functional": FUNCTIONAL,
    },
)
PARTS = {"softmax": _softmax, "log_softmax": _log_softmax, "nn": NN}
