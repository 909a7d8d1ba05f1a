"""Control: what leads elsewhere in a cell besides loops: errors that are raised and caught, with, yield."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from typing import Any, cast

from micrograd.language import tr
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import (
    Bar,
    Class,
    ErrorKind,
    Function,
    Instance,
    Partial,
    PassedOver,
    Running,
    Scope,
    Thrown,
    TupleKind,
    kind_name,
)
from micrograd_gui.document.text import spoken

ERRORS = {
    name: ErrorKind(name, cast(type[BaseException], thing))
    for name, thing in vars(builtins).items()
    if isinstance(thing, type) and issubclass(thing, Exception)
}
UNKNOWN = frozenset(name for name in dir(builtins) if not name.startswith("_"))  # to say that it is Python's


class CellRefusal(ExpressionRefusal):
    """The refusal of something in a cell, and what was found wrong there."""

    def __init__(self, sentence: str, line: int, column: int, wrong: Wrong) -> None:
        super().__init__(sentence, line, column, str(wrong))
        self.wrong = wrong


def error_of(wrong: Wrong, said: str) -> Thrown:
    """What ``except … as`` gives a name to."""
    if isinstance(wrong.thing, (Thrown, Instance)):
        return cast(Thrown, wrong.thing)
    name = "Exception" if wrong.kind is None else wrong.kind.__name__
    return Thrown(ERRORS.get(name, ERRORS["Exception"]), (said,))


def raised(run: Running, each: ast.Raise, scope: Scope) -> Wrong:
    """What ``raise`` raises; raises Wrong where that is no error."""
    if each.exc is None:
        if run.caught:
            return run.caught[-1]
        raise Wrong(tr("there is no error here to be raised again"), RuntimeError)
    thing = run.evaluate(each.exc, scope)
    if isinstance(thing, PassedOver):
        return Wrong(tr("this raises {name}", name=thing.name), Exception)
    if isinstance(thing, ErrorKind):
        thing = Thrown(thing, ())
    elif isinstance(thing, Class):
        thing = run.call(thing, [], {})
    kind = None
    if isinstance(thing, Instance):
        kind = kind_of_error(thing.of)
    elif isinstance(thing, Thrown):
        kind = thing.of.kind
    if kind is None:
        raise Wrong(tr("{thing} cannot be raised", thing=kind_name(thing)), TypeError)
    if each.cause is not None:
        vars(thing)["__cause__"] = run.evaluate(each.cause, scope)
    name = thing.of.name
    text = run.display.text(thing)
    return Wrong(tr("this raises {name}", name=f"{name}: {text[:120]}" if text else name), kind, thing)


def kind_of_error(of: Class) -> type[BaseException] | None:
    """The error of Python that a class is made from; None where it is no error."""
    bases = (base for each in of.line() for base in each.bases)
    return next((base.kind for base in bases if isinstance(base, ErrorKind)), None)


def catches(run: Running, handler: ast.ExceptHandler, wrong: Wrong, scope: Scope) -> bool:
    """Whether the handler is one of that error."""
    if handler.type is None:
        return True
    wanted = run.evaluate(handler.type, scope)
    for each in wanted if isinstance(wanted, tuple) else (wanted,):
        if isinstance(each, ErrorKind) and issubclass(wrong.kind or Exception, each.kind):
            return True
        if isinstance(each, Class) and isinstance(wrong.thing, Instance) and each in wrong.thing.of.line():
            return True
    return False


def tried(run: Running, each: ast.Try, scope: Scope) -> str | None:
    """``try``; what it gives says where it leads to. What goes on for too long is not caught."""
    try:
        leads = run.block(each.body, scope)
        if leads is None:
            leads = run.block(each.orelse, scope)
    except CellRefusal as refusal:
        if run.is_endless(refusal):
            raise
        handler = next((one for one in each.handlers if catches(run, one, refusal.wrong, scope)), None)
        if handler is None:
            run.block(each.finalbody, scope)
            raise
        leads = _handled(run, handler, refusal.wrong, scope)
    after = run.block(each.finalbody, scope)
    return leads if after is None else after


def _handled(run: Running, handler: ast.ExceptHandler, wrong: Wrong, scope: Scope) -> str | None:
    if handler.name:
        scope.names[handler.name] = error_of(wrong, str(wrong))
    run.caught.append(wrong)
    try:
        return run.block(handler.body, scope)
    finally:
        run.caught.pop()
        if handler.name:
            scope.names.pop(handler.name, None)


def entered(run: Running, each: ast.With, scope: Scope, at: int = 0) -> str | None:
    """``with``: of a picture or ``torch.no_grad()`` nothing, of an object its own ``__enter__``, of what
    ``contextmanager`` has made of a function, what that does before and after its ``yield``."""
    if at == len(each.items):
        return run.block(each.body, scope)
    one = each.items[at]
    thing = run.evaluate(one.context_expr, scope)

    def within(given: Any) -> str | None:
        if one.optional_vars is not None:
            run.bind(one.optional_vars, given, scope)
        return entered(run, each, scope, at + 1)

    if isinstance(thing, Instance):
        return _inside(run, thing, within)
    if isinstance(thing, Partial) and isinstance(thing.function, Function) and thing.function.manages:
        return _between(run, thing, within)
    if not isinstance(thing, (PassedOver, Bar)):
        raise run.refusal(one.context_expr, tr("“with” is not understood of {thing}", thing=kind_name(thing)))
    return within(thing)


def _inside(run: Running, thing: Instance, within: Callable[[Any], str | None]) -> str | None:
    """Between an object's own ``__enter__`` and ``__exit__``, which is told of an error, and may end it."""
    enter, leave = thing.of.find("__enter__"), thing.of.find("__exit__")
    if enter is None or leave is None:
        raise Wrong(
            tr("an object of {name} has no __enter__ and __exit__", name=spoken(thing.of.name)), TypeError
        )
    given = run.call(enter, [thing], {})
    try:
        leads = within(given)
    except CellRefusal as refusal:
        if run.is_endless(refusal):
            raise
        thrown = error_of(refusal.wrong, str(refusal.wrong))
        if run.truth(run.call(leave, [thing, thrown.of, thrown, None], {})):
            return None
        raise
    kept = run.returned
    run.call(leave, [thing, None, None, None], {})
    run.returned = kept
    return leads


def _between(run: Running, thing: Partial, within: Callable[[Any], str | None]) -> str | None:
    """Where a generator yields: what is in the ``with`` is gone through there, and stands outside of it."""
    source, walked, yielded = run.source, len(run.entered), len(run.yielded)
    found: list[tuple[str | None, Any]] = []
    wrong: list[ExpressionRefusal] = []

    def at_yield(given: Any) -> None:
        if found or wrong:
            raise Wrong(tr("a function made by contextmanager yields once"), RuntimeError)
        inner = run.source, run.entered, run.yielded
        run.source, run.entered, run.yielded = source, run.entered[:walked], run.yielded[:yielded]
        try:
            found.append((within(given), run.returned))
        except ExpressionRefusal as refusal:
            wrong.append(refusal)
            raise
        finally:
            run.source, run.entered, run.yielded = inner

    try:
        run.call_own(thing.function, thing.args, thing.words, at_yield)
    except (ExpressionRefusal, Wrong) as error:
        if wrong and wrong[0] in (error, error.__context__):  # it was let through
            raise wrong[0] from None
        raise
    if not found and not wrong:
        raise Wrong(tr("a function made by contextmanager yields once"), RuntimeError)
    leads, run.returned = found[0] if found else (None, None)
    return leads


def matched(run: Running, each: ast.Match, scope: Scope) -> str | None:
    """``match``: the first case that fits; what it gives says where it leads to."""
    thing = run.evaluate(each.subject, scope)
    for case in each.cases:
        run.meter.step()
        holds = _fits(run, case.pattern, thing, scope)
        if holds and (case.guard is None or run.truth(run.evaluate(case.guard, scope))):
            return run.block(case.body, scope)
    return None


def _fits(run: Running, pattern: ast.pattern, thing: Any, scope: Scope) -> bool:
    """Whether it is of that pattern, whose names stand for its parts then."""
    match pattern:
        case ast.MatchValue(value=value):
            return bool(run.compared(ast.Eq(), thing, run.evaluate(value, scope)))
        case ast.MatchSingleton(value=value):
            return thing is value
        case ast.MatchOr(patterns=patterns):
            return any(_fits(run, one, thing, scope) for one in patterns)
        case ast.MatchAs(pattern=inner, name=name):
            if inner is not None and not _fits(run, inner, thing, scope):
                return False
            if name is not None:
                run.bind(ast.Name(name), thing, scope)
            return True
        case ast.MatchClass(cls=kind, patterns=places, kwd_attrs=names, kwd_patterns=others):
            kind = run.evaluate(kind, scope)
            if not run.call(run.builtin("isinstance"), [thing, kind], {}):
                return False
            fields = kind.fields if isinstance(kind, (Class, TupleKind)) else ()
            told = [str(getattr(each, "name", each)) for each in fields[: len(places)]]
            if len(told) < len(places):
                raise _strange(run, pattern)
            parts = zip((*told, *names), (*places, *others), strict=True)
            return all(_fits(run, one, run.attribute(thing, name), scope) for name, one in parts)
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            named = [ops.key(run.evaluate(each, scope)) for each in keys]
            if not isinstance(thing, dict) or not set(named) <= thing.keys():
                return False
            parts = zip(named, patterns, strict=True)
            if not all(_fits(run, one, thing[name], scope) for name, one in parts):
                return False
            if rest is not None:
                run.meter.hold(2 * len(thing))
                left = {name: what for name, what in thing.items() if name not in named}
                run.bind(ast.Name(rest), left, scope)
            return True
        case ast.MatchSequence(patterns=patterns):
            return isinstance(thing, (list, tuple)) and _fit(run, patterns, list(thing), scope)
    raise _strange(run, pattern)


def _strange(run: Running, pattern: ast.pattern) -> ExpressionRefusal:
    return run.refusal(pattern, tr("“{word}” is not understood here", word=run.source.spoken(pattern)))


def _fit(run: Running, patterns: list[ast.pattern], things: list[Any], scope: Scope) -> bool:
    """Whether the things, one after the other, are of those patterns."""
    run.meter.hold(len(things))
    stars = [at for at, one in enumerate(patterns) if isinstance(one, ast.MatchStar)]
    rest = len(things) - len(patterns) + len(stars)
    if rest < 0 or (rest and not stars):
        return False
    for at in stars:
        things[at : at + rest] = [things[at : at + rest]]
    for one, thing in zip(patterns, things, strict=True):
        if isinstance(one, ast.MatchStar):
            if one.name is not None:
                run.bind(ast.Name(one.name), thing, scope)
        elif not _fits(run, one, thing, scope):
            return False
    return True


def generates(body: list[ast.stmt] | ast.expr) -> bool:
    """Whether a function of that body has a ``yield`` of its own."""
    parts = _own_parts(body) if isinstance(body, list) else ()
    return any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in parts)


def _own_parts(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What stands in a function, less what stands in functions in it."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        each = waiting.pop()
        if isinstance(each, (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.AsyncFunctionDef)):
            continue
        yield each
        waiting.extend(ast.iter_child_nodes(each))
