"""Value classes: a cell's own class in the manner of the lecture's Value, and what its names are of ours."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from math import isnan
from typing import Any, cast

from micrograd.engine import Value, apply
from micrograd.language import kept, tr
from micrograd.ops import OPS, Op, op_of
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.arguments import too_many, unknown
from micrograd_gui.document.python.control import CellRefusal
from micrograd_gui.document.python.ints import begins_and_stays, marked, of_ints
from micrograd_gui.document.python.limits import NoOp, Wrong
from micrograd_gui.document.python.objects import (
    DOUBLE,
    TENSOR,
    VALUE,
    Builtin,
    Function,
    Method,
    Running,
    kind_name,
)
from micrograd_gui.document.text import spoken

ROLES = ("data", "grad", "_prev", "_op", "label", "_backward")
_LECTURE = ("data", "_prev", "_op", "label")  # what the lecture's class takes, in its order
_OURS = frozenset(("__init__", "__add__", "__radd__", "__mul__", "__rmul__", "__sub__", "__rsub__", "__neg__",
                   "__truediv__", "__rtruediv__", "__pow__", "__rpow__", "__hash__", "backward"))  # fmt: skip
_OF_TWO = ("__add__", "__mul__")
_PROBES = (0.3, 1.9, -0.7)
_MADE_BY = "_made_by"  # where a Value keeps the name of the class, made from another one, that has made it
_CLOSE = 1e-9  # as near as a rule of the class comes to the op that it is


class ValueClass:
    """A class that stands for ours: a Value of it is a Value of this program.

    Attributes:
        name: its name.
        names: its functions by name; those that compute are walked through where ours does not do the same.
        called: what a field or a method of it is called in ours, by its own name.
        takes: what each operand of its ``__init__`` is, in order; "" for what is none of ours.
        operands: the names of these.
        begins: its own ``__init__`` calls that of the class that it is made from, ``above``.
        same: of each function that was looked at, the op that it is; "" where it is none alone.
        holds_floats: its data is made a float.
        begins_whole, stays_whole: its grads begin with the int 0, and a pass leaves them ints.
    """

    def __init__(
        self,
        name: str,
        names: dict[str, Any],
        tree: ast.ClassDef | None = None,
        above: ValueClass | None = None,
    ) -> None:
        self.name, self.names = name, names
        self.called: dict[str, str] = {}
        self.takes: tuple[str, ...] = _LECTURE
        self.operands: tuple[str, ...] = ("data", "_children", "_op", "label")
        self.same: dict[str, str] = {}
        self.begins, self.above = False, above
        self.begins_whole = self.stays_whole = self.holds_floats = False
        if tree is not None:
            self._read(tree)

    def __deepcopy__(self, memo: dict[int, Any]) -> ValueClass:
        new = ValueClass(self.name, {})
        memo[id(self)] = new
        new.begins, new.above = self.begins, deepcopy(self.above, memo)
        new.begins_whole, new.stays_whole = self.begins_whole, self.stays_whole
        new.holds_floats = self.holds_floats
        new.called, new.takes, new.operands = self.called, self.takes, self.operands
        new.same = dict(self.same)
        new.names = deepcopy(self.names, memo)
        return new

    @property
    def is_plain(self) -> bool:
        """Whether it is written as the lecture's, so that statements with it are those of the language."""
        return not self.called and self.takes[: len(_LECTURE)] == _LECTURE[: len(self.takes)]

    def find(self, name: str) -> Any:
        """What it has by that name; None for nothing."""
        return self.names.get(name)

    def line(self) -> list[ValueClass]:
        """The class and those that it is made from, the nearest first."""
        found = [self]
        while (above := found[-1].above) is not None:
            found.append(above)
        return found

    def of(self, value: Value) -> ValueClass:
        """That of the line which has made the Value: what an op has made is of the first of all."""
        line = self.line()
        made = vars(value).get(_MADE_BY)
        return next((each for each in line if each.name == made), line[-1])

    def own(self, name: str) -> Function | None:
        """The function of that name that is to be walked through; None where ours does the same."""
        found = self.names.get(name)
        if not isinstance(found, Function) or name in _OURS or name in self.called:
            return None
        return found

    def extended(self, names: dict[str, Any], tree: ast.ClassDef) -> ValueClass:
        """The class that is made from this one, and has these besides."""
        new = ValueClass(tree.name, {**self.names, **names}, above=self)
        new.called, new.takes, new.operands = dict(self.called), self.takes, self.operands
        new.begins_whole, new.stays_whole = self.begins_whole, self.stays_whole
        new.holds_floats = self.holds_floats
        new._read(tree)
        return new

    def _read(self, tree: ast.ClassDef) -> None:
        functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
        made = functions.get("__init__")
        self.begins = made is not None and any(_calls(each, "__init__") for each in ast.walk(made))
        if made is not None and not self.begins:
            fields = dict(_fields(made))
            parameters = [each.arg for each in (*made.args.posonlyargs, *made.args.args)][1:]
            parameters += [each.arg for each in made.args.kwonlyargs]
            roles = _roles(fields, parameters)
            self.called = {name: role for name, (role, _) in roles.items() if role and role != name}
            by_parameter = {given: role for role, given in roles.values() if given}
            self.operands = tuple(parameters)
            self.takes = tuple(by_parameter.get(each, "") for each in parameters)
            data = next((fields[name] for name, (role, _) in roles.items() if role == "data"), None)
            match data:
                case ast.Call(func=ast.Name(id="float")):
                    self.holds_floats = True
            grad = next((name for name, role in self.called.items() if role == "grad"), "grad")
            self.begins_whole, self.stays_whole = begins_and_stays(tree, grad, made)
        passes = next((name for name, role in self.called.items() if role == "_backward"), "_backward")
        for name, function in functions.items():
            if name not in ROLES and name != "backward" and not name.startswith("__"):
                calls = [each for each in ast.walk(function) if _calls(each, passes)]
                if calls and any(isinstance(each, (ast.For, ast.While)) for each in ast.walk(function)):
                    self.called[name] = "backward"


def _fields(made: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """What ``__init__`` sets of itself."""
    own = made.args.args[0].arg if made.args.args else "self"
    for each in ast.walk(made):
        match each:
            case ast.Assign(targets=targets, value=value):
                found = targets
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                found = [target]
            case _:
                continue
        for one in found:
            match one, value:
                case ast.Tuple(elts=parts), ast.Tuple(elts=values) if len(parts) == len(values):
                    pairs = list(zip(parts, values, strict=True))
                case _:
                    pairs = [(one, value)]
            for part, its in pairs:
                match part:
                    case ast.Attribute(value=ast.Name(id=name), attr=field) if name == own:
                        yield field, its


def _roles(fields: dict[str, ast.expr], parameters: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Of each field what it is of ours, and the operand that it is made of, if any."""
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for field, value in fields.items():
        used = [each.id for each in ast.walk(value) if isinstance(each, ast.Name) and each.id in parameters]
        given = used[0] if used else ""
        role = _role(field.strip("_").lower(), value, given, parameters)
        if role and role not in taken:
            taken.add(role)
            found[field] = (role, given)
    return found


def _role(field: str, value: ast.expr, given: str, parameters: Sequence[str]) -> str:
    if "grad" in field and not isinstance(value, ast.Lambda) and not field.startswith("requires"):
        return "grad"
    if isinstance(value, ast.Lambda) or "backward" in field or "backprop" in field:
        return "_backward"
    if given and given == parameters[0]:
        return "data"
    if any(word in field for word in ("prev", "child", "parent", "input", "operand", "source")):
        return "_prev"
    if field in ("op", "operation", "operator"):
        return "_op"
    return "label" if field in ("label", "name") else ""


def _calls(each: ast.AST, name: str) -> bool:
    match each:
        case ast.Call(func=ast.Attribute(attr=called)):
            return called == name
    return False


def is_value_class(each: ast.ClassDef, bases: Sequence[Any]) -> bool:
    """Whether it is a class in the manner of the lecture's Value: in its place ours is used."""
    if any(base is VALUE or isinstance(base, ValueClass) for base in bases):
        return True
    functions = {one.name: one for one in each.body if isinstance(one, ast.FunctionDef)}
    if each.name == "Value":
        return True
    made = functions.get("__init__")
    grads = made is not None and any("grad" in field for field, _ in _fields(made))
    return grads and bool(functions.keys() & {"__add__", "__mul__"})


def notes_of(run: Running, tree: ast.ClassDef) -> Iterator[str]:
    """What such a class does otherwise than this program's Value, which is used in its place."""
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for each in ast.walk(function):
            match each:
                case ast.AugAssign(target=target) if function.name == "__init__":
                    yield kept(
                        "Line {line}: {what} is not counted: the Values are this program’s own.",
                        line=run.source.line_of(each),
                        what=run.source.spoken(target),
                    )
                case ast.FunctionDef(body=body) if each is not function and function.name in _OF_TWO:
                    for one in body:
                        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute):
                            yield kept(
                                "Line {line}: = overwrites a grad: of what is used twice one share is lost. "
                                "This program’s Value adds them up (+=).",
                                line=run.source.line_of(one),
                            )
                            return


def operands_of(kind: ValueClass, args: Sequence[Any], words: dict[str, Any]) -> dict[str, Any]:
    """What a call gives, by what it is of ours; raises Wrong."""
    if len(args) > len(kind.operands):
        raise too_many(kind.name, len(kind.operands), len(args))
    given = dict(zip(kind.operands, args, strict=False))
    for word, thing in words.items():
        if word not in kind.operands:
            raise unknown(kind.name, word)
        given[word] = thing
    roles = dict(zip(kind.operands, kind.takes, strict=True))
    return {roles[name]: thing for name, thing in given.items() if roles[name]}


def called_own(
    run: Running, kind: ValueClass, name: str, value: Value, args: list[Any], words: dict[str, Any]
) -> Any:
    """What a function of the class does with a Value: an op, where it is one, else what is in it."""
    function = kind.own(name)
    if not args and not words and _takes_one(function):
        if name not in kind.same:
            kind.same[name] = ""
            kind.same[name] = _op_that_it_is(run, function, name)
        if kind.same[name]:
            run.meter.hold(5)
            return of_ints(apply(OPS[kind.same[name]], value))
    run.walked.append(name)
    try:
        return run.call(function, [value, *args], words)
    finally:
        run.walked.pop()


def _takes_one(function: Function | None) -> bool:
    return function is not None and len(function.args.args) == 1 and not (function.asked or function.static)


def _op_that_it_is(run: Running, function: Function | None, name: str) -> str:
    """The op that the function does at some numbers; "" where it is none."""
    found: set[str] = set()
    run.walked.append(name)
    try:
        for number in _PROBES:
            probe = Value(number)
            try:
                made = run.call(function, [probe], {})
            except (Wrong, ExpressionRefusal) as wrong:  # such as log of a number below 0
                if isinstance(wrong.wrong if isinstance(wrong, CellRefusal) else wrong, NoOp):
                    raise
                continue
            alone = isinstance(made, Value) and made._prev == (probe,) and made.op is not None
            found.add(made.op.name if alone and made.op.name in OPS else "")
    finally:
        run.walked.pop()
    return found.pop() if len(found) == 1 else ""


def made_by_op(run: Running, kind: ValueClass, data: float, operands: Sequence[Value], text: str) -> Value:
    """The Value that a function of the class makes of its operands; raises Wrong where no op makes it.

    The op is the one that is called like it, or like the function, and gives that number.
    """
    run.meter.hold(5)
    wanted = [text.strip("() ").lower(), *reversed(run.walked)]
    orders = [list(operands), list(operands)[::-1]] if len(operands) == 2 else [list(operands)]
    for op in filter(None, map(_op, wanted)):
        for each in orders:
            if op.arity == len(each) and _near(op.forward(*[one.data for one in each]), data):
                return apply(op, *each)
    called = spoken(text or (run.walked[-1] if run.walked else "this"))
    raise NoOp(
        tr(
            "{function} of {kind} makes a Value by a rule of its own, which is no op here",
            function=called,
            kind=spoken(kind.name),
        )
    )


def _op(name: str) -> Op | None:
    name = {"^": "**", "pow": "**", "add": "+", "mul": "*", "sub": "-", "div": "/"}.get(name, name)
    if name in OPS:
        return OPS[name]
    lean = name.strip("_").replace("_", "")
    if lean in OPS and OPS[lean].arity == 1:
        return OPS[lean]
    first = name.partition("_")[0]
    if first in OPS and OPS[first].arity == 1:
        return OPS[first]
    try:
        return op_of(name) if name.startswith("**") else None
    except (KeyError, ValueError, TypeError):
        return None


def _near(a: float, b: float) -> bool:
    return a == b or (isnan(a) and isnan(b)) or abs(a - b) <= _CLOSE * max(1.0, abs(a), abs(b))


def _begun(run: Running, kind: ValueClass, args: list[Any], words: dict[str, Any]) -> Value:
    """A Value of a class whose own ``__init__`` calls that of the class that it is made from."""
    run.meter.hold(5)
    new = Value(0.0)
    run.call(kind.names["__init__"], [new, *args], words)
    return new


def of_value_above(run: Running, above: ValueClass, thing: Value, name: str) -> Any:
    """``super().name`` in a function of a class that is made from a class of Values; raises Wrong."""
    found = above.find(name)
    if name == "__init__" and not above.begins:

        def begin(run: Running, args: list[Any], words: dict[str, Any]) -> None:
            made = value_of(run, above, args, words)
            thing.data, thing.label = made.data, made.label
            vars(thing).update(vars(made))

        return Builtin(name, begin)
    if isinstance(found, Function) and above.own(name) is not None:
        return Method(found, thing)
    return run.attribute(thing, name)


def value_of(run: Running, called: Any, args: list[Any], words: dict[str, Any]) -> Value:
    """``Value(2.0, label='a')``, one that an op made of others, and a tensor of one number; raises Wrong."""
    hold: Callable[[float], float] = float
    if called is TENSOR:
        hold = float if words.get("dtype") is DOUBLE else ops.rounded
        words = {}
        while args and isinstance(args[0], list) and len(args[0]) == 1:
            args = args[0]
        args = args[:1]
    kind = called if isinstance(called, ValueClass) else ValueClass("Value", {})
    made = _value_of(run, kind, args, words, hold)
    if kind.above is not None:
        vars(made)[_MADE_BY] = kind.name
    return made


def _value_of(
    run: Running, kind: ValueClass, args: list[Any], words: dict[str, Any], hold: Callable[[float], float]
) -> Value:
    if kind.begins:
        return _begun(run, kind, args, words)
    given = operands_of(kind, args, words)
    data, operands = given.get("data"), given.get("_prev")
    if operands:
        found = [operands] if isinstance(operands, Value) else list(places.items(operands, run.meter))
        if not all(isinstance(each, Value) for each in found) or not ops.is_number(data):
            raise Wrong(tr("a Value is written like Value(2.0, label='a')"))
        out = made_by_op(run, kind, float(cast(float, data)), found, str(given.get("_op") or ""))
        return marked(out) if isinstance(data, int) else out
    if isinstance(data, Value):
        raise Wrong(tr("a Value is made of a number, not of a Value: take its data"), TypeError)
    if not ops.is_number(data):
        raise Wrong(tr("a Value is made of one number, not of {thing}", thing=kind_name(data)), TypeError)
    label = given.get("label") or ""
    if not isinstance(label, str):
        raise Wrong(tr("a label is a text in quotes"), TypeError)
    run.meter.hold(5)
    new = Value(hold(cast(float, data)), label=label[:200])
    return marked(new) if isinstance(data, int) else new
