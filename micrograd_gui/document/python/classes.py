"""Classes: what ``class`` and ``def`` of a cell give, and how objects are made of them."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import Any

from micrograd.engine import Value
from micrograd.language import kept, tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.arguments import missing, too_many, unknown
from micrograd_gui.document.python.known.networks import is_network, written_out
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import (
    AUTO,
    ENUM,
    INT_ENUM,
    VALUE,
    Builtin,
    Class,
    DataField,
    ErrorKind,
    Function,
    Instance,
    Method,
    NamedPlaces,
    PassedOver,
    Running,
    Scope,
    Super,
    Thrown,
    TupleKind,
    kind_name,
    pythons,
)
from micrograd_gui.document.python.value_class import ValueClass, is_value_class, notes_of, of_value_above
from micrograd_gui.document.text import spoken

_TOLD = "__init_subclass__"  # which a class is told by that another one is made from it
_UNASKED = ("__new__", "__getattribute__")  # nobody here would ask them
_UNASKED_OF_VALUES = (*_UNASKED, "__setattr__")  # as a Value of this program is used
_PLAIN_DECORATORS = ("staticmethod", "classmethod", "property")
_PASSED_DECORATORS = (
    "cache",
    "lru_cache",
    "wraps",
    "total_ordering",
    "abstractmethod",
    "override",
    "no_grad",
)


def docstring(body: list[ast.stmt] | ast.expr) -> str | None:
    """The text that a function or a class begins with, as its ``__doc__`` has it."""
    match body:
        case [ast.Expr(value=ast.Constant(value=str() as text)), *_]:
            return inspect.cleandoc(text) if sys.version_info >= (3, 13) else text
    return None


def decorated(run: Running, each: ast.FunctionDef, made: Function, scope: Scope) -> Any:
    """The function as its decorators leave it; raises ExpressionRefusal for one that is not understood."""
    out: Any = made
    for one in reversed(each.decorator_list):
        told = run.source.spoken(one)
        last = told.partition("(")[0].rpartition(".")[2]
        if told in _PLAIN_DECORATORS:
            made.asked = made.asked or told == "property"
            made.static = made.static or told == "staticmethod"
            made.of_class = made.of_class or told == "classmethod"
        elif last == "contextmanager":
            made.manages = True
        elif last == "setter" and isinstance(before := scope.names.get(each.name), Function):
            before.setter = made
            return before
        elif last in _PASSED_DECORATORS:
            if last == "wraps" and isinstance(one, ast.Call) and len(one.args) == 1:
                wrapped = run.evaluate(one.args[0], scope)
                made.fields["__name__"] = getattr(wrapped, "name", made.name)
        else:
            out = run.call(run.evaluate(one, scope), [out], {})
    return out


def class_of(run: Running, each: ast.ClassDef, scope: Scope) -> Class | ValueClass | TupleKind:
    """The class that the statement defines; one in the manner of the lecture's Value stands for ours."""
    bases: tuple[Any, ...] = ()
    for base in [run.evaluate(one, scope) for one in each.bases]:
        bases += (base, written_out(run, base)) if is_network(base) else (base,)
    inner = Scope(scope)
    fields: list[DataField] = []
    tuples = [each for each in bases if isinstance(each, PassedOver) and each.name.endswith("NamedTuple")]
    given = bool(tuples) or any("dataclass" in run.source.quoted(one) for one in each.decorator_list)
    for one in each.body:
        _refuse_unasked(run, one)
        if given and isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            fields.append(_field(run, one, inner))
        elif isinstance(one, (ast.FunctionDef, ast.Pass, ast.ClassDef)) or _is_plain(one):
            run.statement(one, inner)
        else:
            raise run.refusal(one, tr("in a class only functions and plain names are understood"))
    if (told := docstring(each.body)) is not None:
        inner.names["__doc__"] = told
    for thing in inner.names.values():
        if isinstance(thing, Function) and thing.scope is inner:
            thing.scope = scope  # what a class has is not seen from its functions
    if tuples:
        late = {one.name: one.default for one in fields if one.has_default}
        return TupleKind(each.name, tuple(one.name for one in fields), late, inner.names)
    if is_value_class(each, bases):
        for one in each.body:
            _refuse_unasked(run, one, of_values=True)
        run.pass_over(each, kept("class {name}: Value of this program is used", name=each.name))
        base = next((one for one in bases if isinstance(one, ValueClass)), None)
        if base is None and VALUE in bases:
            base = ValueClass("Value", {})  # which an __init__ of its own may call
        for note in notes_of(run, each):
            run.note(note)
        kind = ValueClass(each.name, inner.names, each) if base is None else base.extended(inner.names, each)
        for thing in inner.names.values():
            if isinstance(thing, Function):
                thing.of = kind
        return kind
    made = Class(each.name, bases, inner.names)
    inherited = [one for base in bases if isinstance(base, Class) for one in base.fields]
    made.fields = (*inherited, *fields)
    for thing in inner.names.values():
        if isinstance(thing, Function):
            thing.of = made
            if thing.setter is not None:
                thing.setter.of = made
    made.frozen = any("frozen=True" in run.source.quoted(one) for one in each.decorator_list)
    made.numbers = INT_ENUM in bases
    if ENUM in bases or made.numbers:
        _list(run, made)
    above = next((one.names[_TOLD] for one in made.line()[1:] if _TOLD in one.names), None)
    if above is not None:
        words = {one.arg: run.evaluate(one.value, scope) for one in each.keywords if one.arg is not None}
        run.call(above, [made], words)
    return made


def _refuse_unasked(run: Running, one: ast.stmt, of_values: bool = False) -> None:
    """Raises a refusal for what a class says of all its objects, and nobody here would ask."""
    unasked = _UNASKED_OF_VALUES if of_values else _UNASKED
    if isinstance(one, ast.FunctionDef) and one.name in unasked:
        raise run.refusal(one, tr("{name} is not understood here", name=spoken(one.name)))


def _list(run: Running, made: Class) -> None:
    """Make what the names of an Enum stand for its members; one of a value that is there is the same one."""
    number = 0
    for name, thing in made.names.items():
        if name.startswith("_") or isinstance(thing, (Function, Class)):
            continue
        if thing is AUTO:
            thing = number + 1
        number = int(thing) if isinstance(thing, int) else number
        before = next((one for one in made.listed() if ops.equal(vars(one)["value"], thing, run.meter)), None)
        if before is None:
            before = object.__new__(made.kind)
            vars(before).update(name=name, value=thing)
            made.members += (name,)
        made.names[name] = before
        if (own := made.find("__init__")) is not None and vars(before)["name"] == name:
            run.call(own, [before, *(thing if isinstance(thing, tuple) else (thing,))], {})


def _member(run: Running, called: Class, args: list[Any]) -> Instance:
    """The member of an Enum that has that value; raises Wrong."""
    if len(args) != 1:
        raise too_many(called.name, 1, len(args)) if args else missing(called.name, "value")
    (value,) = args
    members: list[Instance] = called.listed()
    for each in members:
        if each is value or ops.equal(vars(each)["value"], value, run.meter):
            return each
    shown = run.display.code(value)
    thrown = pythons(ValueError, f"{shown} is not a valid {called.name}")  # as in code
    said = tr("the class {kind} has no {name}", kind=spoken(called.name), name=spoken(shown))
    raise Wrong(said, ValueError, thrown)


def _field(run: Running, each: ast.AnnAssign, scope: Scope) -> DataField:
    """A field of a dataclass: its name, and what it is where nothing is given."""
    assert isinstance(each.target, ast.Name)
    name = each.target.id
    match each.value:
        case None:
            return DataField(name)
        case ast.Call(func=ast.Name(id="field") | ast.Attribute(attr="field"), keywords=words):
            given = {word.arg: run.evaluate(word.value, scope) for word in words}
            return DataField(
                name,
                "default" in given,
                given.get("default"),
                given.get("default_factory"),
                given.get("init", True),
            )
    return DataField(name, True, run.evaluate(each.value, scope))


def _is_plain(each: ast.stmt) -> bool:
    """Whether it is ``name = …`` or a text."""
    match each:
        case ast.Assign(targets=targets):
            found = [
                one for each in targets for one in (each.elts if isinstance(each, ast.Tuple) else [each])
            ]
            return all(isinstance(one, ast.Name) for one in found)
        case ast.AnnAssign(target=ast.Name()):
            return True
        case ast.Expr(value=ast.Constant()):
            return True
    return False


def make_instance(run: Running, called: Class, args: list[Any], words: dict[str, Any]) -> Instance:
    """An object of the class; raises Wrong."""
    run.meter.hold(4)
    if called.members:
        return _member(run, called, args)
    new: Instance = called.kind.__new__(called.kind)
    if is_error(called):
        vars(new)["args"] = tuple(args)
    own = called.find("__init__")
    if own is not None:
        run.call(own, [new, *args], words)
    elif called.holder is not None:
        run.call(run.attribute(run.builtin(called.holder.__name__), "__init__"), [new, *args], words)
    elif called.fields:
        _fill(run, called, new, args, words)
    elif (args and not is_error(called)) or words:
        raise Wrong(
            tr("{name} takes nothing: its class has no __init__", name=spoken(called.name)), TypeError
        )
    return new


def is_error(kind: Class) -> bool:
    """Whether it is made from an error of Python's."""
    return any(isinstance(base, ErrorKind) for each in kind.line() for base in each.bases)


def _fill(run: Running, called: Class, new: Instance, args: list[Any], words: dict[str, Any]) -> None:
    """The fields of an object of a dataclass, then its ``__post_init__``."""
    taken = [each for each in called.fields if each.init]
    if len(args) > len(taken):
        raise too_many(called.name, len(taken), len(args))
    given = {**dict(zip((each.name for each in taken), args, strict=False)), **words}
    strange = next((word for word in words if word not in {each.name for each in taken}), None)
    if strange is not None:
        raise unknown(called.name, strange)
    own = None if called.frozen else called.find("__setattr__")

    def put(name: str, thing: Any) -> None:
        if own is None:
            vars(new)[name] = thing
        else:
            run.call(own, [new, name, thing], {})

    for each in called.fields:
        if each.name in given:
            put(each.name, given[each.name])
        elif each.factory is not None:
            put(each.name, run.call(each.factory, [], {}))
        elif each.has_default:
            put(each.name, each.default)
        elif each.init:
            raise missing(called.name, each.name)
    after = called.find("__post_init__")
    if after is not None:
        run.call(after, [new], {})


def named_tuple(kind: TupleKind, args: list[Any], words: dict[str, Any]) -> NamedPlaces:
    """A tuple whose places have names; raises Wrong."""
    if len(args) > len(kind.fields):
        raise too_many(kind.name, len(kind.fields), len(args))
    strange = next((word for word in words if word not in kind.fields), None)
    if strange is not None:
        raise unknown(kind.name, strange)
    given = {**kind.defaults, **dict(zip(kind.fields, args, strict=False)), **words}
    lacking = next((each for each in kind.fields if each not in given), None)
    if lacking is not None:
        raise missing(kind.name, lacking)
    new = NamedPlaces(given[each] for each in kind.fields)
    new.of = kind
    return new


def as_number(run: Running, thing: Any, name: str) -> Any:
    """The data of a Value, or what its own ``__float__`` and the like give; else the thing itself."""
    kind = run.values if isinstance(thing, Value) else thing.of if isinstance(thing, Instance) else None
    own = None if kind is None else kind.find(name)
    if own is not None:
        return run.call(own, [thing], {})
    thing = ops.as_whole(thing)
    return thing.data if isinstance(thing, Value) and kind is None else thing


def formatted(run: Running, thing: Any, spec: str) -> str:
    """The thing as ``{thing:spec}``, by its own ``__format__`` where it has one; raises Wrong."""
    kind = run.values if isinstance(thing, Value) else thing.of if isinstance(thing, Instance) else None
    own = None if kind is None else kind.find("__format__")
    if own is not None:
        return str(run.call(own, [thing, spec], {}))
    shown = run.display.text(thing)
    thing = ops.as_whole(thing)
    return ops.formatted(as_number(run, thing, "") if spec else thing, spec, shown)


def own_text(run: Running, thing: Any, as_text: bool) -> str | None:
    """What an object's, or a Value's, own ``__repr__`` gives; None where it has none."""
    if isinstance(thing, Thrown) and thing.of.kind is KeyError and len(thing.args) == 1:
        return str(run.display.code(thing.args[0]))
    if isinstance(thing, Thrown):
        return str(run.display.text(thing.args[0] if len(thing.args) == 1 else thing.args or ""))
    kind = run.values if isinstance(thing, Value) else thing.of
    if kind is None:
        return None
    for name in ("__str__", "__repr__") if as_text else ("__repr__",):
        own = kind.find(name)
        if own is not None:
            out = run.call(own, [thing], {})
            if not isinstance(out, str):
                raise Wrong(
                    tr(
                        "{name} of {kind} gives {thing}, not a text",
                        name=name,
                        kind=spoken(kind.name),
                        thing=kind_name(out),
                    ),
                    TypeError,
                )
            return out
    if isinstance(thing, Instance) and thing.of.members:
        called = f"{thing.of.name}.{vars(thing)['name']}"
        if as_text and thing.of.numbers:
            return str(vars(thing)["value"])
        return called if as_text else f"<{called}: {run.display.code(vars(thing)['value'])}>"
    if isinstance(thing, Instance) and thing.of.fields:
        fields = vars(thing)
        names = (each.name for each in thing.of.fields if each.name in fields)
        shown = (f"{name}={run.display.code(fields[name])}" for name in names)
        return f"{thing.of.name}({', '.join(shown)})"
    if isinstance(thing, Instance) and is_error(thing.of):
        given = vars(thing)["args"]
        if as_text:
            return str(run.display.text(given[0] if len(given) == 1 else given)) if given else ""
        shown = run.display.code(given)
        return f"{thing.of.name}{shown.replace(',)', ')') if len(given) == 1 else shown}"
    return None


def of_super(run: Running, thing: Super, name: str) -> Any:
    """``super().name``: the next one in line after the class that the function is of."""
    if isinstance(thing.of, Value):
        return of_value_above(run, thing.above, thing.of, name)
    line = thing.of.of.line()
    after = line[line.index(thing.above) + 1 :] if thing.above in line else []
    for each in after:
        if name in each.names:
            found = each.names[name]
            return Method(found, thing.of) if isinstance(found, Function) else found
    if name == "__init__" and is_error(thing.of.of):
        return Builtin(name, lambda run, args, words: vars(thing.of).update(args=tuple(args)))
    if name == "__setattr__":
        return Method(run.attribute(run.builtin("object"), name), thing.of)
    if thing.of.of.holder is not None:
        return Method(run.attribute(run.builtin(thing.of.of.holder.__name__), name), thing.of)
    if name.startswith("__") or any(isinstance(base, PassedOver) for each in line for base in each.bases):
        return PassedOver("super()")  # such as __init__ of what has none
    raise Wrong(
        tr("above {kind} nothing has a {name}", kind=spoken(thing.above.name), name=spoken(name)),
        AttributeError,
    )


def super_of(function: Function | None, first: Any) -> Any:
    """What ``super()`` gives in a function of a class."""
    kind = None if function is None else function.of
    if isinstance(first, Value) and isinstance(kind, ValueClass) and kind.above is not None:
        return Super(kind.above, first)
    if not isinstance(kind, Class) or not isinstance(first, Instance):
        return PassedOver("super()")
    return Super(kind, first)
