"""Expressions: what a part of a cell gives, and what calling something does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from micrograd.engine import Value
from micrograd.language import tr
from micrograd.nn import Module
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.arguments import names_given
from micrograd_gui.document.python.attributes import attribute_of, item_of, set_attribute_of
from micrograd_gui.document.python.classes import formatted, make_instance, named_tuple
from micrograd_gui.document.python.control import ERRORS, UNKNOWN, CellRefusal, generates
from micrograd_gui.document.python.known.imports import known
from micrograd_gui.document.python.known.libraries import network, through_network
from micrograd_gui.document.python.known.torch_parts import of_tensors, tensor_of
from micrograd_gui.document.python.known.value_arrays import meet_in_array, negative, of_two
from micrograd_gui.document.python.limits import DEEPEST, Endless, Wrong
from micrograd_gui.document.python.objects import (
    DOUBLE,
    TENSOR,
    VALUE,
    Builtin,
    Class,
    ErrorKind,
    Function,
    Instance,
    Library,
    Method,
    NetworkKind,
    Once,
    Partial,
    PassedOver,
    Running,
    Scope,
    TensorRow,
    Thrown,
    TupleKind,
    kind_name,
    pythons,
)
from micrograd_gui.document.python.traced import placed
from micrograd_gui.document.python.value_class import ValueClass, value_of
from micrograd_gui.document.text import spoken


def told_by_python(error: Exception) -> Wrong:
    """The same error, said."""
    said = " ".join(str(error).split())[:100].rstrip(".")
    thrown = Thrown(ERRORS.get(type(error).__name__, ERRORS["Exception"]), (said,))
    return Wrong(
        tr("Python says {error}: {message}", error=type(error).__name__, message=said), type(error), thrown
    )


_PYTHONS_OWN = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError)
_OPERATORS = {
    "+": ("__add__", "__radd__"), "-": ("__sub__", "__rsub__"), "*": ("__mul__", "__rmul__"),
    "/": ("__truediv__", "__rtruediv__"), "**": ("__pow__", "__rpow__"), "@": ("__matmul__", "__rmatmul__"),
    "//": ("__floordiv__", "__rfloordiv__"), "%": ("__mod__", "__rmod__"), "&": ("__and__", "__rand__"),
    "|": ("__or__", "__ror__"), "^": ("__xor__", "__rxor__"), "<<": ("__lshift__", "__rlshift__"),
    ">>": ("__rshift__", "__rrshift__"),
}  # fmt: skip


_SIGNS: dict[type[ast.unaryop], str] = {
    ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__",
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__",
    ast.Eq: "__eq__", ast.NotEq: "__ne__",
}  # fmt: skip
_TURNED: dict[type[ast.cmpop], str] = {
    ast.Lt: "__gt__", ast.LtE: "__ge__", ast.Gt: "__lt__", ast.GtE: "__le__",
    ast.Eq: "__eq__", ast.NotEq: "__ne__", ast.In: "__contains__",
}  # fmt: skip


class Expressions:
    """The expressions of the cell that an Interpreter goes through.

    ``last`` is the cell's last statement, whose value a notebook shows.
    """

    def __init__(self, run: Running) -> None:
        self.run, self.meter = run, run.meter
        self.last: ast.stmt | None = None
        self.depth = 0
        self._known = known()
        self._kinds: dict[type[ast.expr], Callable[[Any, Scope], Any]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._bool,
            ast.Compare: self._compare,
            ast.IfExp: self._if,
            ast.Call: self._call,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Slice: self._slice,
            ast.List: lambda each, scope: list(map(placed, self._listed(each.elts, scope))),
            ast.Tuple: lambda each, scope: tuple(map(placed, self._listed(each.elts, scope))),
            ast.Set: lambda each, scope: {ops.key(one) for one in self._listed(each.elts, scope)},
            ast.Dict: self._dict,
            ast.ListComp: lambda each, scope: self._comprehended(each, scope),
            ast.GeneratorExp: lambda each, scope: Once(self._comprehended(each, scope)),
            ast.SetComp: lambda each, scope: {ops.key(one) for one in self._comprehended(each, scope)},
            ast.DictComp: self._dict_of,
            ast.JoinedStr: self._joined,
            ast.Lambda: lambda each, scope: self.function("lambda", each.args, each.body, scope),
            ast.NamedExpr: self._walrus,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield,
        }

    def evaluate(self, each: ast.expr, scope: Scope) -> Any:
        """What it gives; raises ExpressionRefusal, which names line and column."""
        known_kind = self._kinds.get(type(each))
        if known_kind is None:
            quoted = self.run.source.quoted(each)
            raise self.run.refusal(each, tr("{quoted} is not part of what is understood here", quoted=quoted))
        try:
            self.meter.evaluate()
            return known_kind(each, scope)
        except Wrong as wrong:
            raise self.run.refused(each, wrong) from None
        except _PYTHONS_OWN as error:
            raise self.run.refused(each, told_by_python(error)) from None

    def builtin(self, name: str) -> Any:
        """The function that every cell knows by that name."""
        return self._known[name]

    # Names and numbers ------------------------------------------------------------------------

    def _constant(self, each: ast.Constant, scope: Scope) -> Any:
        if each.value is Ellipsis or isinstance(each.value, (bytes, complex)):
            raise Wrong(tr("numbers, texts, True, False and None are understood here"))
        return each.value

    def _name(self, each: ast.Name, scope: Scope) -> Any:
        try:
            return scope.find(each.id)
        except KeyError:
            if each.id in self._known:
                return self._known[each.id]
        if each.id.startswith("__") or each.id in UNKNOWN:
            raise Wrong(tr("{name} is not understood here", name=spoken(each.id)))
        thrown = pythons(NameError, f"name '{each.id}' is not defined")  # as in code
        raise Wrong(tr("{name} is not defined", name=spoken(each.id)), NameError, thrown)

    def _binary(self, each: ast.BinOp, scope: Scope) -> Any:
        """A chain of operations to the left is gone through without recursion: it may be long."""
        chain: list[ast.BinOp] = []
        left: ast.expr = each
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        out = self.evaluate(left, scope)
        for one in reversed(chain):
            self.meter.evaluate()
            right = self.evaluate(one.right, scope)
            try:
                out = self.binary(ops.SIGNS[type(one.op)], out, right)
            except Wrong as wrong:
                raise self.run.refused(one, wrong) from None
            except _PYTHONS_OWN as error:
                raise self.run.refused(one, told_by_python(error)) from None
        return out

    def binary(self, sign: str, x: Any, y: Any) -> Any:
        """``x sign y``, also of objects whose class says what that is; raises Wrong."""
        x, y = ops.as_whole(x), ops.as_whole(y)
        for own, other, name in zip((x, y), (y, x), _OPERATORS.get(sign, ()), strict=False):
            if isinstance(own, Instance) and (found := own.of.find(name)) is not None:
                return self.call(found, [own, other], {})
        if isinstance(x, TensorRow) or isinstance(y, TensorRow):
            return of_tensors(self.run, sign, x, y)
        if sign == "%" and isinstance(x, str):
            y = self.run.display.put_in(x, y)
        if meet_in_array(x, y):
            return of_two(self.run, sign, x, y)
        return ops.binary(sign, x, y, self.meter)

    def _unary(self, each: ast.UnaryOp, scope: Scope) -> Any:
        thing = ops.as_whole(self.evaluate(each.operand, scope))
        if isinstance(each.op, ast.Not):
            return not self.truth(thing)
        if isinstance(thing, TensorRow):
            return of_tensors(self.run, "*", thing, -1.0) if isinstance(each.op, ast.USub) else thing
        if ops.holds_values(thing) and isinstance(each.op, ast.USub):
            return negative(self.run, thing)
        own = thing.of.find(_SIGNS[type(each.op)]) if isinstance(thing, Instance) else None
        return ops.unary(each.op, thing, self.meter) if own is None else self.call(own, [thing], {})

    def truth(self, thing: Any) -> bool:
        """Whether it counts as true, by its own ``__bool__`` or ``__len__`` where it is an object."""
        thing = ops.as_whole(thing)
        if isinstance(thing, Instance):
            for name in ("__bool__", "__len__"):
                if (own := thing.of.find(name)) is not None:
                    return bool(self.call(own, [thing], {}))
        return ops.truth(thing)

    def compared(self, sign: ast.cmpop, left: Any, right: Any) -> Any:
        """``left sign right``, also of objects, and of Values, whose class says what that is."""
        if not isinstance(sign, (ast.Is, ast.IsNot)):
            left, right = ops.as_whole(left), ops.as_whole(right)
        for own, other, names in ((left, right, _COMPARED), (right, left, _TURNED)):
            kind = self.run.values if isinstance(own, Value) else getattr(own, "of", None)
            found = kind.find(names.get(type(sign), "")) if isinstance(kind, (Class, ValueClass)) else None
            if found is not None:
                return self.call(found, [own, other], {})
        if self.run.values is None and type(sign) in ops.ORDERS:  # as with this program's own Value
            left, right = (each.data if isinstance(each, Value) else each for each in (left, right))
        if isinstance(right, Class):
            right = self.iterable(right)
        return ops.compared(sign, left, right, self.meter)

    def _bool(self, each: ast.BoolOp, scope: Scope) -> Any:
        out = None
        for one in each.values:
            out = self.evaluate(one, scope)
            if self.truth(out) is isinstance(each.op, ast.Or):
                return out
        return out

    def _compare(self, each: ast.Compare, scope: Scope) -> Any:
        left, out = self.evaluate(each.left, scope), True
        for sign, one in zip(each.ops, each.comparators, strict=True):
            right = self.evaluate(one, scope)
            out = self.compared(sign, left, right)
            if len(each.ops) > 1 and not ops.truth(out):
                return out
            left = right
        return out

    def _if(self, each: ast.IfExp, scope: Scope) -> Any:
        return self.evaluate(each.body if self.truth(self.evaluate(each.test, scope)) else each.orelse, scope)

    def _walrus(self, each: ast.NamedExpr, scope: Scope) -> Any:
        out = self.evaluate(each.value, scope)
        self.run.bind(each.target, out, scope)
        return out

    def _yield(self, each: ast.Yield | ast.YieldFrom, scope: Scope) -> None:
        """What a generator yields is kept: all of it is worked out at once, and gone through then."""
        found = self.run.yielded[-1] if self.run.yielded else None
        if found is None:
            raise Wrong(tr("“yield” stands in a function"), SyntaxError)
        out = None if each.value is None else self.evaluate(each.value, scope)
        if not isinstance(found, list):
            found(out)
        elif isinstance(each, ast.YieldFrom):
            found.extend(places.items(self.iterable(out), self.meter))
        else:
            self.meter.hold(1)
            found.append(out)

    # Lists and texts --------------------------------------------------------------------------

    def _listed(self, parts: list[ast.expr], scope: Scope) -> list[Any]:
        self.meter.hold(len(parts))
        out: list[Any] = []
        for each in parts:
            if isinstance(each, ast.Starred):
                more = places.items(self.iterable(self.evaluate(each.value, scope)), self.meter)
                self.meter.hold(len(more))  # type: ignore[arg-type]  # what has items has a length
                out.extend(more)
            else:
                out.append(self.evaluate(each, scope))
        return out

    def _dict(self, each: ast.Dict, scope: Scope) -> dict[Any, Any]:
        self.meter.hold(2 * len(each.keys))
        out: dict[Any, Any] = {}
        for name, what in zip(each.keys, each.values, strict=True):
            if name is not None:
                out[ops.key(self.evaluate(name, scope))] = self.evaluate(what, scope)
                continue
            more = self.evaluate(what, scope)
            if not isinstance(more, dict):
                raise Wrong(tr("** takes a dict, not {thing}", thing=kind_name(more)), TypeError)
            self.meter.hold(2 * len(more))
            out.update(more)
        return out

    def _dict_of(self, each: ast.DictComp, scope: Scope) -> dict[Any, Any]:
        inner, out = Scope(scope), dict[Any, Any]()
        for _ in self._turns(each.generators, inner, scope):
            self.meter.hold(2)
            out[ops.key(self.evaluate(each.key, inner))] = self.evaluate(each.value, inner)
        return out

    def _comprehended(self, each: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> list[Any]:
        inner, out = Scope(scope), list[Any]()
        for _ in self._turns(each.generators, inner, scope):
            self.meter.hold(1)
            out.append(self.evaluate(each.elt, inner))
        return out

    def _turns(self, loops: list[ast.comprehension], inner: Scope, outer: Scope) -> Iterable[None]:
        """A turn for each combination that the loops of a comprehension come to."""
        first, *rest = loops
        things = self.iterable(self.evaluate(first.iter, outer))
        for thing in places.items(things, self.meter):
            self.meter.step()
            self.run.bind(first.target, thing, inner)
            if all(self.truth(self.evaluate(one, inner)) for one in first.ifs):
                if rest:
                    yield from self._turns(rest, inner, inner)
                else:
                    yield

    def _joined(self, each: ast.JoinedStr, scope: Scope) -> str:
        pieces: list[str] = []
        for one in each.values:
            if isinstance(one, ast.Constant):
                pieces.append(str(one.value))
            elif isinstance(one, ast.FormattedValue):
                thing = self.evaluate(one.value, scope)
                spec = "" if one.format_spec is None else str(self.evaluate(one.format_spec, scope))
                if one.conversion > 0:
                    display = self.run.display
                    thing = display.code(thing) if one.conversion == ord("r") else display.text(thing)
                pieces.append(formatted(self.run, thing, spec))
        return self.meter.text("".join(pieces))

    def _subscript(self, each: ast.Subscript, scope: Scope) -> Any:
        thing = self.evaluate(each.value, scope)
        place = self.evaluate(each.slice, scope)
        return item_of(self.run, thing, place)

    def _slice(self, each: ast.Slice, scope: Scope) -> slice:
        parts = [
            None if one is None else self.evaluate(one, scope) for one in (each.lower, each.upper, each.step)
        ]
        if not all(one is None or isinstance(one, int) for one in parts):
            raise Wrong(tr("the ends of a slice are whole numbers"))
        return slice(*(None if one is None else int(one) for one in parts))

    def iterable(self, thing: Any) -> Any:
        """The thing, or what an object's own ``__iter__`` gives."""
        if isinstance(thing, Instance) and (own := thing.of.find("__iter__")) is not None:
            return self.call(own, [thing], {})
        if isinstance(thing, Class) and thing.members:
            return thing.listed()
        return thing

    # Fields -----------------------------------------------------------------------------------

    def _attribute(self, each: ast.Attribute, scope: Scope) -> Any:
        return self.attribute(self.evaluate(each.value, scope), each.attr)

    def attribute(self, thing: Any, name: str) -> Any:
        """``thing.name``; raises Wrong."""
        found = attribute_of(self.run, thing, name)
        if isinstance(found, Method) and isinstance(found.function, Function) and found.function.asked:
            return self.call(found, [], {})
        return found

    def set_attribute(self, thing: Any, name: str, new: Any) -> None:
        """``thing.name = new``; raises Wrong."""
        if isinstance(thing, Value):
            own = name if self.run.values is None else self.run.values.called.get(name, name)
            before = getattr(thing, own) if own in ("data", "grad") else 0.0
            set_attribute_of(self.run, thing, name, new)
            if own in ("data", "grad"):
                self.run.watcher.set_by_hand(self.run.at, thing, own, before)
            return
        held = thing.of.find(name) if isinstance(thing, Instance) else None
        if isinstance(thing, Instance) and name[:2] != "__" and (asked := thing.of.find("__setattr__")):
            self.call(asked, [thing, name, new], {})
        elif isinstance(held, Function) and held.asked:
            if held.setter is None:
                raise Wrong(tr("{name} is a property that cannot be set", name=spoken(name)), AttributeError)
            self.call(held.setter, [thing, new], {})
        else:
            set_attribute_of(self.run, thing, name, new)

    # Calls ------------------------------------------------------------------------------------

    def function(
        self, name: str, args: ast.arguments, body: list[ast.stmt] | ast.expr, scope: Scope
    ) -> Function:
        """A function that is defined here."""
        listed = [self.evaluate(each, scope) for each in args.defaults]
        by_name = {
            each.arg: self.evaluate(given, scope)
            for each, given in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if given is not None
        }
        made = Function(name, args, body, scope, self.run.source, (listed, by_name))
        made.generates = generates(body)
        return made

    def pictured(self, each: ast.expr, scope: Scope) -> None:
        """``draw_dot(L)`` speaks of L."""
        match each:
            case ast.Call(func=ast.Name(id="draw_dot" | "trace" | "show" | "display"), args=[shown, *_]):
                thing = self.evaluate(shown, scope)
                self.run.speak_of(thing, scope)
                self.run.watcher.aims = True
            case ast.Call(func=ast.Attribute(value=ast.Call() as inner)):
                self.pictured(inner, scope)

    def _call(self, each: ast.Call, scope: Scope) -> Any:
        called = self.evaluate(each.func, scope)
        if isinstance(called, PassedOver):
            if called.name == "super()":
                return called
            return PassedOver(f"{called.name}(…)" if "(" not in called.name else called.name)
        args = self._listed(each.args, scope)
        words: dict[str, Any] = {}
        for word in each.keywords:
            given = self.evaluate(word.value, scope)
            if word.arg is None:
                if not isinstance(given, dict) or not all(isinstance(one, str) for one in given):
                    raise Wrong(tr("** takes a dict whose keys are texts"))
                words.update(given)
            else:
                words[word.arg] = given
        return self.call(called, args, words)

    def call(self, called: Any, args: list[Any], words: dict[str, Any]) -> Any:
        """What calling it gives; raises Wrong."""
        match called:
            case Builtin():
                return called.call(self.run, args, words)
            case Function():
                return Partial(called, args, words) if called.manages else self.call_own(called, args, words)
            case Method():
                return self.call(called.function, [called.owner, *args], words)
            case Class():
                return make_instance(self.run, called, args, words)
            case ErrorKind():
                return Thrown(called, tuple(args))
            case TupleKind():
                return named_tuple(called, args, words)
            case Partial():
                return self.call(called.function, [*called.args, *args], {**called.words, **words})
            case Library() if called.called is not None:
                return called.called.call(self.run, args, words)
            case ValueClass() | NetworkKind() if called in (VALUE, TENSOR) or isinstance(called, ValueClass):
                row = args[0] if called is TENSOR and args else None
                while isinstance(row, (list, tuple)) and len(row) == 1:
                    (row,) = row
                if isinstance(row, (list, tuple)):
                    return tensor_of(self.run, row, double=words.get("dtype") is DOUBLE)
                return value_of(self.run, called, args, words)
            case NetworkKind():
                return network(self.run, called, args, words)
            case Instance() if (own := called.of.find("__call__")) is not None:
                return self.call(own, [called, *args], words)
            case Module() if not words:
                return through_network(self.run, called, args)
            case PassedOver():
                return called
        raise Wrong(tr("{thing} cannot be called", thing=kind_name(called)), TypeError)

    def call_own(self, called: Function, args: list[Any], words: dict[str, Any], at: Any = None) -> Any:
        """A function of a cell: its names, then what it is made of; ``at`` is called with what it yields."""
        if self.depth >= DEEPEST:
            raise Endless(tr("functions call one another more than {most} deep", most=DEEPEST))
        if called.static and args and isinstance(args[0], Instance):
            args = args[1:]
        if called.of_class and args and isinstance(args[0], Instance):
            args = [args[0].of, *args[1:]]
        scope = Scope(called.scope, names_given(self.meter, called, args, words))
        run, before = self.run, self.run.source
        run.source = called.source
        self.depth += 1
        run.entered.append((called, args[0] if args else None, scope))
        run.yielded.append(at or ([] if called.generates else None))
        try:
            if isinstance(called.body, ast.expr):
                self.meter.step()
                return self.evaluate(called.body, scope)
            run.returned = None
            leads = run.block(called.body, scope)
            out, run.returned = (run.returned if leads == "return" else None), None
            found = run.yielded[-1]
            return Once(found) if isinstance(found, list) else out
        except ExpressionRefusal as refusal:
            if called.source is before:
                raise
            told = called.source.told_of_earlier(spoken(called.name), refusal)
            inner = refusal.wrong if isinstance(refusal, CellRefusal) else Wrong("")
            raise type(inner)(told, inner.kind, inner.thing) from None
        finally:
            self.depth -= 1
            run.entered.pop()
            run.yielded.pop()
            run.source = before
